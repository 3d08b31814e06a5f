"""The tab of notes on a record."""

from flask import render_template

from kartoteka.platform.sdk import Query, Record, Work, browse
from kartoteka.plugins.notes.design import KEY


def show(work: Work, record: Record) -> str:
    """This function will give the notes of a record as HTML."""
    on = {"field": "on", "op": "eq", "value": {"registry": record.registry, "id": record.id}}
    found = browse(work, KEY, Query(filter=on, sort="-created_at"))
    return render_template("notes/tab.html", notes=found.items)

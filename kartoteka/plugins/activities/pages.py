"""The timeline of activities on a record."""

from flask import render_template

from kartoteka.platform.sdk import Query, Record, Work, browse
from kartoteka.plugins.activities.design import KEY
from kartoteka.plugins.activities.dialogs import dialogs


def show(work: Work, record: Record) -> str:
    """This function will give the activities on a record as HTML, the latest first."""
    on = {"field": "on", "op": "eq", "value": {"registry": record.registry, "id": record.id}}
    found = browse(work, KEY, Query(filter=on, sort="-at"))
    return render_template("activities/tab.html", activities=found.items, new_url=dialogs.new_url(record))

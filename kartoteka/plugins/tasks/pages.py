"""The tab of tasks on a record."""

from flask import render_template

from kartoteka.platform.sdk import Query, Record, Work, browse
from kartoteka.plugins.tasks.design import KEY


def show(work: Work, record: Record) -> str:
    """This function will give the tasks on a record as HTML."""
    on = {"field": "on", "op": "eq", "value": {"registry": record.registry, "id": record.id}}
    found = browse(work, KEY, Query(filter=on, sort="due"))
    return render_template("tasks/tab.html", tasks=found.items)

"""Files of a record as people from outside see them: those that they may read, to be opened and nothing more."""

from flask import render_template, url_for

from kartoteka.platform.sdk import Query, Record, Work, browse
from kartoteka.plugins.attachments.design import KEY
from kartoteka.plugins.attachments.saying import bytes_text

MOST = 200


def show(work: Work, record: Record) -> str:
    """This function will list the files on a record that the reader may see; nothing when there are none."""
    there = {"field": "on", "op": "eq", "value": {"registry": record.registry, "id": record.id}}
    found = browse(work, KEY, Query(filter=there, sort="name", page_size=MOST)).items
    files = [
        {
            "name": str(each.values.get("name") or each.title),
            "size": bytes_text(int(size), work.actor.locale.language)
            if (size := each.values.get("size")) is not None
            else "",
            "about": str(each.values.get("description") or ""),
            "url": url_for("attachments.content", id=each.id),
        }
        for each in found
    ]
    return render_template("attachments/outside.html", files=files) if files else ""


__all__ = ["show"]

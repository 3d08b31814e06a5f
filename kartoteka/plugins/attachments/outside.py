"""Files of a record as people from outside see them: those that they may read, to be opened and nothing more."""

from flask import render_template, url_for

from kartoteka.platform.sdk import Record, Work
from kartoteka.plugins.attachments.intake import lying
from kartoteka.plugins.attachments.saying import bytes_text


def show(work: Work, record: Record) -> str:
    """This function will list the files on a record that the reader may see; nothing when there are none."""
    files = [
        {
            "name": each.name,
            "size": bytes_text(each.size, work.actor.locale.language) if each.size is not None else "",
            "about": each.about,
            "version": each.version,
            "url": url_for("attachments.content", id=each.id),
        }
        for each in lying(work, record)
    ]
    return render_template("attachments/outside.html", files=files) if files else ""


__all__ = ["show"]

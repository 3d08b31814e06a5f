"""Tasks that are meant for people from outside: steps on the way of a record, without who does them."""

from dataclasses import dataclass
from datetime import datetime

from flask import render_template

from kartoteka.platform.sdk import Query, Record, Work, _, browse, date_text
from kartoteka.plugins.tasks.design import CANCELLED, DONE, KEY

MOST = 100
# Whoever is kept to less by his role sees less; nobody from outside is shown more.
PUBLIC = {"field": "public", "op": "eq", "value": True}
STILL_MEANT = {"field": "state", "op": "ne", "value": CANCELLED}


@dataclass(frozen=True)
class Milestone:
    """One step: what, until when, and whether it is done."""

    title: str
    done: bool
    due: str
    at: datetime | None


def show(work: Work, record: Record) -> str:
    """This function will list the steps on a record that are meant for people from outside; nothing without any."""
    there = {"field": "on", "op": "eq", "value": {"registry": record.registry, "id": record.id}}
    if work.open(KEY).seen.field("public") is None:
        return ""
    asked = Query(filter={"and": [there, PUBLIC, STILL_MEANT]}, sort="due,id", page_size=MOST)
    steps = [_step(work, each) for each in browse(work, KEY, asked).items]
    return render_template("tasks/outside.html", steps=steps) if steps else ""


def _step(work: Work, found: Record) -> Milestone:
    values, due = found.values, found.values.get("due")
    return Milestone(
        str(values.get("title") or found.title),
        values.get("state") == DONE,
        date_text(due, work.actor.locale.language) if due else "",
        values.get("done_at"),
    )


def news(_work: Work, found: Record, action: str, fields: frozenset[str]) -> str:
    """This function will say to people from outside that a step which they may see is done."""
    if found.values.get("public") is not True or found.values.get("state") != DONE:
        return ""
    if action != "change" or "state" not in fields:
        return ""
    return _("Done: {title}", title=str(found.values.get("title") or found.title))


__all__ = ["news", "show"]

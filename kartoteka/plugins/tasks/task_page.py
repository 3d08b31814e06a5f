"""The page of one task: what is to be done, its checklist, what was said about it, and who follows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from kartoteka.platform.sdk import Link, Record, Work, _, begin, below, details_of, fetch, markdown, render
from kartoteka.plugins.tasks import checklist, verbs
from kartoteka.plugins.tasks.answering import answer_of
from kartoteka.plugins.tasks.comments import comments_on
from kartoteka.plugins.tasks.design import DONE, KEY
from kartoteka.plugins.tasks.dialogs import dialogs
from kartoteka.plugins.tasks.faces import pages
from kartoteka.plugins.tasks.listing import lines_of
from kartoteka.plugins.tasks.repeating import OFFERED, simplest
from kartoteka.plugins.tasks.telling import address

# What the page shows in places of its own.
SHOWN_APART = frozenset({
    "title", "description", "checklist", "state", "priority", "assignee", "due", "due_time", "depends_on", "watchers",
    "repeat", "role", "follows", "package",
})  # fmt: skip


@dataclass(frozen=True)
class Doing:
    """What the reader may do with the task."""

    tick: bool
    edit_url: str
    accept: bool
    hand_back: bool
    watching: bool


@pages.page("/tasks/<int:id>")
def task(id: int) -> str:
    """One task with all that belongs to it."""
    with begin() as work:
        found = fetch(work, KEY, id)
        (line,) = lines_of(work, [found], free=_is_free(work, found))
        return render(
            work,
            "tasks/task.html",
            at="tasks",
            line=line,
            task=found,
            state=_state(work, found),
            description=markdown(found.values.get("description") or ""),
            items=checklist.items_of(found.values.get("checklist")),
            repeats=_repeats(found),
            watchers=found.values.get("watchers") or [],
            details=details_of(work, found, without=SHOWN_APART),
            comments=comments_on(work, id),
            below=below(work, [found]).get(id, ""),
            doing=_doing(work, found, free=line.free),
            here=address(id),
            done=DONE,
        )


def _state(work: Work, found: Record) -> Any:
    views = details_of(work, found)
    return next((each for each in views if each.key == "state"), None)


def _repeats(found: Record) -> str:
    rule = found.values.get("repeat") or ""
    return _(OFFERED[simplest(rule)]) if rule and simplest(rule) in OFFERED else rule


def _ids(links: Sequence[Link]) -> list[int]:
    return [each.id for each in links]


def _is_free(work: Work, found: Record) -> bool:
    mine = {role.id for role in work.actor.roles}
    return not found.values.get("assignee") and found.values.get("role") in mine


def _doing(work: Work, found: Record, *, free: bool) -> Doing:
    me, edits = work.actor.user_id, "edit" in found.may
    given = found.values.get("role") is not None or found.created_by.id != me
    return Doing(
        tick=edits and not free,
        edit_url=dialogs.url(found.id) if edits else "",
        accept=free,
        hand_back=given and _ids(found.values.get("assignee") or []) == [me],
        watching=me in _ids(found.values.get("watchers") or []),
    )


@pages.page("/tasks/<int:id>/watch", "POST")
def watch(id: int) -> ResponseReturnValue:
    """A task is followed, or no longer."""
    watches = request.form.get("watch") == "1"
    with begin(write=True) as work:
        seen = verbs.watch(work, id, watches)
    said = _("You follow this task.") if watches else _("You do not follow this task any more.")
    return answer_of(said, address(id) if seen else url_for("tasks.overview"))


__all__ = ["task"]

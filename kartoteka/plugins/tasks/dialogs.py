"""The dialogs in which tasks are set and changed."""

from collections.abc import Mapping
from typing import Any

from flask import request

from kartoteka.platform.sdk import N_, Bearer, Dialogs, Link, ThingForm, Wording, Work, _, label
from kartoteka.plugins.tasks.design import KEY
from kartoteka.plugins.tasks.faces import pages
from kartoteka.plugins.tasks.repeating import OFFERED, simplest


def _first(work: Work, on: Bearer | None) -> Mapping[str, Any]:
    """Until somebody else is named, whoever sets a task sets it for himself."""
    return {"assignee": [Link(work.actor.user_id, work.actor.name or work.actor.email)]}


def _roles(work: Work, chosen: int | None) -> list[tuple[int, str]]:
    """What roles there are is told to those who work with roles; others hand a task to one of their own."""
    mine = {role.id for role in work.actor.roles}
    told = work.actor.powers & {"design", "users"}
    language = work.actor.locale.language
    known = [
        (role.id, label(role, language)) for role in work.catalog.roles.values() if told or role.id in mine
    ]
    others = [(chosen, f"#{chosen}")] if chosen is not None and chosen not in dict(known) else []
    return known + others


def _context(work: Work, form: ThingForm) -> Mapping[str, Any]:
    found = form.record
    who = [each.id for each in found.values.get("assignee") or []] if found is not None else []
    mine = {role.id for role in work.actor.roles}
    return {
        "roles": _roles(work, found.values.get("role") if found is not None else None),
        "rules": [(rule, _(name)) for rule, name in OFFERED.items()],
        "simplest": simplest,
        "may_accept": found is not None and not who and found.values.get("role") in mine,
        "may_hand_back": found is not None and who == [work.actor.user_id]
        and (found.values.get("role") is not None or found.created_by.id != work.actor.user_id),
        "typed": request.form,
    }  # fmt: skip


dialogs = Dialogs(
    pages,
    KEY,
    "/tasks",
    Wording(N_("New task"), N_("Task"), removed=N_("The task is in the recycle bin.")),
    left_out=frozenset({"done_at", "follows", "package"}),
    moves=True,
    free=True,
    mentions=frozenset({"description"}),
    drawn={"role": "tasks/role.html", "repeat": "tasks/repeat.html", "due_time": "tasks/time.html"},
    more="tasks/more.html",
    context=_context,
    first=_first,
)

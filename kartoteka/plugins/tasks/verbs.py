"""What is done with tasks: made, changed, finished, accepted, handed back."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from kartoteka.platform.sdk import (
    KEEP,
    Bearer,
    Conflict,
    Forbidden,
    Invalid,
    KartotekaError,
    Link,
    NotFound,
    Record,
    Verbs,
    Work,
    _,
    change,
    create,
    fetch,
)
from kartoteka.plugins.tasks import checklist
from kartoteka.plugins.tasks.design import DONE, KEY, OPEN, UNFINISHED
from kartoteka.plugins.tasks.repeating import RuleError, Turn, following, settled
from kartoteka.plugins.tasks.waiting import check_order, unfinished_before

Values = Mapping[str, Any]
# What the next time of a task takes over from this one; what the firm has added comes along too.
NOT_TAKEN_OVER = frozenset({"state", "done_at", "depends_on", "due", "repeat", "checklist"})


def add(
    work: Work, registry: str, values: Values, *, category: str | None = None, on: Bearer | None = None
) -> Record:
    """This function will make a task, on a record if it is named.

    :raises Invalid: with a sentence for everything that is wrong, such as a rule of repetition that never comes.
    """
    meant = _meant(work, values, None)
    made = create(work, registry, meant, category=category, on=on)
    check_order(work, made)
    return made


def alter(
    work: Work,
    registry: str,
    task: int,
    values: Values,
    *,
    category: Any = KEEP,
    version: int | None = None,
    **more: Any,
) -> Record:
    """This function will change a task; finished, it takes its time with it and calls the next one, if it repeats.

    :raises Invalid: when something is wrong, or it still waits for another task.
    :raises StaleVersion: when `version` is given and somebody has changed the task since.
    """
    before = fetch(work, registry, task)
    meant = _meant(work, values, before)
    finishes = meant.get("state") == DONE and before.values.get("state") != DONE
    if finishes:
        _check_free(work, before)
    changed = change(work, registry, task, meant, category=category, version=version, **more)
    if "depends_on" in meant:
        check_order(work, changed)
    if finishes:
        _call_next(work, changed)
    return changed


VERBS = Verbs(create=add, change=alter)


def finish(work: Work, task: int) -> Record:
    """This function will note that a task is done."""
    return alter(work, KEY, task, {"state": DONE})


def reopen(work: Work, task: int) -> Record:
    """This function will note that a task is to be done after all."""
    return alter(work, KEY, task, {"state": OPEN})


def accept(work: Work, task: int) -> Record:
    """This function will make a task that waits for a role the actor's own.

    :raises Conflict: when a colleague was quicker.
    """
    found = fetch(work, KEY, task)
    who = found.values.get("assignee") or []
    if who and who[0].id == work.actor.user_id:
        return found
    if who:
        raise Conflict(_("{person} has taken this task already.", person=who[0].title))
    if found.values.get("role") not in {role.id for role in work.actor.roles}:
        raise Forbidden(_("This task is not for a role of yours."))
    return change(work, KEY, task, {"assignee": work.actor.user_id}, version=found.version)


def hand_back(work: Work, task: int) -> Record:
    """This function will give a task back: to the role that it was for, else to whoever asked for it.

    :raises Conflict: when it is not the actor's, or there is nobody to give it back to.
    """
    found = fetch(work, KEY, task)
    me = work.actor.user_id
    if [each.id for each in found.values.get("assignee") or []] != [me]:
        raise Conflict(_("This task is not yours."))
    for_role = found.values.get("role") is not None
    if not for_role and found.created_by.id == me:
        raise Conflict(_("You have set this task yourself, so there is nobody to hand it back to."))
    back = {"assignee": None if for_role else found.created_by.id, "state": OPEN}
    # It may go out of his own reach, and to somebody whom he could not name.
    giving = work.office.beside(work, signed_by=me)
    given = change(giving, KEY, task, back, version=found.version)
    left = {**found.values, "assignee": [], "state": OPEN}
    try:
        return fetch(work, KEY, task)
    except NotFound:
        return replace(found, values=left, version=given.version)


def tick(work: Work, task: int, line: int, done: bool) -> Record:
    """This function will tick a line of a task's checklist, or take the tick away."""
    found = fetch(work, KEY, task)
    text = checklist.ticked(found.values.get("checklist"), line, done)
    return change(work, KEY, task, {"checklist": text}, version=found.version)


def today_of(work: Work) -> date:
    """This function will tell the actor's present day."""
    return work.now.astimezone(ZoneInfo(work.actor.locale.timezone)).date()


def _meant(work: Work, values: Values, before: Record | None) -> dict[str, Any]:
    """What a change comes to: the time at which it is done follows the state, and a rule is kept as it is meant."""
    meant = {key: value for key, value in values.items() if key != "done_at"}
    if "state" in meant:
        meant["state"] = _parsed(work, "state", meant["state"]) or OPEN
        was = before.values.get("state") if before is not None else None
        if meant["state"] == DONE and was != DONE:
            meant["done_at"] = work.now
        elif meant["state"] != DONE and was == DONE:
            meant["done_at"] = None
    rule = meant.get("repeat", before.values.get("repeat") if before is not None else None)
    if rule and ({"repeat", "due"} & set(meant)):
        known = before.values.get("due") if before is not None else None
        due = _parsed(work, "due", meant["due"]) if "due" in meant else known
        if due is None:
            raise Invalid({"due": [_("A task that repeats needs a day on which it is due.")]})
        if "repeat" in meant:
            try:
                meant["repeat"] = settled(str(rule), due)
            except RuleError as error:
                raise Invalid({"repeat": [str(error)]}) from error
    return meant


def _parsed(work: Work, key: str, raw: Any) -> Any:
    """A value as its field reads it; what cannot be read is left for the verb below, which says why."""
    registry = work.catalog.registries[KEY]
    field = registry.field(key)
    if field is None:
        return raw
    try:
        return work.layout.kind(field).schema.deserialize(raw)
    except ValueError:
        return raw


def _check_free(work: Work, task: Record) -> None:
    waiting = unfinished_before(work, task)
    if waiting:
        titles = ", ".join(f"“{each.title}”" for each in waiting)
        raise Invalid({"state": [_("This task waits for {tasks}.", tasks=titles)]})


def _call_next(work: Work, task: Record) -> None:
    """The next time is set in the name of whoever has set this one, so it stays with him and on its record."""
    rule, due = task.values.get("repeat"), task.values.get("due")
    if not rule or due is None:
        return
    try:
        turn = following(rule, due, today_of(work))
    except RuleError:
        return
    if turn is None:
        return
    try:
        with work.attempt():
            theirs = work.office.beside(work, task.created_by.id)
            whole = fetch(theirs, KEY, task.id)
            create(theirs, KEY, _next_time(theirs, whole, turn), category=whole.category, on=whole.on)
    except KartotekaError:
        # He has gone, or lost the record: whoever has finished it keeps what he sees of it.
        alone = replace(task, on=None)
        create(work, KEY, _next_time(work, alone, turn), category=task.category)


def _next_time(work: Work, task: Record, turn: Turn) -> dict[str, Any]:
    registry = work.catalog.registries[KEY]
    opened = work.open(KEY)
    taken = {
        key: _bare(value)
        for key, value in task.values.items()
        if key not in NOT_TAKEN_OVER
        and (field := registry.field(key)) is not None
        and opened.may_write(field, "create")
    }
    items = checklist.untouched(task.values.get("checklist"))
    return {**taken, "state": OPEN, "due": turn.due, "repeat": turn.rule, "checklist": items or None}


def _bare(value: Any) -> Any:
    linked = isinstance(value, list) and all(isinstance(each, Link) for each in value)
    return [each.id for each in value] if linked else value


__all__ = [
    "UNFINISHED",
    "VERBS",
    "accept",
    "add",
    "alter",
    "finish",
    "hand_back",
    "reopen",
    "tick",
    "today_of",
]

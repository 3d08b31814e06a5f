"""What always holds of tasks, whichever way they are written: on a page, over the API, in bulk, by an import.

The time at which a task is done follows its state, a task that waits for others is not finished before them, one that
repeats calls the next, and no task waits for itself.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from kartoteka.platform.sdk import (
    Invalid,
    Link,
    Query,
    Record,
    Work,
    Writing,
    _,
    acts_for_all,
    browse,
    create,
    fetch,
    remove,
)
from kartoteka.plugins.tasks import checklist
from kartoteka.plugins.tasks.design import DONE, KEY, OPEN
from kartoteka.plugins.tasks.repeating import RuleError, Turn, following, settled
from kartoteka.plugins.tasks.telling import tell_of_task
from kartoteka.plugins.tasks.waiting import check_order, unfinished_before

Values = Mapping[str, Any]
IMPORT = "import"
FOLLOWS = "follows"
# What the next time of a task takes over from this one; what the firm has added comes along too.
NOT_TAKEN_OVER = frozenset(
    {"state", "done_at", "depends_on", "due", "repeat", "checklist", "package", FOLLOWS}
)


def before(work: Work, writing: Writing) -> Values:
    """This function will give what a change of a task comes to.

    :raises Invalid: when something is wrong, or it still waits for another task.
    """
    meant = dict(writing.values)
    if "state" in meant:
        meant["state"] = meant["state"] or OPEN
    _keep_chain(work, writing, meant)
    _keep_time(work, writing, meant)
    _keep_rule(work, writing, meant)
    if _finishes(writing, meant) and not writing.new and not writing.restoring:
        _check_free(work, writing)
    return meant


def after(work: Work, writings: Sequence[Writing]) -> None:
    """This function will see to what follows from tasks that were made or changed.

    :raises Invalid: when tasks would wait for each other in a circle.
    """
    for each in writings:
        tell_of_task(work, each)
        # Nothing can wait for a task before there is one.
        if each.new or each.record is None:
            continue
        if each.values.get("depends_on"):
            check_order(work, each.record)
        if each.restoring or "state" not in each.values:
            continue
        if each.values["state"] == DONE:
            _call_next(work, each.record)
        elif each.old.get("state") == DONE:
            _take_next_back(work, each.record)


def today_of(work: Work) -> date:
    """This function will tell the actor's present day."""
    return work.now.astimezone(ZoneInfo(work.actor.locale.timezone)).date()


def _finishes(writing: Writing, meant: Values) -> bool:
    return meant.get("state") == DONE and writing.old.get("state") != DONE


def _keep_chain(work: Work, writing: Writing, meant: dict[str, Any]) -> None:
    """Which task came before is noted by the program; in another installation the number means nothing."""
    if FOLLOWS not in meant or writing.restoring or (acts_for_all(work) and work.via != IMPORT):
        return
    named = meant.pop(FOLLOWS)
    if work.via != IMPORT and named not in (None, writing.old.get(FOLLOWS)):
        raise Invalid({FOLLOWS: [_("Which task came before is noted by the program.")]})


def _keep_time(work: Work, writing: Writing, meant: dict[str, Any]) -> None:
    """The time at which it was done follows the state; of what is done it may be put right."""
    was = writing.old.get("state")
    given = meant.pop("done_at", None)
    if meant.get("state", was) != DONE:
        if given is not None and given != writing.old.get("done_at"):
            raise Invalid({"done_at": [_("Only what is done has a time at which it was done.")]})
        if "state" in meant:
            meant["done_at"] = None
    elif given is not None:
        meant["done_at"] = given
    elif was != DONE:
        meant["done_at"] = work.now


def _keep_rule(work: Work, writing: Writing, meant: dict[str, Any]) -> None:
    """A rule is kept as it is meant, and needs a day to count from."""
    rule = meant.get("repeat", writing.old.get("repeat"))
    if not rule or not {"repeat", "due"} & set(meant):
        return
    due = meant.get("due", writing.old.get("due"))
    # Whoever does not see that it repeats must not be told so.
    if due is None and ("repeat" in meant or work.open(KEY).seen.field("repeat") is not None):
        raise Invalid({"due": [_("A task that repeats needs a day on which it is due.")]})
    if "repeat" in meant and due is not None:
        try:
            meant["repeat"] = settled(str(rule), due)
        except RuleError as error:
            raise Invalid({"repeat": [str(error)]}) from error


def _check_free(work: Work, writing: Writing) -> None:
    assert writing.record is not None
    waiting = unfinished_before(work, fetch(work, KEY, writing.record))
    if waiting:
        titles = ", ".join(f"“{each.title}”" for each in waiting)
        raise Invalid({"state": [_("This task waits for {tasks}.", tasks=titles)]})


def _call_next(work: Work, task: int) -> None:
    """The next time is like this one to the last detail, and of whoever has set this one, wherever it lies."""
    all_seeing = work.office.beside(work)
    whole = fetch(all_seeing, KEY, task)
    rule, due = whole.values.get("repeat"), whole.values.get("due")
    if not rule or due is None or _next_of(all_seeing, task):
        return
    try:
        turn = following(rule, due, today_of(work))
    except RuleError:
        return
    if turn is not None:
        theirs = work.office.beside(work, signed_by=whole.created_by.id)
        create(theirs, KEY, _next_time(theirs, whole, turn), category=whole.category, on=whole.on)


def _take_next_back(work: Work, task: int) -> None:
    """What was called by mistake goes again, as long as nobody has touched it."""
    theirs = work.office.beside(work, signed_by=work.actor.user_id)
    for each in _next_of(theirs, task):
        if each.version == 1:
            remove(theirs, KEY, each.id, version=each.version)


def _next_of(work: Work, task: int) -> list[Record]:
    if work.catalog.registries[KEY].field(FOLLOWS) is None:
        return []
    asked = {"field": FOLLOWS, "op": "eq", "value": task}
    return browse(work, KEY, Query(filter=asked, page_size=10)).items


def _next_time(work: Work, task: Record, turn: Turn) -> dict[str, Any]:
    registry, opened = work.catalog.registries[KEY], work.open(KEY)
    taken = {
        key: _bare(value)
        for key, value in task.values.items()
        if key not in NOT_TAKEN_OVER
        and (field := registry.field(key)) is not None
        and not field.unique
        and not opened.kind(field).numbering
        and opened.may_write(field, "create")
    }
    items = checklist.untouched(task.values.get("checklist"))
    chain = {FOLLOWS: task.id} if registry.field(FOLLOWS) is not None else {}
    return {**taken, **chain, "state": OPEN, "due": turn.due, "repeat": turn.rule, "checklist": items or None}


def _bare(value: Any) -> Any:
    linked = isinstance(value, list) and all(isinstance(each, Link) for each in value)
    return [each.id for each in value] if linked else value


__all__ = ["after", "before", "today_of"]

"""Which tasks wait for which: never for themselves, not even around a circle."""

from kartoteka.platform.sdk import Invalid, Link, Query, Record, Work, _, browse
from kartoteka.plugins.tasks.design import KEY, UNFINISHED

MOST = 500


def check_order(work: Work, task: int) -> None:
    """This function will insist that a task does not wait for itself, directly or through others.

    :raises Invalid: when it does.
    """
    # A circle may lead through tasks that the actor does not see; it would stop his all the same.
    all_seeing = work.office.beside(work)
    before = set().union(*(_ids(each) for each in _these(all_seeing, {task}, "depends_on")))
    if task in before:
        raise Invalid({"depends_on": [_("A task cannot wait for itself.")]})
    passed: set[int] = set()
    while before:
        passed |= before
        found = _these(all_seeing, before, "depends_on")
        before = set().union(*(_ids(each) for each in found)) - passed
        if task in before:
            raise Invalid({"depends_on": [_("These tasks would wait for each other in a circle.")]})


def unfinished_before(work: Work, task: Record) -> list[Link]:
    """This function will tell what a task still waits for, as far as the actor sees it."""
    return unfinished_of(work, [task]).get(task.id, [])


def unfinished_of(work: Work, tasks: list[Record]) -> dict[int, list[Link]]:
    """This function will tell by one statement at most what tasks still wait for."""
    wanted = set().union(*(_ids(task) for task in tasks)) if tasks else set()
    if not wanted:
        return {}
    left = {each.id: Link(each.id, each.title) for each in _these(work, wanted, "state")
            if each.values.get("state") in UNFINISHED}  # fmt: skip
    waiting = {task.id: [left[each] for each in sorted(_ids(task)) if each in left] for task in tasks}
    return {task: before for task, before in waiting.items() if before}


def _these(work: Work, tasks: set[int], *fields: str) -> list[Record]:
    wanted = {"field": "id", "op": "in", "value": sorted(tasks)[:MOST]}
    return browse(work, KEY, Query(filter=wanted, fields=fields, page_size=MOST)).items


def _ids(task: Record) -> set[int]:
    return {each.id for each in task.values.get("depends_on") or []}


__all__ = ["check_order", "unfinished_before", "unfinished_of"]

"""What is done with tasks: finished, reopened, accepted, handed back, ticked. What always holds stands in `keeping`."""

from dataclasses import replace

from kartoteka.platform.sdk import Conflict, Forbidden, NotFound, Record, Work, _, change, fetch
from kartoteka.plugins.tasks import checklist
from kartoteka.plugins.tasks.design import DONE, KEY, OPEN, UNFINISHED
from kartoteka.plugins.tasks.keeping import today_of


def finish(work: Work, task: int) -> Record:
    """This function will note that a task is done."""
    return change(work, KEY, task, {"state": DONE})


def reopen(work: Work, task: int) -> Record:
    """This function will note that a task is to be done after all."""
    return change(work, KEY, task, {"state": OPEN})


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


def watch(work: Work, task: int, watches: bool) -> bool:
    """This function will let the actor follow a task that he sees, or no longer; and tell whether he sees it still."""
    fetch(work, KEY, task)
    me = work.actor.user_id
    # Whoever only sees a task may follow it, too; he changes nothing but that.
    beside = work.office.beside(work, signed_by=me)
    people = {each.id for each in fetch(beside, KEY, task).values.get("watchers") or []}
    wanted = people | {me} if watches else people - {me}
    if wanted != people:
        change(beside, KEY, task, {"watchers": sorted(wanted)})
    try:
        fetch(work, KEY, task)
    except NotFound:
        return False
    return True


def tick(work: Work, task: int, line: int, done: bool, *, text: str | None = None) -> Record:
    """This function will tick a line of a task's checklist, or take the tick away.

    With its `text` it is found also where others have changed the list meanwhile.

    :raises Conflict: when they have taken the line out.
    """
    found = fetch(work, KEY, task)
    kept = found.values.get("checklist")
    place = line if text is None else checklist.place_of(kept, line, text)
    if place is None:
        raise Conflict(_("“{line}” is not in the checklist any more.", line=str(text)[:80]))
    ticked = checklist.ticked(kept, place, done)
    return change(work, KEY, task, {"checklist": ticked}, version=found.version)


__all__ = ["UNFINISHED", "accept", "finish", "hand_back", "reopen", "tick", "today_of", "watch"]

"""The next step that an activity agrees on becomes a task on the same record, where tasks are in use."""

from dataclasses import dataclass

from flask import url_for
from werkzeug.datastructures import MultiDict

from kartoteka.platform.sdk import (
    Bearer,
    Invalid,
    LinkView,
    NotFound,
    Picker,
    Record,
    ThingForm,
    Work,
    _,
    create,
    fetch,
)

# Where tasks are kept; if there is no such registry for somebody, nothing is asked of him.
TASKS, TASKS_TAB = "_tasks", "tasks"


@dataclass(frozen=True)
class Step:
    """What the form asks of the next step."""

    on: bool
    due: str
    who: Picker


def asked(work: Work, form: ThingForm) -> Step | None:
    """This function will tell what to ask of the next step; None where the actor may set no task."""
    if form.on is None or not _may(work, form.on):
        return None
    me = LinkView(work.actor.user_id, work.actor.name or work.actor.email)
    given = form.given
    wanted = given.get("step.task") == "1" if given else form.record is None
    who = Picker(_("Who does the next step"), url_for("web.pick_people"), "step-who", "step.who", [me])
    return Step(wanted, given.get("step.due", ""), who)


def _may(work: Work, on: Bearer) -> bool:
    try:
        return fetch(work, on.registry, on.id).tabs.get(TASKS_TAB) == "edit"
    except NotFound:
        return False


def take(work: Work, activity: Record, form: MultiDict[str, str]) -> None:
    """This function will set the next step as a task, if the form says so.

    :raises Invalid: when a day is given but no step, or the day is none.
    """
    step = str(activity.values.get("next_step") or "").strip()
    if form.get("step.task") != "1" or activity.on is None:
        return
    if not step:
        if form.get("step.due"):
            raise Invalid({"next_step": [_("Say what the next step is.")]})
        return
    who = next((each for each in form.getlist("step.who") if each), str(work.actor.user_id))
    values = {"title": step[:255], "due": form.get("step.due") or None,
              "assignee": int(who) if who.isdecimal() and len(who) < 10 else work.actor.user_id}  # fmt: skip
    try:
        create(work, TASKS, values, on=Bearer(activity.on.registry, activity.on.id))
    except Invalid as refusal:
        raise Invalid({"next_step": [each for some in refusal.errors.values() for each in some]}) from refusal


__all__ = ["Step", "asked", "take"]

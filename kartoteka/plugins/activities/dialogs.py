"""The dialogs in which activities are noted down and changed."""

from collections.abc import Mapping
from typing import Any

from kartoteka.platform.sdk import N_, Bearer, Dialogs, Link, ThingForm, Verbs, Wording, Work
from kartoteka.plugins.activities.design import CALL, KEY
from kartoteka.plugins.activities.faces import pages
from kartoteka.plugins.activities.steps import asked, take
from kartoteka.plugins.activities.templating import templates_of
from kartoteka.plugins.activities.verbs import log


def _first(work: Work, on: Bearer | None) -> Mapping[str, Any]:
    """It has just happened, and to whoever notes it down."""
    me = Link(work.actor.user_id, work.actor.name or work.actor.email)
    return {"at": work.now, "who": [me]}


def _context(work: Work, form: ThingForm) -> Mapping[str, Any]:
    # Templates begin something new; what was written stays.
    return {"templates": templates_of(work) if form.record is None else [], "step": asked(work, form)}


dialogs = Dialogs(
    pages,
    KEY,
    "/activities",
    Wording(N_("New activity"), N_("Activity"), removed=N_("The activity is in the recycle bin.")),
    done=Verbs(create=log),
    category=CALL,
    left_out=frozenset({"message_id"}),
    moves=True,
    drawn={"text": "activities/text.html"},
    more="activities/next_step.html",
    context=_context,
    first=_first,
    after=take,
)

"""The dialogs in which activities are noted down and changed."""

from collections.abc import Mapping
from typing import Any

from kartoteka.platform.sdk import N_, Bearer, Dialogs, Link, Verbs, Wording, Work
from kartoteka.plugins.activities.design import CALL, KEY
from kartoteka.plugins.activities.faces import pages
from kartoteka.plugins.activities.verbs import log


def _first(work: Work, on: Bearer | None) -> Mapping[str, Any]:
    """It has just happened, and to whoever notes it down."""
    me = Link(work.actor.user_id, work.actor.name or work.actor.email)
    return {"at": work.now, "who": [me]}


dialogs = Dialogs(
    pages,
    KEY,
    "/activities",
    Wording(N_("New activity"), N_("Activity"), removed=N_("The activity is in the recycle bin.")),
    done=Verbs(create=log),
    category=CALL,
    left_out=frozenset({"message_id"}),
    first=_first,
)

"""The dialogs in which notes are written and changed, and the pin that is set by one click."""

from collections.abc import Mapping
from typing import Any

from flask import Response, request

from kartoteka.platform.sdk import (
    N_,
    Dialogs,
    Record,
    ThingForm,
    Verbs,
    Wording,
    Work,
    begin,
    change,
    create,
    fetch,
)
from kartoteka.plugins.notes.design import KEY, ROLES
from kartoteka.plugins.notes.faces import pages
from kartoteka.plugins.notes.sharing import keys, offered, text_of

# Tells that the form has asked for roles at all: no tick means nobody, not that nothing was said.
ASKED = "sharing"


def _typed(values: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**values, ROLES: text_of(request.form.getlist(ROLES))} if ASKED in request.form else values


def _create(work: Work, registry: str, values: Mapping[str, Any], **more: Any) -> Record:
    return create(work, registry, _typed(values), **more)


def _change(work: Work, registry: str, record: int, values: Mapping[str, Any], **more: Any) -> Record:
    return change(work, registry, record, _typed(values), **more)


def _context(work: Work, form: ThingForm) -> Mapping[str, Any]:
    if ASKED in form.given:
        chosen = form.given.getlist(ROLES)
    else:
        chosen = keys(form.record.values.get(ROLES)) if form.record is not None else []
    return {"roles": [(key, name, key in chosen) for key, name in offered(work, chosen)]}


dialogs = Dialogs(
    pages,
    KEY,
    "/notes",
    Wording(N_("New note"), N_("Note"), removed=N_("The note is in the recycle bin.")),
    done=Verbs(create=_create, change=_change),
    left_out=frozenset({ROLES}),
    moves=True,
    free=True,
    mentions=frozenset({"text"}),
    more="notes/sharing.html",
    context=_context,
)


@pages.page("/notes/<int:id>/pin", "POST")
def pin(id: int) -> Response:
    """A note pinned, or no longer."""
    with begin(write=True) as work:
        found = fetch(work, KEY, id)
        change(work, KEY, id, {"pinned": not found.values.get("pinned")})
    return Response("", headers={"HX-Reswap": "none", "HX-Trigger": '{"notes-changed": {}}'})

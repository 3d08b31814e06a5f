"""The page of a record in the portal: how far it is, what is in it, what is said about it, what is to be approved."""

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from kartoteka.platform.sdk import (
    Conflict,
    Invalid,
    Record,
    StaleVersion,
    _,
    change,
    forms,
    go,
    guests,
    office,
    plural,
    shown_outside,
    tell,
)
from kartoteka.plugins.portal.approving import approvals, digest_of
from kartoteka.plugins.portal.asking import asking_views, offers_of
from kartoteka.plugins.portal.faces import pages
from kartoteka.plugins.portal.progress import progress_of
from kartoteka.plugins.portal.settings import NAME
from kartoteka.plugins.portal.talking import LONGEST, thread
from kartoteka.plugins.portal.uploading import (
    INPUT,
    chosen,
    lay_down,
    limits_of,
    note_sent,
    received,
    sends_files,
)
from kartoteka.plugins.portal.visitors import Visit, note_opening, nowhere, visiting


@pages.page("/portal/<registry>/<int:id>", right=guests)
def record(registry: str, id: int) -> ResponseReturnValue:
    """A record, at a plain address that can be mailed."""
    with visiting() as visit:
        found = visit.record(registry, id)
        page = _page(visit, found)
        note_opening(office(), visit.work, found)
        return page


def _page(visit: Visit, found: Record, refusal: str = "", note: str = "") -> str:
    shown = visit.page(found.registry)
    at: dict[str, Any] = {"registry": found.registry, "id": found.id}
    asked, sends = approvals(visit, found), sends_files(visit, found)
    return visit.show(
        "record.html",
        at=found.registry,
        shown=shown,
        title=found.title,
        progress=progress_of(visit, shown, found),
        sections=visit.details(found),
        asked=asked,
        seen=digest_of(visit, found) if any(each.waiting for each in asked) else "",
        documents=shown_outside(visit.work, found),
        limits=limits_of(visit.work) if sends else None,
        files_url=url_for("portal.send_files", **at) if sends else "",
        refusal=refusal,
        note=note,
        talks=shown.page.talks and NAME in found.tabs,
        thread=thread(visit.work, found),
        talk_url=url_for("portal.talk", **at),
        edit_url=url_for("portal.edit", **at) if _editable(visit, found) else "",
    )


@pages.page("/portal/<registry>/<int:id>/files", "POST", right=guests)
def send_files(registry: str, id: int) -> ResponseReturnValue:
    """Files sent to a record; what is wrong with one keeps all of them back, so that nobody wonders which have come."""
    note = request.form.get("note", "").strip()[:LONGEST]
    try:
        with visiting() as visit:
            _with_files(visit, registry, id)
            parcels = received(visit) if chosen() else []
        if not parcels:
            raise Invalid({INPUT: [_("Choose a file first.")]})
        with visiting(write=True) as visit:
            found = _with_files(visit, registry, id)
            note_sent(visit, found, lay_down(visit, found, parcels), note)
            tell(plural("{n} file is sent. Thank you.", "{n} files are sent. Thank you.", len(parcels)))
    except Invalid as refusal:
        with visiting() as visit:
            sentence = next((each[0] for each in refusal.errors.values() if each), refusal.message)
            return _page(visit, visit.record(registry, id), sentence, note), 422
    return go(url_for("portal.record", registry=registry, id=id, _anchor="files"))


def _with_files(visit: Visit, registry: str, id: int) -> Record:
    found = visit.record(registry, id)
    if not sends_files(visit, found):
        raise nowhere()
    return found


def _editable(visit: Visit, found: Record) -> bool:
    return "edit" in found.may and bool(
        asking_views(forms.typed_draft(visit.work, found.registry, found, _nothing()))
    )


def _nothing() -> forms.Form:
    return forms.Form()


@pages.page("/portal/<registry>/<int:id>/edit", right=guests)
def edit(registry: str, id: int) -> ResponseReturnValue:
    """The details that the rights let the guest change himself."""
    with visiting() as visit:
        return _form(visit, _changeable(visit, registry, id), _nothing())


def _changeable(visit: Visit, registry: str, id: int) -> Record:
    found = visit.record(registry, id)
    if not _editable(visit, found):
        raise nowhere()
    return found


@pages.page("/portal/<registry>/<int:id>/edit", "POST", right=guests)
def save(registry: str, id: int) -> ResponseReturnValue:
    """These details, saved."""
    given = request.form
    try:
        with visiting(write=True) as visit:
            found = _changeable(visit, registry, id)
            draft = forms.typed_draft(visit.work, registry, found, given)
            draft.views = list(asking_views(draft))
            values = forms.values_in(draft, given)
            change(visit.work, registry, id, values, version=forms.version_in(given))
            tell(_("Saved."))
    except (Invalid, Conflict, StaleVersion) as refusal:
        with visiting() as visit:
            return _form(visit, visit.record(registry, id), given, refusal), forms.status_of(refusal)
    return go(url_for("portal.record", registry=registry, id=id))


def _form(visit: Visit, found: Record, given: forms.Form, refusal: forms.Refusal | None = None) -> str:
    shown = visit.page(found.registry)
    draft = forms.typed_draft(visit.work, found.registry, found, given)
    draft.judge()
    views = list(asking_views(draft))
    if refusal is not None:
        views = [forms.judged(view, found, refusal) for view in views]
    return visit.show(
        "form.html",
        at=found.registry,
        shown=shown,
        heading=found.title,
        title=found.title,
        views=views,
        offers=offers_of(visit, views),
        intro="",
        action=url_for("portal.edit", registry=found.registry, id=found.id),
        back_url=url_for("portal.record", registry=found.registry, id=found.id),
        version=found.version,
        categories=(),
        refusal=str(refusal.message) if isinstance(refusal, (Conflict, StaleVersion)) else "",
        once="",
        begun=None,
    )

"""The page of a record in the portal: how far it is, what is in it, what is said about it, what is to be approved."""

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
    shown_outside,
    tell,
)
from kartoteka.plugins.portal.approving import approvals, digest_of
from kartoteka.plugins.portal.asking import asking_views, offers_of
from kartoteka.plugins.portal.faces import pages
from kartoteka.plugins.portal.progress import progress_of
from kartoteka.plugins.portal.settings import NAME
from kartoteka.plugins.portal.talking import thread
from kartoteka.plugins.portal.visitors import Visit, note_opening, nowhere, visiting


@pages.page("/portal/<registry>/<int:id>", right=guests)
def record(registry: str, id: int) -> ResponseReturnValue:
    """A record, at a plain address that can be mailed."""
    with visiting() as visit:
        found, shown = visit.record(registry, id), visit.page(registry)
        asked = approvals(visit, found)
        page = visit.show(
            "record.html",
            at=registry,
            shown=shown,
            title=found.title,
            progress=progress_of(visit, shown, found),
            sections=visit.details(found),
            asked=asked,
            seen=digest_of(visit, found) if any(each.waiting for each in asked) else "",
            documents=shown_outside(visit.work, found),
            talks=shown.page.talks and NAME in found.tabs,
            thread=thread(visit.work, found),
            talk_url=url_for("portal.talk", registry=registry, id=id),
            edit_url=url_for("portal.edit", registry=registry, id=id) if _editable(visit, found) else "",
        )
        note_opening(office(), visit.work, found)
        return page


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

"""A record as staff see it, and beside it the same record as one of the customers sees it."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request, url_for

from kartoteka.platform.sdk import (
    FieldView,
    Guise,
    NotFound,
    Record,
    Work,
    begin,
    belongs,
    fetch,
    label,
    looking,
    render,
    shown_field,
    shown_outside,
)
from kartoteka.plugins.portal.access import accounts
from kartoteka.plugins.portal.faces import pages
from kartoteka.plugins.portal.progress import Progress, progress_of
from kartoteka.plugins.portal.settings import NAME
from kartoteka.plugins.portal.talking import thread
from kartoteka.plugins.portal.visitors import PortalField, Visit

MOST_TRIED = 200


@dataclass(frozen=True)
class Inside:
    """A section as staff see it: its name, its details, and for each whether the customer is shown it."""

    label: str
    details: Sequence[tuple[FieldView, bool]]


@dataclass(frozen=True)
class Outside:
    """The record as the customer sees it."""

    title: str
    page: str
    progress: Progress | None
    sections: Sequence[tuple[str, str, list[PortalField]]]
    documents: Sequence[tuple[str, str]]
    messages: int


@pages.page("/from-customers/on/<registry>/<int:id>/beside")
def beside(registry: str, id: int) -> str:
    """Both views of one record; only admins see with the eyes of others."""
    with begin() as work:
        looking.insist_on_admin(work)
        record = fetch(work, registry, id)
        who = _people(work, record)
        asked = request.args.get("user", "")
        chosen = next((user for user, _name in who if str(user) == asked), who[0][0] if who else 0)
        outside = _outside(work, record, chosen) if chosen else None
        shown = {view.key for _key, _name, views in outside.sections for view in views} if outside else set()
        return render(
            work,
            "portal/beside.html",
            at="from_customers",
            record=record,
            record_url=url_for("web.record", registry=registry, id=id),
            tab_url=url_for("web.plugin_tab", registry=registry, id=id, plugin=NAME),
            people=who,
            chosen=chosen,
            inside=_inside(work, record, shown),
            outside=outside,
        )


def _people(work: Work, record: Record) -> list[tuple[int, str]]:
    """The accounts of the portal that see the record."""
    roles = {key for key, role in work.catalog.roles.items() if record.registry in role.grants}
    known = [each for each in accounts(work) if each.active and roles & set(each.roles)]
    return [
        (each.id, f"{each.name} · {each.email}")
        for each in known[:MOST_TRIED]
        if _sees(work, each.id, record)
    ]


def _sees(work: Work, user: int, record: Record) -> bool:
    try:
        fetch(looking.with_eyes_of(work, Guise(user_id=user)), record.registry, record.id)
    except NotFound:
        return False
    return True


def _inside(work: Work, record: Record, shown: set[str]) -> list[Inside]:
    opened, found = work.open(record.registry), []
    for section in opened.registry.active_sections:
        views = [
            shown_field(work, record, each, may_edit=False)
            for each in opened.fields
            if each.section == section.key and each.key in record.values and belongs(each, record.category)
        ]
        told = [(view, view.key in shown) for view in views if view.shown and (view.text or view.links)]
        if told and belongs(section, record.category):
            found.append(Inside(label(section, work.actor.locale.language), told))
    return found


def _outside(work: Work, record: Record, user: int) -> Outside | None:
    """What somebody sees; None where his window has no page for such records."""
    visit = Visit(looking.with_eyes_of(work, Guise(user_id=user)))
    try:
        found, shown = visit.record(record.registry, record.id), visit.page(record.registry)
    except NotFound:
        return None
    return Outside(
        found.title,
        shown.label,
        progress_of(visit, shown, found),
        visit.details(found),
        shown_outside(visit.work, found),
        len(thread(visit.work, found)),
    )


__all__ = ["beside"]

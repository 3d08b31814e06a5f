"""The first page of the portal: what waits, what has changed since last time, figures, news and whom to turn to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue

from kartoteka.platform.sdk import (
    KartotekaError,
    NotFound,
    Query,
    _,
    begin,
    browse,
    go,
    guests,
    history,
    label,
    office,
)
from kartoteka.plugins.portal.design import APPROVAL, NEWS, WAITING
from kartoteka.plugins.portal.faces import pages
from kartoteka.plugins.portal.figures import figures
from kartoteka.plugins.portal.groups import is_for
from kartoteka.plugins.portal.listing import short_lists
from kartoteka.plugins.portal.settings import said
from kartoteka.plugins.portal.tables import Visit as VisitRow
from kartoteka.plugins.portal.talking import kind, talks
from kartoteka.plugins.portal.visitors import ANEW_AFTER, Shown, Visit, note_visit

MOST_WAITING = 12
MOST_CHANGED = 8
LOOKED_AT = 40
MOST_NEWS, MOST_PUBLISHED = 5, 60


@dataclass(frozen=True)
class Line:
    """Something that waits or has changed, and where it is."""

    title: str
    about: str
    url: str
    icon: str
    at: datetime | None = None


@dataclass(frozen=True)
class News:
    """One piece of news."""

    title: str
    text: str
    since: Any


@pages.page("/portal", right=guests)
def home() -> ResponseReturnValue:
    """The first page."""
    with begin() as work:
        if not work.actor.is_guest:
            return go("/")
        visit = Visit(work)
        before = _before(visit)
        shown = visit.show(
            "home.html",
            at="home",
            greeting=_("Hello, {name}", name=work.actor.name.split(" ")[0]),
            welcome=next(
                (text for each in visit.windows if (text := said(each.welcome, visit.language))), ""
            ),
            waiting=waiting(visit),
            changed=changed(visit, before) if before else [],
            before=before,
            figures=figures(visit),
            short_lists=short_lists(visit),
            news=news(visit),
            asking=[each for each in visit.pages.values() if each.form is not None],
            contacts=[
                {**each, "about": said(each["about"], visit.language)}
                for window in visit.windows
                for each in window.contacts
            ],
        )
        person = work
    note_visit(office(), person)
    return shown


def _before(visit: Visit) -> datetime | None:
    """When the guest was here the time before this one."""
    row = visit.work.session.get(VisitRow, visit.work.actor.user_id)
    if row is None:
        return None
    return row.last_at if visit.work.now - row.last_at > ANEW_AFTER else row.before_at


def waiting(visit: Visit) -> list[Line]:
    """This function will list what waits for the guest: approvals, and things in a state that asks for him."""
    open_approvals = {"and": [kind(APPROVAL), {"field": "verdict", "op": "eq", "value": WAITING}]}
    lines = []
    for item in talks(visit.work, open_approvals, size=MOST_WAITING):
        if item.on is not None and item.on.registry in visit.pages:
            url = url_for("portal.record", registry=item.on.registry, id=item.on.id, _anchor="approvals")
            about = _("Waits for your approval")
            lines.append(Line(item.on.title, about, url, "rubber-stamp", item.created_at))
    for shown in visit.pages.values():
        lines += _waiting_in(visit, shown)
    return lines[:MOST_WAITING]


def _waiting_in(visit: Visit, shown: Shown) -> list[Line]:
    if not (shown.page.state and shown.page.waiting):
        return []
    asked = {"field": shown.page.state, "op": "in", "value": list(shown.page.waiting)}
    opened = visit.work.open(shown.key)
    each = opened.seen.field(shown.page.state)
    assert each is not None
    try:
        found = browse(visit.work, shown.key, Query(filter=asked, sort="-id", page_size=MOST_WAITING)).items
    except KartotekaError:
        # The designer's states may have changed since.
        return []
    return [
        Line(record.title, visit.field(record, each).text,
             url_for("portal.record", registry=shown.key, id=record.id), shown.icon)
        for record in found
    ]  # fmt: skip


def changed(visit: Visit, since: datetime) -> list[Line]:
    """This function will tell what others have changed since a moment, as far as the guest may read it.

    It is taken out of the history as he may read it: that something hidden was changed is told by nothing.
    """
    lines = [line for shown in visit.pages.values() for line in _changed_in(visit, shown, since)]
    return sorted(lines, key=lambda line: line.at or since, reverse=True)[:MOST_CHANGED]


def _changed_in(visit: Visit, shown: Shown, since: datetime) -> list[Line]:
    asked = {"field": "updated_at", "op": "gt", "value": since.isoformat()}
    query = Query(filter=asked, sort="-updated_at", page_size=LOOKED_AT, fields=())
    lines = []
    for record in browse(visit.work, shown.key, query).items:
        for entry in history.entries(visit.work, shown.key, record.id, limit=20):
            told = _told(visit, shown, entry)
            if entry.at > since and told and entry.by.id != visit.work.actor.user_id:
                url = url_for("portal.record", registry=shown.key, id=record.id)
                lines.append(Line(record.title, told, url, shown.icon, entry.at))
                break
    return lines


def _told(visit: Visit, shown: Shown, entry: history.Entry) -> str:
    """What of an entry is worth telling; nothing when all of it is hidden."""
    opened = visit.work.open(shown.key)
    if entry.action == "create":
        return _("New")
    names = []
    for each in entry.changes:
        found = opened.seen.field(each.field)
        if found is None:
            continue
        if found.key == shown.page.state and each.new is not None:
            field_kind = opened.kind(found)
            text = field_kind.type.text(each.new, field_kind.options, visit.work.actor.locale)
            return f"{label(found, visit.language)}: {text}"
        names.append(label(found, visit.language))
    return _("Changed: {names}", names=", ".join(names)) if names else ""


def news(visit: Visit) -> list[News]:
    """This function will give the news for this guest, newest first."""
    try:
        published = browse(visit.work, NEWS, Query(sort="-since", page_size=MOST_PUBLISHED)).items
    except NotFound:
        return []
    found = [each for each in published if is_for(visit.work, each.values.get("audience") or "")][:MOST_NEWS]
    return [
        News(each.values.get("title") or "", each.values.get("text") or "", each.values.get("since"))
        for each in found
    ]


__all__ = ["changed", "news", "waiting"]

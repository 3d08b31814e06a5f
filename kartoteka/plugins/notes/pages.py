"""The tab of notes on a record, and everybody's own page of notes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import render_template, request, url_for
from markupsafe import Markup

from kartoteka.platform.sdk import (
    Page,
    Query,
    Record,
    Work,
    begin,
    below,
    browse,
    count,
    lying_on,
    markdown,
    render,
)
from kartoteka.plugins.notes.design import KEY, MINE, ROLES
from kartoteka.plugins.notes.dialogs import dialogs
from kartoteka.plugins.notes.faces import pages
from kartoteka.plugins.notes.sharing import keys, known

ORDER = "-pinned,-created_at"
AT_ONCE = 30
SHOWN = {"mine": MINE, "pinned": {"field": "pinned", "op": "eq", "value": True}}


@dataclass(frozen=True)
class NoteView:
    """A note as it is shown."""

    id: int
    html: Markup
    who: str
    at: datetime
    changed: bool
    private: bool
    pinned: bool
    roles: Sequence[str]
    # Where it lies, as an address and a title; nothing for a free one.
    on_url: str
    on: str
    url: str
    # What other plugins show with it, such as its files.
    below: Markup


def show(work: Work, record: Record) -> str:
    """This function will give the notes of a record as HTML, pinned ones first."""
    here = url_for("web.plugin_tab", registry=record.registry, id=record.id, plugin="notes")
    found = _found(work, lying_on(record))
    return render_template(
        "notes/tab.html",
        notes=_views(work, found, with_place=False),
        more_url=_more(here, found),
        here=here,
        new_url=dialogs.new_url(record) if record.tabs.get("notes") == "edit" else "",
    )


def number(work: Work, record: Record) -> str:
    """This function will count the notes on a record that the reader sees."""
    return str(count(work, KEY, Query(filter=lying_on(record))) or "")


@pages.page("/notes")
def notes() -> str:
    """All notes that somebody sees: his own, and what others share with him or lies on records."""
    q, which = request.args.get("q", "").strip()[:200], request.args.get("show", "")
    with begin() as work:
        found = _found(work, SHOWN.get(which), q)
        return render(
            work,
            "notes/notes.html",
            at="notes",
            notes=_views(work, found),
            more_url=_more(url_for("notes.notes", q=q or None, show=which or None), found),
            here=url_for("notes.notes", q=q or None, show=which or None),
            q=q,
            which=which if which in SHOWN else "",
            new_url=dialogs.new_url(),
        )


def _found(work: Work, asked: Any, q: str = "") -> Page:
    cursor = request.args.get("cursor") or None
    return browse(
        work, KEY, Query(filter=asked, q=q, sort=ORDER, page_size=AT_ONCE, cursor=cursor), flags=True
    )


def _more(here: str, found: Page) -> str:
    return f"{here}{'&' if '?' in here else '?'}cursor={found.next}" if found.next else ""


def _views(work: Work, found: Page, *, with_place: bool = True) -> list[NoteView]:
    beneath = below(work, found.items)
    return [_view(work, each, beneath.get(each.id, Markup()), with_place) for each in found.items]


def _view(work: Work, note: Record, beneath: Markup, with_place: bool) -> NoteView:
    names, on = dict(known(work)), note.on if with_place else None
    return NoteView(
        note.id,
        markdown(note.values.get("text") or ""),
        note.created_by.title,
        note.created_at,
        note.version > 1,
        bool(note.values.get("private")),
        bool(note.values.get("pinned")),
        [names[key] for key in keys(note.values.get(ROLES)) if key in names],
        url_for("web.plugin_tab", registry=on.registry, id=on.id, plugin="notes") if on else "",
        on.title if on else "",
        dialogs.url(note.id) if "edit" in note.may else "",
        beneath,
    )

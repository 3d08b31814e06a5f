"""What happened to a record: the feed beside its details, its history, and going back to a version."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import render_template, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from kartoteka.platform.catalog.definitions import Field, label
from kartoteka.platform.front import begin
from kartoteka.platform.kernel.texts import N_, _
from kartoteka.platform.services import history, records
from kartoteka.platform.services.records import Record
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.answers import go
from kartoteka.platform.web.fields import FieldView
from kartoteka.platform.web.pages import page
from kartoteka.platform.web.records import record_view
from kartoteka.platform.web.shell import render, tell

IN_THE_FEED = 6
LONG = 80
_ACTIONS = {
    "create": (N_("Created"), "plus"), "change": (N_("Changed"), "pencil"), "remove": (N_("Removed"), "trash"),
    "restore": (N_("Brought back"), "restore"),
}  # fmt: skip
_CHANNELS = {
    "api": N_("by the API"),
    "import": N_("by an import"),
    "portal": N_("in the portal"),
    "rule": N_("by a rule"),
    "cli": N_("from the command line"),
    "ares": N_("from ARES"),
}


@dataclass(frozen=True)
class ChangeView:
    """One detail before and after."""

    label: str
    old: str
    new: str

    @property
    def long(self) -> bool:
        """Whether both deserve a line of their own."""
        return max(len(self.old), len(self.new)) > LONG or "\n" in self.old + self.new


@dataclass(frozen=True)
class EntryView:
    """One version in words."""

    version: int
    at: datetime
    by: str
    via: str
    text: str
    icon: str
    changes: Sequence[ChangeView]
    restore_url: str = ""


@dataclass(frozen=True)
class Preview:
    """What going back to a version would change."""

    version: int
    url: str
    changes: Sequence[ChangeView]


@page("/r/<registry>/<int:id>/latest")
def feed(registry: str, id: int) -> str:
    """The latest that happened to a record."""
    with begin() as work:
        record = records.fetch(work, registry, id)
        return render_template("records/feed.html", entries=_entries(work, record, IN_THE_FEED))


@page("/r/<registry>/<int:id>/history")
def record_history(registry: str, id: int) -> str:
    """Everything that happened to a record."""
    with begin() as work:
        record = records.fetch(work, registry, id)
        return render(
            work,
            "records/history.html",
            at=registry,
            record=record_view(work, record, "history"),
            entries=_entries(work, record),
        )


@page("/r/<registry>/<int:id>/history/<int:version>")
def version_preview(registry: str, id: int, version: int) -> str:
    """What would change if the record went back to a version."""
    with begin() as work:
        record = records.fetch(work, registry, id)
        changes = _differences(work, record, history.as_of(work, registry, id, version=version))
        address = url_for("web.restore_version", registry=registry, id=id, version=version)
        return render_template("records/restore_version.html", preview=Preview(version, address, changes))


@page("/r/<registry>/<int:id>/history/<int:version>", "POST")
def restore_version(registry: str, id: int, version: int) -> Response:
    """The record as it was."""
    with begin(write=True) as work:
        history.restore_version(work, registry, id, version)
        tell(_("The record is back at version {n}.", n=version))
    return go(url_for("web.record", registry=registry, id=id))


def _differences(work: Work, now: Record, then: Record) -> list[ChangeView]:
    views = [
        (_text(work, each, now.values.get(each.key)), _text(work, each, then.values.get(each.key)), each)
        for each in _fields(work, now)
    ]
    language = work.actor.locale.language
    changes = [ChangeView(label(each, language), old, new) for old, new, each in views if old != new]
    if now.category != then.category:
        changes.insert(
            0,
            ChangeView(
                _("Category"), _category(work, now, now.category), _category(work, now, then.category)
            ),
        )
    return changes


def _fields(work: Work, record: Record) -> list[Field]:
    return [each for each in work.open(record.registry).fields if each.key in record.values]


def _text(work: Work, each: Field, value: Any) -> str:
    kind = work.layout.kind(each)
    return FieldView(each, kind, work.actor.locale, value).text


def _category(work: Work, record: Record, key: Any) -> str:
    found = work.open(record.registry).registry.category(key) if isinstance(key, str) else None
    return label(found, work.actor.locale.language) if found else str(key or "")


def _entries(work: Work, record: Record, limit: int = 100) -> list[EntryView]:
    """The newest version is what the record is now: there is nothing to go back to."""
    return [
        _entry(work, record, each) for each in history.entries(work, record.registry, record.id, limit=limit)
    ]


def _entry(work: Work, record: Record, entry: history.Entry) -> EntryView:
    said, icon = _ACTIONS.get(entry.action, _ACTIONS["change"])
    may_return = entry.version != record.version and "edit" in record.may and entry.action != "remove"
    address = (
        url_for("web.version_preview", registry=record.registry, id=record.id, version=entry.version)
        if may_return
        else ""
    )
    channel = _CHANNELS.get(entry.via)
    return EntryView(
        entry.version, entry.at, entry.by.title, _(channel) if channel else "", _(said), icon,
        [change for each in entry.changes if (change := _change(work, record, each)) is not None], address,
    )  # fmt: skip


def _change(work: Work, record: Record, change: history.Change) -> ChangeView | None:
    if change.field == "category":
        return ChangeView(
            _("Category"), _category(work, record, change.old), _category(work, record, change.new)
        )
    registry = work.open(record.registry).registry
    each = registry.field(change.field)
    if change.field == "merged":
        gone, come = (", ".join(each["title"] for each in end or ()) for end in (change.old, change.new))
        return ChangeView(_("Merged"), gone, come)
    if each is None and registry.attached and change.field == "on":
        places = [place["title"] if place else "" for place in (change.old, change.new)]
        return ChangeView(_("Belongs to"), *places)
    if each is None:
        return None
    name = label(each, work.actor.locale.language)
    return ChangeView(name, _past_text(work, each, change.old), _past_text(work, each, change.new))


def _past_text(work: Work, each: Field, value: Any) -> str:
    """A value out of history is in its JSON form, and may not pass today's checks any more."""
    if value in (None, "", []):
        return ""
    kind = work.layout.kind(each)
    if kind.linking:
        return ", ".join(str(link["title"]) for link in value)
    try:
        return str(kind.type.text(kind.schema.deserialize(value), kind.options, work.actor.locale))
    except ValidationError:
        return str(value)

"""What a designer is told of a part of the design: who sees it, how many records use it, when it was last changed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, false, select

from kartoteka.platform.access.models import User
from kartoteka.platform.access.usage import Counter, Usage
from kartoteka.platform.catalog.definitions import Field, Registry
from kartoteka.platform.catalog.models import DesignChange
from kartoteka.platform.kernel.texts import N_, _
from kartoteka.platform.services.work import Work

# The journal is read back this far for the change of one part; what is older is told by the design history.
FARTHEST, AT_ONCE = 60, 6
_WORDS = {
    "name": N_("name"),
    "names": N_("translations"),
    "help": N_("hint"),
    "helps": N_("translations of the hint"),
    "type": N_("type"),
    "options": N_("options"),
    "section": N_("section"),
    "categories": N_("categories"),
    "default": N_("what is filled in by itself"),
    "colour": N_("colour"),
    "when": N_("rules"),
}
_FLAGS = {
    "required": (N_("must be filled in"), N_("may be empty")),
    "unique": (N_("no two records may have the same"), N_("may repeat")),
    "collapsed": (N_("folded at first"), N_("open at first")),
}
_QUOTED = frozenset({"name", "type", "section"})
# What an attribute is when the document does not say: it is left out where it has its default.
_UNSAID: Mapping[str, Any] = {
    "active": True,
    "options": {},
    "names": {},
    "helps": {},
    "categories": [],
    "when": {},
}


@dataclass(frozen=True, slots=True)
class LastChange:
    """The newest entry of the journal in which a part has become another one."""

    version: int
    at: datetime
    by: str
    what: tuple[str, ...]


def usage(work: Work, registry: Registry, fields: Sequence[Field], categories: tuple[str, ...] = ()) -> Usage:
    """This function will count the records that use some fields of a registry, by one statement."""
    work.require("design")
    return _counter(work, registry).usage(tuple(fields), categories)


def of_category(work: Work, registry: Registry, category: str) -> int:
    """This function will count the records of a category."""
    work.require("design")
    return _counter(work, registry).of_category(category)


def _counter(work: Work, registry: Registry) -> Counter:
    within = None
    if registry.narrow is not None:
        visible = {each.key for each in work.registries(plugins=True)}
        within = work.open(registry.key).seen.reach("view") if registry.key in visible else false()
    return Counter(work.connection, work.layout, registry, within)


def last_change(work: Work, registry: str, place: str, key: str) -> LastChange | None:
    """This function will find who has last changed a field, section or category, when, and what of it."""
    work.require("design")
    for entry, name in _entries(work, registry, key):
        before, after = _part(entry.before, registry, place, key), _part(entry.after, registry, place, key)
        if before != after:
            return LastChange(entry.version, entry.at, name, tuple(_said(before, after)))
    return None


def _entries(work: Work, registry: str, key: str) -> Iterator[tuple[DesignChange, str]]:
    """Entries whose steps name the part, newest first, a few at a time since their documents are large."""
    steps = cast(DesignChange.steps, String)
    wanted = (
        select(DesignChange, User.name)
        .join(User, User.id == DesignChange.by_id)
        .where(steps.contains(registry, autoescape=True), steps.contains(key, autoescape=True))
        .order_by(DesignChange.version.desc())
    )
    for start in range(0, FARTHEST, AT_ONCE):
        found = work.session.execute(wanted.offset(start).limit(AT_ONCE)).all()
        yield from ((entry, name) for entry, name in found)
        if len(found) < AT_ONCE:
            return


def _part(documents: Mapping[str, Any], registry: str, place: str, key: str) -> Mapping[str, Any] | None:
    body = documents.get("registries", {}).get(registry) or {}
    return next((each for each in body.get(place, ()) if each["key"] == key), None)


def _said(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> Iterator[str]:
    if before is None or after is None:
        yield _("made") if before is None else _("switched off")
        return
    for name in (*_WORDS, *_FLAGS, "active"):
        old, new = (each.get(name, _UNSAID.get(name, "")) for each in (before, after))
        if old == new:
            continue
        if name == "active":
            yield _("switched on") if new else _("switched off")
        elif name in _FLAGS:
            set_to, taken_off = _FLAGS[name]
            yield _(set_to) if new else _(taken_off)
        elif name in _QUOTED:
            yield f"{_(_WORDS[name])}: “{old}” → “{new}”"
        else:
            yield _(_WORDS[name])


__all__ = ["LastChange", "Usage", "last_change", "of_category", "usage"]

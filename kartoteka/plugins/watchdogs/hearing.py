"""Which events can make a watchdog speak at all: told by the events themselves, before any record is read."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kartoteka.platform.sdk import Work
from kartoteka.plugins.watchdogs import definition as d
from kartoteka.plugins.watchdogs.definition import Definition, When

CREATE, CHANGE, REMOVE, RESTORE = "create", "change", "remove", "restore"
# What a record can do that was not there before: it comes with all its values.
_COMING = frozenset({d.CREATED, d.ENTERS, d.REACHES, d.RISES})
_GOING = frozenset({d.DELETED, d.QUITS})
_OF_VALUES = d.OF_FIELD - d.OF_DATE


def heard(work: Work, definition: Definition, events: Iterable[Any]) -> list[Any]:
    """This function will give the events after which a watchdog may say something of a step or of a number."""
    own = {each.key for each in work.catalog.registries[definition.registry].fields}
    asked = asks_about(definition.filter)
    # Of what is no detail of the record, such as its category, events do not tell whether it has changed.
    known = asked if asked <= own else None
    return [
        each for each in events if any(_concerns(part, each.body, known) for part in definition.when.each)
    ]


def _concerns(part: When, body: Mapping[str, Any], asked: frozenset[str] | None) -> bool:
    action, fields = body["action"], set(body["fields"])
    if part.sort == d.NUMBER:
        return action != CHANGE or _refits(fields, asked)
    if part.sort != d.STEP:
        return False
    if action in (CREATE, RESTORE):
        return part.kind in _COMING
    if action == REMOVE:
        return part.kind in _GOING
    if action != CHANGE:
        return True
    if part.kind in _OF_VALUES and part.field:
        return part.field in fields
    if part.kind in (d.ENTERS, d.QUITS):
        return _refits(fields, asked)
    return part.kind == d.CHANGE


def _refits(fields: set[str], asked: frozenset[str] | None) -> bool:
    """Whether a change of some fields can make a record fit, or fit no more."""
    return asked is None or bool(fields & asked) or (not fields and bool(asked))


def points(work: Work, definition: Definition, registry: str, events: Iterable[Any]) -> list[Any]:
    """This function will give the events after which a record of a registry may point at one that is watched."""
    relations = work.catalog.relations_to.get(definition.registry, ())
    keys = {each.key for other, each in relations if other.key == registry}
    return [each for each in events if each.body["action"] != CHANGE or keys & set(each.body["fields"])]


def asks_about(node: Any) -> frozenset[str]:
    """This function will name what of a record a filter asks about; of paths where they begin."""
    if isinstance(node, Mapping):
        own = {node["field"].partition(".")[0]} if isinstance(node.get("field"), str) else set()
        return frozenset(own).union(*map(asks_about, node.values()))
    if isinstance(node, Sequence) and not isinstance(node, str):
        return frozenset().union(*map(asks_about, node))
    return frozenset()


__all__ = ["asks_about", "heard", "points"]

"""The filter language as data: parsed and bounded before anything is looked up or compiled."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kartoteka.field_types.field_type import Operator
from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.kernel.texts import _

MAX_DEPTH = 8
MAX_NODES = 200
MAX_LIST = 1000
MAX_PATH = 3


@dataclass(frozen=True, slots=True)
class And:
    """All of the parts hold; of no parts: true."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Some of the parts hold; of no parts: false."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Condition"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A field (or a path through relations to one) compared with a value."""

    path: tuple[str, ...]
    operator: Operator
    value: Any


Condition = And | Or | Not | Comparison


def parse(document: Any) -> Condition:
    """This function will read a filter document into a tree.

    :raises Invalid: under `filter`, with a sentence that says what is wrong.
    """
    return _Parser().condition(document, 1)


class _Parser:
    """Counts nodes while it descends, so that a hostile filter ends early."""

    def __init__(self) -> None:
        self.nodes = 0

    def condition(self, document: Any, depth: int) -> Condition:
        self.nodes += 1
        if depth > MAX_DEPTH:
            raise _wrong(_("The filter is nested too deeply; {max} levels are the most.", max=MAX_DEPTH))
        if self.nodes > MAX_NODES:
            raise _wrong(_("The filter has too many parts; {max} are the most.", max=MAX_NODES))
        if not isinstance(document, Mapping):
            raise _wrong(_("A filter is an object with the keys field, op and value."))
        if "field" in document:
            return self.comparison(document)
        if len(document) != 1:
            raise _wrong(_('Each part of a filter has "and", "or", "not" or "field".'))
        ((word, inner),) = document.items()
        if word == "not":
            return Not(self.condition(inner, depth + 1))
        if word not in ("and", "or") or not isinstance(inner, list):
            raise _wrong(_('Each part of a filter has "and", "or", "not" or "field".'))
        parts = tuple(self.condition(each, depth + 1) for each in inner)
        return And(parts) if word == "and" else Or(parts)

    def comparison(self, document: Mapping[str, Any]) -> Comparison:
        unknown = sorted(str(key) for key in document.keys() - {"field", "op", "value"})
        if unknown:
            raise _wrong(_("A filter does not know “{word}”.", word=unknown[0]))
        name, word = document["field"], document.get("op", "eq")
        if not isinstance(name, str) or not name or len(name) > 200:
            raise _wrong(_("A filter names its field by its key."))
        path = tuple(name.split("."))
        if len(path) > MAX_PATH:
            raise _wrong(_("A path through relations has {max} steps at most.", max=MAX_PATH))
        try:
            operator = Operator(word)
        except ValueError:
            raise _wrong(_("There is no operator “{word}”.", word=str(word)[:40])) from None
        value = document.get("value")
        if isinstance(value, list) and len(value) > MAX_LIST:
            raise _wrong(_("A list in a filter has {max} values at most.", max=MAX_LIST))
        return Comparison(path, operator, value)


def _wrong(sentence: str) -> Invalid:
    return Invalid({"filter": [sentence]})


def fields_of(condition: Condition) -> frozenset[tuple[str, ...]]:
    """This function will collect every path that a filter names."""
    match condition:
        case Comparison():
            return frozenset({condition.path})
        case Not():
            return fields_of(condition.part)
        case And() | Or():
            return frozenset().union(*(fields_of(part) for part in condition.parts))

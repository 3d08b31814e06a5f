"""Field types that link to other things: relation, user, file; their values live in link tables."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, ClassVar, NoReturn

from kartoteka.field_types import options as option_rules
from kartoteka.field_types.field_type import FieldType, Locale, Operator, Options, Sort
from kartoteka.field_types.options import Rule, option
from kartoteka.field_types.schema import Reader, ValueSchema, refuse
from kartoteka.field_types.texts import N_, _

HIGHEST_ID = 2**63 - 1
MOST_LINKS = 10_000
_REGISTRY_KEY = re.compile("_?[a-z][a-z0-9_]{0,39}")
_ID = re.compile("[0-9]{1,19}")


def _registry_rule() -> Rule:
    def read(raw: Any) -> str:
        if not isinstance(raw, str) or not _REGISTRY_KEY.fullmatch(raw):
            raise ValueError(_("This must be the key of a registry."))
        return raw

    return Rule("registry", read)


_REGISTRY = _registry_rule()
_FLAG = option_rules.flag()


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkOptions(Options):
    """One or many."""

    many: bool = option(_FLAG, label=N_("More than one"), default=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationOptions(Options):
    """Which registry, and one record of it or many."""

    target: str = option(_REGISTRY, label=N_("Registry"))
    many: bool = option(_FLAG, label=N_("More than one"), default=False)


class Link(FieldType):
    """What linking types have in common: a value is a tuple of ids, the empty tuple when there is none."""

    operators = (
        Operator.EQ,
        Operator.NE,
        Operator.IN,
        Operator.NOT_IN,
        Operator.IS_EMPTY,
        Operator.NOT_EMPTY,
    )
    sort = Sort.NONE
    Options: ClassVar[type[Options]] = LinkOptions

    def many(self, options: Any) -> bool:
        """Whether there may be more than one."""
        return bool(options.many)

    def column_type(self, options: Any) -> NoReturn:
        """There is none."""
        raise TypeError(f"values of the type {self.name} live in a link table and have no column")

    def schema(self, options: Any) -> ValueSchema:
        """An id, a list of ids, or what the API gives out: a list of objects with ids."""
        json_schema = {"type": "array", "items": {"type": "integer"}}
        return ValueSchema(_link_reader(self.many(options)), list, empty=(), json_schema=json_schema)

    def text(self, value: tuple[int, ...] | None, options: Any, locale: Locale) -> str:
        """The bare ids: titles are known only to the gate."""
        return ", ".join(str(each) for each in value or ())

    def sample(self, options: Any, random: Random) -> tuple[int, ...]:
        """Some ids; whether they exist is not known here."""
        count = random.randint(1, 4) if self.many(options) else 1
        return tuple(random.sample(range(1, 100_000), count))


class Relation(Link):
    """Records of a registry."""

    name = "relation"
    widget = "relation"
    label = N_("Relation")
    Options = RelationOptions

    def target(self, options: RelationOptions) -> str:
        """The key of the registry."""
        return options.target


class User(Link):
    """Users of the program."""

    name = "user"
    widget = "user"
    label = N_("User")

    def target(self, options: LinkOptions) -> str:
        """The users."""
        return "users"


class File(Link):
    """Files kept with the record."""

    name = "file"
    widget = "file"
    label = N_("File")

    def target(self, options: LinkOptions) -> str:
        """The files."""
        return "files"


def _link_reader(many: bool) -> Reader:
    def read(raw: Any) -> tuple[int, ...]:
        if isinstance(raw, str):
            parts: Any = re.split(r"\s*[,;]\s*", raw)
        else:
            parts = raw if isinstance(raw, (list, tuple)) else [raw]
        if len(parts) > MOST_LINKS:
            raise refuse(_("There may be at most {max} links.", max=MOST_LINKS))
        ids = tuple(dict.fromkeys(_read_id(part) for part in parts))
        if len(ids) > 1 and not many:
            raise refuse(_("Only one belongs here."))
        return ids

    return read


def _read_id(raw: Any) -> int:
    found = raw.get("id") if isinstance(raw, Mapping) else raw
    if isinstance(found, float) and found.is_integer():
        found = int(found)
    if isinstance(found, str) and _ID.fullmatch(found):
        found = int(found)
    if isinstance(found, bool) or not isinstance(found, int) or not 0 < found <= HIGHEST_ID:
        raise refuse(_("This must be the number (id) of what is linked."))
    return found

"""What every kind of tiles can do, and the inputs with which its options are asked for."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from werkzeug.datastructures import MultiDict

from kartoteka.platform.catalog.definitions import Field, label
from kartoteka.platform.catalog.filters import fields_of, parse
from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.dashboards import Tile
from kartoteka.platform.services.records import NUMERIC
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.state import Node, State
from kartoteka.platform.web.targets import SYSTEM

Given = MultiDict[str, str]
Options = dict[str, Any]
DATES = frozenset({"date", "datetime"})
GROUPING = frozenset({"choice", "boolean", "relation", "user"})
MOMENTS = ("created_at", "updated_at")
PREFIX = "t."


@dataclass(frozen=True)
class Ask:
    """One input of the form of a tile. `offered` are the choices of a select or of ticks."""

    name: str
    label: str
    entry: Literal["select", "number", "text", "long", "ticks", "radio", "picture", "links"]
    value: Any = ""
    offered: Sequence[tuple[str, str]] = ()
    help: str = ""
    low: int = 1
    high: int = 100


class TileKind(ABC):
    """A kind of tiles. It answers for one reader at a time, by the verbs that everybody uses."""

    name: ClassVar[str]
    icon: ClassVar[str]
    width: ClassVar[int] = 1
    # Whether it is about the records of one registry, so that it has a registry and a filter.
    about_records: ClassVar[bool] = True
    # The plugin that it comes from; it is there while the plugin is active.
    plugin: str = ""

    @property
    def template(self) -> str:
        """The template that draws it."""
        return f"tiles/{self.name}.html"

    @abstractmethod
    def label(self) -> str:
        """This function will name the kind in the reader's language."""

    @abstractmethod
    def about(self) -> str:
        """This function will say in a few words what it shows."""

    def asks(self, work: Work, registry: str, given: Given) -> Sequence[Ask]:
        """This function will list the inputs of its options, filled with what was typed."""
        return ()

    def read(self, work: Work, registry: str, given: Given) -> Options:
        """This function will read its options out of a form.

        :raises Invalid: under the names of the inputs.
        """
        return {}

    def typed(self, options: Mapping[str, Any]) -> dict[str, list[str]]:
        """This function will write options as a form holds them."""
        return {
            key: [str(each) for each in value] if isinstance(value, list) else [str(value)]
            for key, value in options.items()
            if key not in ("registry", "filter")
        }

    def paths(self, options: Mapping[str, Any]) -> Sequence[str]:
        """This function will name the fields that it is made of, beside those of its filter."""
        return ()

    def heading(self, work: Work, tile: Tile) -> str:
        """This function will name a tile that was given no name of its own."""
        if tile.registry:
            return label(work.open(tile.registry).registry, work.actor.locale.language)
        return self.label()

    def link(self, work: Work, tile: Tile) -> str:
        """This function will give the address that the heading leads to, if there is one."""
        return list_state(tile.options).url if tile.registry else ""

    @abstractmethod
    def render(self, work: Work, tile: Tile) -> Mapping[str, Any]:
        """This function will find what the reader may see of a tile, for its template."""


def list_state(options: Mapping[str, Any], *more: Node) -> State:
    """This function will give the list that a tile is about, narrowed further by conditions."""
    return State(str(options["registry"]), (*nodes_of(options), *more))


def nodes_of(options: Mapping[str, Any]) -> tuple[Node, ...]:
    """This function will list the conditions of a tile."""
    return tuple(options.get("filter") or ())


def all_paths(kind: TileKind, options: Mapping[str, Any]) -> list[str]:
    """This function will name everything that a tile is made of, its filter included."""
    own = [path for path in kind.paths(options) if path]
    filtered = [".".join(path) for node in nodes_of(options) for path in sorted(fields_of(parse(node)))]
    return list(dict.fromkeys([*own, *filtered]))


def fields_offered(work: Work, registry: str, types: frozenset[str]) -> list[tuple[str, str]]:
    """This function will list the fields of some types, as a select offers them."""
    language = work.actor.locale.language
    return [(each.key, label(each, language)) for each in work.open(registry).fields if each.type in types]


def system_offered(*names: str) -> list[tuple[str, str]]:
    """This function will list what the system knows of every record, as a select offers it."""
    return [(name, _(SYSTEM[name])) for name in names]


def field_of(work: Work, registry: str, key: str) -> Field | None:
    """This function will find a field that is there for the actor."""
    return work.open(registry).seen.field(key)


def name_of(work: Work, registry: str, key: str) -> str:
    """This function will name a field, or what the system knows."""
    if key in SYSTEM:
        return _(SYSTEM[key])
    found = field_of(work, registry, key)
    return label(found, work.actor.locale.language) if found else key


def measures_offered(work: Work, registry: str) -> list[tuple[str, str]]:
    """This function will list what can be measured: the number of records, and every number field in four ways."""
    words = (("sum", _("Sum: {field}")), ("avg", _("Average: {field}")), ("min", _("Lowest: {field}")),
             ("max", _("Highest: {field}")))  # fmt: skip
    numbers = fields_offered(work, registry, NUMERIC)
    return [
        ("count", _("Number of records")),
        *(
            (f"{way}:{key}", pattern.replace("{field}", name))
            for key, name in numbers
            for way, pattern in words
        ),
    ]


def one_of(given: Given, name: str, offered: Sequence[tuple[str, str]], default: str = "") -> str:
    """This function will read a choice out of a form.

    :raises Invalid: when it is not on offer.
    """
    value = given.get(PREFIX + name, default)
    if value not in dict(offered):
        raise Invalid({name: [_("Choose from the list.")]})
    return value


def whole(given: Given, name: str, low: int, high: int, default: int) -> int:
    """This function will read a whole number out of a form.

    :raises Invalid: when it is none, or too small or large.
    """
    text = given.get(PREFIX + name, "").strip() or str(default)
    if not (text.isascii() and text.isdecimal() and len(text) < 6 and low <= int(text) <= high):
        raise Invalid({name: [_("A whole number from {low} to {high}.", low=low, high=high)]})
    return int(text)


def typed_or(given: Given, name: str, default: str) -> str:
    """This function will give what was typed, or what stands there at first."""
    return given.get(PREFIX + name, default)

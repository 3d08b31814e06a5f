"""A chart: records, or a sum of theirs, split by a choice, a relation, a person, a yes or no, or the category."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from kartoteka.field_types.capabilities import Choice
from kartoteka.field_types.formatting import number_text
from kartoteka.platform.catalog.definitions import Field
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import records
from kartoteka.platform.services.dashboards import Tile
from kartoteka.platform.services.records import Group, Query
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.fields import colour_class
from kartoteka.platform.web.state import Node
from kartoteka.platform.web.tiles.figure import measure_text
from kartoteka.platform.web.tiles.kind import (
    GROUPING,
    Ask,
    Given,
    Options,
    TileKind,
    field_of,
    fields_offered,
    list_state,
    measures_offered,
    name_of,
    one_of,
    system_offered,
    typed_or,
)

MOST_PARTS = 8
LOOKS = ("bars", "ring")
PALETTE = ("blue", "teal", "violet", "orange", "pink", "green", "brown", "yellow")
# The ring is drawn with a circumference of 100, so that a part of the whole is its own length.
RADIUS = 15.9155


@dataclass(frozen=True)
class Part:
    """One part of the whole, and where its records are."""

    label: str
    text: str
    colour: str
    share: Decimal
    length: Decimal
    start: Decimal
    url: str = ""

    @property
    def percent(self) -> str:
        """The share in whole per cent."""
        return f"{round(self.share * 100)}"


class Split(TileKind):
    """Bars or a ring, with a table of the same."""

    name = "split"
    icon = "chart-bar"
    width = 2

    def label(self) -> str:
        """This function will name the kind."""
        return _("Chart")

    def about(self) -> str:
        """This function will say what it shows."""
        return _("Records split by a choice, a person or a related record, as bars or a ring.")

    def asks(self, work: Work, registry: str, given: Given) -> Sequence[Ask]:
        """This function will ask by what to split, what to measure, and how to draw."""
        by = _offered(work, registry)
        return (
            Ask("by", _("Split by"), "select", typed_or(given, "by", by[0][0]), by),
            Ask("measure", _("What is measured"), "select", typed_or(given, "measure", "count"),
                _adding(measures_offered(work, registry))),
            Ask("look", _("Drawn as"), "radio", typed_or(given, "look", "bars"),
                (("bars", _("Bars")), ("ring", _("Ring")))),
        )  # fmt: skip

    def read(self, work: Work, registry: str, given: Given) -> Options:
        """This function will read by what, what and how."""
        return {
            "by": one_of(given, "by", _offered(work, registry)),
            "measure": one_of(given, "measure", _adding(measures_offered(work, registry)), "count"),
            "look": one_of(given, "look", [(look, "") for look in LOOKS], "bars"),
        }

    def paths(self, options: Mapping[str, Any]) -> Sequence[str]:
        """This function will name by what it is split, and what is measured."""
        return [options["by"], options.get("measure", "count").partition(":")[2]]

    def heading(self, work: Work, tile: Tile) -> str:
        """This function will say what is split by what."""
        by = tile.options["by"]
        name = name_of(work, tile.registry, by)
        return f"{super().heading(work, tile)} · {name}"

    def render(self, work: Work, tile: Tile) -> Mapping[str, Any]:
        """This function will measure the parts, the largest first where they have no order of their own."""
        options = tile.options
        key = options.get("measure", "count").partition(":")[2]
        found = records.summary(
            work,
            tile.registry,
            group_by=options["by"],
            measure=options.get("measure", "count"),
            query=Query(filter=list_state(options).condition),
        )
        parts = _parts(work, tile, [each for each in found if _size(each, key) > 0], key)
        return {
            "parts": parts,
            "look": options.get("look", "bars"),
            "total": _text(work, tile, key, _sum(found, key)),
            "by": name_of(work, tile.registry, options["by"]),
            "measured": dict(measures_offered(work, tile.registry)).get(options.get("measure", "count"), ""),
            "radius": RADIUS,
        }


def _adding(offered: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Only what adds up can be split into parts of a whole."""
    return [pair for pair in offered if pair[0] == "count" or pair[0].startswith("sum:")]


def _offered(work: Work, registry: str) -> list[tuple[str, str]]:
    category = system_offered("category") if work.open(registry).registry.categories else []
    return [*category, *fields_offered(work, registry, GROUPING)] or [("", _("Nothing to split by"))]


def _size(group: Group, measured: str) -> Decimal:
    return Decimal(group.value or 0) if measured else Decimal(group.count)


def _parts(work: Work, tile: Tile, groups: Sequence[Group], key: str) -> list[Part]:
    by = tile.options["by"]
    field = field_of(work, tile.registry, by)
    order = _order(work, tile.registry, by, field)
    filled = [each for each in groups if each.key is not None]
    largest = sorted(filled, key=lambda each: _size(each, key), reverse=True)[:MOST_PARTS]
    shown = sorted(largest, key=lambda each: order.index(each.key)) if order else largest
    lines = [
        _Line(
            _label(field, each),
            _size(each, key),
            _colour(work, tile.registry, by, field, each, n),
            _where(by, field, each.key),
        )
        for n, each in enumerate(shown)
    ]
    rest = _sum(filled, key) - _sum(shown, key)
    if rest > 0:
        lines.append(_Line(_("Others"), rest, "grey"))
    empty = _sum([each for each in groups if each.key is None], key)
    if empty > 0:
        lines.append(_Line(_("not filled in"), empty, "none", {"field": by, "op": "is_empty"}))
    return _drawn(work, tile, key, lines)


@dataclass(frozen=True)
class _Line:
    """A part before it is measured against the others."""

    name: str
    size: Decimal
    colour: str
    node: Node | None = None


def _drawn(work: Work, tile: Tile, key: str, lines: Sequence[_Line]) -> list[Part]:
    total = sum((each.size for each in lines), Decimal(0))
    most = max((each.size for each in lines), default=Decimal(1))
    parts: list[Part] = []
    start = Decimal(0)
    for each in lines:
        share = each.size / total
        url = list_state(tile.options, each.node).url if each.node else ""
        text = _text(work, tile, key, each.size)
        parts.append(
            Part(each.name, text, each.colour, share, _short(each.size / most * 100), _short(start), url)
        )
        start += share * 100
    return parts


def _sum(groups: Sequence[Group], key: str) -> Decimal:
    return sum((_size(each, key) for each in groups), Decimal(0))


def _short(number: Decimal) -> Decimal:
    return number.quantize(Decimal("0.01"))


def _order(work: Work, registry: str, by: str, field: Field | None) -> list[Any]:
    if by == "category":
        return [each.key for each in work.open(registry).registry.categories]
    if field is not None and field.type == "boolean":
        return [True, False, 1, 0]
    return [each.key for each in _choices(work, registry, field)] if field is not None else []


def _choices(work: Work, registry: str, field: Field) -> Sequence[Choice]:
    return work.open(registry).kind(field).choices


def _label(field: Field | None, group: Group) -> str:
    if field is not None and field.type == "boolean":
        return _("Yes") if group.key else _("No")
    return group.text or str(group.key)


def _colour(work: Work, registry: str, by: str, field: Field | None, group: Group, place: int) -> str:
    given = ""
    if by == "category":
        found = work.open(registry).registry.category(str(group.key))
        given = found.colour if found else ""
    elif field is not None and field.type == "choice":
        given = next((each.colour for each in _choices(work, registry, field) if each.key == group.key), "")
    elif field is not None and field.type == "boolean":
        given = "green" if group.key else "grey"
    return colour_class(given) or PALETTE[place % len(PALETTE)]


def _where(by: str, field: Field | None, key: Any) -> Node:
    if field is not None and field.type == "boolean":
        return {"field": by, "op": "eq", "value": bool(key)}
    return {"field": by, "op": "in", "value": [key]}


def _text(work: Work, tile: Tile, key: str, size: Decimal) -> str:
    if key:
        return measure_text(work, tile.registry, key, size)
    return number_text(int(size), work.actor.locale.language)

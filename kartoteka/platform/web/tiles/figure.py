"""A figure: how many records, or the sum, average, lowest or highest of a number, perhaps against the time before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from kartoteka.field_types.formatting import number_text
from kartoteka.platform.kernel.texts import _, plural
from kartoteka.platform.services import records
from kartoteka.platform.services.dashboards import Tile
from kartoteka.platform.services.records import Query
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.state import Node
from kartoteka.platform.web.tiles.kind import (
    DATES,
    MOMENTS,
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
    whole,
)

USUAL_DAYS = 30


@dataclass(frozen=True)
class Measure:
    """A number as text, its unit set apart."""

    value: Decimal | int | None
    text: str


class Figure(TileKind):
    """One number, large."""

    name = "figure"
    icon = "hash"

    def label(self) -> str:
        """This function will name the kind."""
        return _("Figure")

    def about(self) -> str:
        """This function will say what it shows."""
        return _("A count, a sum or an average, perhaps against the time before.")

    def asks(self, work: Work, registry: str, given: Given) -> Sequence[Ask]:
        """This function will ask for what is measured, and over which time."""
        over = [("", _("All time")), *fields_offered(work, registry, DATES), *system_offered(*MOMENTS)]
        return (
            Ask("measure", _("What is measured"), "select", typed_or(given, "measure", "count"),
                measures_offered(work, registry)),
            Ask("date", _("Only of the last days, by"), "select", typed_or(given, "date", ""), over,
                _("With a date the figure is compared with the same time before.")),
            Ask("days", _("Days"), "number", typed_or(given, "days", str(USUAL_DAYS)), low=1, high=1000),
        )  # fmt: skip

    def read(self, work: Work, registry: str, given: Given) -> Options:
        """This function will read measure and time."""
        over = [("", ""), *fields_offered(work, registry, DATES), *system_offered(*MOMENTS)]
        return {
            "measure": one_of(given, "measure", measures_offered(work, registry), "count"),
            "date": one_of(given, "date", over),
            "days": whole(given, "days", 1, 1000, USUAL_DAYS),
        }

    def paths(self, options: Mapping[str, Any]) -> Sequence[str]:
        """This function will name the measured field and the date."""
        return [options.get("measure", "count").partition(":")[2], options.get("date", "")]

    def heading(self, work: Work, tile: Tile) -> str:
        """This function will say what is counted or measured."""
        registry = super().heading(work, tile)
        way, _colon, key = tile.options.get("measure", "count").partition(":")
        if way == "count" and tile.options.get("date"):
            key = tile.options["date"]
        return f"{registry} · {name_of(work, tile.registry, key)}" if key else registry

    def link(self, work: Work, tile: Tile) -> str:
        """This function will lead to the records that were measured."""
        return list_state(tile.options, *_span(tile.options, 0)).url

    def render(self, work: Work, tile: Tile) -> Mapping[str, Any]:
        """This function will measure, now and before."""
        now = _measured(work, tile, 0)
        if not tile.options.get("date"):
            return {"measure": now, "note": _way(tile)}
        days = int(tile.options.get("days", USUAL_DAYS))
        before = _measured(work, tile, 1)
        return {
            "measure": now,
            "before": before,
            "trend": _trend(now.value, before.value),
            "note": plural("last {n} day", "last {n} days", days),
            "note_before": plural(
                "{value} in the day before", "{value} in the {n} days before", days, value=before.text
            ),
        }


def _measured(work: Work, tile: Tile, back: int) -> Measure:
    condition = list_state(tile.options, *_span(tile.options, back)).condition
    measure = tile.options.get("measure", "count")
    (group,) = records.summary(work, tile.registry, measure=measure, query=Query(filter=condition))
    way, _colon, key = measure.partition(":")
    if way == "count":
        return Measure(group.count, number_text(group.count, work.actor.locale.language))
    return Measure(group.value, measure_text(work, tile.registry, key, group.value))


def measure_text(work: Work, registry: str, key: str, value: Any) -> str:
    """This function will write what was measured as its field would be written."""
    found = field_of(work, registry, key)
    if found is None or value is None:
        return "—"
    kind = work.open(registry).kind(found)
    if found.type == "integer" and isinstance(value, Decimal) and value != value.to_integral_value():
        return number_text(value, work.actor.locale.language, 0, 2)
    return str(
        kind.type.text(
            int(value) if found.type == "integer" else Decimal(value), kind.options, work.actor.locale
        )
    )


def _span(options: Mapping[str, Any], back: int) -> list[Node]:
    """The last days, today among them; or as many days before those."""
    date, days = options.get("date"), int(options.get("days", USUAL_DAYS))
    if not date:
        return []
    first, end = 1 - days * (back + 1), 1 - days * back
    return [
        {"field": date, "op": "gte", "value": {"var": "today", "days": first}},
        {"field": date, "op": "lt", "value": {"var": "today", "days": end}},
    ]


def _trend(now: Decimal | int | None, before: Decimal | int | None) -> str:
    if now is None or before is None or now == before:
        return "same" if now == before else ""
    return "up" if now > before else "down"


def _way(tile: Tile) -> str:
    words = {"sum": _("in all"), "avg": _("on average"), "min": _("the lowest"), "max": _("the highest")}
    return words.get(tile.options.get("measure", "count").partition(":")[0], "")

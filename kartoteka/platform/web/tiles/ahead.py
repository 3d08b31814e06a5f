"""Dates ahead: records whose date lies in the next days, day by day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel import dates as calendar
from flask import url_for

from kartoteka.field_types.formatting import date_text
from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.kernel.texts import _, plural
from kartoteka.platform.services import records
from kartoteka.platform.services.dashboards import Tile
from kartoteka.platform.services.records import Query, Record
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.state import Node
from kartoteka.platform.web.tiles.kind import (
    DATES,
    Ask,
    Given,
    Options,
    TileKind,
    fields_offered,
    list_state,
    name_of,
    one_of,
    typed_or,
    whole,
)

MOST_ROWS, MOST_DAYS, USUAL_DAYS = 30, 366, 30


@dataclass(frozen=True)
class Line:
    """A record on its day."""

    title: str
    url: str


@dataclass(frozen=True)
class Day:
    """A day with its records."""

    on: date
    text: str
    away: str
    lines: Sequence[Line]


class Ahead(TileKind):
    """What comes in the next days."""

    name = "ahead"
    icon = "calendar-due"

    def label(self) -> str:
        """This function will name the kind."""
        return _("Dates ahead")

    def about(self) -> str:
        """This function will say what it shows."""
        return _("Records whose date comes in the next days, day by day.")

    def asks(self, work: Work, registry: str, given: Given) -> Sequence[Ask]:
        """This function will ask for the date, and how far to look."""
        offered = fields_offered(work, registry, DATES) or [("", _("This registry has no date"))]
        return (
            Ask("date", _("Date"), "select", typed_or(given, "date", offered[0][0]), offered),
            Ask("days", _("Days ahead"), "number", typed_or(given, "days", str(USUAL_DAYS)), low=1, high=MOST_DAYS),
        )  # fmt: skip

    def read(self, work: Work, registry: str, given: Given) -> Options:
        """This function will read date and days."""
        offered = fields_offered(work, registry, DATES)
        if not offered:
            raise Invalid({"date": [_("This registry has no date")]})
        return {
            "date": one_of(given, "date", offered),
            "days": whole(given, "days", 1, MOST_DAYS, USUAL_DAYS),
        }

    def paths(self, options: Mapping[str, Any]) -> Sequence[str]:
        """This function will name the date."""
        return [options["date"]]

    def heading(self, work: Work, tile: Tile) -> str:
        """This function will name registry and date."""
        name = name_of(work, tile.registry, tile.options["date"])
        return f"{super().heading(work, tile)} · {name}"

    def link(self, work: Work, tile: Tile) -> str:
        """This function will lead to all of them."""
        return list_state(tile.options, *_coming(tile.options)).but(sort=tile.options["date"]).url

    def render(self, work: Work, tile: Tile) -> Mapping[str, Any]:
        """This function will find what comes, and put it under its days."""
        key = tile.options["date"]
        condition = list_state(tile.options, *_coming(tile.options)).condition
        found = records.browse(
            work, tile.registry, Query(filter=condition, sort=key, fields=(key,), page_size=MOST_ROWS)
        )
        return {
            "days": _by_day(work, key, found.items),
            "more_url": self.link(work, tile) if found.next else "",
            "note": plural(
                "Nothing in the next day.", "Nothing in the next {n} days.", int(tile.options["days"])
            ),
        }


def _coming(options: Mapping[str, Any]) -> list[Node]:
    return [
        {"field": options["date"], "op": "gte", "value": {"var": "today"}},
        {"field": options["date"], "op": "lt", "value": {"var": "today", "days": int(options["days"]) + 1}},
    ]


def _by_day(work: Work, key: str, found: Sequence[Record]) -> list[Day]:
    zone = ZoneInfo(work.actor.locale.timezone)
    today = work.now.astimezone(zone).date()
    days: dict[date, list[Line]] = {}
    for each in found:
        value = each.values[key]
        on = value.astimezone(zone).date() if isinstance(value, datetime) else value
        url = url_for("web.record", registry=each.registry, id=each.id)
        days.setdefault(on, []).append(Line(each.title, url))
    return [Day(on, _day_text(work, on), _away(on, today), lines) for on, lines in days.items()]


def _day_text(work: Work, on: date) -> str:
    language = work.actor.locale.language
    weekday = calendar.format_date(on, "EEE", locale=language)
    return f"{weekday} {date_text(on, language)}"


def _away(on: date, today: date) -> str:
    if on == today:
        return _("today")
    if on == today + timedelta(days=1):
        return _("tomorrow")
    return plural("in {n} day", "in {n} days", (on - today).days)

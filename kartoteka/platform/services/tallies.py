"""Counts of records by several fields and spans of time at once, in one statement whatever is counted by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, case, cast, func, literal, null, select

from kartoteka.platform.access.gate import OpenRegistry
from kartoteka.platform.access.seen import LINKS
from kartoteka.platform.catalog.definitions import Field
from kartoteka.platform.catalog.filters import parse
from kartoteka.platform.services.records import Query, group_field, group_key, group_texts, seen_targets
from kartoteka.platform.services.work import Work


@dataclass(frozen=True)
class Tally:
    """How many records have one value in each span; records without a value are under None."""

    key: Any
    text: str
    counts: Sequence[int]


@dataclass(frozen=True)
class Spans:
    """Spans of time of a date field, one after the other: from each day up to the next."""

    field: str
    days: Sequence[date]


def tally(
    work: Work, registry: str, by: Sequence[str], spans: Spans, query: Query | None = None
) -> Mapping[str, Sequence[Tally]]:
    """This function will count the records of each span by each of some fields, or by their `category`.

    :raises Invalid: when one of the fields does not exist for the actor.
    """
    opened, query = work.open(registry), query or Query()
    fields = [group_field(opened, name) for name in by]
    links = [each is not None and opened.kind(each).linking for each in fields]
    columns = [opened.seen.table.c.id.label("id"), _span(opened, spans).label("span")]
    columns += [_value(opened, each).label(f"value{place}") for place, each in enumerate(fields)]
    inside = {"and": [*([query.filter] if query.filter is not None else []), *_within(spans)]}

    def counts(there: CTE) -> Sequence[Select[Any]]:
        values = [
            _linked(opened, each, there, place)
            if each is not None and linking
            else (there.c[f"value{place}"], select().select_from(there))
            for place, (each, linking) in enumerate(zip(fields, links, strict=True))
        ]
        return [
            statement.add_columns(
                literal(place).label("part"), there.c.span, func.count().label("number"),
                *(
                    (value if other == place else cast(null(), column.type)).label(f"key{other}")
                    for other, (column, _statement) in enumerate(values)
                ),
            ).group_by(there.c.span, value)
            for place, (value, statement) in enumerate(values)
        ]  # fmt: skip

    found: list[dict[Any, list[int]]] = [{} for _name in by]
    for part, span, number, *keys in opened.tallied(
        columns, replace(query, filter=inside).selection(), counts
    ):
        numbers = found[part].setdefault(keys[part], [0] * (len(spans.days) - 1))
        numbers[span] = number
    return {
        name: _named(work, opened, each, numbers)
        for name, each, numbers in zip(by, fields, found, strict=True)
    }


def _named(
    work: Work, opened: OpenRegistry, grouped: Field | None, found: Mapping[Any, Sequence[int]]
) -> Sequence[Tally]:
    texts = group_texts(work, opened, grouped, found)
    return [Tally(group_key(key), texts.get(key, ""), numbers) for key, numbers in found.items()]


def _value(opened: OpenRegistry, grouped: Field | None) -> ColumnElement[Any]:
    """What is counted by; for links only whether they may be seen, since a record may have several."""
    if grouped is None:
        category: ColumnElement[Any] = opened.seen.table.c._category
        return category
    if opened.kind(grouped).linking:
        return case((opened.seen.field_shown(grouped), 1))
    return opened.seen.column(grouped)


def _linked(
    opened: OpenRegistry, grouped: Field, there: CTE, place: int
) -> tuple[ColumnElement[Any], Select[Any]]:
    links = LINKS.alias()
    shown = there.c[f"value{place}"].is_not(None) & seen_targets(opened, grouped, links)
    on = (links.c.field_id == grouped.id) & (links.c.source == there.c.id) & shown
    return links.c.target, select().select_from(there.outerjoin(links, on))


def _span(opened: OpenRegistry, spans: Spans) -> ColumnElement[Any]:
    """The number of the span in which a record lies; those outside of all are not asked about."""
    before = [
        (opened.seen.condition(parse({"field": spans.field, "op": "lt", "value": day.isoformat()})), number)
        for number, day in enumerate(spans.days[1:-1])
    ]
    last = literal(len(spans.days) - 2)
    return case(*before, else_=last) if before else last


def _within(spans: Spans) -> list[Mapping[str, Any]]:
    first, end = spans.days[0].isoformat(), spans.days[-1].isoformat()
    return [
        {"field": spans.field, "op": "gte", "value": first},
        {"field": spans.field, "op": "lt", "value": end},
    ]


__all__ = ["Spans", "Tally", "tally"]

"""What few records point at, found first: a database would walk along all records for it otherwise."""

from collections.abc import Iterator

from sqlalchemy import Connection, Select, func, select

from kartoteka.field_types.field_type import Operator
from kartoteka.platform.access.reach import rows_for
from kartoteka.platform.access.seen import LINKS, Bool, Seen, Unanswerable
from kartoteka.platform.catalog.filters import And, Comparison, Condition, parse
from kartoteka.platform.kernel.errors import Invalid

# So many records are sorted about as quickly as a page of them is looked out for along the order of a million.
MANY_LINKS = 12_000
# Of a row rule, which lies under every list, a page in its order is looked out for from so many on: what belongs to
# somebody is strewn among everything. Sums and counts have no order to walk along.
MANY_REACHED = 2_000


def fewest(
    connection: Connection, seen: Seen, condition: Condition | None, many: int | None = None
) -> Comparison | None:
    """This function will find the comparison of a filter that leaves the fewest records, if that is few.

    SQLite cannot know it, so it is told; PostgreSQL can.
    """
    if connection.dialect.name != "sqlite" or condition is None:
        return None
    many = MANY_LINKS if many is None else many
    counted = [
        (_up_to_many(connection, seen, each, many), each) for each in _needed(condition) if _links(seen, each)
    ]
    number, rarest = min(counted, key=lambda each: each[0], default=(many, None))
    return rarest if number < many else None


def fewest_reached(connection: Connection, seen: Seen, *, ordered: bool) -> Comparison | None:
    """This function will find the same in the only row rule of the reader, such as that a record is of his company."""
    rows = rows_for(seen.sight.actor, seen.registry, "view")
    if connection.dialect.name != "sqlite" or seen.registry.attached or len(rows.rules) != 1:
        return None
    try:
        many = MANY_REACHED if ordered else MANY_LINKS
        return fewest(connection, seen.as_judge(), parse(rows.documents()[0]), many)
    except (Unanswerable, Invalid):
        return None


def among(seen: Seen, comparison: Comparison) -> Bool:
    """This function will give the condition that a record is one of those few; it says nothing about rights."""
    found: Bool = seen.table.c.id.in_(_sources(seen, comparison))
    return found


def _needed(condition: Condition) -> Iterator[Comparison]:
    """The comparisons that hold for all that is found, whatever else holds."""
    if isinstance(condition, And):
        for part in condition.parts:
            yield from _needed(part)
    elif isinstance(condition, Comparison):
        yield condition


def _links(seen: Seen, comparison: Comparison) -> bool:
    if len(comparison.path) > 1 or comparison.operator not in (Operator.EQ, Operator.IN):
        return False
    field = seen.field(comparison.path[0])
    return field is not None and seen.sight.layout.kind(field).linking and comparison.value is not None


def _up_to_many(connection: Connection, seen: Seen, comparison: Comparison, many: int) -> int:
    some = _sources(seen, comparison).limit(many).subquery()
    return connection.scalar(select(func.count()).select_from(some)) or 0


def _sources(seen: Seen, comparison: Comparison) -> Select[tuple[int]]:
    field, links = seen.field(comparison.path[0]), LINKS.alias()
    assert field is not None
    chosen = seen.pointed_at(links.c.target, field, comparison.operator, comparison.value)
    return select(links.c.source).where(links.c.field_id == field.id, chosen)

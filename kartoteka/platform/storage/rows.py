"""Rows of registries and of the link table: the only statements that write them, without any right of their own."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, func, insert, select, text, update

from kartoteka.platform.kernel.tables import table_of
from kartoteka.platform.storage.bulk import insert_columns
from kartoteka.platform.storage.history import Stamp
from kartoteka.platform.storage.models import LinkRow, SeriesRow

LINKS = table_of(LinkRow)
SERIES = table_of(SeriesRow)
CHUNK = 500
Row = Mapping[str, Any]
Links = Mapping[int, Sequence[int]]


def allocate_ids(connection: Connection, table: Table, count: int) -> list[int]:
    """This function will reserve `count` ids of a registry, so that many rows can go in by one statement."""
    if connection.dialect.name == "postgresql":
        series = text(
            f"SELECT nextval(pg_get_serial_sequence('{table.name}', 'id')) FROM generate_series(1, :count)"
        )
        return [int(value) for value in connection.scalars(series, {"count": count})]
    # The writer holds SQLite's only write lock, and AUTOINCREMENT remembers ids that were used and removed.
    used = (
        connection.scalar(text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": table.name})
        or 0
    )
    return list(range(used + 1, used + 1 + count))


def update_row(connection: Connection, table: Table, record: int, version: int, values: Row) -> bool:
    """This function will change one row if it still has `version`, and tell whether it had."""
    statement = update(table).where(table.c.id == record, table.c._version == version).values(**values)
    return connection.execute(statement).rowcount == 1


def mark_removed(
    connection: Connection, table: Table, heads: Sequence[tuple[int, int, str]], stamp: Stamp
) -> None:
    """This function will put locked rows, given as (id, new version, hash of its entry), into the recycle bin."""
    gone = {
        "_removed_at": stamp.at,
        "_removed_by": stamp.by_id,
        "_updated_at": stamp.at,
        "_updated_by": stamp.by_id,
    }
    statement = update(table).where(table.c.id == bindparam("record"))
    changed = statement.values(**gone, _version=bindparam("version"), _chain=bindparam("head"))
    connection.execute(
        changed, [{"record": record, "version": version, "head": head} for record, version, head in heads]
    )


def renumber_links(connection: Connection, field: int, number: int) -> None:
    """This function will keep all links of a field under another number."""
    connection.execute(update(LINKS).where(LINKS.c.field_id == field).values(field_id=number))


def insert_links(connection: Connection, links: Iterable[tuple[int, int, Sequence[int]]]) -> None:
    """This function will store links given as (field id, record, targets in order)."""
    rows = [
        {"field_id": field, "source": source, "target": target, "position": position}
        for field, source, targets in links
        for position, target in enumerate(targets)
    ]
    if rows:
        connection.execute(insert(LINKS), rows)


def replace_links(connection: Connection, record: int, links: Links) -> None:
    """This function will put new targets in the place of all old ones, field by field."""
    connection.execute(delete(LINKS).where(LINKS.c.source == record, LINKS.c.field_id.in_(list(links))))
    insert_links(connection, ((field, record, targets) for field, targets in links.items()))


def read_links(
    connection: Connection, fields: Sequence[int], records: Sequence[int]
) -> dict[tuple[int, int], tuple[int, ...]]:
    """This function will read links of many records at once: {(field id, record): targets in order}."""
    if not fields or not records:
        return {}
    statement = (
        select(LINKS.c.field_id, LINKS.c.source, LINKS.c.target)
        .where(LINKS.c.field_id.in_(fields), LINKS.c.source.in_(records))
        .order_by(LINKS.c.field_id, LINKS.c.source, LINKS.c.position)
    )
    found: dict[tuple[int, int], list[int]] = {}
    for field, source, target in connection.execute(statement):
        found.setdefault((field, source), []).append(target)
    return {key: tuple(targets) for key, targets in found.items()}


def next_numbers(connection: Connection, field: int, count: int) -> range:
    """This function will take `count` numbers of a series; parallel writers wait, so none is taken twice."""
    taken = (
        update(SERIES)
        .where(SERIES.c.field_id == field)
        .values(next=SERIES.c.next + count)
        .returning(SERIES.c.next)
    )
    after = connection.scalar(taken)
    if after is None:
        connection.execute(insert(SERIES), {"field_id": field, "next": 1 + count})
        return range(1, 1 + count)
    return range(after - count, after)


def count_rows(connection: Connection, table: Table) -> int:
    """This function will count all rows of a table, removed ones too."""
    return connection.scalar(select(func.count()).select_from(table)) or 0


__all__ = [
    "LINKS", "allocate_ids", "count_rows", "insert_columns", "insert_links", "mark_removed",
    "next_numbers", "read_links",
    "replace_links", "update_row",
]  # fmt: skip

"""Number series as a designer sees them: the number that comes next, and the greatest in use.

Only the services of the design use this, under its power; no value but a number of the series leaves it.
"""

from collections.abc import Iterable, Mapping
from typing import cast

from sqlalchemy import Connection, Table, func, insert, select, update

from kartoteka.platform.storage.models import SeriesRow

SERIES = cast(Table, SeriesRow.__table__)


def next_of(connection: Connection, fields: Iterable[int]) -> Mapping[int, int]:
    """This function will tell which number of each series comes next; a series that gave none is not named."""
    wanted = select(SERIES.c.field_id, SERIES.c.next).where(SERIES.c.field_id.in_(list(fields)))
    return {row.field_id: row.next for row in connection.execute(wanted)}


def go_on_with(connection: Connection, field: int, number: int) -> None:
    """This function will let a series go on with a number."""
    known = connection.execute(update(SERIES).where(SERIES.c.field_id == field).values(next=number))
    if not known.rowcount:
        connection.execute(insert(SERIES), {"field_id": field, "next": number})


def greatest(connection: Connection, table: Table, column: str, prefix: str) -> int | None:
    """This function will find the greatest number that stands behind a prefix, in removed records too."""
    kept = table.c[column]
    digits = func.substr(kept, len(prefix) + 1)
    plain = func.ltrim(digits, "0")
    newest = (
        select(digits)
        .where(
            func.substr(kept, 1, len(prefix)) == prefix, digits != "", func.ltrim(digits, "0123456789") == ""
        )
        .order_by(func.length(plain).desc(), plain.desc())
        .limit(1)
    )
    found = connection.scalar(newest)
    return None if found is None else int(found)

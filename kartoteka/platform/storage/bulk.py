"""Many rows by one statement, converted column by column: half the time of the general way."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Table, insert

from kartoteka.platform.storage.engine import COPY

Convert = Callable[[Any], Any]
Converters = dict[str, Convert | None]


def insert_columns(connection: Connection, table: Table, columns: Mapping[str, Sequence[Any]]) -> None:
    """This function will store new rows given as columns of equal length; columns not named stay empty."""
    statement, order, converters = _prepared(table, tuple(columns), connection.dialect)
    rows = list(zip(*(_converted(columns[name], converters[name]) for name in order), strict=True))
    if len(rows) > 1 or (rows and connection.dialect.positional):
        connection.exec_driver_sql(statement, rows)
    elif rows:
        connection.execute(insert(table), {name: columns[name][0] for name in order})


@lru_cache(maxsize=256)
def _prepared(
    table: Table, names: tuple[str, ...], dialect: Dialect
) -> tuple[str, tuple[str, ...], Converters]:
    converters: Converters = {
        name: table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names
    }
    if not dialect.positional:
        return copy_statement(dialect, table.name, names), names, converters
    compiled = insert(table).compile(dialect=dialect, column_keys=list(names))
    return str(compiled), tuple(compiled.positiontup or ()), converters


def copy_statement(dialect: Dialect, table: str, names: Sequence[str]) -> str:
    """This function will write the statement by which PostgreSQL takes many rows, given as tuples, into a table."""
    quote = dialect.identifier_preparer.quote
    return f"{COPY}{quote(table)} ({', '.join(map(quote, names))}) FROM STDIN"


def _converted(values: Sequence[Any], convert: Convert | None) -> Sequence[Any]:
    if convert is None:
        return values
    if values and type(values[0]) is datetime and values[0] is values[-1]:
        # The moment of a piece of work stands in every row of it.
        known = {id(values[0]): convert(values[0])}
        return [known[id(value)] if id(value) in known else convert(value) for value in values]
    return [convert(value) for value in values]


__all__ = ["copy_statement", "insert_columns"]

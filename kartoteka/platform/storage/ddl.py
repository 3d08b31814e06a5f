"""Changes of registries' tables, executed inside the transaction of the design change."""

from sqlalchemy import Column, Connection, Index, Table, inspect, text
from sqlalchemy.schema import CreateColumn, CreateIndex, CreateTable

from kartoteka.platform.storage import index


def create_registry(connection: Connection, table: Table, registry_key: str) -> None:
    """This function will make a registry's table, its indexes and its full-text table."""
    connection.execute(CreateTable(table))
    for each in sorted(table.indexes, key=lambda one: str(one.name)):
        connection.execute(CreateIndex(each))
    for statement in index.create_statements(connection.dialect.name, registry_key):
        connection.execute(text(statement))


def drop_registry(connection: Connection, table: Table, registry_key: str) -> None:
    """This function will drop a registry's table and its full-text table with all that is in them."""
    quote = connection.dialect.identifier_preparer.quote
    for name in (table.name, index.index_name(registry_key)):
        connection.execute(text(f"DROP TABLE IF EXISTS {quote(name)}"))


def add_columns(connection: Connection, table: Table, columns: list[str]) -> None:
    """This function will add those of the columns that the real table lacks; one left behind earlier is used again."""
    real = {each["name"] for each in inspect(connection).get_columns(table.name)}
    for name in columns:
        if name not in real:
            _add_column(connection, table, table.c[name])


def _add_column(connection: Connection, table: Table, column: Column[object]) -> None:
    described = CreateColumn(column).compile(dialect=connection.dialect)
    quoted = connection.dialect.identifier_preparer.format_table(table)
    connection.execute(text(f"ALTER TABLE {quoted} ADD COLUMN {described}"))


def align_indexes(connection: Connection, table: Table) -> None:
    """This function will drop indexes that are described no more or otherwise, and make those that are missing."""
    wanted = {str(each.name): each for each in table.indexes}
    real = {
        str(each["name"]): (bool(each["unique"]), tuple(each["column_names"]))
        for each in inspect(connection).get_indexes(table.name)
    }
    for name, shape in real.items():
        if name not in wanted or shape != _shape(wanted[name]):
            connection.execute(text(f"DROP INDEX {connection.dialect.identifier_preparer.quote(name)}"))
    for name, each in sorted(wanted.items()):
        if real.get(name) != _shape(each):
            connection.execute(CreateIndex(each))


def _shape(each: Index) -> tuple[bool, tuple[str | None, ...]]:
    return bool(each.unique), tuple(column.name for column in each.columns)


__all__ = ["add_columns", "align_indexes", "create_registry", "drop_registry"]

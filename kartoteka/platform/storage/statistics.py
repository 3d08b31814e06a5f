"""What the planner of the database knows of tables: without it large ones are read by way of the wrong index."""

from collections.abc import Iterable

from sqlalchemy import Connection


def look_over(connection: Connection, tables: Iterable[str]) -> None:
    """This function will let the database count anew how many rows tables have and how their indexes divide them.

    SQLite never does it by itself, and takes an index of all rows that are not in the bin for one of a few rows: a
    list of 400,000 records, ordered by something without an index, took six times as long. PostgreSQL does it by
    itself, but only a while after many rows have come.
    """
    quote = connection.dialect.identifier_preparer.quote
    names = list(tables)
    for name in names:
        connection.exec_driver_sql(f"ANALYZE {quote(name)}")
    if connection.dialect.name == "sqlite" and names:
        _even_out(connection, names)


def rows_known(connection: Connection, table: str) -> int:
    """This function will tell how many rows the database thinks that a table has; 0 when it has never counted."""
    if connection.dialect.name == "postgresql":
        counted = connection.exec_driver_sql(
            "SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass(%s)", (table,)
        ).scalar()
        return max(int(counted or 0), 0)
    if not connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'").scalar():
        return 0
    counted = connection.exec_driver_sql(
        "SELECT stat FROM sqlite_stat1 WHERE tbl = ? LIMIT 1", (table,)
    ).scalar()
    return int(str(counted).split()[0]) if counted is not None else 0


def _even_out(connection: Connection, tables: list[str]) -> None:
    """Its guesses of how many rows an index has are rough; nearly all rows of a table are in each of its indexes."""
    for name in tables:
        counted = connection.exec_driver_sql(
            "SELECT stat FROM sqlite_stat1 WHERE tbl = ? AND idx IS NULL", (name,)
        ).scalar()
        if counted is not None:
            connection.exec_driver_sql(
                "UPDATE sqlite_stat1 SET stat = ? || substr(stat, instr(stat, ' '))"
                " WHERE tbl = ? AND idx IS NOT NULL AND instr(stat, ' ') > 0",
                (str(counted).split()[0], name),
            )
    # This counts nothing; it lets the planner read what stands there now.
    connection.exec_driver_sql("ANALYZE sqlite_master")


__all__ = ["look_over", "rows_known"]

"""The database engine, with the manners that each database needs to be safe under several writers."""

import sqlite3
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Connection

from kartoteka.field_types.folding import fold

WRITES = "kartoteka_writes"
BUSY_SECONDS = 30


def make_engine(url: str) -> Engine:
    """This function will open the database at `url` (SQLite or PostgreSQL)."""
    if not url.startswith("sqlite"):
        return create_engine(url, pool_size=8, max_overflow=16, pool_pre_ping=True)
    engine = create_engine(
        url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False}, pool_size=8
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver's own transaction handling would commit before DDL; we say BEGIN ourselves.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_SECONDS * 1000}",
                   "cache_size=-65536", "temp_store=MEMORY"):  # fmt: skip
        connection.execute(f"PRAGMA {pragma}")
    connection.create_function("kartoteka_fold", 1, _fold_or_none, deterministic=True)


def _fold_or_none(text: str | None) -> str | None:
    return None if text is None else fold(str(text))


def _begin_sqlite(connection: Connection) -> None:
    # A read that turns into a write fails at once under WAL, so writers take their place at the beginning.
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

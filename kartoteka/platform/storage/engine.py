"""The database engine, with the manners that each database needs to be safe under several writers."""

import sqlite3
import time
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DisconnectionError

from kartoteka.field_types.folding import fold

WRITES = "kartoteka_writes"
# A statement that begins so and comes with many rows (as tuples) streams them into a table of PostgreSQL.
COPY = "COPY "
# A change of the design may have to carry all values of a large registry while others wait to write.
BUSY_SECONDS = 120
# A connection that has just answered is not asked again whether it is still there.
TRUSTED_SECONDS = 2.0
RENEWED_SECONDS = 600


def make_engine(url: str) -> Engine:
    """This function will open the database at `url` (SQLite or PostgreSQL)."""
    if not url.startswith("sqlite"):
        engine = create_engine(url, pool_size=8, max_overflow=16)
        event.listen(engine, "checkin", _note_answer)
        event.listen(engine, "checkout", _ask_after_rest)
        event.listen(engine, "do_executemany", _copy_rows)
        return engine
    engine = create_engine(
        url,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        pool_size=8,
        # What another process has found out of its tables, a connection knows only from when it was opened.
        pool_recycle=RENEWED_SECONDS,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _copy_rows(cursor: Any, statement: str, rows: Any, _context: Any) -> bool:
    """COPY takes the rows of one statement in a fraction of the time; its errors are told as those of any other."""
    if not statement.startswith(COPY):
        return False
    with cursor.copy(statement) as stream:
        for row in rows:
            stream.write_row(row)
    return True


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver's own transaction handling would commit before DDL; we say BEGIN ourselves.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_SECONDS * 1000}",
                   "cache_size=-65536", "temp_store=MEMORY", "analysis_limit=400",
                   # Pages that change again and again go from the log into the file once for many transactions.
                   "wal_autocheckpoint=8000"):  # fmt: skip
        connection.execute(f"PRAGMA {pragma}")
    connection.create_function("kartoteka_fold", 1, _fold_or_none, deterministic=True)


def _fold_or_none(text: str | None) -> str | None:
    return None if text is None else fold(str(text))


def _begin_sqlite(connection: Connection) -> None:
    # A read that turns into a write fails at once under WAL, so writers take their place at the beginning.
    writes = connection.get_execution_options().get(WRITES, False)
    if writes:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        # This one waits for nobody and cannot fail; every request begins with it, so it goes straight to the driver.
        connection.connection.execute("BEGIN")


def _note_answer(_connection: Any, record: Any) -> None:
    record.info["answered"] = time.monotonic()


def _ask_after_rest(connection: Any, record: Any, _proxy: Any) -> None:
    if time.monotonic() - record.info.get("answered", time.monotonic()) < TRUSTED_SECONDS:
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except Exception as error:
        # Tells the pool to open another one in its place.
        raise DisconnectionError from error

"""Seals: checkpoints over all history up to an entry, each over the one before, so that whole chains cannot vanish."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from kartoteka.platform.kernel.tables import table_of
from kartoteka.platform.storage.models import HistoryRow, SealRow

HISTORY = table_of(HistoryRow)
SEALS = table_of(SealRow)
START = "0" * 64


@dataclass(frozen=True, slots=True)
class Seal:
    """A checkpoint: everything up to an entry, counted and hashed."""

    id: int
    up_to: int
    entries: int
    hash: str


NONE = Seal(0, 0, 0, START)


def last(connection: Connection) -> Seal:
    """This function will give the newest seal."""
    found = connection.execute(_seals().order_by(SEALS.c.id.desc()).limit(1)).first()
    return NONE if found is None else Seal(*found)


def every(connection: Connection) -> list[Seal]:
    """This function will give all seals in their order."""
    return [Seal(*row) for row in connection.execute(_seals().order_by(SEALS.c.id))]


def _seals() -> Any:
    return select(SEALS.c.id, SEALS.c.up_to, SEALS.c.entries, SEALS.c.hash)


def newest_entry(connection: Connection) -> int:
    """This function will give the id of the newest history entry that is committed."""
    return connection.scalar(select(func.max(HISTORY.c.id))) or 0


def following(connection: Connection, before: Seal, up_to: int) -> Seal:
    """This function will compute the seal that follows `before` and ends with the entry `up_to`."""
    return _sealed(before, up_to, entries_between(connection, before.up_to, up_to))


def entries_between(connection: Connection, after: int, up_to: int) -> Iterator[tuple[int, str]]:
    """This function will stream ids and hashes of entries in the order of their ids."""
    statement = (
        select(HISTORY.c.id, HISTORY.c.hash)
        .where(HISTORY.c.id > after, HISTORY.c.id <= up_to)
        .order_by(HISTORY.c.id)
    )
    with connection.execute(statement, execution_options={"yield_per": 2000}) as rows:
        yield from map(tuple, rows)


def _sealed(before: Seal, up_to: int, rows: Iterator[tuple[int, str]]) -> Seal:
    digest = hashlib.sha256(before.hash.encode())
    count = 0
    for entry, entry_hash in rows:
        digest.update(f"\x1f{entry}\x1e{entry_hash}".encode())
        count += 1
    return Seal(before.id + 1, up_to, before.entries + count, digest.hexdigest())


def write(connection: Connection, seal: Seal, at: datetime) -> None:
    """This function will store a seal; its id follows the last one's, so two cannot follow the same."""
    row = {"id": seal.id, "at": at, "up_to": seal.up_to, "entries": seal.entries, "hash": seal.hash}
    connection.execute(insert(SEALS), row)


__all__ = ["NONE", "Seal", "every", "following", "last", "newest_entry", "write"]

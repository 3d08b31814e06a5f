"""History entries: appended in the transaction of the change, chained by hash record by record."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert

from kartoteka.platform.kernel.tables import canonical_json, table_of
from kartoteka.platform.storage.bulk import insert_columns
from kartoteka.platform.storage.models import HistoryRow

HISTORY = table_of(HistoryRow)
START = "0" * 64
CREATE = "create"
Changes = Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who does something, when, through which channel and in which batch."""

    at: datetime
    by_id: int
    via: str
    batch_id: int | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One version of one record about to be written; values are in their JSON form."""

    registry_id: int
    record_id: int
    version: int
    action: str
    changes: Changes
    previous: str


def sealed(entry: Entry, stamp: Stamp) -> dict[str, Any]:
    """This function will make the row of an entry, with its hash over the entry before and its own contents."""
    changes = canonical_json({key: list(pair) for key, pair in entry.changes.items()})
    row = {
        "registry_id": entry.registry_id, "record_id": entry.record_id, "version": entry.version, "at": stamp.at,
        "by_id": stamp.by_id, "via": stamp.via, "batch_id": stamp.batch_id, "action": entry.action, "changes": changes,
    }  # fmt: skip
    return {**row, "hash": chain_hash(entry.previous, row)}


def chain_hash(previous: str, row: Mapping[str, Any]) -> str:
    """This function will compute the hash of a history row that follows `previous`."""
    parts = (
        previous, row["registry_id"], row["record_id"], row["version"],
        row["at"].astimezone(UTC).isoformat(timespec="microseconds"),
        row["by_id"], row["via"], row["batch_id"], row["action"], row["changes"],
    )  # fmt: skip
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()


def first_hashes(registry_id: int, records: Sequence[int], changes: Sequence[str], stamp: Stamp) -> list[str]:
    """This function will give what `chain_hash` gives for the first entries of many new records, in less time."""
    before = f"{START}\x1f{registry_id}\x1f"
    at = stamp.at.astimezone(UTC).isoformat(timespec="microseconds")
    after = "\x1f".join(map(str, ("", 1, at, stamp.by_id, stamp.via, stamp.batch_id, CREATE, "")))
    return [
        hashlib.sha256(f"{before}{record}{after}{change}".encode()).hexdigest()
        for record, change in zip(records, changes, strict=True)
    ]


def append_first(
    connection: Connection, registry_id: int, records: Sequence[int], changes: Sequence[str], hashes: Sequence[str],
    stamp: Stamp,
) -> None:  # fmt: skip
    """This function will write the first entries of many new records."""
    count = len(records)
    same = {"registry_id": registry_id, "version": 1, "at": stamp.at, "by_id": stamp.by_id, "via": stamp.via,
            "batch_id": stamp.batch_id, "action": CREATE}  # fmt: skip
    columns: dict[str, Sequence[Any]] = {name: [value] * count for name, value in same.items()}
    insert_columns(connection, HISTORY, {**columns, "record_id": records, "changes": changes, "hash": hashes})


def append(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """This function will write sealed rows."""
    if rows:
        connection.execute(insert(HISTORY), rows)

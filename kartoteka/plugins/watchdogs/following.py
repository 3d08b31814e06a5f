"""Watchdogs of a record that has become part of another one watch that one from then on, until the two are parted.

They move in the order of events: whatever happened to the record before is asked about first, so nothing is lost.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kartoteka.platform.sdk import NotFound, Office, RecordsMerged, RecordsParted, fetch
from kartoteka.plugins.watchdogs.definition import stored
from kartoteka.plugins.watchdogs.tables import TRIGGERS, WATCHDOGS

KINDS = frozenset({RecordsMerged.kind, RecordsParted.kind})
# Under which a watchdog remembers which records it watched before, the last one at the end.
BEFORE = "before"
MOMENT = timedelta(microseconds=1)


def follow(office: Office, event: Any) -> None:
    """This function will let watchdogs follow their record through a merge, or back; done again it changes nothing."""
    body, survivor = event.body, event.body["survivor"]
    if event.kind == RecordsMerged.kind:
        for merged in body["merged"]:
            if not _is_there(office, body["registry"], merged):
                _move(office, body["registry"], merged, survivor, event.at, back=False)
        return
    for parted in body["parted"]:
        if _is_there(office, body["registry"], parted):
            _move(office, body["registry"], survivor, parted, event.at, back=True)


def _is_there(office: Office, registry: str, record: int) -> bool:
    """A merge may have been taken back before it was heard of, and the other way round."""
    try:
        with office.begin_system(via="watchdog", write=False) as work:
            fetch(work, registry, record)
    except NotFound:
        return False
    return True


def _move(office: Office, registry: str, old: int, new: int, at: datetime, *, back: bool) -> None:
    with office.session(write=True) as session:
        known = _set_on(session, registry, new)
        for row in _set_on(session, registry, old):
            passed = list((row.memory or {}).get(BEFORE, ()))
            if back and (not passed or passed.pop() != new):
                continue
            if any(_same(row, each) for each in known):
                # Its owner has set the same one there: he is to be told once, not twice.
                continue
            _set_down(session, row, new, at, passed if back else [*passed, old])


def _set_on(session: Session, registry: str, record: int) -> Sequence[Any]:
    wanted = select(WATCHDOGS).where(
        WATCHDOGS.c.on_registry == registry, WATCHDOGS.c.record == record, WATCHDOGS.c.removed_at.is_(None)
    )
    return session.execute(wanted.order_by(WATCHDOGS.c.id)).all()


def _same(one: Any, other: Any) -> bool:
    return (one.owner_id, one.role_id, one.active, _apart(one)) == (
        other.owner_id, other.role_id, other.active, _apart(other))  # fmt: skip


def _apart(row: Any) -> Mapping[str, Any]:
    """What it says, whatever it is called and on whichever record it lies."""
    return replace(stored(row.definition), record=None, name="").document()


def _set_down(session: Session, row: Any, record: int, at: datetime, passed: Sequence[int]) -> None:
    """On another record: what happened to that one before is not told, and rights are looked at anew."""
    looks = row.swept_to is not None
    values = {
        "record": record,
        "definition": replace(stored(row.definition), record=record).document(),
        "memory": {**(row.memory or {}), BEFORE: list(passed)},
        "since": max(row.since, at + MOMENT),
        "swept_to": at if looks else None,
        "next_at": at if looks else None,
        "checked": "",
        "version": row.version + 1,
    }
    session.execute(update(WATCHDOGS).where(WATCHDOGS.c.id == row.id).values(**values))
    listens = (TRIGGERS.c.watchdog_id == row.id, TRIGGERS.c.record == row.record)
    session.execute(update(TRIGGERS).where(*listens).values(record=record))


__all__ = ["KINDS", "follow"]

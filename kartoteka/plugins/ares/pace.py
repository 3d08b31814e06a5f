"""How often registers are asked: one pace, two at once and one breaker for all processes, kept in the database.

The pace stays below what the service says that it bears even when every question is put twice. A register that has
failed several times in a row is left alone for a while that grows; then one question tries it.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from kartoteka.platform.sdk import Office
from kartoteka.plugins.ares.registers.answers import Unavailable
from kartoteka.plugins.ares.tables import GateRow

# 240 a minute, a few of them at once; with a second try each still below 500.
EVERY = timedelta(seconds=0.25)
AHEAD = timedelta(seconds=2)
# Longer than any question takes; whoever dies asking holds his place so long.
HELD = timedelta(seconds=20)
FAILURES = 5
FIRST_REST, LONGEST_REST = timedelta(seconds=30), timedelta(minutes=10)
_LOOK_AGAIN = 0.05
T = TypeVar("T")
_NEVER_FAILED = frozenset({"busy", "closed"})


@dataclass(frozen=True)
class Pass:
    """Leave to put one question."""

    register: str
    slot: str
    until: datetime


@dataclass(frozen=True)
class _Wait:
    seconds: float


def enter(office: Office, register: str, patience: float) -> Pass | Unavailable:
    """This function will wait for leave to put a question, as long as somebody has patience for it."""
    until = time.monotonic() + patience
    while True:
        with office.session(write=True) as session:
            found = _try(_row(session, register, office.clock()), office.clock())
        if not isinstance(found, _Wait):
            return found
        left = until - time.monotonic()
        if left <= 0:
            return Unavailable("busy", found.seconds)
        time.sleep(min(max(found.seconds, _LOOK_AGAIN), left))


def leave(office: Office, given: Pass, failed: Unavailable | None) -> None:
    """This function will give a leave back and note whether the register has answered."""
    with office.session(write=True) as session:
        now = office.clock()
        row = _row(session, given.register, now)
        if getattr(row, given.slot) == given.until:
            setattr(row, given.slot, now)
        if failed is None:
            row.failures, row.closed_until = 0, None
        elif failed.reason not in _NEVER_FAILED:
            row.failures += 1
            rest = _rest(row.failures, failed)
            if rest > timedelta(0):
                row.closed_until = now + rest


def paced(
    office: Office, register: str, patience: float, ask: Callable[[], T | Unavailable]
) -> T | Unavailable:
    """This function will put a question when there is leave to, and note whether it was answered."""
    given = enter(office, register, patience)
    if isinstance(given, Unavailable):
        return given
    failed: Unavailable | None = Unavailable()
    try:
        answer = ask()
        failed = answer if isinstance(answer, Unavailable) else None
        return answer
    finally:
        leave(office, given, failed)


def resting(office: Office, register: str) -> float:
    """This function will tell for how many seconds a register is left alone; 0 when it may be asked."""
    with office.session() as session:
        row = session.get(GateRow, register)
        if row is None or row.closed_until is None:
            return 0.0
        return max(0.0, (row.closed_until - office.clock()).total_seconds())


def _rest(failures: int, failed: Unavailable) -> timedelta:
    if failed.reason == "limit":
        return timedelta(seconds=max(failed.retry_after, 1.0))
    over = failures - FAILURES
    return min(FIRST_REST * 2 ** min(over, 10), LONGEST_REST) if over >= 0 else timedelta(0)


def _try(row: GateRow, now: datetime) -> Pass | Unavailable | _Wait:
    if row.closed_until is not None and now < row.closed_until:
        return Unavailable("closed", (row.closed_until - now).total_seconds())
    slot = next((each for each in ("first_until", "second_until") if getattr(row, each) <= now), None)
    if slot is None:
        return _Wait(_LOOK_AGAIN)
    due = max(row.next_at, now)
    early = due - now - AHEAD
    if early > timedelta(0):
        return _Wait(early.total_seconds())
    if row.failures >= FAILURES:
        # One tries whether it is back; the others wait for what becomes of it.
        row.closed_until = now + HELD
    row.next_at = due + EVERY
    setattr(row, slot, now + HELD)
    return Pass(row.register, slot, now + HELD)


def _row(session: Session, register: str, now: datetime) -> GateRow:
    """The row of a register, made when there is none, held until the end of the transaction."""
    insert = (postgresql if session.connection().dialect.name == "postgresql" else sqlite).insert
    new = insert(GateRow).values(
        register=register, next_at=now, first_until=now, second_until=now, failures=0
    )
    session.execute(new.on_conflict_do_nothing())
    return session.scalars(select(GateRow).where(GateRow.register == register).with_for_update()).one()

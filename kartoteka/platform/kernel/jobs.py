"""The table of jobs and the lease that lets one runner at a time work on a job.

A runner takes a job under a token, for as long as a lease; every committed chunk renews it. A runner that
dies lets the lease run out, and the next one goes on from the last checkpoint. A chunk is committed together
with its checkpoint by whoever holds the token, so no chunk is done twice.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    CursorResult,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    and_,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from kartoteka.platform.kernel.tables import Base, Document, Moment, table_of

LEASE = timedelta(seconds=60)
_BIG = BigInteger().with_variant(Integer, "sqlite")


class State(StrEnum):
    """How far a job is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


UNFINISHED = (State.QUEUED, State.RUNNING)


class JobRow(Base):
    """One job: what is to be done, for whom, how far it is, and who works on it until when."""

    __tablename__ = "jobs"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(10))
    done: Mapped[int] = mapped_column(_BIG, default=0)
    total: Mapped[int] = mapped_column(_BIG, default=0)
    payload: Mapped[Any] = mapped_column(Document)
    checkpoint: Mapped[Any] = mapped_column(Document)
    result: Mapped[Any] = mapped_column(Document)
    error: Mapped[str | None] = mapped_column(Text)
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    via: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime] = mapped_column(Moment)
    started_at: Mapped[datetime | None] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    runner: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    # How often it was taken since the last committed chunk: a job that kills its runners must end some day.
    attempts: Mapped[int] = mapped_column(default=0)

    __table_args__ = (Index("ix_jobs_waiting", "state", "lease_until"),)


JOBS = table_of(JobRow)


def take(connection: Connection, job: int, runner: str, now: datetime) -> bool:
    """This function will give a waiting job to a runner, and tell whether it was still to be had."""
    statement = (
        update(JOBS)
        .where(JOBS.c.id == job, _waiting(now))
        .values(
            state=State.RUNNING,
            runner=runner,
            lease_until=now + LEASE,
            attempts=JOBS.c.attempts + 1,
            started_at=func.coalesce(JOBS.c.started_at, now, type_=Moment),
        )
    )
    found: CursorResult[Any] = connection.execute(statement)
    return found.rowcount == 1


def release(connection: Connection, job: int, runner: str, now: datetime) -> None:
    """This function will give a job back, so that another runner can take it at once."""
    held = and_(JOBS.c.id == job, JOBS.c.runner == runner, JOBS.c.state == State.RUNNING)
    connection.execute(update(JOBS).where(held).values(runner=None, lease_until=now))


def waiting(connection: Connection, now: datetime, limit: int = 100) -> Sequence[int]:
    """This function will list jobs that nobody works on, the oldest first."""
    return connection.scalars(select(JOBS.c.id).where(_waiting(now)).order_by(JOBS.c.id).limit(limit)).all()


def _waiting(now: datetime) -> Any:
    orphaned = and_(JOBS.c.state == State.RUNNING, JOBS.c.lease_until <= now)
    return or_(JOBS.c.state == State.QUEUED, orphaned)


__all__ = ["JOBS", "LEASE", "UNFINISHED", "JobRow", "State", "release", "take", "waiting"]

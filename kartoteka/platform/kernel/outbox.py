"""The outbox: events written with the change, delivered afterwards to each subscriber at least once.

One row for each (event, subscriber). A worker claims rows for the length of a lease, lets the subscriber do
its work (which must be repeatable) outside of any transaction, and deletes them; a crash in between means that
the rows are claimed again when the lease has run out. No high-water mark is kept: on PostgreSQL ids are given
before commit, and a mark would skip what commits late.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Connection, Index, Integer, String, delete, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from kartoteka.platform.kernel.events import Event
from kartoteka.platform.kernel.tables import Base, Document, Moment, table_of

MAX_WAIT = timedelta(hours=1)
LEASE = timedelta(seconds=30)


class OutboxRow(Base):
    """One event waiting for one subscriber."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    subscriber: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(40))
    body: Mapped[Any] = mapped_column(Document)
    at: Mapped[datetime] = mapped_column(Moment)
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (Index("ix_outbox_waiting", "subscriber", "not_before", "id"),)


OUTBOX = table_of(OutboxRow)


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event on its way to a subscriber."""

    id: int
    kind: str
    body: Mapping[str, Any]
    at: datetime
    attempts: int


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Who wants to hear of which kinds of events, and how many of them at once."""

    name: str
    kinds: frozenset[str]
    size: int = 200
    # Hears only while this plugin is active.
    plugin: str = ""


def put(connection: Connection, event: Event, subscribers: Iterable[Subscriber], now: datetime) -> None:
    """This function will write an event for everybody who wants it."""
    waiting = [
        {
            "subscriber": each.name,
            "kind": event.kind,
            "body": event.body(),
            "at": now,
            "attempts": 0,
            "not_before": now,
        }
        for each in subscribers
        if event.kind in each.kinds
    ]
    if waiting:
        connection.execute(insert(OUTBOX), waiting)


def is_due(connection: Connection, subscriber: Subscriber, now: datetime) -> bool:
    """This function will tell whether anything waits for a subscriber, without taking a writer's place."""
    statement = select(OUTBOX.c.id).where(OUTBOX.c.subscriber == subscriber.name, OUTBOX.c.not_before <= now)
    return connection.scalar(statement.limit(1)) is not None


def claim(connection: Connection, subscriber: Subscriber, now: datetime) -> list[Delivery]:
    """This function will take the oldest waiting events of a subscriber, for the length of a lease."""
    statement = (
        select(OUTBOX.c.id, OUTBOX.c.kind, OUTBOX.c.body, OUTBOX.c.at, OUTBOX.c.attempts)
        .where(OUTBOX.c.subscriber == subscriber.name, OUTBOX.c.not_before <= now)
        .order_by(OUTBOX.c.id)
        .limit(subscriber.size)
        .with_for_update(skip_locked=True)
    )
    found = [Delivery(*row) for row in connection.execute(statement)]
    taken = OUTBOX.c.id.in_([each.id for each in found])
    if found:
        connection.execute(update(OUTBOX).where(taken).values(not_before=now + LEASE))
    return found


def done(connection: Connection, deliveries: Sequence[Delivery]) -> None:
    """This function will take delivered events out of the outbox."""
    connection.execute(delete(OUTBOX).where(OUTBOX.c.id.in_([each.id for each in deliveries])))


def postpone(connection: Connection, deliveries: Sequence[Delivery], now: datetime) -> None:
    """This function will try failed events again later, each time later."""
    for each in deliveries:
        wait = min(timedelta(seconds=2 ** min(each.attempts, 12)), MAX_WAIT)
        later = (
            update(OUTBOX)
            .where(OUTBOX.c.id == each.id)
            .values(attempts=each.attempts + 1, not_before=now + wait)
        )
        connection.execute(later)

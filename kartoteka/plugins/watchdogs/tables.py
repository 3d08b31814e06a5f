"""The tables of watchdogs: what is watched, what was told to whom, and how it gets to them."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kartoteka.platform.sdk import Document, Moment, own_metadata, table_of


class Own(DeclarativeBase):
    """The base of these tables."""

    metadata = own_metadata("watchdogs")


_BIG = BigInteger().with_variant(Integer, "sqlite")


class Watchdog(Own):
    """One watchdog: whose it is, what it says, and up to when time has been looked through for it."""

    __tablename__ = "p_watchdogs__watchdogs"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(String(200))
    # The declarative base has an attribute `registry` of its own.
    on_registry: Mapped[str] = mapped_column(String(41))
    record: Mapped[int | None] = mapped_column(_BIG)
    definition: Mapped[Any] = mapped_column(Document)
    active: Mapped[bool] = mapped_column(Boolean)
    # The role for which an admin has set it; its holders cannot switch it off.
    role_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(Moment)
    # Whatever happened before this is not told.
    since: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(default=1)
    removed_at: Mapped[datetime | None] = mapped_column(Moment)
    # Time has been looked through up to here, and is to be looked through again then.
    swept_to: Mapped[datetime | None] = mapped_column(Moment)
    next_at: Mapped[datetime | None] = mapped_column(Moment, index=True)
    # Under which rights its owner was found to see what it watches, and since when he does not.
    checked: Mapped[str] = mapped_column(String(64), default="")
    silent_since: Mapped[datetime | None] = mapped_column(Moment)
    # What it remembers between two looks, such as on which side of its bound a count was.
    memory: Mapped[Any] = mapped_column(Document)


class Trigger(Own):
    """What a watchdog listens to, so that an event finds its watchdogs by an index."""

    __tablename__ = "p_watchdogs__triggers"

    watchdog_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    part: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    on_registry: Mapped[str] = mapped_column(String(41))
    # Zero stands for every record.
    record: Mapped[int] = mapped_column(_BIG)
    sort: Mapped[str] = mapped_column(String(10))

    __table_args__ = (Index("ix_p_watchdogs__triggers_event", "on_registry", "record", "sort"),)


class Alert(Own):
    """One occurrence told to one person. It holds no values: these are read anew whenever it is shown."""

    __tablename__ = "p_watchdogs__alerts"

    id: Mapped[int] = mapped_column(_BIG, primary_key=True)
    watchdog_id: Mapped[int]
    on_registry: Mapped[str] = mapped_column(String(41))
    record: Mapped[int] = mapped_column(_BIG)
    occurrence: Mapped[str] = mapped_column(String(120))
    recipient_id: Mapped[int]
    # For whom the recipient stands in.
    for_id: Mapped[int | None]
    sort: Mapped[str] = mapped_column(String(10))
    part: Mapped[int]
    field: Mapped[str] = mapped_column(String(40), default="")
    version: Mapped[int | None]
    thing: Mapped[int | None] = mapped_column(_BIG)
    at: Mapped[datetime] = mapped_column(Moment)
    made_at: Mapped[datetime] = mapped_column(Moment)
    late: Mapped[bool] = mapped_column(Boolean, default=False)
    read_at: Mapped[datetime | None] = mapped_column(Moment)
    snoozed_until: Mapped[datetime | None] = mapped_column(Moment)
    escalate_at: Mapped[datetime | None] = mapped_column(Moment, index=True)

    __table_args__ = (
        # What makes that nobody is told anything twice, whoever may try.
        UniqueConstraint(
            "watchdog_id",
            "on_registry",
            "record",
            "occurrence",
            "recipient_id",
            name="uq_p_watchdogs__alerts_once",
        ),
        Index("ix_p_watchdogs__alerts_whose", "recipient_id", "id"),
        Index("ix_p_watchdogs__alerts_unread", "recipient_id", "read_at", "id"),
        Index("ix_p_watchdogs__alerts_of", "watchdog_id", "id"),
    )


class Delivery(Own):
    """One message on its way to one person by one channel, with what became of it."""

    __tablename__ = "p_watchdogs__deliveries"

    id: Mapped[int] = mapped_column(_BIG, primary_key=True)
    recipient_id: Mapped[int]
    channel: Mapped[str] = mapped_column(String(10))
    # What belongs together in one message: those that wait for the same bucket.
    bucket: Mapped[str] = mapped_column(String(80))
    watchdog_id: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(10))
    message_id: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(Moment)
    due_at: Mapped[datetime] = mapped_column(Moment)
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    error: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        UniqueConstraint("message_id"),
        Index("ix_p_watchdogs__deliveries_due", "state", "due_at"),
        Index("ix_p_watchdogs__deliveries_open", "recipient_id", "channel", "bucket", "state"),
    )


class Carried(Own):
    """Which alerts a delivery carries."""

    __tablename__ = "p_watchdogs__carried"

    delivery_id: Mapped[int] = mapped_column(_BIG, primary_key=True, autoincrement=False)
    alert_id: Mapped[int] = mapped_column(_BIG, primary_key=True, autoincrement=False)


class Mute(Own):
    """Somebody does not want to hear of a watchdog: at all, or not by e-mail."""

    __tablename__ = "p_watchdogs__mutes"

    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    watchdog_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    channel: Mapped[str] = mapped_column(String(10), primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)


class Manners(Own):
    """When somebody does not want to be written to."""

    __tablename__ = "p_watchdogs__manners"

    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    quiet_from: Mapped[str] = mapped_column(String(5), default="")
    quiet_to: Mapped[str] = mapped_column(String(5), default="")
    weekends: Mapped[bool] = mapped_column(Boolean, default=True)


WATCHDOGS = table_of(Watchdog)
TRIGGERS = table_of(Trigger)
ALERTS = table_of(Alert)
DELIVERIES = table_of(Delivery)
CARRIED = table_of(Carried)
MUTES = table_of(Mute)
MANNERS = table_of(Manners)

"""What waits to be sent: deliveries, each of which carries the alerts that belong into one message."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select

from kartoteka.platform.sdk import Work
from kartoteka.plugins.watchdogs import definition as d
from kartoteka.plugins.watchdogs.days import Clock, clock_of, outside_quiet
from kartoteka.plugins.watchdogs.definition import Definition
from kartoteka.plugins.watchdogs.tables import CARRIED, DELIVERIES, MANNERS
from kartoteka.plugins.watchdogs.watching import Occurrence

QUEUED, SENDING, SENT, GIVEN_UP, NOTHING = "queued", "sending", "sent", "given_up", "nothing"
# So that what happens together, such as an import, comes as one message.
GATHERING = timedelta(seconds=3)


def carry(
    work: Work, channel: str, definition: Definition, made: Sequence[tuple[int, Occurrence]],
    *, watchdog: int | None = None,
) -> None:  # fmt: skip
    """This function will put alerts of the actor into the delivery that they belong to, or into a new one."""
    bucket, due = _bucket(work, channel, definition)
    if watchdog is not None:
        bucket = f"{bucket} {watchdog}"
    delivery = _open(work, channel, bucket)
    if delivery is None:
        row = {
            "recipient_id": work.actor.user_id, "channel": channel, "bucket": bucket, "watchdog_id": watchdog,
            "state": QUEUED, "message_id": uuid4().hex, "made_at": work.now, "due_at": due, "attempts": 0, "error": "",
        }  # fmt: skip
        delivery = work.connection.execute(insert(DELIVERIES).returning(DELIVERIES.c.id), row).scalar_one()
    rows = [{"delivery_id": delivery, "alert_id": number} for number, _each in made]
    work.connection.execute(insert(CARRIED), rows)


def _open(work: Work, channel: str, bucket: str) -> int | None:
    """A message that waits and has not been tried yet; locked, so that it does not leave meanwhile."""
    waiting = select(DELIVERIES.c.id).where(
        DELIVERIES.c.recipient_id == work.actor.user_id, DELIVERIES.c.channel == channel,
        DELIVERIES.c.bucket == bucket, DELIVERIES.c.state == QUEUED, DELIVERIES.c.attempts == 0,
    )  # fmt: skip
    return work.connection.scalar(
        waiting.order_by(DELIVERIES.c.id).limit(1).with_for_update(skip_locked=True)
    )


def _bucket(work: Work, channel: str, definition: Definition) -> tuple[str, datetime]:
    zone = ZoneInfo(work.actor.locale.timezone)
    if channel == d.WEBHOOK:
        return "at once", work.now
    if definition.pace == d.AT_ONCE:
        return "at once", _polite(work, work.now + GATHERING, zone)
    due = Clock(definition.time, zone).following(work.now)
    if definition.pace == d.WEEKLY:
        day = due.astimezone(zone).date()
        ahead = (definition.weekday - day.weekday()) % 7
        due = Clock(definition.time, zone).moment(day + timedelta(days=ahead))
    return f"{definition.pace} {due.isoformat()}"[:60], _polite(work, due, zone)


def _polite(work: Work, due: datetime, zone: ZoneInfo) -> datetime:
    """Not in the hours in which somebody does not want to be written to."""
    mine = work.connection.execute(select(MANNERS).where(MANNERS.c.user_id == work.actor.user_id)).first()
    if mine is None:
        return due
    return outside_quiet(due, zone, clock_of(mine.quiet_from), clock_of(mine.quiet_to), mine.weekends)


__all__ = ["GIVEN_UP", "NOTHING", "QUEUED", "SENDING", "SENT", "carry"]

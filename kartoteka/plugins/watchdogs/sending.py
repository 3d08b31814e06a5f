"""Deliveries on their way: claimed by a lease, written at the moment of sending, tried again and again, never lost.

What a message says is read when it leaves, as the person who gets it, so no value goes out that he may not see by then.
A crash between sending and noting it means that the same message, under the same number, is sent once more: a mail
program shows it once, a receiver of webhooks knows it by its id.
"""

import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import and_, select, update

from kartoteka.platform.sdk import (
    Letter,
    Office,
    Unauthenticated,
    Undelivered,
    Work,
    answer_text,
    letter,
    plural,
    send_letter,
)
from kartoteka.plugins.watchdogs import alerts, webhooks
from kartoteka.plugins.watchdogs import definition as d
from kartoteka.plugins.watchdogs.definition import stored
from kartoteka.plugins.watchdogs.mailbox import GIVEN_UP, NOTHING, QUEUED, SENDING, SENT
from kartoteka.plugins.watchdogs.reacting import dog_of
from kartoteka.plugins.watchdogs.tables import CARRIED, DELIVERIES, WATCHDOGS
from kartoteka.plugins.watchdogs.telling import FAILED, tell_of_itself
from kartoteka.plugins.watchdogs.unsubscribing import key_for

logger = logging.getLogger(__name__)
LEASE = timedelta(minutes=5)
THREADS = {d.EMAIL: 4, d.WEBHOOK: 8}
# A slow server is waited for so long; then the others go on, and it in the background.
PATIENCE = 5.0
SHOWN = 50
LONGEST_HEADING = 150
FIRST = {d.EMAIL: timedelta(seconds=15), d.WEBHOOK: timedelta(minutes=1)}
LONGEST = {d.EMAIL: timedelta(hours=1), d.WEBHOOK: timedelta(hours=6)}
# Four days of mail; a little more than two hours of webhooks.
MOST = {d.EMAIL: 100, d.WEBHOOK: 8}


@dataclass(frozen=True)
class Parcel:
    """What is sent outside of any transaction: a letter, or a body to an address."""

    letter: Letter | None = None
    url: str = ""
    body: bytes = b""
    headers: Mapping[str, str] | None = None


class Lanes:
    """Threads of their own for mail and for webhooks, so that what hangs in one lane holds up nobody in the other."""

    def __init__(self) -> None:
        self._pools = {
            channel: ThreadPoolExecutor(max_workers=size, thread_name_prefix=f"watchdogs-{channel}")
            for channel, size in THREADS.items()
        }
        self._running: dict[str, set[Future[None]]] = {channel: set() for channel in THREADS}

    def room(self, channel: str) -> int:
        """This function will tell how many more may leave now; nothing is claimed that would have to wait."""
        self._running[channel] = {each for each in self._running[channel] if not each.done()}
        return THREADS[channel] - len(self._running[channel])

    def send(self, office: Office, row: Any) -> "Future[None]":
        """This function will let one leave."""
        leaving = self._pools[row.channel].submit(_deliver_one, office, row)
        self._running[row.channel].add(leaving)
        return leaving


_LANES: WeakKeyDictionary[Office, Lanes] = WeakKeyDictionary()


def deliver(office: Office) -> None:
    """This function will send what is due; a server that hangs holds up nobody else."""
    lanes = _LANES.get(office) or _LANES.setdefault(office, Lanes())
    while True:
        claimed = [row for channel in THREADS for row in _claim(office, channel, lanes.room(channel))]
        if not claimed:
            return
        done, hanging = wait([lanes.send(office, each) for each in claimed], timeout=PATIENCE)
        for each in done:
            each.result()
        if hanging:
            return


def _due(office: Office, channel: str) -> Any:
    waiting = DELIVERIES.c.state.in_((QUEUED, SENDING))
    return and_(waiting, DELIVERIES.c.due_at <= office.clock(), DELIVERIES.c.channel == channel)


def _claim(office: Office, channel: str, room: int) -> Sequence[Any]:
    """What is new goes first: whatever was tried in vain may be so again."""
    due = _due(office, channel)
    with office.session() as session:
        if room <= 0 or session.scalar(select(DELIVERIES.c.id).where(due).limit(1)) is None:
            return []
    with office.session(write=True) as session:
        wanted = (
            select(DELIVERIES)
            .where(due)
            .order_by(DELIVERIES.c.attempts, DELIVERIES.c.due_at, DELIVERIES.c.id)
        )
        found = session.execute(wanted.limit(room).with_for_update(skip_locked=True)).all()
        taken = DELIVERIES.c.id.in_([each.id for each in found])
        if found:
            session.execute(
                update(DELIVERIES).where(taken).values(
                    state=SENDING, due_at=office.clock() + LEASE, attempts=DELIVERIES.c.attempts + 1)
            )  # fmt: skip
        return found


def _deliver_one(office: Office, row: Any) -> None:
    try:
        parcel = _written(office, row)
        if parcel is None:
            _finish(office, row, NOTHING)
            return
        _send(office, parcel)
    except Undelivered as error:
        _put_off(office, row, str(error), final=error.final)
    except webhooks.Failed as error:
        _put_off(office, row, str(error), final=False)
    except Exception as error:
        logger.exception("The delivery %s has failed.", row.id)
        _put_off(office, row, type(error).__name__, final=False)
    else:
        _finish(office, row, SENT)


def _written(office: Office, row: Any) -> Parcel | None:
    """What is to be sent, as whoever gets it may see it now; None when nothing is left of it."""
    try:
        with office.begin(row.recipient_id, via="watchdog") as work:
            carried = (
                select(CARRIED.c.alert_id).where(CARRIED.c.delivery_id == row.id).order_by(CARRIED.c.alert_id)
            )
            ids = list(work.connection.scalars(carried))
            if row.channel == d.EMAIL:
                return _letter(work, row, ids)
            return _hook(work, row, ids)
    except Unauthenticated:
        return None


def _letter(work: Work, row: Any, ids: Sequence[int]) -> Parcel | None:
    found = alerts.of_ids(work, ids[-SHOWN:])
    if not found:
        return None
    office, base = work.office, work.office.settings.base_url.rstrip("/")
    key = key_for(office, work.actor.user_id, [each.watchdog for each in found])
    headers = {
        "List-Unsubscribe": f"<{base}/api/v1/watchdogs/unsubscribe/{key}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    written = letter(
        work, "watchdogs", row.message_id, headers, alerts=found, more=max(len(ids) - SHOWN, 0),
        place=lambda each: f"{base}/notifications/{each.id}/open", all_url=f"{base}/notifications",
        off_url=f"{base}/watchdogs/unsubscribe/{key}", heading=_heading(found, len(ids)),
    )  # fmt: skip
    return Parcel(letter=written)


def _heading(found: Sequence[alerts.Shown], number: int) -> str:
    """One line of plain letters, whatever people have typed into their records."""
    if number != 1:
        return plural("{n} notification", "{n} notifications", number)
    words = " ".join(f"{found[0].title}: {found[0].text}".split())
    plain = "".join(each for each in words if each.isprintable())
    return plain if len(plain) <= LONGEST_HEADING else f"{plain[:LONGEST_HEADING].rstrip()}…"


def _hook(work: Work, row: Any, ids: Sequence[int]) -> Parcel | None:
    dog = work.connection.execute(select(WATCHDOGS).where(WATCHDOGS.c.id == row.watchdog_id)).first()
    if dog is None or dog.removed_at is not None:
        return None
    url = stored(dog.definition).webhook
    found = alerts.of_marks(work, ids[-SHOWN:])
    if not url or not found:
        return None
    told = {
        "id": row.message_id,
        "watchdog": {"id": dog.id, "name": found[0].name},
        "notifications": alerts.documents(found),
    }
    body = answer_text(told).encode()
    secret = webhooks.secret_of(work.office.settings.secret_key, dog.id, url)
    headers = {
        "Content-Type": "application/json", "User-Agent": "Kartoteka", "X-Kartoteka-Id": row.message_id,
        "X-Kartoteka-Signature": webhooks.signature(secret, body),
    }  # fmt: skip
    return Parcel(url=url, body=body, headers=headers)


def _send(office: Office, parcel: Parcel) -> None:
    if parcel.letter is not None:
        send_letter(office, parcel.letter)
        return
    private = webhooks.networks_of(office.settings.private_networks)
    webhooks.post(parcel.url, parcel.body, dict(parcel.headers or {}), private)


def _finish(office: Office, row: Any, state: str) -> None:
    with office.session(write=True) as session:
        session.execute(
            update(DELIVERIES)
            .where(DELIVERIES.c.id == row.id)
            .values(state=state, sent_at=office.clock(), error="")
        )


def _put_off(office: Office, row: Any, error: str, *, final: bool) -> None:
    """Later, each time later still; in the end it is given up, and that can be seen."""
    attempts, now = row.attempts + 1, office.clock()
    values: dict[str, Any] = {"error": error[:500]}
    if final or attempts >= MOST[row.channel]:
        values["state"] = GIVEN_UP
    else:
        wait_for = min(FIRST[row.channel] * 2 ** min(attempts - 1, 14), LONGEST[row.channel])
        values |= {"state": QUEUED, "due_at": now + wait_for}
    with office.session(write=True) as session:
        session.execute(update(DELIVERIES).where(DELIVERIES.c.id == row.id).values(**values))
    if values["state"] == GIVEN_UP:
        _tell_of_failure(office, row)


def _tell_of_failure(office: Office, row: Any) -> None:
    """A webhook that takes nothing is told to the owner of its watchdog; lost mail stands in the admin's log."""
    if row.channel != d.WEBHOOK:
        return
    try:
        with office.begin(row.recipient_id, via="watchdog", write=True) as work:
            dog = work.connection.execute(select(WATCHDOGS).where(WATCHDOGS.c.id == row.watchdog_id)).first()
            if dog is not None and dog.removed_at is None:
                tell_of_itself(work, dog_of(dog), f"failed {row.id}", FAILED)
    except Unauthenticated:
        return


def again(office: Office, delivery: int) -> bool:
    """This function will let a delivery that was given up be tried once more; it tells whether there was one."""
    values = {"state": QUEUED, "due_at": office.clock(), "attempts": 0}
    given_up = and_(DELIVERIES.c.id == delivery, DELIVERIES.c.state == GIVEN_UP)
    with office.session(write=True) as session:
        found: Any = session.execute(update(DELIVERIES).where(given_up).values(**values))
        return bool(found.rowcount)


__all__ = ["again", "deliver"]

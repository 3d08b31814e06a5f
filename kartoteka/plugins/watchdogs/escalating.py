"""What stays unread goes further: after some days others are told the same, each of them as himself, once."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from kartoteka.platform.sdk import Invalid, NotFound, Office, Unauthenticated, in_use
from kartoteka.plugins.watchdogs import definition as d
from kartoteka.plugins.watchdogs.mailbox import carry
from kartoteka.plugins.watchdogs.reacting import dog_of
from kartoteka.plugins.watchdogs.tables import ALERTS, WATCHDOGS
from kartoteka.plugins.watchdogs.telling import Dog, named, write_alerts
from kartoteka.plugins.watchdogs.watching import Occurrence, Watch

AT_ONCE = 500


def escalate(office: Office) -> None:
    """This function will tell others of what has stayed unread; whatever was read meanwhile goes no further."""
    due = (ALERTS.c.escalate_at.is_not(None), ALERTS.c.escalate_at <= office.clock())
    with office.session() as session:
        found = session.execute(select(ALERTS).where(*due).order_by(ALERTS.c.id).limit(AT_ONCE)).all()
        ids = {each.watchdog_id for each in found}
        rows = session.execute(select(WATCHDOGS).where(WATCHDOGS.c.id.in_(ids))).all() if ids else []
    dogs = {row.id: dog_of(row) for row in rows if row.active and row.removed_at is None}
    for alert in found:
        dog = dogs.get(alert.watchdog_id)
        if dog is not None and alert.read_at is None:
            _tell_others(office, dog, alert)
        with office.session(write=True) as session:
            session.execute(update(ALERTS).where(ALERTS.c.id == alert.id).values(escalate_at=None))


def _tell_others(office: Office, dog: Dog, alert: Any) -> None:
    try:
        with office.begin(dog.owner, via="watchdog") as work:
            people, zone = _people(work, dog), ZoneInfo(work.actor.locale.timezone)
    except Unauthenticated:
        return
    said = Occurrence(
        alert.record, alert.at, alert.occurrence, alert.part, field=alert.field, version=alert.version,
        thing=alert.thing,
    )  # fmt: skip
    for person in people:
        try:
            with office.begin(person, via="watchdog", write=True) as work:
                Watch(work, dog.definition, zone)
                made = write_alerts(work, dog, [said])
                # It has gone far enough: from here it goes no further by itself.
                stays = ALERTS.c.id.in_([number for number, _each in made])
                work.connection.execute(update(ALERTS).where(stays).values(escalate_at=None))
                if made and d.EMAIL in dog.definition.via:
                    carry(work, d.EMAIL, dog.definition, made)
        except (Unauthenticated, NotFound, Invalid):
            continue


def _people(work: Any, dog: Dog) -> Sequence[int]:
    escalation = dog.definition.escalation
    said = [each.partition(":") for each in escalation.to] if escalation is not None else []
    wanted = [
        person for word, _colon, value in said if word != "field" for person in named(work, dog, word, value)
    ]
    return sorted(in_use(work, wanted))


__all__ = ["escalate"]

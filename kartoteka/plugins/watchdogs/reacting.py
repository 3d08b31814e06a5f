"""What happens after records have changed: the watchdogs that wait for it are found by an index, and asked."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from kartoteka.platform.sdk import Noticed, Office, RecordsChanged, Unauthenticated, Work, renewed_by
from kartoteka.plugins.watchdogs import definition as d
from kartoteka.plugins.watchdogs.asking import Numbers, Question, Signals, Steps, Things
from kartoteka.plugins.watchdogs.definition import stored
from kartoteka.plugins.watchdogs.following import KINDS, follow
from kartoteka.plugins.watchdogs.tables import TRIGGERS, WATCHDOGS
from kartoteka.plugins.watchdogs.telling import Dog, Said, ask_owner, tell

logger = logging.getLogger(__name__)
CHUNK = 400
Found = Mapping[int, tuple[Dog, set[str]]]


def react(office: Office, deliveries: Sequence[Any]) -> None:
    """This function will ask all watchdogs that wait for what has happened; asked again they say nothing new."""
    failed: list[Exception] = []
    asked: list[Any] = []
    for each in deliveries:
        if each.kind in KINDS:
            failed += _ask_all(office, asked)
            follow(office, each)
            asked = []
        else:
            asked.append(each)
    failed += _ask_all(office, asked)
    if failed:
        raise failed[0]


def _ask_all(office: Office, deliveries: Sequence[Any]) -> list[Exception]:
    """What could not be asked stands in nobody's way; the event comes again for it."""
    failed: list[Exception] = []
    for registry, events in _by_registry(deliveries).items():
        records = sorted({record for each in events for record in _records(each)})
        found = _waiting(office, registry, records)
        for owner, dogs in _by_owner(found).items():
            try:
                _ask(office, owner, dogs, registry, events)
            except SQLAlchemyError:
                raise
            except Unauthenticated:
                continue
            except Exception as error:
                logger.exception("Watchdogs of %s have failed.", owner)
                failed.append(error)
    return failed


def _by_registry(deliveries: Sequence[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for each in deliveries:
        found.setdefault(each.body["registry"], []).append(each)
    return found


def _records(event: Any) -> Sequence[int]:
    """A signal is about one record."""
    found: Sequence[int] = (
        event.body["records"] if event.kind == RecordsChanged.kind else [event.body["record"]]
    )
    return found


def _waiting(office: Office, registry: str, records: Sequence[int]) -> Found:
    """The watchdogs that listen to a registry, or to one of the records; by an index, however many there are."""
    found: dict[int, tuple[Dog, set[str]]] = {}
    chunks = [records[start : start + CHUNK] for start in range(0, len(records), CHUNK)] or [[]]
    with office.session() as session:
        for chunk in chunks:
            wanted = (
                select(WATCHDOGS, TRIGGERS.c.sort.label("listens"))
                .join(TRIGGERS, TRIGGERS.c.watchdog_id == WATCHDOGS.c.id)
                .where(
                    TRIGGERS.c.on_registry == registry, TRIGGERS.c.record.in_([0, *chunk]),
                    WATCHDOGS.c.active, WATCHDOGS.c.removed_at.is_(None), WATCHDOGS.c.silent_since.is_(None),
                )
            )  # fmt: skip
            for row in session.execute(wanted):
                found.setdefault(row.id, (dog_of(row), set()))[1].add(row.listens)
    return found


def dog_of(row: Any) -> Dog:
    """This function will read a row of watchdogs."""
    return Dog(
        row.id, row.owner_id, stored(row.definition), row.since, row.swept_to, row.memory or {}, row.role_id
    )


def _by_owner(found: Found) -> dict[int, list[tuple[Dog, set[str]]]]:
    owners: dict[int, list[tuple[Dog, set[str]]]] = {}
    for dog, sorts in found.values():
        owners.setdefault(dog.owner, []).append((dog, sorts))
    return owners


def _ask(
    office: Office, owner: int, dogs: Sequence[tuple[Dog, set[str]]], registry: str, events: Sequence[Any]
) -> None:
    said: list[tuple[Dog, Question, Said]] = []
    remembered: list[tuple[Dog, Mapping[str, Any]]] = []
    with office.begin(owner, via="watchdog") as work:
        for dog, sorts in dogs:
            for question in _questions(work, dog, sorts, registry, events):
                found = ask_owner(work, dog, question)
                if found is not None:
                    said.append((dog, question, found))
                if isinstance(question, Numbers):
                    remembered.append((dog, question.memory))
    for dog, question, found in said:
        tell(office, dog, found, question)
    for dog, memory in remembered:
        if memory != dog.memory:
            with office.session(write=True) as session:
                session.execute(update(WATCHDOGS).where(WATCHDOGS.c.id == dog.id).values(memory=dict(memory)))


def _questions(
    work: Work, dog: Dog, sorts: set[str], registry: str, events: Sequence[Any]
) -> Iterable[Question]:
    recent = [each for each in events if each.at >= dog.since]
    meant = [each for each in recent if each.kind == RecordsChanged.kind]
    if d.SIGNAL in sorts:
        yield from _signals(registry, [each for each in recent if each.kind != RecordsChanged.kind])
    if not meant:
        return
    if sorts & {d.STEP, d.POINTING}:
        records = frozenset(record for each in meant for record in each.body["records"])
        yield Steps(registry, records, frozenset(each.at for each in meant), dog.since)
    if d.THING in sorts:
        made = [
            record for each in meant if each.body["action"] == "create" for record in each.body["records"]
        ]
        if made:
            yield Things(registry.removeprefix("_"), sorted(set(made)), dog.since)
        renewed = renewed_by(work, registry)
        new = {record for each in meant if renewed in each.body["fields"] for record in each.body["records"]}
        if new - set(made):
            yield Things(f"{registry.removeprefix('_')}{d.VERSIONS}", sorted(new), dog.since)
    if d.NUMBER in sorts:
        yield Numbers(dict(dog.memory), _last(meant))


def _signals(registry: str, events: Sequence[Any]) -> Iterable[Question]:
    for kind in sorted({each.kind for each in events}):
        noticed = [Noticed(each.body["record"], each.at, tuple(each.body["topics"])) for each in events
                   if each.kind == kind]  # fmt: skip
        yield Signals(registry, kind, noticed)


def _last(events: Sequence[Any]) -> datetime:
    moments: list[datetime] = [each.at for each in events]
    return max(moments)


__all__ = ["dog_of", "react"]

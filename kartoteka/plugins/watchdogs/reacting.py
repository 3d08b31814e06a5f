"""What happens after records have changed: the watchdogs that wait for it are found by an index, and asked."""

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from kartoteka.platform.sdk import Noticed, Office, RecordsChanged, Unauthenticated, Work, renewed_by, unmoved
from kartoteka.plugins.watchdogs import definition as d
from kartoteka.plugins.watchdogs.asking import Numbers, Pointers, Question, Reel, Signals, Steps, Things
from kartoteka.plugins.watchdogs.definition import stored
from kartoteka.plugins.watchdogs.following import KINDS, follow
from kartoteka.plugins.watchdogs.hearing import heard, points
from kartoteka.plugins.watchdogs.tables import TRIGGERS, WATCHDOGS
from kartoteka.plugins.watchdogs.telling import Dog, Speech, ask, tell_all, watch_of
from kartoteka.plugins.watchdogs.watching import Watch

logger = logging.getLogger(__name__)
CHUNK = 400
# So many records are read faster than it is found out which of them matter.
FEW = 40
# After so many events at once the records of a list are counted later.
MANY = 50
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
        found, batch = _waiting(office, registry, records), Batch(registry, events)
        for owner, dogs in _by_owner(found).items():
            try:
                _ask(office, owner, dogs, batch)
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


@dataclass(frozen=True)
class Batch:
    """What has happened in one registry."""

    registry: str
    events: Sequence[Any]

    @cached_property
    def _by_record(self) -> Mapping[int, Sequence[Any]]:
        found: dict[int, list[Any]] = {}
        for each in self.events:
            for record in dict.fromkeys(_records(each)):
                found.setdefault(record, []).append(each)
        return found

    def of(self, record: int) -> Sequence[Any]:
        """What has happened to one record."""
        return self._by_record.get(record, ())

    @cached_property
    def once(self) -> Mapping[int, datetime]:
        """When each record has changed, of those that have changed once."""
        times = Counter(record for each in self.events for record in _records(each))
        return {record: each.at for each in self.events for record in _records(each) if times[record] == 1}


@dataclass(frozen=True)
class Asked:
    """A watchdog, open for its owner, and what it is to be asked."""

    dog: Dog
    watch: Watch
    question: Question


def _ask(office: Office, owner: int, dogs: Sequence[tuple[Dog, set[str]]], batch: Batch) -> None:
    speeches: list[Speech] = []
    remembered: list[tuple[Dog, Mapping[str, Any]]] = []
    counting = [] if len(batch.events) < MANY else _counting(dogs)
    with office.begin(owner, via="watchdog") as work:
        asked, reel = _prepared(work, dogs, batch, put_off=bool(counting))
        for each in asked:
            said = ask(work, each.dog, each.watch, each.question) if each.watch.sees(reel.courses) else None
            if said is not None:
                speeches.append(Speech(each.dog, each.question, said))
            if isinstance(each.question, Numbers):
                remembered.append((each.dog, each.question.memory))
    tell_all(office, speeches)
    with_news = [(dog, memory) for dog, memory in remembered if memory != dog.memory]
    if with_news or counting:
        with office.session(write=True) as session:
            for dog, memory in with_news:
                session.execute(update(WATCHDOGS).where(WATCHDOGS.c.id == dog.id).values(memory=dict(memory)))
            # Of very many changes it is enough to count once, when time is looked through the next time.
            session.execute(
                update(WATCHDOGS).where(WATCHDOGS.c.id.in_(counting)).values(next_at=office.clock())
            )


def _counting(dogs: Sequence[tuple[Dog, set[str]]]) -> list[int]:
    return [dog.id for dog, sorts in dogs if d.NUMBER in sorts]


def _prepared(
    work: Work, dogs: Sequence[tuple[Dog, set[str]]], batch: Batch, *, put_off: bool
) -> tuple[list[Asked], Reel]:
    """The questions that the watchdogs of one person are asked, with what he sees of the records, read once."""
    asked: list[Asked] = []
    for dog, sorts in dogs:
        questions = list(_questions(work, dog, sorts - {d.NUMBER} if put_off else sorts, batch))
        watch = watch_of(work, dog) if questions else None
        if watch is not None:
            asked += [Asked(dog, watch, question) for question in questions]
    _narrow(work, asked, batch)
    steps = [(each.watch, each.question) for each in asked if isinstance(each.question, Steps)]
    reel = Reel.of(work, steps)
    return [
        replace(each, question=replace(each.question, reel=reel))
        if isinstance(each.question, Steps)
        else each
        for each in asked
    ], reel


def _narrow(work: Work, asked: list[Asked], batch: Batch) -> None:
    """Of very many records those of which a watchdog on a list has something to say: which fit are found at once.

    A record that has not changed again since is now what it was after the step; of one that does not fit then, only its
    leaving is told. The others are judged step by step.
    """
    fitting: dict[int, frozenset[int]] = {}
    for place, each in enumerate(asked):
        if isinstance(each.question, Steps) and len(each.question.records) > FEW and _by_what_is(each.watch):
            moments = each.question.moments
            fitting[place] = each.watch.fit.among(min(moments), max(moments))
    if not fitting:
        return
    # Asked afterwards: what changes in between counts as changed again.
    still = unmoved(work, batch.registry, batch.once)
    for place, fit in fitting.items():
        steps = asked[place].question
        assert isinstance(steps, Steps)
        asked[place] = replace(
            asked[place], question=replace(steps, records=(steps.records - still) | (steps.records & fit))
        )


def _by_what_is(watch: Watch) -> bool:
    kinds = {part.kind for part in watch.definition.when.each}
    return watch.definition.filter is not None and not watch.fit.by_time and not kinds & {d.DELETED, d.QUITS}


def _questions(work: Work, dog: Dog, sorts: set[str], batch: Batch) -> Iterable[Question]:
    registry = batch.registry
    alone = dog.definition.record if registry == dog.definition.registry else None
    recent = [each for each in (batch.events if alone is None else batch.of(alone)) if each.at >= dog.since]
    meant = [each for each in recent if each.kind == RecordsChanged.kind]
    if d.SIGNAL in sorts:
        yield from _signals(registry, [each for each in recent if each.kind != RecordsChanged.kind])
    if meant and sorts & {d.STEP, d.NUMBER} and registry == dog.definition.registry:
        told = heard(work, dog.definition, meant)
        if told and d.STEP in sorts:
            yield _steps(registry, told, dog.since, alone)
        if told and d.NUMBER in sorts:
            yield Numbers(dict(dog.memory), _last(told))
    if d.POINTING in sorts:
        others = [each for each in batch.events if each.at >= dog.since and each.kind == RecordsChanged.kind]
        told = points(work, dog.definition, registry, others)
        if told:
            yield Pointers(_steps(registry, told, dog.since))
    if d.THING in sorts and meant:
        yield from _things(work, registry, meant, dog)


def _steps(registry: str, events: Sequence[Any], since: datetime, alone: int | None = None) -> Steps:
    records = frozenset(
        record for each in events for record in each.body["records"] if alone in (None, record)
    )
    return Steps(registry, records, frozenset(each.at for each in events), since)


def _things(work: Work, registry: str, meant: Sequence[Any], dog: Dog) -> Iterable[Question]:
    made = [record for each in meant if each.body["action"] == "create" for record in each.body["records"]]
    if made:
        yield Things(registry.removeprefix("_"), sorted(set(made)), dog.since)
    renewed = renewed_by(work, registry)
    new = {record for each in meant if renewed in each.body["fields"] for record in each.body["records"]}
    if new - set(made):
        yield Things(f"{registry.removeprefix('_')}{d.VERSIONS}", sorted(new), dog.since)


def _signals(registry: str, events: Sequence[Any]) -> Iterable[Question]:
    for kind in sorted({each.kind for each in events}):
        noticed = [Noticed(each.body["record"], each.at, tuple(each.body["topics"])) for each in events
                   if each.kind == kind]  # fmt: skip
        yield Signals(registry, kind, noticed)


def _last(events: Sequence[Any]) -> datetime:
    moments: list[datetime] = [each.at for each in events]
    return max(moments)


__all__ = ["dog_of", "react"]

"""From what a watchdog says to alerts: who is to be told, and each of them once, as himself, in one transaction.

The unique key of an alert is what makes it so: whoever comes second, be it another worker, a retry or the same worker
after a crash, finds the alert there and writes nothing more. Everything that goes with an alert, such as its mail or
the task that it makes, is written in the same transaction.
"""

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Table, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from kartoteka.platform.sdk import (
    Forbidden,
    Invalid,
    KartotekaError,
    NotFound,
    Office,
    Unauthenticated,
    Work,
    holders_of,
    in_use,
    states_of,
    substitute_of,
)
from kartoteka.plugins.watchdogs import definition as d
from kartoteka.plugins.watchdogs.asking import Question
from kartoteka.plugins.watchdogs.deeds import do_deeds
from kartoteka.plugins.watchdogs.definition import Definition
from kartoteka.plugins.watchdogs.mailbox import carry
from kartoteka.plugins.watchdogs.tables import ALERTS, MUTES
from kartoteka.plugins.watchdogs.watching import Occurrence, Watch

logger = logging.getLogger(__name__)
LATE = timedelta(hours=1)
# What an alert is: something that was said, or what a watchdog must tell of itself.
SAID, SILENT, FAILED, MARK = "said", "silent", "failed", "mark"
# Not by a watchdog: a colleague has mentioned somebody, or asked him for something.
TOLD = "told"
CHUNK = 200


@dataclass(frozen=True)
class Dog:
    """A watchdog as the engine works with it."""

    id: int
    owner: int
    definition: Definition
    since: datetime
    swept_to: datetime | None
    memory: Mapping[str, Any]
    role: int | None = None


@dataclass
class Said:
    """What one watchdog said to its owner, and who is to be told of which of it."""

    occurrences: list[Occurrence]
    # For each person the occurrences that are his, and for whom he stands in.
    people: dict[int, tuple[int | None, set[tuple[int, str]]]]
    zone: ZoneInfo


@dataclass(frozen=True)
class Speech:
    """What a watchdog said when it was asked something."""

    dog: Dog
    question: Question
    said: Said


def ask_owner(work: Work, dog: Dog, question: Question) -> Said | None:
    """This function will put a question to a watchdog for its owner; None when there is nothing."""
    watch = watch_of(work, dog)
    return ask(work, dog, watch, question) if watch is not None and watch.sees() else None


def watch_of(work: Work, dog: Dog) -> Watch | None:
    """This function will open a watchdog for its owner; None when something that it needs is not there for him."""
    try:
        return Watch(work, dog.definition, ZoneInfo(work.actor.locale.timezone))
    except (NotFound, Invalid, Forbidden):
        return None


def ask(work: Work, dog: Dog, watch: Watch, question: Question) -> Said | None:
    """This function will put a question to a watchdog that is open for its owner."""
    try:
        occurrences = question(watch)
    except (NotFound, Invalid, Forbidden):
        return None
    if not occurrences:
        return None
    return Said(occurrences, _people(work, watch, dog, occurrences), watch.clock.zone)


def _people(
    work: Work, watch: Watch, dog: Dog, occurrences: Sequence[Occurrence]
) -> dict[int, tuple[int | None, set[tuple[int, str]]]]:
    named = _by_occurrence(work, watch, dog, dog.definition.to, occurrences)
    active = in_use(work, named)
    found: dict[int, tuple[int | None, set[tuple[int, str]]]] = {}
    today = watch.clock.day(work.now)
    for person, keys in named.items():
        if person in active:
            found[person] = (None, keys)
    if dog.definition.substitutes:
        for person, keys in named.items():
            standing = substitute_of(work, person, today)
            if standing is not None and standing not in found:
                found[standing] = (person, keys)
    return found


def _by_occurrence(
    work: Work, watch: Watch, dog: Dog, to: Iterable[str], occurrences: Sequence[Occurrence]
) -> dict[int, set[tuple[int, str]]]:
    every = {(each.record, each.key) for each in occurrences}
    found: dict[int, set[tuple[int, str]]] = {}
    for said in to:
        word, _colon, value = said.partition(":")
        if word == "field":
            for person, keys in _in_charge(work, watch, value, occurrences).items():
                found.setdefault(person, set()).update(keys)
            continue
        for person in named(work, dog, word, value):
            found.setdefault(person, set()).update(every)
    return found


def named(work: Work, dog: Dog, word: str, value: str) -> Sequence[int]:
    """This function will list the people whom a word of a watchdog means, other than by a field of a record."""
    if word == "me":
        return [dog.owner]
    if word == "user":
        return [int(value)]
    if word == "role":
        return holders_of(work, value)
    today = work.now.astimezone(ZoneInfo(work.actor.locale.timezone)).date()
    standing = substitute_of(work, dog.owner, today) if word == "substitute" else None
    return [standing] if standing is not None else []


def _in_charge(
    work: Work, watch: Watch, key: str, occurrences: Sequence[Occurrence]
) -> dict[int, set[tuple[int, str]]]:
    """The people whom a field of the record names today."""
    if watch.opened.seen.field(key) is None:
        return {}
    records = sorted({each.record for each in occurrences if each.record})
    now = states_of(work, watch.definition.registry, [key], records)
    found: dict[int, set[tuple[int, str]]] = {}
    for each in occurrences:
        there = now.get(each.record)
        for person in (there.now.values.get(key) or ()) if there is not None else ():
            found.setdefault(person, set()).add((each.record, each.key))
    return found


def tell(office: Office, dog: Dog, said: Said, question: Question) -> int:
    """This function will tell everybody what is for him, and count the new alerts; done again it changes nothing."""
    return tell_all(office, [Speech(dog, question, said)])


def tell_all(office: Office, speeches: Sequence[Speech]) -> int:
    """This function will tell everybody what some watchdogs have said: to one person all at once, as far as it goes."""
    people: dict[int, list[Speech]] = {}
    for each in speeches:
        if each.dog.definition.deeds or d.WEBHOOK in each.dog.definition.via:
            _mark(office, each.dog, each.said)
        for person in each.said.people:
            people.setdefault(person, []).append(each)
    told = 0
    for person, his in people.items():
        for handful in _handfuls(person, his):
            try:
                told += _tell_one(office, person, handful)
            except Unauthenticated:
                break
    return told


def _handfuls(person: int, speeches: Sequence[Speech]) -> Iterator[list[tuple[Speech, list[Occurrence]]]]:
    """What is for somebody, so much at a time that nobody waits long for the transaction in which it is told."""
    handful: list[tuple[Speech, list[Occurrence]]] = []
    room = CHUNK
    for speech in speeches:
        _for_id, keys = speech.said.people[person]
        mine = [each for each in speech.said.occurrences if (each.record, each.key) in keys]
        while mine:
            handful.append((speech, mine[:room]))
            mine, room = mine[room:], room - len(mine[:room])
            if not room:
                yield handful
                handful, room = [], CHUNK
    if handful:
        yield handful


def _tell_one(office: Office, person: int, handful: Sequence[tuple[Speech, list[Occurrence]]]) -> int:
    told = 0
    with office.begin(person, via="watchdog", write=True) as work:
        muted = _muted(work, {speech.dog.id for speech, _occurrences in handful})
        for speech, occurrences in handful:
            dog = speech.dog
            if dog.role is None and (dog.id, d.APP) in muted:
                continue
            if person != dog.owner:
                occurrences = _as_himself(work, dog, speech.said, speech.question, occurrences)
            made = write_alerts(work, dog, occurrences, for_id=speech.said.people[person][0])
            told += len(made)
            if made and d.EMAIL in dog.definition.via and (dog.id, d.EMAIL) not in muted:
                carry(work, d.EMAIL, dog.definition, made)
    return told


def _as_himself(
    work: Work, dog: Dog, said: Said, question: Question, chunk: Sequence[Occurrence]
) -> list[Occurrence]:
    """What the watchdog would have told somebody else, had he set it himself."""
    try:
        watch = Watch(work, dog.definition, said.zone)
        if not watch.sees():
            return []
        his = {(each.record, each.key): each for each in question(watch)}
    except (NotFound, Invalid, Forbidden):
        return []
    return [his[each.record, each.key] for each in chunk if (each.record, each.key) in his]


def _mark(office: Office, dog: Dog, said: Said) -> None:
    """What a watchdog does beside telling it does once for each occurrence, in the name of its owner."""
    for start in range(0, len(said.occurrences), CHUNK):
        with office.begin(dog.owner, via="watchdog", write=True) as work:
            chunk = said.occurrences[start : start + CHUNK]
            made = write_alerts(work, dog, chunk, sort=MARK)
            there = {number for number, _each in made}
            do_deeds(work, dog.definition, [each for number, each in made if number in there])
            if made and d.WEBHOOK in dog.definition.via:
                carry(work, d.WEBHOOK, dog.definition, made, watchdog=dog.id)


def _muted(work: Work, watchdogs: Collection[int]) -> set[tuple[int, str]]:
    """Of which watchdogs the actor does not want to hear, and by which channels."""
    wanted = select(MUTES.c.watchdog_id, MUTES.c.channel).where(
        MUTES.c.user_id == work.actor.user_id, MUTES.c.watchdog_id.in_(watchdogs)
    )
    return {(row[0], row[1]) for row in work.connection.execute(wanted)}


def write_alerts(
    work: Work, dog: Dog, occurrences: Sequence[Occurrence], *, for_id: int | None = None, sort: str = SAID
) -> list[tuple[int, Occurrence]]:
    """This function will write what is new of some occurrences for the actor, and give it with its numbers."""
    escalation = dog.definition.escalation
    rows = [
        {
            "watchdog_id": dog.id, "on_registry": dog.definition.registry, "record": each.record,
            "occurrence": each.key if sort in (SAID, SILENT) else f"{sort} {each.key}",
            "recipient_id": work.actor.user_id, "for_id": for_id, "sort": sort, "part": each.part,
            "field": each.field, "version": each.version, "thing": each.thing, "at": each.at, "made_at": work.now,
            "late": work.now - max(each.at, dog.since) > LATE, "read_at": None, "snoozed_until": None,
            "escalate_at": work.now + timedelta(days=escalation.days) if escalation and sort == SAID else None,
        }
        for each in occurrences
    ]  # fmt: skip
    made = add_missing(work, ALERTS, rows, ("record", "occurrence"))
    names = {
        (each.record, each.key if sort in (SAID, SILENT) else f"{sort} {each.key}"): each
        for each in occurrences
    }
    return sorted(((number, names[record, key]) for number, record, key in made), key=lambda each: each[0])


def add_missing(
    work: Work, table: Table, rows: Sequence[Mapping[str, Any]], returned: Sequence[str]
) -> list[Sequence[Any]]:
    """This function will insert the rows that are not there yet, and give the ids and some columns of those it made."""
    if not rows:
        return []
    dialect = postgresql if work.connection.dialect.name == "postgresql" else sqlite
    columns = [table.c[name] for name in ("id", *returned)]
    statement = dialect.insert(table).on_conflict_do_nothing().returning(*columns)
    return [tuple(row) for row in work.connection.execute(statement, list(rows))]


def tell_of_itself(work: Work, dog: Dog, key: str, sort: str) -> None:
    """This function will let a watchdog tell its owner something about itself, once."""
    write_alerts(work, dog, [Occurrence(0, work.now, key, 0)], sort=sort)


def mute(work: Work, watchdog: int, channel: str) -> None:
    """This function will note that the actor does not want to hear of a watchdog: at all (`app`), or by e-mail."""
    there = select(MUTES.c.watchdog_id).where(
        MUTES.c.user_id == work.actor.user_id, MUTES.c.watchdog_id == watchdog, MUTES.c.channel == channel
    )
    if work.connection.scalar(there) is None:
        row = {"user_id": work.actor.user_id, "watchdog_id": watchdog, "channel": channel, "at": work.now}
        work.connection.execute(insert(MUTES), [row])


def quietly(dog: Dog, error: KartotekaError) -> None:
    """This function will note that a watchdog could not be asked; the others are asked all the same."""
    logger.warning("The watchdog %s could not be asked: %s", dog.id, error)


__all__ = [
    "FAILED",
    "MARK",
    "SAID",
    "SILENT",
    "TOLD",
    "Dog",
    "Said",
    "Speech",
    "ask",
    "ask_owner",
    "mute",
    "named",
    "quietly",
    "tell",
    "tell_all",
    "tell_of_itself",
    "watch_of",
    "write_alerts",
]

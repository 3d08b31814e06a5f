"""What watchdogs cost: saving beside them, an import that they are asked about, a run over dates, a full centre."""

import random
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count as numbers
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Connection, Table, delete, func, insert, select, text

from benchmarks.asking import Times, in_turn
from benchmarks.companies import CHOICES, companies, write_csv
from benchmarks.measures import Lasting, Result
from benchmarks.places import Place, import_companies
from kartoteka.app import create_app, open_office
from kartoteka.platform.access.gate import NewRow
from kartoteka.platform.access.models import User
from kartoteka.platform.services import delivery, imports, modelling, records
from kartoteka.platform.services.installing import install
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.people import create_user
from kartoteka.plugins.watchdogs import sweeping, verbs
from kartoteka.plugins.watchdogs.tables import ALERTS, CARRIED, DELIVERIES, TRIGGERS, WATCHDOGS

SAVING, SECONDS, OPENING = 1.2, 60.0, 1.2
CHUNK, PAGE = 2000, 50
PASSWORD = "four quiet words here"
CONTRACTS = {
    "key": "contracts", "name": "Contracts", "title": "{name}",
    "sections": [{"key": "basic", "name": "Basic", "fields": [
        {"key": "name", "name": "Name", "type": "text"}, {"key": "ends", "name": "Ends", "type": "date"},
        {"key": "value", "name": "Value", "type": "money"}]}],
}  # fmt: skip
NAMES = (
    "saving beside watchdogs",
    "watchdogs asked about new rows of an import",
    "watchdogs asked about changed rows of an import",
    "watchdogs that look at dates",
    "notification centre of watchdogs, full",
)


@dataclass(frozen=True)
class Sizes:
    """How much of everything there is."""

    records: int
    people: int
    watchdogs: int
    imported: int
    contracts: int
    dated: int
    told: int

    @classmethod
    def of(cls, records: int, *, quick: bool) -> "Sizes":
        """As many watchdogs as records, ten times as many contracts; a tenth of it all when it is to be quick."""
        share = 10 if quick else 1
        return cls(records, 200 // share, records // share, min(10_000, records) // share, records * 10 // share,
                   1000 // share, 50_000 // share)  # fmt: skip


def take_watchdogs(place: Place, sizes: Sizes, first: int, only: str) -> Iterator[Result | Lasting]:
    """Measure whatever of it is asked for; the place is left without watchdogs."""
    wanted = [name for name in NAMES if only in name]
    if not wanted:
        return
    office = open_office(place.settings())
    # The place was filled without plugins.
    install(office)
    try:
        with _watched(office, sizes) as people:
            for name in wanted:
                yield _MEASURES[name](name, Scene(office, place.folder, sizes, people, first))
    finally:
        office.engine.dispose()


@dataclass(frozen=True)
class Scene:
    """What a measure works with; new companies are numbered from `first`."""

    office: Office
    folder: Path
    sizes: Sizes
    people: list[int]
    first: int


@contextmanager
def _watched(office: Office, sizes: Sizes) -> Iterator[list[int]]:
    """Many watchdogs of many people: most on a record each, some on lists; they are gone afterwards."""
    _forget(office)
    people = _people(office, sizes.people)
    for place, person in enumerate(people):
        _set(office, person, place, sizes)
    _settle(office)
    _hear_nothing(office)
    try:
        yield people
    finally:
        _forget(office)


def _forget(office: Office) -> None:
    with office.session(write=True) as session:
        for table in (WATCHDOGS, TRIGGERS, ALERTS, CARRIED, DELIVERIES):
            session.execute(delete(table))


def _settle(office: Office) -> None:
    """PostgreSQL would count its tables anew by itself, but perhaps in the middle of a measurement."""
    with office.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def _people(office: Office, number: int) -> list[int]:
    with office.begin_system() as work:
        there = {
            email: id
            for id, email in work.connection.execute(
                select(User.id, User.email).where(User.email.like("dog%"))
            )
        }
        for n in range(number):
            email = f"dog{n}@example.com"
            if email not in there:
                body = {"email": email, "name": f"Dog {n}", "roles": ["admin"]}
                there[email] = create_user(work, body if n else {**body, "password": PASSWORD}).id
        return [there[f"dog{n}@example.com"] for n in range(number)]


def _set(office: Office, person: int, place: int, sizes: Sizes) -> None:
    """One of each kind is set as people do, the others are copies of it on other records."""
    each, chance = sizes.watchdogs // sizes.people, random.Random(place)
    kinds: list[dict[str, Any]] = [
        {"kind": "change", "field": "city"}, {"kind": "reaches", "field": "status", "value": "won"},
        {"kind": "rises_above", "field": "turnover", "value": "5000000"}, {"kind": "change"},
    ]  # fmt: skip
    with office.begin(person, write=True) as work:
        lists = _on_lists(chance)
        for body in lists:
            verbs.create(work, {"registry": "companies", **body})
        alone = each - len(lists)
        for turn, when in enumerate(kinds):
            made = verbs.create(work, {"registry": "companies", "record": 1, "when": when}).id
            watched = [1 + (place * alone + n) % sizes.records for n in range(turn, alone, len(kinds))]
            _copy(work.connection, made, watched)


def _on_lists(chance: random.Random) -> list[dict[str, Any]]:
    """What people watch of whole lists speaks of few records."""
    few: list[dict[str, Any]] = [
        {"field": "status", "op": "eq", "value": chance.choice(CHOICES["status"])},
        {"field": "size", "op": "eq", "value": chance.choice(CHOICES["size"])},
        {"field": "turnover", "op": "gte", "value": str(chance.randrange(9_000_000, 9_900_000))},
    ]
    narrowed = {"and": few}
    return [
        {"when": {"kind": "created"}, "filter": narrowed},
        {"when": {"kind": "enters_list"}, "filter": narrowed},
        {"when": {"kind": "change", "field": "debt"}, "filter": narrowed},
        {"when": {"kind": "falls_below", "field": "turnover", "value": "1000"}},
        {"when": {"kind": "count", "above": 100_000}, "filter": narrowed},
    ]


def _copy(connection: Connection, made: int, watched: list[int]) -> None:
    dog = _plain(connection, WATCHDOGS, WATCHDOGS.c.id == made)
    trigger = _plain(connection, TRIGGERS, TRIGGERS.c.watchdog_id == made)
    dog.pop("id")
    definition = dog["definition"]
    for start in range(0, len(watched), CHUNK):
        rows = [
            {**dog, "record": record, "definition": {**definition, "record": record}}
            for record in watched[start : start + CHUNK]
        ]
        made_now = insert(WATCHDOGS).returning(WATCHDOGS.c.id, WATCHDOGS.c.record)
        ids = connection.execute(made_now, rows).all()
        connection.execute(
            insert(TRIGGERS), [{**trigger, "watchdog_id": id, "record": record} for id, record in ids]
        )
    connection.execute(delete(TRIGGERS).where(TRIGGERS.c.watchdog_id == made))
    connection.execute(delete(WATCHDOGS).where(WATCHDOGS.c.id == made))


def _plain(connection: Connection, table: Table, which: Any) -> dict[str, Any]:
    return dict(connection.execute(select(table).where(which)).one()._mapping)


def _saving(name: str, scene: Scene) -> Result:
    """Saving with all of them, and with none of them, in turn; in between the worker has nothing to do with it."""
    office, fresh = scene.office, numbers(scene.first)

    def saved(_n: int) -> float:
        turn = next(fresh)
        started = time.perf_counter()
        with office.begin(scene.people[0], write=True) as work:
            records.change(work, "companies", 1 + turn % scene.sizes.records, {"city": f"Saved {turn}"})
        return time.perf_counter() - started

    beside: list[float] = []
    alone: list[float] = []
    for _block in range(4):
        beside += in_turn(saved, saved, 20, 4).own
        with _away(office):
            alone += in_turn(saved, saved, 20, 4).own
    _hear_nothing(office)
    return Result(name, Times(tuple(beside), tuple(alone)), SAVING)


@contextmanager
def _away(office: Office) -> Iterator[None]:
    """For a while there are no watchdogs at all."""
    tables = (WATCHDOGS, TRIGGERS)
    with office.session(write=True) as session:
        for table in tables:
            session.execute(text(f"CREATE TABLE kept_{table.name} AS SELECT * FROM {table.name}"))
            session.execute(delete(table))
    try:
        yield
    finally:
        with office.session(write=True) as session:
            for table in tables:
                names = ", ".join(column.name for column in table.columns)
                session.execute(
                    text(f"INSERT INTO {table.name} ({names}) SELECT {names} FROM kept_{table.name}")
                )
                session.execute(text(f"DROP TABLE kept_{table.name}"))


def _new_rows(name: str, scene: Scene) -> Lasting:
    import_companies(scene.office, scene.folder, scene.first, scene.sizes.imported)
    return _worked(name, scene)


def _changed_rows(name: str, scene: Scene) -> Lasting:
    """Every row of the file is a record that somebody watches."""
    changed = [
        replace(each, values={**each.values, "city": f"Moved {scene.first}", "status": "won"})
        for each in companies(1, scene.sizes.imported)
    ]
    file = scene.folder / "changed.csv"
    write_csv(file, changed)
    job = imports.run_file(scene.office, "companies", file, {"key": "code"})
    assert job.result is not None and job.result["updated"] == len(changed), job.result or job.error
    return _worked(name, scene)


def _worked(name: str, scene: Scene) -> Lasting:
    """What a worker does for watchdogs; others who hear of the same are not what is measured."""
    office, before = scene.office, _told(scene.office)
    everybody, office.subscribers = (
        office.subscribers,
        [each for each in office.subscribers if each.plugin == "watchdogs"],
    )

    def evaluate() -> None:
        while delivery.deliver(office):
            pass
        sweeping.sweep(office)

    try:
        seconds = _timed(evaluate)
    finally:
        office.subscribers = everybody
        _hear_nothing(office)
    return Lasting(name, seconds, SECONDS, told=_told(office) - before)


def _hear_nothing(office: Office) -> None:
    """What was written to fill the place is not what is measured."""
    with office.session(write=True) as session:
        session.execute(text("DELETE FROM outbox"))


def _timed(deed: Callable[[], Any]) -> float:
    started = time.perf_counter()
    deed()
    return time.perf_counter() - started


def _told(office: Office) -> int:
    with office.session() as session:
        return session.scalar(select(func.count()).select_from(ALERTS)) or 0


def _dates(name: str, scene: Scene) -> Lasting:
    """A morning on which all of them look at the contracts that end so many days from then."""
    office, sizes = scene.office, scene.sizes
    _pour_contracts(office, sizes.contracts)
    for n in range(sizes.dated):
        with office.begin(scene.people[n % len(scene.people)], write=True) as work:
            when = {"kind": "date", "field": "ends", "days": -(n % 60)}
            large = {"field": "value", "op": "gte", "value": "9990000"}
            verbs.create(work, {"registry": "contracts", "when": when, "filter": large, "at": "06:00"})
    sweeping.sweep(office)
    before, clock = _told(office), office.clock
    office.clock = lambda: clock() + timedelta(days=1)
    try:
        seconds = _timed(lambda: sweeping.sweep(office))
    finally:
        office.clock = clock
    return Lasting(name, seconds, SECONDS, told=_told(office) - before)


def _pour_contracts(office: Office, number: int) -> None:
    with office.begin_system(design=True) as work:
        if "contracts" not in work.catalog.registries:
            modelling.create_registry(work, CONTRACTS)
    with office.begin_system() as work:
        there = records.count(work, "contracts", records.Query())
    today, chance = office.clock().date(), random.Random(7)
    for start in range(there, number, CHUNK * 5):
        with office.begin_system(write=True) as work:
            work.open("contracts").insert(
                [
                    NewRow({"name": f"Contract {n}", "ends": today + timedelta(days=chance.randrange(-1000, 1000)),
                            "value": chance.randrange(10_000_000)})
                    for n in range(start, min(start + CHUNK * 5, number))
                ]
            )  # fmt: skip
    _hear_nothing(office)
    _settle(office)


def _centre(name: str, scene: Scene) -> Result:
    """The page of somebody with as many notifications as one page shows, and of the same person with very many."""
    office = scene.office
    client = _signed_in(office)
    _tell(scene, scene.people[0], PAGE + 1)
    floor = [_opened(client) for _turn in range(25)][5:]
    _tell(scene, scene.people[0], scene.sizes.told)
    own = [_opened(client) for _turn in range(25)][5:]
    return Result(name, Times(tuple(own), tuple(floor)), OPENING)


def _opened(client: FlaskClient) -> float:
    started = time.perf_counter()
    answer = client.get("/notifications")
    seconds = time.perf_counter() - started
    assert answer.status_code == 200 and len(re.findall('class="told[ "]', answer.text)) >= PAGE
    return seconds


def _signed_in(office: Office) -> FlaskClient:
    client = create_app(office=office).test_client()
    page = client.get("/sign-in").get_data(as_text=True)
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    client.post("/sign-in", data={"email": "dog0@example.com", "password": PASSWORD, "csrf_token": token})
    return client


def _tell(scene: Scene, person: int, number: int) -> None:
    """So many notifications of steps that companies have really taken."""
    office = scene.office
    with office.session(write=True) as session:
        session.execute(delete(ALERTS).where(ALERTS.c.recipient_id == person))
        wanted = select(WATCHDOGS.c.id).where(WATCHDOGS.c.owner_id == person, WATCHDOGS.c.record.is_not(None))
        dog, now = session.scalars(wanted.limit(1)).one(), office.clock()
        for start in range(0, number, CHUNK):
            rows = [
                {
                    "watchdog_id": dog, "on_registry": "companies", "record": 1 + n % scene.sizes.records,
                    "occurrence": f"v1.{n}",
                    "recipient_id": person, "for_id": None, "sort": "said", "part": 0, "field": "city", "version": 1,
                    "thing": None, "at": now - timedelta(days=1), "made_at": now, "late": False, "read_at": None,
                    "snoozed_until": None, "escalate_at": None,
                }
                for n in range(start, min(start + CHUNK, number))
            ]  # fmt: skip
            session.execute(insert(ALERTS), rows)
    _settle(office)


_MEASURES: Mapping[str, Callable[[str, Scene], Result | Lasting]] = dict(
    zip(NAMES, (_saving, _new_rows, _changed_rows, _dates, _centre), strict=True)
)

__all__ = ["Sizes", "take_watchdogs"]

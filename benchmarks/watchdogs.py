"""What watchdogs cost: `python -m benchmarks.watchdogs --help`. Everything in one process, in its own CPU time."""

import argparse
import json
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import insert

from benchmarks.companies import definition
from kartoteka.app import open_office
from kartoteka.platform.kernel.settings import Settings
from kartoteka.platform.services import modelling, records
from kartoteka.platform.services.installing import install
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.people import create_user
from kartoteka.platform.services.worker import Worker
from kartoteka.plugins.watchdogs import alerts, sweeping, verbs
from kartoteka.plugins.watchdogs.tables import ALERTS, TRIGGERS, WATCHDOGS

CHUNK = 1000
SAVING = 1.2
SECONDS = 60.0


def main() -> int:
    """Measure, print, and give 1 when a target is missed."""
    asked = _asked()
    with TemporaryDirectory(prefix="kartoteka-bench-", ignore_cleanup_errors=True) as folder:
        found = _measured(Path(folder), asked)
    print(json.dumps(found))
    missed = [name for name, (value, most) in found.items() if value > most]
    if missed:
        print(f"Targets missed: {', '.join(missed)}", file=sys.stderr)
    return 1 if missed else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.watchdogs", description=__doc__)
    parser.add_argument("--records", type=int, default=5_000, help="how many records there are (5000)")
    parser.add_argument(
        "--watchdogs", type=int, default=5_000, help="how many watchdogs on single records (5000)"
    )
    parser.add_argument("--dated", type=int, default=50, help="how many watchdogs look at dates (50)")
    parser.add_argument("--imported", type=int, default=1_000, help="how many records come at once (1000)")
    parser.add_argument("--told", type=int, default=5_000, help="how many notifications somebody has (5000)")
    return parser.parse_args()


def _measured(folder: Path, asked: argparse.Namespace) -> dict[str, tuple[float, float]]:
    office = open_office(Settings.from_environment({"KARTOTEKA_DATA": str(folder)}))
    install(office)
    person = _filled(office, asked.records)
    Worker(office).run_once()
    alone = _saving(office, person)
    opened = _timed(lambda: _centre(office, person))
    _set_watchdogs(office, person, asked)
    beside = _saving(office, person)
    with office.begin(person, write=True) as work:
        for start in range(0, asked.imported, CHUNK):
            bodies = [
                {"values": {"name": f"New {start + n}"}} for n in range(min(CHUNK, asked.imported - start))
            ]
            records.batch(work, "companies", create=bodies)
    evaluated = _timed(lambda: Worker(office).run_once())
    morning = office.clock() + timedelta(days=1)
    office.clock = lambda: morning
    swept = _timed(lambda: sweeping.sweep(office))
    _tell_much(office, person, asked.told)
    full = _timed(lambda: _centre(office, person))
    office.engine.dispose()
    return {
        "saving a record, with watchdogs to without": (round(beside / alone, 3), SAVING),
        "seconds to evaluate an import": (round(evaluated, 3), SECONDS),
        "seconds to look through a day": (round(swept, 3), SECONDS),
        "notification centre, full to empty, less what it shows": (round(max(full - opened, 0.0), 3), 1.0),
    }


def _timed(deed: Callable[[], Any]) -> float:
    started = time.process_time()
    deed()
    return time.process_time() - started


def _filled(office: Office, number: int) -> int:
    with office.begin_system(design=True) as work:
        modelling.create_registry(work, definition())
        modelling.create_field(work, "companies", {"key": "watched_day", "name": "Day", "type": "date"})
    with office.begin_system() as work:
        person = create_user(work, {"email": "dogs@example.com", "name": "Dogs", "roles": ["admin"]}).id
    today = office.clock().date()
    for start in range(0, number, CHUNK):
        with office.begin(person, write=True) as work:
            bodies = [
                {
                    "values": {
                        "name": f"Company {n}",
                        "watched_day": (today + timedelta(days=n % 400)).isoformat(),
                    }
                }
                for n in range(start, min(start + CHUNK, number))
            ]
            records.batch(work, "companies", create=bodies)
    return person


def _saving(office: Office, person: int, rounds: int = 200) -> float:
    def save() -> None:
        for n in range(rounds):
            with office.begin(person, write=True) as work:
                records.change(work, "companies", 1 + n % 50, {"name": f"Saved {time.perf_counter_ns()}"})

    return min(_timed(save) for _turn in range(3))


def _set_watchdogs(office: Office, person: int, asked: argparse.Namespace) -> None:
    """One is set as people do, the others are copies of it on other records."""
    with office.begin(person, write=True) as work:
        body = {"registry": "companies", "record": 1, "when": {"kind": "change", "field": "name"}}
        first = verbs.create(work, body).id
        plain = dict(
            work.connection.execute(WATCHDOGS.select().where(WATCHDOGS.c.id == first)).one()._mapping
        )
        plain.pop("id")
        for start in range(0, asked.watchdogs, CHUNK):
            rows = [{**plain, "record": 1 + (start + n) % asked.records} for n in range(CHUNK)]
            ids = list(work.connection.scalars(insert(WATCHDOGS).returning(WATCHDOGS.c.id), rows))
            triggers = [
                {
                    "watchdog_id": id,
                    "part": 0,
                    "on_registry": "companies",
                    "record": row["record"],
                    "sort": "step",
                }
                for id, row in zip(ids, rows, strict=True)
            ]
            work.connection.execute(insert(TRIGGERS), triggers)
        for n in range(asked.dated):
            when = {"kind": "date", "field": "watched_day", "days": -(n % 60)}
            verbs.create(work, {"registry": "companies", "when": when})


def _tell_much(office: Office, person: int, number: int) -> None:
    now = office.clock()
    with office.session(write=True) as session:
        for start in range(0, number, CHUNK):
            rows = [
                {
                    "watchdog_id": 1, "on_registry": "companies", "record": 1 + n % 100, "occurrence": f"told {n}",
                    "recipient_id": person, "for_id": None, "sort": "said", "part": 0, "field": "", "version": None,
                    "thing": None, "at": now, "made_at": now, "late": False, "read_at": None, "snoozed_until": None,
                    "escalate_at": None,
                }
                for n in range(start, start + CHUNK)
            ]  # fmt: skip
            session.execute(insert(ALERTS), rows)


def _centre(office: Office, person: int) -> None:
    with office.begin(person) as work:
        alerts.page(work)
        alerts.unread(work)


if __name__ == "__main__":
    sys.exit(main())

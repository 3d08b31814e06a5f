"""Writers and workers killed at random moments under load: nothing acknowledged is lost, and the index catches up."""

import multiprocessing
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Event

import pytest

from kartoteka.platform.kernel.outbox import LEASE
from kartoteka.platform.kernel.settings import Settings
from kartoteka.platform.services import delivery, history, records, search
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.records import Query
from kartoteka.platform.services.worker import Worker
from tests.integration.firm import Firm, found

ROUNDS = 5
SPAWN = multiprocessing.get_context("spawn")


def _write(settings: Settings, person: int, acknowledged: Path, seed: int) -> None:
    """Make and change records for ever; what is committed is noted afterwards, line by line."""
    office, chance = Office(settings), random.Random(seed)
    mine: list[int] = []
    with acknowledged.open("a", buffering=1) as notes:
        while True:
            with office.begin(person, write=True) as work:
                if mine and chance.random() < 0.5:
                    record = records.change(
                        work, "companies", chance.choice(mine), {"city": f"město {chance.random()}"}
                    )
                else:
                    record = records.create(work, "companies", {"name": f"Firma {chance.random()}"})
                    mine.append(record.id)
            notes.write(f"{record.id} {record.version}\n")


def _serve(settings: Settings) -> None:
    Worker(Office(settings), threads=1, pause=0.01).run(Event())


@pytest.fixture
def firm(settings: Settings) -> Iterator[Firm]:
    """The firm with the embedded engine, on each database."""
    office = Office(replace(settings, search="whoosh"))
    yield found(office)
    office.engine.dispose()


def _started(function: Callable[..., None], *arguments: object) -> BaseProcess:
    process = SPAWN.Process(target=function, args=arguments, daemon=True)
    process.start()
    return process


def _noted(notes: Path) -> list[str]:
    return notes.read_text().splitlines() if notes.exists() else []


@pytest.mark.timeout(400)
def test_nothing_acknowledged_is_lost_and_the_index_catches_up(firm: Firm, tmp_path: Path) -> None:
    settings, notes, chance = firm.office.settings, tmp_path / "acknowledged", random.Random(1)
    for turn in range(ROUNDS):
        worker = _started(_serve, settings)
        writer = _started(_write, settings, firm.ids["eda"], notes, turn)
        before, end = len(_noted(notes)), time.monotonic() + 60
        while len(_noted(notes)) < before + 5 and time.monotonic() < end:
            time.sleep(0.05)
        time.sleep(chance.random() * 2)
        for process in (worker, writer):
            process.kill()
            process.join()
    lines = _noted(notes)
    assert len(lines) >= 5 * ROUNDS
    with firm.work("ana") as work:
        assert history.verify(work).broken is None
        for line in lines:
            record, version = map(int, line.split())
            entries = history.entries(work, "companies", record, limit=500)
            assert version in [each.version for each in entries]
        alive = records.count(work, "companies", Query())
    # What the dead had claimed comes back when their leases have run out.
    later = Office(settings, clock=lambda: firm.office.clock() + LEASE)
    while delivery.deliver(later):
        pass
    later.engine.dispose()
    assert search.difference(firm.office) == []
    with firm.work("ana") as work:
        assert len(search.search(work, "firma", limit=100)) == min(alive, 100)

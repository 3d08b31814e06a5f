"""Killed without warning, again and again: what was acknowledged is there, whole, and the index follows."""

import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Event, Lock, Thread

import pytest

from kartoteka.platform.kernel.settings import Settings
from kartoteka.platform.services import history, records, tokens
from kartoteka.platform.services.search import difference
from kartoteka.platform.services.work import Work
from kartoteka.platform.services.worker import Worker
from tests.integration.must_hold.conftest import ADMIN, Keeper
from tests.integration.must_hold.processes import GONE, Process, serve

# On each database.
ROUNDS = int(os.environ.get("KARTOTEKA_CRASH_ROUNDS", "8"))
WRITERS = 3
RECORDS = "/registries/things/records"


@dataclass
class Promise:
    """What a writer was told about a record: the version that his change made, and its value."""

    record: int
    version: int
    amount: int


@dataclass
class Writers:
    """Threads that write through whichever server runs, and remember what was acknowledged."""

    token: str
    process: Process | None = None
    promises: list[Promise] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    stopped: Event = field(default_factory=Event)
    _lock: Lock = field(default_factory=Lock)

    def write(self, number: int) -> None:
        """Create records and change them until told to stop."""
        own: list[tuple[int, int]] = []
        turn = 0
        while not self.stopped.is_set():
            process, turn = self.process, turn + 1
            if process is None:
                time.sleep(0.01)
                continue
            try:
                self._one(process, number * 1_000_000 + turn, own)
            except GONE:
                time.sleep(0.02)

    def _one(self, process: Process, amount: int, own: list[tuple[int, int]]) -> None:
        if own and amount % 3:
            place = amount % len(own)
            record, version = own[place]
            values = {"amount": amount, "about": f"slovo{amount} popis", "parts": [own[0][0]]}
            answer = process.call(
                self.token, "PATCH", f"{RECORDS}/{record}", {"values": values}, If_Match=f'"{version}"'
            )
            if answer.status == 412:
                # The server died between the commit and the answer: the change is there, unacknowledged.
                own[place] = (record, process.call(self.token, "GET", f"{RECORDS}/{record}").body["version"])
                return
            self._keep(answer.status, 200, answer.body, amount)
            own[place] = (record, answer.body["version"])
            return
        answer = process.call(
            self.token,
            "POST",
            RECORDS,
            {"values": {"name": f"Nová {amount}", "amount": amount, "about": f"slovo{amount}"}},
        )
        self._keep(answer.status, 201, answer.body, amount)
        own.append((answer.body["id"], answer.body["version"]))

    def _keep(self, status: int, expected: int, body: dict[str, int], amount: int) -> None:
        with self._lock:
            if status != expected:
                self.wrong.append(f"{status} {body}")
            self.promises.append(Promise(body["id"], body["version"], amount))


@pytest.fixture
def writers(keeper: Keeper) -> Iterator[Writers]:
    """Three of them, writing for the length of a test."""
    at_work = Writers(tokens.create_token(keeper.office, ADMIN))
    threads = [Thread(target=at_work.write, args=(number + 1,), daemon=True) for number in range(WRITERS)]
    for each in threads:
        each.start()
    yield at_work
    at_work.stopped.set()
    for each in threads:
        each.join(40)


def _wait_for_answer(process: Process, token: str) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            if process.call(token, "GET", "/me").status == 200:
                return
        except GONE:
            time.sleep(0.02)
    raise TimeoutError("The server does not come back.")


@pytest.mark.timeout(60 + 30 * ROUNDS)
def test_killed_at_random_moments_nothing_acknowledged_is_lost(
    keeper: Keeper, settings: Settings, writers: Writers
) -> None:
    moments = random.Random(20261122)
    for _round in range(ROUNDS):
        process = serve(settings, "--workers", "2")
        try:
            _wait_for_answer(process, writers.token)
            writers.process = process
            time.sleep(moments.uniform(0.05, 1.2))
        finally:
            process.kill()
            writers.process = None
        kept = list(writers.promises)
        _check_promises(keeper, kept)
    assert len(writers.promises) > ROUNDS, "there was a load"
    assert not writers.wrong
    writers.stopped.set()
    Worker(keeper.office).run_once()
    assert difference(keeper.office) == []
    assert keeper.verified()


def _told(work: Work, record: int) -> dict[int, dict[str, object]]:
    """What every version of a record has changed."""
    told: dict[int, dict[str, object]] = {}
    before: int | None = None
    while entries := history.entries(work, "things", record, limit=500, before=before):
        told |= {entry.version: {change.field: change.new for change in entry.changes} for entry in entries}
        before = entries[-1].version
    return told


def _check_promises(keeper: Keeper, promises: list[Promise]) -> None:
    """Every acknowledged change stands in history with its value, and the record is what its history says."""
    with keeper.office.begin(keeper.admin) as work:
        for record in {each.record for each in promises}:
            found, told = records.fetch(work, "things", record), _told(work, record)
            assert sorted(told) == list(range(1, found.version + 1)), "every version, and no other"
            for promise in promises:
                if promise.record == record:
                    assert told[promise.version]["amount"] == promise.amount
            latest = next(
                told[version] for version in sorted(told, reverse=True) if "amount" in told[version]
            )
            assert found.values["amount"] == latest["amount"]
            about = next(
                told[version]["about"] for version in sorted(told, reverse=True) if "about" in told[version]
            )
            assert found.values["about"] == about

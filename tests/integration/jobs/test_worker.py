"""The worker as a whole: events, jobs and seals, alone and in company, until it is told to stop."""

import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from kartoteka.platform.kernel.jobs import JobRow
from kartoteka.platform.kernel.settings import Settings
from kartoteka.platform.services import history, jobs, search
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.queue import queue_of
from kartoteka.platform.services.worker import Worker
from tests.integration.firm import Firm, found
from tests.integration.jobs import counting as _counting  # noqa: F401  registers its kind


@contextmanager
def working(settings: Settings, number: int = 1) -> Iterator[None]:
    """Workers at work beside the test, each with an office of its own."""
    stop = threading.Event()
    offices = [Office(settings) for _ in range(number)]
    threads = [threading.Thread(target=Worker(each, pause=0.05).run, args=(stop,)) for each in offices]
    for each in threads:
        each.start()
    try:
        yield
    finally:
        stop.set()
        for each in threads:
            each.join(30)
            assert not each.is_alive()
        for office in offices:
            office.engine.dispose()


def wait_until(true: Callable[[], bool], seconds: float = 40) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


def state(firm: Firm, job: int) -> str:
    with firm.work("eda") as work:
        return jobs.fetch(work, job).state


@pytest.fixture
def firm(settings: Settings) -> Iterator[Firm]:
    """The firm with the embedded search, on each database."""
    office = Office(replace(settings, search="whoosh"))
    yield found(office)
    queue_of(office).close()
    office.engine.dispose()


def test_it_delivers_runs_jobs_and_seals(firm: Firm) -> None:
    with working(firm.office.settings):
        with firm.work("eda", write=True) as work:
            job = jobs.start(work, "counting", {"total": 12}).id
        wait_until(lambda: state(firm, job) == "done")
        wait_until(lambda: search.difference(firm.office) == [])
    with firm.work("ana") as work:
        assert len(search.search(work, "number")) == 12
        assert history.verify(work).broken is None


def test_a_job_nobody_was_told_of_is_found(firm: Firm) -> None:
    with firm.work("eda", write=True) as work:
        job = jobs.start(work, "counting", {"total": 3}).id
    queue_of(firm.office).huey.flush()
    with working(firm.office.settings):
        wait_until(lambda: state(firm, job) == "done")


def test_several_workers_share_the_work(firm: Firm) -> None:
    with working(firm.office.settings, 3):
        orders = []
        for number in range(4):
            with firm.work("eda", write=True) as work:
                orders.append(jobs.start(work, "counting", {"total": 4, "from": number}).id)
        wait_until(lambda: all(state(firm, job) in ("done", "failed") for job in orders))
        wait_until(lambda: search.difference(firm.office) == [])
    # The code is unique: only one of them can have written the numbers, and each number once.
    assert sorted(state(firm, job) for job in orders) == ["done", "failed", "failed", "failed"]


def test_told_to_stop_it_gives_its_job_back(firm: Firm) -> None:
    with firm.work("eda", write=True) as work:
        job = jobs.start(work, "counting", {"total": 500, "slow": 0.05}).id
    with working(firm.office.settings):
        wait_until(lambda: state(firm, job) == "running")
        time.sleep(0.3)
    assert state(firm, job) == "running"
    assert jobs.waiting(firm.office) == [job]
    with firm.office.session() as session:
        assert session.get_one(JobRow, job).runner is None


def test_all_that_waits_is_done_in_one_go(firm: Firm) -> None:
    firm.create("companies", name="Alfa")
    with firm.work("eda", write=True) as work:
        job = jobs.start(work, "counting", {"total": 3}).id
    Worker(firm.office).run_once()
    assert state(firm, job) == "done"
    assert search.difference(firm.office) == []


def test_the_queue_on_redis(settings: Settings, redis_url: str) -> None:
    office = Office(replace(settings, redis_url=redis_url))
    firm = found(office)
    with working(office.settings, 2):
        with firm.work("eda", write=True) as work:
            job = jobs.start(work, "counting", {"total": 6}).id
        wait_until(lambda: state(firm, job) == "done")
    queue_of(office).close()
    office.engine.dispose()


def test_sigterm_ends_the_process_cleanly(firm: Firm) -> None:
    with firm.work("eda", write=True) as work:
        job = jobs.start(work, "counting", {"total": 500, "slow": 0.05}).id
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(firm.office.settings,))
    process.start()
    wait_until(lambda: state(firm, job) == "running", 60)
    process.terminate()
    process.join(30)
    assert process.exitcode == 0
    assert jobs.waiting(firm.office) == [job]


def _serve(settings: Settings) -> None:
    Worker(Office(settings)).run(threading.Event())

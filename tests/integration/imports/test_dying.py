"""Imports under failing statements and kill -9: everything of a chunk or nothing, and nothing twice."""

import multiprocessing
import os
import signal
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from kartoteka.platform.access.texts import expected_words, indexed_words, read_all
from kartoteka.platform.kernel.jobs import LEASE
from kartoteka.platform.kernel.settings import Settings
from kartoteka.platform.services import history, imports, jobs
from kartoteka.platform.services.office import Office
from tests.integration.firm import Firm
from tests.integration.imports.sheets import look, numbers, order, table, values

ROWS = table(("Code", "Name", "About"), *((f"c{n}", f"Name {n}", "Some words") for n in range(8)))
NAMES = [f"Name {n}" for n in range(8)]


def later(firm: Firm, by: timedelta) -> None:
    now = firm.office.clock
    firm.office.clock = lambda: now() + by


def is_whole(firm: Firm) -> None:
    """Every record has its history and its words, and nothing has them without a record."""
    with firm.work("ana") as work:
        assert history.verify(work).broken is None
        assert history.verify(work).records == len(values(firm, "companies", "name"))
        opened = work.open("companies")
        assert indexed_words(opened) == expected_words(read_all(opened))


def _import_and_die(settings: Settings, job: int) -> None:
    imports.CHUNK = 3
    chunks = iter(range(3))

    def progress(_done: int, _total: int) -> None:
        if next(chunks) == 2:
            os.kill(os.getpid(), signal.SIGKILL)

    jobs.run_job(Office(settings), job, progress=progress)


def test_a_killed_import_goes_on_where_it_was(firm: Firm) -> None:
    job = order(firm, "companies", ROWS, key="code")
    process = multiprocessing.get_context("spawn").Process(
        target=_import_and_die, args=(firm.office.settings, job)
    )
    process.start()
    process.join(60)
    assert process.exitcode == -9
    assert values(firm, "companies", "name") == NAMES[:6]
    later(firm, LEASE)
    assert jobs.run_job(firm.office, job)
    assert numbers(look(firm, job)) == (8, 8, 0, 0, 0)
    assert values(firm, "companies", "name") == NAMES
    is_whole(firm)


class Broken(Exception):
    """A statement that failed for no reason."""


def test_a_chunk_is_done_whole_or_not_at_all(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "CHUNK", 4)
    state = {"left": -1}

    def fail(*_arguments: Any) -> None:
        state["left"] -= 1
        if state["left"] == 0:
            raise Broken

    event.listen(firm.office.engine, "before_cursor_execute", fail)
    try:
        seen = set()
        for number in range(1, 400):
            before = len(values(firm, "companies", "name"))
            state["left"] = -1
            prefix = f"x{number}-"
            rows = table(("Code", "Name"), *((f"{prefix}{n}", f"{prefix}{n}") for n in range(8)))
            job = order(firm, "companies", rows, key="code")
            state["left"] = number
            with_failure = _run(firm, job)
            state["left"] = -1
            came = len(values(firm, "companies", "name")) - before
            assert came in (0, 4, 8)
            found = look(firm, job)
            if found.result:
                assert found.result["created"] == came
            seen.add(came)
            if not with_failure and found.state == "done":
                break
        assert seen == {0, 4, 8}
    finally:
        event.remove(firm.office.engine, "before_cursor_execute", fail)
    is_whole(firm)


def _run(firm: Firm, job: int) -> bool:
    """Run a job and tell whether a statement failed outside of what the runner guards."""
    try:
        jobs.run_job(firm.office, job)
    except Broken:
        return True
    return False

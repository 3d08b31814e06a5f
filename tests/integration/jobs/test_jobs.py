"""Jobs: ordered in a transaction, done chunk by chunk as their owner, resumed wherever they were interrupted."""

import multiprocessing
import threading
from datetime import timedelta
from typing import Any

import pytest

from kartoteka.platform.kernel.errors import Conflict, NotFound
from kartoteka.platform.kernel.jobs import LEASE
from kartoteka.platform.kernel.settings import Settings
from kartoteka.platform.services import history, jobs, records
from kartoteka.platform.services.jobs import Job
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.records import Query
from tests.integration.firm import Firm
from tests.integration.jobs import counting as _counting  # noqa: F401  registers its kind


def order(firm: Firm, person: str = "eda", **payload: Any) -> int:
    with firm.work(person, write=True) as work:
        return jobs.start(work, "counting", {"total": 20, **payload}, total=20).id


def look(firm: Firm, job: int, person: str = "eda") -> Job:
    with firm.work(person) as work:
        return jobs.fetch(work, job)


def numbers(firm: Firm) -> list[str]:
    with firm.work("ana") as work:
        found = records.browse(work, "companies", Query(sort="id", page_size=500)).items
        return [each.title for each in found]


def expected(count: int) -> list[str]:
    return [f"Number {number}" for number in range(count)]


def later(firm: Firm, by: timedelta) -> None:
    now = firm.office.clock
    firm.office.clock = lambda: now() + by


def test_from_the_order_to_the_end(firm: Firm) -> None:
    job = order(firm)
    assert (look(firm, job).state, look(firm, job).done, look(firm, job).total) == ("queued", 0, 20)
    told: list[tuple[int, int]] = []
    assert jobs.run_job(firm.office, job, progress=lambda done, total: told.append((done, total)))
    found = look(firm, job)
    assert (found.state, found.done, found.total, found.result, found.error) == (
        "done",
        20,
        20,
        {"last": 19},
        None,
    )
    assert found.finished_at is not None
    assert told == [(5, 20), (10, 20), (15, 20), (20, 20)]
    assert numbers(firm) == expected(20)


def test_it_acts_as_its_owner_through_its_channel(firm: Firm) -> None:
    with firm.work("eda", write=True) as work:
        job = jobs.start(work, "counting", {"total": 1}, via="import").id
    jobs.run_job(firm.office, job)
    with firm.work("eda") as work:
        record = records.browse(work, "companies", Query()).items[0]
        entry = history.entries(work, "companies", record.id)[0]
    assert (entry.by.title, entry.via) == ("Eda", "import")


def test_rights_of_the_owner_are_its_rights(firm: Firm) -> None:
    job = order(firm, "vera")
    jobs.run_job(firm.office, job)
    found = look(firm, job, "vera")
    assert (found.state, found.done) == ("failed", 0)
    assert found.error


def test_only_its_owner_and_admins_know_of_it(firm: Firm) -> None:
    job = order(firm)
    assert look(firm, job, "ana").id == job
    for person, number in (("vera", job), ("ana", job + 1), ("ana", -1), ("ana", 2**40)):
        with pytest.raises(NotFound):
            look(firm, number, person)
    for person, found in (("vera", []), ("eda", [job]), ("ana", [job])):
        with firm.work(person) as work:
            assert [each.id for each in jobs.browse(work)] == found


def test_an_order_rolled_back_was_never_given(firm: Firm) -> None:
    with pytest.raises(RuntimeError), firm.work("eda", write=True) as work:
        jobs.start(work, "counting", {"total": 1})
        raise RuntimeError
    assert jobs.waiting(firm.office) == []


def test_a_failing_chunk_leaves_nothing_and_tells_why(firm: Firm) -> None:
    job = order(firm, fail=12)
    jobs.run_job(firm.office, job)
    found = look(firm, job)
    assert (found.state, found.done, found.error) == ("failed", 10, "number: This number is not liked.")
    assert numbers(firm) == expected(10)
    assert not jobs.run_job(firm.office, job)


def test_a_bug_is_not_told_to_people(firm: Firm) -> None:
    job = order(firm, **{"break": 7})
    jobs.run_job(firm.office, job)
    found = look(firm, job)
    assert (found.state, found.done) == ("failed", 5)
    assert "a bug" not in (found.error or "a bug")


def test_a_kind_that_is_not_installed_fails(firm: Firm) -> None:
    with firm.work("eda", write=True) as work:
        job = jobs.start(work, "unheard", {}).id
    jobs.run_job(firm.office, job)
    assert "unheard" in (look(firm, job).error or "")


def test_cancelled_before_it_begins(firm: Firm) -> None:
    job = order(firm)
    with firm.work("eda", write=True) as work:
        assert jobs.cancel(work, job).state == "cancelled"
    assert not jobs.run_job(firm.office, job)
    with firm.work("eda", write=True) as work, pytest.raises(Conflict):
        jobs.cancel(work, job)


def test_cancelled_between_chunks(firm: Firm) -> None:
    job = order(firm)

    def cancel_at(done: int, _total: int) -> None:
        if done == 10:
            with firm.work("ana", write=True) as work:
                jobs.cancel(work, job)

    jobs.run_job(firm.office, job, progress=cancel_at)
    found = look(firm, job)
    assert (found.state, found.done) == ("cancelled", 10)
    assert numbers(firm) == expected(10)


def test_stopped_and_taken_up_again_at_once(firm: Firm) -> None:
    job = order(firm)
    stop = threading.Event()
    stop.set()
    jobs.run_job(firm.office, job, stop=stop)
    assert (look(firm, job).state, look(firm, job).done) == ("running", 5)
    assert jobs.waiting(firm.office) == [job]
    jobs.run_job(firm.office, job)
    assert look(firm, job).state == "done"
    assert numbers(firm) == expected(20)


def _work_and_die(settings: Settings, job: int) -> None:
    jobs.run_job(Office(settings), job)


def test_killed_in_the_middle_of_a_chunk_it_goes_on_from_the_last(firm: Firm) -> None:
    job = order(firm, die=12)
    process = multiprocessing.get_context("spawn").Process(
        target=_work_and_die, args=(firm.office.settings, job)
    )
    process.start()
    process.join(60)
    assert process.exitcode == -9
    assert (look(firm, job).state, look(firm, job).done) == ("running", 10)
    assert numbers(firm) == expected(10)
    assert jobs.waiting(firm.office) == []
    assert not jobs.run_job(firm.office, job)
    later(firm, LEASE)
    assert jobs.waiting(firm.office) == [job]
    with firm.office.session(write=True) as session:
        row = session.get_one(jobs.JobRow, job)
        row.payload = {**row.payload, "die": None}
    jobs.run_job(firm.office, job)
    assert look(firm, job).state == "done"
    assert numbers(firm) == expected(20)


def test_a_job_that_kills_its_runners_is_given_up(firm: Firm) -> None:
    job = order(firm)
    with firm.office.session(write=True) as session:
        session.get_one(jobs.JobRow, job).attempts = jobs.MAX_ATTEMPTS
    jobs.run_job(firm.office, job)
    assert look(firm, job).state == "failed"
    assert numbers(firm) == []


def test_who_has_lost_his_lease_commits_nothing(firm: Firm) -> None:
    job = order(firm)

    def lose_it(done: int, _total: int) -> None:
        if done == 10 and look(firm, job).done == 10:
            later(firm, LEASE)
            other = Office(firm.office.settings, clock=firm.office.clock)
            assert jobs.run_job(other, job)
            other.engine.dispose()

    jobs.run_job(firm.office, job, progress=lose_it)
    assert (look(firm, job).state, look(firm, job).done) == ("done", 20)
    assert numbers(firm) == expected(20)


def test_many_runners_do_each_chunk_once(firm: Firm) -> None:
    orders = [order(firm, total=10) for _ in range(1)]
    runners = [
        threading.Thread(target=jobs.run_job, args=(firm.office, job)) for job in orders for _ in range(6)
    ]
    for each in runners:
        each.start()
    for each in runners:
        each.join()
    assert look(firm, orders[0]).state == "done"
    assert numbers(firm) == expected(10)


def test_in_this_very_process(firm: Firm) -> None:
    done = jobs.run_here(firm.office, firm.ids["eda"], "counting", {"total": 7})
    assert (done.state, done.done, done.result) == ("done", 7, {"last": 6})
    assert numbers(firm) == expected(7)

"""The desk: what is known is not asked again, nobody asks twice at once, and a register in trouble is left alone."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from kartoteka.platform.kernel.settings import Settings
from kartoteka.platform.services.office import Office
from kartoteka.plugins.ares import desk, pace
from kartoteka.plugins.ares.registers.answers import Found, Hits, NotFound, Refused, Unavailable
from kartoteka.plugins.ares.registers.ares import Ares
from kartoteka.plugins.ares.registers.asking import Service
from kartoteka.plugins.ares.standin import StandIn, companies
from kartoteka.plugins.ares.standin.server import ARES
from tests.integration.ares.conftest import office_at

NOWHERE = companies.ico_of(3_899_999)


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    now: datetime = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, by: timedelta) -> None:
        """Let time pass."""
        self.now += by


@pytest.fixture
def clock() -> Clock:
    """When it is."""
    return Clock()


@pytest.fixture
def office(settings: Settings, standin: StandIn, clock: Clock) -> Iterator[Office]:
    """An office that asks the stand-in, under the clock."""
    running = office_at(settings, standin)
    running.clock = clock
    yield running
    running.engine.dispose()


@pytest.fixture
def ares(standin: StandIn) -> Ares:
    """ARES as the stand-in plays it."""
    return Ares(Service(standin.url + ARES, longest=30.0, pause=0.01))


def test_what_is_known_is_not_asked_again(office: Office, ares: Ares, standin: StandIn, clock: Clock) -> None:
    first = desk.ask(office, ares, companies.SAWMILL)
    clock.move(timedelta(hours=23))
    again = desk.ask(office, ares, companies.SAWMILL)
    assert again.company == first.company and again.as_of == first.as_of
    assert len(standin.asked) == 1
    clock.move(timedelta(hours=2))
    assert desk.ask(office, ares, companies.SAWMILL).as_of == clock.now
    assert len(standin.asked) == 2


def test_what_is_not_there_is_asked_again_sooner(
    office: Office, ares: Ares, standin: StandIn, clock: Clock
) -> None:
    assert desk.ask(office, ares, NOWHERE).answer == NotFound()
    clock.move(timedelta(minutes=59))
    assert desk.ask(office, ares, NOWHERE).answer == NotFound()
    assert len(standin.asked) == 1
    clock.move(timedelta(minutes=2))
    desk.ask(office, ares, NOWHERE)
    assert len(standin.asked) == 2


def test_one_that_has_gone_was_there(office: Office, ares: Ares, standin: StandIn, clock: Clock) -> None:
    desk.ask(office, ares, companies.SAWMILL)
    then = clock.now
    del standin.subjects[companies.SAWMILL]
    clock.move(timedelta(days=2))
    reply = desk.ask(office, ares, companies.SAWMILL)
    assert reply.answer == NotFound() and reply.found_before == then


def test_a_wrong_check_digit_asks_nobody_unless_somebody_insists(
    office: Office, ares: Ares, standin: StandIn
) -> None:
    assert desk.ask(office, ares, companies.ODD).answer == Refused("check_digit")
    assert standin.asked == []
    assert isinstance(desk.ask(office, ares, companies.ODD, insist=True).answer, Found)
    # Now it is known, and need not be insisted on.
    assert isinstance(desk.ask(office, ares, companies.ODD).answer, Found)
    assert len(standin.asked) == 1


def test_ten_at_once_ask_once(office: Office, ares: Ares, standin: StandIn) -> None:
    replies = _together(10, lambda: desk.ask(office, ares, companies.SAWMILL, patience=60.0).answer)
    assert all(isinstance(each, Found) for each in replies)
    assert len(standin.asked) == 1


def test_ten_at_once_hear_of_one_failure(office: Office, ares: Ares, standin: StandIn) -> None:
    standin.always = "error_500"
    replies = _together(10, lambda: desk.ask(office, ares, companies.SAWMILL, patience=60.0).answer)
    assert all(isinstance(each, Unavailable) for each in replies)
    # One has asked, and asked once more; the others were content with what it heard.
    assert len(standin.asked) == 2


def test_two_at_a_time_whatever_asks(settings: Settings, ares: Ares, standin: StandIn) -> None:
    offices = [office_at(settings, standin) for _n in range(2)]
    numbers = [companies.ico_of(3_811_000 + n) for n in range(5)] + [companies.SAWMILL]
    waiting = iter([(offices[n % 2], number) for n, number in enumerate(numbers)])
    lock = threading.Lock()

    def ask() -> object:
        with lock:
            office, number = next(waiting)
        return desk.ask(office, ares, number, patience=60.0).answer

    replies = _together(len(numbers), ask)
    assert all(isinstance(each, Found) for each in replies)
    assert standin.most_at_a_time <= 2
    for office in offices:
        office.engine.dispose()


def test_the_pace_is_kept_by_all_together(office: Office, clock: Clock) -> None:
    passes = 0
    for _n in range(100):
        given = pace.enter(office, "ares", 0.0)
        if isinstance(given, pace.Pass):
            passes += 1
            pace.leave(office, given, None)
    # A few at once, then one by one: no more than the pace allows while the clock stands.
    assert passes == pace.AHEAD / pace.EVERY + 1
    assert pace.enter(office, "ares", 0.0) == Unavailable("busy", 0.25)
    clock.move(pace.EVERY)
    assert isinstance(pace.enter(office, "ares", 0.0), pace.Pass)


def test_a_register_in_trouble_is_left_alone_and_tried_by_one(
    office: Office, ares: Ares, standin: StandIn, clock: Clock
) -> None:
    standin.always = "error_500"
    for n in range(pace.FAILURES):
        clock.move(timedelta(seconds=1))
        assert isinstance(desk.ask(office, ares, companies.ico_of(3_811_000 + n)).answer, Unavailable)
    asked = len(standin.asked)
    assert desk.ask(office, ares, companies.SAWMILL).answer == Unavailable("closed", 30.0)
    assert len(standin.asked) == asked and pace.resting(office, "ares") == 30.0
    standin.always = ""
    clock.move(pace.FIRST_REST)
    assert isinstance(desk.ask(office, ares, companies.SAWMILL).answer, Found)
    assert pace.resting(office, "ares") == 0.0


def test_the_rest_grows_and_ends(office: Office, ares: Ares, standin: StandIn, clock: Clock) -> None:
    standin.always = "busy_429"
    desk.ask(office, ares, companies.SAWMILL)
    assert pace.resting(office, "ares") == 7.0
    standin.always = "html_502"
    rests = []
    for _n in range(pace.FAILURES + 6):
        clock.move(pace.LONGEST_REST)
        desk.ask(office, ares, companies.SAWMILL)
        rests.append(pace.resting(office, "ares"))
    grown = [each for each in rests if each]
    assert grown[:3] == [30.0, 60.0, 120.0] and max(grown) == pace.LONGEST_REST.total_seconds()


def test_who_dies_asking_does_not_block_for_ever(
    office: Office, ares: Ares, standin: StandIn, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk.pace, "leave", lambda *_given: None)
    desk.ask(office, ares, companies.SAWMILL)
    desk.ask(office, ares, companies.DEAD)
    monkeypatch.undo()
    assert desk.ask(office, ares, companies.CABLEWAY, patience=0.0).answer == Unavailable("busy", 0.05)
    clock.move(pace.HELD)
    assert isinstance(desk.ask(office, ares, companies.CABLEWAY).answer, Found)


def test_many_take_a_question_for_each_hundred(office: Office, ares: Ares, standin: StandIn) -> None:
    desk.ask(office, ares, companies.SAWMILL)
    numbers = [companies.ico_of(3_850_000 + n) for n in range(205)] + [companies.SAWMILL, companies.DEAD]
    replies = desk.ask_many(office, ares, numbers)
    assert len(replies) == 207
    assert isinstance(replies[companies.DEAD].answer, Found)
    assert sum(1 for each in replies.values() if each.answer == NotFound()) == 205
    # One for the first, then 206 numbers in three questions; what was asked is known.
    assert [len(body["ico"]) for _method, _path, body in standin.asked[1:]] == [100, 100, 6]
    assert desk.ask_many(office, ares, numbers) == replies
    assert len(standin.asked) == 4


def test_what_a_search_has_shown_is_known(office: Office, ares: Ares, standin: StandIn) -> None:
    found, _as_of = desk.find(office, ares, "Stará", 20)
    assert isinstance(found, Hits) and [each.number for each in found.companies] == [companies.ODD]
    again, _as_of = desk.find(office, ares, "stará", 20)
    assert again == found
    assert isinstance(desk.ask(office, ares, companies.ODD).answer, Found)
    assert len(standin.asked) == 1


def test_old_answers_are_forgotten_but_not_companies(office: Office, ares: Ares, clock: Clock) -> None:
    desk.ask(office, ares, companies.SAWMILL)
    desk.ask(office, ares, NOWHERE)
    desk.find(office, ares, "Pila", 20)
    clock.move(timedelta(days=91))
    desk.forget_old(office, timedelta(days=90))
    assert set(desk.newest(office, ares, [companies.SAWMILL, NOWHERE])) == {companies.SAWMILL}


def _together(number: int, do: object) -> list[object]:
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(do())) for _n in range(number)]  # type: ignore[operator]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return found

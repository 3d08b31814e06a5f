"""Every alert exactly once: whatever fails, whoever else works, however late."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from kartoteka.platform.kernel import outbox
from kartoteka.platform.services import courses, modelling
from kartoteka.plugins.watchdogs import alerts, reacting, sweeping
from kartoteka.plugins.watchdogs.tables import ALERTS, CARRIED, DELIVERIES
from tests.integration.must_hold.test_faults import MOST_STATEMENTS, Broken, failing_at
from tests.integration.watchdogs.conftest import Kennel


def _told(kennel: Kennel) -> list[tuple[int, str, int]]:
    with kennel.office.session() as session:
        rows = session.execute(select(ALERTS.c.record, ALERTS.c.occurrence, ALERTS.c.recipient_id))
        return sorted(tuple(row) for row in rows)  # type: ignore[misc]


def _waiting(kennel: Kennel) -> list[Any]:
    subscriber = next(each for each in kennel.office.subscribers if each.name == "watchdogs.events")
    with kennel.office.session(write=True) as session:
        return list(outbox.claim(session.connection(), subscriber, kennel.now))


def test_a_failure_at_any_statement_loses_nothing_and_doubles_nothing(kennel: Kennel) -> None:
    record = kennel.firm.create("companies", name="ACME", city="Brno")
    vera = kennel.firm.ids["vera"]
    deed = {"kind": "task", "text": "Call them", "days": 3}
    kennel.set(
        "ana", when={"kind": "change", "field": "city"}, to=["me", f"user:{vera}"], via=["email"], then=[deed]
    )
    kennel.work()
    kennel.later()
    kennel.firm.change("companies", record, city="Praha")
    deliveries = _waiting(kennel)
    outcomes = []
    for nth in range(1, MOST_STATEMENTS):
        with failing_at(kennel.office.engine, nth):
            try:
                reacting.react(kennel.office, deliveries)
                break
            except Broken:
                outcomes.append(len(_told(kennel)))
    assert outcomes == sorted(outcomes) and outcomes[0] == 0, "what is told stays told"
    once = _told(kennel)
    # Its mark for the task, and one for each of the two.
    assert len(once) == 3
    reacting.react(kennel.office, deliveries)
    assert _told(kennel) == once
    with kennel.office.session() as session:
        carried = session.execute(select(CARRIED.c.alert_id)).all()
        assert len(carried) == len(set(carried)) == 2
    with kennel.firm.work("ana") as work:
        from kartoteka.platform.services.records import Query, browse

        assert len(browse(work, "_tasks", Query()).items) == 1


def test_events_that_come_again_in_any_order_tell_nothing_new(kennel: Kennel) -> None:
    record = kennel.firm.create("companies", name="ACME", city="Brno")
    kennel.set("ana", when={"kind": "change", "field": "city"})
    kennel.work()
    for city in ("Praha", "Zlín", "Most"):
        kennel.later()
        kennel.firm.change("companies", record, city=city)
    deliveries = _waiting(kennel)
    for each in (*reversed(deliveries), *deliveries):
        reacting.react(kennel.office, [each])
    assert [each.text for each in kennel.alerts("ana")] != []
    assert len(_told(kennel)) == 3


@pytest.mark.parametrize("few", [500, -1])
def test_what_was_missed_in_thirty_days_is_told_once_and_marked_late(
    kennel: Kennel, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(courses, "FEW", few)
    start = kennel.now.date()
    for day in range(40):
        until = (start + timedelta(days=day)).isoformat()
        kennel.firm.create("companies", name=f"C{day:02}", valid_to=until)
    kennel.set("ana", when={"kind": "date", "field": "valid_to", "days": -1}, at="07:30")
    kennel.work()
    assert [each.title for each in kennel.alerts("ana")] == ["C01"], "what is due today is told today"
    moved = 10
    kennel.later(days=3)
    # It is worth telling on the day on which it was true, though it is true no more.
    kennel.firm.change("companies", moved + 1, valid_to=(start + timedelta(days=300)).isoformat())
    kennel.later(days=27)
    kennel.work()
    kennel.work()
    told = kennel.alerts("ana")
    wanted = [f"C{day:02}" for day in range(1, 32) if day != moved]
    assert sorted(each.title for each in told) == wanted
    assert [each.late for each in told if each.title != "C01"] == [True] * (len(wanted) - 1)
    kennel.later(days=1)
    kennel.work()
    assert [each.title for each in kennel.alerts("ana")][-1] == "C32"


def test_a_sweep_that_fails_anywhere_is_done_again(kennel: Kennel) -> None:
    for n in range(3):
        kennel.firm.create("companies", name=f"C{n}", valid_to="2026-06-10")
    kennel.set("ana", when={"kind": "date", "field": "valid_to", "days": 0}, at="08:00")
    kennel.later(days=12)
    for nth in range(1, 40):
        with failing_at(kennel.office.engine, nth), suppress(Broken):
            sweeping.sweep(kennel.office)
        # One that could not be looked at is looked at again a little later.
        kennel.later(minutes=20)
    assert sorted(each.title for each in kennel.alerts("ana")) == ["C0", "C1", "C2"]


def test_a_clock_that_is_set_back_tells_nothing_twice(kennel: Kennel) -> None:
    kennel.firm.create("companies", name="ACME", valid_to="2026-06-02")
    kennel.set("ana", when={"kind": "date", "field": "valid_to", "days": 0}, at="08:00")
    kennel.later(days=1)
    kennel.work()
    kennel.later(hours=-30)
    kennel.work()
    kennel.later(days=3)
    kennel.work()
    assert [each.title for each in kennel.alerts("ana")] == ["ACME"]


def test_one_message_for_what_comes_together(kennel: Kennel) -> None:
    from kartoteka.platform.services import records

    kennel.set("ana", when={"kind": "created"}, via=["email"])
    kennel.later()
    with kennel.firm.work("ana", write=True) as work:
        records.batch(work, "companies", create=[{"values": {"name": f"C{n}"}} for n in range(30)])
    kennel.work()
    with kennel.office.session() as session:
        assert len(session.execute(select(DELIVERIES.c.id)).all()) == 1
        assert len(session.execute(select(CARRIED.c.alert_id)).all()) == 30


@pytest.mark.parametrize("pace", ["daily", "weekly"])
def test_a_digest_waits_for_its_hour(kennel: Kennel, pace: str) -> None:
    record = kennel.firm.create("companies", name="ACME", city="Brno")
    kennel.set(
        "ana", when={"kind": "change", "field": "city"}, via=["email"], pace=pace, at="09:00", weekday=2
    )
    for city in ("Praha", "Zlín"):
        kennel.later()
        kennel.firm.change("companies", record, city=city)
        kennel.work()
    with kennel.office.session() as session:
        (row,) = session.execute(select(DELIVERIES)).all()
    # The first of June 2026 is a Monday; nine in Prague is seven in Greenwich in summer.
    assert f"{row.due_at:%Y-%m-%d %H:%M}" == {"daily": "2026-06-02 07:00", "weekly": "2026-06-03 07:00"}[pace]


def test_the_design_may_change_between(kennel: Kennel) -> None:
    """A field that is switched off silences a watchdog, with one word to its owner; back again it wakes."""
    record = kennel.firm.create("companies", name="ACME", about="old")
    dog = kennel.set("ana", when={"kind": "change", "field": "about"})
    with kennel.office.begin_system(design=True) as work:
        modelling.change_field(work, "companies", "about", {"active": False})
    kennel.later(minutes=5)
    kennel.work()
    kennel.work()
    assert [each.text for each in kennel.alerts("ana", watchdog=dog)] == [
        "This watchdog is silent: what it watches is not there for you."
    ]
    with kennel.office.begin_system(design=True) as work:
        modelling.change_field(work, "companies", "about", {"active": True})
    kennel.later(minutes=5)
    kennel.work()
    kennel.later()
    kennel.firm.change("companies", record, about="new")
    kennel.work()
    assert kennel.texts("ana")[-1] == "ACME: About: old → new"


def test_what_stays_unread_goes_further_once(kennel: Kennel) -> None:
    vera = kennel.firm.ids["vera"]
    escalation = {"days": 3, "to": [f"user:{vera}"]}
    read, unread = (
        kennel.set("ana", when={"kind": kind}, escalate=escalation) for kind in ("created", "deleted")
    )
    kennel.later()
    kennel.firm.remove("companies", kennel.firm.create("companies", name="ACME"))
    kennel.work()
    with kennel.firm.work("ana", write=True) as work:
        alerts.read_all(work, watchdog=read)
    kennel.later(days=2)
    kennel.work()
    assert kennel.alerts("vera") == []
    kennel.later(days=2)
    for _turn in range(3):
        kennel.work()
        kennel.later(days=4)
    assert [each.watchdog for each in kennel.alerts("vera")] == [unread]

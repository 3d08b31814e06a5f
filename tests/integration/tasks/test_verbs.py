"""Tasks: finished, repeated, waited for, accepted and handed back; substitutes see what they stand in for."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest

from kartoteka.platform.sdk import (
    Bearer,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Query,
    Record,
    StaleVersion,
    Work,
    browse,
    change,
    create,
    create_registry,
    create_role,
    create_user,
    fetch,
)
from kartoteka.platform.services import absences
from kartoteka.platform.services.office import Office
from kartoteka.plugins.tasks import verbs
from kartoteka.plugins.tasks.design import KEY, ME, STOOD_IN_FOR
from kartoteka.plugins.tasks.waiting import unfinished_before
from tests.integration.plugins.test_attached import ALL, COMPANIES

NOON = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
PEOPLE = ("boss", "tech", "mate", "other")


@pytest.fixture
def firm(office: Office) -> Office:
    """A firm with a boss who reaches tasks on records, and people who only have tasks of their own."""
    office.clock = lambda: NOON
    with office.begin_system(design=True) as work:
        create_registry(work, COMPANIES)
        grant = {"companies": {"rights": ALL, "sections": {"basic": "edit", "tasks": "edit"}}}
        create_role(work, {"key": "boss", "name": "Boss", "grants": grant})
        look = {"companies": {"rights": ["view"], "sections": {"basic": "read"}}}
        create_role(work, {"key": "crew", "name": "Crew", "grants": look})
        for who in PEOPLE:
            role = {"boss": ["boss"], "other": []}.get(who, ["crew"])
            create_user(work, {"email": f"{who}@example.com", "name": who.title(), "roles": role})
        create(work, "companies", {"name": "Acme", "region": "north"})
    return office


@contextmanager
def as_(office: Office, who: str) -> Iterator[Work]:
    with office.begin_as(f"{who}@example.com") as work:
        yield work


def number(office: Office, who: str) -> int:
    with as_(office, who) as work:
        return work.actor.user_id


def add(office: Office, who: str, title: str, *, on: bool = False, **values: object) -> int:
    with as_(office, who) as work:
        bearer = Bearer("companies", 1) if on else None
        return create(work, KEY, {"title": title, **values}, on=bearer).id


def seen(office: Office, who: str, asked: object = None) -> list[str]:
    with as_(office, who) as work:
        return sorted(each.title for each in browse(work, KEY, Query(filter=asked)).items)


def task(office: Office, who: str, id: int) -> Record:
    with as_(office, who) as work:
        return fetch(work, KEY, id)


def test_the_time_at_which_it_is_done_follows_the_state(firm: Office) -> None:
    made = add(firm, "tech", "Call", assignee=number(firm, "tech"))
    with as_(firm, "tech") as work:
        assert verbs.finish(work, made).values["done_at"] == NOON
        assert verbs.reopen(work, made).values["done_at"] is None
        assert change(work, KEY, made, {"state": "Done"}).values["done_at"] == NOON
        assert change(work, KEY, made, {"done_at": None, "title": "Ring"}).values["done_at"] == NOON


def test_what_repeats_comes_again_where_it_lay(firm: Office) -> None:
    tech = number(firm, "other")
    first = add(firm, "boss", "Read meters", on=True, assignee=tech, due="2027-01-31", due_time="08:00",
                repeat="FREQ=MONTHLY;COUNT=2", checklist="- [x] Hall\n- [ ] Roof")  # fmt: skip
    with as_(firm, "other") as work:
        assert fetch(work, KEY, first).on is None
        verbs.finish(work, first)
    with as_(firm, "boss") as work:
        (following,) = browse(work, KEY, Query(filter={"field": "state", "op": "eq", "value": "open"})).items
        assert following.on == Bearer("companies", 1, "Acme")
        assert following.created_by.id == work.actor.user_id
        values = following.values
        assert (values["due"], values["due_time"], values["title"]) == (
            date(2027, 2, 28),
            "08:00",
            "Read meters",
        )
        assert [each.id for each in values["assignee"]] == [tech]
        assert values["checklist"] == "- [ ] Hall\n- [ ] Roof"
        verbs.finish(work, following.id)
        verbs.reopen(work, following.id)
    assert len(seen(firm, "boss")) == 2


def test_a_rule_that_is_none_is_refused_beside_its_field(firm: Office) -> None:
    with pytest.raises(Invalid) as refusal:
        add(firm, "tech", "x", repeat="FREQ=HOURLY", due="2026-12-01")
    assert "repeat" in refusal.value.errors
    with pytest.raises(Invalid) as refusal:
        add(firm, "tech", "x", repeat="FREQ=DAILY")
    assert "due" in refusal.value.errors
    made = add(firm, "tech", "x", repeat="FREQ=DAILY", due="2026-12-01")
    with as_(firm, "tech") as work, pytest.raises(Invalid):
        change(work, KEY, made, {"due": ""})


def test_tasks_wait_for_others_and_never_for_themselves(firm: Office) -> None:
    first = add(firm, "boss", "first")
    second = add(firm, "boss", "second", depends_on=[first])
    third = add(firm, "boss", "third", depends_on=[second])
    with as_(firm, "boss") as work:
        assert [each.title for each in unfinished_before(work, fetch(work, KEY, second))] == ["first"]
        for wrong in ([third], [first]):
            with pytest.raises(Invalid) as refusal, work.attempt():
                change(work, KEY, first, {"depends_on": wrong})
            assert "depends_on" in refusal.value.errors
        with pytest.raises(Invalid, match="first"), work.attempt():
            verbs.finish(work, second)
        verbs.finish(work, first)
        verbs.finish(work, second)


def test_a_circle_through_hidden_tasks_is_found(firm: Office) -> None:
    mine = add(firm, "tech", "mine")
    hidden = add(firm, "boss", "hidden")
    seen_by_both = add(firm, "boss", "shared", watchers=[number(firm, "tech")], depends_on=[hidden])
    with firm.begin_system() as work:
        change(work, KEY, hidden, {"depends_on": [mine]})
    with as_(firm, "tech") as work, pytest.raises(Invalid) as refusal:
        change(work, KEY, mine, {"depends_on": [seen_by_both]})
    assert "hidden" not in str(refusal.value.errors)


def test_a_task_of_a_role_is_accepted_once_and_handed_back(firm: Office) -> None:
    with firm.begin_system() as work:
        crew = work.catalog.roles["crew"].id
    made = add(firm, "boss", "Fix the lift", role=crew)
    assert seen(firm, "tech") == ["Fix the lift"]
    with pytest.raises(NotFound):
        task(firm, "other", made)
    with as_(firm, "tech") as work:
        assert [each.title for each in verbs.accept(work, made).values["assignee"]] == ["Tech"]
        verbs.accept(work, made)
    with as_(firm, "mate") as work, pytest.raises(Conflict, match="Tech"):
        verbs.accept(work, made)
    with as_(firm, "mate") as work, pytest.raises(Conflict):
        verbs.hand_back(work, made)
    with as_(firm, "tech") as work:
        assert verbs.hand_back(work, made).values["assignee"] == []
    with as_(firm, "boss") as work, pytest.raises(Forbidden):
        verbs.accept(work, made)


def test_what_a_colleague_asked_for_goes_back_to_him(firm: Office) -> None:
    tech, boss = number(firm, "tech"), number(firm, "boss")
    made = add(firm, "boss", "Write", assignee=tech)
    with as_(firm, "tech") as work:
        verbs.hand_back(work, made)
    assert [each.id for each in task(firm, "boss", made).values["assignee"]] == [boss]
    with as_(firm, "boss") as work, pytest.raises(Conflict):
        verbs.hand_back(work, made)


def test_two_people_at_once(firm: Office) -> None:
    made = add(firm, "boss", "Write", assignee=number(firm, "tech"))
    with as_(firm, "tech") as work:
        change(work, KEY, made, {"title": "Write it"}, version=1)
    with as_(firm, "boss") as work, pytest.raises(StaleVersion):
        change(work, KEY, made, {"title": "Write them"}, version=1)


def test_what_is_handed_back_may_leave_ones_sight(firm: Office) -> None:
    made = add(firm, "boss", "Write", assignee=number(firm, "other"))
    with as_(firm, "other") as work:
        assert verbs.hand_back(work, made).values["assignee"] == []
        with pytest.raises(NotFound):
            fetch(work, KEY, made)
    assert task(firm, "boss", made).updated_by.id == number(firm, "other")


def away(office: Office, who: str, substitute: str | None, begins: str, ends: str) -> None:
    chosen = number(office, substitute) if substitute else None
    with as_(office, who) as work:
        absences.add_absence(work, {"begins": begins, "ends": ends, "substitute": chosen})


def test_a_substitute_sees_and_does_what_he_stands_in_for_and_then_no_more(firm: Office) -> None:
    made = add(firm, "boss", "Visit Acme", on=True, assignee=number(firm, "tech"))
    add(firm, "boss", "Nobody's")
    assert seen(firm, "mate") == []
    away(firm, "tech", "mate", "2026-11-20", "2026-11-24")
    stood_in_for = {"field": "assignee", "op": "in", "value": [STOOD_IN_FOR]}
    assert seen(firm, "mate", stood_in_for) == seen(firm, "mate") == ["Visit Acme"]
    assert seen(firm, "mate", {"field": "assignee", "op": "eq", "value": ME}) == []
    assert seen(firm, "other") == []
    assert seen(firm, "boss", stood_in_for) == []
    with as_(firm, "mate") as work:
        change(work, KEY, made, {"state": "in_progress"})
    assert seen(firm, "tech") == ["Visit Acme"]
    firm.clock = lambda: NOON + timedelta(days=3)
    assert seen(firm, "mate") == []
    with as_(firm, "mate") as work, pytest.raises(NotFound):
        change(work, KEY, made, {"state": "done"})


def test_a_substitute_who_is_away_hands_on_and_circles_give_nobody_anything(firm: Office) -> None:
    add(firm, "boss", "Visit", assignee=number(firm, "tech"))
    away(firm, "tech", "mate", "2026-11-20", "2026-11-24")
    away(firm, "mate", "other", "2026-11-22", "2026-11-22")
    assert seen(firm, "mate") == []
    assert seen(firm, "other") == ["Visit"]
    away(firm, "other", "tech", "2026-11-21", "2026-11-23")
    assert seen(firm, "other") == seen(firm, "mate") == []


def test_the_people_stood_in_for_are_compared_with_people_only(firm: Office) -> None:
    with pytest.raises(Invalid):
        seen(firm, "tech", {"field": "role", "op": "eq", "value": STOOD_IN_FOR})

"""Absences: noted, checked, told of, and followed to whoever is there."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kartoteka.platform.kernel.errors import Forbidden, Invalid, NotFound
from kartoteka.platform.services import absences, people
from kartoteka.platform.services.office import Office

from .conftest import ADMIN_EMAIL
from .test_doors import body, letters

NAMES = ("jana", "petr", "eva", "sam")


@pytest.fixture
def staff(office: Office) -> dict[str, int]:
    """Four colleagues and a customer."""
    with office.begin_system() as work:
        made = {
            name: people.create_user(
                work, {"email": f"{name}@firm.example", "name": name.title(), "roles": ["guest"]}
            ).id
            for name in (*NAMES, "customer")
        }
        found = people.find(work, made["customer"])
        found.identity_registry, found.identity_id = "contacts", 7
    return made


def note(office: Office, person: str, begins: str, ends: str, **more: Any) -> absences.Absence:
    with office.begin_as(f"{person}@firm.example") as work:
        return absences.add_absence(work, {"begins": begins, "ends": ends, **more})


def faults(office: Office, person: str, **more: Any) -> dict[str, list[str]]:
    with pytest.raises(Invalid) as refused:
        note(office, person, **{"begins": "2026-12-01", "ends": "2026-12-03", **more})
    return dict(refused.value.errors)  # type: ignore[arg-type]


def test_noted_changed_and_struck_out(office: Office, staff: dict[str, int]) -> None:
    made = note(office, "jana", "1. 12. 2026", "2026-12-03", substitute=staff["petr"], note="hory")
    assert (made.begins, made.ends, made.note) == (date(2026, 12, 1), date(2026, 12, 3), "hory")
    assert (made.user.title, made.substitute and made.substitute.title, made.warnings) == ("Jana", "Petr", ())
    (letter,) = letters(office)
    assert letter["To"].addresses[0].addr_spec == "petr@firm.example"
    assert "Jana" in body(letter) and "hory" in body(letter)

    with office.begin_as("jana@firm.example") as work:
        changed = absences.change_absence(work, made.id, {"ends": "2026-12-05"})
        assert (changed.begins, changed.ends) == (made.begins, date(2026, 12, 5))
        assert absences.absences(work) == [changed]
    # Petr knows already that he stands in.
    assert len(letters(office)) == 1
    with office.begin_as("jana@firm.example") as work:
        absences.change_absence(work, made.id, {"substitute": None})
        absences.remove_absence(work, made.id)
        assert absences.absences(work, past=True) == []


@pytest.mark.parametrize(
    ("more", "about"),
    [
        ({"begins": ""}, "begins"),
        ({"ends": None}, "ends"),
        ({"begins": "never"}, "begins"),
        ({"ends": "2026-11-30"}, "ends"),
        ({"ends": "2046-11-30"}, "ends"),
        ({"note": "x" * 501}, "note"),
        ({"note": ["x"]}, "note"),
        ({"substitute": 99999}, "substitute"),
        ({"substitute": True}, "substitute"),
        ({"substitute": "2"}, "substitute"),
        ({"user": 99999}, "user"),
        ({"by_id": 1}, "by_id"),
    ],
)
def test_what_will_not_do(office: Office, staff: dict[str, int], more: dict[str, Any], about: str) -> None:
    assert list(faults(office, "jana", **more)) == [about]


def test_substitutes_that_will_not_do(office: Office, staff: dict[str, int]) -> None:
    assert faults(office, "jana", substitute=staff["jana"]) == {
        "substitute": ["Nobody stands in for himself."]
    }
    with office.begin_as(ADMIN_EMAIL) as work:
        people.change_user(work, staff["sam"], {"active": False})
    gone = faults(office, "jana", substitute=staff["sam"])
    assert gone == faults(office, "jana", substitute=99999)
    # A customer is no substitute, and gets no list of the staff.
    assert faults(office, "jana", substitute=staff["customer"]) == gone
    assert faults(office, "customer", substitute=staff["petr"]) == gone
    with office.begin_as("customer@firm.example") as work:
        assert absences.colleagues(work) == []
    with office.begin_as("jana@firm.example") as work:
        assert [each.title for each in absences.colleagues(work)] == ["Eva", "hana", "Petr"]
        assert [each.title for each in absences.colleagues(work, "pe")] == ["Petr"]


def test_overlapping_days(office: Office, staff: dict[str, int]) -> None:
    made = note(office, "jana", "2026-12-01", "2026-12-03")
    for begins, ends in (
        ("2026-12-03", "2026-12-09"),
        ("2026-11-20", "2026-12-01"),
        ("2026-12-02", "2026-12-02"),
    ):
        (sentence,) = faults(office, "jana", begins=begins, ends=ends)["begins"]
        assert "overlap" in sentence
    other = note(office, "jana", "2026-12-04", "2026-12-04")
    note(office, "petr", "2026-12-01", "2026-12-03")
    with pytest.raises(Invalid), office.begin_as("jana@firm.example") as work:
        absences.change_absence(work, other.id, {"begins": "2026-12-03"})
    with office.begin_as("jana@firm.example") as work:
        absences.change_absence(work, made.id, {"ends": "2026-12-02"})


def test_overlapping_days_at_once(new_office: Callable[..., Office], staff: dict[str, int]) -> None:
    def attempt(office: Office) -> str:
        try:
            note(office, "jana", "2026-12-01", "2026-12-03")
        except Invalid:
            return "refused"
        return "noted"

    offices = [new_office() for _each in range(3)]
    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(attempt, offices)) == ["noted", "refused", "refused"]


def test_a_substitute_who_is_away_too_is_named(office: Office, staff: dict[str, int]) -> None:
    note(office, "petr", "2026-12-03", "2026-12-05", substitute=staff["eva"])
    (sentence,) = note(office, "jana", "2026-12-01", "2026-12-03", substitute=staff["petr"]).warnings
    assert sentence.startswith("Petr is away too:") and "Eva stands in then." in sentence
    note(office, "sam", "2026-12-01", "2026-12-03", substitute=staff["eva"])
    (sentence,) = note(office, "eva", "2026-12-03", "2026-12-03", substitute=staff["sam"]).warnings
    assert "You stand in for each other" in sentence
    assert note(office, "petr", "2027-01-03", "2027-01-05", substitute=staff["eva"]).warnings == ()


def test_whose_absences_one_sees_and_changes(office: Office, staff: dict[str, int]) -> None:
    made = note(office, "jana", "2026-12-01", "2026-12-03", substitute=staff["petr"])

    def seen(person: str) -> list[int]:
        with office.begin_as(person) as work:
            return [each.id for each in absences.absences(work)]

    assert [seen(f"{each}@firm.example") for each in NAMES] == [[made.id], [made.id], [], []]
    assert seen(ADMIN_EMAIL) == [made.id]
    for person in ("petr", "eva", "customer"):
        for verb in (
            lambda work: absences.change_absence(work, made.id, {"note": "x"}),
            lambda work: absences.remove_absence(work, made.id),
        ):
            with pytest.raises(NotFound), office.begin_as(f"{person}@firm.example") as work:
                verb(work)
        assert list(faults(office, person, user=staff["jana"])) == ["user"]
    with office.begin_as(ADMIN_EMAIL) as work:
        added = absences.add_absence(
            work,
            {"user": staff["eva"], "begins": "2026-12-01", "ends": "2026-12-03", "substitute": staff["sam"]},
        )
        assert added.user.title == "Eva"
        absences.remove_absence(work, made.id)
    assert seen("jana@firm.example") == []


def test_a_keeper_does_not_note_the_absences_of_who_stands_above(
    office: Office, staff: dict[str, int]
) -> None:
    with office.begin_system() as work:
        people.create_user(work, {"email": "kim@firm.example", "roles": ["keeper"]})
    with office.begin_as(ADMIN_EMAIL) as work:
        boss = work.actor.user_id
    with pytest.raises(Forbidden):
        note(office, "kim", "2026-12-01", "2026-12-03", user=boss)
    assert note(office, "kim", "2026-12-01", "2026-12-03", user=staff["eva"]).user.id == staff["eva"]


def test_who_acts_for_whom(office: Office, staff: dict[str, int]) -> None:
    jana, petr, eva, sam = (staff[name] for name in NAMES)
    note(office, "jana", "2026-12-01", "2026-12-10", substitute=petr)
    note(office, "petr", "2026-12-05", "2026-12-10", substitute=eva)
    note(office, "eva", "2026-12-08", "2026-12-10", substitute=jana)
    note(office, "sam", "2026-12-01", "2026-12-02")

    def acting(user: int, day: int) -> int | None:
        with office.begin_as(ADMIN_EMAIL) as work:
            return absences.substitute_of(work, user, date(2026, 12, day))

    assert [acting(jana, day) for day in (1, 5, 8, 11)] == [petr, eva, None, None]
    assert (acting(petr, 4), acting(petr, 5), acting(sam, 1)) == (None, eva, None)
    with office.begin_as(ADMIN_EMAIL) as work:
        people.change_user(work, eva, {"active": False})
        away = absences.absent_on(work, date(2026, 12, 5), [jana, sam])
        assert {each: known.until for each, known in away.items()} == {jana: date(2026, 12, 10)}
    assert acting(jana, 5) is None


@given(st.dictionaries(st.integers(1, 8), st.none() | st.integers(1, 8)), st.integers(1, 8))
def test_following_ends_and_never_at_somebody_away(away: dict[int, int | None], user: int) -> None:
    found = absences.follow(away, user)
    assert found is None or (found not in away and found != user)
    if user not in away:
        assert found is None

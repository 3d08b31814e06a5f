"""Watchdogs of a record that becomes part of another one: they watch that one, until the merge is taken back."""

from kartoteka.platform.services import history, merging, records
from kartoteka.plugins.watchdogs import verbs
from tests.integration.watchdogs.conftest import Kennel

CITY = {"kind": "change", "field": "city"}


def _change(kennel: Kennel, record: int, city: str, *, worked: bool = True) -> None:
    kennel.later()
    with kennel.firm.work("ana", write=True) as work:
        records.change(work, "companies", record, {"city": city})
    if worked:
        kennel.work()


def _merge(kennel: Kennel, survivor: int, *merged: int) -> int:
    kennel.later()
    with kennel.firm.work("ana", write=True) as work:
        return merging.merge(work, "companies", survivor, list(merged)).batch


def _undo(kennel: Kennel, batch: int) -> int:
    kennel.later()
    with kennel.firm.work("ana", write=True) as work:
        return history.undo_batch(work, batch).batch


def _watched(kennel: Kennel, person: str = "ana") -> list[int | None]:
    with kennel.firm.work(person) as work:
        return sorted(each.definition.record or 0 for each in verbs.mine(work))


def test_a_watchdog_follows_its_record_through_a_merge_and_back(kennel: Kennel) -> None:
    acme = kennel.firm.create("companies", name="ACME", city="Brno")
    double = kennel.firm.create("companies", name="Acme Ltd", city="Praha")
    kennel.later()
    kennel.set("ana", record=double, when=CITY, name="Where they sit")
    _change(kennel, acme, "Most")
    # Nobody has looked at this one when the merge comes; it is told all the same.
    _change(kennel, double, "Cheb", worked=False)
    batch = _merge(kennel, acme, double)
    kennel.work()
    assert _watched(kennel) == [acme]
    assert kennel.texts("ana") == ["Acme Ltd: City: Praha → Cheb"], "nothing of what ACME was before"
    kennel.work()
    _change(kennel, acme, "Zlín")
    assert kennel.texts("ana")[1:] == ["ACME: City: Most → Zlín"]
    _undo(kennel, batch)
    kennel.work()
    assert _watched(kennel) == [double], "it has a life of its own again, whatever became of the other one"


def test_a_merge_taken_back_sends_watchdogs_back(kennel: Kennel) -> None:
    acme, double, third = (kennel.firm.create("companies", name=name) for name in ("A", "B", "C"))
    for record in (acme, double, third):
        kennel.set("ana", record=record, when={"kind": "emptied", "field": "city"})
    kennel.set("ana", record=double, when=CITY)
    kennel.set("ana", record=third, when={"kind": "date", "field": "valid_to", "days": -3})
    kennel.work()
    batch = _merge(kennel, acme, double, third)
    kennel.work()
    # The same is on the one that stays already, and would be told twice.
    assert _watched(kennel) == [acme] * 3 + [double, third]
    again = _undo(kennel, batch)
    kennel.work()
    assert _watched(kennel) == [acme, double, double, third, third]
    _undo(kennel, again)
    kennel.work()
    assert _watched(kennel) == [acme] * 3 + [double, third]


def test_one_that_was_taken_back_before_anybody_heard_of_it_moves_nothing(kennel: Kennel) -> None:
    acme, double = (kennel.firm.create("companies", name=name) for name in ("A", "B"))
    kennel.set("ana", record=double, when=CITY)
    _undo(kennel, _merge(kennel, acme, double))
    kennel.work()
    assert _watched(kennel) == [double]
    _change(kennel, double, "Brno")
    assert kennel.texts("ana") == ["B: City: — → Brno"]


def test_dates_of_the_one_that_stays_are_looked_at(kennel: Kennel) -> None:
    acme = kennel.firm.create("companies", name="A", valid_to="2026-06-20")
    double = kennel.firm.create("companies", name="B", valid_to="2026-07-20")
    kennel.set("ana", record=double, when={"kind": "date", "field": "valid_to", "days": -3})
    _merge(kennel, acme, double)
    kennel.work()
    kennel.later(days=16)
    kennel.work()
    assert [each.title for each in kennel.alerts("ana")] == ["A"]

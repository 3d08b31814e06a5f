"""Batches taken back: creations and updates, but never what somebody has changed since."""

import pytest

from kartoteka.platform.kernel.errors import Conflict, Forbidden, NotFound
from kartoteka.platform.services import history, modelling, records
from kartoteka.platform.services.history import UndoResult
from kartoteka.platform.services.records import BatchResult, Query
from tests.integration.firm import Firm


def batch(firm: Firm, person: str = "ana", **parts: object) -> BatchResult:
    with firm.work(person, write=True) as work:
        return records.batch(work, "companies", **parts)  # type: ignore[arg-type]


def undo(firm: Firm, number: int, person: str = "ana") -> UndoResult:
    with firm.work(person, write=True) as work:
        return history.undo_batch(work, number)


def living(firm: Firm) -> dict[int, str]:
    with firm.work("ana") as work:
        return {each.id: each.title for each in records.browse(work, "companies", Query(page_size=500)).items}


def assert_sound(firm: Firm) -> None:
    with firm.work("ana") as work:
        assert history.verify(work).broken is None


def test_creations_updates_and_removals_are_taken_back(firm: Firm) -> None:
    old, gone = firm.create("companies", name="Alfa", city="Brno"), firm.create("companies", name="Beta")
    done = batch(firm, create=[{"values": {"name": f"New {n}"}} for n in range(3)],
                 update=[{"id": old, "values": {"name": "Gama", "city": None}, "category": "customer"}],
                 delete=[gone])  # fmt: skip
    assert set(living(firm).values()) == {"Gama", "New 0", "New 1", "New 2"}
    result = undo(firm, done.batch)
    assert (result.undone, result.changed_since) == (5, [])
    assert living(firm) == {old: "Alfa", gone: "Beta"}
    with firm.work("ana") as work:
        record = records.fetch(work, "companies", old)
    assert (record.values["city"], record.category) == ("Brno", None)
    assert_sound(firm)


def test_what_was_changed_since_is_listed_and_left(firm: Firm) -> None:
    old = firm.create("companies", name="Alfa")
    done = batch(firm, create=[{"values": {"name": "New"}}, {"values": {"name": "Newer"}}],
                 update=[{"id": old, "values": {"city": "Brno"}}])  # fmt: skip
    new, newer = (each.id for each in done.created)
    firm.change("companies", new, "eda", city="Praha")
    firm.remove("companies", newer, "eda")
    result = undo(firm, done.batch)
    assert result.undone == 1
    assert {(each.id, each.title) for each in result.changed_since} == {(new, "New"), (newer, f"#{newer}")}
    assert living(firm) == {old: "Alfa", new: "New"}
    with firm.work("ana") as work:
        assert records.fetch(work, "companies", old).values["city"] is None


def test_an_undo_is_a_batch_and_can_be_undone(firm: Firm) -> None:
    old = firm.create("companies", name="Alfa")
    done = batch(firm, create=[{"values": {"name": "New"}}], update=[{"id": old, "values": {"name": "Beta"}}])
    back = undo(firm, done.batch)
    assert living(firm) == {old: "Alfa"}
    again = undo(firm, back.batch)
    assert (again.undone, again.changed_since) == (2, [])
    assert living(firm) == {old: "Beta", done.created[0].id: "New"}
    with firm.work("ana") as work:
        assert history.entries(work, "companies", old)[0].batch == again.batch
    assert_sound(firm)


def test_only_once(firm: Firm) -> None:
    done = batch(firm, create=[{"values": {"name": "New"}}])
    undo(firm, done.batch)
    with pytest.raises(Conflict):
        undo(firm, done.batch)


def test_only_ones_own_unless_admin(firm: Firm) -> None:
    done = batch(firm, "eda", create=[{"values": {"name": "New"}}])
    for person, number in (("vera", done.batch), ("nik", done.batch), ("ana", done.batch + 1), ("ana", -1)):
        with pytest.raises(NotFound):
            undo(firm, number, person)
    assert undo(firm, done.batch, "ana").undone == 1


def test_rights_lost_since_are_lost(firm: Firm) -> None:
    done = batch(firm, "eda", create=[{"values": {"name": "New"}}])
    with firm.work("ana", design=True) as work:
        modelling.set_grant(
            work, "editor", "companies", {"rights": ["view", "edit"], "sections": {"basic": "edit"}}
        )
    with pytest.raises(Forbidden):
        undo(firm, done.batch, "eda")
    assert list(living(firm).values()) == ["New"]
    assert undo(firm, done.batch, "ana").undone == 1


def test_fields_switched_off_since_do_not_stand_in_the_way(firm: Firm) -> None:
    old = firm.create("companies", name="Alfa", city="Brno")
    done = batch(firm, update=[{"id": old, "values": {"city": "Praha", "name": "Beta"}}])
    with firm.work("ana", design=True) as work:
        modelling.change_field(work, "companies", "city", {"active": False})
    assert undo(firm, done.batch).undone == 1
    assert living(firm) == {old: "Alfa"}


def test_many_creations_at_once(firm: Firm) -> None:
    done = batch(firm, create=[{"values": {"name": f"New {n}", "code": str(n)}} for n in range(1000)])
    assert undo(firm, done.batch).undone == 1000
    assert living(firm) == {}
    assert undo(firm, done.batch + 1).undone == 1000
    assert len(living(firm)) == 500
    assert_sound(firm)

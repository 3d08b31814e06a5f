"""The embedded index equals the data: after anything that happens, however often it is told."""

import shutil
from collections.abc import Iterator
from dataclasses import replace

import pytest

from kartoteka.platform.access import reshaping
from kartoteka.platform.access.texts import indexed_words
from kartoteka.platform.catalog.definitions import Field, Registry
from kartoteka.platform.kernel import outbox
from kartoteka.platform.kernel.settings import Settings
from kartoteka.platform.services import delivery, records, search
from kartoteka.platform.services.finding.engines import embedded_engine
from kartoteka.platform.services.finding.feeding import feed
from kartoteka.platform.services.office import SEARCH, Office
from kartoteka.platform.services.work import Work
from kartoteka.platform.storage import index
from tests.integration.firm import Firm, found


@pytest.fixture
def firm(settings: Settings) -> Iterator[Firm]:
    """The firm with the embedded engine, on each database."""
    office = Office(replace(settings, search="whoosh"))
    yield found(office)
    office.engine.dispose()


def deliver(firm: Firm) -> int:
    total = 0
    while found := delivery.deliver(firm.office):
        total += found
    return total


def test_it_differs_until_events_are_delivered(firm: Firm) -> None:
    deliver(firm)
    record = firm.create("companies", name="Alfa", remark="x")
    found = search.difference(firm.office)
    assert [(each.index, each.registry, each.record) for each in found] == [("search", "companies", record)]
    assert deliver(firm) == 1
    assert search.difference(firm.office) == []


def test_every_kind_of_change_arrives(firm: Firm) -> None:
    ids = [firm.create("companies", name=f"Firma {n}", city="Brno") for n in range(20)]
    for number, record in enumerate(ids):
        if number % 3 == 0:
            firm.change("companies", record, name=f"Jiná {number}", remark="ano")
        if number % 5 == 0:
            firm.remove("companies", record)
        if number % 10 == 0:
            with firm.work("ana", write=True) as work:
                records.restore(work, "companies", record)
    deliver(firm)
    assert search.difference(firm.office) == []
    assert deliver(firm) == 0


def test_telling_twice_or_late_changes_nothing(firm: Firm) -> None:
    record = firm.create("companies", name="Alfa")
    firm.change("companies", record, name="Beta")
    with firm.office.session(write=True) as session:
        claimed = outbox.claim(session.connection(), SEARCH, firm.office.clock())
    feed(firm.office, list(reversed(claimed)))
    feed(firm.office, claimed[:1])
    assert search.difference(firm.office) == []


def test_a_lost_index_is_rebuilt(firm: Firm) -> None:
    for n in range(30):
        firm.create("companies", name=f"Firma {n}")
    deliver(firm)
    shutil.rmtree(firm.office.settings.data / "search")
    again = Office(firm.office.settings)
    told: list[tuple[int, int]] = []
    assert len(search.difference(again)) == 30
    assert search.rebuild(again, lambda done, total: told.append((done, total))) == 30
    assert told[-1] == (30, 30)
    assert search.difference(again) == []
    again.engine.dispose()


def test_the_words_of_lists_are_written_anew_portion_by_portion(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [firm.create("companies", name=f"Firma {n}") for n in range(10)]
    deliver(firm)
    with firm.office.begin_system(design=True) as work:
        # Some are lost, one holds other words, and one belongs to a record that never was.
        index.remove_documents(work.connection, "companies", [(ids[4], 0), (ids[5], 0)])
        slot = work.catalog.slot(*_named(work))
        index.remove_documents(work.connection, "companies", [(record, slot) for record in ids[:3]])
        index.write_documents(
            work.connection, "companies", [(ids[0], slot, "other"), (ids[9] + 7, slot, "ghost")]
        )
    assert {each.record for each in search.difference(firm.office)} == set(ids[:3])
    monkeypatch.setattr(reshaping, "CHUNK", 4)
    assert search.rebuild(firm.office) == 10
    assert search.difference(firm.office) == []
    with firm.office.begin_system(write=False) as work:
        left = indexed_words(work.open("companies"))
    assert {record for record, _slot in left} == set(ids)


def _named(work: Work) -> tuple[Registry, Field]:
    registry = work.catalog.registries["companies"]
    named = registry.field("name")
    assert named is not None
    return registry, named


def test_a_worker_that_finds_no_index_leaves_the_words_of_lists_alone(firm: Firm) -> None:
    firm.create("companies", name="Alfa")
    deliver(firm)
    with firm.office.begin_system(design=True) as work:
        index.empty_index(work.connection, "companies")
    assert search.make_anew(firm.office) == 1
    assert [each.index for each in search.difference(firm.office)] == ["lists"]


def test_an_event_that_fails_is_tried_later_and_its_neighbours_are_not_held_up(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(firm)
    bad, good = firm.create("companies", name="Alfa"), firm.create("companies", name="Beta")

    def failing(office: Office, deliveries: list[outbox.Delivery]) -> None:
        if any(bad in each.body["records"] for each in deliveries):
            raise RuntimeError("no")
        feed(office, deliveries)

    monkeypatch.setitem(delivery._handlers, SEARCH.name, failing)  # type: ignore[arg-type]
    assert delivery.deliver(firm.office) == 1
    assert [each.record for each in search.difference(firm.office)] == [bad]
    with firm.work("ana") as work:
        assert [each.id for each in search.search(work, "beta")] == [good]
    waiting = firm.office.clock()
    monkeypatch.undo()
    while search.difference(firm.office):
        deliver(firm)
        assert (firm.office.clock() - waiting).total_seconds() < 20


def test_what_a_dead_worker_has_claimed_comes_back(firm: Firm) -> None:
    deliver(firm)
    firm.create("companies", name="Alfa")
    with firm.office.session(write=True) as session:
        assert len(outbox.claim(session.connection(), SEARCH, firm.office.clock())) == 1
    assert deliver(firm) == 0
    now = firm.office.clock
    firm.office.clock = lambda: now() + outbox.LEASE
    assert deliver(firm) == 1
    assert search.difference(firm.office) == []


def test_two_offices_share_the_index(firm: Firm) -> None:
    deliver(firm)
    other = Office(firm.office.settings)
    with firm.work("ana") as work:
        assert search.search(work, "alfa") == []
    firm.create("companies", name="Alfa")
    delivery.deliver(other)
    with firm.work("ana") as work:
        assert [each.title for each in search.search(work, "alfa")] == ["Alfa"]
    assert not embedded_engine(other).empty
    other.engine.dispose()

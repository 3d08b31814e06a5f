"""Records as they were, and put back to what they were."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from kartoteka.platform.kernel.errors import Forbidden, Invalid, NotFound, StaleVersion
from kartoteka.platform.services import history, modelling, records
from kartoteka.platform.services.records import Link, Record
from tests.integration.firm import Firm


def as_of(firm: Firm, person: str, registry: str, record: int, **when: Any) -> Record:
    with firm.work(person) as work:
        return history.as_of(work, registry, record, **when)


def restore(firm: Firm, person: str, registry: str, record: int, version: int, **options: Any) -> Record:
    with firm.work(person, write=True) as work:
        return history.restore_version(work, registry, record, version, **options)


@pytest.fixture
def alfa(firm: Firm) -> int:
    record = firm.create("companies", name="Alfa", city="Brno", turnover="1.5", category="customer")
    firm.change("companies", record, name="Beta", turnover="2")
    firm.change("companies", record, city="Praha", name="Gama")
    return record


def test_values_of_a_version(firm: Firm, alfa: int) -> None:
    first = as_of(firm, "ana", "companies", alfa, version=1)
    assert (first.title, first.version, first.category) == ("Alfa", 1, "customer")
    assert (first.values["name"], first.values["city"], first.values["turnover"]) == (
        "Alfa",
        "Brno",
        Decimal("1.50"),
    )
    second = as_of(firm, "ana", "companies", alfa, version=2)
    assert (second.title, second.values["city"], second.values["turnover"]) == (
        "Beta",
        "Brno",
        Decimal("2.00"),
    )
    assert as_of(firm, "ana", "companies", alfa).title == "Gama"


def test_values_of_a_moment(firm: Firm, alfa: int) -> None:
    with firm.work("ana") as work:
        told = {each.version: each.at for each in history.entries(work, "companies", alfa)}
    for version, name in ((1, "Alfa"), (2, "Beta"), (3, "Gama")):
        assert as_of(firm, "ana", "companies", alfa, at=told[version]).title == name
    with pytest.raises(NotFound):
        as_of(firm, "ana", "companies", alfa, at=told[1] - timedelta(microseconds=1))
    with pytest.raises(NotFound):
        as_of(firm, "ana", "companies", alfa, version=4)


def test_the_past_is_cut_like_the_present(firm: Firm, alfa: int) -> None:
    record = as_of(firm, "vera", "companies", alfa, version=1)
    assert (record.title, "turnover" in record.values) == ("Alfa", False)


def test_links_of_the_past(firm: Firm) -> None:
    brno, praha = (
        firm.create("companies", name="Alfa", city="Brno"),
        firm.create("companies", name="Beta", city="Praha"),
    )
    record = firm.create("contacts", name="Jan", companies=[praha, brno])
    firm.change("contacts", record, companies=[])
    assert as_of(firm, "ana", "contacts", record, version=1).values["companies"] == [
        Link(praha, "Beta"),
        Link(brno, "Alfa"),
    ]
    assert as_of(firm, "lola", "contacts", record, version=1).values["companies"] == [Link(brno, "Alfa")]


def test_when_it_was_in_the_bin(firm: Firm, alfa: int) -> None:
    firm.remove("companies", alfa)
    with firm.work("ana", write=True) as work:
        records.restore(work, "companies", alfa)
    removed = [as_of(firm, "ana", "companies", alfa, version=version).removed_at for version in (3, 4, 5)]
    assert [each is not None for each in removed] == [False, True, False]


def test_a_whole_version_comes_back(firm: Firm, alfa: int) -> None:
    with firm.work("ana", write=True) as work:
        records.change(work, "companies", alfa, {}, category="supplier")
    record = restore(firm, "ana", "companies", alfa, 1)
    assert (record.version, record.title, record.category) == (5, "Alfa", "customer")
    assert (record.values["city"], record.values["turnover"]) == ("Brno", Decimal("1.50"))
    with firm.work("ana") as work:
        assert history.verify(work).broken is None


def test_only_what_the_actor_may_write_comes_back(firm: Firm, alfa: int) -> None:
    record = restore(firm, "eda", "companies", alfa, 1)
    assert record.title == "Alfa"
    assert as_of(firm, "ana", "companies", alfa).values["turnover"] == Decimal("2.00")


def test_a_single_field_comes_back(firm: Firm, alfa: int) -> None:
    record = restore(firm, "ana", "companies", alfa, 1, fields=["city"])
    assert (record.values["city"], record.values["name"]) == ("Brno", "Gama")


def test_a_wish_that_cannot_be(firm: Firm, alfa: int) -> None:
    with pytest.raises(Forbidden):
        restore(firm, "vera", "companies", alfa, 1, fields=["name"])
    with pytest.raises(Invalid):
        restore(firm, "eda", "companies", alfa, 1, fields=["turnover"])
    with pytest.raises(NotFound):
        restore(firm, "ana", "companies", alfa, 9)
    with pytest.raises(StaleVersion):
        restore(firm, "ana", "companies", alfa, 1, expected=2)
    assert as_of(firm, "ana", "companies", alfa).version == 3


def test_todays_checks_apply(firm: Firm) -> None:
    record = firm.create("companies", name="Alfa")
    firm.change("companies", record, city="Brno")
    with firm.work("ana", design=True) as work:
        modelling.change_field(work, "companies", "city", {"required": True})
    with pytest.raises(Invalid) as refused:
        restore(firm, "ana", "companies", record, 1)
    assert list(refused.value.errors) == ["city"]


def test_hidden_links_stay(firm: Firm) -> None:
    brno, praha = (
        firm.create("companies", name="Alfa", city="Brno"),
        firm.create("companies", name="Beta", city="Praha"),
    )
    record = firm.create("contacts", name="Jan", companies=[brno])
    firm.change("contacts", record, companies=[praha])
    with firm.work("ana", design=True) as work:
        modelling.set_grant(
            work, "local", "contacts", {"rights": ["view", "edit"], "sections": {"basic": "edit"}}
        )
    restore(firm, "lola", "contacts", record, 1)
    with firm.work("ana") as work:
        links = records.fetch(work, "contacts", record).values["companies"]
    assert {each.title for each in links} == {"Alfa", "Beta"}

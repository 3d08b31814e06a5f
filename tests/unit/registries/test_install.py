"""The invented firm stands in a database as it was told, and each of its people sees what he should."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from kartoteka.platform import sdk
from kartoteka.platform.services.installing import install
from kartoteka.platform.services.office import Office
from kartoteka.registries import fields, templates
from kartoteka.registries.demo import KEYS, DemoRecord, firm
from kartoteka.registries.install import MOST_AT_ONCE, _without_inner_references, install_demo
from tests.servers.databases import PostgreSQL, SQLiteFiles
from tests.servers.offices import settings_for

ADMIN, SELLER, TECHNICIAN = "hana@klenakamen.example", "jana@klenakamen.example", "tomas@klenakamen.example"
CUSTOMER = "olga.rytecka@rytec-syn.example"
EVERYTHING = sdk.Query(page_size=500, count=True)


@pytest.fixture
def with_demo(databases: SQLiteFiles | PostgreSQL, tmp_path: Path) -> Iterator[Office]:
    """A Kartoteka with the invented firm in it, on each database."""
    with databases.database(databases.template("demo", _furnish)) as url:
        office = Office(settings_for(url, tmp_path / "data"))
        yield office
        office.engine.dispose()


def _furnish(url: str) -> None:
    with TemporaryDirectory() as data:
        office = Office(settings_for(url, Path(data)))
        install(office)
        with office.begin_system(design=True) as work:
            assert install_demo(work) is not None
        office.engine.dispose()


def seen_by(office: Office, email: str) -> dict[str, sdk.Page]:
    with office.begin_as(email, write=False) as work:
        return {each.key: sdk.browse(work, each.key, EVERYTHING) for each in work.registries()}


def test_all_registries_and_records_are_there(with_demo: Office) -> None:
    seen = seen_by(with_demo, ADMIN)
    demo = firm(date.today())  # noqa: DTZ011 - only the numbers matter
    assert {key: page.count for key, page in seen.items()} == {key: len(demo.records[key]) for key in KEYS}
    with with_demo.begin_as(ADMIN, write=False) as work:
        ready_made = templates()
        for key in KEYS:
            definition, registry = ready_made[key], work.catalog.registries[key]
            assert [each.key for each in registry.sections] == [
                each["key"] for each in definition["sections"]
            ]
            assert [each.key for each in registry.fields] == [each["key"] for each in fields(definition)]
            assert list(registry.columns) == definition["columns"]
            assert registry.names == definition["names"]


def test_records_point_at_each_other_and_at_people(with_demo: Office) -> None:
    seen = seen_by(with_demo, ADMIN)
    companies = {each.id: each.title for each in seen["companies"].items}
    for contract in seen["contracts"].items:
        (company,) = contract.values["company"]
        (responsible,) = contract.values["responsible"]
        assert company.title == companies[company.id]
        assert responsible.title in {"Jana Nováková", "Petr Malý"}
        assert contract.title.startswith(contract.values["number"])
    children = [each for each in seen["companies"].items if each.values["parent"]]
    assert children and all(each.values["parent"][0].id < each.id for each in children)
    assert any(len(each.values["equipment"]) > 1 for each in seen["requests"].items)


def test_a_seller_sees_terms_and_finance(with_demo: Office) -> None:
    seen = seen_by(with_demo, SELLER)
    assert tuple(seen) == KEYS
    assert {"discount", "turnover", "iban"} <= seen["companies"].items[0].values.keys()
    assert seen["companies"].count == 200


def test_a_technician_sees_neither_terms_nor_money_and_only_lasting_contracts(with_demo: Office) -> None:
    seen = seen_by(with_demo, TECHNICIAN)
    assert "deals" not in seen
    assert {"name", "site_access", "key_account"} <= seen["companies"].items[0].values.keys()
    assert {"discount", "credit_limit", "turnover", "iban"}.isdisjoint(seen["companies"].items[0].values)
    assert "value" not in seen["contracts"].items[0].values
    assert {each.category for each in seen["contracts"].items} == {"framework", "service", "lease"}
    with with_demo.begin_as(TECHNICIAN, write=False) as work, pytest.raises(sdk.Invalid):
        sdk.browse(work, "companies", sdk.Query(filter={"field": "discount", "op": "gt", "value": "1"}))


def test_a_customer_sees_his_own_and_nothing_else(with_demo: Office) -> None:
    seen = seen_by(with_demo, CUSTOMER)
    assert "deals" not in seen
    assert [each.title for each in seen["companies"].items] == ["Rytec & syn s.r.o."]
    assert [each.title for each in seen["contacts"].items] == ["Olga Rytecká"]
    (own,) = seen["companies"].items
    for key in ("contracts", "orders", "requests", "assets"):
        assert len(seen[key].items) >= 5
        assert {each.values["company"][0].id for each in seen[key].items} == {own.id}, key
    own_contracts = {each.id for each in seen["contracts"].items}
    assert seen["obligations"].items
    assert {each.values["contract"][0].id for each in seen["obligations"].items} <= own_contracts
    everything = seen_by(with_demo, ADMIN)
    assert len(own_contracts) == sum(
        each.values["company"][0].id == own.id for each in everything["contracts"].items
    )


def test_a_customer_asks_for_his_company_only_and_changes_nothing_of_himself(with_demo: Office) -> None:
    with with_demo.begin_as(CUSTOMER) as work:
        (own,) = sdk.browse(work, "companies", EVERYTHING).items
        asked = sdk.create(
            work, "requests", {"subject": "Kdy přijedete?", "company": [own.id]}, category="question"
        )
        assert asked.title.endswith("Kdy přijedete?")
        (himself,) = sdk.browse(work, "contacts", EVERYTHING).items
    for values in ({"subject": "Cizí", "company": [own.id + 1]}, {"subject": "Ničí"}):
        with with_demo.begin_as(CUSTOMER) as work, pytest.raises((sdk.Invalid, sdk.Forbidden)):
            sdk.create(work, "requests", values)
    with with_demo.begin_as(CUSTOMER) as work, pytest.raises((sdk.Invalid, sdk.Forbidden)):
        sdk.change(work, "contacts", himself.id, {"phone": "+420 777 000 999"})


def test_installing_it_again_changes_nothing(with_demo: Office) -> None:
    with with_demo.begin_system(design=True) as work:
        version = work.catalog.version
        assert install_demo(work) is None
    with with_demo.begin_system(write=False) as work:
        assert work.catalog.version == version
        assert sdk.count(work, "companies", sdk.Query()) == 200


def test_it_is_installed_whole_or_not_at_all(office: Office) -> None:
    """A user of the firm's is already there: the people cannot be made, so nothing else is either."""
    body = {"email": ADMIN, "name": "Somebody else", "password": "quite another secret", "roles": ["admin"]}
    with office.begin_system() as work:
        sdk.create_user(work, body)
        before = set(work.catalog.registries), set(work.catalog.roles)
    assert not before[0] & set(KEYS)
    with pytest.raises((sdk.Conflict, sdk.Invalid)), office.begin_system(design=True) as work:
        install_demo(work)
    with office.begin_system(write=False) as work:
        assert (set(work.catalog.registries), set(work.catalog.roles)) == before
        assert set(work.catalog.roles) == {"admin"}


def test_runs_of_records_are_cut_before_a_reference_into_them() -> None:
    def record(*places: int) -> DemoRecord:
        return {"category": None, "values": {"near": [("x", place) for place in places], "far": ("y", 99)}}

    records = [record(), record(), record(1), record(0), record(2), record(4)]
    assert [len(run) for run in _without_inner_references("x", records)] == [2, 2, 1, 1]
    many = [record() for _ in range(2 * MOST_AT_ONCE + 1)]
    assert [len(run) for run in _without_inner_references("x", many)] == [MOST_AT_ONCE, MOST_AT_ONCE, 1]

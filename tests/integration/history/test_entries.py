"""History as its readers see it: newest first, cut by what they may see of the record today."""

from typing import Any

import pytest

from kartoteka.platform.kernel.errors import NotFound
from kartoteka.platform.services import history, modelling, records
from kartoteka.platform.services.history import Entry
from tests.integration.firm import Firm


def seen(firm: Firm, person: str, registry: str, record: int, **options: Any) -> list[Entry]:
    with firm.work(person) as work:
        return history.entries(work, registry, record, **options)


def changes(entry: Entry) -> dict[str, tuple[Any, Any]]:
    return {each.field: (each.old, each.new) for each in entry.changes}


def test_every_version_tells_who_did_what(firm: Firm) -> None:
    record = firm.create("companies", name="Alfa", city="Praha", turnover="10.5")
    firm.change("companies", record, "eda", city="Brno")
    firm.remove("companies", record)
    with firm.work("ana", write=True, via="api") as work:
        records.restore(work, "companies", record)
    found = seen(firm, "ana", "companies", record)
    assert [(each.version, each.action, each.by.title, each.via) for each in found] == [
        (4, "restore", "Ana", "api"),
        (3, "remove", "Ana", "web"),
        (2, "change", "Eda", "web"),
        (1, "create", "Ana", "web"),
    ]
    assert changes(found[2]) == {"city": ("Praha", "Brno")}
    assert changes(found[3]) == {"name": (None, "Alfa"), "city": (None, "Praha"), "turnover": (None, "10.50")}


def test_hidden_fields_do_not_occur(firm: Firm) -> None:
    record = firm.create("companies", name="Alfa", turnover="1")
    firm.change("companies", record, turnover="2")
    firm.change("companies", record, name="Beta", turnover="3")
    found = seen(firm, "vera", "companies", record)
    assert [each.version for each in found] == [3, 1]
    assert [changes(each) for each in found] == [{"name": ("Alfa", "Beta")}, {"name": (None, "Alfa")}]


def test_creation_is_told_even_when_all_of_it_is_hidden(firm: Firm) -> None:
    record = firm.create("companies", name="Alfa", city="Brno", turnover="1")
    firm.change("companies", record, name="Beta")
    with firm.work("ana", design=True) as work:
        grant = {"rights": ["view"], "sections": {"finance": "read"}}
        modelling.create_role(work, {"key": "money", "name": "Money", "grants": {"companies": grant}})
        modelling.set_grant(work, "viewer", "companies", {**grant})
    found = seen(firm, "vera", "companies", record)
    assert [(each.version, list(changes(each))) for each in found] == [(1, ["turnover"])]


def test_rights_are_those_of_the_row_today(firm: Firm) -> None:
    record = firm.create("companies", name="Alfa", city="Brno", turnover="1")
    assert "turnover" in changes(seen(firm, "bara", "companies", record)[0])
    firm.change("companies", record, city="Praha")
    assert [list(changes(each)) for each in seen(firm, "bara", "companies", record)] == [
        ["city"],
        ["name", "city"],
    ]


def test_a_record_out_of_reach_has_no_history(firm: Firm) -> None:
    record = firm.create("companies", name="Alfa", city="Praha")
    for person, number in (("lola", record), ("nik", record), ("ana", record + 1), ("ana", -1)):
        with pytest.raises(NotFound):
            seen(firm, person, "companies", number)


def test_the_bin_is_only_for_those_who_may_delete(firm: Firm) -> None:
    record = firm.create("companies", name="Alfa")
    firm.remove("companies", record)
    assert [each.action for each in seen(firm, "eda", "companies", record)] == ["remove", "create"]
    with pytest.raises(NotFound):
        seen(firm, "vera", "companies", record)


def test_links_show_only_what_may_be_seen(firm: Firm) -> None:
    brno, praha = (
        firm.create("companies", name="Alfa", city="Brno"),
        firm.create("companies", name="Beta", city="Praha"),
    )
    record = firm.create("contacts", name="Jan", companies=[praha])
    firm.change("contacts", record, companies=[brno, praha])
    firm.change("contacts", record, companies=[brno])
    admin = seen(firm, "ana", "contacts", record)
    alfa, beta = {"id": brno, "title": "Alfa"}, {"id": praha, "title": "Beta"}
    assert changes(admin[0]) == {"companies": ([alfa, beta], [alfa])}
    local = seen(firm, "lola", "contacts", record)
    assert [(each.version, changes(each)) for each in local] == [
        (2, {"companies": (None, [alfa])}),
        (1, {"name": (None, "Jan")}),
    ]


def test_people_are_links(firm: Firm) -> None:
    record = firm.create("contacts", name="Jan", keeper=[firm.ids["eda"]])
    assert changes(seen(firm, "vera", "contacts", record)[0])["keeper"] == (
        None,
        [{"id": firm.ids["eda"], "title": "Eda"}],
    )


def test_a_field_switched_off_is_gone_and_comes_back(firm: Firm) -> None:
    record = firm.create("companies", name="Alfa", city="Brno")
    for active in (False, True):
        with firm.work("ana", design=True) as work:
            modelling.change_field(work, "companies", "city", {"active": active})
        assert ("city" in changes(seen(firm, "ana", "companies", record)[0])) is active


def test_category_is_a_change(firm: Firm) -> None:
    record = firm.create("companies", category="customer", name="Alfa")
    with firm.work("ana", write=True) as work:
        records.change(work, "companies", record, {}, category="supplier")
    found = seen(firm, "vera", "companies", record)
    assert changes(found[0]) == {"category": ("customer", "supplier")}
    assert changes(found[1])["category"] == (None, "customer")


def test_paging_skips_what_is_hidden(firm: Firm) -> None:
    record = firm.create("companies", name="Alfa", turnover="0")
    for number in range(1, 250):
        firm.change("companies", record, turnover=str(number))
    firm.change("companies", record, name="Beta")
    assert [each.version for each in seen(firm, "vera", "companies", record, limit=2)] == [251, 1]
    first = seen(firm, "ana", "companies", record, limit=3)
    then = seen(firm, "ana", "companies", record, limit=3, before=first[-1].version)
    assert [each.version for each in first + then] == [251, 250, 249, 248, 247, 246]

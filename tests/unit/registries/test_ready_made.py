"""Ready-made registries installed: with what they lead to or without it, twice, with samples and without them again."""

from typing import Any

import pytest

from kartoteka import registries
from kartoteka.platform import sdk
from kartoteka.platform.services import history, modelling, ready_made
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.ready_made import Installed, Wish
from kartoteka.registries import KEYS, fields

ADMIN = "ana@firm.example"
EVERYTHING = sdk.Query(page_size=100, count=True)


@pytest.fixture
def admin(office: Office) -> Office:
    with office.begin_system() as work:
        sdk.create_user(
            work, {"email": ADMIN, "name": "Ana", "roles": ["admin"], "password": "four quiet words"}
        )
    return office


def install(office: Office, template: str, **wished: Any) -> Installed:
    with office.begin_as(ADMIN, design=True) as work:
        return ready_made.install(work, registries, Wish(template, **wished))


def counts(office: Office) -> dict[str, int | None]:
    with office.begin_as(ADMIN, write=False) as work:
        return {each.key: sdk.browse(work, each.key, EVERYTHING).count for each in work.registries()}


def test_all_of_them_with_samples_go_in_and_out_again(admin: Office) -> None:
    for key in KEYS:
        install(admin, key, along=True, samples=True)
    with admin.begin_as(ADMIN, write=False) as work:
        day = work.now.date()
        vehicles = sdk.browse(work, "vehicles", EVERYTHING).items
        batches = ready_made.sample_batches(work)
        invoices = sdk.browse(work, "invoices", EVERYTHING).items
    assert counts(admin) == {key: len(registries.samples(key, "en", day)) for key in KEYS}
    # Installed later, they still point at the samples that came before.
    assert any(each.values["driver"] for each in vehicles)
    assert any(each.values["corrects"] for each in invoices) and any(
        each.values["order"] for each in invoices
    )
    for each in reversed(batches):
        with admin.begin_as(ADMIN) as work:
            assert not history.undo_batch(work, each.batch).changed_since
    assert set(counts(admin).values()) == {0}
    with admin.begin_as(ADMIN, write=False) as work:
        assert ready_made.sample_batches(work) == []


def test_what_a_template_leads_to_comes_along_with_its_samples_as_one_batch(admin: Office) -> None:
    done = install(admin, "contracts", along=True, samples=True)
    assert [each.key for each in done.along] == ["companies", "contacts"]
    assert done.samples == sum(count or 0 for count in counts(admin).values()) == 22
    with admin.begin_as(ADMIN) as work:
        assert done.batch is not None
        history.undo_batch(work, done.batch)
    assert counts(admin) == {"companies": 0, "contacts": 0, "contracts": 0}


def test_relations_to_nowhere_are_left_out_if_asked_and_refused_if_not(admin: Office) -> None:
    with pytest.raises(sdk.Invalid):
        install(admin, "contracts")
    assert counts(admin) == {}
    done = install(admin, "contracts", along=False, samples=True)
    assert set(done.left_out) == {"Company", "Contact"}
    assert {each.key for each in done.registry.fields if each.type == "relation"} == {"amends"}
    assert "company" not in done.registry.columns
    assert counts(admin) == {"contracts": 6}


def test_a_second_one_stands_on_its_own(admin: Office) -> None:
    install(admin, "companies")
    with pytest.raises(sdk.Conflict):
        install(admin, "companies")
    done = install(admin, "companies", changes={"key": "firms", "name": "Firms", "names": {}}, samples=True)
    parent = done.registry.field("parent")
    assert parent is not None and parent.options["target"] == "firms"
    assert counts(admin) == {"companies": 0, "firms": 8}


def test_hints_come_in_both_languages(admin: Office) -> None:
    done = install(admin, "companies")
    ico = done.registry.field("ico")
    assert (
        ico is not None
        and ico.help.startswith("Leave empty")
        and ico.helps["cs"].startswith("U zahraničních")
    )
    with admin.begin_as(ADMIN, design=True) as work:
        before = modelling.export_design(work)
        (exported,) = [each for each in before["registries"] if each["key"] == "companies"]
        assert exported["helps"]["cs"].startswith("Všichni")
        modelling.apply_design(work, before)
        assert modelling.export_design(work) == before


def test_whoever_designs_without_being_an_admin_gets_no_samples(admin: Office) -> None:
    with admin.begin_system(design=True) as work:
        sdk.create_role(work, {"key": "designer", "name": "Designer", "powers": ["design"]})
        sdk.create_user(
            work,
            {"email": "d@firm.example", "name": "D", "roles": ["designer"], "password": "four quiet words"},
        )
    with pytest.raises(sdk.Forbidden), admin.begin_as("d@firm.example", design=True) as work:
        ready_made.install(work, registries, Wish("companies", samples=True))
    with admin.begin_as("d@firm.example", design=True) as work:
        ready_made.install(work, registries, Wish("companies"))
    assert counts(admin) == {"companies": 0}


def test_definitions_are_accepted_alone_with_their_relations_left_out(admin: Office) -> None:
    for key in ("invoices", "vehicles", "obligations"):
        done = install(admin, key, along=False)
        kept = {each.key for each in done.registry.fields}
        lost = {each["key"] for each in fields(registries.template(key))} - kept
        assert len(lost) == len(done.left_out)

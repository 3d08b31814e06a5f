"""Fields and sections copied from one registry into another: what comes along, and what cannot."""

import pytest

from kartoteka.platform.catalog.definitions import Field, Registry
from kartoteka.platform.kernel.errors import Forbidden, Invalid, NotFound
from kartoteka.platform.services import modelling, records
from kartoteka.platform.services.modelling import Originals
from tests.integration.firm import Firm

CHOICES = [{"key": "new", "name": "New", "colour": "blue"}, {"key": "old", "name": "Old"}]


def found(firm: Firm, registry: str = "contacts") -> Registry:
    with firm.work("ana") as work:
        return work.catalog.registries[registry]


def field(firm: Firm, key: str, registry: str = "contacts") -> Field:
    each = found(firm, registry).field(key)
    assert each is not None
    return each


def test_a_field_comes_with_its_options_and_without_categories_that_are_not_here(firm: Firm) -> None:
    body = {"key": "state", "name": "State", "names": {"cs": "Stav"}, "type": "choice", "help": "Where it is",
            "options": {"choices": CHOICES}, "categories": ["customer"], "default": "new"}  # fmt: skip
    with firm.work("ana", design=True) as work:
        modelling.create_field(work, "companies", body)
        made = modelling.copy_field(work, "contacts", "companies", "state", "basic")
    copy = field(firm, "state")
    assert made == copy
    assert (copy.name, copy.names, copy.help, copy.default) == (
        "State",
        {"cs": "Stav"},
        "Where it is",
        "new",
    )
    assert copy.options == field(firm, "state", "companies").options
    assert copy.categories == () and copy.id != field(firm, "state", "companies").id
    record = firm.create("contacts", name="Eva", state="old")
    with firm.work("ana") as work:
        assert records.fetch(work, "contacts", record).values["state"] == "old"


def test_a_relation_keeps_leading_where_it_led(firm: Firm) -> None:
    with firm.work("ana", design=True) as work:
        modelling.copy_field(work, "companies", "contacts", "companies", "basic")
    copy = field(firm, "companies", "companies")
    assert (copy.type, copy.options["target"], copy.options["many"]) == ("relation", "companies", True)
    mother = firm.create("companies", name="Mother")
    daughter = firm.create("companies", name="Daughter", companies=[mother])
    with firm.work("ana") as work:
        links = records.fetch(work, "companies", daughter).values["companies"]
    assert [link.id for link in links] == [mother]


def test_a_key_and_a_name_that_are_taken_get_a_number(firm: Firm) -> None:
    with firm.work("ana", design=True) as work:
        modelling.change_field(work, "contacts", "keeper", {"active": False})
        once = modelling.copy_field(work, "contacts", "companies", "name", "basic")
        twice = modelling.copy_field(work, "contacts", "companies", "name", "basic")
        again = modelling.copy_field(work, "contacts", "contacts", "keeper", "basic")
    assert [(each.key, each.name) for each in (once, twice)] == [
        ("name_2", "Name (2)"),
        ("name_3", "Name (3)"),
    ]
    # The key of a field that is switched off is taken as well, its name is not.
    assert (again.key, again.name, again.active) == ("keeper_2", "Keeper", True)


def test_a_section_comes_with_its_fields_in_use_and_nobody_gets_a_right_by_it(firm: Firm) -> None:
    with firm.work("ana", design=True) as work:
        modelling.change_section(
            work, "companies", "finance", {"collapsed": True, "categories": ["customer"]}
        )
        modelling.change_field(work, "companies", "remark", {"active": False})
        made = modelling.copy_section(work, "contacts", "companies", "finance")
    assert (made.key, made.collapsed, made.categories) == ("finance", True, ())
    assert [each.key for each in found(firm).fields_of("finance")] == ["turnover"]
    record = firm.create("contacts", name="Eva", turnover="5")
    for person in ("vera", "bara"):
        with firm.work(person) as work:
            assert "turnover" not in records.fetch(work, "contacts", record).values


def test_a_section_under_a_key_that_is_taken(firm: Firm) -> None:
    with firm.work("ana", design=True) as work:
        made = modelling.copy_section(work, "contacts", "companies", "basic")
    assert (made.key, made.name) == ("basic_2", "Basic (2)")
    assert [each.key for each in found(firm).fields_of("basic_2")] == ["name_2", "city", "code", "about"]


def test_several_parts_are_one_change_planned_before(firm: Firm) -> None:
    originals = Originals("companies", sections=["finance"], fields=["city", "turnover"])
    with firm.work("ana") as work:
        version = work.catalog.version
        planned = modelling.plan_copy(work, "contacts", originals, "basic").plan.sentences()
    assert found(firm).field("city") is None
    with firm.work("ana", design=True) as work:
        done = modelling.copy_parts(work, "contacts", originals, "basic").sentences()
        assert work.catalog.version == version + 1
    assert done == planned
    # A field of a section that comes as a whole does not come twice.
    assert [each.key for each in found(firm).fields][-3:] == ["city", "turnover", "remark"]
    assert field(firm, "city").section == "basic" and field(firm, "turnover").section == "finance"


def test_a_registry_without_anything_gets_a_title_by_a_copy(firm: Firm) -> None:
    with firm.work("ana", design=True) as work:
        modelling.create_registry(work, {"key": "bare", "name": "Bare"})
        modelling.copy_section(work, "bare", "companies", "basic")
    assert found(firm, "bare").title == "{name}"
    with firm.work("ana", write=True) as work:
        assert records.create(work, "bare", {"name": "Něco"}).title == "Něco"


def test_what_cannot_be_copied_is_refused_as_a_whole(firm: Firm) -> None:
    wrong: list[tuple[Originals, str, type[Exception]]] = [
        (Originals("companies"), "basic", Invalid),
        (Originals("companies", fields=["city"]), "", Invalid),
        (Originals("companies", fields=["city"]), "nowhere", Invalid),
        (Originals("companies", fields=["city", "nothing"]), "basic", NotFound),
        (Originals("companies", sections=["finance", "nothing"]), "", NotFound),
        (Originals("nothing", sections=["finance"]), "", NotFound),
    ]
    before = found(firm)
    for originals, into, error in wrong:
        with pytest.raises(error), firm.work("ana", design=True) as work:
            modelling.copy_parts(work, "contacts", originals, into)
    with pytest.raises(Forbidden), firm.work("eda", design=True) as work:
        modelling.copy_parts(work, "contacts", Originals("companies", fields=["city"]), "basic")
    assert found(firm) == before


def test_many_fields_are_switched_off_and_on_by_one_change_each(firm: Firm) -> None:
    record = firm.create("companies", name="Rytec", city="Brno", code="A1", about="Long")
    keys = ["city", "code", "about"]
    with firm.work("ana", design=True) as work:
        version = work.catalog.version
        planned = modelling.plan_fields(work, "companies", keys, active=False).plan.sentences()
        done = modelling.change_fields(work, "companies", keys, active=False).sentences()
        assert work.catalog.version == version + 1
    assert done == planned and len([each for each in done if "Switch off" in each]) == 3
    with firm.work("ana") as work:
        assert not set(keys) & records.fetch(work, "companies", record).values.keys()
    with firm.work("ana", design=True) as work:
        modelling.change_fields(work, "companies", keys, active=True)
    with firm.work("ana") as work:
        values = records.fetch(work, "companies", record).values
    assert [values[key] for key in keys] == ["Brno", "A1", "Long"]


def test_many_fields_move_to_the_end_of_a_section_and_rights_go_with_them(firm: Firm) -> None:
    record = firm.create("companies", name="Rytec", city="Brno", code="A1")
    with firm.work("ana", design=True) as work:
        modelling.change_fields(work, "companies", ["code", "city", "remark"], section="finance")
    registry = found(firm, "companies")
    # In the order that they had; what was in the section stays where it was.
    assert [each.key for each in registry.fields_of("finance")] == ["turnover", "remark", "city", "code"]
    with firm.work("vera") as work:
        assert not {"city", "code"} & records.fetch(work, "companies", record).values.keys()
        assert records.browse(work, "companies", records.Query(q="Brno")).items == []
    with firm.work("ana") as work:
        assert [each.id for each in records.browse(work, "companies", records.Query(q="Brno")).items] == [
            record
        ]


def test_one_wrong_field_of_many_changes_none(firm: Firm) -> None:
    before = found(firm, "companies")
    with pytest.raises(NotFound), firm.work("ana", design=True) as work:
        modelling.change_fields(work, "companies", ["city", "nothing"], active=False)
    with pytest.raises(Invalid), firm.work("ana", design=True) as work:
        modelling.change_fields(work, "companies", ["city"], section="nowhere")
    with pytest.raises(Invalid), firm.work("ana", design=True) as work:
        modelling.change_fields(work, "companies", [], active=False)
    with pytest.raises(Forbidden), firm.work("eda", design=True) as work:
        modelling.change_fields(work, "companies", ["city"], active=False)
    assert found(firm, "companies") == before

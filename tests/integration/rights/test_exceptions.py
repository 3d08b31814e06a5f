"""A single field stricter than its section: it is hidden, or only to be read, at every way in and out."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from kartoteka.platform.kernel.errors import Forbidden, Invalid
from kartoteka.platform.services import designs, exports, history, imports, modelling, people, records, search
from kartoteka.platform.services.finding.feeding import difference
from kartoteka.platform.services.records import Query
from kartoteka.platform.services.worker import Worker
from tests.integration.firm import ALL, BRNO, Firm

EDITOR = {"rights": ALL, "sections": {"basic": "edit"}}


def grant(firm: Firm, role: str, **more: Any) -> None:
    """Give a role another grant in the companies, as an admin does."""
    with firm.work("ana", design=True) as work:
        modelling.set_grant(work, role, "companies", {**EDITOR, **more})


def indexed(firm: Firm) -> None:
    """Let the worker do what waits, and insist that both indexes then hold what they should."""
    Worker(firm.office).run_once()
    assert difference(firm.office) == []


def found(firm: Firm, person: str, q: str) -> tuple[list[int], list[int]]:
    """What a list and the search over everything find."""
    with firm.work(person) as work:
        listed = [each.id for each in records.browse(work, "companies", Query(q=q)).items]
        return listed, [each.id for each in search.search(work, q, "companies")]


def test_a_hidden_field_is_nowhere_and_answers_like_one_that_never_was(firm: Firm) -> None:
    alfa = firm.create("companies", name="Alfa", city="Zlín", code="A1", about="kakadu")
    firm.change("companies", alfa, city="Brno")
    grant(firm, "editor", fields={"city": "hidden"})
    with firm.work("eda") as work:
        record = records.fetch(work, "companies", alfa)
        assert "city" not in record.values
        assert record.values["code"] == "A1"
        assert "city" not in {each.key for each in work.open("companies").fields}
        for ask in (Query(filter={"field": "city", "op": "eq", "value": "Brno"}), Query(sort="city"),
                    Query(fields=("city",))):  # fmt: skip
            with pytest.raises(Invalid, match="There is no field “city”"):
                records.browse(work, "companies", ask)
        with pytest.raises(Invalid, match="There is no field “city”"):
            records.summary(work, "companies", group_by="city")
        told = history.entries(work, "companies", alfa)
        assert "city" not in str(told)
    with firm.work("eda", write=True) as work, pytest.raises(Invalid):
        records.change(work, "companies", alfa, {"city": "Praha"})


def test_a_field_only_to_be_read_is_refused_wherever_it_is_written(firm: Firm) -> None:
    alfa = firm.create("companies", name="Alfa", city="Brno", code="A1")
    grant(firm, "editor", fields={"city": "read"})
    with firm.work("eda") as work:
        record = records.fetch(work, "companies", alfa)
        fields = {each.key: each for each in work.open("companies").fields}
        assert record.values["city"] == "Brno"
        assert not record.writes(fields["city"])
        assert record.writes(fields["code"])
        assert not work.open("companies").may_write(fields["city"], "create")
    with firm.work("eda", write=True) as work:
        with pytest.raises(Forbidden, match="City"):
            records.change(work, "companies", alfa, {"city": "Praha"})
        with pytest.raises(Forbidden, match="City"):
            records.create(work, "companies", {"name": "Beta", "city": "Praha"})
        records.change(work, "companies", alfa, {"code": "A2"})


def test_roles_add_up_row_by_row_for_single_fields_too(firm: Firm) -> None:
    brno, zlin = (
        firm.create("companies", name=city, city=city, about=f"o {city}") for city in ("Brno", "Zlín")
    )
    grant(firm, "viewer", rights=["view"], sections={"basic": "read"}, fields={"about": "hidden"})
    grant(firm, "banker", rights=["view"], sections={"basic": "read"}, rows=BRNO)
    with firm.work("bara") as work:
        shown = {each.id: each.values["about"] for each in records.browse(work, "companies", Query()).items}
        assert shown == {brno: "o Brno", zlin: None}
        asked = Query(filter={"field": "about", "op": "contains", "value": "o "})
        assert [each.id for each in records.browse(work, "companies", asked).items] == [brno]


def test_a_title_made_of_a_hidden_field_is_hidden(firm: Firm) -> None:
    alfa = firm.create("companies", name="Alfa", city="Brno")
    firm.create("contacts", name="Jana", companies=[alfa])
    grant(firm, "editor", fields={"name": "hidden"})
    with firm.work("eda") as work:
        assert records.fetch(work, "companies", alfa).title == f"#{alfa}"
        (jana,) = records.browse(work, "contacts", Query()).items
        assert [each.title for each in jana.values["companies"]] == [f"#{alfa}"]
        assert records.picker(work, "companies", "Alfa") == []


def test_words_are_found_by_those_who_read_them_whatever_becomes_of_the_exception(firm: Firm) -> None:
    alfa = firm.create("companies", name="Alfa", about="vzácné kakadu")
    everybody = ([alfa], [alfa])
    indexed(firm)
    assert found(firm, "eda", "kakadu") == everybody
    grant(firm, "editor", fields={"about": "hidden"})
    indexed(firm)
    assert found(firm, "eda", "kakadu") == ([], [])
    assert found(firm, "eda", "alfa") == everybody
    assert found(firm, "vera", "kakadu") == everybody
    assert found(firm, "vera", "alfa kakadu") == everybody
    firm.change("companies", alfa, about="pestrý papoušek")
    indexed(firm)
    assert found(firm, "eda", "papousek") == ([], [])
    assert found(firm, "vera", "papousek") == everybody
    grant(firm, "editor")
    indexed(firm)
    assert found(firm, "eda", "papousek") == everybody


def test_an_exception_is_only_ever_stricter(firm: Firm) -> None:
    with pytest.raises(Invalid, match="it can only be stricter"):
        grant(firm, "editor", fields={"city": "edit"})
    with pytest.raises(Invalid, match="its section is hidden"):
        grant(firm, "editor", fields={"turnover": "read"})
    with pytest.raises(Invalid, match="There is no field “nothing”"):
        grant(firm, "editor", fields={"nothing": "hidden"})


def test_what_became_looser_because_the_field_moved_stays_hidden_when_it_comes_back(firm: Firm) -> None:
    grant(firm, "editor", fields={"city": "read"})
    for section in ("finance", "basic"):
        with firm.work("ana", design=True) as work:
            modelling.change_field(work, "companies", "city", {"section": section})
            assert work.catalog.roles["editor"].grants["companies"].fields == {"city": "hidden"}


def test_a_design_with_exceptions_is_the_same_after_going_out_and_in(firm: Firm) -> None:
    grant(firm, "editor", fields={"city": "read", "about": "hidden"})
    with firm.work("ana", design=True) as work:
        before = modelling.export_design(work)
        editor = next(each for each in before["roles"] if each["key"] == "editor")
        assert editor["grants"]["companies"]["fields"] == {"about": "hidden", "city": "read"}
        assert modelling.plan_design(work, before).steps == []
        modelling.apply_design(work, before)
        assert modelling.export_design(work) == before
        assert designs.past(work, limit=1)[0].version == work.catalog.version


def test_nobody_gives_a_role_that_shows_a_field_hidden_from_himself(firm: Firm) -> None:
    with firm.work("ana", design=True) as work:
        for key, fields in (("clerk", {"city": "hidden"}), ("open", {})):
            given = {"companies": {"rights": ["view"], "sections": {"basic": "read"}, "fields": fields}}
            body = {"key": key, "name": key, "powers": ["users"] if key == "clerk" else [], "grants": given}
            modelling.create_role(work, body)
        people.create_user(work, {"email": "karel@firm.example", "name": "Karel", "roles": ["clerk"]})
    beyond = pytest.raises(Forbidden, match="it may do more than you")
    with firm.office.begin_as("karel@firm.example") as work, beyond:
        people.create_user(work, {"email": "x@firm.example", "roles": ["open"]})


def test_exports_and_imports_know_nothing_of_what_is_hidden(firm: Firm, tmp_path: Path) -> None:
    alfa = firm.create("companies", name="Alfa", city="skryté", code="A1")
    grant(firm, "editor", fields={"city": "hidden"})
    with firm.work("eda") as work:
        stream = BytesIO()
        exports.write(work, "companies", stream, "csv")
    written = stream.getvalue().decode()
    assert "A1" in written
    assert "City" not in written
    assert "skryté" not in written
    sheet = tmp_path / "firms.csv"
    sheet.write_text("Code;City;About\nA1;Jinde;nové\n")
    options = {"key": "code", "mode": "update"}
    imports.run_file(firm.office, "companies", sheet, options, as_email="eda@firm.example")
    with firm.work("ana") as work:
        values = records.fetch(work, "companies", alfa).values
        assert (values["city"], values["about"]) == ("skryté", "nové")

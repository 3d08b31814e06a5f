"""Exports: what a reader may see and nothing else, at once or by a worker, and only for whoever asked."""

import csv
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from kartoteka.platform.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from kartoteka.platform.services import exports, jobs, modelling, people
from kartoteka.platform.services.records import Query
from tests.integration.firm import Firm
from tests.integration.imports.sheets import numbers, run, values


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def exported(firm: Firm, person: str, registry: str = "companies", **query: Any) -> list[list[str]]:
    with firm.work(person) as work:
        return rows_of(exports.answer(work, registry, "csv", Query(**query)).content)


def three(firm: Firm) -> list[int]:
    return [
        firm.create("companies", name="Alfa", city="Brno", turnover="1234.50", category="customer"),
        firm.create("companies", name="Beta", city="Praha", about="=HYPERLINK(1)\ntwo lines"),
        firm.create("companies", name="Gama", city="Brno", remark="secret"),
    ]


def test_headings_and_values(firm: Firm) -> None:
    first, second, third = three(firm)
    assert exported(firm, "ana") == [
        ["id", "Category", "Name", "City", "Code", "About", "Turnover", "Remark"],
        [str(first), "Customer", "Alfa", "Brno", "", "", "1234,50", ""],
        [str(second), "", "Beta", "Praha", "", "'=HYPERLINK(1)\ntwo lines", "", ""],
        [str(third), "", "Gama", "Brno", "", "", "", "secret"],
    ]


def test_a_reader_gets_no_field_that_he_cannot_see(firm: Firm) -> None:
    three(firm)
    assert exported(firm, "eda")[0] == ["id", "Category", "Name", "City", "Code", "About"]
    assert "secret" not in str(exported(firm, "eda"))
    with firm.work("eda") as work, pytest.raises(Invalid):
        exports.answer(work, "companies", "csv", Query(fields=("name", "remark")))


def test_filter_words_order_and_fields(firm: Firm) -> None:
    three(firm)
    brno = {"field": "city", "op": "eq", "value": "Brno"}
    assert exported(firm, "eda", filter=brno, sort="-name", fields=("name",)) == [
        ["Name"],
        ["Gama"],
        ["Alfa"],
    ]
    assert exported(firm, "eda", q="lines", fields=("id", "city"))[1][1:] == ["Praha"]


def test_only_rows_that_the_right_reaches(firm: Firm) -> None:
    three(firm)
    with firm.work("ana", design=True) as work:
        rule = {"field": "city", "op": "eq", "value": "Brno"}
        grant = {"rights": ["view", "export"], "rows": rule, "sections": {"basic": "read"}}
        modelling.set_grant(work, "banker", "companies", grant)
    assert [row[2] for row in exported(firm, "bara")[1:]] == ["Alfa", "Gama"]


def test_without_the_right_there_is_no_export(firm: Firm) -> None:
    with firm.work("vera") as work:
        with pytest.raises(Forbidden):
            exports.answer(work, "companies", "csv")
        with pytest.raises(Forbidden):
            exports.is_small(work, "companies")
    with firm.work("nik") as work, pytest.raises(NotFound):
        exports.answer(work, "companies", "csv")
    with firm.work("ana") as work, pytest.raises(Invalid):
        exports.answer(work, "companies", "pdf")


def test_all_pages_are_there_and_in_order(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "PAGE", 2)
    for number in range(7):
        firm.create("companies", name=f"Firma {number}")
    assert [row[2] for row in exported(firm, "ana", sort="-name")[1:]] == [
        f"Firma {n}" for n in range(6, -1, -1)
    ]


def ordered(firm: Firm, person: str) -> int:
    with firm.work(person, write=True) as work:
        return exports.start(work, "companies", "csv").id


def test_a_large_export_waits_for_its_owner(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    three(firm)
    monkeypatch.setattr(exports, "SMALL", 2)
    with firm.work("eda") as work:
        assert not exports.is_small(work, "companies")
    job = ordered(firm, "eda")
    with firm.work("eda") as work, pytest.raises(Conflict):
        exports.collect(work, job)
    assert jobs.run_job(firm.office, job)
    with firm.work("eda") as work:
        found = exports.collect(work, job)
    assert found.path is not None and found.name.startswith("companies-")
    assert len(rows_of(found.path.read_bytes())) == 4
    for stranger in ("ana", "vera"):
        with firm.work(stranger) as work, pytest.raises(NotFound):
            exports.collect(work, job)


def test_an_export_is_lost_with_the_rights_it_was_made_under(firm: Firm) -> None:
    three(firm)
    job = ordered(firm, "eda")
    assert jobs.run_job(firm.office, job)
    with firm.work("ana", write=True) as work:
        people.change_user(work, firm.ids["eda"], {"roles": ["viewer", "editor"]})
    with firm.work("eda") as work, pytest.raises(Conflict):
        exports.collect(work, job)


def test_a_workbook_is_imported_again_without_a_change(firm: Firm, tmp_path: Path) -> None:
    three(firm)
    file = tmp_path / "companies.xlsx"
    assert exports.write_file(firm.office, "companies", file) == 3
    sheet = openpyxl.load_workbook(file).active
    assert sheet is not None and sheet.max_row == 4
    assert numbers(run(firm, "companies", file.read_bytes(), tmp_path, key="id")) == (3, 0, 0, 3, 0)


def test_links_are_written_as_titles(firm: Firm) -> None:
    alfa, beta, _gama = three(firm)
    firm.create("contacts", name="Ada", companies=[alfa, beta], keeper=[firm.ids["eda"]])
    assert exported(firm, "ana", "contacts")[1][1:] == ["Ada", "Alfa\nBeta", "Eda"]


def test_a_label_that_is_not_clear_gives_way_to_the_key(firm: Firm, tmp_path: Path) -> None:
    with firm.work("ana", design=True) as work:
        modelling.create_field(work, "companies", {"key": "second", "name": "Name", "type": "text"})
        modelling.create_field(work, "companies", {"key": "third", "name": "code", "type": "text"})
    firm.create("companies", name="Alfa", second="two", third="three", code="c")
    assert exported(firm, "ana")[0] == [
        "id",
        "Category",
        "name",
        "City",
        "code",
        "About",
        "second",
        "third",
        "Turnover",
        "Remark",
    ]
    file = tmp_path / "out.csv"
    exports.write_file(firm.office, "companies", file)
    assert numbers(run(firm, "companies", file.read_bytes(), tmp_path, key="code")) == (1, 0, 0, 1, 0)
    assert values(firm, "companies", "third") == ["three"]


def test_a_file_that_cannot_be_written_leaves_nothing_behind(firm: Firm, tmp_path: Path) -> None:
    with pytest.raises(Invalid):
        exports.write_file(firm.office, "companies", tmp_path / "no" / "such" / "folder.csv")
    with pytest.raises(Forbidden):
        exports.write_file(firm.office, "companies", tmp_path / "x.csv", as_email="vera@firm.example")
    assert list(tmp_path.glob("*.csv")) == [] and list(tmp_path.glob(".*")) == []

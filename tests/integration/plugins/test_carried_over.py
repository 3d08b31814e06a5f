"""What plugins keep goes out as a sheet and comes in again, with the records that it lies on."""

import csv
from pathlib import Path
from typing import Any

import pytest

from kartoteka.platform.sdk import (
    Bearer,
    Query,
    browse,
    create,
    create_registry,
    create_role,
    create_user,
    history,
)
from kartoteka.platform.services import exports, imports
from kartoteka.platform.services.modelling import set_grant
from kartoteka.platform.services.office import Office
from tests.integration.plugins.test_attached import ALL, COMPANIES

RIGHTS = [*ALL, "import", "export"]


@pytest.fixture
def firm(office: Office) -> Office:
    """Two companies, and somebody who reaches only one of them and may bring in tasks."""
    with office.begin_system(design=True) as work:
        create_registry(work, COMPANIES)
        north = {"rights": RIGHTS, "sections": {"basic": "edit", "tasks": "edit"},
                 "rows": {"field": "region", "op": "eq", "value": "north"}}  # fmt: skip
        create_role(work, {"key": "north", "name": "North", "grants": {"companies": north}})
        set_grant(work, "north", "_tasks", {"rights": RIGHTS, "sections": {}})
        create_user(work, {"email": "north@example.com", "name": "North", "roles": ["north"]})
        create(work, "companies", {"name": "Acme", "region": "north"})
        create(work, "companies", {"name": "Bolt", "region": "south"})
    return office


def bring_in(office: Office, folder: Path, text: str, **more: Any) -> Any:
    sheet = folder / "tasks.csv"
    sheet.write_text(text, encoding="utf-8")
    who = more.pop("as_email", None)
    return imports.run_file(office, "_tasks", sheet, {"mode": "add", **more}, as_email=who).result


def tasks(office: Office) -> dict[str, Bearer | None]:
    with office.begin_system() as work:
        return {each.title: each.on for each in browse(work, "_tasks", Query()).items}


def test_each_row_names_the_record_by_id_or_title(firm: Office, tmp_path: Path) -> None:
    text = "title,on\nCall,companies/1\nVisit,companies/Bolt\nSleep,\nLost,companies/9\nOdd,nothing\n"
    result = bring_in(firm, tmp_path, text)
    assert result["created"] == 3
    assert [(each["row"], each["column"]) for each in result["errors"]] == [(5, "on"), (6, "on")]
    assert tasks(firm) == {
        "Call": Bearer("companies", 1, "Acme"), "Visit": Bearer("companies", 2, "Bolt"), "Sleep": None,
    }  # fmt: skip


def test_what_is_hidden_is_told_from_nothing_by_nothing(firm: Office, tmp_path: Path) -> None:
    text = "title,on\nA,companies/1\nB,companies/2\nC,companies/3\nD,companies/Bolt\nE,companies/None\n"
    result = bring_in(firm, tmp_path, text, as_email="north@example.com")
    assert result["created"] == 1
    said = [each["message"].replace(each["value"], "…") for each in result["errors"]]
    assert len(said) == 4 and len(set(said)) == 1


def test_an_export_comes_in_again_as_it_was(firm: Office, tmp_path: Path) -> None:
    bring_in(firm, tmp_path, "title,on\nCall,companies/1\nSleep,\n")
    sheet = tmp_path / "out.csv"
    assert exports.write_file(firm, "_tasks", sheet) == 2
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        found = {
            row["What"]: row
            for row in csv.DictReader(file, dialect=csv.Sniffer().sniff(sheet.read_text("utf-8-sig")))
        }
    assert (found["Call"]["on"], found["Call"]["on_title"]) == ("companies/1", "Acme")
    assert found["Sleep"]["on"] == ""
    again = imports.run_file(firm, "_tasks", sheet, {"mode": "upsert", "key": "id"}).result
    assert (again["unchanged"], again["errors"]) == (2, [])


def test_a_sheet_moves_what_it_names_another_record_for_and_the_undo_moves_it_back(
    firm: Office, tmp_path: Path
) -> None:
    bring_in(firm, tmp_path, "title,on\nCall,companies/1\nWalk,companies/1\n")
    text = "id,title,on\n1,Call,companies/2\n2,Run,\n"
    moved = bring_in(firm, tmp_path, text, mode="update", key="id")
    assert (moved["updated"], moved["errors"]) == (2, [])
    assert tasks(firm) == {"Call": Bearer("companies", 2, "Bolt"), "Run": Bearer("companies", 1, "Acme")}
    with firm.begin_system(write=True) as work:
        history.undo_batch(work, moved["batch"])
    assert tasks(firm) == dict.fromkeys(("Call", "Walk"), Bearer("companies", 1, "Acme"))
    lost = "id,title,on\n1,Call,companies/2\n"
    refused = bring_in(firm, tmp_path, lost, mode="update", key="id", as_email="north@example.com")
    assert [each["column"] for each in refused["errors"]] == ["on"]


def test_who_reads_a_tab_brings_nothing_into_it(firm: Office, tmp_path: Path) -> None:
    with firm.begin_system(design=True) as work:
        reads = {"rights": RIGHTS, "sections": {"basic": "edit", "tasks": "read"}}
        set_grant(work, "north", "companies", reads)
    result = bring_in(firm, tmp_path, "title,on\nCall,companies/1\n", as_email="north@example.com")
    assert result["created"] == 0
    assert "not add anything" in result["errors"][0]["message"]

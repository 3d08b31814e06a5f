"""Spreadsheets over the API: in as a job that a worker does, out as a file."""

import json
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook  # type: ignore[import-untyped,unused-ignore]
from werkzeug.test import TestResponse

from kartoteka.platform.rest import transfers
from kartoteka.platform.services import jobs
from kartoteka.platform.services.office import Office
from tests.integration.rest.conftest import RECORDS, Caller

TABLE = "Name;IČO;Turnover\nFirst;00006947;24 977,80\nSecond;27082440;-1,5\nThird;27082440;x\n"
IMPORTS = "/registries/companies/imports"


def send(
    caller: Caller, content: bytes = TABLE.encode("cp1250"), options: Any = None, name: str = "t.csv"
) -> TestResponse:
    form = {"file": (BytesIO(content), name), "options": json.dumps(options or {})}
    return caller.post(IMPORTS, data=form, content_type="multipart/form-data")


def test_a_table_comes_in_as_a_job(companies: Caller, office: Office) -> None:
    ordered = send(companies, options={"mapping": {"Name": "name", "IČO": "ico", "Turnover": "turnover"}})
    assert ordered.status_code == 202, ordered.text
    address = ordered.headers["Location"].removeprefix("/api/v1")
    job = companies.get(address).json
    assert (job["kind"], job["state"]) == ("import", "queued")
    assert jobs.run_job(office, job["id"])
    done = companies.get(address).json
    assert (done["state"], done["done"], done["total"]) == ("done", 3, 3)
    result = done["result"]
    assert (result["rows"], result["created"], result["skipped"]) == (3, 2, 1)
    assert {each["row"] for each in result["errors"]} == {4}
    items = companies.get(RECORDS, sort="name").json["items"]
    assert [(each["values"]["ico"], each["values"]["turnover"]) for each in items] == [
        ("00006947", "24977.80"), ("27082440", "-1.50")]  # fmt: skip
    assert companies.post(f"{address}/cancel").status_code == 409
    assert address.removeprefix("/jobs/") in {
        str(each["id"]) for each in companies.get("/jobs").json["items"]
    }
    assert companies.post(f"/batches/{result['batch']}/undo").json["undone"] == 2
    assert companies.get(RECORDS).json["items"] == []


def test_a_job_is_its_owners_and_can_be_cancelled(companies: Caller, seller: Caller) -> None:
    job = send(companies).json["id"]
    assert seller.get(f"/jobs/{job}").status_code == seller.post(f"/jobs/{job}/cancel").status_code == 404
    assert seller.get("/jobs").json["items"] == []
    cancelled = companies.post(f"/jobs/{job}/cancel")
    assert (cancelled.status_code, cancelled.json["state"]) == (200, "cancelled")


def test_what_cannot_be_imported_is_refused_and_leaves_no_file(
    companies: Caller, seller: Caller, office: Office
) -> None:
    assert companies.post(IMPORTS, {}).status_code == 415
    assert companies.post(IMPORTS, data={"options": "{}"}, content_type="multipart/form-data").json[
        "errors"
    ].keys() == {"file"}
    for options in (
        "{",
        "[]",
        '{"mode": "guess"}',
        '{"mapping": {"Name": "nothing"}}',
        '{"key": "nothing"}',
        '"\\u0000"',
    ):
        form = {"file": (BytesIO(TABLE.encode()), "t.csv"), "options": options}
        assert companies.post(IMPORTS, data=form, content_type="multipart/form-data").status_code == 422, (
            options
        )
    assert send(companies, b"PK\x03\x04 no workbook", name="t.xlsx").status_code == 422
    assert send(companies, b"", name="t.csv").status_code == 422
    assert send(seller).status_code == 403
    assert companies.post("/registries/nothing/imports", data={"file": (BytesIO(b"a\n1\n"), "t.csv")},
                          content_type="multipart/form-data").status_code == 404  # fmt: skip
    assert send(Caller(companies.client, "kt_wrong", 0)).status_code == 401
    folder = office.settings.data / "imports"
    assert not folder.exists() or list(folder.iterdir()) == []


def test_records_go_out_as_a_spreadsheet(companies: Caller, seller: Caller) -> None:
    companies.create({"name": "=1+1", "turnover": "24977.80", "founded": "2020-06-30", "ico": "00006947"})
    companies.create({"name": "Other", "turnover": "1"})
    address = "/registries/companies/export"
    workbook = companies.get(address, format="xlsx", filter='{"field": "name", "op": "ne", "value": "Other"}')
    assert workbook.status_code == 200 and workbook.headers["Cache-Control"] == "no-store"
    assert "attachment" in workbook.headers["Content-Disposition"]
    rows = list(load_workbook(BytesIO(workbook.data)).active.iter_rows(values_only=True))  # type: ignore[union-attr]
    assert len(rows) == 2 and "00006947" in rows[1] and any("1+1" in str(cell) for cell in rows[1])
    table = companies.get(address, format="csv", fields="name,turnover").data.decode("utf-8-sig")
    assert "Name" in table.splitlines()[0] and "Turnover" in table and "Founded" not in table
    cut = seller.get(address, format="csv").data.decode("utf-8-sig")
    assert "Other" in cut and "Turnover" not in cut and "24977" not in cut
    for wrong in ({"format": "pdf"}, {"filter": "{"}, {"fields": "nothing"}, {"sort": "nothing"}):
        assert companies.get(address, **wrong).status_code == 422, wrong
    assert seller.get(address, fields="turnover").status_code == 422
    companies("PUT", "/roles/sales/grants/companies", {"rights": ["view"], "sections": {"basic": "read"}})
    assert seller.get(address, format="csv").status_code == 403
    assert companies.get("/registries/nothing/export").status_code == 404


def test_very_many_records_go_out_as_a_job(
    companies: Caller, seller: Caller, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfers, "AT_ONCE", 1)
    companies.create({"name": "First"})
    companies.create({"name": "Second"})
    ordered = companies.get("/registries/companies/export", format="csv")
    assert ordered.status_code == 202
    file = f"{ordered.headers['Location'].removeprefix('/api/v1')}/file"
    assert companies.get(file).status_code == 409
    assert jobs.run_job(office, ordered.json["id"])
    with companies.get(file) as collected:
        assert collected.status_code == 200 and "Second" in collected.data.decode("utf-8-sig")
    assert seller.get(file).status_code == companies.get("/jobs/99/file").status_code == 404

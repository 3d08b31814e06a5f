"""Spreadsheets through the browser: a list taken out, a file tried, brought in and taken back."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from kartoteka.platform.services import jobs
from tests.servers.sites import Site

ComeIn = Callable[..., Page]
FILE = "Name;City;Turnover;Colour\nRytec & syn;Trutnov;1 284,50;red\nAmor;Brno;plenty;blue\nČáp;Vrchlabí;;green\n"


class Firm(Protocol):
    """What these journeys need of the firm."""

    site: Site

    def create(self, registry: str, *, category: str | None = None, **values: object) -> int: ...
    def create_many(self, registry: str, rows: list[dict[str, Any]]) -> list[int]: ...


def bring(firm: Firm, page: Page, file: Path, button: str) -> None:
    """Choose the file, press the button, and be the worker that does the job."""
    page.get_by_label("Choose a file").set_input_files(file)
    page.get_by_role("button", name=button, exact=True).click()
    page.wait_for_url("**/imports/*")
    expect(page.locator("#job")).to_have_attribute("data-state", "queued")
    jobs.run_job(firm.site.office, int(urlsplit(page.url).path.rsplit("/", 1)[1]))
    expect(page.locator("#job")).to_have_attribute("data-state", "done")


def test_a_file_is_tried_brought_in_and_taken_back(firm: Firm, come_in: ComeIn, tmp_path: Path) -> None:
    file = tmp_path / "companies.csv"
    file.write_text(FILE, encoding="utf-8-sig")
    page = come_in("ana", "/r/companies/import")
    bring(firm, page, file, "Try it first")
    expect(page.get_by_role("heading", level=1)).to_have_text("Trial of an import")
    expect(page.locator(".counts")).to_contain_text("2 created")
    expect(page.locator("#job")).to_contain_text("left out: no detail of this name")
    page.get_by_role("link", name="Import for good").click()

    bring(firm, page, file, "Import")
    expect(page.locator(".counts")).to_contain_text("2 created")
    wrong = page.locator("#job table").first
    expect(wrong).to_contain_text("plenty")
    expect(wrong.locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Open the list").click()
    expect(page.locator("#totals")).to_have_text("2 records")
    page.go_back()
    page.get_by_role("button", name="Take it back").click()
    expect(page.locator(".toast")).to_contain_text("2 records are as they were")
    page.goto(f"{firm.site.url}/r/companies")
    expect(page.get_by_text("Nothing here yet")).to_be_visible()


def test_what_is_no_spreadsheet_is_told_in_the_form(firm: Firm, come_in: ComeIn, tmp_path: Path) -> None:
    file = tmp_path / "picture.xlsx"
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8)
    page = come_in("ana", "/r/companies/import")
    page.get_by_label("Choose a file").set_input_files(file)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.locator("main [role=alert]")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Import a spreadsheet")


def test_what_a_list_shows_goes_out(firm: Firm, come_in: ComeIn) -> None:
    firm.create_many("companies", [{"name": "Amor", "city": "Brno"}, {"name": "Rytec", "city": "Trutnov"}])
    page = come_in("ana", "/r/companies?q=brno&columns=name,city")
    page.get_by_role("button", name="Export").first.click()
    with page.expect_download() as coming:
        page.get_by_role("link", name="Text (.csv)").click()
    assert Path(coming.value.path()).read_text(encoding="utf-8-sig").splitlines() == [
        "Name;City",
        "Amor;Brno",
    ]


def test_a_selection_goes_out(firm: Firm, come_in: ComeIn) -> None:
    firm.create_many("companies", [{"name": "Amor"}, {"name": "Rytec"}, {"name": "Čáp"}])
    page = come_in("ana", "/r/companies")
    page.get_by_label("Select Rytec").check()
    with page.expect_download() as coming:
        page.locator("#selection").get_by_role("button", name="Export").click()
    assert coming.value.suggested_filename.endswith(".xlsx")

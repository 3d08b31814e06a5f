"""New registries by clicks: a ready-made one with samples that go again, and one out of a spreadsheet."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import xlsxwriter  # type: ignore[import-untyped]
from playwright.sync_api import Locator, Page, expect

from kartoteka.platform.services import jobs
from tests.servers.axe import axe
from tests.servers.browsers import NARROW
from tests.servers.sites import Site

ComeIn = Callable[..., Page]
ROWS = [
    ("Smlouvy o dílo 2026", None, None, None, None, None),
    (None, None, None, None, None, None),
    ("ContractNo", "Předmět", "Firma", "Stav", "Cena", "Prázdný"),
    ("S-1", "Oprava střechy", "Amor", "Platná", 120500, None),
    ("S-2", "Nátěr oken", "Rytec", "Platná", 18900.5, None),
    ("S-3", "Revize kotle", "Amor", "Ukončená", 4200, None),
    ("S-4", "Výměna dveří", "Rytec", "Platná", 31000, None),
    ("S-5", "Zateplení půdy", "Nováček", "Platná", 99000, None),
    ("S-6", "Úklid staveniště", "Amor", "Ukončená", 7600, None),
]


class Firm(Protocol):
    """What these journeys need of the firm."""

    site: Site

    def create(self, registry: str, *, category: str | None = None, **values: object) -> int: ...


def sheet(path: Path) -> Path:
    """A workbook as people send it: a heading, a gap, the table, and a sheet of notes behind it."""
    with xlsxwriter.Workbook(path) as book:
        first, second = book.add_worksheet("Smlouvy"), book.add_worksheet("Poznámky")
        for number, row in enumerate(ROWS):
            first.write_row(number, 0, row)
        second.write_row(0, 0, ("Kdo", "Co"))
        second.write_row(1, 0, ("Jana", "zavolat"))
    return path


def column(page: Page, name: str) -> Locator:
    return page.get_by_role("listitem", name=name, exact=True)


def named(page: Page) -> Locator:
    """The input of the name of the registry."""
    return page.get_by_role("textbox", name="Name", exact=True)


def faults(page: Page) -> list[str]:
    """What axe finds on the page."""
    return axe(page)


def no_scrolling_aside(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_a_ready_made_registry_with_samples_that_go_again(firm: Firm, come_in: ComeIn) -> None:
    page = come_in("ana", "/admin")
    page.get_by_role("button", name="New registry").first.click()
    page.get_by_role("link", name="Take a ready-made one").click()
    expect(page.get_by_role("link", name="Companies Everybody")).to_contain_text("Installed")
    page.get_by_role("link", name="Vehicles Cars").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vehicles")
    expect(page.get_by_role("table")).to_contain_text("5H2 0101")
    expect(page.get_by_role("heading", name="Inspections and service")).to_be_visible()
    page.get_by_role("button", name="Install").click()

    page.wait_for_url("**/r/vehicles")
    expect(page.locator("#totals")).to_have_text("6 records")
    expect(page.locator(".toast")).to_contain_text("Came along: Employees. 14 sample records are in.")
    expect(
        page.get_by_role("link", name="Škoda Octavia").or_(page.get_by_text("Pokorná Zuzana")).first
    ).to_be_visible()

    page.goto(f"{firm.site.url}/admin/gallery")
    expect(page.get_by_text("Sample records are in: Employees, Vehicles.")).to_be_visible()
    page.get_by_role("button", name="Take them away").click()
    expect(page.locator(".toast")).to_contain_text("14 records are as they were")
    expect(page.get_by_role("button", name="Take them away")).to_have_count(0)
    page.goto(f"{firm.site.url}/r/vehicles")
    expect(page.get_by_text("Nothing here yet")).to_be_visible()

    page.goto(f"{firm.site.url}/admin/gallery/vehicles")
    expect(page.get_by_text("This registry is here already.")).to_be_visible()
    named(page).fill("")
    page.get_by_role("button", name="Install").click()
    expect(named(page)).to_have_attribute("aria-invalid", "true")
    named(page).fill("Rented cars")
    page.get_by_label("Put in sample records").uncheck()
    page.get_by_role("button", name="Install").click()
    page.wait_for_url("**/r/vehicles_2")
    expect(page.get_by_role("heading", level=1)).to_have_text("Rented cars")


def test_a_spreadsheet_becomes_a_registry(firm: Firm, come_in: ComeIn, tmp_path: Path) -> None:
    for name in ("Amor", "Rytec"):
        firm.create("companies", name=name)
    page = come_in("ana", "/admin/gallery")
    page.get_by_label("Choose a file").set_input_files(sheet(tmp_path / "tabulka.xlsx"))
    page.wait_for_url("**/admin/sheets/*")
    expect(named(page)).to_have_value("Smlouvy")
    expect(page.get_by_text("the header stands on row 3")).to_be_visible()
    expect(page.get_by_label("Records are called by")).to_have_value("predmet")
    expect(column(page, "Firma").get_by_label("Type")).to_have_value("relation:companies")
    expect(column(page, "Cena").get_by_label("Type")).to_have_value("money")
    expect(column(page, "Prázdný").get_by_role("checkbox").first).not_to_be_checked()
    expect(column(page, "ContractNo")).to_contain_text("S-1")

    column(page, "Předmět").get_by_label("Type").select_option("date")
    named(page).fill("Naše smlouvy")
    page.get_by_role("button", name="Make the registry").click()
    expect(column(page, "Předmět")).to_contain_text("“Oprava střechy” does not fit")
    expect(named(page)).to_have_value("Naše smlouvy")
    column(page, "Předmět").get_by_label("Type").select_option("text")
    column(page, "Stav").get_by_label("Type").select_option("choice")
    column(page, "Cena").get_by_label("Currency").select_option("EUR")
    column(page, "ContractNo").get_by_label("Name of the detail").fill("Číslo smlouvy")
    page.get_by_role("button", name="Make the registry").click()

    page.wait_for_url("**/imports/*")
    assert jobs.run_job(firm.site.office, int(urlsplit(page.url).path.rsplit("/", 1)[1]))
    expect(page.locator("#job")).to_have_attribute("data-state", "done")
    expect(page.locator(".counts")).to_contain_text("6 created")
    page.get_by_role("link", name="Open the list").click()
    expect(page.locator("#totals")).to_have_text("6 records")
    row = page.get_by_role("row", name="Oprava střechy")
    expect(row).to_contain_text("Amor")
    expect(row).to_contain_text("€120,500.00")
    expect(page.get_by_role("columnheader", name="Číslo smlouvy")).to_be_visible()
    page.goto(f"{firm.site.url}/r/companies")
    expect(page.locator("#totals")).to_have_text("3 records")

    page.go_back()
    page.go_back()
    page.get_by_role("button", name="Undo all of it").click()
    expect(page.locator(".toast")).to_contain_text("switched off; nothing of it is lost")


def test_another_sheet_and_what_cannot_be_read(firm: Firm, come_in: ComeIn, tmp_path: Path) -> None:
    page = come_in("ana", "/admin/gallery")
    (tmp_path / "header.csv").write_text("Name;City\n", encoding="utf-8")
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "picture.xlsx").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8)
    for name, said in (
        ("header.csv", "There is only a header"),
        ("empty.csv", "is empty"),
        ("picture.xlsx", "is not a spreadsheet"),
    ):
        page.get_by_label("Choose a file").set_input_files(tmp_path / name)
        expect(page.locator("main [role=alert]")).to_contain_text(said)
    page.get_by_label("Choose a file").set_input_files(sheet(tmp_path / "tabulka.xlsx"))
    page.get_by_label("Sheet").select_option("Poznámky")
    page.get_by_role("button", name="Take this one").click()
    expect(named(page)).to_have_value("Poznámky")
    assert faults(page) == []
    page.set_viewport_size(NARROW)
    assert no_scrolling_aside(page)
    page.get_by_role("button", name="Drop it").click()
    page.wait_for_url("**/admin/gallery")
    assert no_scrolling_aside(page)
    assert faults(page) == []
    page.goto(f"{firm.site.url}/admin/gallery/contracts")
    assert no_scrolling_aside(page)
    assert faults(page) == []

"""Every page of daily work is checked by axe, in light and in dark, as a screen and as a phone."""

from collections.abc import Callable
from typing import Protocol

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.servers.browsers import NARROW, WIDE

ComeIn = Callable[..., Page]


class Firm(Protocol):
    """What these journeys need of the firm."""

    def create(self, registry: str, *, category: str | None = None, **values: object) -> int: ...
    def change(self, registry: str, record: int, person: str = "petr", **values: object) -> None: ...


PAGES = (
    "/",
    "/r/companies",
    "/r/companies?q=nothing+like+this",
    "/r/companies/new",
    "/r/companies/bin",
    "/r/companies/import",
    "/r/companies/1",
    "/r/companies/1/edit",
    "/r/companies/1/history",
    "/r/companies/1/from/contacts",
    "/r/nonsense",
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["screen", "phone"])
def test_pages_are_accessible(firm: Firm, come_in: ComeIn, scheme: str, size: dict[str, int]) -> None:
    record = firm.create(
        "companies", name="Rytec", category="customer", status="won", keeper=None, city="Trutnov"
    )
    firm.change("companies", record, status="lost", about="x" * 200)
    firm.create("contacts", name="Jan Horák", company=record)
    page = come_in("ana")
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size(size)  # type: ignore[arg-type]
    site = page.url.rstrip("/")
    found = [fault for address in PAGES for fault in faults(page, f"{site}{address}")]
    page.goto(f"{site}/r/companies/1")
    page.locator("#field-city .value").click()
    page.locator("#field-city[data-editing]").wait_for()
    found += judged(page, "a detail being edited")
    assert not found, "\n".join(found)


def faults(page: Page, address: str) -> list[str]:
    page.goto(address)
    page.wait_for_load_state("networkidle")
    return judged(page, address)


def judged(page: Page, place: str) -> list[str]:
    violations = Axe().run(page).response["violations"]
    return [f"{place}: {each['id']}: {each['nodes'][0]['html'][:160]}" for each in violations]

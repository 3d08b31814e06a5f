"""Every page of daily work is checked by axe, in light and in dark, as a screen and as a phone."""

from collections.abc import Callable
from typing import Protocol

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.servers.axe import axe
from tests.servers.browsers import NARROW, WIDE, answered

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
ADMIN = (
    "/settings",
    "/admin",
    "/admin/organisation",
    "/admin/gallery",
    "/admin/gallery/contracts",
    "/admin/roles/changes",
    "/admin/roles/compare",
    "/admin/history",
    "/admin/jobs",
    "/admin/plugins/activities",
    "/admin/plugins/attachments",
    "/admin/plugins/portal",
    "/admin/plugins/watchdogs",
    "/admin/ares",
    "/admin/ares/companies",
    "/admin/attachments",
    "/admin/attachments/usage",
    "/admin/portal",
    "/admin/r/_activities",
    "/activities/templates",
    "/activities/tray",
    "/tasks/packages",
    "/watchdogs",
    "/watchdogs/overview",
    "/from-customers",
)
# By the address that a button asks for its dialog, or by the button, page by page.
DIALOGS = {
    "/admin": ("/admin/registries/new", "/see-as"),
    "/admin/r/companies": (
        "/admin/r/companies/preview",
        "/admin/r/companies/copy",
        "/admin/r/companies/general",
        "/admin/r/companies/title",
        "/admin/r/companies/columns",
        "/admin/r/companies/sections/basic",
        "/admin/r/companies/categories/customer",
        "#open-field-keeper",
    ),
    "/admin/r/companies/roles": (
        "/admin/r/companies/roles/reader/rule",
        "/admin/r/companies/roles/reader/fields/basic",
    ),
    "/admin/roles": ("/admin/roles/new", "/admin/roles/reader"),
    "/admin/people": ("/admin/people/add", "/admin/people/invite", "/admin/people/second-factor"),
    "/admin/plugins": ("/admin/plugins/notes/switch",),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["screen", "phone"])
def test_pages_are_accessible(firm: Firm, come_in: ComeIn, scheme: str, size: ViewportSize) -> None:
    record = firm.create(
        "companies", name="Rytec", category="customer", status="won", keeper=None, city="Trutnov"
    )
    firm.change("companies", record, status="lost", about="x" * 200)
    firm.create("contacts", name="Jan Horák", company=record)
    page = come_in("ana")
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size(size)
    site = page.url.rstrip("/")
    found = [fault for address in PAGES for fault in faults(page, f"{site}{address}")]
    page.goto(f"{site}/r/companies/1")
    page.locator("#field-city .value").click()
    page.locator("#field-city[data-editing]").wait_for()
    found += judged(page, "a detail being edited")
    assert not found, "\n".join(found)


def test_the_administration_is_accessible(firm: Firm, come_in: ComeIn) -> None:
    firm.create("companies", name="Rytec", category="customer", city="Trutnov")
    page = come_in("ana")
    # Colours on their way from light to dark would be judged as they stand.
    page.emulate_media(reduced_motion="reduce")
    site = page.url.rstrip("/")
    found: list[str] = []
    for address in ADMIN:
        page.goto(f"{site}{address}")
        found += judged_both_ways(page, address)
    for address, dialogs in DIALOGS.items():
        page.goto(f"{site}{address}")
        found += judged_both_ways(page, address)
        for asked in dialogs:
            # Some of the buttons wait in a menu that is shut.
            button = asked if asked.startswith("#") else f"[hx-get='{asked}']"
            page.locator(button).first.evaluate("button => button.click()")
            expect(page.locator("dialog#dialog[open] #dialog-title")).to_be_visible()
            found += judged_both_ways(page, f"{address}: the dialog {asked}")
            page.keyboard.press("Escape")
            expect(page.locator("dialog#dialog[open]")).to_have_count(0)
    assert not found, "\n".join(found)


def judged_both_ways(page: Page, place: str) -> list[str]:
    """As a light screen, then the same as a dark phone, which it must fit as well."""
    answered(page)
    found = judged(page, place)
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size(NARROW)
    found += judged(page, f"{place}, dark and narrow")
    if not page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"):
        found.append(f"{place} sticks out of a phone")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(WIDE)
    return found


def faults(page: Page, address: str) -> list[str]:
    page.goto(address)
    page.wait_for_load_state("networkidle")
    return judged(page, address)


def judged(page: Page, place: str) -> list[str]:
    return [f"{place}: {each}" for each in axe(page)]

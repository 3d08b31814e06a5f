"""Companies from ARES in a real browser: a form filled in, a record compared, many checked; by keyboard, on a phone."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Protocol

import pytest
from playwright.sync_api import Page, expect

from kartoteka.platform.kernel.settings import Settings
from kartoteka.platform.services import jobs
from kartoteka.plugins.ares.standin import StandIn, companies
from kartoteka.plugins.ares.standin.server import ARES, VIES
from tests.servers.axe import axe
from tests.servers.browsers import NARROW
from tests.servers.sites import Site

ComeIn = Callable[..., Page]
SAWMILL = companies.SAWMILL


class Firm(Protocol):
    """What these journeys need of the firm."""

    site: Site
    ids: dict[str, int]

    def create(self, registry: str, *, category: str | None = None, **values: object) -> int: ...

    def values(self, registry: str, record: int) -> dict[str, object]: ...


@pytest.fixture
def settings(settings: Settings, standin: StandIn) -> Iterator[Settings]:
    """The settings of a firm that asks the stand-in."""
    yield replace(settings, ares_url=standin.url + ARES, vies_url=standin.url + VIES)


def fits(page: Page) -> bool:
    """Whether nothing sticks out beside the page."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_a_company_is_filled_in_by_the_beginning_of_its_name(
    firm: Firm, come_in: ComeIn, standin: StandIn
) -> None:
    page = come_in("ana", "/r/companies/new")
    page.get_by_label("About").fill("Typed before")
    page.get_by_label("Fill in from ARES").fill("jedle")
    hits = page.locator(".ares-hits li")
    expect(hits).to_have_count(5)
    expect(hits.first).to_contain_text("Rožnov pod Radhoštěm")
    # By keyboard alone: the number, Enter, to the company, Enter, and Enter takes what is ticked.
    page.get_by_label("Fill in from ARES").fill(SAWMILL)
    page.keyboard.press("Enter")
    expect(hits).to_have_count(1)
    assert axe(page) == []
    hits.locator("button").focus()
    page.keyboard.press("Enter")
    dialog = page.locator("#dialog")
    expect(dialog.get_by_role("row", name="City")).to_contain_text("Jeseník")
    expect(dialog.get_by_role("button", name="Fill in")).to_be_focused()
    assert axe(page) == []
    dialog.get_by_label("Take City").uncheck()
    page.keyboard.press("Shift+Tab")
    dialog.get_by_role("button", name="Fill in").press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.get_by_label("Name", exact=False).first).to_have_value("Pila Javorník & synové, s.r.o.")
    expect(page.get_by_label("IČO", exact=True)).to_have_value(SAWMILL)
    expect(page.get_by_label("City")).to_have_value("")
    expect(page.get_by_label("About")).to_have_value("Typed before")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Pila Javorník")).to_be_visible()
    # The same company again: it is here already, with a way to it.
    page.goto(f"{firm.site.url}/r/companies/new")
    page.get_by_label("Fill in from ARES").fill("pila")
    page.get_by_role("link", name="Pila Javorník & synové, s.r.o.").click()
    expect(page.get_by_role("link", name="Edit", exact=True)).to_be_visible()
    assert len([path for _method, path, _body in standin.asked if path.endswith(SAWMILL)]) == 1


def test_a_record_is_compared_and_takes_what_is_ticked(firm: Firm, come_in: ComeIn, standin: StandIn) -> None:
    record = firm.create("companies", name="Pila", ico=SAWMILL, city="Jeseník")
    page = come_in("ana", f"/r/companies/{record}/tab/ares")
    row = page.get_by_role("row", name="Name")
    expect(row).to_contain_text("Pila Javorník & synové, s.r.o.")
    expect(page.get_by_text("1 detail differs.")).to_be_visible()
    assert axe(page) == []
    row.get_by_role("checkbox").check()
    page.get_by_role("button", name="Take what is ticked").click()
    expect(page.get_by_role("heading", name="Pila Javorník")).to_be_visible()
    expect(page.locator("body")).to_contain_text("from ARES")
    page.get_by_role("button", name="Load from ARES").click()
    expect(page.locator("#dialog")).to_contain_text("Everything here is as in ARES.")
    page.keyboard.press("Escape")
    # A day without ARES: what was said before stays, and the record is as it was.
    standin.always = "error_500"
    page.goto(f"{firm.site.url}/r/companies/{record}/tab/ares")
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator(".ares-panel .note")).to_contain_text("cannot be asked")
    expect(page.get_by_role("row", name="Name")).to_contain_text("Pila Javorník")
    standin.always = ""
    page.get_by_role("button", name="Watch this company").click()
    expect(page.get_by_role("button", name="Watched")).to_be_visible()
    # Whoever acts for the company becomes a contact of it: the form comes filled in.
    person = page.get_by_role("link", name="Add as a contact").first
    name = (person.text_content() or "").partition(": ")[2]
    person.click()
    bare = page.get_by_label("Name", exact=False).first.input_value()
    assert bare and bare in name
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name=bare)).to_be_visible()
    expect(page.locator("main")).to_contain_text("Pila Javorník")
    page.goto(f"{firm.site.url}/r/companies/{record}/tab/ares")
    expect(page.locator("#ares-panel .line", has_text=bare)).to_contain_text("is here already")


def test_many_are_checked_from_the_list_and_taken_back(firm: Firm, come_in: ComeIn) -> None:
    record = firm.create("companies", name="Pila", ico=SAWMILL)
    firm.create("companies", name="Nikdo", ico=companies.ico_of(3_899_999))
    page = come_in("ana", "/r/companies")
    page.get_by_label("Select what is loaded").check()
    page.locator("#selection").get_by_role("button", name="Check with ARES").click()
    dialog = page.locator("#dialog")
    expect(dialog).to_contain_text("Check 2 records with ARES")
    dialog.get_by_label("Fill in what is empty").check()
    assert axe(page) == []
    dialog.get_by_role("button", name="Start").click()
    expect(page.locator("#check")).to_be_visible()
    while waiting := jobs.waiting(firm.site.office):
        for job in waiting:
            jobs.run_job(firm.site.office, job)
    expect(page.locator("#check[data-state=done]")).to_contain_text("1 filled in")
    expect(page.locator("#check")).to_contain_text("1 not in ARES")
    assert axe(page) == []
    assert firm.values("companies", record)["city"] == "Jeseník"
    page.get_by_role("button", name="Take it back").click()
    expect(page.locator("body")).to_contain_text("1 record is as it was.")
    assert firm.values("companies", record)["city"] is None


def test_on_a_phone(firm: Firm, come_in: ComeIn, page: Page) -> None:
    record = firm.create("companies", name="Pila", ico=SAWMILL)
    page.set_viewport_size(NARROW)
    come_in("ana", "/r/companies/new")
    page.get_by_label("Fill in from ARES").fill("pila")
    page.locator(".ares-hits button").click()
    expect(page.locator("#dialog .ares-lines")).to_be_visible()
    assert fits(page)
    page.goto(f"{firm.site.url}/r/companies/{record}/tab/ares")
    expect(page.get_by_text("differ")).to_be_visible()
    assert fits(page)
    page.goto(f"{firm.site.url}/admin/ares/companies")
    expect(page.get_by_label("Name", exact=True)).to_have_value("name")
    assert fits(page)

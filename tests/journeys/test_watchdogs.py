"""Watchdogs in a real browser: set from a bell and from a list, tried on the past first, read, put away."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Protocol

from playwright.sync_api import Page, expect

from kartoteka.platform.services import records
from kartoteka.platform.services.worker import Worker
from tests.servers.axe import axe
from tests.servers.browsers import NARROW
from tests.servers.sites import Site

ComeIn = Callable[..., Page]


class Firm(Protocol):
    """What these journeys need of the firm."""

    site: Site
    ids: dict[str, int]

    def create(self, registry: str, *, category: str | None = None, **values: object) -> int: ...


def fits(page: Page) -> bool:
    """Whether nothing sticks out beside the page."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def change(firm: Firm, record: int, **values: object) -> None:
    with firm.site.office.begin(firm.ids["ana"], write=True) as work:
        records.change(work, "companies", record, values)
    Worker(firm.site.office).run_once()


def test_from_the_bell_beside_a_detail_to_what_it_tells(firm: Firm, come_in: ComeIn) -> None:
    record = firm.create("companies", name="Rytec", city="Brno", status="lead")
    page = come_in("rita", f"/r/companies/{record}")
    page.locator("#field-city").hover()
    page.locator("#field-city").get_by_role("link", name="Watch “City”").click()
    say = page.locator("#dog-say")
    expect(say).to_have_text("Tell me when “City” changes of Rytec, in the application, at once.")
    assert axe(page) == []

    say.get_by_role("button", name="in the application").click()
    expect(page.locator("#part-when")).to_be_hidden()
    page.get_by_label("By e-mail").check()
    expect(say).to_contain_text("in the application and by e-mail, at once.")
    say.get_by_role("button", name="when “City” changes").click()
    page.get_by_label("It speaks when").select_option(label="a detail gets a value")
    page.locator("select[name=field]").select_option(label="Status")
    expect(page.get_by_label("Won")).to_be_visible()
    page.get_by_label("Won").check()
    expect(say).to_contain_text("when “Status” becomes Won")
    page.get_by_role("button", name="Watch", exact=True).first.click()
    expect(page.locator(".dog-line")).to_have_count(1)

    change(firm, record, status="won")
    page.locator(".rail").get_by_role("link", name="Notifications").click()
    expect(page.locator("#live-notifications")).to_have_text("1")
    told = page.locator(".told")
    expect(told).to_contain_text("Rytec")
    expect(told).to_contain_text("Lead → Won")
    assert axe(page) == []
    told.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Again tomorrow").click()
    expect(page.get_by_role("heading", name="Everything is read")).to_be_visible()
    expect(page.locator("#live-notifications")).to_have_text("")
    page.get_by_role("link", name="All", exact=True).click()
    page.locator(".told-what").click()
    expect(page).to_have_url(f"{firm.site.url}/r/companies/{record}#field-status")


def test_a_list_is_watched_for_dates_and_shows_what_it_would_have_told(firm: Firm, come_in: ComeIn) -> None:
    today = date.today()  # noqa: DTZ011  as the site's own clock
    firm.create("companies", name="Soon over", city="Brno", valid_to=(today + timedelta(days=40)).isoformat())
    firm.create("companies", name="Over", city="Brno", valid_to=(today - timedelta(days=10)).isoformat())
    firm.create(
        "companies", name="Elsewhere", city="Praha", valid_to=(today + timedelta(days=40)).isoformat()
    )
    narrowed = '{"field":"city","op":"eq","value":"Brno"}'
    page = come_in("rita", f"/r/companies?filter={narrowed}")
    page.get_by_role("button", name="More").first.click()
    page.get_by_role("link", name="Watch this list").click()
    expect(page.locator("#dog-conditions")).to_contain_text("City: Brno")
    page.get_by_label("It speaks when").select_option(label="a date comes near or has passed")
    expect(page.locator("#dog-say")).to_contain_text("30 days before “Valid to”")
    told = page.locator(".dog-told")
    expect(told).to_contain_text("Soon over")
    expect(told).to_contain_text("Over")
    expect(told).not_to_contain_text("Elsewhere")
    page.locator("[name=days]").fill("60")
    page.keyboard.press("Tab")
    expect(page.locator("#dog-say")).to_contain_text("60 days before “Valid to”")
    page.set_viewport_size(NARROW)
    assert fits(page)
    page.locator(".dock").get_by_role("button", name="Watch").click()
    expect(page.locator(".dog-line")).to_have_count(1)
    assert fits(page)
    page.locator(".dog-line").get_by_role("button", name="Switch off").click()
    expect(page.locator(".dog-line.off")).to_have_count(1)
    page.get_by_label("Quiet from").fill("20:00")
    page.get_by_label("until").fill("07:00")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Quiet from")).to_have_value("20:00")
    page.locator(".dog-line").get_by_role("button", name="Remove").click()
    expect(page.get_by_role("heading", name="No watchdog yet")).to_be_visible()
    page.goto(f"{firm.site.url}/notifications")
    expect(page.get_by_role("heading", name="Everything is read")).to_be_visible()
    assert fits(page)

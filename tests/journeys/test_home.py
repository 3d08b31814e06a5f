"""The home page in a real browser: tiles made and arranged, one's own order, the firm's looks, the first day."""

import re
from collections.abc import Callable
from typing import Protocol

from playwright.sync_api import Locator, Page, expect

from kartoteka.platform.services import people
from tests.servers.browsers import drag, tick
from tests.servers.sites import Site

ComeIn = Callable[..., Page]
PASSWORD = "four quiet words here"


class Firm(Protocol):
    """What these journeys need of the firm."""

    site: Site
    ids: dict[str, int]

    def create(self, registry: str, *, category: str | None = None, **values: object) -> int: ...


def dialog(page: Page) -> Locator:
    return page.locator("dialog#dialog[open]")


def tile(page: Page, name: str) -> Locator:
    return page.locator("#board > section").filter(has=page.get_by_role("heading", name=name, exact=True))


def order(page: Page) -> list[str]:
    return [text.strip() for text in page.locator("#board > section header h2").all_inner_texts()]


def add_tile(page: Page, kind: str, title: str, **chosen: str) -> None:
    page.get_by_role("button", name="Add a tile").first.click()
    tick(dialog(page).get_by_role("radio", name=kind, exact=True))
    for label, value in chosen.items():
        dialog(page).get_by_label(label.replace("_", " "), exact=True).select_option(label=value)
    dialog(page).get_by_label("Heading").fill(title)
    dialog(page).get_by_role("button", name="Save", exact=True).click()
    expect(dialog(page)).to_have_count(0)
    expect(tile(page, title)).to_be_visible()


def test_an_admin_makes_tiles_and_everybody_arranges_his_own(firm: Firm, come_in: ComeIn) -> None:
    for name, status, turnover in (("Alfa", "lead", "100"), ("Beta", "lead", "200"), ("Gama", "won", "300")):
        firm.create("companies", name=name, status=status, turnover=turnover)
    page = come_in("ana")
    page.get_by_role("link", name="Arrange").click()
    add_tile(page, "Figure", "All companies")
    add_tile(page, "Figure", "Money", What_is_measured="Sum: Turnover")
    add_tile(page, "Chart", "By status", Split_by="Status")

    # By keyboard: to the front, and wider.
    for _step in range(2):
        forward = tile(page, "By status").get_by_role("button", name="Move By status forward")
        forward.focus()
        before = order(page)
        page.keyboard.press("Enter")
        expect(page.locator("#board > section header h2").nth(before.index("By status") - 1)).to_have_text(
            "By status"
        )
    wider = tile(page, "By status").get_by_role("button", name="Make By status wider")
    wider.focus()
    page.keyboard.press("Enter")
    expect(tile(page, "By status")).to_have_class(re.compile(r"\bw3\b"))
    # By mouse: the money to the front, too.
    money = tile(page, "Money").locator("[data-grip]")
    money.scroll_into_view_if_needed()
    with page.expect_response(lambda answer: answer.url.endswith("/move")):
        drag(page, money, tile(page, "All companies"), across=0.2)
        expect(page.locator(".drag-shade")).to_have_text("Money")
        page.mouse.up()
    page.get_by_role("link", name="Done").click()

    expect(tile(page, "All companies")).to_contain_text("3")
    arranged = order(page)
    assert arranged.index("Money") < arranged.index("All companies")
    expect(tile(page, "Money")).to_contain_text("CZK 600.00")
    tile(page, "By status").get_by_role("link", name="Lead").click()
    expect(page.locator("#list tbody tr")).to_have_count(2)

    # Somebody who does not see the money, and arranges the rest for herself.
    page = come_in("rita")
    expect(tile(page, "All companies")).to_contain_text("3")
    expect(tile(page, "Money")).to_have_count(0)
    page.get_by_role("link", name="Arrange").click()
    page.get_by_role("button", name="Hide By status").click()
    expect(page.get_by_role("button", name="Show By status")).to_be_visible()
    add_tile(page, "Figure", "Mine")
    page.get_by_role("link", name="Done").click()
    expect(tile(page, "By status")).to_have_count(0)
    expect(tile(page, "Mine")).to_be_visible()

    page = come_in("petr")
    expect(tile(page, "By status")).to_be_visible()
    expect(tile(page, "Mine")).to_have_count(0)

    page = come_in("rita", "/?arrange=own")
    page.get_by_role("button", name="Back to the firm’s arrangement").click()
    expect(tile(page, "By status")).to_be_visible()
    expect(tile(page, "Mine")).to_have_count(0)


def test_a_list_becomes_a_tile_and_a_registry_has_an_overview(firm: Firm, come_in: ComeIn) -> None:
    firm.create("companies", name="Alfa", status="lead")
    page = come_in("ana", "/r/companies")
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Put this list on the home page").click()
    dialog(page).get_by_label("Heading").fill("Companies at a glance")
    dialog(page).get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(f"{firm.site.url}/")
    expect(tile(page, "Companies at a glance").get_by_role("link", name="Alfa")).to_be_visible()

    page.goto(f"{firm.site.url}/r/companies/home")
    expect(page.locator(".dash-figure .figure").first).to_have_text("1")
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_first_day_of_an_empty_installation(site: Site, page: Page) -> None:
    with site.office.begin_system() as work:
        people.create_user(
            work, {"email": "ana@firm.example", "name": "Ana", "roles": ["admin"], "password": PASSWORD}
        )
    page.goto(f"{site.url}/sign-in")
    page.get_by_label("E-mail").fill("ana@firm.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    steps = page.get_by_role("region", name="Your first day")
    expect(steps).to_contain_text("0 of 5")
    steps.get_by_role("link", name="Give Kartoteka your name, colour and logo").click()
    page.get_by_label("Name of the organisation").fill("Klen & Kámen")
    tick(page.get_by_role("radio", name="teal"))
    page.get_by_label("Words on the sign-in page").fill("Welcome to **us**")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".brand")).to_contain_text("Klen & Kámen")
    expect(page.locator(".btn.main").first).to_have_css("background-color", "rgb(15, 118, 110)")

    page.goto(site.url)
    expect(steps).to_contain_text("1 of 5")
    steps.get_by_role("button", name="Put it away").click()
    expect(steps).to_have_count(0)
    page.get_by_role("button", name="Your menu").click()
    page.get_by_role("button", name="First steps").click()
    expect(steps).to_be_visible()
    page.get_by_role("button", name="Your menu").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator(".door-text strong")).to_have_text("us")
    expect(page).to_have_title(re.compile("Klen & Kámen"))

"""Roles and rights in a real browser: single fields, rules on trial, other eyes, reasons, and what has changed."""

import re
from collections.abc import Callable
from typing import Any, Protocol

from playwright.sync_api import Locator, Page, expect

from tests.servers.axe import axe
from tests.servers.browsers import NARROW, answered, tick
from tests.servers.sites import Site

ComeIn = Callable[..., Page]


class Firm(Protocol):
    """What these journeys need of the firm."""

    site: Site
    ids: dict[str, int]

    def create(self, registry: str, *, category: str | None = None, **values: object) -> int: ...


def dialog(page: Page) -> Locator:
    return page.locator("dialog#dialog[open]")


def grant(firm: Firm) -> Any:
    with firm.site.office.begin(firm.ids["ana"]) as work:
        return work.catalog.roles["reader"].grants["companies"]


def fits(page: Page) -> bool:
    """Whether nothing sticks out beside the page."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_a_field_is_hidden_by_clicks_and_seen_to_be_through_other_eyes(firm: Firm, come_in: ComeIn) -> None:
    rytec = firm.create("companies", name="Rytec", city="Trutnov", ico="25596641")
    page = come_in("ana", "/admin/r/companies/roles")
    page.get_by_role("button", name="All sections for Reader").click()
    page.locator("#all-reader").get_by_role("button", name="edit", exact=True).click()
    expect(page.locator("#impact")).to_contain_text("will see and edit “Finance”")

    page.get_by_role("button", name="Details of “Basic details” for Reader").click()
    tick(dialog(page).get_by_role("radiogroup", name="IČO").get_by_label("hidden"))
    tick(dialog(page).get_by_role("radiogroup", name="City").get_by_label("read"))
    dialog(page).get_by_role("button", name="Use", exact=True).click()
    expect(page.locator("#few-reader-basic")).to_have_text("2 fields stricter")
    expect(page.locator("#impact")).to_contain_text("“IČO” hidden; “City” only to read")
    page.get_by_role("button", name="Save changes").first.click()
    expect(page.locator(".toast")).to_contain_text("Saved")
    assert {"basic": "edit", "finance": "edit"}.items() <= grant(firm).sections.items()
    assert grant(firm).fields == {"ico": "hidden", "city": "read"}

    page.get_by_role("button", name="Your menu").click()
    page.get_by_role("button", name="See it as …").click()
    page.locator("#look-person").fill("rita")
    page.locator("#look-person-options [role=option]").first.click()
    dialog(page).get_by_role("button", name="See it as this person").click()
    bar = page.get_by_role("complementary", name="You see Kartoteka as somebody else")
    expect(bar).to_contain_text("You see Kartoteka as Rita Readerová")
    page.goto(f"{firm.site.url}/r/companies/{rytec}")
    expect(page.locator("#field-city")).to_contain_text("Trutnov")
    expect(page.locator("#field-ico")).to_have_count(0)
    assert "25596641" not in page.content()
    page.set_viewport_size(NARROW)
    assert fits(page)
    expect(bar).to_be_visible()
    assert axe(page) == []
    bar.get_by_role("button", name="End").click()
    expect(page).to_have_url(re.compile(f"/r/companies/{rytec}$"))
    expect(bar).to_have_count(0)
    expect(page.locator("#field-ico")).to_contain_text("25596641")

    page.goto(f"{firm.site.url}/admin/people")
    page.get_by_role("button", name=re.compile("Rita Readerová")).click()
    dialog(page).get_by_role("button", name="See it as this person").click()
    expect(bar).to_contain_text("You see Kartoteka as Rita Readerová")
    expect(page).to_have_url(f"{firm.site.url}/")


def test_a_rule_of_several_ways_is_tried_and_everything_about_it_can_be_asked(
    firm: Firm, come_in: ComeIn
) -> None:
    for name, city, keeper in (
        ("Rytec", "Trutnov", "rita"),
        ("Orel", "Praha", "ana"),
        ("Jedle", "Brno", "ana"),
    ):
        firm.create("companies", name=name, city=city, keeper=firm.ids[keeper])
    page = come_in("ana", "/admin/r/companies/roles")
    page.locator("#rule-reader").click()
    dialog(page).get_by_label("Detail", exact=True).select_option(label="City")
    answered(page)
    dialog(page).get_by_label("How", exact=True).select_option("eq")
    answered(page)
    dialog(page).get_by_label("Value", exact=True).fill("Praha")
    dialog(page).get_by_role("button", name="Add this condition").click()
    expect(dialog(page)).to_contain_text("1 record of 3")
    expect(dialog(page)).to_contain_text("2 fewer than now")
    dialog(page).get_by_label("The next condition").select_option(label="is enough instead of “City: Praha”")
    dialog(page).get_by_label("Detail", exact=True).select_option(label="Keeper")
    answered(page)
    dialog(page).get_by_label("How", exact=True).select_option("me")
    answered(page)
    dialog(page).get_by_role("button", name="Add this condition").click()
    expect(dialog(page)).to_contain_text("2 records of 3")
    expect(dialog(page).get_by_label("tried as")).to_have_value(str(firm.ids["rita"]))
    expect(dialog(page).locator(".tried")).to_contain_text("Rytec")
    dialog(page).get_by_role("button", name="Use", exact=True).click()
    expect(page.locator("#rule-reader")).to_have_text("City: Praha or Keeper: me")
    page.get_by_role("button", name="Save changes").first.click()
    expect(page.locator(".toast")).to_contain_text("Saved")
    assert set(grant(firm).rows) == {"or"}

    page.goto(f"{firm.site.url}/admin/roles")
    page.get_by_role("button", name="Reader").click()
    dialog(page).get_by_role("button", name="Copy").click()
    expect(dialog(page)).to_contain_text("the same as “Reader”")
    dialog(page).get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".toast")).to_contain_text("“Reader (copy)” is ready")
    page.get_by_role("link", name="Compare").first.click()
    expect(page.locator("main")).to_contain_text("These two roles see and may do the same.")
    page.get_by_label("Also what is the same").check()
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("row", name="Which records").first).to_contain_text("City: Praha or Keeper: me")

    page.goto(f"{firm.site.url}/admin/roles/changes")
    expect(page.locator(".rights-since")).to_contain_text("Companies: reaches: City: Praha or Keeper: me.")
    page.get_by_label("Role", exact=True).select_option("reader")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".rights-since")).not_to_contain_text("Reader (copy)")
    assert axe(page) == []

    page.goto(f"{firm.site.url}/r/companies")
    page.get_by_role("link", name="Jedle").click()
    page.locator("#field-city").hover()
    page.get_by_role("button", name="Who sees “City”?").click()
    dialog(page).locator("#why-whom").fill("rita")
    dialog(page).locator("#why-whom-options [role=option]").first.click()
    expect(dialog(page)).to_contain_text("Rita Readerová does not see it.")
    expect(dialog(page)).to_contain_text("opens it only for: City: Praha or Keeper: me")

"""The design studio in a real browser: a registry made from nothing, many fields at once, two designers, much of it."""

import re
import time
from collections.abc import Callable
from typing import Any, Protocol

from playwright.sync_api import Locator, Page, expect

from kartoteka.platform.catalog.definitions import Registry
from kartoteka.platform.services import modelling
from tests.servers.axe import axe
from tests.servers.browsers import NARROW, answered, drag, tick
from tests.servers.sites import Site

ComeIn = Callable[..., Page]
LONG = "Datum poslední mimořádné kontroly vyhrazeného technického zařízení podle vyhlášky"


class Firm(Protocol):
    """What these journeys need of the firm."""

    site: Site
    ids: dict[str, int]

    def create(self, registry: str, *, category: str | None = None, **values: object) -> int: ...
    def values(self, registry: str, record: int) -> dict[str, object]: ...


def dialog(page: Page) -> Locator:
    return page.locator("dialog#dialog[open]")


def save(page: Page, button: str = "Save") -> None:
    """Press the button of the dialog, and wait until it has gone."""
    dialog(page).get_by_role("button", name=button, exact=True).click()
    expect(dialog(page)).to_have_count(0)


def section(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


def labels(page: Page, name: str) -> list[str]:
    texts = section(page, name).locator(".sorted .line b").all_inner_texts()
    return [text.replace("*", "").strip() for text in texts]


def add_field(page: Page, place: str, name: str, kind: str) -> None:
    section(page, place).get_by_role("button", name="Add field").click()
    dialog(page).get_by_role("textbox", name="Name", exact=True).fill(name)
    tick(dialog(page).get_by_role("radio", name=kind, exact=True))
    save(page)
    expect(section(page, place)).to_contain_text(name)


def add_part(page: Page, button: str, name: str) -> None:
    page.locator(button).click()
    dialog(page).get_by_role("textbox", name="Name", exact=True).fill(name)
    save(page)


def design(firm: Firm, key: str) -> Registry:
    with firm.site.office.begin_system(write=False) as work:
        return work.catalog.registries[key]


def accessible(page: Page) -> list[str]:
    """What axe finds wrong with the page as it is."""
    return axe(page)


def test_a_registry_is_made_from_nothing_in_the_studio(firm: Firm, come_in: ComeIn) -> None:
    page = come_in("ana", "/admin/r/companies")
    page.get_by_role("button", name="New registry").first.click()
    dialog(page).get_by_role("textbox", name="Name", exact=True).fill("Machines")
    dialog(page).get_by_label("One of them").fill("Machine")
    dialog(page).get_by_role("button", name="Create").click()
    expect(page).to_have_url(re.compile("/admin/r/machines$"))
    expect(page.locator(".studio > nav [aria-current=page]")).to_contain_text("Machines")

    add_part(page, "#add-section", "Operation")
    add_field(page, "Basic details", "Number", "Number series")
    add_field(page, "Basic details", "Maker", "Text")
    add_field(page, "Basic details", "Last check", "Date")
    add_part(page, "#add-category", "Press")
    add_part(page, "#add-category", "Saw")

    # By mouse into the name of the section beside, and by keys out of it and back.
    with page.expect_response(lambda answer: answer.url.endswith("/fields/last_check/move")):
        drag(
            page,
            page.locator("[data-key-of=last_check] [data-grip]"),
            page.locator("#outline li[data-section=operation]"),
        )
        page.mouse.up()
    expect(section(page, "Operation").locator(".line b")).to_have_text("Last check")
    page.locator("#open-field-maker").focus()
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator("#announced")).to_have_text("“Maker” is now 1 of 2 in “Operation”.")
    expect(page.locator("#open-field-maker")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#open-field-last_check")).to_be_focused()
    assert labels(page, "Operation") == ["Maker", "Last check"]

    # A section and a single field from another registry.
    page.locator("#copy-parts").click()
    expect(dialog(page).locator("#copy-source")).to_be_focused()
    dialog(page).get_by_role("checkbox", name=re.compile("^Finance")).check()
    dialog(page).get_by_role("searchbox", name="Search").fill("ico")
    dialog(page).get_by_role("checkbox", name=re.compile("^IČO")).check()
    dialog(page).get_by_label("Single fields into the section").select_option(label="Operation")
    expect(dialog(page).locator("#copy-plan")).to_contain_text("Values are not copied")
    expect(dialog(page).locator("#copy-plan")).to_contain_text("Turnover")
    save(page, "Copy")
    assert labels(page, "Finance") == ["Turnover", "Remark"]
    assert labels(page, "Operation") == ["Maker", "Last check", "IČO"]

    # What a machine is called, tried on a machine.
    firm.create("machines", name="Lis", maker="Tos")
    page.locator("#edit-title").click()
    dialog(page).locator(".glue").last.click()
    page.keyboard.type(" (")
    dialog(page).locator("[data-put=maker]").click()
    page.keyboard.type(")")
    expect(dialog(page).locator("#title-trial")).to_contain_text("Lis (Tos)")
    expect(dialog(page).locator("#title-trial")).to_contain_text("The name of 1 record will be written anew")
    save(page)
    expect(page.locator("aside .pattern")).to_have_text("Name (Maker)")
    assert design(firm, "machines").title == "{name} ({maker})"

    # Numbers from a hundred on.
    expect(page.locator("aside")).to_contain_text("Next: 00002")
    page.get_by_role("button", name="Edit the number series Number").click()
    dialog(page).get_by_label("Prefix").fill("M-")
    dialog(page).get_by_label("Digits").fill("3")
    dialog(page).get_by_label("Next number").fill("100")
    expect(dialog(page).locator("#series-sample")).to_have_text("M-100")
    save(page)
    assert firm.values("machines", firm.create("machines", name="Pila"))["number"] == "M-100"

    # Columns in an order, by keys.
    page.locator("#edit-columns").click()
    for name in ("maker", "number", "name"):
        dialog(page).locator(f"[data-column-in={name}]").press("Enter")
    dialog(page).get_by_role("button", name="Move Name up").press("Enter")
    dialog(page).get_by_role("button", name="Take Maker out").press("Enter")
    save(page)
    assert design(firm, "machines").columns == ("name", "number")

    # A picture and a colour.
    page.locator("#edit-general").click()
    dialog(page).get_by_role("searchbox", name="Search pictures").fill("forkl")
    tick(dialog(page).get_by_role("radio", name="Forklift"))
    tick(dialog(page).get_by_role("radio", name="green", exact=True))
    save(page)
    assert (design(firm, "machines").icon, design(firm, "machines").colour) == ("forklift", "green")

    # The form of each category through the eyes of a role.
    with firm.site.office.begin_system(design=True) as work:
        modelling.change_section(work, "machines", "operation", {"categories": ["saw"]})
        grant: dict[str, Any] = {"rights": ["view", "create"], "sections": {"operation": "edit"}}
        modelling.set_grant(work, "reader", "machines", {**grant, "rows": None})
    page.get_by_role("button", name="Form preview for Saw").click()
    paper = dialog(page).get_by_role("region")
    expect(paper.get_by_role("textbox", name="Maker")).to_be_disabled()
    expect(paper).to_contain_text("Turnover")
    assert not accessible(page)
    dialog(page).get_by_label("Seen by the role").select_option(label="Reader")
    expect(paper).not_to_contain_text("Turnover")
    expect(paper).to_contain_text("Maker")
    dialog(page).get_by_label("Category").select_option(label="Press")
    expect(paper).to_contain_text("There is nothing in the form.")
    page.keyboard.press("Escape")


def test_several_fields_at_once_are_planned_and_then_changed(firm: Firm, come_in: ComeIn) -> None:
    record = firm.create("companies", name="Rytec", city="Trutnov", ico="27074358")
    page = come_in("ana", "/admin/r/companies")
    page.get_by_role("searchbox", name="Search fields by name, key or type").fill("ičo")
    expect(page.locator("#search-said")).to_have_text("1 of 10 fields")
    expect(page.locator("#open-field-city")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.locator("#open-field-city")).to_be_visible()
    page.keyboard.type("datum")
    expect(page.locator("#search-said")).to_have_text("No field matches")
    page.keyboard.press("Escape")

    page.get_by_role("checkbox", name="Choose City").check()
    page.get_by_role("checkbox", name="Choose IČO").check()
    bar = page.locator("#chosen")
    expect(bar).to_contain_text("2 chosen")
    bar.get_by_role("button", name="Switch off").click()
    expect(dialog(page)).to_contain_text("Switch off 2 fields")
    expect(dialog(page)).to_contain_text("1 record has a value here")
    expect(dialog(page)).to_contain_text("It is a column of the list")
    assert not accessible(page)
    version = page.locator("#design").get_attribute("data-version")
    save(page, "Switch off")
    expect(bar).to_be_hidden()
    assert "city" not in firm.values("companies", record)
    assert int(str(page.locator("#design").get_attribute("data-version"))) == int(str(version)) + 1

    page.get_by_text("2 switched off").click()
    for name in ("Choose City", "Choose IČO"):
        page.get_by_role("checkbox", name=name).check()
    bar.get_by_role("button", name="Switch on").click()
    save(page, "Switch on")
    assert firm.values("companies", record)["city"] == "Trutnov"

    # Into a section that the reader does not see: it is said, and done only then.
    for name in ("Choose City", "Choose IČO"):
        page.get_by_role("checkbox", name=name).check()
    bar.get_by_role("button", name="Move to a section").click()
    dialog(page).get_by_label("Into the section").select_option(label="Finance")
    expect(dialog(page)).to_contain_text("IČO, City: Reader will see it no more.")
    assert "City" in labels(page, "Basic details")
    save(page, "Move")
    assert labels(page, "Finance") == ["Turnover", "Remark", "IČO", "City"]


def test_a_move_that_touches_rights_is_asked_about_and_can_be_left(firm: Firm, come_in: ComeIn) -> None:
    page = come_in("ana", "/admin/r/companies")
    with page.expect_response(lambda answer: answer.url.endswith("/fields/city/move")):
        drag(page, page.locator("[data-key-of=city] [data-grip]"), page.locator("[data-key-of=turnover]"))
        page.mouse.up()
    expect(dialog(page)).to_contain_text("Reader will see it no more.")
    dialog(page).get_by_role("button", name="Cancel").click()
    expect(dialog(page)).to_have_count(0)
    assert "City" in labels(page, "Basic details") and "City" not in labels(page, "Finance")


def test_a_second_designer_is_told_what_the_first_has_done(firm: Firm, come_in: ComeIn) -> None:
    page = come_in("ana", "/admin/r/companies")
    page.locator("#edit-title").click()
    with firm.site.office.begin(firm.ids["petr"], design=True) as work:
        modelling.create_field(work, "companies", {"name": "District", "type": "text", "section": "basic"})
        modelling.change_registry(work, "companies", {"title": "{name} {city}"})
    dialog(page).locator("[data-put=ico]").click()
    dialog(page).get_by_role("button", name="Save", exact=True).click()
    expect(dialog(page).get_by_role("alert")).to_contain_text("has been changed meanwhile (Petr Malý")
    expect(dialog(page).locator(".tokens [data-token=ico]")).to_have_count(1)
    assert design(firm, "companies").title == "{name} {city}"
    page.keyboard.press("Escape")

    page.locator("#down-field-ico").focus()
    page.keyboard.press("Enter")
    news = page.locator("#design .news")
    expect(news).to_contain_text("Petr Malý has changed the design meanwhile")
    expect(news).to_contain_text("District")
    assert "District" in labels(page, "Basic details")

    with firm.site.office.begin(firm.ids["petr"], design=True) as work:
        modelling.change_field(work, "companies", "city", {"name": "Town"})
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    page.locator("#news").get_by_role("button", name="Show it").click()
    expect(page.locator("#open-field-city")).to_contain_text("Town")


def test_two_hundred_fields_in_thirty_sections_stay_usable(firm: Firm, come_in: ComeIn) -> None:
    def made(registry: str, sections: int, fields: int) -> dict[str, Any]:
        body = [
            {"key": f"s{n}", "name": f"Úsek {n}: provozní a technické údaje", "fields": [
                {"key": f"f{n}_{k}", "name": f"{LONG} {n}.{k}", "type": "text"} for k in range(fields)]}
            for n in range(sections)
        ]  # fmt: skip
        return {"key": registry, "name": f"Zařízení a jejich příslušenství {registry}", "sections": body}

    with firm.site.office.begin_system(design=True) as work:
        modelling.create_registry(work, made("small", 3, 7))
        modelling.create_registry(work, made("large", 30, 7))
    page = come_in("ana", "/admin/r/small")

    def seconds(registry: str) -> float:
        tries = []
        for _once in range(3):
            began = time.perf_counter()
            assert page.request.get(f"{firm.site.url}/admin/r/{registry}").ok
            tries.append(time.perf_counter() - began)
        return min(tries)

    small, large = seconds("small"), seconds("large")
    assert large < 3 * small + 0.25, f"{large:.2f} s against {small:.2f} s"

    page.goto(f"{firm.site.url}/admin/r/large")
    page.locator("#outline a").nth(27).click()
    expect(page.locator("#open-field-f27_3")).to_be_in_viewport()
    page.keyboard.press("/")
    page.keyboard.type("12.4")
    expect(page.locator("#search-said")).to_have_text("1 of 210 fields")
    page.keyboard.press("Enter")
    expect(page.locator("#open-field-f12_4")).to_be_focused()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("#announced")).to_contain_text("is now 4 of 7 in “Úsek 12")
    expect(page.locator("#search-said")).to_have_text("1 of 210 fields")
    page.get_by_role("button", name="Fold all sections", exact=True).click()
    page.get_by_role("searchbox", name="Search fields by name, key or type").fill("")
    expect(page.locator("#open-field-f0_0")).to_be_hidden()
    page.get_by_role("button", name="Unfold all sections").click()
    expect(page.locator("#open-field-f0_0")).to_be_visible()
    assert not accessible(page)
    page.set_viewport_size(NARROW)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    answered(page)
    assert not accessible(page)

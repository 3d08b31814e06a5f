"""The history of the design in a real browser: a change with its impact, and the way back with all values."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from playwright.sync_api import Locator, Page, expect

from tests.servers.browsers import tick
from tests.servers.sites import Site

ComeIn = Callable[..., Page]


class Firm(Protocol):
    """What these journeys need of the firm."""

    site: Site
    ids: dict[str, int]

    def create(self, registry: str, *, category: str | None = None, **values: object) -> int: ...
    def change(self, registry: str, record: int, person: str = "petr", **values: Any) -> None: ...
    def values(self, registry: str, record: int) -> Mapping[str, object]: ...


def dialog(page: Page) -> Locator:
    return page.locator("dialog#dialog[open]")


def retype(page: Page, key: str, kind: str) -> None:
    """Open the dialog of a field, choose another type and save."""
    page.locator(f"#open-field-{key}").click()
    dialog(page).locator("summary", has_text="Type").click()
    tick(dialog(page).get_by_role("radio", name=kind, exact=True))
    dialog(page).get_by_role("button", name="Save", exact=True).click()


def test_a_type_is_changed_with_its_impact_shown_and_the_way_back_brings_all_values(
    firm: Firm, come_in: ComeIn
) -> None:
    numbers = [
        firm.create("companies", name=f"Firm {n}", remark=text)
        for n, text in enumerate(("12", "many", "007"))
    ]
    page = come_in("ana", "/admin/r/companies")
    retype(page, "remark", "Whole number")
    expect(dialog(page)).to_contain_text("many")
    assert firm.values("companies", numbers[0])["remark"] == "12", "only shown"
    dialog(page).get_by_role("alert").get_by_role("checkbox").check()
    dialog(page).get_by_role("button", name="Save", exact=True).click()
    expect(dialog(page)).to_have_count(0)
    assert [firm.values("companies", each)["remark"] for each in numbers] == [12, None, 7]
    firm.change("companies", numbers[0], remark=99)

    page.goto(f"{firm.site.url}/admin/history")
    entries = page.locator(".version")
    expect(entries.first).to_contain_text("Ana Adminová")
    expect(entries.first).to_contain_text("Change “Companies › Remark” from Text to Whole number")
    expect(entries.first).to_contain_text("in force now")
    entries.nth(1).get_by_role("button", name="Return to the state of version").click()
    expect(dialog(page)).to_contain_text("What will be done")
    expect(dialog(page)).to_contain_text("Change “Companies › Remark” from Whole number to Text")
    page.keyboard.press("Escape")
    expect(dialog(page)).to_have_count(0)
    assert firm.values("companies", numbers[0])["remark"] == 99, "only shown"

    entries.nth(1).get_by_role("button", name="Return to the state of version").click()
    dialog(page).get_by_role("button", name="Return to this state").press("Enter")
    expect(page.locator(".version").first).to_contain_text("Return to the design of version")
    assert [firm.values("companies", each)["remark"] for each in numbers] == ["99", "many", "007"]

    # The return is a change like any other: it is taken back, and the numbers are there again.
    page.locator(".version").first.get_by_role("button", name="Take back the change of version").click()
    expect(dialog(page)).to_contain_text("many")
    dialog(page).get_by_role("checkbox").check()
    dialog(page).get_by_role("button", name="Take the change back").click()
    expect(page.locator(".version").first).to_contain_text("Take back the change of version")
    assert [firm.values("companies", each)["remark"] for each in numbers] == [99, None, 7]


def test_a_change_that_something_depends_on_is_not_taken_back(firm: Firm, come_in: ComeIn) -> None:
    page = come_in("ana", "/admin/history")
    maker = page.locator(".version", has_text="Make the registry “Companies”")
    maker.get_by_role("button", name="Take back the change of version").click()
    expect(dialog(page).get_by_role("alert")).to_contain_text("“Company” of “Contacts” points at it")
    expect(dialog(page).get_by_role("button", name="Take the change back")).to_have_count(0)
    dialog(page).get_by_role("button", name="Cancel").click()
    expect(dialog(page)).to_have_count(0)

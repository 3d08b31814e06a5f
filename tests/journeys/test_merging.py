"""Records that are one and the same are merged in a real browser: from a list, from a record, and taken back."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from playwright.sync_api import Page, expect

from tests.servers.axe import axe
from tests.servers.browsers import answered, tick

ComeIn = Callable[..., Page]
NAMES = "#list tbody td.title"


class Firm(Protocol):
    """What these journeys need of the firm."""

    def create(self, registry: str, *, category: str | None = None, **values: object) -> int: ...
    def change(self, registry: str, record: int, person: str = "petr", **values: Any) -> None: ...
    def values(self, registry: str, record: int) -> Mapping[str, Any]: ...


def _answer(page: Page, question: str, answer: str) -> None:
    """One value of a detail, chosen by the keyboard."""
    group = page.locator("#dialog").get_by_role("group", name=question, exact=True)
    tick(group.get_by_role("radio", name=re.compile(f"^{re.escape(answer)}")))


def test_doubles_ticked_in_a_list_become_one_and_come_apart_again(firm: Firm, come_in: ComeIn) -> None:
    one = firm.create("companies", name="Amor", city="Brno", about="first")
    two = firm.create("companies", name="Amor s.r.o.", city="Trutnov", turnover="5", status="won")
    firm.create("companies", name="Borovice")
    contact = firm.create("contacts", name="Zora", company=one)
    page = come_in("ana", "/r/companies")
    for name in ("Amor", "Amor s.r.o."):
        tick(page.locator("#list tbody tr", has=page.get_by_text(name, exact=True)).locator("[name=ids]"))
    page.locator("#selection").get_by_role("button", name="Merge").click()
    dialog = page.locator("#dialog")
    expect(dialog.get_by_text("Merge 2 records")).to_be_visible()
    expect(dialog.get_by_role("group", name="About")).to_contain_text("(empty)")
    assert axe(page, "#dialog") == []
    _answer(page, "Which one stays", "Amor s.r.o.")
    answered(page)
    expect(
        dialog.get_by_role("group", name="City").get_by_role("radio", name=re.compile("Trutnov"))
    ).to_be_checked()
    _answer(page, "City", "Brno")
    firm.change("companies", two, remark="meanwhile")
    dialog.get_by_role("button", name="Merge").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Somebody has changed this record meanwhile.")
    expect(
        dialog.get_by_role("group", name="City").get_by_role("radio", name=re.compile("Brno"))
    ).to_be_checked()
    dialog.get_by_role("button", name="Merge").click()
    page.wait_for_url(f"**/r/companies/{two}")
    expect(page.get_by_text("1 record is part of “Amor s.r.o.” now.")).to_be_visible()
    kept = firm.values("companies", two)
    assert (kept["city"], kept["about"], kept["remark"]) == ("Brno", "first", "meanwhile")
    assert [each.id for each in firm.values("contacts", contact)["company"]] == [two]
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("2 records are as they were.")).to_be_visible()
    assert firm.values("companies", two)["city"] == "Trutnov"
    assert [each.id for each in firm.values("contacts", contact)["company"]] == [one]


def test_a_record_is_merged_with_one_that_is_found_by_typing(firm: Firm, come_in: ComeIn) -> None:
    one = firm.create("companies", name="Čáp", city="Brno")
    firm.create("companies", name="Čáp a syn", turnover="7")
    page = come_in("rita", f"/r/companies/{one}")
    page.get_by_role("button", name="More").first.click()
    expect(page.get_by_role("button", name="Copy the link")).to_be_visible()
    expect(page.get_by_role("button", name="Merge with …")).to_have_count(0)
    page = come_in("ana", f"/r/companies/{one}")
    page.get_by_role("button", name="More").first.click()
    page.get_by_role("button", name="Merge with …").click()
    dialog = page.locator("#dialog")
    dialog.get_by_role("combobox", name="The same as").press_sequentially("syn")
    dialog.get_by_role("option", name="Čáp a syn").click()
    dialog.get_by_role("button", name="Compare").click()
    expect(dialog.get_by_text("Merge 2 records")).to_be_visible()
    _answer(page, "Name", "Čáp a syn")
    dialog.get_by_role("button", name="Merge").click()
    expect(page.get_by_role("heading", name="Čáp a syn", level=1)).to_be_visible()
    page.goto(page.url.split("?")[0] + "/history")
    expect(page.get_by_text("Merged").first).to_be_visible()

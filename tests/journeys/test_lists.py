"""Lists in a real browser: paged, filtered by sentences, sorted, searched, selected and changed as many."""

import re
from collections.abc import Callable
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

from tests.servers.browsers import NARROW, answered

ComeIn = Callable[..., Page]


class Firm(Protocol):
    """What these journeys need of the firm."""

    def create(self, registry: str, *, category: str | None = None, **values: object) -> int: ...
    def create_many(self, registry: str, rows: list[dict[str, Any]]) -> list[int]: ...
    def values(self, registry: str, record: int) -> dict[str, Any]: ...


NAMES = "#list tbody td.title"


def names(page: Page) -> list[str]:
    return [text.strip() for text in page.locator(NAMES).all_inner_texts()]


def expect_names(page: Page, expected: list[str]) -> None:
    """Wait until the list shows just these."""
    expect(page.locator(NAMES)).to_have_text(expected)


def add_condition(page: Page, field: str, operator: str) -> None:
    """Open the form of a new condition and choose what it is about."""
    page.get_by_role("button", name="Filter").click()
    page.get_by_label("Detail").select_option(label=field)
    answered(page)
    page.get_by_label("How").select_option(label=operator)
    answered(page)


def some_companies(firm: Firm) -> list[int]:
    return firm.create_many(
        "companies",
        [
            {"name": "Amor", "city": "Brno", "status": "lead", "turnover": "100", "valid_to": "2020-01-31"},
            {"name": "Borovice", "city": "Brno", "status": "won", "turnover": "2500.50"},
            {"name": "Čáp", "city": "Trutnov", "status": "won", "turnover": "900"},
            {"name": "Dub", "city": "Vrchlabí", "status": "lost"},
            {"name": "Chata", "city": "Trutnov", "status": "lead"},
        ],
    )


def test_scrolling_brings_every_record_once_and_in_order(firm: Firm, come_in: ComeIn) -> None:
    expected = [f"Company {n:03}" for n in range(130)]
    firm.create_many("companies", [{"name": name} for name in reversed(expected)])
    page = come_in("ana", "/r/companies")
    expect(page.locator("#totals")).to_have_text("130 records")
    expect(page.locator("#list tbody tr[data-id]")).to_have_count(50)
    for _turn in range(20):
        page.locator(".gridwrap").evaluate("box => box.scrollTo(0, box.scrollHeight)")
        if page.locator("tr.more").count() == 0:
            break
        page.wait_for_timeout(200)
    expect_names(page, expected)


def test_conditions_are_put_together_changed_and_taken_off(firm: Firm, come_in: ComeIn) -> None:
    some_companies(firm)
    page = come_in("ana", "/r/companies")
    add_condition(page, "Status", "is")
    page.locator("#clause").get_by_text("Won").click()
    page.locator("#clause").get_by_text("Lead").click()
    page.get_by_role("button", name="Use").click()
    expect(page.locator(".clause")).to_contain_text("Status: Lead, Won")
    expect(page.locator("#totals")).to_have_text("4 of 5")
    expect_names(page, ["Amor", "Borovice", "Čáp", "Chata"])

    add_condition(page, "Turnover", "at least")
    page.get_by_label("Value").fill("900,00")
    page.get_by_role("button", name="Use").click()
    expect(page.locator(".clause")).to_have_count(2)
    expect_names(page, ["Borovice", "Čáp"])

    page.locator(".clause button", has_text="Turnover").click()
    expect(page.get_by_label("Value")).to_have_value("900.00")
    page.get_by_label("Value").fill("1000")
    page.get_by_role("button", name="Use").click()
    expect(page.locator(".clause").last).to_contain_text("1,000")
    expect_names(page, ["Borovice"])

    page.locator(".clause").first.get_by_role("link").click()
    expect(page.locator(".clause")).to_have_count(1)
    page.locator(".clause").first.get_by_role("link").click()
    expect(page.locator(".clause")).to_have_count(0)
    expect(page.locator(NAMES)).to_have_count(5)


def test_a_value_that_cannot_be_read_is_told_in_the_form(firm: Firm, come_in: ComeIn) -> None:
    page = come_in("ana", "/r/companies")
    add_condition(page, "Turnover", "at least")
    page.get_by_label("Value").fill("much")
    page.get_by_role("button", name="Use").click()
    expect(page.locator("#clause .error")).to_be_visible()
    expect(page.get_by_label("Value")).to_have_value("much")
    assert "filter" not in page.url


def test_days_from_today_and_fields_of_linked_records_can_be_asked_about(firm: Firm, come_in: ComeIn) -> None:
    amor = some_companies(firm)[0]
    firm.create("contacts", name="Jan of Brno", company=amor)
    firm.create("contacts", name="Eva of nowhere")
    page = come_in("ana", "/r/contacts")
    add_condition(page, "Company · City", "contains")
    page.get_by_label("Value").fill("brn")
    page.get_by_role("button", name="Use").click()
    expect(page.locator(".clause")).to_contain_text("Company · City: contains brn")
    expect_names(page, ["Jan of Brno"])

    page.goto(re.sub(r"/r/.*", "/r/companies", page.url))
    add_condition(page, "Valid to", "in the last … days")
    page.get_by_label("Days").fill("36000")
    page.get_by_role("button", name="Use").click()
    expect(page.locator(".clause")).to_contain_text("Valid to: last 36000 days")
    expect_names(page, ["Amor"])


def test_the_address_is_the_whole_state_of_the_list(firm: Firm, come_in: ComeIn) -> None:
    some_companies(firm)
    page = come_in("ana", "/r/companies")
    add_condition(page, "City", "contains")
    page.get_by_label("Value").fill("r")
    page.get_by_role("button", name="Use").click()
    page.wait_for_url("**filter=**")
    page.get_by_role("columnheader", name="Turnover").get_by_role("link").click()
    page.wait_for_url("**sort=turnover**")
    page.get_by_role("button", name="Columns").click()
    page.get_by_label("Status").uncheck()
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**columns=**")
    page.get_by_role("searchbox", name="Search in the list").fill("trutnov")
    page.wait_for_url("**q=trutnov**")
    expect(page.locator("#totals")).to_have_text("2 of 5")
    here, heads, rows = page.url, page.locator("th").all_inner_texts(), names(page)
    assert rows == ["Chata", "Čáp"] or rows == ["Čáp", "Chata"]
    assert set(parse_qs(urlsplit(here).query)) == {"q", "filter", "sort", "columns"}
    assert not any("Status" in head for head in heads)

    other = page.context.new_page()
    other.goto(here)
    expect(other.locator(".clause")).to_contain_text("City: contains r")
    assert (other.locator("th").all_inner_texts(), names(other)) == (heads, rows)


def test_sorting_follows_czech_order_and_takes_more_columns(firm: Firm, come_in: ComeIn) -> None:
    some_companies(firm)
    page = come_in("ana", "/r/companies")
    expect_names(page, ["Amor", "Borovice", "Čáp", "Dub", "Chata"])
    page.get_by_role("columnheader", name="City").get_by_role("link").click()
    page.wait_for_url("**sort=city")
    page.get_by_role("columnheader", name="Name").get_by_role("link").click(modifiers=["Shift"])
    page.wait_for_url("**sort=city%2Cname")
    expect_names(page, ["Amor", "Borovice", "Čáp", "Chata", "Dub"])
    page.get_by_role("columnheader", name="Name").get_by_role("link").click(modifiers=["Shift"])
    page.wait_for_url("**sort=city%2C-name")
    expect_names(page, ["Borovice", "Amor", "Chata", "Čáp", "Dub"])
    expect(page.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "descending")


def test_quick_search_minds_no_accents_and_says_when_nothing_fits(firm: Firm, come_in: ComeIn) -> None:
    some_companies(firm)
    page = come_in("ana", "/r/companies")
    page.keyboard.press("/")
    page.keyboard.type("vrchlabi")
    expect(page.locator("#totals")).to_have_text("1 of 5")
    expect_names(page, ["Dub"])
    page.keyboard.type("xyz")
    expect(page.get_by_text("Nothing matches")).to_be_visible()
    page.get_by_role("link", name="Show all").click()
    expect(page.locator("#totals")).to_have_text("5 records")


def test_a_range_is_selected_changed_at_once_and_taken_back(firm: Firm, come_in: ComeIn) -> None:
    ids = some_companies(firm)
    page = come_in("ana", "/r/companies")
    page.get_by_label("Select Borovice").check()
    page.get_by_label("Select Dub").click(modifiers=["Shift"])
    expect(page.locator("#selection")).to_contain_text("3 selected")
    page.get_by_role("button", name="Change a detail").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Change a detail of 3 records")
    dialog.get_by_label("Detail").select_option(label="Status")
    dialog.get_by_label("New value").select_option(label="Lost")
    dialog.get_by_role("button", name="Change", exact=True).click()
    expect(page.locator(".toast")).to_contain_text("3 records are changed")
    assert [firm.values("companies", each)["status"] for each in ids] == [
        "lead",
        "lost",
        "lost",
        "lost",
        "lead",
    ]

    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".toast")).to_contain_text("as they were")
    assert [firm.values("companies", each)["status"] for each in ids] == [
        "lead",
        "won",
        "won",
        "lost",
        "lead",
    ]


def test_a_refused_bulk_change_changes_nothing_and_keeps_what_was_typed(firm: Firm, come_in: ComeIn) -> None:
    ids = some_companies(firm)
    page = come_in("ana", "/r/companies")
    page.get_by_label("Select what is loaded").check()
    page.get_by_role("button", name="Change a detail").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Detail").select_option(label="Turnover")
    dialog.get_by_label("New value").fill("plenty")
    dialog.get_by_role("button", name="Change", exact=True).click()
    expect(dialog.locator(".error").first).to_be_visible()
    expect(dialog.get_by_label("New value")).to_have_value("plenty")
    assert str(firm.values("companies", ids[0])["turnover"]) == "100.00"


def test_all_of_a_filter_are_removed_and_come_back(firm: Firm, come_in: ComeIn) -> None:
    firm.create_many("companies", [{"name": f"Old {n:03}", "city": "Gone"} for n in range(70)])
    firm.create("companies", name="Stays", city="Here")
    page = come_in("ana", "/r/companies?q=gone")
    expect(page.locator("#totals")).to_have_text("70 of 71")
    page.get_by_label("Select what is loaded").check()
    page.get_by_role("button", name="Select all of this filter").click()
    expect(page.locator("#selection")).to_contain_text("All 70")
    page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Remove 70 records?")
    dialog.get_by_role("button", name="Remove").click()
    expect(page.locator(".toast")).to_contain_text("70 records are in the recycle bin")
    expect(page.locator("#totals")).to_have_text("0 of 1")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".toast")).to_contain_text("70 records are as they were")
    expect(page.locator("#totals")).to_have_text("70 of 71")


def test_categories_are_tabs(firm: Firm, come_in: ComeIn) -> None:
    firm.create("companies", name="Buys", category="customer")
    firm.create("companies", name="Sells", category="supplier")
    page = come_in("ana", "/r/companies")
    page.get_by_role("link", name="Supplier", exact=True).click()
    page.wait_for_url("**category=supplier")
    expect_names(page, ["Sells"])
    page.keyboard.press("n")
    expect(page.get_by_label("Supplier")).to_be_checked()


def test_what_a_reader_may_not_see_cannot_be_asked_about(firm: Firm, come_in: ComeIn) -> None:
    some_companies(firm)
    page = come_in("rita", "/r/companies")
    expect(page.get_by_role("columnheader", name="Turnover")).to_have_count(0)
    expect(page.get_by_role("checkbox")).to_have_count(0)
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_label("Detail")).not_to_contain_text("Turnover")
    for query in ('filter={"field":"turnover","op":"gte","value":"1"}', "sort=turnover"):
        hidden = page.goto(re.sub(r"/r/.*", f"/r/companies?{query}", page.url))
        invented = page.goto(
            re.sub(r"/r/.*", f"/r/companies?{query.replace('turnover', 'nonsense')}", page.url)
        )
        assert hidden is not None and invented is not None
        assert (hidden.status, invented.status) == (422, 422)


def test_an_empty_list_says_what_to_do_first(firm: Firm, come_in: ComeIn) -> None:
    page = come_in("ana", "/r/companies")
    expect(page.get_by_text("Nothing here yet")).to_be_visible()
    page.locator(".blank").get_by_role("link", name="Company").click()
    page.wait_for_url("**/r/companies/new")


def test_a_list_is_cards_on_a_phone(firm: Firm, come_in: ComeIn) -> None:
    some_companies(firm)
    page = come_in("ana", "/")
    page.set_viewport_size(NARROW)
    page.goto(re.sub(r"/$", "/r/companies", page.url))
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    expect(page.locator(".dock")).to_be_visible()
    expect(page.get_by_role("link", name="Home")).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    expect(page.locator("#rail").get_by_role("link", name="Contacts")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("#list tbody tr").first.click(position={"x": 60, "y": 50})
    expect(page.get_by_role("heading", level=1)).to_have_text("Amor")

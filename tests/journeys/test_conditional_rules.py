"""Rules put together by clicks, a form that obeys them while one types, and a sheet that they stand against."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from playwright.sync_api import Locator, Page, expect

from kartoteka.platform.services import jobs, modelling
from tests.servers.browsers import NARROW, tick
from tests.servers.sites import Site

ComeIn = Callable[..., Page]
LOST = {"field": "status", "op": "in", "value": ["lost"]}
WON = {"field": "status", "op": "eq", "value": "won"}


class Firm(Protocol):
    """What these journeys need of the firm."""

    site: Site
    ids: dict[str, int]

    def create(self, registry: str, *, category: str | None = None, **values: object) -> int: ...
    def values(self, registry: str, record: int) -> dict[str, object]: ...


def dialog(page: Page) -> Locator:
    return page.locator("dialog#dialog[open]")


def rule(page: Page, word: str) -> Locator:
    return page.locator(f"#when-{word}")


def add_condition(page: Page, word: str, opening: str, detail: str) -> None:
    """Open the form of a condition and choose what it is about."""
    rule(page, word).get_by_role("button", name=opening).click()
    expect(rule(page, word).get_by_label("Detail")).to_be_focused()
    rule(page, word).get_by_label("Detail").select_option(label=detail)


def part(page: Page, key: str) -> Locator:
    return page.locator(f"[data-field={key}]")


def design(firm: Firm) -> None:
    """A reason that is asked for when a company is lost, and finance that is locked when it is won."""
    reason = {"key": "reason", "name": "Reason", "type": "text", "section": "basic"}
    with firm.site.office.begin_system(design=True) as work:
        modelling.create_field(work, "companies", {**reason, "when": {"visible": LOST, "required": LOST}})
        modelling.change_section(work, "companies", "finance", {"when": {"readonly": WON}})


def test_rules_are_put_together_by_clicks_and_read_as_sentences(firm: Firm, come_in: ComeIn) -> None:
    firm.create("companies", name="Alfa", status="lost", turnover="5")
    page = come_in("ana", "/admin/r/companies")
    page.get_by_role("region", name="Basic details", exact=True).get_by_role(
        "button", name="Add field"
    ).click()
    dialog(page).get_by_role("textbox", name="Name", exact=True).fill("Reason")

    add_condition(page, "visible", "Show it only when", "Status")
    tick(rule(page, "visible").get_by_role("checkbox", name="Lost"))
    rule(page, "visible").get_by_role("button", name="Add this condition").click()
    expect(rule(page, "visible")).to_contain_text("Shown only when Status: Lost")
    expect(rule(page, "visible")).to_contain_text("1 record of 1")
    expect(rule(page, "visible").get_by_role("button", name="Add a condition")).to_be_focused()

    add_condition(page, "required", "Require it when", "Turnover")
    rule(page, "required").get_by_label("How").select_option(label="at least")
    value = rule(page, "required").get_by_role("textbox")
    value.fill("much")
    value.press("Enter")
    expect(rule(page, "required").locator(".error")).to_be_visible()
    rule(page, "required").get_by_role("textbox").fill("1000")
    rule(page, "required").get_by_role("textbox").press("Enter")
    expect(rule(page, "required")).to_contain_text("Must be filled in when Turnover: at least CZK 1,000.00")
    # What was typed and not added yet is not lost when the dialog is saved.
    add_condition(page, "required", "Add a condition", "Status")
    tick(rule(page, "required").get_by_role("checkbox", name="Lead"))
    dialog(page).get_by_role("button", name="Save", exact=True).click()
    expect(dialog(page)).to_have_count(0)

    line = page.locator("[data-key-of=reason]")
    expect(line).to_contain_text("Shown only when Status: Lost")
    expect(line).to_contain_text("Must be filled in when Turnover: at least CZK 1,000.00 and Status: Lead")
    page.get_by_role("button", name="Reason", exact=False).first.click()
    expect(rule(page, "required")).to_contain_text("Turnover: at least CZK 1,000.00 and Status: Lead")
    rule(page, "required").get_by_text("any of them").click()
    expect(rule(page, "required")).to_contain_text("CZK 1,000.00 or Status: Lead")
    rule(page, "required").get_by_role("button", name="Remove the condition Status: Lead").click()
    expect(rule(page, "required")).not_to_contain_text("Lead")
    page.set_viewport_size(NARROW)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    dialog(page).get_by_role("button", name="Save", exact=True).click()
    expect(dialog(page)).to_have_count(0)
    with firm.site.office.begin_system(write=False) as work:
        found = work.catalog.registries["companies"].field("reason")
    assert found is not None
    assert found.when == {"visible": LOST, "required": {"field": "turnover", "op": "gte", "value": "1000.00"}}


def test_a_form_obeys_while_one_types_and_the_record_afterwards(firm: Firm, come_in: ComeIn) -> None:
    design(firm)
    page = come_in("ana", "/r/companies/new")
    page.get_by_label("Name").fill("Beta")
    expect(part(page, "reason")).to_be_hidden()
    page.get_by_label("Status").select_option(label="Lost")
    expect(part(page, "reason")).to_be_visible()
    expect(part(page, "reason").locator(".must")).to_be_visible()
    assert page.get_by_label("Name").input_value() == "Beta"
    page.get_by_role("button", name="Save", exact=True).click()
    expect(part(page, "reason").locator(".error")).to_contain_text("must be filled in because of “Status”")
    page.get_by_label("Reason").fill("Price")
    # What has been typed waits where it is hidden, and is not sent from there.
    page.get_by_label("Status").select_option(label="Lead")
    expect(part(page, "reason")).to_be_hidden()
    page.get_by_label("Status").select_option(label="Lost")
    expect(page.get_by_label("Reason")).to_have_value("Price")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#field-reason")).to_contain_text("Price")

    # On the record's page a detail that rules ask about renews the others.
    page.locator("#field-status").get_by_role("button", name="Edit Status").click()
    page.locator("#field-status select").select_option(label="Won")
    page.locator("#field-status").get_by_role("button", name="Save").click()
    expect(page.locator("#field-reason")).to_have_count(0)
    expect(page.locator("#field-turnover .lock")).to_be_visible()
    expect(page.locator("#field-turnover").get_by_role("button", name="Edit Turnover")).to_have_count(0)
    expect(page.locator("#field-status").get_by_role("button", name="Edit Status")).to_be_focused()
    page.locator("#field-status").get_by_role("button", name="Edit Status").click()
    page.locator("#field-status select").select_option(label="Lead")
    page.locator("#field-status").get_by_role("button", name="Save").click()
    expect(page.locator("#field-turnover").get_by_role("button", name="Edit Turnover")).to_have_count(1)

    # The reason is kept while it is not shown; in the whole form what is locked is told why.
    record = int(page.url.rpartition("/")[2])
    assert firm.values("companies", record)["reason"] == "Price"
    page.goto(f"{firm.site.url}/r/companies/{record}/edit")
    page.get_by_label("Status").select_option(label="Won")
    page.get_by_label("Turnover").fill("7")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#field-turnover")).to_contain_text("7")
    page.goto(f"{firm.site.url}/r/companies/{record}/edit")
    expect(part(page, "turnover")).to_contain_text("cannot be changed because of “Status”")
    expect(part(page, "turnover").locator("input")).to_have_count(0)


def test_a_detail_that_asks_for_another_leads_to_the_whole_form(firm: Firm, come_in: ComeIn) -> None:
    design(firm)
    record = firm.create("companies", name="Gama", status="lead")
    page = come_in("ana", f"/r/companies/{record}")
    page.locator("#field-status").get_by_role("button", name="Edit Status").click()
    page.locator("#field-status select").select_option(label="Lost")
    page.locator("#field-status").get_by_role("button", name="Save").click()
    expect(page.locator("#field-status .error")).to_contain_text("“Reason” must be filled in")
    page.locator("#field-status").get_by_role("link", name="Fill in both").click()
    expect(page.get_by_label("Status")).to_have_value("lost")
    page.get_by_label("Reason").fill("Time")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#field-reason")).to_contain_text("Time")


def test_rows_that_a_rule_stands_against_are_listed_by_the_import(
    firm: Firm, come_in: ComeIn, tmp_path: Path
) -> None:
    design(firm)
    file = tmp_path / "companies.csv"
    file.write_text(
        "Name;Status;Reason\nAlfa;lost;Price\nBeta;lost;\nGama;lead;Price\n", encoding="utf-8-sig"
    )
    page = come_in("ana", "/r/companies/import")
    page.get_by_label("Choose a file").set_input_files(file)
    page.get_by_role("button", name="Import", exact=True).click()
    page.wait_for_url("**/imports/*")
    jobs.run_job(firm.site.office, int(page.url.rpartition("/")[2]))
    expect(page.locator("#job")).to_have_attribute("data-state", "done")
    expect(page.locator(".counts")).to_contain_text("1 created")
    wrong = page.locator("#job table").first
    expect(wrong).to_contain_text("“Reason” must be filled in because of “Status”.")
    expect(wrong).to_contain_text("“Reason” does not belong here because of “Status”; leave it empty.")

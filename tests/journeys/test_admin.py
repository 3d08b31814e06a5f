"""The administration in a real browser: registries, fields, rights, people, two designers at once."""

import re
from collections.abc import Callable
from typing import Any, Protocol

import pytest
import requests
from playwright.sync_api import Browser, Locator, Page, expect

from kartoteka.platform.services import modelling, records
from tests.servers.browsers import NARROW, answered, drag, tick
from tests.servers.sites import Site

ComeIn = Callable[..., Page]
PASSWORD = "four quiet words here"
PAGES = (
    "/admin", "/admin/r/companies", "/admin/r/companies/roles", "/admin/roles", "/admin/people", "/admin/history",
    "/admin/jobs", "/admin/design", "/settings",
)  # fmt: skip


class Firm(Protocol):
    """What these journeys need of the firm."""

    site: Site
    ids: dict[str, int]

    def create(self, registry: str, *, category: str | None = None, **values: object) -> int: ...
    def values(self, registry: str, record: int) -> dict[str, object]: ...


def dialog(page: Page) -> Locator:
    return page.locator("dialog#dialog[open]")


def name_of(page: Page) -> Locator:
    """The input of the name of what the dialog is about."""
    return dialog(page).get_by_role("textbox", name="Name", exact=True)


def save(page: Page) -> None:
    """Save the dialog, and wait until it has gone."""
    dialog(page).get_by_role("button", name="Save", exact=True).click()
    expect(dialog(page)).to_have_count(0)


def add_field(page: Page, section: str, name: str, kind: str) -> None:
    page.get_by_role("region", name=section, exact=True).get_by_role("button", name="Add field").click()
    name_of(page).fill(name)
    tick(dialog(page).get_by_role("radio", name=kind, exact=True))
    save(page)
    expect(page.get_by_role("region", name=section, exact=True)).to_contain_text(name)


def labels(page: Page, section: str) -> list[str]:
    texts = page.get_by_role("region", name=section, exact=True).locator(".line b").all_inner_texts()
    return [text.replace("*", "").strip() for text in texts]


def fits(page: Page) -> bool:
    """Whether nothing sticks out beside the page."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_a_registry_with_a_hidden_section_and_an_invited_colleague(
    firm: Firm, come_in: ComeIn, browser: Browser
) -> None:
    page = come_in("ana", "/admin")
    page.get_by_role("button", name="New registry").first.click()
    name_of(page).fill("Stroje")
    dialog(page).get_by_label("One of them").fill("Stroj")
    dialog(page).get_by_role("button", name="Create").click()
    expect(page).to_have_url(re.compile("/admin/r/stroje$"))

    page.get_by_role("button", name="Add section").click()
    name_of(page).fill("Náklady")
    save(page)
    add_field(page, "Basic details", "Výrobní číslo", "Text")
    add_field(page, "Náklady", "Pořizovací cena", "Money")

    page.get_by_role("link", name="Who sees what").first.click()
    matrix = page.locator("#matrix")
    expect(page.get_by_role("button", name="Save changes").first).to_be_disabled()
    tick(matrix.get_by_role("radiogroup", name="Reader: Basic details").get_by_label("read"))
    expect(page.locator("#impact")).to_contain_text("Reader will see “Basic details”")
    expect(page.locator("#impact")).to_contain_text("Touches 1 person.")
    page.get_by_role("button", name="Save changes").first.click()
    expect(page.locator(".toast")).to_contain_text("Saved")
    with firm.site.office.begin_system(write=False) as work:
        grant = work.catalog.roles["reader"].grants["stroje"]
    assert (dict(grant.sections), grant.rights) == ({"basic_details": "read"}, frozenset({"view"}))

    machine = firm.create("stroje", name="Lis", vyrobni_cislo="A-17", porizovaci_cena="125000")
    page.goto(f"{firm.site.url}/admin/people")
    page.get_by_role("button", name="Invite").first.click()
    dialog(page).get_by_label("E-mail addresses").fill("Eva Nová <eva@firm.example>, that is no address")
    dialog(page).get_by_label("Reader").check()
    dialog(page).get_by_role("button", name="Invite").click()
    expect(dialog(page).locator(".note.good")).to_contain_text("eva@firm.example")
    expect(dialog(page).locator(".note.bad")).to_contain_text("that is no address")
    expect(dialog(page).get_by_label("E-mail addresses")).to_have_value("that is no address")
    link = dialog(page).get_by_role("button", name="Copy the link").get_attribute("data-copy")

    context = browser.new_context(locale="en-GB")
    eva = context.new_page()
    eva.goto(str(link))
    eva.get_by_label("New password").fill(PASSWORD)
    eva.get_by_role("button", name="Come in").click()
    eva.wait_for_url(f"{firm.site.url}/")
    eva.goto(f"{firm.site.url}/r/stroje/{machine}")
    expect(eva.get_by_role("heading", level=1)).to_have_text("Lis")
    expect(eva.locator("main")).to_contain_text("A-17")
    for hidden in ("Náklady", "cena", "125000", "125,000"):
        assert hidden not in eva.content(), hidden
    context.close()


def test_a_type_that_does_not_fit_is_told_with_the_values_and_changed_when_accepted(
    firm: Firm, come_in: ComeIn
) -> None:
    firm.create("companies", name="Rytec", city="42")
    other = firm.create("companies", name="Orel", city="Trutnov")
    page = come_in("ana", "/admin/r/companies")
    page.locator("#open-field-city").click()
    dialog(page).locator("summary", has_text="Type").click()
    tick(dialog(page).get_by_role("radio", name="Whole number", exact=True))
    expect(dialog(page)).to_contain_text("Stored values will be converted.")
    dialog(page).get_by_role("button", name="Save", exact=True).click()

    note = dialog(page).get_by_role("alert")
    expect(note).to_contain_text("Some stored values stand against this change")
    expect(note).to_contain_text(f"record {other}: Trutnov")
    assert firm.values("companies", other)["city"] == "Trutnov"
    note.get_by_role("checkbox").check()
    save(page)
    assert firm.values("companies", other)["city"] is None


def test_required_names_the_records_that_lack_a_value_and_offers_no_way_around(
    firm: Firm, come_in: ComeIn
) -> None:
    record = firm.create("companies", name="Rytec")
    page = come_in("ana", "/admin/r/companies")
    page.locator("#open-field-city").click()
    dialog(page).get_by_label("Must be filled in").check()
    dialog(page).get_by_role("button", name="Save", exact=True).click()

    note = dialog(page).get_by_role("alert")
    expect(note).to_contain_text(f"1 record has no value in “City”: {record}")
    expect(note.get_by_role("checkbox")).to_have_count(0)
    expect(dialog(page).get_by_label("Must be filled in")).to_be_checked()


def test_a_choice_is_designed_row_by_row(firm: Firm, come_in: ComeIn) -> None:
    page = come_in("ana", "/admin/r/companies")
    page.get_by_role("region", name="Finance", exact=True).get_by_role("button", name="Add field").click()
    name_of(page).fill("Způsob platby")
    expect(dialog(page).locator("#design-key")).to_have_text("zpusob_platby")
    tick(dialog(page).get_by_role("radio", name="Choice", exact=True))
    names = dialog(page).get_by_label("Name of the choice")
    names.nth(0).fill("Převodem")
    names.nth(1).fill("Hotově")
    names.nth(1).press("Enter")
    names.nth(2).fill("Kartou")
    dialog(page).get_by_label("Colour").nth(2).select_option("green")
    dialog(page).get_by_role("button", name="Up").nth(2).click()
    save(page)

    with firm.site.office.begin_system(write=False) as work:
        found = work.catalog.registries["companies"].field("zpusob_platby")
    assert found is not None
    assert [(each["key"], each.get("colour")) for each in found.options["choices"]] == [
        ("prevodem", None), ("kartou", "green"), ("hotove", None),
    ]  # fmt: skip


def test_fields_move_by_keys_by_dragging_and_into_another_section(firm: Firm, come_in: ComeIn) -> None:
    page = come_in("ana", "/admin/r/companies")
    assert labels(page, "Basic details")[:3] == ["Name", "IČO", "City"]
    page.locator("#down-field-ico").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".lines .line b").nth(1)).to_have_text("City")
    expect(page.locator("#down-field-ico")).to_be_focused()
    assert labels(page, "Basic details")[:3] == ["Name", "City", "IČO"]

    drag(
        page,
        page.locator("[data-key-of=remark] [data-grip]"),
        page.locator("[data-key-of=turnover]"),
        down=0.1,
    )
    with page.expect_response(lambda answer: answer.url.endswith("/fields/remark/move")):
        page.mouse.up()
    expect(page.get_by_role("region", name="Finance", exact=True).locator(".line b").first).to_have_text(
        "Remark"
    )

    page.locator("#open-field-shelf").click()
    dialog(page).get_by_label("Section").select_option(label="Finance")
    dialog(page).get_by_role("button", name="Save", exact=True).click()
    expect(dialog(page)).to_contain_text("Reader will see it no more")
    save(page)
    assert labels(page, "Finance") == ["Remark", "Turnover", "Shelf"]


def test_what_is_switched_off_stands_apart_and_comes_back(firm: Firm, come_in: ComeIn) -> None:
    record = firm.create("companies", name="Rytec", remark="kept")
    page = come_in("ana", "/admin/r/companies")
    page.locator("#open-field-remark").click()
    dialog(page).get_by_role("button", name="Switch off").click()
    # The dialog before it tells of that record, too.
    expect(dialog(page)).to_contain_text("This is what it will do")
    expect(dialog(page)).to_contain_text("1 record has a value here")
    dialog(page).get_by_role("button", name="Switch off").click()
    expect(page.locator(".toast")).to_contain_text("nothing of it is lost")
    assert labels(page, "Finance")[:1] == ["Turnover"]
    assert "remark" not in firm.values("companies", record)

    page.get_by_text("1 switched off").click()
    page.get_by_role("button", name="Switch on").click()
    expect(page.locator("#up-field-remark")).to_be_attached()
    assert firm.values("companies", record)["remark"] == "kept"


def test_two_designers_at_once_lose_nothing_silently(firm: Firm, come_in: ComeIn) -> None:
    page = come_in("ana", "/admin/r/companies")
    page.locator("#open-field-city").click()
    expect(dialog(page)).to_be_visible()
    with firm.site.office.begin(firm.ids["petr"], design=True) as work:
        modelling.change_field(work, "companies", "city", {"help": "Petr was here"})
    name_of(page).fill("Town")
    dialog(page).get_by_role("button", name="Save", exact=True).click()

    note = dialog(page).get_by_role("alert")
    expect(note).to_contain_text("“City” has been changed meanwhile (Petr Malý")
    expect(name_of(page)).to_have_value("Town")
    with firm.site.office.begin_system(write=False) as work:
        found = work.catalog.registries["companies"].field("city")
        assert found is not None and (found.name, found.help) == ("City", "Petr was here")
    save(page)
    assert "Town" in labels(page, "Basic details")


def test_a_row_rule_reads_as_a_sentence_and_tells_how_many_records_it_reaches(
    firm: Firm, come_in: ComeIn
) -> None:
    for name, city in (("Rytec", "Trutnov"), ("Orel", "Praha"), ("Jedle", "Praha")):
        firm.create("companies", name=name, city=city)
    page = come_in("ana", "/admin/r/companies/roles")
    expect(page.locator("#rule-reader")).to_have_text("all records")
    page.locator("#rule-reader").click()
    dialog(page).get_by_label("Detail", exact=True).select_option(label="City")
    answered(page)
    dialog(page).get_by_label("How", exact=True).select_option("eq")
    answered(page)
    dialog(page).get_by_label("Value", exact=True).fill("Praha")
    dialog(page).get_by_role("button", name="Add this condition").click()
    expect(dialog(page)).to_contain_text("2 records of 3")
    dialog(page).get_by_role("button", name="Use", exact=True).click()
    expect(page.locator("#rule-reader")).to_have_text("City: Praha")
    expect(page.locator("#impact")).to_contain_text(
        "Reader reaches: City: Praha (2 records of 3). Touches 1 person."
    )
    page.get_by_role("button", name="Save changes").first.click()
    expect(page.locator(".toast")).to_contain_text("Saved")
    expect(page.locator("#rule-reader")).to_have_text("City: Praha")

    with firm.site.office.begin(firm.ids["rita"]) as work:
        assert {each.title for each in records.browse(work, "companies", records.Query()).items} == {
            "Orel",
            "Jedle",
        }


def test_why_does_she_see_it(firm: Firm, come_in: ComeIn) -> None:
    firm.create("companies", name="Rytec")
    page = come_in("ana", "/admin/r/companies/roles")
    page.locator("#why-person").fill("rita")
    page.locator("#why-person-options [role=option]").first.click()
    expect(page.locator("#why .token")).to_have_text(re.compile("Rita"))
    page.locator("#why-record").fill("Ryt")
    page.locator("#why-record-options [role=option]").first.click()

    expect(page.locator("#why [role=status]")).to_have_text("Rita Readerová sees “Rytec”.")
    reasons = page.locator("#why .reasons")
    expect(reasons.locator(".yes", has_text="Basic details")).to_contain_text("Granted by: Reader.")
    expect(reasons.locator(".no", has_text="Finance")).to_contain_text("None of the roles grants it.")


def test_roles_are_made_named_and_removed(firm: Firm, come_in: ComeIn) -> None:
    page = come_in("ana", "/admin/roles")
    page.get_by_role("button", name="New role").first.click()
    dialog(page).get_by_role("button", name="Save", exact=True).click()
    expect(dialog(page).locator("[aria-invalid=true]")).to_be_focused()
    name_of(page).fill("Accounting")
    dialog(page).get_by_label("Audit").check()
    dialog(page).get_by_role("button", name="Save", exact=True).click()
    row = page.get_by_role("row", name=re.compile("Accounting"))
    expect(row).to_contain_text("Audit")

    page.once("dialog", lambda question: question.accept())
    row.get_by_role("button", name="Accounting").click()
    dialog(page).get_by_role("button", name="Remove").click()
    expect(page.locator(".toast")).to_contain_text("“Accounting” is gone")
    expect(row).to_have_count(0)


def test_people_are_found_changed_and_switched_off_but_never_the_last_administrator(
    firm: Firm, come_in: ComeIn
) -> None:
    page = come_in("ana", "/admin/people")
    page.get_by_label("Search people").fill("readerova")
    expect(page.locator(".person-line")).to_have_count(1)
    page.locator(".person-line button").click()
    dialog(page).get_by_role("button", name="Switch off").click()
    expect(page.locator("#dialog-title")).to_have_text("Switch off Rita Readerová")
    dialog(page).get_by_role("button", name="Switch off").click()
    expect(page.locator(".toast")).to_contain_text("signed out everywhere")
    page.get_by_role("link", name=re.compile("Switched off")).click()
    expect(page.locator(".person-line")).to_contain_text("Rita Readerová")

    page.goto(f"{firm.site.url}/admin/people")
    page.get_by_role("button", name=re.compile("Petr Malý")).click()
    dialog(page).get_by_label("Administrator").uncheck()
    dialog(page).get_by_label("Reader").check()
    save(page)
    page.get_by_role("button", name=re.compile("Ana Adminová")).click()
    dialog(page).get_by_label("Administrator").uncheck()
    dialog(page).get_by_role("button", name="Save", exact=True).click()
    expect(dialog(page).get_by_role("alert")).to_contain_text("last active administrator")
    expect(dialog(page).get_by_label("Administrator")).not_to_be_checked()


def test_a_design_file_shows_its_plan_before_anything_is_done(firm: Firm, come_in: ComeIn) -> None:
    page = come_in("ana", "/admin/design")
    page.locator("summary", has_text="The text of the design").click()
    page.get_by_label("The text of the design").fill("registries: [{key: companies, nonsense: 1}]")
    page.get_by_role("button", name="Show what it would change").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was changed")
    expect(page.get_by_role("alert")).to_contain_text("nonsense")
    expect(page.get_by_label("The text of the design")).to_have_value(
        "registries: [{key: companies, nonsense: 1}]"
    )

    cookies = {each["name"]: each["value"] for each in page.context.cookies()}
    exported = requests.get(f"{firm.site.url}/admin/design.yaml", cookies=cookies, timeout=10)
    assert exported.headers["Content-Disposition"].endswith('"design.yaml"')
    page.get_by_label("The text of the design").fill(exported.text.replace("name: City", "name: Town"))
    page.get_by_role("button", name="Show what it would change").click()
    expect(page.locator(".steps li")).to_have_text(["Rename “City” to “Town”."])
    with firm.site.office.begin_system(write=False) as work:
        assert work.catalog.registries["companies"].field("city").name == "City"  # type: ignore[union-attr]
    page.get_by_role("button", name="Do it").click()
    expect(page.locator(".toast")).to_contain_text("1 step")
    page.goto(f"{firm.site.url}/admin/history")
    expect(page.locator(".version").first).to_contain_text("Rename “City” to “Town”.")
    expect(page.locator(".version").first).to_contain_text("Ana Adminová")


def test_keys_for_the_api_are_shown_once_and_end_when_revoked(firm: Firm, come_in: ComeIn) -> None:
    page = come_in("rita", "/settings")
    page.get_by_label("What is it for?").fill("Export")
    page.get_by_role("button", name="Make a key").click()
    token = page.locator(".secret").inner_text()

    def ask() -> int:
        headers = {"Authorization": f"Bearer {token}"}
        return requests.get(f"{firm.site.url}/api/v1/registries", headers=headers, timeout=10).status_code

    assert ask() == 200
    page.goto(f"{firm.site.url}/settings")
    assert token not in page.content()
    page.get_by_role("button", name="Revoke").click()
    expect(page.locator(".toast")).to_contain_text("no longer works")
    assert ask() == 401


def test_own_settings_and_password(firm: Firm, come_in: ComeIn) -> None:
    page = come_in("rita", "/settings")
    tick(page.get_by_label("Dark"))
    page.get_by_label("Time zone").select_option("Asia/Tokyo")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_label("Time zone")).to_have_value("Asia/Tokyo")

    page.get_by_label("Present password").fill("not this one")
    page.get_by_label("New password").fill("another long password")
    page.get_by_role("button", name="Change the password").click()
    expect(page.locator(".error")).to_contain_text("not your present password")
    page.get_by_label("Present password").fill(PASSWORD)
    page.get_by_label("New password").fill("another long password")
    page.get_by_role("button", name="Change the password").click()
    expect(page.locator(".toast")).to_contain_text("Your password is changed")
    expect(page).to_have_url(f"{firm.site.url}/settings")


@pytest.mark.parametrize("size", [{"width": 1440, "height": 900}, NARROW], ids=["wide", "narrow"])
def test_no_page_is_wider_than_the_window(firm: Firm, come_in: ComeIn, size: Any) -> None:
    page = come_in("ana")
    page.set_viewport_size(size)
    for address in PAGES:
        page.goto(f"{firm.site.url}{address}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert fits(page), address


def test_the_administration_is_closed_to_others(firm: Firm, come_in: ComeIn) -> None:
    page = come_in("rita")
    expect(page.get_by_role("link", name="Administration")).to_have_count(0)
    for address in (
        *PAGES[:-1],
        "/admin/design.yaml",
        "/admin/people/1",
        "/admin/r/companies/fields/turnover",
    ):
        answer = page.goto(f"{firm.site.url}{address}")
        assert answer is not None and answer.status == 403, address
        assert "Turnover" not in page.content()


def test_rights_are_changed_on_a_phone(firm: Firm, come_in: ComeIn) -> None:
    page = come_in("ana")
    page.set_viewport_size(NARROW)
    page.goto(f"{firm.site.url}/admin/r/companies/roles")
    tick(page.get_by_role("radiogroup", name="Reader: Finance").get_by_label("read"))
    page.locator(".matrix-foot").get_by_role("button", name="Save changes").click()
    expect(page.locator(".toast")).to_contain_text("Saved")
    with firm.site.office.begin_system(write=False) as work:
        assert work.catalog.roles["reader"].grants["companies"].sections["finance"] == "read"


def test_a_registry_is_switched_off_after_it_was_said_what_that_does(firm: Firm, come_in: ComeIn) -> None:
    firm.create("companies", name="Rytec")
    page = come_in("ana", "/admin/r/companies")
    page.locator("[popovertarget=registry-menu]:visible").first.click()
    page.locator("#registry-menu").get_by_role("button", name="Switch off").click()
    expect(dialog(page)).to_contain_text("1 record will be out of sight.")
    expect(dialog(page)).to_contain_text("“Company” of “Contacts” points at it.")
    dialog(page).get_by_role("button", name="Switch off").click()
    expect(page).to_have_url(f"{firm.site.url}/admin")
    expect(page.locator(".rail")).not_to_contain_text("Companies")

"""People in a real browser: a pasted list, a required second factor, absences, sessions, somebody who leaves."""

import re
import time
from collections.abc import Callable
from typing import Protocol

import pyotp
from playwright.sync_api import Browser, Locator, Page, expect

from kartoteka.platform.services import people
from tests.servers.browsers import NARROW
from tests.servers.sites import Site

ComeIn = Callable[..., Page]
PASSWORD = "four quiet words here"
LIST = "Jméno\tE-mail\nEva Nová\teva@firm.example\nPetr Malý\tpetr@firm.example\nbez adresy\n"


class Firm(Protocol):
    """What these journeys need of the firm."""

    site: Site
    ids: dict[str, int]

    def create(self, registry: str, *, category: str | None = None, **values: object) -> int: ...


def dialog(page: Page) -> Locator:
    return page.locator("dialog#dialog[open]")


def fits(page: Page) -> bool:
    """Whether nothing sticks out beside the page."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def fresh_code(secret: str, before: str = "") -> str:
    """The code of now; if it is the one used before, the next one, which is good half a minute early."""
    generator = pyotp.TOTP(secret)
    return generator.now() if generator.now() != before else generator.at(int(time.time()) + 30)


def choose(page: Page, label: str, words: str, name: str) -> None:
    """Choose somebody in a combobox by typing."""
    dialog(page).get_by_role("combobox", name=label).fill(words)
    dialog(page).get_by_role("option", name=name).click()


def test_from_a_pasted_list_to_a_required_second_factor_and_an_absence(
    firm: Firm, come_in: ComeIn, browser: Browser
) -> None:
    page = come_in("ana", "/admin/people")
    page.get_by_role("button", name="Invite").first.click()
    dialog(page).get_by_label("E-mail addresses").fill(LIST)
    preview = dialog(page).get_by_role("region", name="Preview")
    expect(preview.get_by_role("row", name="Eva Nová")).to_contain_text("will be invited")
    expect(preview.get_by_role("row", name="petr@firm.example")).to_contain_text("has an account already")
    expect(preview.get_by_role("row", name="bez adresy")).to_contain_text("There is no e-mail address.")
    expect(dialog(page)).to_contain_text("1 person will be invited.")
    dialog(page).get_by_label("Reader").check()
    dialog(page).get_by_role("button", name="Invite", exact=True).click()
    expect(dialog(page).locator(".note.good")).to_contain_text("eva@firm.example")
    expect(dialog(page).locator(".note.bad")).to_contain_text("petr@firm.example (line 3)")
    old = str(dialog(page).get_by_role("button", name="Copy the link").get_attribute("data-copy"))
    page.keyboard.press("Escape")

    page.goto(f"{firm.site.url}/admin/people?state=invited")
    expect(page.locator("#people-lines")).to_contain_text("by Ana Adminová")
    page.get_by_role("button", name="Send all of them a new link").click()
    link = str(dialog(page).get_by_role("button", name="Copy the link").get_attribute("data-copy"))
    assert link != old
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Second factor").click()
    dialog(page).get_by_label("holders of these roles:").check()
    dialog(page).get_by_label("Reader").check()
    dialog(page).get_by_role("button", name="Save").click()
    expect(page.locator(".toast")).to_contain_text("Saved.")

    context = browser.new_context(locale="en-GB", viewport=NARROW)
    eva = context.new_page()
    eva.goto(old)
    expect(eva.get_by_role("heading", level=1)).to_have_text("This link is no longer valid")
    eva.goto(link)
    eva.get_by_label("New password").fill(PASSWORD)
    eva.get_by_role("button", name="Come in").click()
    expect(eva.get_by_role("heading", level=1)).to_have_text("Set up your second factor")
    assert fits(eva)
    # There is no way around it.
    eva.goto(f"{firm.site.url}/r/companies")
    expect(eva).to_have_url(f"{firm.site.url}/second-factor")
    eva.get_by_text("I cannot scan it").click()
    secret = eva.locator("#factor-secret").inner_text().replace(" ", "")
    eva.get_by_label("Type the code").fill("12345")
    eva.get_by_role("button", name="Confirm").click()
    expect(eva.locator(".error")).to_contain_text("not the code")
    first = pyotp.TOTP(secret).now()
    eva.get_by_label("Type the code").fill(first)
    eva.get_by_role("button", name="Confirm").click()
    codes = eva.locator("#recovery-codes li").all_inner_texts()
    assert len(codes) == 10 and fits(eva)
    eva.get_by_role("link", name="I have kept them").click()
    expect(eva).to_have_url(f"{firm.site.url}/")

    other = browser.new_context(locale="en-GB").new_page()
    other.goto(f"{firm.site.url}/sign-in?next=/settings")
    other.get_by_label("E-mail").fill("eva@firm.example")
    other.get_by_label("Password").fill(PASSWORD)
    other.get_by_role("button", name="Sign in").click()
    other.get_by_label("Code from your app").fill(first)
    other.get_by_role("button", name="Continue").click()
    expect(other.get_by_role("alert")).to_contain_text("used already")
    other.get_by_label("Code from your app").fill(codes[0])
    other.get_by_role("button", name="Continue").click()
    expect(other).to_have_url(f"{firm.site.url}/settings")
    expect(other.locator("#second-factor")).to_contain_text("9 recovery codes are left")
    expect(other.locator("#second-factor").get_by_role("button", name="Switch off")).to_have_count(0)

    expect(other.locator("#sessions .line")).to_have_count(2)
    other.get_by_role("button", name="Sign out everywhere else").click()
    expect(other.locator("#sessions .line")).to_have_count(1)
    eva.goto(f"{firm.site.url}/settings")
    expect(eva.get_by_role("heading", level=1)).to_have_text("Sign in")
    context.close()

    other.get_by_role("button", name="Add an absence").click()
    dialog(other).get_by_label("First day").fill("2026-01-02")
    dialog(other).get_by_label("Last day").fill("2026-01-01")
    dialog(other).get_by_role("button", name="Save").click()
    expect(dialog(other).locator(".error")).to_contain_text("It cannot end before it begins.")
    dialog(other).get_by_label("First day").fill("2020-01-01")
    dialog(other).get_by_label("Last day").fill("2029-06-03")
    choose(other, "Substitute", "ana", "Ana Adminová")
    dialog(other).get_by_role("button", name="Save").click()
    expect(other.locator("#absences")).to_contain_text("Ana Adminová stands in")

    record = firm.create("companies", name="Rytec", keeper=people_id(firm, "eva@firm.example"))
    page.goto(f"{firm.site.url}/r/companies/{record}")
    expect(page.locator(".away")).to_contain_text(re.compile("away until .*2029"))
    page.goto(f"{firm.site.url}/settings")
    expect(page.locator("#absences")).to_contain_text("You stand in for Eva Nová")


def people_id(firm: Firm, email: str) -> int:
    with firm.site.office.begin_system() as work:
        return people.by_email(work, email).id


def test_somebody_leaves_and_his_work_is_handed_over_and_taken_back(firm: Firm, come_in: ComeIn) -> None:
    records = [firm.create("companies", name=name, keeper=firm.ids["rita"]) for name in ("Rytec", "Orel")]
    page = come_in("ana", "/admin/people")
    page.locator(f"#person-{firm.ids['rita']}").click()
    dialog(page).get_by_role("button", name="Switch off").click()
    expect(dialog(page).locator(".duties")).to_contain_text("Companies · Keeper")
    expect(dialog(page).locator(".duties b")).to_have_text("2")
    choose(page, "Hand over to", "petr", "Petr Malý")
    dialog(page).get_by_role("button", name="Switch off").click()
    expect(page.locator(".toast")).to_contain_text("2 records are handed over.")
    expect(page.locator("#people-lines")).to_contain_text("Rita Readerová")

    def keepers() -> list[list[str]]:
        return [[link.title for link in firm.values("companies", each)["keeper"]] for each in records]  # type: ignore[attr-defined]

    assert keepers() == [["Petr Malý"], ["Petr Malý"]]
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator(".toast")).to_contain_text("2 records are as they were.")
    assert keepers() == [["Rita Readerová"], ["Rita Readerová"]]

    page.goto(f"{firm.site.url}/admin/people?state=off")
    page.locator(f"#person-{firm.ids['rita']}").click()
    dialog(page).get_by_role("button", name="Switch on").click()
    expect(page.locator(".toast")).to_contain_text("Rita Readerová can sign in again.")

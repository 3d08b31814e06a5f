"""Watchdogs in a real browser: set from a bell and from a list, tried on the past first, read, put away."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Protocol

from playwright.sync_api import Page, expect

from kartoteka.platform.services import records
from kartoteka.platform.services.worker import Worker
from tests.servers.axe import axe
from tests.servers.browsers import NARROW, answered, tick
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


# What is chosen under “It speaks when”, what is filled in then, and what the sentence says of it.
KINDS: tuple[tuple[str, dict[str, str], str], ...] = (
    ("a detail changes", {"field": "City", "old": "Brno", "value": "Praha"},
     "when “City” changes from Brno to Praha"),
    ("a detail gets a value", {"field": "Status", "tick": "Won"}, "when “Status” becomes Won"),
    ("a detail loses a value", {"field": "Status", "tick": "Lead"}, "when “Status” is no longer Lead"),
    ("a number rises above", {"field": "Turnover", "value": "500000"}, "when “Turnover” rises above"),
    ("a number falls below", {"field": "Turnover", "value": "1000"}, "when “Turnover” falls below"),
    ("a number changes by more than", {"field": "Turnover", "percent": "15"},
     "when “Turnover” changes by more than 15 %"),
    ("a detail is emptied", {"field": "City"}, "when “City” is emptied"),
    ("a date comes near or has passed", {"days": "10", "unit": "working days"},
     "10 working days before “Valid to”"),
    ("a date has its anniversary", {"direction": "on the day"}, "on every anniversary of “Valid to”"),
    ("nothing happens for some days", {"days": "60"}, "when nothing happens for 60 days"),
    ("a record comes into the list", {}, "when a record comes into the list"),
    ("a record leaves the list", {}, "when a record leaves the list"),
    ("a record is added", {}, "when a record is added"),
    ("a record is removed", {}, "when a record is removed"),
    ("something is put on a record", {"tick": "Tasks"}, "when something is added: Tasks"),
    ("a record begins to point here", {"pointing": "Contacts"}, "when a record of “Contacts” begins to point here"),
    ("the number of records passes a bound", {"bound": "fewer than", "number": "3"},
     "when there are fewer than 3 records"),
    ("a certain day comes", {"day": "2031-05-04"}, "on May 4, 2031"),
    ("a time comes round", {"rule": "by another rule …", "own_rule": "FREQ=MONTHLY;BYDAY=2TU"},
     "by the rule FREQ=MONTHLY;BYDAY=2TU"),
)  # fmt: skip


def asked_anew(page: Page, deed: Callable[[], object]) -> None:
    """Change something on the page; it is asked for anew a little later."""
    with page.expect_response("**/watchdogs/form"):
        deed()
    answered(page)


def fill(page: Page, filled: dict[str, str]) -> None:
    """Fill in the questions about when it speaks, one after the other."""
    asked = page.locator("#dog-when")
    for name, value in filled.items():
        field = asked.locator(f"[name={name}]")
        if name == "tick":
            asked_anew(page, lambda value=value: tick(asked.get_by_label(value, exact=True)))  # type: ignore[misc]
        elif field.evaluate("each => each.localName") == "select":
            asked_anew(page, lambda field=field, value=value: field.select_option(label=value))  # type: ignore[misc]
        else:
            field.fill(value)
            asked_anew(page, lambda field=field: field.press("Tab"))  # type: ignore[misc]


def test_each_kind_is_said_in_a_sentence_and_whom_and_how_it_tells(firm: Firm, come_in: ComeIn) -> None:
    firm.create("companies", name="Rytec", city="Brno", status="lead", keeper=firm.ids["petr"])
    narrowed = '{"field":"city","op":"eq","value":"Brno"}'
    page = come_in("ana", f"/watchdogs/new?registry=companies&filter={narrowed}")
    say = page.locator("#dog-say")
    for kind, filled, sentence in KINDS:
        chosen = page.get_by_label("It speaks when")
        asked_anew(page, lambda kind=kind, chosen=chosen: chosen.select_option(label=kind))  # type: ignore[misc]
        fill(page, filled)
        expect(say).to_contain_text(sentence)
        expect(say).to_contain_text("City: Brno")
    asked_anew(page, page.get_by_role("button", name="Or also when …").click)
    chosen = page.get_by_label("It speaks when")
    asked_anew(page, lambda: chosen.select_option(label="a record is added"))
    expect(say).to_contain_text("when a record is added or by the rule FREQ=MONTHLY;BYDAY=2TU")
    assert axe(page) == []

    say.get_by_role("button", name="me", exact=True).click()
    tick(page.get_by_label("whoever stands in “Keeper”"))
    tick(page.get_by_label("whoever stands in for me"))
    expect(say).to_contain_text("Tell me, whoever stands in for me and whoever stands in “Keeper” when")
    say.get_by_role("button", name="in the application").click()
    tick(page.get_by_label("By e-mail"))
    page.get_by_label("How often").select_option(label="once a week")
    page.get_by_label("Day of the week").select_option(label="Wednesday")
    page.get_by_label("At what time").fill("09:15")
    page.keyboard.press("Tab")
    expect(say).to_contain_text("in the application and by e-mail, once a week (Wednesday) at 09:15")
    page.locator(".dog-more").get_by_role("button", name="And also").click()
    page.get_by_label("Make a task").fill("Call them")
    page.get_by_label("Write a note on the record").fill("Was looked at")
    page.keyboard.press("Tab")
    expect(say).to_contain_text("make the task “Call them”; write the note “Was looked at”")
    page.set_viewport_size(NARROW)
    assert fits(page)
    page.locator(".dock").get_by_role("button", name="Watch").click()
    expect(page.locator(".dog-line")).to_have_count(1)

    firm.create("companies", name="Sladovna", city="Brno", keeper=firm.ids["petr"])
    Worker(firm.site.office).run_once()
    page.goto(f"{firm.site.url}/notifications")
    expect(page.locator(".told")).to_contain_text("Sladovna")
    page = come_in("petr", "/notifications")
    expect(page.locator(".told")).to_contain_text("It was added.")
    page.locator(".told").get_by_role("button", name="More").click()
    page.get_by_role("button", name="Switch this watchdog off").click()
    page.goto(f"{firm.site.url}/watchdogs")
    expect(page.locator("main")).to_contain_text("Hear it again")
    assert fits(page)

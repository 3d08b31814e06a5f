"""Designing on the page of a record, as an admin does it: pencils, a plus at every end, dragging, keys, two at once."""

import re
from collections.abc import Callable
from time import process_time
from typing import Any, Protocol

from playwright.sync_api import Locator, Page, expect

from kartoteka.platform.services import modelling
from tests.servers.axe import axe
from tests.servers.browsers import NARROW, drag, tick
from tests.servers.sites import Site

ComeIn = Callable[..., Page]
LONG = "Předpokládané datum ukončení platnosti rámcové smlouvy včetně všech dodatků a příloh"


class Firm(Protocol):
    """What these journeys need of the firm."""

    site: Site
    ids: dict[str, int]

    def create(self, registry: str, *, category: str | None = None, **values: object) -> int: ...
    def values(self, registry: str, record: int) -> dict[str, object]: ...


def dialog(page: Page) -> Locator:
    return page.locator("dialog#dialog[open]")


def name_of(page: Page) -> Locator:
    return dialog(page).get_by_role("textbox", name="Name", exact=True)


def press(page: Page, button: str) -> None:
    dialog(page).get_by_role("button", name=button, exact=True).click()


def save(page: Page) -> None:
    press(page, "Save")
    expect(dialog(page)).to_have_count(0)


def labels(page: Page, section: str) -> list[str]:
    return [
        text.strip()
        for text in page.locator(f"[data-section={section}] .name > span:nth-child(2)").all_inner_texts()
    ]


def field(firm: Firm, key: str) -> Any:
    with firm.site.office.begin_system(write=False) as work:
        return work.catalog.registries["companies"].field(key)


def faults(page: Page, place: str) -> list[str]:
    return [f"{place}: {each}" for each in axe(page)]


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_a_label_is_designed_where_it_stands(firm: Firm, come_in: ComeIn) -> None:
    record = firm.create("companies", name="Rytec", city="Trutnov")
    page = come_in("ana", f"/r/companies/{record}")
    pencil = page.get_by_role("button", name="Design “City”")
    expect(pencil).to_have_css("opacity", "0")
    page.locator("#field-city .name span").first.hover()
    expect(pencil).to_have_css("opacity", "1")
    pencil.click()
    expect(name_of(page)).to_be_focused()
    known = dialog(page).get_by_role("region", name="What is known of it")
    expect(known).to_contain_text("1 of 1 record has a value here.")
    expect(known.get_by_role("listitem")).to_have_text(re.compile("Reader\\s+reads it"))
    expect(known).to_contain_text("Not changed since the registry was made.")
    expect(known.get_by_role("link", name="Who sees what")).to_have_attribute(
        "href", "/admin/r/companies/roles"
    )
    assert not faults(page, "the dialog of a field")

    name_of(page).fill("Town")
    dialog(page).get_by_text("The name in other languages").click()
    dialog(page).get_by_label("In Czech").first.fill("Město")
    dialog(page).get_by_label("Must be filled in").check()
    dialog(page).get_by_label("Hint under the field").fill("Where its seat is")
    save(page)
    expect(page.locator(".toast")).to_contain_text("Saved")
    expect(page.get_by_role("button", name="Design “Town”")).to_be_focused()
    expect(page.locator("#field-city")).to_contain_text("Town")
    expect(page).to_have_url(re.compile(f"/r/companies/{record}$"))
    found = field(firm, "city")
    assert (found.name, found.required, found.names, found.help) == (
        "Town",
        True,
        {"cs": "Město"},
        "Where its seat is",
    )

    page.keyboard.press("Enter")
    expect(known).to_contain_text("Ana Adminová, today")
    expect(known).to_contain_text("name: “City” → “Town”, translations, hint, must be filled in")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Design “Town”")).to_be_focused()


def test_a_plus_adds_a_choice_and_a_section(firm: Firm, come_in: ComeIn) -> None:
    record = firm.create("companies", name="Rytec")
    page = come_in("ana", f"/r/companies/{record}")
    page.get_by_role("button", name="Add a field to “Finance”").click()
    name_of(page).fill("Payment")
    tick(dialog(page).get_by_role("radio", name="Choice", exact=True))
    dialog(page).get_by_label("Name of the choice").nth(0).fill("By transfer")
    dialog(page).get_by_label("Name of the choice").nth(1).fill("In cash")
    save(page)
    expect(page.locator("#field-payment")).to_contain_text("Payment")
    expect(page.get_by_role("button", name="Add a field to “Finance”")).to_be_focused()
    page.locator("#field-payment .value").click()
    page.locator("#input-payment").select_option(label="By transfer")
    page.locator("#field-payment").get_by_role("button", name="Save").click()
    expect(page.locator("#field-payment .value")).to_contain_text("By transfer")

    page.get_by_role("button", name="Add section").click()
    name_of(page).fill("Contract terms")
    save(page)
    expect(page.get_by_role("heading", name="Contract terms")).to_be_visible()
    page.get_by_role("button", name="Add a field to “Contract terms”").click()
    name_of(page).fill(LONG)
    tick(dialog(page).get_by_role("radio", name="Date", exact=True))
    expect(dialog(page).get_by_label("Section", exact=True)).to_have_value("contract_terms")
    save(page)
    expect(page.locator("details[data-section='companies.contract_terms']")).to_contain_text(LONG)
    page.set_viewport_size(NARROW)
    assert fits(page)


def test_fields_and_sections_move_by_mouse_and_by_keys(firm: Firm, come_in: ComeIn) -> None:
    record = firm.create("companies", name="Rytec", remark="kept", city="Trutnov")
    page = come_in("ana", f"/r/companies/{record}")
    page.get_by_role("link", name="Design this page").first.click()
    expect(page.locator(".design-bar")).to_contain_text(
        "What you change here holds for every record of “Companies”."
    )
    assert labels(page, "basic")[:4] == ["Name", "IČO", "City", "Status"]
    assert "Shelf" in labels(page, "basic"), "fields of other categories are there to be designed too"

    grip = page.get_by_role("button", name="Move “IČO”")
    grip.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#carried")).to_contain_text("“IČO” is picked up")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#carried")).to_contain_text("“IČO”: 3 of 8 in “Basic details”.")
    page.keyboard.press("Escape")
    expect(page.locator("#carried")).to_contain_text("back where it was")
    assert labels(page, "basic")[:3] == ["Name", "IČO", "City"]
    page.keyboard.press(" ")
    page.keyboard.press("ArrowRight")
    with page.expect_response(lambda answer: answer.url.endswith("/fields/ico/move")):
        page.keyboard.press("Enter")
    expect(grip).to_be_focused()
    assert labels(page, "basic")[:3] == ["Name", "City", "IČO"]
    assert not faults(page, "design mode")

    # Escape lets go of it; then it is carried again, and put down.
    page.locator("[data-key-of=turnover]").scroll_into_view_if_needed()
    drag(page, page.get_by_role("button", name="Move “City”"), page.locator("[data-key-of=turnover]"))
    expect(page.locator(".drag-shade")).to_have_text("City")
    expect(page.locator("[data-section=finance] [data-key-of=city]")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".drag-shade")).to_have_count(0)
    assert labels(page, "basic")[:3] == ["Name", "City", "IČO"]
    page.mouse.up()
    drag(page, page.get_by_role("button", name="Move “City”"), page.locator("[data-key-of=turnover]"))
    with page.expect_response(lambda answer: answer.url.endswith("/fields/city/move")):
        page.mouse.up()
    expect(dialog(page)).to_contain_text("Move “City” to “Finance”?")
    expect(dialog(page)).to_contain_text("Reader will see it no more.")
    assert "City" in labels(page, "basic"), "it waits for the answer where it was"
    press(page, "Move")
    expect(page.locator("[data-section=finance] [data-key-of=city]")).to_be_visible()
    assert field(firm, "city").section == "finance"

    page.get_by_role("button", name="Move “Finance”").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowUp")
    with page.expect_response(lambda answer: answer.url.endswith("/sections/finance/move")):
        page.keyboard.press("Enter")
    expect(page.locator(".placed h2").first).to_have_text("Finance")
    page.get_by_role("link", name="Done").click()
    expect(page.locator("details.card h2").first).to_have_text("Finance")


def test_a_section_is_renamed_folded_switched_off_and_brought_back(firm: Firm, come_in: ComeIn) -> None:
    record = firm.create("companies", name="Rytec", remark="kept")
    page = come_in("ana", f"/r/companies/{record}?design=1")
    page.get_by_role("button", name="Design “Finance”").click()
    name_of(page).fill("Money")
    dialog(page).get_by_label("Folded at first").check()
    save(page)
    expect(page.get_by_role("heading", name="Money", exact=True)).to_be_visible()
    expect(page.locator(".placed", has_text="Money")).to_contain_text("folded at first")

    page.get_by_role("button", name="Switch off “Money”").click()
    expect(dialog(page)).to_contain_text("1 record has a value here.")
    press(page, "Switch off")
    expect(page.locator(".toast").last).to_contain_text("nothing of it is lost")
    expect(page.get_by_role("heading", name="Money", exact=True)).to_have_count(0)
    assert "remark" not in firm.values("companies", record)
    page.get_by_role("button", name="Switch on “Money”").click()
    expect(page.get_by_role("heading", name="Money", exact=True)).to_be_visible()
    assert firm.values("companies", record)["remark"] == "kept"

    page.keyboard.press("d")
    expect(page).to_have_url(re.compile(f"/r/companies/{record}$"))
    page.locator("details.card", has_text="Basic details").get_by_role("button", name="Design “City”").click()
    press(page, "Switch off")
    expect(dialog(page)).to_contain_text("It is a column of the list of “Companies”.")
    press(page, "Switch off")
    expect(page.locator("#field-city")).to_have_count(0)
    page.keyboard.press("d")
    page.get_by_role("button", name="Switch on “City”").click()
    expect(page.get_by_role("button", name="Design “City”")).to_be_attached()


def test_a_form_keeps_what_was_typed_while_it_is_designed(firm: Firm, come_in: ComeIn) -> None:
    page = come_in("ana", "/r/companies/new")
    page.get_by_label("Name", exact=True).fill("Rytec")
    page.get_by_label("City").fill("Trutnov")
    page.keyboard.press("F2")
    name_of(page).fill("Town")
    save(page)
    expect(page.get_by_label("Town")).to_be_focused()
    expect(page.get_by_label("Town")).to_have_value("Trutnov")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Rytec")
    page.locator("details.card", has_text="Basic details").hover()
    page.get_by_role("button", name="Add a field to “Basic details”").click()
    name_of(page).fill("Nickname")
    save(page)
    page.get_by_label("Nickname").fill("Rytec syn")
    page.locator(".form-foot .btn.main").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Rytec")
    expect(page.locator("#field-nickname")).to_contain_text("Rytec syn")


def test_the_second_admin_is_told_what_the_first_has_changed(firm: Firm, come_in: ComeIn) -> None:
    record = firm.create("companies", name="Rytec")
    page = come_in("ana", f"/r/companies/{record}")
    page.locator("#design-field-city").focus()
    page.keyboard.press("Enter")
    expect(dialog(page)).to_be_visible()
    with firm.site.office.begin(firm.ids["petr"], design=True) as work:
        modelling.change_field(work, "companies", "city", {"help": "Petr was here"})
        modelling.change_field(work, "companies", "about", {"name": "Story"})
    name_of(page).fill("Town")
    press(page, "Save")
    note = dialog(page).get_by_role("alert")
    expect(note).to_contain_text("“City” has been changed meanwhile (Petr Malý")
    expect(note).to_contain_text("hint")
    expect(name_of(page)).to_have_value("Town")
    assert (field(firm, "city").name, field(firm, "city").help) == ("City", "Petr was here")
    save(page)
    expect(page.locator("#field-city .name")).to_contain_text("Town")
    expect(page.locator(".toast").last).to_contain_text("Meanwhile, Petr Malý:")
    expect(page.locator("#field-about .name")).to_contain_text("Story")


def test_two_hundred_fields_open_in_under_three_times_the_time_of_twenty(firm: Firm, come_in: ComeIn) -> None:
    """By the processor's time of the server and of the page: what else the machine does at the moment is no matter."""
    for key, fields, sections in (("small", 20, 3), ("large", 200, 30)):
        made = [{"key": f"f{n}", "name": f"{LONG} {n}", "type": "text"} for n in range(fields)]
        parts = [
            {"key": f"s{n}", "name": f"Section {n}", "fields": made[n::sections]} for n in range(sections)
        ]
        with firm.site.office.begin_system(design=True) as work:
            modelling.create_registry(work, {"key": key, "name": key, "title": "{f0}", "sections": parts})
        firm.create(key, f0="Rytec")
    page = come_in("ana")
    counter = page.context.new_cdp_session(page)
    counter.send("Performance.enable", {"timeDomain": "threadTicks"})

    def busy() -> float:
        told = counter.send("Performance.getMetrics")["metrics"]
        return next(float(each["value"]) for each in told if each["name"] == "TaskDuration")

    def opened(key: str) -> float:
        page.goto("about:blank")
        begun = process_time() + busy()
        page.goto(f"{firm.site.url}/r/{key}/1")
        expect(page.locator("#feed li").first).to_be_visible()
        return process_time() + busy() - begun

    spent: dict[str, list[float]] = {"small": [], "large": []}
    for _round in range(5):
        for key, times in spent.items():
            times.append(opened(key))
    small, large = (min(times) for times in spent.values())
    assert large < 3 * small, spent
    assert fits(page)
    page.get_by_role("button", name=f"Design “{LONG} 150”").focus()
    page.keyboard.press("Enter")
    name_of(page).fill("A shorter one")
    save(page)
    expect(page.get_by_role("button", name="Design “A shorter one”")).to_be_focused()


def test_who_does_not_design_finds_no_trace_of_it(firm: Firm, come_in: ComeIn) -> None:
    with firm.site.office.begin_system(design=True) as work:
        grant = {"rights": ["view", "edit", "create"], "sections": {"basic": "edit"}}
        modelling.change_role(work, "reader", {"grants": {"companies": grant}})
        modelling.create_section(work, "companies", {"name": "Empty yet"})
    record = firm.create("companies", name="Rytec")
    page = come_in("rita")
    for address in (
        f"/r/companies/{record}",
        f"/r/companies/{record}?design=1",
        f"/r/companies/{record}/edit",
        "/r/companies/new",
    ):
        page.goto(f"{firm.site.url}{address}")
        html = page.content().replace(address, "")
        for trace in (
            "/admin",
            "data-design",
            "Design",
            'class="pencil',
            "add-field",
            "Add field",
            "design=1",
            "grip",
            "Empty yet",
        ):
            assert trace not in html, (address, trace)
    page.goto(f"{firm.site.url}/r/companies/{record}")
    page.locator("#field-city").hover()
    page.keyboard.press("F2")
    page.keyboard.press("d")
    expect(page).to_have_url(re.compile(f"/r/companies/{record}$"))
    expect(page.locator("dialog[open]")).to_have_count(0)

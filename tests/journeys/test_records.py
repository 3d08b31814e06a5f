"""Records in a real browser: entered, changed in place and as a whole, in conflict, related, removed, brought back."""

import re
from collections.abc import Callable
from typing import Protocol

from playwright.sync_api import Page, expect

from tests.servers.browsers import NARROW

ComeIn = Callable[..., Page]


class Firm(Protocol):
    """What these journeys need of the firm."""

    def create(self, registry: str, *, category: str | None = None, **values: object) -> int: ...
    def change(self, registry: str, record: int, person: str = "petr", **values: object) -> None: ...
    def values(self, registry: str, record: int) -> dict[str, object]: ...


def open_detail(page: Page, key: str) -> None:
    page.locator(f"#field-{key} .value").click()
    expect(page.locator(f"#field-{key}[data-editing]")).to_be_visible()


def closed(page: Page, key: str) -> None:
    """The detail has been saved and stands there as a text again."""
    expect(page.locator(f"#field-{key}[data-editing]")).to_have_count(0)


def test_wrong_input_is_told_beside_the_field_and_nothing_typed_is_lost(firm: Firm, come_in: ComeIn) -> None:
    page = come_in("ana", "/r/companies")
    page.keyboard.press("n")
    page.get_by_label("City").fill("Trutnov")
    page.get_by_label("Turnover").fill("a lot")
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.locator("[role=alert]")).to_contain_text("Not saved yet")
    expect(page.locator("#input-turnover-error")).to_be_visible()
    expect(page.get_by_label("City")).to_have_value("Trutnov")
    expect(page.get_by_label("Turnover")).to_have_value("a lot")
    expect(page.get_by_label("Turnover")).to_have_attribute("aria-invalid", "true")

    page.get_by_label("Turnover").fill("1 284 310,50")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#input-name-error")).to_contain_text("must be filled in")
    page.get_by_label("Name").fill("Rytec & syn s.r.o.")
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Rytec & syn s.r.o.")
    expect(page.locator("#field-turnover .value")).to_contain_text("1,284,310.50")
    expect(page.locator(".toast")).to_contain_text("Rytec & syn s.r.o.")


def test_a_detail_is_changed_in_place(firm: Firm, come_in: ComeIn) -> None:
    record = firm.create("companies", name="Rytec", city="Trutnov")
    page = come_in("ana", f"/r/companies/{record}")
    open_detail(page, "city")
    page.keyboard.type("Vrchlabí")
    page.keyboard.press("Enter")

    expect(page.locator("#field-city .value")).to_have_text("Vrchlabí")
    expect(page.locator("#record-head")).to_contain_text("Vrchlabí")
    expect(page.locator("#feed")).to_contain_text("Vrchlabí")
    assert firm.values("companies", record)["city"] == "Vrchlabí"

    open_detail(page, "city")
    page.keyboard.type("Nowhere")
    page.keyboard.press("Escape")
    expect(page.locator("#field-city .value")).to_have_text("Vrchlabí")
    assert firm.values("companies", record)["city"] == "Vrchlabí"


def test_opening_a_detail_moves_nothing(firm: Firm, come_in: ComeIn) -> None:
    record = firm.create("companies", name="Rytec", city="Trutnov")
    page = come_in("ana", f"/r/companies/{record}")
    before = [
        page.locator(f"#field-{key}").bounding_box() for key in ("name", "status", "valid_to", "keeper")
    ]
    open_detail(page, "city")
    after = [page.locator(f"#field-{key}").bounding_box() for key in ("name", "status", "valid_to", "keeper")]
    assert before == after


def test_a_suspicious_value_is_taken_at_the_second_save(firm: Firm, come_in: ComeIn) -> None:
    record = firm.create("companies", name="Rytec")
    page = come_in("ana", f"/r/companies/{record}")
    open_detail(page, "ico")
    page.keyboard.type("12345678")
    page.keyboard.press("Enter")
    expect(page.locator("#field-ico [role=alert]")).to_contain_text("12345678")
    assert firm.values("companies", record)["ico"] is None
    page.get_by_role("button", name="Save anyway").click()
    expect(page.locator("#field-ico .value")).to_have_text("12345678")
    assert firm.values("companies", record)["ico"] == "12345678"
    expect(page.locator("#field-ico[data-editing]")).to_have_count(0)


def test_a_conflict_in_place_shows_both_and_keeps_what_was_typed(firm: Firm, come_in: ComeIn) -> None:
    record = firm.create("companies", name="Rytec", city="Trutnov")
    page = come_in("ana", f"/r/companies/{record}")
    open_detail(page, "city")
    firm.change("companies", record, city="Brno")
    page.keyboard.type("Vrchlabí")
    page.keyboard.press("Enter")

    told = page.locator("#field-city .theirs")
    expect(told).to_contain_text("Petr Malý")
    expect(told).to_contain_text("Brno")
    expect(page.get_by_label("City")).to_have_value("Vrchlabí")
    assert firm.values("companies", record)["city"] == "Brno"

    page.get_by_role("button", name="Save mine").click()
    expect(page.locator("#field-city .value")).to_have_text("Vrchlabí")
    assert firm.values("companies", record)["city"] == "Vrchlabí"


def test_theirs_can_be_kept(firm: Firm, come_in: ComeIn) -> None:
    record = firm.create("companies", name="Rytec", city="Trutnov")
    page = come_in("ana", f"/r/companies/{record}")
    open_detail(page, "city")
    firm.change("companies", record, city="Brno")
    page.keyboard.type("Vrchlabí")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Keep theirs").click()
    expect(page.locator("#field-city .value")).to_have_text("Brno")
    assert firm.values("companies", record)["city"] == "Brno"


def test_another_detail_changed_meanwhile_is_no_conflict(firm: Firm, come_in: ComeIn) -> None:
    record = firm.create("companies", name="Rytec", city="Trutnov")
    page = come_in("ana", f"/r/companies/{record}")
    open_detail(page, "city")
    firm.change("companies", record, remark="call before noon")
    page.keyboard.type("Vrchlabí")
    page.keyboard.press("Enter")
    expect(page.locator("#field-city .value")).to_have_text("Vrchlabí")
    kept = firm.values("companies", record)
    assert (kept["city"], kept["remark"]) == ("Vrchlabí", "call before noon")


def test_a_conflict_in_the_form_shows_both_and_keeps_what_was_typed(firm: Firm, come_in: ComeIn) -> None:
    record = firm.create("companies", name="Rytec", city="Trutnov", remark="old")
    page = come_in("ana", f"/r/companies/{record}/edit")
    page.get_by_label("City").fill("Vrchlabí")
    firm.change("companies", record, city="Brno")
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.locator("main [role=alert]")).to_contain_text("Petr Malý has saved this record meanwhile")
    expect(page.get_by_label("City")).to_have_value("Vrchlabí")
    expect(page.locator(".theirs")).to_have_count(1)
    expect(page.locator(".theirs")).to_contain_text("Brno")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#field-city .value")).to_have_text("Vrchlabí")


def test_a_relation_is_chosen_by_keyboard_and_seen_from_both_sides(firm: Firm, come_in: ComeIn) -> None:
    firm.create("companies", name="Amor")
    rytec = firm.create("companies", name="Rytec")
    page = come_in("ana", "/r/contacts/new")
    page.get_by_label("Name").fill("Jan Horák")
    combobox = page.get_by_role("combobox", name="Company")
    combobox.fill("ryt")
    expect(page.get_by_role("option")).to_have_text(["Rytec"])
    combobox.press("Enter")
    expect(page.locator(".token")).to_contain_text("Rytec")
    page.get_by_role("button", name="Save", exact=True).click()

    page.locator("#field-company .value a").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Rytec")
    assert page.url.endswith(f"/r/companies/{rytec}")
    tab = page.get_by_role("link", name=re.compile("^Contacts 1$")).last
    tab.click()
    expect(page.locator("main tbody tr")).to_have_count(1)
    expect(page.locator("main tbody")).to_contain_text("Jan Horák")


def test_a_person_is_chosen_and_taken_off(firm: Firm, come_in: ComeIn) -> None:
    record = firm.create("companies", name="Rytec")
    page = come_in("ana", f"/r/companies/{record}")
    open_detail(page, "keeper")
    page.keyboard.type("mal")
    expect(page.get_by_role("option", name="Petr Malý")).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    closed(page, "keeper")
    expect(page.locator("#field-keeper .value")).to_contain_text("Petr Malý")
    open_detail(page, "keeper")
    page.keyboard.press("Backspace")
    page.keyboard.press("Enter")
    closed(page, "keeper")
    expect(page.locator("#field-keeper .value")).to_have_text("—")
    assert not firm.values("companies", record)["keeper"]


def test_what_is_removed_comes_back_by_the_toast_and_out_of_the_bin(firm: Firm, come_in: ComeIn) -> None:
    record = firm.create("companies", name="Rytec")
    page = come_in("ana", f"/r/companies/{record}")
    page.get_by_role("button", name="More").first.click()
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.locator(".toast")).to_contain_text("recycle bin")
    expect(page.get_by_text("Nothing here yet")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Rytec")

    page.get_by_role("button", name="More").first.click()
    page.get_by_role("button", name="Remove", exact=True).click()
    page.wait_for_url("**/r/companies")
    page.goto(page.url + "/bin")
    page.get_by_role("button", name="Bring back").click()
    expect(page.locator(".toast")).to_contain_text("is back")
    assert firm.values("companies", record)["name"] == "Rytec"


def test_history_shows_old_and_new_and_goes_back_after_a_look(firm: Firm, come_in: ComeIn) -> None:
    record = firm.create("companies", name="Rytec", city="Trutnov", status="lead")
    firm.change("companies", record, city="Brno", status="won")
    page = come_in("ana", f"/r/companies/{record}/history")
    newest = page.locator(".version").first
    expect(newest).to_contain_text("Petr Malý")
    expect(newest).to_contain_text("Trutnov")
    expect(newest.locator("ins")).to_have_text(["Brno", "Won"])
    expect(newest.get_by_role("button")).to_have_count(0)

    page.get_by_role("button", name="Back to this").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Back to version 1?")
    expect(dialog.locator("ins")).to_have_text(["Trutnov", "Lead"])
    dialog.get_by_role("button", name="Bring back this version").click()
    expect(page.locator("#field-city .value")).to_have_text("Trutnov")
    expect(page.locator("#field-status .value")).to_have_text("Lead")


def test_fields_of_another_category_are_neither_shown_nor_saved(firm: Firm, come_in: ComeIn) -> None:
    page = come_in("ana", "/r/companies/new")
    page.get_by_label("Name").fill("Rytec")
    expect(page.get_by_label("Shelf")).to_be_hidden()
    page.get_by_text("Supplier", exact=True).click()
    page.get_by_label("Shelf").fill("B 12")
    page.get_by_text("Customer", exact=True).click()
    expect(page.get_by_label("Shelf")).to_be_hidden()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Rytec")
    expect(page.locator("#record-head")).to_contain_text("Customer")
    expect(page.locator("#field-shelf")).to_have_count(0)


def test_a_folded_section_stays_folded(firm: Firm, come_in: ComeIn) -> None:
    first, second = firm.create("companies", name="Amor"), firm.create("companies", name="Rytec")
    page = come_in("ana", f"/r/companies/{first}")
    page.locator("summary", has_text="Finance").click()
    expect(page.locator("#field-turnover")).to_be_hidden()
    page.goto(re.sub(r"\d+$", str(second), page.url))
    expect(page.locator("#field-turnover")).to_be_hidden()
    expect(page.locator("#field-name")).to_be_visible()


def test_keys_step_through_the_list_that_led_here(firm: Firm, come_in: ComeIn) -> None:
    for name in ("Amor", "Borovice", "Cedr"):
        firm.create("companies", name=name)
    page = come_in("ana", "/r/companies?sort=-name")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Borovice")
    expect(page.locator("[data-trail-place]")).to_have_text("2 of 3")
    page.keyboard.press("j")
    expect(page.get_by_role("heading", level=1)).to_have_text("Amor")
    expect(page.locator("[data-trail-place]")).to_have_text("3 of 3")
    page.keyboard.press("k")
    expect(page.get_by_role("heading", level=1)).to_have_text("Borovice")
    expect(page.locator("[data-trail-place]")).to_have_text("2 of 3")
    page.keyboard.press("u")
    page.wait_for_url("**/r/companies?sort=-name")


def test_a_reader_sees_what_is_his_and_no_way_to_change_it(firm: Firm, come_in: ComeIn) -> None:
    record = firm.create("companies", name="Rytec", city="Trutnov", turnover="1000", remark="hush")
    page = come_in("rita", f"/r/companies/{record}")
    expect(page.locator("#field-city .value")).to_have_text("Trutnov")
    expect(page.get_by_text("Finance")).to_have_count(0)
    expect(page.get_by_text("hush")).to_have_count(0)
    expect(page.get_by_role("link", name="Edit")).to_have_count(0)
    expect(page.locator("[data-edit]")).to_have_count(0)
    page.locator("#field-city .value").click()
    expect(page.locator("[data-editing]")).to_have_count(0)
    page.goto(page.url + "/edit")
    expect(page.get_by_role("heading", level=1)).to_have_text("This is not for you")


def test_markup_in_values_stays_text_everywhere(firm: Firm, come_in: ComeIn) -> None:
    hostile = '"><img src=x onerror=alert(1)><script>alert(2)</script>'
    record = firm.create("companies", name=hostile, city=hostile, about=hostile)
    firm.change("companies", record, remark=hostile)
    page = come_in("ana", f"/r/companies/{record}")
    page.on("dialog", lambda dialog: (_ for _ in ()).throw(AssertionError(f"a script ran: {dialog.message}")))
    expect(page.get_by_role("heading", level=1)).to_have_text(hostile)
    for part in ("", "/history", "/edit"):
        page.goto(re.sub(r"(/r/companies/\d+).*", rf"\1{part}", page.url))
        expect(page.locator("main img")).to_have_count(0)
    page.goto(re.sub(r"/\d+/edit$", "", page.url))
    expect(page.locator("tbody")).to_contain_text(hostile)
    page.locator("tbody a").click()
    page.get_by_role("button", name="More").first.click()
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.locator(".toast")).to_contain_text(hostile)
    expect(page.locator("body img")).to_have_count(0)


def test_a_record_fits_a_phone(firm: Firm, come_in: ComeIn) -> None:
    long = (
        "Společenství vlastníků jednotek domů Nad Přehradou čp. 1187, 1188, 1189 a 1190 a přilehlých garáží"
    )
    record = firm.create("companies", name=long, city="Trutnov", about="x" * 300)
    page = come_in("ana", f"/r/companies/{record}")
    page.set_viewport_size(NARROW)
    for part in ("", "/history", "/edit"):
        page.goto(re.sub(r"(/r/companies/\d+).*", rf"\1{part}", page.url))
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]

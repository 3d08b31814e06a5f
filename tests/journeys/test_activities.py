"""Activities by clicking and typing: noted down with a key, narrowed down, changed, removed; and a call."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from kartoteka.platform.sdk import create_field
from tests.journeys.conftest import Firm
from tests.servers.axe import axe


def _with_phones(firm: Firm) -> None:
    with firm.site.office.begin_system(design=True) as work:
        create_field(work, "contacts", {"key": "phone", "name": "Phone", "type": "phone", "section": "basic"})


def test_what_happened_is_noted_down_and_found_again(firm: Firm, come_in: Callable[..., Page]) -> None:
    company, right_one = (firm.create("companies", name=name) for name in ("Acme", "Bolt"))
    contact = firm.create("contacts", name="Ann", company=company)
    page = come_in("ana", f"/r/contacts/{contact}")
    page.keyboard.press("c")
    expect(page.get_by_role("dialog")).to_contain_text("New activity")
    expect(page.get_by_label("What happened")).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("dialog")).to_contain_text("must be filled in")
    page.get_by_text("Meeting", exact=True).click()
    page.get_by_label("What happened").fill("Talked about the roof")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("status")).to_contain_text("Saved.")

    page.goto(f"{firm.site.url}/r/companies/{company}/tab/activities")
    shown = page.locator("#timeline article")
    expect(shown).to_contain_text(["Contacts: Ann"])
    page.get_by_label("With related records").uncheck()
    expect(shown).to_have_count(0)
    page.get_by_label("With related records").check()
    page.get_by_label("Kind", exact=True).select_option("Call")
    expect(shown).to_have_count(0)
    page.get_by_label("Kind", exact=True).select_option("All kinds")
    page.get_by_label("Words in activities").press_sequentially("roof")
    expect(shown).to_have_count(1)

    page.get_by_role("button", name="Edit this activity").click()
    page.get_by_label("Result").fill("They want it")
    page.get_by_role("button", name="Save").click()
    expect(shown).to_contain_text(["They want it"])

    page.get_by_role("button", name="Edit this activity").click()
    place = page.get_by_role("combobox", name="Belongs to")
    expect(page.get_by_role("dialog").locator(".token", has_text="Ann")).to_be_visible()
    place.fill("olt")
    expect(page.get_by_role("listbox", name="Belongs to").get_by_role("option")).to_have_text(
        ["BoltCompanies"]
    )
    assert axe(page) == []
    place.press("Enter")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").last).to_contain_text("It belongs to “Bolt” now.")
    expect(shown).to_have_count(0)
    page.goto(f"{firm.site.url}/r/companies/{right_one}/tab/activities")
    expect(shown).to_have_count(1)

    page.get_by_role("button", name="Edit this activity").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).last.click()
    expect(shown).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(shown).to_have_count(1)


def test_somebody_calls_a_phone(firm: Firm, come_in: Callable[..., Page]) -> None:
    _with_phones(firm)
    firm.create("contacts", name="Ann", phone="777123456")
    page = come_in("ana", "/activities")
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("link", name="Somebody is calling").click()
    page.get_by_label("Telephone number").press_sequentially("777123456")
    page.get_by_role("button", name="Note the call").click()
    page.get_by_label("What happened").fill("Asked for a price")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    page.get_by_role("link", name="Activities").last.click()
    expect(page.locator("#timeline")).to_contain_text("Asked for a price")
    numbers = page.locator("#numbers").get_by_role("row", name="Call")
    expect(numbers).to_contain_text("1")
    page.get_by_label("Kind", exact=True).select_option(label="Meeting")
    expect(numbers).to_have_count(0)
    page.get_by_label("Kind", exact=True).select_option(index=0)
    expect(numbers).to_contain_text("1")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

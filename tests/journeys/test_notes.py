"""Notes in a real browser: written on a record, kept to oneself, shared with a role, pinned, found; on a phone too."""

from collections.abc import Callable
from typing import Any, Protocol

from playwright.sync_api import Page, expect

from kartoteka.platform.sdk import Bearer, create
from kartoteka.platform.services import modelling
from tests.servers.axe import axe
from tests.servers.browsers import NARROW
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


def grant(firm: Firm, **sections: str) -> None:
    body: dict[str, Any] = {"rights": ["view", "edit"], "sections": {"basic": "edit", **sections}}
    with firm.site.office.begin_system(design=True) as work:
        modelling.set_grant(work, "reader", "companies", body)


def test_notes_are_written_kept_to_oneself_shared_and_found(firm: Firm, come_in: ComeIn) -> None:
    grant(firm, notes="edit")
    rytec = firm.create("companies", name="Rytec")
    page = come_in("rita", f"/r/companies/{rytec}")
    page.get_by_role("link", name="Notes", exact=True).last.click()
    expect(page.get_by_role("heading", name="No note yet")).to_be_visible()
    page.get_by_label("New note").fill("Prefers **e-mail** <script>alert(1)</script>")
    page.locator("#notes").get_by_role("button", name="Add", exact=True).click()
    note = page.locator(".note-card")
    expect(note.locator("strong")).to_have_text("e-mail")
    expect(note).to_contain_text("<script>alert(1)</script>")
    expect(page.get_by_label("New note")).to_have_value("")
    note.get_by_role("button", name="Pin").click()
    expect(page.locator(".note-card.pinned")).to_have_count(1)

    page.get_by_label("New note").fill("Between us")
    page.locator("#notes").get_by_label("Only for me").check()
    page.locator("#notes").get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(".note-card")).to_have_count(2)
    expect(page.locator(".note-card").first).to_contain_text("Prefers")
    expect(page.locator(".note-card").last).to_contain_text("only for me")
    assert axe(page) == []

    page.locator(".rail").get_by_role("link", name="Notes").click()
    page.get_by_role("button", name="New note").first.click()
    dialog = page.locator("dialog#dialog[open]")
    dialog.get_by_label("Text").fill("A free thought")
    dialog.get_by_label("Reader").check()
    assert axe(page) == []
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator(".note-card")).to_have_count(3)
    free = page.locator(".note-card", has_text="A free thought")
    expect(free).to_contain_text("Reader")
    free.get_by_role("button", name="Edit").click()
    expect(dialog.get_by_label("Reader")).to_be_checked()
    dialog.get_by_role("button", name="Remove").click()
    expect(page.locator(".note-card")).to_have_count(2)
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator(".note-card")).to_have_count(3)

    page.set_viewport_size(NARROW)
    page.get_by_label("Search notes").fill("between")
    page.keyboard.press("Enter")
    expect(page.locator(".note-card")).to_have_count(1)
    assert fits(page)
    page.get_by_role("link", name="Rytec").click()
    expect(page.locator("#notes .note-card")).to_have_count(2)
    assert fits(page)


def test_an_admin_sees_no_private_note_of_others(firm: Firm, come_in: ComeIn) -> None:
    grant(firm, notes="edit")
    rytec = firm.create("companies", name="Rytec")
    with firm.site.office.begin(firm.ids["rita"], write=True) as work:
        for text, private in (("Between us", True), ("For everybody", False)):
            create(work, "_notes", {"text": text, "private": private}, on=Bearer("companies", rytec))
    page = come_in("ana", f"/r/companies/{rytec}/tab/notes")
    expect(page.locator(".note-card")).to_have_count(1)
    expect(page.locator(".note-card")).to_contain_text("For everybody")
    page.goto(f"{firm.site.url}/notes")
    expect(page.locator(".note-card")).to_have_count(1)
    page.goto(f"{firm.site.url}/r/_notes")
    expect(page.locator("main")).not_to_contain_text("Between us")

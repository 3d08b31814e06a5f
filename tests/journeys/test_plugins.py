"""Plugins in the administration, in a real browser: what each is, switched off and on, limited to some registries."""

from collections.abc import Callable
from typing import Protocol

from playwright.sync_api import Page, expect

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


def test_a_plugin_is_switched_and_limited_by_clicks(firm: Firm, come_in: ComeIn) -> None:
    rytec = firm.create("companies", name="Rytec")
    body = {"rights": ["view"], "sections": {"basic": "read", "notes": "read"}}
    with firm.site.office.begin_system(design=True) as work:
        modelling.set_grant(work, "reader", "companies", body)
    page = come_in("ana", "/admin")
    page.get_by_role("link", name="Plugins").click()
    line = page.locator("#plugins .line", has_text="What people think of a record")
    expect(line).to_contain_text("on everywhere")
    assert axe(page) == []
    line.get_by_role("button", name="Switch off “Notes”").click()
    dialog = page.locator("dialog#dialog[open]")
    expect(dialog).to_contain_text("The tab goes from: Companies, Contacts.")
    expect(dialog).to_contain_text("Who sees it now: Reader. Their rights are kept.")
    dialog.get_by_role("button", name="Switch off").click()
    expect(page.locator(".toast")).to_contain_text("nothing of it is lost")
    expect(line.locator(".chip")).to_have_text("off")
    page.goto(f"{firm.site.url}/r/companies/{rytec}")
    expect(page.locator(".tabs").get_by_role("link", name="Tasks")).to_have_count(1)
    expect(page.locator(".tabs").get_by_role("link", name="Notes")).to_have_count(0)

    page.goto(f"{firm.site.url}/admin/plugins/notes")
    page.get_by_label("In use").check()
    page.get_by_label("these registries:").check()
    page.get_by_label("Contacts").uncheck()
    expect(page.locator("#plugin-impact")).to_contain_text("The tab comes to: Companies.")
    assert axe(page) == []
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".toast")).to_contain_text("Saved")
    page.goto(f"{firm.site.url}/r/companies/{rytec}")
    expect(page.locator(".tabs").get_by_role("link", name="Notes")).to_have_count(1)
    page.goto(f"{firm.site.url}/admin/r/contacts/roles")
    expect(page.locator("table.matrix thead")).to_contain_text("Tasks")
    expect(page.locator("table.matrix thead")).not_to_contain_text("Notes")
    page.goto(f"{firm.site.url}/admin/plugins")
    expect(line.locator(".chip")).to_have_text("on in 1 registry")

    page.set_viewport_size(NARROW)
    page.goto(f"{firm.site.url}/admin/plugins/activities")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("link", name="Design its fields").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Activities")


def test_the_registries_of_plugins_stand_nowhere_among_the_firms(firm: Firm, come_in: ComeIn) -> None:
    page = come_in("ana", "/admin")
    for address in ("/", "/admin", "/admin/roles"):
        page.goto(f"{firm.site.url}{address}")
        assert "/r/_" not in page.content(), address

"""A stranger in an empty installation: three registries of her own and rights for three roles, by clicks alone."""

from playwright.sync_api import Locator, Page, expect

from kartoteka.platform.services import people
from tests.servers.browsers import answered, tick
from tests.servers.sites import Site

PASSWORD = "four quiet words here"


def dialog(page: Page) -> Locator:
    return page.locator("dialog#dialog[open]")


def name_it(page: Page, name: str) -> None:
    dialog(page).get_by_role("textbox", name="Název", exact=True).fill(name)


def press(page: Page, button: str) -> None:
    dialog(page).get_by_role("button", name=button, exact=True).click()


def add_registry(page: Page, name: str, one: str) -> None:
    page.get_by_role("button", name="Nová evidence").first.click()
    name_it(page, name)
    dialog(page).get_by_label("Jeden z nich").fill(one)
    press(page, "Vytvořit")
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()


def add_fields(page: Page, *fields: tuple[str, str, str]) -> None:
    """One after the other, without leaving the dialog: name, type, and what it points at."""
    page.get_by_role("button", name="Přidat detail").first.click()
    for number, (name, kind, target) in enumerate(fields, 1):
        expect(dialog(page).get_by_role("textbox", name="Název", exact=True)).to_have_value("")
        name_it(page, name)
        tick(dialog(page).get_by_role("radio", name=kind, exact=True))
        answered(page)
        if target:
            dialog(page).get_by_label("Evidence").select_option(label=target)
        press(page, "Uložit" if number == len(fields) else "Uložit a další")
        expect(page.locator(".line b", has_text=name)).to_be_visible()
    expect(dialog(page)).to_have_count(0)


def add_role(page: Page, name: str, beginning: str) -> None:
    page.get_by_role("button", name="Nová role").first.click()
    name_it(page, name)
    dialog(page).get_by_role("radio", name=beginning).check()
    press(page, "Uložit")
    expect(page.get_by_role("row", name=name)).to_be_visible()


def registries(page: Page) -> list[str]:
    """What stands in the rail under the registries."""
    return [text.strip() for text in page.locator(".rail nav a[href^='/r/'] span").all_inner_texts()]


def test_from_nothing_to_three_registries_with_rights_for_three_roles(site: Site, page: Page) -> None:
    with site.office.begin_system() as work:
        body = {"email": "ana@firma.example", "roles": ["admin"], "password": PASSWORD}
        people.create_user(work, body)
    page.goto(site.url)
    page.get_by_role("link", name="Čeština").click()
    page.get_by_label("E-mail").fill("ana@firma.example")
    page.get_by_label("Heslo").fill(PASSWORD)
    page.get_by_role("button", name="Přihlásit se").click()

    # The language of the door goes on inside, and the first day says where to begin.
    page.get_by_role("link", name="Vytvořte první evidenci").click()
    page.get_by_role("link", name="Firmy").first.click()
    page.get_by_role("button", name="Nainstalovat").click()
    expect(page.get_by_role("heading", level=1, name="Firmy")).to_be_visible()
    expect(page.locator("#list tbody tr").first).to_be_visible()

    # Two registries that nobody has made ready for her.
    page.get_by_role("link", name="Správa").click()
    add_registry(page, "Stroje", "Stroj")
    add_fields(
        page,
        ("Výrobní číslo", "Text", ""),
        ("Majitel", "Souvislost", "Firmy"),
        ("Pořízeno", "Datum", ""),
    )
    expect(page.locator("#fields-here")).to_have_text("4")
    add_registry(page, "Servisní zásahy", "Zásah")
    add_fields(page, ("Stroj", "Souvislost", "Stroje"), ("Cena práce", "Částka", ""))

    # Three roles: one works, one reads, one sees nothing but what she is given section by section.
    page.get_by_role("link", name="Role", exact=True).click()
    add_role(page, "Obchodník", "Pracuje se vším")
    add_role(page, "Technik", "Čte všechno")
    add_role(page, "Účetní", "Nevidí nic")
    page.get_by_role("row", name="Účetní").get_by_role("link").last.click()
    level = (
        page.get_by_role("row", name="Účetní").get_by_text("číst", exact=True).locator("visible=true").first
    )
    level.click()
    expect(page.get_by_text("uvidí „Základní údaje“; smí vidět.")).to_be_visible()
    page.get_by_role("button", name="Uložit změny").click()
    expect(page.locator(".toast").last).to_contain_text("Uloženo")

    # Seen with the eyes of the last one: just what she was given.
    page.get_by_role("button", name="Vaše nabídka").click()
    page.get_by_role("button", name="Podívat se jako").click()
    dialog(page).get_by_role("button", name="Účetní").click()
    expect(page.locator(".rail nav a[href^='/r/']")).to_have_count(1)
    assert registries(page) == ["Servisní zásahy"]

"""The portal in a real browser: a customer on a phone asks, staff answer, the bar moves; the other one sees nothing."""

import re
from collections.abc import Callable
from email import message_from_bytes
from email.policy import default as written
from typing import Any, Protocol

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from kartoteka.platform.sdk import (
    Bearer,
    change,
    change_plugin,
    create,
    create_registry,
    create_role,
    create_user,
    fetch,
)
from kartoteka.platform.services import modelling
from kartoteka.platform.services.worker import Worker
from tests.servers.axe import axe
from tests.servers.browsers import NARROW
from tests.servers.sites import Site

PASSWORD = "four quiet words here"
COMPANY = {"var": "identity.company"}
STATES = [{"key": key, "name": key.title()} for key in ("received", "working", "done")]
REQUESTS = {
    "key": "requests", "name": "Requests", "name_one": "Request", "icon": "lifebuoy", "title": "{number} {subject}",
    "sections": [
        {"key": "basic", "name": "Basic details", "fields": [
            {"key": "number", "name": "Number", "type": "autonumber", "options": {"prefix": "R-"}},
            {"key": "subject", "name": "Subject", "type": "text", "required": True},
            {"key": "about", "name": "What has happened", "type": "long_text"},
            {"key": "company", "name": "Company", "type": "relation", "options": {"target": "companies"}},
        ]},
        {"key": "progress", "name": "Progress", "fields": [
            {"key": "state", "name": "State", "type": "choice", "default": "received",
             "options": {"choices": STATES}},
        ]},
        {"key": "internal", "name": "Internal", "fields": [{"key": "costs", "name": "Costs", "type": "money"}]},
    ],
}  # fmt: skip
ROLE = {
    "key": "customer", "name": "Customer", "kind": "portal",
    "grants": {
        "companies": {"rights": ["view"], "sections": {"basic": "read"},
                      "rows": {"field": "id", "op": "eq", "value": COMPANY}},
        "contacts": {"rights": ["view"], "sections": {"basic": "read", "portal": "read"},
                     "rows": {"field": "id", "op": "eq", "value": {"var": "identity"}}},
        "requests": {"rights": ["view", "create"],
                     "sections": {"basic": "edit", "progress": "read", "portal": "read", "attachments": "read",
                                  "tasks": "read"},
                     "rows": {"field": "company", "op": "eq", "value": COMPANY}},
    },
}  # fmt: skip
WINDOW = {
    "pages": [{"registry": "requests", "columns": ["state"], "state": "state", "form": {"asks": ["subject", "about"]},
               "uploads": True, "folder": "From customers"}],
    "proposes": ["phone"],
}  # fmt: skip


class Firm(Protocol):
    """What these journeys need of the firm."""

    site: Site
    ids: dict[str, int]

    def create(self, registry: str, *, category: str | None = None, **values: Any) -> int: ...


@pytest.fixture
def customers(firm: Firm) -> Firm:
    """Two customers with a person each, and a portal for them."""
    with firm.site.office.begin_system(design=True) as work:
        create_registry(work, REQUESTS)
        phone = {"key": "phone", "name": "Telephone", "type": "phone", "section": "basic"}
        modelling.create_field(work, "contacts", phone)
        create_role(work, ROLE)
        rights = {
            "rights": ["view", "edit"],
            "sections": {
                "basic": "edit",
                "progress": "edit",
                "portal": "edit",
                "attachments": "edit",
                "tasks": "edit",
            },
        }
        modelling.set_grant(work, "reader", "requests", rights)
        contacts = {"rights": ["view", "edit"], "sections": {"basic": "edit", "portal": "edit"}}
        modelling.set_grant(work, "reader", "contacts", contacts)
        change_plugin(work, "portal", {"settings": {"windows": {"customer": WINDOW}}})
    with firm.site.office.begin_system() as work:
        for who, company in (("olga", "Rytec"), ("boris", "Bolt")):
            at = create(work, "companies", {"name": company}).id
            values = {"name": f"{who.title()} of {company}", "company": at, "phone": "+420777111222"}
            person = create(work, "contacts", values).id
            body = {"email": f"{who}@customer.example", "name": who.title(), "roles": ["customer"],
                    "password": PASSWORD, "identity": {"registry": "contacts", "id": person}}  # fmt: skip
            firm.ids[who] = create_user(work, body).id
    return firm


def enter(page: Page, firm: Firm, who: str) -> Page:
    page.goto(f"{firm.site.url}/portal")
    page.get_by_label("E-mail").fill(f"{who}@customer.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{firm.site.url}/portal")
    return page


def photo(name: str) -> FilePayload:
    return {"name": name, "mimeType": "image/jpeg", "buffer": b"\xff\xd8\xff\xe0" + name.encode() * 20}


def letters(firm: Firm) -> list[tuple[str, str]]:
    """To whom has been written, and about what."""
    found = (firm.site.office.settings.data / "mail").glob("*.eml")
    sent = [message_from_bytes(each.read_bytes(), policy=written) for each in found]
    return [(str(each["To"]), str(each["Subject"])) for each in sent]


def fits(page: Page) -> bool:
    """Whether nothing sticks out beside the page."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def clean(page: Page) -> None:
    assert axe(page) == []
    assert fits(page)


def test_a_request_from_a_phone_is_answered_and_moves_on(
    customers: Firm, come_in: Callable[..., Page], browser: Browser
) -> None:
    phone = browser.new_context(viewport=NARROW, locale="en-GB").new_page()
    enter(phone, customers, "olga")
    expect(phone.get_by_text("Nothing waits for you.")).to_be_visible()
    clean(phone)
    phone.get_by_role("link", name="New: Request").click()
    phone.get_by_label("Subject").fill("The winch lets go")
    phone.get_by_role("button", name="Keep for later").click()
    expect(phone.get_by_text("You began this")).to_be_visible()
    expect(phone.get_by_label("Subject")).to_have_value("The winch lets go")
    phone.get_by_label("What has happened").fill("Since this morning.\nUnder load only.")
    phone.get_by_label("Files or photos").set_input_files([photo("winch.jpg"), photo("rope.jpg")])
    clean(phone)
    phone.get_by_role("button", name="Send", exact=True).click()
    expect(phone.get_by_role("heading", name=re.compile(r"R-\d+ The winch lets go"))).to_be_visible()
    address = phone.url
    assert re.fullmatch(rf"{customers.site.url}/portal/requests/\d+", address), (
        "an address that can be mailed"
    )
    number = phone.get_by_role("heading", level=1).inner_text()
    expect(phone.get_by_role("link", name="winch.jpg")).to_be_visible()
    expect(phone.get_by_role("link", name="rope.jpg")).to_be_visible()
    expect(phone.locator("[aria-current=step]")).to_contain_text("Received")
    phone.get_by_label("Your message").fill("Could you come today?")
    phone.get_by_role("button", name="Send", exact=True).click()
    expect(phone.locator(".message.ours")).to_contain_text("Could you come today?")
    clean(phone)

    page = come_in("rita", "/from-customers")
    expect(page.locator(".portal-item")).to_have_count(2)
    clean(page)
    page.get_by_role("link", name=re.compile("The winch lets go")).first.click()
    expect(page.locator(".message")).to_contain_text("Could you come today?")
    page.get_by_label("Answer to the customer").fill("We are on the way.")
    clean(page)
    page.get_by_role("button", name="Send to the customer").click()
    expect(page.locator(".message.ours")).to_contain_text("We are on the way.")
    request = int(address.rpartition("/")[2])
    with customers.site.office.begin(customers.ids["rita"], write=True) as work:
        on = Bearer("requests", request)
        create(
            work,
            "_tasks",
            {"title": "Rope is changed", "public": True, "assignee": customers.ids["rita"]},
            on=on,
        )
        create(work, "_tasks", {"title": "Watch the margin", "assignee": customers.ids["rita"]}, on=on)
    page.goto(f"{customers.site.url}/r/requests/{request}/tab/attachments")
    expect(page.locator("main")).to_contain_text("winch.jpg")
    page.goto(f"{customers.site.url}/r/requests/{request}/tab/tasks")
    page.get_by_role("checkbox", name="Done: Rope is changed").click()
    expect(page.get_by_role("checkbox", name="Done: Rope is changed")).to_have_count(0)
    page.goto(f"{customers.site.url}/r/requests/{request}/tab/portal")
    page.get_by_text("Ask for an approval").click()
    page.get_by_label("What is to be approved").fill("The price of the repair")
    page.get_by_role("button", name="Ask for it").click()
    expect(page.get_by_text("Waits for the customer")).to_be_visible()
    with customers.site.office.begin(customers.ids["rita"], write=True) as work:
        change(work, "requests", request, {"state": "working"})
    Worker(customers.site.office).run_once()
    told = letters(customers)
    hers = {subject for to, subject in told if "olga" in to}
    about = ("We have received {}", "An answer: {}", "Please approve: {}", "{} has moved on", "News: {}")
    assert {each.format(number) for each in about} <= hers
    assert not [subject for to, subject in told if "boris" in to], "the other customer is told nothing"

    phone.goto(f"{customers.site.url}/portal")
    phone.get_by_role("link", name=re.compile("Waits for your approval")).click()
    expect(phone.locator("[aria-current=step]")).to_contain_text("Working")
    expect(phone.locator(".message").last).to_contain_text("We are on the way.")
    expect(phone.locator(".window-steps li.done")).to_contain_text("Rope is changed")
    expect(phone.locator("main")).not_to_contain_text("margin")
    phone.get_by_label("Files or photos").set_input_files(photo("later.jpg"))
    phone.get_by_role("button", name="Send the files").click()
    expect(phone.get_by_role("link", name="later.jpg")).to_be_visible()
    clean(phone)
    phone.get_by_role("button", name="Approve").click()
    expect(phone.get_by_role("heading", name="Approved")).to_be_visible()

    phone.get_by_role("link", name="My data").click()
    phone.get_by_label("Telephone").fill("+420 777 333 444")
    phone.get_by_role("button", name="Propose the change").click()
    expect(phone.get_by_text("Waits for us")).to_be_visible()
    clean(phone)
    page.goto(f"{customers.site.url}/from-customers")
    page.get_by_role("button", name="Accept the change").click()
    expect(page.get_by_text("Changed as proposed.")).to_be_visible()
    phone.reload()
    expect(phone.locator("main .window-values")).to_contain_text("777 333 444")
    expect(phone.get_by_text("Waits for us")).to_have_count(0)
    phone.get_by_label("Language").select_option("pl")
    phone.locator("form", has_text="Write to me when").get_by_role("button", name="Save").click()
    expect(phone.get_by_role("heading", name="Moje dane")).to_be_visible()
    clean(phone)

    other = enter(browser.new_context(viewport=NARROW, locale="en-GB").new_page(), customers, "boris")
    expect(other.locator("main")).not_to_contain_text("winch")
    other.goto(address)
    expect(other.get_by_role("heading", name="Nothing is here")).to_be_visible()
    other.goto(f"{customers.site.url}/r/requests/{request}")
    expect(other.get_by_role("heading", name="Nothing is here")).to_be_visible()


def test_an_admin_designs_the_portal_and_looks_at_it_as_a_customer(
    customers: Firm, come_in: Callable[..., Page]
) -> None:
    page = come_in("ana", "/admin/portal")
    clean(page)
    page.get_by_role("link", name=re.compile("^Customer")).first.click()
    page.get_by_label("Welcome on the first page (English)").fill("Good to **see** you")
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator("#contacts").get_by_label("Person or branch").fill("Jana of the office")
    page.locator("#contacts").get_by_label("Phone").fill("+420 499 555 101")
    page.locator("#contacts").get_by_role("button", name="Add").click()
    expect(page.locator("#contacts")).to_contain_text("Jana of the office")
    clean(page)
    page.locator("#pages").get_by_role("link", name="Requests").first.click()
    page.get_by_label("English", exact=True).fill("Your wishes")
    clean(page)
    page.get_by_role("button", name="Save", exact=True).click()
    page.goto(f"{customers.site.url}/admin/portal/customer")
    page.get_by_role("button", name="See the portal as this person").click()
    expect(page.get_by_text("You see the portal as")).to_be_visible()
    expect(page.locator(".window-hello strong")).to_have_text("see")
    expect(page.get_by_role("link", name="Your wishes").first).to_be_visible()
    expect(page.locator("main")).to_contain_text("Jana of the office")
    page.get_by_role("button", name="End").click()
    expect(page.locator(".rail")).to_be_visible()
    with customers.site.office.begin(customers.ids["olga"], write=True) as work:
        company = fetch(work, "contacts", work.actor.identity.id).values["company"][0].id
        mine = create(work, "requests", {"subject": "A new roof", "company": company}).id
    page.goto(f"{customers.site.url}/r/requests/{mine}/tab/portal")
    page.get_by_role("link", name="Side by side with what you see").click()
    expect(page.locator(".portal-beside > section").last).to_contain_text("A new roof")
    clean(page)

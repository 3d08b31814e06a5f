"""A small firm on a site of its own, and people who come to it in a browser."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Page

from kartoteka.platform.services import modelling, people, records
from tests.servers.databases import SQLiteFiles
from tests.servers.sites import Site

PASSWORD = "four quiet words here"
COMPANIES = {
    "key": "companies", "name": "Companies", "name_one": "Company", "icon": "building", "title": "{name}",
    "columns": ["name", "city", "status", "turnover", "valid_to"],
    "categories": [{"key": "customer", "name": "Customer", "colour": "green"}, {"key": "supplier", "name": "Supplier"}],
    "sections": [
        {"key": "basic", "name": "Basic details", "fields": [
            {"key": "name", "name": "Name", "type": "text", "required": True},
            {"key": "ico", "name": "IČO", "type": "ico", "unique": True},
            {"key": "city", "name": "City", "type": "text"},
            {"key": "status", "name": "Status", "type": "choice", "options": {"choices": [
                {"key": "lead", "name": "Lead", "colour": "blue"}, {"key": "won", "name": "Won", "colour": "green"},
                {"key": "lost", "name": "Lost", "colour": "red"}]}},
            {"key": "valid_to", "name": "Valid to", "type": "date"},
            {"key": "keeper", "name": "Keeper", "type": "user"},
            {"key": "about", "name": "About", "type": "long_text"},
            {"key": "shelf", "name": "Shelf", "type": "text", "categories": ["supplier"]},
        ]},
        {"key": "finance", "name": "Finance", "fields": [
            {"key": "turnover", "name": "Turnover", "type": "money"},
            {"key": "remark", "name": "Remark", "type": "text"},
        ]},
    ],
}  # fmt: skip
CONTACTS = {
    "key": "contacts", "name": "Contacts", "name_one": "Contact", "icon": "users", "title": "{name}",
    "sections": [{"key": "basic", "name": "Basic details", "fields": [
        {"key": "name", "name": "Name", "type": "text", "required": True},
        {"key": "company", "name": "Company", "type": "relation", "options": {"target": "companies"}},
    ]}],
}  # fmt: skip
READER = {
    "key": "reader", "name": "Reader",
    "grants": {"companies": {"rights": ["view"], "sections": {"basic": "read"}},
               "contacts": {"rights": ["view"], "sections": {"basic": "read"}}},
}  # fmt: skip
STAFF = {
    "ana": ("Ana Adminová", "admin"),
    "petr": ("Petr Malý", "admin"),
    "rita": ("Rita Readerová", "reader"),
}


@pytest.fixture
def databases(sqlite_files: SQLiteFiles) -> SQLiteFiles:
    """Journeys show that the pages do what people click; what lies below them is tested on both databases."""
    return sqlite_files


@dataclass
class Firm:
    """The firm behind a site: its people by name, and its records as they come and go behind the browser's back."""

    site: Site
    ids: dict[str, int] = field(default_factory=dict)

    def create(self, registry: str, *, category: str | None = None, **values: Any) -> int:
        """Make a record and tell its id."""
        with self.site.office.begin(self.ids["ana"], write=True) as work:
            return records.create(work, registry, values, category=category).id

    def create_many(self, registry: str, rows: list[Mapping[str, Any]]) -> list[int]:
        """Make many records and tell their ids."""
        with self.site.office.begin(self.ids["ana"], write=True) as work:
            return [
                each.id
                for each in records.batch(work, registry, create=[{"values": row} for row in rows]).created
            ]

    def change(self, registry: str, record: int, person: str = "petr", **values: Any) -> None:
        """Change a record as a colleague."""
        with self.site.office.begin(self.ids[person], write=True) as work:
            records.change(work, registry, record, values)

    def values(self, registry: str, record: int) -> Mapping[str, Any]:
        """The values of a record as they are kept."""
        with self.site.office.begin(self.ids["ana"]) as work:
            return records.fetch(work, registry, record).values


@pytest.fixture
def firm(site: Site) -> Firm:
    """The firm, on each database."""
    built = Firm(site)
    with site.office.begin_system(design=True) as work:
        modelling.create_registry(work, COMPANIES)
        modelling.create_registry(work, CONTACTS)
        modelling.create_role(work, READER)
    with site.office.begin_system() as work:
        for key, (name, role) in STAFF.items():
            body = {"email": f"{key}@firm.example", "name": name, "roles": [role], "password": PASSWORD}
            built.ids[key] = people.create_user(work, body).id
    return built


@pytest.fixture
def come_in(firm: Firm, page: Page) -> Callable[..., Page]:
    """Sign somebody in through the door, and go to an address; whoever was signed in before has left."""

    def enter(person: str = "ana", address: str = "/") -> Page:
        # An answer that is still on its way would bring the session of the one before back.
        page.goto("about:blank")
        page.context.clear_cookies()
        page.goto(f"{firm.site.url}/sign-in")
        page.get_by_label("E-mail").fill(f"{person}@firm.example")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{firm.site.url}/")
        if address != "/":
            page.goto(f"{firm.site.url}{address}")
        return page

    return enter

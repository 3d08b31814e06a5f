"""A small invented firm: two registries, sections that some may not see, and people with lesser roles."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from kartoteka.platform.services import modelling, people, records
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.work import Work
from tests.servers.offices import Furnish

COMPANIES = {
    "key": "companies", "name": "Companies", "name_one": "Company", "title": "{name}",
    "categories": [{"key": "customer", "name": "Customer"}, {"key": "supplier", "name": "Supplier"}],
    "sections": [
        {"key": "basic", "name": "Basic", "fields": [
            {"key": "name", "name": "Name", "type": "text", "required": True},
            {"key": "city", "name": "City", "type": "text"},
            {"key": "code", "name": "Code", "type": "text", "unique": True},
            {"key": "about", "name": "About", "type": "long_text"},
        ]},
        {"key": "finance", "name": "Finance", "fields": [
            {"key": "turnover", "name": "Turnover", "type": "money"},
            {"key": "remark", "name": "Remark", "type": "text"},
        ]},
    ],
}  # fmt: skip
CONTACTS = {
    "key": "contacts", "name": "Contacts", "name_one": "Contact", "title": "{name}",
    "sections": [
        {"key": "basic", "name": "Basic", "fields": [
            {"key": "name", "name": "Name", "type": "text", "required": True},
            {"key": "companies", "name": "Companies", "type": "relation",
             "options": {"target": "companies", "many": True}},
            {"key": "keeper", "name": "Keeper", "type": "user"},
        ]},
    ],
}  # fmt: skip
ALL = ["view", "create", "edit", "delete", "import", "export"]
BRNO = {"field": "city", "op": "eq", "value": "Brno"}
ROLES = {
    # Sees the basic section of everything, and nothing else.
    "viewer": {"companies": {"rights": ["view"], "sections": {"basic": "read"}},
               "contacts": {"rights": ["view"], "sections": {"basic": "read"}}},
    # Writes the basic section, reads no finance.
    "editor": {"companies": {"rights": ALL, "sections": {"basic": "edit"}},
               "contacts": {"rights": ALL, "sections": {"basic": "edit"}}},
    # Reads finance, but only of companies in Brno.
    "banker": {"companies": {"rights": ["view"], "rows": BRNO, "sections": {"finance": "read"}}},
    # Sees companies in Brno only.
    "local": {"companies": {"rights": ["view"], "rows": BRNO, "sections": {"basic": "read"}},
              "contacts": {"rights": ["view"], "sections": {"basic": "read"}}},
    "stranger": {},
}  # fmt: skip
PEOPLE = {
    "ana": ["admin"],
    "vera": ["viewer"],
    "eda": ["editor"],
    "bara": ["viewer", "banker"],
    "lola": ["local"],
    "nik": ["stranger"],
}


@dataclass
class Firm:
    """The firm in its office: begin work as a person by name."""

    office: Office
    ids: dict[str, int] = field(default_factory=dict)

    @contextmanager
    def work(
        self, person: str, *, write: bool = False, design: bool = False, via: str = "web"
    ) -> Iterator[Work]:
        """Work as somebody, with the rights of his roles."""
        with self.office.begin(self.ids[person], via=via, write=write, design=design) as work:
            yield work

    def create(self, registry: str, person: str = "ana", category: str | None = None, **values: Any) -> int:
        """Make a record and tell its id."""
        with self.work(person, write=True) as work:
            return records.create(work, registry, values, category=category).id

    def change(self, registry: str, record: int, person: str = "ana", **values: Any) -> None:
        """Change a record."""
        with self.work(person, write=True) as work:
            records.change(work, registry, record, values)

    def remove(self, registry: str, record: int, person: str = "ana") -> None:
        """Put a record into the bin."""
        with self.work(person, write=True) as work:
            records.remove(work, registry, record)


def build(office: Office) -> Firm:
    """Set the firm up."""
    with office.begin_system(design=True) as work:
        modelling.create_registry(work, COMPANIES)
        modelling.create_registry(work, CONTACTS)
        for key, grants in ROLES.items():
            modelling.create_role(work, {"key": key, "name": key.title(), "grants": grants})
    firm = Firm(office)
    with office.begin_system() as work:
        for name, roles in PEOPLE.items():
            body = {"email": f"{name}@firm.example", "name": name.title(), "roles": roles}
            firm.ids[name] = people.create_user(work, body).id
    return firm


def found(office: Office) -> Firm:
    """The firm as it stands in a database where it was set up before."""
    with office.begin_system(write=False) as work:
        return Firm(office, {person.email.split("@")[0]: person.id for person in people.users(work)})


@pytest.fixture
def furnished() -> Furnish:
    """Every test begins with the firm."""
    return build


@pytest.fixture
def firm(office: Office) -> Firm:
    """The firm, on each database."""
    return found(office)

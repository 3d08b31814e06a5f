"""A firm with a portal: two customers, an owner and a technician of each, and somebody of the firm who answers."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kartoteka.app import open_office
from kartoteka.platform.kernel.settings import Settings
from kartoteka.platform.sdk import (
    Query,
    Work,
    browse,
    change_plugin,
    create,
    create_registry,
    create_role,
    create_user,
    people_verbs,
)
from kartoteka.platform.services.installing import install
from kartoteka.platform.services.office import Office
from tests.servers.apps import app_for
from tests.servers.databases import PostgreSQL, SQLiteFiles
from tests.servers.offices import settings_for

PASSWORD = "four quiet words here"
STATES = [
    {"key": key, "name": key.title()} for key in ("received", "working", "waiting", "done", "cancelled")
]
REGISTRIES: tuple[dict[str, Any], ...] = (
    {
        "key": "companies",
        "name": "Companies",
        "title": "{name}",
        "sections": [
            {"key": "basic", "name": "Basic", "fields": [{"key": "name", "name": "Name", "type": "text"}]},
            {"key": "secret", "name": "Secret", "fields": [{"key": "rank", "name": "Rank", "type": "integer"}]},
        ],
    },
    {
        "key": "contacts",
        "name": "Contacts",
        "title": "{name}",
        "sections": [
            {
                "key": "basic",
                "name": "Basic",
                "fields": [
                    {"key": "name", "name": "Name", "type": "text", "required": True},
                    {"key": "company", "name": "Company", "type": "relation", "options": {"target": "companies"}},
                    {"key": "email", "name": "E-mail", "type": "email"},
                    {"key": "phone", "name": "Phone", "type": "phone"},
                    {"key": "still", "name": "Still there", "type": "boolean", "default": True},
                ],
            }
        ],
    },
    {
        "key": "orders",
        "name": "Orders",
        "name_one": "Order",
        "title": "{subject}",
        "columns": ["subject", "state", "total"],
        "sections": [
            {
                "key": "basic",
                "name": "Basic",
                "fields": [
                    {"key": "subject", "name": "Subject", "type": "text", "required": True},
                    {"key": "note", "name": "Note", "type": "long_text"},
                    {"key": "company", "name": "Company", "type": "relation", "options": {"target": "companies"}},
                    {"key": "contact", "name": "Contact", "type": "relation", "options": {"target": "contacts"}},
                ],
            },
            {
                "key": "progress",
                "name": "Progress",
                "fields": [
                    {"key": "state", "name": "State", "type": "choice", "default": "received",
                     "options": {"choices": STATES}},
                ],
            },
            {"key": "price", "name": "Price", "fields": [{"key": "total", "name": "Total", "type": "money"}]},
            {
                "key": "internal",
                "name": "Internal",
                "fields": [
                    {"key": "costs", "name": "Costs", "type": "money"},
                    {"key": "whisper", "name": "Whisper", "type": "text"},
                ],
            },
        ],
    },
)  # fmt: skip
COMPANY = {"var": "identity.company"}
OWN = {"field": "company", "op": "eq", "value": COMPANY}
PUBLIC = {"field": "public", "op": "eq", "value": True}
HOLDS = {"field": "still", "op": "ne", "value": False}


def _portal_role(key: str, **orders: str) -> dict[str, Any]:
    return {
        "key": key,
        "name": key.title(),
        "kind": "portal",
        "holds": HOLDS,
        "grants": {
            "companies": {
                "rights": ["view"],
                "sections": {"basic": "read"},
                "rows": {"field": "id", "op": "eq", "value": COMPANY},
            },
            "contacts": {
                "rights": ["view"],
                "sections": {"basic": "read", "portal": "read"},
                "rows": {"field": "id", "op": "eq", "value": {"var": "identity"}},
            },
            "orders": {
                "rights": ["view", "create", "export"],
                "sections": {
                    "basic": "edit",
                    "progress": "read",
                    "portal": "read",
                    "attachments": "read",
                    "tasks": "read",
                    **orders,
                },
                "rows": OWN,
            },
            "_portal": {"rights": [], "sections": {"message": "read", "matter": "read"}},
            "_tasks": {"rights": [], "sections": {"task": "read"}, "rows": PUBLIC},
        },
    }


def _staff_role() -> dict[str, Any]:
    rights = ["view", "create", "edit", "delete"]
    every = {"basic": "edit", "secret": "edit", "progress": "edit", "price": "edit", "internal": "edit"}
    return {
        "key": "seller",
        "name": "Seller",
        "grants": {
            each["key"]: {
                "rights": rights,
                "sections": {
                    **{part["key"]: every[part["key"]] for part in each["sections"]},
                    "portal": "edit",
                    "attachments": "edit",
                    "tasks": "edit",
                },
            }
            for each in REGISTRIES
        },
    }


@dataclass
class Firm:
    """The firm, its application, and the ids of its records and people by name."""

    office: Office
    app: Flask
    ids: dict[str, int] = field(default_factory=dict)

    @contextmanager
    def as_(self, who: str) -> Iterator[Work]:
        """Work of somebody."""
        with self.office.begin_as(f"{who}@example.com", write=True) as work:
            yield work

    @contextmanager
    def design(self) -> Iterator[Work]:
        """A change of the design."""
        with self.office.begin_system(design=True) as work:
            yield work


class Browser:
    """Somebody who is signed in, and asks as a browser does."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.headers = {"Accept-Language": "en"}

    def token(self, address: str) -> str:
        """The mark against forged forms that a page carries."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get(address).text)
        if found is None:
            found = re.search(r'"X-CSRFToken": "([^"]+)"', self.get(address).text)
        assert found is not None, address
        return found[1]

    def get(self, address: str, **more: Any) -> TestResponse:
        """Ask for a page."""
        return self.client.get(address, headers=self.headers, **more)

    def post(self, address: str, /, form_at: str = "", **given: Any) -> TestResponse:
        """Send a form, drawn on some page."""
        data = {name.replace("__", "."): value for name, value in given.items()}
        token = self.token(form_at or address)
        return self.client.post(address, data={"csrf_token": token, **data}, headers=self.headers)

    def enter(self, who: str, *, door: str = "/portal/sign-in", password: str = PASSWORD) -> TestResponse:
        """Sign in."""
        return self.post(door, email=f"{who}@example.com", password=password)


@pytest.fixture
def settings(databases: SQLiteFiles | PostgreSQL, tmp_path: Path) -> Iterator[Settings]:
    """The settings of an installation in which the firm stands already: it is made once for each database."""
    with databases.database(databases.template("portal", _fill)) as url:
        yield settings_for(url, tmp_path / "data")


def _fill(url: str) -> None:
    with TemporaryDirectory() as data:
        new = open_office(settings_for(url, Path(data)))
        install(new)
        build(new)
        new.engine.dispose()


@pytest.fixture
def firm(office: Office) -> Firm:
    """The firm, on each database."""
    built = Firm(office, app_for(office))
    with built.as_("ada") as work:
        for registry in ("companies", "contacts", "orders"):
            for each in browse(work, registry, Query(page_size=100)).items:
                name = each.title.lower().replace(" order ", " ")
                built.ids[name] = each.id
        for person in people_verbs.users(work):
            built.ids[f"user {person.name.lower()}"] = person.id
    return built


def build(office: Office) -> None:
    """Make the firm: its registries, roles and people, what it does for two customers, and their window."""
    with office.begin_system(design=True) as work:
        for each in REGISTRIES:
            create_registry(work, each)
        create_role(work, _portal_role("owner", price="read"))
        create_role(work, _portal_role("technician"))
        create_role(work, _staff_role())
        create_user(work, _person("sam", ["seller"]))
        create_user(work, _person("ada", ["admin"]))
        orders = {
            "registry": "orders",
            "columns": ["subject", "state", "total"],
            "state": "state",
            "off": ["cancelled"],
            "waiting": ["waiting"],
            "form": {"asks": ["subject", "note"]},
            "uploads": True,
            "folder": "From customers",
        }
        window = {"pages": [orders], "proposes": ["phone"], "welcome": {"en": "Welcome **here**"}}
        windows = {"owner": window, "technician": window}
        change_plugin(work, "portal", {"settings": {"windows": windows, "magic_link": True}})
        for customer, people in (("acme", ("ann", "tom")), ("bolt", ("bob", "bea"))):
            company = create(work, "companies", {"name": customer.title(), "rank": 7}).id
            for who, role in zip(people, ("owner", "technician"), strict=True):
                values = {"name": who.title(), "company": company, "email": f"{who}@example.com",
                          "phone": "+420777000111"}  # fmt: skip
                identity = {"registry": "contacts", "id": create(work, "contacts", values).id}
                create_user(work, {**_person(who, [role]), "identity": identity})
            for n in (1, 2):
                order = {
                    "subject": f"{customer.title()} order {n}",
                    "company": company,
                    "total": f"{n}000",
                    "costs": "77",
                    "whisper": f"hush {customer}",
                }
                create(work, "orders", order)


def _person(who: str, roles: list[str]) -> dict[str, Any]:
    return {"email": f"{who}@example.com", "name": who.title(), "roles": roles, "password": PASSWORD}


@pytest.fixture
def surf(firm: Firm) -> Callable[..., Browser]:
    """Somebody's browser; signed in, when a name is given."""

    def open_one(who: str = "", **more: Any) -> Browser:
        found = Browser(firm.app.test_client())
        if who:
            assert found.enter(who, **more).status_code == 303
        return found

    return open_one

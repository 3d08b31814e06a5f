"""A small firm that looks companies up: on each database, with the stand-in in place of the public registers."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import pytest
from flask import Flask

from kartoteka.app import open_office
from kartoteka.platform.kernel.settings import Settings
from kartoteka.platform.services import modelling, people, records, tokens
from kartoteka.platform.services.office import Office
from kartoteka.plugins.ares.standin import StandIn
from kartoteka.plugins.ares.standin.server import ARES, POLAND, VIES
from tests.servers.apps import app_for
from tests.servers.offices import Furnish

API = "/api/v1"
FIRMS = {
    "key": "firms", "name": "Firms", "name_one": "Firm", "title": "{name}",
    "sections": [
        {"key": "basic", "name": "Basic", "fields": [
            {"key": "name", "name": "Name", "type": "text", "required": True},
            {"key": "ico", "name": "IČO", "type": "ico", "unique": True},
            {"key": "dic", "name": "DIČ", "type": "dic"},
            {"key": "address", "name": "Address", "type": "address"},
            {"key": "legal_form", "name": "Legal form", "type": "choice", "options": {"choices": [
                {"key": "limited", "name": "Limited company"}, {"key": "sole_trader", "name": "Sole trader"}]}},
        ]},
        {"key": "inner", "name": "Inner", "fields": [
            {"key": "founded_on", "name": "Founded", "type": "date"},
            {"key": "ended_on", "name": "Ended", "type": "date"},
            {"key": "file_number", "name": "File number", "type": "text"},
            {"key": "persons", "name": "Persons", "type": "long_text"},
        ]},
    ],
}  # fmt: skip
ALL = ["view", "create", "edit", "delete", "import", "export"]
JESENIK = {"field": "address", "op": "contains", "value": "Jeseník"}
ROLES = {
    "clerk": {"firms": {"rights": ALL, "sections": {"basic": "edit"}}},
    "reader": {"firms": {"rights": ["view"], "sections": {"basic": "read", "inner": "read"}}},
    "local": {"firms": {"rights": ALL, "rows": JESENIK, "sections": {"basic": "edit", "inner": "edit"}}},
    "nobody": {},
}  # fmt: skip
PEOPLE = {"ana": "admin", "cyril": "clerk", "rita": "reader", "lola": "local", "nik": "nobody"}
PASSWORD = "a long enough password"


@dataclass
class Answered:
    """An answer of the interface."""

    status: int
    body: Any


@dataclass
class Bureau:
    """The firm: ask its interface as somebody, look into its office."""

    office: Office
    standin: StandIn
    ids: dict[str, int] = field(default_factory=dict)
    _keys: dict[str, str] = field(default_factory=dict)

    @cached_property
    def app(self) -> Flask:
        """The application, for tests that come through one of its faces."""
        return app_for(self.office)

    def call(self, who: str, method: str, path: str, body: Any = None, **query: str) -> Answered:
        """Ask the interface as somebody."""
        if who not in self._keys:
            self._keys[who] = tokens.create_token(self.office, f"{who}@firm.example")
        headers = {"Authorization": f"Bearer {self._keys[who]}"}
        client = self.app.test_client()
        said = client.open(f"{API}{path}", method=method, json=body, headers=headers, query_string=query)
        return Answered(said.status_code, said.get_json())

    def create(self, who: str = "ana", **values: Any) -> int:
        """Make a firm and tell its id."""
        with self.office.begin(self.ids[who], write=True) as work:
            return records.create(work, "firms", values).id

    def values(self, record: int) -> dict[str, Any]:
        """What is kept of a firm."""
        with self.office.begin(self.ids["ana"]) as work:
            return dict(records.fetch(work, "firms", record).values)


def office_at(settings: Settings, standin: StandIn) -> Office:
    """An office that asks the stand-in."""
    return open_office(
        replace(
            settings,
            ares_url=standin.url + ARES,
            vies_url=standin.url + VIES,
            poland_url=standin.url + POLAND,
        )
    )


def furnish(office: Office) -> None:
    """Set the firm up: an admin, a clerk without the inner section, a reader, one of one town, and nobody."""
    with office.begin_system(design=True) as work:
        modelling.create_registry(work, FIRMS)
        for key, grants in ROLES.items():
            modelling.create_role(work, {"key": key, "name": key.title(), "grants": grants})
    with office.begin_system() as work:
        for name, role in PEOPLE.items():
            body = {
                "email": f"{name}@firm.example",
                "name": name.title(),
                "roles": [role],
                "password": PASSWORD,
            }
            people.create_user(work, body)


@pytest.fixture
def furnished() -> Furnish:
    """Every test begins with the firm."""
    return furnish


@pytest.fixture
def bureau(settings: Settings, standin: StandIn) -> Iterator[Bureau]:
    """The firm with its people, at a desk that asks the stand-in."""
    office = office_at(settings, standin)
    with office.begin_system(write=False) as work:
        ids = {each.email.split("@")[0]: each.id for each in people.users(work)}
    try:
        yield Bureau(office, standin, ids)
    finally:
        office.engine.dispose()

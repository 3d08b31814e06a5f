"""An application over a freshly installed Kartoteka, and people who call its API."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kartoteka.platform.services import people, tokens
from kartoteka.platform.services.office import Office
from tests.servers.apps import app_for

COMPANIES = {
    "key": "companies", "name": "Companies", "name_one": "Company", "icon": "building", "title": "{name}",
    "columns": ["name", "turnover"],
    "categories": [{"key": "customer", "name": "Customer"}, {"key": "supplier", "name": "Supplier"}],
    "sections": [
        {"key": "basic", "name": "Basic details", "fields": [
            {"key": "name", "name": "Name", "type": "text", "required": True},
            {"key": "ico", "name": "IČO", "type": "ico", "unique": True},
            {"key": "founded", "name": "Founded", "type": "date"},
            {"key": "seen", "name": "Last seen", "type": "datetime"},
            {"key": "status", "name": "Status", "type": "choice", "options": {"choices": [
                {"key": "lead", "name": "Lead", "colour": "blue"}, {"key": "won", "name": "Won", "colour": "green"}]}},
            {"key": "parent", "name": "Parent", "type": "relation", "options": {"target": "companies"}},
            {"key": "keeper", "name": "Keeper", "type": "user"},
        ]},
        {"key": "finance", "name": "Finance", "fields": [
            {"key": "turnover", "name": "Turnover", "type": "money"},
            {"key": "margin", "name": "Margin", "type": "percent"},
        ]},
    ],
}  # fmt: skip
SECRETS = {
    "key": "secrets", "name": "Secrets", "title": "{name}", "sections": [
        {"key": "basic", "name": "Basic details", "fields": [{"key": "name", "name": "Name", "type": "text"}]}],
}  # fmt: skip
RECORDS = "/registries/companies/records"


@dataclass
class Caller:
    """Somebody who calls the API with his token."""

    client: FlaskClient
    token: str
    user_id: int

    def __call__(self, method: str, path: str, body: Any = None, **more: Any) -> TestResponse:
        """Call a method of an address below /api/v1."""
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        if body is not None:
            more["json"] = body
        return self.client.open(f"/api/v1{path}", method=method, headers=headers, **more)

    def get(self, path: str, **query: Any) -> TestResponse:
        """Get an address with a query."""
        return self("GET", path, query_string=query)

    def post(self, path: str, body: Any = None, **more: Any) -> TestResponse:
        """Post a body."""
        return self("POST", path, body, **more)

    def patch(self, path: str, body: Any, **more: Any) -> TestResponse:
        """Change something."""
        return self("PATCH", path, body, **more)

    def delete(self, path: str, **more: Any) -> TestResponse:
        """Remove something."""
        return self("DELETE", path, **more)

    def create(
        self, values: Mapping[str, Any], registry: str = "companies", category: str | None = None
    ) -> int:
        """Make a record and give its id."""
        made = self.post(f"/registries/{registry}/records", {"values": values, "category": category})
        assert made.status_code == 201, made.text
        return int(made.json["id"])  # type: ignore[index]


Somebody = Callable[..., Caller]


@pytest.fixture
def app(office: Office) -> Flask:
    """The application over the office."""
    return app_for(office)


@pytest.fixture
def somebody(app: Flask, office: Office) -> Somebody:
    """Makes a user with roles, and his token."""

    def make(email: str, *roles: str, **more: Any) -> Caller:
        with office.begin_system() as work:
            user = people.create_user(
                work, {"email": email, "name": email.partition("@")[0], "roles": list(roles), **more}
            )
        return Caller(app.test_client(), tokens.create_token(office, user.email), user.id)

    return make


@pytest.fixture
def admin(somebody: Somebody) -> Caller:
    """Somebody who may do everything."""
    return somebody("admin@example.com", "admin")


@pytest.fixture
def companies(admin: Caller) -> Caller:
    """The admin, after he has made the registry of companies."""
    made = admin.post("/registries", COMPANIES)
    assert made.status_code == 201, made.text
    return admin


@pytest.fixture
def seller(companies: Caller, somebody: Somebody) -> Caller:
    """Somebody who may edit the basic section of companies and see no more of anything."""
    assert companies.post("/roles", {"key": "sales", "name": "Sales"}).status_code == 201
    grant = {
        "rights": ["view", "create", "edit", "delete", "export"],
        "sections": {"basic": "edit"},
        "rows": None,
    }
    assert companies("PUT", "/roles/sales/grants/companies", grant).status_code == 200
    return somebody("seller@example.com", "sales")

"""A firm with a registry of deals, an admin and a reader who sees only a part, and browsers they have signed in to."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kartoteka.platform.services import modelling, people, records
from kartoteka.platform.services.office import Office
from tests.servers.apps import app_for
from tests.servers.offices import Furnish

PASSWORD = "four quiet words here"
DEALS = {
    "key": "deals", "name": "Deals", "title": "{name}",
    "sections": [
        {"key": "basic", "name": "Basic details", "fields": [
            {"key": "name", "name": "Name", "type": "text"},
            {"key": "stage", "name": "Stage", "type": "choice", "options": {"choices": [
                {"key": "open", "name": "Open", "colour": "blue"}, {"key": "won", "name": "Won", "colour": "green"},
                {"key": "lost", "name": "Lost", "colour": "red"}]}},
            {"key": "due", "name": "Due", "type": "date"},
            {"key": "keeper", "name": "Keeper", "type": "user"},
        ]},
        {"key": "finance", "name": "Finance", "fields": [
            {"key": "amount", "name": "Amount", "type": "money"},
            {"key": "paid", "name": "Paid", "type": "date"},
        ]},
    ],
}  # fmt: skip
NAME = {"key": "name", "name": "Name", "type": "text"}
SECRETS = {"key": "secrets", "name": "Secrets", "title": "{name}",
           "sections": [{"key": "basic", "name": "Basic details", "fields": [NAME]}]}  # fmt: skip
READER = {"key": "reader", "name": "Reader",
          "grants": {"deals": {"rights": ["view"], "sections": {"basic": "read"}}}}  # fmt: skip


@dataclass
class Somebody:
    """Somebody at his browser."""

    id: int
    client: FlaskClient
    token: str = ""

    def get(self, address: str) -> TestResponse:
        """Open a page."""
        return self.client.get(address)

    def post(self, address: str, **form: Any) -> TestResponse:
        """Send a form, as a part of a page does."""
        sent = {key.replace("__", "."): value for key, value in form.items()}
        return self.client.post(
            address, data={**sent, "csrf_token": self.token}, headers={"HX-Request": "true"}
        )


def set_up(office: Office) -> None:
    """Make the registries and the role."""
    with office.begin_system(design=True) as work:
        modelling.create_registry(work, DEALS)
        modelling.create_registry(work, SECRETS)
        modelling.create_role(work, READER)


@pytest.fixture
def furnished() -> Furnish:
    """Every test begins with the registries."""
    return set_up


@pytest.fixture
def app(office: Office) -> Flask:
    """The application over a firm with its registries."""
    return app_for(office)


@pytest.fixture
def come_in(app: Flask, office: Office) -> Callable[..., Somebody]:
    """Makes an account and signs it in."""

    def enter(name: str, *roles: str) -> Somebody:
        email = f"{name}@firm.example"
        with office.begin_system() as work:
            made = people.create_user(
                work, {"email": email, "name": name, "roles": list(roles), "password": PASSWORD}
            )
        client = app.test_client()
        token = _token(client.get("/sign-in"))
        answer = client.post("/sign-in", data={"email": email, "password": PASSWORD, "csrf_token": token})
        assert answer.status_code == 303
        return Somebody(made.id, client, _token(client.get("/")))

    return enter


@pytest.fixture
def ana(come_in: Callable[..., Somebody]) -> Somebody:
    """The admin."""
    return come_in("ana", "admin")


@pytest.fixture
def rita(come_in: Callable[..., Somebody]) -> Somebody:
    """Who sees deals, but not their finance, and no secrets."""
    return come_in("rita", "reader")


@pytest.fixture
def deals(ana: Somebody, office: Office) -> list[int]:
    """Four deals."""
    rows = [
        ("Alfa", "open", "100.50"),
        ("Beta", "open", "200"),
        ("Gama", "won", "300"),
        ("Delta", None, None),
    ]
    bodies = [{"values": {"name": name, "stage": stage, "amount": amount}} for name, stage, amount in rows]
    with office.begin(ana.id, write=True) as work:
        return [each.id for each in records.batch(work, "deals", create=bodies).created]


def _token(page: TestResponse) -> str:
    found = re.search(r'X-CSRFToken": "([^"]+)"', page.text)
    assert found is not None
    return found[1]

"""Plugins over REST: listed, switched on and off, everywhere or registry by registry, without loss."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from kartoteka.platform.kernel import turns
from kartoteka.platform.services import tokens
from kartoteka.platform.services.installing import install
from kartoteka.platform.services.office import Office
from tests.integration.plugins.test_attached import COMPANIES
from tests.servers.apps import app_for

ADMIN = "admin@example.com"


class Api:
    """The API as one person uses it."""

    def __init__(self, client: FlaskClient, token: str) -> None:
        self.client, self.headers = client, {"Authorization": f"Bearer {token}"}

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        return self.client.open(f"/api/v1{path}", method=method, json=body, headers=self.headers)


@pytest.fixture
def api(office: Office) -> Api:
    """The API for an admin."""
    install(office, ADMIN, "a long password for tests")
    token = tokens.create_token(office, ADMIN)
    made = Api(app_for(office).test_client(), token)
    made("POST", "/registries", COMPANIES)
    made("POST", "/registries/companies/records", {"values": {"name": "Acme"}})
    return made


NOTES = "/registries/companies/records/1/notes"


def test_a_note_over_rest(api: Api) -> None:
    made = api("POST", NOTES, {"text": "Prefers e-mail", "private": False})
    assert made.status_code == 201
    assert {"text": "Prefers e-mail", "private": False}.items() <= made.json.items()
    assert made.json["on"] == {"registry": "companies", "id": 1, "title": "Acme"}
    (listed,) = api("GET", NOTES).json["items"]
    assert listed == made.json
    one = f"{NOTES}/{made.json['id']}"
    assert api("PATCH", one, {"pinned": True}).json["pinned"] is True
    assert api("DELETE", one).status_code == 204
    assert api("GET", one).status_code == 404
    assert api("GET", NOTES).json == {"items": [], "next": None}


def test_a_wrong_note_is_refused_with_a_sentence(api: Api) -> None:
    assert api("POST", NOTES, {"text": ""}).status_code == 422
    answer = api("POST", NOTES, {"text": "x", "colour": "red"})
    assert answer.status_code == 422
    assert "colour" in answer.json["errors"]
    assert api("POST", "/registries/companies/records/99/notes", {"text": "x"}).status_code == 404


def test_a_plugin_is_switched_off_and_on_without_loss(api: Api) -> None:
    api("POST", NOTES, {"text": "kept"})
    assert api("PATCH", "/plugins/notes", {"active": False}).json["active"] is False
    assert api("GET", NOTES).status_code == 404
    assert api("POST", NOTES, {"text": "x"}).status_code == 404
    assert api("PATCH", "/plugins/notes", {"active": True}).status_code == 200
    assert [each["text"] for each in api("GET", NOTES).json["items"]] == ["kept"]


def test_a_plugin_is_active_on_chosen_registries(api: Api) -> None:
    api("POST", "/registries", {**COMPANIES, "key": "deals", "name": "Deals"})
    api("POST", "/registries/deals/records", {"values": {"name": "Big one"}})
    assert api("PATCH", "/plugins/notes", {"registries": ["deals"]}).json["registries"] == ["deals"]
    assert api("GET", NOTES).status_code == 404
    assert api("GET", "/registries/deals/records/1/notes").status_code == 200
    assert api("PATCH", "/plugins/notes", {"registries": ["nothing"]}).status_code == 422
    assert api("PATCH", "/plugins/notes", {"registries": None}).json["registries"] is None
    assert api("GET", NOTES).status_code == 200


def test_the_registries_of_plugins_are_not_the_firms(api: Api) -> None:
    assert [each["key"] for each in api("GET", "/registries").json["items"]] == ["companies"]
    assert api("POST", "/registries", {"key": "notes", "name": "Notes"}).status_code == 201
    assert api("POST", "/registries", {"key": "_mine", "name": "Mine"}).status_code == 422


def test_a_section_may_have_the_name_of_a_plugin(api: Api) -> None:
    body = {"key": "plans", "name": "Plans", "sections": [
        {"key": "notes", "name": "Notes", "fields": [{"key": "name", "name": "Name", "type": "text"}]}]}  # fmt: skip
    assert api("POST", "/registries", body).status_code == 201
    api("POST", "/registries/plans/records", {"values": {"name": "One"}})
    assert api("POST", "/registries/plans/records/1/notes", {"text": "x"}).status_code == 201


def test_activities_and_tasks_over_rest(api: Api) -> None:
    record = "/registries/companies/records/1"
    called = api("POST", f"{record}/activities", {"kind": "call", "text": "Wants an offer"})
    assert called.status_code == 201
    assert {"kind": "call", "text": "Wants an offer", "values": {}}.items() <= called.json.items()
    assert called.json["at"]
    assert api("GET", "/activities").json["items"] == [called.json]
    me = api("GET", "/me").json["id"]
    made = api("POST", f"{record}/tasks", {"title": "Send it", "assignee": me, "due": "2026-12-01"})
    assert made.status_code == 201
    assert {"title": "Send it", "due": "2026-12-01", "state": "open"}.items() <= made.json.items()
    assert made.json["assignee"]["id"] == me
    alone = api("POST", "/tasks", {"title": "Buy coffee"}).json
    assert alone["on"] is None
    mine = api("GET", "/tasks?mine=1").json["items"]
    assert [each["title"] for each in mine] == ["Send it"]
    assert api("PATCH", f"/tasks/{alone['id']}", {"state": "done"}).json["state"] == "done"
    assert api("PATCH", f"{record}/tasks/{made.json['id']}", {"assignee": None}).json["assignee"] is None


def test_plugins_own_fields_stay(api: Api) -> None:
    fields = "/registries/_notes/fields"
    assert api("PATCH", f"{fields}/text", {"active": False}).status_code == 422
    assert api("PATCH", f"{fields}/text", {"type": "text"}).status_code == 422
    assert api("PATCH", f"{fields}/text", {"name": "What"}).status_code == 200
    assert api("POST", fields, {"name": "Mood", "type": "text"}).status_code == 201
    made = api("POST", NOTES, {"text": "x", "values": {"mood": "good"}})
    assert made.json["values"] == {"mood": "good"}


def test_one_worker_has_a_turn(office: Office) -> None:
    now, minute = office.clock(), timedelta(minutes=1)
    taken = []
    for later in (0, 30, 61):
        with office.session(write=True) as session:
            at = now + timedelta(seconds=later)
            taken.append(turns.take(session.connection(), "sweep", at, minute))
    assert taken == [True, False, True]

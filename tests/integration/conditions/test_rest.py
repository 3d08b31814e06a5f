"""Conditional rules over REST: refused with the sentence at its field, told only to whoever sees what they ask."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from kartoteka.platform.services import tokens
from tests.integration.conditions.conftest import LOST, WON
from tests.integration.firm import Firm
from tests.servers.apps import app_for

RECORDS = "/api/v1/registries/deals/records"


class Caller:
    """Somebody of the firm who calls the API."""

    def __init__(self, client: FlaskClient, token: str) -> None:
        self.client = client
        self.headers = {"Authorization": f"Bearer {token}"}

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        """Call and give the status and the document."""
        answer = self.client.open(path, method=method, json=body, headers=self.headers)
        return answer.status_code, answer.json


@pytest.fixture
def callers(firm: Firm) -> Iterator[dict[str, Caller]]:
    """The admin and the seller."""
    app = app_for(firm.office)
    yield {
        name: Caller(app.test_client(), tokens.create_token(firm.office, f"{name}@firm.example"))
        for name in ("ana", "sid")
    }


def test_what_a_rule_stands_against_is_told_at_its_field(callers: dict[str, Caller]) -> None:
    ana = callers["ana"]
    status, told = ana("POST", RECORDS, {"values": {"name": "A", "status": "lost"}})
    assert (status, told["errors"]) == (422, {"reason": ["“Reason” must be filled in because of “Status”."]})
    status, made = ana("POST", RECORDS, {"values": {"name": "A", "status": "won", "signed": "2026-01-01"}})
    assert status == 201
    status, told = ana("PATCH", f"{RECORDS}/{made['id']}", {"values": {"amount": "5"}})
    assert (status, told["errors"]) == (422, {"amount": ["“Amount” cannot be changed because of “Status”."]})
    status, told = ana(
        "POST", f"{RECORDS}/batch", {"update": [{"id": made["id"], "values": {"amount": "5"}}]}
    )
    assert (status, list(told["errors"])) == (422, ["update.0.amount"])
    # What stands there already is no change, so a whole record can be sent back as it came.
    values = {key: value for key, value in made["values"].items() if key not in ("partner", "parent")}
    assert ana("PATCH", f"{RECORDS}/{made['id']}", {"values": values})[0] == 200


def test_rules_are_designed_and_told(callers: dict[str, Caller]) -> None:
    ana, sid = callers["ana"], callers["sid"]
    path = "/api/v1/registries/deals/fields"
    status, told = ana(
        "POST", path, {"key": "extra", "name": "Extra", "type": "text", "when": {"required": WON}}
    )
    assert (status, told["when"]) == (201, {"required": WON})
    status, told = ana("PATCH", f"{path}/extra", {"when": {"visible": LOST, "required": None}})
    assert (status, told["when"]) == (200, {"visible": LOST})
    status, told = ana("PATCH", f"{path}/extra", {"when": {"visible": {"field": "nothing"}}})
    assert (status, list(told["errors"])) == (422, ["deals.fields.extra.when.visible"])
    status, told = ana("PATCH", "/api/v1/registries/deals/sections/closing", {"when": {"required": WON}})
    assert (status, list(told["errors"])) == (422, ["when"])

    mine = {each["key"]: each["when"] for each in sid("GET", path)[1]["items"]}
    assert mine["reason"] == {"visible": LOST, "required": LOST}
    # The grade does not exist for him, and ids of companies may be those of companies that do not.
    assert mine["guarded"] == mine["terms"] == {}
    sections = {
        each["key"]: each["when"] for each in sid("GET", "/api/v1/registries/deals/sections")[1]["items"]
    }
    assert sections == {"basic": {}, "closing": {"visible": WON}}
    every = {each["key"]: each["when"] for each in ana("GET", path)[1]["items"]}
    assert set(every["guarded"]) == {"visible", "required", "readonly"} and "terms" in every

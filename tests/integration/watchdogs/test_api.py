"""Watchdogs and notifications over the API, in the shapes that are promised."""

from typing import Any

from kartoteka.platform.services import tokens
from tests.integration.watchdogs.conftest import Kennel
from tests.servers.apps import app_for

BODY: dict[str, Any] = {
    "name": "Ends soon",
    "registry": "companies",
    "record": None,
    "filter": {"field": "turnover", "op": "gte", "value": "500000"},
    "when": {"kind": "date", "field": "valid_to", "days": -30},
    "to": ["me"],
    "via": ["app", "email"],
    "pace": "at_once",
    "at": "07:30",
}


class Api:
    """The API as one person uses it."""

    def __init__(self, kennel: Kennel, person: str) -> None:
        self.client = app_for(kennel.office).test_client()
        self.headers = {
            "Authorization": f"Bearer {tokens.create_token(kennel.office, f'{person}@firm.example')}"
        }

    def __call__(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        answer = self.client.open(f"/api/v1{path}", method=method, json=body, headers=self.headers)
        assert answer.status_code == status, (answer.status_code, answer.get_data(as_text=True))
        return answer.json


def test_from_the_preview_to_the_notification(kennel: Kennel) -> None:
    ask = Api(kennel, "ana")
    record = kennel.firm.create("companies", name="ACME", turnover="500000", valid_to="2026-07-05")
    kennel.firm.create("companies", name="Small", turnover="499999.99", valid_to="2026-07-05")
    foreseen = ask("POST", "/watchdogs/preview", BODY)
    assert foreseen["past"] == [] and foreseen["fitting"] == 1
    (coming,) = foreseen["coming"]
    assert (coming["at"], coming["record"]) == ("2026-06-05T05:30:00Z", {"id": record, "title": "ACME"})
    made = ask("POST", "/watchdogs", BODY, 201)
    assert {key: made[key] for key in BODY} == BODY
    assert ask("GET", f"/watchdogs/{made['id']}") == made
    assert [each["id"] for each in ask("GET", "/watchdogs")["items"]] == [made["id"]]
    kennel.later(days=4)
    kennel.work()
    (told,) = ask("GET", "/notifications")["items"]
    assert told["at"] == coming["at"]
    assert told["watchdog"] == {"id": made["id"], "name": "Ends soon"}
    assert told["record"] == {"registry": "companies", "id": record, "title": "ACME"}
    assert (told["field"], told["new"], told["read"]) == ("valid_to", "2026-07-05", False)
    assert told["text"] == "Valid to: Jul 5, 2026, in 30 days"
    assert ask("POST", f"/notifications/{told['id']}/read")["read"] is True
    assert ask("GET", "/notifications?unread=1")["items"] == []
    assert ask("POST", f"/notifications/{told['id']}/unread")["read"] is False
    assert ask("POST", "/notifications/read-all") == {"read": 1}
    ask("PATCH", f"/watchdogs/{made['id']}", {"active": False, "name": "Soon over"})
    changed = ask("GET", f"/watchdogs/{made['id']}")
    assert (changed["active"], changed["name"], changed["when"]) == (False, "Soon over", BODY["when"])
    ask("DELETE", f"/watchdogs/{made['id']}", status=204)
    ask("GET", f"/watchdogs/{made['id']}", status=404)
    assert len(ask("GET", "/notifications")["items"]) == 1, "what was told stays"


def test_what_changed_has_its_old_and_new_value_and_who_it_was(kennel: Kennel) -> None:
    ask = Api(kennel, "vera")
    record = kennel.firm.create("companies", name="ACME", city="Brno")
    ask(
        "POST",
        "/watchdogs",
        {"registry": "companies", "record": record, "when": {"kind": "change", "field": "city"}},
        201,
    )
    kennel.later()
    kennel.firm.change("companies", record, city="Praha")
    kennel.later()
    kennel.firm.change("companies", record, city="Zlín")
    kennel.work()
    told = ask("GET", "/notifications")["items"]
    assert [(each["old"], each["new"], each["by"]) for each in told] == [
        ("Praha", "Zlín", "Ana"),
        ("Brno", "Praha", "Ana"),
    ]


def test_put_away_until_tomorrow(kennel: Kennel) -> None:
    ask = Api(kennel, "ana")
    ask("POST", "/watchdogs", {"registry": "companies", "when": {"kind": "created"}}, 201)
    kennel.later()
    kennel.firm.create("companies", name="ACME")
    kennel.work()
    (told,) = ask("GET", "/notifications")["items"]
    ask("POST", f"/notifications/{told['id']}/snooze", {"until": "2026-06-02T08:00:00Z"})
    assert ask("GET", "/notifications?unread=1&count=1") == {"items": [], "next": None, "unread": "0"}
    kennel.later(days=1)
    assert len(ask("GET", "/notifications?unread=1")["items"]) == 1
    for wrong in ("", "yesterday", "2026-01-01T00:00:00Z", "2099-01-01T00:00:00Z", None, 7):
        ask("POST", f"/notifications/{told['id']}/snooze", {"until": wrong}, 422)


def test_lists_come_in_pages(kennel: Kennel) -> None:
    ask = Api(kennel, "ana")
    for n in range(5):
        ask(
            "POST", "/watchdogs", {"registry": "companies", "name": f"W{n}", "when": {"kind": "created"}}, 201
        )
    kennel.later()
    kennel.firm.create("companies", name="ACME")
    kennel.work()
    for path in ("/watchdogs", "/notifications"):
        found: list[int] = []
        cursor = ""
        while cursor is not None:
            page = ask("GET", f"{path}?page_size=2&cursor={cursor}")
            found += [each["id"] for each in page["items"]]
            cursor = page["next"]
        assert len(found) == len(set(found)) == 5


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no kind": ({"when": {}}, "when.kind"),
    "unknown kind": ({"when": {"kind": "sings"}}, "when.kind"),
    "no number": ({"when": {"kind": "rises_above", "field": "name", "value": "x"}}, "when.field"),
    "wrong value": ({"when": {"kind": "rises_above", "field": "turnover", "value": "x"}}, "when.value"),
    "no value": ({"when": {"kind": "reaches", "field": "status"}}, "when.value"),
    "no such choice": ({"when": {"kind": "reaches", "field": "status", "value": "lost"}}, "when.value"),
    "too many days": ({"when": {"kind": "date", "field": "valid_to", "days": 10**9}}, "when.days"),
    "days in words": ({"when": {"kind": "silence", "days": "60"}}, "when.days"),
    "no list": ({"when": {"kind": "enters_list"}}, "filter"),
    "a bad filter": ({"filter": {"field": "name", "op": "like"}, "when": {"kind": "created"}}, "filter"),
    "nobody": ({"when": {"kind": "created"}, "to": []}, "to"),
    "somebody unknown": ({"when": {"kind": "created"}, "to": ["user:999999"]}, "to"),
    "a role unknown": ({"when": {"kind": "created"}, "to": ["role:nothing"]}, "to"),
    "an unknown way": ({"when": {"kind": "created"}, "via": ["pigeon"]}, "via"),
    "no address": ({"when": {"kind": "created"}, "via": ["webhook"]}, "webhook"),
    "a bad address": ({"when": {"kind": "created"}, "webhook": "javascript:alert(1)"}, "webhook"),
    "an hour that is none": ({"when": {"kind": "created"}, "at": "25:00"}, "at"),
    "a rule that is none": ({"when": {"kind": "every", "rule": "FREQ=SECONDLY"}}, "when.rule"),
    "two bounds": ({"when": {"kind": "count", "above": 1, "below": 2}}, "when.above"),
    "an extra": ({"when": {"kind": "created"}, "colour": "red"}, "colour"),
    "a line break": ({"when": {"kind": "created"}, "name": "a\r\nBcc: x@y"}, "name"),
    "an inner any": ({"when": {"kind": "any", "of": [{"kind": "any", "of": []}]}}, "when.of.0.of"),
}  # fmt: skip


def test_what_is_wrong_is_said_by_its_name(kennel: Kennel) -> None:
    ask = Api(kennel, "ana")
    for name, (body, where) in WRONG.items():
        for path in ("/watchdogs", "/watchdogs/preview"):
            problem = ask("POST", path, {"registry": "companies", **body}, 422)
            assert list(problem["errors"]) == [where], (name, problem)
    assert ask("GET", "/watchdogs")["items"] == []


def test_what_is_not_there(kennel: Kennel) -> None:
    ask = Api(kennel, "nik")
    for path in (
        "/watchdogs/1",
        "/notifications/1",
        "/watchdogs/999999999999",
        "/notifications/99999999999999",
    ):
        ask("GET", path, status=404)

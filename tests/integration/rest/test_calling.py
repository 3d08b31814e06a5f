"""Who may call at all, and how anything that cannot be answered is told."""

import re
from gettext import NullTranslations
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from kartoteka.platform.access.models import User
from kartoteka.platform.kernel import texts
from kartoteka.platform.services import people, sessions
from kartoteka.platform.services.office import Office
from tests.integration.rest.conftest import RECORDS, Caller


def raw(
    caller: Caller, data: bytes, content_type: str = "application/json", path: str = RECORDS
) -> TestResponse:
    return caller("POST", path, data=data, content_type=content_type)


def every_rule(app: Flask) -> list[tuple[str, str]]:
    found = []
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/"):
            path = re.sub(r"<id:\w+>", "1", rule.rule).replace("<", "").replace(">", "")
            found += [(method, path) for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"})]
    return found


# The long address in a letter is the key: one click takes its reader off, whether he has signed in or not.
BY_ADDRESS = ("/api/v1/watchdogs/unsubscribe/key",)


def test_without_a_token_nothing_but_the_description_answers(app: Flask) -> None:
    client = app.test_client()
    rules = every_rule(app)
    assert len(rules) > 30
    for method, path in rules:
        answered = client.open(path, method=method)
        if path in ("/api/v1/docs", "/api/v1/openapi.json"):
            assert answered.status_code == 200
        elif path in BY_ADDRESS:
            # Opened by hand it leads to a page that asks; without a letter there is nothing to end.
            assert answered.status_code == {"GET": 303, "POST": 404}[method]
        else:
            assert (answered.status_code, answered.content_type) == (401, "application/problem+json"), (
                method,
                path,
            )
            assert answered.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_wrong_token_opens_nothing(app: Flask, admin: Caller) -> None:
    for header in (
        "",
        "Bearer",
        "Bearer ",
        "Bearer nonsense",
        "Basic YTpi",
        "kt_x",
        "Bearer kt_\xe9",
        "Bearer a b",
    ):
        answered = app.test_client().get("/api/v1/registries", headers={"Authorization": header})
        assert (answered.status_code, answered.json["title"]) == (401, "Unauthorized"), header  # type: ignore[index]


def test_a_session_cookie_opens_nothing_of_the_api(app: Flask, office: Office, admin: Caller) -> None:
    client: FlaskClient = app.test_client()
    with office.begin_system(write=False) as work:
        epoch = str(work.session.scalar(select(User.epoch).where(User.id == admin.user_id)))
    with client.session_transaction() as session:
        session["_user_id"] = (
            f"{admin.user_id}.{epoch}.{sessions.begin(office, admin.user_id, epoch, 'A browser')}"
        )
    assert client.get("/").status_code == 200, "a living session"
    assert client.get("/api/v1/registries").status_code == 401


def test_a_token_ends_when_revoked_and_with_the_account(
    admin: Caller, office: Office, seller: Caller
) -> None:
    made = seller.post("/tokens", {"name": "script"})
    assert made.status_code == 201
    other = Caller(seller.client, made.json["token"], seller.user_id)
    assert other.get("/me").json["email"] == "seller@example.com"
    assert "token" not in other.get("/tokens").json["items"][0]
    assert {"script", ""} == {each["name"] for each in seller.get("/tokens").json["items"]}
    assert admin.delete(f"/tokens/{made.json['id']}").status_code == 404
    assert other.delete(f"/tokens/{made.json['id']}").status_code == 204
    assert other.get("/me").status_code == 401
    assert admin.patch(f"/users/{seller.user_id}", {"active": False}).json["active"] is False
    assert seller.get("/me").status_code == 401


def test_accounts(admin: Caller, companies: Caller) -> None:
    made = admin.post("/users", {"email": "New@Example.com", "name": "New", "roles": ["admin"]})
    assert (made.status_code, made.json["email"], made.json["roles"]) == (201, "new@example.com", ["admin"])
    assert made.json["identity"] is None and made.json["active"] is True
    address = made.headers["Location"].removeprefix("/api/v1")
    assert admin.get(address).json == made.json
    record = companies.create({"name": "ACME"})
    changed = admin.patch(address, {"roles": [], "identity": {"registry": "companies", "id": record}})
    assert (changed.json["roles"], changed.json["identity"]) == ([], {"registry": "companies", "id": record})
    assert admin.post("/users", {"email": "new@example.com"}).status_code == 409
    for wrong in (
        {},
        {"email": "x"},
        {"email": "a@example.com", "roles": ["nobody"]},
        {"email": "a@example.com", "id": 5},
        {"email": "a@example.com", "identity": {"registry": "companies", "id": 999}},
    ):
        assert admin.post("/users", wrong).status_code == 422, wrong
    assert "password" not in admin.get("/users").text
    assert admin.get("/users/99999").status_code == 404
    assert admin.patch("/me", {"language": "cs"}).json["language"] == "cs"
    assert admin.get("/registries/nothing").json["detail"] != ""


BAD_BODIES = [
    (b"{", "application/json", 400),
    (b"\xff\xfe", "application/json", 400),
    (b'{"a": NaN}', "application/json", 400),
    (b'{"a": 1e999}', "application/json", 400),
    (b'{"a": ' + b"1" * 5000 + b"}", "application/json", 400),
    (b"[]", "application/json", 422),
    (b'"x"', "application/json", 422),
    (b"7", "application/json", 422),
    (b"null", "application/json", 422),
    (b"[" * 100_000, "application/json", 422),
    (b'{"values": ' * 200 + b"1" + b"}" * 200, "application/json", 422),
    (b'{"values": {"name": "a\\u0000"}}', "application/json", 422),
    (b'{"values": {"name": "\\ud800"}}', "application/json", 422),
    (b'{"values": {"\\u0000": 1}}', "application/json", 422),
    (b"{}", "text/plain", 415),
    (b"a=b", "application/x-www-form-urlencoded", 415),
    (b"<a/>", "application/xml", 415),
    (b'{"values": {"name": "' + b"x" * 10_000_000 + b'"}}', "application/json", 413),
]


def test_a_bad_body_is_told_and_changes_nothing(companies: Caller) -> None:
    for data, content_type, status in BAD_BODIES:
        answered = raw(companies, data, content_type)
        assert (answered.status_code, answered.content_type) == (status, "application/problem+json"), data[
            :60
        ]
        assert answered.json["status"] == status and answered.json["detail"]
    assert companies.get(RECORDS).json["items"] == []
    made = raw(
        companies, '{"values": {"name": "Žluťoučký \\u010d"}}'.encode(), "application/json; charset=utf-8"
    )
    assert (made.status_code, made.json["title"]) == (201, "Žluťoučký č")


NOWHERE = [
    "/nothing",
    "/registries/no such",
    "/registries/companies/records/0",
    "/registries/companies/records/x",
    "/registries/%00",
    "/registries/companies/records/99999999999999999999",
    f"/registries/companies/records/{'9' * 18}",
    "/jobs/999999999999999999",
    "/registries/../companies",
    "/registries/companies/records/-1",
    "/users/999999999999999999",
    "/registries/companies%ff",
]


def test_what_is_not_there_is_a_problem_document(companies: Caller) -> None:
    for path in NOWHERE:
        answered = companies.get(path)
        assert (answered.status_code, answered.content_type) == (404, "application/problem+json"), path


def test_a_method_that_is_not_known_here_tells_those_that_are(companies: Caller) -> None:
    answered = companies.delete("/registries")
    assert answered.status_code == 405
    assert {"GET", "POST"} <= set(answered.headers["Allow"].split(", "))


def test_an_unforeseen_failure_tells_only_its_number(
    companies: Caller, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    def fail(*_arguments: object) -> None:
        raise ZeroDivisionError(f"value {6 * 7}")

    monkeypatch.setattr(people, "person", fail)
    answered = companies.get("/me")
    assert answered.status_code == 500
    number = answered.json["instance"].rpartition(":")[2]
    assert "value 42" not in answered.text and number in caplog.text
    assert "ZeroDivisionError" in caplog.text and "value 42" not in caplog.text


def test_a_database_that_does_not_answer_is_no_bug(
    companies: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("database is locked"))

    monkeypatch.setattr(people, "person", fail)
    answered = companies.get("/me")
    assert (answered.status_code, answered.content_type) == (503, "application/problem+json")
    assert answered.headers["Retry-After"] and "SELECT" not in answered.text


def test_answers_are_not_kept_and_not_framed(companies: Caller) -> None:
    headers = companies.get("/registries").headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "Authorization" in headers["Vary"]
    assert "Set-Cookie" not in headers


class Marked(NullTranslations):
    """A catalogue that marks what went through it."""

    def gettext(self, message: str) -> str:
        """Mark a message."""
        return f"[cs] {message}"


def test_refusals_are_told_in_the_language_of_the_caller(
    companies: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        texts, "_catalogue", lambda language: Marked() if language == "cs" else NullTranslations()
    )
    assert companies.get("/registries/nothing").json["detail"] == "There is no registry “nothing”."
    companies.patch("/me", {"language": "cs"})
    for refused in (companies.get("/registries/nothing"), companies.get(RECORDS, sort="nothing")):
        assert refused.json["detail"].startswith("[cs] ")
    anonymous = companies.client.get("/api/v1/registries", headers={"Accept-Language": "cs-CZ, en;q=0.5"})
    assert anonymous.json["detail"].startswith("[cs] ")  # type: ignore[index]
    assert not companies.client.get("/api/v1/registries").json["detail"].startswith("[cs] ")  # type: ignore[index]

"""Bad input over the API: the status of the contract, a sentence for people, nothing half done, the server alive."""

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.services import modelling, people, tokens
from tests.integration.must_hold.conftest import ADMIN, Keeper, everything
from tests.servers.apps import app_for

THINGS = "/registries/things"
RECORDS = f"{THINGS}/records"
DEEP: Any = {"field": "name", "op": "is_empty"}
for _level in range(40):
    DEEP = {"not": DEEP}
WIDE = {"or": [{"field": "amount", "op": "eq", "value": n} for n in range(3000)]}


@dataclass
class Caller:
    """The administrator at the API."""

    client: FlaskClient
    token: str

    def __call__(self, method: str, path: str, **more: Any) -> TestResponse:
        """Call the API."""
        return self.client.open(
            f"/api/v1{path}",
            method=method,
            headers={"Authorization": f"Bearer {self.token}", **more.pop("headers", {})},
            **more,
        )


@pytest.fixture
def call(keeper: Keeper) -> Caller:
    """Calls the API as the administrator, who has already used his token."""
    caller = Caller(app_for(keeper.office).test_client(), tokens.create_token(keeper.office, ADMIN))
    assert caller("GET", "/me").status_code == 200
    return caller


def _list(**query: Any) -> tuple[str, str, dict[str, Any]]:
    return (
        "GET",
        RECORDS,
        {
            "query_string": {
                name: value if isinstance(value, str) else json.dumps(value) for name, value in query.items()
            }
        },
    )


def _send(method: str, path: str, body: Any) -> tuple[str, str, dict[str, Any]]:
    return method, path, {"json": body}


def _raw(
    method: str, path: str, data: bytes, kind: str = "application/json"
) -> tuple[str, str, dict[str, Any]]:
    return method, path, {"data": data, "content_type": kind}


def _field(**more: Any) -> dict[str, Any]:
    return {"key": "extra", "name": "Extra", "type": "text", "section": "basic", **more}


def _registry(**more: Any) -> dict[str, Any]:
    return {"key": "other", "name": "Other", "sections": [], **more}


CASES: Mapping[str, tuple[int, tuple[str, str, dict[str, Any]]]] = {
    "unknown field in values": (422, _send("POST", RECORDS, {"values": {"name": "x", "nothing": 1}})),
    "unknown field in a filter": (422, _list(filter={"field": "nothing", "op": "eq", "value": 1})),
    "unknown field in an order": (422, _list(sort="nothing")),
    "unknown field asked for": (422, _list(fields="nothing")),
    "unknown registry": (404, ("GET", "/registries/nothing/records", {})),
    "unknown record": (404, ("GET", f"{RECORDS}/99999", {})),
    "unknown type": (422, _send("POST", f"{THINGS}/fields", _field(type="colour"))),
    "unknown option": (422, _send("POST", f"{THINGS}/fields", _field(options={"colour": 1}))),
    "relation to nothing": (
        422,
        _send("POST", f"{THINGS}/fields", _field(type="relation", options={"target": "nothing"})),
    ),
    "field in no section": (422, _send("POST", f"{THINGS}/fields", _field(section="nothing"))),
    "title of nothing": (422, _send("PATCH", THINGS, {"title": "{nothing}"})),
    "registry with a bad field": (
        422,
        _send(
            "POST",
            "/registries",
            _registry(sections=[{"key": "s", "name": "S", "fields": [_field(type="colour")]}]),
        ),
    ),
    "registry with a key of another": (409, _send("POST", "/registries", _registry(key="things"))),
    "registry with a wrong key": (422, _send("POST", "/registries", _registry(key="Not A Key!"))),
    "field with a key of another": (409, _send("POST", f"{THINGS}/fields", _field(key="name"))),
    "registry with two fields of one key": (
        422,
        _send(
            "POST",
            "/registries",
            _registry(sections=[{"key": "s", "name": "S", "fields": [_field(), _field()]}]),
        ),
    ),
    "unknown role": (404, _send("PATCH", "/roles/nothing", {"name": "x"})),
    "role with an unknown power": (
        422,
        _send("POST", "/roles", {"key": "r", "name": "R", "powers": ["fly"]}),
    ),
    "user with an unknown role": (
        422,
        _send("POST", "/users", {"email": "x@firm.example", "roles": ["nothing"]}),
    ),
    "grant with an unknown right": (
        422,
        _send("PUT", "/roles/clerk/grants/things", {"rights": ["fly"], "sections": {}}),
    ),
    "grant of an unknown section": (
        422,
        _send("PUT", "/roles/clerk/grants/things", {"rights": ["view"], "sections": {"nothing": "read"}}),
    ),
    "grant with a broken rule": (
        422,
        _send(
            "PUT",
            "/roles/clerk/grants/things",
            {
                "rights": ["view"],
                "rows": {"field": "nothing", "op": "eq", "value": 1},
                "sections": {"basic": "read"},
            },
        ),
    ),
    "grant on an unknown registry": (
        404,
        _send("PUT", "/roles/clerk/grants/nothing", {"rights": ["view"], "sections": {}}),
    ),
    "unknown operator": (422, _list(filter={"field": "name", "op": "like", "value": "x"})),
    "operator that does not fit": (422, _list(filter={"field": "amount", "op": "starts_with", "value": "1"})),
    "filter that is no JSON": (422, _list(filter="{")),
    "filter that is a list": (422, _list(filter=[])),
    "filter with nothing in it": (422, _list(filter={})),
    "filter with two heads": (422, _list(filter={"and": [], "or": []})),
    "filter with a wrong value": (422, _list(filter={"field": "amount", "op": "eq", "value": "many"})),
    "filter too deep": (422, _list(filter=DEEP)),
    "filter too wide": (422, _list(filter=WIDE)),
    "filter through seven relations": (
        422,
        _list(filter={"field": ".".join(["parts"] * 7), "op": "not_empty"}),
    ),
    "JSON deeper than anybody needs": (
        422,
        _raw("POST", RECORDS, b'{"values": ' + b'{"a":' * 3000 + b"1" + b"}" * 3001),
    ),
    "value of a wrong type": (422, _send("POST", RECORDS, {"values": {"name": "x", "amount": "many"}})),
    "value that is an object": (422, _send("POST", RECORDS, {"values": {"name": {"a": 1}}})),
    "value too large": (422, _send("POST", RECORDS, {"values": {"name": "x", "amount": 10**40}})),
    "required value missing": (422, _send("POST", RECORDS, {"values": {"amount": 1}})),
    "link to nothing": (422, _send("POST", RECORDS, {"values": {"name": "x", "parts": [99999]}})),
    "values that are a list": (422, _send("POST", RECORDS, {"values": []})),
    "body that is a list": (422, _send("POST", RECORDS, [])),
    "body with an unknown name": (422, _send("POST", RECORDS, {"values": {"name": "x"}, "id": 7})),
    "body that is no JSON": (400, _raw("POST", RECORDS, b"{oops")),
    "body that is no text": (400, _raw("POST", RECORDS, b"\xff\xfe\x00")),
    "body of another type": (415, _raw("POST", RECORDS, b"a=1", "text/plain")),
    "ten megabytes of JSON": (
        413,
        _raw("POST", RECORDS, b'{"values": {"name": "' + b"x" * 10_000_000 + b'"}}'),
    ),
    "text with a NUL": (422, _raw("POST", RECORDS, b'{"values": {"name": "a\\u0000b"}}')),
    "half of a character": (422, _raw("POST", RECORDS, b'{"values": {"name": "\\ud800"}}')),
    "batch with one bad entry": (
        422,
        _send(
            "POST",
            f"{RECORDS}/batch",
            {"create": [{"values": {"name": "good"}}, {"values": {"amount": "bad"}}], "delete": [1]},
        ),
    ),
    "batch that removes nothing known": (
        404,
        _send("POST", f"{RECORDS}/batch", {"create": [{"values": {"name": "good"}}], "delete": [99999]}),
    ),
    "page of no records": (422, _list(page_size="0")),
    "damaged cursor": (422, _list(cursor="abc")),
    "old version": (
        412,
        ("PATCH", f"{RECORDS}/1", {"json": {"values": {"amount": 5}}, "headers": {"If-Match": '"77"'}}),
    ),
    "unreadable version": (
        422,
        ("PATCH", f"{RECORDS}/1", {"json": {"values": {"amount": 5}}, "headers": {"If-Match": "x"}}),
    ),
    "unknown method": (405, ("PUT", RECORDS, {})),
}


def test_every_bad_request_is_refused_in_words_and_changes_nothing(keeper: Keeper, call: Caller) -> None:
    with keeper.office.begin_system(design=True) as work:
        modelling.create_role(work, {"key": "clerk", "name": "Clerk", "grants": {}})
    before = everything(keeper.office.engine)
    wrong = {}
    for name, (status, (method, path, more)) in CASES.items():
        answer = call(method, path, **more)
        if answer.status_code != status:
            wrong[name] = f"{answer.status_code} instead of {status}: {answer.text[:200]}"
            continue
        assert answer.mimetype == "application/problem+json", name
        problem = answer.get_json()
        assert problem["status"] == status and len(problem["detail"].split()) >= 3, (name, problem)
        assert "Traceback" not in answer.text and "sqlalchemy" not in answer.text.lower(), name
        if status == 422:
            assert (
                all(sentence for sentences in problem["errors"].values() for sentence in sentences)
                and problem["errors"]
            ), (name, problem)
        assert everything(keeper.office.engine) == before, f"{name} left something behind"
    assert not wrong, "\n".join(f"{name}: {told}" for name, told in wrong.items())
    assert call("GET", RECORDS).status_code == 200
    assert call("POST", RECORDS, json={"values": {"name": "still works"}}).status_code == 201


def test_a_value_that_must_be_unique_is_refused_by_the_name_of_its_field(
    keeper: Keeper, call: Caller
) -> None:
    assert call("PATCH", f"{THINGS}/fields/code", json={"unique": True}).status_code == 200
    before = everything(keeper.office.engine)
    for method, path, body in (
        ("POST", RECORDS, {"values": {"name": "x", "code": "100"}}),
        ("PATCH", f"{RECORDS}/{keeper.things[1]}", {"values": {"code": "100"}}),
        (
            "POST",
            f"{RECORDS}/batch",
            {"create": [{"values": {"name": "a", "code": "n"}}, {"values": {"name": "b", "code": "n"}}]},
        ),
    ):
        answer = call(method, path, json=body)
        assert answer.status_code == 409, answer.text
        assert "Code" in str(answer.get_json()["errors"]["code"])
        assert everything(keeper.office.engine) == before


def _document(keeper: Keeper) -> dict[str, Any]:
    with keeper.office.begin(keeper.admin) as work:
        found: dict[str, Any] = json.loads(json.dumps(modelling.export_design(work), default=str))
        return found


def test_a_design_file_that_does_not_hold_together_changes_nothing(keeper: Keeper) -> None:
    sound = _document(keeper)
    before = everything(keeper.office.engine)

    def broken(change: Any) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(json.dumps(sound))
        change(document)
        return document

    def things(document: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = next(each for each in document["registries"] if each["key"] == "things")
        return found

    for change in (
        lambda document: document.update(nonsense=1),
        lambda document: things(document).update(colours="red"),
        lambda document: things(document)["sections"][0]["fields"].append(
            {"key": "x", "name": "X", "type": "relation", "options": {"target": "nothing"}}
        ),
        lambda document: things(document)["sections"][0]["fields"].append(
            {"key": "x", "name": "X", "type": "nothing"}
        ),
        lambda document: things(document).update(title="{nothing}"),
        lambda document: document["roles"].append(
            {"key": "r", "name": "R", "grants": {"nothing": {"rights": ["view"], "sections": {}}}}
        ),
        lambda document: document.update(registries="all"),
    ):
        with pytest.raises(Invalid) as refused, keeper.office.begin(keeper.admin, design=True) as work:
            modelling.apply_design(work, broken(change))
        assert len(refused.value.message.split()) >= 3
        assert everything(keeper.office.engine) == before


def test_two_administrators_changing_the_design_at_once_both_succeed(keeper: Keeper) -> None:
    with keeper.office.begin_system() as work:
        second = people.create_user(work, {"email": "bob@firm.example", "name": "Bob", "roles": ["admin"]}).id
    barrier = Barrier(2)

    def add(admin: int) -> None:
        barrier.wait()
        for n in range(4):
            with keeper.office.begin(admin, design=True) as work:
                modelling.create_field(
                    work,
                    "things",
                    {"key": f"of_{admin}_{n}", "name": f"Of {admin} {n}", "type": "text", "section": "basic"},
                )

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(add, (keeper.admin, second)))
    with keeper.office.begin(keeper.admin) as work:
        fields = work.catalog.registries["things"].active_fields
        keys = {each.key for each in fields}
        assert {f"of_{admin}_{n}" for admin in (keeper.admin, second) for n in range(4)} <= keys
        assert len({each.column for each in fields}) == len(fields) == len({each.id for each in fields})


def test_the_same_new_key_by_two_administrators_goes_to_one(keeper: Keeper, call: Caller) -> None:
    barrier = Barrier(2)
    token, app = call.token, call.client.application

    def add(_n: int) -> int:
        barrier.wait()
        mine = Caller(app.test_client(), token)
        return mine(
            "POST",
            f"{THINGS}/fields",
            json={"key": "once", "name": "Once", "type": "text", "section": "basic"},
        ).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(add, range(2))) == [201, 409]

"""The wall around people from outside: nothing that is not marked for them is there, whatever they ask and how."""

import io
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from sqlalchemy import inspect, text
from werkzeug.test import TestResponse

from kartoteka.platform.front.rights import right_of
from kartoteka.platform.kernel.errors import Conflict, Forbidden, Invalid, Unauthenticated
from kartoteka.platform.sdk import (
    Bearer,
    Query,
    browse,
    change,
    create,
    create_role,
    create_user,
    fetch,
    remove,
    restore,
)
from kartoteka.platform.services import modelling, people, tokens
from tests.integration.portal.conftest import PASSWORD, Browser, Firm

Open = Callable[..., Browser]
Things = dict[str, set[int]]
LAID_ON = ("_portal", "_tasks", "_attachments")
GUESTS = ("ann", "tom", "bob", "bea")
PART = re.compile(r"<(?:(?P<converter>\w+)(?:\((?P<choices>[^)]*)\))?:)?(?P<name>\w+)>")
MISSING = 987654
# What is not compared: it differs from one answer to the next, or repeats the address that was asked for.
VARYING = re.compile(rb'(csrf_token" value=|X-CSRFToken": )"[^"]+"|next=[^"]+|urn:kartoteka:failure:\w+')
# Noted by the doors and by the portal itself, and told to nobody.
NOTES = {"user_sessions", "sign_in_attempts", "reset_requests", "p_portal__visits", "p_portal__openings"}


def addresses(firm: Firm, other: int) -> Iterator[tuple[str, str, bool]]:
    """Every method of every address that is not open to everybody, with ids of somebody else; and whether it is
    one for guests.
    """
    for rule in firm.app.url_map.iter_rules():
        right = right_of(firm.app.view_functions[rule.endpoint])
        assert right is not None
        if right.open:
            continue
        path = PART.sub(lambda part: _filled(part, other), rule.rule)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, path, right.guests


def _filled(part: re.Match[str], other: int) -> str:
    if part["choices"]:
        return str(part["choices"].split(", ")[0])
    if part["converter"] in ("int", "id"):
        return str(other)
    return {"registry": "orders", "page": "orders", "role": "owner", "plugin": "portal", "key": "subject",
            "field": "subject", "section": "basic"}.get(part["name"], "orders")  # fmt: skip


def plain(answer: TestResponse, other: int) -> tuple[int, bytes, list[tuple[str, str]]]:
    """What an answer tells, without what is new in each."""
    body = VARYING.sub(b"", answer.data)
    for number in (other, MISSING) if other else ():
        body = re.sub(rb"(?<!\d)%d(?!\d)" % number, b"ID", body)
    headers = [pair for pair in answer.headers if pair[0] not in ("Set-Cookie", "Content-Length", "Date")]
    return answer.status_code, body, sorted(headers)


def everything(firm: Firm) -> dict[str, list[Any]]:
    """All that is kept, apart from what only notes that somebody was here."""
    with firm.office.engine.connect() as connection:
        names = [name for name in inspect(connection).get_table_names() if name not in NOTES]
        return {
            name: sorted(map(repr, connection.execute(text(f'SELECT * FROM "{name}"'))))
            for name in names
            if not name.startswith(("x_", "sqlite_"))
        }


def things(firm: Firm, customer: str, people_there: tuple[str, ...]) -> dict[str, set[int]]:
    """The ids of all that belongs to a customer, by registry; also what lies on his orders."""
    found = {
        "companies": {firm.ids[customer]},
        "contacts": {firm.ids[each] for each in people_there},
        "orders": {firm.ids[f"{customer} {n}"] for n in (1, 2)},
    }
    with firm.as_("ada") as work:
        for registry in LAID_ON:
            found[registry] = {
                each.id
                for each in browse(work, registry, Query(page_size=200)).items
                if each.on and each.id and each.on.registry == "orders" and each.on.id in found["orders"]
            }
    assert all(found.values())
    return found


def furnish(firm: Firm, surf: Open) -> None:
    """Something of every kind lies on an order of each customer: a talk, an approval, a file, a step."""
    for customer, who in (("acme", "ann"), ("bolt", "bob")):
        on = Bearer("orders", firm.ids[f"{customer} 1"])
        with firm.as_("ada") as work:
            create(work, "_portal", {"text": f"hush {customer}", "outside": False}, category="comment", on=on)
            create(work, "_portal", {"text": "Yes?", "verdict": "waiting"}, category="approval", on=on)
            create(work, "_tasks", {"title": f"hush {customer}", "public": True}, on=on)
        at, file = f"/portal/orders/{on.id}", (io.BytesIO(b"hush"), f"{customer}.txt")
        assert surf(who).post(f"{at}/files", form_at=at, files=file).status_code == 303


def inner(firm: Firm, mine: Things, theirs: Things) -> Iterator[tuple[str, str, str]]:
    """Every method of every address for guests, with each id of somebody else in each place where an id stands, and
    the same with an id that never was; elsewhere stand ids of one's own.
    """
    for rule in firm.app.url_map.iter_rules():
        right = right_of(firm.app.view_functions[rule.endpoint])
        parts = [part for part in PART.finditer(rule.rule) if part["converter"] in ("int", "id")]
        if right is None or not right.guests or not parts:
            continue
        registry = "orders" if re.search("<(registry|page)>", rule.rule) else ""
        for place in range(len(parts)):
            for foreign in sorted(set().union(*theirs.values())):
                if foreign in mine[_lies_in(parts[place], registry)]:
                    continue
                ids = [min(mine[_lies_in(part, registry)]) for part in parts]
                paths = []
                for id in (foreign, MISSING):
                    ids[place] = id
                    paths.append(PART.sub(partial(_placed, registry, iter(ids)), rule.rule))
                for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                    yield method, paths[0], paths[1]


def _lies_in(part: re.Match[str], registry: str) -> str:
    """Where the thing would lie whose id stands in an address; a route of another kind must be named here."""
    return {"item": "_portal", "file": "_attachments"}.get(part["name"]) or registry or "_attachments"


def _placed(registry: str, left: Iterator[int], part: re.Match[str]) -> str:
    if part["converter"] in ("int", "id"):
        return str(next(left))
    return (
        part["choices"].split(", ")[0]
        if part["choices"]
        else registry
        if part["name"] in ("registry", "page")
        else "x"
    )


def test_no_id_of_another_customer_means_anything(firm: Firm, surf: Open) -> None:
    """In the pages of the portal itself, too: whatever of his stands in whatever place of an address."""
    furnish(firm, surf)
    acme, bolt = things(firm, "acme", ("ann", "tom")), things(firm, "bolt", ("bob", "bea"))
    asked = 0
    for who in GUESTS:
        mine, theirs = (acme, bolt) if who in ("ann", "tom") else (bolt, acme)
        visitor = surf(who)
        forged = visitor.token("/portal/my-data")
        with firm.office.begin_as(f"{who}@example.com", write=True) as work:
            bearer = {"Authorization": f"Bearer {tokens.create_own_token(work)}", "Accept-Language": "en"}
        client, before = firm.app.test_client(), everything(firm)

        def ask(method: str, path: str) -> tuple[int, bytes, list[tuple[str, str]]]:
            if path.startswith("/api/"):
                body = {"values": {"subject": "x"}, "text": "x"} if method != "GET" else None
                answer = client.open(path, method=method, json=body, headers=bearer)  # noqa: B023
            else:
                given = {"csrf_token": forged, "text": "x", "verdict": "accepted"}  # noqa: B023
                data = given if method == "POST" else None
                answer = visitor.client.open(path, method=method, data=data, headers=visitor.headers)  # noqa: B023
            status, told, headers = plain(answer, 0)
            # The address itself, and the number in the sentence that there is no such record.
            return status, re.sub(rb"record \d+", b"record", told.replace(path.encode(), b"")), headers

        unknown: dict[tuple[str, str], Any] = {}
        for method, path, missing in inner(firm, mine, theirs):
            if (method, missing) not in unknown:
                unknown[method, missing] = ask(method, missing)
            answer = ask(method, path)
            assert answer == unknown[method, missing] and answer[0] == 404, f"{who}: {method} {path}"
            asked += 1
        after = everything(firm)
        assert {name for name in before if before[name] != after[name]} <= {"api_tokens"}
    assert asked > 150


@pytest.mark.timeout(600)
def test_no_address_tells_anything_of_another_customer(firm: Firm, surf: Open) -> None:
    """Each guest calls every route with every id of the other customer: as if there had never been such a thing."""
    for who in GUESTS:
        _call_everything(firm, surf, who)


def _call_everything(firm: Firm, surf: Open, who: str) -> None:
    theirs = "bolt" if who in ("ann", "tom") else "acme"
    people_there = ("bob", "bea") if theirs == "bolt" else ("ann", "tom")
    foreign = [firm.ids[f"{theirs} 1"], *(firm.ids[each] for each in people_there)]
    mine = surf(who)
    forged = mine.token("/portal/my-data")
    with firm.office.begin_as(f"{who}@example.com", write=True) as work:
        secret = tokens.create_own_token(work)
    assert mine.get(f"/portal/orders/{foreign[0]}").status_code == 404

    def by_cookie(method: str, path: str) -> TestResponse:
        data = {"csrf_token": forged} if method == "POST" else None
        return mine.client.open(path, method=method, data=data, headers=mine.headers)

    def by_token(method: str, path: str) -> TestResponse:
        headers = {"Authorization": f"Bearer {secret}", "Accept-Language": "en"}
        body: Any = {"values": {"subject": "x"}, "text": "x"} if method != "GET" else None
        return firm.app.test_client().open(path, method=method, json=body, headers=headers)

    nowhere = {
        "web": plain(by_cookie("GET", "/never-was"), 0),
        "api": plain(by_token("GET", "/api/v1/never"), 0),
    }
    assert nowhere["web"][0] == nowhere["api"][0] == 404
    before = everything(firm)
    asked: set[tuple[str, str]] = set()
    for other in foreign:
        for method, path, for_guests in addresses(firm, other):
            face = "api" if path.startswith("/api/") else "web"
            if (method, path) in asked:
                continue  # without an id in it, it was asked with the first of them
            asked.add((method, path))
            ask = by_token if face == "api" else by_cookie
            answer = plain(ask(method, path), other if for_guests else 0)
            if not for_guests:
                assert answer == nowhere[face], f"{method} {path}"
            elif f"/{other}/" in f"{path}/":
                unknown = f"{path}/".replace(f"/{other}/", f"/{MISSING}/").removesuffix("/")
                assert answer == plain(ask(method, unknown), other), f"{method} {path}"
                assert answer[0] == 404, f"{method} {path}"
    assert len(asked) > 400
    # Nothing was made, changed, told or queued by all of that; sent without anything in it, forms of his own refuse.
    after = everything(firm)
    assert {name for name in before if before[name] != after[name]} <= {
        "api_tokens",
        "p_portal__told",
        "second_factors",
    }


def test_methods_and_forged_forms_tell_no_more_than_addresses(firm: Firm, surf: Open) -> None:
    mine = surf("ann")
    nowhere = plain(mine.client.open("/never-was", method="GET", headers=mine.headers), 0)
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        for path in ("/r/orders", "/admin", "/admin/people", "/r/orders/1/remove", "/r/orders/"):
            answer = plain(mine.client.open(path, method=method, headers=mine.headers), 0)
            assert answer == nowhere, f"{method} {path}"
    head = mine.client.head("/r/orders", headers=mine.headers)
    assert head.status_code == 404


def test_a_token_of_a_guest_opens_only_the_portal(firm: Firm) -> None:
    with firm.as_("ann") as work:
        secret = tokens.create_own_token(work)
    assert secret.startswith("ktg_")
    client, headers = firm.app.test_client(), {"Authorization": f"Bearer {secret}"}
    assert client.get("/api/v1/me", headers=headers).status_code == 404
    assert client.get("/api/v1/registries/orders/records", headers=headers).status_code == 404
    told = client.get("/api/v1/portal/orders", headers=headers).get_json()
    assert [each["title"] for each in told["items"]] == ["Acme order 2", "Acme order 1"]
    assert set(told["items"][0]) == {"id", "title", "category", "values"}
    assert set(told["items"][0]["values"]) == {"subject", "state", "total"}
    one = client.get(f"/api/v1/portal/orders/{firm.ids['acme 1']}", headers=headers).get_json()
    assert "costs" not in one["values"] and "whisper" not in one["values"]
    assert client.get(f"/api/v1/portal/orders/{firm.ids['bolt 1']}", headers=headers).status_code == 404
    made = client.post("/api/v1/portal/orders", headers=headers, json={"values": {"subject": "x"}})
    assert made.status_code == 403, "a record of nobody's lies outside of what she may see"
    values = {"subject": "By a program", "company": firm.ids["acme"]}
    made = client.post("/api/v1/portal/orders", headers=headers, json={"values": values})
    assert made.status_code == 201
    theirs = {"subject": "Theirs", "company": firm.ids["bolt"]}
    assert client.post("/api/v1/portal/orders", headers=headers, json={"values": theirs}).status_code == 422
    at = f"/api/v1/portal/orders/{made.get_json()['id']}/talk"
    assert client.post(at, headers=headers, json={"text": "Hello"}).status_code == 201
    assert [each["text"] for each in client.get(at, headers=headers).get_json()["items"]] == ["Hello"]


def test_staff_have_no_portal_and_guests_no_other_home(firm: Firm, surf: Open) -> None:
    sam = surf("sam", door="/sign-in")
    assert sam.get("/portal").headers["Location"] == "/"
    assert sam.get("/portal/orders").status_code == 404
    assert surf("sam").get("/").status_code == 200, "through the wrong door to the right house"
    ann = surf("ann", door="/sign-in")
    assert ann.get("/").headers["Location"] == "/portal"
    assert "Acme order 1" in ann.get("/portal/orders").text
    assert "Bolt" not in ann.get("/portal/orders").text


def test_access_ends_with_the_record_and_comes_back_with_it(firm: Firm, surf: Open) -> None:
    mine = surf("ann")
    with firm.as_("ann") as work:
        secret = tokens.create_own_token(work)
    with firm.as_("ada") as work:
        change(work, "contacts", firm.ids["ann"], {"still": False})
    assert mine.get("/portal").status_code == 303
    assert _by_token(firm, secret) == 401
    assert surf().enter("ann").status_code == 303
    with pytest.raises(Unauthenticated), firm.as_("ann"):
        pass
    with firm.as_("ada") as work:
        change(work, "contacts", firm.ids["ann"], {"still": True})
    assert _by_token(firm, secret) == 200
    with firm.as_("ada") as work:
        remove(work, "contacts", firm.ids["ann"])
    assert _by_token(firm, secret) == 401
    with firm.as_("ada") as work:
        restore(work, "contacts", firm.ids["ann"])
    assert "Acme order 1" in surf("ann").get("/portal/orders").text


def _by_token(firm: Firm, secret: str) -> int:
    headers = {"Authorization": f"Bearer {secret}"}
    return firm.app.test_client().get("/api/v1/portal", headers=headers).status_code


def test_a_session_does_not_go_over_the_wall(firm: Firm, surf: Open) -> None:
    """Made a guest while signed in as staff, or staff as a guest, somebody is out of the house at once."""
    sam, ann = surf("sam", door="/sign-in"), surf("ann")
    assert sam.get("/r/orders").status_code == ann.get("/portal/orders").status_code == 200
    with firm.as_("ann") as work:
        secret = tokens.create_own_token(work)
    with firm.as_("ada") as work:
        identity = {"registry": "contacts", "id": firm.ids["bob"]}
        people.change_user(work, firm.ids["user sam"], {"roles": ["owner"], "identity": identity})
        people.change_user(work, firm.ids["user ann"], {"roles": ["seller"]})
    for visitor, addresses_of in ((sam, ("/r/orders", "/portal/orders")), (ann, ("/r/orders", "/portal"))):
        for address in addresses_of:
            assert visitor.get(address).status_code in (303, 404), "the session has ended"
    assert _by_token(firm, secret) == 401


def test_a_role_that_somebody_has_does_not_change_sides(firm: Firm, surf: Open) -> None:
    """Nobody becomes staff, or a guest, by a stroke in the design; not by any way to change it."""
    mine, sam = surf("ann"), surf("sam", door="/sign-in")
    grants = {"orders": {"rights": ["view"], "sections": {"basic": "read"}}}
    with firm.design() as work:
        with pytest.raises(Conflict, match="2 people have the role “Owner”") as refused, work.attempt():
            modelling.change_role(work, "owner", {"kind": "staff", "holds": None})
        assert "Take it away first" in refused.value.message
        with pytest.raises(Conflict, match="1 person has the role “Seller”"), work.attempt():
            modelling.change_role(work, "seller", {"kind": "portal", "grants": grants})
        document = modelling.export_design(work)
        owner = next(each for each in document["roles"] if each["key"] == "owner")
        owner.update(kind="staff", holds=None)
        with pytest.raises(Conflict, match="2 people"), work.attempt():
            modelling.apply_design(work, document)
        with pytest.raises(Conflict, match="2 people"):
            modelling.plan_design(work, document)
    assert mine.get("/portal/orders").status_code == sam.get("/r/orders").status_code == 200
    assert mine.get("/r/orders").status_code == 404
    with firm.as_("ada") as work:
        for who in ("user ann", "user bob"):
            people.change_user(work, firm.ids[who], {"active": False})
    with firm.design() as work, pytest.raises(Conflict, match="2 people"):
        modelling.change_role(work, "owner", {"kind": "staff", "holds": None})
    with firm.as_("ada") as work:
        for who in ("user ann", "user bob"):
            people.change_user(work, firm.ids[who], {"roles": [], "active": True})
    with firm.design() as work:
        modelling.change_role(work, "owner", {"kind": "staff", "holds": None})
    assert mine.get("/portal/orders").status_code == 303, "the session ended with the role"
    assert surf("ann", door="/sign-in").get("/r/orders").status_code in (403, 404)


def test_a_role_that_comes_back_carries_no_guest_among_staff(firm: Firm) -> None:
    """A role was of staff once, then of the portal and given to a customer, then removed: its way back is refused."""
    with firm.design() as work:
        create_role(work, {"key": "helper", "name": "Helper", "grants": {}})
        long_ago = work.catalog.version
    with firm.design() as work:
        modelling.change_role(work, "helper", {"kind": "portal"})
    with firm.as_("ada") as work:
        people.change_user(work, firm.ids["user ann"], {"roles": ["owner", "helper"]})
    with firm.design() as work:
        modelling.remove_role(work, "helper")
    with firm.design() as work, pytest.raises(Conflict, match="1 person has the role “Helper”"):
        modelling.return_to(work, long_ago)


def test_nobody_is_staff_and_a_guest_at_once(firm: Firm) -> None:
    person = {"email": "x@example.com", "name": "X", "password": PASSWORD}
    with firm.as_("ada") as work:
        with pytest.raises(Invalid) as refused, work.attempt():
            create_user(work, {**person, "roles": ["owner", "seller"]})
        assert set(refused.value.errors) == {"roles"}
        with pytest.raises(Invalid) as refused, work.attempt():
            create_user(work, {**person, "roles": ["owner"]})
        assert set(refused.value.errors) == {"identity"}
        with pytest.raises(Invalid), work.attempt():
            people.change_user(work, firm.ids["user ann"], {"identity": None})


def test_a_role_of_the_portal_has_no_powers_and_is_part_of_the_design(firm: Firm) -> None:
    with firm.design() as work:
        with pytest.raises(Invalid), work.attempt():
            create_role(work, {"key": "bad", "name": "Bad", "kind": "portal", "powers": ["users"]})
        with pytest.raises(Invalid), work.attempt():
            create_role(work, {"key": "bad", "name": "Bad", "kind": "nothing"})
        document = modelling.export_design(work)
        owner = next(each for each in document["roles"] if each["key"] == "owner")
        assert owner["kind"] == "portal" and owner["holds"]["field"] == "still"
        windows = next(each for each in document["plugins"] if each["key"] == "portal")["settings"]["windows"]
        assert windows["owner"]["pages"][0]["registry"] == "orders"
        modelling.apply_design(work, document)
        assert modelling.export_design(work) == document


def test_an_admin_sees_the_portal_as_a_customer_and_changes_nothing(firm: Firm, surf: Open) -> None:
    ada = surf("ada", door="/sign-in")
    assert ada.post("/from-customers/look", form_at="/settings", user=firm.ids["user ann"]).status_code == 303
    page = ada.get("/portal/orders").text
    assert "Acme order 1" in page and "Bolt order 1" not in page and "You see the portal as Ann" in page
    assert ada.get("/r/orders").status_code == 404
    said = ada.post(f"/portal/orders/{firm.ids['acme 1']}/talk", form_at="/portal/orders", text="x")
    assert said.status_code == 403
    assert ada.post("/see-as/end", form_at="/portal/orders", back="/").status_code == 303
    assert ada.get("/r/orders").status_code == 200
    look = {"role": "owner", "registry": "contacts", "record": firm.ids["bea"]}
    assert ada.post("/from-customers/look", form_at="/settings", **look).status_code == 303
    assert "Bolt order 1" in ada.get("/portal/orders").text
    sam = surf("sam", door="/sign-in")
    assert sam.post("/from-customers/look", form_at="/settings", user=firm.ids["user ann"]).status_code == 403


def test_what_is_said_goes_nowhere_without_the_right(firm: Firm) -> None:
    with firm.as_("ann") as work, pytest.raises(Forbidden):
        change(work, "orders", firm.ids["acme 1"], {"subject": "x"})
    with firm.as_("ada") as work:
        assert fetch(work, "orders", firm.ids["acme 1"]).values["subject"] == "Acme order 1"

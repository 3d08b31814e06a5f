"""A thing is moved to another record: by whoever may change it and add to that record; history tells of it."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from kartoteka.platform.sdk import (
    Bearer,
    Forbidden,
    Invalid,
    NotFound,
    StaleVersion,
    browse,
    change,
    create,
    create_role,
    create_user,
    fetch,
    history,
)
from kartoteka.platform.sdk import Query as Asked
from kartoteka.platform.services import records
from kartoteka.platform.services.office import Office
from tests.integration.plugins.test_attached import ALL, as_, set_up, texts, write
from tests.servers.apps import app_for
from tests.servers.offices import Furnish

ACME, BOLT = Bearer("companies", 1, "Acme"), Bearer("companies", 2, "Bolt")
PASSWORD = "four quiet words here"
TABS = {"notes": "edit", "tasks": "edit", "activities": "edit"}


def set_up_more(office: Office) -> None:
    """Beside those who see notes: somebody who works with both firms, and somebody who sees the southern one alone."""
    set_up(office)
    with office.begin_system(design=True) as work:
        for key, more in (
            ("clerk", {}),
            ("south", {"rows": {"field": "region", "op": "eq", "value": "south"}}),
        ):
            grant = {"rights": ALL, "sections": {"basic": "edit", **TABS}, **more}
            create_role(work, {"key": key, "name": key.title(), "grants": {"companies": grant}})
            person = {"email": f"{key}@example.com", "name": key, "roles": [key], "password": PASSWORD}
            create_user(work, person)


@pytest.fixture
def furnished() -> Furnish:
    """Every test begins with the firm."""
    return set_up_more


@pytest.fixture
def firm(office: Office) -> Office:
    """The firm, on each database."""
    return office


def move(office: Office, who: str, thing: int, on: Bearer | None, key: str = "_notes", **more: Any) -> Any:
    with office.begin_as(f"{who}@example.com", write=True) as work:
        return change(work, key, thing, {}, on=on, **more).on


def test_what_was_filed_at_the_wrong_firm_goes_to_the_right_one(firm: Office) -> None:
    note = write(firm, "writes", 1, "about Bolt")
    assert move(firm, "writes", note, BOLT) == BOLT
    assert texts(firm, "writes", registry="companies", id=1) == set()
    assert texts(firm, "writes", registry="companies", id=2) == {"about Bolt"}
    assert texts(firm, "north") == set(), "whoever sees only the old place has lost it"
    with as_(firm, "writes") as work:
        newest = history.entries(work, "_notes", note)[0]
    (told,) = newest.changes
    ends = [{"registry": "companies", "id": each.id, "title": each.title} for each in (ACME, BOLT)]
    assert (newest.action, told.field, told.old, told.new) == ("change", "on", *ends)


def test_history_names_no_place_that_its_reader_does_not_see(firm: Office) -> None:
    key = "_activities"
    with as_(firm, "clerk") as work:
        call = create(work, key, {"text": "wandering"}, on=ACME).id
    move(firm, "clerk", call, BOLT, key)
    with as_(firm, "south") as work:
        (told,) = history.entries(work, key, call)[0].changes
        assert (told.field, told.old, told.new["title"]) == ("on", None, "Bolt")
        assert history.as_of(work, key, call, version=1).values["text"] == "wandering"
    move(firm, "clerk", call, ACME, key)
    move(firm, "clerk", call, None, key)
    with as_(firm, "clerk") as work:
        assert [each.version for each in history.entries(work, key, call)] == [4, 3, 2, 1]


@pytest.mark.parametrize("place", [BOLT, Bearer("companies", 99), Bearer("nothing", 1), Bearer("_tasks", 1)])
def test_a_place_that_one_does_not_see_is_no_place(firm: Office, place: Bearer) -> None:
    note = write(firm, "north", 1, "mine")
    with pytest.raises((Invalid, NotFound)) as refusal:
        move(firm, "north", note, place)
    said = refusal.value.message if isinstance(refusal.value, NotFound) else refusal.value.errors["on"][0]
    assert "There is no" in said
    assert texts(firm, "north", registry="companies", id=1) == {"mine"}


def test_who_only_reads_moves_nothing_and_nothing_comes_to_where_one_only_reads(firm: Office) -> None:
    note = write(firm, "writes", 1, "stays")
    with pytest.raises(Forbidden):
        move(firm, "reads", note, BOLT)
    with firm.begin_system(design=True) as work:
        looks = {"companies": {"rights": ["view"], "sections": {"basic": "read", "notes": "read"}}}
        create_role(work, {"key": "looks", "name": "Looks", "grants": looks})
        create_user(work, {"email": "half@example.com", "name": "half", "roles": ["looks", "north"]})
    with pytest.raises(Forbidden, match="not add anything here"):
        move(firm, "half", note, BOLT)
    assert texts(firm, "reads", registry="companies", id=1) == {"stays"}


def test_nobody_moves_a_thing_out_of_his_own_reach(firm: Office) -> None:
    theirs, mine = write(firm, "writes", 1, "theirs"), write(firm, "clerk", 1, "mine")
    with pytest.raises(Forbidden, match="outside"):
        move(firm, "clerk", theirs, None)
    assert move(firm, "clerk", mine, None) is None
    assert texts(firm, "clerk") == {"theirs", "mine"}
    assert texts(firm, "writes") == {"theirs"}


def test_two_who_move_one_thing_do_not_lose_each_others_change(firm: Office) -> None:
    note = write(firm, "clerk", 1, "wanted twice")
    move(firm, "clerk", note, BOLT, version=1)
    with pytest.raises(StaleVersion):
        move(firm, "writes", note, None, version=1)
    with as_(firm, "clerk") as work:
        assert fetch(work, "_notes", note).on == BOLT


def test_what_was_written_for_oneself_stays_so_when_the_note_is_laid_on_a_record(firm: Office) -> None:
    with as_(firm, "clerk") as work:
        note = create(work, "_notes", {"text": "what I really think"}).id
    with firm.begin_as("clerk@example.com", write=True) as work:
        change(work, "_notes", note, {"text": "what I say"}, on=BOLT)
    with as_(firm, "writes") as work:
        assert fetch(work, "_notes", note).values["text"] == "what I say"
        assert "really" not in str(history.entries(work, "_notes", note))
        with pytest.raises(NotFound):
            history.as_of(work, "_notes", note, version=1)


def test_a_batch_that_moves_is_undone(firm: Office) -> None:
    note = write(firm, "clerk", 1, "there and back")
    entry = {"id": note, "values": {"text": "there"}, "on": {"registry": "companies", "id": 2}}
    with firm.begin_as("clerk@example.com", write=True) as work:
        done = records.batch(work, "_notes", update=[entry])
    assert [each.on for each in done.updated] == [BOLT]
    with firm.begin_as("clerk@example.com", write=True) as work:
        assert history.undo_batch(work, done.batch).undone == 1
        back = fetch(work, "_notes", note)
    assert (back.on, back.values["text"]) == (ACME, "there and back")


def test_only_things_are_moved(firm: Office) -> None:
    with firm.begin_system(write=True) as work, pytest.raises(Invalid):
        change(work, "companies", 1, {}, on=BOLT)


@pytest.fixture
def sign_in(firm: Office) -> Iterator[Callable[[str], FlaskClient]]:
    """Somebody signed in, with the key against forged forms as a header of all that is sent."""

    def come(who: str) -> FlaskClient:
        client = app_for(firm).test_client()
        key = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").text)
        assert key is not None
        form = {"email": f"{who}@example.com", "password": PASSWORD, "csrf_token": key[1]}
        assert client.post("/sign-in", data=form).status_code == 303
        return client

    return come


def send(client: FlaskClient, path: str, **form: Any) -> Any:
    key = re.search(r'"X-CSRFToken": "([^"]+)"', client.get("/tasks").text)
    assert key is not None
    headers = {"X-CSRFToken": key[1], "HX-Request": "true"}
    return client.post(
        path, data={name.replace("__", "."): each for name, each in form.items()}, headers=headers
    )


@pytest.mark.parametrize(
    ("kind", "key", "title"),
    [("notes", "_notes", "text"), ("tasks", "_tasks", "title"), ("activities", "_activities", "text")],
)
def test_the_dialog_moves_it_and_says_where_it_is_now(
    firm: Office, sign_in: Callable[[str], FlaskClient], kind: str, key: str, title: str
) -> None:
    with as_(firm, "clerk") as work:
        thing = create(work, key, {title: "a letter"}, on=ACME).id
    clerk, address = sign_in("clerk"), f"/{kind}/{thing}/form"
    form = clerk.get(address).text
    assert 'name="thing.on" value="companies/1"' in form and f'data-pick="/{kind}/places"' in form
    assert (
        send(clerk, address, version=1, **{f"v__{title}": "a letter", "thing__on": "companies/1"}).status_code
        == 200
    )
    answer = send(clerk, address, version=1, **{f"v__{title}": "a letter", "thing__on": "companies/2"})
    assert (answer.status_code, "Bolt" in answer.headers["HX-Trigger"]) == (200, True)
    with as_(firm, "clerk") as work:
        moved = fetch(work, key, thing)
        assert (moved.on, moved.version) == (BOLT, 2)
    assert "Belongs to" in clerk.get(f"/r/{key}/{thing}/history").text
    bare = send(clerk, address, version=2, **{f"v__{title}": "a letter", "thing__on": ""})
    assert bare.status_code == (422 if kind == "activities" else 200)
    lost = send(clerk, address, version=3, **{f"v__{title}": "a letter", "thing__on": "companies/77"})
    assert lost.status_code in (409, 422)


def test_only_records_to_which_one_may_add_are_offered(
    firm: Office, sign_in: Callable[[str], FlaskClient]
) -> None:
    offered = [{"id": "companies/2", "title": "Bolt", "note": "Companies"}]
    assert sign_in("south").get("/tasks/places?q=").json == {"items": offered}
    clerk = sign_in("clerk")
    assert [each["title"] for each in clerk.get("/activities/places").json["items"]] == ["Acme", "Bolt"]
    assert clerk.get("/notes/places?q=olt").json == {"items": offered}


def test_a_task_begun_alone_may_be_laid_on_a_record_at_once(
    firm: Office, sign_in: Callable[[str], FlaskClient]
) -> None:
    clerk = sign_in("clerk")
    assert 'data-pick="/tasks/places"' in clerk.get("/tasks/new").text
    assert 'data-pick="/tasks/places"' not in clerk.get("/tasks/new?on=companies/1").text
    assert send(clerk, "/tasks/new", v__title="Call them", thing__on="companies/2").status_code == 200
    with as_(firm, "clerk") as work:
        assert [each.on for each in browse(work, "_tasks", Asked()).items] == [BOLT]

"""Files on activities, tasks, notes and comments: seen by whoever sees these, and gone from sight with them."""

import io
from typing import Any

import pytest

from kartoteka.platform.sdk import Bearer, Query, count, create, remove, restore
from kartoteka.platform.services import modelling, search
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.worker import Worker
from tests.integration.attachments.firm import NORTH, Firm, found_firm, grant

THINGS = ("activities", "tasks", "notes")
LEVELS = {"boss": "edit", "sales": "edit", "reader": "read", "north": "edit"}


@pytest.fixture
def firm(office: Office) -> Firm:
    """The firm, whose people also note, do and talk; the one of the role `blind` sees all that, and no files."""
    made = found_firm(office)
    with office.begin_system(design=True) as work:
        for role, level in (*LEVELS.items(), ("blind", "edit")):
            files = {} if role == "blind" else {"attachments": level}
            sections = {**dict.fromkeys(THINGS, level), **files}
            body = grant(NORTH if role == "north" else None, **sections)["companies"]
            modelling.set_grant(work, role, "companies", body)
    return made


def _thing(firm: Firm, who: str, key: str, company: int | None = 2, **values: Any) -> int:
    text = {"title" if key == "_tasks" else "text": "Something"}
    with firm.as_(who) as work:
        on = Bearer("companies", company) if company else None
        return create(work, key, {**text, **values}, on=on).id


def _send(
    firm: Firm, who: str, key: str, thing: int, content: bytes = b"xylophone", name: str = "a.txt"
) -> Any:
    data = {"file": (io.BytesIO(content), name)}
    return firm.ask(who, "POST", f"/registries/{key}/records/{thing}/attachments", data=data)


def _seen(firm: Firm, who: str, key: str, thing: int) -> tuple[int, int]:
    """How many files somebody sees there, and whether any of its addresses answers."""
    answer = firm.ask(who, "GET", f"/registries/{key}/records/{thing}/attachments")
    number = len(answer.json["items"]) if answer.status_code == 200 else 0
    return number, firm.ask(who, "GET", f"/registries/{key}/records/{thing}/attachments/1").status_code


@pytest.mark.parametrize("key", ["_activities", "_tasks", "_notes"])
def test_a_file_on_a_thing_is_seen_by_whoever_sees_the_thing(firm: Firm, key: str) -> None:
    thing = _thing(firm, "sales", key)
    made = _send(firm, "sales", key, thing)
    assert made.status_code == 201 and made.json["on"]["registry"] == key
    Worker(firm.office).run_once()
    for who in ("boss", "reader", "admin"):
        assert _seen(firm, who, key, thing) == (1, 200)
        assert firm.ask(who, "GET", made.json["url"]).data == b"xylophone"
        with firm.as_(who, write=False) as work:
            assert [hit.id for hit in search.search(work, "xylophone")] == [made.json["id"]]
    with firm.as_("north", write=False) as work:
        assert count(work, "_attachments", Query()) == 0
    # Neither who does not see the record, nor who sees no files at all.
    for who in ("north", "blind"):
        assert _seen(firm, who, key, thing) == (0, 404)
        for path in ("", "/content", "/versions", "/checkout"):
            assert firm.ask(who, "GET", f"/attachments/{made.json['id']}{path}").status_code == 404
        with firm.as_(who, write=False) as work:
            assert search.search(work, "xylophone") == []
        assert _send(firm, who, key, thing).status_code == 404
    assert _send(firm, "reader", key, thing).status_code == 403
    assert firm.renew("reader", made.json["id"], b"x").status_code == 403
    assert firm.renew("boss", made.json["id"], b"x").status_code == 201
    # What lies on a thing lies on it alone.
    assert firm.names("boss", 2) == set()


@pytest.mark.parametrize("key", ["_activities", "_tasks", "_notes"])
def test_a_file_goes_out_of_sight_with_what_it_lies_on(firm: Firm, key: str) -> None:
    thing = _thing(firm, "boss", key)
    made = _send(firm, "boss", key, thing).json
    for registry, record in ((key, thing), ("companies", 2)):
        with firm.as_("boss") as work:
            remove(work, registry, record)
        assert firm.ask("boss", "GET", made["url"]).status_code == 404
        with firm.as_("boss") as work:
            assert count(work, "_attachments", Query()) == 0
            restore(work, registry, record)
        assert firm.ask("boss", "GET", made["url"]).data == b"xylophone"
    assert firm.ask("boss", "DELETE", f"/attachments/{made['id']}").status_code == 204
    assert _seen(firm, "boss", key, thing)[0] == 0
    assert firm.ask("boss", "POST", f"/attachments/{made['id']}/restore").status_code == 200
    assert _seen(firm, "boss", key, thing)[0] == 1


def test_what_is_private_keeps_its_files_back_from_everybody(firm: Firm) -> None:
    note = _thing(firm, "sales", "_notes", private=True)
    made = _send(firm, "sales", "_notes", note).json
    assert firm.ask("sales", "GET", made["url"]).data == b"xylophone"
    for who in ("boss", "admin", "reader"):
        assert firm.ask(who, "GET", made["url"]).status_code == 404
        assert firm.ask(who, "GET", "/attachments?count=1").json["count"] == 0
    lonely = _thing(firm, "sales", "_notes", None)
    free = _send(firm, "sales", "_notes", lonely).json
    assert firm.ask("sales", "GET", free["url"]).status_code == 200
    assert firm.ask("boss", "GET", free["url"]).status_code == 404


def test_files_on_tasks_of_ones_own_and_on_what_is_said_of_them(firm: Firm) -> None:
    with firm.as_("north") as work:
        me = work.actor.user_id
    # He does not see the company, but the task is his.
    task = _thing(firm, "boss", "_tasks", 2, assignee=[me])
    made = _send(firm, "boss", "_tasks", task).json
    assert firm.ask("north", "GET", made["url"]).data == b"xylophone"
    said = firm.ask("north", "POST", f"/tasks/{task}/comments", json={"text": "Here it is"}).json
    answer = _send(firm, "north", "_task_comments", said["id"], b"drawing", "d.txt")
    assert answer.status_code == 201
    assert firm.ask("boss", "GET", answer.json["url"]).data == b"drawing"
    assert firm.renew("boss", answer.json["id"], b"not mine to change").status_code == 403
    assert firm.ask("blind", "GET", answer.json["url"]).status_code == 404
    other = _thing(firm, "boss", "_tasks", 2)
    hidden = firm.ask("boss", "POST", f"/tasks/{other}/comments", json={"text": "Between us"}).json
    kept = _send(firm, "boss", "_task_comments", hidden["id"]).json
    assert firm.ask("north", "GET", kept["url"]).status_code == 404
    assert firm.ask("north", "GET", "/attachments?count=1").json["count"] == 2

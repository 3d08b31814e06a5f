"""Notes: private ones are their author's in every exit; shared ones go to the holders of roles; free ones to nobody."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from kartoteka.platform.kernel.errors import Forbidden, NotFound
from kartoteka.platform.sdk import (
    Bearer,
    Query,
    batch,
    browse,
    change,
    count,
    create,
    fetch,
    remove,
    restore,
    summary,
)
from kartoteka.platform.services import (
    design_facts,
    explaining,
    exports,
    history,
    modelling,
    people,
    search,
    tokens,
)
from kartoteka.platform.services.finding import feeding
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.worker import Worker
from tests.integration.plugins.test_attached import COMPANIES, as_, grants, texts, write
from tests.servers.apps import app_for
from tests.servers.offices import Furnish

KEY, SECRET = "_notes", "xylophone"


def set_up(office: Office) -> None:
    """Two roles that write notes on all companies, one that has no tab, an admin; Acme and Bolt."""
    with office.begin_system(design=True) as work:
        modelling.create_registry(work, COMPANIES)
        for role in ("sales", "service"):
            modelling.create_role(work, {"key": role, "name": role.title(), "grants": grants(notes="edit")})
        modelling.create_role(work, {"key": "blind", "name": "Blind", "grants": grants()})
        everybody = [
            ("sam", "sales"),
            ("sue", "sales"),
            ("vic", "service"),
            ("ben", "blind"),
            ("ann", "admin"),
        ]
        for who, role in everybody:
            people.create_user(work, {"email": f"{who}@example.com", "name": who, "roles": [role]})
        for name in ("Acme", "Bolt"):
            create(work, "companies", {"name": name, "region": "north"})


@pytest.fixture
def furnished() -> Furnish:
    """Every test begins with the firm."""
    return set_up


@pytest.fixture
def firm(office: Office) -> Office:
    """The firm, on each database."""
    return office


def free(office: Office, who: str, text: str, **more: object) -> int:
    with as_(office, who) as work:
        return create(work, KEY, {"text": text, **more}).id


def test_a_free_note_is_its_authors_until_it_is_shared(firm: Office) -> None:
    note = free(firm, "sam", "mine")
    assert [who for who in ("sam", "sue", "vic", "ben", "ann") if texts(firm, who)] == ["sam"]
    with as_(firm, "sam") as work:
        change(work, KEY, note, {"roles": "service"})
    assert [who for who in ("sam", "sue", "vic", "ben", "ann") if texts(firm, who)] == ["sam", "vic"]
    with as_(firm, "vic") as work, pytest.raises(Forbidden):
        change(work, KEY, note, {"text": "his"})
    with as_(firm, "sam") as work:
        change(work, KEY, note, {"roles": "service sales"})
    assert texts(firm, "sue") == {"mine"}
    with as_(firm, "sam") as work:
        change(work, KEY, note, {"private": True})
    assert [who for who in ("sam", "sue", "vic", "ben", "ann") if texts(firm, who)] == ["sam"]


def test_a_role_is_a_whole_word(firm: Office) -> None:
    free(firm, "sam", "to others", roles="sales_abroad service_x presales")
    assert texts(firm, "sue") == set() and texts(firm, "vic") == set()


def test_a_note_on_a_record_for_some_roles(firm: Office) -> None:
    write(firm, "sam", 1, "ours", roles="sales")
    write(firm, "sam", 1, "for all")
    # A role opens no tab: whoever does not see notes there does not see one that is shared with his role either.
    write(firm, "sam", 1, "to the blind", roles="blind")
    assert texts(firm, "sue", registry="companies", id=1) == {"ours", "for all"}
    assert texts(firm, "vic", registry="companies", id=1) == {"for all"}
    assert texts(firm, "ann", registry="companies", id=1) == {"for all"}
    assert texts(firm, "ben") == set()


def _private(firm: Office) -> int:
    note = write(firm, "sam", 1, f"first {SECRET}", private=True)
    with as_(firm, "sam") as work:
        change(work, KEY, note, {"text": f"second {SECRET}"})
    return note


def _listed(firm: Office, who: str, note: int) -> bool:
    with as_(firm, who) as work:
        every = browse(work, KEY, Query(count=True))
        grouped = sum(each.count for each in summary(work, KEY, group_by="private"))
        assert (every.count, grouped, count(work, KEY, Query())) == (len(every.items),) * 3
        return bool(every.items)


def _fetched(firm: Office, who: str, note: int) -> bool:
    with as_(firm, who) as work:
        try:
            return bool(fetch(work, KEY, note).values)
        except NotFound:
            return False


def _filtered(firm: Office, who: str, note: int) -> bool:
    asked = {"field": "text", "op": "contains", "value": SECRET}
    with as_(firm, who) as work:
        return bool(browse(work, KEY, Query(filter=asked)).items) or bool(
            browse(work, KEY, Query(q=SECRET)).items
        )


def _searched(firm: Office, who: str, note: int) -> bool:
    Worker(firm).run_once()
    with as_(firm, who) as work:
        return bool(search.search(work, SECRET)) or bool(search.search(work, "xylophona"))


def _in_history(firm: Office, who: str, note: int) -> bool:
    with as_(firm, who) as work:
        try:
            return bool(history.entries(work, KEY, note))
        except NotFound:
            return False


def _exported(firm: Office, who: str, note: int) -> bool:
    with as_(firm, who) as work:
        stream = io.BytesIO()
        exports.write(work, KEY, stream, "csv")
        return SECRET.encode() in stream.getvalue()


def _in_the_bin(firm: Office, who: str, note: int) -> bool:
    with as_(firm, "sam") as work:
        remove(work, KEY, note)
    try:
        with as_(firm, who) as work:
            seen = bool(browse(work, KEY, Query(removed=True)).items)
            try:
                restore(work, KEY, note)
                return True
            except NotFound:
                return seen
    finally:
        with as_(firm, "sam") as work:
            if browse(work, KEY, Query(removed=True)).items:
                restore(work, KEY, note)


EXITS = [_listed, _fetched, _filtered, _searched, _in_history, _exported, _in_the_bin]


@pytest.mark.parametrize("leads", EXITS)
def test_a_private_note_leaves_by_no_exit(firm: Office, leads: Callable[[Office, str, int], bool]) -> None:
    note = _private(firm)
    assert leads(firm, "sam", note), "its author has it here, so the exit is a real one"
    assert [who for who in ("sue", "vic", "ben", "ann") if leads(firm, who, note)] == []


def test_the_index_of_the_search_holds_private_notes_and_tells_them_to_nobody_else(firm: Office) -> None:
    note = _private(firm)
    Worker(firm).run_once()
    assert feeding.difference(firm) == []
    feeding.rebuild(firm)
    assert feeding.difference(firm) == []
    with as_(firm, "sam") as work:
        (hit,) = search.search(work, SECRET)
        assert (hit.registry, hit.id) == (KEY, note)
        remove(work, "companies", 1)
    feeding.rebuild(firm)
    with as_(firm, "sam") as work:
        assert search.search(work, SECRET) == []
        restore(work, "companies", 1)
        assert [each.id for each in search.search(work, SECRET)] == [note]


def test_undoing_a_batch_leaves_others_private_notes_alone(firm: Office) -> None:
    note = _private(firm)
    with as_(firm, "sam") as work:
        done = batch(work, KEY, update=[{"id": note, "values": {"text": "third"}}]).batch
    for who in ("ann", "sue"):
        with as_(firm, who) as work:
            try:
                told = history.undo_batch(work, done)
                assert (told.undone, told.changed_since) == (0, [])
            except NotFound:
                pass
    assert texts(firm, "sam") == {"third"}


def _client(firm: Office, who: str) -> Callable[..., Any]:
    token = tokens.create_token(firm, f"{who}@example.com")
    client: FlaskClient = app_for(firm).test_client()

    def call(method: str, path: str, body: object = None) -> Any:
        return client.open(
            f"/api/v1{path}", method=method, json=body, headers={"Authorization": f"Bearer {token}"}
        )

    return call


def test_notes_over_rest_with_roles_and_alone(firm: Office) -> None:
    sam, ann, sue = (_client(firm, who) for who in ("sam", "ann", "sue"))
    made = sam("POST", "/notes", {"text": "free", "roles": ["sales"]})
    assert made.status_code == 201 and made.json["roles"] == ["sales"] and made.json["on"] is None
    address = f"/notes/{made.json['id']}"
    assert [each["text"] for each in sue("GET", "/notes").json["items"]] == ["free"]
    for path in (address, f"/registries/_notes/records/{made.json['id']}"):
        assert ann("GET", path).status_code == 404
        assert ann("PATCH", path, {"text": "x"} if path == address else {"values": {}}).status_code == 404
        assert ann("DELETE", path).status_code == 404
    assert ann("GET", f"/registries/_notes/records/{made.json['id']}/history").status_code == 404
    assert ann("GET", "/registries/_notes/records?count=1").json["count"] == 0
    assert "free" not in json.dumps(ann("GET", "/search?q=free").json)
    assert sam("PATCH", address, {"roles": []}).json["roles"] == []
    assert sue("GET", address).status_code == 404
    assert sam("PATCH", address, {"roles": ["with blanks"]}).status_code == 422
    on = {"registry": "companies", "id": 1}
    assert sam("POST", "/notes", {"text": "on", "on": on}).json["on"]["title"] == "Acme"


def test_who_looks_as_somebody_sees_no_private_note_of_his(firm: Office) -> None:
    _private(firm)
    with (
        firm.begin_as("ann@example.com", write=False) as admin,
        firm.begin_as("sam@example.com", write=False) as work,
    ):
        guise = replace(work, actor=replace(work.actor, seen_by=admin.actor), _gates={})
        assert browse(guise, KEY, Query(count=True)).count == 0
        assert browse(work, KEY, Query(count=True)).count == 1


def test_why_somebody_sees_a_note(firm: Office) -> None:
    """Tabs among the sections of a record; of a note itself whether it is one's own, lent by a tab, or kept."""
    with as_(firm, "ann") as work:
        bolt = create(work, KEY, {"text": "on Bolt", "private": True}, on=Bearer("companies", 2)).id
        lent = create(work, KEY, {"text": "for sales", "roles": "sales"}, on=Bearer("companies", 2)).id

        def told(who: str, registry: str, record: int) -> dict[str, tuple[bool, str]]:
            found = explaining.explain(work, f"{who}@example.com", registry, record)
            return {each.subject: (each.allowed, each.sentence) for each in found}

        assert (
            told("sam", "companies", 2)["tab “Notes”"][0]
            and not told("ben", "companies", 2)["tab “Notes”"][0]
        )
        assert told("ann", KEY, bolt)["view"] == (True, "It is the person’s own.")
        assert told("sam", KEY, bolt)["view"] == (False, "It is kept for others.")
        assert told("sam", KEY, lent)["view"] == (True, "Granted by: Sales.")
        assert not told("ben", KEY, lent)["view"][0]


def test_not_even_the_number_of_private_notes_is_told_to_designers(firm: Office) -> None:
    free(firm, "sam", "mine", private=True)
    with as_(firm, "ann") as work:
        create(work, KEY, {"text": "hers"})
        notes = work.catalog.registries[KEY]
        found = design_facts.usage(work, notes, [each for each in notes.fields if each.key == "text"])
    assert (found.used, found.all) == (1, 1)

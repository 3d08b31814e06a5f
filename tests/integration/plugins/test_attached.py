"""What plugins attach to records is reached through the records: by tab, row and level; private things by nobody."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from kartoteka.platform.sdk import (
    Bearer,
    Forbidden,
    NotFound,
    Query,
    Work,
    browse,
    change,
    create,
    create_registry,
    create_role,
    create_user,
    fetch,
    remove,
    restore,
)
from kartoteka.platform.services.office import Office
from tests.servers.offices import Furnish

COMPANIES = {
    "key": "companies",
    "name": "Companies",
    "sections": [
        {"key": "basic", "name": "Basic", "fields": [
            {"key": "name", "name": "Name", "type": "text", "required": True},
            {"key": "region", "name": "Region", "type": "text"},
        ]},
    ],
}  # fmt: skip
ALL = ["view", "create", "edit", "delete"]


def grants(**sections: str) -> dict[str, object]:
    return {"companies": {"rights": ALL, "sections": {"basic": "edit", **sections}}}


def set_up(office: Office) -> None:
    """A registry with two records and people who see none, some or all of what lies on them."""
    with office.begin_system(design=True) as work:
        create_registry(work, COMPANIES)
        create_role(work, {"key": "writes", "name": "Writes", "grants": grants(notes="edit")})
        create_role(work, {"key": "reads", "name": "Reads", "grants": grants(notes="read")})
        create_role(work, {"key": "blind", "name": "Blind", "grants": grants()})
        north = {"rights": ALL, "sections": {"basic": "edit", "notes": "edit"},
                 "rows": {"field": "region", "op": "eq", "value": "north"}}  # fmt: skip
        create_role(work, {"key": "north", "name": "North", "grants": {"companies": north}})
        for who in ("writes", "reads", "blind", "north"):
            create_user(work, {"email": f"{who}@example.com", "name": who, "roles": [who]})
        create(work, "companies", {"name": "Acme", "region": "north"})
        create(work, "companies", {"name": "Bolt", "region": "south"})


@pytest.fixture
def furnished() -> Furnish:
    """Every test begins with the firm."""
    return set_up


@pytest.fixture
def firm(office: Office) -> Office:
    """The firm, on each database."""
    return office


@contextmanager
def as_(office: Office, who: str) -> Iterator[Work]:
    with office.begin_as(f"{who}@example.com") as work:
        yield work


def texts(office: Office, who: str, **on: object) -> set[str]:
    with as_(office, who) as work:
        asked = {"field": "on", "op": "eq", "value": on} if on else None
        return {each.values["text"] for each in browse(work, "_notes", Query(filter=asked)).items}


def write(office: Office, who: str, record: int, text: str, **more: object) -> int:
    with as_(office, who) as work:
        made = create(work, "_notes", {"text": text, **more}, on=Bearer("companies", record))
        return made.id


def test_notes_are_reached_through_the_tab(firm: Office) -> None:
    write(firm, "writes", 1, "on Acme")
    write(firm, "writes", 2, "on Bolt")
    assert texts(firm, "reads") == {"on Acme", "on Bolt"}
    assert texts(firm, "reads", registry="companies", id=2) == {"on Bolt"}
    assert texts(firm, "north") == {"on Acme"}
    assert texts(firm, "blind") == set()


def test_who_reads_the_tab_adds_nothing_and_who_does_not_see_it_finds_nothing(firm: Office) -> None:
    with pytest.raises(Forbidden):
        write(firm, "reads", 1, "no")
    with pytest.raises(NotFound):
        write(firm, "blind", 1, "no")
    with pytest.raises(NotFound):
        write(firm, "north", 2, "no")
    assert texts(firm, "writes") == set()


def test_a_reader_may_not_change_what_others_wrote(firm: Office) -> None:
    note = write(firm, "writes", 1, "first")
    with as_(firm, "reads") as work, pytest.raises(Forbidden):
        change(work, "_notes", note, {"text": "mine now"})
    with as_(firm, "reads") as work, pytest.raises(Forbidden):
        remove(work, "_notes", note)
    assert texts(firm, "reads") == {"first"}


def test_a_private_note_is_its_authors_alone(firm: Office) -> None:
    note = write(firm, "writes", 1, "between us", private=True)
    assert texts(firm, "writes") == {"between us"}
    assert texts(firm, "north") == set()
    with firm.begin_system() as work:
        assert browse(work, "_notes", Query(count=True)).count == 0
        with pytest.raises(NotFound):
            fetch(work, "_notes", note)


def test_a_record_takes_its_notes_into_the_bin_and_back(firm: Office) -> None:
    write(firm, "writes", 1, "on Acme")
    with as_(firm, "writes") as work:
        remove(work, "companies", 1)
        assert browse(work, "_notes", Query()).items == []
        assert browse(work, "_notes", Query(removed=True)).items == []
    with as_(firm, "writes") as work:
        restore(work, "companies", 1)
    assert texts(firm, "writes") == {"on Acme"}


def test_what_bears_a_note_is_told_only_to_who_sees_it(firm: Office) -> None:
    note = write(firm, "north", 1, "mine")
    with firm.begin_system() as work:
        change(work, "companies", 1, {"region": "south"})
    with as_(firm, "north") as work:
        mine = fetch(work, "_notes", note)
        assert mine.on is None
        asked = {"field": "on", "op": "eq", "value": {"registry": "companies", "id": 1}}
        assert browse(work, "_notes", Query(filter=asked)).items == []
    with as_(firm, "writes") as work:
        assert fetch(work, "_notes", note).on == Bearer("companies", 1, "Acme")

"""What is kept back of things on records: by roles that limit them, from the merely curious, from who designs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from kartoteka.platform.kernel.errors import Forbidden, Invalid, NotFound
from kartoteka.platform.sdk import (
    Bearer,
    Query,
    Work,
    browse,
    change,
    count,
    create,
    create_registry,
    create_role,
    create_user,
    fetch,
    remove,
)
from kartoteka.platform.services import history, modelling, people
from kartoteka.platform.services.office import Office
from tests.servers.offices import Furnish

COMPANIES = {
    "key": "companies",
    "name": "Companies",
    "sections": [{"key": "basic", "name": "Basic", "fields": [{"key": "name", "name": "Name", "type": "text"}]}],
}  # fmt: skip
VAULT = {
    "key": "vault",
    "name": "Vault",
    "sections": [{"key": "basic", "name": "Basic", "fields": [{"key": "code", "name": "Code", "type": "text"}]}],
}  # fmt: skip
ALL = ["view", "create", "edit", "delete"]
TAB = {"companies": {"rights": ALL, "sections": {"basic": "edit", "notes": "edit"}}}
NO_TAB = {"companies": {"rights": ALL, "sections": {"basic": "edit"}}}
# Reaches notes by the tab like everybody, but does not see what they cost, nor how heavy they are.
INSIDE = {
    "_notes": {"rights": [], "sections": {"note": "edit", "more": "edit"}, "fields": {"weight": "hidden"}}
}
# Sees by the tab only what is marked as open, and nothing of the rest.
OPEN = {
    "_notes": {"rights": [], "sections": {}, "rows": {"field": "text", "op": "starts_with", "value": "open"}}
}
ROLES: dict[str, Any] = {
    "all": TAB,
    "kept": {**TAB, **OPEN},
    "limited": {**TAB, **INSIDE},
    "plain": NO_TAB,
    "none": {},
}


def set_up(office: Office) -> None:
    """Notes that have a price and a weight, which some roles do not see; and a registry that nobody sees."""
    with office.begin_system(design=True) as work:
        create_registry(work, COMPANIES)
        create_registry(work, VAULT)
        for section, key in (("cost", "price"), ("more", "weight")):
            modelling.create_section(work, "_notes", {"key": section, "name": section})
            body = {"key": key, "name": key, "type": "integer", "section": section}
            modelling.create_field(work, "_notes", body)
        for key, grants in ROLES.items():
            create_role(work, {"key": key, "name": key, "grants": grants})
        create_role(work, {"key": "staff", "name": "staff", "powers": ["users"], "grants": ROLES["limited"]})
        who = {each: [each] for each in (*ROLES, "staff")} | {
            "two": ["limited", "plain"],
            "both": ["limited", "all"],
        }
        for name, roles in who.items():
            create_user(work, {"email": f"{name}@example.com", "name": name, "roles": roles})
        create(work, "companies", {"name": "Acme"})


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


def write(office: Office, who: str, text: str = "a note", **more: object) -> int:
    with as_(office, who) as work:
        return create(work, "_notes", {"text": text, **more}, on=Bearer("companies", 1)).id


def ids(found: Any) -> list[int]:
    return [each.id for each in found.items]


@pytest.mark.parametrize("who", ["limited", "two"])
def test_ones_own_things_show_no_more_than_the_role_opens(firm: Office, who: str) -> None:
    note = write(firm, who)
    with firm.begin_system() as work:
        change(work, "_notes", note, {"price": 700, "weight": 9})
    asked = Query(filter={"field": "price", "op": "eq", "value": 700})
    with as_(firm, who) as work:
        shown = fetch(work, "_notes", note).values
        assert "text" in shown and not {"price", "weight"} & set(shown)
        for key in ("price", "weight"):
            with pytest.raises(Invalid, match="There is no field"):
                browse(work, "_notes", Query(filter={"field": key, "op": "eq", "value": 700}))
            with pytest.raises(Invalid, match="There is no field"):
                change(work, "_notes", note, {key: 1})
    with as_(firm, "all") as work:
        assert ids(browse(work, "_notes", asked)) == [note]


def test_a_role_that_is_kept_to_some_rows_finds_no_others(firm: Office) -> None:
    notes = [write(firm, "all", text) for text in ("open day", "hush", "open house")]
    with as_(firm, "kept") as work:
        assert ids(browse(work, "_notes", Query(sort="id"))) == [notes[0], notes[2]]
        assert count(work, "_notes", Query(q="hush")) == 0
        for deed in (fetch, remove):
            with pytest.raises(NotFound), work.attempt():
                deed(work, "_notes", notes[1])
        with pytest.raises((Forbidden, Invalid)), work.attempt():
            change(work, "_notes", notes[0], {"text": "no more for me"})
    with as_(firm, "all") as work:
        assert ids(browse(work, "_notes", Query(sort="id"))) == notes
    with firm.begin_system(design=True) as work:
        create_role(work, {"key": "giver", "name": "giver", "powers": ["users"], "grants": ROLES["kept"]})
        create_user(work, {"email": "giver@example.com", "name": "giver", "roles": ["giver"]})
        none = next(each.id for each in people.users(work) if each.name == "none")
    # He sees some of them; so he gives nobody what sees all.
    with as_(firm, "giver") as work:
        people.change_user(work, none, {"roles": ["kept"]})
        with pytest.raises(Forbidden):
            people.change_user(work, none, {"roles": ["all"]})


def test_another_role_opens_what_one_keeps_back(firm: Office) -> None:
    note = write(firm, "both", price=3)
    with as_(firm, "both") as work:
        assert fetch(work, "_notes", note).values["price"] == 3
        change(work, "_notes", note, {"weight": 4})


def test_nobody_gives_a_role_that_shows_more_inside_than_his_own(firm: Office) -> None:
    with as_(firm, "staff") as work:
        by_name = {each.name: each.id for each in people.users(work)}
    for role in ("all", "both"):
        roles = ["all"] if role == "all" else ["limited", "all"]
        with as_(firm, "staff") as work, pytest.raises(Forbidden):
            people.change_user(work, by_name["none"], {"roles": roles})
    with as_(firm, "staff") as work:
        assert people.change_user(work, by_name["none"], {"roles": ["limited"]}).roles == ("limited",)
        assert people.change_user(work, by_name["none"], {"roles": ["plain"]}).roles == ("plain",)


def test_a_hidden_registry_is_told_from_none_by_nothing(firm: Office) -> None:
    def answer(key: object) -> object:
        asked = {"field": "on", "op": "eq", "value": {"registry": key}}
        with as_(firm, "all") as work, pytest.raises(Invalid) as refused:
            browse(work, "_notes", Query(filter=asked))
        return refused.value.errors

    assert answer("vault") == answer("nothing") == answer(["vault"]) == answer({}) == answer(None)


def test_what_is_everybodys_own_is_no_list_of_all_people(firm: Office) -> None:
    with firm.begin_system(design=True) as work:
        modelling.create_field(
            work, "_notes", {"key": "friend", "name": "Friend", "type": "user", "section": "note"}
        )
        known = {each.name: each.id for each in people.users(work)}

    def befriend(who: str, friend: int) -> object:
        with as_(firm, who) as work:
            return create(work, "_notes", {"text": "x", "friend": friend}).values["friend"][0].title

    def refusal(who: str, friend: int) -> str:
        with pytest.raises(Invalid) as refused:
            befriend(who, friend)
        return str(refused.value.errors).replace(str(friend), "N")

    assert befriend("plain", known["plain"]) == "plain"
    assert refusal("plain", known["all"]) == refusal("plain", 9999)
    assert befriend("all", known["plain"]) == "plain"
    with as_(firm, "plain") as work:
        assert people.picker(work) == []
    with as_(firm, "all") as work:
        assert len(people.picker(work)) == len(known)


def test_no_private_value_is_an_example_for_who_designs(firm: Office) -> None:
    with firm.begin_system(design=True) as work:
        modelling.create_field(
            work, "_notes", {"key": "mood", "name": "Mood", "type": "text", "section": "note"}
        )
    for _each in range(2):
        write(firm, "all", "between us", private=True, mood="as I feel")

    def told(field: str, body: dict[str, Any]) -> str:
        with firm.begin_system(design=True) as work:
            found = modelling.impact_of(
                work, lambda work: modelling.change_field(work, "_notes", field, body)
            )
        assert found.plan.findings
        return str(found.plan.findings)

    assert "between us" not in told("text", {"options": {"max_length": 5}})
    assert "as I feel" not in told("mood", {"type": "integer"})
    assert "as I feel" not in told("mood", {"unique": True})


def test_what_was_private_stays_private_in_the_history_of_what_is_shared(firm: Office) -> None:
    note = write(firm, "all", "he is a fool", private=True)
    with as_(firm, "all") as work:
        change(work, "_notes", note, {"text": "he is a wise man", "private": False})
        change(work, "_notes", note, {"text": "a wise man"})
        assert "fool" in str(history.entries(work, "_notes", note))
        assert history.as_of(work, "_notes", note, version=1).values["text"] == "he is a fool"
    with as_(firm, "both") as work:
        told = history.entries(work, "_notes", note)
        assert [(each.version, each.action) for each in told] == [(3, "change"), (1, "create")]
        assert "wise" in str(told) and "fool" not in str(told)
        assert history.as_of(work, "_notes", note, version=2).values["text"] == "he is a wise man"
        for hidden in (lambda: history.as_of(work, "_notes", note, version=1),
                       lambda: history.restore_version(work, "_notes", note, 1)):  # fmt: skip
            with pytest.raises(NotFound):
                hidden()

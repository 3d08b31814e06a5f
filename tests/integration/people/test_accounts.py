"""Accounts: made, changed and switched off by who may, and never so that somebody rises above him."""

import dataclasses
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import select

from kartoteka.platform.access.models import User, UserChange
from kartoteka.platform.kernel.errors import (
    Conflict,
    Forbidden,
    Invalid,
    KartotekaError,
    NotFound,
    Unauthenticated,
)
from kartoteka.platform.services import people, signing, tokens
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.people import Person

from .conftest import ADMIN_EMAIL, ADMIN_PASSWORD


def make(office: Office, email: str, *roles: str, **body: Any) -> Person:
    with office.begin_system() as work:
        return people.create_user(work, {"email": email, "roles": list(roles), **body})


def row(office: Office, email: str) -> User:
    with office.session() as session:
        return session.scalars(select(User).where(User.email == email)).one()


def test_make_read_change(office: Office) -> None:
    with office.begin_as(ADMIN_EMAIL) as work:
        made = people.create_user(
            work,
            {"email": " Jana.Nováková@Firm.Example ", "name": "Jana Nováková", "roles": ["sales", "guest", "sales"],
             "language": "cs", "timezone": "Europe/London", "theme": "dark"},
        )  # fmt: skip
        assert made == people.user(work, made.id)
    assert dataclasses.asdict(made) == {
        "id": made.id, "email": "jana.nováková@firm.example", "name": "Jana Nováková", "roles": ("sales", "guest"),
        "identity": None, "active": True, "language": "cs", "timezone": "Europe/London", "theme": "dark",
        "created_at": office.clock(), "invited": False,
    }  # fmt: skip
    with office.begin_as(ADMIN_EMAIL) as work:
        changed = people.change_user(work, made.id, {"name": "Jana Malá", "roles": ["auditor"]})
        assert (changed.name, changed.roles) == ("Jana Malá", ("auditor",))
        assert [each.email for each in people.users(work)] == [ADMIN_EMAIL, made.email]
    with office.session() as session:
        noted = session.scalars(
            select(UserChange).where(UserChange.user_id == made.id).order_by(UserChange.id)
        ).all()
    assert [each.action for each in noted] == ["created", "changed"]
    assert noted[1].changes == {
        "name": ["Jana Nováková", "Jana Malá"],
        "roles": [["sales", "guest"], ["auditor"]],
    }


def test_no_key_and_no_hash_leaves(office: Office) -> None:
    made = make(office, "jana@firm.example", "sales", password="a long enough one")
    kept = row(office, made.email)
    with office.begin_as(ADMIN_EMAIL) as work:
        people.change_user(work, made.id, {"password": "another long enough one"})
        shown = repr(
            [people.users(work), people.user(work, made.id), people.picker(work), tokens.tokens(work)]
        )
    with office.session() as session:
        shown += repr([each.changes for each in session.scalars(select(UserChange))])
    for secret in (kept.password, row(office, made.email).password, kept.epoch, "argon2", "long enough"):
        assert secret is not None
        assert secret not in shown


@pytest.mark.parametrize(
    ("body", "about"),
    [
        ({}, "email"),
        ({"email": "nobody"}, "email"),
        ({"email": "a@b.cz\nBcc: x@y.cz"}, "email"),
        ({"email": ["a@b.cz"]}, "email"),
        ({"email": "a" * 250 + "@firm.example"}, "email"),
        ({"email": "a@b.cz", "name": "A\r\nBcc: x@y.cz"}, "name"),
        ({"email": "a@b.cz", "name": "x" * 201}, "name"),
        ({"email": "a@b.cz", "name": " "}, "name"),
        ({"email": "a@b.cz", "roles": "admin"}, "roles"),
        ({"email": "a@b.cz", "roles": [1]}, "roles"),
        ({"email": "a@b.cz", "roles": ["nothing"]}, "roles"),
        ({"email": "a@b.cz", "active": "yes"}, "active"),
        ({"email": "a@b.cz", "language": "tlh"}, "language"),
        ({"email": "a@b.cz", "timezone": "../../etc/passwd"}, "timezone"),
        ({"email": "a@b.cz", "theme": "pink"}, "theme"),
        ({"email": "a@b.cz", "identity": "contacts/7"}, "identity"),
        ({"email": "a@b.cz", "identity": {"registry": "contacts", "id": True}}, "identity"),
        ({"email": "a@b.cz", "identity": {"registry": "contacts", "id": 7}}, "identity"),
        ({"email": "a@b.cz", "password": "too short"}, "password"),
        ({"email": "alice.long@b.cz", "password": "alice.long"}, "password"),
        ({"email": "a@b.cz", "password": 1234567890}, "password"),
        *(
            ({"email": "a@b.cz", key: 1}, key)
            for key in ("id", "system", "epoch", "created_at", "is_admin", "by_id")
        ),
    ],
)
def test_wrong_particulars(office: Office, body: dict[str, Any], about: str) -> None:
    with pytest.raises(Invalid) as refused, office.begin_as(ADMIN_EMAIL) as work:
        people.create_user(work, body)
    assert list(refused.value.errors) == [about]
    with office.begin_as(ADMIN_EMAIL) as work:
        assert len(people.users(work)) == 1


def test_all_that_is_wrong_is_told_at_once(office: Office) -> None:
    with pytest.raises(Invalid) as refused, office.begin_as(ADMIN_EMAIL) as work:
        people.create_user(work, {"email": "x", "theme": "y", "roles": ["z"], "password": "w", "who": 1})
    assert set(refused.value.errors) == {"email", "theme", "roles", "password", "who"}


def test_one_account_for_one_address(office: Office) -> None:
    other = make(office, "jana@firm.example")
    for body in ({"email": ADMIN_EMAIL.upper()}, {"email": f" {ADMIN_EMAIL}"}):
        with pytest.raises(Conflict) as refused, office.begin_as(ADMIN_EMAIL) as work:
            people.create_user(work, body)
        assert list(refused.value.errors) == ["email"]
        with pytest.raises(Conflict), office.begin_as(ADMIN_EMAIL) as work:
            people.change_user(work, other.id, body)
    # Letters that only look alike are another address.
    make(office, "hána@firm.example")


def test_same_address_at_once(new_office: Callable[..., Office]) -> None:
    def attempt(office: Office) -> str:
        try:
            return make(office, "new@firm.example").email
        except Conflict:
            return "conflict"

    offices = [new_office() for _each in range(4)]
    with ThreadPoolExecutor(4) as pool:
        outcome = sorted(pool.map(attempt, offices))
    assert outcome == ["conflict", "conflict", "conflict", "new@firm.example"]


def test_without_the_power_nothing(office: Office) -> None:
    made = make(office, "sam@firm.example", "sales", "designer", "auditor")
    verbs: list[Callable[[Any], Any]] = [
        people.users,
        lambda work: people.user(work, made.id),
        lambda work: people.create_user(work, {"email": "x@firm.example"}),
        lambda work: people.change_user(work, made.id, {"roles": ["admin"]}),
        lambda work: signing.invite(work, "x@firm.example", []),
        lambda work: signing.revoke_invitation(work, made.id),
    ]
    for verb in verbs:
        with pytest.raises(Forbidden), office.begin_as("sam@firm.example") as work:
            verb(work)
    with office.begin_as(ADMIN_EMAIL) as work:
        assert [each.email for each in people.users(work)] == [ADMIN_EMAIL, "sam@firm.example"]
        assert people.user(work, made.id) == made


@pytest.mark.parametrize("role", ["admin", "auditor", "designer", "sales"])
def test_nobody_gives_what_he_lacks(office: Office, role: str) -> None:
    keeper = make(office, "kim@firm.example", "keeper")
    plain = make(office, "sam@firm.example", "guest")
    verbs: list[Callable[[Any], Any]] = [
        lambda work: people.create_user(work, {"email": "new@firm.example", "roles": ["guest", role]}),
        lambda work: people.change_user(work, plain.id, {"roles": [role]}),
        lambda work: people.change_user(work, keeper.id, {"roles": ["keeper", role]}),
        lambda work: signing.invite(work, "new@firm.example", [role]),
    ]
    for verb in verbs:
        with pytest.raises(Forbidden), office.begin_as("kim@firm.example") as work:
            verb(work)
    with office.begin_as(ADMIN_EMAIL) as work:
        assert {each.email: each.roles for each in people.users(work)} == {
            ADMIN_EMAIL: ("admin",), "kim@firm.example": ("keeper",), "sam@firm.example": ("guest",)
        }  # fmt: skip


def test_what_he_has_he_may_give(office: Office) -> None:
    make(office, "kim@firm.example", "keeper", "sales")
    with office.begin_as("kim@firm.example") as work:
        made = people.create_user(work, {"email": "new@firm.example", "roles": ["keeper", "sales", "guest"]})
        assert made.roles == ("keeper", "sales", "guest")
        assert people.change_user(work, made.id, {"roles": []}).roles == ()


@pytest.mark.parametrize("role", ["admin", "auditor", "sales"])
@pytest.mark.parametrize(
    "body",
    [
        {"password": "taken over by force"},
        {"email": "mine@firm.example"},
        {"active": False},
        {"roles": []},
        {"name": "X"},
    ],
)
def test_nobody_lays_hands_on_who_stands_above(office: Office, role: str, body: dict[str, Any]) -> None:
    make(office, "kim@firm.example", "keeper")
    boss = make(office, "boss@firm.example", role, password="the boss's own words")
    before = row(office, boss.email)
    with pytest.raises(Forbidden), office.begin_as("kim@firm.example") as work:
        people.change_user(work, boss.id, body)
    after = row(office, boss.email)
    assert (before.password, before.epoch, before.active) == (after.password, after.epoch, after.active)


@pytest.mark.parametrize("body", [{"roles": []}, {"roles": ["keeper"]}, {"active": False}])
def test_the_last_admin_stays(office: Office, body: dict[str, Any]) -> None:
    admin = row(office, ADMIN_EMAIL)
    # Neither somebody switched off nor somebody who has not come yet could take his place.
    make(office, "off@firm.example", "admin", password="a long enough one", active=False)
    with office.begin_as(ADMIN_EMAIL) as work:
        signing.invite(work, "invited@firm.example", ["admin"])
    with pytest.raises(Conflict), office.begin_as(ADMIN_EMAIL) as work:
        people.change_user(work, admin.id, body)
    second = make(office, "second@firm.example", "admin", password="a long enough one")
    with office.begin_as(ADMIN_EMAIL) as work:
        people.change_user(work, admin.id, body)
    with pytest.raises(Conflict), office.begin_as(second.email) as work:
        people.change_user(work, second.id, body)


def test_two_admins_remove_each_other(new_office: Callable[..., Office]) -> None:
    office = new_office()
    first = row(office, ADMIN_EMAIL)
    second = make(office, "second@firm.example", "admin", password="a long enough one")

    def attempt(pair: tuple[Office, str, int]) -> None:
        where, by, whom = pair
        with suppress(KartotekaError), where.begin_as(by) as work:
            people.change_user(work, whom, {"active": False})

    pairs = [(new_office(), first.email, second.id), (new_office(), second.email, first.id)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(attempt, pairs))
    assert [row(office, first.email).active, row(office, second.email).active].count(True) == 1


def test_switched_off_and_on(office: Office) -> None:
    made = make(office, "jana@firm.example", "sales", password="a long enough one")
    session = signing.sign_in(office, made.email, "a long enough one", "192.0.2.1")
    token = tokens.create_token(office, made.email)
    with office.begin_as(ADMIN_EMAIL) as work:
        people.change_user(work, made.id, {"active": False})
    with office.begin_as(ADMIN_EMAIL) as work:
        assert people.change_user(work, made.id, {"active": True}).roles == ("sales",)
    # What was ended stays ended.
    with pytest.raises(Unauthenticated), office.begin_session(session.user_id, session.epoch):
        pass
    with pytest.raises(Unauthenticated), office.begin_token(token):
        pass
    signing.sign_in(office, made.email, "a long enough one", "192.0.2.1")


def test_own_settings_and_nothing_more(office: Office) -> None:
    make(office, "sam@firm.example", "guest")
    with office.begin_as("sam@firm.example") as work:
        changed = people.change_settings(
            work, {"name": "Sam", "language": "cs", "timezone": "Asia/Tokyo", "theme": "light"}
        )
        assert changed == people.person(work)
    with office.begin_as("sam@firm.example") as work:
        assert (work.actor.locale.language, work.actor.locale.timezone) == ("cs", "Asia/Tokyo")
    for key in ("roles", "email", "identity", "active", "password", "id", "system", "epoch"):
        with pytest.raises(Invalid) as refused, office.begin_as("sam@firm.example") as work:
            people.change_settings(work, {key: ["admin"]})
        assert list(refused.value.errors) == [key]


def test_own_password_needs_the_old_one(office: Office) -> None:
    admin = row(office, ADMIN_EMAIL)
    with pytest.raises(Invalid), office.begin_as(ADMIN_EMAIL) as work:
        people.change_user(work, admin.id, {"password": "by a stolen session"})
    for old, new, about in (
        ("wrong", "a long enough one", "old"),
        (ADMIN_PASSWORD, "short", "new"),
        (ADMIN_PASSWORD, ADMIN_EMAIL, "new"),
    ):
        with pytest.raises(Invalid) as refused, office.begin_as(ADMIN_EMAIL) as work:
            signing.change_password(work, old, new)
        assert list(refused.value.errors) == [about]
    assert row(office, ADMIN_EMAIL).epoch == admin.epoch


@pytest.mark.parametrize("user_id", [0, -1, 999, 2**31, 2**70])
def test_no_such_user(office: Office, user_id: int) -> None:
    with office.begin_system() as work:
        system_id = work.actor.user_id
    for each in (user_id, system_id):
        with pytest.raises(NotFound), office.begin_as(ADMIN_EMAIL) as work:
            people.user(work, each)
        with pytest.raises(NotFound), office.begin_as(ADMIN_EMAIL) as work:
            people.change_user(work, each, {"name": "X"})


def test_a_change_of_roles_counts_at_the_next_request_of_every_process(
    new_office: Callable[..., Office],
) -> None:
    offices = [new_office() for _each in range(4)]
    made = make(offices[0], "kim@firm.example", "keeper")
    token = tokens.create_token(offices[0], made.email)
    for roles, powers in (
        (["auditor"], {"audit"}),
        ([], set()),
        (["admin"], {"audit", "design", "share", "users"}),
    ):
        with offices[0].begin_as(ADMIN_EMAIL) as work:
            people.change_user(work, made.id, {"roles": roles})
        for office in offices:
            with office.begin_token(token) as work:
                assert work.actor.powers == powers


def test_picker(office: Office) -> None:
    for email, name in (("a@firm.example", "Žofie Černá"), ("b@firm.example", "Adam Novák")):
        make(office, email, "guest", name=name)
    make(office, "c@firm.example", "guest", name="Zdeněk Pryč", active=False)
    with office.begin_as(ADMIN_EMAIL) as work:
        assert [each.title for each in people.picker(work)] == ["Adam Novák", "hana", "Žofie Černá"]
        assert [each.title for each in people.picker(work, "cern zof")] == ["Žofie Černá"]
        assert len(people.picker(work, limit=2)) == 2
    # A guest has no field to choose people in, and gets no list of the staff.
    with office.begin_as("a@firm.example") as work:
        assert people.picker(work) == []

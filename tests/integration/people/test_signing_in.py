"""Signing in: one answer for whatever is wrong, and no end of tries for nobody."""

import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select

from kartoteka.platform.access.models import SignInAttempt, User
from kartoteka.platform.kernel.errors import TooMany, Unauthenticated
from kartoteka.platform.services import passwords, people, signing
from kartoteka.platform.services.office import Office

from .conftest import ADMIN_EMAIL, ADMIN_PASSWORD, TurnedClock

HERE, ELSEWHERE = "192.0.2.1", "198.51.100.7"


def fail(office: Office, email: str = ADMIN_EMAIL, remote: str = HERE) -> bool:
    """Whether a wrong password was looked at at all."""
    try:
        signing.sign_in(office, email, "not the password", remote)
    except Unauthenticated:
        return True
    except TooMany:
        return False
    raise AssertionError("a wrong password let somebody in")


def lock(office: Office, remote: str = HERE) -> None:
    while fail(office, remote=remote):
        pass


def test_the_right_password(office: Office) -> None:
    for typed in (ADMIN_EMAIL, ADMIN_EMAIL.upper(), f"  {ADMIN_EMAIL} "):
        signed = signing.sign_in(office, typed, ADMIN_PASSWORD, HERE)
        assert signing.session_user(office, signed.user_id, signed.epoch) == signed.user_id


def test_one_sentence_for_whatever_is_wrong(office: Office) -> None:
    with office.begin_as(ADMIN_EMAIL) as work:
        people.create_user(work, {"email": "off@firm.example", "password": ADMIN_PASSWORD, "active": False})
        people.create_user(work, {"email": "none@firm.example"})
    tries = [
        (ADMIN_EMAIL, ADMIN_PASSWORD + "x"), (ADMIN_EMAIL, ADMIN_PASSWORD[:-1]), (ADMIN_EMAIL, ""),
        (ADMIN_EMAIL, ADMIN_PASSWORD.upper()), (ADMIN_EMAIL, "x" * 5000), (ADMIN_EMAIL, "\ud800\x00"),
        ("hána@firm.example", ADMIN_PASSWORD), ("nobody@firm.example", ADMIN_PASSWORD), ("", ""),
        ("' OR 1=1 --", ADMIN_PASSWORD), ("\ud800\x00", ADMIN_PASSWORD), ("x" * 100000, ADMIN_PASSWORD),
        ("off@firm.example", ADMIN_PASSWORD), ("none@firm.example", ""), ("none@firm.example", "None"),
    ]  # fmt: skip
    sentences = set()
    for place, (email, password) in enumerate(tries):
        with pytest.raises(Unauthenticated) as refused:
            signing.sign_in(office, email, password, f"203.0.113.{place}")
        sentences.add(str(refused.value))
    assert len(sentences) == 1


@pytest.mark.usefixtures("real_hashes")
def test_unknown_accounts_take_as_long(office: Office) -> None:
    def seconds(email: str, place: str) -> float:
        start = time.process_time()
        with pytest.raises(Unauthenticated):
            signing.sign_in(office, email, "not the password", place)
        return time.process_time() - start

    with office.begin_as(ADMIN_EMAIL, write=True) as work:
        people.change_password(work, ADMIN_PASSWORD, "hashed as in real use")
    fail(office, remote="203.0.113.200")
    known = [seconds(ADMIN_EMAIL, f"203.0.113.{each}") for each in range(7)]
    unknown = [seconds(f"nobody{each}@firm.example", f"203.0.113.{each}") for each in range(7)]
    # Without the decoy it would be a tenth at most.
    assert 0.6 < statistics.median(unknown) / statistics.median(known) < 1.6


def test_delays_grow_and_are_forgotten(office: Office, clock: TurnedClock) -> None:
    assert [fail(office) for _each in range(6)] == [True] * 5 + [False]
    waits = []
    for _each in range(12):
        before = clock.now
        while not fail(office):
            clock.turn(seconds=1)
        waits.append((clock.now - before).total_seconds())
    assert waits[:5] == [1, 2, 4, 8, 16]
    assert waits == sorted(waits)
    assert waits[-1] == 900
    with pytest.raises(TooMany):
        signing.sign_in(office, ADMIN_EMAIL, ADMIN_PASSWORD, HERE)
    clock.turn(hours=1)
    assert [fail(office) for _each in range(6)] == [True] * 5 + [False]


def test_success_forgives(office: Office) -> None:
    for _round in range(3):
        assert [fail(office) for _each in range(4)] == [True] * 4
        signing.sign_in(office, ADMIN_EMAIL, ADMIN_PASSWORD, HERE)


def test_nobody_is_locked_out_from_elsewhere(office: Office) -> None:
    lock(office)
    signing.sign_in(office, ADMIN_EMAIL, ADMIN_PASSWORD, ELSEWHERE)
    # A whole network of machines does not help against where the account has got in before.
    for each in range(140):
        fail(office, remote=f"203.0.113.{each}")
    assert not fail(office, remote="203.0.113.250")
    signing.sign_in(office, ADMIN_EMAIL, ADMIN_PASSWORD, ELSEWHERE)


def test_a_new_place_waits_for_seconds_only_under_a_great_attack(office: Office, clock: TurnedClock) -> None:
    for each in range(140):
        fail(office, remote=f"203.0.113.{each}")
    clock.turn(seconds=20)
    signing.sign_in(office, ADMIN_EMAIL, ADMIN_PASSWORD, ELSEWHERE)


def test_one_password_tried_on_everybody(office: Office) -> None:
    looked_at = sum(fail(office, f"user{each}@firm.example") for each in range(80))
    assert 50 <= looked_at <= 51
    with pytest.raises(TooMany):
        signing.sign_in(office, ADMIN_EMAIL, ADMIN_PASSWORD, HERE)


def test_an_account_of_his_own_does_not_clear_what_he_did(office: Office) -> None:
    with office.begin_as(ADMIN_EMAIL) as work:
        people.create_user(work, {"email": "evil@firm.example", "password": "my own long password"})
    looked_at = 0
    for each in range(160):
        looked_at += fail(office, f"user{each}@firm.example")
        if each % 5 == 0:
            try:
                signing.sign_in(office, "evil@firm.example", "my own long password", HERE)
            except TooMany:
                break
    assert looked_at <= 51


@pytest.mark.parametrize(
    "variants",
    [
        [
            (ADMIN_EMAIL, HERE),
            (ADMIN_EMAIL.upper(), HERE),
            (f" {ADMIN_EMAIL}", HERE),
            (ADMIN_EMAIL.title(), HERE),
        ],
        [(ADMIN_EMAIL, f"2001:db8:1:2::{each:x}") for each in range(1, 9)],
        [(ADMIN_EMAIL, HERE), (ADMIN_EMAIL, f"::ffff:{HERE}")],
        [(ADMIN_EMAIL, "fe80::1%eth0"), (ADMIN_EMAIL, "fe80::2%eth1")],
    ],
)
def test_the_counter_cannot_be_changed_by_spelling(office: Office, variants: list[tuple[str, str]]) -> None:
    outcome = [fail(office, *variants[each % len(variants)]) for each in range(8)]
    assert outcome == [True] * 5 + [False] * 3


def test_tries_at_once_in_several_processes(new_office: Callable[..., Office]) -> None:
    offices = [new_office() for _each in range(4)]
    with ThreadPoolExecutor(8) as pool:
        looked_at = list(pool.map(fail, offices * 6))
    assert looked_at.count(True) == 5


def test_old_counters_are_deleted(office: Office, clock: TurnedClock) -> None:
    for each in range(20):
        fail(office, f"user{each}@firm.example")
    clock.turn(hours=3)
    signing.sign_in(office, ADMIN_EMAIL, ADMIN_PASSWORD, HERE)
    with office.session() as session:
        # The pair that is known now, the address, the account.
        assert session.scalar(select(func.count()).select_from(SignInAttempt)) == 3


def test_hashes_are_renewed_when_settings_grow(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def kept() -> Any:
        with office.session() as session:
            return session.scalar(select(User.password).where(User.email == ADMIN_EMAIL))

    before = kept()
    stronger = type(passwords._HASHER)(time_cost=2, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", stronger)
    signing.sign_in(office, ADMIN_EMAIL, ADMIN_PASSWORD, HERE)
    assert kept() != before
    assert not passwords.outdated(kept())
    signing.sign_in(office, ADMIN_EMAIL, ADMIN_PASSWORD, HERE)


def test_the_first_time_goes_on_in_the_language_of_the_door(office: Office) -> None:
    body = {"roles": ["admin"], "password": ADMIN_PASSWORD}
    with office.begin_system() as work:
        people.create_user(work, {**body, "email": "ana@firm.example"})
        people.create_user(work, {**body, "email": "petr@firm.example", "language": "en"})

    def language(email: str, door: str) -> str:
        signing.sign_in(office, email, ADMIN_PASSWORD, HERE, language=door)
        with office.begin_as(email) as work:
            return work.actor.locale.language

    assert language("ana@firm.example", "cs") == "cs"
    assert language("ana@firm.example", "en") == "cs", "only the first time"
    assert language("petr@firm.example", "cs") == "en", "somebody has said it for him"

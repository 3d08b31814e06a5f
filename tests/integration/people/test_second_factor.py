"""The second factor: the password alone lets nobody in, no code is good twice, nobody is locked out for good."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from kartoteka.platform.access.models import RecoveryCode, SecondFactor, User, UserChange
from kartoteka.platform.kernel.errors import (
    Conflict,
    Forbidden,
    Invalid,
    KartotekaError,
    TooMany,
    Unauthenticated,
)
from kartoteka.platform.services import people, second_factor, sessions, signing, tokens
from kartoteka.platform.services.codes import secret_of
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.signing import HalfIn, SignedIn

from .conftest import ADMIN_EMAIL, ADMIN_PASSWORD, TurnedClock
from .test_doors import HERE, body, invite, key_of, letters

ELSEWHERE = "198.51.100.9"
JANA, PASSWORD = "jana@firm.example", "four quiet words here"


def code_at(office: Office, email: str, **shift: float) -> str:
    with office.session() as session:
        found = session.execute(
            select(SecondFactor.secret, SecondFactor.pending)
            .join(User, User.id == SecondFactor.user_id)
            .where(User.email == email)
        ).one()
    secret = secret_of(str(found[1] or found[0]), office.settings.secret_key)
    return pyotp.TOTP(secret).at(office.clock() + timedelta(**shift))


def set_up(office: Office, email: str = ADMIN_EMAIL) -> list[str]:
    with office.begin_as(email) as work:
        second_factor.set_up(work)
    code = code_at(office, email)
    with office.begin_as(email) as work:
        return second_factor.confirm(work, code)


def half(office: Office, email: str = ADMIN_EMAIL, password: str = ADMIN_PASSWORD) -> HalfIn:
    found = signing.sign_in(office, email, password, HERE)
    assert isinstance(found, HalfIn)
    return found


def make(office: Office, email: str = JANA, *roles: str) -> int:
    with office.begin_system() as work:
        return people.create_user(work, {"email": email, "roles": list(roles), "password": PASSWORD}).id


def test_set_up_and_come_in_with_a_code(office: Office, clock: TurnedClock) -> None:
    with office.begin_as(ADMIN_EMAIL) as work:
        setup = second_factor.set_up(work)
        assert second_factor.set_up(work) == setup
        assert not second_factor.standing(work).on
    with office.session() as session:
        kept = session.scalar(select(SecondFactor.pending))
    assert kept is not None and setup.secret == secret_of(kept, office.settings.secret_key)
    assert setup.secret not in kept and setup.secret != secret_of(kept, "the key of another installation")
    assert secret_of("JBSWY3DPEHPK3PXP", "any key at all") == "JBSWY3DPEHPK3PXP", (
        "one kept by an earlier version"
    )
    assert setup.secret in setup.address and "hana%40firm.example" in setup.address
    # Begun, but not confirmed: nothing is asked for yet.
    assert isinstance(signing.sign_in(office, ADMIN_EMAIL, ADMIN_PASSWORD, HERE), SignedIn)
    with pytest.raises(Invalid), office.begin_as(ADMIN_EMAIL) as work:
        second_factor.confirm(work, "000000" if code_at(office, ADMIN_EMAIL) != "000000" else "111111")

    codes = set_up(office)
    assert len(set(codes)) == 10
    assert "factor" in body(letters(office)[-1]) or "code" in body(letters(office)[-1])
    with office.session() as session:
        kept = session.scalars(select(RecoveryCode.hash)).all()
    assert not {code.replace("-", "") for code in codes} & set(kept)

    clock.turn(seconds=60)
    found = signing.finish_sign_in(office, half(office), f" {code_at(office, ADMIN_EMAIL)} ", HERE)
    with office.begin_session(found.user_id, found.epoch) as work:
        standing = second_factor.standing(work)
        assert standing.on and standing.codes_left == 10 and not standing.required


def test_a_code_is_good_once_and_half_a_minute_off(office: Office, clock: TurnedClock) -> None:
    set_up(office)
    # The code that confirmed it does not let anybody in.
    with pytest.raises(Invalid):
        signing.finish_sign_in(office, half(office), code_at(office, ADMIN_EMAIL), HERE)
    clock.turn(minutes=5)
    for shift in (-60, 60):
        with pytest.raises(Invalid):
            signing.finish_sign_in(office, half(office), code_at(office, ADMIN_EMAIL, seconds=shift), HERE)
    early = code_at(office, ADMIN_EMAIL, seconds=-30)
    signing.finish_sign_in(office, half(office), early, HERE)
    with pytest.raises(Invalid):
        signing.finish_sign_in(office, half(office), early, HERE)
    late = code_at(office, ADMIN_EMAIL, seconds=30)
    signing.finish_sign_in(office, half(office), late, HERE)
    # An earlier one than the last taken has passed, though its time has not.
    with pytest.raises(Invalid):
        signing.finish_sign_in(office, half(office), code_at(office, ADMIN_EMAIL), HERE)


def test_one_code_at_once_lets_one_in(new_office: Callable[..., Office], clock: TurnedClock) -> None:
    offices = [new_office() for _each in range(4)]
    recovery = set_up(offices[0])[0]
    clock.turn(minutes=5)
    for code in (code_at(offices[0], ADMIN_EMAIL), recovery):
        waiting = half(offices[0])

        def attempt(office: Office, code: str = code, waiting: HalfIn = waiting) -> str:
            try:
                return type(signing.finish_sign_in(office, waiting, code, HERE)).__name__
            except (Invalid, TooMany) as error:
                return type(error).__name__

        with ThreadPoolExecutor(4) as pool:
            assert sorted(pool.map(attempt, offices)).count("SignedIn") == 1


def test_recovery_codes_are_good_once_and_only_for_their_owner(office: Office, clock: TurnedClock) -> None:
    make(office, JANA, "sales")
    own, others = set_up(office), set_up(office, JANA)
    with pytest.raises(Invalid):
        signing.finish_sign_in(office, half(office), others[0], HERE)
    signing.finish_sign_in(office, half(office), own[0].upper(), HERE)
    with pytest.raises(Invalid):
        signing.finish_sign_in(office, half(office), own[0], HERE)
    with office.begin_as(ADMIN_EMAIL) as work:
        assert second_factor.standing(work).codes_left == 9
        renewed = second_factor.renew_codes(work, own[1])
        assert second_factor.standing(work).codes_left == 10
    with pytest.raises(Invalid):
        signing.finish_sign_in(office, half(office), own[2], HERE)
    signing.finish_sign_in(office, half(office), renewed[0], HERE)


def test_guessing_is_slowed_down_and_the_owner_still_comes_in(office: Office, clock: TurnedClock) -> None:
    set_up(office)
    clock.turn(minutes=5)
    known = half(office)
    signing.finish_sign_in(office, known, code_at(office, ADMIN_EMAIL), HERE)
    clock.turn(minutes=1)
    tries = 0
    with pytest.raises(TooMany):
        for tries in range(60):
            with pytest.raises(Invalid):
                signing.finish_sign_in(office, half(office), "12345", f"203.0.113.{tries}")
    assert tries == 10
    with pytest.raises(TooMany):
        signing.finish_sign_in(office, half(office), code_at(office, ADMIN_EMAIL), "203.0.113.200")
    # From where he got in before nobody keeps him out.
    signing.finish_sign_in(office, half(office), code_at(office, ADMIN_EMAIL), HERE)


def test_the_way_between_password_and_code_ends(office: Office, clock: TurnedClock) -> None:
    codes = set_up(office)
    late, changed = half(office), half(office)
    clock.turn(minutes=11)
    with pytest.raises(Unauthenticated):
        signing.finish_sign_in(office, late, codes[0], HERE)
    changed = half(office)
    with office.begin_as(ADMIN_EMAIL) as work:
        people.change_password(work, ADMIN_PASSWORD, "quite another password")
    with pytest.raises(Unauthenticated):
        signing.finish_sign_in(office, changed, codes[0], HERE)
    invented = HalfIn(changed.user_id, changed.epoch, clock() + timedelta(hours=1))
    with pytest.raises(Unauthenticated):
        signing.finish_sign_in(office, invented, codes[0], HERE)


def test_whoever_lacks_the_password_learns_nothing(office: Office) -> None:
    set_up(office)
    make(office)
    refusals = set()
    for email in (ADMIN_EMAIL, JANA, "nobody@firm.example"):
        with pytest.raises(Unauthenticated) as refused:
            signing.sign_in(office, email, "not the password", HERE)
        refusals.add(refused.value.message)
    assert len(refusals) == 1


def test_a_new_password_is_no_way_around_it(office: Office) -> None:
    codes = set_up(office)
    signing.request_reset(office, ADMIN_EMAIL)
    key = key_of(letters(office)[-1])
    found = signing.reset_password(office, key, "a quite new password")
    assert isinstance(found, HalfIn)
    assert isinstance(signing.finish_sign_in(office, found, codes[0], HERE), SignedIn)


def test_moving_and_switching_off_take_a_code(office: Office, clock: TurnedClock) -> None:
    codes = set_up(office)
    with pytest.raises(Conflict), office.begin_as(ADMIN_EMAIL) as work:
        second_factor.set_up(work)
    for verb in (second_factor.begin_again, second_factor.switch_off, second_factor.renew_codes):
        with pytest.raises(Invalid), office.begin_as(ADMIN_EMAIL) as work:
            verb(work, "000000")
    with office.begin_as(ADMIN_EMAIL) as work:
        second_factor.begin_again(work, codes[0])
    before = code_at(office, ADMIN_EMAIL)
    with office.begin_as(ADMIN_EMAIL) as work:
        fresh = second_factor.confirm(work, before)
    with pytest.raises(Invalid):
        signing.finish_sign_in(office, half(office), codes[1], HERE)
    with office.begin_as(ADMIN_EMAIL) as work:
        second_factor.switch_off(work, fresh[0])
    assert isinstance(signing.sign_in(office, ADMIN_EMAIL, ADMIN_PASSWORD, HERE), SignedIn)
    with office.session() as session:
        actions = session.scalars(select(UserChange.action).order_by(UserChange.id)).all()
        assert session.scalars(select(RecoveryCode.id)).all() == []
    assert [each for each in actions if each.startswith("factor")] == ["factor_on", "factor_on", "factor_off"]


def test_an_admin_resets_it_and_the_person_learns_of_it(office: Office) -> None:
    jana = make(office, JANA, "sales")
    set_up(office, JANA)
    with office.begin_as(JANA) as work:
        plain = tokens.create_own_token(work, "mine")
        epoch = work.session.get_one(User, jana).epoch
    key = sessions.begin(office, jana, epoch, "Firefox")
    with office.begin_as(ADMIN_EMAIL) as work:
        assert second_factor.having(work) == {jana}
        second_factor.reset(work, jana)
    letter = letters(office)[-1]
    assert letter["To"].addresses[0].addr_spec == JANA and "reset" in str(letter["Subject"])
    assert isinstance(signing.sign_in(office, JANA, PASSWORD, HERE), SignedIn)
    with pytest.raises(Unauthenticated), office.begin_session(jana, epoch, key):
        pass
    # Keys for the API are asked for no code and go on.
    assert tokens.token_user(office, plain) == jana
    with office.session() as session:
        noted = session.scalars(select(UserChange).where(UserChange.action == "factor_reset")).one()
    assert (noted.user_id, noted.by_id != jana) == (jana, True)


def test_who_may_reset(office: Office) -> None:
    make(office, "kim@firm.example", "keeper")
    plain = make(office, JANA, "guest")
    set_up(office)
    set_up(office, "kim@firm.example")
    with office.begin_as(ADMIN_EMAIL) as work:
        boss = work.actor.user_id
    for email, whom, kind in (
        (JANA, boss, Forbidden), ("kim@firm.example", boss, Forbidden), (ADMIN_EMAIL, boss, Forbidden),
        (ADMIN_EMAIL, plain, Conflict),
    ):  # fmt: skip
        with pytest.raises(kind), office.begin_as(email) as work:
            second_factor.reset(work, whom)
    assert half(office)


def unfinished(office: Office, email: str) -> bool:
    with office.begin_as(email) as work:
        row = work.session.scalars(select(User).where(User.email == email)).one()
    with office.begin_session(row.id, row.epoch) as work:
        return work.actor.unfinished


def test_the_firm_requires_it_of_a_role_or_of_everybody(office: Office) -> None:
    make(office, JANA, "sales")
    with office.begin_as(ADMIN_EMAIL) as work:
        assert second_factor.rule(work) == second_factor.Rule()
        assert second_factor.set_rule(work, everybody=False, roles=["sales"]).roles == ("sales",)
    assert (unfinished(office, JANA), unfinished(office, ADMIN_EMAIL)) == (True, False)
    codes = set_up(office, JANA)
    assert not unfinished(office, JANA)
    with pytest.raises(Conflict), office.begin_as(JANA) as work:
        second_factor.switch_off(work, codes[0])
    with office.begin_as(ADMIN_EMAIL) as work:
        second_factor.set_rule(work, everybody=True)
    assert unfinished(office, ADMIN_EMAIL)
    # A key for the API is no session, and the work of commands and jobs goes on.
    with office.begin_as(ADMIN_EMAIL) as work:
        plain = tokens.create_own_token(work)
    with office.begin_token(plain) as work:
        assert not work.actor.unfinished
    with office.begin_as(ADMIN_EMAIL) as work:
        second_factor.set_rule(work, everybody=False)
    assert not unfinished(office, ADMIN_EMAIL)
    with office.session() as session:
        rules = session.scalars(select(UserChange.changes).where(UserChange.action == "factor_rule")).all()
    assert [each["rule"][1] for each in rules] == [
        {"everybody": False, "roles": ["sales"]}, {"everybody": True, "roles": []}, {"everybody": False, "roles": []}
    ]  # fmt: skip


def test_who_makes_the_rule(office: Office) -> None:
    make(office, "kim@firm.example", "keeper")
    make(office, JANA, "sales")
    for email, kind in (("kim@firm.example", Forbidden), (JANA, Forbidden)):
        with pytest.raises(kind), office.begin_as(email) as work:
            second_factor.set_rule(work, everybody=True)
    with pytest.raises(Invalid) as refused, office.begin_as(ADMIN_EMAIL) as work:
        second_factor.set_rule(work, everybody=False, roles=["nothing"])
    assert list(refused.value.errors) == ["roles"]
    assert not unfinished(office, JANA)


def test_sessions_end_one_by_one_and_all_but_one(office: Office, clock: TurnedClock) -> None:
    jana = make(office, JANA)
    with office.begin_as(JANA) as work:
        epoch = work.session.get_one(User, jana).epoch
    keys = [sessions.begin(office, jana, epoch, f"Browser {each}") for each in range(4)]

    def lasts(key: str) -> bool:
        try:
            with office.begin_session(jana, epoch, key):
                return True
        except Unauthenticated:
            return False

    assert all(map(lasts, keys)) and not lasts("invented")
    with office.begin_session(jana, epoch, keys[0], write=True) as work:
        found = sessions.places(work, keys[0])
        assert [each.mine for each in found] == [True, False, False, False]
        sessions.end(work, next(each.id for each in found if each.agent == "Browser 1"))
    assert [lasts(key) for key in keys] == [True, False, True, True]
    with office.begin_as(ADMIN_EMAIL) as work, pytest.raises(KartotekaError):
        sessions.end(work, found[0].id)
    with office.begin_session(jana, epoch, keys[0], write=True) as work:
        assert sessions.end_others(work, keys[0]) == 2
    assert [lasts(key) for key in keys] == [True, False, False, False]
    clock.turn(hours=2)
    assert lasts(keys[0])
    with office.begin_session(jana, epoch, keys[0]) as work:
        assert sessions.places(work, keys[0])[0].seen_at == clock()
    sessions.end_this(office, keys[0])
    assert not lasts(keys[0])


def test_switched_off_and_on_again(office: Office) -> None:
    """History and factor stay; sessions and keys do not come back with the account."""
    jana = make(office, JANA)
    set_up(office, JANA)
    with office.begin_as(JANA) as work:
        plain, epoch = tokens.create_own_token(work), work.session.get_one(User, jana).epoch
    key = sessions.begin(office, jana, epoch, "")
    for active in (False, True):
        with office.begin_as(ADMIN_EMAIL) as work:
            people.change_user(work, jana, {"active": active})
    with pytest.raises(Unauthenticated), office.begin_session(jana, epoch, key):
        pass
    with pytest.raises(Unauthenticated):
        tokens.token_user(office, plain)
    assert isinstance(signing.sign_in(office, JANA, PASSWORD, HERE), HalfIn)


def test_who_has_not_come_yet(office: Office, clock: TurnedClock) -> None:
    invite(office)
    with office.begin_as(ADMIN_EMAIL) as work:
        (found,) = people.waiting(work).values()
        assert (found.sent_at, found.expires_at, found.by) == (clock(), clock() + timedelta(days=7), "hana")
    key = invite(office)
    with office.begin_as(ADMIN_EMAIL) as work:
        assert len(people.waiting(work)) == 1
    signing.accept_invitation(office, key, "a quite new password", "Nová")
    with office.begin_as(ADMIN_EMAIL) as work:
        assert people.waiting(work) == {}

"""Links and keys: used once, for one person and one purpose, and dead when they should be."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from sqlalchemy import delete, func, select, text, update

from kartoteka.platform.access.models import ApiToken, OneTimeLink, User
from kartoteka.platform.catalog.models import RoleRow
from kartoteka.platform.kernel.errors import (
    Conflict,
    Invalid,
    KartotekaError,
    NotFound,
    TooMany,
    Unauthenticated,
)
from kartoteka.platform.kernel.mail import OutgoingMail
from kartoteka.platform.services import people, signing, tokens
from kartoteka.platform.services.mailing import deliver_mail
from kartoteka.platform.services.office import Office

from .conftest import ADMIN_EMAIL, ADMIN_PASSWORD, TurnedClock

HERE = "192.0.2.1"
NEW = "a quite new password"
LINK = re.compile(r"https://crm\.firm\.example/(invitation|new-password)/([\w-]{43})\s")


def letters(office: Office) -> list[EmailMessage]:
    """What has been sent, oldest first."""
    deliver_mail(office)
    files = sorted((office.settings.data / "mail").glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
    return [message_from_bytes(path.read_bytes(), policy=default) for path in files]  # type: ignore[misc]


def body(letter: EmailMessage) -> str:
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def key_of(letter: EmailMessage) -> str:
    found = LINK.search(body(letter))
    assert found is not None
    return found[2]


def invite(
    office: Office, email: str = "new@firm.example", *roles: str, by: str = ADMIN_EMAIL, **more: Any
) -> str:
    with office.begin_as(by) as work:
        return signing.invite(work, email, roles or ("sales",), **more).link.rpartition("/")[2]


def reset_key(office: Office, email: str = ADMIN_EMAIL) -> str:
    signing.request_reset(office, email, HERE)
    return key_of(letters(office)[-1])


def user_row(office: Office, email: str) -> User:
    with office.session() as session:
        return session.scalars(select(User).where(User.email == email)).one()


def test_an_invitation(office: Office) -> None:
    key = invite(office, name="Nová", language="cs")
    (letter,) = letters(office)
    assert key_of(letter) == key
    assert letter["To"] == "Nová <new@firm.example>"
    assert letter["Content-Language"] == "cs"
    with office.begin_as(ADMIN_EMAIL) as work:
        assert [each.invited for each in people.users(work)] == [False, True]
    assert signing.door(office, key, signing.INVITATION).email == "new@firm.example"
    with pytest.raises(Unauthenticated):
        signing.sign_in(office, "new@firm.example", "", HERE)
    signed = signing.accept_invitation(office, key, NEW, "Nora Nová")
    with office.begin_session(signed.user_id, signed.epoch) as work:
        assert (work.actor.name, [role.key for role in work.actor.roles]) == ("Nora Nová", ["sales"])
    assert signing.sign_in(office, "new@firm.example", NEW, HERE).user_id == signed.user_id


def test_whom_a_command_invites_goes_on_in_the_language_of_the_door(office: Office) -> None:
    """Nobody has said another for him: neither the command nor an administrator."""

    def language(email: str, **more: Any) -> str:
        with office.begin_system() as work:
            key = signing.invite(work, email, ["admin"], **more).link.rpartition("/")[2]
        signing.accept_invitation(office, key, NEW, "Nora Nová", language="cs")
        with office.begin_as(email) as work:
            return work.actor.locale.language

    assert language("new@firm.example") == "cs"
    assert language("other@firm.example", language="en") == "en"
    with office.begin_as(ADMIN_EMAIL, via="web") as work:
        key = signing.invite(work, "third@firm.example", ["sales"]).link.rpartition("/")[2]
    signing.accept_invitation(office, key, NEW, "Nora Nová", language="cs")
    assert user_row(office, "third@firm.example").language == "en"


def test_only_the_hash_of_a_link_is_kept(office: Office) -> None:
    key = invite(office)
    letters(office)
    with office.session() as session:
        for table in ("one_time_links", "users", "user_journal", "outgoing"):
            for row in session.execute(text(f"SELECT * FROM {table}")):
                assert key not in repr(tuple(row))


def test_a_link_is_used_once(new_office: Callable[..., Office]) -> None:
    offices = [new_office() for _each in range(4)]
    key = invite(offices[0])

    def come(pair: tuple[int, Office]) -> str:
        place, office = pair
        try:
            signing.accept_invitation(office, key, f"{NEW} {place}", f"Number {place}")
        except NotFound:
            return "dead"
        return f"{NEW} {place}"

    with ThreadPoolExecutor(4) as pool:
        outcome = list(pool.map(come, enumerate(offices)))
    assert outcome.count("dead") == 3
    (password,) = set(outcome) - {"dead"}
    signing.sign_in(offices[0], "new@firm.example", password, HERE)


def test_a_refused_password_leaves_the_link_good(office: Office) -> None:
    for key, use in (
        (invite(office), lambda key, word: signing.accept_invitation(office, key, word, "N")),
        (reset_key(office), lambda key, word: signing.reset_password(office, key, word)),
    ):
        for word in ("short", "password1234", "x" * 1001):
            with pytest.raises(Invalid) as refused:
                use(key, word)
            assert list(refused.value.errors) == ["password"]
        use(key, NEW)


def switch_off_inviter(office: Office) -> None:
    with office.begin_system() as work:
        inviter = people.change_user(work, user_row(office, "boss@firm.example").id, {"active": False})
        assert not inviter.active


def demote_inviter(office: Office) -> None:
    with office.begin_system() as work:
        people.change_user(work, user_row(office, "boss@firm.example").id, {"roles": ["keeper"]})


def take_power(office: Office) -> None:
    with office.begin_system() as work:
        people.change_user(work, user_row(office, "boss@firm.example").id, {"roles": ["sales"]})


def revoke(office: Office) -> None:
    with office.begin_system() as work:
        signing.revoke_invitation(work, user_row(office, "new@firm.example").id)


def other_address(office: Office) -> None:
    with office.begin_system() as work:
        people.change_user(work, user_row(office, "new@firm.example").id, {"email": "other@firm.example"})


def invite_again(office: Office) -> None:
    invite(office)


@pytest.mark.parametrize(
    "event", [switch_off_inviter, demote_inviter, take_power, revoke, other_address, invite_again]
)
def test_invitations_die(new_office: Callable[..., Office], event: Callable[[Office], None]) -> None:
    office, another = new_office(), new_office()
    with office.begin_system() as work:
        people.create_user(work, {"email": "boss@firm.example", "roles": ["keeper", "sales"]})
    key = invite(office, by="boss@firm.example")
    event(another)
    with pytest.raises(NotFound):
        signing.accept_invitation(office, key, NEW, "N")
    with office.begin_system() as work:
        (invited,) = [
            each for each in people.users(work) if each.email in ("new@firm.example", "other@firm.example")
        ]
        assert not invited.active


def test_a_role_made_again_under_its_name_is_another(office: Office) -> None:
    key = invite(office, "new@firm.example", "guest")
    with office.session(write=True) as session:
        session.execute(delete(RoleRow).where(RoleRow.key == "guest"))
        mighty = {"id": 99, "key": "guest", "name": "G", "powers": ["audit", "design", "users"], "grants": {}}
        session.add(RoleRow(id=99, key="guest", position=99, body=mighty))
        session.execute(text("UPDATE catalog_state SET version = version + 1"))
    signed = signing.accept_invitation(office, key, NEW, "N")
    with office.begin_session(signed.user_id, signed.epoch) as work:
        assert work.actor.powers == frozenset()


@pytest.mark.parametrize("email", [ADMIN_EMAIL, "off@firm.example", "system@kartoteka.invalid"])
def test_whoever_has_been_here_is_not_invited(office: Office, email: str) -> None:
    with office.begin_system() as work:
        people.create_user(work, {"email": "off@firm.example", "password": NEW, "active": False})
    with pytest.raises((Conflict, Invalid)):
        invite(office, email)
    assert letters(office) == []


@pytest.mark.parametrize(("purpose", "minutes"), [(signing.INVITATION, 7 * 24 * 60), (signing.RESET, 60)])
def test_links_grow_old(office: Office, clock: TurnedClock, purpose: str, minutes: int) -> None:
    key = invite(office) if purpose == signing.INVITATION else reset_key(office)
    clock.turn(minutes=minutes - 1)
    signing.door(office, key, purpose)
    clock.turn(minutes=1)
    with pytest.raises(NotFound):
        signing.door(office, key, purpose)
    with pytest.raises(NotFound):
        if purpose == signing.INVITATION:
            signing.accept_invitation(office, key, NEW, "N")
        else:
            signing.reset_password(office, key, NEW)


def test_a_link_opens_no_other_door(office: Office) -> None:
    invitation, reset = invite(office), reset_key(office)
    for use in (
        lambda: signing.reset_password(office, invitation, NEW),
        lambda: signing.accept_invitation(office, reset, NEW, "N"),
        lambda: office.begin_token(invitation).__enter__(),
        *(
            lambda key=key: signing.reset_password(office, key, NEW)
            for key in ("", "x", "\x00\ud800", reset[:-1], reset + "=")
        ),
    ):
        with pytest.raises((NotFound, Unauthenticated)):
            use()
    signing.reset_password(office, reset, NEW)


def test_a_new_password(office: Office) -> None:
    key = reset_key(office)
    signed = signing.reset_password(office, key, NEW)
    assert signing.sign_in(office, ADMIN_EMAIL, NEW, HERE) == signed
    with pytest.raises(Unauthenticated):
        signing.sign_in(office, ADMIN_EMAIL, ADMIN_PASSWORD, HERE)
    with pytest.raises(NotFound):
        signing.reset_password(office, key, "and once more from the log")
    assert "has been changed" in str(letters(office)[-1]["Subject"])


@pytest.mark.parametrize(
    "typed",
    [
        "nobody@firm.example",
        "hána@firm.example",
        "",
        "x" * 5000,
        "a\r\nBcc: b@c.cz",
        "\ud800",
        "off@firm.example",
    ],
)
def test_the_same_answer_for_who_is_not_here(office: Office, typed: str) -> None:
    with office.begin_system() as work:
        people.create_user(work, {"email": "off@firm.example", "password": NEW, "active": False})
    assert signing.request_reset(office, typed, HERE) is None
    assert letters(office) == []
    with office.session() as session:
        assert session.scalar(select(func.count()).select_from(OneTimeLink)) == 0


def test_asking_looks_nothing_up(office: Office) -> None:
    """The same statements for known and unknown: no difference in time can come from what exists."""
    from sqlalchemy import event

    said: dict[str, list[str]] = {}
    for email in (ADMIN_EMAIL, "nobody@firm.example"):
        statements: list[str] = []

        def note(_c: Any, _u: Any, statement: str, *_rest: Any, into: list[str] = statements) -> None:
            into.append(statement)

        event.listen(office.engine, "before_cursor_execute", note)
        signing.request_reset(office, email, "203.0.113.1" if email == ADMIN_EMAIL else "203.0.113.2")
        event.remove(office.engine, "before_cursor_execute", note)
        said[email] = statements
    assert said[ADMIN_EMAIL] == said["nobody@firm.example"]
    assert not any("users" in statement for statement in said[ADMIN_EMAIL])


def test_mail_goes_to_the_address_that_is_kept(office: Office) -> None:
    signing.request_reset(office, f"  {ADMIN_EMAIL.upper()} ", HERE)
    (letter,) = letters(office)
    assert letter["To"].addresses[0].addr_spec == ADMIN_EMAIL


def test_nobody_is_buried_in_mail(office: Office) -> None:
    for each in range(15):
        signing.request_reset(office, ADMIN_EMAIL, f"203.0.113.{each}")
    assert len(letters(office)) == 3
    with pytest.raises(TooMany):
        for _each in range(30):
            signing.request_reset(office, "nobody@firm.example", HERE)


def change(office: Office) -> None:
    with office.begin_as("jana@firm.example") as work:
        signing.change_password(work, ADMIN_PASSWORD, NEW)


def forgot(office: Office) -> None:
    signing.reset_password(office, reset_key(office, "jana@firm.example"), NEW)


def set_by_admin(office: Office) -> None:
    with office.begin_as(ADMIN_EMAIL) as work:
        people.change_user(work, user_row(office, "jana@firm.example").id, {"password": NEW})


def block(office: Office) -> None:
    with office.begin_as(ADMIN_EMAIL) as work:
        people.change_user(work, user_row(office, "jana@firm.example").id, {"active": False})


def move(office: Office) -> None:
    with office.begin_as(ADMIN_EMAIL) as work:
        people.change_user(work, user_row(office, "jana@firm.example").id, {"email": "j@firm.example"})


@pytest.mark.parametrize("event", [change, forgot, set_by_admin, block, move])
def test_nothing_survives(new_office: Callable[..., Office], event: Callable[[Office], None]) -> None:
    """Sessions, tokens and links that were open before are dead at the next request, in every process."""
    office, another = new_office(), new_office()
    with office.begin_system() as work:
        people.create_user(
            work, {"email": "jana@firm.example", "password": ADMIN_PASSWORD, "roles": ["sales"]}
        )
    signed = signing.sign_in(office, "jana@firm.example", ADMIN_PASSWORD, HERE)
    token = tokens.create_token(office, "jana@firm.example")
    link = reset_key(office, "jana@firm.example")
    for each in (office, another):
        assert signing.session_user(each, signed.user_id, signed.epoch) == signed.user_id
        assert tokens.token_user(each, token) == signed.user_id
    event(another)
    for each in (office, another):
        with pytest.raises(Unauthenticated), each.begin_session(signed.user_id, signed.epoch):
            pass
        with pytest.raises(Unauthenticated), each.begin_token(token):
            pass
        with pytest.raises(Unauthenticated):
            tokens.token_user(each, token)
        with pytest.raises(NotFound):
            signing.reset_password(each, link, "by an old letter")


def test_whoever_changes_his_password_goes_on(office: Office) -> None:
    with office.begin_as(ADMIN_EMAIL) as work:
        user_id, epoch = work.actor.user_id, signing.change_password(work, ADMIN_PASSWORD, NEW)
    assert signing.session_user(office, user_id, epoch) == user_id


def test_tokens(office: Office, clock: TurnedClock) -> None:
    plain = tokens.create_token(office, ADMIN_EMAIL, "for the shop")
    assert re.fullmatch(r"kt_[\w-]{43}", plain)
    with office.begin_token(plain) as work:
        assert (work.actor.email, work.via) == (ADMIN_EMAIL, "api")
    with office.begin_as(ADMIN_EMAIL) as work:
        (shown,) = tokens.tokens(work)
        assert (shown.name, shown.used_at) == ("for the shop", clock.now)
        assert plain[3:] not in repr(shown)
        kept = work.session.scalars(select(ApiToken)).one()
        assert plain[3:] not in repr(vars(kept))
        tokens.revoke_token(work, shown.id)
        assert tokens.tokens(work) == []
    with pytest.raises(Unauthenticated), office.begin_token(plain):
        pass


def test_use_is_noted_once_an_hour_and_not_by_reads_themselves(office: Office, clock: TurnedClock) -> None:
    plain = tokens.create_token(office, ADMIN_EMAIL)
    start, written = clock.now, []
    for minutes in (0, 1, 30, 59, 60, 61, 119, 120):
        clock.now = start
        clock.turn(minutes=minutes)
        with office.begin_token(plain) as work:
            assert not work.writes
        with office.session() as session:
            written.append((session.scalars(select(ApiToken.used_at)).one() - start).total_seconds() / 60)
    assert written == [0, 0, 0, 0, 60, 60, 60, 120]


@pytest.mark.parametrize(
    "sent", ["", "kt_", "kt_" + "a" * 43, "kt_" + "a" * 10**6, "\ud800", "\x00", "' OR 1=1 --"]
)
def test_invented_tokens(office: Office, sent: str) -> None:
    tokens.create_token(office, ADMIN_EMAIL)
    with pytest.raises(Unauthenticated), office.begin_token(sent):
        pass


def test_tokens_are_everybodys_own(office: Office) -> None:
    with office.begin_system() as work:
        people.create_user(work, {"email": "jana@firm.example"})
    tokens.create_token(office, "jana@firm.example")
    with office.session() as session:
        token_id = session.scalars(select(ApiToken.id)).one()
    with office.begin_as(ADMIN_EMAIL) as work:
        assert tokens.tokens(work) == []
        with pytest.raises(NotFound):
            tokens.revoke_token(work, token_id)
    for email in ("system@kartoteka.invalid", "nobody@firm.example"):
        with pytest.raises(KartotekaError):
            tokens.create_token(office, email)


def test_too_many_tokens(office: Office) -> None:
    with office.begin_as(ADMIN_EMAIL) as work:
        for _each in range(tokens.MOST):
            tokens.create_own_token(work)
        with pytest.raises(Conflict):
            tokens.create_own_token(work)


def test_a_rolled_back_invitation_sends_nothing(office: Office) -> None:
    with suppress(ZeroDivisionError), office.begin_as(ADMIN_EMAIL) as work:
        signing.invite(work, "new@firm.example", ["sales"])
        raise ZeroDivisionError
    assert letters(office) == []
    with office.session(write=True) as session:
        assert session.scalar(select(func.count()).select_from(OutgoingMail)) == 0
        assert (
            session.execute(update(User).where(User.email == "new@firm.example").values(name="X")).rowcount
            == 0
        )  # type: ignore[attr-defined]

"""Doors: signing in, invitations, and a new password for who has forgotten the old one."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from kartoteka.platform.access.keys import INVITATION as INVITATION
from kartoteka.platform.access.keys import LINK as LINK
from kartoteka.platform.access.keys import RESET as RESET
from kartoteka.platform.access.keys import new_epoch, new_link_key, token_hash
from kartoteka.platform.access.models import OneTimeLink, ResetRequest, User, UserChange, UserRole
from kartoteka.platform.catalog.models import CatalogState
from kartoteka.platform.kernel import mail
from kartoteka.platform.kernel.errors import Conflict, Invalid, KartotekaError, NotFound, Unauthenticated
from kartoteka.platform.kernel.texts import _, speaking
from kartoteka.platform.services import attempts, codes, particulars, passwords, people, second_factor
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.organisation import stored
from kartoteka.platform.services.people import Person
from kartoteka.platform.services.standing import beyond
from kartoteka.platform.services.work import Work

# Where the faces open these doors; links begin with the base URL of the settings and nothing else.
PATHS = {INVITATION: "/invitation/", RESET: "/new-password/"}
# People from outside have doors of their own, and may come in by a mere link where the firm lets them.
GUEST_PATHS = {
    INVITATION: "/portal/invitation/",
    RESET: "/portal/new-password/",
    LINK: "/portal/link/",
}
FORGOTTEN, GUEST_FORGOTTEN = "/forgotten", "/portal/forgotten"
VALID_FOR = {INVITATION: timedelta(days=7), RESET: timedelta(minutes=60), LINK: timedelta(minutes=20)}
RESETS_AN_HOUR = 3
HALF_IN_FOR = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who has come in, and the epoch that his session lasts for."""

    user_id: int
    epoch: str


@dataclass(frozen=True, slots=True)
class HalfIn:
    """Whose password was right, but who owes the code of his second factor, and since when."""

    user_id: int
    epoch: str
    since: datetime


Arrival = SignedIn | HalfIn


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invited person, and the link that lets him in: for where no mail is set up."""

    person: Person
    link: str


@dataclass(frozen=True, slots=True)
class Door:
    """Whom a link is for; what its page needs before anything is done."""

    user_id: int
    email: str
    name: str
    language: str
    by_id: int | None
    # A command made the account, and nobody has said in which language he is to be spoken to.
    any_language: bool = False


def sign_in(office: Office, email: str, password: str, remote: str, *, language: str = "") -> Arrival:
    """This function will let somebody in who knows his password; half in, when he has a second factor.

    `language` is that of the door: who comes for the first time goes on in it, if nobody has said another for him.

    :raises Unauthenticated: the same sentence and about the same time for whatever is wrong.
    :raises TooMany: when there were too many failures from this address.
    """
    typed = _typed(email)
    counters = attempts.sign_in_counters(typed, remote)
    now = office.clock()
    with office.session(write=True) as session:
        attempts.count(session, counters, now)
    with office.session() as session:
        found = session.scalar(select(User).where(User.email == typed, User.system.is_(False)))
    # Outside of any transaction, since it takes long on purpose.
    right = passwords.matches(found.password if found else None, password)
    if found is None or found.password is None or not right or not found.active:
        raise Unauthenticated(_("The e-mail or the password is not right."))
    better = passwords.hashed(password) if passwords.outdated(found.password) else None
    with office.session(write=True) as session:
        attempts.absolve(session, counters, now)
        if better is not None:
            same = update(User).where(User.id == found.id, User.password == found.password)
            session.execute(same.values(password=better))
        if codes.is_on(session, found.id):
            return HalfIn(found.id, found.epoch, now)
        if language and _is_new(session, found.id):
            session.execute(update(User).where(User.id == found.id).values(language=language))
        _note(session, found.id, "signed_in", now)
    return SignedIn(found.id, found.epoch)


def _is_new(session: Session, user_id: int) -> bool:
    """Whether a command made an account, or invited to it, without a word about a language, and no more was done."""
    done = session.execute(
        select(UserChange.via, UserChange.action, UserChange.changes)
        .where(UserChange.user_id == user_id)
        .order_by(UserChange.id)
    ).all()
    told = [(via, action, "language" in changes) for via, action, changes in done]
    made, invited = ("cli", "created", False), ("cli", "invited", False)
    return told[:1] == [made] and all(each == invited for each in told[1:])


def finish_sign_in(office: Office, half: HalfIn, code: str, remote: str) -> SignedIn:
    """This function will let somebody all the way in who brings the code of his second factor.

    :raises Unauthenticated: when he has taken too long, or his password or account has changed meanwhile.
    :raises Invalid: when the code is wrong or used.
    :raises TooMany: when there were too many wrong ones.
    """
    now = office.clock()
    if not timedelta(0) <= now - half.since < HALF_IN_FOR:
        raise Unauthenticated(_("That took too long; please sign in again."))
    second_factor.count_try(office, half.user_id, remote)
    with office.session(write=True) as session:
        found = session.get(User, half.user_id)
        if found is None or not found.active or found.epoch != half.epoch:
            raise Unauthenticated(_("Please sign in again."))
        kind = codes.take(session, found.id, code, now, office.settings.secret_key)
        if not kind:
            raise Invalid({"code": [second_factor.wrong_code()]})
        _note(session, found.id, "signed_in", now, {"second_factor": kind})
    second_factor.forgive_try(office, half.user_id, remote)
    return SignedIn(half.user_id, half.epoch)


def session_user(office: Office, user_id: int, epoch: str) -> int:
    """This function will tell whether a session still lasts, by giving back whose it is.

    :raises Unauthenticated: when it has ended.
    """
    with office.begin_session(user_id, epoch) as work:
        return work.actor.user_id


def invite(
    work: Work, email: str, roles: Iterable[str], name: str = "", language: str | None = None,
    identity: Mapping[str, Any] | None = None,
) -> Invitation:  # fmt: skip
    """This function will make an account for somebody who chooses his password himself, and write to him.

    Inviting again whoever has not come yet makes the old link useless. `identity` is the record that a guest is.

    :raises Conflict: when the address has an account that has been used.
    :raises Forbidden: when a role may do more than the actor.
    """
    work.require("users")
    address = particulars.read({"email": email}, particulars.NEW)
    address.refuse()
    body = {
        "roles": list(roles),
        **({"name": name} if name else {}),
        **({"language": language} if language else {}),
        **({"identity": identity} if identity else {}),
    }
    found = work.session.scalar(select(User).where(User.email == address.values["email"]))
    if found is None:
        invited = people.create_user(work, {**body, "email": email, "active": False})
    elif found.active or found.password is not None or found.system:
        sentence = _("There is an account with this e-mail address already.")
        raise Conflict(sentence, {"email": [sentence]})
    else:
        invited = people.change_user(work, found.id, body)
    key = _make_link(work.session, invited.id, INVITATION, work.actor.user_id, work.now)
    people.journal(work, invited.id, "invited", {})
    guest = any(work.catalog.roles[key].for_guests for key in invited.roles)
    link = _link(work.office, INVITATION, key, guest=guest)
    _write_invitation(work, invited, link, "portal_invitation" if guest else "invitation")
    return Invitation(invited, link)


def _write_invitation(work: Work, invited: Person, link: str, template: str) -> None:
    ends = (work.now + VALID_FOR[INVITATION]).astimezone(ZoneInfo(invited.timezone))
    until = f"{format_date(ends, 'medium', invited.language)} {format_time(ends, 'short', locale=invited.language)}"
    message = mail.compose(
        invited.language, template, name=invited.name, inviter=work.actor.name, link=link, until=until,
        base_url=work.office.settings.base_url, product=stored(work.session).name,
    )  # fmt: skip
    mail.post(work.session, work.office.settings, message, invited.email, invited.name, work.now)


def revoke_invitation(work: Work, user_id: int) -> None:
    """This function will make the invitation of somebody who has not come yet useless."""
    people.change_user(work, user_id, {"active": False})


def door(office: Office, key: str, purpose: str) -> Door:
    """This function will tell whom a link is for, without using it.

    :raises NotFound: when the link is used, too old, revoked or invented.
    """
    with office.session() as session:
        return _door(session, key, purpose, office.clock())


def accept_invitation(office: Office, key: str, password: str, name: str, *, language: str = "") -> SignedIn:
    """This function will let in somebody invited, under the password and the name that he chooses.

    He goes on in the `language` of the door if nobody has said another for him.
    The roles are looked at again: whoever invited him must be there and be able to give them today.

    :raises NotFound: when the link is no longer valid.
    :raises Invalid: when the password or the name will not do.
    """
    found = door(office, key, INVITATION)
    spoken = language if language and found.any_language else found.language
    with speaking(spoken):
        given = particulars.read({"name": name}, particulars.OWN)
        given.note("password", passwords.faults(password, found.email))
        given.refuse()
        if found.by_id is None:
            raise _dead()
        try:
            with office.begin(found.by_id, via="web", write=True) as work, speaking(spoken):
                return _come_in(work, key, password, given.values["name"], spoken)
        except Unauthenticated as error:
            # He who invited is switched off himself.
            raise _dead() from error


def _come_in(work: Work, key: str, password: str, name: str, language: str) -> SignedIn:
    user_id = _use(work.session, key, INVITATION, work.now)
    invited = work.session.get_one(User, user_id)
    roles = people.roles_of(work, [user_id])[user_id]
    if "users" not in work.actor.powers or beyond(work.actor, roles, work.catalog):
        raise _dead()
    invited.name, invited.active, invited.language = name, True, language
    people.set_password(work, invited, password)
    _note(work.session, user_id, "accepted", work.now)
    return SignedIn(user_id, invited.epoch)


def request_reset(office: Office, email: str, remote: str = "") -> None:
    """This function will take in that somebody asks for a new password.

    Nothing is looked up here: the answer and its time are the same whether there is such an account or not.

    :raises TooMany: when the address has asked too often.
    """
    _ask(office, email, remote, RESET)


def request_link(office: Office, email: str, remote: str = "") -> None:
    """This function will take in that somebody from outside asks for a link to come in by; nothing is looked up here.

    :raises TooMany: when the address has asked too often.
    """
    _ask(office, email, remote, LINK)


def _ask(office: Office, email: str, remote: str, purpose: str) -> None:
    now = office.clock()
    with office.session(write=True) as session:
        if remote:
            attempts.count(session, [attempts.asking_counter(remote)], now)
        asked = {"email": _typed(email)[:254], "at": now, "purpose": purpose}
        session.execute(insert(ResetRequest), [asked])


def answer_reset_requests(office: Office, limit: int = 100) -> int:
    """This function will write to those who asked for a new password and have an account; for the worker.

    It goes to the address that is kept, in the language of the account.
    """
    with office.session() as session:
        if session.scalar(select(ResetRequest.id).limit(1)) is None:
            return 0
    now, written = office.clock(), 0
    with office.session(write=True) as session:
        waiting = (
            select(ResetRequest).order_by(ResetRequest.id).limit(limit).with_for_update(skip_locked=True)
        )
        for request in session.scalars(waiting).all():
            session.delete(request)
            if now - request.at < VALID_FOR[request.purpose]:
                written += _answer(office, session, request.email, request.purpose, now)
    return written


def _answer(office: Office, session: Session, typed: str, purpose: str, now: datetime) -> bool:
    found = session.scalar(select(User).where(User.email == typed, User.active, User.system.is_(False)))
    guest = found is not None and _is_guest(office, session, found.id)
    if found is None or (purpose == LINK and not guest):
        return False
    recent = select(func.count()).select_from(OneTimeLink).where(
        OneTimeLink.user_id == found.id, OneTimeLink.purpose == purpose,
        OneTimeLink.created_at > now - timedelta(hours=1),
    )  # fmt: skip
    if (session.scalar(recent) or 0) >= RESETS_AN_HOUR:
        return False
    key = _make_link(session, found.id, purpose, None, now, keep=True)
    link = _link(office, purpose, key, guest=guest)
    template = "portal_link" if purpose == LINK else "new_password"
    message = mail.compose(found.language, template, name=found.name, link=link,
                           base_url=office.settings.base_url, product=stored(session).name)  # fmt: skip
    mail.post(session, office.settings, message, found.email, found.name, now)
    return True


def _is_guest(office: Office, session: Session, user_id: int) -> bool:
    version = session.scalar(select(CatalogState.version))
    catalog = office.snapshots.at(session.connection(), version or 0)
    held = session.scalars(select(UserRole.role_id).where(UserRole.user_id == user_id)).all()
    return any(role.for_guests for role in catalog.roles.values() if role.id in held)


def come_by_link(office: Office, key: str) -> Arrival:
    """This function will let in whom a link of this kind is for, once; half in, when he has a second factor.

    :raises NotFound: when the link is no longer valid.
    """
    door(office, key, LINK)
    now = office.clock()
    with office.session(write=True) as session:
        user = session.get_one(User, _use(session, key, LINK, now))
        if not user.active or not _is_guest(office, session, user.id):
            raise _dead()
        if codes.is_on(session, user.id):
            return HalfIn(user.id, user.epoch, now)
        _note(session, user.id, "signed_in", now, {"by": "link"})
        return SignedIn(user.id, user.epoch)


def reset_password(office: Office, key: str, new: str) -> Arrival:
    """This function will set a new password for whom the link is; all his sessions, keys and links end.

    :raises NotFound: when the link is no longer valid.
    :raises Invalid: when the password will not do.
    """
    found = door(office, key, RESET)
    with speaking(found.language):
        if sentences := passwords.faults(new, found.email):
            raise Invalid({"password": sentences})
        kept, now = passwords.hashed(new), office.clock()
        with office.session(write=True) as session:
            user = session.get_one(User, _use(session, key, RESET, now))
            if not user.active:
                raise _dead()
            user.password, user.epoch = kept, new_epoch()
            _close_links(session, user.id, now)
            _note(session, user.id, "password", now)
            tell_of_new_password(office, session, user, now)
            # His mailbox alone must not be a way around his second factor.
            half = codes.is_on(session, user.id)
            return HalfIn(user.id, user.epoch, now) if half else SignedIn(user.id, user.epoch)


def tell_of_new_password(office: Office, session: Session, user: User, now: datetime) -> None:
    """This function will write to somebody that his password is another now."""
    guest = _is_guest(office, session, user.id)
    link = office.settings.base_url + (GUEST_FORGOTTEN if guest else FORGOTTEN)
    message = mail.compose(user.language, "password_changed", name=user.name, link=link,
                           base_url=office.settings.base_url, product=stored(session).name)  # fmt: skip
    mail.post(session, office.settings, message, user.email, user.name, now)


def change_password(work: Work, old: str, new: str) -> str:
    """This function will change the actor's own password, end all else under the old one, and write to him.

    :return: the epoch under which the session that asked may go on.
    :raises Invalid: when the old one is wrong or the new one will not do.
    """
    epoch = people.change_password(work, old, new)
    tell_of_new_password(work.office, work.session, work.session.get_one(User, work.actor.user_id), work.now)
    return epoch


def _typed(email: str) -> str:
    """What was typed, as it would be kept; whatever is no address at all is looked up in vain all the same."""
    with suppress(ValueError, KartotekaError):
        return particulars.normal_email(email)
    return email.strip().lower()[:254].encode("utf-8", "replace").decode().replace("\x00", "")


def _make_link(
    session: Session, user_id: int, purpose: str, by_id: int | None, now: datetime, *, keep: bool = False
) -> str:
    if not keep:
        _close_links(session, user_id, now)
    key = new_link_key()
    session.add(
        OneTimeLink(user_id=user_id, purpose=purpose, hash=token_hash(key), by_id=by_id, created_at=now,
                    expires_at=now + VALID_FOR[purpose])
    )  # fmt: skip
    session.flush()
    return key


def _link(office: Office, purpose: str, key: str, *, guest: bool = False) -> str:
    return f"{office.settings.base_url}{(GUEST_PATHS if guest else PATHS)[purpose]}{key}"


def _close_links(session: Session, user_id: int, now: datetime) -> None:
    still_open = update(OneTimeLink).where(OneTimeLink.user_id == user_id, OneTimeLink.used_at.is_(None))
    session.execute(still_open.values(used_at=now))


def _door(session: Session, key: str, purpose: str, now: datetime) -> Door:
    statement = (
        select(User, OneTimeLink.by_id)
        .join(OneTimeLink, OneTimeLink.user_id == User.id)
        .where(OneTimeLink.hash == token_hash(key), OneTimeLink.purpose == purpose)
        .where(OneTimeLink.used_at.is_(None), OneTimeLink.expires_at > now)
        # An invitation is for an account that is not open yet, a new password for one that is.
        .where(User.active.is_(purpose != INVITATION), User.system.is_(False))
    )
    row = session.execute(statement).one_or_none()
    if row is None:
        raise _dead()
    user, by_id = row
    any_language = purpose == INVITATION and _is_new(session, user.id)
    return Door(user.id, user.email, user.name, user.language, by_id, any_language)


def _use(session: Session, key: str, purpose: str, now: datetime) -> int:
    """Take the link in one statement: of two who come at once, one finds it used."""
    taken = (
        update(OneTimeLink)
        .where(OneTimeLink.hash == token_hash(key), OneTimeLink.purpose == purpose)
        .where(OneTimeLink.used_at.is_(None), OneTimeLink.expires_at > now)
        .values(used_at=now)
        .returning(OneTimeLink.user_id)
    )
    user_id = session.execute(taken.execution_options(synchronize_session=False)).scalar_one_or_none()
    if user_id is None:
        raise _dead()
    return user_id


def _dead() -> NotFound:
    return NotFound(_("This link is no longer valid."))


def _note(
    session: Session, user_id: int, action: str, now: datetime, changes: Mapping[str, str] | None = None
) -> None:
    row = {"at": now, "by_id": user_id, "via": "web", "user_id": user_id, "action": action,
           "changes": dict(changes or {})}  # fmt: skip
    session.execute(insert(UserChange), [row])

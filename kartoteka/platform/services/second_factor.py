"""A person's second factor: set up, confirmed, renewed, switched off; reset by an admin, required by the firm."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from kartoteka.platform.access.models import Policy, SecondFactor, User
from kartoteka.platform.access.policies import SECOND_FACTOR, asks_second_factor
from kartoteka.platform.kernel import mail
from kartoteka.platform.kernel.errors import Conflict, Forbidden, Invalid
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import attempts, codes, people, sessions
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.work import Work

ISSUER = mail.PRODUCT


@dataclass(frozen=True, slots=True)
class Standing:
    """How things are with the actor's second factor."""

    since: datetime | None
    codes_left: int
    required: bool

    @property
    def on(self) -> bool:
        """Whether he is asked for a code when he signs in."""
        return self.since is not None


@dataclass(frozen=True, slots=True)
class Setup:
    """What an authenticator has to be told, as an address for a picture and as letters to be typed."""

    secret: str
    address: str


@dataclass(frozen=True, slots=True)
class Rule:
    """Who must have a second factor: everybody, or holders of some roles."""

    everybody: bool = False
    roles: tuple[str, ...] = ()


def standing(work: Work) -> Standing:
    """This function will tell the actor how things are with his second factor."""
    found = work.session.get(SecondFactor, work.actor.user_id)
    since = found.confirmed_at if found else None
    left = codes.codes_left(work.session, work.actor.user_id) if since else 0
    return Standing(since, left, _is_required(work, [role.id for role in work.actor.roles]))


def set_up(work: Work) -> Setup:
    """This function will begin to set up, or go on: nothing counts before a first code has come back."""
    owner = _owner(work)
    found = work.session.get(SecondFactor, owner.id)
    if found is None:
        found = SecondFactor(user_id=owner.id, last_step=0)
        work.session.add(found)
    if found.confirmed_at is not None and found.pending is None:
        # Otherwise an open browser would be enough to put another device in the place of his.
        raise Conflict(_("Your second factor is in force; moving it to another device takes a code."))
    if found.pending is None:
        found.pending = codes.new_seed()
    work.session.flush()
    secret = codes.secret_of(found.pending, _key(work))
    return Setup(secret, codes.address(secret, owner.email, ISSUER))


def begin_again(work: Work, code: str) -> None:
    """This function will let the actor move to another device, for which he needs a code of the present one."""
    found = _proved(work, code)
    found.pending = codes.new_seed()
    work.session.flush()


def confirm(work: Work, code: str) -> list[str]:
    """This function will put the second factor in force once a code shows that the authenticator has learnt it.

    :return: the recovery codes, told this once.
    :raises Invalid: when the code is not one of the new secret.
    """
    owner = _owner(work)
    found = work.session.get(SecondFactor, owner.id)
    pending = codes.secret_of(found.pending, _key(work)) if found and found.pending else ""
    step = codes.step_of(pending, code, work.now) if pending else None
    if found is None or step is None:
        raise Invalid(
            {"code": [_("This is not the code that the app shows now. Check the clock of the phone.")]}
        )
    found.secret, found.pending, found.confirmed_at, found.last_step = found.pending, None, work.now, step
    work.session.flush()
    people.journal(work, owner.id, "factor_on", {})
    _write(work, owner, "factor_on")
    return codes.new_recovery_codes(work.session, owner.id)


def renew_codes(work: Work, code: str) -> list[str]:
    """This function will make new recovery codes; the old ones are worth nothing from now on."""
    _proved(work, code)
    people.journal(work, work.actor.user_id, "factor_codes", {})
    return codes.new_recovery_codes(work.session, work.actor.user_id)


def switch_off(work: Work, code: str) -> None:
    """This function will do without a second factor again.

    :raises Conflict: when the firm requires one.
    """
    if standing(work).required:
        raise Conflict(_("A second factor is required here; you can only move it to another device."))
    _proved(work, code)
    codes.forget(work.session, work.actor.user_id)
    people.journal(work, work.actor.user_id, "factor_off", {})
    _write(work, _owner(work), "factor_off")


def count_try(office: Office, user_id: int, remote: str) -> None:
    """This function will count a try of a code, before it is looked at and whatever becomes of the work.

    :raises TooMany: when it comes too early.
    """
    with office.session(write=True) as session:
        attempts.count(session, attempts.code_counters(user_id, remote), office.clock())


def forgive_try(office: Office, user_id: int, remote: str) -> None:
    """This function will take a try back that was right."""
    with office.session(write=True) as session:
        attempts.absolve(session, attempts.code_counters(user_id, remote), office.clock())


def reset(work: Work, user_id: int) -> None:
    """This function will take the second factor from somebody who has lost it, sign him out and write to him.

    :raises Forbidden: when the account may do more than the actor, or is his own.
    :raises Conflict: when there is none.
    """
    work.require("users")
    found = people.find(work, user_id)
    if found.id == work.actor.user_id:
        raise Forbidden(_("Your own second factor is in your settings, where a code is asked for."))
    people.check_reach(work, people.roles_of(work, [found.id])[found.id])
    if not codes.is_on(work.session, found.id):
        raise Conflict(_("{name} has no second factor.", name=found.name))
    codes.forget(work.session, found.id)
    sessions.end_all(work, found.id)
    people.journal(work, found.id, "factor_reset", {})
    _write(work, found, "factor_reset")


def having(work: Work) -> frozenset[int]:
    """This function will tell who has a second factor, to who looks after accounts."""
    work.require("users")
    found = select(SecondFactor.user_id).where(SecondFactor.confirmed_at.is_not(None))
    return frozenset(work.session.scalars(found))


def rule(work: Work) -> Rule:
    """This function will tell who must have a second factor."""
    work.require("users")
    body = _body(work) or {}
    wanted = set(body.get("roles", ()))
    keys = tuple(role.key for role in work.catalog.roles.values() if role.id in wanted)
    return Rule(bool(body.get("everybody")), keys)


def set_rule(work: Work, *, everybody: bool, roles: Iterable[str] = ()) -> Rule:
    """This function will require a second factor of everybody, of holders of some roles, or of nobody.

    It holds at the next request: whoever has none sets it up before anything else.

    :raises Forbidden: to all but administrators, since it weakens or strengthens everybody's account.
    """
    if not work.actor.is_admin:
        raise Forbidden(_("Only an administrator decides who needs a second factor."))
    keys = list(dict.fromkeys(roles))
    if unknown := [key for key in keys if key not in work.catalog.roles]:
        raise Invalid({"roles": [_("There is no role “{role}”.", role=key[:80]) for key in unknown]})
    before = rule(work)
    body = {"everybody": everybody, "roles": sorted(work.catalog.roles[key].id for key in keys)}
    kept = work.session.get(Policy, SECOND_FACTOR)
    if kept is None:
        kept = Policy(key=SECOND_FACTOR)
        work.session.add(kept)
    kept.body, kept.changed_at, kept.by_id = body, work.now, work.actor.user_id
    work.session.flush()
    after = rule(work)
    if after != before:
        change = [_as_document(before), _as_document(after)]
        people.journal(work, work.actor.user_id, "factor_rule", {"rule": change})
    return after


def _as_document(found: Rule) -> dict[str, Any]:
    return {"everybody": found.everybody, "roles": list(found.roles)}


def _body(work: Work) -> Mapping[str, Any] | None:
    body: Mapping[str, Any] | None = work.session.scalar(
        select(Policy.body).where(Policy.key == SECOND_FACTOR)
    )
    return body


def _is_required(work: Work, role_ids: Iterable[int]) -> bool:
    return asks_second_factor(_body(work), role_ids)


def _owner(work: Work) -> User:
    found = work.session.get_one(User, work.actor.user_id)
    if found.system:
        raise Forbidden(_("This account has no password."))
    return found


def _key(work: Work) -> str:
    return work.office.settings.secret_key


def _proved(work: Work, code: str) -> SecondFactor:
    if not codes.take(work.session, work.actor.user_id, code, work.now, _key(work)):
        raise Invalid({"code": [wrong_code()]})
    return work.session.get_one(SecondFactor, work.actor.user_id, populate_existing=True)


def wrong_code() -> str:
    """This function will say that a code was not taken, whatever was wrong with it."""
    return _("This code is not right, or has been used already. Wait for the next one.")


def _write(work: Work, owner: User, template: str) -> None:
    message = mail.compose(
        owner.language, template, name=owner.name, by=work.actor.name, base_url=work.office.settings.base_url
    )
    mail.post(work.session, work.office.settings, message, owner.email, owner.name, work.now)

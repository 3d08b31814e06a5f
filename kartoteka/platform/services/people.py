"""Verbs on users: list, make, change and switch off accounts, and what everybody may change about himself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from kartoteka.field_types.folding import fold
from kartoteka.platform.access.actor import Identity
from kartoteka.platform.access.keys import INVITATION, new_epoch
from kartoteka.platform.access.models import OneTimeLink, User, UserChange, UserRole
from kartoteka.platform.catalog.definitions import ADMIN, Role
from kartoteka.platform.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import particulars, passwords, records
from kartoteka.platform.services.records import Link
from kartoteka.platform.services.standing import beyond, covers
from kartoteka.platform.services.work import Work

Errors = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Person:
    """A user as those see him who look after accounts; no key and no hash is part of it."""

    id: int
    email: str
    name: str
    roles: tuple[str, ...]
    identity: Identity | None
    active: bool
    language: str
    timezone: str
    theme: str
    created_at: datetime
    # He has been invited and has not come yet.
    invited: bool = False


def users(work: Work) -> list[Person]:
    """This function will list all accounts, by name."""
    work.require("users")
    found = list(work.session.scalars(select(User).where(User.system.is_(False))))
    return sorted(_people(work, found), key=lambda each: (each.name.casefold(), each.id))


def user(work: Work, user_id: int) -> Person:
    """This function will give one account.

    :raises NotFound: when there is none.
    """
    work.require("users")
    return _people(work, [find(work, user_id)])[0]


@dataclass(frozen=True, slots=True)
class Waiting:
    """An invitation that nobody has come by yet."""

    sent_at: datetime
    expires_at: datetime
    by: str


def waiting(work: Work) -> dict[int, Waiting]:
    """This function will tell since when the invited have not come, by whom they are, and how long their links last."""
    work.require("users")
    inviter = aliased(User)
    found = (
        select(OneTimeLink.user_id, OneTimeLink.created_at, OneTimeLink.expires_at, inviter.name)
        .join(User, User.id == OneTimeLink.user_id)
        .outerjoin(inviter, inviter.id == OneTimeLink.by_id)
        .where(OneTimeLink.purpose == INVITATION, OneTimeLink.used_at.is_(None), User.active.is_(False))
    )
    return {row[0]: Waiting(row[1], row[2], row[3] or "") for row in work.session.execute(found)}


def never_came(work: Work, user_id: int) -> bool:
    """This function will tell whether somebody has never had a password, so that only an invitation lets him in."""
    work.require("users")
    found = find(work, user_id)
    return found.password is None and not found.active


def by_email(work: Work, email: str) -> Person:
    """This function will give the account with an address.

    :raises NotFound: when there is none.
    """
    work.require("users")
    found = work.session.scalar(select(User.id).where(User.email == email.strip().lower()))
    return user(work, found or 0)


def person(work: Work) -> Person:
    """This function will give the account of the actor himself."""
    return _people(work, [_self(work)])[0]


def picker(work: Work, q: str = "", *, limit: int = 20) -> list[Link]:
    """This function will offer people by name to who may choose one in some field or sees them on all records.

    A customer who sees the name of his salesman gets no list of the staff by it.
    """
    if not work.gate.names_people:
        return []
    words = fold(q).split()
    there = select(User.id, User.name).where(
        User.active, User.system.is_(False), User.id.not_in(guests_of(work))
    )
    found = [Link(*row) for row in work.session.execute(there)]
    fitting = [each for each in found if all(word in fold(each.title) for word in words)]
    return sorted(fitting, key=lambda each: (fold(each.title), each.id))[:limit]


def guests_of(work: Work) -> Select[int]:
    """This function will select the ids of all accounts of people from outside."""
    roles = [role.id for role in work.catalog.roles.values() if role.for_guests]
    return select(UserRole.user_id).where(UserRole.role_id.in_(roles))


def guests_among(work: Work, some: Iterable[int], registry: str, record: int) -> set[int]:
    """This function will tell which of some accounts are of people from outside; with those who are a record."""
    he_is = and_(User.identity_registry == registry, User.identity_id == record)
    among = or_(User.id.in_(list(some)), he_is)
    found = select(User.id).where(among, User.active, User.id.in_(guests_of(work)))
    return set(work.session.scalars(found))


def guests_who_are(work: Work, registry: str, records: Iterable[int]) -> set[int]:
    """This function will tell which of some records of a registry are people from outside who may sign in."""
    they_are = and_(User.identity_registry == registry, User.identity_id.in_(list(records)))
    found = select(User.identity_id).where(they_are, User.active, User.id.in_(guests_of(work)))
    return {each for each in work.session.scalars(found) if each is not None}


def create_user(work: Work, body: Mapping[str, Any]) -> Person:
    """This function will make an account.

    :raises Invalid: when something about it will not do.
    :raises Conflict: when the address has an account already.
    :raises Forbidden: when a role would be given that may do more than the actor.
    """
    work.require("users")
    given = particulars.read(body, particulars.NEW)
    given.insist_on("email")
    roles = _roles(work, given)
    identity = _identity(work, given)
    _check_side(given, roles, identity)
    if "password" in given.values:
        given.note("password", passwords.faults(given.values["password"], given.values.get("email", "")))
    given.refuse()
    _check_giving(work, roles)
    made = add(work, given.values, identity)
    _set_roles(work, made.id, roles)
    journal(work, made.id, "created", {**_shown(given.values), "roles": [role.key for role in roles]})
    return _people(work, [made])[0]


def add(work: Work, values: Mapping[str, Any], identity: Identity | None) -> User:
    """This function will write an account whose particulars have been read.

    :raises Conflict: when the address has an account already.
    """
    password = values.get("password")
    made = User(
        email=values["email"], name=values.get("name") or values["email"].partition("@")[0],
        password=None if password is None else passwords.hashed(password), active=values.get("active", True),
        system=False, language=values.get("language", work.actor.locale.language),
        timezone=values.get("timezone", work.actor.locale.timezone), theme=values.get("theme", "auto"),
        identity_registry=identity.registry if identity else None, identity_id=identity.id if identity else None,
        epoch=new_epoch(), created_at=work.now,
    )  # fmt: skip
    _check_email_free(work, made.email, None)
    try:
        with work.attempt():
            work.session.add(made)
            work.session.flush()
    except IntegrityError as error:
        raise _taken() from error
    return made


def change_user(work: Work, user_id: int, body: Mapping[str, Any]) -> Person:
    """This function will change an account. Switched off, it keeps its history and loses all sessions and keys.

    :raises Conflict: when nobody would be left who may do everything, or the address has an account already.
    :raises Forbidden: when the account or a role given may do more than the actor.
    """
    work.require("users")
    given = particulars.read(body, particulars.CHANGE)
    found = find(work, user_id)
    roles = _roles(work, given) if "roles" in given.values else None
    identity = _identity(work, given)
    if "password" in given.values:
        given.note(
            "password", passwords.faults(given.values["password"], given.values.get("email", found.email))
        )
        if found.id == work.actor.user_id:
            given.note(
                "password", [_("Change your own password in your settings, where the old one is asked for.")]
            )
    held = roles_of(work, [found.id])[found.id]
    kept = identity if "identity" in given.values else _identity_of(found)
    if roles is not None or "identity" in given.values:
        _check_side(given, held if roles is None else roles, kept)
    given.refuse()
    check_reach(work, held)
    if roles is not None:
        _check_giving(work, [role for role in roles if role.id not in {each.id for each in held}])
    _keep_an_admin(work, found, given.values, roles)
    before = _shown(_state(found))
    _apply(work, found, given.values, identity)
    changes = {key: [before.get(key), value] for key, value in _shown(_state(found)).items()
               if value != before.get(key)}  # fmt: skip
    if "password" in given.values:
        changes["password"] = [None, None]
    if roles is not None and {role.id for role in roles} != {role.id for role in held}:
        _set_roles(work, found.id, roles)
        changes["roles"] = [[role.key for role in held], [role.key for role in roles]]
        if any(role.for_guests for role in held) != any(role.for_guests for role in roles):
            # Nobody goes from one side of the wall to the other with what he opened on the first.
            end_everything(work, found)
    if changes:
        journal(work, found.id, "changed", changes)
    return _people(work, [found])[0]


def change_settings(work: Work, body: Mapping[str, Any]) -> Person:
    """This function will change what is everybody's own affair: name, language, time zone, look."""
    given = particulars.read(body, particulars.OWN)
    given.refuse()
    found = _self(work)
    for key, value in given.values.items():
        setattr(found, key, value)
    work.session.flush()
    return _people(work, [found])[0]


def change_password(work: Work, old: str, new: str) -> str:
    """This function will change the actor's own password and end all his sessions and keys.

    :return: the new epoch, under which the session that asked may go on.
    :raises Invalid: when the old one is wrong or the new one will not do.
    """
    found = _self(work)
    if found.system:
        raise Forbidden(_("This account has no password."))
    wrong: Errors = {}
    if not passwords.matches(found.password, old):
        wrong["old"] = [_("This is not your present password.")]
    elif sentences := passwords.faults(new, found.email):
        wrong["new"] = sentences
    if wrong:
        raise Invalid(wrong)
    set_password(work, found, new)
    journal(work, found.id, "password", {})
    return found.epoch


def set_password(work: Work, found: User, password: str) -> None:
    """This function will give an account a password; whatever was open under the old one is closed."""
    found.password = passwords.hashed(password)
    end_everything(work, found)


def end_everything(work: Work, found: User) -> None:
    """This function will end all sessions, keys and links of an account."""
    found.epoch = new_epoch()
    work.session.flush()
    open_links = update(OneTimeLink).where(OneTimeLink.user_id == found.id, OneTimeLink.used_at.is_(None))
    work.session.execute(open_links.values(used_at=work.now))


def find(work: Work, user_id: int) -> User:
    """This function will find an account of a person.

    :raises NotFound: when there is none.
    """
    found = work.session.get(User, user_id) if 0 < user_id < 2**31 else None
    if found is None or found.system:
        raise NotFound(_("There is no such user."))
    return found


def roles_of(work: Work, user_ids: Iterable[int]) -> dict[int, list[Role]]:
    """This function will tell the roles of users, in the order of the roles."""
    wanted = list(user_ids)
    # In pieces, since SQLite binds no more than some thousands of values.
    held: dict[int, set[int]] = {each: set() for each in wanted}
    for start in range(0, len(wanted), 1000):
        piece = wanted[start : start + 1000]
        pairs = select(UserRole.user_id, UserRole.role_id).where(UserRole.user_id.in_(piece))
        for user_id, role_id in work.session.execute(pairs):
            held[user_id].add(role_id)
    return {each: [role for role in work.catalog.roles.values() if role.id in held[each]] for each in wanted}


def journal(work: Work, user_id: int, action: str, changes: Mapping[str, Any]) -> None:
    """This function will note what was done with an account."""
    row = {"at": work.now, "by_id": work.actor.user_id, "via": work.via, "user_id": user_id, "action": action,
           "changes": dict(changes)}  # fmt: skip
    work.session.execute(insert(UserChange), [row])


def _self(work: Work) -> User:
    return work.session.get_one(User, work.actor.user_id)


def _people(work: Work, found: list[User]) -> list[Person]:
    roles = roles_of(work, [each.id for each in found])
    waiting = select(OneTimeLink.user_id).where(
        OneTimeLink.purpose == INVITATION, OneTimeLink.used_at.is_(None)
    )
    invited = set(work.session.scalars(waiting)) if any(not each.active for each in found) else set()
    return [
        Person(
            each.id, each.email, each.name, tuple(role.key for role in roles[each.id]), _identity_of(each),
            each.active, each.language, each.timezone, each.theme, each.created_at,
            invited=each.id in invited,
        )
        for each in found
    ]  # fmt: skip


def _identity_of(found: User) -> Identity | None:
    if found.identity_registry is None or found.identity_id is None:
        return None
    return Identity(found.identity_registry, found.identity_id)


def _roles(work: Work, given: particulars.Given) -> list[Role]:
    keys = given.values.get("roles", [])
    unknown = [key for key in keys if key not in work.catalog.roles]
    given.note("roles", [_("There is no role “{role}”.", role=key[:80]) for key in unknown])
    return [role for key, role in work.catalog.roles.items() if key in keys]


def _check_side(given: particulars.Given, roles: Iterable[Role], identity: Identity | None) -> None:
    """Nobody is staff and a guest at once, and a guest is somebody whom the firm has a record of."""
    sides = {role.for_guests for role in roles}
    if len(sides) > 1:
        given.note("roles", [_("A role of the portal goes with other roles of the portal only.")])
    if sides == {True} and identity is None and "identity" not in given.errors:
        given.note("identity", [_("Whoever has a role of the portal is a record: say which one.")])


def _identity(work: Work, given: particulars.Given) -> Identity | None:
    """The record that a portal user is: one that the giver can see himself."""
    pair = given.values.get("identity")
    if pair is None:
        return None
    try:
        records.fetch(work, pair.registry, pair.id)
    except NotFound:
        given.note("identity", [_("There is no such record.")])
    return Identity(pair.registry, pair.id)


def _check_giving(work: Work, roles: Iterable[Role]) -> None:
    for role in beyond(work.actor, roles, work.catalog):
        raise Forbidden(_("You cannot give the role “{role}”: it may do more than you.", role=role.name))


def check_reach(work: Work, held: Iterable[Role]) -> None:
    """This function will insist that the actor may do all that an account with these roles may.

    :raises Forbidden: when it may do more.
    """
    if not all(covers(work.actor, role, work.catalog) for role in held):
        raise Forbidden(_("This account may do more than you; you cannot change it."))


def _check_email_free(work: Work, email: str, own: int | None) -> None:
    other = work.session.scalar(select(User.id).where(User.email == email))
    if other is not None and other != own:
        raise _taken()


def _taken() -> Conflict:
    sentence = _("There is an account with this e-mail address already.")
    return Conflict(sentence, {"email": [sentence]})


def _keep_an_admin(work: Work, found: User, values: Mapping[str, Any], roles: list[Role] | None) -> None:
    """Somebody who may do everything has to be left, or nobody could ever make one again."""
    demoted = roles is not None and not any(role.is_admin for role in roles)
    if not (demoted or values.get("active") is False):
        return
    admin = work.catalog.roles[ADMIN]
    # Locked, so that two admins who switch off each other at once do not both succeed.
    active = (
        select(User.id)
        .join(UserRole, UserRole.user_id == User.id)
        .where(UserRole.role_id == admin.id, User.active, User.system.is_(False), User.password.is_not(None))
        .order_by(User.id)
        .with_for_update()
    )
    if set(work.session.scalars(active)) == {found.id}:
        raise Conflict(_("This is the last active administrator; make another one first."))


def _apply(work: Work, found: User, values: Mapping[str, Any], identity: Identity | None) -> None:
    if "email" in values and values["email"] != found.email:
        _check_email_free(work, values["email"], found.id)
    for key in ("name", "language", "timezone", "theme"):
        if key in values:
            setattr(found, key, values[key])
    if "identity" in values:
        found.identity_registry = identity.registry if identity else None
        found.identity_id = identity.id if identity else None
    ends = values.get("active") is False or values.get("email", found.email) != found.email
    found.active = values.get("active", found.active)
    found.email = values.get("email", found.email)
    try:
        with work.attempt():
            work.session.flush()
    except IntegrityError as error:
        raise _taken() from error
    if "password" in values:
        set_password(work, found, values["password"])
    elif ends:
        end_everything(work, found)


def _set_roles(work: Work, user_id: int, roles: Iterable[Role]) -> None:
    work.session.execute(delete(UserRole).where(UserRole.user_id == user_id))
    rows = [{"user_id": user_id, "role_id": role.id} for role in roles]
    if rows:
        work.session.execute(insert(UserRole), rows)


def _state(found: User) -> dict[str, Any]:
    return {"email": found.email, "name": found.name, "active": found.active, "language": found.language,
            "timezone": found.timezone, "theme": found.theme, "identity": _identity_of(found)}  # fmt: skip


def _shown(values: Mapping[str, Any]) -> dict[str, Any]:
    """What the journal may keep of particulars: never a password, not even its hash."""
    return {
        key: {"registry": value.registry, "id": value.id} if isinstance(value, Identity) else value
        for key, value in values.items()
        if key not in ("password", "roles")
    }

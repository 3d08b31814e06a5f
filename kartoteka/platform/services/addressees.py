"""Whom something may be addressed to: people, and the holders of a role, as far as the actor may know of them."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from kartoteka.platform.access.models import User, UserRole
from kartoteka.platform.services.work import Work

KNOWS_ROLES = frozenset({"design", "users"})


def may_name(work: Work, user_id: int) -> bool:
    """This function will tell whether the actor may address a person: himself, or others he may choose among."""
    if user_id == work.actor.user_id:
        return True
    if not work.gate.names_people:
        return False
    there = select(User.id).where(User.id == user_id, User.active, User.system.is_(False))
    return work.session.scalar(there) is not None


def role_known(work: Work, key: str) -> bool:
    """This function will tell whether a role exists for the actor: his own do, all to those who work with roles."""
    mine = any(role.key == key for role in work.actor.roles)
    return mine or (bool(work.actor.powers & KNOWS_ROLES) and key in work.catalog.roles)


def holders_of(work: Work, role: str) -> Sequence[int]:
    """This function will list the people in use who hold a role; nobody when there is none."""
    found = work.catalog.roles.get(role)
    if found is None:
        return ()
    holding = select(User.id).join(UserRole, UserRole.user_id == User.id)
    active = holding.where(UserRole.role_id == found.id, User.active, User.system.is_(False)).order_by(
        User.id
    )
    return work.session.scalars(active).all()


def names_of(work: Work, user_ids: Iterable[int]) -> dict[int, str]:
    """This function will give the names of people by one statement."""
    wanted = sorted(set(user_ids))
    if not wanted:
        return {}
    named = select(User.id, User.name, User.email).where(User.id.in_(wanted))
    return {row[0]: row[1] or row[2] for row in work.session.execute(named)}


def in_use(work: Work, user_ids: Iterable[int]) -> set[int]:
    """This function will tell which of some people can be told anything: their accounts are in use."""
    wanted = sorted(set(user_ids))
    there = select(User.id).where(User.id.in_(wanted), User.active, User.system.is_(False))
    return set(work.session.scalars(there)) if wanted else set()


__all__ = ["holders_of", "in_use", "may_name", "names_of", "role_known"]

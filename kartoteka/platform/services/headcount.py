"""How many people hold each role: what a change of rights will touch."""

from typing import Any

from sqlalchemy import func, select

from kartoteka.platform.access.guises import actor_of
from kartoteka.platform.access.models import User, UserRole
from kartoteka.platform.access.trying import Trial, tried
from kartoteka.platform.catalog.definitions import Role
from kartoteka.platform.kernel.errors import Forbidden
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.work import Work


def holders(work: Work) -> dict[str, int]:
    """This function will count the active people of each role; for designers and those who look after accounts."""
    if not work.actor.powers & {"design", "users"}:
        raise Forbidden(_("You need the power “{power}” for this.", power="design"))
    counted = (
        select(UserRole.role_id, func.count())
        .join(User, User.id == UserRole.user_id)
        .where(User.active, User.system.is_(False))
        .group_by(UserRole.role_id)
    )
    found = {row[0]: row[1] for row in work.session.execute(counted)}
    return {role.key: found.get(role.id, 0) for role in work.catalog.roles.values()}


def people_with(work: Work, role: Role, limit: int = 50) -> list[tuple[int, str]]:
    """This function will name the active people of a role, for those who design what it may do."""
    work.require("design")
    wanted = (
        select(User.id, User.name, User.email)
        .join(UserRole, UserRole.user_id == User.id)
        .where(UserRole.role_id == role.id, User.active, User.system.is_(False))
        .order_by(User.name, User.id)
        .limit(limit)
    )
    return [(row.id, row.name or row.email) for row in work.session.execute(wanted)]


def try_rule(work: Work, registry: str, role: Role, rule: Any, person: int | None) -> Trial:
    """This function will try a row rule of a role on real records, with one of the role's people in the place of “me”.

    :raises NotFound: when the designer sees no record of the registry.
    """
    work.require("design")
    opened = work.open(registry)
    known = [each for each, _name in people_with(work, role)]
    user = work.session.get(User, person) if person in known else None
    actor = actor_of(work.session, work.catalog, user) if user is not None else work.actor
    before = role.grants[registry].rows if registry in role.grants else None
    return tried(opened, actor, rule, before)


def identities(work: Work) -> frozenset[str]:
    """This function will tell which registries hold the records that active people are."""
    chosen = select(User.identity_registry).where(User.active, User.identity_registry.is_not(None)).distinct()
    return frozenset(str(key) for key in work.session.scalars(chosen))

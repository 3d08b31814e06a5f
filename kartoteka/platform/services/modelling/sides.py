"""A role that somebody holds stays on its side: for people of the firm, or for guests from outside."""

from sqlalchemy import func, select

from kartoteka.platform.access.models import User, UserRole
from kartoteka.platform.catalog.definitions import Catalog, Role
from kartoteka.platform.kernel.errors import Conflict
from kartoteka.platform.kernel.texts import plural
from kartoteka.platform.services.work import Work


def check(work: Work, target: Catalog) -> None:
    """This function will refuse a design that would carry people over the wall together with a role of theirs.

    Accounts that are switched off or only invited count, too: they come back with the roles that they have.

    :raises Conflict: when a role changes sides while somebody holds it.
    """
    present = {role.id: role for role in work.catalog.roles.values()}
    for role in target.roles.values():
        before = present.get(role.id)
        if before is not None and before.kind != role.kind:
            _refuse(work, role, _number(work, role))
        elif before is None and not role.for_guests:
            # A role that comes back comes with those who had it, and who is a guest has a record.
            _refuse(work, role, _number(work, role, guests=True))


def _number(work: Work, role: Role, *, guests: bool = False) -> int:
    held = select(func.count()).select_from(UserRole).join(User, User.id == UserRole.user_id)
    held = held.where(UserRole.role_id == role.id, User.system.is_(False))
    return work.session.scalar(held.where(User.identity_registry.is_not(None)) if guests else held) or 0


def _refuse(work: Work, role: Role, number: int) -> None:
    if not number:
        return
    raise Conflict(
        plural(
            "{n} person has the role “{role}”. Take it away first: with it, they would go from the portal to staff "
            "or the other way round.",
            "{n} people have the role “{role}”. Take it away first: with it, they would go from the portal to staff "
            "or the other way round.",
            number,
            role=role.names.get(work.actor.locale.language) or role.name,
        )
    )


__all__ = ["check"]

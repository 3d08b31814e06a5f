"""How many people hold each role: what a change of rights will touch."""

from sqlalchemy import func, select

from kartoteka.platform.access.models import User, UserRole
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


def identities(work: Work) -> frozenset[str]:
    """This function will tell which registries hold the records that active people are."""
    chosen = select(User.identity_registry).where(User.active, User.identity_registry.is_not(None)).distinct()
    return frozenset(str(key) for key in work.session.scalars(chosen))

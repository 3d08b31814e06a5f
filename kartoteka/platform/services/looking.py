"""Seeing Kartoteka as somebody else: an admin begins and ends it, and the journal tells that he did."""

from kartoteka.platform.access.guises import Guise, disguised
from kartoteka.platform.access.models import User
from kartoteka.platform.catalog.definitions import Role
from kartoteka.platform.kernel.errors import Forbidden, Invalid, NotFound
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.people import journal
from kartoteka.platform.services.work import Work

# In the journal of accounts. Who looks as a role looks as nobody, so the line stands with himself.
LOOKED, LOOKED_AS_ROLE, ENDED = "looked_as", "looked_as_role", "looking_ended"


def insist_on_admin(work: Work) -> None:
    """This function will refuse whoever is no admin.

    :raises Forbidden: always then.
    """
    if not work.actor.is_admin:
        raise Forbidden(_("Only administrators can see Kartoteka as somebody else."))


def begin_looking(work: Work, guise: Guise) -> Guise:
    """This function will let an admin look as somebody, and write down that he did.

    :raises Forbidden: when he is no admin. :raises NotFound: when there is nobody to look as.
    """
    insist_on_admin(work)
    if guise.user_id == work.actor.user_id:
        raise Invalid({"as": [_("You see Kartoteka as yourself already.")]})
    if disguised(work.session, work.catalog, work.actor, guise) is work.actor:
        raise NotFound(_("There is nobody to see Kartoteka as."))
    if guise.user_id is not None:
        journal(work, guise.user_id, LOOKED, {})
    else:
        journal(work, work.actor.user_id, LOOKED_AS_ROLE, {"role": guise.role})
    return guise


def with_eyes_of(work: Work, guise: Guise) -> Work:
    """This function will give an admin's work as somebody else would see it, beside his own; nothing can be changed.

    :raises Forbidden: when he is no admin. :raises NotFound: when there is nobody to look as.
    """
    insist_on_admin(work)
    found = work.office.in_guise(work, guise)
    if found.actor is work.actor:
        raise NotFound(_("There is nobody to see Kartoteka as."))
    return found


def end_looking(work: Work, guise: Guise) -> None:
    """This function will write down that an admin looks with his own eyes again."""
    if guise.user_id is not None and work.session.get(User, guise.user_id) is not None:
        journal(work, guise.user_id, ENDED, {})
    elif guise.role is not None:
        journal(work, work.actor.user_id, ENDED, {"role": guise.role})


def roles_to_look_as(work: Work) -> list[Role]:
    """This function will list the roles that an admin may look as."""
    return [role for role in work.catalog.roles.values() if not role.is_admin]


__all__ = ["ENDED", "LOOKED", "LOOKED_AS_ROLE", "Guise", "begin_looking", "end_looking", "insist_on_admin",
           "roles_to_look_as", "with_eyes_of"]  # fmt: skip

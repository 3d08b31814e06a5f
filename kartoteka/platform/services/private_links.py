"""Private links: addresses that let a program read something in somebody's name until he takes them back."""

from datetime import datetime

from sqlalchemy import delete, insert, select

from kartoteka.platform.access.keys import new_link_key, token_hash
from kartoteka.platform.access.models import PrivateLink, User
from kartoteka.platform.services import people
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.work import Work


def make_private_link(work: Work, purpose: str) -> str:
    """This function will make the actor's secret for a purpose; the one before is good for nothing any more.

    It is told this once: only its hash is kept.
    """
    key, owner = new_link_key(), work.session.get_one(User, work.actor.user_id)
    _forget(work, purpose)
    row = {"user_id": owner.id, "purpose": purpose, "hash": token_hash(key), "epoch": owner.epoch,
           "created_at": work.now}  # fmt: skip
    work.session.execute(insert(PrivateLink), [row])
    people.journal(work, owner.id, "link_made", {"purpose": purpose})
    return key


def private_link_since(work: Work, purpose: str) -> datetime | None:
    """This function will tell since when the actor has a link for a purpose that is still good."""
    good = select(PrivateLink.created_at).join(User, User.id == PrivateLink.user_id)
    mine = good.where(PrivateLink.user_id == work.actor.user_id, PrivateLink.purpose == purpose)
    return work.session.scalar(mine.where(PrivateLink.epoch == User.epoch))


def revoke_private_link(work: Work, purpose: str) -> None:
    """This function will take the actor's link for a purpose back."""
    _forget(work, purpose)
    people.journal(work, work.actor.user_id, "link_revoked", {"purpose": purpose})


def holder_of_link(office: Office, purpose: str, key: str) -> int | None:
    """This function will tell whose link a secret belongs to; None when it is good for nothing."""
    known = select(PrivateLink.user_id).join(User, User.id == PrivateLink.user_id)
    good = known.where(PrivateLink.hash == token_hash(key), PrivateLink.purpose == purpose)
    with office.session() as session:
        return session.scalar(
            good.where(PrivateLink.epoch == User.epoch, User.active, User.system.is_(False))
        )


def _forget(work: Work, purpose: str) -> None:
    mine = (PrivateLink.user_id == work.actor.user_id, PrivateLink.purpose == purpose)
    work.session.execute(delete(PrivateLink).where(*mine))


__all__ = ["holder_of_link", "make_private_link", "private_link_since", "revoke_private_link"]

"""Browsers in which people are signed in: begun, listed, and ended one by one or all but one."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, CursorResult, and_, delete, or_, select

from kartoteka.platform.access.keys import new_link_key, token_hash
from kartoteka.platform.access.models import User, UserSession
from kartoteka.platform.kernel.errors import NotFound
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.work import Work

# As long as the cookie lasts in a browser that is not used.
LASTS = timedelta(days=30)
MAX_AGENT = 200


@dataclass(frozen=True, slots=True)
class Place:
    """One browser in which somebody is signed in."""

    id: int
    agent: str
    created_at: datetime
    seen_at: datetime
    mine: bool


def begin(office: Office, user_id: int, epoch: str, agent: str) -> str:
    """This function will note that somebody has signed in with a browser, and give what its cookie holds."""
    key, now = new_link_key(), office.clock()
    dead = or_(UserSession.epoch != epoch, UserSession.seen_at < now - LASTS)
    with office.session(write=True) as session:
        session.execute(delete(UserSession).where(UserSession.user_id == user_id, dead))
        session.add(
            UserSession(user_id=user_id, hash=token_hash(key), epoch=epoch, agent=agent[:MAX_AGENT],
                        created_at=now, seen_at=now)
        )  # fmt: skip
    return key


def places(work: Work, key: str | None) -> list[Place]:
    """This function will list where the actor is signed in: the browser that asks first, then the last used."""
    mine = token_hash(key) if key else ""
    found = work.session.scalars(select(UserSession).where(_living(work)))
    shown = [Place(each.id, each.agent, each.created_at, each.seen_at, each.hash == mine) for each in found]
    return sorted(shown, key=lambda each: (each.mine, each.seen_at, each.id), reverse=True)


def end(work: Work, place: int) -> None:
    """This function will sign the actor out in one of his browsers.

    :raises NotFound: when he is signed in nowhere of this id.
    """
    if not _delete(work, and_(UserSession.user_id == work.actor.user_id, UserSession.id == place)):
        raise NotFound(_("There is no such session."))


def end_others(work: Work, key: str) -> int:
    """This function will sign the actor out everywhere but in the browser that asks, and tell in how many."""
    others = and_(UserSession.user_id == work.actor.user_id, UserSession.hash != token_hash(key))
    return _delete(work, others)


def end_all(work: Work, user_id: int) -> None:
    """This function will sign somebody out in all browsers; his keys for the API go on."""
    _delete(work, UserSession.user_id == user_id)


def end_this(office: Office, key: str) -> None:
    """This function will end the session of a browser that signs out: a copy of its cookie is worth nothing."""
    with office.session(write=True) as session:
        session.execute(delete(UserSession).where(UserSession.hash == token_hash(key)))


def _living(work: Work) -> ColumnElement[bool]:
    epoch = select(User.epoch).where(User.id == work.actor.user_id).scalar_subquery()
    return and_(
        UserSession.user_id == work.actor.user_id,
        UserSession.epoch == epoch,
        UserSession.seen_at >= work.now - LASTS,
    )


def _delete(work: Work, which: ColumnElement[bool]) -> int:
    result = work.session.execute(delete(UserSession).where(which))
    return result.rowcount if isinstance(result, CursorResult) else 0

"""What has changed in rights since a day: grants and powers of roles, and who was given which role or guise."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from kartoteka.platform.access.models import User, UserChange
from kartoteka.platform.catalog.models import DesignChange
from kartoteka.platform.kernel.errors import Forbidden
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.work import Work

MOST = 500
Documents = Mapping[str, Any]


@dataclass(frozen=True)
class RoleChange:
    """What became of one role at once: its documents before and after, None when there was or is none."""

    at: datetime
    by: str
    role: str
    before: Documents | None
    after: Documents | None


@dataclass(frozen=True)
class AccountChange:
    """What became of one account: what was done, and the particulars that it touched."""

    at: datetime
    by: str
    person_id: int
    person: str
    action: str
    changes: Documents = field(default_factory=dict)


def since(work: Work, day: date) -> list[RoleChange | AccountChange]:
    """This function will list the changes of rights since the beginning of a day, the newest first.

    :raises Forbidden: when the actor neither designs nor audits.
    """
    if not work.actor.powers & {"design", "audit"}:
        raise Forbidden(_("You need the power “{power}” for this.", power="audit"))
    start = datetime.combine(day, time.min, ZoneInfo(work.actor.locale.timezone))
    found: list[RoleChange | AccountChange] = [*_of_roles(work, start), *_of_accounts(work, start)]
    return sorted(found, key=lambda each: each.at, reverse=True)[:MOST]


def _of_roles(work: Work, start: datetime) -> Iterator[RoleChange]:
    wanted = (
        select(DesignChange, User.name)
        .join(User, User.id == DesignChange.by_id)
        .where(DesignChange.at >= start)
        .order_by(DesignChange.version.desc())
        .limit(MOST)
    )
    for change, by in work.session.execute(wanted):
        before, after = change.before.get("roles", {}), change.after.get("roles", {})
        for key in sorted({*before, *after}):
            if before.get(key) != after.get(key):
                yield RoleChange(change.at, by, key, before.get(key), after.get(key))


def _of_accounts(work: Work, start: datetime) -> Iterator[AccountChange]:
    """Only what changes what somebody may: not that he signed in or has another language."""
    journal = (
        select(UserChange, User.name, User.email)
        .join(User, User.id == UserChange.user_id)
        .where(UserChange.at >= start)
        .order_by(UserChange.id.desc())
        .limit(4 * MOST)
    )
    rows = work.session.execute(journal).all()
    names = _names(work, {change.by_id for change, _name, _email in rows})
    for change, name, email in rows:
        if change.action in TELLING or set(change.changes or {}) & TOUCHING:
            yield AccountChange(
                change.at, names.get(change.by_id, ""), change.user_id, name or email, change.action,
                dict(change.changes or {}),
            )  # fmt: skip


# Actions that give or take something by themselves, and particulars that do.
TELLING = frozenset({"looked_as", "looked_as_role"})
TOUCHING = frozenset({"roles", "active", "identity"})


def _names(work: Work, ids: set[int]) -> dict[int, str]:
    found = work.session.execute(select(User.id, User.name, User.email).where(User.id.in_(ids)))
    return {row.id: row.name or row.email for row in found}

"""The journal of the design: who changed it, when, and what was done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from kartoteka.platform.access.models import User
from kartoteka.platform.catalog.models import DesignChange
from kartoteka.platform.kernel.errors import Forbidden
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.work import Work

PAGE = 50


@dataclass(frozen=True, slots=True)
class Past:
    """One change of the design in words."""

    version: int
    at: datetime
    by: str
    via: str
    steps: tuple[str, ...]


def past(work: Work, *, before: int | None = None, limit: int = PAGE) -> Sequence[Past]:
    """This function will list changes of the design, newest first, from below a version on.

    :raises Forbidden: when the actor neither designs nor audits.
    """
    if not work.actor.powers & {"design", "audit"}:
        raise Forbidden(_("You need the power “{power}” for this.", power="audit"))
    wanted = (
        select(DesignChange, User.name)
        .join(User, User.id == DesignChange.by_id)
        .order_by(DesignChange.version.desc())
        .limit(limit)
    )
    if before is not None:
        wanted = wanted.where(DesignChange.version < before)
    return [
        Past(each.version, each.at, name, each.via, tuple(map(str, each.steps)))
        for each, name in work.session.execute(wanted)
    ]

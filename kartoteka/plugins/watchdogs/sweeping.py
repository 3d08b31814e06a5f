"""What happens when time passes: dates are looked at, rights are looked after, what stays unread goes further."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.exc import SQLAlchemyError

from kartoteka.platform.sdk import Invalid, Lately, NotFound, Office, Unauthenticated, Work
from kartoteka.plugins.watchdogs import definition as d
from kartoteka.plugins.watchdogs.asking import Numbers, Passing, Question
from kartoteka.plugins.watchdogs.reacting import dog_of
from kartoteka.plugins.watchdogs.tables import WATCHDOGS
from kartoteka.plugins.watchdogs.telling import SILENT, Dog, ask_owner, tell, tell_of_itself
from kartoteka.plugins.watchdogs.timing import Span, next_look
from kartoteka.plugins.watchdogs.watching import Watch

logger = logging.getLogger(__name__)
AT_ONCE = 200
PATIENCE = timedelta(minutes=15)


def sweep(office: Office) -> None:
    """This function will look through the time that has passed for every watchdog that is to look at it now.

    What was missed while nobody worked is told now, each occurrence once, as late as it is.
    """
    looked: set[int] = set()
    lately = Lately()
    while rows := [row for row in _due(office) if row.id not in looked]:
        for row in rows:
            looked.add(row.id)
            _look(office, row, lately)


def _alive() -> tuple[ColumnElement[bool], ...]:
    return (WATCHDOGS.c.active, WATCHDOGS.c.removed_at.is_(None), WATCHDOGS.c.silent_since.is_(None))


def _due(office: Office) -> Sequence[Any]:
    wanted = select(WATCHDOGS).where(WATCHDOGS.c.next_at <= office.clock(), *_alive())
    with office.session() as session:
        return session.execute(wanted.order_by(WATCHDOGS.c.next_at, WATCHDOGS.c.id).limit(AT_ONCE)).all()


def _look(office: Office, row: Any, lately: Lately) -> None:
    dog, now = dog_of(row), office.clock()
    try:
        following, memory = _ask(office, dog, now, lately)
    except Unauthenticated:
        following, memory = now + timedelta(days=1), dog.memory
    except SQLAlchemyError:
        raise
    except Exception:
        logger.exception("The watchdog %s cannot look at the time.", dog.id)
        _put(office, row, {"next_at": now + PATIENCE})
        return
    _put(
        office, row, {"swept_to": max(now, dog.swept_to or now), "next_at": following, "memory": dict(memory)}
    )


def _put(office: Office, row: Any, values: dict[str, Any]) -> None:
    """Only what nobody has moved meanwhile: the owner may have changed his mind, another worker may have been here."""
    same = (WATCHDOGS.c.id == row.id, WATCHDOGS.c.next_at == row.next_at, WATCHDOGS.c.version == row.version)
    with office.session(write=True) as session:
        session.execute(update(WATCHDOGS).where(*same).values(**values))


def _ask(office: Office, dog: Dog, now: datetime, lately: Lately) -> tuple[datetime | None, Any]:
    span = Span(dog.swept_to or dog.since, now, lately=lately)
    questions: list[Question] = [Passing(span)]
    numbers = Numbers(dict(dog.memory), now)
    if any(part.kind == d.COUNT for part in dog.definition.when.each):
        questions.append(numbers)
    with office.begin(dog.owner, via="watchdog") as work:
        found = [(question, ask_owner(work, dog, question)) for question in questions]
        following = _following(work, dog, now)
    for question, said in found:
        if said is not None:
            tell(office, dog, said, question)
    return following, numbers.memory


def _following(work: Work, dog: Dog, now: datetime) -> datetime | None:
    try:
        return next_look(Watch(work, dog.definition, ZoneInfo(work.actor.locale.timezone)), now)
    except (NotFound, Invalid):
        return now + timedelta(days=1)


def look_after_rights(office: Office) -> None:
    """This function will silence watchdogs whose owners see no more what they watch, and wake those whose owners do.

    It looks whenever the design or somebody's roles have changed, not when something happens to what is watched: a
    silence that began with a change of something hidden would tell of that change.
    """
    wanted = (
        select(WATCHDOGS.c.owner_id).where(WATCHDOGS.c.active, WATCHDOGS.c.removed_at.is_(None)).distinct()
    )
    with office.session() as session:
        owners = list(session.scalars(wanted))
    for owner in owners:
        try:
            with office.begin(owner, via="watchdog") as work:
                sight, changed = sight_of(work), _unchecked(work)
            if changed:
                with office.begin(owner, via="watchdog", write=True) as work:
                    for row in _unchecked(work):
                        _check(work, row, sight)
        except Unauthenticated:
            continue


def sight_of(work: Work) -> str:
    """This function will name all that decides what the actor sees: the design, his roles, and who he is."""
    roles = ",".join(str(role.id) for role in sorted(work.actor.roles, key=lambda each: each.id))
    identity = work.actor.identity
    return f"{work.catalog.version}:{roles}:{identity.id if identity else ''}"[:64]


def _unchecked(work: Work) -> Sequence[Any]:
    wanted = select(WATCHDOGS).where(
        WATCHDOGS.c.owner_id == work.actor.user_id, WATCHDOGS.c.active, WATCHDOGS.c.removed_at.is_(None),
        WATCHDOGS.c.checked != sight_of(work),
    )  # fmt: skip
    return work.connection.execute(wanted).all()


def _check(work: Work, row: Any, sight: str) -> None:
    dog = dog_of(row)
    sees = _sees(work, dog)
    values: dict[str, Any] = {"checked": sight}
    if not sees and row.silent_since is None:
        values["silent_since"] = work.now
        tell_of_itself(work, dog, f"silent {work.now.isoformat()}", SILENT)
    elif sees and row.silent_since is not None:
        # What happened while it was silent stays untold: it was not to be seen.
        values |= {"silent_since": None, "since": work.now, "swept_to": work.now if row.next_at else None}
    work.connection.execute(update(WATCHDOGS).where(WATCHDOGS.c.id == row.id).values(**values))


def _sees(work: Work, dog: Dog) -> bool:
    try:
        return Watch(work, dog.definition, ZoneInfo(work.actor.locale.timezone)).sees()
    except (NotFound, Invalid):
        return False


__all__ = ["look_after_rights", "sight_of", "sweep"]

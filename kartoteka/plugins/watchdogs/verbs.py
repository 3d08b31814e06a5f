"""What is done with watchdogs: set, changed, switched off, removed, listed; always one's own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, delete, func, insert, or_, select, update

from kartoteka.platform.sdk import Conflict, Forbidden, Invalid, NotFound, Work, _
from kartoteka.plugins.watchdogs import definition as d
from kartoteka.plugins.watchdogs.alerts import has_told
from kartoteka.plugins.watchdogs.definition import Definition, stored
from kartoteka.plugins.watchdogs.putting import of_number
from kartoteka.plugins.watchdogs.reading import read
from kartoteka.plugins.watchdogs.sentences import brief
from kartoteka.plugins.watchdogs.sweeping import sight_of
from kartoteka.plugins.watchdogs.tables import MUTES, TRIGGERS, WATCHDOGS
from kartoteka.plugins.watchdogs.telling import mute
from kartoteka.plugins.watchdogs.timing import next_look
from kartoteka.plugins.watchdogs.watching import Watch

# Enough for anybody; a program that has run wild is stopped by it.
MOST = 1000
MAX_ID = 2**31 - 1


@dataclass(frozen=True)
class Kept:
    """A watchdog as its owner sees it."""

    id: int
    owner: int
    definition: Definition
    active: bool
    silent: bool
    created_at: datetime
    version: int
    role: int | None = None

    @property
    def name(self) -> str:
        """What it is called: by its owner, or by what it does."""
        return self.definition.name


def create(work: Work, body: Mapping[str, Any]) -> Kept:
    """This function will set a watchdog for the actor.

    :raises Invalid: with a sentence for everything that is wrong, what he may not see among it.
    """
    body = {**body}
    active = body.pop("active", True)
    role = body.pop("role", None)
    definition = read(work, body)
    mine = select(func.count()).where(
        WATCHDOGS.c.owner_id == work.actor.user_id, WATCHDOGS.c.removed_at.is_(None)
    )
    if (work.connection.scalar(mine) or 0) >= MOST:
        raise Conflict(_("You have {max} watchdogs; remove some first.", max=MOST))
    values = {
        **_columns(work, definition),
        "owner_id": work.actor.user_id,
        "role_id": _role(work, role, definition),
        "active": _flag(active),
        "created_at": work.now,
        "version": 1,
        "silent_since": None,
        "removed_at": None,
    }
    id = work.connection.execute(insert(WATCHDOGS).returning(WATCHDOGS.c.id), values).scalar_one()
    _listen(work, id, definition)
    return fetch(work, id)


def _columns(work: Work, definition: Definition) -> dict[str, Any]:
    """What follows from what a watchdog says: from when on it listens, and when it looks at the time."""
    zone = ZoneInfo(work.actor.locale.timezone)
    watch = Watch(work, definition, zone)
    following = next_look(watch, work.now)
    # What is due today is told today, though its hour has passed.
    morning = watch.clock.begins(watch.clock.day(work.now)) - timedelta(microseconds=1)
    due_today = following is not None and watch.clock.moment(watch.clock.day(work.now)) <= work.now
    _said, memory = of_number(watch, {}, work.now)
    return {
        "name": definition.name,
        "on_registry": definition.registry,
        "record": definition.record,
        "definition": definition.document(),
        "since": work.now,
        "swept_to": morning if following is not None else None,
        "next_at": work.now if due_today else following,
        "checked": sight_of(work),
        "memory": memory,
    }


def _listen(work: Work, id: int, definition: Definition) -> None:
    work.connection.execute(delete(TRIGGERS).where(TRIGGERS.c.watchdog_id == id))
    record = definition.record or 0
    rows: list[dict[str, Any]] = []
    for part in definition.when.each:
        if part.sort in (d.STEP, d.NUMBER, d.SIGNAL):
            rows.append({"on_registry": definition.registry, "record": record, "sort": part.sort})
        elif part.sort == d.THING:
            names = [name.removesuffix(d.VERSIONS) for name in part.of]
            rows += [{"on_registry": f"_{name}", "record": 0, "sort": d.THING} for name in names]
        elif part.sort == d.POINTING:
            rows += [{"on_registry": name, "record": 0, "sort": d.POINTING} for name in part.of]
    unique = list({tuple(row.items()): row for row in rows}.values())
    if unique:
        work.connection.execute(
            insert(TRIGGERS), [{"watchdog_id": id, "part": place, **row} for place, row in enumerate(unique)]
        )


def _role(work: Work, said: Any, definition: Definition) -> int | None:
    """A watchdog that is set for a role is told to its holders, and they cannot switch it off."""
    if said is None:
        return None
    if "users" not in work.actor.powers:
        raise Forbidden(_("You need the power “{power}” for this.", power="users"))
    found = work.catalog.roles.get(said) if isinstance(said, str) else None
    if found is None:
        raise Invalid({"role": [_("There is no role “{role}”.", role=str(said)[:60])]})
    if f"role:{found.key}" not in definition.to:
        raise Invalid({"to": [_("Whoever holds the role must be told.")]})
    return found.id


def _flag(said: Any) -> bool:
    if not isinstance(said, bool):
        raise Invalid({"active": [_("This must be true or false.")]})
    return said


def fetch(work: Work, id: int, *, any_owner: bool = False) -> Kept:
    """This function will give a watchdog of the actor's.

    :raises NotFound: when there is none, or it is somebody else's.
    """
    row = _row(work, id, any_owner=any_owner)
    return _kept(row)


def _row(work: Work, id: int, *, any_owner: bool = False) -> Any:
    mine: ColumnElement[bool] = WATCHDOGS.c.owner_id == work.actor.user_id
    if any_owner and "users" in work.actor.powers:
        mine = or_(mine, WATCHDOGS.c.role_id.is_not(None))
    wanted = select(WATCHDOGS).where(WATCHDOGS.c.id == id, mine, WATCHDOGS.c.removed_at.is_(None))
    found = work.connection.execute(wanted).first() if 0 < id < MAX_ID else None
    if found is None:
        raise NotFound(_("There is no watchdog {id}.", id=str(id)[:20]))
    return found


def _kept(row: Any) -> Kept:
    definition = replace(stored(row.definition), name=row.name)
    return Kept(row.id, row.owner_id, definition, row.active, row.silent_since is not None, row.created_at,
                row.version, row.role_id)  # fmt: skip


def mine(
    work: Work, *, registry: str = "", record: int | None = None, before: int = MAX_ID, size: int = 50
) -> list[Kept]:
    """This function will list the actor's watchdogs, the newest first."""
    wanted = select(WATCHDOGS).where(
        WATCHDOGS.c.owner_id == work.actor.user_id, WATCHDOGS.c.removed_at.is_(None), WATCHDOGS.c.id < before
    )
    if registry:
        wanted = wanted.where(WATCHDOGS.c.on_registry == registry)
    if record is not None:
        wanted = wanted.where(or_(WATCHDOGS.c.record == record, WATCHDOGS.c.record.is_(None)))
    return [_kept(row) for row in work.connection.execute(wanted.order_by(WATCHDOGS.c.id.desc()).limit(size))]


def change(work: Work, id: int, body: Mapping[str, Any]) -> Kept:
    """This function will change a watchdog; what the body does not name stays.

    :raises NotFound: when it is not the actor's. :raises Invalid: when something is wrong with it.
    """
    row = _row(work, id)
    body = {**body}
    values: dict[str, Any] = {"version": row.version + 1}
    if "active" in body:
        values["active"] = _flag(body.pop("active"))
    if "role" in body:
        raise Invalid({"role": [_("This cannot be changed.")]})
    before = replace(stored(row.definition), name=row.name)
    if body:
        definition = read(work, body, before)
        if definition.document() | {"name": ""} != before.document() | {"name": ""}:
            values |= _columns(work, definition) | {"silent_since": None}
            _listen(work, id, definition)
        if "name" in body:
            values["name"] = definition.name
    elif values.get("active") and not row.active:
        # What happened while it was off is not told afterwards.
        kept = _columns(work, before)
        values |= {name: kept[name] for name in ("since", "swept_to", "next_at", "memory", "checked")}
    work.connection.execute(update(WATCHDOGS).where(WATCHDOGS.c.id == id).values(**values))
    return fetch(work, id)


def remove(work: Work, id: int) -> None:
    """This function will remove a watchdog; what it has told stays."""
    _row(work, id)
    _gone(work, id)


def _gone(work: Work, id: int) -> None:
    work.connection.execute(
        update(WATCHDOGS).where(WATCHDOGS.c.id == id).values(removed_at=work.now, next_at=None)
    )
    work.connection.execute(delete(TRIGGERS).where(TRIGGERS.c.watchdog_id == id))


def switch_off(work: Work, id: int) -> str:
    """This function will let the actor hear no more of a watchdog: his own is switched off, another's muted for him.

    :raises NotFound: when it has never told him anything. :raises Forbidden: when it is set for a role of his.
    """
    found = (
        work.connection.execute(select(WATCHDOGS).where(WATCHDOGS.c.id == id)).first()
        if 0 < id < MAX_ID
        else None
    )
    if found is not None and found.owner_id == work.actor.user_id and found.removed_at is None:
        change(work, id, {"active": False})
        return brief(work, _kept(found).definition)
    if found is None or not has_told(work, id):
        raise NotFound(_("There is no watchdog {id}.", id=str(id)[:20]))
    if found.role_id is not None:
        raise Forbidden(_("This watchdog is set for your role; it cannot be switched off."))
    mute(work, id, d.APP)
    return brief(work, _kept(found).definition)


def hear_again(work: Work, id: int) -> None:
    """This function will let the actor hear again of a watchdog that he has muted."""
    there = (MUTES.c.user_id == work.actor.user_id, MUTES.c.watchdog_id == id)
    work.connection.execute(delete(MUTES).where(*there))


def names(work: Work, ids: Sequence[int]) -> dict[int, str]:
    """This function will call watchdogs by name, those removed too."""
    wanted = select(WATCHDOGS).where(WATCHDOGS.c.id.in_(sorted(set(ids))))
    rows = work.connection.execute(wanted).all() if ids else []
    return {row.id: brief(work, _kept(row).definition) for row in rows}


__all__ = ["Kept", "change", "create", "fetch", "hear_again", "mine", "names", "remove", "switch_off"]

"""Alerts as their reader sees them now: what they tell is read anew, by what he may see at this very moment."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, or_, select, update

from kartoteka.platform.sdk import (
    Course,
    Happening,
    Invalid,
    NotFound,
    Work,
    _,
    courses_of,
    date_text,
    label,
    names_of,
    plural,
    signals_of,
    states_of,
    text_of,
    titles_of,
    wire_of,
)
from kartoteka.plugins.watchdogs import definition as d
from kartoteka.plugins.watchdogs.definition import When, stored
from kartoteka.plugins.watchdogs.sentences import brief, topics_text
from kartoteka.plugins.watchdogs.tables import ALERTS, WATCHDOGS
from kartoteka.plugins.watchdogs.telling import FAILED, MARK, SILENT, TOLD

MOST_COUNTED = 100
LONGEST_SNOOZE = timedelta(days=366)
MAX_ID = 2**53
NOTHING = "—"


@dataclass(frozen=True)
class Shown:
    """One alert as its reader sees it."""

    id: int
    at: datetime
    watchdog: int
    name: str
    mine: bool
    mandatory: bool
    registry: str
    record: int
    title: str
    field: str
    old: Any
    new: Any
    text: str
    read: bool
    late: bool = False
    by: str = ""
    for_whom: str = ""
    snoozed_until: datetime | None = None
    old_text: str = ""
    new_text: str = ""
    label: str = ""


def page(
    work: Work, *, unread: bool = False, watchdog: int | None = None, record: tuple[str, int] | None = None,
    before: int = MAX_ID, size: int = 50,
) -> tuple[list[Shown], int | None]:  # fmt: skip
    """This function will give some of the actor's alerts, the newest first, and the id before the next ones."""
    conditions = [*_mine(work), ALERTS.c.id < before]
    if unread:
        conditions += _unread(work)
    if watchdog is not None:
        conditions.append(ALERTS.c.watchdog_id == watchdog)
    if record is not None:
        conditions += [ALERTS.c.on_registry == record[0], ALERTS.c.record == record[1]]
    wanted = select(ALERTS).where(*conditions).order_by(ALERTS.c.id.desc()).limit(size + 1)
    rows = work.connection.execute(wanted).all()
    following = rows[size - 1].id if len(rows) > size else None
    return shown(work, rows[:size]), following


def one(work: Work, id: int) -> Shown:
    """This function will give an alert of the actor's.

    :raises NotFound: when there is none, or it tells of what he may not see any more.
    """
    wanted = select(ALERTS).where(*_mine(work), ALERTS.c.id == id)
    found = shown(work, work.connection.execute(wanted).all()) if 0 < id < MAX_ID else []
    if not found:
        raise NotFound(_("There is no notification {id}.", id=str(id)[:20]))
    return found[0]


def _mine(work: Work) -> list[ColumnElement[bool]]:
    return [ALERTS.c.recipient_id == work.actor.user_id, ALERTS.c.sort != MARK]


def _unread(work: Work) -> list[ColumnElement[bool]]:
    awake = or_(ALERTS.c.snoozed_until.is_(None), ALERTS.c.snoozed_until <= work.now)
    return [ALERTS.c.read_at.is_(None), awake]


def unread(work: Work) -> str:
    """This function will count what the actor has not read, as far as it is there for him; beyond a hundred not on."""
    wanted = (
        select(ALERTS).where(*_mine(work), *_unread(work)).order_by(ALERTS.c.id.desc()).limit(MOST_COUNTED)
    )
    rows = work.connection.execute(wanted).all()
    number = len(shown(work, rows)) if rows else 0
    return f"{number - 1}+" if number == MOST_COUNTED else str(number or "")


def read(work: Work, id: int, *, back: bool = False) -> Shown:
    """This function will note that the actor has read an alert, or has not after all."""
    found = one(work, id)
    work.connection.execute(
        update(ALERTS).where(ALERTS.c.id == id).values(read_at=None if back else work.now)
    )
    return replace(found, read=not back)


def read_all(work: Work, *, watchdog: int | None = None) -> int:
    """This function will note that the actor has read everything, or everything of one watchdog."""
    conditions = [*_mine(work), ALERTS.c.read_at.is_(None)]
    if watchdog is not None:
        conditions.append(ALERTS.c.watchdog_id == watchdog)
    return work.connection.execute(update(ALERTS).where(*conditions).values(read_at=work.now)).rowcount


def snooze(work: Work, id: int, until: datetime) -> Shown:
    """This function will put an alert away until a moment, when it is unread again.

    :raises Invalid: when the moment is not ahead, or too far.
    """
    found = one(work, id)
    if not work.now < until <= work.now + LONGEST_SNOOZE:
        raise Invalid({"until": [_("This must be a time ahead, a year at most.")]})
    values = {"snoozed_until": until, "read_at": None}
    work.connection.execute(update(ALERTS).where(ALERTS.c.id == id).values(**values))
    return replace(found, snoozed_until=until, read=False)


def has_told(work: Work, watchdog: int) -> bool:
    """This function will tell whether the actor has ever been told anything by a watchdog."""
    wanted = select(ALERTS.c.id).where(*_mine(work), ALERTS.c.watchdog_id == watchdog).limit(1)
    return work.connection.scalar(wanted) is not None


def shown(work: Work, rows: Sequence[Any]) -> list[Shown]:
    """This function will show alerts; those of what the actor may not see any more are left out."""
    return _Showing(work, rows).all() if rows else []


class _Showing:
    """Some alerts and all that is needed to show them, read by a few statements for each registry."""

    def __init__(self, work: Work, rows: Sequence[Any]) -> None:
        self.work, self.rows = work, rows
        self.zone = ZoneInfo(work.actor.locale.timezone)
        dogs = select(WATCHDOGS).where(WATCHDOGS.c.id.in_({each.watchdog_id for each in rows}))
        self.dogs = {row.id: row for row in work.connection.execute(dogs)}
        self.names = {
            row.id: brief(work, replace(stored(row.definition), name=row.name)) for row in self.dogs.values()
        }
        self.parts = {row.id: stored(row.definition).when.each for row in self.dogs.values()}
        self.people = names_of(work, [each.for_id for each in rows if each.for_id])
        self.courses: dict[str, Mapping[int, Course]] = {}
        self.steps: dict[tuple[str, int, int], Happening] = {}
        self.heard: dict[tuple[str, str], Collection[int]] = {}
        self.things = self._things()
        self.titles, self.writers = self._of_colleagues()
        of_dogs = [each for each in rows if each.sort != TOLD]
        for registry in {each.on_registry for each in of_dogs}:
            self._read(registry, [each for each in of_dogs if each.on_registry == registry])

    def _read(self, registry: str, rows: Sequence[Any]) -> None:
        records = sorted({each.record for each in rows if each.record})
        try:
            opened = self.work.open(registry)
        except NotFound:
            return
        keys = sorted(
            {each.field for each in rows if each.field and opened.seen.field(each.field) is not None}
        )
        now = dict(states_of(self.work, registry, keys, records))
        versioned = [each for each in rows if each.version is not None]
        if versioned:
            since = min(each.at for each in versioned)
            told = courses_of(
                self.work, registry, keys, since=since, records=sorted({e.record for e in versioned})
            )
            for course in told.courses.values():
                self.steps |= {(registry, course.id, step.version): step for step in course.steps}
        self.courses[registry] = now

    def _things(self) -> Mapping[tuple[str, int], str]:
        wanted: dict[str, set[int]] = {}
        for each in self.rows:
            if each.thing is not None:
                wanted.setdefault(self._of_thing(each), set()).add(each.thing)
        return titles_of(self.work, wanted) if wanted else {}

    @staticmethod
    def _of_thing(row: Any) -> str:
        """The registry that the thing stands in: its name begins the key of the occurrence."""
        name = str(row.occurrence).partition(":")[0].removesuffix(d.VERSIONS)
        return name if ":v" in row.occurrence else f"_{name}"

    def all(self) -> list[Shown]:
        """Everything that can be shown."""
        found = (self._one(row) for row in self.rows)
        return [each for each in found if each is not None]

    def _of_colleagues(self) -> tuple[Mapping[tuple[str, int], str], Mapping[int, str]]:
        """What colleagues have told of, as far as the reader sees it, and who they are."""
        rows = [each for each in self.rows if each.sort == TOLD]
        wanted: dict[str, set[int]] = {}
        for each in rows:
            wanted.setdefault(each.on_registry, set()).add(each.record)
        return (
            titles_of(self.work, wanted) if wanted else {},
            names_of(self.work, [_colleague(each) for each in rows]) if rows else {},
        )

    def _told(self, row: Any) -> Shown | None:
        """What a colleague has told; that of which is not there for the reader any more is left out."""
        title = self.titles.get((row.on_registry, row.record))
        if title is None:
            return None
        who = self.writers.get(_colleague(row), _("Somebody"))
        return Shown(
            row.id, row.at, 0, _("From colleagues"), False, True, row.on_registry, row.record, title, "", None, None,
            _of_telling(str(row.occurrence).partition(" ")[0], who), row.read_at is not None,
            snoozed_until=row.snoozed_until,
        )  # fmt: skip

    def _one(self, row: Any) -> Shown | None:
        if row.sort == TOLD:
            return self._told(row)
        dog = self.dogs.get(row.watchdog_id)
        if dog is None:
            return None
        plain = Shown(
            row.id, row.at, row.watchdog_id, self.names[dog.id], dog.owner_id == self.work.actor.user_id,
            dog.role_id is not None, row.on_registry, row.record, "", "", None, None, "", row.read_at is not None,
            row.late, for_whom=self.people.get(row.for_id, ""), snoozed_until=row.snoozed_until,
        )  # fmt: skip
        if row.sort in (SILENT, FAILED):
            return replace(plain, title=self.names[dog.id], text=_of_itself(row.sort))
        return self._said(row, plain)

    def _said(self, row: Any, plain: Shown) -> Shown | None:
        there = self.courses.get(row.on_registry)
        parts = self.parts[row.watchdog_id]
        part = parts[row.part] if row.part < len(parts) else None
        if there is None or part is None:
            return None
        if not row.record:
            registry = self.work.catalog.registries[row.on_registry]
            title = label(registry, self.work.actor.locale.language)
            return replace(plain, title=title, text=self._of_list(row, part))
        course = there.get(row.record)
        if course is None or (row.field and row.field not in course.readable):
            return None
        if part.sort == d.SIGNAL:
            told = self._of_signal(row, part)
            return replace(plain, title=course.title, text=told) if told else None
        if row.thing is not None:
            thing = self.things.get((self._of_thing(row), row.thing))
            return (
                None if thing is None else replace(plain, title=course.title, text=self._of_new(row, thing))
            )
        step = self.steps.get((row.on_registry, row.record, row.version or 0))
        return self._valued(row, replace(plain, title=course.title), part, course, step)

    def _valued(self, row: Any, plain: Shown, part: When, course: Course, step: Happening | None) -> Shown:
        old, new = _values(row, course, step)
        registry, key = row.on_registry, row.field
        each = self.work.open(registry).seen.field(key) if key else None
        name = label(each, self.work.actor.locale.language) if each is not None else ""
        texts = [text_of(self.work, registry, key, value) if key else "" for value in (old, new)]
        return replace(
            plain, field=key, label=name, by=step.by[1] if step is not None else "",
            old=wire_of(self.work, registry, key, old) if key else None,
            new=wire_of(self.work, registry, key, new) if key else None,
            old_text=texts[0], new_text=texts[1], text=self._text(row, part, name, texts),
        )  # fmt: skip

    def _text(self, row: Any, part: When, name: str, texts: Sequence[str]) -> str:
        if part.kind in d.OF_DATE:
            return self._of_date(row, part, name, texts[1])
        if part.kind == d.SILENCE:
            since = datetime.fromisoformat(
                str(row.occurrence).removeprefix("silent since ").rpartition(".")[0]
            )
            return _("Nothing has happened since {date}.", date=self._day(since))
        if part.field:
            return _("{field}: {old} → {new}", field=name, old=texts[0] or NOTHING, new=texts[1] or NOTHING)
        return {
            d.CHANGE: _("It was changed."),
            d.ENTERS: _("It is in the list now."),
            d.QUITS: _("It is no longer in the list."),
            d.CREATED: _("It was added."),
            d.DELETED: _("It was removed."),
            d.DAY: _("The day has come."),
            d.EVERY: _("It is time again."),
        }.get(part.kind, "")

    def _of_date(self, row: Any, part: When, name: str, now: str) -> str:
        """The date that it was about, and how far that day was from the one on which it was told."""
        day = date.fromisoformat(str(row.occurrence)[:10])
        told = date.fromisoformat(str(row.occurrence).partition("@")[2][:10])
        days = (day - told).days
        said = date_text(day, self.work.actor.locale.language)
        if part.kind == d.ANNIVERSARY:
            years = (
                told.year
                - day.year
                + (1 if part.days < 0 and (told.month, told.day) > (day.month, day.day) else 0)
            )
            return _(
                "{field}: {date}, {years}",
                field=name,
                date=said,
                years=plural("{n} year", "{n} years", years),
            )
        if days == 0:
            return _("{field}: {date}, today", field=name, date=said)
        away = (
            plural("in {n} day", "in {n} days", days)
            if days > 0
            else plural("{n} day ago", "{n} days ago", -days)
        )
        return _("{field}: {date}, {when}", field=name, date=said, when=away)

    def _of_list(self, row: Any, part: When) -> str:
        if part.kind == d.COUNT and part.above is not None:
            return _("There are more than {n} records.", n=part.above)
        if part.kind == d.COUNT:
            return _("There are fewer than {n} records.", n=part.below)
        return _("The day has come.") if part.kind == d.DAY else _("It is time again.")

    def _of_new(self, row: Any, thing: str) -> str:
        registry = self.work.catalog.registries.get(self._of_thing(row))
        name = label(registry, self.work.actor.locale.language) if registry is not None else ""
        if str(row.occurrence).partition(":")[0].endswith(d.VERSIONS):
            return _("New version in {where}: {title}", where=name, title=thing)
        return _("New in {where}: {title}", where=name, title=thing)

    def _of_signal(self, row: Any, part: When) -> str:
        """What was noticed, as far as the reader may hear of it now."""
        signal = signals_of(self.work).get(part.kind)
        if signal is None or row.record not in self._heard(row.on_registry, part.kind):
            return ""
        topics = str(row.occurrence).partition(" ")[2].rpartition(".")[0].split(",")
        return _("{who}: {what}", who=_(signal.name), what=topics_text(signal, topics))

    def _heard(self, registry: str, kind: str) -> Collection[int]:
        if (registry, kind) not in self.heard:
            records = sorted(
                {each.record for each in self.rows if each.on_registry == registry and each.record}
            )
            self.heard[registry, kind] = signals_of(self.work)[kind].hears(self.work, registry, records)
        return self.heard[registry, kind]

    def _day(self, moment: datetime) -> str:
        return date_text(moment.astimezone(self.zone).date(), self.work.actor.locale.language)


def _values(row: Any, course: Course, step: Happening | None) -> tuple[Any, Any]:
    if not row.field:
        return None, None
    if step is not None:
        before = step.before.values.get(row.field) if step.before.alive else None
        return before, step.after.values.get(row.field)
    return None, course.now.values.get(row.field)


def _colleague(row: Any) -> int:
    return int(str(row.occurrence).split(" ")[1])


def _of_telling(why: str, who: str) -> str:
    if why == "mentioned":
        return _("{who} has mentioned you", who=who)
    if why == "assigned":
        return _("{who} asks you to do it", who=who)
    if why == "done":
        return _("{who} has done it", who=who)
    return _("{who} has written about it", who=who)


def _of_itself(sort: str) -> str:
    if sort == SILENT:
        return _("This watchdog is silent: what it watches is not there for you.")
    return _("What this watchdog tells could not be delivered to its webhook.")


def documents(shown_alerts: Iterable[Shown]) -> list[dict[str, Any]]:
    """This function will give alerts in the shape of the API."""
    return [
        {
            "id": each.id,
            "at": each.at,
            "watchdog": {"id": each.watchdog or None, "name": each.name},
            "record": {"registry": each.registry, "id": each.record or None, "title": each.title},
            "field": each.field or None,
            "old": each.old,
            "new": each.new,
            "text": each.text,
            "read": each.read,
            "late": each.late,
            "by": each.by or None,
            "for": each.for_whom or None,
            "snoozed_until": each.snoozed_until,
        }
        for each in shown_alerts
    ]


def of_ids(work: Work, ids: Sequence[int]) -> list[Shown]:
    """This function will show some alerts of the actor's, such as those that a message carries, the oldest first."""
    wanted = select(ALERTS).where(*_mine(work), ALERTS.c.id.in_(list(ids)))
    return shown(work, work.connection.execute(wanted.order_by(ALERTS.c.at, ALERTS.c.id)).all())


def of_marks(work: Work, ids: Sequence[int]) -> list[Shown]:
    """This function will show what a watchdog of the actor's has sent elsewhere, as he sees it."""
    wanted = select(ALERTS).where(ALERTS.c.recipient_id == work.actor.user_id, ALERTS.c.id.in_(list(ids)))
    rows = work.connection.execute(wanted.order_by(ALERTS.c.at, ALERTS.c.id)).mappings()
    said = [
        SimpleNamespace(**{**row, "occurrence": str(row["occurrence"]).removeprefix("mark ")}) for row in rows
    ]
    return shown(work, said)


__all__ = [
    "Shown",
    "documents",
    "has_told",
    "of_ids",
    "of_marks",
    "one",
    "page",
    "read",
    "read_all",
    "shown",
    "snooze",
    "unread",
]

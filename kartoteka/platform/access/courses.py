"""What has happened to many records of a registry, read at once and cut like everything else to what the actor sees.

One record's past is read by `access.past`; here it is the past of all that somebody asks about, by a fixed number of
statements: the entries, the rows as they are now, and the titles of what they point at.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import marshmallow as ma
from sqlalchemy import Connection, Row, Select, false, func, or_, select, true

from kartoteka.field_types.capabilities import Linking
from kartoteka.platform.access.gate import CATEGORY, OpenRegistry
from kartoteka.platform.access.past import HISTORY
from kartoteka.platform.access.seen import USERS, Bool
from kartoteka.platform.catalog.definitions import Field
from kartoteka.platform.catalog.filters import Condition
from kartoteka.platform.storage import rows

CHUNK = 500
MOST = 20_000


@dataclass(frozen=True, slots=True)
class State:
    """A record at a moment, as the actor may see it today: values by key, links as ids; not alive in the bin."""

    values: Mapping[str, Any]
    category: str | None = None
    alive: bool = True


NOT_THERE = State({}, None, False)


@dataclass(frozen=True, slots=True)
class Happening:
    """One version of one record: who did what when, and the record before and after it."""

    record: int
    version: int
    at: datetime
    by: tuple[int, str]
    via: str
    action: str
    before: State
    after: State
    # Which of the fields that were asked for are different, as far as the actor sees it.
    changed: frozenset[str] = frozenset()


@dataclass(slots=True)
class Course:
    """What happened to one record, the oldest first, and what it is now."""

    id: int
    title: str
    now: State
    readable: frozenset[str]
    steps: list[Happening] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose past, since when, and of which fields; with `records` of None that of the whole registry."""

    fields: Sequence[Field]
    since: datetime
    records: Sequence[int] | None = None
    limit: int = MOST


class Courses:
    """The courses of many records through an opened registry."""

    def __init__(self, opened: OpenRegistry, wanted: Wanted) -> None:
        self.opened = opened
        self.wanted = wanted
        self.links: dict[tuple[str, int], str] = {}
        # False when there was more than could be looked at; then the oldest is missing.
        self.whole = True

    def read(self) -> dict[int, Course]:
        """This function will give every record to which something happened, and that the actor may see."""
        entries = self._entries()
        found = self._present(sorted({row.record_id for row in entries}))
        changes = {row.id: json.loads(row.changes) for row in entries}
        self._look_up_links(changes.values())
        past = {key: course.now for key, course in found.items()}
        for row in entries:  # the newest first
            course = found.get(row.record_id)
            if course is not None:
                past[course.id] = self._step_back(course, past[course.id], row, changes[row.id])
        for course in found.values():
            course.steps.reverse()
        return found

    def _entries(self) -> Sequence[Row[Any]]:
        if self.wanted.records is None:
            return self._stored(None)
        ids = list(self.wanted.records)
        return [
            row for start in range(0, len(ids), CHUNK) for row in self._stored(ids[start : start + CHUNK])
        ]

    def _stored(self, records: Sequence[int] | None) -> Sequence[Row[Any]]:
        connection = self.opened.gate.connection
        statement = (
            select(HISTORY, USERS.c.name.label("by_name"))
            .select_from(HISTORY.outerjoin(USERS, USERS.c.id == HISTORY.c.by_id))
            .where(HISTORY.c.registry_id == self.opened.registry.id, HISTORY.c.at >= self.wanted.since)
        )
        if records is None:
            statement = statement.where(HISTORY.c.id >= first_entry(connection, self.wanted.since))
        else:
            statement = statement.where(HISTORY.c.record_id.in_(records))
        newest = statement.order_by(HISTORY.c.id.desc()).limit(self.wanted.limit + 1)
        found = connection.execute(newest).all()
        self.whole = self.whole and len(found) <= self.wanted.limit
        return found[: self.wanted.limit]

    def _present(self, records: Sequence[int]) -> dict[int, Course]:
        """Records as they are now, those in the recycle bin too: whoever saw one may know that it went there."""
        found: dict[int, Course] = {}
        for start in range(0, len(records), CHUNK):
            found.update(self._present_chunk(records[start : start + CHUNK]))
        return found

    def _present_chunk(self, records: Sequence[int]) -> dict[int, Course]:
        return self.present(self.opened.seen.table.c.id.in_(list(records)))

    def present(self, where: Bool) -> dict[int, Course]:
        """This function will give records as they are now, in the order of their ids, those in the bin among them."""
        seen, connection = self.opened.seen, self.opened.gate.connection
        fields = self.wanted.fields
        plain = [each for each in fields if not self.opened.kind(each).linking]
        linking = [each for each in fields if self.opened.kind(each).linking]
        table = seen.table
        statement: Select[Any] = select(
            table.c.id, seen.title().label("_shown_title"), table.c._category, table.c._removed_at,
            *(seen.field_shown(each).label(f"_f_{place}") for place, each in enumerate(fields)),
            *(seen.column(each).label(f"_v_{each.key}") for each in plain),
        ).where(where, seen.reach("view")).order_by(table.c.id)  # fmt: skip
        there = connection.execute(statement).all()
        links = rows.read_links(connection, [each.id for each in linking], [row.id for row in there])
        found = {}
        for row in there:
            mapping = row._mapping
            shown = {each.key for place, each in enumerate(fields) if mapping[f"_f_{place}"]}
            values = {each.key: mapping[f"_v_{each.key}"] for each in plain if each.key in shown}
            values |= {each.key: links.get((each.id, row.id), ()) for each in linking if each.key in shown}
            now = State(values, mapping["_category"], mapping["_removed_at"] is None)
            title = mapping["_shown_title"] or f"#{row.id}"
            found[row.id] = Course(row.id, title, now, frozenset(shown))
        courses = found.values()
        self._look_up(
            {each.key: [course.now.values.get(each.key) or () for course in courses] for each in linking}
        )
        for course in found.values():
            course.now = self._with_seen_links(course.now, linking)
        return found

    def _with_seen_links(self, state: State, linking: Sequence[Field]) -> State:
        cut = {
            each.key: self._seen(each, state.values[each.key]) for each in linking if each.key in state.values
        }
        return State({**state.values, **cut}, state.category, state.alive)

    def _look_up_links(self, changes: Iterable[Mapping[str, Any]]) -> None:
        linking = {each.key for each in self.wanted.fields if self.opened.kind(each).linking}
        asked: dict[str, list[Any]] = {key: [] for key in linking}
        for each in changes:
            for key in linking & each.keys():
                asked[key] += [_ids(value) for value in each[key]]
        self._look_up(asked)

    def _look_up(self, asked: Mapping[str, Sequence[Sequence[int]]]) -> None:
        wanted: dict[str, set[int]] = {}
        for key, lists in asked.items():
            each = self.opened.registry.field(key)
            assert each is not None
            wanted.setdefault(self.opened.target(each), set()).update(*lists)
        wanted.pop("files", None)
        known = {
            target: ids - {each for kind, each in self.links if kind == target}
            for target, ids in wanted.items()
        }
        if any(known.values()):
            self.links |= self.opened.gate.titles(known)

    def _seen(self, each: Field, ids: Sequence[int]) -> tuple[int, ...]:
        target = self.opened.target(each)
        return tuple(one for one in ids if target == "files" or (target, one) in self.links)

    def _step_back(self, course: Course, after: State, row: Row[Any], changes: Mapping[str, Any]) -> State:
        old = {
            each.key: self._value(each, changes[each.key][0])
            for each in self.wanted.fields
            if each.key in changes and each.key in course.readable
        }
        new = {
            each.key: self._value(each, changes[each.key][1])
            for each in self.wanted.fields
            if each.key in changes and each.key in course.readable
        }
        category = changes[CATEGORY][0] if CATEGORY in changes else after.category
        alive = {"create": True, "remove": False, "restore": True}.get(row.action, after.alive)
        here = State({**after.values, **new}, after.category, alive)
        before = self._before(row.action, here, old, category)
        changed = frozenset(key for key in old if before.values.get(key) != here.values.get(key))
        step = Happening(row.record_id, row.version, row.at, (row.by_id, row.by_name or ""), row.via, row.action,
                    before, here, changed)  # fmt: skip
        course.steps.append(step)
        return before

    @staticmethod
    def _before(action: str, here: State, old: Mapping[str, Any], category: str | None) -> State:
        if action == "create":
            return NOT_THERE
        alive = {"remove": True, "restore": False}.get(action, here.alive)
        return State({**here.values, **old}, category, alive)

    def _value(self, each: Field, wired: Any) -> Any:
        kind = self.opened.kind(each)
        if isinstance(kind.type, Linking):
            return self._seen(each, _ids(wired))
        if wired is None:
            return None
        try:
            return kind.schema.deserialize(wired)
        except ma.ValidationError:
            # A past value need not pass today's checks; it is no value that could be compared.
            return None


def first_entry(connection: Connection, since: datetime) -> int:
    """This function will find the entry with which a time begins, by halving.

    Entries are numbered as they come, and times have no index. A clock that was set back may put single entries out of
    order; a day's grace covers that.
    """
    bounds = connection.execute(select(func.min(HISTORY.c.id), func.max(HISTORY.c.id))).one()
    if bounds[0] is None:
        return 0
    low, high = int(bounds[0]), int(bounds[1])
    while low < high:
        middle = (low + high) // 2
        probe = select(HISTORY.c.at).where(HISTORY.c.id > middle).order_by(HISTORY.c.id).limit(1)
        at = connection.scalar(probe)
        if at is not None and at < since:
            low = middle + 1
        else:
            high = middle
    return low


def within(
    opened: OpenRegistry,
    key: str,
    spans: Sequence[tuple[Any, Any]],
    condition: Condition | None,
    most: int | None,
) -> Sequence[int]:
    """This function will list living records of which a date lies in some spans (ends included).

    `key` is a field, `created_at` or `updated_at`. All at once: a database that is asked for them page by page, in the
    order of their ids, may look through all ids instead of the dates.
    """
    seen = opened.seen
    each = seen.field(key)
    column = seen.column(each) if each is not None else seen.table.c[f"_{key}"]
    there = or_(false(), *(column.between(low, high) for low, high in spans))
    fits = seen.condition(condition) if condition is not None else true()
    wanted = select(seen.table.c.id).where(seen.alive, seen.reach("view"), there, fits)
    if most is not None:
        wanted = wanted.order_by(column).limit(most)
    return opened.gate.connection.scalars(wanted).all()


def satisfying(opened: OpenRegistry, condition: Condition, records: Sequence[int]) -> frozenset[int]:
    """This function will tell which of some records fit a condition today, those in the recycle bin too.

    :raises Invalid: when the condition names what does not exist for the actor.
    """
    seen = opened.seen
    fits: Bool = seen.condition(condition)
    found: set[int] = set()
    for start in range(0, len(records), CHUNK):
        chunk = list(records[start : start + CHUNK])
        wanted = select(seen.table.c.id).where(seen.table.c.id.in_(chunk), seen.reach("view"), fits)
        found.update(opened.gate.connection.scalars(wanted))
    return frozenset(found)


def _ids(value: Any) -> tuple[int, ...]:
    return tuple(value) if isinstance(value, list) and all(isinstance(each, int) for each in value) else ()


__all__ = [
    "MOST",
    "NOT_THERE",
    "Course",
    "Courses",
    "Happening",
    "State",
    "Wanted",
    "first_entry",
    "satisfying",
    "within",
]

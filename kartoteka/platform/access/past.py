"""The history of one record as the actor may read it today: cut by section and row like the record itself.

Stored entries hold every change. What leaves this module has lost the changes of fields that are hidden on this row,
links to what the actor may not see, and entries of which nothing is left.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Row, Select, select

from kartoteka.platform.access.gate import CATEGORY, MERGED, ON, Gate, OpenRegistry, SeenRow, wire
from kartoteka.platform.access.seen import USERS
from kartoteka.platform.catalog.definitions import Field, Registry
from kartoteka.platform.catalog.filters import fields_of, parse
from kartoteka.platform.kernel.errors import NotFound
from kartoteka.platform.kernel.tables import table_of
from kartoteka.platform.storage.models import HistoryRow

HISTORY = table_of(HistoryRow)
CHUNK = 200
# Entries that tell of the record as a whole, whatever may be seen of its fields.
_WHOLE = frozenset({"create", "remove", "restore"})
Pair = tuple[Any, Any]


@dataclass(frozen=True)
class PastEntry:
    """One version: who did what when; `changes` holds JSON values, links as `[{"id", "title"}]`."""

    version: int
    at: datetime
    by: tuple[int, str]
    via: str
    action: str
    batch: int | None
    changes: Mapping[str, Pair]


@dataclass(frozen=True)
class Moment:
    """A record as it was: its readable values in JSON form and what is known of that version."""

    entry: PastEntry
    category: str | None
    values: Mapping[str, Any]
    removed_at: datetime | None


class PastOf:
    """The past of one record through an opened registry."""

    def __init__(self, opened: OpenRegistry, record: int, *, removed: bool = False) -> None:
        """The record must be visible now; `removed` also looks into the recycle bin.

        :raises NotFound: when it is not.
        """
        self.opened = opened
        self.record = record
        self.now = _present(opened, record, removed)

    @cached_property
    def fields(self) -> dict[str, Field]:
        """The fields that are readable on this very row, by key."""
        seen = self.opened.seen
        alike = {seen.field_rows(each): each for each in seen.fields}
        if not alike:
            return {}
        flags = [seen.field_shown(each).label(f"_f_{place}") for place, each in enumerate(alike.values())]
        statement = select(*flags).select_from(seen.table).where(seen.table.c.id == self.record)
        shown = self.opened.gate.connection.execute(statement).one()
        readable = {rows for rows, flag in zip(alike, shown, strict=True) if flag}
        return {each.key: each for each in seen.fields if seen.field_rows(each) in readable}

    def entries(self, *, before: int | None = None, limit: int = 100) -> list[PastEntry]:
        """This function will give the newest entries (older than version `before`) of which anything is left."""
        found: list[PastEntry] = []
        while len(found) < limit:
            rows = self._stored(before)
            found += [each for each in self._cut(rows) if each.changes or each.action in _WHOLE]
            if len(rows) < CHUNK:
                break
            before = rows[-1].version
        return found[:limit]

    def version_at(self, at: datetime) -> int:
        """This function will tell which version was in force at a moment.

        :raises NotFound: when the record did not exist yet.
        """
        newest = self._of_record.with_only_columns(HISTORY.c.version).where(HISTORY.c.at <= at)
        found = self.opened.gate.connection.scalar(newest.order_by(HISTORY.c.version.desc()).limit(1))
        if found is None:
            raise NotFound("")
        return int(found)

    def moment(self, version: int) -> Moment:
        """This function will walk back to a version.

        :raises NotFound: when there is none.
        """
        if version < self._shared_since:
            raise NotFound("")
        values: dict[str, Any] = self._present_values()
        category, removed_at = self.now.category, self.now.removed_at
        for entry in self._all_cut():
            if entry.version == version:
                return Moment(entry, category, values, removed_at)
            for key, (old, _new) in entry.changes.items():
                if key == CATEGORY:
                    category = old
                elif key not in (ON, MERGED):
                    values[key] = old
            removed_at = self._removed_before(entry, removed_at)
        raise NotFound("")

    def raw_values(self, version: int, keys: Sequence[str]) -> tuple[dict[str, Any], str | None]:
        """This function will give stored values of some fields at a version, to put them back, and the category.

        Links that the actor may not see stay as they are now: he can neither take them away nor bring them back.
        """
        if version < self._shared_since:
            raise NotFound("")
        values: dict[str, Any] = {}
        category = self.now.category
        for row in self._all_stored():
            if row.version == version:
                break
            for key, (old, _new) in json.loads(row.changes).items():
                if key == CATEGORY:
                    category = old
                elif key in keys:
                    values[key] = old
        else:
            raise NotFound("")
        seen = {key: seen_links(self.opened, self.fields[key], value) for key, value in values.items()}
        return seen, category

    def _removed_before(self, entry: PastEntry, removed_at: datetime | None) -> datetime | None:
        """When the record was in the bin before an entry: a restore does not tell since when, so it is looked up."""
        if entry.action == "remove":
            return None
        if entry.action != "restore":
            return removed_at
        gone = self._of_record.with_only_columns(HISTORY.c.at).where(HISTORY.c.action == "remove")
        newest = gone.where(HISTORY.c.version < entry.version).order_by(HISTORY.c.version.desc()).limit(1)
        return self.opened.gate.connection.scalar(newest)

    @property
    def _of_record(self) -> Select[Any]:
        joined = HISTORY.outerjoin(USERS, USERS.c.id == HISTORY.c.by_id)
        statement = select(HISTORY, USERS.c.name.label("by_name")).select_from(joined)
        return statement.where(
            HISTORY.c.registry_id == self.opened.registry.id, HISTORY.c.record_id == self.record
        )

    @cached_property
    def _shared_since(self) -> int:
        """The version in which what is private to its author was last shared otherwise; 0 for the author himself.

        What he wrote before that he wrote for others than those who read it now.
        """
        registry, sight = self.opened.registry, self.opened.gate.sight
        if registry.narrow is None or self.now.created_by[0] == sight.own.actor.user_id:
            return 0
        deciding = {path[0] for path in fields_of(parse(registry.narrow))}
        changed = (
            row.version
            for row in self._all_stored()
            if row.action != "create" and deciding & _names(json.loads(row.changes))
        )
        return int(next(changed, 0))

    def _stored(self, before: int | None) -> Sequence[Row[Any]]:
        statement = self._of_record.order_by(HISTORY.c.version.desc()).limit(CHUNK)
        if before is not None:
            statement = statement.where(HISTORY.c.version < before)
        return self.opened.gate.connection.execute(statement).all()

    def _all_stored(self) -> Iterator[Row[Any]]:
        before: int | None = None
        while rows := self._stored(before):
            yield from rows
            before = rows[-1].version

    def _all_cut(self) -> Iterator[PastEntry]:
        before: int | None = None
        while rows := self._stored(before):
            yield from self._cut(rows)
            before = rows[-1].version

    def _cut(self, rows: Sequence[Row[Any]]) -> list[PastEntry]:
        changes = [
            self._readable(row.action, json.loads(row.changes)) if row.version > self._shared_since else {}
            for row in rows
        ]
        titles = self._titles(changes)
        cut = [
            {key: pair for key, pair in each.items() if pair[0] != pair[1]}
            for each in (
                {key: self._shown(key, pair, titles) for key, pair in each.items()} for each in changes
            )
        ]
        return [
            PastEntry(
                row.version, row.at, (row.by_id, row.by_name or ""), row.via, row.action, row.batch_id, each
            )
            for row, each in zip(rows, cut, strict=True)
        ]

    def _readable(self, action: str, changes: Mapping[str, Sequence[Any]]) -> dict[str, Pair]:
        """What is left of stored changes, in the order of the fields; where a thing has begun is told by itself."""
        system = (CATEGORY,) if action == "create" else (CATEGORY, ON, MERGED)
        keys = [key for key in (*system, *self.fields) if key in changes]
        return {key: (changes[key][0], changes[key][1]) for key in keys}

    def _target(self, key: str) -> str | None:
        field = self.fields.get(key)
        kind = self.opened.kind(field) if field is not None else None
        return kind.target or None if kind is not None else None

    def _titles(self, changes: Sequence[Mapping[str, Pair]]) -> dict[tuple[str, int], str]:
        wanted: dict[str, set[int]] = {}
        for each in changes:
            for place in filter(None, map(self._place, each.get(ON, ()))):
                wanted.setdefault(place[0], set()).add(place[1])
            if MERGED in each:
                wanted.setdefault(self.opened.registry.key, set()).update(_merged(each[MERGED]))
            for key, pair in each.items():
                target = self._target(key)
                if target is not None:
                    wanted.setdefault(target, set()).update(_ids(pair[0]), _ids(pair[1]))
        if not wanted:
            return {}
        merged = {one for each in changes for one in _merged(each.get(MERGED, (None, None)))}
        return {**self._titles_in_bin(merged), **self.opened.gate.titles(wanted)}

    def _titles_in_bin(self, merged: set[int]) -> dict[tuple[str, int], str]:
        """Records that have become part of others lie in the bin; whoever may bring them back sees what they are."""
        found = self.opened.rows_by_id(sorted(merged), removed=True) if merged else {}
        return {(self.opened.registry.key, each.id): each.title or f"#{each.id}" for each in found.values()}

    def _shown(self, key: str, pair: Pair, titles: Mapping[tuple[str, int], str]) -> Pair:
        old, new = (self._shown_value(key, value, titles) for value in pair)
        return old, new

    def _place(self, value: Any) -> tuple[str, int] | None:
        """What a thing has lain on: the key of a registry, and a record in it."""
        every = self.opened.gate.sight.catalog.registries.values()
        found = next((each.key for each in every if value and each.id == value[0]), None)
        return None if found is None else (found, value[1])

    def _shown_value(self, key: str, value: Any, titles: Mapping[tuple[str, int], str]) -> Any:
        if key == MERGED:
            of = self.opened.registry.key
            here = [each for each in _merged((value, None)) if (of, each) in titles]
            return [{"id": each, "title": titles[(of, each)]} for each in here] or None
        if key == ON:
            place = self._place(value)
            known = place is not None and place in titles
            return {"registry": place[0], "id": place[1], "title": titles[place]} if place and known else None
        target = self._target(key)
        ids = _ids(value)
        if target is None:
            # Ids from the time when the field was a relation: nobody can say any more who may see them.
            return None if ids else value
        if value is not None and not ids:
            return value
        links = [{"id": each, "title": titles[(target, each)]} for each in ids if (target, each) in titles]
        return links or None

    def _present_values(self) -> dict[str, Any]:
        raw = {key: self._wired(field) for key, field in self.fields.items()}
        titles = self._titles([{key: (value, None) for key, value in raw.items()}])
        return {key: self._shown_value(key, value, titles) for key, value in raw.items()}

    def _wired(self, field: Field) -> Any:
        kind = self.opened.kind(field)
        return wire(kind, self.now.links[field.key] if kind.linking else self.now.values[field.key])


@dataclass(frozen=True)
class Trace:
    """What a batch has done to one record: its first and last action, and the values from before."""

    registry: Registry
    record: int
    version: int
    first: str
    last: str
    old: Mapping[str, Any]


def traces(gate: Gate, batch: int) -> list[Trace]:
    """This function will collect what a batch has done, record by record, the last first."""
    registries = {each.id: each for each in gate.sight.catalog.registries.values()}
    columns = (
        HISTORY.c.registry_id,
        HISTORY.c.record_id,
        HISTORY.c.version,
        HISTORY.c.action,
        HISTORY.c.changes,
    )
    statement = select(*columns).where(HISTORY.c.batch_id == batch).order_by(HISTORY.c.id)
    found: dict[tuple[int, int], Trace] = {}
    for registry, record, version, action, changes in gate.connection.execute(statement):
        key = (registry, record)
        before = found.pop(key, None)
        old = {field: pair[0] for field, pair in json.loads(changes).items()}
        found[key] = Trace(
            registries[registry], record, version, before.first if before else action, action,
            {**old, **(before.old if before else {})},
        )  # fmt: skip
    return list(reversed(found.values()))


def newest_versions(gate: Gate, registry: Registry, records: Sequence[int]) -> dict[int, int]:
    """This function will tell the present versions of records, to find those changed since a batch."""
    table = gate.sight.layout.table(registry)
    found: dict[int, int] = {}
    for start in range(0, len(records), 500):
        chunk = records[start : start + 500]
        rows = gate.connection.execute(select(table.c.id, table.c._version).where(table.c.id.in_(chunk)))
        found.update((row[0], row[1]) for row in rows)
    return found


def seen_links(opened: OpenRegistry, field: Field, value: Any) -> Any:
    """This function will drop past links that the actor cannot see; hidden ones of today stay where they are."""
    kind = opened.kind(field)
    target = kind.target
    if not target:
        return None if _ids(value) else value
    known = opened.gate.titles({target: _ids(value)})
    return [each for each in _ids(value) if (target, each) in known]


def _names(changes: Mapping[str, Any]) -> set[str]:
    """What stored changes are about, by the names that filters use."""
    return {"on" if key == ON else key for key in changes}


def _merged(pair: Sequence[Any]) -> list[int]:
    """The records that an entry names: those that one is made of, or the one that it is part of."""
    return [one for end in pair for one in (end if isinstance(end, list) else [end]) if one is not None]


def _ids(value: Any) -> tuple[int, ...]:
    if isinstance(value, list) and value and all(isinstance(each, int) for each in value):
        return tuple(value)
    return ()


def _present(opened: OpenRegistry, record: int, removed: bool) -> SeenRow:
    try:
        return opened.one(record)
    except NotFound:
        if not removed:
            raise
        return opened.one(record, removed=True)


__all__ = ["Moment", "PastEntry", "PastOf", "Trace", "newest_versions", "seen_links", "traces"]

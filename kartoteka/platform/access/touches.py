"""Which records of a registry were changed since a moment, and which days stood in them: read once for many questions.

It only narrows down what is worth reading: it knows nothing of rights, and nobody is shown anything of it.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select, true

from kartoteka.platform.access.courses import CHUNK, first_entry
from kartoteka.platform.access.gate import CATEGORY, OpenRegistry
from kartoteka.platform.access.past import HISTORY
from kartoteka.platform.catalog.filters import Condition

# Of entries that are written at the same time the later number may be there first.
OVERLAP = 5000
DAY = timedelta(days=1)


class Touches:
    """The changes of records that were there already; new records are none."""

    def __init__(self, registry_id: int, since: datetime, limit: int | None = None) -> None:
        self.registry_id = registry_id
        self.since = since
        self.limit = limit
        self._changed: dict[str, set[int]] = {}
        # Removed, brought back, or touched in any other way than by a change of values.
        self._turned: set[int] = set()
        self._days: dict[str, dict[int, set[str]]] = {}
        self._known = 0

    def renew(self, connection: Connection) -> None:
        """This function will read what has been written since it was last called."""
        newest = connection.scalar(select(func.max(HISTORY.c.id))) or 0
        if newest == self._known:
            return
        begin = max(self._known - OVERLAP, 0) if self._known else first_entry(connection, self.since)
        wanted = (
            select(HISTORY.c.record_id, HISTORY.c.action, HISTORY.c.changes)
            .where(HISTORY.c.registry_id == self.registry_id, HISTORY.c.id >= begin,
                   HISTORY.c.at >= self.since, HISTORY.c.action != "create")
            .order_by(HISTORY.c.id.desc())
            .limit(self.limit)
        )  # fmt: skip
        for record, action, changes in connection.execute(wanted):
            self._note(record, action, json.loads(changes))
        self._known = newest

    def _note(self, record: int, action: str, changes: Mapping[str, Any]) -> None:
        if action != "change":
            self._turned.add(record)
        for key, pair in changes.items():
            self._changed.setdefault(key, set()).add(record)
            days = {value[:10] for value in pair if _is_day(value)}
            if days:
                self._days.setdefault(key, {}).setdefault(record, set()).update(days)

    def all(self) -> set[int]:
        """Every record that was touched."""
        return self._turned.union(*self._changed.values())

    def of(self, keys: Iterable[str]) -> set[int]:
        """Records of which some fields were changed, or the category, or that were removed or brought back."""
        return self._turned.union(*(self._changed.get(key, ()) for key in (*keys, CATEGORY)))

    def with_days(self, key: str, spans: Sequence[tuple[date, date]]) -> set[int]:
        """Records of which a field was changed from or to a day in some spans, a day more or less."""
        bounds = [(_less(low).isoformat(), _more(high).isoformat()) for low, high in spans]
        return {
            record
            for record, days in self._days.get(key, {}).items()
            if any(low <= day <= high for day in days for low, high in bounds)
        }


def _is_day(value: Any) -> bool:
    return isinstance(value, str) and len(value) >= 10 and value[4] == "-" == value[7] and value[:4].isdigit()


def _less(day: date) -> date:
    return day - DAY if day > date.min else day


def _more(day: date) -> date:
    return day + DAY if day < date.max else day


def standing_in(
    opened: OpenRegistry, key: str, spans: Sequence[tuple[Any, Any]], records: Collection[int]
) -> set[int]:
    """This function will tell which of some records have a date within some spans now, those in the bin too."""
    seen = opened.seen
    each = seen.field(key)
    if each is None:
        return set()
    column, found, ids = seen.column(each), set(), sorted(records)
    for start in range(0, len(ids), CHUNK):
        chunk = seen.table.c.id.in_(ids[start : start + CHUNK])
        for row in opened.gate.connection.execute(
            select(seen.table.c.id, column).where(chunk, column.is_not(None))
        ):
            if any(low <= row[1] <= high for low, high in spans):
                found.add(row[0])
    return found


def with_entries(opened: OpenRegistry, low: datetime, high: datetime, records: Collection[int]) -> set[int]:
    """This function will tell to which of some records something happened between two moments."""
    found: set[int] = set()
    ids = sorted(records)
    for start in range(0, len(ids), CHUNK):
        wanted = select(HISTORY.c.record_id).where(
            HISTORY.c.registry_id == opened.registry.id,
            HISTORY.c.record_id.in_(ids[start : start + CHUNK]),
            HISTORY.c.at >= low, HISTORY.c.at < high,
        )  # fmt: skip
        found.update(opened.gate.connection.scalars(wanted))
    return found


def changed_and_fitting(
    opened: OpenRegistry, condition: Condition | None, low: datetime, high: datetime
) -> frozenset[int]:
    """This function will tell which living records that were last changed between two moments fit a condition today."""
    seen = opened.seen
    fits = seen.condition(condition) if condition is not None else true()
    there = seen.table.c._updated_at.between(low, high)
    wanted = select(seen.table.c.id).where(seen.alive, seen.reach("view"), there, fits)
    return frozenset(opened.gate.connection.scalars(wanted))


def settled(opened: OpenRegistry, moments: Mapping[int, datetime]) -> set[int]:
    """This function will tell which records have not changed since the moments at which they did."""
    table, ids = opened.seen.table, sorted(moments)
    found: set[int] = set()
    for start in range(0, len(ids), CHUNK):
        wanted = select(table.c.id, table.c._updated_at).where(table.c.id.in_(ids[start : start + CHUNK]))
        found.update(id for id, at in opened.gate.connection.execute(wanted) if at == moments[id])
    return found


__all__ = ["Touches", "changed_and_fitting", "settled", "standing_in", "with_entries"]

"""Stored values of one field carried to its new definition, perhaps back over columns that it had before.

Nothing here knows rights: only `reshaping` uses it, under the power `design` and the design lock.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import marshmallow as ma
from sqlalchemy import Connection, Select, Table, column, or_, select

from kartoteka.field_types.locale import Locale
from kartoteka.platform.access.models import User
from kartoteka.platform.catalog.definitions import Catalog, Field
from kartoteka.platform.catalog.plans import column_number
from kartoteka.platform.storage import rows
from kartoteka.platform.storage.layout import Kind, Layout

PLAIN = Locale()
CHUNK = 1000
# Of long values and of very many none are remembered.
LONGEST, MOST_KNOWN = 100, 200_000
EMPTY: tuple[Any, ...] = (None, ())


@dataclass(frozen=True)
class Carried:
    """A value on its way: as it is now, as it will be, and as the column to be used holds it already."""

    record: int
    now: Any
    then: Any
    kept: Any

    @property
    def lost(self) -> bool:
        """True when there is a value now and there will be none."""
        return self.now not in EMPTY and self.then in EMPTY


@dataclass(frozen=True)
class Station:
    """A field under a definition that it had: how its values were stored then, and what they meant."""

    field: Field
    kind: Kind


@dataclass(frozen=True)
class Titles:
    """What records are called and which record bears a title, for values that begin or cease to point at them."""

    connection: Connection
    catalog: Catalog
    layout: Layout
    _known: dict[str, tuple[Mapping[int, str], Mapping[str, int]]] = field(default_factory=dict)

    def of(self, target: str) -> tuple[Mapping[int, str], Mapping[str, int]]:
        """This function will give the titles of a registry by id, and the ids by title; a title of two is of none."""
        if target not in self._known:
            by_id = {row[0]: row[1] for row in self._rows(target)}
            by_title: dict[str, int] = {}
            twice = set()
            for identifier, title in by_id.items():
                if by_title.setdefault(title, identifier) != identifier:
                    twice.add(title)
            unique = {title: each for title, each in by_title.items() if title not in twice}
            self._known[target] = by_id, unique
        return self._known[target]

    def _rows(self, target: str) -> Sequence[Any]:
        if target == "users":
            return self.connection.execute(select(User.id, User.name)).all()
        registry = self.catalog.registries.get(target)
        if registry is None:
            return ()
        table = self.layout.table(registry)
        return self.connection.execute(select(table.c.id, table.c._title)).all()


@dataclass(frozen=True)
class Conversion:
    """The way of one field's values: `stations` are the definitions to come back over, the oldest first, then today's.

    A value that nobody has touched since it was converted is taken from the older column, as it was; one that was
    entered since is converted back.
    """

    connection: Connection
    table: Table
    stations: tuple[Station, ...]
    new: Station
    titles: Titles
    # What has become of values, by the kinds between which they went: the same value comes often, and each more than
    # once, when it is looked through and when it is carried.
    known: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    _ways: dict[tuple[int, int], dict[str, Any]] = field(default_factory=dict)

    @property
    def _home(self) -> Station:
        return self.stations[0]

    @cached_property
    def _same(self) -> bool:
        """Whether the last leg of the way changes nothing."""
        home, new = self._home.field, self.new.field
        return (home.type, home.options) == (new.type, new.options)

    def values(self) -> Iterator[Carried]:
        """This function will carry every value of every record that has one, or had one in a column to be used."""
        held = self._home.field.column == self.new.field.column
        for record, values in self._stored():
            found = values[-1]
            for place in range(len(values) - 2, -1, -1):
                earlier, later = self.stations[place].kind, self.stations[place + 1].kind
                untouched = self.converted(earlier, later, values[place]) == found
                found = values[place] if untouched else self.converted(later, earlier, found)
            if not self._same:
                found = self.converted(self._home.kind, self.new.kind, found)
            yield Carried(record, values[-1], found, values[0] if held else None)

    def _stored(self) -> Iterator[tuple[int, tuple[Any, ...]]]:
        """Every record with the values of all stations; links are read at once, columns in pieces."""
        links = {n: self._links(each, n) for n, each in enumerate(self.stations) if each.kind.linking}
        columns = {
            n: column(each.field.column, each.kind.type.column_type(each.kind.options))
            for n, each in enumerate(self.stations)
            if not each.kind.linking
        }
        if not columns:
            for record in sorted({record for found in links.values() for record in found}):
                yield record, tuple(links[n].get(record) for n in range(len(self.stations)))
        elif not links:
            filled = or_(*(each.is_not(None) for each in columns.values()))
            for record, *values in self._rows(select(self.table.c.id, *columns.values()).where(filled)):
                yield record, tuple(values)
        else:
            yield from self._with_links(links, columns)

    def _with_links(
        self, links: Mapping[int, Mapping[int, tuple[int, ...]]], columns: Mapping[int, Any]
    ) -> Iterator[tuple[int, tuple[Any, ...]]]:
        linked = {record for found in links.values() for record in found}
        for record, *values in self._rows(select(self.table.c.id, *columns.values())):
            by_place = dict(zip(columns, values, strict=True))
            if record in linked or any(value is not None for value in values):
                yield (
                    record,
                    tuple(
                        links[n].get(record) if n in links else by_place[n] for n in range(len(self.stations))
                    ),
                )

    def _rows(self, wanted: Select[Any]) -> Iterator[Any]:
        """The rows of a statement in pieces, by the id of the record."""
        last = 0
        while True:
            piece = wanted.where(self.table.c.id > last).order_by(self.table.c.id).limit(CHUNK)
            found = self.connection.execute(piece).all()
            yield from found
            if len(found) < CHUNK:
                return
            last = found[-1][0]

    def _links(self, station: Station, place: int) -> dict[int, tuple[int, ...]]:
        current = place == len(self.stations) - 1
        store = station.field.id if current else -column_number(station.field)
        statement = (
            select(rows.LINKS.c.source, rows.LINKS.c.target)
            .where(rows.LINKS.c.field_id == store)
            .order_by(rows.LINKS.c.source, rows.LINKS.c.position)
        )
        gathered: dict[int, tuple[int, ...]] = {}
        for source, target in self.connection.execute(statement):
            gathered[source] = (*gathered.get(source, ()), target)
        return gathered

    def converted(self, old: Kind, new: Kind, value: Any) -> Any:
        """This function will give a value in another kind, by its JSON form or by its text; None when neither fits."""
        if value in EMPTY:
            return None
        if old.linking or new.linking:
            return self._converted(old, new, value)
        key = value if isinstance(value, str) else repr(value)
        if len(key) > LONGEST:
            return self._converted(old, new, value)
        way = self._ways.get((id(old), id(new)))
        if way is None:
            way = self._ways[id(old), id(new)] = self.known.setdefault((_named(old), _named(new)), {})
        if key in way:
            return way[key]
        found = self._converted(old, new, value)
        if len(way) < MOST_KNOWN:
            way[key] = found
        return found

    def _converted(self, old: Kind, new: Kind, value: Any) -> Any:
        if new.linking and not (old.linking and old.target == new.target):
            return self._pointing(new, self.text(old, value))
        wire = list(value) if old.linking else old.schema._serialize(value, "", None)
        # Ids are no text, and the titles of what they point at are no ids.
        tries = (
            (wire,)
            if new.linking
            else (self.text(old, value),)
            if old.linking
            else (wire, self.text(old, value))
        )
        for form in tries:
            try:
                found = new.schema.deserialize(form)
            except (ma.ValidationError, TypeError, ValueError):
                continue
            if found not in EMPTY:
                return found
        return None

    def _pointing(self, new: Kind, text: str) -> Any:
        """The records that bear the text as their title, if there is just one for it or for each of its parts."""
        by_title = self.titles.of(new.target)[1]
        if text in by_title:
            return (by_title[text],)
        parts = [by_title.get(part) for part in text.split(", ")]
        whole = len(parts) > 1 and None not in parts and new.many
        return tuple(dict.fromkeys(parts)) if whole else None

    def text(self, kind: Kind, value: Any) -> str:
        """This function will give a value as people read it, links by the titles of what they point at."""
        if not kind.linking:
            return kind.type.text(value, kind.options, PLAIN)
        titles = self.titles.of(kind.target)[0]
        return ", ".join(titles.get(each, f"#{each}") for each in value)


def _named(kind: Kind) -> str:
    return f"{kind.type.name} {kind.options!r}"


__all__ = ["CHUNK", "PLAIN", "Carried", "Conversion", "Station", "Titles"]

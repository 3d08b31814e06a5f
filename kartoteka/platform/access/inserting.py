"""New records prepared for the database, column by column: that is what makes an import of many quick.

Nothing here asks about rights; the gate has done that before.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from json.encoder import JSONEncoder, encode_basestring
from typing import Any

from sqlalchemy import Connection, Table

from kartoteka.field_types.field_type import Sort
from kartoteka.field_types.folding import sort_keys
from kartoteka.field_types.locale import Locale
from kartoteka.field_types.schema import ValueSchema
from kartoteka.platform.access.reshaping import searchable_text
from kartoteka.platform.catalog.definitions import Field, Registry
from kartoteka.platform.catalog.titles import make_title, title_fields
from kartoteka.platform.storage import history, index, rows
from kartoteka.platform.storage.layout import Kind, sort_column

_PLAIN = Locale()
# The category in history; no key of a field begins with an underscore.
CATEGORY = "_category"
# What a record is attached to, in history.
ON = "_on"
# The record that a merged one is now part of, in history.
MERGED = "_merged"
_JSON = JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
_TEXTS = {str, type(None)}
Values = Sequence[Any]


@dataclass(frozen=True)
class NewRow:
    """A record to be made: parsed values by field key, links among them as tuples of ids.

    `given` names the values that the actor himself wrote and must have the right to; the others are the
    design's own defaults, which also fill sections that he cannot see. None means that he wrote all.
    """

    values: Mapping[str, Any]
    category: str | None = None
    given: frozenset[str] | None = None
    # What it is attached to: the id of a registry, and of a record in it.
    on: tuple[int, int] | None = None
    # The section or field of that record in which it lies.
    room: int | None = None
    # The rules of the plugin that the registry belongs to have been asked.
    settled: bool = False

    @property
    def written(self) -> Iterable[str]:
        """The keys of the values that the actor wrote."""
        return self.values if self.given is None else self.given


def wire(kind: Kind, value: Any) -> Any:
    """This function will give a value in its JSON form; links as a list of ids, empty as None."""
    if value is None or value == ():
        return None
    if isinstance(value, str):
        return value
    return list(value) if kind.linking else kind.schema._serialize(value, "", None)


def _plainly(kind: Kind) -> Callable[[Any], Any]:
    """What `wire` does with values of a kind, in the shortest way for many of them."""
    if isinstance(kind.schema, ValueSchema) and not kind.linking:
        return kind.schema.to_json
    return partial(wire, kind)


def _each(values: Values, make: Callable[[Any], Any]) -> list[Any]:
    """What `make` gives for every value but None; a value that comes again is not made again."""
    known = {value: make(value) for value in set(values) if value is not None}
    known[None] = None
    return list(map(known.__getitem__, values))


def _sort_keys(values: Values) -> list[Any]:
    different = [value for value in set(values) if value is not None]
    known: dict[Any, str | None] = dict(zip(different, sort_keys(list(map(str, different))), strict=True))
    known[None] = None
    return list(map(known.__getitem__, values))


class Inserting:
    """Some new records of one registry on their way into the database."""

    def __init__(self, registry: Registry, kinds: Callable[[Field], Kind], slots: Callable[[Field], int],
                 ids: Sequence[int], new: Sequence[NewRow], stamp: history.Stamp) -> None:  # fmt: skip
        self.registry = registry
        self.kinds = kinds
        self.slots = slots
        self.ids = ids
        self.new = new
        self.stamp = stamp
        self.fields = [each for each in registry.fields if any(each.key in row.values for row in new)]
        self.values = {each.key: self._values_of(each) for each in self.fields}

    def _values_of(self, each: Field) -> list[Any]:
        found = [row.values.get(each.key) for row in self.new]
        return [value or None for value in found] if self.kinds(each).linking else found

    def write(self, connection: Connection, table: Table) -> None:
        """This function will store rows, links, full text and history."""
        changes = self._changes()
        hashes = history.first_hashes(self.registry.id, self.ids, changes, self.stamp)
        rows.insert_columns(
            connection, table, {**self._system(hashes), **self._attached(), **self._columns()}
        )
        rows.insert_links(connection, self._links())
        index.write_documents(connection, self.registry.key, self._documents())
        history.append_first(connection, self.registry.id, self.ids, changes, hashes, self.stamp)

    def _system(self, hashes: Sequence[str]) -> dict[str, Values]:
        count, stamp, titles = len(self.ids), self.stamp, self._titles()
        return {
            "id": self.ids, "_version": [1] * count, "_category": [row.category or None for row in self.new],
            "_title": titles, "_s_title": _sort_keys(titles), "_created_at": [stamp.at] * count,
            "_created_by": [stamp.by_id] * count, "_updated_at": [stamp.at] * count,
            "_updated_by": [stamp.by_id] * count, "_chain": hashes,
        }  # fmt: skip

    def _attached(self) -> dict[str, Values]:
        if not self.registry.attached:
            return {}
        bearers = [row.on or (None, None) for row in self.new]
        rooms = {"_on_room": [row.room for row in self.new]} if self.registry.sectioned else {}
        return {
            "_on_registry": [each[0] for each in bearers],
            "_on_record": [each[1] for each in bearers],
            **rooms,
        }

    def _titles(self) -> list[str]:
        parts = title_fields(self.registry)
        texts = {each.key: self._texts(each) for each in parts}
        pattern = self.registry.title
        return [
            make_title(pattern, {key: column[place] for key, column in texts.items()})
            for place in range(len(self.ids))
        ]

    def _texts(self, each: Field) -> list[Any]:
        kind = self.kinds(each)
        values = self.values.get(each.key) or [None] * len(self.ids)
        return _each(values, lambda value: kind.type.text(value, kind.options, _PLAIN))

    def _columns(self) -> dict[str, Values]:
        columns: dict[str, Values] = {}
        for each in self.fields:
            kind, values = self.kinds(each), self.values[each.key]
            if kind.linking:
                continue
            columns[each.column] = values
            if kind.type.sort is Sort.COLLATED:
                columns[sort_column(each)] = _sort_keys(values)
        return columns

    def _links(self) -> Iterable[tuple[int, int, Sequence[int]]]:
        for each in self.fields:
            if self.kinds(each).linking:
                for record, targets in zip(self.ids, self.values[each.key], strict=True):
                    if targets:
                        yield each.id, record, targets

    def _changes(self) -> list[str]:
        """History's canonical JSON of every record: `{field: [null, new]}`, fields in their alphabetical order."""
        parts = {each.key: self._change_parts(each) for each in self.fields}
        if any(row.category for row in self.new):
            parts[CATEGORY] = [
                f'"{CATEGORY}":[null,{_JSON(row.category)}]' if row.category else None for row in self.new
            ]
        if self.registry.attached:
            parts[ON] = [f'"{ON}":[null,{_JSON(row.on)}]' if row.on else None for row in self.new]
        if not parts:
            return ["{}"] * len(self.ids)
        columns = [parts[key] for key in sorted(parts)]
        return [f"{{{','.join(filter(None, of_row))}}}" for of_row in zip(*columns, strict=True)]

    def _change_parts(self, each: Field) -> list[Any]:
        kind, before, values = self.kinds(each), f'"{each.key}":[null,', self.values[each.key]
        if set(map(type, values)) <= _TEXTS:
            return [None if value is None else f"{before}{encode_basestring(value)}]" for value in values]

        plainly = _plainly(kind)

        def part(value: Any) -> str:
            # The general encoder is made anew for everything but texts; most values need no encoder.
            if type(value) is int:
                return f"{before}{value}]"
            plain = plainly(value)
            return f"{before}{encode_basestring(plain) if type(plain) is str else _JSON(plain)}]"

        return _each(values, part)

    def _documents(self) -> list[index.Document]:
        """The texts of each record, by the numbers under which they are kept."""
        texts: dict[int, list[list[Any]]] = {}
        for each in self.fields:
            kind = self.kinds(each)
            if kind.type.searchable:
                column = _each(self.values[each.key], partial(searchable_text, kind))
                texts.setdefault(self.slots(each), []).append(column)
        return [
            (record, slot, " ".join(filter(None, parts)))
            for slot, columns in texts.items()
            for record, parts in zip(self.ids, zip(*columns, strict=True), strict=True)
        ]


__all__ = ["CATEGORY", "MERGED", "ON", "Inserting", "NewRow", "wire"]

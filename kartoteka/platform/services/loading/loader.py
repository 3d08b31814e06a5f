"""One chunk of rows brought into a registry: read, matched by the key, created or changed, as the importer may."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import marshmallow as ma

from kartoteka.field_types.capabilities import Numbering
from kartoteka.field_types.cleaning import as_text
from kartoteka.field_types.folding import fold
from kartoteka.field_types.schema import ValueSchema
from kartoteka.platform.access.conduct import Known
from kartoteka.platform.access.gate import CATEGORY, KEEP, Judged, NewRow, OpenRegistry, SeenRow
from kartoteka.platform.catalog.conditions import EMPTY, REQUIRED, VISIBLE, suits
from kartoteka.platform.catalog.definitions import Field
from kartoteka.platform.kernel.errors import (
    Conflict,
    Forbidden,
    Invalid,
    KartotekaError,
    NotFound,
    StaleVersion,
)
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import records
from kartoteka.platform.services.loading.bearers import bearers_of
from kartoteka.platform.services.loading.columns import ID, ON, Plan, Target
from kartoteka.platform.services.loading.options import ADD, UPDATE, Options
from kartoteka.platform.services.loading.references import References, Unknown, titled
from kartoteka.platform.services.sheets.cells import Cell, is_blank
from kartoteka.platform.services.sheets.sheet import Row
from kartoteka.platform.services.work import Work

_REMEMBERED = 5_000
_SHOWN = 200
_ROW_REFUSALS = (Conflict, Forbidden, Invalid, NotFound, StaleVersion)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a row, for whoever made the sheet."""

    row: int
    column: str
    value: str | None
    message: str

    def as_json(self) -> dict[str, Any]:
        """This function will give the fault as the result of a job holds it."""
        return {"row": self.row, "column": self.column, "value": self.value, "message": self.message}


@dataclass(frozen=True, slots=True)
class Deferred:
    """A link to a row that may stand further down: settled when all rows are in."""

    row: int
    record: int
    field: str
    text: str
    counted: str


@dataclass(slots=True)
class Outcome:
    """What has become of the rows of a chunk."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    faults: list[Fault] = field(default_factory=list)
    deferred: list[Deferred] = field(default_factory=list)
    made: list[int] = field(default_factory=list)


class _Reading(dict[Any, Any]):
    """Values by cell: sheets repeat themselves, and a look-up is quicker than a parser."""

    def __init__(self, schema: Any) -> None:
        super().__init__()
        self.schema = schema

    def __missing__(self, cell: Any) -> Any:
        value = self.schema.deserialize(cell)
        # Only texts: 1, 1.0 and True would be one key, and are not the same cell.
        if type(cell) is str and len(self) < _REMEMBERED:
            self[cell] = value
        return value


@dataclass(slots=True)
class Memory:
    """What one run remembers from chunk to chunk: keys met in the file, and values read before."""

    keys: dict[Any, int] = field(default_factory=dict)
    readings: dict[str, _Reading] = field(default_factory=dict)
    # In a trial earlier rows are gone again, so their titles are kept here.
    titles: set[str] = field(default_factory=set)

    def reading(self, name: str, schema: Any) -> _Reading:
        """This function will give the memory of a field; another version of the design begins anew."""
        found = self.readings.get(name)
        if found is None or found.schema is not schema:
            found = self.readings[name] = _Reading(schema)
        return found


@dataclass(slots=True)
class _Item:
    """A row on its way."""

    number: int
    cells: Sequence[Cell]
    values: dict[str, Any]
    category: Any = KEEP
    # The ids of the registry and the record that it lies on.
    on: Any = KEEP
    links: list[tuple[Target, str]] = field(default_factory=list)


class Loader:
    """Brings chunks into one opened registry."""

    def __init__(
        self, work: Work, opened: OpenRegistry, plan: Plan, options: Options, memory: Memory
    ) -> None:
        self.work = work
        self.opened = opened
        self.plan = plan
        self.options = options
        self.memory = memory
        self.outcome = Outcome()
        self.bad: set[int] = set()
        self.fields = [(each, each.field) for each in plan.targets if each.field is not None]
        self.scalars = [(each, one) for each, one in self.fields if not opened.kind(one).linking]
        self.linking = [(each, one) for each, one in self.fields if opened.kind(one).linking]
        self.rules = opened.rules
        self.required = [one for one in opened.fields if self._is_required(one)]
        self.numbering = [
            one.key for _each, one in self.fields if isinstance(opened.kind(one).type, Numbering)
        ]
        self.given = frozenset(one.key for _each, one in self.fields)
        self.defaults = self._defaults()
        self.categories = self._category_words()

    def _is_required(self, one: Field) -> bool:
        kind = self.opened.kind(one)
        asked = one.required or self.rules.bind(one, REQUIRED)
        return (asked and self.opened.may_write(one, "create")
                and not kind.numbering)  # fmt: skip

    def _defaults(self) -> list[tuple[Field, Any]]:
        """A blank cell says “nothing”; a default is for what the sheet does not speak of, or must not be empty."""
        filled = {one.key for _each, one in self.fields if not one.required}
        return [
            (one, self.opened.kind(one).schema.deserialize(one.default))
            for one in records.defaulted(self.opened)
            if one.key not in filled
        ]

    def _category_words(self) -> dict[str, str]:
        active = [each for each in self.opened.registry.categories if each.active]
        words = {fold(each.key): each.key for each in active}
        for each in active:
            for name in (each.name, *each.names.values()):
                words.setdefault(fold(name.strip()), each.key)
        return words

    # Reading

    def load(self, rows: Sequence[Row]) -> Outcome:
        """This function will bring rows in; what is wrong with some of them does not keep the others out."""
        items = self._matched(self._keyed(self._read(rows)))
        new = [item for item, record in items if record is None]
        self._create(new)
        known = {record: item for item, record in items if record is not None}
        if known:
            self._update(known)
        self.outcome.skipped = len(self.bad)
        return self.outcome

    def _read(self, rows: Sequence[Row]) -> list[_Item]:
        names = [one.key for _each, one in self.scalars]
        cells = list(zip(*(cells for _number, cells in rows), strict=True))
        columns = [self._column(each, one, cells[each.place], rows) for each, one in self.scalars]
        values = zip(*columns, strict=True) if columns else [()] * len(rows)
        items = [
            _Item(number, cells, dict(zip(names, row, strict=True)))
            for (number, cells), row in zip(rows, values, strict=True)
        ]
        for name in self.numbering:
            for item in items:
                if not item.values.get(name):
                    item.values.pop(name, None)
        for each, one in self.linking:
            self._read_links(each, one, items)
        for each in self.plan.targets:
            if each.name == CATEGORY:
                self._read_categories(each, items)
            elif each.name == ON:
                self._read_bearers(each, items)
        return items

    def _column(self, target: Target, one: Field, column: Sequence[Cell], rows: Sequence[Row]) -> list[Any]:
        schema = self.opened.kind(one).schema
        values = schema.deserialize_many(column) if isinstance(schema, ValueSchema) else None
        if values is not None:
            return list(values)
        reading = self.memory.reading(one.key, schema)
        try:
            return list(map(reading.__getitem__, column))
        except ma.ValidationError:
            return [self._one(reading, target, number, cells) for number, cells in rows]

    def _one(self, reading: _Reading, target: Target, number: int, cells: Sequence[Cell]) -> Any:
        try:
            return reading[cells[target.place]]
        except ma.ValidationError as error:
            messages = error.messages if isinstance(error.messages, list) else [str(error)]
            self._fault(number, cells, target, str(messages[0]))
            return None

    def _read_links(self, target: Target, one: Field, items: Sequence[_Item]) -> None:
        references = self.references(one)
        texts = {item.number: as_text(item.cells[target.place]).strip() for item in items
                 if not is_blank(item.cells[target.place])}  # fmt: skip
        known = (
            references.meanings(dict.fromkeys(texts.values()), final=not references.is_to_itself)
            if texts
            else {}
        )
        for item in items:
            text = texts.get(item.number)
            meaning = () if text is None else known[text]
            if not isinstance(meaning, Unknown):
                item.values[one.key] = meaning
            elif meaning.missing and references.is_to_itself and not (one.required or one in self.required):
                item.links.append((target, str(text)))
            else:
                self._fault(item.number, item.cells, target, meaning.sentence)

    def references(self, one: Field) -> References:
        """This function will look up links of a field."""
        return References(self.work, self.opened, one, create_missing=self.options.create_missing)

    def _read_categories(self, target: Target, items: Sequence[_Item]) -> None:
        for item in items:
            cell = item.cells[target.place]
            item.category = None if is_blank(cell) else self.categories.get(fold(str(cell).strip()), KEEP)
            if item.category is KEEP:
                self._fault(
                    item.number, item.cells, target, _("There is no category “{name}”.", name=str(cell)[:60])
                )

    def _read_bearers(self, target: Target, items: Sequence[_Item]) -> None:
        texts = {item.number: as_text(item.cells[target.place]).strip() for item in items
                 if not is_blank(item.cells[target.place])}  # fmt: skip
        known = bearers_of(self.work, self.opened, set(texts.values()))
        for item in items:
            text = texts.get(item.number)
            found = known[text] if text is not None else None
            if isinstance(found, str):
                self._fault(item.number, item.cells, target, found)
            else:
                item.on = found

    def _fault(self, number: int, cells: Sequence[Cell], target: Target | None, message: str) -> None:
        value = None if target is None else cells[target.place]
        shown = None if value is None else as_text(value)[:_SHOWN]
        self.outcome.faults.append(Fault(number, target.column if target else "", shown, message))
        self.bad.add(number)

    # Matching

    def remember(self, rows: Iterable[Row]) -> None:
        """This function will note the keys of rows that an earlier run has dealt with."""
        key = self.plan.key
        if key is None:
            return
        for number, cells in rows:
            try:
                value = self._key_value(key, cells)
            except ma.ValidationError:
                continue
            if value not in EMPTY:
                self.memory.keys.setdefault(value, number)

    def _key_value(self, key: Target, cells: Sequence[Cell]) -> Any:
        if key.field is None:
            return _read_id(cells[key.place])
        return self.memory.reading(key.name, self.opened.kind(key.field).schema)[cells[key.place]]

    def _keyed(self, items: list[_Item]) -> list[tuple[_Item, Any]]:
        """Rows with their keys; one that says nothing about its key, or the same as a row before, is refused."""
        key = self.plan.key
        if key is None:
            return [(item, None) for item in items if item.number not in self.bad]
        kept = []
        for item in items:
            value = item.values.get(key.name) if key.field is not None else self._id(key, item)
            if value in EMPTY:
                if key.field is not None and item.number not in self.bad:
                    self._fault(
                        item.number,
                        item.cells,
                        key,
                        _("“{field}” is empty, but rows are told apart by it.", field=key.field.name),
                    )
            else:
                first = self.memory.keys.setdefault(value, item.number)
                if first != item.number:
                    self._fault(
                        item.number,
                        item.cells,
                        key,
                        _("The same value stands in row {row} already.", row=first),
                    )
            if item.number not in self.bad:
                kept.append((item, value))
        return kept

    def _id(self, key: Target, item: _Item) -> int | None:
        try:
            return _read_id(item.cells[key.place])
        except ma.ValidationError as error:
            self._fault(item.number, item.cells, key, str(error.messages[0]))
            return None

    def _matched(self, keyed: list[tuple[_Item, Any]]) -> list[tuple[_Item, int | None]]:
        key = self.plan.key
        values = list({value for _item, value in keyed if value not in EMPTY})
        if key is None or not values:
            return [(item, None) for item, _value in keyed if self._may_be_new(item, None)]
        found, hidden = self._existing(key, values)
        matched: list[tuple[_Item, int | None]] = []
        for item, value in keyed:
            records = found.get(value, [])
            if len(records) > 1:
                self._fault(item.number, item.cells, key, _("Several records have this value."))
            elif value in hidden:
                self._fault(item.number, item.cells, key, _("This value cannot be used."))
            elif records and self.options.mode == ADD:
                self._fault(item.number, item.cells, key, _("There is a record with this value already."))
            elif records:
                matched.append((item, records[0]))
            elif self._may_be_new(item, value):
                matched.append((item, None))
        return matched

    def _may_be_new(self, item: _Item, value: Any) -> bool:
        key = self.plan.key
        if self.options.mode == UPDATE or (key is not None and key.name == ID and value not in EMPTY):
            self._fault(item.number, item.cells, key, _("There is no record with this value."))
            return False
        return True

    def _existing(self, key: Target, values: list[Any]) -> tuple[dict[Any, list[int]], set[Any]]:
        """Records by key as far as the importer may see them, and keys of records that he may not see."""
        if key.field is None:
            return {record: [record] for record in self.opened.rows_by_id(values)}, set()
        found = self.opened.find_by(key.field, values)
        rest = [value for value in values if value not in found]
        # Only where the database would refuse the row: elsewhere a hidden value must not be told from none.
        asked = rest if key.field.unique and self.options.mode != UPDATE else []
        return found, self.opened.taken(key.field, asked) if asked else set()

    # Creating

    def _create(self, items: Sequence[_Item]) -> None:
        ready = [(item, new) for item in items if (new := self._new_row(item)) is not None]
        ready = self._without_taken(ready)
        if ready:
            self._insert(ready)

    def _new_row(self, item: _Item) -> NewRow | None:
        values = item.values
        category = None if item.category is KEEP else item.category
        record = Known(values, category)
        for one, default in self.defaults:
            if values.get(one.key) in EMPTY and self._asked_for(one, record):
                values[one.key] = default
        if self.rules.any:
            misplaced = self.rules.out_of_place(record, self.given)
            for key, sentences in misplaced.items():
                self._fault(item.number, item.cells, self._target(key), sentences[0])
            if misplaced:
                return None
        for one in self.required:
            if (
                values.get(one.key) in EMPTY
                and self._asked_for(one, record)
                and self.rules.required(one, record)
            ):
                self._lacking(item, one, self.rules.said_required(one, record))
                return None
        return NewRow(values, category, self.given, None if item.on is KEEP else item.on)

    def _asked_for(self, one: Field, record: Known) -> bool:
        return suits(self.opened.registry, one, record.category) and self.rules.visible(one, record)

    def _target(self, key: str) -> Target | None:
        return next((each for each in self.plan.targets if each.name == key), None)

    def _lacking(self, item: _Item, one: Field, sentence: str) -> None:
        self._fault(item.number, item.cells, self._target(one.key), sentence)

    def _without_taken(self, ready: list[tuple[_Item, NewRow]]) -> list[tuple[_Item, NewRow]]:
        """Rows whose unique values are free; the database would refuse the whole chunk otherwise."""
        key = self.plan.key
        for target, one in self.scalars:
            if not one.unique or (key is not None and target is key):
                continue
            values = [item.values[one.key] for item, _new in ready if item.values.get(one.key) not in EMPTY]
            used = self.opened.taken(one, list(set(values))) if values else set()
            for item, _new in ready:
                value = item.values.get(one.key)
                if value in EMPTY:
                    continue
                if value in used:
                    self._fault(item.number, item.cells, target, _used(one))
                used.add(value)
            ready = [(item, new) for item, new in ready if item.number not in self.bad]
        return ready

    def _insert(self, ready: Sequence[tuple[_Item, NewRow]]) -> None:
        """All at once; when that is refused, halves of it, down to the rows that cannot go in."""
        try:
            with self.work.attempt():
                ids = self.opened.insert([new for _item, new in ready])
                self._check_reach(ids)
        except _ROW_REFUSALS as error:
            if len(ready) == 1:
                self._refused(ready[0][0], error)
                return
            middle = len(ready) // 2
            self._insert(ready[:middle])
            self._insert(ready[middle:])
            return
        self.outcome.created += len(ids)
        self.outcome.made += ids
        for (item, _new), record in zip(ready, ids, strict=True):
            self._defer(item, record, "created")

    def _check_reach(self, ids: Sequence[int]) -> None:
        """What comes in by an import must lie where its owner may import."""
        if len(self.opened.reached(ids, "import")) != len(ids):
            raise Forbidden(_("The record would lie outside of what you may work with."))

    def _defer(self, item: _Item, record: int, counted: str) -> None:
        self.outcome.deferred += [
            Deferred(item.number, record, target.name, text, counted) for target, text in item.links
        ]

    def _refused(self, item: _Item, error: KartotekaError) -> None:
        name, sentence = next(
            ((key, each[0]) for key, each in error.errors.items() if each), ("", error.message)
        )
        self._fault(item.number, item.cells, self._target(name), sentence)

    # Changing

    def _update(self, items: Mapping[int, _Item]) -> None:
        rows = self.opened.rows_by_id(list(items))
        importable = self.opened.reached(list(items), "import")
        for record, item in items.items():
            row = rows.get(record)
            changed = self._changed(item, row) if row is not None else item.values
            other_category = row is not None and item.category is not KEEP and item.category != row.category
            # An empty cell says nothing: what lies on a record that its exporter does not see came out empty, too.
            moved = row is not None and item.on is not KEEP and item.on not in (None, row.on)
            if not changed and not other_category and not moved:
                self.outcome.unchanged += 1
                self._defer(item, record, "unchanged")
            elif record not in importable:
                self._fault(item.number, item.cells, None, _("You may see this record, but not change it."))
            else:
                self._change(record, item, changed, item.on if moved else KEEP)

    def _changed(self, item: _Item, row: SeenRow) -> dict[str, Any]:
        old = {**row.values, **row.links}
        changed = {key: value for key, value in item.values.items() if value != old[key]}
        for one, _default in self.defaults:
            if changed.get(one.key, True) in EMPTY:
                changed.pop(one.key)
        return changed

    def _change(self, record: int, item: _Item, changed: dict[str, Any], on: Any) -> None:
        for key, value in changed.items():
            one = self.opened.registry.field(key)
            if one is not None and one.required and value in EMPTY and not self.rules.bind(one, VISIBLE):
                self._lacking(item, one, _("“{field}” must be filled in.", field=one.name))
                return
        try:
            with self.work.attempt():
                self.opened.change(record, changed, category=item.category, on=on)
                self._check_reach([record])
        except _ROW_REFUSALS as error:
            self._refused(item, error)
            return
        self.outcome.updated += 1
        self._defer(item, record, "updated")

    # Links to rows further down

    def settle(self, waiting: Sequence[Deferred]) -> Outcome:
        """This function will make the links that had to wait until all rows were in."""
        for target, one in self.linking:
            mine = [each for each in waiting if each.field == one.key]
            known = self.references(one).meanings(dict.fromkeys(each.text for each in mine)) if mine else {}
            for each in mine:
                meaning = known[each.text]
                if not isinstance(meaning, Unknown):
                    self._link(each, target, meaning)
                elif not self._known_in_trial(each, meaning):
                    self._unsettled(each, target, meaning.sentence)
        return self.outcome

    def _known_in_trial(self, each: Deferred, meaning: Unknown) -> bool:
        names = [line for line in each.text.split("\n") if line.strip()]
        return meaning.missing and {titled(name) for name in names} <= self.memory.titles

    def _unsettled(self, each: Deferred, target: Target, sentence: str) -> None:
        self.outcome.faults.append(Fault(each.row, target.column, each.text[:_SHOWN], sentence))

    def _link(self, each: Deferred, target: Target, ids: tuple[int, ...]) -> None:
        if self.options.dry_run and each.counted == "created":
            return
        try:
            with self.work.attempt():
                judged = Judged.MAKING if each.counted == "created" else Judged.CHANGE
                changed = self.opened.change(each.record, {each.field: ids}, judged=judged)
                if changed and each.counted == "unchanged":
                    self.outcome.updated += 1
                    self.outcome.unchanged -= 1
        except _ROW_REFUSALS as error:
            self._unsettled(each, target, error.message)


def _read_id(cell: Cell) -> int | None:
    if is_blank(cell):
        return None
    text = as_text(cell).strip().removeprefix("#")
    if not text.isdecimal() or len(text) > 18 or int(text) == 0:
        raise ma.ValidationError(_("An id is a whole number."))
    return int(text)


def _used(one: Field) -> str:
    return _("This value is already used; “{field}” must be unique.", field=one.name)


__all__ = ["Deferred", "Fault", "Loader", "Memory", "Outcome"]

"""Reading through the gate: one record, pages, counts, groups, each narrowed to what the actor may see."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    false,
    func,
    or_,
    select,
    true,
    union_all,
)

from kartoteka.field_types.field_type import Operator
from kartoteka.field_types.folding import sort_key
from kartoteka.platform.access import few_links, keyset
from kartoteka.platform.access.conduct import Rules
from kartoteka.platform.access.passage import Passage
from kartoteka.platform.access.reach import rows_for
from kartoteka.platform.access.rows_seen import SeenRow, Selection, Shape, fields_key
from kartoteka.platform.access.seen import USERS, Bool, Seen, all_of
from kartoteka.platform.catalog.definitions import EDIT, READ, Field, Registry
from kartoteka.platform.catalog.filters import And, Comparison, Condition, Or
from kartoteka.platform.kernel.errors import Invalid, NotFound
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.storage import index, rows
from kartoteka.platform.storage.layout import Kind

MAX_KEPT_KEY = 4000
CHUNK = 500
MOST_TALLIED = 50_000
MOST_WORDS = 10
# So many found records are as quickly sorted as looked out for on the way along an order of a hundred thousand.
MANY_FOUND = 2000


@dataclass(frozen=True)
class Way:
    """How a database is to go about a selection: along its order, or from a link that few records have."""

    walking: bool = False
    few: Comparison | None = None
    # The same, but of a row rule: it may speak of what the reader does not see.
    few_reached: Comparison | None = None


@dataclass
class Reading:
    """What can be asked of a registry that is open for an actor."""

    gate: Passage
    registry: Registry
    seen: Seen

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields that exist for the actor."""
        return self.seen.fields

    @property
    def rules(self) -> Rules:
        """The conditional rules of the registry, as they bind the actor."""
        return self.seen.kept("rules", lambda: Rules(self.seen))

    def kind(self, each: Field) -> Kind:
        """This function will give the type and options of a field."""
        return self.gate.sight.layout.kind(each)

    def target(self, each: Field) -> str:
        """This function will tell what a linking field points at: users, files or a registry."""
        return self.kind(each).target

    @staticmethod
    def may_change(current: Mapping[Any, Any], each: Field) -> bool:
        """This function will tell by the flags of a row whether the actor may change a field of it."""
        return bool(current[f"_e_{each.section}"] and current.get(f"_x_{each.key}", True))

    def may(self, right: str) -> bool:
        """This function will tell whether the actor holds a right on any row at all."""
        return not rows_for(self.gate.sight.actor, self.registry, right).nothing

    def may_write(self, each: Field, right: str) -> bool:
        """This function will tell whether the actor may write a field on any row at all."""
        return not self.seen.writable_rows(each, right).nothing

    def one(self, record: int, *, removed: bool = False) -> SeenRow:
        """This function will fetch one record with what the actor may do with it.

        :raises NotFound: when there is none, or none that he may see.
        """
        there = self._near_record(record)
        if there is not self:
            return there.one(record, removed=removed)
        shape = self._shape(self.fields, flags=True)
        statement = self.seen.kept(("one", removed), lambda: shape.statement.where(
            self._reached(removed=removed), self.seen.table.c.id == bindparam("record")))  # fmt: skip
        found = self.gate.connection.execute(statement, {"record": record}).first()
        if found is None:
            raise no_record(record)
        return self._seen_rows([found], shape)[0]

    def page(self, selection: Selection, *, flags: bool = False) -> tuple[list[SeenRow], str | None]:
        """This function will give one page in the asked order, and the cursor of the next."""
        there = self._near(selection)
        if there is not self:
            return there.page(selection, flags=flags)
        shape = self._shape(self._chosen(selection.fields), flags=flags)
        found = keyset.take(self.gate.connection, self._phases(selection, shape), selection.size)
        rows_seen = self._seen_rows(found[: selection.size], shape)
        more = len(found) > selection.size
        return rows_seen, keyset.write(rows_seen[-1].keys, selection.sort) if more else None

    def _near(self, selection: Selection) -> "Reading":
        """The same for what a selection asks: of things on some records it need not speak of all other registries."""
        if not self.registry.attached or self.seen.narrowed or selection.condition is None:
            return self
        named = registries_named(selection.condition)
        return self if named is None else self._within(named)

    def _near_record(self, record: int) -> "Reading":
        """The same for one file, of which it is first asked on what it lies: it might be anything."""
        if not self.registry.sectioned or self.seen.narrowed:
            return self
        table, registries = self.seen.table, self.gate.sight.catalog.registries
        lies_on = self.gate.connection.scalar(select(table.c._on_registry).where(table.c.id == record))
        bearer = next((each for each in registries.values() if each.id == lies_on), None)
        return self if bearer is None else self._within(frozenset({bearer.key}))

    def _within(self, registries: frozenset[str]) -> "Reading":
        return replace(self, seen=self.seen.within(registries))

    def _phases(self, selection: Selection, shape: Shape) -> keyset.Phases:
        """The statements of a page; those of a first page are kept, since they are asked for again and again."""
        way = self._way(selection)
        key = ("page", repr(selection), shape.fields, shape.flags, repr(way))
        if selection.cursor is not None or len(key[1]) > MAX_KEPT_KEY:
            return self._new_phases(selection, shape, way)
        return self.seen.kept(key, lambda: self._new_phases(selection, shape, way))

    def _new_phases(self, selection: Selection, shape: Shape, way: Way) -> keyset.Phases:
        terms = keyset.complete(self.seen.sort_terms(selection.sort), self.seen.table.c.id)
        place = keyset.read(selection.cursor, terms, selection.sort)
        selected = self._selected(selection, way)
        return keyset.phases(shape.statement.where(selected), terms, place, selection.size)

    def _walking(self, selection: Selection) -> bool:
        """Whether so many records have the words that to walk along the order is quicker than to sort those found.

        SQLite cannot know it, so it is told; PostgreSQL can.
        """
        words, slots = _words(selection.q), list(self._slots())
        if self.gate.sight.dialect != "sqlite" or not words or not slots or not selection.sort:
            return False
        found = index.count_up_to(self.gate.connection, self.registry.key, words, slots, MANY_FOUND)
        return found == MANY_FOUND

    def _way(self, selection: Selection, *, ordered: bool = True) -> Way:
        connection = self.gate.connection
        walking = ordered and self._walking(selection)
        few = few_links.fewest(connection, self.seen, selection.condition)
        return Way(
            walking, few, None if few else few_links.fewest_reached(connection, self.seen, ordered=ordered)
        )

    def count(self, selection: Selection) -> int:
        """This function will count the records of a selection."""
        there = self._near(selection)
        if there is not self:
            return there.count(selection)
        statement = select(func.count()).select_from(self.seen.table).where(self._selected(selection))
        return self.gate.connection.scalar(statement) or 0

    def ids(self, selection: Selection, limit: int) -> list[int]:
        """This function will give the ids of a selection in their own order, at most `limit`."""
        statement = (
            select(self.seen.table.c.id)
            .where(self._selected(selection))
            .order_by(self.seen.table.c.id)
            .limit(limit)
        )
        return list(self.gate.connection.scalars(statement))

    def find_by(self, each: Field, values: Sequence[Any]) -> dict[Any, list[int]]:
        """This function will find records by exact values of one field: {value: ids}."""
        column = self.seen.column(each)
        statement = select(column, self.seen.table.c.id).where(self._reached(), column.in_(list(values)))
        found: dict[Any, list[int]] = {}
        for value, record in self.gate.connection.execute(statement):
            found.setdefault(value, []).append(record)
        return found

    def taken(self, each: Field, values: Sequence[Any]) -> set[Any]:
        """This function will tell which values some record already has, seen or not: what uniqueness would tell too."""
        column = self.seen.table.c[each.column]
        statement = select(column).where(self.seen.alive, column.in_(list(values)))
        return set(self.gate.connection.scalars(statement))

    def bears(self, record: int, plugin: str, level: str) -> bool:
        """This function will tell whether the actor may see (or `edit`) what a plugin attaches to a record."""
        return record in self.bearing([record], plugin, level)

    def bearing(self, records: Sequence[int], plugin: str, level: str) -> set[int]:
        """This function will tell on which of many records the actor may see (or `edit`) what a plugin attaches."""
        if plugin not in self.gate.sight.catalog.tabs(self.registry):
            return set()
        right = "edit" if level == EDIT else "view"
        table = self.seen.table
        there = all_of(
            [table.c.id.in_(list(records)), self._reached(), self.seen.bears(plugin, right, level)]
        )
        return set(self.gate.connection.scalars(select(table.c.id).where(there)))

    def reached(self, records: Sequence[int], right: str) -> set[int]:
        """This function will tell which of some visible records a right reaches."""
        reach = self.seen.reach(right)
        if reach.compare(true()):
            return set(records)
        table = self.seen.table
        return set(
            self.gate.connection.scalars(select(table.c.id).where(table.c.id.in_(list(records)), reach))
        )

    def find_by_title(self, titles: Sequence[str]) -> dict[str, list[int]]:
        """This function will find records by exact titles: {title: ids}."""
        column, keys = self.seen.title(), self.seen.title(order=True)
        wanted = and_(keys.in_([sort_key(title) for title in titles]), column.in_(list(titles)))
        found: dict[str, list[int]] = {}
        for title, record in self.gate.connection.execute(
            select(column, self.seen.table.c.id).where(self._reached(), wanted)
        ):
            found.setdefault(title, []).append(record)
        return found

    def rows_by_id(
        self, records: Sequence[int], *, flags: bool = False, removed: bool = False
    ) -> dict[int, SeenRow]:
        """This function will fetch many records by id; those that the actor may not see are missing."""
        shape = self._shape(self.fields, flags=flags)
        reached = self._reached(removed=removed)
        statement = shape.statement.where(reached, self.seen.table.c.id.in_(list(records)))
        found = self._seen_rows(self.gate.connection.execute(statement).all(), shape)
        return {row.id: row for row in found}

    def groups(self, group: ColumnElement[Any] | None, measures: Sequence[ColumnElement[Any]], selection: Selection,
               join: Callable[[Select[Any]], Select[Any]] = lambda statement: statement,
               ) -> list[Row[*tuple[Any, ...]]]:  # fmt: skip
        """This function will aggregate a selection; `group` and `measures` must come from `seen`."""
        columns = [*([group.label("_group")] if group is not None else []), *measures]
        statement = join(select(*columns).select_from(self.seen.table)).where(self._selected(selection))
        if group is not None:
            statement = statement.group_by(group).order_by(group.is_(None), group)
        return list(self.gate.connection.execute(statement.limit(5000)))

    def tallied(self, columns: Sequence[ColumnElement[Any]], selection: Selection,
                tallies: Callable[[CTE], Sequence[Select[Any]]]) -> list[Row[*tuple[Any, ...]]]:  # fmt: skip
        """This function will look for a selection once and count it in several ways; `columns` come from `seen`."""
        there = select(*columns).select_from(self.seen.table).where(self._selected(selection)).cte("_there")
        statement = union_all(*tallies(there)).limit(MOST_TALLIED)
        return list(self.gate.connection.execute(statement))

    def _selected(self, selection: Selection, way: Way | None = None) -> Bool:
        way = way or self._way(selection, ordered=False)
        condition = self.seen.condition(selection.condition) if selection.condition is not None else true()
        among = few_links.among(self.seen, way.few) if way.few is not None else true()
        if way.few_reached is not None:
            among = few_links.among(self.seen.as_judge(), way.few_reached)
        reach = true() if selection.right == "view" else self.seen.reach(selection.right)
        matching = self._matching(selection.q, way.walking)
        return all_of([self._reached(removed=selection.removed), reach, among, condition, matching])

    def _reached(self, *, removed: bool = False) -> Bool:
        if removed:
            return all_of([self.seen.removed, self.seen.reach("view"), self.seen.reach("delete")])
        return all_of([self.seen.alive, self.seen.reach("view")])

    def _matching(self, q: str, walking: bool) -> Bool:
        """Every word must be found in some text that is readable on the row."""
        slots = self._slots()
        return all_of(self._word(word, slots, walking) for word in _words(q))

    def _slots(self) -> Mapping[int, Field]:
        return {self.slot(each): each for each in self.fields if self.kind(each).type.searchable}

    def slot(self, each: Field) -> int:
        """This function will tell under which number the words of a field are kept; what shares one is seen alike."""
        return self.gate.sight.catalog.slot(self.registry, each)

    def _word(self, word: str, slots: Mapping[int, Field], walking: bool) -> Bool:
        always: list[int] = []
        sometimes: list[tuple[int, Bool]] = []
        for number, each in slots.items():
            shown = self.seen.field_shown(each)
            if shown.compare(true()):
                always.append(number)
            else:
                sometimes.append((number, shown))

        def match(some: Sequence[int]) -> Bool:
            dialect, record = self.gate.sight.dialect, self.seen.table.c.id
            return index.matches(dialect, self.registry.key, record, word, some, walking=walking)

        found: list[Bool] = [match([slot]) & shown for slot, shown in sometimes]
        if always:
            found.append(match(always))
        # Nothing may stand beside the found ones here: they are where the database begins.
        return or_(false(), *found)

    def _chosen(self, keys: tuple[str, ...] | None) -> tuple[Field, ...]:
        if keys is None:
            return self.fields
        chosen = [self.seen.field(key) for key in dict.fromkeys(keys)]
        unknown = [key for key, found in zip(dict.fromkeys(keys), chosen, strict=True) if found is None]
        if unknown:
            raise Invalid({"fields": [_("There is no field “{name}”.", name=unknown[0][:80])]})
        return tuple(each for each in chosen if each is not None)

    def _shape(self, fields: tuple[Field, ...], *, flags: bool) -> Shape:
        return self.seen.kept(("shape", fields_key(fields), flags), lambda: self._new_shape(fields, flags))

    def _new_shape(self, fields: tuple[Field, ...], flags: bool) -> Shape:
        table, makers, changers = self.seen.table, USERS.alias(), USERS.alias()
        columns: list[ColumnElement[Any]] = [
            table.c.id, table.c._version, table.c._category, self.seen.title().label("_shown_title"),
            table.c._created_at, table.c._created_by, makers.c.name.label("_maker"),
            table.c._updated_at, table.c._updated_by,
            changers.c.name.label("_changer"), table.c._removed_at,
        ]  # fmt: skip
        values, links = [], []
        for each in fields:
            if self.kind(each).linking:
                links.append((each.key, each.id, len(columns)))
                columns.append(self.seen.field_shown(each).label(f"_l_{each.key}"))
            else:
                values.append((each.key, len(columns)))
                columns.append(self.seen.column(each).label(f"_v_{each.key}"))
        bearer = len(columns) if self.registry.attached else None
        columns += [table.c._on_registry, table.c._on_record] if self.registry.attached else []
        asked, same = self._asked_flags() if flags else ([], {})
        places = tuple((name, len(columns) + place) for name, place in same.items())
        columns += asked
        joined = table.outerjoin(makers, makers.c.id == table.c._created_by).outerjoin(
            changers, changers.c.id == table.c._updated_by
        )
        statement = select(*columns).select_from(joined)
        return Shape(
            statement, fields_key(fields), flags, tuple(values), tuple(links), places, len(columns), bearer
        )

    def _asked_flags(self) -> tuple[list[ColumnElement[Any]], dict[str, int]]:
        """What the actor may do, each condition asked once, and which of them answers for which name."""
        columns: list[ColumnElement[Any]] = []
        known: dict[int, int] = {}
        same: dict[str, int] = {}
        for name, flag in self._flags():
            place = known.setdefault(id(flag), len(columns))
            if place == len(columns):
                columns.append(flag.label(name))
            same[name] = place
        return columns, same

    def _flags(self) -> list[tuple[str, Bool]]:
        flags = [(f"_m_{right}", self.seen.reach(right)) for right in ("edit", "delete")]
        flags += [
            (f"_e_{each.key}", self.seen.section_editable(each.key)) for each in self.registry.active_sections
        ]
        apart = self.gate.sight.catalog.apart(self.registry.key)
        flags += [
            (f"_x_{each.key}", self.seen.field_editable(each)) for each in self.fields if each.key in apart
        ]
        for plugin in self.gate.sight.catalog.tabs(self.registry):
            flags.append((f"_b_{plugin}", self.seen.bears(plugin, "view", READ)))
            flags.append((f"_w_{plugin}", self.seen.bears(plugin, "edit", EDIT)))
        return flags + self._asked_about()

    def _asked_about(self) -> list[tuple[str, Bool]]:
        """Whether fields that rules ask about are readable on a row, where that differs from row to row."""
        fields = [each for each in self.fields if each.key in self.rules.names]
        shown = [(f"_n_{each.key}", self.seen.field_shown(each)) for each in fields]
        return [(name, condition) for name, condition in shown if not condition.compare(true())]

    def _seen_rows(self, found: Sequence[Row[Any]], shape: Shape) -> list[SeenRow]:
        if not shape.links or not found:
            return [shape.row(row, {}) for row in found]
        fields = [identifier for _key, identifier, _place in shape.links]
        links = rows.read_links(self.gate.connection, fields, [row[0] for row in found])
        return [shape.row(row, links) for row in found]


def _words(q: str) -> list[str]:
    return index.words(q)[:MOST_WORDS]


def registries_named(condition: Condition) -> frozenset[str] | None:
    """This function will tell on whose records all things lie that a filter selects; None when it may be any."""
    match condition:
        case And():
            return next((each for each in map(registries_named, condition.parts) if each is not None), None)
        case Or():
            named = [registries_named(part) for part in condition.parts]
            known = [each for each in named if each is not None]
            return frozenset().union(*known) if known and len(known) == len(named) else None
        case Comparison(path=("on",), operator=Operator.EQ | Operator.IN):
            places = condition.value if isinstance(condition.value, list) else [condition.value]
            keys = [each.get("registry") if isinstance(each, dict) else None for each in places]
            return frozenset(map(str, keys)) if keys and all(isinstance(each, str) for each in keys) else None
    return None


def no_record(record: int) -> NotFound:
    return NotFound(_("There is no record {id}.", id=record))

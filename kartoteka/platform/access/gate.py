"""The gate: a registry opened for an actor. Records are read and written here and nowhere else.

Reading returns only what exists for the actor; writing checks him before and after, and writes history, full text
and events in the same transaction.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    func,
    literal,
    not_,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.exc import IntegrityError

from kartoteka.field_types.capabilities import Numbering
from kartoteka.field_types.field_type import Sort
from kartoteka.field_types.folding import sort_key
from kartoteka.field_types.locale import Locale
from kartoteka.platform.access import keyset
from kartoteka.platform.access.inserting import CATEGORY, Inserting, NewRow, wire
from kartoteka.platform.access.models import User
from kartoteka.platform.access.reach import rows_for
from kartoteka.platform.access.reshaping import searchable_text
from kartoteka.platform.access.seen import USERS, Bool, Seen, Sight, all_of
from kartoteka.platform.catalog.definitions import EDIT, Field, Registry
from kartoteka.platform.catalog.filters import Condition
from kartoteka.platform.catalog.titles import make_title, title_fields
from kartoteka.platform.kernel.errors import Conflict, Forbidden, Invalid, NotFound, StaleVersion
from kartoteka.platform.kernel.events import Event, RecordsChanged
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.storage import history, index, rows
from kartoteka.platform.storage.layout import Kind, sort_column

_PLAIN = Locale()
KEEP: Any = object()
MAX_SIGHTS = 2000
MAX_KEPT_KEY = 4000
CHUNK = 500
Flag = ColumnElement[bool] | bool


@dataclass(frozen=True)
class SeenRow:
    """A row as the actor may see it. Hidden fields are not in `values`; hidden links are not in `links`."""

    id: int
    version: int
    category: str | None
    title: str | None
    values: Mapping[str, Any]
    links: Mapping[str, tuple[int, ...]]
    created_at: datetime
    created_by: tuple[int, str]
    updated_at: datetime
    updated_by: tuple[int, str]
    removed_at: datetime | None
    editable: frozenset[str] = frozenset()
    may: frozenset[str] = frozenset()
    keys: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Shape:
    """A select of rows as somebody may see them, and where in each row its parts stand."""

    statement: Select[Any]
    fields: tuple[int, ...]
    flags: bool
    values: tuple[tuple[str, int], ...]
    links: tuple[tuple[str, int, int], ...]
    marks: tuple[tuple[str, int], ...]
    width: int

    def row(self, row: Row[Any], links: Mapping[tuple[int, int], tuple[int, ...]]) -> SeenRow:
        """This function will read a row by position, since names cost more than all else on a page."""
        record, version, category, title, made_at, made_by, maker, at, by, changer, removed_at = tuple(row)[
            :11
        ]
        values = {key: row[place] for key, place in self.values}
        linked = {key: links.get((each, record), ()) if row[place] else () for key, each, place in self.links}
        held = [name for name, place in self.marks if row[place]]
        return SeenRow(
            record, version, category, title, values, linked, made_at, (made_by, maker or ""), at, (by, changer or ""),
            removed_at, frozenset(name[3:] for name in held if name.startswith("_e_")),
            frozenset(name[3:] for name in held if name.startswith("_m_")), tuple(row[self.width :]),
        )  # fmt: skip


def fields_key(fields: Sequence[Field]) -> tuple[int, ...]:
    """This function will give what tells two choices of fields apart."""
    return tuple(each.id for each in fields)


@dataclass(frozen=True)
class Selection:
    """Which rows, in which order, and how many of them."""

    condition: Condition | None = None
    q: str = ""
    sort: str = ""
    fields: tuple[str, ...] | None = None
    size: int = 50
    cursor: str | None = None
    removed: bool = False
    # Rows must be reached by this right too, as an export's must.
    right: str = "view"


@dataclass
class Failure:
    """Remembers that a statement failed: PostgreSQL then undoes the whole transaction, whatever is said at its end."""

    statement_failed: bool = False


@dataclass(frozen=True)
class Gate:
    """What every opened registry of one piece of work shares."""

    sight: Sight
    connection: Connection
    stamp: history.Stamp
    emit: Callable[[Event], None]
    failure: Failure

    def open(self, key: str) -> "OpenRegistry":
        """This function will open a registry.

        :raises NotFound: when it does not exist or no grant lets the actor view any of it.
        """
        registry = self.sight.catalog.registries.get(key)
        if registry is None or not self.seen(registry).visible_at_all:
            raise NotFound(_("There is no registry “{registry}”.", registry=str(key)[:60]))
        return OpenRegistry(self, registry, self.seen(registry))

    def seen(self, registry: Registry) -> Seen:
        """This function will give a registry as the actor sees it, kept between requests while nothing changes for him."""
        kept = self.sight.layout.sights
        key = (registry.key, self.sight.signature)
        found: Seen | None = kept.get(key)
        if found is None:
            if len(kept) >= MAX_SIGHTS:
                kept.clear()
            found = kept[key] = Seen(self.sight, registry)
        return found

    def visible_registries(self) -> list[Registry]:
        """This function will list the registries that exist for the actor."""
        return [each for each in self.sight.catalog.active_registries if self.seen(each).visible_at_all]

    def titles(self, wanted: Mapping[str, Iterable[int]]) -> dict[tuple[str, int], str]:
        """This function will give the titles of records (and names of users) that the actor may see, by one statement."""
        parts: list[Select[Any]] = []
        for key, ids in wanted.items():
            identifiers = sorted(set(ids))
            if not identifiers:
                continue
            if key == "users":
                parts.append(
                    select(literal(key).label("registry"), USERS.c.id, USERS.c.name.label("title")).where(
                        USERS.c.id.in_(identifiers)
                    )
                )
                continue
            registry = self.sight.catalog.registries.get(key)
            seen = self.seen(registry) if registry else None
            if seen is not None and seen.visible_at_all:
                parts.append(
                    select(literal(key).label("registry"), seen.table.c.id, seen.title().label("title"))
                    .where(seen.table.c.id.in_(identifiers), seen.alive, seen.reach("view"))
                )  # fmt: skip
        if not parts:
            return {}
        statement = union_all(*parts) if len(parts) > 1 else parts[0]
        return {(row[0], row[1]): row[2] or f"#{row[1]}" for row in self.connection.execute(statement)}


@dataclass
class OpenRegistry:
    """One registry, narrowed to what its actor may see and do."""

    gate: Gate
    registry: Registry
    seen: Seen

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields that exist for the actor."""
        return self.seen.fields

    def kind(self, each: Field) -> Kind:
        """This function will give the type and options of a field."""
        return self.gate.sight.layout.kind(each)

    def may(self, right: str) -> bool:
        """This function will tell whether the actor holds a right on any row at all."""
        return not rows_for(self.gate.sight.actor, self.registry, right).nothing

    def may_write(self, section: str, right: str) -> bool:
        """This function will tell whether the actor may write a section on any row at all."""
        return not rows_for(self.gate.sight.actor, self.registry, right, section, EDIT).nothing

    # Reading

    def one(self, record: int, *, removed: bool = False) -> SeenRow:
        """This function will fetch one record with what the actor may do with it.

        :raises NotFound: when there is none, or none that he may see.
        """
        shape = self._shape(self.fields, flags=True)
        statement = self.seen.kept(("one", removed), lambda: shape.statement.where(
            self._reached(removed=removed), self.seen.table.c.id == bindparam("record")))  # fmt: skip
        found = self.gate.connection.execute(statement, {"record": record}).first()
        if found is None:
            raise _no_record(record)
        return self._seen_rows([found], shape)[0]

    def page(self, selection: Selection, *, flags: bool = False) -> tuple[list[SeenRow], str | None]:
        """This function will give one page in the asked order, and the cursor of the next."""
        shape = self._shape(self._chosen(selection.fields), flags=flags)
        found = keyset.take(self.gate.connection, self._phases(selection, shape), selection.size)
        rows_seen = self._seen_rows(found[: selection.size], shape)
        more = len(found) > selection.size
        return rows_seen, keyset.write(rows_seen[-1].keys, selection.sort) if more else None

    def _phases(self, selection: Selection, shape: Shape) -> keyset.Phases:
        """The statements of a page; those of a first page are kept, since they are asked for again and again."""
        key = ("page", repr(selection), shape.fields, shape.flags)
        if selection.cursor is not None or len(key[1]) > MAX_KEPT_KEY:
            return self._new_phases(selection, shape)
        return self.seen.kept(key, lambda: self._new_phases(selection, shape))

    def _new_phases(self, selection: Selection, shape: Shape) -> keyset.Phases:
        terms = keyset.complete(self.seen.sort_terms(selection.sort), self.seen.table.c.id)
        place = keyset.read(selection.cursor, terms, selection.sort)
        return keyset.phases(shape.statement.where(self._selected(selection)), terms, place, selection.size)

    def count(self, selection: Selection) -> int:
        """This function will count the records of a selection."""
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

    def rows_by_id(self, records: Sequence[int], *, flags: bool = False) -> dict[int, SeenRow]:
        """This function will fetch many records by id; those that the actor may not see are missing."""
        shape = self._shape(self.fields, flags=flags)
        statement = shape.statement.where(self._reached(), self.seen.table.c.id.in_(list(records)))
        found = self._seen_rows(self.gate.connection.execute(statement).all(), shape)
        return {row.id: row for row in found}

    def groups(self, group: ColumnElement[Any] | None, measures: Sequence[ColumnElement[Any]], selection: Selection,
               join: Callable[[Select[Any]], Select[Any]] = lambda statement: statement) -> list[Row[Any]]:  # fmt: skip
        """This function will aggregate a selection; `group` and `measures` must come from `seen`."""
        columns = [*([group.label("_group")] if group is not None else []), *measures]
        statement = join(select(*columns).select_from(self.seen.table)).where(self._selected(selection))
        if group is not None:
            statement = statement.group_by(group).order_by(group.is_(None), group)
        return list(self.gate.connection.execute(statement.limit(5000)))

    def _selected(self, selection: Selection) -> Bool:
        condition = self.seen.condition(selection.condition) if selection.condition is not None else true()
        reach = true() if selection.right == "view" else self.seen.reach(selection.right)
        return all_of(
            [self._reached(removed=selection.removed), reach, condition, self._matching(selection.q)]
        )

    def _reached(self, *, removed: bool = False) -> Bool:
        if removed:
            return all_of([not_(self.seen.alive), self.seen.reach("view"), self.seen.reach("delete")])
        return all_of([self.seen.alive, self.seen.reach("view")])

    def _matching(self, q: str) -> Bool:
        """Every word must be found in some section that is readable on the row."""
        words = index.words(q)[:10]
        sections = [
            each for each in self.registry.active_sections if not self.seen.section_rows(each.key).nothing
        ]
        return all_of(self._word(word, sections) for word in words)

    def _word(self, word: str, sections: Sequence[Any]) -> Bool:
        always: list[tuple[int, Bool]] = []
        sometimes: list[tuple[int, Bool]] = []
        for section in sections:
            shown = self.seen.section_shown(section.key)
            (always if shown.compare(true()) else sometimes).append((section.id, shown))
        found: list[Bool] = [self._match(word, [slot]) & shown for slot, shown in sometimes]
        if always:
            found.append(self._match(word, [slot for slot, _shown in always]))
        return or_(literal(False), *found)

    def _match(self, word: str, slots: list[int]) -> Bool:
        return index.matches(self.gate.sight.dialect, self.registry.key, self.seen.table.c.id, word, slots)

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
            table.c.id, table.c._version, table.c._category, self.seen.title().label("_shown_title"), table.c._created_at,
            table.c._created_by, makers.c.name.label("_maker"), table.c._updated_at, table.c._updated_by,
            changers.c.name.label("_changer"), table.c._removed_at,
        ]  # fmt: skip
        values, links = [], []
        for each in fields:
            if self.kind(each).linking:
                links.append((each.key, each.id, len(columns)))
                columns.append(self.seen.section_shown(each.section).label(f"_l_{each.key}"))
            else:
                values.append((each.key, len(columns)))
                columns.append(self.seen.column(each).label(f"_v_{each.key}"))
        marks = self._flags() if flags else []
        places = tuple((name, len(columns) + number) for number, (name, _flag) in enumerate(marks))
        columns += [flag.label(name) for name, flag in marks]
        joined = table.outerjoin(makers, makers.c.id == table.c._created_by).outerjoin(
            changers, changers.c.id == table.c._updated_by
        )
        statement = select(*columns).select_from(joined)
        return Shape(statement, fields_key(fields), flags, tuple(values), tuple(links), places, len(columns))

    def _flags(self) -> list[tuple[str, Bool]]:
        flags = [(f"_m_{right}", self.seen.reach(right)) for right in ("edit", "delete")]
        return flags + [
            (f"_e_{each.key}", self.seen.section_editable(each.key)) for each in self.registry.active_sections
        ]

    def _seen_rows(self, found: Sequence[Row[Any]], shape: Shape) -> list[SeenRow]:
        if not shape.links or not found:
            return [shape.row(row, {}) for row in found]
        fields = [identifier for _key, identifier, _place in shape.links]
        links = rows.read_links(self.gate.connection, fields, [row[0] for row in found])
        return [shape.row(row, links) for row in found]

    # Writing

    def insert(self, new: Sequence[NewRow]) -> list[int]:
        """This function will make records, all or none.

        :raises Forbidden: when the actor may not make such records, or a record would lie outside his reach.
        :raises Conflict: when a value of a unique field is already used.
        """
        self._check_may_insert(new)
        self._check_targets(targets for row in new for targets in self._targets(row.values).items())
        ids = rows.allocate_ids(self.gate.connection, self.seen.table, len(new))
        numbered = self._numbered(new)
        with self._uniqueness():
            Inserting(self.registry, self.kind, ids, numbered, self.gate.stamp).write(
                self.gate.connection, self.seen.table
            )
        self._check_reached_after(ids, "create", {self._field(key).section for key in _written(new)})
        self._tell(ids, "create")
        return ids

    def _check_may_insert(self, new: Sequence[NewRow]) -> None:
        if not self.may("create"):
            raise Forbidden(_("You may not add records to “{registry}”.", registry=self.registry.name))
        for key in _written(new):
            if not self.may_write(self._field(key).section, "create"):
                raise Forbidden(_("You may not fill in “{field}”.", field=self._field(key).name))

    def _numbered(self, new: Sequence[NewRow]) -> Sequence[NewRow]:
        """New rows with their automatic numbers; a number that was given (an import) is kept."""
        for each in self.registry.active_fields:
            kind = self.kind(each)
            if not isinstance(kind.type, Numbering):
                continue
            waiting = [row for row in new if not row.values.get(each.key)]
            numbers = iter(rows.next_numbers(self.gate.connection, each.id, len(waiting)))
            new = [
                row if row.values.get(each.key)
                else NewRow({**row.values, each.key: kind.type.number(next(numbers), kind.options)}, row.category, frozenset(row.written))
                for row in new
            ]  # fmt: skip
        return new

    def change(
        self, record: int, values: Mapping[str, Any], *, category: Any = KEEP, version: int | None = None
    ) -> bool:
        """This function will change one record and tell whether anything was different.

        :raises NotFound: :raises Forbidden: by the actor's reach before and after the change.
        :raises StaleVersion: when `version` is given and no longer the record's version.
        """
        current = self._current(record)
        self._check_may_change(current, values, category, version)
        old = self._old_values(current, values)
        wanted = {**values, **self._with_unseen_links(old, self._targets(values))}
        changed = {key: value for key, value in wanted.items() if value != old[key]}
        changes = {key: (self._wire(key, old[key]), self._wire(key, value)) for key, value in changed.items()}
        columns = self._columns(changed)
        if category is not KEEP and category != current["_category"]:
            changes[CATEGORY] = (current["_category"], category)
            columns["_category"] = category
        if not changes:
            return False
        self._check_targets(self._added(old, changed))
        self._write(record, current, columns, changes, "change", self._retitled(current, changed))
        rows.replace_links(
            self.gate.connection, record, {self._field(k).id: v for k, v in self._targets(changed).items()}
        )
        self._reindex(record, current, changed)
        self._check_reached_after([record], "edit", {self._field(key).section for key in changed})
        self._tell([record], "change", tuple(changed))
        return True

    def remove(self, record: int, version: int | None = None) -> None:
        """This function will put a record into the recycle bin."""
        current = self._current(record)
        if not current["_m_delete"]:
            raise Forbidden(_("You may not delete this record."))
        self._check_version(current, version)
        gone = {"_removed_at": self.gate.stamp.at, "_removed_by": self.gate.stamp.by_id}
        self._write(record, current, gone, {}, "remove")
        self._tell([record], "remove")

    def remove_many(self, records: Sequence[int]) -> None:
        """This function will put many records into the recycle bin, all or none.

        :raises NotFound: :raises Forbidden: when one of them is not the actor's to remove.
        """
        for start in range(0, len(records), CHUNK):
            self._remove_some(list(records[start : start + CHUNK]))

    def _remove_some(self, records: Sequence[int]) -> None:
        table, stamp = self.seen.table, self.gate.stamp
        may = self.seen.reach("delete").label("_m_delete")
        statement = select(table.c.id, table.c._version, table.c._chain, may).where(
            self._reached(), table.c.id.in_(records)
        )
        found = {row.id: row for row in self.gate.connection.execute(statement.with_for_update(of=table))}
        for record in records:
            if record not in found:
                raise _no_record(record)
            if not found[record]._m_delete:
                raise Forbidden(_("You may not delete this record."))
        entries = [
            history.Entry(self.registry.id, row.id, row._version + 1, "remove", {}, row._chain)
            for row in found.values()
        ]
        sealed = [history.sealed(entry, stamp) for entry in entries]
        rows.mark_removed(
            self.gate.connection,
            table,
            [(row["record_id"], row["version"], row["hash"]) for row in sealed],
            stamp,
        )
        history.append(self.gate.connection, sealed)
        self._tell(records, "remove")

    def restore(self, record: int) -> None:
        """This function will take a record out of the recycle bin; whoever may delete may restore."""
        current = self._current(record, removed=True)
        self._write(record, current, {"_removed_at": None, "_removed_by": None}, {}, "restore")
        self._tell([record], "restore")

    def _current(self, record: int, *, removed: bool = False) -> Mapping[Any, Any]:
        """The whole row, locked, for inner use: what leaves this class is never taken from it."""
        flags = [flag.label(name) for name, flag in self._flags()]
        statement = select(self.seen.table, *flags).where(
            self._reached(removed=removed), self.seen.table.c.id == record
        )
        found = self.gate.connection.execute(statement.with_for_update(of=self.seen.table)).first()
        if found is None:
            raise _no_record(record)
        return found._mapping

    def _check_may_change(
        self, current: Mapping[Any, Any], values: Mapping[str, Any], category: Any, version: int | None
    ) -> None:
        if not current["_m_edit"]:
            raise Forbidden(_("You may see this record, but not change it."))
        for key in values:
            if not current[f"_e_{self._field(key).section}"]:
                raise Forbidden(
                    _("You may not change “{field}” of this record.", field=self._field(key).name)
                )
        if category is not KEEP and not any(
            current[f"_e_{each.key}"] for each in self.registry.active_sections
        ):
            raise Forbidden(_("You may not change the category of this record."))
        self._check_version(current, version)

    @staticmethod
    def _check_version(current: Mapping[Any, Any], version: int | None) -> None:
        if version is not None and version != current["_version"]:
            raise StaleVersion(_("Somebody has changed this record meanwhile."), current["_version"])

    def _old_values(self, current: Mapping[Any, Any], values: Mapping[str, Any]) -> dict[str, Any]:
        linking = [key for key in values if self.kind(self._field(key)).linking]
        links = rows.read_links(
            self.gate.connection, [self._field(key).id for key in linking], [current["id"]]
        )
        return {
            key: links.get((self._field(key).id, current["id"]), ())
            if key in linking
            else current[self._field(key).column]
            for key in values
        }

    def _with_unseen_links(
        self, old: Mapping[str, Any], links: Mapping[str, tuple[int, ...]]
    ) -> dict[str, tuple[int, ...]]:
        """Links that the writer cannot see stay: for him they are not there, so he can neither mean nor name them."""
        wanted: dict[str, set[int]] = {}
        for key in links:
            if old[key] and self._target(key) != "files":
                wanted.setdefault(self._target(key), set()).update(old[key])
        known = self.gate.titles(wanted) if wanted else {}
        joined = {}
        for key, chosen in links.items():
            target = self._target(key)
            unseen = [each for each in old[key] if target != "files" and (target, each) not in known]
            for each in chosen:
                if each in unseen:
                    raise _no_target(key, each)
            joined[key] = self._joined(key, old[key], chosen, unseen)
        return joined

    def _joined(
        self, key: str, old: tuple[int, ...], chosen: tuple[int, ...], unseen: Sequence[int]
    ) -> tuple[int, ...]:
        if chosen == tuple(each for each in old if each not in unseen):
            return old
        kind = self.kind(self._field(key))
        many = kind.type.many(kind.options)  # type: ignore[attr-defined]
        return (*chosen, *unseen) if many else chosen

    def _added(
        self, old: Mapping[str, Any], changed: Mapping[str, Any]
    ) -> Iterable[tuple[str, tuple[int, ...]]]:
        for key, targets in self._targets(changed).items():
            yield key, tuple(target for target in targets if target not in old[key])

    def _retitled(self, current: Mapping[Any, Any], changed: Mapping[str, Any]) -> dict[str, str]:
        parts = title_fields(self.registry)
        if not any(each.key in changed for each in parts):
            return {}
        title = self._title({**{each.key: current[each.column] for each in parts}, **changed})
        return {"_title": title, "_s_title": sort_key(title)}

    def _write(
        self, record: int, current: Mapping[Any, Any], columns: Mapping[str, Any], changes: history.Changes, action: str,
        more: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        stamp, version = self.gate.stamp, current["_version"] + 1
        sealed = history.sealed(
            history.Entry(self.registry.id, record, version, action, changes, current["_chain"]), stamp
        )
        system = {
            "_version": version,
            "_updated_at": stamp.at,
            "_updated_by": stamp.by_id,
            "_chain": sealed["hash"],
        }
        with self._uniqueness():
            written = rows.update_row(
                self.gate.connection,
                self.seen.table,
                record,
                current["_version"],
                {**columns, **system, **(more or {})},
            )
        if not written:
            raise StaleVersion(_("Somebody has changed this record meanwhile."), version)
        history.append(self.gate.connection, [sealed])

    def _reindex(self, record: int, current: Mapping[Any, Any], changed: Mapping[str, Any]) -> None:
        sections = {
            self._field(key).section for key in changed if self.kind(self._field(key)).type.searchable
        }
        if not sections:
            return
        fields = [
            each
            for each in self.registry.active_fields
            if each.section in sections and self.kind(each).type.searchable
        ]
        values = {each.key: changed.get(each.key, current[each.column]) for each in fields}
        slots = [(record, self._section_id(section)) for section in sections]
        index.remove_documents(self.gate.connection, self.registry.key, slots)
        index.write_documents(self.gate.connection, self.registry.key, self._documents(record, values))

    def _documents(self, record: int, values: Mapping[str, Any]) -> list[index.Document]:
        texts: dict[int, list[str]] = {}
        for key, value in values.items():
            each = self._field(key)
            kind = self.kind(each)
            if value and kind.type.searchable:
                texts.setdefault(self._section_id(each.section), []).append(searchable_text(kind, value))
        return [(record, slot, " ".join(parts)) for slot, parts in texts.items()]

    def _section_id(self, key: str) -> int:
        section = self.registry.section(key)
        assert section is not None
        return section.id

    def _field(self, key: str) -> Field:
        found = self.registry.field(key)
        assert found is not None
        return found

    def _title(self, values: Mapping[str, Any]) -> str:
        texts = {}
        for each in title_fields(self.registry):
            value = values.get(each.key)
            kind = self.kind(each)
            texts[each.key] = kind.type.text(value, kind.options, _PLAIN) if value is not None else ""
        return make_title(self.registry.title, texts)

    def _columns(self, values: Mapping[str, Any]) -> dict[str, Any]:
        columns: dict[str, Any] = {}
        for key, value in values.items():
            each = self._field(key)
            kind = self.kind(each)
            if kind.linking:
                continue
            columns[each.column] = value
            if kind.type.sort is Sort.COLLATED:
                columns[sort_column(each)] = None if value is None else sort_key(str(value))
        return columns

    def _targets(self, values: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
        return {key: values[key] or () for key in self._linking if key in values}

    @cached_property
    def _linking(self) -> tuple[str, ...]:
        return tuple(each.key for each in self.registry.fields if self.kind(each).linking)

    def _wire(self, key: str, value: Any) -> Any:
        return wire(self.kind(self._field(key)), value)

    def _check_targets(self, links: Iterable[tuple[str, tuple[int, ...]]]) -> None:
        """A link may only lead to what the writer may see; what he may not see does not exist."""
        wanted: dict[str, set[int]] = {}
        by_key: dict[str, set[int]] = {}
        for key, targets in links:
            by_key.setdefault(key, set()).update(targets)
        for key, asked in by_key.items():
            wanted.setdefault(self._target(key), set()).update(asked)
        known = self.gate.titles({key: ids for key, ids in wanted.items() if key != "files"})
        for key, asked in by_key.items():
            missing = sorted(each for each in asked if (self._target(key), each) not in known)
            if missing:
                raise _no_target(key, missing[0])

    def _target(self, key: str) -> str:
        kind = self.kind(self._field(key))
        return str(kind.type.target(kind.options))  # type: ignore[attr-defined]

    def _check_reached_after(self, ids: Sequence[int], right: str, sections: Iterable[str]) -> None:
        """No record leaves its writer's reach: what he wrote must still be his to write."""
        written = (self.seen.section_editable(each, right) for each in sorted(set(sections)))
        wanted = all_of([self.seen.reach(right), *written])
        if wanted.compare(true()):
            return
        statement = (
            select(func.count())
            .select_from(self.seen.table)
            .where(self.seen.table.c.id.in_(list(ids)), wanted)
        )
        if self.gate.connection.scalar(statement) != len(ids):
            raise Forbidden(_("The record would lie outside of what you may work with."))

    def _tell(self, ids: Sequence[int], action: str, fields: tuple[str, ...] = ()) -> None:
        self.gate.emit(RecordsChanged(self.registry.key, tuple(ids), action, fields))

    def _uniqueness(self) -> "_Uniqueness":
        return _Uniqueness(self.registry, self.gate.failure)


@dataclass
class _Uniqueness:
    """Turns the database's word on uniqueness into ours: which field, but never whose record."""

    registry: Registry
    failure: Failure

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: Any, error: BaseException | None, _trace: Any) -> None:
        if not isinstance(error, IntegrityError):
            return
        self.failure.statement_failed = True
        name = getattr(getattr(error.orig, "diag", None), "constraint_name", None) or str(error.orig)
        for each in self.registry.fields:
            if each.unique and (
                name == f"ix_{self.registry.id}_u{each.id}" or name.endswith(f".{each.column}")
            ):
                sentence = _("This value is already used; “{field}” must be unique.", field=each.name)
                raise Conflict(sentence, {each.key: [sentence]}) from error


def _written(new: Sequence[NewRow]) -> set[str]:
    """All keys that are written; rows of an import share one and the same set of them."""
    return set().union(*{frozenset(row.written) for row in new})


def _no_target(key: str, target: int) -> Invalid:
    return Invalid({key: [_("There is no record {id} to choose.", id=target)]})


def _no_record(record: int) -> NotFound:
    return NotFound(_("There is no record {id}.", id=record))


__all__ = ["CATEGORY", "KEEP", "Gate", "NewRow", "OpenRegistry", "SeenRow", "Selection", "User", "wire"]

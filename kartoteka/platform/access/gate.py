"""The gate: a registry opened for an actor. Records are read and written here and nowhere else.

Reading returns only what exists for the actor; writing checks him before and after, and writes history, full text
and events in the same transaction.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sqlalchemy import (
    func,
    select,
    true,
)

from kartoteka.field_types.capabilities import Numbering
from kartoteka.field_types.field_type import Sort
from kartoteka.field_types.folding import sort_key
from kartoteka.field_types.locale import Locale
from kartoteka.platform.access.inserting import CATEGORY, MERGED, ON, Inserting, NewRow, wire
from kartoteka.platform.access.judging import Judged, Judging
from kartoteka.platform.access.keeping import Writing
from kartoteka.platform.access.passage import Failure, Passage
from kartoteka.platform.access.reading import Reading, no_record
from kartoteka.platform.access.reshaping import searchable_text
from kartoteka.platform.access.rows_seen import SeenRow, Selection
from kartoteka.platform.access.seen import all_of
from kartoteka.platform.access.uniqueness import Uniqueness
from kartoteka.platform.catalog.definitions import Field
from kartoteka.platform.catalog.titles import make_title, title_fields
from kartoteka.platform.kernel.errors import Forbidden, Invalid, NotFound, StaleVersion
from kartoteka.platform.kernel.events import RecordsChanged
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.storage import history, index, rows
from kartoteka.platform.storage.layout import Kind, sort_column

_PLAIN = Locale()
KEEP: Any = object()
CHUNK = 500


@dataclass(frozen=True)
class Gate(Passage):
    """The way to records for one piece of work; whoever has it can open registries and nothing more."""

    def open(self, key: str) -> "OpenRegistry":
        """This function will open a registry.

        :raises NotFound: when it does not exist or no grant lets the actor view any of it.
        """
        registry = self.sight.catalog.registries.get(key)
        if registry is None or not self.seen(registry).visible_at_all:
            raise NotFound(_("There is no registry “{registry}”.", registry=str(key)[:60]))
        return OpenRegistry(self, registry, self.seen(registry))


@dataclass
class OpenRegistry(Reading):
    """One registry, narrowed to what its actor may see and do."""

    def insert(self, new: Sequence[NewRow]) -> list[int]:
        """This function will make records, all or none.

        :raises Forbidden: when the actor may not make such records, or a record would lie outside his reach.
        :raises Conflict: when a value of a unique field is already used.
        """
        self._check_may_insert(new)
        keeper = self.gate.keeper(self.registry)
        new = new if keeper is None else [self.settled(each) for each in new]
        self._check_targets(targets for row in new for targets in self._targets(row.values).items())
        ids = rows.allocate_ids(self.gate.connection, self.seen.table, len(new))
        numbered = self._numbered(new)
        with self._uniqueness():
            Inserting(self.registry, self.kind, self.slot, ids, numbered, self.gate.stamp).write(
                self.gate.connection, self.seen.table
            )
        self._check_reached_after(ids, "create", _written(new))
        self._tell(ids, "create")
        if keeper is not None:
            keeper.after(
                [Writing(record, row.values, {}, new=True) for record, row in zip(ids, new, strict=True)]
            )
        return ids

    def settled(self, row: NewRow) -> NewRow:
        """This function will give a new row as the plugin means it that the registry belongs to; mostly there is none.

        :raises Invalid: when a rule of the plugin stands against it.
        """
        keeper = self.gate.keeper(self.registry)
        if keeper is None or row.settled:
            return row
        meant = keeper.before(Writing(None, row.values, {}, new=True))
        return replace(row, values=meant, given=frozenset(row.written), settled=True)

    def _check_may_insert(self, new: Sequence[NewRow]) -> None:
        if not self.may("create"):
            raise Forbidden(_("You may not add records to “{registry}”.", registry=self.registry.name))
        for key in _written(new):
            if not self.may_write(self._field(key), "create"):
                raise Forbidden(_("You may not fill in “{field}”.", field=self._field(key).name))

    def _numbered(self, new: Sequence[NewRow]) -> Sequence[NewRow]:
        """New rows with their automatic numbers; a number that was given (an import) is kept."""
        for each in self.registry.active_fields:
            kind = self.kind(each)
            if not kind.numbering or not isinstance(kind.type, Numbering):
                continue
            waiting = [row for row in new if not row.values.get(each.key)]
            numbers = iter(rows.next_numbers(self.gate.connection, each.id, len(waiting)))
            new = [
                row if row.values.get(each.key) else numbered(row, each.key, kind, next(numbers))
                for row in new
            ]
        return new

    def change(
        self, record: int, values: Mapping[str, Any], *, category: Any = KEEP, version: int | None = None,
        judged: Judged = Judged.CHANGE, on: Any = KEEP,
    ) -> bool:  # fmt: skip
        """This function will change one record and tell whether anything was different.

        `on` moves an attached record to another bearer, by the ids of a registry and of a record in it, or to none;
        whoever calls has asked whether the actor may add such things there.

        :raises Invalid: when a conditional rule of the design stands against it; `judged` tells which are asked.
        :raises NotFound: :raises Forbidden: by the actor's reach before and after the change.
        :raises StaleVersion: when `version` is given and no longer the record's version.
        """
        current = self._current(record)
        self._check_may_change(current, values, category, version)
        keeper = self.gate.keeper(self.registry)
        writing = self._writing(current, values, judged) if keeper is not None else None
        meant = keeper.before(writing) if keeper is not None and writing is not None else values
        old = self._old_values(current, meant)
        wanted = {**meant, **self._with_unseen_links(old, self._targets(meant))}
        changed = {key: value for key, value in wanted.items() if value != old[key]}
        changes = {key: (self._wire(key, old[key]), self._wire(key, value)) for key, value in changed.items()}
        columns = self._columns(changed)
        if category is not KEEP and category != current["_category"]:
            changes[CATEGORY] = (current["_category"], category)
            columns["_category"] = category
        lies = bearer_of(current) if on is not KEEP else KEEP
        if lies != on:
            self._check_moves()
            changes[ON] = (lies, on)
            columns["_on_registry"], columns["_on_record"] = on or (None, None)
        changes |= self._told_beside()
        if not changes:
            return False
        self._check_targets(self._added(old, changed))
        if judged is not Judged.NOTHING and self.rules.any:
            given = {key: meant[key] for key in changed if key in values}
            Judging(self, current, judged).check(given, category)
        self._write(record, current, columns, changes, "change", self._retitled(current, changed))
        rows.replace_links(
            self.gate.connection, record, {self._field(k).id: v for k, v in self._targets(changed).items()}
        )
        self._reindex(record, current, changed)
        self._check_reached_after([record], "edit", [key for key in changed if key in values])
        self._tell([record], "change", tuple(changed))
        if keeper is not None and writing is not None:
            keeper.after([replace(writing, values=changed)])
        return True

    def _told_beside(self) -> dict[str, tuple[Any, Any]]:
        """What the entry of a change tells beside values."""
        return {}

    def _check_moves(self) -> None:
        """Files stay: each lies in a folder or a detail of its record, and the plugin knows all its versions there."""
        if not self.registry.attached or self.registry.sectioned:
            raise Invalid({"on": [_("This cannot be moved to another record.")]})

    def _writing(self, current: Mapping[Any, Any], values: Mapping[str, Any], judged: Judged) -> Writing:
        plain = (each for each in self.registry.active_fields if not self.kind(each).linking)
        old = {each.key: current[each.column] for each in plain}
        return Writing(current["id"], values, old, restoring=judged is Judged.NOTHING)

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
                raise no_record(record)
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
        there = self._near_record(record)
        flags, same = there._asked_flags()
        statement = select(self.seen.table, *flags).where(
            there._reached(removed=removed), self.seen.table.c.id == record
        )
        found = self.gate.connection.execute(statement.with_for_update(of=self.seen.table)).first()
        if found is None:
            raise no_record(record)
        answers = tuple(found)[-len(flags) :]
        return {**found._mapping, **{name: answers[place] for name, place in same.items()}}

    def _check_may_change(
        self, current: Mapping[Any, Any], values: Mapping[str, Any], category: Any, version: int | None
    ) -> None:
        if not current["_m_edit"]:
            raise Forbidden(_("You may see this record, but not change it."))
        for key in values:
            if not self.may_change(current, self._field(key)):
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
            if old[key]:
                wanted.setdefault(self._target(key), set()).update(old[key])
        known = self.gate.titles(wanted) if wanted else {}
        joined = {}
        for key, chosen in links.items():
            target = self._target(key)
            unseen = [each for each in old[key] if (target, each) not in known]
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
        return (*chosen, *unseen) if self.kind(self._field(key)).many else chosen

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
        self, record: int, current: Mapping[Any, Any], columns: Mapping[str, Any],
        changes: history.Changes, action: str, more: Mapping[str, Any] | None = None,
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
        slots = {
            self.slot(self._field(key)) for key in changed if self.kind(self._field(key)).type.searchable
        }
        if not slots:
            return
        fields = [
            each
            for each in self.registry.active_fields
            if self.slot(each) in slots and self.kind(each).type.searchable
        ]
        values = {each.key: changed.get(each.key, current[each.column]) for each in fields}
        gone = [(record, slot) for slot in slots]
        index.remove_documents(self.gate.connection, self.registry.key, gone)
        index.write_documents(self.gate.connection, self.registry.key, self._documents(record, values))

    def _documents(self, record: int, values: Mapping[str, Any]) -> list[index.Document]:
        texts: dict[int, list[str]] = {}
        for key, value in values.items():
            each = self._field(key)
            kind = self.kind(each)
            if value and kind.type.searchable:
                texts.setdefault(self.slot(each), []).append(searchable_text(kind, value))
        return [(record, slot, " ".join(parts)) for slot, parts in texts.items()]

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
        known = self.gate.titles(wanted)
        if self.registry.attached and not self.gate.names_people:
            # Everybody has things of his own; that must not make him a list of all people, asked one by one.
            known = {
                each: title for each, title in known.items() if each[0] != "users" or each[1] == self._me
            }
        for key, asked in by_key.items():
            missing = sorted(each for each in asked if (self._target(key), each) not in known)
            if missing:
                raise _no_target(key, missing[0])

    @property
    def _me(self) -> int:
        return self.gate.sight.actor.user_id

    def _target(self, key: str) -> str:
        return self.target(self._field(key))

    def _check_reached_after(self, ids: Sequence[int], right: str, written: Iterable[str]) -> None:
        """No record leaves its writer's reach: what he wrote must still be his to write."""
        places = {self.seen.writable_rows(self._field(key), right) for key in sorted(written)}
        wanted = all_of([self.seen.reach(right), *map(self.seen.condition_of, places)])
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

    def _uniqueness(self) -> Uniqueness:
        return Uniqueness(self.registry, self.gate.failure)


def numbered(row: NewRow, key: str, kind: Kind, number: int) -> NewRow:
    """This function will give a new row its automatic number, which the actor did not write."""
    assert isinstance(kind.type, Numbering)
    values = {**row.values, key: kind.type.number(number, kind.options)}
    return replace(row, values=values, given=frozenset(row.written))


def bearer_of(row: Mapping[Any, Any]) -> tuple[int, int] | None:
    """This function will tell what an attached row lies on: the ids of a registry and of a record in it."""
    place = row["_on_registry"], row["_on_record"]
    return None if None in place else place


def _written(new: Sequence[NewRow]) -> set[str]:
    """All keys that are written; rows of an import share one and the same set of them."""
    return set().union(*{frozenset(row.written) for row in new})


def _no_target(key: str, target: int) -> Invalid:
    return Invalid({key: [_("There is no record {id} to choose.", id=target)]})


__all__ = [
    "CATEGORY",
    "KEEP",
    "MERGED",
    "ON",
    "Failure",
    "Gate",
    "Judged",
    "NewRow",
    "OpenRegistry",
    "SeenRow",
    "Selection",
    "wire",
]

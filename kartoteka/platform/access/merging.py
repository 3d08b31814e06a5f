"""Several records made into one: whatever pointed at them or lay on them points at the one that stays, and lies on it.

Whoever may change everything about the records carries all of it along, also what others keep private there and links
of records that he cannot see: nothing of that is told to him, and nothing is left behind. History has an entry for
every row that is touched, so that all of it can be carried back.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, delete, or_, select, true, update

from kartoteka.platform.access.gate import MERGED, ON, OpenRegistry, bearer_of
from kartoteka.platform.access.passage import Passage
from kartoteka.platform.catalog.definitions import Field, Registry
from kartoteka.platform.kernel.errors import Forbidden
from kartoteka.platform.kernel.events import RecordsChanged
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.storage import history
from kartoteka.platform.storage.rows import LINKS, insert_links, read_links

CHUNK = 500
STAYS: Any = object()
Targets = tuple[int, ...]


@dataclass(frozen=True)
class Carried:
    """One record of a registry to be changed: the targets of some of its links, and what it lies on."""

    record: int
    links: Mapping[str, Targets] = field(default_factory=dict)
    on: Any = STAYS


@dataclass
class Merging(OpenRegistry):
    """A registry whose records are made into one.

    What the one that stays gets beside the values that its writer means: `exact` links instead of those, some of which
    he is not `asked` about since he does not see where they lead, and the numbers of those that it is `made_of` from
    now on, or is no more. There is always an entry of it, so that no version tells whether there was anything hidden.
    """

    exact: dict[str, Targets] = field(default_factory=dict)
    unasked: dict[str, Targets] = field(default_factory=dict)
    made_of: tuple[Any, Any] = (None, None)

    def _told_beside(self) -> dict[str, tuple[Any, Any]]:
        return {MERGED: self.made_of}

    def _with_unseen_links(self, old: Mapping[str, Any], links: Mapping[str, Targets]) -> dict[str, Targets]:
        meant = super()._with_unseen_links(old, links)
        return {key: self.exact.get(key, targets) for key, targets in meant.items()}

    def _check_targets(self, links: Iterable[tuple[str, Targets]]) -> None:
        asked = [
            (key, tuple(one for one in targets if one not in self.unasked.get(key, ())))
            for key, targets in links
        ]
        super()._check_targets(asked)

    def check(self, records: Iterable[int], versions: Mapping[int, int | None] | None = None) -> None:
        """This function will lock living records and insist that the actor may change everything about each of them.

        :raises NotFound: when one is not there for him. :raises StaleVersion: when one has changed since.
        :raises Forbidden: as his roles decide, whatever the records hold.
        """
        for record in sorted(set(records)):
            current = self._current(record)
            self._check_version(current, (versions or {}).get(record))
            if not self._whole(current) or not self._sees_what_points:
                raise Forbidden(
                    _("To merge records, you need the right to change everything that is kept about them.")
                )

    @property
    def _sees_what_points(self) -> bool:
        """Whether no record that the actor sees points here by a detail that he does not: its version would tell."""
        pointing = self.gate.sight.catalog.relations_to.get(self.registry.key, ())
        opened = [(self.gate.seen(registry), each) for registry, each in pointing]
        return all(
            each in seen.fields and seen.field_shown(each).compare(true())
            for seen, each in opened
            if seen.visible_at_all
        )

    def _whole(self, current: Mapping[Any, Any]) -> bool:
        registry, exist = self.registry, {each.key for each in self.fields}
        return bool(
            current["_m_edit"]
            and all(current[f"_e_{each.key}"] for each in registry.active_sections)
            and all(each.key in exist and self.may_change(current, each) for each in registry.active_fields)
            and all(current[f"_w_{plugin}"] for plugin in self.gate.sight.catalog.tabs(registry))
        )

    def bury(self, merged: Sequence[int], survivor: int) -> None:
        """This function will put records into the recycle bin; their history names the one that they are now.

        :raises Forbidden: when one of them is not the actor's to remove.
        """
        for record in merged:
            current = self._current(record)
            if not current["_m_delete"]:
                raise Forbidden(_("You may not delete this record."))
            gone = {"_removed_at": self.gate.stamp.at, "_removed_by": self.gate.stamp.by_id}
            self._write(record, current, gone, {MERGED: (None, survivor)}, "remove")
        self._tell(merged, "remove")

    def stored_links(self, each: Field, records: Sequence[int]) -> dict[int, Targets]:
        """This function will give all that records point at, whether or not the actor sees it."""
        found = read_links(self.gate.connection, [each.id], records)
        return {record: found.get((each.id, record), ()) for record in records}

    def point_at(self, survivor: int, merged: Sequence[int]) -> None:
        """This function will let every other record that points at merged ones point at the one that stays, once."""
        apart = {survivor, *merged}
        for registry, fields in self._pointing():
            own = registry.key == self.registry.key
            found = _sources(self.gate, [each.id for each in fields], merged)
            sources = sorted(found - apart) if own else sorted(found)
            for some in _chunks(sources):
                stored = read_links(self.gate.connection, [each.id for each in fields], some)
                carried = [
                    Carried(record, _instead(fields, stored, record, survivor, merged)) for record in some
                ]
                carry(self.gate, registry, carried)

    def _pointing(self) -> Iterator[tuple[Registry, list[Field]]]:
        """Every registry with its relations to this one; those that are switched off might be switched on again."""
        for registry in self.gate.sight.catalog.registries.values():
            fields = [each for each in registry.fields if self._points_here(each)]
            if fields:
                yield registry, fields

    def _points_here(self, each: Field) -> bool:
        return each.type == "relation" and each.options.get("target") == self.registry.key

    def lay_on(self, survivor: int, merged: Sequence[int], kept: Iterable[int]) -> None:
        """This function will let all that lies on merged records lie on the one that stays, what is in the bin too.

        A file that is the value of a field goes along if it is among those that are `kept` there, as values do.
        """
        rooms = [each.id for each in self.registry.fields if each.type == "file"]
        for registry in self.gate.sight.catalog.registries.values():
            if not registry.attached:
                continue
            table = self.gate.sight.layout.table(registry)
            there = select(table.c.id).where(
                table.c._on_registry == self.registry.id, table.c._on_record.in_(merged)
            )
            if registry.sectioned and rooms:
                room = table.c._on_room
                there = there.where(or_(room.is_(None), room.not_in(rooms), table.c.id.in_(list(kept))))
            things = list(self.gate.connection.scalars(there.order_by(table.c.id)))
            place = (self.registry.id, survivor)
            for some in _chunks(things):
                carry(self.gate, registry, [Carried(thing, on=place) for thing in some])


def _sources(gate: Passage, fields: Sequence[int], targets: Sequence[int]) -> set[int]:
    pointing = select(LINKS.c.source).where(LINKS.c.field_id.in_(fields), LINKS.c.target.in_(targets))
    return set(gate.connection.scalars(pointing))


def _instead(
    fields: Sequence[Field], stored: Mapping[tuple[int, int], Targets], record: int, survivor: int,
    merged: Sequence[int],
) -> dict[str, Targets]:  # fmt: skip
    """The links of a record as they are to be: the one that stays in the place of the others, once."""
    found = {}
    for each in fields:
        old = stored.get((each.id, record), ())
        if set(old) & set(merged):
            found[each.key] = tuple(dict.fromkeys(survivor if one in merged else one for one in old))
    return found


def carry(gate: Passage, registry: Registry, carried: Sequence[Carried]) -> None:
    """This function will change links and places of rows, each with an entry in its history, whoever may see them.

    What is as it should be already is left alone.
    """
    for some in _chunks(carried):
        _carry_some(gate, registry, {each.record: each for each in some})


def _carry_some(gate: Passage, registry: Registry, wanted: Mapping[int, Carried]) -> None:
    table = gate.sight.layout.table(registry)
    fields = {each.key: each for each in registry.fields}
    keys = sorted({key for each in wanted.values() for key in each.links})
    locked = select(table).where(table.c.id.in_(list(wanted))).order_by(table.c.id).with_for_update()
    rows = [row._mapping for row in gate.connection.execute(locked)]
    stored = read_links(gate.connection, [fields[key].id for key in keys], list(wanted))
    entries, places = [], {}
    for row in rows:
        changes = _changes(row, wanted[row["id"]], fields, stored)
        if changes:
            number, version = row["id"], row["_version"] + 1
            entries.append(history.Entry(registry.id, number, version, "change", changes, row["_chain"]))
            places[number] = wanted[number].on
    if not entries:
        return
    sealed = [history.sealed(entry, gate.stamp) for entry in entries]
    _write_heads(gate, registry, sealed, places)
    for entry in entries:
        _write_links(gate, entry.record_id, {fields[key].id: wanted[entry.record_id].links[key]
                                             for key in entry.changes if key != ON})  # fmt: skip
    history.append(gate.connection, sealed)
    told = sorted({key for entry in entries for key in entry.changes if key != ON})
    ids = tuple(entry.record_id for entry in entries)
    gate.emit(RecordsChanged(registry.key, ids, "change", tuple(told)))


def _changes(
    row: Mapping[Any, Any], wanted: Carried, fields: Mapping[str, Field], stored: Mapping[tuple[int, int], Targets]
) -> dict[str, tuple[Any, Any]]:  # fmt: skip
    """What differs, in the form that history keeps."""
    changes: dict[str, tuple[Any, Any]] = {}
    for key, targets in wanted.links.items():
        old = stored.get((fields[key].id, row["id"]), ())
        if old != targets:
            changes[key] = (list(old) or None, list(targets) or None)
    if wanted.on is not STAYS and bearer_of(row) != wanted.on:
        changes[ON] = (bearer_of(row), wanted.on)
    return changes


def _write_heads(
    gate: Passage, registry: Registry, sealed: Sequence[Mapping[str, Any]], places: Mapping[int, Any]
) -> None:
    table, stamp = gate.sight.layout.table(registry), gate.stamp
    changed = {"_version": bindparam("version"), "_chain": bindparam("head"),
               "_updated_at": stamp.at, "_updated_by": stamp.by_id}  # fmt: skip
    heads = [{"record": row["record_id"], "version": row["version"], "head": row["hash"]} for row in sealed]
    moved = [
        {**each, **_ends(places[each["record"]])} for each in heads if places[each["record"]] is not STAYS
    ]
    stay = [each for each in heads if places[each["record"]] is STAYS]
    statement = update(table).where(table.c.id == bindparam("record"))
    if stay:
        gate.connection.execute(statement.values(**changed), stay)
    if moved:
        lying: dict[str, Any] = {
            "_on_registry": bindparam("of_registry"),
            "_on_record": bindparam("of_record"),
        }
        gate.connection.execute(statement.values(**changed, **lying), moved)


def _ends(place: Any) -> dict[str, Any]:
    registry, record = place or (None, None)
    return {"of_registry": registry, "of_record": record}


def _write_links(gate: Passage, record: int, links: Mapping[int, Targets]) -> None:
    if links:
        gate.connection.execute(
            delete(LINKS).where(LINKS.c.source == record, LINKS.c.field_id.in_(list(links)))
        )
        insert_links(gate.connection, ((number, record, targets) for number, targets in links.items()))


def _chunks(every: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(every), CHUNK):
        yield every[start : start + CHUNK]


__all__ = ["STAYS", "Carried", "Merging", "carry"]

"""Stored values carried from one design to the next: found wanting, converted, retitled, indexed anew.

Only the modelling verbs use this, under the power `design` and the design lock; it sees values without rights, and
tells only counts and examples to the designer.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, func, select, update

from kartoteka.field_types.field_type import Sort
from kartoteka.field_types.folding import sort_key
from kartoteka.platform.access.conversion import CHUNK, PLAIN, Carried, Conversion, Station, Titles
from kartoteka.platform.catalog.definitions import Catalog, Field, Registry
from kartoteka.platform.catalog.plans import Action, Step, column_number
from kartoteka.platform.catalog.titles import make_title, title_fields
from kartoteka.platform.kernel.texts import _, plural
from kartoteka.platform.storage import index, rows
from kartoteka.platform.storage.layout import Kind, Layout, sort_column

# Stands for a value in an example where some of the values are private to their owners.
UNTOLD = "…"


@dataclass(frozen=True, slots=True)
class Finding:
    """What stored values have to say to a step: how many stand against it, with examples.

    `acceptable`: it may be done all the same, and those values are left empty.
    """

    place: str
    sentence: str
    count: int
    examples: tuple[str, ...] = ()
    acceptable: bool = False


@dataclass(frozen=True, slots=True)
class Survey:
    """What a step would do to stored values: how many there are, how many would not stay as they are stored."""

    step: Step
    values: int = 0
    altered: int = 0
    back: int = 0
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Reshaping:
    """The way from one design to another over the same rows.

    `ways`: by the id of a field, definitions that it had before, over whose columns its values come back.
    `known`: what has become of values already, which whoever looks through them twice keeps in between.
    """

    connection: Connection
    old: Catalog
    new: Catalog
    old_layout: Layout
    new_layout: Layout
    ways: Mapping[int, tuple[Station, ...]] = field(default_factory=dict)
    known: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    @cached_property
    def titles(self) -> Titles:
        """What records are called, read when first needed."""
        return Titles(self.connection, self.old, self.old_layout)

    def survey(self, step: Step, limit: int) -> Survey:
        """This function will look through the stored values that a step touches; nothing is changed."""
        found = self._fields(step)
        if found is None:
            return Survey(step)
        match step.action:
            case Action.CONVERT_FIELD | Action.CHECK_FIELD:
                return self._converting(step, limit, *found)
            case Action.SET_UNIQUE if step.on and not self._moves(*found[1:]):
                return Survey(step, findings=self._repeated(step, limit, *found))
            case Action.SET_REQUIRED if step.on:
                return Survey(step, findings=self._empty(step, limit, *found))
            case _:
                return Survey(step)

    def _fields(self, step: Step) -> tuple[Registry, Field, Field] | None:
        if step.registry not in self.old.registries or not step.subject or not step.touches_values:
            return None
        registry = self.new.registries[step.registry]
        old, new = self.old.registries[step.registry].field(step.subject), registry.field(step.subject)
        return (registry, old, new) if old is not None and new is not None else None

    @staticmethod
    def _moves(old: Field, new: Field) -> bool:
        return (old.type, old.options, old.column) != (new.type, new.options, new.column)

    def _conversion(self, registry: Registry, old: Field, new: Field) -> Conversion:
        today = Station(old, self.old_layout.kind(old))
        return Conversion(
            self.connection,
            self.old_layout.table(self.old.registries[registry.key]),
            (*self.ways.get(new.id, ()), today),
            Station(new, self.new_layout.kind(new)),
            self.titles,
            self.known,
        )

    def _converting(self, step: Step, limit: int, registry: Registry, old: Field, new: Field) -> Survey:
        conversion, before = self._conversion(registry, old, new), self.old_layout.kind(old)
        values = altered = lost = back = 0
        examples: list[str] = []
        result: dict[Any, list[int]] = {}
        for each in conversion.values():
            values += each.now is not None
            altered += each.then != each.now
            back += each.now is None and each.then is not None
            if new.unique and each.then is not None:
                result.setdefault(each.then, []).append(each.record)
            if each.lost:
                lost += 1
                if len(examples) < limit:
                    shown = UNTOLD if registry.narrow else conversion.text(before, each.now)[:80]
                    examples.append(_("record {id}: {value}", id=each.record, value=shown))
        findings = [_unfit(step, new, lost, examples)] if lost else []
        if new.unique:
            findings += self._colliding(step, limit, registry, new, result)
        return Survey(step, values, altered, back, tuple(findings))

    def _colliding(
        self, step: Step, limit: int, registry: Registry, new: Field, result: Mapping[Any, Sequence[int]]
    ) -> list[Finding]:
        """Values that would be the same only after they are converted: 007 and 7 as numbers."""
        table = self.old_layout.table(self.old.registries[registry.key])
        gone = set(self.connection.scalars(select(table.c.id).where(table.c._removed_at.is_not(None))))
        counts = Counter({value: sum(each not in gone for each in ids) for value, ids in result.items()})
        repeated = [(value, count) for value, count in counts.most_common() if count > 1]
        return (
            [_twice(step, new, self._told(self.new_layout, registry, new), repeated, limit)]
            if repeated
            else []
        )

    def _repeated(
        self, step: Step, limit: int, registry: Registry, old: Field, new: Field
    ) -> tuple[Finding, ...]:
        table = self.old_layout.table(self.old.registries[registry.key])
        column = table.c[old.column]
        statement = (
            select(column, func.count()).where(column.is_not(None), table.c._removed_at.is_(None)).group_by(column)
            .having(func.count() > 1).order_by(func.count().desc(), column)
        )  # fmt: skip
        repeated = [(row[0], row[1]) for row in self.connection.execute(statement)]
        return (
            (_twice(step, new, self._told(self.old_layout, registry, old), repeated, limit),)
            if repeated
            else ()
        )

    @staticmethod
    def _told(layout: Layout, registry: Registry, field: Field) -> Callable[[Any], str]:
        """How a value is put into an example; where some are private to their owners, no value leaves here."""
        kind = layout.kind(field)
        return lambda value: UNTOLD if registry.narrow else kind.type.text(value, kind.options, PLAIN)[:80]

    def _empty(
        self, step: Step, limit: int, registry: Registry, old: Field, new: Field
    ) -> tuple[Finding, ...]:
        table = self.old_layout.table(self.old.registries[registry.key])
        alive = table.c._removed_at.is_(None)
        if self.old_layout.kind(old).linking:
            filled = select(rows.LINKS.c.source).where(rows.LINKS.c.field_id == old.id)
            wanting = [alive, table.c.id.not_in(filled)]
        else:
            wanting = [alive, table.c[old.column].is_(None)]
        if new.categories:
            wanting.append(table.c._category.in_(new.categories))
        count = self.connection.scalar(select(func.count()).select_from(table).where(*wanting)) or 0
        if not count:
            return ()
        shown = self.connection.scalars(select(table.c.id).where(*wanting).order_by(table.c.id).limit(limit))
        examples = tuple(map(str, shown))
        sentence = plural(
            "{n} record has no value in “{field}”: {examples}",
            "{n} records have no value in “{field}”: {examples}",
            count,
            field=new.name,
            examples=", ".join(examples),
        )
        return (Finding(step.place, sentence, count, examples),)

    def carry_out(self, step: Step) -> None:
        """This function will do the part of a step that touches stored values."""
        match step.action:
            case Action.CONVERT_FIELD | Action.CHECK_FIELD:
                found = self._fields(step)
                if found is not None:
                    self._convert(*found)
            case Action.RETITLE if step.registry in self.old.registries:
                self._retitle(self.new.registries[step.registry])
            case Action.REINDEX if step.registry in self.old.registries:
                self.reindex(self.new.registries[step.registry])

    def _convert(self, registry: Registry, old: Field, new: Field) -> None:
        before, after = self.old_layout.kind(old), self.new_layout.kind(new)
        changed = [each for each in self._conversion(registry, old, new).values() if each.then != each.kept]
        if old.column != new.column:
            self._set_aside(before, old, after, new)
        if after.linking:
            self._relink(new, changed)
        else:
            self._fill(self.new_layout.table(registry), new, after, changed)

    def _set_aside(self, before: Kind, old: Field, after: Kind, new: Field) -> None:
        """Links have no column that could stay: those of today wait under a number until they are wanted again."""
        if before.linking:
            rows.renumber_links(self.connection, old.id, -column_number(old))
        if after.linking:
            rows.renumber_links(self.connection, -column_number(new), new.id)

    def _relink(self, new: Field, changed: Sequence[Carried]) -> None:
        forget = delete(rows.LINKS).where(
            rows.LINKS.c.field_id == new.id, rows.LINKS.c.source == bindparam("record")
        )
        for start in range(0, len(changed), CHUNK):
            piece = changed[start : start + CHUNK]
            self.connection.execute(forget, [{"record": each.record} for each in piece])
            rows.insert_links(self.connection, ((new.id, each.record, each.then or ()) for each in piece))

    def _fill(self, table: Table, new: Field, kind: Kind, changed: Iterable[Carried]) -> None:
        values: dict[Any, Any] = {table.c[new.column]: bindparam("value", type_=table.c[new.column].type)}
        collated = kind.type.sort is Sort.COLLATED
        if collated:
            values[table.c[sort_column(new)]] = bindparam("sorted")
        statement = update(table).where(table.c.id == bindparam("record")).values(values)
        chunk: list[dict[str, Any]] = []
        for each in changed:
            order = {"sorted": None if each.then is None else sort_key(str(each.then))} if collated else {}
            chunk.append({"record": each.record, "value": each.then, **order})
            if len(chunk) >= CHUNK:
                self.connection.execute(statement, chunk)
                chunk = []
        if chunk:
            self.connection.execute(statement, chunk)

    def _retitle(self, registry: Registry) -> None:
        table, parts = self.new_layout.table(registry), title_fields(registry)
        statement = select(table.c.id, *(table.c[each.column] for each in parts))
        update_title = (
            update(table)
            .where(table.c.id == bindparam("record"))
            .values(_title=bindparam("title"), _s_title=bindparam("sorted"))
        )
        renamed = []
        for record, *values in self.connection.execute(statement).all():
            texts = {each.key: self._text(each, value) for each, value in zip(parts, values, strict=True)}
            title = make_title(registry.title, texts)
            renamed.append({"record": record, "title": title, "sorted": sort_key(title)})
        for start in range(0, len(renamed), CHUNK):
            self.connection.execute(update_title, renamed[start : start + CHUNK])

    def _text(self, field: Field, value: Any) -> str:
        kind = self.new_layout.kind(field)
        return "" if value is None else kind.type.text(value, kind.options, PLAIN)

    def reindex(self, registry: Registry) -> None:
        """This function will write all full-text documents of a registry anew."""
        index.empty_index(self.connection, registry.key)
        last: int | None = 0
        while last is not None:
            last = self._write_documents(registry, last)

    def reindex_after(self, registry: Registry, last: int) -> int | None:
        """This function will write a portion of them anew, those of the records that come after one.

        Gives the id to go on after, or None when there are no more; so it need not all be one transaction.
        """
        table = self.new_layout.table(registry)
        following = (
            select(table.c.id).where(table.c.id > last).order_by(table.c.id).limit(1).offset(CHUNK - 1)
        )
        index.remove_range(self.connection, registry.key, last, self.connection.scalar(following))
        return self._write_documents(registry, last)

    def _write_documents(self, registry: Registry, last: int) -> int | None:
        table = self.new_layout.table(registry)
        parts = [each for each in registry.active_fields if self.new_layout.kind(each).type.searchable]
        slots = {each.key: self.new.slot(registry, each) for each in parts}
        if not parts:
            return None
        statement = (
            select(table.c.id, *(table.c[each.column] for each in parts))
            .where(table.c.id > last)
            .order_by(table.c.id)
            .limit(CHUNK)
        )
        found = self.connection.execute(statement).all()
        documents: dict[tuple[int, int], list[str]] = {}
        for record, *values in found:
            for each, value in zip(parts, values, strict=True):
                if value:
                    documents.setdefault((record, slots[each.key]), []).append(
                        searchable_text(self.new_layout.kind(each), value)
                    )
        index.write_documents(
            self.connection, registry.key, [(*key, " ".join(texts)) for key, texts in documents.items()]
        )
        return found[-1][0] if len(found) == CHUNK else None


def searchable_text(kind: Kind, value: Any) -> str:
    """This function will give the words under which a value is found: as it is stored and as people read it."""
    shown = kind.type.text(value, kind.options, PLAIN)
    return str(value) if shown == value else f"{value} {shown}"


def _unfit(step: Step, field: Field, count: int, examples: Sequence[str]) -> Finding:
    sentence = plural(
        "{n} value of “{field}” does not fit the new definition: {examples}",
        "{n} values of “{field}” do not fit the new definition: {examples}",
        count,
        field=field.name,
        examples="; ".join(examples),
    )
    return Finding(step.place, sentence, count, tuple(examples), acceptable=True)


def _twice(
    step: Step, field: Field, tell: Callable[[Any], str], repeated: Sequence[tuple[Any, int]], limit: int
) -> Finding:
    examples = tuple(
        _("{value} ({count}×)", value=tell(value), count=count) for value, count in repeated[:limit]
    )
    sentence = plural(
        "{n} value of “{field}” is there more than once: {examples}",
        "{n} values of “{field}” are there more than once: {examples}",
        len(repeated),
        field=field.name,
        examples="; ".join(examples),
    )
    return Finding(step.place, sentence, len(repeated), examples)


__all__ = ["Finding", "Reshaping", "Survey", "searchable_text"]

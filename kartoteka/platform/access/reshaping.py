"""Stored values carried from one design to the next: found wanting, converted, retitled, indexed anew.

Only the modelling verbs use this, under the power `design` and the design lock; it sees values without rights, and
tells only counts and examples to the designer.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import marshmallow as ma
from sqlalchemy import Connection, Table, bindparam, delete, func, select, update

from kartoteka.field_types.field_type import Sort
from kartoteka.field_types.folding import sort_key
from kartoteka.field_types.locale import Locale
from kartoteka.platform.catalog.definitions import Catalog, Field, Registry
from kartoteka.platform.catalog.plans import Action, Step
from kartoteka.platform.catalog.titles import make_title, title_fields
from kartoteka.platform.kernel.texts import _, plural
from kartoteka.platform.storage import index, rows
from kartoteka.platform.storage.layout import Kind, Layout, sort_column

_PLAIN = Locale()
CHUNK = 1000


@dataclass(frozen=True)
class Reshaping:
    """The way from one design to another over the same rows."""

    connection: Connection
    old: Catalog
    new: Catalog
    old_layout: Layout
    new_layout: Layout

    def against(self, step: Step, limit: int) -> list[str]:
        """This function will say which stored values stand against a step, with a count and examples."""
        if step.registry not in self.old.registries:
            return []
        match step.action:
            case Action.CONVERT_FIELD | Action.CHECK_FIELD:
                return self._unconvertible(step, limit)
            case Action.SET_UNIQUE:
                return self._repeated(step, limit)
            case Action.SET_REQUIRED:
                return self._empty(step)
            case _:
                return []

    def _fields(self, step: Step) -> tuple[Registry, Field, Field] | None:
        registry = self.new.registries[step.registry]
        old, new = self.old.registries[step.registry].field(step.subject), registry.field(step.subject)
        return (registry, old, new) if old is not None and new is not None else None

    def _unconvertible(self, step: Step, limit: int) -> list[str]:
        found = self._fields(step)
        if found is None:
            return []
        registry, old, new = found
        count = 0
        examples: list[str] = []
        for record, value in self._values(registry, old):
            if _converted(self.old_layout.kind(old), self.new_layout.kind(new), value) is None:
                count += 1
                if len(examples) < limit:
                    examples.append(
                        _("record {id}: {value}", id=record, value=_shown(self.old_layout.kind(old), value))
                    )
        if not count:
            return []
        return [
            plural(
                "{n} value of “{field}” does not fit the new definition: {examples}",
                "{n} values of “{field}” do not fit the new definition: {examples}",
                count,
                field=new.name,
                examples="; ".join(examples),
            )
        ]

    def _values(self, registry: Registry, field: Field) -> Iterator[tuple[int, Any]]:
        kind = self.old_layout.kind(field)
        if kind.linking:
            statement = (
                select(rows.LINKS.c.source, rows.LINKS.c.target)
                .where(rows.LINKS.c.field_id == field.id)
                .order_by(rows.LINKS.c.source, rows.LINKS.c.position)
            )
            gathered: dict[int, tuple[int, ...]] = {}
            for source, target in self.connection.execute(statement):
                gathered[source] = (*gathered.get(source, ()), target)
            yield from gathered.items()
            return
        table = self.old_layout.table(self.old.registries[registry.key])
        last = 0
        while True:
            statement = (
                select(table.c.id, table.c[field.column])
                .where(table.c.id > last, table.c[field.column].is_not(None))
                .order_by(table.c.id)
                .limit(CHUNK)
            )
            found = self.connection.execute(statement).all()
            yield from ((row[0], row[1]) for row in found)
            if len(found) < CHUNK:
                return
            last = found[-1][0]

    def _repeated(self, step: Step, limit: int) -> list[str]:
        found = self._fields(step)
        if found is None:
            return []
        registry, old, new = found
        table = self.old_layout.table(self.old.registries[registry.key])
        column = table.c[old.column]
        statement = (
            select(column, func.count()).where(column.is_not(None), table.c._removed_at.is_(None)).group_by(column)
            .having(func.count() > 1).order_by(func.count().desc(), column)
        )  # fmt: skip
        repeated = self.connection.execute(statement).all()
        if not repeated:
            return []
        kind = self.old_layout.kind(old)
        examples = "; ".join(
            _("{value} ({count}×)", value=_shown(kind, value), count=count)
            for value, count in repeated[:limit]
        )
        return [
            plural(
                "{n} value of “{field}” is there more than once: {examples}",
                "{n} values of “{field}” are there more than once: {examples}",
                len(repeated),
                field=new.name,
                examples=examples,
            )
        ]

    def _empty(self, step: Step) -> list[str]:
        found = self._fields(step)
        if found is None:
            return []
        registry, old, new = found
        table = self.old_layout.table(self.old.registries[registry.key])
        alive = table.c._removed_at.is_(None)
        if self.old_layout.kind(old).linking:
            filled = select(rows.LINKS.c.source).where(rows.LINKS.c.field_id == old.id)
            wanting = [alive, table.c.id.not_in(filled)]
        else:
            wanting = [alive, table.c[old.column].is_(None)]
        if new.categories:
            wanting.append(table.c._category.in_(new.categories))
        statement = select(table.c.id).where(*wanting).order_by(table.c.id)
        ids = list(self.connection.scalars(statement))
        if not ids:
            return []
        shown = ", ".join(map(str, ids[:10]))
        return [
            plural(
                "{n} record has no value in “{field}”: {examples}",
                "{n} records have no value in “{field}”: {examples}",
                len(ids),
                field=new.name,
                examples=shown,
            )
        ]

    def carry_out(self, step: Step) -> None:
        """This function will do the part of a step that touches stored values."""
        if step.registry and step.registry not in self.old.registries:
            return
        match step.action:
            case Action.CONVERT_FIELD | Action.CHECK_FIELD:
                self._convert(step)
            case Action.RETITLE:
                self._retitle(self.new.registries[step.registry])
            case Action.REINDEX:
                self.reindex(self.new.registries[step.registry])

    def _convert(self, step: Step) -> None:
        found = self._fields(step)
        if found is None:
            return
        registry, old, new = found
        before, after = self.old_layout.kind(old), self.new_layout.kind(new)
        pairs = ((record, _converted(before, after, value)) for record, value in self._values(registry, old)
                 if step.action is Action.CONVERT_FIELD or _converted(before, after, value) != value)  # fmt: skip
        if after.linking:
            links = [(record, value or ()) for record, value in pairs]
            self.connection.execute(delete(rows.LINKS).where(rows.LINKS.c.field_id == new.id))
            rows.insert_links(self.connection, ((new.id, record, targets) for record, targets in links))
        else:
            self._fill(self.new_layout.table(registry), new, after, pairs)

    def _fill(self, table: Table, field: Field, kind: Kind, pairs: Iterator[tuple[int, Any]]) -> None:
        values: dict[Any, Any] = {table.c[field.column]: bindparam("value", type_=table.c[field.column].type)}
        collated = kind.type.sort is Sort.COLLATED
        if collated:
            values[table.c[sort_column(field)]] = bindparam("sorted")
        statement = update(table).where(table.c.id == bindparam("record")).values(values)
        chunk: list[dict[str, Any]] = []
        for record, value in list(pairs):
            order = {"sorted": None if value is None else sort_key(str(value))} if collated else {}
            chunk.append({"record": record, "value": value, **order})
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
        return "" if value is None else kind.type.text(value, kind.options, _PLAIN)

    def reindex(self, registry: Registry) -> None:
        """This function will write all full-text documents of a registry anew."""
        index.empty_index(self.connection, registry.key)
        table = self.new_layout.table(registry)
        parts = [each for each in registry.active_fields if self.new_layout.kind(each).type.searchable]
        sections = {each.key: each.id for each in registry.sections}
        last = 0
        while parts:
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
                        documents.setdefault((record, sections[each.section]), []).append(
                            searchable_text(self.new_layout.kind(each), value)
                        )
            index.write_documents(
                self.connection, registry.key, [(*key, " ".join(texts)) for key, texts in documents.items()]
            )
            if len(found) < CHUNK:
                return
            last = found[-1][0]


def searchable_text(kind: Kind, value: Any) -> str:
    """This function will give the words under which a value is found: as it is stored and as people read it."""
    shown = kind.type.text(value, kind.options, _PLAIN)
    return str(value) if shown == value else f"{value} {shown}"


def _converted(old: Kind, new: Kind, value: Any) -> Any:
    """The value in its new kind, by its JSON form or by its text; None when neither fits."""
    wire = list(value) if old.linking else old.schema._serialize(value, "", None)
    for form in (wire, lambda: old.type.text(value, old.options, _PLAIN)):
        try:
            found = new.schema.deserialize(form() if callable(form) else form)
        except (ma.ValidationError, TypeError, ValueError):
            continue
        if found not in (None, ()):
            return found
    return None


def _shown(kind: Kind, value: Any) -> str:
    return (
        ", ".join(map(str, value))[:80] if kind.linking else kind.type.text(value, kind.options, _PLAIN)[:80]
    )


__all__ = ["Reshaping", "searchable_text"]

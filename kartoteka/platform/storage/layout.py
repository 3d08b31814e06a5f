"""From definitions to tables: one typed table for each registry, its columns named by field keys."""

import logging
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, String, Table, Text
from sqlalchemy.types import TypeEngine

from kartoteka.field_types.absent import Absent
from kartoteka.field_types.capabilities import Cautious, Choice, Choosing, Linking, Numbering
from kartoteka.field_types.field_type import FieldType, Sort
from kartoteka.platform.catalog.definitions import Catalog, Field, Registry
from kartoteka.platform.kernel.tables import Moment

FieldTypes = Mapping[str, FieldType]
# Which columns a table really has, asked only where the design alone cannot tell.
Present = Callable[[str], Container[str]]
logger = logging.getLogger(__name__)
_ID = BigInteger().with_variant(Integer, "sqlite")
# Byte order is the order of a stored sort key; PostgreSQL would otherwise use the locale of the database.
SORT_KEY = Text().with_variant(Text(collation="C"), "postgresql")
BYTES = SORT_KEY


@dataclass(frozen=True)
class Kind:
    """A field's type together with its options, made once per catalog version.

    `linking` is true when values live in the link table instead of a column, `numbering` when nobody types them in.
    What the type can do is asked once, since asking a protocol is slow.
    """

    type: FieldType
    options: Any
    schema: Any
    linking: bool
    numbering: bool
    cautious: bool

    @property
    def target(self) -> str:
        """What values lead to: "users", "files" or the key of a registry; nothing where they are plain."""
        return str(cast(Linking, self.type).target(self.options)) if self.linking else ""

    @property
    def many(self) -> bool:
        """Whether a value may lead to more than one."""
        return self.linking and bool(cast(Linking, self.type).many(self.options))

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What may be chosen, in its order, the inactive ones too; nothing where there is no choice."""
        return self.type.choices(self.options) if isinstance(self.type, Choosing) else ()

    @property
    def absent(self) -> bool:
        """True when the type is not installed, so that values can only be shown."""
        return isinstance(self.type, Absent)


@dataclass(frozen=True)
class Layout:
    """All tables of a catalog version and the kinds of their fields."""

    tables: Mapping[str, Table]
    kinds: Mapping[int, Kind]
    registries: Mapping[str, Registry] = field(default_factory=dict, compare=False)
    # What somebody sees of a registry, with the statements made for him, kept as long as this design is in force.
    sights: dict[Any, Any] = field(default_factory=dict, compare=False)

    def table(self, registry: Registry) -> Table:
        """This function will give the table of a registry."""
        return self.tables[registry.key]

    def kind(self, field: Field) -> Kind:
        """This function will give the type and options of a field."""
        return self.kinds[field.id]


def layout_of(
    catalog: Catalog, types: FieldTypes, present: Present | None = None, before: Layout | None = None
) -> Layout:
    """This function will lay out every registry of the catalog, switched off ones too.

    Of an earlier layout it takes over what is the same: most changes of a design concern one registry or none.
    """
    tables: dict[str, Table] = {}
    kinds: dict[int, Kind] = {}
    for key, registry in catalog.registries.items():
        known = before and _known(before, registry)
        mine = known or {each.id: kind_of(each, types, registry, present) for each in registry.fields}
        tables[key] = before.tables[key] if before and known else registry_table(registry, mine, MetaData())
        kinds.update(mine)
    return Layout(tables, kinds, catalog.registries)


def _known(before: Layout, registry: Registry) -> dict[int, Kind] | None:
    """The kinds of the fields of a registry that is as it was; a type that was not there may be there by now."""
    if before.registries.get(registry.key) != registry:
        return None
    kinds = {each.id: before.kinds[each.id] for each in registry.fields}
    return None if any(kind.absent for kind in kinds.values()) else kinds


def kind_of(
    field: Field, types: FieldTypes, registry: Registry | None = None, present: Present | None = None
) -> Kind:
    """This function will look up a field's type and read its options; a type that is not there has a stand-in."""
    found = types.get(field.type)
    if found is not None:
        try:
            return _kind(found, field)
        except Exception:
            # Whatever a plugin's type does, the other fields of the record must be there.
            logger.exception("The field type %s fails on the field %s.", field.type, field.key)
    there = registry is None or present is None or field.column in present(table_name(registry.key))
    return _kind(Absent(field.type, there=there), field)


def _kind(found: FieldType, field: Field) -> Kind:
    options = found.options(field.options)
    able = [isinstance(found, ability) for ability in (Linking, (Numbering, Absent), Cautious)]
    kind = Kind(found, options, found.schema(options), *able)
    if not kind.linking:
        found.column_type(options)
    return kind


def table_name(registry_key: str) -> str:
    """This function will name the table of a registry."""
    return f"r_{registry_key}"


def registry_table(registry: Registry, kinds: Mapping[int, Kind], metadata: MetaData) -> Table:
    """This function will describe a registry's table with all its columns and indexes."""
    table = Table(table_name(registry.key), metadata, *_system_columns(), sqlite_autoincrement=True,
                  info={"id": registry.id})  # fmt: skip
    _system_indexes(table)
    if registry.attached:
        _attach(table)
    if registry.sectioned:
        # The id of a section or of a field of what bears the row; ids of both come from one sequence.
        table.append_column(Column("_on_room", Integer))
    for each in registry.fields:
        for column in field_columns(each, kinds[each.id]):
            table.append_column(column)
        field_indexes(table, each, kinds[each.id])
    return table


def _system_columns() -> list[Column[Any]]:
    return [
        Column("id", _ID, primary_key=True, autoincrement=True),
        Column("_version", Integer, nullable=False),
        Column("_category", String(40)),
        Column("_title", Text, nullable=False),
        Column("_s_title", SORT_KEY, nullable=False),
        Column("_created_at", Moment, nullable=False),
        Column("_created_by", Integer, nullable=False),
        Column("_updated_at", Moment, nullable=False),
        Column("_updated_by", Integer, nullable=False),
        Column("_removed_at", Moment),
        Column("_removed_by", Integer),
        # The hash of the newest history entry, so that a change can be chained without looking it up.
        Column("_chain", String(64), nullable=False),
    ]


def _system_indexes(table: Table) -> None:
    alive = table.c._removed_at.is_(None)
    for name in ("_s_title", "_created_at", "_updated_at"):
        _index(table, name.strip("_"), table.c[name], table.c.id, where=alive)


def _attach(table: Table) -> None:
    """The record that a row is attached to: the id of its registry, and its own."""
    table.append_column(Column("_on_registry", Integer))
    table.append_column(Column("_on_record", _ID))
    alive = table.c._removed_at.is_(None)
    _index(table, "on", table.c._on_registry, table.c._on_record, table.c.id, where=alive)


def sort_column(field: Field) -> str:
    """This function will name the column that holds the stored sort key of a field."""
    return f"_o_{field.column}"


def field_columns(field: Field, kind: Kind) -> list[Column[Any]]:
    """This function will describe the columns that a field needs: none for links, two for collated text."""
    if kind.linking:
        return []
    value: TypeEngine[Any] = kind.type.column_type(kind.options)
    columns: list[Column[Any]] = [Column(field.column, value)]
    if kind.type.sort is Sort.COLLATED:
        columns.append(Column(sort_column(field), SORT_KEY))
    return columns


INDEXED = frozenset(
    {"integer", "decimal", "money", "percent", "date", "datetime", "choice", "autonumber", "ico"}
)


def field_indexes(table: Table, field: Field, kind: Kind) -> list[Index]:
    """This function will describe a field's indexes: sortable short values, and uniqueness among living records."""
    if kind.linking:
        return []
    column, alive = table.c[field.column], table.c._removed_at.is_(None)
    indexes = []
    if field.unique:
        indexes.append(_index(table, f"u{field.id}", column, where=alive, unique=True))
    if field.type in INDEXED:
        indexes.append(_index(table, f"f{field.id}", column, table.c.id, where=alive))
    return indexes


def _index(table: Table, suffix: str, *columns: Any, where: Any, unique: bool = False) -> Index:
    # Ids, since two long keys cut to the length of a name might become one.
    return Index(
        f"ix_{table.info['id']}_{suffix}", *columns, unique=unique, sqlite_where=where, postgresql_where=where
    )

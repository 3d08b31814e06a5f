"""The base of tables that we designed ourselves, and column types that behave alike on both databases."""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Dialect, MetaData, String, Table, event
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator, TypeEngine

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}

_OWNER = "plugin"


class Base(DeclarativeBase):
    """The declarative base of the platform's own tables."""

    metadata = MetaData(naming_convention=NAMING)


def own_metadata(plugin: str) -> MetaData:
    """This function will make the metadata of a plugin's own tables: `class Own(DeclarativeBase): metadata = …`.

    Their names begin with `p_`, the plugin's name and two underscores, so that everybody knows whose they are;
    a table that is called otherwise is a TypeError where it is declared.
    """
    return MetaData(naming_convention=NAMING, info={_OWNER: plugin})


@event.listens_for(Table, "after_parent_attach")
def _check_name(table: Table, parent: Any) -> None:
    plugin = parent.info.get(_OWNER) if isinstance(parent, MetaData) else None
    if plugin is not None and not table.name.startswith(own_prefix(plugin)):
        raise TypeError(
            f"the table {table.name} of the plugin {plugin} must be called {own_prefix(plugin)}{table.name}"
        )


def table_of(model: type[DeclarativeBase]) -> Table:
    """This function will give the table that a declared model stands for, for statements without objects."""
    table = model.__table__
    assert isinstance(table, Table)
    return table


def own_prefix(plugin: str) -> str:
    """This function will give what the names of a plugin's own tables begin with."""
    return f"p_{plugin}__"


class Moment(TypeDecorator[datetime]):
    """An aware moment: TIMESTAMPTZ on PostgreSQL, sortable ISO text in UTC on SQLite."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(
            TIMESTAMP(timezone=True) if dialect.name == "postgresql" else String(32)
        )

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        moment = value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else moment.strftime("%Y-%m-%dT%H:%M:%S.%f")

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        return datetime.fromisoformat(value).replace(tzinfo=UTC)


class Document(TypeDecorator[Any]):
    """A JSON document: JSONB on PostgreSQL, text on SQLite."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(JSONB() if dialect.name == "postgresql" else JSON())


def canonical_json(value: Any) -> str:
    """This function will write a document the one way that hashes and comparisons can rely on."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


__all__ = ["Base", "Document", "Moment", "canonical_json", "own_metadata", "own_prefix", "table_of"]

"""The base of tables that we designed ourselves, and column types that behave alike on both databases."""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Dialect, MetaData, String
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator, TypeEngine

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The declarative base of the platform's own tables."""

    metadata = MetaData(naming_convention=NAMING)


def own_tables(plugin: str) -> type[DeclarativeBase]:
    """This function will make the declarative base of a plugin's own tables, with metadata of its own.

    Their names begin with `p_`, the plugin's name and two underscores, so that everybody knows whose they are.
    """
    prefix = own_prefix(plugin)

    class Own(DeclarativeBase):
        """The base of one plugin's tables."""

        metadata = MetaData(naming_convention=NAMING)

        def __init_subclass__(cls, **kwargs: Any) -> None:
            named = cls.__dict__.get("__tablename__")
            if isinstance(named, str) and not named.startswith(prefix):
                raise TypeError(f"the table {named} of the plugin {plugin} must be called {prefix}{named}")
            super().__init_subclass__(**kwargs)

    return Own


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


__all__ = ["Base", "Document", "Moment", "canonical_json", "own_prefix", "own_tables"]

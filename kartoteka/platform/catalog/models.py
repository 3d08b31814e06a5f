"""Where the design is kept: one document per registry and role, one row for the version, a journal of all changes."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kartoteka.platform.kernel.tables import Base, Document, Moment


class CatalogState(Base):
    """The single row that tells the version in force and the next free id of a designed thing."""

    __tablename__ = "catalog_state"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int]
    next_id: Mapped[int]


class RegistryRow(Base):
    """A registry as a document in the shape of `catalog.portable`."""

    __tablename__ = "catalog_registries"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    position: Mapped[int]
    body: Mapped[Any] = mapped_column(Document)


class RoleRow(Base):
    """A role with its powers and grants as a document."""

    __tablename__ = "catalog_roles"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    position: Mapped[int]
    body: Mapped[Any] = mapped_column(Document)


class PluginRow(Base):
    """A plugin that has been met: whether and where it is active, and its settings."""

    __tablename__ = "catalog_plugins"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    body: Mapped[Any] = mapped_column(Document)


class DesignChange(Base):
    """One change of the design: what was done, by whom, and the changed documents before and after."""

    __tablename__ = "design_journal"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Moment)
    by_id: Mapped[int] = mapped_column(Integer, ForeignKey("users.id"))
    via: Mapped[str] = mapped_column(String(10))
    steps: Mapped[Any] = mapped_column(Document)
    before: Mapped[Any] = mapped_column(Document)
    after: Mapped[Any] = mapped_column(Document)
    note: Mapped[str] = mapped_column(Text, default="")

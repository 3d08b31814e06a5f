"""The portal's own tables: when somebody was here, what he opened, what he has begun to write, what he was told."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kartoteka.platform.sdk import Document, Moment, own_metadata


class Own(DeclarativeBase):
    """The base of these tables."""

    metadata = own_metadata("portal")


class Visit(Own):
    """When a guest was here last, when the time before, and whether he wants mail."""

    __tablename__ = "p_portal__visits"

    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last_at: Mapped[datetime] = mapped_column(Moment)
    before_at: Mapped[datetime] = mapped_column(Moment)
    mail: Mapped[bool] = mapped_column(default=True)


class Opening(Own):
    """A guest has opened a record; once an hour at most."""

    __tablename__ = "p_portal__openings"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(index=True)
    of_registry: Mapped[str] = mapped_column(String(40))
    of_record: Mapped[int]
    at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (Index("ix_p_portal__openings_record", "of_registry", "of_record"),)


class Begun(Own):
    """A new request that a guest has begun to write and not sent."""

    __tablename__ = "p_portal__begun"

    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    of_registry: Mapped[str] = mapped_column(String(40), primary_key=True)
    given: Mapped[Any] = mapped_column(Document)
    at: Mapped[datetime] = mapped_column(Moment)


class Matter(Own):
    """What an item of the talks is about, for those who may read it: a proposal, what was approved, files.

    `seen` holds `[key, name, text]`, `files` `[registry, id, name]`.
    """

    __tablename__ = "p_portal__matters"

    item: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    field: Mapped[str] = mapped_column(String(40), default="")
    old: Mapped[str | None] = mapped_column(Text)
    new: Mapped[str | None] = mapped_column(Text)
    seen: Mapped[Any] = mapped_column(Document, nullable=True)
    digest: Mapped[str] = mapped_column(String(64), default="")
    files: Mapped[Any] = mapped_column(Document, nullable=True)


class Told(Own):
    """A letter that somebody has been written, so that he is not written the same twice."""

    __tablename__ = "p_portal__told"

    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    what: Mapped[str] = mapped_column(String(80), primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)

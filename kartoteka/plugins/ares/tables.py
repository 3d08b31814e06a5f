"""The tables of the plugin: what registers have answered, how often they may be asked, and what is watched."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Integer, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kartoteka.platform.sdk import Document, Moment, own_metadata


class Own(DeclarativeBase):
    """The base of these tables."""

    metadata = own_metadata("ares")


class Kept(Own):
    """The newest answer of a register to one question, and whoever is asking it just now."""

    __tablename__ = "p_ares__answers"

    register: Mapped[str] = mapped_column(String(20), primary_key=True)
    # What was asked for: the company itself, those who act for it, or names that begin like the question.
    part: Mapped[str] = mapped_column(String(20), primary_key=True)
    question: Mapped[str] = mapped_column(String(100), primary_key=True)
    # Empty as long as there was no answer.
    state: Mapped[str] = mapped_column(String(20))
    document: Mapped[Any] = mapped_column(Document)
    raw: Mapped[Any] = mapped_column(Document)
    asked_at: Mapped[datetime | None] = mapped_column(Moment)
    # When it was last there; after that it may have gone.
    found_at: Mapped[datetime | None] = mapped_column(Moment)
    asking_until: Mapped[datetime | None] = mapped_column(Moment)
    failed_at: Mapped[datetime | None] = mapped_column(Moment)
    failure: Mapped[str] = mapped_column(String(20))

    __table_args__ = (Index("ix_p_ares__answers_asked_at", "asked_at"),)


class GateRow(Own):
    """How often and by how many at once a register may be asked, for all processes together."""

    __tablename__ = "p_ares__gates"

    register: Mapped[str] = mapped_column(String(20), primary_key=True)
    # When the next question would be due if all came at an even pace.
    next_at: Mapped[datetime] = mapped_column(Moment)
    first_until: Mapped[datetime] = mapped_column(Moment)
    second_until: Mapped[datetime] = mapped_column(Moment)
    failures: Mapped[int]
    closed_until: Mapped[datetime | None] = mapped_column(Moment)


class Checked(Own):
    """A record that was compared with its register, or is to be watched."""

    __tablename__ = "p_ares__checked"

    of_registry: Mapped[str] = mapped_column(String(41), primary_key=True)
    of_record: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    # What was asked for then: another number makes it unchecked again.
    number: Mapped[str] = mapped_column(String(20))
    watched: Mapped[bool]
    # Whoever has asked for it is told.
    watched_by: Mapped[int | None]
    checked_at: Mapped[datetime | None] = mapped_column(Moment)
    standing: Mapped[str] = mapped_column(String(20))
    found_at: Mapped[datetime | None] = mapped_column(Moment)
    # What the register said then, each of it as a mark by which the same is known again.
    said: Mapped[Any] = mapped_column(Document, nullable=True)
    # The register has announced a change since.
    announced_at: Mapped[datetime | None] = mapped_column(Moment)


class News(Own):
    """That the register said something new of the company of a record, without what it said."""

    __tablename__ = "p_ares__news"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    of_registry: Mapped[str] = mapped_column(String(41))
    of_record: Mapped[int]
    at: Mapped[datetime] = mapped_column(Moment)
    topics: Mapped[Any] = mapped_column(Document)

    __table_args__ = (Index("ix_p_ares__news_when", "of_registry", "at"),)


class Feed(Own):
    """How far a list of changes has been read that the register publishes for one of its sources."""

    __tablename__ = "p_ares__feeds"

    source: Mapped[str] = mapped_column(String(10), primary_key=True)
    batch: Mapped[int]
    asked_at: Mapped[datetime] = mapped_column(Moment)


class Finding(Own):
    """That something differs on a record, without what it is: values are read anew for whoever looks."""

    __tablename__ = "p_ares__findings"

    of_registry: Mapped[str] = mapped_column(String(41), primary_key=True)
    of_record: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    what: Mapped[str] = mapped_column(String(40), primary_key=True)
    # Of the register's value: another one is another finding.
    digest: Mapped[str] = mapped_column(String(64))
    found_at: Mapped[datetime] = mapped_column(Moment)
    # Empty, `taken` or `left`.
    settled: Mapped[str] = mapped_column(String(10))
    settled_at: Mapped[datetime | None] = mapped_column(Moment)
    settled_by: Mapped[int | None]

    __table_args__ = (Index("ix_p_ares__findings_open", "of_registry", "settled", "of_record"),)


class Followed(Own):
    """That a record came to be watched because one that was watched has become part of it."""

    __tablename__ = "p_ares__followed"

    of_registry: Mapped[str] = mapped_column(String(41), primary_key=True)
    of_record: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    from_record: Mapped[int]
    # With all that was found of the company, since nothing was known here.
    whole: Mapped[bool]

"""Tables that go with every record: links, history with its seals, batches, number series."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kartoteka.platform.kernel.tables import Base, Moment

_BIG = BigInteger().with_variant(Integer, "sqlite")


class LinkRow(Base):
    """One entry of a relation, user or file field; indexed both ways."""

    __tablename__ = "links"

    field_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source: Mapped[int] = mapped_column(_BIG, primary_key=True, autoincrement=False)
    target: Mapped[int] = mapped_column(_BIG, primary_key=True, autoincrement=False)
    position: Mapped[int]

    __table_args__ = (Index("ix_links_back", "field_id", "target", "source"),)


class HistoryRow(Base):
    """One version of one record: who did what when, chained by hash to the version before.

    `changes` is canonical JSON text `{field: [old, new]}`; text, since the hash is over its bytes.
    """

    __tablename__ = "history"

    id: Mapped[int] = mapped_column(_BIG, primary_key=True)
    registry_id: Mapped[int]
    record_id: Mapped[int] = mapped_column(_BIG)
    version: Mapped[int]
    at: Mapped[datetime] = mapped_column(Moment)
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    via: Mapped[str] = mapped_column(String(10))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batches.id"), index=True)
    action: Mapped[str] = mapped_column(String(10))
    changes: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(String(64))

    __table_args__ = (Index("ix_history_record", "registry_id", "record_id", "version", unique=True),)


class SealRow(Base):
    """A checkpoint over all history up to an entry, so that whole chains cannot vanish unseen."""

    __tablename__ = "history_seals"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    up_to: Mapped[int] = mapped_column(_BIG)
    entries: Mapped[int] = mapped_column(_BIG)
    hash: Mapped[str] = mapped_column(String(64))


class BatchRow(Base):
    """Changes made together: an import, a bulk edit. They can be undone together."""

    __tablename__ = "batches"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    via: Mapped[str] = mapped_column(String(10))
    kind: Mapped[str] = mapped_column(String(20))
    # The declarative base has an attribute `registry` of its own.
    registry_key: Mapped[str] = mapped_column("registry", String(40))
    note: Mapped[str] = mapped_column(Text, default="")
    undone_at: Mapped[datetime | None] = mapped_column(Moment)
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class SeriesRow(Base):
    """The next number of an autonumber field."""

    __tablename__ = "number_series"

    field_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    next: Mapped[int] = mapped_column(_BIG)

"""What the plugin keeps beside its registry: contents, versions, and uploads that are under way."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, Index, Integer, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kartoteka.platform.sdk import Document, Moment, own_metadata


class Own(DeclarativeBase):
    """The base of these tables."""

    metadata = own_metadata("attachments")


BIG = BigInteger().with_variant(Integer, "sqlite")


class ContentRow(Own):
    """One content in the store. There is a row before there are bytes, so no bytes are ever without a row."""

    __tablename__ = "p_attachments__contents"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int] = mapped_column(BIG)
    type: Mapped[str] = mapped_column(String(120))
    # When somebody last meant to use it: what nobody uses goes some time after that.
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    # What the scanner said: nothing was asked (""), "waiting", "clean" or "infected".
    verdict: Mapped[str] = mapped_column(String(10), default="")
    # Whether the worker has looked into it: "" not yet, "done", "failed".
    looked: Mapped[str] = mapped_column(String(10), default="", index=True)
    thumbnail: Mapped[bool] = mapped_column(Boolean, default=False)
    checked_at: Mapped[datetime | None] = mapped_column(Moment)
    # The bytes are gone, or are no longer those that were sent.
    broken: Mapped[bool] = mapped_column(Boolean, default=False)


class VersionRow(Own):
    """One version of an attachment; the newest is the one in force."""

    __tablename__ = "p_attachments__versions"

    id: Mapped[int] = mapped_column(BIG, primary_key=True)
    attachment: Mapped[int] = mapped_column(BIG)
    number: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int] = mapped_column(BIG)
    type: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(Text)
    comment: Mapped[str] = mapped_column(Text, default="")
    restored_from: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(Moment)
    by_id: Mapped[int]

    __table_args__ = (Index("ix_p_attachments__versions_of", "attachment", "number", unique=True),)


class UploadRow(Own):
    """An upload that comes in pieces and can go on after a broken line."""

    __tablename__ = "p_attachments__uploads"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    by_id: Mapped[int]
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    size: Mapped[int] = mapped_column(BIG)
    offset: Mapped[int] = mapped_column(BIG)
    # Where the file is to lie and what it is called, as it was asked for at the beginning.
    wish: Mapped[dict[str, object]] = mapped_column(Document)
    # Where each piece begins that has arrived.
    pieces: Mapped[list[int]] = mapped_column(Document)
    # What has become of it.
    attachment: Mapped[int | None] = mapped_column(BIG)


__all__ = ["ContentRow", "Own", "UploadRow", "VersionRow"]

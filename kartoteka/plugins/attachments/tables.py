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
    # How many of its first pages are drawn.
    pages: Mapped[int] = mapped_column(default=0, server_default="0")
    checked_at: Mapped[datetime | None] = mapped_column(Moment)
    # The bytes are gone, or are no longer those that were sent.
    broken: Mapped[bool] = mapped_column(Boolean, default=False, index=True)


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
    by_id: Mapped[int] = mapped_column(index=True)
    # On a record of which registry the attachment lies: for counting what takes the space.
    on_registry: Mapped[str | None] = mapped_column(String(41))

    __table_args__ = (Index("ix_p_attachments__versions_of", "attachment", "number", unique=True),)


class SumRow(Own):
    """How many files, versions and bytes there are in all, on a registry, or by a person; see `sums`."""

    __tablename__ = "p_attachments__sums"

    scope: Mapped[str] = mapped_column(String(3), primary_key=True)
    key: Mapped[str] = mapped_column(String(41), primary_key=True)
    files: Mapped[int] = mapped_column(BIG)
    versions: Mapped[int] = mapped_column(BIG)
    size: Mapped[int] = mapped_column(BIG)


class MarkRow(Own):
    """That a version was sent, approved or signed; a mark that is taken back stays, and stands no more (None)."""

    __tablename__ = "p_attachments__marks"

    id: Mapped[int] = mapped_column(BIG, primary_key=True)
    attachment: Mapped[int] = mapped_column(BIG)
    number: Mapped[int]
    mark: Mapped[str] = mapped_column(String(10))
    stands: Mapped[bool | None] = mapped_column(Boolean)
    at: Mapped[datetime] = mapped_column(Moment)
    by_id: Mapped[int]
    taken_at: Mapped[datetime | None] = mapped_column(Moment)
    taken_by_id: Mapped[int | None]

    __table_args__ = (
        # One of a kind stands on a version; of those taken back (NULL) there may be any number.
        Index("ix_p_attachments__marks_of", "attachment", "number", "mark", "stands", unique=True),
    )


class CheckoutRow(Own):
    """That somebody is working on a file, and from which version he set out: a hint, never a lock."""

    __tablename__ = "p_attachments__checkouts"

    attachment: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=False)
    by_id: Mapped[int]
    at: Mapped[datetime] = mapped_column(Moment)
    number: Mapped[int]


class ShareRow(Own):
    """A link by which people from outside open one file; only the hash of its key is kept."""

    __tablename__ = "p_attachments__shares"

    id: Mapped[int] = mapped_column(BIG, primary_key=True)
    hash: Mapped[str] = mapped_column(String(64))
    attachment: Mapped[int] = mapped_column(BIG, index=True)
    label: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(Moment)
    by_id: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(Moment)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)
    revoked_by_id: Mapped[int | None]
    opened: Mapped[int] = mapped_column(default=0)

    __table_args__ = (Index("ix_p_attachments__shares_hash", "hash", unique=True),)


class OpeningRow(Own):
    """That a link was opened: when, in which version, and from which address."""

    __tablename__ = "p_attachments__openings"

    id: Mapped[int] = mapped_column(BIG, primary_key=True)
    share: Mapped[int] = mapped_column(BIG, index=True)
    at: Mapped[datetime] = mapped_column(Moment)
    number: Mapped[int]
    place: Mapped[str] = mapped_column(String(64))


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


__all__ = [
    "CheckoutRow",
    "ContentRow",
    "MarkRow",
    "OpeningRow",
    "Own",
    "ShareRow",
    "SumRow",
    "UploadRow",
    "VersionRow",
]

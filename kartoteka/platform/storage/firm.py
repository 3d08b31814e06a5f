"""Tables of what the firm itself looks like: who it is, its pictures, and the tiles of its home pages."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from kartoteka.platform.kernel.tables import Base, Document, Moment


class OrganisationRow(Base):
    """The one row of what the firm has settled about itself, as a document of keys and values."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    # Another one with every change: processes keep what they have read under it.
    mark: Mapped[str] = mapped_column(String(32))
    body: Mapped[Any] = mapped_column(Document)
    changed_at: Mapped[datetime] = mapped_column(Moment)


class PictureRow(Base):
    """A picture that was drawn anew from an upload, under the hash of its bytes."""

    __tablename__ = "pictures"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    width: Mapped[int]
    height: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    at: Mapped[datetime] = mapped_column(Moment)


class DashboardRow(Base):
    """The tiles of one home page: the firm's, or somebody's own arrangement of it."""

    __tablename__ = "dashboards"

    # The id of a registry, 0 for the home page of everything.
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    # A person, 0 for the firm.
    owner: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int]
    body: Mapped[Any] = mapped_column(Document)
    changed_at: Mapped[datetime] = mapped_column(Moment)


class FirstStepsRow(Base):
    """Which first steps somebody has taken, and whether he has put the list of them away."""

    __tablename__ = "first_steps"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    put_away: Mapped[bool]
    done: Mapped[Any] = mapped_column(Document)

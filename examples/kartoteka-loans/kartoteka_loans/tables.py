"""The table of the plugin."""

from datetime import date

from sqlalchemy import Index, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kartoteka.platform.sdk import own_metadata


class Own(DeclarativeBase):
    """The base of these tables."""

    metadata = own_metadata("loans")


class Loan(Own):
    """One lending of the thing that a record stands for; a thing that is out has a loan without `returned`."""

    __tablename__ = "p_loans__loans"

    id: Mapped[int] = mapped_column(primary_key=True)
    of_registry: Mapped[str] = mapped_column(String(40))
    of_record: Mapped[int]
    borrower: Mapped[str] = mapped_column(String(200))
    since: Mapped[date]
    until: Mapped[date | None]
    returned: Mapped[date | None]
    late: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (Index("ix_p_loans__loans_thing", "of_registry", "of_record"),)

"""Whose turn it is: what is done again and again is done by one of several workers at a time."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, CursorResult, String, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from kartoteka.platform.kernel.tables import Base, Moment, table_of


class TurnRow(Base):
    """When something may be done next."""

    __tablename__ = "turns"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    not_before: Mapped[datetime] = mapped_column(Moment)


TURNS = table_of(TurnRow)


def is_due(connection: Connection, name: str, now: datetime, every: timedelta | None = None) -> bool:
    """This function will tell whether a turn is to be had, without taking a writer's place.

    With `every`, a turn that lies further ahead than that is to be had too: the clock has been set back.
    """
    found = connection.scalar(select(TURNS.c.not_before).where(TURNS.c.name == name))
    return found is None or found <= now or (every is not None and found > now + every)


def take(connection: Connection, name: str, now: datetime, every: timedelta, *, steady: bool = False) -> bool:
    """This function will take a turn; False when another worker has it.

    A `steady` turn comes every so often, whatever the clock does; any other lies ahead until its time has come.
    """
    due = TURNS.c.not_before <= now
    if steady:
        due = or_(due, TURNS.c.not_before > now + every)
    taken: CursorResult[Any] = connection.execute(
        update(TURNS).where(TURNS.c.name == name, due).values(not_before=now + every)
    )
    if taken.rowcount == 1:
        return True
    if connection.scalar(select(TURNS.c.name).where(TURNS.c.name == name)) is not None:
        return False
    try:
        with connection.begin_nested():
            connection.execute(insert(TURNS), {"name": name, "not_before": now + every})
    except IntegrityError:
        return False
    return True

"""How many records use a part of the design: told to designers as a number, never as values.

Whoever may see them is no matter, but for what people keep to themselves: of that not even the number is told.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Table, and_, func, or_, select

from kartoteka.platform.catalog.definitions import Field, Registry
from kartoteka.platform.storage import rows
from kartoteka.platform.storage.layout import Layout


@dataclass(frozen=True, slots=True)
class Usage:
    """Living records with a value in some fields, out of how many, and those whose category lacks the fields."""

    used: int
    all: int
    elsewhere: int = 0


@dataclass(frozen=True)
class Counter:
    """Counts over the stored rows of one registry."""

    connection: Connection
    layout: Layout
    registry: Registry
    # Where some rows are private to their owners, only those that this selects are counted.
    within: ColumnElement[bool] | None = None

    @property
    def _table(self) -> Table:
        return self.layout.table(self.registry)

    def usage(self, fields: tuple[Field, ...], categories: tuple[str, ...] = ()) -> Usage:
        """This function will count, by one statement, the records that have a value in any of some fields.

        With categories it also tells how many of those are of another one, or of none.
        """
        filled = or_(*(self._filled(each) for each in fields)) if fields else None
        counts: list[ColumnElement[int]] = [func.count()]
        if filled is not None:
            counts.append(func.count().filter(filled))
            counts.append(func.count().filter(and_(filled, self._elsewhere(categories))))
        statement = select(*counts).select_from(self._table).where(*self._living)
        found = self.connection.execute(statement).one()
        return (
            Usage(found[1], found[0], found[2] if categories else 0) if len(found) > 1 else Usage(0, found[0])
        )

    def of_category(self, category: str) -> int:
        """This function will count the records of a category."""
        mine = (*self._living, self._table.c._category == category)
        return self.connection.scalar(select(func.count()).select_from(self._table).where(*mine)) or 0

    @property
    def _living(self) -> tuple[ColumnElement[bool], ...]:
        alive = self._table.c._removed_at.is_(None)
        return (alive,) if self.within is None else (alive, self.within)

    def _elsewhere(self, categories: tuple[str, ...]) -> ColumnElement[bool]:
        category = self._table.c._category
        return or_(category.is_(None), category.not_in(categories))

    def _filled(self, each: Field) -> ColumnElement[bool]:
        if self.layout.kind(each).linking:
            linked = select(rows.LINKS.c.source).where(rows.LINKS.c.field_id == each.id)
            return self._table.c.id.in_(linked)
        column = self._table.c.get(each.column)
        return column.is_not(None) if column is not None else self._table.c.id.is_(None)


__all__ = ["Counter", "Usage"]

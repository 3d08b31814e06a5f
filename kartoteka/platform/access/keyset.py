"""Paging by the values of the last row seen: equally quick at any depth, stable while others write.

Empty values come last in either direction. The order is walked in two phases, rows whose first key has a value and
then those without, so that the database can walk an index on the first key.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, or_, true

from kartoteka.platform.access.seen import SortTerm
from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.kernel.texts import _

_TAGS: dict[str, Callable[[str], Any]] = {"d": date.fromisoformat, "t": datetime.fromisoformat, "n": Decimal}


@dataclass(frozen=True, slots=True)
class Place:
    """The row after which a page begins: its key values, the id last."""

    values: tuple[Any, ...]


def complete(terms: Sequence[SortTerm], identifier: ColumnElement[Any]) -> list[SortTerm]:
    """This function will end an order with the id, so that no two rows are equal in it."""
    kept = list(terms)
    for position, term in enumerate(kept):
        if term.name == "id":
            return kept[: position + 1]
    return [*kept, SortTerm("id", identifier, False)]


Phases = tuple[Select[Any], ...]


def phases(statement: Select[Any], terms: Sequence[SortTerm], place: Place | None, size: int) -> Phases:
    """This function will give the statements that, one after the other, yield the rows after a place.

    Each gives one row more than a page has, which tells that there are more.
    """
    statement = statement.add_columns(*(term.expression.label(f"_k{n}") for n, term in enumerate(terms)))
    statement = statement.limit(size + 1)
    first = terms[0]
    if first.name == "id":
        return (_ordered(statement, terms).where(_after(terms, place)),)
    found = []
    if place is None or place.values[0] is not None:
        filled = statement.where(first.expression.is_not(None), _bound(first, place), _after(terms, place))
        found.append(_ordered(filled, terms, filled=True))
    rest = place if place is not None and place.values[0] is None else None
    tail = Place(rest.values[1:]) if rest else None
    empty = statement.where(first.expression.is_(None), _after(terms[1:], tail))
    return (*found, _ordered(empty, terms[1:]))


def take(connection: Connection, statements: Phases, size: int) -> list[Row[Any]]:
    """This function will run the phases until a page and one more row are there."""
    found: list[Row[Any]] = []
    for statement in statements:
        if len(found) <= size:
            found += connection.execute(statement)
    return found[: size + 1]


def _ordered(statement: Select[Any], terms: Sequence[SortTerm], *, filled: bool = False) -> Select[Any]:
    """`filled`: the first key has a value in every row, so that an index on it serves."""
    for position, term in enumerate(terms):
        if term.name != "id" and not (position == 0 and filled):
            statement = statement.order_by(term.expression.is_(None))
        statement = statement.order_by(term.expression.desc() if term.descending else term.expression)
    return statement


def _bound(term: SortTerm, place: Place | None) -> ColumnElement[bool]:
    """A plain bound beside the exact condition lets the database start in the middle of an index."""
    if place is None:
        return true()
    value = place.values[0]
    bound: ColumnElement[bool] = term.expression <= value if term.descending else term.expression >= value
    return bound


def _after(terms: Sequence[SortTerm], place: Place | None) -> ColumnElement[bool]:
    if place is None:
        return true()
    branches: list[ColumnElement[bool]] = []
    equal: list[ColumnElement[bool]] = []
    for term, value in zip(terms, place.values, strict=True):
        beyond = _beyond(term, value)
        if beyond is not None:
            branches.append(and_(*equal, beyond))
        equal.append(term.expression.is_(None) if value is None else term.expression == value)
    return or_(*branches)


def _beyond(term: SortTerm, value: Any) -> ColumnElement[bool] | None:
    if value is None:
        return None
    past = term.expression < value if term.descending else term.expression > value
    return past if term.name == "id" else or_(past, term.expression.is_(None))


def write(keys: Sequence[Any], order: str) -> str:
    """This function will write a cursor."""
    document = json.dumps([order, [_plain(key) for key in keys]], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(document.encode()).decode().rstrip("=")


def read(cursor: str | None, terms: Sequence[SortTerm], order: str) -> Place | None:
    """This function will read a cursor.

    :raises Invalid: under `cursor`, when it is damaged or belongs to another order.
    """
    if not cursor:
        return None
    try:
        document = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        written, keys = document
        values = tuple(_value(key) for key in keys)
    except (binascii.Error, ValueError, TypeError, ArithmeticError, KeyError):
        raise _damaged() from None
    if written != order or len(values) != len(terms) or not isinstance(values[-1], int):
        raise _damaged()
    if any(not _fits(term, value) for term, value in zip(terms, values, strict=True)):
        raise _damaged()
    return Place(values)


def _fits(term: SortTerm, value: Any) -> bool:
    if value is None:
        return term.name != "id"
    try:
        expected = term.expression.type.python_type
    except NotImplementedError:
        return True
    return isinstance(value, expected) or (expected in (float, Decimal) and isinstance(value, int | Decimal))


def _damaged() -> Invalid:
    return Invalid(
        {"cursor": [_("The cursor is damaged or belongs to another list; begin at the first page.")]}
    )


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    return {"n": str(value)} if isinstance(value, Decimal) else value


def _value(written: Any) -> Any:
    if isinstance(written, dict):
        ((tag, text),) = written.items()
        return _TAGS[tag](text)
    if written is None or isinstance(written, str | int | float | bool):
        return written
    raise ValueError(written)

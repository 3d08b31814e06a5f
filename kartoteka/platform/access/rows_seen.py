"""Rows as somebody may see them: how they are asked for, and what comes back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Row,
    Select,
)

from kartoteka.platform.catalog.definitions import EDIT, READ, Field
from kartoteka.platform.catalog.filters import Condition


@dataclass(frozen=True)
class SeenRow:
    """A row as the actor may see it. Hidden fields are not in `values`; hidden links are not in `links`."""

    id: int
    version: int
    category: str | None
    title: str | None
    values: Mapping[str, Any]
    links: Mapping[str, tuple[int, ...]]
    created_at: datetime
    created_by: tuple[int, str]
    updated_at: datetime
    updated_by: tuple[int, str]
    removed_at: datetime | None
    editable: frozenset[str] = frozenset()
    may: frozenset[str] = frozenset()
    keys: tuple[Any, ...] = ()
    # Fields that may not be written here although their section may.
    fixed: frozenset[str] = frozenset()
    # The id of the registry and of the record that the row is attached to; who may see those is another matter.
    on: tuple[int, int] | None = None
    # Fields that conditional rules ask about and that are hidden here.
    unseen: frozenset[str] = frozenset()
    # The plugins whose tabs the actor sees on this row: {plugin: read or edit}.
    tabs: Mapping[str, str] = field(default_factory=dict)

    def writes(self, each: Field) -> bool:
        """This function will tell whether the actor may write a field of this row."""
        return each.section in self.editable and each.key not in self.fixed


@dataclass(frozen=True)
class Shape:
    """A select of rows as somebody may see them, and where in each row its parts stand."""

    statement: Select[Any]
    fields: tuple[int, ...]
    flags: bool
    values: tuple[tuple[str, int], ...]
    links: tuple[tuple[str, int, int], ...]
    marks: tuple[tuple[str, int], ...]
    width: int
    # Where it stands what a row is attached to; None in a registry whose rows are attached to nothing.
    bearer: int | None = None

    def row(self, row: Row[Any], links: Mapping[tuple[int, int], tuple[int, ...]]) -> SeenRow:
        """This function will read a row by position, since names cost more than all else on a page."""
        record, version, category, title, made_at, made_by, maker, at, by, changer, removed_at = tuple(row)[
            :11
        ]
        values = {key: row[place] for key, place in self.values}
        linked = {key: links.get((each, record), ()) if row[place] else () for key, each, place in self.links}
        held = [name for name, place in self.marks if row[place]]
        return SeenRow(
            record, version, category, title, values, linked, made_at, (made_by, maker or ""), at, (by, changer or ""),
            removed_at, frozenset(name[3:] for name in held if name.startswith("_e_")),
            frozenset(name[3:] for name in held if name.startswith("_m_")), tuple(row[self.width :]),
            frozenset(name[3:] for name, place in self.marks if name.startswith("_x_") and not row[place]),
            self._on(row),
            frozenset(name[3:] for name, place in self.marks if name.startswith("_n_") and not row[place]),
            {name[3:]: level for prefix, level in (("_b_", READ), ("_w_", EDIT)) for name in held
             if name.startswith(prefix)},
        )  # fmt: skip

    def _on(self, row: Row[Any]) -> tuple[int, int] | None:
        if self.bearer is None or row[self.bearer] is None:
            return None
        return row[self.bearer], row[self.bearer + 1]


def fields_key(fields: Sequence[Field]) -> tuple[int, ...]:
    """This function will give what tells two choices of fields apart."""
    return tuple(each.id for each in fields)


@dataclass(frozen=True)
class Selection:
    """Which rows, in which order, and how many of them."""

    condition: Condition | None = None
    q: str = ""
    sort: str = ""
    fields: tuple[str, ...] | None = None
    size: int = 50
    cursor: str | None = None
    removed: bool = False
    # Rows must be reached by this right too, as an export's must.
    right: str = "view"

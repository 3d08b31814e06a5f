"""One sheet as it is read: its columns, its rows as a stream, and what was recognised about it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from types import TracebackType
from typing import Any, Self

from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.sheets.cells import Cell, is_blank
from kartoteka.platform.services.sheets.refusing import MAX_COLUMNS, refusal

# The number is the one people see beside the row: the header of a plain file is row 1.
Row = tuple[int, list[Cell]]
Records = Iterable[tuple[int, Sequence[Cell]]]
# A heading such as “Contracts of 2026, as of 1 May” stands in one cell or two.
_LOOKED_AT, _LONE = 12, 2


@dataclass(frozen=True, slots=True)
class Recognised:
    """What the reader found out about a file; `rows` is the exact number of rows that hold something."""

    kind: str
    rows: int
    header_row: int
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    sheets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the header is, which columns count, and how many rows follow."""

    header_row: int
    columns: list[str]
    places: list[int]
    rows: int


@dataclass(slots=True)
class Sheet:
    """A sheet that is open for reading; `rows()` may be asked for again and starts anew each time."""

    columns: list[str]
    recognised: Recognised
    _places: list[int]
    _records: Callable[[], Records]
    _close: Callable[[], None]
    # With this as JSON the same file is opened again without being read to its end; None where that cannot be.
    known: Mapping[str, Any] | None = None
    _closed: bool = field(default=False, init=False)

    def rows(self) -> Iterator[Row]:
        """This function will give the rows below the header that hold something, all equally wide."""
        plain = self._places == list(range(len(self._places)))
        for number, cells in self._records():
            if number <= self.recognised.header_row or _nothing(cells):
                continue
            if plain and len(cells) == len(self._places):
                yield number, list(cells)
            else:
                yield number, [cells[place] if place < len(cells) else None for place in self._places]

    def close(self) -> None:
        """This function will let go of the file."""
        if not self._closed:
            self._closed = True
            self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _nothing(cells: Sequence[Cell]) -> bool:
    """Whether all cells are blank; the first one rarely is."""
    return not (cells and cells[0] and not is_blank(cells[0])) and all(map(is_blank, cells))


def survey(records: Records, name: str, first_column: int = 1) -> Layout:
    """This function will read a sheet once: the first row that looks like it is its header, below any heading.

    A column without a name counts only when something stands in it; `first_column` is the number of the
    first place.
    """
    header_row, header, rows = 0, list[Cell](), 0
    filled: set[int] = set()
    nameless: list[int] = []
    every = (record for record in records if not _nothing(record[1]))
    first = list(islice(every, _LOOKED_AT))
    for number, cells in chain(first[_headings(first) :], every):
        if not header_row:
            header_row, header = number, list(cells)
            nameless = [place for place, cell in enumerate(header) if is_blank(cell)]
            _check_width(len(header) - len(nameless))
            continue
        rows += 1
        candidates = [*nameless, *range(len(header), len(cells))] if len(cells) > len(header) else nameless
        if candidates:
            filled.update(place for place in candidates if place < len(cells) and not is_blank(cells[place]))
            _check_width(len(header) - len(nameless) + len(filled))
    if not header_row:
        raise refusal(_("There is nothing in “{name}”.", name=name))
    named = (place for place, cell in enumerate(header) if not is_blank(cell))
    places = sorted({*named, *filled})
    texts = [header[place] if place < len(header) else None for place in places]
    return Layout(header_row, name_columns(texts, [first_column + place for place in places]), places, rows)


def _headings(first: Sequence[tuple[int, Sequence[Cell]]]) -> int:
    """How many rows at the top are a heading over the table: lone cells above a row full of names."""
    filled = [[cell for cell in cells if not is_blank(cell)] for _number, cells in first]
    half = max(map(len, filled), default=0) / 2
    for place, cells in enumerate(filled):
        if len(cells) > max(_LONE, half):
            named = len(set(map(str, cells))) == len(cells) and all(isinstance(cell, str) for cell in cells)
            return place if named and place + 1 < len(filled) and not any(map(_numeric, cells)) else 0
        if len(cells) > _LONE:
            return 0
    return 0


def _numeric(cell: Cell) -> bool:
    return isinstance(cell, str) and cell.strip()[:1].isdigit()


def _check_width(columns: int) -> None:
    if columns > MAX_COLUMNS:
        raise refusal(
            _(
                "The sheet has {columns} columns or more; at most {limit} can be read.",
                columns=columns,
                limit=MAX_COLUMNS,
            )
        )


def name_columns(header: Sequence[Cell], numbers: Sequence[int]) -> list[str]:
    """This function will name every column differently: `Column 3` without a name, `Name (2)` for a second.

    The names are the same in every language, because a mapping that somebody has saved refers to them.
    """
    wished = [" ".join(str(cell).split()) if not is_blank(cell) else "" for cell in header]
    taken: set[str] = set()
    names = []
    for text, number in zip(wished, numbers, strict=True):
        wish = text or f"Column {number}"
        name, count = wish, 1
        while name in taken or (count > 1 and name in wished):
            count += 1
            name = f"{wish} ({count})"
        taken.add(name)
        names.append(name)
    return names

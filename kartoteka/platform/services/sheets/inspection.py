"""What is inside the parts of a workbook, found out without laying anything out in memory.

Most sheets are judged by a quick count that can only be too high; what it does not clear is read cell by
cell.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from xml.parsers import expat

from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.sheets.refusing import refusal


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a workbook may be once it is unpacked."""

    entries: int = 5_000
    part: int = 2**30
    total: int = 2**30
    # A real sheet shrinks ten to thirty times; what shrinks more is made of one character.
    ratio: int = 150
    ratio_from: int = 16 * 2**20
    # A block of this many cells is always fine; a larger one must be filled to a quarter, up to the most.
    cells: int = 4_000_000
    most_cells: int = 24_000_000
    text: int = 512 * 2**20
    # The parser keeps room for as many entries of a list as the list says it has.
    announced: int = 4_000_000

    def reach(self, filled: int) -> int:
        """How many cells, empty ones between them included, a sheet with so many filled ones may take."""
        return min(max(self.cells, 4 * filled), self.most_cells)


LIMITS = Limits()


def damaged(name: str) -> str:
    """This function will give the sentence about a workbook that cannot be read to its end."""
    return _(
        "The workbook “{name}” is damaged or made in an unusual way. Open it in Excel or LibreOffice, "
        "save it again and try once more.",
        name=name,
    )


def too_large(name: str) -> str:
    return _("The workbook “{name}” is too large once it is unpacked.", name=name)


def _far_spread(name: str, rows: int, columns: int) -> str:
    return _(
        "A sheet of “{name}” spreads over {rows} rows and {columns} columns, which is more than can be read. "
        "Delete what stands far from the table, or save it as CSV, and try again.",
        name=name,
        rows=rows,
        columns=columns,
    )


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def _local(tag: str) -> str:
    return tag.rpartition(":")[2] if ":" in tag else tag


class PartInspector:
    """Reads one part as XML while it is copied: well-formed, no document type, nothing immense."""

    def __init__(self, name: str, limits: Limits) -> None:
        self.name, self.limits = name, limits
        self.lengths: list[int] = []
        self.sheet: QuickCount | None = None
        self._before_root: list[bytes] | None = []
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.XmlDeclHandler = self._declaration
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.StartElementHandler = self._root
        self._encoding = "utf-8"

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes of the part."""
        if self._before_root is not None:
            self._before_root.append(chunk)
            self._parser.Parse(chunk, False)
            if self._parser.StartElementHandler != self._root:
                self._settle_kind()
            return
        self._parser.Parse(chunk, False)
        if self.sheet is not None:
            self.sheet.feed(chunk)

    def _settle_kind(self) -> None:
        before, self._before_root = self._before_root or [], None
        if self.sheet is not None:
            self.sheet.sure = self._encoding.lower() in ("utf-8", "us-ascii")
            for chunk in before:
                self.sheet.feed(chunk)

    def finish(self) -> None:
        """The part is at its end."""
        self._parser.Parse(b"", True)
        if self._before_root is not None:
            self._settle_kind()

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        self._encoding = encoding or "utf-8"

    def _doctype(self, *_declaration: object) -> None:
        raise refusal(
            _("“{name}” holds a document type declaration, which no workbook does.", name=self.name)
        )

    def _root(self, tag: str, attributes: dict[str, str]) -> None:
        self._announcement(tag, attributes)
        self._parser.StartElementHandler = self._announcement
        match _local(tag):
            case "worksheet":
                self.sheet = QuickCount(self.name, self.limits)
                self._parser.StartElementHandler = None
            case "sst":
                self._parser.StartElementHandler = self._in_texts
                self._parser.CharacterDataHandler = self._text

    def _announcement(self, _tag: str, attributes: dict[str, str]) -> None:
        for name, value in attributes.items():
            if name.endswith(("count", "Count")):
                _check_announced(value, self.name, self.limits)

    def _in_texts(self, tag: str, _attributes: dict[str, str]) -> None:
        if _local(tag) == "si":
            self.lengths.append(0)

    def _text(self, text: str) -> None:
        if self.lengths:
            self.lengths[-1] += len(text)


def _check_announced(value: str, name: str, limits: Limits) -> None:
    if not value.strip().isdecimal():
        raise refusal(damaged(name))
    if int(value) > limits.announced:
        raise refusal(too_large(name))


# A cell or a row; as every known program writes it, its place comes first.
_TAG = re.compile(rb'<(?:[^<>\s/:]+:)?(?:c|row)(?:\sr="([A-Z]{0,3})([0-9]{1,7})"|[\s/>])')
_PLACE = re.compile(r"([A-Za-z]{1,3})([1-9]\d{0,6})")
_ANNOUNCED = re.compile(rb"""count\s*=\s*["']([^"']{0,40})""", re.IGNORECASE)


class QuickCount:
    """Upper bounds of a sheet, from its bytes: how far it reaches, and how many shared texts it shows."""

    def __init__(self, name: str, limits: Limits) -> None:
        self.name, self.limits = name, limits
        self.sure = True
        self.tags = self.shared = self.last_row = 0
        self.columns: set[bytes] = set()
        self._rest = b""

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes; a tag that is cut waits for its other half."""
        if not self.sure:
            return
        text = self._rest + chunk
        cut = text.rfind(b"<")
        if cut <= 0 or b"\0" in chunk:
            self.sure = False
            return
        piece, self._rest = text[:cut], text[cut:]
        self.shared += piece.count(b'"s"') + piece.count(b"'s'")
        for announced in _ANNOUNCED.findall(piece):
            _check_announced(announced.decode("utf-8", "replace"), self.name, self.limits)
        found = _TAG.findall(piece)
        if found:
            letters, rows = zip(*found, strict=True)
            self.tags += len(found)
            self.columns.update(letters)
            rows_found = set(rows)
            # No place at all: where such a cell stands follows from those before it.
            self.sure = b"" not in rows_found
            self.last_row = max(self.last_row, *map(int, rows_found - {b""}), 0)

    def is_surely_fine(self, longest_text: int) -> bool:
        """Whether even the upper bounds are within the limits."""
        if not self.sure:
            return False
        last_column = max((_column_number(letters.decode()) for letters in self.columns), default=0)
        reach = self.last_row * last_column
        return reach <= self.limits.reach(self.tags) and self.shared * longest_text <= self.limits.text


def weigh_sheet(chunks: Iterable[bytes], lengths: list[int], name: str, limits: Limits) -> None:
    """This function will refuse a sheet that reaches too far or shows too much, having read each cell."""
    scales = _Scales(lengths, name, limits)
    for chunk in chunks:
        scales.parser.Parse(chunk, False)
    if scales.last_row * scales.last_column > limits.reach(scales.filled):
        raise refusal(_far_spread(name, scales.last_row, scales.last_column))


class _Scales:
    """Follows the cells of one sheet: the farthest that holds something, and the shared texts shown."""

    def __init__(self, lengths: list[int], name: str, limits: Limits) -> None:
        self.lengths, self.name, self.limits = lengths, name, limits
        self.row = self.column = self.last_row = self.last_column = self.filled = self.total = 0
        self.shared = self.inside = False
        self.number = ""
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.CharacterDataHandler = self._text
        self.parser.EndElementHandler = self._end

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = _local(tag)
        if tag == "c":
            self.shared = attributes.get("t") == "s"
            self._place(attributes.get("r"))
        elif tag in ("v", "is", "f"):
            # Only now: a cell that has nothing but a format takes no place.
            self.filled += 1
            self.last_row = max(self.last_row, self.row)
            self.last_column = max(self.last_column, self.column)
            self.inside, self.number = self.shared and tag == "v", ""
        elif tag == "row":
            number = attributes.get("r")
            self.row = int(number) if number else self.row + 1
            self.column = 0
        else:
            self._announced(attributes)

    def _announced(self, attributes: dict[str, str]) -> None:
        for name, value in attributes.items():
            if name.endswith(("count", "Count")):
                _check_announced(value, self.name, self.limits)

    def _place(self, place: str | None) -> None:
        if place is None:
            self.column += 1
            return
        found = _PLACE.fullmatch(place)
        if not found:
            raise refusal(damaged(self.name))
        self.row, self.column = int(found[2]), _column_number(found[1])

    def _text(self, text: str) -> None:
        if self.inside:
            self.number += text

    def _end(self, _tag: str) -> None:
        if not self.inside:
            return
        self.inside = False
        number = int(self.number) if self.number.strip().isdecimal() else 0
        if number < len(self.lengths):
            self.total += self.lengths[number]
        if self.total > self.limits.text:
            raise refusal(too_large(self.name))

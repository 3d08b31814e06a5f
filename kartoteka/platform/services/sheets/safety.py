"""A workbook out of unknown hands: checked while it is unpacked, so that the parser gets a clean copy only.

The parser lays a sheet out as one block from its first to its last cell and ends the whole process when
there is no memory for it. So sizes, places of cells and lengths of texts are known before it sees a byte.
"""

import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import IO
from xml.parsers import expat

from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.sheets.refusing import refusal
from kartoteka.platform.services.sheets.source import IN_MEMORY, locked, not_a_spreadsheet

CHUNK = 2**18


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


LIMITS = Limits()

# Parts that hold no cells; among them those that could point out of the file.
_NEEDLESS = re.compile(
    r"(customxml|docprops|xl/(drawings|charts|theme|externallinks|media|embeddings|querytables|pivot\w*))/",
    re.IGNORECASE,
)
_PLACE = re.compile(r"([A-Za-z]{1,3})([1-9]\d{0,6})")


def clean_copy(stream: IO[bytes], name: str, limits: Limits = LIMITS) -> IO[bytes]:
    """This function will unpack a workbook into a checked copy, or refuse it with a sentence."""
    copy = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the caller closes it
    try:
        with zipfile.ZipFile(stream) as archive, zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as clean:
            _copy_parts(archive, clean, name, limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, expat.ExpatError, OSError, ValueError) as error:
        copy.close()
        raise refusal(damaged(name)) from error
    except BaseException:
        copy.close()
        raise
    copy.seek(0)
    return copy


def damaged(name: str) -> str:
    """This function will give the sentence about a workbook that cannot be read to its end."""
    return _(
        "The workbook “{name}” is damaged or made in an unusual way. Open it in Excel or LibreOffice, "
        "save it again and try once more.",
        name=name,
    )


def _too_large(name: str) -> str:
    return _("The workbook “{name}” is too large once it is unpacked.", name=name)


def _copy_parts(archive: zipfile.ZipFile, clean: zipfile.ZipFile, name: str, limits: Limits) -> None:
    parts = archive.infolist()
    _check_directory(parts, name, limits)
    _check_kind({_plain(part.filename).lower() for part in parts}, archive, name)
    inspected = _Inspected()
    total = 0
    for part in parts:
        path = _plain(part.filename)
        if not path.lower().endswith((".xml", ".rels")) or _NEEDLESS.match(path):
            continue
        with archive.open(part) as packed, clean.open(path, "w", force_zip64=True) as unpacked:
            total += _copy_part(packed, unpacked, inspected.inspector(path, name, limits), part, name, limits)
        if total > limits.total:
            raise refusal(_too_large(name))
    for path in inspected.heavy(limits):
        with archive.open(inspected.part_names(archive)[path]) as packed:
            _weigh(packed, inspected.lengths, name, limits)


def _plain(path: str) -> str:
    return path.replace("\\", "/")


def _check_directory(parts: list[zipfile.ZipInfo], name: str, limits: Limits) -> None:
    if len(parts) > limits.entries or sum(part.file_size for part in parts) > 4 * limits.total:
        raise refusal(_too_large(name))
    if any(part.flag_bits & 0x1 for part in parts):
        raise refusal(locked(name))
    if any(part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts):
        raise refusal(damaged(name))
    names = [_plain(part.filename).lower() for part in parts]
    if len(set(names)) < len(names):
        raise refusal(damaged(name))
    # Entries that share their bytes make a small file unpack to anything.
    ordered = sorted(parts, key=lambda part: part.header_offset)
    for before, after in pairwise(ordered):
        if before.header_offset + before.compress_size > after.header_offset:
            raise refusal(damaged(name))


def _check_kind(names: set[str], archive: zipfile.ZipFile, name: str) -> None:
    if "xl/workbook.xml" in names:
        return
    opendocument = "mimetype" in names and archive.read("mimetype")[:64].endswith(b".spreadsheet")
    if opendocument or "xl/workbook.bin" in names:
        raise refusal(
            _("Workbooks of the kind of “{name}” cannot be read. Save it as .xlsx or CSV.", name=name)
        )
    raise refusal(not_a_spreadsheet(name))


def _copy_part(
    packed: IO[bytes],
    unpacked: IO[bytes],
    inspector: "_Inspector",
    part: zipfile.ZipInfo,
    name: str,
    limits: Limits,
) -> int:
    size = 0
    allowed = min(limits.part, max(limits.ratio_from, limits.ratio * part.compress_size))
    for chunk in _chunks(packed):
        size += len(chunk)
        if size > allowed:
            raise refusal(_too_large(name))
        inspector.feed(chunk)
        unpacked.write(chunk)
    inspector.finish()
    return size


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        yield chunk


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


class _Inspector:
    """Reads one part as XML: no document type, known places of cells, known lengths of shared texts."""

    def __init__(self, name: str, limits: Limits) -> None:
        self.name, self.limits = name, limits
        self.row = self.column = self.last_row = self.last_column = 0
        self.shared = False
        self.filled = self.shared_cells = 0
        self.lengths: list[int] = []
        self._numbers: dict[str, int] = {}
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.StartElementHandler = self._root

    def feed(self, chunk: bytes) -> None:
        self._parser.Parse(chunk, False)

    def finish(self) -> None:
        self._parser.Parse(b"", True)
        allowed = min(max(self.limits.cells, 4 * self.filled), self.limits.most_cells)
        if self.last_row * self.last_column > allowed:
            raise refusal(
                _(
                    "A sheet of “{name}” spreads over {rows} rows and {columns} columns, which is more than "
                    "can be read. Delete what stands far from the table, or save it as CSV, and try again.",
                    name=self.name,
                    rows=self.last_row,
                    columns=self.last_column,
                )
            )

    def _doctype(self, *_declaration: object) -> None:
        raise refusal(
            _("“{name}” holds a document type declaration, which no workbook does.", name=self.name)
        )

    def _announcement(self, _tag: str, attributes: dict[str, str]) -> None:
        for name, value in attributes.items():
            if name.lower().endswith("count") and not value.strip().isdecimal():
                raise refusal(damaged(self.name))
            if name.lower().endswith("count") and int(value) > self.limits.announced:
                raise refusal(_too_large(self.name))

    def _root(self, tag: str, attributes: dict[str, str]) -> None:
        self._announcement(tag, attributes)
        self._parser.StartElementHandler = self._announcement
        match tag.rpartition(":")[2]:
            case "worksheet":
                self._parser.StartElementHandler = self._in_sheet
            case "sst":
                self._parser.StartElementHandler = self._in_texts
                self._parser.CharacterDataHandler = self._text

    def _in_texts(self, tag: str, _attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "si":
            self.lengths.append(0)

    def _text(self, text: str) -> None:
        if self.lengths:
            self.lengths[-1] += len(text)

    def _in_sheet(self, tag: str, attributes: dict[str, str]) -> None:
        if ":" in tag:
            tag = tag.rpartition(":")[2]
        if tag == "c":
            self._cell(attributes)
        elif tag in ("v", "is", "f"):
            # Only now: a cell that has nothing but a format takes no place.
            self.last_row = max(self.last_row, self.row)
            self.last_column = max(self.last_column, self.column)
            self.filled += 1
            self.shared_cells += self.shared
        elif tag == "row":
            number = attributes.get("r")
            self.row = int(number) if number else self.row + 1
            self.column = 0
        elif attributes:
            self._announcement(tag, attributes)

    def _cell(self, attributes: dict[str, str]) -> None:
        self.shared = attributes.get("t") == "s"
        place = attributes.get("r")
        if place is None:
            self.column += 1
            return
        found = _PLACE.fullmatch(place)
        if not found:
            raise refusal(damaged(self.name))
        letters, row = found.groups()
        column = self._numbers.get(letters)
        if column is None:
            column = self._numbers[letters] = _column_number(letters)
        self.row, self.column = int(row), column


@dataclass(slots=True)
class _Inspected:
    """What was found out about all parts together."""

    inspectors: dict[str, _Inspector] = field(default_factory=dict)

    def inspector(self, path: str, name: str, limits: Limits) -> _Inspector:
        self.inspectors[path] = _Inspector(name, limits)
        return self.inspectors[path]

    @property
    def lengths(self) -> list[int]:
        """Lengths of the shared texts by their number."""
        return max((each.lengths for each in self.inspectors.values()), key=len, default=[])

    def heavy(self, limits: Limits) -> list[str]:
        """Sheets that could grow beyond measure because many cells may show one long shared text."""
        longest = max((max(each.lengths, default=0) for each in self.inspectors.values()), default=0)
        return [path for path, each in self.inspectors.items() if each.shared_cells * longest > limits.text]

    @staticmethod
    def part_names(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
        """Entries of the archive by their plain path."""
        return {_plain(part.filename): part for part in archive.infolist()}


class _Scales:
    """Adds up the lengths of the shared texts that the cells of one sheet show."""

    def __init__(self, lengths: list[int], name: str, limits: Limits) -> None:
        self.lengths, self.name, self.limits = lengths, name, limits
        self.total = 0
        self.shared = self.inside = False
        self.number = ""
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.CharacterDataHandler = self._text
        self.parser.EndElementHandler = self._end

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "c":
            self.shared = attributes.get("t") == "s"
        elif tag == "v":
            self.inside, self.number = self.shared, ""

    def _text(self, text: str) -> None:
        if self.inside:
            self.number += text

    def _end(self, tag: str) -> None:
        if not self.inside:
            return
        self.inside = False
        number = int(self.number) if self.number.strip().isdecimal() else 0
        if number < len(self.lengths):
            self.total += self.lengths[number]
        if self.total > self.limits.text:
            raise refusal(_too_large(self.name))


def _weigh(packed: IO[bytes], lengths: list[int], name: str, limits: Limits) -> None:
    scales = _Scales(lengths, name, limits)
    for chunk in _chunks(packed):
        scales.parser.Parse(chunk, False)

"""What a word document or a spreadsheet looks like, as plain data: headings, paragraphs, lists, tables, sheets.

It is loaded by the program that looks into files, so it imports nothing of Kartoteka. Nothing of a file's own markup
goes any further: what comes out are texts, and the names below of what they are.
"""

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import IO, Any

OFFICE = "application/vnd.openxmlformats-officedocument."
ODF = "application/vnd.oasis.opendocument."
WORD, SHEET = f"{OFFICE}wordprocessingml.document", f"{OFFICE}spreadsheetml.sheet"
ODF_WORD, ODF_SHEET = f"{ODF}text", f"{ODF}spreadsheet"
LAID_OUT = frozenset({WORD, SHEET, ODF_WORD, ODF_SHEET})
MOST_MEMBERS, MOST_UNPACKED = 5000, 80 << 20
MOST_BLOCKS, MOST_LETTERS, LONGEST_CELL = 1500, 120_000, 300
MOST_SHEETS, MOST_ROWS, MOST_COLUMNS = 12, 200, 40
_BOLD, _ITALIC = "b", "i"


class Enough(Exception):
    """There is as much as anybody looks at without downloading the file."""


class _Sketch:
    """Blocks as they are found, until there are enough."""

    def __init__(self) -> None:
        self.blocks: list[dict[str, Any]] = []
        self.left = MOST_LETTERS

    def add(self, block: dict[str, Any], letters: int) -> None:
        self.blocks.append(block)
        self.left -= letters
        if len(self.blocks) >= MOST_BLOCKS or self.left <= 0:
            raise Enough


def layout_of(path: Path, kind: str) -> dict[str, Any] | None:
    """This function will sketch a document, or tell the sheets of a spreadsheet; None for other kinds.

    :raises ValueError: when it would unpack to too much.
    """
    if kind not in LAID_OUT:
        return None
    with zipfile.ZipFile(path) as packed:
        # No more of a part is unpacked than its head says, so what the heads say is a bound.
        members = packed.infolist()
        if len(members) > MOST_MEMBERS or sum(each.file_size for each in members) > MOST_UNPACKED:
            raise ValueError("it unpacks to too much")
        if kind == SHEET:
            with path.open("rb") as stream:
                return _of_workbook(stream)
        return _of_odf(packed, kind) if kind.startswith(ODF) else _of_word(packed)


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _said(element: Any, name: str) -> str:
    """An attribute, whatever its namespace."""
    return next((str(value) for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def _child(element: Any, *names: str) -> Any:
    for name in names:
        element = next((each for each in element if _local(each) == name), None)
        if element is None:
            return None
    return element


def _root(packed: zipfile.ZipFile, name: str) -> Any:
    from defusedxml.ElementTree import parse  # type: ignore[import-untyped]

    with packed.open(name) as stream:
        return parse(stream, forbid_dtd=True).getroot()


def _document(sketch: _Sketch) -> dict[str, Any]:
    return {"blocks": sketch.blocks, "cut": sketch.left <= 0 or len(sketch.blocks) >= MOST_BLOCKS}


def _of_word(packed: zipfile.ZipFile) -> dict[str, Any]:
    sketch, headings = _Sketch(), _headings(packed)
    body = _child(_root(packed, "word/document.xml"), "body")
    try:
        for element in body if body is not None else ():
            if _local(element) == "p":
                _paragraph(sketch, element, headings)
            elif _local(element) == "tbl":
                _table(sketch, [[_text(cell) for cell in row if _local(cell) == "tc"]
                                for row in element if _local(row) == "tr"])  # fmt: skip
    except Enough:
        pass
    return _document(sketch)


def _headings(packed: zipfile.ZipFile) -> dict[str, int]:
    """Which styles are headings, of which level: by their names, which are the same in every language."""
    if "word/styles.xml" not in packed.namelist():
        return {}
    found = {}
    for style in _root(packed, "word/styles.xml"):
        name = _child(style, "name")
        told = _said(name, "val").lower() if name is not None else ""
        if told == "title":
            found[_said(style, "styleId")] = 1
        elif told.startswith("heading ") and told[8:].isdecimal():
            found[_said(style, "styleId")] = int(told[8:9])
    return found


def _paragraph(sketch: _Sketch, element: Any, headings: dict[str, int]) -> None:
    runs = [run for run in _runs(element) if run[0]]
    if not any(text.strip() for text, _style in runs):
        return
    style = _child(element, "pPr", "pStyle")
    level = headings.get(_said(style, "val"), 0) if style is not None else 0
    letters = sum(len(text) for text, _style in runs)
    if level:
        sketch.add({"is": "heading", "level": min(level, 4), "runs": runs}, letters)
    elif _child(element, "pPr", "numPr") is not None:
        sketch.add({"is": "item", "runs": runs}, letters)
    else:
        sketch.add({"is": "text", "runs": runs}, letters)


def _runs(paragraph: Any) -> Iterator[tuple[str, str]]:
    for run in paragraph.iter():
        if _local(run) == "r":
            style = "".join(mark for mark in (_BOLD, _ITALIC) if _on(_child(run, "rPr", mark)))
            yield _text(run), style


def _on(mark: Any) -> bool:
    return mark is not None and _said(mark, "val") not in ("0", "false", "none")


def _text(element: Any) -> str:
    """The words in a part; breaks and tabs are spaces, and so is the end of a paragraph within a cell."""
    parts = []
    for each in element.iter():
        name = _local(each)
        if name == "t" and each.text:
            parts.append(each.text)
        elif name in ("br", "tab", "cr") or (name == "p" and parts):
            parts.append(" ")
    return _plain("".join(parts))


def _plain(text: str) -> str:
    return "".join(each if each.isprintable() else " " for each in text)


def _table(sketch: _Sketch, rows: list[list[str]]) -> None:
    kept = [[cell.strip()[:LONGEST_CELL] for cell in row[:MOST_COLUMNS]] for row in rows[:MOST_ROWS]]
    if kept:
        sketch.add({"is": "table", "rows": kept}, sum(len(cell) + 1 for row in kept for cell in row))


def _of_odf(packed: zipfile.ZipFile, kind: str) -> dict[str, Any]:
    body = _child(_root(packed, "content.xml"), "body")
    content = next(iter(body), None) if body is not None else None
    elements = list(content) if content is not None else []
    if kind == ODF_SHEET:
        tables = [each for each in elements if _local(each) == "table"]
        return _sheets((_said(each, "name"), _odf_rows(each)) for each in tables)
    sketch = _Sketch()
    try:
        for element in elements:
            _odf_block(sketch, element)
    except Enough:
        pass
    return _document(sketch)


def _odf_block(sketch: _Sketch, element: Any) -> None:
    name = _local(element)
    if name == "table":
        _table(sketch, list(_odf_rows(element)))
    elif name == "list":
        for item in element:
            text = _plain("".join(item.itertext()))
            sketch.add({"is": "item", "runs": [(text, "")]}, len(text))
    elif name in ("h", "p") and (text := _plain("".join(element.itertext()))).strip():
        level = _said(element, "outline-level")
        told = (
            {"is": "heading", "level": min(int(level), 4) if level.isdecimal() else 1}
            if name == "h"
            else {"is": "text"}
        )
        sketch.add({**told, "runs": [(text, "")]}, len(text))


def _odf_rows(table: Any) -> Iterator[list[str]]:
    for row in table.iter():
        if _local(row) == "table-row":
            cells: list[str] = []
            for cell in row:
                if _local(cell) in ("table-cell", "covered-table-cell"):
                    often = _said(cell, "number-columns-repeated")
                    times = min(int(often), MOST_COLUMNS) if often.isdecimal() else 1
                    cells += [_plain(" ".join("".join(part.itertext()) for part in cell))] * times
            yield cells[:MOST_COLUMNS]


def _of_workbook(stream: IO[bytes]) -> dict[str, Any]:
    from openpyxl import load_workbook

    # A stream has no name by whose ending it would be judged.
    book = load_workbook(stream, read_only=True, data_only=True, keep_links=False)
    shown = [each for each in book.worksheets if each.sheet_state == "visible"]
    return _sheets((each.title, _rows(each)) for each in shown)


def _rows(sheet: Any) -> Iterator[list[str]]:
    for row in sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS, values_only=True):
        yield [_cell(each) for each in row]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        midnight = value.time() == time()
        return value.date().isoformat() if midnight else value.isoformat(" ", "minutes")
    if isinstance(value, date | time):
        return value.isoformat()
    return _plain(f"{value:.10g}" if isinstance(value, float) else str(value))


def _sheets(found: Any) -> dict[str, Any]:
    sheets: list[dict[str, Any]] = []
    left, cut = MOST_LETTERS, False
    for name, rows in found:
        if len(sheets) >= MOST_SHEETS or left <= 0:
            cut = True
            break
        kept: list[list[str]] = []
        for row in rows:
            cut = cut or len(kept) >= MOST_ROWS or left <= 0
            if len(kept) >= MOST_ROWS or left <= 0:
                break
            cells = [each.strip()[:LONGEST_CELL] for each in row]
            left -= sum(len(each) + 1 for each in cells)
            kept.append(cells)
        sheets.append({"name": _plain(str(name))[:80], "rows": _trimmed(kept)})
    return {"sheets": sheets, "cut": cut}


def _trimmed(rows: list[list[str]]) -> list[list[str]]:
    """Rows and columns at the edges in which there is nothing are left out; all rows are as long."""
    while rows and not any(rows[-1]):
        rows.pop()
    width = max((number for row in rows for number, each in enumerate(row, 1) if each), default=0)
    return [(row + [""] * width)[:width] for row in rows]


__all__ = ["LAID_OUT", "layout_of"]

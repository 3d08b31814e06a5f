"""Files that the tests read: tables in any encoding, workbooks, and workbooks spoiled on purpose."""

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from kartoteka.platform.services.sheets.reading import Sheet, open_sheet

SHEET = "xl/worksheets/sheet1.xml"
TEXTS = "xl/sharedStrings.xml"


def text_table(text: str, encoding: str = "utf-8") -> io.BytesIO:
    return io.BytesIO(text.encode(encoding))


def workbook(rows: Iterable[Sequence[Any]]) -> io.BytesIO:
    """A workbook with shared texts, as Excel makes them."""
    stream = io.BytesIO()
    settings = {"default_date_format": "d.m.yyyy", "strings_to_formulas": False}
    with xlsxwriter.Workbook(stream, settings) as book:
        sheet = book.add_worksheet("Sheet")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return stream


def respelled(original: io.BytesIO, changes: Mapping[str, tuple[bytes, bytes]]) -> io.BytesIO:
    """A workbook with one piece of some parts replaced; the piece must be there."""
    spoiled = io.BytesIO()
    with zipfile.ZipFile(original) as old, zipfile.ZipFile(spoiled, "w", zipfile.ZIP_DEFLATED) as new:
        assert set(changes) <= set(old.namelist())
        for name in old.namelist():
            content = old.read(name)
            if name in changes:
                before, after = changes[name]
                assert before in content
                content = content.replace(before, after)
            new.writestr(name, content)
    return spoiled


def opened(stream: io.BytesIO, name: str = "list.csv", **options: Any) -> Sheet:
    return open_sheet(stream, name=name, **options)


def cells(stream: io.BytesIO, **options: Any) -> list[list[Any]]:
    with opened(stream, **options) as sheet:
        return [row for _, row in sheet.rows()]

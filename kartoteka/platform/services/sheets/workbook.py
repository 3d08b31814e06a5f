"""Workbooks of the .xlsx kind: the parser is calamine, and it sees nothing but a checked copy."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.sheets.cells import Cell, from_workbook
from kartoteka.platform.services.sheets.inspection import damaged
from kartoteka.platform.services.sheets.refusing import refusal
from kartoteka.platform.services.sheets.safety import clean_copy
from kartoteka.platform.services.sheets.sheet import Recognised, Sheet, survey
from kartoteka.platform.services.sheets.source import Source

MAX_SHEETS = 1_000


def open_workbook(source: Source, *, name: str, sheet: str | None) -> Sheet:
    """This function will open one sheet of a workbook: the one named, or the first that holds something."""
    copy = clean_copy(source.rewound(), name)
    source.close()
    try:
        with _readable(name):
            workbook = CalamineWorkbook.from_filelike(copy)
            chosen = _chosen(workbook, name, sheet)
            names = tuple(workbook.sheet_names)
        first_column = chosen.start[1] + 1 if chosen.start else 1
        layout = survey(_records(chosen), name, first_column)
    except BaseException:
        copy.close()
        raise
    recognised = Recognised(
        kind="xlsx", rows=layout.rows, header_row=layout.header_row, sheet=chosen.name, sheets=names
    )
    return Sheet(
        layout.columns, recognised, layout.places, lambda: _records(chosen), lambda: _close(workbook, copy)
    )


def _close(workbook: CalamineWorkbook, copy: IO[bytes]) -> None:
    workbook.close()
    copy.close()


@contextmanager
def _readable(name: str) -> Iterator[None]:
    try:
        yield
    except (CalamineError, OSError, ValueError) as error:
        raise refusal(damaged(name)) from error
    except BaseException as error:
        # A panic of the parser derives from nothing narrower.
        if type(error).__name__ != "PanicException":
            raise
        raise refusal(damaged(name)) from error


def _chosen(workbook: CalamineWorkbook, name: str, asked: str | None) -> CalamineSheet:
    tables = [each for each in workbook.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
    if len(tables) > MAX_SHEETS:
        raise refusal(damaged(name))
    if asked is not None:
        return workbook.get_sheet_by_name(_named([each.name for each in tables], asked))
    for each in sorted(tables, key=lambda each: each.visible != SheetVisibleEnum.Visible):
        sheet = workbook.get_sheet_by_name(each.name)
        if any(any(cell != "" for cell in row) for row in sheet.iter_rows()):
            return sheet
    raise refusal(_("There is nothing in “{name}”.", name=name))


def _named(names: list[str], asked: str) -> str:
    for name in names:
        if name.strip().casefold() == asked.strip().casefold():
            return name
    raise refusal(
        _("There is no sheet “{sheet}”; there are: {sheets}.", sheet=asked, sheets=", ".join(names)),
        about="sheet",
    )


def _records(sheet: CalamineSheet) -> Iterator[tuple[int, list[Cell]]]:
    for number, row in enumerate(sheet.iter_rows(), start=1):
        yield number, [from_workbook(value) for value in row]

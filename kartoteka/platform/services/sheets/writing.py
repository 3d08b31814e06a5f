"""Writing tables for people and their spreadsheets, row by row, whatever the size."""

import csv
import io
import zoneinfo
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

import xlsxwriter  # type: ignore[import-untyped]
from xlsxwriter.format import Format  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.sheets.cells import EXACT_DIGITS, Written, guard_formula
from kartoteka.platform.services.sheets.refusing import refusal

# What Excel itself can hold.
MAX_ROWS, MAX_TEXT, MAX_TITLE = 1_048_576, 32_767, 31
_WIDEST, _NARROWEST = 60, 8
# Excel counts days from here on without the leap day that 1900 never had.
_FIRST_DATE = date(1900, 3, 1)


def write_csv(
    stream: IO[bytes],
    columns: Sequence[str],
    rows: Iterable[Sequence[Written]],
    *,
    delimiter: str = ";",
    decimal_mark: str | None = None,
    timezone: str = "UTC",
) -> int:
    """This function will write a table as CSV the way Excel opens it, and count its rows.

    A Czech Excel splits by `;` and reads decimal commas, so the two go together unless told otherwise.
    """
    zone = zoneinfo.ZoneInfo(timezone)
    mark = decimal_mark or ("," if delimiter == ";" else ".")
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    count = 0
    try:
        writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
        writer.writerow([guard_formula(column) for column in columns])
        for row in rows:
            writer.writerow([_csv_text(cell, mark, zone) for cell in row])
            count += 1
    finally:
        text.detach()
    return count


def _csv_text(cell: Written, mark: str, zone: zoneinfo.ZoneInfo) -> str:
    match cell:
        case None:
            return ""
        case str():
            return guard_formula(cell)
        case bool():
            return "true" if cell else "false"
        case int():
            return str(cell)
        case float():
            return _plain(Decimal(repr(cell))).replace(".", mark)
        case Decimal():
            return _plain(cell).replace(".", mark)
        case datetime():
            return _moment_text(cell, zone)
    return cell.isoformat()


def _plain(number: Decimal) -> str:
    return format(number, "f") if number.is_finite() else str(number)


def _moment_text(moment: datetime, zone: zoneinfo.ZoneInfo) -> str:
    return (moment.astimezone(zone) if moment.tzinfo else moment).isoformat()


def write_xlsx(
    stream: IO[bytes],
    columns: Sequence[str],
    rows: Iterable[Sequence[Written]],
    *,
    title: str,
    timezone: str = "UTC",
) -> int:
    """This function will write a table as a workbook of one sheet and count its rows.

    Text is written as text, never as a formula. A number or a moment that a workbook would not keep exactly
    is written as text too. Moments that know their zone are shown in `timezone`.
    """
    workbook = xlsxwriter.Workbook(stream, {"constant_memory": True, "default_date_format": "d.m.yyyy"})
    try:
        table = _Table(workbook, title, columns, zoneinfo.ZoneInfo(timezone))
        for row in rows:
            table.add(row)
        table.finish()
    except BaseException:
        # Otherwise the unfinished workbook would complain, and keep its temporary files for long.
        workbook.fileclosed = True
        _drop_temporary_files(workbook)
        raise
    workbook.close()
    return table.count


def _drop_temporary_files(workbook: Any) -> None:
    for sheet in workbook.worksheets():
        if sheet.row_data_fh is not None:
            sheet.row_data_fh.close()
            Path(sheet.row_data_filename).unlink(missing_ok=True)


def sheet_title(title: str) -> str:
    """This function will make a title fit to name a sheet: short, without what Excel forbids."""
    plain = "".join(" " if letter in "[]:*?/\\" else letter for letter in title if letter.isprintable())
    return plain.strip(" '")[:MAX_TITLE].strip(" '") or "Sheet1"


class _Table:
    """The sheet that is being written, one row at a time."""

    def __init__(
        self, workbook: xlsxwriter.Workbook, title: str, columns: Sequence[str], zone: zoneinfo.ZoneInfo
    ) -> None:
        self.workbook, self.columns, self.zone = workbook, columns, zone
        name = sheet_title(title)
        self.sheet: Worksheet = workbook.add_worksheet("Sheet1" if name.casefold() == "history" else name)
        self.count = 0
        self.widths = [len(column) for column in columns]
        self.formats: dict[str, Format] = {}
        header = workbook.add_format({"bold": True, "bottom": 1, "valign": "top", "text_wrap": True})
        for place, column in enumerate(columns):
            self._text(0, place, column, header)
        self.sheet.freeze_panes(1, 0)

    def add(self, row: Sequence[Written]) -> None:
        self.count += 1
        if self.count >= MAX_ROWS:
            raise refusal(
                _(
                    "A workbook holds at most {limit} rows. Narrow the list down or choose CSV.",
                    limit=MAX_ROWS - 1,
                )
            )
        for place, cell in enumerate(row):
            if cell is not None and cell != "":
                self._write(place, cell)

    def finish(self) -> None:
        for place, width in enumerate(self.widths):
            self.sheet.set_column(place, place, min(max(width + 2, _NARROWEST), _WIDEST))
        if self.columns:
            self.sheet.autofilter(0, 0, self.count, len(self.columns) - 1)

    def _write(self, place: int, cell: Written) -> None:
        match cell:
            case str():
                self._text(self.count, place, cell)
            case bool():
                self.sheet.write_boolean(self.count, place, cell)
            case int() | float() | Decimal():
                self._number(place, Decimal(repr(cell)) if isinstance(cell, float) else Decimal(cell))
            case datetime():
                self._moment(place, cell)
            case date():
                self._date(place, cell)

    def _text(self, row: int, place: int, text: str, format_: Format | None = None) -> None:
        if len(text) > MAX_TEXT:
            raise refusal(
                _(
                    "A cell of a workbook holds at most {limit} characters; “{column}” in row {row} "
                    "has {length}. Choose CSV.",
                    limit=MAX_TEXT,
                    column=self.columns[place],
                    row=row + 1,
                    length=len(text),
                )
            )
        self._widen(place, max(map(len, text.split("\n"))))
        self.sheet.write_string(row, place, text, format_)

    def _number(self, place: int, number: Decimal) -> None:
        digits = number.normalize().as_tuple() if number.is_finite() else None
        if digits is None or len(digits.digits) > EXACT_DIGITS or abs(number.adjusted()) > 300:
            self._text(self.count, place, _plain(number))
            return
        exponent = number.as_tuple().exponent
        decimals = max(-exponent, 0) if isinstance(exponent, int) else 0
        pattern = "0" if not decimals else f"0.{'0' * decimals}" if decimals <= EXACT_DIGITS else "General"
        self._widen(place, len(_plain(number)))
        # The library takes a float; to fifteen digits it is the same number.
        self.sheet.write_number(self.count, place, float(number), self._format(pattern))

    def _date(self, place: int, day: date) -> None:
        if day < _FIRST_DATE:
            self._text(self.count, place, day.isoformat())
            return
        self._widen(place, 10)
        self.sheet.write_datetime(self.count, place, day, self._format("d. m. yyyy"))

    def _moment(self, place: int, moment: datetime) -> None:
        shown = moment.astimezone(self.zone) if moment.tzinfo else moment
        if shown.date() < _FIRST_DATE or shown.microsecond or self._is_ambiguous(shown):
            self._text(self.count, place, shown.isoformat())
            return
        self._widen(place, 18)
        self.sheet.write_datetime(
            self.count, place, shown.replace(tzinfo=None), self._format("d. m. yyyy h:mm:ss")
        )

    @staticmethod
    def _is_ambiguous(moment: datetime) -> bool:
        """An hour that the clock shows twice in autumn: only its offset tells which one it is."""
        if moment.tzinfo is None:
            return False
        offsets = {moment.replace(fold=fold).astimezone(UTC) for fold in (0, 1)}
        return len(offsets) > 1

    def _widen(self, place: int, width: int) -> None:
        if place < len(self.widths) and width > self.widths[place]:
            self.widths[place] = width

    def _format(self, pattern: str) -> Format:
        if pattern not in self.formats:
            self.formats[pattern] = self.workbook.add_format({"num_format": pattern})
        return self.formats[pattern]

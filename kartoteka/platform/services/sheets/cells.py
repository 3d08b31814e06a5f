"""What a cell may hold, and how text that a spreadsheet could take for a formula travels unharmed."""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal

# A cell as it is read. A number that a spreadsheet keeps as 4146506.0 arrives as an int.
Cell = str | int | float | bool | date | datetime | None
# A cell as it may be written.
Written = Cell | Decimal

# Spreadsheets count numbers to fifteen digits; what is longer would come back changed.
EXACT_DIGITS = 15

# A formula may hide behind blanks, quotes and separators, and its sign may be of the full-width kind.
_FORMULA = re.compile(r"""[\s'"`,;|]*[=+\-@\t\r\n＝＋－＠]""")
_HARMLESS = re.compile(
    r"[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d{1,3})?"  # a plain number
    r"|\+\d{1,3}(?:[  ()/-]{0,2}\d{1,12}){1,6}"  # a telephone number with its country
)


def guard_formula(text: str) -> str:
    """This function will put an apostrophe before text that a spreadsheet could take for a formula."""
    if _FORMULA.match(text) and not _HARMLESS.fullmatch(text):
        return f"'{text}"
    return text


def unguard_formula(text: str) -> str:
    """This function will take off the apostrophe that `guard_formula` has put there."""
    if text.startswith("'") and _FORMULA.match(text, 1):
        return text[1:]
    return text


def is_blank(cell: Cell) -> bool:
    """This function will tell whether a cell holds nothing that a person could see."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def tidy_number(number: float) -> int | float:
    """This function will give a number as the spreadsheet shows it: to fifteen digits, whole ones as int."""
    exact = float(f"{number:.{EXACT_DIGITS}g}")
    if not exact.is_integer() or abs(exact) >= 10**18:
        return exact
    # Through the decimal form: beyond 2**53 the binary neighbour would show digits that nobody has written.
    return int(Decimal(repr(exact)))


def from_workbook(value: Cell | time | timedelta) -> Cell:
    """This function will turn a value of a workbook's cell into a `Cell`."""
    if isinstance(value, float):
        return tidy_number(value)
    if isinstance(value, str):
        return value or None
    if isinstance(value, timedelta):
        return _duration_text(value)
    if isinstance(value, time):
        return value.isoformat()
    return value


def _duration_text(value: timedelta) -> str:
    minutes, seconds = divmod(round(abs(value).total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    sign = "-" if value < timedelta() else ""
    return f"{sign}{hours}:{minutes:02}:{seconds:02}"

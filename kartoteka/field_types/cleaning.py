"""Text out of whatever arrives, from JSON, a form or a cell: normalised, without control characters."""

import math
import re
import unicodedata
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from kartoteka.field_types.schema import refuse
from kartoteka.field_types.texts import _

_LONGEST_NUMBER = 400
_TOO_LONG = 10**_LONGEST_NUMBER
_FORBIDDEN_IN_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_FORBIDDEN_IN_LINES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_LINE_BREAK = re.compile("[\n\r\u2028\u2029]")


def as_text(raw: Any) -> str:
    """The text that a person would see in the cell: `27082440.0` is `27082440`."""
    if isinstance(raw, str):
        return raw
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, (int, float, Decimal)):
        return _number_as_text(raw)
    if isinstance(raw, datetime):
        return raw.date().isoformat() if raw.time() == time.min else raw.isoformat(" ")
    if isinstance(raw, date):
        return raw.isoformat()
    raise refuse(_("This must be text."))


def _number_as_text(raw: int | float | Decimal) -> str:
    finite = (
        raw.is_finite()
        if isinstance(raw, Decimal)
        else math.isfinite(raw)
        if isinstance(raw, float)
        else True
    )
    if not finite:
        raise refuse(_("This is not a number that can be written down."))
    if abs(raw) >= _TOO_LONG:
        raise refuse(_("This number is too long."))
    if raw == int(raw):
        return str(int(raw))
    exact = Decimal(repr(raw)) if isinstance(raw, float) else Decimal(raw)
    if exact.adjusted() < -_LONGEST_NUMBER:
        raise refuse(_("This number is too long."))
    return format(exact, "f")


def clean_line(raw: Any) -> str:
    """One line of text."""
    if type(raw) is str and raw.isascii() and raw.isprintable():
        return raw
    text = as_text(raw)
    if not text.isprintable() and (found := _FORBIDDEN_IN_LINE.search(text)):
        if _LINE_BREAK.match(found.group()):
            raise refuse(_("There is a line break in the text; only one line belongs here."))
        raise _unprintable(found.group())
    return _composed(text)


def clean_lines(raw: Any) -> str:
    """Text of several lines, which all end with a line feed."""
    text = as_text(raw)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if found := _FORBIDDEN_IN_LINES.search(text):
        raise _unprintable(found.group())
    return _composed(text)


def _composed(text: str) -> str:
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", text).strip()


def _unprintable(character: str) -> Exception:
    code = f"U+{ord(character):04X}"
    return refuse(_("There is an unprintable character ({code}) in the text.", code=code))


def without_blanks(text: str) -> str:
    """The text without any kind of space, as codes and numbers are compared."""
    return "".join(text.split())

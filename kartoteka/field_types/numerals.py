"""Numbers as people and spreadsheets write them, read without guessing and without rounding."""

import re
from collections.abc import Callable
from decimal import Context, Decimal, Inexact, InvalidOperation
from typing import Any

from kartoteka.field_types.schema import refuse
from kartoteka.field_types.texts import _

MOST_DIGITS = 18
_LONGEST = 80
_EXACTLY = Context(prec=MOST_DIGITS, traps=[Inexact, InvalidOperation])

_PLAIN = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_PLAIN_WHOLE = re.compile(r"[+-]?[0-9]+")
_SCIENTIFIC = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?[eE][+-]?[0-9]{1,2}")
_DECORATED = re.compile(
    r"([+-]?)\s*"  # a sign may stand before the unit
    r"([^\s0-9.,+-]*)\s*([+-]?)\s*"
    r"([.,]?[0-9](?:[0-9.,'’\s]*[0-9])?)"
    r"(?:,[-–—]{1,2}|[.,])?\s*"  # 1200,- as prices are written
    r"([^0-9.,+-]*)"
)
_GROUPED = re.compile(r"[0-9]{1,3}([.,'’\s])[0-9]{3}(?:\1[0-9]{3})*")
_ONE_GROUP = re.compile("[0-9]{1,3}[.,][0-9]{3}")

UnitCheck = Callable[[str], None]


def read_number(raw: Any, accept_unit: UnitCheck, places: int) -> Decimal:
    """A finite number; `accept_unit` refuses whatever stands beside the digits and does not belong there.

    `1,234` has two meanings: a decimal comma where three decimal `places` are kept, thousands elsewhere.
    """
    if isinstance(raw, str):
        if (_PLAIN if places else _PLAIN_WHOLE).fullmatch(raw) and len(raw) < _LONGEST:
            return Decimal(raw)
        return _read_decorated(raw.replace("\u2212", "-"), accept_unit, places)
    if isinstance(raw, bool) or not isinstance(raw, (int, float, Decimal)):
        raise _no_number()
    if isinstance(raw, int) and raw.bit_length() > 10_000:
        raise too_long()
    number = Decimal(repr(raw)) if isinstance(raw, float) else Decimal(raw)
    if not number.is_finite():
        raise _no_number()
    return number


def _read_decorated(text: str, accept_unit: UnitCheck, places: int) -> Decimal:
    if len(text) >= _LONGEST:
        raise _no_number()
    if _SCIENTIFIC.fullmatch(text):
        return Decimal(text.replace(",", "."))
    found = _DECORATED.fullmatch(text)
    if found is None:
        raise _no_number()
    sign, before, second_sign, digits, after = found.groups()
    after = after.strip()
    if (sign and second_sign) or (before and after):
        raise _no_number()
    if before or after:
        accept_unit(before or after)
    number = _unseparated(digits, places)
    return -number if "-" in (sign, second_sign) else number


def _unseparated(digits: str, places: int) -> Decimal:
    """Tell thousands from decimals: the last separator is the decimal one, unless it occurs twice."""
    mark = max(",.", key=digits.rfind)
    head, found, tail = digits.rpartition(mark)
    if not found or mark in head or _are_thousands(digits, mark, places):
        head, tail = digits, ""
    if head and not head.isdigit():
        if not _GROUPED.fullmatch(head):
            raise _no_number()
        head = re.sub("[^0-9]", "", head)
    if tail and not tail.isdigit():
        raise _no_number()
    return Decimal(f"{head or 0}.{tail or 0}")


def _are_thousands(digits: str, mark: str, places: int) -> bool:
    """Whether the only separator stands before thousands, because so many decimals are not kept anyway."""
    if places >= 3 or digits[0] == "0" or not _ONE_GROUP.fullmatch(digits):
        return False
    if mark == "." and not places:
        raise refuse(_("It is not clear whether the point in “{text}” separates thousands.", text=digits))
    return mark == ","


def _no_number() -> Exception:
    return refuse(_("This is not a number."))


def too_long() -> Exception:
    """The refusal of more digits than can be kept exactly."""
    return refuse(_("This number has more than {max} digits.", max=MOST_DIGITS))


def with_places(number: Decimal, unit: Decimal) -> Decimal:
    """The number with exactly as many decimal places as `unit` has; nothing is ever rounded away."""
    try:
        exact = number.quantize(unit, context=_EXACTLY)
    except Inexact as error:
        places = -int(unit.as_tuple().exponent)
        if not places:
            raise refuse(_("This must be a whole number.")) from error
        raise refuse(_("This number has more than {max} decimal places.", max=places)) from error
    except InvalidOperation as error:
        raise too_long() from error
    return exact if exact else abs(exact)

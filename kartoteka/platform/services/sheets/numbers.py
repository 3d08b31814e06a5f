"""How numbers are written in one column, and whether a mark such as the comma of `1,234` can be told."""

import re
from dataclasses import dataclass, field
from decimal import Decimal

from kartoteka.platform.services.sheets.cells import Cell

MAX_DECIMALS = 9
MAX_DIGITS = 18
_TOO_LARGE = 10**18
LEAST_DECIMALS = 2

_BLANKS = " \u00a0\u202f"
# A leading zero belongs to a code, never to a number: 007, 04146506.
_WHOLE = re.compile(rf"-?(?:0|[1-9]\d*|[1-9]\d{{0,2}}(?:[{_BLANKS}]\d{{3}})+)")
_CURRENCY = re.compile(rf"[{_BLANKS}]*(?P<sign>Kč|CZK|€|EUR|\$|USD)$")
_CODES = {"Kč": "CZK", "€": "EUR", "$": "USD"}
_NUMBER = re.compile(
    rf"-?(?P<whole>0|[1-9]\d*|[1-9]\d{{0,2}}(?:(?P<groups>[{_BLANKS}'.,])\d{{3}})(?:(?P=groups)\d{{3}})*)"
    r"(?:(?P<mark>[.,])(?P<decimals>\d+))?"
)


def is_whole(cell: Cell) -> bool:
    """This function will tell whether a cell holds a whole number, written beyond doubt."""
    if isinstance(cell, bool):
        return False
    if isinstance(cell, int):
        return abs(cell) < _TOO_LARGE
    return isinstance(cell, str) and len(cell) <= 30 and _WHOLE.fullmatch(cell.strip()) is not None


@dataclass(slots=True)
class DecimalColumn:
    """What is known of the decimal numbers of one column; `see` is False for what is none."""

    decimals: int = 0
    digits: int = 0
    marks: set[str] = field(default_factory=set)
    doubtful: set[str] = field(default_factory=set)
    currencies: set[str] = field(default_factory=set)

    def see(self, cell: Cell) -> bool:
        """This function will take note of one value."""
        if isinstance(cell, bool):
            return False
        if isinstance(cell, int | float):
            return self._count(Decimal(repr(cell)))
        if not isinstance(cell, str) or len(cell) > 40:
            return False
        text = cell.strip()
        if signed := _CURRENCY.search(text):
            self.currencies.add(_CODES.get(signed["sign"], signed["sign"]))
            text = text[: signed.start()]
        found = _NUMBER.fullmatch(text)
        return found is not None and self._written(found)

    def _written(self, found: re.Match[str]) -> bool:
        whole, groups, mark = found["whole"], found["groups"], found["mark"]
        decimals = found["decimals"] or ""
        if mark and mark == groups:
            return False
        if mark:
            # 1,234 may be a thousand and something or one and something; 0,234 and 1234,567 may not.
            if len(decimals) == 3 and not groups and whole != "0" and len(whole) <= 3:
                self.doubtful.add(mark)
            else:
                self.marks.add(mark)
        elif groups in (".", ","):
            if whole.count(groups) == 1:
                self.doubtful.add(groups)
                decimals, whole = whole[-3:], whole[:-4]
            else:
                self.marks.add("," if groups == "." else ".")
        plain = re.sub(r"\D", "", whole)
        return self._count(Decimal(f"{plain}.{decimals}" if decimals else plain))

    def _count(self, number: Decimal) -> bool:
        if not number.is_finite():
            return False
        exponent = number.as_tuple().exponent
        decimals = max(-exponent, 0) if isinstance(exponent, int) else 0
        self.decimals = max(self.decimals, decimals)
        self.digits = max(self.digits, number.adjusted() + 1)
        return self.decimals <= MAX_DECIMALS and self.digits + self.scale <= MAX_DIGITS

    @property
    def scale(self) -> int:
        """How many decimals a field for the column needs."""
        return max(self.decimals, LEAST_DECIMALS)

    @property
    def is_certain(self) -> bool:
        """True when every number of the column can be read in one way only."""
        if "," in self.doubtful and self.marks != {","}:
            return False
        return "." not in self.doubtful or "," not in self.marks

"""Which type of field fits a column: every value is looked at, and a type is given up when one does not fit.

A guess must hold: whatever is guessed here converts without a loss when the rows are read in.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields

from kartoteka import field_types
from kartoteka.field_types.field_type import FieldType
from kartoteka.field_types.options import OptionsError
from kartoteka.platform.catalog.keys import make_key
from kartoteka.platform.services.sheets.cells import Cell, is_blank
from kartoteka.platform.services.sheets.numbers import DecimalColumn, is_whole

Types = Mapping[str, FieldType]


@dataclass(frozen=True, slots=True)
class ColumnGuess:
    """A proposal for one column. `required`: no row is empty; `unique`: no value stands there twice.

    `values` are all that were seen when they are few; `currency` is the one whose sign stands beside the numbers.
    """

    label: str
    key: str
    type: str
    options: dict[str, Any]
    confidence: float
    required: bool
    unique: bool
    filled: int = 0
    empty: int = 0
    different: int = 0
    examples: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    currency: str = ""


LONGEST_TEXT = 255
_TEXT_LENGTHS = (64, 128, LONGEST_TEXT)
_USUAL_LONG_TEXT = 100_000
_MOST_CHOICES, _LONGEST_CHOICE, _LEAST_REPEATS = 24, 40, 3
_REMEMBERED = 50_000
_EXAMPLES, _SHOWN_VALUES = 3, 200
# So many values must agree before a number is taken for the number of a company without its column saying so.
_LEAST_ICO, _ICO_SHARE = 5, 0.9

_CODES = frozenset(
    {"id", "uuid", "code", "kod", "ref", "zip", "psc", "postcode", "postal", "sku", "ean", "isbn", "isin"}
    | {"iban", "dic", "cpv", "nace", "symbol"}
)
_ICO_LABELS = frozenset({"ico", "ic"})
_PHONE_LABELS = frozenset({"phone", "tel", "telefon", "telephone", "mobil", "mobile", "fax", "gsm"})

_TRUTHS = frozenset({"ano", "ne", "yes", "no", "true", "false", "pravda", "nepravda"})
_DATE = re.compile(r"\d{1,2}\.\s*\d{1,2}\.\s*\d{4}|\d{4}-\d{2}-\d{2}(?:[T ]00:00(?::00)?)?")
_DATETIME = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*|\d{1,2}\.\s*\d{1,2}\.\s*\d{4}\s+\d{1,2}:\d{2}(?::\d{2})?"
)
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_URL = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_PHONE = re.compile(r"(?:\+|00)?\d[\d\s()/.-]{7,20}")
_ICO = re.compile(r"\d{1,8}")


def guess(
    columns: Sequence[str], rows: Iterable[Sequence[Cell]], types: Types | None = None
) -> list[ColumnGuess]:
    """This function will propose a field for every column, having looked at all rows."""
    guesser = Guesser(columns, types)
    for cells in rows:
        guesser.see(cells)
    return guesser.guesses()


class Guesser:
    """Looks at rows as they come, and proposes a field for every column when asked."""

    def __init__(self, columns: Sequence[str], types: Types | None = None) -> None:
        known = types if types is not None else field_types.builtin()
        self.gathered = [_Column(label, known) for label in columns]

    def see(self, cells: Sequence[Cell]) -> None:
        """Take note of one row."""
        for column, cell in zip(self.gathered, cells, strict=False):
            column.see(cell)

    def guesses(self) -> list[ColumnGuess]:
        """The proposals, in the order of the columns."""
        taken: set[str] = set()
        guesses = []
        for column in self.gathered:
            key = make_key(column.label, taken, fallback="column")
            taken.add(key)
            guesses.append(column.guess(key))
        return guesses

    def within(self, place: int, other: int) -> float:
        """How much of what stands in one column stands in another too, of what is remembered; from 0 to 1."""
        mine, its = self.gathered[place].known, self.gathered[other].known
        return len(mine & its) / len(mine) if mine else 0.0


def looks_right_as_ico(digits: str) -> bool:
    """This function will check the last digit of an IČO, restored to its eight digits."""
    full = digits.zfill(8)
    weighted = sum(int(digit) * weight for digit, weight in zip(full, range(8, 1, -1), strict=False))
    return (11 - weighted % 11) % 10 == int(full[7])


def _as_text(cell: Cell) -> str:
    if isinstance(cell, str):
        return cell.strip()
    return format(Decimal(repr(cell)), "f") if isinstance(cell, float) else str(cell)


class _Column:
    """What is known of one column so far."""

    def __init__(self, label: str, types: Types) -> None:
        self.label = label
        self.types = types
        self.words = frozenset(make_key(label).split("_"))
        self.empty = self.filled = self.longest = 0
        self.lines = False
        self.unique = True
        self.known: set[object] = set()
        self.seen: list[str] = []
        self.tally: dict[str, str] | None = {}
        self.decimal = DecimalColumn()
        self.ico_seen = self.ico_long = self.ico_right = 0
        self.phone_plus = False
        self.schemas: dict[str, fields.Field[Any]] = {}
        self.candidates = self._first_candidates()

    def _first_candidates(self) -> list[tuple[str, Callable[[Cell], bool]]]:
        every: list[tuple[str, Callable[[Cell], bool]]] = [
            ("boolean", self._is_boolean),
            ("ico", self._is_ico),
            ("date", self._is_date),
            ("datetime", self._is_datetime),
            ("integer", is_whole),
            ("decimal", self.decimal.see),
            ("email", lambda cell: isinstance(cell, str) and _EMAIL.fullmatch(cell.strip()) is not None),
            ("url", lambda cell: isinstance(cell, str) and _URL.fullmatch(cell.strip()) is not None),
            ("phone", self._is_phone),
        ]
        unfit = {"integer", "decimal"} if self.words & (_CODES | _PHONE_LABELS) else set()
        return [each for each in every if each[0] not in unfit and each[0] in self.types]

    def see(self, cell: Cell) -> None:
        """Take note of one value; one that was there before tells nothing new but that it repeats."""
        if is_blank(cell):
            self.empty += 1
            return
        self.filled += 1
        mark = cell if isinstance(cell, str) else (type(cell), cell)
        if mark in self.known:
            self.unique = False
            return
        if self.unique or len(self.known) < _REMEMBERED:
            self.known.add(mark)
        self._measure(cell)
        if self.candidates:
            self.candidates = [
                (name, test) for name, test in self.candidates if test(cell) and self._parses(name, cell)
            ]

    def _measure(self, cell: Cell) -> None:
        text = _as_text(cell)
        if len(self.seen) <= _SHOWN_VALUES:
            self.seen.append(text)
        self.longest = max(self.longest, len(text))
        self.lines = self.lines or "\n" in text or "\r" in text
        if self.longest > LONGEST_TEXT and self.unique:
            # Nobody identifies a record by a long text, and to remember them all takes room.
            self.unique = False
            self.known = set()
        if self.tally is not None:
            self._count_choice(cell, text)

    def _count_choice(self, cell: Cell, text: str) -> None:
        assert self.tally is not None
        spelling = self.tally.setdefault(text.casefold(), text)
        unfit = not isinstance(cell, str) or len(text) > _LONGEST_CHOICE or spelling != text
        if unfit or len(self.tally) > _MOST_CHOICES:
            self.tally = None

    def _parses(self, name: str, cell: Cell) -> bool:
        try:
            return self._schema(name).deserialize(cell) is not None
        except ValidationError:
            return False

    def _schema(self, name: str) -> fields.Field[Any]:
        raw = {"decimals": self.decimal.scale} if name == "decimal" else {}
        slot = f"{name} {raw}"
        if slot not in self.schemas:
            kind = self.types[name]
            self.schemas[slot] = kind.schema(kind.options(raw))
        return self.schemas[slot]

    @staticmethod
    def _is_boolean(cell: Cell) -> bool:
        return isinstance(cell, bool) or (isinstance(cell, str) and cell.strip().casefold() in _TRUTHS)

    def _is_ico(self, cell: Cell) -> bool:
        text = cell.strip() if isinstance(cell, str) else str(cell) if type(cell) is int else ""
        if not _ICO.fullmatch(text):
            return False
        self.ico_seen += 1
        self.ico_long += len(text) >= 6
        self.ico_right += looks_right_as_ico(text)
        return True

    @staticmethod
    def _is_date(cell: Cell) -> bool:
        if isinstance(cell, str):
            return _DATE.fullmatch(cell.strip()) is not None
        return type(cell) is date

    @staticmethod
    def _is_datetime(cell: Cell) -> bool:
        if isinstance(cell, str):
            text = cell.strip()
            return _DATETIME.fullmatch(text) is not None or _DATE.fullmatch(text) is not None
        return isinstance(cell, date)

    def _is_phone(self, cell: Cell) -> bool:
        text = cell.strip() if isinstance(cell, str) else str(cell) if type(cell) is int else ""
        self.phone_plus = self.phone_plus or text.startswith("+")
        return _PHONE.fullmatch(text) is not None

    def guess(self, key: str) -> ColumnGuess:
        """Decide for the first candidate that is left and sure enough."""
        name, options = self._decided()
        return ColumnGuess(
            label=self.label,
            key=key,
            type=name,
            options=options,
            confidence=self._confidence(name),
            required=self.filled > 0 and self.empty == 0,
            unique=self.unique and self.filled > 1 and name not in ("boolean", "choice", "long_text"),
            filled=self.filled,
            empty=self.empty,
            different=len(self.known),
            examples=tuple(self.seen[:_EXAMPLES]),
            values=tuple(self.seen) if len(self.seen) <= _SHOWN_VALUES else (),
            currency=next(iter(self.decimal.currencies)) if len(self.decimal.currencies) == 1 else "",
        )

    def _decided(self) -> tuple[str, dict[str, Any]]:
        if self.filled:
            for name, _test in self.candidates:
                if self._is_sure(name):
                    return name, {"decimals": self.decimal.scale} if name == "decimal" else {}
            choices = self._choices()
            if choices:
                return "choice", {"choices": choices}
        return self._text()

    def _is_sure(self, name: str) -> bool:
        if name == "ico":
            enough = self.ico_seen >= _LEAST_ICO or bool(self.words & _ICO_LABELS)
            return enough and min(self.ico_long, self.ico_right) >= _ICO_SHARE * self.ico_seen
        if name == "phone":
            return self.phone_plus or bool(self.words & _PHONE_LABELS)
        return name != "decimal" or self.decimal.is_certain

    def _choices(self) -> list[dict[str, str]] | None:
        if self.tally is None or len(self.tally) < 2 or self.filled < _LEAST_REPEATS * len(self.tally):
            return None
        if self.lines or self.words & _CODES:
            return None
        taken: set[str] = set()
        choices = []
        for text in self.tally.values():
            key = make_key(text, taken, fallback="choice")
            taken.add(key)
            choices.append({"key": key, "name": text})
        return choices if self._reads_back(choices) else None

    def _reads_back(self, choices: list[dict[str, str]]) -> bool:
        kind = self.types["choice"]
        try:
            schema = kind.schema(kind.options({"choices": choices}))
            return all(schema.deserialize(choice["name"]) == choice["key"] for choice in choices)
        except (OptionsError, ValidationError):
            return False

    def _text(self) -> tuple[str, dict[str, Any]]:
        if self.longest > LONGEST_TEXT or self.lines:
            generous = 2 ** (2 * self.longest).bit_length()
            return "long_text", {"max_length": generous} if generous > _USUAL_LONG_TEXT else {}
        fitting = next((length for length in _TEXT_LENGTHS if length >= 2 * self.longest), LONGEST_TEXT)
        return "text", {"max_length": fitting if self.filled else LONGEST_TEXT}

    def _confidence(self, name: str) -> float:
        if not self.filled:
            return 0.0
        least = 0.6 if name in ("choice", "integer") else 0.75
        return round(least + (1 - least) * min(self.filled, 100) / 100, 2)

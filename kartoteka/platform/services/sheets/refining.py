"""What a person would still change about guessed columns: money, sections, readable names, the title."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Any

from kartoteka.platform.catalog.keys import make_key
from kartoteka.platform.services.sheets.guessing import ColumnGuess, Guesser

BASIC, CONTACT, FINANCE = "basic", "contact", "finance"
_LEAST_COLUMNS_FOR_SECTIONS = 6
_COLOURS = ("blue", "green", "amber", "violet", "red", "grey")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_MONEY = _words(
    "price cost costs amount value revenue sales total turnover budget wage salary fee payment invoiced paid cena ceny"
    " castka hodnota obrat trzba trzby naklady mzda plat poplatek rozpocet celkem uhrada dluh zaloha"
)
_NO_MONEY = _words("id number count pocet cislo rok year percent procent rate kurs kurz index")
_PERCENT = _words("percent percentage procento procenta podil marze sleva discount margin vat dph")
_ADDRESS = _words("address adresa sidlo bydliste")
_NOTE = _words("note notes description comment comments popis poznamka poznamky komentar text")
_CONTACT_TYPES = frozenset({"email", "phone", "url", "address"})
_PLACE = _words(
    "address street city town zip postcode psc country region adresa ulice mesto obec stat kraj web email phone"
)
_NAMES = _words(
    "name title subject nazev jmeno predmet prijmeni product account company firma vyrobek security label"
)
_CODE = _words("id code number kod cislo symbol ref uuid")
_NO_PART_OF_A_NAME = re.compile(
    r"(?:^|[_\s-])(?:cp125\d|utf-?8|latin\d|win|export|final|cz|cs|en|\d{1,4}|v\d+)(?=$|[_\s-])", re.I
)
_GENERIC_SHEET = re.compile(r"(?:sheet|list|tabelle|table|arkusz|hárok)\s*\d*", re.I)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_+")
_LONG_LINE = 120
_TELLING = 0.5


@dataclass(frozen=True)
class Proposed:
    """One column as it is proposed to become a field. `share`: of different values among all."""

    column: str
    label: str
    key: str
    type: str
    options: dict[str, Any] = field(default_factory=dict)
    confidence: float = 0.0
    include: bool = True
    required: bool = False
    unique: bool = False
    section: str = BASIC
    filled: int = 0
    empty: int = 0
    examples: Sequence[str] = ()
    values: Sequence[str] = ()
    share: float = 0.0

    @property
    def telling(self) -> bool:
        """Whether a value hardly ever stands there twice."""
        return self.share >= _TELLING


def refine(guesser: Guesser) -> list[Proposed]:
    """This function will give what was guessed as a person would put it."""
    guesses = guesser.guesses()
    grouped = len(guesses) >= _LEAST_COLUMNS_FOR_SECTIONS
    return [_proposed(each, grouped) for each in guesses]


def title_of(columns: Sequence[Proposed]) -> str:
    """This function will choose the column by which people would call the records."""
    fit = [
        each
        for each in columns
        if each.include and each.type in ("text", "long_text", "email", "ico", "integer")
    ]
    return max(fit, key=_fitness_as_title).key if fit else ""


def title_column(guesses: Sequence[ColumnGuess]) -> str:
    """This function will choose the same among columns that are taken as they were guessed: its label, or nothing."""
    columns = [_proposed(each, grouped=False) for each in guesses]
    title = title_of(columns)
    return next((each.column for each in columns if each.key == title), "")


def parent_of(guesser: Guesser, columns: Sequence[Proposed], title: str) -> Sequence[Proposed]:
    """This function will turn columns that hold the titles of other rows into relations within the registry."""
    place = next((n for n, each in enumerate(columns) if each.key == title and each.telling), None)
    if place is None:
        return columns
    return [
        replace(each, type="relation", options={"target": ""}, confidence=0.8, unique=False, required=False)
        if n != place
        and not (each.telling and each.empty == 0)
        and _may_lead(each)
        and guesser.within(n, place) >= 0.9
        else each
        for n, each in enumerate(columns)
    ]


def registry_name(file: str, sheet: str | None) -> str:
    """This function will make the name of a registry out of the name of a file or its sheet."""
    if sheet and not _GENERIC_SHEET.fullmatch(sheet.strip()):
        return readable(sheet)
    stem = PurePath(file).stem
    plain = _NO_PART_OF_A_NAME.sub(" ", _NO_PART_OF_A_NAME.sub(" ", stem))
    return readable(re.sub(r"[_\s-]+", "_", plain).strip("_") or stem)


def readable(name: str) -> str:
    """This function will give a name that a program has made as people would write it: `closeDate` is Close date."""
    if " " in name.strip():
        return name.strip()
    words = [word for word in _CAMEL.split(name.strip()) if word]
    if len(words) < 2:
        text = name.strip()
    else:
        text = " ".join(word if word.isupper() and len(word) > 1 else word.lower() for word in words)
    return text[:1].upper() + text[1:]


def coloured(names: Sequence[str]) -> list[dict[str, str]]:
    """This function will make choices out of texts, each with a colour."""
    taken: set[str] = set()
    choices = []
    for n, name in enumerate(names):
        key = make_key(name, taken, fallback="choice")
        taken.add(key)
        choices.append({"key": key, "name": name, "colour": _COLOURS[n % len(_COLOURS)]})
    return choices


def _proposed(guess: ColumnGuess, grouped: bool) -> Proposed:
    words = frozenset(make_key(_CAMEL.sub(" ", guess.label)).split("_"))
    kind, options, confidence = _kind(guess, words)
    return Proposed(
        guess.label,
        readable(guess.label)[:200],
        guess.key,
        kind,
        options,
        confidence,
        include=guess.filled > 0,
        required=False,
        unique=guess.unique and guess.required and _is_code(guess, words),
        section=_section(kind, words) if grouped else BASIC,
        filled=guess.filled,
        empty=guess.empty,
        examples=guess.examples,
        values=guess.values,
        share=guess.different / guess.filled if guess.filled else 0.0,
    )


def _kind(guess: ColumnGuess, words: frozenset[str]) -> tuple[str, dict[str, Any], float]:
    if guess.type in ("integer", "decimal") and (
        guess.currency or (words & _MONEY and not words & _NO_MONEY)
    ):
        options = {"currency": guess.currency} if guess.currency else {}
        if guess.type == "decimal" and guess.options.get("decimals", 2) > 2:
            options = {**options, "decimals": guess.options["decimals"]}
        return "money", options, guess.confidence if guess.currency else min(guess.confidence, 0.8)
    if guess.type == "choice":
        return (
            "choice",
            {"choices": coloured([each["name"] for each in guess.options["choices"]])},
            guess.confidence,
        )
    if guess.type == "text" and words & _NOTE and max(map(len, guess.examples), default=0) > _LONG_LINE:
        return "long_text", {}, guess.confidence
    if guess.type in ("text", "long_text") and guess.filled and words <= _ADDRESS:
        return "address", {}, min(guess.confidence, 0.8)
    return guess.type, dict(guess.options), guess.confidence


def _section(kind: str, words: frozenset[str]) -> str:
    if kind in ("money", "percent", "iban") or words & _PERCENT:
        return FINANCE
    return CONTACT if kind in _CONTACT_TYPES or words & _PLACE else BASIC


def _is_code(guess: ColumnGuess, words: frozenset[str]) -> bool:
    """A name that happens to be there once only may well come again; a code or a number of a company may not."""
    return guess.type == "ico" or (bool(words & _CODE) and guess.type in ("text", "integer"))


def _fitness_as_title(each: Proposed) -> tuple[int, int, int, float, float]:
    words = frozenset(make_key(_CAMEL.sub(" ", each.column)).split("_"))
    named = 2 if words & _NAMES and not words & _CODE else 0
    wordy = int(
        any(" " in text for text in each.examples) or not any(map(str.isdigit, "".join(each.examples)))
    )
    whole = int(each.empty == 0)
    return (
        int(each.telling),
        whole,
        named + wordy + (each.type == "text"),
        round(each.share, 1),
        -len(each.column) / 1000,
    )


def _may_lead(each: Proposed) -> bool:
    return each.include and each.type in ("text", "choice") and each.filled > 0


__all__ = [
    "BASIC",
    "CONTACT",
    "FINANCE",
    "Proposed",
    "coloured",
    "parent_of",
    "readable",
    "refine",
    "registry_name",
    "title_column",
    "title_of",
]

"""The data of the measurements: invented companies of twenty fields, the same in every run."""

import csv
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

TEXTS = (
    "name",
    "code",
    "street",
    "city",
    "region",
    "country",
    "industry",
    "contact",
    "email_of_contact",
    "source",
    "remark",
)
CHOICES = {
    "status": ("lead", "active", "won", "lost", "asleep"),
    "size": ("micro", "small", "medium", "large"),
}
TAGS = ("vip", "export", "debtor", "partner", "tender", "local")
FIELDS = (*TEXTS, *CHOICES, "employees", "turnover", "debt", "founded", "last_visit", "payer", "tags")
MOST_TURNOVER = 10_000_000
# A word that stands in few remarks, for the search.
RARE_WORD, RARE_EVERY = "velbloud", 2000

_CITIES = ("Praha", "Brno", "Ostrava", "Plzeň", "Liberec", "Olomouc", "České Budějovice", "Hradec Králové",
           "Žďár nad Sázavou", "Čáslav", "Šumperk", "Řevnice", "Chrudim", "Cheb")  # fmt: skip
_REGIONS = ("Čechy", "Morava", "Slezsko", "Vysočina", "Šumava")
_INDUSTRIES = (
    "stavebnictví",
    "strojírenství",
    "doprava",
    "zemědělství",
    "energetika",
    "služby",
    "obchod",
    "zdravotnictví",
)
_WORDS = ("Alfa", "Beta", "Čermák", "Dvořák", "Elektro", "Chmel", "Instal", "Jílek", "Kovo", "Les", "Moravia", "Novák",
          "Omega", "Řezník", "Stavba", "Šroub", "Technik", "Uhlí", "Voda", "Žák")  # fmt: skip
_SENTENCE = (
    "dodává",
    "včas",
    "platí",
    "pozdě",
    "žádá",
    "slevu",
    "chce",
    "novou",
    "nabídku",
    "jedná",
    "osobně",
    "volat",
    "ráno",
)
_FORMS = ("s.r.o.", "a.s.", "v.o.s.", "družstvo")


@dataclass(frozen=True)
class Company:
    """The values of one company by field."""

    values: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """The values as a request of the API has them."""
        return {key: _json(value) for key, value in self.values.items()}

    def as_cells(self) -> list[Any]:
        """The values as a spreadsheet has them."""
        return [_cell(value) for value in self.values.values()]


def companies(first: int, count: int) -> Iterator[Company]:
    """Companies number `first` and following; one number is always the same company."""
    for number in range(first, first + count):
        yield Company(_values(number, random.Random(number)))


def _values(number: int, chance: random.Random) -> dict[str, Any]:
    words = " ".join(chance.sample(_SENTENCE, 6))
    rare = f" {RARE_WORD}" if number % RARE_EVERY == 0 else ""
    name = f"{chance.choice(_WORDS)} {chance.choice(_WORDS)} {number} {chance.choice(_FORMS)}"
    day = date(1990, 1, 1) + timedelta(days=chance.randrange(12_000))
    return {
        "name": name, "code": f"C{number:08d}", "street": f"{chance.choice(_WORDS)}ova {chance.randrange(1, 900)}",
        "city": chance.choice(_CITIES), "region": chance.choice(_REGIONS), "country": "Česko",
        "industry": chance.choice(_INDUSTRIES), "contact": f"{chance.choice(_WORDS)} {chance.choice(_WORDS)}",
        "email_of_contact": f"info{number}@example.com", "source": chance.choice(("web", "veletrh", "doporučení")),
        "remark": words + rare, "status": chance.choice(CHOICES["status"]), "size": chance.choice(CHOICES["size"]),
        "employees": chance.randrange(1, 5000), "turnover": Decimal(chance.randrange(MOST_TURNOVER * 100)) / 100,
        "debt": Decimal(chance.randrange(10_000_000)) / 100, "founded": day,
        "last_visit": day + timedelta(days=chance.randrange(1000)), "payer": chance.random() < 0.7,
        "tags": tuple(tag for tag in TAGS if chance.random() < 0.3),
    }  # fmt: skip


def _json(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value) or None
    return str(value) if isinstance(value, Decimal | date) else value


def _cell(value: Any) -> Any:
    if isinstance(value, tuple):
        return ", ".join(value)
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


def write_csv(path: Path, rows: Sequence[Company]) -> None:
    """Write companies as a spreadsheet whose columns are named by the fields."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(FIELDS)
        writer.writerows(row.as_cells() for row in rows)


def definition() -> dict[str, Any]:
    """The registry of the companies: what they are, and their money in a section of its own."""
    return {
        "key": "companies", "name": "Companies", "name_one": "Company", "title": "{name}",
        "sections": [
            {"key": "basic", "name": "Basic details", "fields": [
                *({"key": key, "name": key, "type": "text", "required": key == "name",
                   "unique": key == "code"} for key in TEXTS),
                *(_choice(key, "choice", keys) for key, keys in CHOICES.items()),
                {"key": "founded", "name": "founded", "type": "date"},
                {"key": "last_visit", "name": "last_visit", "type": "date"},
                _choice("tags", "multi_choice", TAGS),
            ]},
            {"key": "finance", "name": "Finance", "fields": [
                {"key": "employees", "name": "employees", "type": "integer"},
                {"key": "turnover", "name": "turnover", "type": "decimal", "options": {"decimals": 2}},
                {"key": "debt", "name": "debt", "type": "decimal", "options": {"decimals": 2}},
                {"key": "payer", "name": "payer", "type": "boolean"},
            ]},
        ],
    }  # fmt: skip


def _choice(key: str, kind: str, keys: Sequence[str]) -> dict[str, Any]:
    choices = [{"key": each, "name": each.capitalize()} for each in keys]
    return {"key": key, "name": key, "type": kind, "options": {"choices": choices}}

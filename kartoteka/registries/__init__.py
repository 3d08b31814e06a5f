"""Ready-made registries, told as data: the files beside this module, in the shape that the API takes."""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

# A registry that others point to stands before them: installed in this order, no relation leads nowhere.
KEYS = (
    "companies",
    "contacts",
    "contracts",
    "obligations",
    "deals",
    "competitors",
    "orders",
    "invoices",
    "projects",
    "events",
    "employees",
    "vehicles",
    "assets",
    "requests",
    "documents",
)

Definition = dict[str, Any]
Sample = dict[str, Any]
DEFAULT_LANGUAGE = "en"
# Details that other registries, such as those of plugins, get once a ready-made one is there: theirs and its key.
_WITH_WHOM: Definition = {
    "key": "contacts",
    "name": "With whom",
    "names": {"cs": "S kým"},
    "type": "relation",
    "section": "activity",
    "position": 3,
    "options": {"many": True},
}
BESIDE: dict[str, tuple[tuple[str, Definition], ...]] = {"contacts": (("_activities", _WITH_WHOM),)}
# In a sample a text such as “@-30” or “@+3 09:30” is a day as seen from the day of its making.
_DAY = "@"
_ME = "@me"


def templates() -> dict[str, Definition]:
    """Every ready-made registry by its key, each text with its translations."""
    return {key: template(key) for key in KEYS}


def template(key: str) -> Definition:
    """One ready-made registry; KeyError when there is none of that key."""
    if key not in KEYS:
        raise KeyError(key)
    definition: Definition = deepcopy(_read(key))
    return definition


def beside(key: str) -> list[tuple[str, Definition]]:
    """Details of other registries that lead to this one, to be added where those are there: each with its registry."""
    return deepcopy(list(BESIDE.get(key, ())))


def samples(key: str, language: str, today: date) -> list[Sample]:
    """Invented records of one ready-made registry, in a language and around a day.

    A value `->companies:2` is the third sample of companies, and `@me` whoever makes them.
    """
    if key not in KEYS:
        raise KeyError(key)
    return [
        {"category": each.get("category"), "values": _told(each["values"], language, today)}
        for each in _read(f"samples/{key}")
    ]


def needed_by(key: str) -> tuple[str, ...]:
    """The other ready-made registries that must be there before this one, in the order to install them."""
    needed: set[str] = set()
    waiting = [key]
    while waiting:
        for target in targets(_read(waiting.pop())):
            if target not in needed and target != key:
                needed.add(target)
                waiting.append(target)
    return tuple(each for each in KEYS if each in needed)


def targets(definition: Definition) -> set[str]:
    """The registries that the relations of a definition lead to."""
    return {field["options"]["target"] for field in fields(definition) if field["type"] == "relation"}


def fields(definition: Definition) -> Iterator[Definition]:
    """All fields of a definition, section by section."""
    for section in definition["sections"]:
        yield from section["fields"]


def things(definition: Definition) -> Iterator[Definition]:
    """Everything in a definition that carries a label: itself, categories, sections, fields, choices."""
    yield definition
    yield from definition["categories"]
    yield from definition["sections"]
    for field in fields(definition):
        yield field
        yield from field.get("options", {}).get("choices", ())


@cache
def _read(name: str) -> Any:
    return yaml.safe_load(files(__name__).joinpath(f"{name}.yaml").read_text(encoding="utf-8"))


def _told(value: Any, language: str, today: date) -> Any:
    if isinstance(value, dict) and DEFAULT_LANGUAGE in value:
        return value.get(language, value[DEFAULT_LANGUAGE])
    if isinstance(value, dict):
        return {key: _told(each, language, today) for key, each in value.items()}
    if isinstance(value, str) and value.startswith(_DAY) and value != _ME:
        return _dated(value, today)
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else value


def _dated(told: str, today: date) -> str:
    days, _blank, hour = told.removeprefix(_DAY).partition(" ")
    day = today + timedelta(days=int(days))
    return datetime.fromisoformat(f"{day.isoformat()}T{hour}").isoformat() if hour else day.isoformat()

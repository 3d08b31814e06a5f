"""Ready-made registries, told as data: the files beside this module, in the shape that the API takes."""

from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

# A registry that others point to stands before them: installed in this order, no relation leads nowhere.
KEYS = ("companies", "contacts", "contracts", "obligations", "deals", "orders", "assets", "requests")

Definition = dict[str, Any]


def templates(language: str = "en") -> dict[str, Definition]:
    """Every ready-made registry by its key, with help texts in the asked language."""
    return {key: template(key, language) for key in KEYS}


def template(key: str, language: str = "en") -> Definition:
    """One ready-made registry; KeyError when there is none of that key."""
    if key not in KEYS:
        raise KeyError(key)
    definition: Definition = deepcopy(_read(key))
    for thing in things(definition):
        _speak(thing, language)
    return definition


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
def _read(key: str) -> Definition:
    source = files(__name__).joinpath(f"{key}.yaml").read_text(encoding="utf-8")
    definition: Definition = yaml.safe_load(source)
    return definition


def _speak(thing: Definition, language: str) -> None:
    translated = thing.pop("helps", {})
    if language in translated:
        thing["help"] = translated[language]

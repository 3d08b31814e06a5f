"""Titles of records: a pattern over fields of the same record, stored with it and readable as its parts are."""

import re
from collections.abc import Mapping
from typing import Any

from kartoteka.platform.catalog.definitions import Field, Registry

_PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_LEFTOVERS = re.compile(r"\(\s*\)|\[\s*\]")


def placeholders(pattern: str) -> list[str]:
    """This function will list the field keys that a title pattern names, each once."""
    return list(dict.fromkeys(_PLACE.findall(pattern)))


def title_fields(registry: Registry) -> tuple[Field, ...]:
    """This function will give the fields that a registry's titles are made of: those of its pattern that are in use."""
    used = {field.key: field for field in registry.active_fields}
    return tuple(used[key] for key in placeholders(registry.title) if key in used)


def make_title(pattern: str, texts: Mapping[str, Any]) -> str:
    """This function will fill a pattern with texts; brackets left empty and blanks too many vanish."""
    filled = _PLACE.sub(lambda place: str(texts.get(place[1]) or ""), pattern)
    if "(" in filled or "[" in filled:
        filled = _LEFTOVERS.sub("", filled)
    return " ".join(filled.split()).strip(" ,;·–-")[:500]

"""Patterns of record titles in pieces: the names of fields as people read them, and the text between."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kartoteka.field_types.locale import Locale
from kartoteka.platform.catalog.definitions import Field, Registry, label
from kartoteka.platform.catalog.soundness import TITLED
from kartoteka.platform.catalog.titles import make_title, placeholders
from kartoteka.platform.kernel.errors import NotFound
from kartoteka.platform.services import records
from kartoteka.platform.services.records import Query
from kartoteka.platform.services.work import Work

_SPLIT = re.compile(r"(\{[a-z][a-z0-9_]*\})")
EXAMPLES = 3


@dataclass(frozen=True)
class Piece:
    """A part of a pattern: a field by its key and name, or text, whose key is empty."""

    text: str
    key: str = ""


@dataclass(frozen=True)
class Example:
    """A record as it is called now, and as it would be called."""

    before: str
    after: str


def pieces_of(registry: Registry, pattern: str, language: str) -> list[Piece]:
    """This function will take a pattern to pieces; what names no field stays text."""
    return [_piece(registry, part, language) for part in _SPLIT.split(pattern) if part]


def _piece(registry: Registry, part: str, language: str) -> Piece:
    found = registry.field(part[1:-1]) if part.startswith("{") else None
    return Piece(label(found, language), found.key) if found else Piece(part)


def titled_fields(registry: Registry) -> list[Field]:
    """This function will list the fields that a title may be made of."""
    return [each for each in registry.active_fields if each.type in TITLED]


def examples(work: Work, registry: Registry, pattern: str) -> list[Example]:
    """This function will call the newest records by another pattern, or an invented one where there are none."""
    try:
        newest = records.browse(work, registry.key, Query(sort="-created_at", page_size=EXAMPLES)).items
    except NotFound:
        newest = []
    named = [Example(each.title, _title(work, registry, pattern, each.values)) for each in newest]
    return named or [Example("", _invented(registry, pattern, work.actor.locale.language))]


def _title(work: Work, registry: Registry, pattern: str, values: Mapping[str, Any]) -> str:
    texts = {}
    for key in placeholders(pattern):
        each, value = registry.field(key), values.get(key)
        if each is not None and value not in (None, ()):
            kind = work.layout.kind(each)
            texts[key] = str(kind.type.text(value, kind.options, Locale()))
    return make_title(pattern, texts)


def _invented(registry: Registry, pattern: str, language: str) -> str:
    """Where there is no record yet, every field stands for itself."""
    named: Sequence[tuple[str, Field | None]] = [(key, registry.field(key)) for key in placeholders(pattern)]
    return make_title(pattern, {key: f"‹{label(each, language)}›" for key, each in named if each is not None})

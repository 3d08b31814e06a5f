"""A ready-made registry as the gallery shows it: a card, a picture of its form, and sample records as a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError

from kartoteka.platform.catalog.titles import make_title, placeholders
from kartoteka.platform.kernel.texts import plural
from kartoteka.platform.services import ready_made
from kartoteka.platform.services.ready_made import Definition, Shelf
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin.words import type_view

SHOWN_SAMPLES, SHOWN_CHOICES, SHOWN_COLUMNS = 6, 5, 6
_REFERENCE = "->"


@dataclass(frozen=True)
class Card:
    """A template in the gallery; `there` is the address of what was installed of it."""

    key: str
    label: str
    icon: str
    colour: str
    help: str
    about: str
    there: bool


@dataclass(frozen=True)
class Chip:
    """A choice, or a category."""

    label: str
    colour: str


@dataclass(frozen=True)
class PreviewField:
    """A field in the picture of a form."""

    label: str
    kind: str
    icon: str
    required: bool
    choices: Sequence[Chip]
    more: int
    leads_to: str


@dataclass(frozen=True)
class PreviewSection:
    """A section in the picture of a form."""

    label: str
    help: str
    categories: Sequence[str]
    fields: Sequence[PreviewField]


@dataclass(frozen=True)
class Preview:
    """All that is shown of a template before it is installed."""

    card: Card
    categories: Sequence[Chip]
    sections: Sequence[PreviewSection]
    columns: Sequence[str]
    rows: Sequence[Sequence[Chip]]
    samples: int
    missing: Sequence[str]


def cards(work: Work, shelf: Shelf) -> list[Card]:
    """This function will list all templates."""
    return [_card(work, body) for body in shelf.templates().values()]


def preview(work: Work, shelf: Shelf, template: str) -> Preview:
    """This function will picture one template.

    :raises Invalid: when there is none of that key.
    """
    body, offered = ready_made.definition(shelf, template), shelf.templates()
    language = work.actor.locale.language
    samples = shelf.samples(template, language, work.now.date())
    columns = [each for each in _fields(body) if each["key"] in body["columns"]]
    columns = sorted(columns, key=lambda each: body["columns"].index(each["key"]))[:SHOWN_COLUMNS]
    texts = _Texts(work, shelf)
    return Preview(
        _card(work, body),
        [Chip(said(each, language), each.get("colour", "")) for each in body["categories"]],
        [_section(work, offered, body, each) for each in body["sections"]],
        [said(each, language) for each in columns],
        [
            [texts.cell(each, sample["values"].get(each["key"]), n) for each in columns]
            for n, sample in enumerate(samples[:SHOWN_SAMPLES])
        ],
        len(samples),
        [said(offered[each], language) for each in ready_made.needed(work, shelf, template)],
    )


def said(thing: Mapping[str, Any], language: str, what: str = "name") -> str:
    """This function will give a text of a definition in the reader's language."""
    return str(thing.get(f"{what}s", {}).get(language) or thing.get(what, ""))


def _card(work: Work, body: Definition) -> Card:
    language = work.actor.locale.language
    fields = sum(len(each["fields"]) for each in body["sections"])
    about = (
        plural("{n} section", "{n} sections", len(body["sections"]))
        + " · "
        + plural("{n} field", "{n} fields", fields)
    )
    there = body["key"] in work.catalog.registries
    return Card(
        body["key"],
        said(body, language),
        body["icon"],
        body.get("colour", ""),
        said(body, language, "help"),
        about,
        there,
    )


def _section(
    work: Work, offered: Mapping[str, Definition], body: Definition, section: Mapping[str, Any]
) -> PreviewSection:
    language = work.actor.locale.language
    of = {each["key"]: said(each, language) for each in body["categories"]}
    return PreviewSection(
        said(section, language),
        said(section, language, "help"),
        [of[key] for key in section.get("categories", ())],
        [_field(work, offered, each) for each in section["fields"]],
    )


def _field(work: Work, offered: Mapping[str, Definition], each: Mapping[str, Any]) -> PreviewField:
    language, kind = work.actor.locale.language, type_view(work, each["type"])
    choices = [
        Chip(said(one, language), one.get("colour", "")) for one in each.get("options", {}).get("choices", ())
    ]
    target = each.get("options", {}).get("target")
    return PreviewField(
        said(each, language),
        kind.label,
        kind.icon,
        bool(each.get("required")),
        choices[:SHOWN_CHOICES],
        max(0, len(choices) - SHOWN_CHOICES),
        said(offered[target], language) if target in offered else "",
    )


def _fields(body: Definition) -> list[Definition]:
    return [each for section in body["sections"] for each in section["fields"]]


class _Texts:
    """Values of samples as people read them."""

    def __init__(self, work: Work, shelf: Shelf) -> None:
        self.work = work
        self.shelf = shelf

    def cell(self, field: Definition, value: Any, place: int) -> Chip:
        """One value; a chosen one has the colour of its choice."""
        if field["type"] == "autonumber":
            options = field.get("options", {})
            return Chip(f"{options.get('prefix', '')}{str(place + 1).zfill(options.get('padding', 0))}", "")
        if value is None:
            return Chip("", "")
        if field["type"] in ("relation", "user"):
            values = value if isinstance(value, list) else [value]
            return Chip(", ".join(filter(None, map(self._linked, values))), "")
        choices = {
            each["key"]: each.get("colour", "") for each in field.get("options", {}).get("choices", ())
        }
        return Chip(self._plain(field, value), choices.get(value, "") if isinstance(value, str) else "")

    def _linked(self, reference: str) -> str:
        if not reference.startswith(_REFERENCE):
            return self.work.actor.name or self.work.actor.email
        template, _mark, place = reference.removeprefix(_REFERENCE).partition(":")
        body, language = self.shelf.templates()[template], self.work.actor.locale.language
        values = self.shelf.samples(template, language, self.work.now.date())[int(place)]["values"]
        by_key = {each["key"]: each for each in _fields(body)}
        parts = {
            name: self.cell(by_key[name], values.get(name), int(place)).label
            for name in placeholders(body["title"])
        }
        return make_title(body["title"], parts)

    def _plain(self, field: Definition, value: Any) -> str:
        kind = self.work.office.field_types[field["type"]]
        options = kind.options(field.get("options", {}))
        try:
            return str(kind.text(kind.schema(options).deserialize(value), options, self.work.actor.locale))
        except ValidationError:
            return str(value)

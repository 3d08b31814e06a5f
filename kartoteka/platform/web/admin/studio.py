"""What the design studio shows: all registries, and of one of them everything that can be designed."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from kartoteka.field_types.folding import fold
from kartoteka.platform.catalog.definitions import (
    Category,
    Field,
    Registry,
    Section,
    help_of,
    label,
    label_one,
)
from kartoteka.platform.kernel.texts import N_, _
from kartoteka.platform.services import numbering
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin.news import News, news_of
from kartoteka.platform.web.admin.order import Spot, neighbours, spots
from kartoteka.platform.web.admin.patterns import Piece, pieces_of
from kartoteka.platform.web.admin.when import sentences
from kartoteka.platform.web.admin.words import TypeView, type_view
from kartoteka.platform.web.targets import SYSTEM

TRANSLATIONS = {"cs": N_("In Czech"), "en": N_("In English"), "pl": N_("In Polish")}
PICTURE = "file-text"


@dataclass(frozen=True)
class FieldLine:
    """A field on the screen of its registry; `found_by` is what a search looks through."""

    key: str
    label: str
    kind: TypeView
    required: bool
    unique: bool
    categories: Sequence[str]
    titled: bool
    listed: bool
    rules: Sequence[str]
    found_by: str
    leads_to: str = ""
    up: Spot | None = None
    down: Spot | None = None


@dataclass(frozen=True)
class SectionCard:
    """A section with its fields in use and those switched off."""

    key: str
    label: str
    help: str
    collapsed: bool
    rules: Sequence[str]
    categories: Sequence[str]
    fields: Sequence[FieldLine]
    off: Sequence[FieldLine]
    up: str | None = None
    down: str | None = None


@dataclass(frozen=True)
class CategoryLine:
    """A category on the screen of its registry."""

    key: str
    label: str
    colour: str
    up: str | None = None
    down: str | None = None


@dataclass(frozen=True)
class SeriesLine:
    """A number series with the number that comes next."""

    key: str
    label: str
    sample: str


@dataclass(frozen=True)
class Neighbour:
    """A registry in the switcher."""

    key: str
    label: str
    icon: str
    colour: str
    fields: int
    here: bool
    # A plugin keeps its things in it; the firm has not made it.
    plugin: bool = False


@dataclass(frozen=True)
class Design:
    """The whole screen."""

    key: str
    label: str
    one: str
    icon: str
    colour: str
    active: bool
    version: int
    title: Sequence[Piece]
    columns: Sequence[str]
    translations: Sequence[tuple[str, str]]
    sections: Sequence[SectionCard]
    off: Sequence[SectionCard]
    categories: Sequence[CategoryLine]
    categories_off: Sequence[CategoryLine]
    series: Sequence[SeriesLine]
    news: Sequence[News] = field(default_factory=tuple)

    @property
    def count(self) -> int:
        """How many fields are in use."""
        return sum(len(each.fields) for each in self.sections)


def registries_of(work: Work, here: str) -> list[Neighbour]:
    """This function will list the registries in use, those of plugins last, and the one that is open even when off."""
    language = work.actor.locale.language
    every = sorted(work.catalog.registries.values(), key=lambda each: bool(each.plugin))
    return [
        Neighbour(
            each.key,
            label(each, language),
            each.icon or PICTURE,
            each.colour,
            len(each.active_fields),
            each.key == here,
            bool(each.plugin),
        )
        for each in every
        if each.active or each.key == here
    ]


def design_of(work: Work, registry: Registry, seen: int | None = None) -> Design:
    """This function will put together the screen of a registry's design, and what others have changed since."""
    language = work.actor.locale.language
    active = [each for each in registry.sections if each.active]
    used = [each.key for each in registry.categories if each.active]
    screen = _Screen(work, registry)
    return Design(
        registry.key,
        label(registry, language),
        label_one(registry, language),
        registry.icon or PICTURE,
        registry.colour,
        registry.active,
        work.catalog.version,
        pieces_of(registry, registry.title, language),
        [column_name(registry, key, language) for key in registry.columns],
        [(_(TRANSLATIONS[code]), name) for code, name in registry.names.items() if code in TRANSLATIONS],
        [screen.card(each, n) for n, each in enumerate(active)],
        [screen.card(each) for each in registry.sections if not each.active],
        [_category(each, used, language) for each in registry.categories if each.active],
        [_category(each, (), language) for each in registry.categories if not each.active],
        [
            SeriesLine(each.field.key, label(each.field, language), each.sample)
            for each in numbering.series(work, registry.key)
        ],
        news_of(work, seen),
    )


class _Screen:
    """The sections and lines of one registry."""

    def __init__(self, work: Work, registry: Registry) -> None:
        self.work = work
        self.registry = registry
        self.language = work.actor.locale.language
        self.sections = [each.key for each in registry.sections if each.active]
        self.groups = [
            (key, [each.key for each in registry.fields if each.section == key and each.active])
            for key in self.sections
        ]
        self.kinds = {name: type_view(work, name) for name in {each.type for each in registry.fields}}

    def card(self, section: Section, n: int | None = None) -> SectionCard:
        mine = [each for each in self.registry.fields if each.section == section.key]
        used = [each for each in mine if each.active]
        return SectionCard(
            section.key,
            label(section, self.language),
            help_of(section, self.language),
            section.collapsed,
            sentences(self.work, self.registry, section),
            self._categories(section.categories),
            [self._line(each, n, k) for k, each in enumerate(used)],
            [self._line(each, None, 0) for each in mine if not each.active],
            *(neighbours(self.sections, n) if n is not None else (None, None)),
        )

    def _line(self, each: Field, group: int | None, k: int) -> FieldLine:
        name, kind = label(each, self.language), self.kinds[each.type]
        target = self.work.catalog.registries.get(str(each.options.get("target", "")))
        return FieldLine(
            each.key,
            name,
            kind,
            each.required,
            each.unique,
            self._categories(each.categories),
            f"{{{each.key}}}" in self.registry.title,
            each.key in self.registry.columns,
            sentences(self.work, self.registry, each),
            fold(f"{name} {each.name} {each.key} {kind.label} {kind.name}"),
            label(target, self.language) if target else "",
            *(spots(self.groups, group, k) if group is not None else (None, None)),
        )

    def _categories(self, keys: Sequence[str]) -> list[str]:
        found = (self.registry.category(key) for key in keys)
        return [label(each, self.language) for each in found if each is not None]


def _category(each: Category, among: Sequence[str], language: str) -> CategoryLine:
    around = neighbours(among, among.index(each.key)) if each.key in among else (None, None)
    return CategoryLine(each.key, label(each, language), each.colour, *around)


def column_name(registry: Registry, key: str, language: str) -> str:
    """This function will name a column of the list."""
    found = registry.field(key)
    return label(found, language) if found else _(SYSTEM.get(key, key))

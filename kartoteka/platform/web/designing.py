"""Designing on the page of a record: the whole page as something to be shaped, and which page a designer is on."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from flask import request, url_for

from kartoteka.platform.catalog.definitions import Field, Registry, Section, help_of, label
from kartoteka.platform.services.records import Record
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.fields import FieldView, shown_field

_PAGE = re.compile(r"/r/(?P<registry>[a-z0-9_]+)/(?:(?P<id>\d{1,18})(?P<edit>/edit)?|new)/?")


@dataclass(frozen=True)
class Here:
    """The page of a record that a designer is looking at while he changes the design."""

    registry: str
    id: int | None
    form: bool
    designing: bool


@dataclass(frozen=True)
class PlacedField:
    """A field in design mode, with its value where this record has one."""

    key: str
    label: str
    required: bool
    categories: Sequence[str]
    wide: bool
    view: FieldView | None


@dataclass(frozen=True)
class PlacedSection:
    """A section in design mode, with its fields in use and those switched off."""

    key: str
    label: str
    help: str
    collapsed: bool
    categories: Sequence[str]
    fields: Sequence[PlacedField]
    off: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class DesignPage:
    """A record's page in design mode: every section and field of its registry, whatever its category."""

    registry: str
    registry_label: str
    sections: Sequence[PlacedSection]
    off: Sequence[tuple[str, str]]
    done_url: str


def may_design(work: Work) -> bool:
    """This function will tell whether the actor shapes the system."""
    return "design" in work.actor.powers


def wanted(work: Work) -> bool:
    """This function will tell whether the page is asked for in design mode by somebody who may."""
    return may_design(work) and "design" in request.args


def here() -> Here | None:
    """This function will tell from which page of a record a part of it was asked for, if from one."""
    address = urlsplit(request.headers.get("HX-Current-URL", ""))
    found = _PAGE.fullmatch(address.path)
    if found is None:
        return None
    record = int(found["id"]) if found["id"] else None
    return Here(
        found["registry"], record, record is None or bool(found["edit"]), "design" in parse_qs(address.query)
    )


def design_page(work: Work, record: Record) -> DesignPage:
    """This function will put together the page of a record in design mode."""
    registry, language = work.open(record.registry).registry, work.actor.locale.language
    visible = {each.key for each in work.open(record.registry).fields if each.key in record.values}
    return DesignPage(
        registry.key,
        label(registry, language),
        [_section(work, record, registry, each, visible) for each in registry.active_sections],
        [(each.key, label(each, language)) for each in registry.sections if not each.active],
        url_for("web.record", registry=registry.key, id=record.id),
    )


def _section(
    work: Work, record: Record, registry: Registry, section: Section, visible: set[str]
) -> PlacedSection:
    language = work.actor.locale.language
    off = [each for each in registry.fields if each.section == section.key and not each.active]
    return PlacedSection(
        section.key,
        label(section, language),
        help_of(section, language),
        section.collapsed,
        _categories(registry, section, language),
        [_field(work, record, registry, each, visible) for each in registry.fields_of(section.key)],
        [(each.key, label(each, language)) for each in off],
    )


def _field(work: Work, record: Record, registry: Registry, each: Field, visible: set[str]) -> PlacedField:
    language = work.actor.locale.language
    view = shown_field(work, record, each, may_edit=False) if each.key in visible else None
    wide = view.wide if view else each.type == "long_text"
    return PlacedField(
        each.key, label(each, language), each.required, _categories(registry, each, language), wide, view
    )


def _categories(registry: Registry, thing: Section | Field, language: str) -> list[str]:
    return [label(found, language) for key in thing.categories if (found := registry.category(key))]

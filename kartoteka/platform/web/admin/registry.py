"""The page of one registry's design: sections with their fields, categories, what it is called and looks like."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from kartoteka.platform.catalog.definitions import (
    Category,
    Field,
    Registry,
    Section,
    help_of,
    label,
    label_one,
)
from kartoteka.platform.front import begin
from kartoteka.platform.kernel.errors import Conflict, Invalid, NotFound
from kartoteka.platform.kernel.texts import N_, _
from kartoteka.platform.services import modelling
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin.answers import renewed
from kartoteka.platform.web.admin.frame import DESIGN, show
from kartoteka.platform.web.admin.order import position_before
from kartoteka.platform.web.admin.words import TypeView, type_view
from kartoteka.platform.web.pages import page
from kartoteka.platform.web.targets import SYSTEM

TRANSLATIONS = {"cs": N_("In Czech"), "en": N_("In English")}


@dataclass(frozen=True)
class FieldLine:
    """A field on the screen of its registry."""

    key: str
    label: str
    kind: TypeView
    required: bool
    unique: bool
    categories: Sequence[str]
    titled: bool
    leads_to: str = ""
    up: str | None = None
    down: str | None = None


@dataclass(frozen=True)
class SectionCard:
    """A section with its fields in use and those switched off."""

    key: str
    label: str
    help: str
    collapsed: bool
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
class Design:
    """The whole screen."""

    key: str
    label: str
    one: str
    icon: str
    colour: str
    active: bool
    title: str
    columns: str
    translations: Sequence[tuple[str, str]]
    sections: Sequence[SectionCard]
    off: Sequence[SectionCard]
    categories: Sequence[CategoryLine]
    categories_off: Sequence[CategoryLine]


def found_registry(work: Work, key: str) -> Registry:
    """This function will find a registry of the design, switched off or not.

    :raises NotFound: when there is none.
    """
    registry = work.catalog.registries.get(key)
    if registry is None:
        raise NotFound(_("There is no registry “{registry}”.", registry=key[:60]))
    return registry


def design_renewed(work: Work, registry: str, said: str = "") -> Response:
    """This function will answer a change with the screen anew."""
    return renewed("admin/registry_design.html", said, design=design_of(work, found_registry(work, registry)))


@page("/admin/r/<registry>", right=DESIGN)
def admin_registry(registry: str) -> str:
    """The screen on which a registry is designed."""
    with begin() as work:
        return show(
            work, "registry.html", "registries", design=design_of(work, found_registry(work, registry))
        )


@page("/admin/r/<registry>/<any(sections, categories, fields):place>/<key>/move", "POST", right=DESIGN)
def admin_move_part(registry: str, place: str, key: str) -> Response:
    """A section, category or field moved before another one; a field perhaps into another section."""
    before, body = request.form.get("before", ""), {}
    with begin(design=True) as work:
        found = found_registry(work, registry)
        if place == "fields":
            section = request.form.get("section") or there(found.field(key)).section
            keys = [each.key for each in found.fields if each.section == section]
            body = {"section": section, "position": position_before(keys, key, before)}
            modelling.change_field(work, registry, key, body)
        else:
            keys = [each.key for each in parts_of(found, place)]
            changer(place)(work, registry, key, {"position": position_before(keys, key, before)})
        return design_renewed(work, registry)


@page("/admin/r/<registry>/<any(sections, categories, fields):place>/<key>/switch", "POST", right=DESIGN)
def admin_switch_part(registry: str, place: str, key: str) -> Response:
    """A section, category or field switched off or on again."""
    on = request.form.get("on") == "1"
    with begin(design=True) as work:
        name = label(changer(place)(work, registry, key, {"active": on}), work.actor.locale.language)
        said = (
            _("“{name}” is in use again.", name=name)
            if on
            else _("“{name}” is switched off; nothing of it is lost.", name=name)
        )
        return design_renewed(work, registry, said)


def design_of(work: Work, registry: Registry) -> Design:
    """This function will put together the screen of a registry's design."""
    language = work.actor.locale.language
    active = [each for each in registry.sections if each.active]
    used = [each for each in registry.categories if each.active]
    columns = [column_name(registry, key, language) for key in registry.columns]
    return Design(
        registry.key,
        label(registry, language),
        label_one(registry, language),
        registry.icon or "file-text",
        registry.colour,
        registry.active,
        registry.title,
        ", ".join(columns),
        [(_(TRANSLATIONS[code]), name) for code, name in registry.names.items() if code in TRANSLATIONS],
        [_card(work, registry, each, active, n) for n, each in enumerate(active)],
        [_card(work, registry, each, (), 0) for each in registry.sections if not each.active],
        [_category(each, used, n, language) for n, each in enumerate(used)],
        [_category(each, (), 0, language) for each in registry.categories if not each.active],
    )


def _neighbours(among: Sequence[Any], n: int) -> tuple[str | None, str | None]:
    """What a thing must be put before to go up or down by one; an empty text is the end, None means it cannot."""
    up = among[n - 1].key if among and n else None
    down = None if n + 1 >= len(among) else among[n + 2].key if n + 2 < len(among) else ""
    return up, down


def _card(work: Work, registry: Registry, section: Section, among: Sequence[Section], n: int) -> SectionCard:
    language = work.actor.locale.language
    mine = [each for each in registry.fields if each.section == section.key]
    used = [each for each in mine if each.active]
    return SectionCard(
        section.key,
        label(section, language),
        help_of(section, language),
        section.collapsed,
        _category_names(registry, section.categories, language),
        [_line(work, registry, each, used, k) for k, each in enumerate(used)],
        [_line(work, registry, each, (), 0) for each in mine if not each.active],
        *_neighbours(among, n),
    )


def _line(work: Work, registry: Registry, each: Field, among: Sequence[Field], n: int) -> FieldLine:
    language = work.actor.locale.language
    target = work.catalog.registries.get(str(each.options.get("target", "")))
    return FieldLine(
        each.key,
        label(each, language),
        type_view(work, each.type),
        each.required,
        each.unique,
        _category_names(registry, each.categories, language),
        f"{{{each.key}}}" in registry.title,
        label(target, language) if target else "",
        *_neighbours(among, n),
    )


def _category(each: Category, among: Sequence[Category], n: int, language: str) -> CategoryLine:
    return CategoryLine(each.key, label(each, language), each.colour, *_neighbours(among, n))


def _category_names(registry: Registry, keys: Sequence[str], language: str) -> list[str]:
    return [label(found, language) for key in keys if (found := registry.category(key)) is not None]


def column_name(registry: Registry, key: str, language: str) -> str:
    """This function will name a column of the list."""
    found = registry.field(key)
    return label(found, language) if found else _(SYSTEM.get(key, key))


def parts_of(registry: Registry, place: str) -> tuple[Any, ...]:
    """This function will give the sections or the categories."""
    if place not in ("sections", "categories"):
        raise NotFound(_("There is nothing at this address."))
    return registry.sections if place == "sections" else registry.categories


def there(found: Any) -> Any:
    """This function will insist that something has been found.

    :raises NotFound: when it is not.
    """
    if found is None:
        raise NotFound(_("There is nothing at this address."))
    return found


def changer(place: str) -> Any:
    """This function will give the verb that changes a part."""
    return {
        "sections": modelling.change_section,
        "categories": modelling.change_category,
        "fields": modelling.change_field,
    }[place]


def typed_names(given: MultiDict[str, str], prefix: str, old: Mapping[str, str]) -> dict[str, str]:
    """This function will read translations out of a form; languages that it does not ask for stay as they were."""
    names = {code: text for code, text in old.items() if code not in TRANSLATIONS}
    return {
        **names,
        **{code: text for code in TRANSLATIONS if (text := given.get(f"{prefix}.{code}", "").strip())},
    }


def typed_help(
    given: MultiDict[str, str], old: Registry | Section | Field | None, language: str
) -> dict[str, Any]:
    """This function will read a hint out of a form that shows it in one language: that of whoever writes."""
    text = given.get("help", "")
    before, translated = (old.help, dict(old.helps)) if old else ("", {})
    if not text.strip():
        return {"help": "", "helps": {}}
    if language in translated:
        return {"help": before, "helps": {**translated, language: text}}
    return {"help": text, "helps": translated}


def local(error: Invalid | Conflict, registry: str) -> Invalid | Conflict:
    """This function will leave the key of the registry, which its own form knows, out of the places of an error."""
    places = {place.removeprefix(f"{registry}."): sentences for place, sentences in error.errors.items()}
    return Invalid(places, error.message) if isinstance(error, Invalid) else Conflict(error.message, places)

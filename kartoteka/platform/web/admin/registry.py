"""The page of one registry's design: its sections with their fields, categories, and what it is called and looks like."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from kartoteka.platform.catalog.definitions import Category, Field, Registry, Section, label
from kartoteka.platform.catalog.reading import COLOURS
from kartoteka.platform.front import begin
from kartoteka.platform.kernel.errors import Conflict, Invalid, NotFound
from kartoteka.platform.kernel.texts import N_, _
from kartoteka.platform.services import modelling
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin import stale
from kartoteka.platform.web.admin.answers import Refusal, refused, renewed
from kartoteka.platform.web.admin.frame import DESIGN, show
from kartoteka.platform.web.admin.order import position_before
from kartoteka.platform.web.admin.words import TypeView, type_view
from kartoteka.platform.web.pages import page
from kartoteka.platform.web.targets import SYSTEM

COLOUR_NAMES = {
    "": N_("no colour"), "grey": N_("grey"), "blue": N_("blue"), "green": N_("green"), "amber": N_("amber"), "red": N_("red"),
    "violet": N_("violet"),
}  # fmt: skip
TRANSLATIONS = {"cs": N_("In Czech"), "en": N_("In English")}
ICONS = (
    "building", "users", "user", "file-text", "heart-handshake", "signature", "coin", "receipt", "credit-card", "package", "truck", "car",
    "tool", "device-desktop", "device-laptop", "building-warehouse", "building-factory-2", "building-store", "building-community", "home",
    "tree", "leaf", "map-pin", "route", "calendar-event", "clock", "checklist", "clipboard-list", "ticket", "lifebuoy", "phone", "mail",
    "message", "folder", "archive", "book", "bookmark", "certificate", "shield-check", "scale", "gavel", "key", "lock", "tag", "tags", "star",
    "heart", "flag", "target", "bolt", "bell", "briefcase", "school", "stethoscope", "plane", "world", "database", "puzzle", "gauge", "box",
)  # fmt: skip


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


@dataclass(frozen=True)
class PartForm:
    """The dialog of a section or a category, with what was typed."""

    heading: str
    action: str
    typed: Mapping[str, Any]
    seen: str = ""
    names: Sequence[tuple[str, str, str]] = ()
    colours: Sequence[tuple[str, str]] = ()
    categories: Sequence[tuple[str, str, bool]] = ()
    is_section: bool = False
    refusal: Refusal = field(default_factory=Refusal)


@dataclass(frozen=True)
class GeneralForm:
    """The dialog of what a registry is called and looks like."""

    key: str
    heading: str
    typed: Mapping[str, Any]
    seen: str
    names: Sequence[tuple[str, str, str, str]]
    colours: Sequence[tuple[str, str]]
    columns: Sequence[tuple[str, str, bool]]
    titled: Sequence[tuple[str, str]]
    icons: Sequence[str] = ICONS
    refusal: Refusal = field(default_factory=Refusal)


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
        return show(work, "registry.html", "registries", design=design_of(work, found_registry(work, registry)))


@page("/admin/r/<registry>/general", right=DESIGN)
def admin_general(registry: str) -> str:
    """The dialog of what the registry is called and looks like."""
    with begin() as work:
        found = found_registry(work, registry)
        return render_template("admin/general.html", form=_general_form(work, found, _general_typed(found)))


@page("/admin/r/<registry>/general", "POST", right=DESIGN)
def admin_save_general(registry: str) -> ResponseReturnValue:
    """What the registry is called and looks like, saved."""
    try:
        with begin(design=True) as work:
            found = found_registry(work, registry)
            stale.insist(work, _general_document(found), request.form.get("seen", ""), label(found, work.actor.locale.language))
            modelling.change_registry(work, registry, _general_body(found, request.form))
            return design_renewed(work, registry, _("Saved."))
    except (Invalid, Conflict) as error:
        with begin() as work:
            found = found_registry(work, registry)
            typed = {**request.form.to_dict(), "columns": request.form.getlist("columns")}
            form = _general_form(work, found, typed, Refusal(local(error, registry), frozenset({"name", "name_one", "title", "icon"})))
            return refused(render_template("admin/general.html", form=form), error)


@page("/admin/r/<registry>/<place>/<key>/move", "POST", right=DESIGN)
def admin_move_part(registry: str, place: str, key: str) -> Response:
    """A section, category or field moved before another one; a field perhaps into another section."""
    before, body = request.form.get("before", ""), {}
    with begin(design=True) as work:
        found = found_registry(work, registry)
        if place == "fields":
            section = request.form.get("section") or _part(found.field(key)).section
            keys = [each.key for each in found.fields if each.section == section]
            body = {"section": section, "position": position_before(keys, key, before)}
            modelling.change_field(work, registry, key, body)
        else:
            keys = [each.key for each in _parts(found, place)]
            _changer(place)(work, registry, key, {"position": position_before(keys, key, before)})
        return design_renewed(work, registry)


@page("/admin/r/<registry>/<place>/<key>/switch", "POST", right=DESIGN)
def admin_switch_part(registry: str, place: str, key: str) -> Response:
    """A section, category or field switched off or on again."""
    on = request.form.get("on") == "1"
    with begin(design=True) as work:
        change = modelling.change_field if place == "fields" else _changer(place)
        name = label(change(work, registry, key, {"active": on}), work.actor.locale.language)
        said = _("“{name}” is in use again.", name=name) if on else _("“{name}” is switched off; nothing of it is lost.", name=name)
        return design_renewed(work, registry, said)


@page("/admin/r/<registry>/<any(sections, categories):place>/new", right=DESIGN)
def admin_new_part(registry: str, place: str) -> str:
    """The dialog of a new section or category."""
    with begin() as work:
        return render_template("admin/part.html", form=_part_form(work, found_registry(work, registry), place, None, {}))


@page("/admin/r/<registry>/<any(sections, categories):place>/new", "POST", right=DESIGN)
def admin_create_part(registry: str, place: str) -> ResponseReturnValue:
    """A new section or category."""
    return _save_part(registry, place, None)


@page("/admin/r/<registry>/<any(sections, categories):place>/<key>", right=DESIGN)
def admin_part(registry: str, place: str, key: str) -> str:
    """The dialog of a section or category."""
    with begin() as work:
        found = found_registry(work, registry)
        part = _part(next((each for each in _parts(found, place) if each.key == key), None))
        return render_template("admin/part.html", form=_part_form(work, found, place, part, _part_typed(part)))


@page("/admin/r/<registry>/<any(sections, categories):place>/<key>", "POST", right=DESIGN)
def admin_save_part(registry: str, place: str, key: str) -> ResponseReturnValue:
    """A section or category, saved."""
    return _save_part(registry, place, key)


def _save_part(registry: str, place: str, key: str | None) -> ResponseReturnValue:
    try:
        with begin(design=True) as work:
            found = found_registry(work, registry)
            old = next((each for each in _parts(found, place) if each.key == key), None)
            if old is not None:
                stale.insist(work, _part_document(old), request.form.get("seen", ""), label(old, work.actor.locale.language))
            body = _part_body(old, request.form, place)
            if key is None:
                create = modelling.create_section if place == "sections" else modelling.create_category
                create(work, registry, body)
            else:
                _changer(place)(work, registry, key, body)
            return design_renewed(work, registry, _("Saved."))
    except (Invalid, Conflict) as error:
        with begin() as work:
            found = found_registry(work, registry)
            part = next((each for each in _parts(found, place) if each.key == key), None)
            typed = {**request.form.to_dict(), "categories": request.form.getlist("categories")}
            form = _part_form(work, found, place, part, typed, Refusal(error, frozenset({"name", "key"})))
            return refused(render_template("admin/part.html", form=form), error)


def design_of(work: Work, registry: Registry) -> Design:
    """This function will put together the screen of a registry's design."""
    language = work.actor.locale.language
    active = [each for each in registry.sections if each.active]
    used = [each for each in registry.categories if each.active]
    columns = [_column_name(registry, key, language) for key in registry.columns]
    return Design(
        registry.key, label(registry, language), registry.name_one, registry.icon or "file-text", registry.colour, registry.active,
        registry.title, ", ".join(columns), [(_(TRANSLATIONS[code]), name) for code, name in registry.names.items() if code in TRANSLATIONS],
        [_card(work, registry, each, active, n) for n, each in enumerate(active)],
        [_card(work, registry, each, (), 0) for each in registry.sections if not each.active],
        [_category(each, used, n, language) for n, each in enumerate(used)],
        [_category(each, (), 0, language) for each in registry.categories if not each.active],
    )  # fmt: skip


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
        section.key, label(section, language), section.help, section.collapsed, _category_names(registry, section.categories, language),
        [_line(work, registry, each, used, k) for k, each in enumerate(used)],
        [_line(work, registry, each, (), 0) for each in mine if not each.active], *_neighbours(among, n),
    )  # fmt: skip


def _line(work: Work, registry: Registry, each: Field, among: Sequence[Field], n: int) -> FieldLine:
    language = work.actor.locale.language
    target = work.catalog.registries.get(str(each.options.get("target", "")))
    return FieldLine(
        each.key, label(each, language), type_view(work, each.type), each.required, each.unique,
        _category_names(registry, each.categories, language), f"{{{each.key}}}" in registry.title,
        label(target, language) if target else "", *_neighbours(among, n),
    )  # fmt: skip


def _category(each: Category, among: Sequence[Category], n: int, language: str) -> CategoryLine:
    return CategoryLine(each.key, label(each, language), each.colour, *_neighbours(among, n))


def _category_names(registry: Registry, keys: Sequence[str], language: str) -> list[str]:
    return [label(found, language) for key in keys if (found := registry.category(key)) is not None]


def _column_name(registry: Registry, key: str, language: str) -> str:
    found = registry.field(key)
    return label(found, language) if found else _(SYSTEM.get(key, key))


def _parts(registry: Registry, place: str) -> tuple[Any, ...]:
    if place not in ("sections", "categories"):
        raise NotFound(_("There is nothing at this address."))
    return registry.sections if place == "sections" else registry.categories


def _part(found: Any) -> Any:
    if found is None:
        raise NotFound(_("There is nothing at this address."))
    return found


def _changer(place: str) -> Any:
    return {"sections": modelling.change_section, "categories": modelling.change_category}[place]


def _part_document(part: Section | Category) -> dict[str, Any]:
    rest = {"collapsed": part.collapsed, "help": part.help, "categories": part.categories} if isinstance(part, Section) else {"colour": part.colour}
    return {"name": part.name, "names": dict(part.names), **rest}


def _part_typed(part: Section | Category) -> dict[str, Any]:
    document = _part_document(part)
    names = {f"names.{code}": text for code, text in part.names.items()}
    return {**document, **names, "collapsed": "1" if document.get("collapsed") else "", "seen": stale.mark(document)}


def _part_body(old: Section | Category | None, given: MultiDict[str, str], place: str) -> dict[str, Any]:
    body: dict[str, Any] = {"name": given.get("name", ""), "names": typed_names(given, "names", old.names if old else {})}
    if place == "sections":
        return {**body, "help": given.get("help", ""), "collapsed": given.get("collapsed") == "1", "categories": given.getlist("categories")}
    return {**body, "colour": given.get("colour", "")}


def _part_form(
    work: Work, registry: Registry, place: str, part: Any, typed: Mapping[str, Any], refusal: Refusal | None = None
) -> PartForm:
    language, is_section = work.actor.locale.language, place == "sections"
    fresh = _("New section") if is_section else _("New category")
    chosen = typed.get("categories", ())
    return PartForm(
        label(part, language) if part else fresh, request.path, typed, stale.mark(_part_document(part)) if part else "",
        [(code, _(name), str(typed.get(f"names.{code}", ""))) for code, name in TRANSLATIONS.items()],
        colour_choices(), [(each.key, label(each, language), each.key in chosen) for each in registry.categories if each.active or each.key in chosen],
        is_section, refusal or Refusal(),
    )  # fmt: skip


def colour_choices() -> list[tuple[str, str]]:
    """This function will list the colours with their names."""
    return [(colour, _(COLOUR_NAMES[colour])) for colour in COLOURS]


def typed_names(given: MultiDict[str, str], prefix: str, old: Mapping[str, str]) -> dict[str, str]:
    """This function will read translations out of a form; languages that it does not ask for stay as they were."""
    names = {code: text for code, text in old.items() if code not in TRANSLATIONS}
    return {**names, **{code: text for code in TRANSLATIONS if (text := given.get(f"{prefix}.{code}", "").strip())}}


def _general_document(registry: Registry) -> dict[str, Any]:
    return {name: getattr(registry, name) for name in ("name", "name_one", "icon", "colour", "help", "title", "columns")} | {
        "names": dict(registry.names), "names_one": dict(registry.names_one),
    }  # fmt: skip


def _general_typed(registry: Registry) -> dict[str, Any]:
    names = {f"names.{code}": text for code, text in registry.names.items()}
    ones = {f"names_one.{code}": text for code, text in registry.names_one.items()}
    return {**_general_document(registry), **names, **ones}


def _general_body(registry: Registry, given: MultiDict[str, str]) -> dict[str, Any]:
    plain = {name: given.get(name, "") for name in ("name", "name_one", "colour", "help", "title")}
    return {
        **plain, "icon": given.get("icon") or registry.icon, "names": typed_names(given, "names", registry.names),
        "names_one": typed_names(given, "names_one", registry.names_one), "columns": given.getlist("columns"),
    }  # fmt: skip


def _general_form(work: Work, registry: Registry, typed: Mapping[str, Any], refusal: Refusal | None = None) -> GeneralForm:
    language, chosen = work.actor.locale.language, list(typed.get("columns", ()))
    offered = [*(each.key for each in registry.active_fields if each.type != "file"), *(key for key in SYSTEM if key != "title")]
    ordered = [*(key for key in chosen if key in offered), *(key for key in offered if key not in chosen)]
    return GeneralForm(
        registry.key, label(registry, language), typed, stale.mark(_general_document(registry)),
        [(code, _(name), str(typed.get(f"names.{code}", "")), str(typed.get(f"names_one.{code}", ""))) for code, name in TRANSLATIONS.items()],
        colour_choices(), [(key, _column_name(registry, key, language), key in chosen) for key in ordered],
        [(each.key, label(each, language)) for each in registry.active_fields if each.type not in ("relation", "user", "file", "multi_choice")],
        refusal=refusal or Refusal(),
    )  # fmt: skip


def local(error: Invalid | Conflict, registry: str) -> Invalid | Conflict:
    """This function will leave the key of the registry, which its own form knows, out of the places of an error."""
    places = {place.removeprefix(f"{registry}."): sentences for place, sentences in error.errors.items()}
    return Invalid(places, error.message) if isinstance(error, Invalid) else Conflict(error.message, places)


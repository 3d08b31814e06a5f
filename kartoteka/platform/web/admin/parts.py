"""The dialogs of sections and categories."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from kartoteka.platform.catalog.conditions import RULES_OF_SECTIONS
from kartoteka.platform.catalog.definitions import Category, Registry, Section, label
from kartoteka.platform.front import begin
from kartoteka.platform.kernel.errors import Conflict, Invalid
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import modelling
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin import effects, stale, when
from kartoteka.platform.web.admin.answers import Refusal, refused
from kartoteka.platform.web.admin.facts import Facts, facts_of
from kartoteka.platform.web.admin.frame import DESIGN
from kartoteka.platform.web.admin.pictures import colour_choices, picture_groups
from kartoteka.platform.web.admin.registry import (
    TRANSLATIONS,
    changer,
    design_renewed,
    found_registry,
    parts_of,
    there,
    typed_names,
)
from kartoteka.platform.web.pages import page


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
    helps: Sequence[tuple[str, str, str]] = ()
    facts: Facts | None = None
    effects: Sequence[str] = ()
    sure: str = ""
    rules: Sequence[when.Box] = ()
    pictures: Sequence[tuple[str, Sequence[tuple[str, str, str]]]] = ()


class Unsure(Exception):
    """A change that does something to records, and was not agreed to yet."""

    def __init__(self, found: Sequence[str]) -> None:
        super().__init__(" ".join(found))
        self.effects = found


@page("/admin/r/<registry>/<any(sections, categories):place>/new", right=DESIGN)
def admin_new_part(registry: str, place: str) -> str:
    """The dialog of a new section or category."""
    with begin() as work:
        return render_template(
            "admin/part.html", form=_part_form(work, found_registry(work, registry), place, None, {})
        )


@page("/admin/r/<registry>/<any(sections, categories):place>/new", "POST", right=DESIGN)
def admin_create_part(registry: str, place: str) -> ResponseReturnValue:
    """A new section or category."""
    return _save_part(registry, place, None)


@page("/admin/r/<registry>/<any(sections, categories):place>/<key>", right=DESIGN)
def admin_part(registry: str, place: str, key: str) -> str:
    """The dialog of a section or category."""
    with begin() as work:
        found = found_registry(work, registry)
        part = there(next((each for each in parts_of(found, place) if each.key == key), None))
        return render_template(
            "admin/part.html",
            form=_part_form(work, found, place, part, _part_typed(part)),
        )


@page("/admin/r/<registry>/<any(sections, categories):place>/<key>", "POST", right=DESIGN)
def admin_save_part(registry: str, place: str, key: str) -> ResponseReturnValue:
    """A section or category, saved."""
    return _save_part(registry, place, key)


def _save_part(registry: str, place: str, key: str | None) -> ResponseReturnValue:
    try:
        with begin(design=True) as work:
            found = found_registry(work, registry)
            old = next((each for each in parts_of(found, place) if each.key == key), None)
            if old is not None:
                name, part = label(old, work.actor.locale.language), (registry, place, old.key)
                stale.insist(work, _part_document(old), request.form.get("seen", ""), name, part)
            body = _part_body(work, found, old, request.form, place)
            if key is None:
                create = modelling.create_section if place == "sections" else modelling.create_category
                create(work, registry, body)
            else:
                _insist_on_consent(work, found, place, key, body)
                changer(place)(work, registry, key, body)
            return design_renewed(work, registry, _("Saved."))
    except Unsure as doubt:
        with begin() as work:
            form = replace(_form_again(work, registry, place, key), effects=doubt.effects)
            form = replace(form, sure=effects.mark(doubt.effects))
            return render_template("admin/part.html", form=form)
    except (Invalid, Conflict) as error:
        with begin() as work:
            form = _form_again(work, registry, place, key, Refusal(error, frozenset({"name", "key"})))
            return refused(render_template("admin/part.html", form=form), error)


def _insist_on_consent(work: Work, registry: Registry, place: str, key: str, body: Mapping[str, Any]) -> None:
    foreseen = modelling.foresee(work, registry.key, place, key, body)
    found = effects.effects_of(work, registry, place, key, foreseen)
    if found and request.form.get("sure") != effects.mark(found):
        raise Unsure(found)


def _form_again(
    work: Work, registry: str, place: str, key: str | None, refusal: Refusal | None = None
) -> PartForm:
    """The dialog with everything that was typed."""
    found = found_registry(work, registry)
    part = next((each for each in parts_of(found, place) if each.key == key), None)
    typed = {**request.form.to_dict(), "categories": request.form.getlist("categories"),
             "when": when.typed_rules(work, registry, request.form, RULES_OF_SECTIONS)}  # fmt: skip
    return _part_form(work, found, place, part, typed, refusal)


def _part_document(part: Section | Category) -> dict[str, Any]:
    rest = (
        {
            "collapsed": part.collapsed,
            "help": part.help,
            "helps": dict(part.helps),
            "categories": part.categories,
            "when": dict(part.when),
        }
        if isinstance(part, Section)
        else {"colour": part.colour, "icon": part.icon}
    )
    return {"name": part.name, "names": dict(part.names), **rest}


def _part_typed(part: Section | Category) -> dict[str, Any]:
    document = _part_document(part)
    names = {f"names.{code}": text for code, text in part.names.items()}
    helps = {f"helps.{code}": text for code, text in document.get("helps", {}).items()}
    return {
        **document,
        **names,
        **helps,
        "collapsed": "1" if document.get("collapsed") else "",
        "seen": stale.mark(document),
    }


def _part_body(
    work: Work, registry: Registry, old: Section | Category | None, given: MultiDict[str, str], place: str
) -> dict[str, Any]:
    body: dict[str, Any] = {
        "name": given.get("name", ""),
        "names": typed_names(given, "names", old.names if old else {}),
    }
    if place == "sections":
        return {
            **body,
            "help": given.get("help", ""),
            "helps": typed_names(given, "helps", old.helps if isinstance(old, Section) else {}),
            "collapsed": given.get("collapsed") == "1",
            "categories": given.getlist("categories"),
            "when": when.posted(work, registry.key, given, RULES_OF_SECTIONS),
        }
    return {**body, "colour": given.get("colour", ""), "icon": given.get("icon", "")}


def _part_form(
    work: Work,
    registry: Registry,
    place: str,
    part: Any,
    typed: Mapping[str, Any],
    refusal: Refusal | None = None,
) -> PartForm:
    language, is_section = work.actor.locale.language, place == "sections"
    fresh = _("New section") if is_section else _("New category")
    chosen = typed.get("categories", ())
    return PartForm(
        label(part, language) if part else fresh,
        request.path,
        typed,
        stale.mark(_part_document(part)) if part else "",
        _translated(typed, "names"),
        colour_choices(),
        [
            (each.key, label(each, language), each.key in chosen)
            for each in registry.categories
            if each.active or each.key in chosen
        ],
        is_section,
        refusal or Refusal(),
        _translated(typed, "helps"),
        facts_of(work, registry, part) if isinstance(part, Section) else None,
        rules=when.boxes(work, registry, part, typed.get("when", {}), of_section=True) if is_section else (),
        pictures=() if is_section else picture_groups(str(typed.get("icon", ""))),
    )


def _translated(typed: Mapping[str, Any], what: str) -> list[tuple[str, str, str]]:
    return [(code, _(name), str(typed.get(f"{what}.{code}", ""))) for code, name in TRANSLATIONS.items()]

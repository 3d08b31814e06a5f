"""The dialogs of sections and categories."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from kartoteka.platform.catalog.definitions import Category, Registry, Section, help_of, label
from kartoteka.platform.front import begin
from kartoteka.platform.kernel.errors import Conflict, Invalid
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import modelling
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin import stale
from kartoteka.platform.web.admin.answers import Refusal, refused
from kartoteka.platform.web.admin.frame import DESIGN
from kartoteka.platform.web.admin.pictures import colour_choices
from kartoteka.platform.web.admin.registry import (
    TRANSLATIONS,
    changer,
    design_renewed,
    found_registry,
    parts_of,
    there,
    typed_help,
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
            form=_part_form(work, found, place, part, _part_typed(part, work.actor.locale.language)),
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
                stale.insist(
                    work,
                    _part_document(old),
                    request.form.get("seen", ""),
                    label(old, work.actor.locale.language),
                )
            body = _part_body(old, request.form, place, work.actor.locale.language)
            if key is None:
                create = modelling.create_section if place == "sections" else modelling.create_category
                create(work, registry, body)
            else:
                changer(place)(work, registry, key, body)
            return design_renewed(work, registry, _("Saved."))
    except (Invalid, Conflict) as error:
        with begin() as work:
            found = found_registry(work, registry)
            part = next((each for each in parts_of(found, place) if each.key == key), None)
            typed = {**request.form.to_dict(), "categories": request.form.getlist("categories")}
            form = _part_form(work, found, place, part, typed, Refusal(error, frozenset({"name", "key"})))
            return refused(render_template("admin/part.html", form=form), error)


def _part_document(part: Section | Category) -> dict[str, Any]:
    rest = (
        {"collapsed": part.collapsed, "help": part.help, "categories": part.categories}
        if isinstance(part, Section)
        else {"colour": part.colour}
    )
    return {"name": part.name, "names": dict(part.names), **rest}


def _part_typed(part: Section | Category, language: str) -> dict[str, Any]:
    document = _part_document(part)
    names = {f"names.{code}": text for code, text in part.names.items()}
    return {
        **document,
        **names,
        "collapsed": "1" if document.get("collapsed") else "",
        "seen": stale.mark(document),
        "help": help_of(part, language) if isinstance(part, Section) else "",
    }


def _part_body(
    old: Section | Category | None, given: MultiDict[str, str], place: str, language: str
) -> dict[str, Any]:
    body: dict[str, Any] = {
        "name": given.get("name", ""),
        "names": typed_names(given, "names", old.names if old else {}),
    }
    if place == "sections":
        return {
            **body,
            **typed_help(given, old if isinstance(old, Section) else None, language),
            "collapsed": given.get("collapsed") == "1",
            "categories": given.getlist("categories"),
        }
    return {**body, "colour": given.get("colour", "")}


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
        [(code, _(name), str(typed.get(f"names.{code}", ""))) for code, name in TRANSLATIONS.items()],
        colour_choices(),
        [
            (each.key, label(each, language), each.key in chosen)
            for each in registry.categories
            if each.active or each.key in chosen
        ],
        is_section,
        refusal or Refusal(),
    )

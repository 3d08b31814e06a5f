"""The design studio of one registry: the screen itself, and moving and switching its parts."""

from collections.abc import Mapping
from typing import Any

from flask import render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from kartoteka.platform.catalog.definitions import Field, Registry, Section, label
from kartoteka.platform.front import begin
from kartoteka.platform.kernel.errors import Conflict, Invalid, NotFound
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import modelling
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin.answers import renewed, renewed_in_place
from kartoteka.platform.web.admin.asking import question
from kartoteka.platform.web.admin.found import found_registry as found_registry
from kartoteka.platform.web.admin.frame import DESIGN, show
from kartoteka.platform.web.admin.news import news_of, seen_version
from kartoteka.platform.web.admin.order import position_before
from kartoteka.platform.web.admin.studio import TRANSLATIONS, design_of, registries_of
from kartoteka.platform.web.pages import page
from kartoteka.platform.web.renewing import parts_anew


def design_renewed(work: Work, registry: str, said: str = "", announced: str = "") -> Response:
    """This function will answer a change with the screen anew, or the record's page on which it was made."""
    if parts := parts_anew(work, registry):
        return renewed_in_place(work, parts, said)
    design = design_of(work, found_registry(work, registry), seen_version())
    return renewed("admin/registry_design.html", said, design=design, announced=announced)


def design_shown(work: Work, registry: str) -> str:
    """This function will draw the screen as it is, to be put in the place of what was dragged about on it."""
    design = design_of(work, found_registry(work, registry), seen_version())
    return render_template("admin/registry_design.html", design=design, renewing=True)


@page("/admin/r/<registry>", right=DESIGN)
def admin_registry(registry: str) -> str:
    """The screen on which a registry is designed."""
    with begin() as work:
        design = design_of(work, found_registry(work, registry))
        return show(
            work, "registry.html", "registries", design=design, registries=registries_of(work, registry)
        )


@page("/admin/r/<registry>/news", right=DESIGN)
def admin_news(registry: str) -> str | Response:
    """What others have changed since the screen was drawn; asked for while it is open."""
    with begin() as work:
        found, news = found_registry(work, registry), news_of(work, seen_version())
        if "show" in request.args:
            return design_renewed(work, found.key)
        return render_template("admin/news.html", news=news, registry=found.key, waiting=True)


@page("/admin/r/<registry>/<any(sections, categories, fields):place>/<key>/move", "POST", right=DESIGN)
def admin_move_part(registry: str, place: str, key: str) -> Response:
    """A section, category or field moved before another one; a field perhaps into another section."""
    with begin(design=True) as work:
        found = found_registry(work, registry)
        part = there(next((each for each in getattr(found, place) if each.key == key), None))
        section = request.form.get("section") or str(getattr(part, "section", ""))
        body = _moved(found, place, key, section, request.form.get("before", ""))
        if asked := question(work, found, place, key, body, design_shown(work, registry)):
            return asked
        changer(place)(work, registry, key, body)
        return design_renewed(work, registry, announced=_place_said(work, registry, place, key))


def _moved(registry: Registry, place: str, key: str, section: str, before: str) -> dict[str, Any]:
    if place != "fields":
        keys = [each.key for each in parts_of(registry, place)]
        return {"position": position_before(keys, key, before)}
    keys = [each.key for each in registry.fields if each.section == section]
    return {"section": section, "position": position_before(keys, key, before)}


def _place_said(work: Work, registry: str, place: str, key: str) -> str:
    """Where a thing has come to, for those who do not see it."""
    found, language = found_registry(work, registry), work.actor.locale.language
    parts = [each for each in getattr(found, place) if each.active]
    part = there(next((each for each in getattr(found, place) if each.key == key), None))
    section = found.section(part.section) if isinstance(part, Field) else None
    if section is not None:
        parts = [each for each in parts if each.section == section.key]
    keys = [each.key for each in parts]
    if key not in keys:
        return ""
    said = {"name": label(part, language), "n": keys.index(key) + 1, "all": len(keys)}
    if section is None:
        return _("“{name}” is now {n} of {all}.", **said)
    return _("“{name}” is now {n} of {all} in “{section}”.", **said, section=label(section, language))


@page("/admin/r/<registry>/<any(sections, categories, fields):place>/<key>/switch", "POST", right=DESIGN)
def admin_switch_part(registry: str, place: str, key: str) -> Response:
    """A section, category or field switched off or on again."""
    body = {"active": request.form.get("on") == "1"}
    with begin(design=True) as work:
        found = found_registry(work, registry)
        if asked := question(work, found, place, key, body, ""):
            return asked
        name = label(changer(place)(work, registry, key, body), work.actor.locale.language)
        return design_renewed(work, registry, switched_said(name, on=body["active"]))


def switched_said(name: str, *, on: bool) -> str:
    """This function will say that something has been switched off or on."""
    if on:
        return _("“{name}” is in use again.", name=name)
    return _("“{name}” is switched off; nothing of it is lost.", name=name)


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


__all__ = [
    "TRANSLATIONS",
    "changer",
    "design_renewed",
    "found_registry",
    "local",
    "parts_of",
    "switched_said",
    "there",
    "typed_help",
    "typed_names",
]

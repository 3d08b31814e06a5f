"""A question before a change that is made by a button or by dragging: what it will do, and whether it is to be done."""

from collections.abc import Mapping
from typing import Any

from flask import Response, render_template, request

from kartoteka.platform.catalog.definitions import Field, Registry, label
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import modelling
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin import effects
from kartoteka.platform.web.renewing import parts_anew


def question(
    work: Work, registry: Registry, place: str, key: str, body: Mapping[str, Any], behind: str
) -> Response | None:
    """This function will ask about a change in the dialog, unless it does nothing to anybody or was agreed to.

    The page comes along as it still is (`behind`, unless it is that of a record): what was dragged goes back to its
    place until there is an answer.
    """
    foreseen = modelling.foresee(work, registry.key, place, key, body)
    found = effects.effects_of(work, registry, place, key, foreseen)
    if not found or request.form.get("sure") == effects.mark(found):
        return None
    shown = render_template(
        "admin/ask.html",
        heading=_heading(work, registry, place, key, body),
        effects=found,
        action=request.path,
        given=[pair for pair in request.form.items(multi=True) if pair[0] != "sure"],
        sure=effects.mark(found),
        button=_("Switch off") if "active" in body else _("Move"),
    )
    return Response(
        shown + (parts_anew(work, registry.key) or behind),
        headers={"HX-Retarget": "#dialog", "HX-Reswap": "innerHTML"},
    )


def question_of_registry(work: Work, registry: Registry) -> Response | None:
    """This function will ask in the dialog before a registry is switched off, unless that was agreed to."""
    found = effects.of_registry_off(work, registry)
    if request.form.get("sure") == effects.mark(found):
        return None
    shown = render_template(
        "admin/ask.html",
        heading=_("Switch off “{name}”?", name=label(registry, work.actor.locale.language)),
        effects=found,
        action=request.path,
        given=[("on", "0")],
        sure=effects.mark(found),
        button=_("Switch off"),
    )
    return Response(shown, headers={"HX-Retarget": "#dialog", "HX-Reswap": "innerHTML"})


def _heading(work: Work, registry: Registry, place: str, key: str, body: Mapping[str, Any]) -> str:
    language = work.actor.locale.language
    part = next(each for each in getattr(registry, place) if each.key == key)
    if "active" in body:
        return _("Switch off “{name}”?", name=label(part, language))
    section = registry.section(str(body.get("section", ""))) if isinstance(part, Field) else None
    return _(
        "Move “{name}” to “{section}”?",
        name=label(part, language),
        section=label(section, language) if section else "",
    )

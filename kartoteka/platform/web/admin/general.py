"""The dialog of what a registry is called and looks like."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from kartoteka.platform.catalog.definitions import Registry, help_of, label
from kartoteka.platform.front import begin
from kartoteka.platform.kernel.errors import Conflict, Invalid
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import modelling
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin import stale
from kartoteka.platform.web.admin.answers import Refusal, refused
from kartoteka.platform.web.admin.frame import DESIGN
from kartoteka.platform.web.admin.pictures import colour_choices, picture_groups
from kartoteka.platform.web.admin.registry import (
    TRANSLATIONS,
    design_renewed,
    found_registry,
    local,
    typed_help,
    typed_names,
)
from kartoteka.platform.web.pages import page


@dataclass(frozen=True)
class GeneralForm:
    """The dialog of what a registry is called and looks like."""

    key: str
    heading: str
    typed: Mapping[str, Any]
    seen: str
    names: Sequence[tuple[str, str, str, str]]
    colours: Sequence[tuple[str, str]]
    pictures: Sequence[tuple[str, Sequence[tuple[str, str, str]]]]
    refusal: Refusal = field(default_factory=Refusal)


@page("/admin/r/<registry>/general", right=DESIGN)
def admin_general(registry: str) -> str:
    """The dialog of what the registry is called and looks like."""
    with begin() as work:
        found = found_registry(work, registry)
        return render_template(
            "admin/general.html",
            form=_general_form(work, found, _general_typed(found, work.actor.locale.language)),
        )


@page("/admin/r/<registry>/general", "POST", right=DESIGN)
def admin_save_general(registry: str) -> ResponseReturnValue:
    """What the registry is called and looks like, saved."""
    try:
        with begin(design=True) as work:
            found = found_registry(work, registry)
            stale.insist(
                work,
                _general_document(found),
                request.form.get("seen", ""),
                label(found, work.actor.locale.language),
            )
            modelling.change_registry(
                work, registry, _general_body(found, request.form, work.actor.locale.language)
            )
            return design_renewed(work, registry, _("Saved."))
    except (Invalid, Conflict) as error:
        with begin() as work:
            found = found_registry(work, registry)
            refusal = Refusal(local(error, registry), frozenset({"name", "name_one", "icon"}))
            form = _general_form(work, found, request.form.to_dict(), refusal)
            return refused(render_template("admin/general.html", form=form), error)


def _general_document(registry: Registry) -> dict[str, Any]:
    plain = {name: getattr(registry, name) for name in ("name", "name_one", "icon", "colour", "help")}
    translated = {name: dict(getattr(registry, name)) for name in ("names", "names_one", "helps")}
    return plain | translated


def _general_typed(registry: Registry, language: str) -> dict[str, Any]:
    names = {f"names.{code}": text for code, text in registry.names.items()}
    ones = {f"names_one.{code}": text for code, text in registry.names_one.items()}
    return {**_general_document(registry), **names, **ones, "help": help_of(registry, language)}


def _general_body(registry: Registry, given: MultiDict[str, str], language: str) -> dict[str, Any]:
    plain = {name: given.get(name, "") for name in ("name", "name_one", "colour")}
    return {
        **plain,
        **typed_help(given, registry, language),
        "icon": given.get("icon") or registry.icon,
        "names": typed_names(given, "names", registry.names),
        "names_one": typed_names(given, "names_one", registry.names_one),
    }


def _general_form(
    work: Work, registry: Registry, typed: Mapping[str, Any], refusal: Refusal | None = None
) -> GeneralForm:
    return GeneralForm(
        registry.key,
        label(registry, work.actor.locale.language),
        typed,
        stale.mark(_general_document(registry)),
        [
            (code, _(name), str(typed.get(f"names.{code}", "")), str(typed.get(f"names_one.{code}", "")))
            for code, name in TRANSLATIONS.items()
        ],
        colour_choices(),
        picture_groups(str(typed.get("icon", ""))),
        refusal=refusal or Refusal(),
    )

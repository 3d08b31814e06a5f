"""The dialog in which sections and fields are copied from another registry."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from kartoteka.field_types.folding import fold
from kartoteka.platform.catalog.definitions import Field, Registry, Section, label
from kartoteka.platform.front import begin
from kartoteka.platform.kernel.errors import Conflict, Invalid
from kartoteka.platform.kernel.texts import plural
from kartoteka.platform.services import modelling
from kartoteka.platform.services.modelling import Originals
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin.answers import Refusal, refused
from kartoteka.platform.web.admin.frame import DESIGN
from kartoteka.platform.web.admin.registry import design_renewed, found_registry
from kartoteka.platform.web.admin.words import TypeView, type_view
from kartoteka.platform.web.pages import page


@dataclass(frozen=True)
class Offered:
    """A field that may be copied."""

    key: str
    label: str
    kind: TypeView
    leads_to: str
    found_by: str
    on: bool


@dataclass(frozen=True)
class OfferedSection:
    """A section that may be copied as a whole, with its fields."""

    key: str
    label: str
    on: bool
    fields: Sequence[Offered]


@dataclass(frozen=True)
class CopyForm:
    """The dialog: where from, what, and into which section."""

    registry: str
    source: str
    registries: Sequence[tuple[str, str]]
    offered: Sequence[OfferedSection]
    sections: Sequence[tuple[str, str]]
    into: str
    refusal: Refusal = field(default_factory=Refusal)


@page("/admin/r/<registry>/copy", right=DESIGN)
def admin_copy(registry: str) -> str:
    """The dialog, or with another registry chosen what that one offers."""
    with begin() as work:
        return render_template("admin/copy.html", form=_form(work, registry, request.args))


@page("/admin/r/<registry>/copy/plan", right=DESIGN)
def admin_copy_plan(registry: str) -> str:
    """What the copy of what is chosen would add."""
    given = request.args
    with begin() as work:
        found_registry(work, registry)
        try:
            foreseen = modelling.plan_copy(work, registry, _originals(given), given.get("into", ""))
            return render_template("admin/copy_plan.html", steps=foreseen.plan.sentences())
        except (Invalid, Conflict):
            return render_template("admin/copy_plan.html", steps=[])


@page("/admin/r/<registry>/copy", "POST", right=DESIGN)
def admin_do_copy(registry: str) -> ResponseReturnValue:
    """What was chosen, copied."""
    given = request.form
    originals = _originals(given)
    try:
        with begin(design=True) as work:
            before = len(found_registry(work, registry).fields)
            modelling.copy_parts(work, registry, originals, given.get("into", ""))
            number = len(found_registry(work, registry).fields) - before
            said = plural("{n} field is copied.", "{n} fields are copied.", number)
            return design_renewed(work, registry, said)
    except (Invalid, Conflict) as error:
        with begin() as work:
            form = _form(work, registry, given, Refusal(error))
            return refused(render_template("admin/copy.html", form=form), error)


def _originals(given: MultiDict[str, str]) -> Originals:
    return Originals(given.get("source", ""), given.getlist("section"), given.getlist("field"))


def _form(work: Work, registry: str, given: MultiDict[str, str], refusal: Refusal | None = None) -> CopyForm:
    language, found = work.actor.locale.language, found_registry(work, registry)
    others = [each for each in work.catalog.active_registries if each.key != registry and not each.plugin]
    registries = [(each.key, label(each, language)) for each in (*others, found)]
    asked = given.get("source", "")
    source = work.catalog.registries[asked if asked in dict(registries) else registries[0][0]]
    sections = [(each.key, label(each, language)) for each in found.sections if each.active]
    return CopyForm(
        registry,
        source.key,
        registries,
        [_section(work, source, each, given) for each in source.active_sections],
        sections,
        given.get("into", "") or (sections[0][0] if sections else ""),
        refusal or Refusal(),
    )


def _section(work: Work, source: Registry, each: Section, given: MultiDict[str, str]) -> OfferedSection:
    fields = [_field(work, one, given) for one in source.fields_of(each.key)]
    on = each.key in given.getlist("section")
    return OfferedSection(each.key, label(each, work.actor.locale.language), on, fields)


def _field(work: Work, each: Field, given: MultiDict[str, str]) -> Offered:
    language, kind = work.actor.locale.language, type_view(work, each.type)
    target = work.catalog.registries.get(str(each.options.get("target", "")))
    name = label(each, language)
    return Offered(
        each.key,
        name,
        kind,
        label(target, language) if target else "",
        fold(f"{name} {each.key} {kind.label}"),
        each.key in given.getlist("field"),
    )

"""The dialog of which columns the list of a registry has, and in which order, for whoever has not chosen his own."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import render_template, request
from flask.typing import ResponseReturnValue

from kartoteka.platform.catalog.definitions import Registry, label
from kartoteka.platform.front import begin
from kartoteka.platform.kernel.errors import Conflict, Invalid
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import modelling
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin import stale
from kartoteka.platform.web.admin.answers import Refusal, refused
from kartoteka.platform.web.admin.frame import DESIGN
from kartoteka.platform.web.admin.registry import design_renewed, found_registry, local
from kartoteka.platform.web.admin.studio import column_name
from kartoteka.platform.web.pages import page
from kartoteka.platform.web.targets import SYSTEM

Column = tuple[str, str]


@dataclass(frozen=True)
class ColumnsForm:
    """The dialog: the columns in their order, and what else could be one."""

    registry: str
    chosen: Sequence[Column]
    offered: Sequence[tuple[str, Sequence[Column]]]
    seen: str
    refusal: Refusal = field(default_factory=Refusal)


@page("/admin/r/<registry>/columns", right=DESIGN)
def admin_columns(registry: str) -> str:
    """The dialog of the columns."""
    with begin() as work:
        found = found_registry(work, registry)
        return render_template("admin/columns.html", form=_form(work, found, found.columns))


@page("/admin/r/<registry>/columns", "POST", right=DESIGN)
def admin_save_columns(registry: str) -> ResponseReturnValue:
    """The columns, saved."""
    chosen = request.form.getlist("columns")
    try:
        with begin(design=True) as work:
            found = found_registry(work, registry)
            name = label(found, work.actor.locale.language)
            stale.insist(work, _document(found), request.form.get("seen", ""), name)
            modelling.change_registry(work, registry, {"columns": chosen})
            return design_renewed(work, registry, _("Saved."))
    except (Invalid, Conflict) as error:
        with begin() as work:
            found = found_registry(work, registry)
            form = _form(work, found, chosen, Refusal(local(error, registry)))
            return refused(render_template("admin/columns.html", form=form), error)


def _document(registry: Registry) -> dict[str, list[str]]:
    return {"columns": list(registry.columns)}


def _form(
    work: Work, registry: Registry, chosen: Sequence[str], refusal: Refusal | None = None
) -> ColumnsForm:
    language = work.actor.locale.language
    named = {
        each.key: column_name(registry, each.key, language)
        for each in registry.active_fields
        if each.type != "file"
    }
    system = {key: _(name) for key, name in SYSTEM.items() if key != "title"}
    every = {**named, **system}
    sections = [
        (label(each, language), [(one.key, named[one.key]) for one in registry.fields_of(each.key) if one.key in named])
        for each in registry.active_sections
    ]  # fmt: skip
    groups = [*sections, (_("Of every record"), list(system.items()))]
    rest = [(title, [pair for pair in pairs if pair[0] not in chosen]) for title, pairs in groups]
    return ColumnsForm(
        registry.key,
        [(key, every[key]) for key in chosen if key in every],
        [(title, pairs) for title, pairs in rest if pairs],
        stale.mark(_document(registry)),
        refusal or Refusal(),
    )

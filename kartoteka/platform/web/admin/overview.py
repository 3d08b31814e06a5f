"""The overview of the administration: registries in their order, new ones, and those switched off."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from kartoteka.platform.catalog.definitions import Registry, label
from kartoteka.platform.front import begin
from kartoteka.platform.kernel.errors import Conflict, Invalid
from kartoteka.platform.kernel.texts import _, plural
from kartoteka.platform.services import modelling
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin.answers import Refusal, refused, renewed
from kartoteka.platform.web.admin.asking import question_of_registry
from kartoteka.platform.web.admin.found import found_registry
from kartoteka.platform.web.admin.frame import ANY_POWER, DESIGN, show, tabs
from kartoteka.platform.web.admin.order import neighbours, position_before
from kartoteka.platform.web.admin.registry import switched_said
from kartoteka.platform.web.admin.studio import PICTURE
from kartoteka.platform.web.answers import by_script, go
from kartoteka.platform.web.pages import page
from kartoteka.platform.web.shell import tell


@dataclass(frozen=True)
class RegistryLine:
    """A registry in the overview, with its neighbours for moving it by keys."""

    key: str
    label: str
    icon: str
    colour: str
    about: str
    up: str | None = None
    down: str | None = None


@dataclass(frozen=True)
class NewRegistry:
    """The dialog of a new registry, with what was typed."""

    typed: Mapping[str, str] = field(default_factory=dict)
    refusal: Refusal = field(default_factory=Refusal)


@page("/admin", right=ANY_POWER)
def admin() -> str | Response:
    """The overview; for somebody who does not design, the first page that he may see."""
    with begin() as work:
        if "design" not in work.actor.powers:
            return go(tabs(work, "")[0].url)
        return show(work, "overview.html", "registries", **_registries(work))


@page("/admin/registries/new", right=DESIGN)
def admin_new_registry() -> str:
    """The dialog of a new registry."""
    with begin():
        return render_template("admin/registry_new.html", new=NewRegistry())


@page("/admin/registries/new", "POST", right=DESIGN)
def admin_create_registry() -> ResponseReturnValue:
    """A new registry with one section and a name in it."""
    try:
        with begin(design=True) as work:
            key = _create(work, request.form)
            found = work.catalog.registries[key]
            tell(_("The registry “{name}” is ready.", name=label(found, work.actor.locale.language)))
        return go(url_for("web.admin_registry", registry=key))
    except (Invalid, Conflict) as error:
        with begin() as work:
            new = NewRegistry(request.form, Refusal(error, frozenset({"name", "name_one"})))
            return refused(render_template("admin/registry_new.html", new=new), error)


@page("/admin/registries/<registry>/move", "POST", right=DESIGN)
def admin_move_registry(registry: str) -> Response:
    """A registry moved before another one, or to the end."""
    with begin(design=True) as work:
        place = position_before(list(work.catalog.registries), registry, request.form.get("before", ""))
        modelling.change_registry(work, registry, {"position": place})
        return renewed("admin/overview_lists.html", **_registries(work))


@page("/admin/registries/<registry>/switch", "POST", right=DESIGN)
def admin_switch_registry(registry: str) -> Response:
    """A registry switched off, or on again with everything that it held."""
    on = request.form.get("on") == "1"
    with begin(design=True) as work:
        # What was just made out of a file is taken back by a button of a plain form, which says so itself.
        if not on and by_script() and (asked := question_of_registry(work, found_registry(work, registry))):
            return asked
        changed = modelling.change_registry(work, registry, {"active": on})
        name = label(changed, work.actor.locale.language)
        tell(switched_said(name, on=on))
    return go(url_for("web.admin"))


def _registries(work: Work) -> dict[str, Any]:
    every = [each for each in work.catalog.registries.values() if not each.plugin]
    used = [each.key for each in every if each.active]
    return {
        "lines": [_line(work, each, used) for each in every if each.active],
        "off": [_line(work, each, ()) for each in every if not each.active],
    }


def _line(work: Work, each: Registry, among: Sequence[str]) -> RegistryLine:
    sections, fields = len(each.active_sections), len(each.active_fields)
    about = (
        plural("{n} section", "{n} sections", sections) + " · " + plural("{n} field", "{n} fields", fields)
    )
    return RegistryLine(
        each.key,
        label(each, work.actor.locale.language),
        each.icon or PICTURE,
        each.colour,
        about,
        *(neighbours(among, among.index(each.key)) if each.key in among else (None, None)),
    )


def _create(work: Work, given: Mapping[str, str]) -> str:
    body = {
        "name": given.get("name", ""),
        "name_one": given.get("name_one", ""),
        "icon": given.get("icon") or "file-text",
        "sections": [
            {"name": _("Basic details"), "fields": [{"name": _("Name"), "type": "text", "required": True}]}
        ],
    }
    return modelling.create_registry(work, body).key

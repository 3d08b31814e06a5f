"""The overview of the administration: registries in their order, new ones, and those switched off."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from kartoteka.platform.catalog.definitions import Registry, label
from kartoteka.platform.front import begin
from kartoteka.platform.front.ready import ready_made
from kartoteka.platform.kernel.errors import Conflict, Invalid
from kartoteka.platform.kernel.texts import _, plural
from kartoteka.platform.services import modelling
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin.answers import Refusal, refused, renewed
from kartoteka.platform.web.admin.frame import ANY_POWER, DESIGN, show, tabs
from kartoteka.platform.web.admin.order import position_before
from kartoteka.platform.web.answers import go
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
class Template:
    """A ready-made registry on offer."""

    key: str
    label: str
    icon: str
    help: str
    taken: bool
    brings: str = ""


@dataclass(frozen=True)
class NewRegistry:
    """The dialog of a new registry, with what was typed."""

    templates: Sequence[Template]
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
    with begin() as work:
        return render_template("admin/registry_new.html", new=NewRegistry(_templates(work)))


@page("/admin/registries/new", "POST", right=DESIGN)
def admin_create_registry() -> ResponseReturnValue:
    """A new registry, from nothing or ready-made with whatever it leads to."""
    try:
        with begin(design=True) as work:
            key = _create(work, request.form)
            found = work.catalog.registries[key]
            tell(_("The registry “{name}” is ready.", name=label(found, work.actor.locale.language)))
        return go(url_for("web.admin_registry", registry=key))
    except (Invalid, Conflict) as error:
        with begin() as work:
            new = NewRegistry(_templates(work), request.form, Refusal(error, frozenset({"name", "name_one"})))
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
        changed = modelling.change_registry(work, registry, {"active": on})
        name = label(changed, work.actor.locale.language)
        tell(
            _("“{name}” is in use again.", name=name)
            if on
            else _("“{name}” is switched off; nothing of it is lost.", name=name)
        )
    return go(url_for("web.admin"))


def _registries(work: Work) -> dict[str, Any]:
    every = list(work.catalog.registries.values())
    active = [each for each in every if each.active]
    return {
        "lines": [_line(work, each, active, n) for n, each in enumerate(active)],
        "off": [_line(work, each, (), 0) for each in every if not each.active],
    }


def _line(work: Work, each: Registry, among: Sequence[Registry], n: int) -> RegistryLine:
    sections, fields = len(each.active_sections), len(each.active_fields)
    about = (
        plural("{n} section", "{n} sections", sections) + " · " + plural("{n} field", "{n} fields", fields)
    )
    up = among[n - 1].key if n else None
    down = None if n + 1 >= len(among) else among[n + 2].key if n + 2 < len(among) else ""
    return RegistryLine(
        each.key,
        label(each, work.actor.locale.language),
        each.icon or "file-text",
        each.colour,
        about,
        up,
        down,
    )


def _templates(work: Work) -> list[Template]:
    language = work.actor.locale.language
    offered = ready_made(language)
    return [
        Template(
            key,
            _name(body, language),
            str(body.get("icon", "file-text")),
            str(body.get("help", "")),
            key in work.catalog.registries,
            ", ".join(_name(offered[each], language) for each in _needed(work, offered, key) if each != key),
        )
        for key, body in offered.items()
    ]


def _name(body: Mapping[str, Any], language: str) -> str:
    return str(body.get("names", {}).get(language) or body["name"])


def _needed(work: Work, offered: Mapping[str, Mapping[str, Any]], key: str) -> list[str]:
    """The template itself and those that its relations lead to and are not there yet, in an order that works."""
    wanted, waiting = set(), [key]
    while waiting:
        each = waiting.pop()
        if each in wanted or each in work.catalog.registries or each not in offered:
            continue
        wanted.add(each)
        waiting += _targets(offered[each])
    return [each for each in offered if each in wanted]


def _targets(body: Mapping[str, Any]) -> list[str]:
    fields = [each for section in body["sections"] for each in section["fields"]]
    return [str(each["options"]["target"]) for each in fields if each["type"] == "relation"]


def _create(work: Work, given: Mapping[str, str]) -> str:
    chosen = given.get("template", "")
    if chosen:
        return _create_ready_made(work, chosen)
    body = {
        "name": given.get("name", ""),
        "name_one": given.get("name_one", ""),
        "icon": given.get("icon") or "file-text",
        "sections": [
            {"name": _("Basic details"), "fields": [{"name": _("Name"), "type": "text", "required": True}]}
        ],
    }
    return modelling.create_registry(work, body).key


def _create_ready_made(work: Work, chosen: str) -> str:
    offered = ready_made(work.actor.locale.language)
    if chosen not in offered:
        raise Invalid({"template": [_("There is no template “{name}”.", name=chosen[:60])]})
    if chosen in work.catalog.registries:
        raise Conflict(_("This registry is there already."))
    for each in _needed(work, offered, chosen):
        modelling.create_registry(work, offered[each])
    return chosen

"""What hangs on records, narrowed for a role of the portal: which parts of it, and only what is meant for customers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from kartoteka.platform.sdk import (
    Conflict,
    Invalid,
    NotFound,
    Registry,
    Role,
    Work,
    _,
    begin,
    go,
    label,
    set_grant,
    tell,
)
from kartoteka.plugins.portal.design import NEWS
from kartoteka.plugins.portal.drafting import DESIGN, first_of, granted, role_of
from kartoteka.plugins.portal.faces import pages

# The detail by which things of plugins, such as tasks, say that they are meant for customers.
MARK = "public"
MEANT = {"field": MARK, "op": "eq", "value": True}


@dataclass(frozen=True)
class Thing:
    """What a plugin keeps on records, as a role of the portal sees it: its sections, and whether all of it."""

    key: str
    label: str
    parts: list[tuple[str, str, bool]]
    marked: bool
    only_marked: bool
    own_rule: bool


def things_of(work: Work, role: Role) -> list[Thing]:
    """This function will list what the role sees on the records of the registries that it may see."""
    language = work.actor.locale.language
    opened = {plugin for each in granted(work, role) for plugin in _tabs_open(work, role, each)}
    return [
        _thing(each, role, language)
        for each in work.catalog.active_registries
        if each.plugin in opened and each.attached and each.active_sections and each.key != NEWS
    ]


def _tabs_open(work: Work, role: Role, registry: Registry) -> list[str]:
    grant = role.grants[registry.key]
    return [
        plugin
        for plugin, section in work.catalog.tabs(registry).items()
        if grant.sections.get(section) in ("read", "edit")
    ]


def _is_marked(registry: Registry) -> bool:
    return any(each.key == MARK and each.type == "boolean" for each in registry.active_fields)


def _thing(registry: Registry, role: Role, language: str) -> Thing:
    grant = role.grants.get(registry.key)
    rows: Mapping[str, Any] | None = grant.rows if grant is not None else None
    seen = set(grant.sections) if grant is not None and grant.sections else None
    return Thing(
        registry.key,
        label(registry, language),
        [
            (each.key, label(each, language), seen is None or each.key in seen)
            for each in registry.active_sections
        ],
        _is_marked(registry),
        rows == MEANT,
        bool(rows) and rows != MEANT,
    )


def narrow_from_the_start(work: Work, role: str) -> None:
    """This function will keep a new role to what is meant for customers, wherever things can be marked so."""
    for each in work.catalog.active_registries:
        if each.plugin and each.attached and _is_marked(each):
            sections = {part.key: "read" for part in each.active_sections}
            set_grant(work, role, each.key, {"rights": [], "sections": sections, "rows": MEANT})


@pages.page("/admin/portal/<role>/things", "POST", right=DESIGN)
def narrow_things(role: str) -> ResponseReturnValue:
    """What of one kind of things the role sees; put as a grant, like any other."""
    key, chosen = request.form.get("registry", ""), request.form.getlist("parts")
    try:
        with begin(design=True) as work:
            holder = role_of(work, role)
            thing = next((each for each in things_of(work, holder) if each.key == key), None)
            if thing is None:
                raise NotFound(_("There is nothing at this address."))
            parts = {
                part: "read" for part, _name, _on in thing.parts if part in chosen or len(thing.parts) == 1
            }
            if not parts:
                told = _("Leave at least one section; to show nothing, hide the tab in the matrix.")
                raise Invalid({"parts": [told]})
            marked = MEANT if thing.marked and request.form.get("marked") == "1" else None
            rows = holder.grants[key].rows if thing.own_rule else marked
            set_grant(work, role, key, {"rights": [], "sections": parts, **({"rows": rows} if rows else {})})
            tell(_("Saved."))
    except (Invalid, Conflict) as error:
        tell(first_of(error), tone="bad")
    return go(url_for("portal.design_window", role=role, _anchor="things"))


__all__ = ["Thing", "narrow_from_the_start", "things_of"]

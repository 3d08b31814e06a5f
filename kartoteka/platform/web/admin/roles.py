"""Roles: what they are called, their powers, what each may do where in a word, and what two of them differ in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from kartoteka.platform.catalog.definitions import EDIT, POWERS, READ, Grant, Registry, Role, label
from kartoteka.platform.catalog.portable import grant_to_document
from kartoteka.platform.front import begin
from kartoteka.platform.kernel.errors import Conflict, Invalid
from kartoteka.platform.kernel.texts import _, plural
from kartoteka.platform.services import headcount, modelling
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin import stale
from kartoteka.platform.web.admin.answers import Refusal, refused
from kartoteka.platform.web.admin.frame import DESIGN, DESIGN_OR_USERS, show
from kartoteka.platform.web.admin.registry import TRANSLATIONS, typed_names
from kartoteka.platform.web.admin.rights import POWER_WORDS, people_text, places
from kartoteka.platform.web.admin.rules import role_found
from kartoteka.platform.web.admin.why import question_of
from kartoteka.platform.web.answers import go
from kartoteka.platform.web.pages import page
from kartoteka.platform.web.shell import tell

# What a new role may do everywhere from the beginning.
_BEGINNINGS = {"read": (("view",), READ), "work": (("view", "create", "edit"), EDIT)}


@dataclass(frozen=True)
class Cell:
    """What one role may do in one registry, in a word."""

    registry: str
    text: str
    tone: str
    narrowed: bool
    url: str


@dataclass(frozen=True)
class RoleLine:
    """A role in the overview of all roles."""

    key: str
    label: str
    people: str
    powers: Sequence[str]
    cells: Sequence[Cell]
    is_admin: bool


@dataclass(frozen=True)
class RoleForm:
    """The dialog of one role."""

    heading: str
    action: str
    typed: Mapping[str, Any]
    seen: str
    names: Sequence[tuple[str, str, str]]
    powers: Sequence[tuple[str, str, str, bool]]
    remove_url: str = ""
    remove_question: str = ""
    copy_url: str = ""
    refusal: Refusal = field(default_factory=Refusal)
    beginnings: Sequence[tuple[str, str, str]] = ()


@page("/admin/roles", right=DESIGN_OR_USERS)
def admin_roles() -> str:
    """All roles, their powers, and what they may do where, in a word."""
    with begin() as work:
        question = question_of(work, MultiDict()) if "users" in work.actor.powers else None
        registries = [
            (each.key, label(each, work.actor.locale.language))
            for each in work.catalog.active_registries
            if not each.plugin
        ]
        return show(
            work,
            "roles.html",
            "roles",
            lines=_lines(work),
            registries=registries,
            question=question,
            designs="design" in work.actor.powers,
        )


@page("/admin/roles/new", right=DESIGN)
def admin_new_role() -> str:
    """The dialog of a new role, or of one like another."""
    with begin() as work:
        like = request.args.get("like", "")
        typed = _copied(work, role_found(work, like)) if like else {}
        return render_template("admin/role.html", form=_role_form(work, None, typed))


@page("/admin/roles/new", "POST", right=DESIGN)
def admin_create_role() -> ResponseReturnValue:
    """A new role; it may do nothing until the matrix says otherwise."""
    return _save_role(None)


@page("/admin/roles/<role>", right=DESIGN)
def admin_role(role: str) -> str:
    """The dialog of a role."""
    with begin() as work:
        found = role_found(work, role)
        names = {f"names.{code}": text for code, text in found.names.items()}
        return render_template(
            "admin/role.html",
            form=_role_form(work, found, {"name": found.name, **names, "powers": found.powers}),
        )


@page("/admin/roles/<role>", "POST", right=DESIGN)
def admin_save_role(role: str) -> ResponseReturnValue:
    """A role's name and powers, saved."""
    return _save_role(role)


@page("/admin/roles/<role>/remove", "POST", right=DESIGN)
def admin_remove_role(role: str) -> Response:
    """A role removed; whoever had it loses it at once."""
    with begin(design=True) as work:
        name = label(role_found(work, role), work.actor.locale.language)
        modelling.remove_role(work, role)
        tell(_("The role “{name}” is gone.", name=name))
    return go(url_for("web.admin_roles"))


def _lines(work: Work) -> list[RoleLine]:
    language, holders = work.actor.locale.language, headcount.holders(work)
    roles = sorted(work.catalog.roles.values(), key=lambda role: not role.is_admin)
    return [
        RoleLine(
            role.key,
            label(role, language),
            people_text(holders[role.key]),
            [_(POWER_WORDS[power][0]) for power in POWERS if power in role.powers and not role.is_admin],
            [_cell(work, each, role) for each in work.catalog.active_registries if not each.plugin],
            role.is_admin,
        )
        for role in roles
    ]


def _cell(work: Work, registry: Registry, role: Role) -> Cell:
    grant, url = (
        role.grants.get(registry.key, Grant()),
        url_for("web.admin_registry_roles", registry=registry.key),
    )
    if role.is_admin:
        return Cell(registry.key, _("everything"), "w", False, url)
    known = [place.key for place in places(work, registry)]
    shown = [level for section, level in grant.sections.items() if section in known]
    if "view" not in grant.rights:
        return Cell(registry.key, "—", "off", False, url)
    writes = EDIT in shown and bool(grant.rights & {"create", "edit"})
    text = _("changes") if writes else _("reads")
    if len(shown) < len(known):
        text += f" {len(shown)}/{len(known)}"
    return Cell(registry.key, text, "w" if writes else "on", grant.rows is not None, url)


def _save_role(key: str | None) -> ResponseReturnValue:
    given = request.form
    try:
        with begin(design=True) as work:
            old = role_found(work, key) if key else None
            body = {
                "name": given.get("name", ""),
                "powers": given.getlist("powers"),
                "names": typed_names(given, "names", old.names if old else {}),
            }
            if old is None:
                tell(_made(work, body, given))
            else:
                stale.insist(
                    work, _role_document(old), given.get("seen", ""), label(old, work.actor.locale.language)
                )
                modelling.change_role(work, old.key, body)
                tell(_("Saved."))
        return go(url_for("web.admin_roles"))
    except (Invalid, Conflict) as error:
        with begin() as work:
            old = role_found(work, key) if key else None
            typed = {**given.to_dict(), "powers": given.getlist("powers")}
            form = _role_form(work, old, typed, Refusal(error, frozenset({"name"})))
            return refused(render_template("admin/role.html", form=form), error)


def _made(work: Work, body: Mapping[str, Any], given: MultiDict[str, str]) -> str:
    """A role that sees nothing yet, does the same as another, or begins with something everywhere."""
    if like := given.get("like", ""):
        made = modelling.create_role(work, {**body, **_grants_of(role_found(work, like))})
        return _("The role “{name}” is ready and may do the same for now.", name=made.name)
    beginning = given.get("beginning", "")
    if beginning not in _BEGINNINGS:
        made = modelling.create_role(work, body)
        return _("The role “{name}” is ready. It sees nothing yet: choose a registry.", name=made.name)
    rights, level = _BEGINNINGS[beginning]
    grants = {
        each.key: {"rights": list(rights), "sections": {place.key: level for place in places(work, each)}}
        for each in work.catalog.active_registries
        if not each.plugin
    }
    made = modelling.create_role(work, {**body, "grants": grants})
    return _(
        "The role “{name}” is ready. Choose a registry to say more precisely what it sees.", name=made.name
    )


def _beginnings(work: Work) -> list[tuple[str, str, str]]:
    """What a new role may begin with; where there is no registry yet there is nothing to choose."""
    if all(each.plugin for each in work.catalog.active_registries):
        return []
    return [
        ("nothing", _("It sees nothing"), _("Registry by registry you say what it sees.")),
        ("read", _("It reads everything"), _("All registries there are now, without changing anything.")),
        (
            "work",
            _("It works with everything"),
            _("It adds and changes, but removes, imports and exports nothing."),
        ),
    ]


def _copied(work: Work, role: Role) -> dict[str, Any]:
    name = label(role, work.actor.locale.language)
    return {"name": _("{name} (copy)", name=name), "powers": role.powers, "like": role.key, "like_name": name}


def _grants_of(role: Role) -> dict[str, Any]:
    return {"grants": {key: grant_to_document(grant) for key, grant in role.grants.items()}}


def _role_document(role: Role) -> dict[str, Any]:
    return {"name": role.name, "names": dict(role.names), "powers": sorted(role.powers)}


def _role_form(
    work: Work, role: Role | None, typed: Mapping[str, Any], refusal: Refusal | None = None
) -> RoleForm:
    chosen = typed.get("powers", ())
    names = [(code, _(name), str(typed.get(f"names.{code}", ""))) for code, name in TRANSLATIONS.items()]
    powers = [
        (power, _(POWER_WORDS[power][0]), _(POWER_WORDS[power][1]), power in chosen) for power in POWERS
    ]
    if role is None:
        return RoleForm(
            _("New role"),
            request.path,
            typed,
            "",
            names,
            powers,
            refusal=refusal or Refusal(),
            beginnings=[] if typed.get("like") else _beginnings(work),
        )
    name, number = label(role, work.actor.locale.language), headcount.holders(work)[role.key]
    question = plural(
        "Remove the role “{name}”? {n} person loses what it allows.",
        "Remove the role “{name}”? {n} people lose what it allows.",
        number,
        name=name,
    )
    return RoleForm(
        name,
        request.path,
        typed,
        stale.mark(_role_document(role)),
        names,
        powers,
        url_for("web.admin_remove_role", role=role.key),
        question,
        url_for("web.admin_new_role", like=role.key),
        refusal or Refusal(),
    )

"""Roles: what they are called, their powers, and the matrix of what each sees and may do in a registry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from kartoteka.platform.catalog.definitions import EDIT, POWERS, READ, RIGHTS, Grant, Registry, Role, label
from kartoteka.platform.catalog.portable import grant_to_document
from kartoteka.platform.front import begin
from kartoteka.platform.kernel.errors import Conflict, Invalid, NotFound
from kartoteka.platform.kernel.texts import N_, _, plural
from kartoteka.platform.services import designs, headcount, modelling
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin import stale
from kartoteka.platform.web.admin.answers import Refusal, refused
from kartoteka.platform.web.admin.frame import DESIGN, DESIGN_OR_USERS, show
from kartoteka.platform.web.admin.registry import TRANSLATIONS, found_registry, typed_names
from kartoteka.platform.web.admin.rules import reached_text, rows_read, rows_text, rule_sentence
from kartoteka.platform.web.admin.why import question_of
from kartoteka.platform.web.answers import go
from kartoteka.platform.web.looks import moment_text
from kartoteka.platform.web.pages import page
from kartoteka.platform.web.shell import tell

HIDDEN = "hidden"
LEVELS = ((HIDDEN, N_("hidden")), (READ, N_("read")), (EDIT, N_("edit")))
RIGHT_WORDS = {
    "view": N_("see"),
    "create": N_("add"),
    "edit": N_("change"),
    "delete": N_("remove"),
    "import": N_("import"),
    "export": N_("export"),
}
POWER_WORDS = {
    "design": (N_("Design"), N_("Registries, fields, roles: what is kept and who sees it.")),
    "users": (N_("People"), N_("Inviting people, giving them roles, switching them off.")),
    "audit": (N_("Audit"), N_("Reading who changed what in the design.")),
}


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
    refusal: Refusal = field(default_factory=Refusal)


@dataclass(frozen=True)
class Level:
    """The switch of one role in one section."""

    section: str
    label: str
    name: str
    level: str


@dataclass(frozen=True)
class GrantRow:
    """One row of the matrix."""

    key: str
    label: str
    people: str
    levels: Sequence[Level]
    rights: Sequence[tuple[str, str, bool, bool]]
    may: str
    rows: str
    was: str
    rule: str
    seen: str


@dataclass(frozen=True)
class Matrix:
    """Who sees and may do what in one registry."""

    key: str
    label: str
    icon: str
    colour: str
    about: str
    sections: Sequence[tuple[str, str]]
    rows: Sequence[GrantRow]
    refusal: str = ""


@dataclass(frozen=True)
class Impact:
    """What an unsaved change of one role would do, and to how many people."""

    role: str
    phrases: Sequence[str]
    people: str


@page("/admin/roles", right=DESIGN_OR_USERS)
def admin_roles() -> str:
    """All roles, their powers, and what they may do where, in a word."""
    with begin() as work:
        question = question_of(work, MultiDict()) if "users" in work.actor.powers else None
        registries = [
            (each.key, label(each, work.actor.locale.language)) for each in work.catalog.active_registries
        ]
        return show(
            work,
            "roles.html",
            "roles",
            lines=_lines(work),
            registries=registries,
            question=question,
            may_design="design" in work.actor.powers,
        )


@page("/admin/roles/new", right=DESIGN)
def admin_new_role() -> str:
    """The dialog of a new role."""
    with begin() as work:
        return render_template("admin/role.html", form=_role_form(work, None, {}))


@page("/admin/roles/new", "POST", right=DESIGN)
def admin_create_role() -> ResponseReturnValue:
    """A new role; it may do nothing until the matrix says otherwise."""
    return _save_role(None)


@page("/admin/roles/<role>", right=DESIGN)
def admin_role(role: str) -> str:
    """The dialog of a role."""
    with begin() as work:
        found = _found(work, role)
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
        name = label(_found(work, role), work.actor.locale.language)
        modelling.remove_role(work, role)
        tell(_("The role “{name}” is gone.", name=name))
    return go(url_for("web.admin_roles"))


@page("/admin/r/<registry>/roles", right=DESIGN)
def admin_registry_roles(registry: str) -> str:
    """The matrix of one registry."""
    with begin() as work:
        return _matrix_page(work, found_registry(work, registry))


@page("/admin/r/<registry>/roles/impact", "POST", right=DESIGN)
def admin_impact(registry: str) -> str:
    """What the unsaved changes would do."""
    with begin() as work:
        found = found_registry(work, registry)
        return render_template("admin/impact.html", impacts=_impacts(work, found, request.form))


@page("/admin/r/<registry>/roles", "POST", right=DESIGN)
def admin_save_registry_roles(registry: str) -> ResponseReturnValue:
    """The matrix saved: every grant that has changed, all or nothing."""
    given = request.form
    try:
        with begin(design=True) as work:
            found, saved = found_registry(work, registry), 0
            for role in _common_roles(work):
                old, new = role.grants.get(registry, Grant()), _grant(found, role, given)
                if new != grant_to_document(old):
                    stale.insist(
                        work,
                        grant_to_document(old),
                        given.get(f"seen.{role.key}", ""),
                        label(role, work.actor.locale.language),
                    )
                    modelling.set_grant(work, role.key, registry, new)
                    saved += 1
            tell(
                _("Saved; it holds from the next click of everybody.") if saved else _("Nothing has changed.")
            )
        return go(url_for("web.admin_registry_roles", registry=registry))
    except (Invalid, Conflict) as error:
        with begin() as work:
            return refused(_matrix_page(work, found_registry(work, registry), given, error.message), error)


def _found(work: Work, key: str) -> Role:
    found = work.catalog.roles.get(key)
    if found is None or found.is_admin:
        raise NotFound(_("There is no role “{role}”.", role=key[:60]))
    return found


def _common_roles(work: Work) -> list[Role]:
    return [role for role in work.catalog.roles.values() if not role.is_admin]


def people_text(number: int) -> str:
    """This function will say how many people hold a role."""
    return plural("{n} person", "{n} people", number) if number else _("nobody")


def _lines(work: Work) -> list[RoleLine]:
    language, holders = work.actor.locale.language, headcount.holders(work)
    roles = sorted(work.catalog.roles.values(), key=lambda role: not role.is_admin)
    return [
        RoleLine(
            role.key,
            label(role, language),
            people_text(holders[role.key]),
            [_(POWER_WORDS[power][0]) for power in POWERS if power in role.powers and not role.is_admin],
            [_cell(each, role) for each in work.catalog.active_registries],
            role.is_admin,
        )
        for role in roles
    ]


def _cell(registry: Registry, role: Role) -> Cell:
    grant, url = (
        role.grants.get(registry.key, Grant()),
        url_for("web.admin_registry_roles", registry=registry.key),
    )
    if role.is_admin:
        return Cell(registry.key, _("everything"), "w", False, url)
    shown = [level for section, level in grant.sections.items() if registry.section(section)]
    if "view" not in grant.rights:
        return Cell(registry.key, "—", "off", False, url)
    writes = EDIT in shown and bool(grant.rights & {"create", "edit"})
    text = _("changes") if writes else _("reads")
    used = len(registry.active_sections)
    if len(shown) < used:
        text += f" {len(shown)}/{used}"
    return Cell(registry.key, text, "w" if writes else "on", grant.rows is not None, url)


def _save_role(key: str | None) -> ResponseReturnValue:
    given = request.form
    try:
        with begin(design=True) as work:
            old = _found(work, key) if key else None
            body = {
                "name": given.get("name", ""),
                "powers": given.getlist("powers"),
                "names": typed_names(given, "names", old.names if old else {}),
            }
            if old is None:
                made = modelling.create_role(work, body)
                tell(_("The role “{name}” is ready. It sees nothing yet: choose a registry.", name=made.name))
            else:
                stale.insist(
                    work, _role_document(old), given.get("seen", ""), label(old, work.actor.locale.language)
                )
                modelling.change_role(work, old.key, body)
                tell(_("Saved."))
        return go(url_for("web.admin_roles"))
    except (Invalid, Conflict) as error:
        with begin() as work:
            old = _found(work, key) if key else None
            typed = {**given.to_dict(), "powers": given.getlist("powers")}
            form = _role_form(work, old, typed, Refusal(error, frozenset({"name"})))
            return refused(render_template("admin/role.html", form=form), error)


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
        return RoleForm(_("New role"), request.path, typed, "", names, powers, refusal=refusal or Refusal())
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
        refusal or Refusal(),
    )


def _matrix_page(
    work: Work, registry: Registry, given: MultiDict[str, str] | None = None, refusal: str = ""
) -> str:
    question = (
        question_of(work, MultiDict({"registry": registry.key})) if "users" in work.actor.powers else None
    )
    return show(
        work,
        "matrix.html",
        "roles",
        matrix=_matrix(work, registry, given, refusal),
        question=question,
        levels=_levels(),
    )


def _levels() -> list[tuple[str, str]]:
    return [(level, _(name)) for level, name in LEVELS]


def _matrix(work: Work, registry: Registry, given: MultiDict[str, str] | None, refusal: str) -> Matrix:
    language, holders, roles = work.actor.locale.language, headcount.holders(work), _common_roles(work)
    sections = [(each.key, label(each, language)) for each in registry.active_sections]
    about = (
        plural("{n} role", "{n} roles", len(roles))
        + " · "
        + plural("{n} section", "{n} sections", len(sections))
    )
    last = next(iter(designs.past(work, limit=1)), None)
    if last is not None:
        about += " · " + _(
            "design changed {when}, {who}",
            when=moment_text(last.at, work.actor.locale, work.now),
            who=last.by,
        )
    rows = [_grant_row(work, registry, role, people_text(holders[role.key]), given) for role in roles]
    return Matrix(
        registry.key,
        label(registry, language),
        registry.icon or "file-text",
        registry.colour,
        about,
        sections,
        rows,
        refusal,
    )


def _grant_row(
    work: Work, registry: Registry, role: Role, people: str, given: MultiDict[str, str] | None
) -> GrantRow:
    language, old = work.actor.locale.language, grant_to_document(role.grants.get(registry.key, Grant()))
    shown = _grant(registry, role, given) if given is not None else old
    levels = [
        Level(
            each.key,
            label(each, language),
            f"s.{role.key}.{each.key}",
            shown["sections"].get(each.key, HIDDEN),
        )
        for each in registry.active_sections
    ]
    rights = [
        (right, _(RIGHT_WORDS[right]), right in shown["rights"], right in old["rights"]) for right in RIGHTS
    ]
    may = ", ".join(name for _right, name, on, _was in rights if on) or _("nothing")
    return GrantRow(
        role.key,
        label(role, language),
        people,
        levels,
        rights,
        may,
        rows_text(shown["rows"]),
        rows_text(old["rows"]),
        rule_sentence(work, registry, shown["rows"]),
        stale.mark(old),
    )


def _grant(registry: Registry, role: Role, given: MultiDict[str, str]) -> dict[str, Any]:
    """The grant that the form tells; sections that the matrix does not show keep their level."""
    old = role.grants.get(registry.key, Grant())
    shown = {each.key for each in registry.active_sections}
    kept = {key: level for key, level in old.sections.items() if key not in shown}
    chosen = {key: given.get(f"s.{role.key}.{key}", HIDDEN) for key in shown}
    sections = {**kept, **{key: level for key, level in chosen.items() if level != HIDDEN}}
    rights = {right for right in given.getlist(f"r.{role.key}") if right in RIGHTS}
    if not old.rights and not rights and sections:
        # Whoever opens the first section to a role means that it should be seen, and written if so said.
        rights = {"view", "edit", "create"} if EDIT in sections.values() else {"view"}
    rows = rows_read(given.get(f"rows.{role.key}", ""))
    return {"rights": sorted(rights), "rows": rows, "sections": dict(sorted(sections.items()))}


def _impacts(work: Work, registry: Registry, given: MultiDict[str, str]) -> list[Impact]:
    holders, found = headcount.holders(work), []
    for role in _common_roles(work):
        old, new = grant_to_document(role.grants.get(registry.key, Grant())), _grant(registry, role, given)
        if new != old:
            number = holders[role.key]
            people = (
                plural("Touches {n} person.", "Touches {n} people.", number)
                if number
                else _("Nobody has this role yet.")
            )
            found.append(
                Impact(label(role, work.actor.locale.language), _phrases(work, registry, old, new), people)
            )
    return found


def _phrases(work: Work, registry: Registry, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    language = work.actor.locale.language
    phrases = [
        _LEVEL_PHRASES[was, now](label(section, language))
        for section in registry.active_sections
        if (was := old["sections"].get(section.key, HIDDEN))
        != (now := new["sections"].get(section.key, HIDDEN))
    ]
    for right in RIGHTS:
        if (right in old["rights"]) != (right in new["rights"]):
            word = _(RIGHT_WORDS[right])
            phrases.append(
                _("may {right}", right=word)
                if right in new["rights"]
                else _("may no longer {right}", right=word)
            )
    if old["rows"] != new["rows"]:
        reached = reached_text(work, registry, new["rows"])
        said = _("reaches: {rule}", rule=rule_sentence(work, registry, new["rows"]))
        phrases.append(f"{said} ({reached.rstrip('.')})" if reached else said)
    return phrases


_LEVEL_PHRASES = {
    (HIDDEN, READ): lambda name: _("will see “{section}”", section=name),
    (HIDDEN, EDIT): lambda name: _("will see and edit “{section}”", section=name),
    (READ, EDIT): lambda name: _("will edit “{section}”", section=name),
    (EDIT, READ): lambda name: _("will no longer edit “{section}”", section=name),
    (READ, HIDDEN): lambda name: _("will no longer see “{section}”", section=name),
    (EDIT, HIDDEN): lambda name: _("will no longer see “{section}”", section=name),
}

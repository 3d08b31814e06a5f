"""The matrix of one registry: what each role sees and may do in it, changed by clicks and saved at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from kartoteka.platform.catalog.definitions import EDIT, HIDDEN, RIGHTS, Grant, Registry, Role, label
from kartoteka.platform.catalog.portable import grant_to_document
from kartoteka.platform.front import begin
from kartoteka.platform.kernel.errors import Conflict, Invalid
from kartoteka.platform.kernel.texts import _, plural
from kartoteka.platform.services import designs, headcount, modelling
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin import stale
from kartoteka.platform.web.admin.answers import refused
from kartoteka.platform.web.admin.exceptions import exceptions_read, exceptions_written
from kartoteka.platform.web.admin.frame import DESIGN, show
from kartoteka.platform.web.admin.registry import found_registry
from kartoteka.platform.web.admin.rights import (
    COMING,
    LEVELS,
    RIGHT_WORDS,
    Place,
    exceptions_text,
    field_phrases,
    people_text,
    places,
    right_phrases,
    section_phrases,
)
from kartoteka.platform.web.admin.rules import reached_text, rows_read, rows_text, rule_sentence
from kartoteka.platform.web.admin.why import question_of
from kartoteka.platform.web.answers import go
from kartoteka.platform.web.looks import moment_text
from kartoteka.platform.web.pages import page
from kartoteka.platform.web.shell import tell


@dataclass(frozen=True)
class Level:
    """The switch of one role in one section."""

    section: str
    label: str
    name: str
    level: str
    exceptions: str = ""
    fields_url: str = ""


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
    fields: str = ""
    fields_were: str = ""


@dataclass(frozen=True)
class Matrix:
    """Who sees and may do what in one registry."""

    key: str
    label: str
    icon: str
    colour: str
    about: str
    places: Sequence[Place]
    rows: Sequence[GrantRow]
    refusal: str = ""


@dataclass(frozen=True)
class Impact:
    """What an unsaved change of one role would do, and to how many people."""

    role: str
    phrases: Sequence[str]
    people: str


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
                old, new = role.grants.get(registry, Grant()), _grant(work, found, role, given)
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


def _common_roles(work: Work) -> list[Role]:
    return [role for role in work.catalog.roles.values() if not role.is_admin]


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
    found = places(work, registry)
    about = (
        plural("{n} role", "{n} roles", len(roles))
        + " · "
        + plural("{n} section", "{n} sections", len(found))
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
        found,
        rows,
        refusal,
    )


def _grant_row(
    work: Work, registry: Registry, role: Role, people: str, given: MultiDict[str, str] | None
) -> GrantRow:
    language, old = work.actor.locale.language, grant_to_document(role.grants.get(registry.key, Grant()))
    shown = _grant(work, registry, role, given) if given is not None else old
    levels = [_level(registry, role, each, shown) for each in places(work, registry)]
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
        exceptions_written(shown.get("fields", {})),
        exceptions_written(old.get("fields", {})),
    )


def _level(registry: Registry, role: Role, place: Place, shown: Mapping[str, Any]) -> Level:
    of_section = {each.key for each in registry.fields_of(place.key)}
    number = len(of_section & set(shown.get("fields", {})))
    url = url_for("web.admin_exceptions", registry=registry.key, role=role.key, section=place.key)
    return Level(
        place.key,
        place.label,
        f"s.{role.key}.{place.key}",
        shown["sections"].get(place.key, HIDDEN),
        exceptions_text(number),
        url if place.fields else "",
    )


def _grant(work: Work, registry: Registry, role: Role, given: MultiDict[str, str]) -> dict[str, Any]:
    """The grant that the form tells; sections that the matrix does not show keep their level."""
    old = role.grants.get(registry.key, Grant())
    shown = {each.key for each in places(work, registry)}
    kept = {key: level for key, level in old.sections.items() if key not in shown}
    chosen = {key: given.get(f"s.{role.key}.{key}", HIDDEN) for key in shown}
    sections = {**kept, **{key: level for key, level in chosen.items() if level != HIDDEN}}
    rights = {right for right in given.getlist(f"r.{role.key}") if right in RIGHTS}
    if not old.rights and not rights and sections:
        # Whoever opens the first section to a role means that it should be seen, and written if so said.
        rights = {"view", "edit", "create"} if EDIT in sections.values() else {"view"}
    rows = rows_read(given.get(f"rows.{role.key}", ""))
    found = {"rights": sorted(rights), "rows": rows, "sections": dict(sorted(sections.items()))}
    stricter = exceptions_read(registry, given.get(f"fields.{role.key}", ""), old.fields, sections)
    return {**found, "fields": stricter} if stricter else found


def _impacts(work: Work, registry: Registry, given: MultiDict[str, str]) -> list[Impact]:
    holders, found = headcount.holders(work), []
    for role in _common_roles(work):
        old, new = (
            grant_to_document(role.grants.get(registry.key, Grant())),
            _grant(work, registry, role, given),
        )
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
    phrases = section_phrases(places(work, registry), old, new, COMING)
    phrases += field_phrases(work, registry, old, new) + right_phrases(old, new)
    if old["rows"] != new["rows"]:
        reached = reached_text(work, registry, new["rows"])
        said = _("reaches: {rule}", rule=rule_sentence(work, registry, new["rows"]))
        phrases.append(f"{said} ({reached.rstrip('.')})" if reached else said)
    return phrases

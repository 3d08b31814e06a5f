"""Exceptions of single fields to the level of their section: the dialog that opens from a cell of the matrix."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Response, render_template, request

from kartoteka.platform.catalog.definitions import EDIT, HIDDEN, READ, STRICTNESS, Registry, label
from kartoteka.platform.front import begin
from kartoteka.platform.kernel.errors import NotFound
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin.frame import DESIGN
from kartoteka.platform.web.admin.registry import found_registry
from kartoteka.platform.web.admin.rights import LEVELS, exceptions_text, stricter
from kartoteka.platform.web.admin.rules import role_found
from kartoteka.platform.web.pages import page


@dataclass(frozen=True)
class FieldLine:
    """One field of the section: what it may be, and what it is."""

    key: str
    label: str
    chosen: str


@dataclass(frozen=True)
class ExceptionsForm:
    """The dialog of one role and section."""

    heading: str
    registry: str
    role: str
    section: str
    level: str
    levels: Sequence[tuple[str, str]]
    lines: Sequence[FieldLine]
    fields: str


@page("/admin/r/<registry>/roles/<role>/fields/<section>", right=DESIGN)
def admin_exceptions(registry: str, role: str, section: str) -> str:
    """The dialog of the fields of a section, as the unsaved matrix has them."""
    with begin() as work:
        found = found_registry(work, registry)
        form = _form(work, found, role, section)
        return render_template("admin/exceptions.html", form=form)


@page("/admin/r/<registry>/roles/<role>/fields/<section>/use", right=DESIGN)
def admin_use_exceptions(registry: str, role: str, section: str) -> Response:
    """What was chosen, handed to the matrix, which saves it with everything else."""
    with begin() as work:
        found = found_registry(work, registry)
        role_found(work, role)
        kept = _read(request.args.get("fields", ""))
        mine = {each.key for each in found.fields_of(section)}
        chosen = {key: request.args.get(f"f.{key}", "") for key in mine}
        every = {key: level for key, level in kept.items() if key not in mine}
        every |= {key: level for key, level in chosen.items() if level in (HIDDEN, READ)}
        used = {
            "role": role,
            "section": section,
            "fields": exceptions_written(every),
            "words": exceptions_text(len(mine & set(every))),
        }
        return Response(
            status=204, headers={"HX-Trigger": json.dumps({"use-exceptions": used, "shut-dialog": {}})}
        )


def _form(work: Work, registry: Registry, role: str, section: str) -> ExceptionsForm:
    known, language = registry.section(section), work.actor.locale.language
    if known is None:
        raise NotFound(_("There is no section “{name}”.", name=section[:60]))
    asked = request.args.get("level", "")
    level = asked if asked in STRICTNESS else EDIT
    kept, words, allowed = _read(request.args.get("fields", "")), dict(LEVELS), stricter(level)
    lines = [
        FieldLine(each.key, label(each, language), kept[each.key] if kept.get(each.key) in allowed else "")
        for each in registry.fields_of(section)
    ]
    names = {"role": label(role_found(work, role), language), "section": label(known, language)}
    heading = _("{role}: details of “{section}”", **names)
    as_section = [("", _("as the section ({level})", level=_(words[level])))]
    offered = [*((each, _(words[each])) for each in allowed), *as_section]
    return ExceptionsForm(
        heading, registry.key, role, section, level, offered, lines, exceptions_written(kept)
    )


def exceptions_written(fields: Mapping[str, str]) -> str:
    """This function will write exceptions as a form carries them; none is nothing."""
    return json.dumps(dict(sorted(fields.items()))) if fields else ""


def exceptions_read(
    registry: Registry, text: str, before: Mapping[str, str], sections: Mapping[str, str]
) -> dict[str, str]:
    """This function will read exceptions out of a form.

    Fields that the matrix does not show, since they or their section are switched off, keep theirs. Those of a
    hidden section stay hidden when it is opened again.
    """
    shown = {each.key: each.section for each in registry.active_fields}
    kept = {key: level for key, level in before.items() if key not in shown}
    chosen = {
        key: level if shown[key] in sections else HIDDEN
        for key, level in _read(text).items()
        if key in shown and level in (HIDDEN, READ)
    }
    return dict(sorted({**kept, **chosen}.items()))


def _read(text: str) -> dict[str, str]:
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {}
    return {key: str(level) for key, level in found.items()} if isinstance(found, dict) else {}

"""What stands under the dialog of a field or a section: who sees it, how many records use it, its last change."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for

from kartoteka.platform.catalog.definitions import EDIT, Field, Registry, Section, label
from kartoteka.platform.kernel.texts import _, plural
from kartoteka.platform.services import design_facts
from kartoteka.platform.services.design_facts import LastChange
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin.effects import level
from kartoteka.platform.web.looks import count_text


@dataclass(frozen=True)
class Seer:
    """A role, in a word what it may do with the part, and whether that holds for some records only."""

    role: str
    word: str
    tone: str
    narrowed: bool


@dataclass(frozen=True)
class Facts:
    """What a designer is told of one part of the design."""

    seers: Sequence[Seer]
    matrix_url: str
    used: str = ""
    last: LastChange | None = None


def facts_of(work: Work, registry: Registry, part: Field | Section) -> Facts:
    """This function will gather what is known of a field or a section."""
    fields = (part,) if isinstance(part, Field) else registry.fields_of(part.key)
    place = "fields" if isinstance(part, Field) else "sections"
    return Facts(
        seers_of(work, registry, part),
        _matrix(registry),
        _used(work, registry, fields),
        design_facts.last_change(work, registry.key, place, part.key),
    )


def facts_of_new(work: Work, registry: Registry, section: str) -> Facts:
    """This function will tell who would see a field that is to be made in a section."""
    found = registry.section(section)
    return Facts(seers_of(work, registry, found) if found else (), _matrix(registry))


def seers_of(work: Work, registry: Registry, part: Field | Section) -> list[Seer]:
    """This function will tell of every role but the administrators what it may do with a field or a section."""
    language, roles = work.actor.locale.language, work.catalog.roles.values()
    found = []
    for role in roles:
        if role.is_admin:
            continue
        grant = role.grants.get(registry.key)
        at = level(role, registry, part) if grant else ""
        word = _("may change it") if at == EDIT else _("reads it") if at else _("does not see it")
        tone = "w" if at == EDIT else "on" if at else "off"
        found.append(Seer(label(role, language), word, tone, bool(at and grant and grant.rows is not None)))
    return found


def _matrix(registry: Registry) -> str:
    return url_for("web.admin_registry_roles", registry=registry.key)


def _used(work: Work, registry: Registry, fields: Sequence[Field]) -> str:
    counted, language = design_facts.usage(work, registry, fields), work.actor.locale.language
    if not counted.all:
        return _("There are no records yet.")
    return plural(
        "{used} of {count} record has a value here.",
        "{used} of {count} records have a value here.",
        counted.all,
        used=count_text(counted.used, language),
        count=count_text(counted.all, language),
    )

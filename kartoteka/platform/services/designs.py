"""The journal of the design: who changed it, when and what was done, and how the design was at any time."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from kartoteka.platform.access.models import User
from kartoteka.platform.catalog.definitions import Catalog
from kartoteka.platform.catalog.models import DesignChange
from kartoteka.platform.catalog.portable import (
    plugin_from_row,
    plugin_to_row,
    registry_from_row,
    registry_to_row,
    role_from_row,
    role_to_row,
)
from kartoteka.platform.catalog.steps import Action, Naming, Step, step_from
from kartoteka.platform.kernel.errors import Forbidden, NotFound
from kartoteka.platform.kernel.tables import canonical_json
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.work import Work

PAGE = 50
Documents = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Past:
    """One change of the design in words of the reader."""

    version: int
    at: datetime
    by_id: int
    by: str
    via: str
    steps: tuple[str, ...]
    parts: tuple[Step, ...] = ()


def past(work: Work, *, before: int | None = None, limit: int = PAGE) -> Sequence[Past]:
    """This function will list changes of the design, newest first, from below a version on.

    :raises Forbidden: when the actor neither designs nor audits.
    """
    _insist(work)
    wanted = (
        select(DesignChange, User.name)
        .join(User, User.id == DesignChange.by_id)
        .order_by(DesignChange.version.desc())
        .limit(limit)
    )
    if before is not None:
        wanted = wanted.where(DesignChange.version < before)
    return [_told(work, each, name) for each, name in work.session.execute(wanted)]


def told(work: Work, version: int) -> Past:
    """This function will tell one change of the design.

    :raises NotFound: when there is none of this version.
    """
    found = next(iter(past(work, before=version + 1, limit=1)), None) if 0 < version < 2**31 - 1 else None
    if found is None or found.version != version:
        raise NotFound(_("The design has no version {version}.", version=version))
    return found


def last_about(work: Work, registry: str, subject: str = "", *, look_at: int = 30) -> Past | None:
    """This function will find the newest change about a thing: a registry or, without one, a role."""
    for each in past(work, limit=look_at):
        mine = [
            (step, sentence)
            for step, sentence in zip(each.parts, each.steps, strict=False)
            if step.registry == registry and (not subject or step.subject in ("", subject))
        ]
        if mine:
            steps, sentences = zip(*mine, strict=True)
            return replace(each, parts=steps, steps=sentences)
    return None


def changes(work: Work, *, after: int = 0) -> Iterator[DesignChange]:
    """This function will give the entries of the journal later than a version, newest first."""
    return iter(
        work.session.scalars(
            select(DesignChange).where(DesignChange.version > after).order_by(DesignChange.version.desc())
        )
    )


def at_version(work: Work, version: int) -> Catalog:
    """This function will give the design as it was after the change of a version.

    :raises NotFound: when the design has no such version.
    """
    _insist(work)
    return next(design for number, design in backwards(work, _known(work, version)) if number <= version)


def backwards(work: Work, down_to: int) -> Iterator[tuple[int, Catalog]]:
    """This function will give the designs of all versions from today's on down to one, each with its version."""
    _insist(work)
    design = work.catalog
    yield design.version, design
    for each in changes(work, after=down_to):
        design = without(design, each.before, each.version - 1)
        yield design.version, design


def without(design: Catalog, before: Documents, version: int) -> Catalog:
    """This function will give the design as it was before a change, from the documents that the change replaced."""
    order = before.get("order", {})
    return Catalog(
        version,
        _put(design.registries, before.get("registries", {}), registry_from_row, order.get("registries")),
        _put(design.roles, before.get("roles", {}), role_from_row, order.get("roles")),
        _put(design.plugins, before.get("plugins", {}), plugin_from_row, None),
    )


def _put(
    things: Mapping[str, Any], documents: Documents, read: Any, order: Sequence[str] | None
) -> dict[str, Any]:
    found = {key: each for key, each in things.items() if documents.get(key, each) is not None}
    found |= {key: read(document) for key, document in documents.items() if document is not None}
    return {key: found[key] for key in order if key in found} if order else found


def documents_of(design: Catalog) -> dict[str, dict[str, Any]]:
    """This function will give a design as the documents that the journal keeps."""
    return {
        "registries": {key: registry_to_row(each) for key, each in design.registries.items()},
        "roles": {key: role_to_row(each) for key, each in design.roles.items()},
        "plugins": {key: plugin_to_row(each) for key, each in design.plugins.items()},
    }


def mark(document: Any) -> str:
    """This function will give a short mark of a document of the design; another document has another mark."""
    return hashlib.sha256(canonical_json(document).encode()).hexdigest()[:16]


def _known(work: Work, version: int) -> int:
    first = work.session.scalar(select(DesignChange.version).order_by(DesignChange.version).limit(1))
    if first is None or not first - 1 <= version <= work.catalog.version:
        raise NotFound(_("The design has no version {version}.", version=version))
    return version


def _told(work: Work, change: DesignChange, by: str) -> Past:
    nothing = Catalog(0, {}, {})
    # Named as they were called then; what the change did not touch, as it is called now.
    designs = (without(nothing, change.after, 0), without(nothing, change.before, 0), work.catalog)
    naming = Naming(designs, work.office.field_types, work.actor.locale.language)
    parts = tuple(step_from(each) for each in change.steps if isinstance(each, Mapping))
    sentences = tuple(step.sentence(naming) for step in parts) or tuple(map(str, change.steps))
    return Past(change.version, change.at, change.by_id, by, change.via, sentences, parts)


def _insist(work: Work) -> None:
    if not work.actor.powers & {"design", "audit"}:
        raise Forbidden(_("You need the power “{power}” for this.", power="audit"))


__all__ = ["PAGE", "Action", "Past", "at_version", "backwards", "changes", "documents_of", "last_about", "mark", "past",
           "told", "without"]  # fmt: skip

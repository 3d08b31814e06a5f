"""What all changes of the design over the API have in common: only thought of on `dry_run=1`, refused when outdated."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Response, request

from kartoteka.platform.catalog.definitions import Grant
from kartoteka.platform.catalog.portable import (
    field_to_document,
    grant_to_document,
    registry_to_row,
    role_to_row,
    section_to_document,
)
from kartoteka.platform.front import begin
from kartoteka.platform.kernel.errors import NotFound, StaleVersion
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.rest import reading
from kartoteka.platform.rest.answers import answer, category, moment
from kartoteka.platform.services import designs, modelling
from kartoteka.platform.services.modelling import Impact
from kartoteka.platform.services.work import Work

Made = TypeVar("Made")
ETAG = {
    "ETag": {"schema": {"type": "string"}, "description": "A mark of this part of the design, for If-Match."}
}
# The kind of a thing and its keys: ("fields", "companies", "city") or ("roles", "sales").
Thing = tuple[str, ...]


def changed(
    change: Callable[[Work], Made], show: Callable[[Made], Response], thing: Thing | None = None
) -> Response:
    """This function will carry out a change of the design, or on `dry_run=1` tell what it would do.

    :raises StaleVersion: when If-Match holds the mark of something else than what is there now.
    """
    if reading.flag(request.args, "dry_run"):
        with begin() as work:
            return answer(impact(modelling.impact_of(work, change)))
    with begin(design=True) as work:
        if thing is not None:
            _insist(work, thing)
        shown = show(change(work))
        if thing is not None and shown.status_code == 200:
            shown.headers["ETag"] = etag(work, thing)
        return shown


def etag(work: Work, thing: Thing) -> str:
    """This function will give the mark of a part of the design as a header."""
    return f'"{designs.mark(_document(work, thing))}"'


def _insist(work: Work, thing: Thing) -> None:
    wanted = request.headers.get("If-Match", "").strip()
    if wanted in ("", "*") or wanted.removeprefix("W/") == etag(work, thing):
        return
    registry, subject = (
        ("", thing[1]) if thing[0] == "roles" else (thing[1], thing[2] if len(thing) > 2 else "")
    )
    last = designs.last_about(work, registry, subject)
    if last is None:
        raise StaleVersion(_("The design has been changed meanwhile."), work.catalog.version)
    raise StaleVersion(
        _(
            "The design has been changed meanwhile ({who}, {when}): {what}",
            who=last.by,
            when=moment(last.at),
            what=" ".join(last.steps),
        ),
        work.catalog.version,
    )


def _document(work: Work, thing: Thing) -> Any:
    place, key, *rest = thing
    if place == "roles":
        role = work.catalog.roles.get(key)
        return role_to_row(_there(role, key))
    if place == "grants":
        return grant_to_document(_there(work.catalog.roles.get(rest[0]), rest[0]).grants.get(key, Grant()))
    registry = _there(work.catalog.registries.get(key), key)
    if place == "registries":
        return registry_to_row(registry)
    part = _there(next((each for each in getattr(registry, place) if each.key == rest[0]), None), rest[0])
    if place == "fields":
        return {**field_to_document(part), "section": part.section}
    return section_to_document(part) if place == "sections" else category(part)


def _there(found: Any, key: str) -> Any:
    if found is None:
        raise NotFound(_("There is no “{key}”.", key=key[:60]))
    return found


def impact(found: Impact) -> dict[str, Any]:
    """This function will give what a change would do as a document."""
    plan = found.plan
    return {
        "asks": found.asks,
        "steps": [
            {
                "action": str(step.action),
                "registry": step.registry or None,
                "part": step.part,
                "subject": step.subject or None,
                "sentence": step.sentence(plan.naming),
            }
            for step in plan.steps
        ],
        "against": [
            {
                "place": each.place,
                "count": each.count,
                "examples": list(each.examples),
                "sentence": each.sentence,
                "acceptable": each.acceptable,
            }
            for each in plan.findings
        ],
        "touched": [
            {"place": each.place, "count": each.count, "sentence": each.sentence} for each in found.touched
        ],
        "uses": [
            {"place": each.place, "kind": each.use.kind, "sentence": each.use.sentence}
            for each in found.relied
        ],
    }


__all__ = ["ETAG", "changed", "etag", "impact"]

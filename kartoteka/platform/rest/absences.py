"""Routes of absences: one's own, and everybody's for who looks after accounts."""

from typing import Any

from flask import Response

from kartoteka.platform.front import begin, signed_in
from kartoteka.platform.rest import schemas
from kartoteka.platform.rest.answers import answer, listing, nothing, whole
from kartoteka.platform.rest.reading import flag
from kartoteka.platform.rest.reading import whole as whole_number
from kartoteka.platform.rest.resource import PREFIX, Resource
from kartoteka.platform.services import absences as verbs
from kartoteka.platform.services.absences import Absence
from kartoteka.platform.services.records import Link

absences = Resource("absences", "Who is away, and who stands in for him.")


def _link(found: Link | None) -> dict[str, Any] | None:
    return None if found is None else {"id": found.id, "title": found.title}


def _absence(found: Absence) -> dict[str, Any]:
    return {**whole(found), "user": _link(found.user), "substitute": _link(found.substitute)}


@absences.verb(
    "GET", "/absences", signed_in, query=schemas.AbsenceQuery, gives=schemas.page_of(schemas.Absence)
)
def list_absences(query: dict[str, Any]) -> Response:
    """This function will list your absences and those in which you stand in; all, for who looks after accounts."""
    with begin() as work:
        user_id = whole_number(query, "user", 0) or None
        found = verbs.absences(work, user_id=user_id, past=flag(query, "past"), warned=True)
        return listing(map(_absence, found))


@absences.verb("POST", "/absences", signed_in, body=schemas.Absence, gives=schemas.Absence, status=201)
def add_absence(body: dict[str, Any]) -> Response:
    """This function will note that somebody will be away."""
    with begin(write=True) as work:
        made = verbs.add_absence(work, body)
        return answer(_absence(made), 201, Location=f"{PREFIX}/absences/{made.id}")


@absences.verb("GET", "/absences/<id:absence>", signed_in, gives=schemas.Absence)
def get_absence(absence: int) -> Response:
    """This function will give one absence."""
    with begin() as work:
        return answer(_absence(verbs.absence(work, absence)))


@absences.verb("PATCH", "/absences/<id:absence>", signed_in, body=schemas.Absence, gives=schemas.Absence)
def change_absence(body: dict[str, Any], absence: int) -> Response:
    """This function will change an absence; whose it is stays."""
    with begin(write=True) as work:
        return answer(_absence(verbs.change_absence(work, absence, body)))


@absences.verb("DELETE", "/absences/<id:absence>", signed_in, status=204)
def remove_absence(absence: int) -> Response:
    """This function will strike an absence out."""
    with begin(write=True) as work:
        verbs.remove_absence(work, absence)
    return nothing()

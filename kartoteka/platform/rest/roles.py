"""Routes of roles and what they are granted."""

from typing import Any

from flask import Response

from kartoteka.platform.front import begin, needs
from kartoteka.platform.rest import answers, schemas
from kartoteka.platform.rest.answers import answer, listing, nothing
from kartoteka.platform.rest.designing import changed, etag
from kartoteka.platform.rest.resource import PREFIX, Resource
from kartoteka.platform.services import modelling

roles = Resource("roles", "Who may do what: roles, their powers, and their grants registry by registry.")
GRANT = "/roles/<role>/grants/<registry>"


@roles.verb("GET", "/roles", needs("design", "users"), gives=schemas.page_of(schemas.Role))
def list_roles() -> Response:
    """This function will list all roles with their grants."""
    with begin() as work:
        return listing(answers.role(each) for each in work.catalog.roles.values())


@roles.verb("POST", "/roles", needs("design"), body=schemas.Role, gives=schemas.Role, status=201)
def create_role(body: dict[str, Any]) -> Response:
    """This function will make a role."""
    with begin(design=True) as work:
        made = modelling.create_role(work, body)
        return answer(answers.role(made), 201, Location=f"{PREFIX}/roles/{made.key}")


@roles.verb("PATCH", "/roles/<role>", needs("design"), body=schemas.Role, gives=schemas.Role)
def change_role(body: dict[str, Any], role: str) -> Response:
    """This function will change a role; grants that the body does not name stay."""
    return changed(
        lambda work: modelling.change_role(work, role, body),
        lambda made: answer(answers.role(made)),
        ("roles", role),
    )


@roles.verb("DELETE", "/roles/<role>", needs("design"), status=204)
def remove_role(role: str) -> Response:
    """This function will remove a role; whoever had it loses it at once."""
    return changed(lambda work: modelling.remove_role(work, role), lambda _made: nothing(), ("roles", role))


@roles.verb("GET", GRANT, needs("design"), gives=schemas.Grant)
def get_grant(role: str, registry: str) -> Response:
    """This function will tell what a role may do in a registry."""
    with begin() as work:
        found = answers.grant(modelling.grant_of(work, role, registry))
        return answer(found, ETag=etag(work, ("grants", registry, role)))


@roles.verb("PUT", GRANT, needs("design"), body=schemas.Grant, gives=schemas.Grant)
def set_grant(body: dict[str, Any], role: str, registry: str) -> Response:
    """This function will put a grant in the place of the one before."""
    return changed(
        lambda work: modelling.set_grant(work, role, registry, body),
        lambda made: answer(answers.grant(made)),
        ("grants", registry, role),
    )

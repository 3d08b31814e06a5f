"""Routes of people: accounts, the caller himself, and his tokens."""

from typing import Any

from flask import Response

from kartoteka.platform.front import begin, needs, signed_in
from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.rest import reading, schemas
from kartoteka.platform.rest.answers import answer, listing, nothing, whole
from kartoteka.platform.rest.resource import PREFIX, Resource
from kartoteka.platform.services import people as accounts
from kartoteka.platform.services import tokens
from kartoteka.platform.services.people import Person

people = Resource("people", "Who may sign in, and the keys for programs.")


def _person(each: Person) -> dict[str, Any]:
    identity = each.identity and {"registry": each.identity.registry, "id": each.identity.id}
    return {**whole(each), "identity": identity}


@people.verb("GET", "/users", needs("users"), gives=schemas.page_of(schemas.User))
def list_users() -> Response:
    """This function will list all accounts, by name."""
    with begin() as work:
        return listing(_person(each) for each in accounts.users(work))


@people.verb("POST", "/users", needs("users"), body=schemas.User, gives=schemas.User, status=201)
def create_user(body: dict[str, Any]) -> Response:
    """This function will make an account."""
    with begin(write=True) as work:
        made = accounts.create_user(work, body)
        return answer(_person(made), 201, Location=f"{PREFIX}/users/{made.id}")


@people.verb("GET", "/users/<id:user>", needs("users"), gives=schemas.User)
def get_user(user: int) -> Response:
    """This function will give one account."""
    with begin() as work:
        return answer(_person(accounts.user(work, user)))


@people.verb("PATCH", "/users/<id:user>", needs("users"), body=schemas.User, gives=schemas.User)
def change_user(body: dict[str, Any], user: int) -> Response:
    """This function will change an account, or switch it off or on."""
    with begin(write=True) as work:
        return answer(_person(accounts.change_user(work, user, body)))


@people.verb("GET", "/me", signed_in, gives=schemas.Me)
def get_me() -> Response:
    """This function will tell who the caller is and which powers he has."""
    with begin() as work:
        return answer({**_person(accounts.person(work)), "powers": sorted(work.actor.powers)})


@people.verb("PATCH", "/me", signed_in, body=schemas.Settings, gives=schemas.Me)
def change_me(body: dict[str, Any]) -> Response:
    """This function will change what is the caller's own affair: name, language, time zone, look."""
    with begin(write=True) as work:
        return answer({**_person(accounts.change_settings(work, body)), "powers": sorted(work.actor.powers)})


@people.verb("GET", "/tokens", signed_in, gives=schemas.page_of(schemas.Token))
def list_tokens() -> Response:
    """This function will list the caller's own tokens, newest first."""
    with begin() as work:
        return listing(whole(each) for each in tokens.tokens(work))


@people.verb("POST", "/tokens", signed_in, body=schemas.Token, gives=schemas.Token, status=201)
def create_token(body: dict[str, Any]) -> Response:
    """This function will make a token of the caller; it is told this once."""
    reading.known_names(body, "name")
    name = body.get("name", "")
    if not isinstance(name, str):
        raise Invalid({"name": [_("This must be a text.")]})
    with begin(write=True) as work:
        secret = tokens.create_own_token(work, name)
        made = tokens.tokens(work)[0]
        return answer({**whole(made), "token": secret}, 201, Location=f"{PREFIX}/tokens/{made.id}")


@people.verb("DELETE", "/tokens/<id:token>", signed_in, status=204)
def revoke_token(token: int) -> Response:
    """This function will make a token of the caller useless at once."""
    with begin(write=True) as work:
        tokens.revoke_token(work, token)
    return nothing()

"""Commands on people: user add, token create, explain."""

import sys
from typing import Any

import click

from kartoteka.platform.cli.running import lines, open_office, refusing, work_as
from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.services import explaining, people, second_factor, tokens


@click.group()
def user() -> None:
    """People who may sign in."""


@user.command()
@click.argument("email")
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    help="A role's key; give it several times for several roles.",
)
@click.option("--name", default="", help="The name that others see.")
@click.option("--identity", metavar="REGISTRY/ID", help="The record that a portal user is.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@refusing
def add(email: str, roles: tuple[str, ...], name: str, identity: str | None, password_stdin: bool) -> None:
    """Add a user."""
    body: dict[str, Any] = {"email": email, "name": name or email.partition("@")[0], "roles": list(roles)}
    if identity:
        body["identity"] = read_identity(identity)
    if password_stdin:
        body["password"] = sys.stdin.readline().rstrip("\n")
    with work_as(None, write=True) as work:
        made = people.create_user(work, body)
    click.echo(
        f"{made.email} may sign in." if password_stdin else f"{made.email} was added, without a password yet."
    )


@user.command()
@click.argument("email")
@refusing
def unlock(email: str) -> None:
    """Take the second factor from somebody who has lost his phone and his recovery codes."""
    with work_as(None, write=True) as work:
        found = people.by_email(work, email)
        second_factor.reset(work, found.id)
    click.echo(f"{found.email} signs in with the password alone now, and was signed out everywhere.")


def read_identity(text: str) -> dict[str, object]:
    """This function will read `contacts/7`.

    :raises Invalid: when it has another shape.
    """
    registry, separator, record = text.partition("/")
    if not separator or not record.isdecimal():
        raise Invalid({"identity": ["An identity is a registry and an id, such as contacts/7."]})
    return {"registry": registry, "id": int(record)}


@click.group()
def token() -> None:
    """Keys for the API."""


@token.command()
@click.argument("email")
@click.option("--name", default="command line", help="What the token is for.")
@refusing
def create(email: str, name: str) -> None:
    """Make an API token; the last line of the output is the token alone."""
    plain = tokens.create_token(open_office(), email, name)
    click.echo("Keep it: it is shown only now.", err=True)
    click.echo(plain)


@click.command()
@click.argument("email")
@click.argument("registry")
@click.argument("record", type=int)
@refusing
def explain(email: str, registry: str, record: int) -> None:
    """Tell which grant allows USER what on a record, and why not."""
    with work_as(None) as work:
        reasons = explaining.explain(work, email, registry, record)
    lines([(reason.subject, "yes" if reason.allowed else "no", reason.sentence) for reason in reasons])

"""The command that serves invented companies in place of the public registers, for trying out."""

import click

from kartoteka.platform.sdk import open_office, refusing
from kartoteka.plugins.ares.standin import StandIn, companies
from kartoteka.plugins.ares.standin.likeness import likeness_of
from kartoteka.plugins.ares.standin.server import ARES


@click.command("ares-standin")
@click.option("--host", default="127.0.0.1", show_default=True, help="The interface to listen on.")
@click.option("--port", default=8090, show_default=True, type=click.IntRange(0, 65535), help="The port.")
@click.option(
    "--like", metavar="REGISTRY", help="Tell also of the records of a registry, some of them changed."
)
@refusing
def ares_standin(host: str, port: int, like: str | None) -> None:
    """Serve invented companies in place of ARES, for trying out."""
    also = _also(like) if like else {}
    try:
        standin = StandIn(host, port)
    except OSError as error:
        raise click.ClickException(f"The port {port} cannot be used: {error.strerror}.") from error
    standin.subjects = {**also, **standin.subjects}
    click.echo(f"Invented companies are served at {standin.url}. Ctrl-C ends it.")
    click.echo("Start Kartoteka with:")
    for name, value in standin.settings.items():
        click.echo(f"  {name}={value}")
    for ico, each in list(companies.subjects().items())[:6]:
        click.echo(f"{ico}  {each['obchodniJmeno']}")
    click.echo(f"Look at one: {standin.url}{ARES}/ekonomicke-subjekty/{companies.SAWMILL}")
    try:
        standin.server.serve_forever()
    except KeyboardInterrupt:
        click.echo()
    finally:
        standin.server.server_close()


def _also(registry: str) -> dict[str, companies.Document]:
    with open_office().begin_system(write=False) as work:
        return {each["ico"]: each for each in likeness_of(work, registry)}

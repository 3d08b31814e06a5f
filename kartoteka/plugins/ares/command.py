"""The command that serves invented companies in place of the public registers, for trying out."""

import click

from kartoteka.plugins.ares.standin import StandIn
from kartoteka.plugins.ares.standin.server import ARES


@click.command("ares-standin")
@click.option("--host", default="127.0.0.1", show_default=True, help="The interface to listen on.")
@click.option("--port", default=8090, show_default=True, type=click.IntRange(0, 65535), help="The port.")
def ares_standin(host: str, port: int) -> None:
    """Serve invented companies in place of ARES, for trying out."""
    try:
        standin = StandIn(host, port)
    except OSError as error:
        raise click.ClickException(f"The port {port} cannot be used: {error.strerror}.") from error
    click.echo(f"Invented companies are served at {standin.url}. Ctrl-C ends it.")
    click.echo("Start Kartoteka with:")
    for name, value in standin.settings.items():
        click.echo(f"  {name}={value}")
    for ico, each in list(standin.subjects.items())[:6]:
        click.echo(f"{ico}  {each['obchodniJmeno']}")
    click.echo(f"Look at one: {standin.url}{ARES}/ekonomicke-subjekty/{next(iter(standin.subjects))}")
    try:
        standin.server.serve_forever()
    except KeyboardInterrupt:
        click.echo()
    finally:
        standin.server.server_close()

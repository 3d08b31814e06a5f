"""The commands that look after the installation: init, serve, worker, doctor, search, audit, and the group of all."""

import sys
from threading import Event

import click

from kartoteka.platform.cli import data, design, people, plugins
from kartoteka.platform.cli.checkup import checkup
from kartoteka.platform.cli.running import Progress, composition, open_office, refusing, work_as
from kartoteka.platform.cli.serving import serve_forever
from kartoteka.platform.services import history
from kartoteka.platform.services.finding import feeding
from kartoteka.platform.services.installing import install
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.worker import Worker


@click.group(cls=plugins.Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kartoteka")
def main() -> None:
    """Kartoteka, a low-code configurable records platform."""


@main.command()
@click.option("--demo", is_flag=True, help="Also install the invented demo firm, if the database is empty.")
@click.option("--admin-email", metavar="EMAIL", help="Create an admin with this address.")
@click.option("--admin-password-stdin", is_flag=True, help="Read the admin's password from standard input.")
@refusing
def init(demo: bool, admin_email: str | None, admin_password_stdin: bool) -> None:
    """Create or migrate the database; repeating it is harmless."""
    office = open_office()
    password = sys.stdin.readline().rstrip("\n") if admin_password_stdin else None
    invitation = install(office, admin_email, password)
    if invitation:
        click.echo(f"{invitation.person.email} may choose a password at {invitation.link}")
    for unfit in office.unfit:
        click.echo(f"Plugin {unfit.name}: {unfit.reason}", err=True)
    if demo:
        _init_demo(office)
    click.echo(f"Ready in {office.settings.data}.")


def _init_demo(office: Office) -> None:
    with office.begin_system(write=True, design=True) as work:
        people_made = composition().install_demo(work)
    if people_made:
        click.echo("The demo firm is ready. Sign in as (unless the passwords were changed since):")
    for person in people_made:
        click.echo(f"  {person['email']:<34} {person['password']:<16} {', '.join(person['roles'])}")


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option(
    "--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Number of server processes."
)
@click.option("--no-worker", is_flag=True, help="Do not run the background worker beside the server.")
@refusing
def serve(host: str, port: int, workers: int, no_worker: bool) -> None:
    """Production server (and worker, unless told not to)."""
    serve_forever(composition(), host, port, workers, with_worker=not no_worker)


@main.command()
@refusing
def worker() -> None:
    """Background worker alone, as many as you like on as many machines."""
    Worker(open_office()).run(Event())


@main.command()
@refusing
def doctor() -> None:
    """Check the installation and say what is wrong and how to mend it."""
    findings = checkup(open_office())
    for finding in findings:
        click.echo(f"{'ok ' if finding.well else 'BAD'}  {finding.subject}: {finding.sentence}")
    if not all(finding.well for finding in findings):
        sys.exit(1)


@main.group(name="search")
def search_group() -> None:
    """The search index."""


@search_group.command()
@refusing
def rebuild() -> None:
    """Rebuild the search index."""
    number = feeding.rebuild(open_office(), Progress("Indexed"))
    click.echo(f"{number} records are indexed.")


@main.group()
def audit() -> None:
    """The history of all changes."""


@audit.command()
@refusing
def verify() -> None:
    """Check the chain of history; name the first broken link."""
    with work_as(None) as work:
        report = history.verify(work)
    if report.broken:
        click.echo(report.broken, err=True)
        sys.exit(1)
    click.echo(
        f"{report.entries} entries of {report.records} records are unbroken, {report.seals} seals hold."
    )


main.add_command(people.user)
main.add_command(people.token)
main.add_command(people.explain)
main.add_command(design.design)
main.add_command(plugins.plugin)
main.add_command(data.import_file)
main.add_command(data.export_file)

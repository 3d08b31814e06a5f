"""Commands on plugins: list, on, off, remove; and those that plugins bring themselves."""

import logging
import sys
from pathlib import Path
from typing import Any

import click

from kartoteka.platform.cli.composition import Composition
from kartoteka.platform.cli.running import lines, open_office, refusing, told, work_as
from kartoteka.platform.kernel.errors import KartotekaError
from kartoteka.platform.services import plugins, removing

logger = logging.getLogger(__name__)


@click.group()
def plugin() -> None:
    """Features that can be switched on and off, and removed."""


@plugin.command("list")
@refusing
def list_all() -> None:
    """List all plugins: on or off, version, where, and what is wrong with those that cannot be used."""
    with work_as(None) as work:
        rows = [
            (each.key, "on" if each.active else "off", each.version,
             "everywhere" if each.registries is None else ", ".join(each.registries) or "nowhere", each.missing)
            for each in plugins.browse(work)
        ]  # fmt: skip
    lines(rows)


@plugin.command()
@click.argument("name")
@click.option(
    "--registry", "registries", multiple=True, help="Only on this registry; may be given several times."
)
@refusing
def on(name: str, registries: tuple[str, ...]) -> None:
    """Switch the plugin NAME on, everywhere unless registries are named."""
    _switch(name, {"active": True, "registries": list(registries) or None})


@plugin.command()
@click.argument("name")
@refusing
def off(name: str) -> None:
    """Switch the plugin NAME off; what it keeps stays."""
    _switch(name, {"active": False})


def _switch(name: str, body: dict[str, Any]) -> None:
    with work_as(None, write=True, design=True) as work:
        found = plugins.change(work, name, body)
    click.echo(f"{found.key} is {'on' if found.active else 'off'}.")


@plugin.command()
@click.argument("name")
@click.option(
    "--export",
    "folder",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="An empty folder for everything that belongs to it.",
)
@click.option("--purge", is_flag=True, help="Also drop the records that it keeps in registries.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@refusing
def remove(name: str, folder: Path, purge: bool, yes: bool) -> None:
    """Write all that belongs to the plugin NAME into a folder, switch it off and drop its tables."""
    with work_as(None) as work:
        found = removing.belongings(work, name)
    for key, count in found.registries.items():
        fate = "are dropped" if purge else "stay until it comes back"
        click.echo(f"{count} records of {key} are written down and {fate}.")
    for table, count in found.tables.items():
        click.echo(f"{count} rows of {table} are written down and dropped.")
    for place in found.fields:
        click.echo(
            f"{place} has a type of the plugin; once it is uninstalled, values can be read but not changed."
        )
    if not yes:
        click.confirm(f"Remove the plugin {name}?", abort=True)
    for path in removing.remove(open_office(), name, folder, purge=purge):
        click.echo(f"wrote {path}")
    click.echo(f"{name} is removed. Uninstall its package, or the next “kartoteka init” sets it up again.")


class Commands(click.Group):
    """The group of all commands; those that plugins bring stand behind our own."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Our own in alphabetical order, then those of plugins."""
        own = super().list_commands(ctx)
        return [*own, *sorted(set(_brought(ctx)) - set(own))]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Our own first: no plugin can put itself in their place."""
        own = super().get_command(ctx, cmd_name)
        if own is not None:
            return own
        found = _brought(ctx).get(cmd_name)
        return None if found is None else found[1]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """A command of a plugin works while the plugin is on."""
        name, command, rest = super().resolve_command(ctx, args)
        if name is not None and name not in self.commands and not {"-h", "--help"} & set(rest):
            owner = _brought(ctx)[name][0]
            ctx.meta[__name__] = owner
            _insist(owner)
        return name, command, rest

    def invoke(self, ctx: click.Context) -> Any:
        """A failure of a plugin is told in a sentence; the log has the rest."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            owner = ctx.meta.get(__name__)
            if owner is None:
                raise
            failed = [f"The plugin {owner} has failed: {type(error).__name__}: {error}"]
            sentences = told(error) if isinstance(error, KartotekaError) else failed
            logger.debug("The command of the plugin %s has failed.", owner, exc_info=True)
            for sentence in sentences:
                click.echo(sentence, err=True)
            sys.exit(1)


def _brought(ctx: click.Context) -> dict[str, tuple[str, click.Command]]:
    """The commands of plugins by their name, each with its plugin; the first one to claim a name has it."""
    composition = ctx.find_object(Composition)
    if composition is None:
        return {}
    found: dict[str, tuple[str, click.Command]] = {}
    for owner, command in composition.commands():
        if command.name is not None:
            found.setdefault(command.name, (owner, command))
    return found


@refusing
def _insist(owner: str) -> None:
    with work_as(None) as work:
        state = work.catalog.plugins.get(owner)
    if state is None or not state.active:
        raise click.ClickException(
            f"The plugin {owner} is off; “kartoteka plugin on {owner}” switches it on."
        )


__all__ = ["Commands", "plugin"]

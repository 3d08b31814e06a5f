"""Tables that a plugin brings itself: made and renewed by migrations of its own, and dropped without a trace."""

from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, Table, inspect

from kartoteka.platform.kernel.errors import Misconfigured
from kartoteka.platform.kernel.tables import own_prefix
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.contributions import Contribution


def steps_of(contribution: Contribution, connection: Connection) -> Config:
    """This function will prepare alembic to walk a plugin's migrations on a connection, inside its transaction."""
    config = Config()
    config.set_main_option("script_location", str(files("kartoteka") / "migrations"))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", str(_folder(contribution)).replace("%", "%%"))
    config.attributes["connection"] = connection
    config.attributes["version_table"] = version_table(contribution.name)
    config.attributes["metadata"] = contribution.tables
    return config


def version_table(plugin: str) -> str:
    """This function will name the table in which the step is noted that a plugin's tables have come to."""
    return f"{own_prefix(plugin)}version"


def _folder(contribution: Contribution) -> Path:
    package = import_module(contribution.migrations)
    return Path(str(package.__file__)).parent / "versions"


def bring_up(contribution: Contribution, connection: Connection) -> None:
    """This function will make a plugin's tables, or bring them up to its version.

    :raises Misconfigured: when a newer version of the plugin has been here.
    """
    if not contribution.migrations:
        return
    config = steps_of(contribution, connection)
    known = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
    present = _context(contribution, connection).get_current_revision()
    if present is not None and present not in known:
        raise Misconfigured(_("Its tables were made by a newer version; install that one or a backup."))
    command.upgrade(config, "head")


def take_down(plugin: str, connection: Connection, contribution: Contribution | None) -> None:
    """This function will drop all tables of a plugin; its own way back is walked first, if it is still there."""
    if contribution is not None and contribution.migrations:
        command.downgrade(steps_of(contribution, connection), "base")
    left = MetaData()
    left.reflect(connection, only=names(plugin, connection, counted=False))
    left.drop_all(connection)


def names(plugin: str, connection: Connection, *, counted: bool = True) -> list[str]:
    """This function will name the tables of a plugin that there are, without the one that only counts its steps."""
    every = inspect(connection).get_table_names()
    apart = version_table(plugin) if counted else ""
    return sorted(each for each in every if each.startswith(own_prefix(plugin)) and each != apart)


def reflected(plugin: str, connection: Connection) -> list[Table]:
    """This function will describe the tables of a plugin as they are in the database."""
    found = MetaData()
    wanted = names(plugin, connection)
    found.reflect(connection, only=wanted)
    return [found.tables[name] for name in wanted]


def differences(contribution: Contribution, connection: Connection) -> list[Any]:
    """This function will compare a plugin's tables with what it says that they are."""
    prefix, counter = own_prefix(contribution.name), version_table(contribution.name)

    def ours(_thing: object, name: str | None, kind: str, *_more: object) -> bool:
        return kind != "table" or (str(name).startswith(prefix) and name != counter)

    context = MigrationContext.configure(
        connection, opts={"include_object": ours, "compare_type": True, "version_table": counter}
    )
    return list(compare_metadata(context, contribution.tables or MetaData()))


def _context(contribution: Contribution, connection: Connection) -> MigrationContext:
    return MigrationContext.configure(connection, opts={"version_table": version_table(contribution.name)})


__all__ = ["bring_up", "differences", "names", "reflected", "steps_of", "take_down", "version_table"]

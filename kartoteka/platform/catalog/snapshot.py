"""The design in force, loaded once per version and shared by every piece of work that sees this version."""

from threading import Lock

from sqlalchemy import Connection, select

from kartoteka.platform.catalog.definitions import Catalog
from kartoteka.platform.catalog.models import PluginRow, RegistryRow, RoleRow
from kartoteka.platform.catalog.portable import plugin_from_row, registry_from_row, role_from_row


def load(connection: Connection, version: int) -> Catalog:
    """This function will read the whole design inside a transaction that has seen `version`."""
    registries = connection.scalars(select(RegistryRow.body).order_by(RegistryRow.position, RegistryRow.id))
    roles = connection.scalars(select(RoleRow.body).order_by(RoleRow.position, RoleRow.id))
    plugins = connection.scalars(select(PluginRow.body).order_by(PluginRow.id))
    return Catalog(
        version,
        {each.key: each for each in map(registry_from_row, registries)},
        {each.key: each for each in map(role_from_row, roles)},
        {each.key: each for each in map(plugin_from_row, plugins)},
    )


class Snapshots:
    """The newest snapshot of one process. A transaction tells the version it sees; an older one is loaded apart."""

    def __init__(self) -> None:
        self._newest: Catalog | None = None
        self._lock = Lock()

    def at(self, connection: Connection, version: int) -> Catalog:
        """This function will give the design at the version that the transaction sees."""
        newest = self._newest
        if newest is not None and newest.version == version:
            return newest
        found = load(connection, version)
        with self._lock:
            if self._newest is None or self._newest.version < version:
                self._newest = found
        return found

    def forget(self) -> None:
        """This function will drop what is kept, for a process whose database was replaced under it."""
        with self._lock:
            self._newest = None

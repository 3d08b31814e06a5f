"""The design written to the database, and the journal of what has changed in it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, insert, update

from kartoteka.platform.catalog import portable
from kartoteka.platform.catalog.definitions import Catalog, PluginState, Role
from kartoteka.platform.catalog.models import DesignChange, PluginRow, RegistryRow, RoleRow
from kartoteka.platform.catalog.plans import Step
from kartoteka.platform.services.work import Work


def write_down(work: Work, target: Catalog, steps: Sequence[Step]) -> None:
    """This function will put the documents of a new design in the place of the old ones, and note the change."""
    connection, old = work.connection, work.catalog
    before: dict[str, Any] = {"registries": {}, "roles": {}, "plugins": {}}
    after: dict[str, Any] = {"registries": {}, "roles": {}, "plugins": {}}
    for name in ("registries", "roles"):
        order = [list(getattr(each, name)) for each in (old, target)]
        if order[0] != order[1]:
            before.setdefault("order", {})[name], after.setdefault("order", {})[name] = order
    for position, (key, registry) in enumerate(target.registries.items()):
        body, former = portable.registry_to_row(registry), old.registries.get(key)
        if former is None:
            connection.execute(
                insert(RegistryRow), {"id": registry.id, "key": key, "position": position, "body": body}
            )
        else:
            connection.execute(
                update(RegistryRow).where(RegistryRow.id == registry.id).values(position=position, body=body)
            )
        if former != registry:
            before["registries"][key] = portable.registry_to_row(former) if former else None
            after["registries"][key] = body
    _forgotten(work, target, before, after)
    for key, gone in old.roles.items():
        # A role made anew under the same key is another one: it has another id, and nobody holds it.
        if key not in target.roles or target.roles[key].id != gone.id:
            connection.execute(delete(RoleRow).where(RoleRow.id == gone.id))
            before["roles"][key], after["roles"][key] = portable.role_to_row(gone), None
    for position, (key, role) in enumerate(target.roles.items()):
        _role(work, position, role, old.roles.get(key), before["roles"], after["roles"])
    for key, plugin in target.plugins.items():
        _plugin(work, plugin, old.plugins.get(key), before["plugins"], after["plugins"])
    connection.execute(insert(DesignChange), {
        "version": target.version, "at": work.now, "by_id": work.actor.user_id, "via": work.via,
        "steps": [step.as_document() for step in steps], "before": before, "after": after, "note": "",
    })  # fmt: skip


def _forgotten(work: Work, target: Catalog, before: dict[str, Any], after: dict[str, Any]) -> None:
    """A plugin that was removed with its data: the only way in which a registry leaves the design."""
    for key, registry in work.catalog.registries.items():
        if key not in target.registries:
            work.connection.execute(delete(RegistryRow).where(RegistryRow.id == registry.id))
            before["registries"][key], after["registries"][key] = portable.registry_to_row(registry), None
    for key, plugin in work.catalog.plugins.items():
        if key not in target.plugins:
            work.connection.execute(delete(PluginRow).where(PluginRow.id == plugin.id))
            before["plugins"][key], after["plugins"][key] = portable.plugin_to_row(plugin), None


def _plugin(
    work: Work, plugin: PluginState, former: PluginState | None, before: dict[str, Any], after: dict[str, Any]
) -> None:
    body = portable.plugin_to_row(plugin)
    if former is None:
        work.connection.execute(insert(PluginRow), {"id": plugin.id, "key": plugin.key, "body": body})
    elif former != plugin:
        work.connection.execute(update(PluginRow).where(PluginRow.id == former.id).values(body=body))
    if former != plugin:
        before[plugin.key], after[plugin.key] = portable.plugin_to_row(former) if former else None, body


def _role(
    work: Work, position: int, role: Role, former: Role | None, before: dict[str, Any], after: dict[str, Any]
) -> None:
    body = portable.role_to_row(role)
    if former is None or former.id != role.id:
        work.connection.execute(
            insert(RoleRow), {"id": role.id, "key": role.key, "position": position, "body": body}
        )
    else:
        work.connection.execute(
            update(RoleRow).where(RoleRow.id == former.id).values(position=position, body=body)
        )
    if former != role:
        before[role.key], after[role.key] = portable.role_to_row(former) if former else None, body

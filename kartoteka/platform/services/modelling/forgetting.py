"""A plugin forgotten: its registries with their tables, its state, and what roles say of it."""

from dataclasses import replace

from kartoteka.platform.access import leaving
from kartoteka.platform.catalog.definitions import Catalog, Grant, Registry, Role, tab_key
from kartoteka.platform.kernel.errors import Conflict
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.modelling.designer import Designer
from kartoteka.platform.services.work import Work
from kartoteka.platform.storage import ddl


def forget_plugin(work: Work, plugin: str) -> None:
    """This function will take a plugin out of the design together with all records of its registries.

    :raises Conflict: when a field of another registry points at one of them.
    """
    layout, catalog = work.layout, work.catalog
    own = [each for each in catalog.registries.values() if each.plugin == plugin]
    _refuse_pointed_at(work, own)
    Designer(work).apply(_without(catalog, plugin, own))
    for registry in own:
        leaving.forget(work.connection, registry)
        ddl.drop_registry(work.connection, layout.table(registry), registry.key)


def _refuse_pointed_at(work: Work, own: list[Registry]) -> None:
    keys = {each.key for each in own}
    for registry in work.catalog.registries.values():
        for field in registry.fields if registry.key not in keys else ():
            if work.layout.kind(field).target in keys:
                sentence = _("“{field}” of “{registry}” points at it; change that field first.",
                             field=field.name, registry=registry.name)  # fmt: skip
                raise Conflict(sentence)


def _without(catalog: Catalog, plugin: str, own: list[Registry]) -> Catalog:
    gone = {each.key for each in own}
    return replace(
        catalog,
        registries={key: each for key, each in catalog.registries.items() if key not in gone},
        roles={key: _role(catalog, each, plugin, gone) for key, each in catalog.roles.items()},
        plugins={key: each for key, each in catalog.plugins.items() if key != plugin},
    )


def _role(catalog: Catalog, role: Role, plugin: str, gone: set[str]) -> Role:
    grants = {
        key: _grant(catalog.registries.get(key), each, plugin)
        for key, each in role.grants.items()
        if key not in gone
    }
    return role if grants == role.grants else replace(role, grants=grants)


def _grant(registry: Registry | None, grant: Grant, plugin: str) -> Grant:
    tab = tab_key(registry, plugin) if registry is not None else plugin
    if tab not in grant.sections:
        return grant
    return replace(grant, sections={key: level for key, level in grant.sections.items() if key != tab})


__all__ = ["forget_plugin"]

"""Verbs on several fields at once: switched off or on, or moved into a section, as one change of the design."""

from collections.abc import Sequence
from dataclasses import replace

from kartoteka.platform.catalog.definitions import Catalog, Registry
from kartoteka.platform.kernel.errors import Invalid, NotFound
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.modelling.designer import Designer, Plan, registry_of
from kartoteka.platform.services.modelling.foresight import Foresight
from kartoteka.platform.services.work import Work


def change_fields(
    work: Work, registry: str, keys: Sequence[str], *, active: bool | None = None, section: str | None = None
) -> Plan:
    """This function will switch several fields off or on, or move them to the end of a section; all or none.

    :raises NotFound: when one of them does not exist.
    """
    work.require("design")
    return Designer(work).apply(_target(work, registry, keys, active, section))


def plan_fields(
    work: Work, registry: str, keys: Sequence[str], *, active: bool | None = None, section: str | None = None
) -> Foresight:
    """This function will tell what changing several fields would do, without doing it."""
    work.require("design")
    return Foresight.of(Designer(work), _target(work, registry, keys, active, section))


def _target(
    work: Work, registry: str, keys: Sequence[str], active: bool | None, section: str | None
) -> Catalog:
    old = registry_of(work, registry)
    for key in keys:
        if old.field(key) is None:
            raise NotFound(_("There is no “{key}” in “{registry}”.", key=key[:60], registry=registry))
    if not keys:
        raise Invalid({"fields": [_("Choose at least one field.")]})
    if section is not None and old.section(section) is None:
        raise Invalid({"section": [_("There is no section “{name}”.", name=section[:60])]})
    changed = _changed(old, frozenset(keys), active, section)
    return replace(work.catalog, registries={**work.catalog.registries, registry: changed})


def _changed(old: Registry, keys: frozenset[str], active: bool | None, section: str | None) -> Registry:
    chosen = [each for each in old.fields if each.key in keys]
    if active is not None:
        chosen = [replace(each, active=active) for each in chosen]
    if section is None:
        renewed = {each.key: each for each in chosen}
        return replace(old, fields=tuple(renewed.get(each.key, each) for each in old.fields))
    stay = [each for each in chosen if each.section == section]
    come = [replace(each, section=section) for each in chosen if each.section != section]
    unmoved = {each.key: each for each in stay}
    rest = [unmoved.get(each.key, each) for each in old.fields if each.key not in {one.key for one in come}]
    return replace(old, fields=(*rest, *come))

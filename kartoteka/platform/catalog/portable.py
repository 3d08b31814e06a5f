"""Definitions as documents: flat with ids for the database, nested without ids for people, REST and YAML files."""

from collections.abc import Mapping
from dataclasses import fields as attributes_of
from typing import Any, TypeVar

from kartoteka.platform.catalog.definitions import (
    Category,
    Field,
    Grant,
    PluginState,
    Registry,
    Role,
    Section,
)

Thing = TypeVar("Thing", Field, Section, Category)
_PARTS = {"categories": Category, "sections": Section, "fields": Field}


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return list(value)
    return dict(value) if isinstance(value, Mapping) else value


def _attributes(thing: Any, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """All attributes that differ from their default, in the order of the definition."""
    document = {}
    for each in attributes_of(thing):
        value = _plain(getattr(thing, each.name))
        default = _plain(each.default_factory()) if callable(each.default_factory) else _plain(each.default)
        if each.name not in without and value != default:
            document[each.name] = value
    return document


def registry_to_row(registry: Registry) -> dict[str, Any]:
    """This function will give a registry as the document that the database keeps."""
    parts = {name: [_attributes(each) for each in getattr(registry, name)] for name in _PARTS}
    return {**_attributes(registry, tuple(_PARTS)), **parts}


def registry_from_row(body: Mapping[str, Any]) -> Registry:
    """This function will read a registry from the database's document."""
    parts = {name: tuple(_part(kind, each) for each in body[name]) for name, kind in _PARTS.items()}
    rest = {key: value for key, value in body.items() if key not in _PARTS}
    return Registry(**{**rest, **parts, "columns": tuple(body.get("columns", ()))})


def _part(kind: type[Any], body: Mapping[str, Any]) -> Any:
    return kind(**{key: tuple(value) if key == "categories" else value for key, value in body.items()})


# What a plugin says of its own registries; no document changes it.
_PLUGINS_OWN = ("plugin", "attached", "narrow", "own", "sectioned")


def registry_to_document(registry: Registry) -> dict[str, Any]:
    """This function will give a registry as people write it: nested, in order, without ids."""
    document = _attributes(registry, ("id", *_PLUGINS_OWN, *_PARTS))
    document["categories"] = [_attributes(each, ("id",)) for each in registry.categories]
    document["sections"] = [
        {
            **section_to_document(section),
            "fields": [field_to_document(each) for each in registry.fields if each.section == section.key],
        }
        for section in registry.sections
    ]
    return document


def section_to_document(section: Section) -> dict[str, Any]:
    """This function will give a section as people write it, without its fields."""
    return _attributes(section, ("id",))


def field_to_document(field: Field) -> dict[str, Any]:
    """This function will give a field as people write it."""
    return _attributes(field, ("id", "column", "section", "core"))


def role_to_row(role: Role) -> dict[str, Any]:
    """This function will give a role as the document that the database keeps."""
    grants = {key: grant_to_document(grant) for key, grant in role.grants.items()}
    return {**_attributes(role, ("grants",)), "grants": grants}


def role_from_row(body: Mapping[str, Any]) -> Role:
    """This function will read a role from the database's document."""
    grants = {key: grant_from_document(grant) for key, grant in body.get("grants", {}).items()}
    return Role(**{**body, "powers": frozenset(body.get("powers", ())), "grants": grants})


def role_to_document(role: Role) -> dict[str, Any]:
    """This function will give a role as people write it."""
    document = role_to_row(role)
    return {key: value for key, value in document.items() if key != "id"}


def grant_to_document(grant: Grant) -> dict[str, Any]:
    """This function will give a grant in the shape of the contract."""
    rows = None if grant.rows is None else dict(grant.rows)
    exceptions = {"fields": dict(sorted(grant.fields.items()))} if grant.fields else {}
    sections = dict(sorted(grant.sections.items()))
    return {"rights": sorted(grant.rights), "rows": rows, "sections": sections, **exceptions}


def grant_from_document(document: Mapping[str, Any]) -> Grant:
    """This function will read a grant that is known to be sound."""
    return Grant(
        frozenset(document.get("rights", ())),
        dict(document.get("sections", {})),
        document.get("rows"),
        dict(document.get("fields", {})),
    )


def plugin_to_row(plugin: PluginState) -> dict[str, Any]:
    """This function will give a plugin's state as the document that the database keeps."""
    return _attributes(plugin)


def plugin_from_row(body: Mapping[str, Any]) -> PluginState:
    """This function will read a plugin's state from the database's document."""
    chosen = body.get("registries")
    return PluginState(**{**body, "registries": None if chosen is None else tuple(chosen)})


def plugin_to_document(plugin: PluginState) -> dict[str, Any]:
    """This function will give a plugin's state as people write it."""
    chosen = None if plugin.registries is None else list(plugin.registries)
    return {
        "key": plugin.key,
        "active": plugin.active,
        "registries": chosen,
        "settings": dict(plugin.settings),
    }

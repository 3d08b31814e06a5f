"""Exceptions of single fields to the rights of their section: only stricter ones, whatever becomes of the section."""

from dataclasses import replace

from kartoteka.platform.catalog.definitions import HIDDEN, READ, Catalog, Grant, Registry, Role
from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.kernel.texts import _


def settled(old: Catalog, new: Catalog) -> Catalog:
    """This function will refuse exceptions that would be looser than their section, and give the design without any.

    Nobody has asked for those that only became so because their field or its section has changed: the field then
    stays hidden, also when the change is taken back.

    :raises Invalid: by the place of each, such as `sales.grants.companies.fields.salary`.
    """
    roles: dict[str, Role] = {}
    problems: dict[str, list[str]] = {}
    for key, role in new.roles.items():
        before = old.roles.get(key)
        for place, sentence in _asked_for(before, role, new):
            problems.setdefault(f"{key}.{place}", []).append(sentence)
        roles[key] = _tightened(role, new)
    if problems:
        raise Invalid(problems)
    return new if roles == new.roles else replace(new, roles=roles)


def _asked_for(before: Role | None, role: Role, catalog: Catalog) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, grant in role.grants.items():
        unchanged = before is not None and before.grants.get(key) == grant
        registry = catalog.registries.get(key)
        if registry is not None and not unchanged:
            found += [
                (
                    f"grants.{key}.fields.{each}",
                    _("“{field}” cannot be read: its section is hidden.", field=each),
                )
                for each in _looser(registry, grant)
            ]
    return found


def _looser(registry: Registry, grant: Grant) -> list[str]:
    return [
        key
        for key, level in grant.fields.items()
        if level == READ and (each := registry.field(key)) is not None and grant.level(each.section) == HIDDEN
    ]


def _tightened(role: Role, catalog: Catalog) -> Role:
    grants = {
        key: replace(grant, fields={**grant.fields, **dict.fromkeys(looser, HIDDEN)})
        if (registry := catalog.registries.get(key)) and (looser := _looser(registry, grant))
        else grant
        for key, grant in role.grants.items()
    }
    return role if grants == role.grants else replace(role, grants=grants)

"""Who stands above whom: nobody gives a role, or lays hands on an account, that may do more than he himself."""

from collections.abc import Iterable
from typing import Any

from kartoteka.platform.access.actor import Actor
from kartoteka.platform.access.reach import has_tab, kept_to
from kartoteka.platform.catalog.definitions import (
    EDIT,
    READ,
    STRICTNESS,
    Catalog,
    Field,
    Grant,
    Registry,
    Role,
)


def covers(actor: Actor, role: Role, catalog: Catalog) -> bool:
    """This function will tell whether an actor may do all that a role allows."""
    if actor.is_admin:
        return True
    if role.is_admin or not role.powers <= actor.powers:
        return False
    grants = all(_covers_grant(actor, catalog, registry, grant) for registry, grant in role.grants.items())
    attached = (each for each in catalog.registries.values() if each.attached)
    return grants and all(_covers_inside(actor, role, each) for each in attached)


def beyond(actor: Actor, roles: Iterable[Role], catalog: Catalog) -> list[Role]:
    """This function will pick the roles that may do more than the actor."""
    return [role for role in roles if not covers(actor, role, catalog)]


def _covers_grant(actor: Actor, catalog: Catalog, registry: str, grant: Grant) -> bool:
    """Roles add up row by row, so only grants that reach all the same rows count."""
    reaching = [held for _role, held in actor.grants(registry) if _reaches(held, grant)]
    rights = frozenset().union(*(held.rights for held in reaching))
    known = catalog.registries.get(registry)
    places: list[tuple[str, str | None]] = [(section, None) for section in grant.sections]
    if known is not None:
        apart = catalog.apart(registry)
        places += [(each.section, each.key) for each in known.fields if each.key in apart]
    return grant.rights <= rights and all(
        _width(grant, *place) <= max((_width(held, *place) for held in reaching), default=0)
        for place in places
    )


def _covers_inside(actor: Actor, role: Role, attached: Registry) -> bool:
    """What a plugin attaches to records is reached by its tab; a role may keep parts of it back, and one that does not
    gives more.
    """
    if not has_tab(role, attached.plugin, READ):
        return True
    alike = ("", kept_to(role.grants.get(attached.key)))
    reaching = [
        held
        for held in actor.roles
        if has_tab(held, attached.plugin, READ) and kept_to(held.grants.get(attached.key)) in alike
    ]
    return all(
        _inside(role, attached, each) <= max((_inside(held, attached, each) for held in reaching), default=0)
        for each in attached.fields
    )


def _inside(role: Role, attached: Registry, field: Field) -> int:
    """How much of a field of things that lie on records a role opens to who comes by the tab."""
    grant = role.grants.get(attached.key)
    if grant is None:
        return STRICTNESS.index(EDIT)
    open_sections = {**grant.sections} or {field.section: EDIT}
    return STRICTNESS.index(
        Grant(sections=open_sections, fields=grant.fields).level(field.section, field.key)
    )


def _width(grant: Grant, section: str, field: str | None) -> int:
    return STRICTNESS.index(grant.level(section, field))


def _reaches(held: Grant, grant: Grant) -> bool:
    if held.rows is None:
        return True
    # The same rule about `identity` reaches other rows for another person, and who he is would be ours to choose.
    return grant.rows == held.rows and not _mentions_identity(grant.rows)


def _mentions_identity(document: Any) -> bool:
    if isinstance(document, dict):
        variable = document.get("var")
        if isinstance(variable, str) and variable.partition(".")[0] == "identity":
            return True
        return any(_mentions_identity(each) for each in document.values())
    return isinstance(document, (list, tuple)) and any(map(_mentions_identity, document))

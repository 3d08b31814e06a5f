"""Guests, people from outside: their roles hold as long as the record that each of them is stands."""

from dataclasses import replace

from sqlalchemy import Connection, select

from kartoteka.platform.access.actor import Actor, Identity
from kartoteka.platform.access.reach import Rows
from kartoteka.platform.access.seen import Seen, Sight
from kartoteka.platform.catalog.definitions import Filter, Role
from kartoteka.platform.kernel.tables import canonical_json


def standing(sight: Sight, connection: Connection) -> Actor | None:
    """This function will give the actor with those of his roles that hold today; None for a guest who is left none.

    A guest never becomes anything else by that: roles of staff that somebody has beside those of the portal are
    nothing without them.
    """
    actor = sight.actor
    if not actor.is_guest or actor.is_admin:
        return actor
    held = tuple(role for role in actor.roles if not role.for_guests or _holds(sight, connection, role))
    return replace(actor, roles=held) if any(role.for_guests for role in held) else None


def _holds(sight: Sight, connection: Connection, role: Role) -> bool:
    identity = sight.actor.identity
    if identity is None:
        return role.holds is None
    return stands(sight, connection, identity, role.holds)


def stands(sight: Sight, connection: Connection, identity: Identity, fits: Filter | None = None) -> bool:
    """This function will tell whether the record that somebody is is there, not in the bin, and fits a filter."""
    registry = sight.catalog.registries.get(identity.registry)
    if registry is None or not registry.active:
        return False
    judge = Seen(sight, registry, trusted=True)
    fitting = Rows(everything=fits is None, rules=frozenset(() if fits is None else (canonical_json(fits),)))
    found = select(judge.table.c.id).where(
        judge.table.c.id == identity.id, judge.alive, judge.condition_of(fitting)
    )
    return connection.scalar(found) is not None


__all__ = ["standing", "stands"]

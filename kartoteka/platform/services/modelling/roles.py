"""Verbs on roles: their powers, and what they are granted registry by registry."""

from dataclasses import replace
from typing import Any

from kartoteka.platform.catalog.definitions import Grant, Role
from kartoteka.platform.kernel.errors import Conflict
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.modelling.designer import Designer, registry_of, role_of
from kartoteka.platform.services.work import Work


def create_role(work: Work, body: Any) -> Role:
    """This function will make a role with its powers and grants."""
    work.require("design")
    designer = Designer(work)
    role = designer.read(lambda: designer.reader.role(body, None, frozenset(work.catalog.roles)))
    designer.put_role(role)
    return role


def change_role(work: Work, key: str, body: Any) -> Role:
    """This function will change a role; grants that the body does not name stay."""
    work.require("design")
    old = role_of(work, key)
    designer = Designer(work)
    role = designer.read(lambda: designer.reader.role(body, old, ()))
    if old.is_admin and (role.grants or role.powers != old.powers):
        raise Conflict(_("The role admin has every right; it cannot be given or lose any."))
    designer.put_role(replace(role, grants={**old.grants, **role.grants}))
    return work.catalog.roles[key]


def remove_role(work: Work, key: str) -> None:
    """This function will remove a role; whoever had it loses it at once, and a later role of its name is another."""
    work.require("design")
    role = role_of(work, key)
    if role.is_admin:
        raise Conflict(_("The role admin cannot be removed."))
    designer = Designer(work)
    roles = {name: each for name, each in work.catalog.roles.items() if name != key}
    designer.apply(replace(work.catalog, roles=roles))


def grant_of(work: Work, role: str, registry: str) -> Grant:
    """This function will tell what a role may do in a registry."""
    work.require("design")
    registry_of(work, registry)
    return role_of(work, role).grants.get(registry, Grant())


def set_grant(work: Work, role: str, registry: str, body: Any) -> Grant:
    """This function will put a grant in the place of the one before."""
    work.require("design")
    old = role_of(work, role)
    registry_of(work, registry)
    if old.is_admin:
        raise Conflict(_("The role admin has every right; it cannot be given or lose any."))
    designer = Designer(work)
    grant = designer.read(lambda: designer.reader.grant(body))
    designer.put_role(replace(old, grants={**old.grants, registry: grant}))
    return grant

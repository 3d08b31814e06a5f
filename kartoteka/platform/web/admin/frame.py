"""What surrounds the pages of the administration: its tabs, as far as somebody's powers lead."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from kartoteka.platform.front import needs
from kartoteka.platform.kernel.texts import N_, _
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.shell import render

DESIGN, USERS = needs("design"), needs("users")
DESIGN_OR_USERS, DESIGN_OR_AUDIT = needs("design", "users"), needs("design", "audit")
ANY_POWER = needs("design", "users", "audit")
_TABS = (
    ("registries", N_("Registries"), "web.admin", {"design"}),
    ("roles", N_("Roles"), "web.admin_roles", {"design", "users"}),
    ("people", N_("People"), "web.admin_people", {"users"}),
    ("plugins", N_("Plugins"), "web.admin_plugins", {"design"}),
    ("organisation", N_("Organisation"), "web.admin_organisation", {"design"}),
    ("history", N_("Design history"), "web.admin_history", {"design", "audit"}),
    ("jobs", N_("Jobs"), "web.admin_jobs", {"design", "users", "audit"}),
)


@dataclass(frozen=True)
class Tab:
    """One page of the administration."""

    label: str
    url: str
    on: bool


def tabs(work: Work, on: str) -> Sequence[Tab]:
    """This function will list the pages that the actor's powers open."""
    return [
        Tab(_(name), url_for(endpoint), key == on)
        for key, name, endpoint, powers in _TABS
        if powers & work.actor.powers
    ]


def show(work: Work, template: str, on: str, **context: Any) -> str:
    """This function will render a page of the administration."""
    return render(work, f"admin/{template}", at="admin", tabs=tabs(work, on), **context)

"""What the pages share on which windows are designed: whose window, what may be shown in it, and how it is saved."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from kartoteka.platform.sdk import (
    LANGUAGES,
    Conflict,
    Invalid,
    KartotekaError,
    NotFound,
    Registry,
    Role,
    Work,
    _,
    begin,
    change_plugin,
    go,
    needs,
    settings_of,
    tell,
)
from kartoteka.plugins.portal.settings import NAME

DESIGN = needs("design")
NO_COLUMNS = ("file", "long_text")
Document = dict[str, Any]


def role_of(work: Work, key: str) -> Role:
    """This function will give a role of the portal.

    :raises NotFound: when there is none of this key.
    """
    found = work.catalog.roles.get(key)
    if found is None or not found.for_guests:
        raise NotFound(_("There is no role “{role}”.", role=key[:60]))
    return found


def granted(work: Work, role: Role) -> list[Registry]:
    """This function will list the registries whose records a role of the portal may see."""
    return [
        each
        for each in work.catalog.active_registries
        if not each.plugin and each.key in role.grants and "view" in role.grants[each.key].rights
    ]


def window_document(work: Work, role: str) -> Document:
    """This function will give the window of a role as it is kept."""
    kept = settings_of(work, NAME).get("windows", {}).get(role, {})
    empty: Document = {"welcome": {}, "pages": [], "tiles": [], "contacts": [], "proposes": []}
    return {**empty, **deepcopy(dict(kept))}


def readable(registry: Registry, role: Role) -> list[Any]:
    """This function will list the details of a registry that holders of a role may see."""
    grant = role.grants.get(registry.key)
    return [
        each for each in registry.active_fields if grant and grant.level(each.section, each.key) != "hidden"
    ]


def change_window(role: str, alter: Callable[[Work, Document], None], back: str) -> ResponseReturnValue:
    """This function will alter a window and save it as a change of the design, which can be undone like any other."""
    try:
        with begin(design=True) as work:
            role_of(work, role)
            document = window_document(work, role)
            alter(work, document)
            windows = {**settings_of(work, NAME).get("windows", {}), role: document}
            change_plugin(work, NAME, {"settings": {"windows": windows}})
            tell(_("Saved."))
    except (Invalid, Conflict) as error:
        tell(first_of(error), tone="bad")
    return go(back)


def first_of(error: KartotekaError) -> str:
    """This function will give the first sentence of a refusal."""
    return next((str(each[0]) for each in error.errors.values() if each), error.message)


def texts_typed(name: str) -> dict[str, str]:
    """This function will read a text in each language out of a form."""
    given = {code: request.form.get(f"{name}.{code}", "").strip() for code in LANGUAGES}
    return {code: text for code, text in given.items() if text}


__all__ = [
    "DESIGN",
    "NO_COLUMNS",
    "Document",
    "change_window",
    "first_of",
    "granted",
    "readable",
    "role_of",
    "texts_typed",
    "window_document",
]

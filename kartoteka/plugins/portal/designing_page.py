"""One page of a window designed: what it is called, what its list and its form show, what may be sent there."""

from collections.abc import Mapping
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from kartoteka.platform.sdk import LANGUAGES, NotFound, Registry, Role, Work, _, begin, label, render
from kartoteka.plugins.portal.drafting import (
    DESIGN,
    NO_COLUMNS,
    Document,
    change_window,
    readable,
    role_of,
    texts_typed,
    window_document,
)
from kartoteka.plugins.portal.faces import pages

NO_INPUTS = ("user", "file", "autonumber", "formula", "lookup", "rollup")
FREE_QUICK = 2


@pages.page("/admin/portal/<role>/pages/<registry>", right=DESIGN)
def design_page(role: str, registry: str) -> str:
    """One page of a window: what it is called, what its list and its form show."""
    with begin() as work:
        found, page = role_of(work, role), _page_of(work, role, registry)
        language, known = work.actor.locale.language, work.catalog.registries[registry]
        seen = readable(known, found)
        columns = {each.key: label(each, language) for each in seen if each.type not in NO_COLUMNS}
        chosen = [key for key in page.get("columns", ()) if key in columns]
        form = page.get("form") or {}
        return render(
            work,
            "portal/page.html",
            at="admin",
            role=found,
            role_label=label(found, language),
            registry=known,
            registry_label=label(known, language),
            page=page,
            form=form,
            languages=list(LANGUAGES.items()),
            chosen=[(key, columns[key]) for key in chosen],
            offered=[(key, name) for key, name in columns.items() if key not in chosen],
            choice_fields=[(each.key, label(each, language)) for each in seen if each.type == "choice"],
            states=_states(work, known, page.get("state") or "", language),
            inputs=_inputs(known, found, form, language),
            categories=[(each.key, label(each, language)) for each in known.categories if each.active],
            may_create="create" in found.grants[registry].rights if registry in found.grants else False,
            quick=_quick(page),
            back_url=url_for("portal.design_window", role=role),
        )


def _page_of(work: Work, role: str, registry: str) -> Document:
    pages_of = window_document(work, role)["pages"]
    found: Document | None = next((each for each in pages_of if each["registry"] == registry), None)
    if found is None or registry not in work.catalog.registries:
        raise NotFound(_("There is nothing at this address."))
    return found


def _states(work: Work, registry: Registry, key: str, language: str) -> list[tuple[str, str]]:
    each = registry.field(key) if key else None
    if each is None or each.type != "choice":
        return []
    choices = each.options.get("choices", ())
    return [(one["key"], one.get("names", {}).get(language) or one["name"]) for one in choices]


def _inputs(
    registry: Registry, role: Role, form: Mapping[str, Any], language: str
) -> list[tuple[str, str, bool]]:
    """The details that holders of the role may fill in, those asked for first and in their order."""
    grant = role.grants.get(registry.key)
    writable = {
        each.key: label(each, language)
        for each in registry.active_fields
        if grant and grant.level(each.section, each.key) == "edit" and each.type not in NO_INPUTS
    }
    asks = [key for key in form.get("asks", ()) if key in writable]
    return [
        (key, writable[key], key in asks) for key in [*asks, *(key for key in writable if key not in asks)]
    ]


def _by_states(quick: Mapping[str, Any], page: Mapping[str, Any]) -> bool:
    """Whether a quick filter is one that is made here: some states of the page's own field."""
    condition = quick.get("filter", {})
    return bool(condition.get("field") == page.get("state") and condition.get("op") == "in")


def _quick(page: Document) -> list[Document]:
    """The quick filters by states, and room for two more."""
    listed = [
        {"names": each.get("names", {}), "states": each.get("filter", {}).get("value", [])}
        for each in page.get("quick", ())
        if _by_states(each, page)
    ]
    return listed + [{"names": {}, "states": []} for _each in range(FREE_QUICK)]


@pages.page("/admin/portal/<role>/pages/<registry>", "POST", right=DESIGN)
def save_page(role: str, registry: str) -> ResponseReturnValue:
    """One page of a window, saved."""

    def alter(work: Work, document: Document) -> None:
        page = next((each for each in document["pages"] if each["registry"] == registry), None)
        if page is None:
            raise NotFound(_("There is nothing at this address."))
        page.update(_typed_page(page))

    return change_window(role, alter, url_for("portal.design_page", role=role, registry=registry))


def _typed_page(old: Mapping[str, Any]) -> Document:
    given = request.form
    state = given.get("state", "")
    same = state == (old.get("state") or "")
    others = [each for each in old.get("quick", ()) if not _by_states(each, old)]
    kept = (old.get("form") or {}).get("fixed", {})
    form = {
        "asks": given.getlist("asks"),
        "intro": texts_typed("intro"),
        "category": given.get("category", ""),
        "fixed": kept,
    }
    return {
        "names": texts_typed("names"),
        "columns": given.getlist("columns"),
        "state": state,
        "off": given.getlist("off") if same else [],
        "waiting": given.getlist("waiting") if same else [],
        "quick": [*others, *(_typed_quick(state) if same else ())],
        "form": form if given.get("form") == "1" else None,
        "talks": given.get("talks") == "1",
        "uploads": given.get("uploads") == "1",
        "on_home": given.get("on_home") == "1",
        "folder": " ".join(given.get("folder", "").split())[:120],
    }


def _typed_quick(state: str) -> list[Document]:
    found = []
    for place in range(60):
        if f"quick.{place}" not in request.form:
            break
        names, states = texts_typed(f"quick.{place}.names"), request.form.getlist(f"quick.{place}.states")
        if names and states:
            found.append({"names": names, "filter": {"field": state, "op": "in", "value": states}})
    return found

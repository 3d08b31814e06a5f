"""The portal designed in the browser: for each role its pages, columns, states, forms, figures, texts and contacts."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import Any

from flask import request, url_for
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
    create_role,
    go,
    holders,
    label,
    needs,
    render,
    settings_of,
    tell,
)
from kartoteka.plugins.portal.access import accounts
from kartoteka.plugins.portal.design import NEWS
from kartoteka.plugins.portal.faces import pages
from kartoteka.plugins.portal.mine import PLAIN_TYPES
from kartoteka.plugins.portal.settings import NAME, window_from

DESIGN = needs("design")
NUMBERS = ("integer", "decimal", "money", "percent")
NO_COLUMNS = ("file", "long_text")
NO_INPUTS = ("user", "file", "autonumber", "formula", "lookup", "rollup")
FREE_QUICK = 2
Document = dict[str, Any]


@pages.page("/admin/portal", right=DESIGN)
def design() -> str:
    """All roles of the portal and what is the same for all of them."""
    with begin() as work:
        people, language = holders(work), work.actor.locale.language
        roles = [
            {
                "key": role.key,
                "label": label(role, language),
                "people": people.get(role.key, 0),
                "pages": [label(each, language) for each in _granted(work, role)],
                "url": url_for("portal.design_window", role=role.key),
            }
            for role in _roles(work)
        ]
        return render(
            work,
            "portal/design.html",
            at="admin",
            roles=roles,
            magic_link=bool(settings_of(work, NAME).get("magic_link")),
            news_url=url_for("web.registry", registry=NEWS),
        )


@pages.page("/admin/portal", "POST", right=DESIGN)
def save_common() -> ResponseReturnValue:
    """What is the same for all roles, saved."""
    with begin(design=True) as work:
        change_plugin(work, NAME, {"settings": {"magic_link": request.form.get("magic_link") == "1"}})
        tell(_("Saved."))
    return go(url_for("portal.design"))


@pages.page("/admin/portal/roles", "POST", right=DESIGN)
def new_role() -> ResponseReturnValue:
    """A new role of the portal; what it sees is settled in the matrix of rights."""
    try:
        with begin(design=True) as work:
            made = create_role(work, {"name": request.form.get("name", ""), "kind": "portal"})
    except (Invalid, Conflict) as error:
        tell(next((each[0] for each in error.errors.values() if each), error.message), tone="bad")
        return go(url_for("portal.design"))
    tell(_("The role “{name}” is ready. It sees nothing yet: choose a registry.", name=made.name))
    return go(url_for("portal.design_window", role=made.key))


@pages.page("/admin/portal/<role>", right=DESIGN)
def design_window(role: str) -> str:
    """The window of one role."""
    with begin() as work:
        found, language = _role(work, role), work.actor.locale.language
        document = _window(work, role)
        granted = _granted(work, found)
        listed = [each["registry"] for each in document["pages"]]
        return render(
            work,
            "portal/window.html",
            at="admin",
            role=found,
            role_label=label(found, language),
            window=document,
            languages=list(LANGUAGES.items()),
            pages=[_line(work, each, place, len(listed)) for place, each in enumerate(document["pages"])],
            addable=[(each.key, label(each, language)) for each in granted if each.key not in listed],
            granted=[(each.key, label(each, language)) for each in granted],
            matrices=[
                (label(each, language), url_for("web.admin_registry_roles", registry=each.key))
                for each in work.catalog.active_registries
                if not each.plugin
            ],
            measures=_measures(granted, language),
            proposable=_proposable(work, found, document),
            accounts=[each for each in accounts(work) if role in each.roles][:30]
            if "users" in work.actor.powers
            else [],
            looks=work.actor.is_admin,
        )


def _roles(work: Work) -> list[Role]:
    return [role for role in work.catalog.roles.values() if role.for_guests]


def _role(work: Work, key: str) -> Role:
    found = work.catalog.roles.get(key)
    if found is None or not found.for_guests:
        raise NotFound(_("There is no role “{role}”.", role=key[:60]))
    return found


def _granted(work: Work, role: Role) -> list[Registry]:
    return [
        each
        for each in work.catalog.active_registries
        if not each.plugin and each.key in role.grants and "view" in role.grants[each.key].rights
    ]


def _window(work: Work, role: str) -> Document:
    kept = settings_of(work, NAME).get("windows", {}).get(role, {})
    empty: Document = {"welcome": {}, "pages": [], "tiles": [], "contacts": [], "proposes": []}
    return {**empty, **deepcopy(dict(kept))}


def _line(work: Work, page: Mapping[str, Any], place: int, number: int) -> Document:
    registry, language = work.catalog.registries.get(page["registry"]), work.actor.locale.language
    own = label(registry, language) if registry else page["registry"]
    return {
        "key": page["registry"],
        "label": page.get("names", {}).get(language) or own,
        "registry": own,
        "form": bool(page.get("form")),
        "first": place == 0,
        "last": place == number - 1,
    }


def _readable(registry: Registry, role: Role) -> list[Any]:
    grant = role.grants.get(registry.key)
    return [
        each for each in registry.active_fields if grant and grant.level(each.section, each.key) != "hidden"
    ]


def _measures(granted: Sequence[Registry], language: str) -> list[tuple[str, str]]:
    found = [("count", _("how many"))]
    for registry in granted:
        for each in registry.active_fields:
            if each.type in NUMBERS:
                name = f"{label(registry, language)} · {label(each, language)}"
                found.append((f"sum:{each.key}", _("sum of {name}", name=name)))
    return list(dict(found).items())


def _proposable(work: Work, role: Role, document: Document) -> list[tuple[str, str, bool]]:
    """The details of people that holders of the role may see of themselves."""
    language = work.actor.locale.language
    found: dict[str, str] = {}
    for registry in _granted(work, role):
        if any(each.type == "email" for each in registry.active_fields):
            for each in _readable(registry, role):
                if each.type in PLAIN_TYPES:
                    found.setdefault(each.key, f"{label(registry, language)} · {label(each, language)}")
    return [(key, name, key in document["proposes"]) for key, name in found.items()]


def _change(role: str, alter: Callable[[Work, Document], None], back: str) -> ResponseReturnValue:
    """A window altered and saved as a change of the design, which can be undone like any other."""
    try:
        with begin(design=True) as work:
            _role(work, role)
            document = _window(work, role)
            alter(work, document)
            windows = {**settings_of(work, NAME).get("windows", {}), role: document}
            change_plugin(work, NAME, {"settings": {"windows": windows}})
            tell(_("Saved."))
    except (Invalid, Conflict) as error:
        tell(_first(error), tone="bad")
    return go(back)


def _first(error: KartotekaError) -> str:
    return next((str(each[0]) for each in error.errors.values() if each), error.message)


def _texts(name: str) -> dict[str, str]:
    given = {code: request.form.get(f"{name}.{code}", "").strip() for code in LANGUAGES}
    return {code: text for code, text in given.items() if text}


@pages.page("/admin/portal/<role>", "POST", right=DESIGN)
def save_window(role: str) -> ResponseReturnValue:
    """Texts and what may be proposed, saved."""

    def alter(work: Work, document: Document) -> None:
        document["welcome"] = _texts("welcome")
        document["proposes"] = request.form.getlist("proposes")

    return _change(role, alter, url_for("portal.design_window", role=role))


@pages.page("/admin/portal/<role>/pages", "POST", right=DESIGN)
def arrange_pages(role: str) -> ResponseReturnValue:
    """A page added, moved or taken out."""
    deed, key = request.form.get("deed", ""), request.form.get("registry", "")

    def alter(work: Work, document: Document) -> None:
        listed = document["pages"]
        place = next((n for n, each in enumerate(listed) if each["registry"] == key), None)
        if (
            deed == "add"
            and place is None
            and key in {each.key for each in _granted(work, _role(work, role))}
        ):
            listed.append(usual_page(work, _role(work, role), work.catalog.registries[key]))
        elif deed == "remove" and place is not None:
            listed.pop(place)
        elif deed in ("up", "down") and place is not None:
            listed.insert(max(place + (-1 if deed == "up" else 1), 0), listed.pop(place))

    return _change(role, alter, url_for("portal.design_window", role=role, _anchor="pages"))


def usual_page(work: Work, role: Role, registry: Registry) -> Document:
    """This function will propose how a registry is shown to begin with."""
    readable = _readable(registry, role)
    keys = [each.key for each in readable if each.type not in NO_COLUMNS]
    columns = [key for key in registry.columns if key in keys][:5] or keys[:5]
    state = next(
        (each.key for each in readable if each.type == "choice" and each.key in ("state", "status")), ""
    )
    return {"registry": registry.key, "columns": columns, "state": state}


@pages.page("/admin/portal/<role>/tiles", "POST", right=DESIGN)
def arrange_tiles(role: str) -> ResponseReturnValue:
    """A figure of the first page added or taken out."""
    given = request.form

    def alter(work: Work, document: Document) -> None:
        if given.get("deed") == "remove":
            _take_out(document["tiles"])
            return
        tile = {
            "names": _texts("names"),
            "registry": given.get("registry", ""),
            "measure": given.get("measure", "count"),
        }
        states = given.getlist("states")
        page = window_from(document).page(given.get("registry", ""))
        if states and page is not None and page.state:
            tile["filter"] = {"field": page.state, "op": "in", "value": states}
        document["tiles"].append(tile)

    return _change(role, alter, url_for("portal.design_window", role=role, _anchor="tiles"))


@pages.page("/admin/portal/<role>/contacts", "POST", right=DESIGN)
def arrange_contacts(role: str) -> ResponseReturnValue:
    """Somebody of the firm, or a branch, added or taken out."""
    given = request.form

    def alter(_work: Work, document: Document) -> None:
        if given.get("deed") == "remove":
            _take_out(document["contacts"])
            return
        contact = {name: given.get(name, "").strip() for name in ("name", "phone", "email", "address")}
        if not contact["name"]:
            raise Invalid({"name": [_("This must be filled in.")]})
        document["contacts"].append({**contact, "about": _texts("about")})

    return _change(role, alter, url_for("portal.design_window", role=role, _anchor="contacts"))


def _take_out(listed: list[Any]) -> None:
    place = request.form.get("place", "")
    if place.isdecimal() and len(place) < 4 and int(place) < len(listed):
        listed.pop(int(place))


@pages.page("/admin/portal/<role>/pages/<registry>", right=DESIGN)
def design_page(role: str, registry: str) -> str:
    """One page of a window: what it is called, what its list and its form show."""
    with begin() as work:
        found, page = _role(work, role), _page_of(work, role, registry)
        language, known = work.actor.locale.language, work.catalog.registries[registry]
        readable = _readable(known, found)
        columns = {each.key: label(each, language) for each in readable if each.type not in NO_COLUMNS}
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
            choice_fields=[(each.key, label(each, language)) for each in readable if each.type == "choice"],
            states=_states(work, known, page.get("state") or "", language),
            inputs=_inputs(known, found, form, language),
            categories=[(each.key, label(each, language)) for each in known.categories if each.active],
            may_create="create" in found.grants[registry].rights if registry in found.grants else False,
            quick=_quick(page),
            back_url=url_for("portal.design_window", role=role),
        )


def _page_of(work: Work, role: str, registry: str) -> Document:
    pages_of = _window(work, role)["pages"]
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

    return _change(role, alter, url_for("portal.design_page", role=role, registry=registry))


def _typed_page(old: Mapping[str, Any]) -> Document:
    given = request.form
    state = given.get("state", "")
    same = state == (old.get("state") or "")
    others = [each for each in old.get("quick", ()) if not _by_states(each, old)]
    kept = (old.get("form") or {}).get("fixed", {})
    form = {
        "asks": given.getlist("asks"),
        "intro": _texts("intro"),
        "category": given.get("category", ""),
        "fixed": kept,
    }
    return {
        "names": _texts("names"),
        "columns": given.getlist("columns"),
        "state": state,
        "off": given.getlist("off") if same else [],
        "waiting": given.getlist("waiting") if same else [],
        "quick": [*others, *(_typed_quick(state) if same else ())],
        "form": form if given.get("form") == "1" else None,
        "talks": given.get("talks") == "1",
        "uploads": given.get("uploads") == "1",
        "folder": " ".join(given.get("folder", "").split())[:120],
    }


def _typed_quick(state: str) -> list[Document]:
    found = []
    for place in range(60):
        if f"quick.{place}" not in request.form:
            break
        names, states = _texts(f"quick.{place}.names"), request.form.getlist(f"quick.{place}.states")
        if names and states:
            found.append({"names": names, "filter": {"field": state, "op": "in", "value": states}})
    return found


__all__ = ["usual_page"]

"""The portal designed in the browser: for each role its pages, columns, states, forms, figures, texts and contacts."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from kartoteka.platform.sdk import (
    LANGUAGES,
    Conflict,
    Invalid,
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
    render,
    settings_of,
    tell,
)
from kartoteka.plugins.portal.access import accounts
from kartoteka.plugins.portal.design import NEWS
from kartoteka.plugins.portal.designing_groups import groups_of, traits
from kartoteka.plugins.portal.designing_things import narrow_from_the_start, things_of
from kartoteka.plugins.portal.drafting import (
    DESIGN,
    NO_COLUMNS,
    Document,
    change_window,
    granted,
    readable,
    role_of,
    texts_typed,
    window_document,
)
from kartoteka.plugins.portal.faces import pages
from kartoteka.plugins.portal.figures import OF_HIS_OWN
from kartoteka.plugins.portal.mine import PLAIN_TYPES
from kartoteka.plugins.portal.settings import NAME, said, window_from

NUMBERS = ("integer", "decimal", "money", "percent")


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
                "pages": [label(each, language) for each in granted(work, role)],
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
            groups=groups_of(work),
            traits=traits(work),
            languages=list(LANGUAGES.items()),
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
            narrow_from_the_start(work, made.key)
    except (Invalid, Conflict) as error:
        tell(next((each[0] for each in error.errors.values() if each), error.message), tone="bad")
        return go(url_for("portal.design"))
    tell(_("The role “{name}” is ready. It sees nothing yet: choose a registry.", name=made.name))
    return go(url_for("portal.design_window", role=made.key))


@pages.page("/admin/portal/<role>", right=DESIGN)
def design_window(role: str) -> str:
    """The window of one role."""
    with begin() as work:
        found, language = role_of(work, role), work.actor.locale.language
        document = window_document(work, role)
        seen = granted(work, found)
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
            addable=[(each.key, label(each, language)) for each in seen if each.key not in listed],
            granted=[(each.key, label(each, language)) for each in seen],
            matrices=[
                (label(each, language), url_for("web.admin_registry_roles", registry=each.key))
                for each in work.catalog.active_registries
                if not each.plugin
            ],
            tiles=[_tile(work, each, language) for each in document["tiles"]],
            countable=_countable(work, seen, document, language),
            measures=_measures(seen, language),
            proposable=_proposable(work, found, document),
            accounts=[each for each in accounts(work) if role in each.roles][:30]
            if "users" in work.actor.powers
            else [],
            looks=work.actor.is_admin,
            things=things_of(work, found),
        )


def _roles(work: Work) -> list[Role]:
    return [role for role in work.catalog.roles.values() if role.for_guests]


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


def _countable(
    work: Work, seen: Sequence[Registry], document: Document, language: str
) -> list[tuple[str, str]]:
    """What figures may be made of: all records of a registry, or those of a quick filter of its page."""
    pages_of = {page.registry: page for page in window_from(document).pages}
    found = []
    for registry in seen:
        name = label(registry, language)
        found.append((registry.key, name))
        page = pages_of.get(registry.key)
        for place, each in enumerate(page.quick if page is not None else ()):
            found.append((f"{registry.key}|{place}", f"{name} · {said(each['names'], language)}"))
    return found


def _tile(work: Work, tile: Mapping[str, Any], language: str) -> Document:
    """A figure in words: its name, of what it is, and what of it."""
    registry = work.catalog.registries.get(tile["registry"])
    of = label(registry, language) if registry is not None else tile["registry"]
    measures = dict(_measures([registry] if registry is not None else [], language))
    narrowed = _("narrowed") if tile.get("filter") else ""
    parts = [of, measures.get(tile.get("measure", "count"), ""), narrowed]
    return {"names": tile.get("names", {}), "told": " · ".join(filter(None, parts))}


def _measures(granted: Sequence[Registry], language: str) -> list[tuple[str, str]]:
    found = [("count", _("how many"))]
    for registry in granted:
        for each in registry.active_fields:
            if each.type in NUMBERS:
                name = f"{label(registry, language)} · {label(each, language)}"
                found.append((f"sum:{each.key}", _("sum of {name}", name=name)))
                found.append((f"{OF_HIS_OWN}{each.key}", _("{name} of his own record", name=name)))
    return list(dict(found).items())


def _proposable(work: Work, role: Role, document: Document) -> list[tuple[str, str, bool]]:
    """The details of people that holders of the role may see of themselves."""
    language = work.actor.locale.language
    found: dict[str, str] = {}
    for registry in granted(work, role):
        if any(each.type == "email" for each in registry.active_fields):
            for each in readable(registry, role):
                if each.type in PLAIN_TYPES:
                    found.setdefault(each.key, f"{label(registry, language)} · {label(each, language)}")
    return [(key, name, key in document["proposes"]) for key, name in found.items()]


@pages.page("/admin/portal/<role>", "POST", right=DESIGN)
def save_window(role: str) -> ResponseReturnValue:
    """Texts and what may be proposed, saved."""

    def alter(work: Work, document: Document) -> None:
        document["welcome"] = texts_typed("welcome")
        document["proposes"] = request.form.getlist("proposes")

    return change_window(role, alter, url_for("portal.design_window", role=role))


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
            and key in {each.key for each in granted(work, role_of(work, role))}
        ):
            listed.append(usual_page(work, role_of(work, role), work.catalog.registries[key]))
        elif deed == "remove" and place is not None:
            listed.pop(place)
        elif deed in ("up", "down") and place is not None:
            listed.insert(max(place + (-1 if deed == "up" else 1), 0), listed.pop(place))

    return change_window(role, alter, url_for("portal.design_window", role=role, _anchor="pages"))


def usual_page(work: Work, role: Role, registry: Registry) -> Document:
    """This function will propose how a registry is shown to begin with."""
    seen = readable(registry, role)
    keys = [each.key for each in seen if each.type not in NO_COLUMNS]
    columns = [key for key in registry.columns if key in keys][:5] or keys[:5]
    state = next((each.key for each in seen if each.type == "choice" and each.key in ("state", "status")), "")
    return {"registry": registry.key, "columns": columns, "state": state}


@pages.page("/admin/portal/<role>/tiles", "POST", right=DESIGN)
def arrange_tiles(role: str) -> ResponseReturnValue:
    """A figure of the first page added or taken out."""
    given = request.form

    def alter(work: Work, document: Document) -> None:
        if given.get("deed") == "remove":
            _take_out(document["tiles"])
            return
        registry, _bar, place = given.get("registry", "").partition("|")
        tile: Document = {
            "names": texts_typed("names"),
            "registry": registry,
            "measure": given.get("measure", "count"),
        }
        page = window_from(document).page(registry)
        if place.isdecimal() and page is not None and int(place[:3]) < len(page.quick):
            tile["filter"] = dict(page.quick[int(place[:3])]["filter"])
        document["tiles"].append(tile)

    return change_window(role, alter, url_for("portal.design_window", role=role, _anchor="tiles"))


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
        document["contacts"].append({**contact, "about": texts_typed("about")})

    return change_window(role, alter, url_for("portal.design_window", role=role, _anchor="contacts"))


def _take_out(listed: list[Any]) -> None:
    place = request.form.get("place", "")
    if place.isdecimal() and len(place) < 4 and int(place) < len(listed):
        listed.pop(int(place))


__all__ = ["usual_page"]

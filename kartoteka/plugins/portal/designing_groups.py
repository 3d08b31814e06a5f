"""Groups of customers, made in the browser out of what stands in their own records and those of their firms."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from kartoteka.platform.sdk import (
    Conflict,
    Invalid,
    Registry,
    Work,
    _,
    begin,
    change_plugin,
    filter_sentence,
    go,
    label,
    settings_of,
    tell,
)
from kartoteka.plugins.portal.access import accounts
from kartoteka.plugins.portal.drafting import DESIGN, Document, first_of, texts_typed
from kartoteka.plugins.portal.faces import pages
from kartoteka.plugins.portal.settings import NAME, said

MOST_GROUPS = 60


@dataclass(frozen=True)
class Trait:
    """What somebody may be chosen by: a detail, and one of its values."""

    registry: str
    path: str
    value: Any
    of: str
    label: str

    @property
    def key(self) -> str:
        """How it is named in a form."""
        return f"{self.registry}|{self.path}|{self.value}"

    @property
    def filter(self) -> Document:
        """The filter that it stands for."""
        return {"field": self.path, "op": "eq", "value": self.value}


def traits(work: Work) -> list[Trait]:
    """This function will list what people of the portal can be told apart by: choices, and what is true or not."""
    known = {each.identity.registry for each in accounts(work) if each.identity is not None}
    people = [each for each in work.catalog.active_registries if each.key in known] or [
        each
        for each in work.catalog.active_registries
        if not each.plugin and any(one.type == "email" for one in each.active_fields)
    ]
    return [trait for each in people for trait in _traits_of(work, each)]


def _traits_of(work: Work, person: Registry) -> Iterator[Trait]:
    language = work.actor.locale.language
    yield from _values(work, person, person.key, "", label(person, language))
    for each in person.active_fields:
        there = (
            work.catalog.registries.get(str(each.options.get("target", "")))
            if each.type == "relation"
            else None
        )
        if there is not None and there.active and there.key != person.key:
            name = f"{label(person, language)} › {label(each, language)}"
            yield from _values(work, there, person.key, f"{each.key}.", name)


def _values(work: Work, registry: Registry, of: str, prefix: str, name: str) -> Iterator[Trait]:
    language = work.actor.locale.language
    for each in registry.active_fields:
        about = f"{name} · {label(each, language)}"
        if each.type == "boolean":
            yield Trait(of, f"{prefix}{each.key}", True, about, _("yes"))
            yield Trait(of, f"{prefix}{each.key}", False, about, _("no"))
        elif each.type == "choice":
            for one in each.options.get("choices", ()):
                shown = (one.get("names") or {}).get(language) or one["name"]
                yield Trait(of, f"{prefix}{each.key}", one["key"], about, shown)


def groups_of(work: Work) -> list[Document]:
    """This function will list the groups: key, name, and in words who belongs to each."""
    found = settings_of(work, NAME).get("groups", {})
    language = work.actor.locale.language
    return [
        {"key": key, "label": said(each["names"], language) or key, "told": _told(work, each)}
        for key, each in found.items()
    ]


def _told(work: Work, group: Document) -> str:
    registry = work.catalog.registries.get(group["registry"])
    if registry is None:
        return ""
    try:
        rule = str(filter_sentence(work, registry.key, group["filter"])) if group["filter"] else ""
    except (Invalid, KeyError):
        rule = ""
    return " · ".join(filter(None, [label(registry, work.actor.locale.language), rule]))


@pages.page("/admin/portal/groups", "POST", right=DESIGN)
def arrange_groups() -> ResponseReturnValue:
    """A group made or taken out."""
    given = request.form
    try:
        with begin(design=True) as work:
            groups = dict(settings_of(work, NAME).get("groups", {}))
            if given.get("deed") == "remove":
                groups.pop(given.get("group", ""), None)
            else:
                key, made = _made(work, groups)
                groups[key] = made
            change_plugin(work, NAME, {"settings": {"groups": groups}})
            tell(_("Saved."))
    except (Invalid, Conflict) as error:
        tell(first_of(error), tone="bad")
    return go(url_for("portal.design", _anchor="groups"))


def _made(work: Work, groups: Document) -> tuple[str, Document]:
    names, chosen = texts_typed("names"), request.form.get("trait", "")
    trait = next((each for each in traits(work) if each.key == chosen), None)
    key = request.form.get("key", "").strip()
    if not names or trait is None or not key.isidentifier() or key != key.lower() or len(key) > 40:
        raise Invalid(
            {"key": [_("A group has a name, a key of small letters, and something by which it is told.")]}
        )
    if key in groups or len(groups) >= MOST_GROUPS:
        raise Conflict(_("There is a group “{key}” already.", key=key))
    return key, {"names": names, "registry": trait.registry, "filter": trait.filter}


__all__ = ["groups_of", "traits"]

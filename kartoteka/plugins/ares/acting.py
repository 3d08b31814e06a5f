"""Those who act for a company, offered as contacts: a way to a form that is filled in, where there is room for them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import url_for

from kartoteka.field_types.folding import fold
from kartoteka.platform.sdk import Query, Work, browse
from kartoteka.plugins.ares.registers.answers import Person

_FIRST = ("first_name", "firstname", "given_name", "jmeno", "krestni_jmeno")
_LAST = ("last_name", "lastname", "surname", "family_name", "prijmeni")
_WHOLE = ("name", "full_name", "title", "nazev", "jmeno_a_prijmeni", "cele_jmeno")
_ROLE = ("position", "role", "job_title", "function", "funkce", "pozice")
# So many contacts of one company are looked through for whoever is there already.
_MOST = 200


@dataclass(frozen=True)
class Place:
    """Where contacts of a company are kept: a registry that points at its own, and the details that hold a name."""

    registry: str
    relation: str
    first: str
    last: str
    role: str


@dataclass(frozen=True)
class Suggestion:
    """Somebody who acts for a company, and the form in which he becomes a contact; none where he is one already."""

    name: str
    role: str
    url: str


def place_for(work: Work, registry: str) -> Place | None:
    """This function will find where the actor may add contacts of a company of a registry, if anywhere."""
    there = {each.key for each in work.registries()}
    for other, relation in work.catalog.relations_to.get(registry, ()):
        found = _place(work, other.key, relation.key) if other.key in there else None
        if found is not None:
            return found
    return None


def _place(work: Work, registry: str, relation: str) -> Place | None:
    opened = work.open(registry)
    keys = {each.key for each in opened.fields if each.type == "text"}
    if not opened.may("create") or opened.seen.field(relation) is None:
        return None
    first, last = _known(_FIRST, keys), _known(_LAST, keys)
    whole = _known(_WHOLE, keys)
    if not (first and last):
        first, last = "", whole
    return Place(registry, relation, first, last, _known(_ROLE, keys)) if last else None


def _known(wanted: Iterable[str], keys: set[str]) -> str:
    return next((each for each in wanted if each in keys), "")


def suggestions(work: Work, place: Place, record: int, persons: Sequence[Person]) -> list[Suggestion]:
    """This function will offer those who act for a company; whoever stands among its contacts already is only named."""
    if not persons:
        return []
    same = {"field": place.relation, "op": "in", "value": [record]}
    known = browse(work, place.registry, Query(filter=same, fields=(), page_size=_MOST)).items
    titles = [_words(each.title) for each in known]
    return [_suggestion(place, record, each, titles) for each in persons]


def _suggestion(place: Place, record: int, person: Person, titles: Sequence[set[str]]) -> Suggestion:
    bare = bare_name(person.name)
    if any(_words(bare) <= title for title in titles):
        return Suggestion(person.name, person.role, "")
    first, _blank, last = bare.rpartition(" ")
    typed: dict[str, Any] = {place.relation: record, place.last: last if place.first else bare}
    typed |= {place.first: first} if place.first else {}
    typed |= {place.role: person.role} if place.role and person.role else {}
    address = url_for("web.new_record", registry=place.registry)
    return Suggestion(
        person.name,
        person.role,
        f"{address}?{urlencode({f'v.{key}': value for key, value in typed.items()})}",
    )


def bare_name(name: str) -> str:
    """This function will leave out degrees: what ends with a dot, and what stands behind a comma."""
    return " ".join(each for each in name.partition(",")[0].split() if not each.endswith("."))


def _words(text: str) -> set[str]:
    return set(fold(text).split())


__all__ = ["Place", "Suggestion", "bare_name", "place_for", "suggestions"]

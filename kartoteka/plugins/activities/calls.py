"""The page of a telephone call: who is it, is he important, who looks after him; and a note while one talks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import render_template, request, url_for
from marshmallow import ValidationError

from kartoteka.platform.sdk import (
    FieldView,
    Query,
    Record,
    Work,
    begin,
    browse,
    colour_class,
    details_of,
    label,
    render,
)
from kartoteka.plugins.activities.design import CALL, KEY
from kartoteka.plugins.activities.dialogs import dialogs
from kartoteka.plugins.activities.faces import pages

FEWEST, MOST = 4, 40
OF_A_REGISTRY, MOST_AROUND = 5, 3
# What says how somebody is to be dealt with, and who looks after him.
TELLING = frozenset({"choice", "multi_choice", "boolean", "user", "phone"})
# A registry and the id of a record of it.
Place = tuple[str, int]


@dataclass(frozen=True)
class Known:
    """A record as the page tells of it, as far as the reader may see it."""

    title: str
    url: str
    icon: str
    registry_label: str
    category: str
    colour: str
    facts: Sequence[FieldView]


@dataclass(frozen=True)
class Caller(Known):
    """Somebody with the number; `around` are those whom he belongs to, such as his company."""

    note_url: str
    around: Sequence[Known]


@dataclass(frozen=True)
class Room:
    """A registry in which somebody with the number can be kept."""

    label: str
    url: str


@pages.page("/call")
def call() -> str:
    """The page on which one types the number of whoever is calling."""
    with begin() as work:
        return render(work, "activities/call.html", at="activities", **_answer(work, _number()))


@pages.page("/call/found")
def call_found() -> str:
    """Whoever has the number, as it is typed."""
    with begin() as work:
        return render_template("activities/call_found.html", **_answer(work, _number()))


def _number() -> str:
    return request.args.get("number", "")[:MOST].strip()


def _answer(work: Work, number: str) -> Mapping[str, Any]:
    digits = "".join(sign for sign in number if sign.isdigit())
    if len(digits) < FEWEST:
        return {"number": number, "callers": [], "places": [], "asked": False}
    callers = list(callers_with(work, number, digits))
    places = [] if callers else [_place(work, registry, key, number) for registry, key in _new_places(work)]
    return {"number": number, "callers": callers, "places": places, "asked": True}


def callers_with(work: Work, number: str, digits: str) -> Iterator[Caller]:
    """This function will find whoever has a number, or one with such digits in it: one statement for each registry."""
    for registry, keys in _with_phones(work).items():
        nodes = [_has(work, registry, key, number, digits) for key in keys]
        asked = Query(filter={"or": nodes}, page_size=OF_A_REGISTRY)
        found = browse(work, registry, asked, flags=True).items
        around = _around(work, found)
        for record in found:
            yield _caller(
                work, record, [around[each] for each in _belongs_to(work, record) if each in around]
            )


def _has(work: Work, registry: str, key: str, number: str, digits: str) -> Mapping[str, Any]:
    """A whole number is looked up as it is kept, which an index answers; a part of one anywhere in the others."""
    whole = _as_kept(work, registry, key, number)
    if whole:
        return {"field": key, "op": "eq", "value": whole}
    return {"field": key, "op": "contains", "value": digits.removeprefix("00")}


def _as_kept(work: Work, registry: str, key: str, number: str) -> str:
    opened = work.open(registry)
    each = next(each for each in opened.fields if each.key == key)
    try:
        return str(opened.kind(each).schema.deserialize(number) or "")
    except ValidationError:
        return ""


def _with_phones(work: Work) -> dict[str, list[str]]:
    found = {
        registry.key: [each.key for each in work.open(registry.key).fields if each.type == "phone"]
        for registry in work.registries()
    }
    return {registry: keys for registry, keys in found.items() if keys}


def _new_places(work: Work) -> Iterator[tuple[str, str]]:
    for registry, keys in _with_phones(work).items():
        opened = work.open(registry)
        first = next((each for each in opened.fields if each.key == keys[0]), None)
        if opened.may("create") and first is not None and opened.may_write(first, "create"):
            yield registry, keys[0]


def _place(work: Work, registry: str, key: str, number: str) -> Room:
    known = work.catalog.registries[registry]
    return Room(
        label(known, work.actor.locale.language),
        f"{url_for('web.new_record', registry=registry)}?{urlencode({f'v.{key}': number})}",
    )


def _belongs_to(work: Work, record: Record) -> list[Place]:
    """What a record points at with details for one: to whom somebody belongs says how he is to be dealt with."""
    opened = work.open(record.registry)
    single = [each for each in opened.fields if each.type == "relation" and not opened.kind(each).many]
    return [
        (str(each.options["target"]), link.id)
        for each in single
        for link in record.values.get(each.key) or ()
    ][:MOST_AROUND]


def _around(work: Work, found: Sequence[Record]) -> Mapping[Place, Known]:
    """By one statement for each registry, whoever is calling."""
    wanted: dict[str, set[int]] = {}
    for record in found:
        for registry, id in _belongs_to(work, record):
            wanted.setdefault(registry, set()).add(id)
    return {
        (each.registry, each.id): Known(**_told(work, each))
        for registry, ids in wanted.items()
        for each in browse(
            work, registry, Query(filter={"field": "id", "op": "in", "value": sorted(ids)}, page_size=MOST)
        ).items
    }


def _caller(work: Work, record: Record, around: Sequence[Known]) -> Caller:
    plugin = work.catalog.registries[KEY].plugin
    note = dialogs.new_url(record, category=CALL) if record.tabs.get(plugin) == "edit" else ""
    return Caller(**_told(work, record), note_url=note, around=around)


def _told(work: Work, record: Record) -> dict[str, Any]:
    registry, language = work.catalog.registries[record.registry], work.actor.locale.language
    category = registry.category(record.category or "")
    return {
        "title": record.title,
        "url": url_for("web.record", registry=record.registry, id=record.id),
        "icon": registry.icon or "file-text",
        "registry_label": label(registry, language),
        "category": label(category, language) if category else "",
        "colour": (colour_class(category.colour) if category else "") or "blue",
        "facts": [
            view for view in details_of(work, record) if view.widget in TELLING and view.value is not False
        ],
    }

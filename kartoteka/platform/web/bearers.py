"""On which record a thing of a plugin lies, as pages ask it: what there is to choose from, and what was chosen."""

from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from kartoteka.platform.catalog.definitions import EDIT, label
from kartoteka.platform.kernel.errors import Invalid, NotFound
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import records
from kartoteka.platform.services.records import KEEP, Bearer, Record
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.picking import Picker, PlaceView

# The name under which a form says it.
PLACE = "thing.on"
# So many of each registry are offered, among so many that fit what was typed.
OFFERED, LOOKED_AT = 5, 20


def place_of(on: Bearer | Record | None) -> str:
    """This function will name a record as addresses and forms do: its registry and its id."""
    return f"{on.registry}/{on.id}" if on is not None else ""


def bearer_named(text: str) -> Bearer | None:
    """This function will read what addresses and forms name a record by, None when it is no such thing."""
    registry, _slash, id = text.partition("/")
    return Bearer(registry, int(id)) if registry and id.isdecimal() and len(id) < 19 else None


def places_offered(work: Work, plugin: str, q: str) -> list[Mapping[str, str]]:
    """This function will offer records of all registries to which the actor may add what a plugin attaches."""
    language = work.actor.locale.language
    return [
        {
            "id": place_of(Bearer(registry.key, link.id)),
            "title": link.title,
            "note": label(registry, language),
        }
        for registry in work.registries()
        if plugin in work.catalog.tabs(registry)
        for link in _open_to(work, registry.key, plugin, q)
    ]


def _open_to(work: Work, registry: str, plugin: str, q: str) -> list[records.Link]:
    found = records.picker(work, registry, q, limit=LOOKED_AT)
    adds = work.open(registry).bearing([each.id for each in found], plugin, EDIT) if found else set()
    return [each for each in found if each.id in adds][:OFFERED]


def place_picker(work: Work, pick_url: str, on: Bearer | None, given: MultiDict[str, str]) -> Picker:
    """This function will ask where a thing lies: with what was chosen, or else where it lies now."""
    if PLACE in given:
        on = _titled(work, chosen_of(given))
    links = [PlaceView(place_of(on), on.title)] if on is not None else []
    return Picker(_("Belongs to"), pick_url, "thing-on", PLACE, links)


def _titled(work: Work, on: Bearer | None) -> Bearer | None:
    try:
        found = records.fetch(work, on.registry, on.id) if on is not None else None
    except NotFound:
        return None
    return Bearer(found.registry, found.id, found.title) if found is not None else None


def chosen_of(form: MultiDict[str, str], name: str = PLACE) -> Bearer | None:
    """This function will read the record that a form has chosen, None for none."""
    return bearer_named(next((each for each in form.getlist(name) if each), ""))


def place_typed(form: MultiDict[str, str], on: Bearer | None, *, free: bool) -> Any:
    """This function will tell where a form moves a thing: KEEP when it stays where its reader sees it lie.

    :raises Invalid: when it would lie on nothing and must not.
    """
    if PLACE not in form:
        return KEEP
    chosen = chosen_of(form)
    if place_of(chosen) == place_of(on):
        return KEEP
    if chosen is None and not free:
        raise Invalid({"on": [_("Choose the record to which it belongs.")]})
    return chosen


__all__ = ["PLACE", "bearer_named", "chosen_of", "place_of", "place_picker", "place_typed", "places_offered"]

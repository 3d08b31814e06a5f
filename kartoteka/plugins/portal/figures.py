"""The figures of the first page: counts and sums of what a guest sees, and what stands in his own records."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from kartoteka.platform.sdk import KartotekaError, NotFound, Query, Record, fetch, label, number_text, summary
from kartoteka.plugins.portal.mine import own_record
from kartoteka.plugins.portal.settings import said
from kartoteka.plugins.portal.visitors import Visit

# What stands in a field of the record that a guest is, or of the one that this points at, such as his credit limit.
OF_HIS_OWN = "value:"


@dataclass(frozen=True)
class Figure:
    """One figure of the first page."""

    label: str
    text: str
    url: str


def figures(visit: Visit) -> list[Figure]:
    """This function will work out the figures of the first page; one that cannot be is left out."""
    found = []
    for window in visit.windows:
        for tile in window.tiles:
            figure = _figure(visit, tile)
            if figure is not None:
                found.append(figure)
    return found or _usual_figures(visit)


def _usual_figures(visit: Visit) -> list[Figure]:
    return [] if any(window.pages for window in visit.windows) else [
        Figure(shown.label, number_text(_counted(visit, shown.key), visit.language), shown.url)
        for shown in visit.pages.values()
    ]  # fmt: skip


def _counted(visit: Visit, registry: str) -> int:
    return summary(visit.work, registry)[0].count


def _figure(visit: Visit, tile: Any) -> Figure | None:
    shown, what = visit.pages.get(tile["registry"]), tile["measure"]
    if what.startswith(OF_HIS_OWN):
        return _of_his_own(visit, tile)
    if shown is None:
        return None
    name = said(tile["names"], visit.language) or shown.label
    try:
        groups = summary(
            visit.work, shown.key, measure=tile["measure"], query=Query(filter=tile["filter"] or None)
        )
    except KartotekaError:
        # It may ask for what this guest does not see.
        return None
    if tile["measure"] == "count":
        return Figure(name, number_text(groups[0].count, visit.language), shown.url)
    opened = visit.work.open(shown.key)
    each = opened.seen.field(tile["measure"].partition(":")[2])
    if each is None:
        return None
    measured, value = opened.kind(each), groups[0].value
    text = measured.type.text(value, measured.options, visit.work.actor.locale) if value is not None else "—"
    return Figure(name, text, shown.url)


def _of_his_own(visit: Visit, tile: Any) -> Figure | None:
    """The value of a field of his contact or his company; nothing where it is empty, or not for him."""
    record, key = _his(visit, tile["registry"]), tile["measure"].removeprefix(OF_HIS_OWN)
    value = record.values.get(key) if record is not None else None
    if record is None or value is None:
        return None
    opened = visit.work.open(record.registry)
    field = opened.seen.field(key)
    if field is None or opened.kind(field).linking:
        return None
    kind = opened.kind(field)
    name = said(tile["names"], visit.language) or label(field, visit.language)
    return Figure(name, kind.type.text(value, kind.options, visit.work.actor.locale), url_for("portal.mine"))


def _his(visit: Visit, registry: str) -> Record | None:
    own = own_record(visit)
    if own is None or own.registry == registry:
        return own
    found = [link for link in _links(visit, own, registry) if link is not None]
    try:
        return fetch(visit.work, registry, found[0].id) if len(found) == 1 else None
    except NotFound:
        return None


def _links(visit: Visit, own: Record, registry: str) -> Sequence[Any]:
    fields = visit.work.open(own.registry).fields
    pointing = [each for each in fields if each.type == "relation" and each.options.get("target") == registry]
    return [link for each in pointing for link in own.values.get(each.key) or ()]


__all__ = ["OF_HIS_OWN", "Figure", "figures"]

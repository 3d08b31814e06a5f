"""What a watchdog says of things that are put on records, of records that point at others, and of the size of lists."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from kartoteka.platform.sdk import (
    Course,
    Happening,
    NotFound,
    Noticed,
    Query,
    Record,
    browse,
    count,
    courses_of,
    renewed_by,
    signals_of,
    states_of,
)
from kartoteka.plugins.watchdogs import definition as d
from kartoteka.plugins.watchdogs.definition import When
from kartoteka.plugins.watchdogs.sentences import topics_text
from kartoteka.plugins.watchdogs.watching import Occurrence, Watch

PAGE = 500


def of_things(
    watch: Watch, name: str, *, ids: Sequence[int] | None = None, since: datetime | None = None
) -> list[Occurrence]:
    """This function will tell what a watchdog says of things (`tasks` …): of some, or of all since a moment."""
    parts = [(place, part) for place, part in enumerate(watch.definition.when.each)
             if part.kind == d.ADDED and name in part.of]  # fmt: skip
    if not parts:
        return []
    things = [each for each in _things(watch, name, ids, since) if each.on is not None]
    bearers = _bearers(watch, [each.on.id for each in things if each.on])
    renewed = _renewed(watch, name)
    return [
        Occurrence(course.id, at, f"{name}:{each.id}{version}.{place}", place, course.title,
                   thing=each.id, new=each.title, by=each.updated_by.title if renewed else each.created_by.title)
        for each in things
        if each.on is not None and (course := bearers.get(each.on.id)) is not None
        for version, at in [(f" n{each.values.get(renewed)}", each.updated_at) if renewed else ("", each.created_at)]
        for place, _part in parts
        if watch.fitting(course, watch.clock.day(at))
    ]  # fmt: skip


def _renewed(watch: Watch, name: str) -> str:
    """The field that counts versions, where new versions are meant and not new things."""
    bare = name.removesuffix(d.VERSIONS)
    return renewed_by(watch.work, f"_{bare}") if bare != name else ""


def _things(watch: Watch, name: str, ids: Sequence[int] | None, since: datetime | None) -> list[Record]:
    definition = watch.definition
    on: dict[str, Any] = {"registry": definition.registry}
    if definition.record is not None:
        on["id"] = definition.record
    nodes: list[Any] = [{"field": "on", "op": "eq", "value": on}]
    renewed, registry = _renewed(watch, name), f"_{name.removesuffix(d.VERSIONS)}"
    if since is not None:
        nodes.append(
            {"field": "updated_at" if renewed else "created_at", "op": "gte", "value": since.isoformat()}
        )
    if renewed:
        nodes.append({"field": renewed, "op": "gt", "value": 1})
    chunks = [None] if ids is None else [list(ids[at : at + PAGE]) for at in range(0, len(ids), PAGE)]
    found: list[Record] = []
    for chunk in chunks:
        also = [] if chunk is None else [{"field": "id", "op": "in", "value": chunk}]
        try:
            asked = Query(filter={"and": [*nodes, *also]}, fields=(renewed,) if renewed else (),
                          sort="-created_at", page_size=PAGE)  # fmt: skip
            found += browse(watch.work, registry, asked).items
        except NotFound:
            return []
    return found


def _bearers(watch: Watch, ids: Iterable[int]) -> Mapping[int, Course]:
    wanted = sorted(set(ids))
    keys = sorted(watch.keys) if watch.keys is not None else None
    found = states_of(watch.work, watch.definition.registry, keys, wanted)
    watch.fit.look(wanted)
    return found


def of_signal(watch: Watch, kind: str, noticed: Iterable[Noticed]) -> list[Occurrence]:
    """This function will tell what a watchdog says of what another plugin has noticed about records."""
    parts = [(place, part) for place, part in enumerate(watch.definition.when.each) if part.kind == kind]
    signal, registry = signals_of(watch.work).get(kind), watch.definition.registry
    meant = [each for each in noticed if watch.definition.record in (None, each.record)]
    if not parts or not meant or signal is None:
        return []
    heard = signal.heard(watch.work, registry, sorted({each.record for each in meant}))
    bearers = _bearers(watch, heard)
    return [
        Occurrence(each.record, each.at, f"{each.at.isoformat()} {','.join(topics)}.{place}", place,
                   bearers[each.record].title, new=topics_text(signal, topics))
        for each in meant
        if each.record in bearers and watch.fitting(bearers[each.record], watch.clock.day(each.at))
        for place, part in parts
        if (topics := [topic for topic in each.topics if not part.of or topic in part.of])
    ]  # fmt: skip


def of_pointing(
    watch: Watch, registry: str, chosen: Callable[[Happening], bool], *, since: datetime,
    records: Sequence[int] | None = None,
) -> list[Occurrence]:  # fmt: skip
    """This function will tell what a watchdog says of records of another registry that begin to point at its own."""
    parts = [(place, part) for place, part in enumerate(watch.definition.when.each)
             if part.kind == d.RELATED and registry in part.of]  # fmt: skip
    fields = _relations(watch, registry) if parts else []
    if not fields:
        return []
    told = courses_of(watch.work, registry, fields, since=since, records=records).courses
    new = [(course, step, target) for course in told.values() for step in course.steps
           if chosen(step) and step.after.alive for target in _new_targets(step, fields)]  # fmt: skip
    bearers = _bearers(watch, [target for _course, _step, target in new])
    wanted = watch.definition.record
    return [
        Occurrence(target, step.at, f"{registry}:{course.id}:v{step.version}.{place}", place, bearers[target].title,
                   thing=course.id, new=course.title, by=step.by[1])
        for course, step, target in new
        for place, _part in parts
        if wanted in (None, target) and target in bearers
        and watch.fitting(bearers[target], watch.clock.day(step.at))
    ]  # fmt: skip


def _relations(watch: Watch, registry: str) -> list[str]:
    try:
        other = watch.work.open(registry)
    except NotFound:
        return []
    pointing = watch.work.catalog.relations_to.get(watch.definition.registry, ())
    return [
        each.key
        for known, each in pointing
        if known.key == registry and other.seen.field(each.key) is not None
    ]


def _new_targets(step: Happening, fields: Sequence[str]) -> set[int]:
    before = (
        set().union(*(step.before.values.get(key) or () for key in fields)) if step.before.alive else set()
    )
    return set().union(*(step.after.values.get(key) or () for key in fields)) - before


Memory = dict[str, Any]


def of_number(watch: Watch, memory: Mapping[str, Any], at: datetime) -> tuple[list[Occurrence], Memory]:
    """This function will tell whether the number of records in a list has passed its bound since it was last looked at.

    `memory` is what it knew then; what it knows now comes back with it.
    """
    said, known = [], dict(memory)
    for place, part in enumerate(watch.definition.when.each):
        if part.kind != d.COUNT:
            continue
        number = count(watch.work, watch.definition.registry, Query(filter=watch.definition.filter))
        before = known.get(str(place), {"beyond": False, "turn": 0})
        beyond, turn = passes(part, number), int(before["turn"])
        if beyond and not before["beyond"]:
            turn += 1
            said.append(Occurrence(0, at, f"number {turn}.{place}", place, new=number))
        known[str(place)] = {"beyond": beyond, "turn": turn}
    return said, known


def passes(part: When, number: int) -> bool:
    """This function will tell whether a number lies beyond the bound."""
    if part.above is not None:
        return number > part.above
    return part.below is not None and number < part.below


def past_numbers(watch: Watch, courses: Mapping[int, Course]) -> list[Occurrence]:
    """This function will tell when the number of records in a list passed its bound, walking back from now."""
    parts = [(place, part) for place, part in enumerate(watch.definition.when.each) if part.kind == d.COUNT]
    if not parts:
        return []
    watch.fit.look(list(courses))
    turns: list[tuple[datetime, int]] = []
    for course in courses.values():
        for step in course.steps:
            day = watch.clock.day(step.at)
            fitted, fits = (watch.fit.holds(course.id, each, day) for each in (step.before, step.after))
            if fitted != fits:
                turns.append((step.at, 1 if fits else -1))
    number = count(watch.work, watch.definition.registry, Query(filter=watch.definition.filter))
    found = []
    for at, change in sorted(turns, reverse=True):
        for place, part in parts:
            if passes(part, number) and not passes(part, number - change):
                found.append(Occurrence(0, at, f"number at {at.isoformat()}.{place}", place, new=number))
        number -= change
    return found[::-1]


__all__ = ["Memory", "of_number", "of_pointing", "of_signal", "of_things", "passes", "past_numbers"]

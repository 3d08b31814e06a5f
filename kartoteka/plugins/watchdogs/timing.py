"""What a watchdog says when time passes: dates, anniversaries, silence, fixed days, lists that change with the day.

Asked for any time between two moments, past or coming: the worker asks for the time since it last looked, and whoever
sets a watchdog for ninety days back and ninety days ahead. A record that has changed meanwhile is judged, moment by
moment, by what it was.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

from kartoteka.platform.sdk import Course, Link, Query, State, browse, courses_of, dated, label, states_of
from kartoteka.plugins.watchdogs import definition as d
from kartoteka.plugins.watchdogs.days import anniversary_origins, origins, rounds, rule_days, shifted
from kartoteka.plugins.watchdogs.definition import When
from kartoteka.plugins.watchdogs.reading import CHANGES
from kartoteka.plugins.watchdogs.watching import Occurrence, Watch

DAY = timedelta(days=1)
EARLIEST, LATEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
PAGE = 500


@dataclass(frozen=True, slots=True)
class Span:
    """The time after one moment, up to another. Not more than `most` records are looked at, if it is said."""

    after: datetime
    until: datetime
    most: int | None = None
    # A record is taken as if it had been there, as it was first, before it was made: for whoever asks what would have
    # been told, since many a register is younger than what it keeps.
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Stretch:
    """How a record was from one moment until another."""

    begins: datetime
    ends: datetime
    state: State


def of_time(watch: Watch, span: Span) -> list[Occurrence]:
    """This function will tell what a watchdog says within a time, in order, each occurrence once."""
    if span.until <= span.after:
        return []
    found: dict[tuple[int, str], Occurrence] = {}
    touched = _touched(watch, span)
    for place, part in enumerate(watch.definition.when.each):
        for each in _of_part(watch, place, part, span, touched):
            if span.after < each.at <= span.until:
                before = found.get((each.record, each.key))
                if before is None or each.at < before.at:
                    found[each.record, each.key] = each
    return sorted(found.values(), key=lambda each: (each.at, each.record, each.key))


def _of_part(
    watch: Watch, place: int, part: When, span: Span, touched: Mapping[int, Course]
) -> Iterator[Occurrence]:
    if part.kind in d.OF_DATE:
        return _of_date(watch, place, part, span, touched)
    if part.kind == d.SILENCE:
        return _of_silence(watch, place, part, span, touched)
    if part.kind in (d.DAY, d.EVERY):
        return _of_days(watch, place, part, span, touched)
    if part.kind in (d.ENTERS, d.QUITS) and watch.fit.by_time:
        return _of_list(watch, place, part, span, touched)
    return iter(())


def _touched(watch: Watch, span: Span) -> Mapping[int, Course]:
    """Records to which something has happened since the day began with which the time begins."""
    since = watch.clock.begins(watch.clock.day(span.after))
    if since > watch.work.now:
        return {}
    record = watch.definition.record
    keys = sorted(watch.keys) if watch.keys is not None else None
    told = courses_of(watch.work, watch.definition.registry, keys, since=since,
                      records=None if record is None else [record])  # fmt: skip
    if watch.fit.elsewhere:
        watch.fit.look(list(told.courses))
    return told.courses


def _stretches(course: Course, *, assumed: bool = False) -> Iterator[Stretch]:
    """A record from stretch to stretch, from before its first known step to for ever."""
    if not course.steps:
        yield Stretch(EARLIEST, LATEST, course.now)
        return
    first = course.steps[0]
    yield Stretch(EARLIEST, first.at, first.after if assumed and first.action == "create" else first.before)
    for step, following in zip(course.steps, [*course.steps[1:], None], strict=True):
        yield Stretch(step.at, following.at if following is not None else LATEST, step.after)


def _of_date(
    watch: Watch, place: int, part: When, span: Span, touched: Mapping[int, Course]
) -> Iterator[Occurrence]:
    first, last = watch.clock.day(span.after), watch.clock.day(span.until)
    for course in touched.values():
        yield from _of_dated(watch, place, part, course, first, last, assumed=span.assumed)
    for course in _untouched(watch, part.field, _spans(watch, part, first, last), span, touched):
        yield from _of_dated(watch, place, part, course, first, last, assumed=span.assumed)


def _of_dated(
    watch: Watch, place: int, part: When, course: Course, first: date, last: date, *, assumed: bool
) -> Iterator[Occurrence]:
    for stretch in _stretches(course, assumed=assumed):
        value = stretch.state.values.get(part.field) if stretch.state.alive else None
        day = watch.clock.day(value) if isinstance(value, datetime) else value
        if day is None:
            continue
        for told in _told_on(watch, part, day, first, last):
            at = _moment(watch, stretch, told)
            if at is not None and watch.fit.holds(course.id, stretch.state, told):
                key = f"{day.isoformat()}@{told.isoformat()}.{place}"
                yield Occurrence(course.id, at, key, place, course.title, part.field, new=value)


def _told_on(watch: Watch, part: When, day: date, first: date, last: date) -> Iterable[date]:
    if part.kind == d.ANNIVERSARY:
        return rounds(day, first, last, part.offset, watch.free)
    told = shifted(day, part.offset, watch.free)
    return [told] if told is not None and first <= told <= last else []


def _moment(watch: Watch, stretch: Stretch, day: date) -> datetime | None:
    """When something is told that is due on a day: at its time, or later the same day when it became so only then."""
    at = watch.clock.moment(day)
    if stretch.begins <= at < stretch.ends:
        return at
    late = stretch.begins > at and watch.clock.day(stretch.begins) == day
    return stretch.begins if late else None


def _spans(watch: Watch, part: When, first: date, last: date) -> list[tuple[Any, Any]]:
    days = (
        anniversary_origins(first, last, part.offset)
        if part.kind == d.ANNIVERSARY
        else [origins(first, last, part.offset)]
    )
    each = watch.opened.seen.field(part.field)
    if each is None or each.type == "date":
        return list(days)
    return [(_begin(watch, low), _begin(watch, high, DAY)) for low, high in days]


def _begin(watch: Watch, day: date, more: timedelta = timedelta()) -> datetime:
    try:
        return watch.clock.begins(day + more)
    except OverflowError:
        return EARLIEST if day.year < 1000 else LATEST


def _untouched(
    watch: Watch, key: str, spans: Sequence[tuple[Any, Any]], span: Span, touched: Mapping[int, Course]
) -> Iterator[Course]:
    """Records as they have been all the time, found by an index; those that have changed are looked at elsewhere."""
    definition, fit = watch.definition, watch.fit
    keys = sorted(watch.keys) if watch.keys is not None else None
    if definition.record is not None:
        alone = states_of(watch.work, definition.registry, keys, [definition.record])
        found: Iterable[Course] = alone.values()
    else:
        # With days in it a filter says something else every day, so it is held against each day by itself.
        narrowed = None if fit.by_time else definition.filter
        found = dated(watch.work, definition.registry, keys, key, spans, filter=narrowed, most=span.most)
    rest = (course for course in found if course.id not in touched)
    while chunk := list(islice(rest, PAGE)):
        if fit.elsewhere:
            fit.look([course.id for course in chunk])
        yield from chunk


def _of_silence(
    watch: Watch, place: int, part: When, span: Span, touched: Mapping[int, Course]
) -> Iterator[Occurrence]:
    wait = timedelta(days=part.days)
    low = watch.clock.begins(watch.clock.day(span.after) - wait)
    high = watch.clock.begins(watch.clock.day(span.until) - wait + DAY)
    bearers = {course.id: course for course in _untouched(watch, "updated_at", [(low, high)], span, {})}
    things = _things_since(watch, part, low, None)
    missing = [each for each in {*things, *touched} if each not in bearers]
    keys = sorted(watch.keys) if watch.keys is not None else None
    if missing:
        bearers |= states_of(watch.work, watch.definition.registry, keys, missing)
    if not bearers:
        return
    told = courses_of(watch.work, watch.definition.registry, keys, since=low, records=sorted(bearers)).courses
    watch.fit.look(list(bearers))
    for course in bearers.values():
        if watch.definition.record not in (None, course.id):
            continue
        whole = told.get(course.id, course)
        changes = [step.at for step in whole.steps if CHANGES in part.of or step.action == "create"]
        events = sorted({*changes, *things.get(course.id, ())})
        for event, following in zip(events, [*events[1:], LATEST], strict=True):
            yield from _of_rest(watch, place, part, whole, event, following)


def _of_rest(
    watch: Watch, place: int, part: When, course: Course, event: datetime, following: datetime
) -> Iterator[Occurrence]:
    """Silence from one thing that happened to the next."""
    day = watch.clock.day(event) + timedelta(days=part.days)
    at = watch.clock.moment(day)
    if following <= at:
        return
    state = next((each.state for each in _stretches(course) if each.begins <= at < each.ends), course.now)
    if watch.fit.holds(course.id, state, day):
        key = f"silent since {event.astimezone(UTC).isoformat()}.{place}"
        yield Occurrence(course.id, at, key, place, course.title, new=event)


def _things_since(
    watch: Watch, part: When, since: datetime, until: datetime | None
) -> dict[int, list[datetime]]:
    """When things were put on records, by record, as far as the person sees them."""
    found: dict[int, list[datetime]] = {}
    registry = watch.definition.registry
    there = {each.key for each in watch.work.registries(plugins=True)}
    record = watch.definition.record
    on = {"registry": registry} if record is None else {"registry": registry, "id": record}
    for name in part.of:
        if name == CHANGES or f"_{name}" not in there:
            continue
        nodes = [{"field": "on", "op": "eq", "value": on},
                 {"field": "created_at", "op": "gte", "value": since.isoformat()}]  # fmt: skip
        cursor = None
        while True:
            asked = Query(filter={"and": nodes}, fields=(), page_size=PAGE, cursor=cursor)
            page = browse(watch.work, f"_{name}", asked)
            for each in page.items:
                if each.on is not None:
                    found.setdefault(each.on.id, []).append(each.created_at)
            cursor = page.next
            if cursor is None:
                break
    return found


def _of_days(
    watch: Watch, place: int, part: When, span: Span, touched: Mapping[int, Course]
) -> Iterator[Occurrence]:
    """A fixed day, or days by a rule: told of one record, or of a list as a whole."""
    first, last = watch.clock.day(span.after), watch.clock.day(span.until)
    start = part.start
    days = [start] if part.kind == d.DAY else rule_days(part.rule, start, first, last)
    language = watch.work.actor.locale.language
    for day in days:
        if not first <= day <= last:
            continue
        at = watch.clock.moment(day)
        key = f"{day.isoformat()}.{place}"
        if watch.definition.record is None:
            yield Occurrence(0, at, key, place, label(watch.opened.registry, language), new=day)
            continue
        course = _alone(watch, touched)
        state = None if course is None else next(
            (each.state for each in _stretches(course) if each.begins <= at < each.ends), None)  # fmt: skip
        if course is not None and state is not None and watch.fit.holds(course.id, state, day):
            yield Occurrence(course.id, at, key, place, course.title, new=day)


def _alone(watch: Watch, touched: Mapping[int, Course]) -> Course | None:
    record = watch.definition.record
    if record is None:
        return None
    keys = sorted(watch.keys) if watch.keys is not None else None
    found = touched.get(record) or states_of(watch.work, watch.definition.registry, keys, [record]).get(
        record
    )
    if found is not None:
        watch.fit.look([record])
    return found


def _of_list(
    watch: Watch, place: int, part: When, span: Span, touched: Mapping[int, Course]
) -> Iterator[Occurrence]:
    """Records that fit from one day on, or fit no more, though nobody has touched them."""
    for day in watch.clock.days(span.after, span.until):
        at, midnight = watch.clock.moment(day), watch.clock.begins(day)
        for course in touched.values():
            there = (each.state for each in _stretches(course) if each.begins <= midnight < each.ends)
            state = next(there, course.now)
            was, is_now = (watch.fit.holds(course.id, state, each) for each in (day - DAY, day))
            if was != is_now and is_now == (part.kind == d.ENTERS):
                yield Occurrence(course.id, at, f"{day.isoformat()}.{place}", place, course.title)
        for link in _turning(watch, part, day, span.most):
            if link.id not in touched:
                yield Occurrence(link.id, at, f"{day.isoformat()}.{place}", place, link.title)


def _turning(watch: Watch, part: When, day: date, most: int | None) -> Iterator[Link]:
    """Records that fit on one side of midnight only, by one statement a page."""
    before, after = (on_day(watch.definition.filter, each) for each in (day - DAY, day))
    entering = {"and": [after, {"not": before}]}
    leaving = {"and": [before, {"not": after}]}
    asked = entering if part.kind == d.ENTERS else leaving
    cursor, given = None, 0
    while most is None or given < most:
        page = browse(watch.work, watch.definition.registry,
                      Query(filter=asked, fields=(), page_size=PAGE, cursor=cursor))  # fmt: skip
        for each in page.items:
            yield Link(each.id, each.title)
        given, cursor = given + len(page.items), page.next
        if cursor is None:
            return


def on_day(node: Any, day: date) -> Any:
    """This function will give a filter as it is meant on a day: what it says of today becomes that day."""
    if isinstance(node, Mapping):
        if node.get("var") == "today":
            days = node.get("days", 0)
            return (day + timedelta(days=days if isinstance(days, int) else 0)).isoformat()
        return {key: on_day(value, day) for key, value in node.items()}
    return [on_day(each, day) for each in node] if isinstance(node, list) else node


def next_look(watch: Watch, now: datetime) -> datetime | None:
    """This function will tell when time is to be looked through again; None when time has nothing to say."""
    if d.TIME not in watch.sorts() and d.NUMBER not in watch.sorts():
        return None
    parts = watch.definition.when.each
    days = [part for part in parts if part.kind == d.DAY]
    if len(days) == len(parts):
        coming = [at for part in days if (at := watch.clock.moment(part.start)) > now]
        return min(coming, default=None)
    return watch.clock.following(now)


__all__ = ["Span", "next_look", "of_time"]

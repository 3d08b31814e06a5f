"""What a watchdog says when time passes: dates, anniversaries, silence, fixed days, lists that change with the day.

Asked for any time between two moments, past or coming: the worker asks for the time since it last looked, and whoever
sets a watchdog for ninety days back and ninety days ahead. A record that has changed meanwhile is judged, moment by
moment, by what it was.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

from kartoteka.platform.sdk import (
    Course,
    Lately,
    Link,
    Query,
    State,
    browse,
    courses_of,
    dated,
    label,
    states_of,
)
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
    # What has been changed lately, kept for all watchdogs that look through the same time.
    lately: Lately = field(default_factory=Lately, compare=False)


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
    past = _Past(watch, span)
    for place, part in enumerate(watch.definition.when.each):
        for each in _of_part(past, place, part):
            if span.after < each.at <= span.until:
                before = found.get((each.record, each.key))
                if before is None or each.at < before.at:
                    found[each.record, each.key] = each
    return sorted(found.values(), key=lambda each: (each.at, each.record, each.key))


def _of_part(past: "_Past", place: int, part: When) -> Iterator[Occurrence]:
    if part.kind in d.OF_DATE:
        return _of_date(past, place, part)
    if part.kind == d.SILENCE:
        return _of_silence(past, place, part)
    if part.kind in (d.DAY, d.EVERY):
        return _of_days(past, place, part)
    if part.kind in (d.ENTERS, d.QUITS) and past.watch.fit.by_time:
        return _of_list(past, place, part)
    return iter(())


class _Past:
    """What has happened to the records of a watchdog since the day began with which a time begins.

    Very many records may have been changed on a day; read are those of which it matters to what is asked.
    """

    def __init__(self, watch: Watch, span: Span) -> None:
        self.watch, self.span = watch, span
        self.registry, self.record = watch.definition.registry, watch.definition.record
        self.keys = sorted(watch.keys) if watch.keys is not None else None
        self.since = watch.clock.begins(watch.clock.day(span.after))
        # Of what is still to come nothing has happened yet.
        self.ahead = self.since > watch.work.now

    def courses(self, records: Iterable[int]) -> dict[int, Course]:
        """Those of some records to which something has happened."""
        wanted = sorted(records)
        if self.ahead or not wanted:
            return {}
        told = courses_of(self.watch.work, self.registry, self.keys, since=self.since, records=wanted)
        self.look(told.courses)
        return dict(told.courses)

    def look(self, records: Iterable[int]) -> None:
        """The conditions that ask about other records must have seen these."""
        if self.watch.fit.elsewhere:
            self.watch.fit.look(list(records))

    def dated(self, key: str, spans: Sequence[tuple[Any, Any]]) -> dict[int, Course]:
        """Records that may have had a date in some spans, and have it or fit no more."""
        if self.record is not None or self.ahead:
            return self.courses([self.record] if self.record is not None else [])
        work, others = self.watch.work, self.watch.fit.fields
        return self.courses(self.span.lately.dated(work, self.registry, self.since, key, spans, others))

    def refitted(self) -> dict[int, Course]:
        """Records that may have fitted the filter once, or once not."""
        if self.record is not None or self.ahead:
            return self.courses([self.record] if self.record is not None else [])
        changed = self.span.lately.changed(self.watch.work, self.registry, self.since, self.watch.fit.fields)
        return self.courses(changed)

    def untouched(self, key: str, spans: Sequence[tuple[Any, Any]]) -> Iterator[list[Course]]:
        """Records as they are now that have a date in some spans, found by an index, some at a time."""
        definition, fit = self.watch.definition, self.watch.fit
        if self.record is not None:
            alone = states_of(self.watch.work, self.registry, self.keys, [self.record])
            found: Iterator[Course] = iter(alone.values())
        else:
            # With days in it a filter says something else every day, so it is held against each day by itself.
            narrowed = None if fit.by_time else definition.filter
            found = dated(
                self.watch.work, self.registry, self.keys, key, spans, filter=narrowed, most=self.span.most
            )
        while chunk := list(islice(found, PAGE)):
            self.look([course.id for course in chunk])
            yield chunk


def _stretches(course: Course, *, assumed: bool = False) -> Iterator[Stretch]:
    """A record from stretch to stretch, from before its first known step to for ever."""
    if not course.steps:
        yield Stretch(EARLIEST, LATEST, course.now)
        return
    first = course.steps[0]
    yield Stretch(EARLIEST, first.at, first.after if assumed and first.action == "create" else first.before)
    for step, following in zip(course.steps, [*course.steps[1:], None], strict=True):
        yield Stretch(step.at, following.at if following is not None else LATEST, step.after)


def _of_date(past: _Past, place: int, part: When) -> Iterator[Occurrence]:
    watch, span = past.watch, past.span
    first, last = watch.clock.day(span.after), watch.clock.day(span.until)
    spans = _spans(watch, part, first, last)
    known = past.dated(part.field, spans)
    for course in known.values():
        yield from _of_dated(watch, place, part, course, first, last, assumed=span.assumed)
    for chunk in past.untouched(part.field, spans):
        rest = {course.id: course for course in chunk if course.id not in known}
        for course in (rest | past.courses(rest)).values():
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


def _of_silence(past: _Past, place: int, part: When) -> Iterator[Occurrence]:
    watch, span, wait = past.watch, past.span, timedelta(days=part.days)
    low = watch.clock.begins(watch.clock.day(span.after) - wait)
    high = watch.clock.begins(watch.clock.day(span.until) - wait + DAY)
    things = _things_since(watch, part, low, None)
    wanted = {id for id, moments in things.items() if any(low <= each < high for each in moments)}
    # What does not count as something does not end a silence either: then the time since a record was made is meant.
    counted = "updated_at" if CHANGES in part.of else "created_at"
    for chunk in past.untouched(counted, [(low, high)]):
        wanted.update(course.id for course in chunk)
    if past.record is None and not past.ahead:
        wanted |= span.lately.heard_of(watch.work, past.registry, past.since, low, high)
    if past.record is not None:
        wanted = {past.record}
    told = courses_of(watch.work, past.registry, past.keys, since=low, records=sorted(wanted)).courses
    quiet = [each for each in wanted if each not in told]
    bearers = {**states_of(watch.work, past.registry, past.keys, quiet), **told}
    past.look(bearers)
    for course in bearers.values():
        changes = [step.at for step in course.steps if CHANGES in part.of or step.action == "create"]
        events = sorted({*changes, *things.get(course.id, ())})
        for event, following in zip(events, [*events[1:], LATEST], strict=True):
            yield from _of_rest(watch, place, part, course, event, following)


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


def _of_days(past: _Past, place: int, part: When) -> Iterator[Occurrence]:
    """A fixed day, or days by a rule: told of one record, or of a list as a whole."""
    watch, span = past.watch, past.span
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
        course = _alone(past)
        state = None if course is None else next(
            (each.state for each in _stretches(course) if each.begins <= at < each.ends), None)  # fmt: skip
        if course is not None and state is not None and watch.fit.holds(course.id, state, day):
            yield Occurrence(course.id, at, key, place, course.title, new=day)


def _alone(past: _Past) -> Course | None:
    if past.record is None:
        return None
    alone = states_of(past.watch.work, past.registry, past.keys, [past.record])
    past.look(alone)
    return (dict(alone) | past.courses([past.record])).get(past.record)


def _of_list(past: _Past, place: int, part: When) -> Iterator[Occurrence]:
    """Records that fit from one day on, or fit no more, though nobody has touched them."""
    watch = past.watch
    known = past.refitted()
    for day in watch.clock.days(past.span.after, past.span.until):
        at, key = watch.clock.moment(day), f"{day.isoformat()}.{place}"
        for course in known.values():
            if _turns(watch, part, course, day):
                yield Occurrence(course.id, at, key, place, course.title)
        turning = _turning(watch, part, day, past.span.most)
        while chunk := list(islice(turning, PAGE)):
            rest = {link.id: link for link in chunk if link.id not in known}
            touched = past.courses(rest)
            for link in rest.values():
                if link.id not in touched or _turns(watch, part, touched[link.id], day):
                    yield Occurrence(link.id, at, key, place, link.title)


def _turns(watch: Watch, part: When, course: Course, day: date) -> bool:
    """Whether a record begins to fit, or ends, with a day, as it was at midnight."""
    midnight = watch.clock.begins(day)
    there = (each.state for each in _stretches(course) if each.begins <= midnight < each.ends)
    state = next(there, course.now)
    was, is_now = (watch.fit.holds(course.id, state, each) for each in (day - DAY, day))
    return was != is_now and is_now == (part.kind == d.ENTERS)


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

"""A watchdog as one person sees it, and what it says of the steps that records have taken."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import marshmallow as ma

from kartoteka.platform.sdk import (
    Course,
    Fit,
    Happening,
    Invalid,
    NotFound,
    Work,
    _,
    settings_of,
    signals_of,
    states_of,
)
from kartoteka.plugins.watchdogs import definition as d
from kartoteka.plugins.watchdogs.days import Clock, IsFree, czech_free_days, weekends_only
from kartoteka.plugins.watchdogs.definition import Definition, When
from kartoteka.plugins.watchdogs.judging import Reading, speaks


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time that a watchdog speaks. Its key tells it from all others of the same watchdog and record."""

    record: int
    at: datetime
    key: str
    part: int
    title: str = ""
    field: str = ""
    version: int | None = None
    # What was put on the record, or points at it.
    thing: int | None = None
    # As the person sees them; kept nowhere.
    old: Any = None
    new: Any = None
    by: str = ""


class Watch:
    """One watchdog for one person. Where he does not see what it watches there is none."""

    def __init__(self, work: Work, definition: Definition, zone: ZoneInfo) -> None:
        """Open it for the actor; `zone` is where the clock hangs by which it looks at dates.

        :raises NotFound: :raises Invalid: when something that it needs is not there for the actor.
        """
        self.work, self.definition = work, definition
        self.clock = Clock(definition.time, zone)
        self.opened = work.open(definition.registry)
        if self.opened.registry.plugin or not self.opened.registry.active:
            raise NotFound(_("There is no registry “{registry}”.", registry=definition.registry))
        self.fit = Fit(work, definition.registry, definition.filter)
        self.readings = [self._reading(part) for part in definition.when.each]

    def _reading(self, part: When) -> Reading:
        if part.sort == d.SIGNAL:
            signal = signals_of(self.work).get(part.kind)
            if signal is None or not signal.offered(self.work, self.definition.registry):
                raise Invalid({"when.kind": [_("There is nothing called “{name}” here.", name=part.kind)]})
        if not part.field:
            return Reading(part)
        each = self.opened.seen.field(part.field)
        if each is None:
            raise Invalid({"field": [_("There is no field “{name}”.", name=part.field)]})
        schema = self.opened.kind(each).schema
        try:
            value, old = (None if raw is None else schema.deserialize(raw) for raw in (part.value, part.old))
        except ma.ValidationError as error:
            # A choice that is gone, or another type by now: such a value is never reached.
            raise Invalid({"value": [str(error)]}) from error
        return Reading(part, value, old)

    def sees(self, known: Mapping[int, Course] | None = None) -> bool:
        """This function will tell whether the record that is watched is there, and what is watched readable on it.

        `known` are records that were read for this person already, with all that is watched.
        """
        record = self.definition.record
        if record is None:
            return True
        watched = sorted({part.field for part in self.definition.when.each if part.field})
        there = (known or {}).get(record)
        if there is None:
            there = states_of(self.work, self.definition.registry, watched, [record]).get(record)
        return there is not None and there.readable.issuperset(watched)

    @cached_property
    def keys(self) -> frozenset[str] | None:
        """The fields that it needs to know; None for all."""
        parts = self.definition.when.each
        if any(part.kind == d.CHANGE and not part.field for part in parts):
            return None
        return frozenset(part.field for part in parts if part.field) | self.fit.fields

    @cached_property
    def free(self) -> IsFree:
        """Which days are no working days for the firm."""
        return (
            czech_free_days if settings_of(self.work, "watchdogs").get("holidays") == "cz" else weekends_only
        )

    def sorts(self) -> set[str]:
        """This function will tell by which ways it finds out."""
        found = {part.sort for part in self.definition.when.each}
        by_time = self.fit.by_time and any(part.kind in d.OF_LIST for part in self.definition.when.each)
        return found | ({d.TIME} if by_time else set())

    def of_steps(
        self, courses: Mapping[int, Course], chosen: Callable[[Happening], bool]
    ) -> list[Occurrence]:
        """This function will tell what it says of steps that were taken, among those that are asked about."""
        parts = [(place, each) for place, each in enumerate(self.readings) if each.when.sort == d.STEP]
        wanted = self.definition.record
        if not parts:
            return []
        if self.fit.elsewhere:
            self.fit.look([each for each in courses if wanted in (None, each)])
        return [
            occurrence
            for course in courses.values()
            if wanted in (None, course.id)
            for step in course.steps
            if chosen(step)
            for occurrence in self._of_step(course, step, parts)
        ]

    def _of_step(
        self, course: Course, step: Happening, parts: Iterable[tuple[int, Reading]]
    ) -> Iterable[Occurrence]:
        today = self.clock.day(step.at)
        fitted = self.fit.holds(course.id, step.before, today)
        fits = self.fit.holds(course.id, step.after, today)
        for place, reading in parts:
            if speaks(reading, step, fitted, fits):
                key, of_field = f"v{step.version}.{place}", reading.when.field
                yield Occurrence(
                    course.id, step.at, key, place, course.title, of_field, step.version,
                    old=step.before.values.get(of_field) if step.before.alive else None,
                    new=step.after.values.get(of_field), by=step.by[1],
                )  # fmt: skip

    def fitting(self, course: Course, today: date) -> bool:
        """This function will tell whether a record as it is now fits the filter on a day."""
        return self.fit.holds(course.id, course.now, today)


__all__ = ["Occurrence", "Watch"]

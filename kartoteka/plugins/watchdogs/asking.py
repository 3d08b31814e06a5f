"""What a watchdog is asked about: steps of some records, things that were put somewhere, a time that has passed.

The same question is put to it for its owner, who decides that it speaks, and for everybody whom it would tell: he is
told what he would have been told by a watchdog of his own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from kartoteka.platform.sdk import Course, Happening, Lately, Noticed, Work, courses_of, signals_of
from kartoteka.plugins.watchdogs import definition as d
from kartoteka.plugins.watchdogs.putting import of_number, of_pointing, of_signal, of_things, past_numbers
from kartoteka.plugins.watchdogs.timing import Span, of_time
from kartoteka.plugins.watchdogs.watching import Occurrence, Watch

# Of more changes in ninety days only the newest are tried.
MOST_CHANGED = 20_000


class Question(Protocol):
    """Something that a watchdog can be asked."""

    def __call__(self, watch: Watch) -> list[Occurrence]:
        """Everything that the watchdog says."""


@dataclass(frozen=True)
class Steps:
    """What was done to records of a registry at some moments, as events tell."""

    registry: str
    records: frozenset[int]
    moments: frozenset[datetime]
    since: datetime
    # What one person knows of these records already.
    reel: "Reel | None" = None

    def __call__(self, watch: Watch) -> list[Occurrence]:
        """What it says of them."""
        wanted = watch.definition.record
        records = [each for each in sorted(self.records) if wanted in (None, each)]
        return watch.of_steps(self._courses(watch, records), self.meant)

    def _courses(self, watch: Watch, records: Sequence[int]) -> Mapping[int, Course]:
        if self.reel is not None and self.reel.work is watch.work:
            return {each: self.reel.courses[each] for each in records if each in self.reel.courses}
        keys = sorted(watch.keys) if watch.keys is not None else None
        return courses_of(watch.work, self.registry, keys, since=min(self.moments), records=records).courses

    def meant(self, step: Happening) -> bool:
        """This function will tell whether a step is one of those that are asked about."""
        return step.at in self.moments and step.record in self.records and step.at >= self.since


@dataclass(frozen=True)
class Reel:
    """What happened to some records, read once for all watchdogs of one person."""

    work: Work
    courses: Mapping[int, Course]

    @classmethod
    def of(cls, work: Work, asked: Sequence[tuple[Watch, Steps]]) -> "Reel":
        """Read all that some watchdogs are asked about."""
        if not asked:
            return cls(work, {})
        keys = {key for watch, _steps in asked for key in watch.keys or ()}
        every = any(watch.keys is None for watch, _steps in asked)
        records = {each for watch, steps in asked for each in steps.records
                   if watch.definition.record in (None, each)}  # fmt: skip
        since = min(min(steps.moments) for _watch, steps in asked)
        told = courses_of(work, asked[0][1].registry, None if every else sorted(keys), since=since,
                          records=sorted(records))  # fmt: skip
        return cls(work, told.courses)


@dataclass(frozen=True)
class Pointers:
    """Steps of records of a registry by which they may have begun to point at others."""

    steps: Steps

    def __call__(self, watch: Watch) -> list[Occurrence]:
        """What it says of those at which they point now."""
        steps = self.steps
        return of_pointing(
            watch, steps.registry, steps.meant, since=min(steps.moments), records=sorted(steps.records)
        )


@dataclass(frozen=True)
class Things:
    """What was put on records."""

    name: str
    ids: Sequence[int]
    since: datetime

    def __call__(self, watch: Watch) -> list[Occurrence]:
        """What it says of them."""
        return [each for each in of_things(watch, self.name, ids=self.ids) if each.at >= self.since]


@dataclass(frozen=True)
class Signals:
    """What another plugin has noticed about records of a registry."""

    registry: str
    kind: str
    noticed: Sequence[Noticed]

    def __call__(self, watch: Watch) -> list[Occurrence]:
        """What it says of them."""
        return of_signal(watch, self.kind, self.noticed) if self.registry == watch.definition.registry else []


@dataclass(frozen=True)
class Passing:
    """A time that has passed since it was last looked through."""

    span: Span

    def __call__(self, watch: Watch) -> list[Occurrence]:
        """What it says of it."""
        return of_time(watch, self.span)


@dataclass
class Numbers:
    """How many records there are in a list, against what is remembered of it."""

    memory: dict[str, object]
    at: datetime
    keys: set[str] = field(default_factory=set)

    def __call__(self, watch: Watch) -> list[Occurrence]:
        """What it says of the number; whoever is told must see that it lies beyond the bound, too."""
        said, known = of_number(watch, {} if self.keys else self.memory, self.at)
        if not self.keys:
            self.memory, self.keys = known, {each.key for each in said}
            return said
        places = {each.part: each for each in said}
        return [Occurrence(0, self.at, key, int(key.rpartition(".")[2]), new=places[int(key.rpartition(".")[2])].new)
                for key in sorted(self.keys) if int(key.rpartition(".")[2]) in places]  # fmt: skip


def past_of(watch: Watch, now: datetime, days: int, most: int) -> list[Occurrence]:
    """This function will tell what a watchdog would have said in the last days, the latest first."""
    begin = now - timedelta(days=days)
    found = of_time(watch, Span(begin, now, most, assumed=True, lately=Lately(MOST_CHANGED)))
    sorts, registry, wanted = watch.sorts(), watch.definition.registry, watch.definition.record
    if sorts & {d.STEP, d.NUMBER}:
        keys = sorted(watch.keys) if watch.keys is not None else None
        records = None if wanted is None else [wanted]
        told = courses_of(watch.work, registry, keys, since=begin, records=records).courses
        found += watch.of_steps(told, lambda step: step.at <= now)
        found += past_numbers(watch, told)
    for part in watch.definition.when.each:
        for name in part.of if part.kind == d.ADDED else ():
            found += of_things(watch, name, since=begin)
        for other in part.of if part.kind == d.RELATED else ():
            found += of_pointing(watch, other, lambda step: step.at <= now, since=begin)
    for kind, signal in signals_of(watch.work).items() if d.SIGNAL in sorts else ():
        found += of_signal(watch, kind, signal.past(watch.work, registry, begin))
    unique = {(each.record, each.key): each for each in found}
    return sorted(unique.values(), key=lambda each: (each.at, each.record, each.key), reverse=True)


def coming_of(watch: Watch, now: datetime, days: int, most: int) -> list[Occurrence]:
    """This function will tell what a watchdog will say in the next days if nothing changes, the next first."""
    return of_time(watch, Span(now, now + timedelta(days=days), most))


__all__ = [
    "Numbers",
    "Passing",
    "Pointers",
    "Question",
    "Reel",
    "Signals",
    "Steps",
    "Things",
    "coming_of",
    "past_of",
]

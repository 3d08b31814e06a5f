"""How far a thing is: the states of a choice field in their order, and when each was reached."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kartoteka.platform.sdk import Record, colour_class, history
from kartoteka.plugins.portal.visitors import Shown, Visit

DONE, NOW, AHEAD = "done", "now", "ahead"


@dataclass(frozen=True)
class Step:
    """One state on the way."""

    label: str
    stage: str
    at: datetime | None = None


@dataclass(frozen=True)
class Progress:
    """The way of a record: its steps, or the state beside the way in which it is."""

    label: str
    steps: Sequence[Step] = ()
    aside: str = ""
    colour: str = ""

    @property
    def at(self) -> int:
        """The number of the step that it is at, from one."""
        return next((n for n, step in enumerate(self.steps, 1) if step.stage == NOW), len(self.steps))


def progress_of(visit: Visit, shown: Shown, record: Record) -> Progress | None:
    """This function will tell how far a record is; nothing where the guest does not see its state."""
    key = shown.page.state
    opened = visit.work.open(record.registry)
    each = opened.seen.field(key) if key else None
    if each is None or key not in record.values:
        return None
    kind, current = opened.kind(each), record.values[key]
    choices = [one for one in kind.choices if one.active or one.key == current]
    name = visit.field(record, each).label
    aside = next((one for one in choices if one.key == current and one.key in shown.page.off), None)
    way = [one for one in choices if one.key not in shown.page.off]
    places = {one.key: place for place, one in enumerate(way)}
    if aside is not None:
        return Progress(name, (), aside.label(visit.language), colour_class(aside.colour))
    here, reached = places.get(str(current), -1), _reached(visit, record, key)
    last = len(way) - 1
    steps = [
        Step(one.label(visit.language), _stage(place, here, last), reached.get(one.key) if place <= here else None)
        for place, one in enumerate(way)
    ]  # fmt: skip
    return Progress(name, steps)


def _stage(place: int, here: int, last: int) -> str:
    if place < here or place == here == last:
        return DONE
    return NOW if place == here else AHEAD


def _reached(visit: Visit, record: Record, key: str) -> dict[str, datetime]:
    """When each state was reached last, as far as the history tells the guest."""
    found: dict[str, datetime] = {}
    for entry in history.entries(visit.work, record.registry, record.id):
        for change in entry.changes:
            if change.field == key and isinstance(change.new, str):
                found.setdefault(change.new, entry.at)
    return found


__all__ = ["Progress", "Step", "progress_of"]

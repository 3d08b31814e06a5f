"""Whether a step of a record is what a watchdog waits for: decided here, for what happens and for what happened."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from kartoteka.platform.sdk import Happening, State
from kartoteka.plugins.watchdogs import definition as d
from kartoteka.plugins.watchdogs.definition import When


@dataclass(frozen=True, slots=True)
class Reading:
    """One reason to speak with its values as the field type holds them."""

    when: When
    value: Any = None
    old: Any = None


def speaks(reading: Reading, step: Happening, fitted: bool, fits: bool) -> bool:
    """This function will tell whether a watchdog speaks at a step of a record that `fitted` its filter, or `fits` it.

    Of what is not there any more only its going is told.
    """
    kind = reading.when.kind
    if kind == d.ENTERS:
        return fits and not fitted
    if kind == d.QUITS:
        return fitted and not fits
    if kind == d.DELETED:
        return fitted and step.before.alive and not step.after.alive
    if not fits or not step.after.alive:
        return False
    if kind == d.CREATED:
        return not step.before.alive
    return _OF_VALUES[kind](reading, step)


def _changes(reading: Reading, step: Happening) -> bool:
    """A new record is no change of an old one; what is wanted of either side must be so, if it is."""
    if not step.before.alive:
        return False
    if not reading.when.field:
        return bool(step.changed) or step.before.category != step.after.category
    before, after = _both(reading, step)
    if before == after:
        return False
    return _is_wanted(reading.old, before) and _is_wanted(reading.value, after)


def _is_wanted(wanted: Any, found: Any) -> bool:
    return wanted is None or _is(found, wanted)


def _reaches(reading: Reading, step: Happening) -> bool:
    before, after = _both(reading, step)
    return _is(after, reading.value) and not _is(before, reading.value)


def _leaves(reading: Reading, step: Happening) -> bool:
    before, after = _both(reading, step)
    return _is(before, reading.value) and not _is(after, reading.value)


def _is(found: Any, wanted: Any) -> bool:
    """Of several links or choices one is enough."""
    if isinstance(found, tuple) and isinstance(wanted, tuple):
        return bool(set(found) & set(wanted))
    return found is not None and bool(found == wanted)


def _rises(reading: Reading, step: Happening) -> bool:
    before, after = _both(reading, step)
    return after is not None and after > reading.value and (before is None or before <= reading.value)


def _falls(reading: Reading, step: Happening) -> bool:
    """From nothing to little is no fall: nothing is not more than anything."""
    before, after = _both(reading, step)
    return before is not None and after is not None and before >= reading.value > after


def _changes_by(reading: Reading, step: Happening) -> bool:
    before, after = _both(reading, step)
    if before is None or after is None or before == after or not step.before.alive:
        return False
    if before == 0:
        return True
    return abs(Decimal(after) - Decimal(before)) * 100 > abs(Decimal(before)) * Decimal(reading.when.percent)


def _emptied(reading: Reading, step: Happening) -> bool:
    before, after = _both(reading, step)
    return step.before.alive and before not in (None, "", ()) and after in (None, "", ())


def _both(reading: Reading, step: Happening) -> tuple[Any, Any]:
    return _value(step.before, reading), _value(step.after, reading)


def _value(state: State, reading: Reading) -> Any:
    """What is in the recycle bin has no value: coming back from there it reaches what it has."""
    return state.values.get(reading.when.field) if state.alive else None


_OF_VALUES: Mapping[str, Callable[[Reading, Happening], bool]] = {
    d.CHANGE: _changes,
    d.REACHES: _reaches,
    d.LEAVES: _leaves,
    d.RISES: _rises,
    d.FALLS: _falls,
    d.CHANGES_BY: _changes_by,
    d.EMPTIED: _emptied,
}

__all__ = ["Reading", "speaks"]

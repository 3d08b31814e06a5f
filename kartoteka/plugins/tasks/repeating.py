"""Repetition: rules in the form of RFC 5545, read and kept so that no month end and no leap day is lost.

Days are the wall calendar's and the time of day stands beside them, so that a change of clocks moves nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from dateutil.rrule import rrule, rrulestr

from kartoteka.platform.sdk import N_, _

FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
PARTS = frozenset({
    "FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS",
})  # fmt: skip
CHOOSING = frozenset({"BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS"})
MAX_LENGTH = 200
MAX_INTERVAL = 1000
# A rule that has not come round once in this time never will, as far as anybody waits for it.
HORIZON = {"DAILY": timedelta(days=1500), "WEEKLY": timedelta(days=3700),
           "MONTHLY": timedelta(days=366 * 41), "YEARLY": timedelta(days=366 * 41)}  # fmt: skip
# What chooses days within months and years; looked for day by day it would take too long.
WIDER = frozenset({"BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS"})

# What a form offers; a rule that is none of these stands as it is.
OFFERED = {
    "FREQ=DAILY": N_("Every day"),
    "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR": N_("Every working day"),
    "FREQ=WEEKLY": N_("Every week"),
    "FREQ=WEEKLY;INTERVAL=2": N_("Every other week"),
    "FREQ=MONTHLY": N_("Every month"),
    "FREQ=MONTHLY;INTERVAL=3": N_("Every three months"),
    "FREQ=YEARLY": N_("Every year"),
}


class RuleError(ValueError):
    """A rule that cannot be used, with a sentence that says why."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The next time: its day, and the rule that is left after it (fewer times, when they were counted)."""

    due: date
    rule: str


def settled(rule: str, first: date) -> str:
    """This function will check a rule and give it as it is kept, for a task that is first due on a day.

    What is due on the 31st stays at the end of each month, and what is due on 29 February comes every year.

    :raises RuleError: when it is not a rule, has no end to its search or never comes.
    """
    parts = _read(rule)
    if not CHOOSING & set(parts):
        if parts["FREQ"] == "MONTHLY" and first.day > 28:
            parts |= _last_of(first.day)
        elif parts["FREQ"] == "YEARLY" and (first.month, first.day) == (2, 29):
            parts |= {"BYMONTH": "2", **_last_of(29)}
    kept = _written(parts)
    if next(_days(parts, first, first), None) is None:
        raise RuleError(_("With this rule the task never comes."))
    return kept


def following(rule: str, due: date, today: date) -> Turn | None:
    """This function will tell when a task that was due on a day comes next; None when it has come for the last time.

    Times that have passed while it was not done are left out, and counted where times are counted.
    """
    parts = _read(rule)
    left = int(parts["COUNT"]) if "COUNT" in parts else None
    uncounted = {name: value for name, value in parts.items() if name != "COUNT"}
    passed = 0
    for day in _days(uncounted, due, today):
        if day <= due:
            continue
        passed += 1
        if left is not None and passed >= left:
            return None
        if day >= today:
            remaining = uncounted if left is None else {**uncounted, "COUNT": str(left - passed)}
            return Turn(day, _written(remaining))
    return None


def simplest(rule: str) -> str:
    """This function will give the offered rule that a kept one came from, so that a form can show it by name."""
    try:
        parts = _read(rule)
    except RuleError:
        return rule
    days = parts.get("BYMONTHDAY", "")
    if parts.get("BYSETPOS") == "-1" and days.startswith("28,"):
        plain = {
            name: value for name, value in parts.items() if name not in ("BYMONTHDAY", "BYSETPOS", "BYMONTH")
        }
        return _written(plain) if _written(plain) in OFFERED else rule
    return rule


def _last_of(day: int) -> dict[str, str]:
    return {"BYMONTHDAY": ",".join(map(str, range(28, day + 1))), "BYSETPOS": "-1"}


def _read(rule: str) -> dict[str, str]:
    text = rule.strip().upper().removeprefix("RRULE:")
    pieces = [piece.partition("=") for piece in text.split(";") if piece]
    parts = {name.strip(): value.strip() for name, _equals, value in pieces}
    if (
        len(text) > MAX_LENGTH
        or len(parts) != len(pieces)
        or set(parts) - PARTS
        or parts.get("FREQ") not in FREQUENCIES
    ):
        raise RuleError(
            _("This is not a rule of repetition, such as {example}.", example="FREQ=WEEKLY;BYDAY=MO")
        )
    if parts["FREQ"] in ("DAILY", "WEEKLY") and WIDER & set(parts):
        raise RuleError(_("Days of months and years go with {frequencies}.", frequencies="MONTHLY, YEARLY"))
    if {"COUNT", "UNTIL"} <= set(parts):
        raise RuleError(_("A repetition ends after so many times or on a day, not both."))
    for name, most in (("INTERVAL", MAX_INTERVAL), ("COUNT", 10_000)):
        if name in parts and not (
            parts[name].isascii() and parts[name].isdecimal() and 1 <= int(parts[name]) <= most
        ):
            raise RuleError(_("“{name}” is a whole number from 1 to {max}.", name=name, max=most))
    if "UNTIL" in parts:
        parts["UNTIL"] = _last_day(parts["UNTIL"])
    return parts


def _last_day(until: str) -> str:
    """Of the last moment its day: tasks have days, and a moment in another zone would shift them."""
    try:
        return f"{_day(until[:8]):%Y%m%d}"
    except ValueError as error:
        raise RuleError(
            _("The last day of a repetition looks like {example}.", example="20271231")
        ) from error


def _day(text: str) -> date:
    if len(text) != 8 or not (text.isascii() and text.isdecimal()) or text < "1900":
        raise ValueError
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))


def _written(parts: Mapping[str, str]) -> str:
    return ";".join(f"{name}={value}" for name, value in parts.items())


def _days(parts: Mapping[str, str], first: date, today: date) -> Iterator[date]:
    """The days of a rule from the first on, within a horizon: some rules would be searched for ever."""
    horizon = HORIZON[parts["FREQ"]]
    ends = min(max(first, today), date.max - horizon) + horizon
    if "UNTIL" in parts:
        ends = min(ends, _day(parts["UNTIL"]))
    endless = {name: value for name, value in parts.items() if name not in ("COUNT", "UNTIL")}
    try:
        found = rrulestr(_written(endless), dtstart=datetime.combine(first, time.min))
        if not isinstance(found, rrule):
            raise ValueError
        for moment in found.replace(until=datetime.combine(ends, time.min)):
            yield moment.date()
    except (ValueError, TypeError, KeyError, IndexError, OverflowError) as error:
        raise RuleError(
            _("This is not a rule of repetition, such as {example}.", example="FREQ=WEEKLY;BYDAY=MO")
        ) from error


__all__ = ["OFFERED", "RuleError", "Turn", "following", "settled", "simplest"]

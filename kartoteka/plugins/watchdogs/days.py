"""Days and moments: month ends, leap days, working days and changes of clocks, without any database.

Days are those of somebody's wall calendar. A time of day that a change of clocks leaves out becomes the one after the
gap; of a time that comes twice the first is meant.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from dateutil.easter import easter
from dateutil.relativedelta import relativedelta
from dateutil.rrule import rrulestr

UNITS = ("days", "weeks", "months", "years", "working_days")
# The furthest that an offset may lead: ten years.
MOST = {"days": 3660, "weeks": 520, "months": 120, "years": 10, "working_days": 1000}
FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_CZECH = ((1, 1), (5, 1), (5, 8), (7, 5), (7, 6), (9, 28), (10, 28), (11, 17), (12, 24), (12, 25), (12, 26))
LONGEST = 150
IsFree = Callable[[date], bool]


@dataclass(frozen=True, slots=True)
class Offset:
    """So many days, weeks, months, years or working days before (negative) or after."""

    count: int = 0
    unit: str = "days"


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day by the clock of a place."""

    at: time
    zone: ZoneInfo

    def moment(self, day: date) -> datetime:
        """This function will tell when it is that time on a day."""
        local = datetime.combine(day, self.at, self.zone)
        return local.astimezone(UTC)

    def begins(self, day: date) -> datetime:
        """This function will tell when a day begins."""
        return datetime.combine(day, time.min, self.zone).astimezone(UTC)

    def day(self, moment: datetime) -> date:
        """This function will tell which day it is at a moment."""
        return moment.astimezone(self.zone).date()

    def following(self, moment: datetime) -> datetime:
        """This function will tell when it is that time next, after a moment."""
        day = self.day(moment)
        found = self.moment(day)
        return found if found > moment else self.moment(day + timedelta(days=1))

    def days(self, after: datetime, until: datetime) -> Iterator[date]:
        """This function will list the days whose time lies after one moment and not after another."""
        day = self.day(after)
        while (at := self.moment(day)) <= until:
            if at > after:
                yield day
            day += timedelta(days=1)


@lru_cache(maxsize=400)
def _czech_holidays(year: int) -> frozenset[date]:
    fixed = {date(year, month, day) for month, day in _CZECH}
    return frozenset({*fixed, easter(year) - timedelta(days=2), easter(year) + timedelta(days=1)})


def weekends_only(day: date) -> bool:
    """This function will tell whether a day is a Saturday or a Sunday."""
    return day.weekday() >= 5


def czech_free_days(day: date) -> bool:
    """This function will tell whether nobody works on a day in the Czech Republic."""
    return weekends_only(day) or day in _czech_holidays(day.year)


def shifted(day: date, offset: Offset, free: IsFree = weekends_only) -> date | None:
    """This function will tell the day that lies an offset away; None when the calendar does not reach that far.

    A month before the 31st of March is the last of February; a year after the 29th of February is the 28th.
    """
    try:
        match offset.unit:
            case "working_days":
                return _over_working_days(day, offset.count, free)
            case "months" | "years":
                return day + relativedelta(**{offset.unit: offset.count})  # type: ignore[arg-type]
            case "weeks":
                return day + timedelta(weeks=offset.count)
            case _:
                return day + timedelta(days=offset.count)
    except (OverflowError, ValueError):
        return None


def _over_working_days(day: date, count: int, free: IsFree) -> date:
    step = timedelta(days=1 if count >= 0 else -1)
    for _each in range(abs(count)):
        day += step
        while free(day):
            day += step
    return day


def origins(first: date, last: date, offset: Offset) -> tuple[date, date]:
    """This function will bound the days that an offset may lead from to days between two others, both included."""
    count = -offset.count
    if offset.unit in ("months", "years"):
        low = _clipped(first, relativedelta(**{offset.unit: count}), -4)  # type: ignore[arg-type]
        return low, _clipped(last, relativedelta(**{offset.unit: count}), 4)  # type: ignore[arg-type]
    if offset.unit == "working_days":
        most = abs(count) * 2 + 20
        return _clipped(first, relativedelta(days=-most if count < 0 else 0), 0), _clipped(
            last, relativedelta(days=most if count > 0 else 0), 0
        )
    days = count * 7 if offset.unit == "weeks" else count
    return _clipped(first, relativedelta(days=days), 0), _clipped(last, relativedelta(days=days), 0)


def _clipped(day: date, delta: relativedelta, more: int) -> date:
    try:
        return day + delta + timedelta(days=more)
    except (OverflowError, ValueError):
        return date.min if delta.years + delta.months + delta.days < 0 else date.max


def anniversary(day: date, year: int) -> date:
    """This function will tell the day in a year on which something comes round; 29 February falls on the 28th."""
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


def rounds(day: date, first: date, last: date, offset: Offset, free: IsFree) -> Iterator[date]:
    """This function will list the days between two others on which an anniversary, moved by an offset, is told."""
    reach = timedelta(days=1 + abs(offset.count) * {"weeks": 7, "months": 31, "years": 366, "working_days": 3}.get(
        offset.unit, 1))  # fmt: skip
    begin, end = _safe(first, -reach).year, _safe(last, reach).year
    for year in range(max(day.year + 1, begin), end + 1):
        told = shifted(anniversary(day, year), offset, free)
        if told is not None and first <= told <= last:
            yield told


def _safe(day: date, delta: timedelta) -> date:
    try:
        return day + delta
    except OverflowError:
        return date.min if delta.days < 0 else date.max


def anniversary_origins(first: date, last: date, offset: Offset) -> list[tuple[date, date]]:
    """This function will bound the days that come round between two others, year by year back."""
    low, high = origins(first, last, offset)
    spans = []
    for years in range(1, LONGEST + 1):
        if low.year - years < 1:
            break
        begin = anniversary(low, low.year - years) - timedelta(days=1)
        end = anniversary(high, max(high.year - years, 1)) + timedelta(days=1)
        spans.append((begin, end))
    return spans


def rule_days(rule: str, start: date, first: date, last: date) -> list[date]:
    """This function will list the days between two others on which a rule of RFC 5545 falls, from a day on."""
    if last < start:
        return []
    turns = rrulestr(rule, dtstart=datetime.combine(start, time.min))
    low, high = datetime.combine(max(first, start), time.min), datetime.combine(last, time.min)
    return [each.date() for each in turns.between(low, high, inc=True)]


def is_rule(rule: str) -> bool:
    """This function will tell whether a text is a rule of days that can be followed."""
    parts = dict(part.partition("=")[::2] for part in rule.split(";") if part)
    known = {"FREQ", "INTERVAL", "UNTIL", "COUNT", "BYDAY", "BYMONTH", "BYMONTHDAY", "WKST", "BYSETPOS"}
    interval = parts.get("INTERVAL", "1")
    if (
        parts.get("FREQ") not in FREQUENCIES
        or set(parts) - known
        or not interval.isdecimal()
        or len(rule) > 200
    ):
        return False
    if not 1 <= int(interval) <= 1000:
        return False
    try:
        rrulestr(rule, dtstart=datetime.combine(date(2024, 1, 1), time.min))
    except (ValueError, TypeError, AttributeError):
        return False
    return True


def clock_of(text: str) -> time | None:
    """This function will read a time of day such as 07:30; None when it is none."""
    hours, colon, minutes = text.partition(":")
    digits = hours + minutes
    sound = colon and len(hours) == 2 and len(minutes) == 2 and digits.isascii() and digits.isdecimal()
    if not sound or int(hours) > 23 or int(minutes) > 59:
        return None
    return time(int(hours), int(minutes))


def outside_quiet(
    moment: datetime, zone: ZoneInfo, begins: time | None, ends: time | None, weekends: bool
) -> datetime:
    """This function will tell the first moment from one on that is neither in quiet hours nor on a quiet weekend."""
    for _turn in range(12):
        local = moment.astimezone(zone)
        if not weekends and local.weekday() >= 5:
            monday = local.date() + timedelta(days=7 - local.weekday())
            moment = datetime.combine(monday, time.min, zone).astimezone(UTC)
            continue
        later = _after_quiet(local, begins, ends)
        if later is None:
            return moment
        moment = later.astimezone(UTC)
    return moment


def _after_quiet(local: datetime, begins: time | None, ends: time | None) -> datetime | None:
    if begins is None or ends is None or begins == ends:
        return None
    now = local.time()
    over_night = begins > ends
    quiet = (now >= begins or now < ends) if over_night else begins <= now < ends
    if not quiet:
        return None
    day = local.date() + timedelta(days=1 if over_night and now >= begins else 0)
    return datetime.combine(day, ends, local.tzinfo)

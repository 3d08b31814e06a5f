"""Field types of time: date and date-time."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from random import Random
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import Date
from sqlalchemy.types import TypeEngine

from kartoteka.field_types.columns import UtcDateTime
from kartoteka.field_types.field_type import FieldType, Locale, Operator, Options
from kartoteka.field_types.folding import fold
from kartoteka.field_types.formatting import customs_of, date_text, datetime_text
from kartoteka.field_types.options import Rule, option
from kartoteka.field_types.quantities import ORDER_OPERATORS
from kartoteka.field_types.schema import ValueSchema, refuse
from kartoteka.field_types.texts import N_, _

EARLIEST_YEAR = 1000
EARLIEST = datetime(EARLIEST_YEAR, 1, 2, tzinfo=UTC)
LATEST = datetime(9999, 12, 30, 23, 59, 59, 999999, tzinfo=UTC)
_TWO_DIGIT_TURN = 69  # 68 is 2068 and 69 is 1969, as in POSIX

_DAY_FIRST = re.compile(r"([0-9]{1,2})\.\s*([0-9]{1,2})\.\s*([0-9]{4}|[0-9]{2})\.?")
_YEAR_FIRST = re.compile(r"([0-9]{4})[-/.]\s*([0-9]{1,2})[-/.]\s*([0-9]{1,2})\.?")
_EITHER_FIRST = re.compile(r"([0-9]{1,2})([/-])([0-9]{1,2})\2([0-9]{4})")
_DAY_OF_NAMED_MONTH = re.compile(r"([0-9]{1,2})\.?[\s-]*([^\W\d_]+)\.?,?[\s-]*([0-9]{4})")
_NAMED_MONTH_FIRST = re.compile(r"([^\W\d_]+)\.?\s*([0-9]{1,2})(?:st|nd|rd|th)?,?\s+([0-9]{4})")
_WITH_CLOCK = re.compile(
    r"(.*?[0-9.])(?:\s*[Tt]\s*|,?\s+)([0-9]{1,2})[:.]([0-9]{2})(?:[:.]([0-9]{2})(?:[.,]([0-9]{1,6})[0-9]*)?)?"
    r"(?:\s*([AaPp])\.?[Mm]\.?)?\s*([Zz]|UTC|[+-][0-9]{2}:?[0-9]{2})?"
)


@cache
def _months() -> dict[str, int]:
    """Names of months in English, Czech and Polish, long and short, as they stand in a date or alone."""
    names: dict[str, int] = {}
    for language in ("en", "cs", "pl"):
        for context in customs_of(language).months.values():
            for width in ("wide", "abbreviated"):
                names |= {fold(name).rstrip("."): number for number, name in context[width].items()}
    return names


def read_date(text: str) -> date:
    """A day as people write it; one that could be two different days is refused."""
    if len(text) == 10 and text[4] == text[7] == "-":
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise _no_date() from error
    if found := _DAY_FIRST.fullmatch(text):
        day, month, year = found.groups()
        return _day(_full_year(year), month, day)
    if found := _YEAR_FIRST.fullmatch(text):
        return _day(*found.groups())
    if found := _EITHER_FIRST.fullmatch(text):
        return _unambiguous(found[1], found[3], found[4])
    return _with_named_month(text)


def _with_named_month(text: str) -> date:
    if found := _DAY_OF_NAMED_MONTH.fullmatch(text):
        day, name, year = found.groups()
    elif found := _NAMED_MONTH_FIRST.fullmatch(text):
        name, day, year = found.groups()
    else:
        raise _no_date()
    month = _months().get(fold(name))
    if month is None:
        raise _no_date()
    return _day(year, month, day)


def _unambiguous(first: str, second: str, year: str) -> date:
    if int(first) > 12 or first.zfill(2) == second.zfill(2):
        return _day(year, second, first)
    if int(second) > 12:
        return _day(year, first, second)
    sentence = _(
        "It is not clear which number is the day and which the month; write {example}.", example="2020-06-30"
    )
    raise refuse(sentence)


def _full_year(year: str) -> int:
    if len(year) == 4:
        return int(year)
    return int(year) + (2000 if int(year) < _TWO_DIGIT_TURN else 1900)


def _day(year: int | str, month: int | str, day: int | str) -> date:
    try:
        return date(int(year), int(month), int(day))
    except ValueError as error:
        raise refuse(_("There is no such day in the calendar.")) from error


def _no_date() -> Exception:
    return refuse(
        _("This is not a date; write it as {first} or {second}.", first="30. 6. 2020", second="2020-06-30")
    )


def _split_clock(text: str) -> tuple[str, time, str] | None:
    """The day, the time and the offset of a typed date-time."""
    found = _WITH_CLOCK.fullmatch(text)
    if found is None:
        return None
    day, hour, minute, second, fraction, half, offset = found.groups()
    hours = int(hour)
    if half:
        if not 1 <= hours <= 12:
            raise _no_time()
        hours = hours % 12 + (12 if half in "Pp" else 0)
    try:
        clock = time(hours, int(minute), int(second or 0), int((fraction or "0").ljust(6, "0")))
    except ValueError as error:
        raise _no_time() from error
    return day, clock, offset or ""


def _no_time() -> Exception:
    return refuse(_("There is no such time of day."))


def _day_rule() -> Rule:
    def read(raw: Any) -> date:
        if isinstance(raw, date) and not isinstance(raw, datetime):
            return raw
        if not isinstance(raw, str) or not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", raw):
            raise ValueError(_("This must be a date such as {example}.", example="2020-06-30"))
        try:
            return date.fromisoformat(raw)
        except ValueError as error:
            raise ValueError(_("There is no such day in the calendar.")) from error

    return Rule("date", read, date.isoformat)


@cache
def _zones() -> frozenset[str]:
    # Python looks through the zone folders at each call, which takes longer than all else that a design needs.
    return frozenset(available_timezones())


def _zone_rule() -> Rule:
    def read(raw: Any) -> str:
        if not isinstance(raw, str) or raw not in _zones():
            raise ValueError(_("This must be a time zone such as {example}.", example="Europe/Prague"))
        return raw

    return Rule("timezone", read)


_DAY = _day_rule()
_ZONE = _zone_rule()


class Day(FieldType):
    """A day of the calendar."""

    name = "date"
    widget = "date"
    label = N_("Date")
    operators = ORDER_OPERATORS

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Options(Options):
        """Bounds."""

        min: date | None = option(_DAY, label=N_("Earliest"), default=None)  # noqa: RUF009
        max: date | None = option(_DAY, label=N_("Latest"), default=None)  # noqa: RUF009

        def contradictions(self) -> dict[str, list[str]]:
            """The earliest day may not be after the latest."""
            if self.min is not None and self.max is not None and self.min > self.max:
                return {"min": [_("The earliest day is after the latest.")]}
            return {}

    def column_type(self, options: Options) -> TypeEngine[Any]:
        """A date."""
        return Date()

    def schema(self, options: Options) -> ValueSchema:
        """Dates as they are typed in Czech, English and ISO, and cells that hold midnight of a day."""

        def read(raw: Any) -> date:
            day = _to_day(raw)
            if options.min is not None and day < options.min:
                raise refuse(_("The earliest day allowed is {min}.", min=options.min.isoformat()))
            if options.max is not None and day > options.max:
                raise refuse(_("The latest day allowed is {max}.", max=options.max.isoformat()))
            return day

        return ValueSchema(read, date.isoformat, json_schema={"type": "string", "format": "date"})

    def text(self, value: date | None, options: Options, locale: Locale) -> str:
        """`30. 6. 2020`."""
        return "" if value is None else date_text(value, locale.language)

    def sample(self, options: Options, random: Random) -> date:
        """A day of these decades, or an extreme one."""
        lowest, highest = options.min or date.min, options.max or date.max
        if random.random() < 0.1:
            return random.choice([lowest, highest])
        usual_low, usual_high = max(lowest, date(1990, 1, 1)), min(highest, date(2035, 12, 31))
        if usual_low > usual_high:
            usual_low, usual_high = lowest, highest
        return usual_low + timedelta(days=random.randint(0, (usual_high - usual_low).days))


def _to_day(raw: Any) -> date:
    if isinstance(raw, str):
        if len(raw) > 40:
            raise _no_date()
        return _typed_day(raw)
    if isinstance(raw, datetime):
        return _day_of(raw.date(), raw.time())
    if isinstance(raw, date):
        return raw
    raise _no_date()


def _typed_day(text: str) -> date:
    if ":" in text and (parts := _split_clock(text)):
        return _day_of(read_date(parts[0].strip()), parts[1])
    return read_date(text)


def _day_of(day: date, clock: time) -> date:
    if clock != time.min:
        raise refuse(_("There is a time of day, but only a date belongs here."))
    return day


class Instant(FieldType):
    """A date with a time: a moment on everybody's clock."""

    name = "datetime"
    widget = "datetime"
    label = N_("Date and time")
    operators = tuple(
        operator for operator in ORDER_OPERATORS if operator not in (Operator.IN, Operator.NOT_IN)
    )

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Options(Options):
        """Whose clock is meant when somebody types a time."""

        timezone: str = option(_ZONE, label=N_("Time zone of typed times"), default="Europe/Prague")

    def column_type(self, options: Options) -> TypeEngine[Any]:
        """An instant in UTC."""
        return UtcDateTime()

    def schema(self, options: Options) -> ValueSchema:
        """ISO 8601 (UTC without an offset) and typed dates with a time on the clock of the option."""
        clock_of_field = ZoneInfo(options.timezone)

        def read(raw: Any) -> datetime:
            return _in_utc(_to_instant(raw, clock_of_field))

        return ValueSchema(read, _iso_utc, json_schema={"type": "string", "format": "date-time"})

    def text(self, value: datetime | None, options: Options, locale: Locale) -> str:
        """`30. 6. 2020 14:30`, on the reader's clock."""
        return "" if value is None else datetime_text(value, locale.language, locale.timezone)

    def sample(self, options: Options, random: Random) -> datetime:
        """A moment of these decades, or an extreme one."""
        if random.random() < 0.1:
            return random.choice([EARLIEST, LATEST])
        start = datetime(1990, 1, 1, tzinfo=UTC)
        precision = random.choice([60_000_000, 1_000_000, 1])
        return start + timedelta(microseconds=random.randrange(0, 45 * 365 * 86_400_000_000, precision))


def _iso_utc(value: datetime) -> str:
    return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def _in_utc(instant: datetime) -> datetime:
    try:
        in_utc = instant.astimezone(UTC)
    except OverflowError as error:
        raise refuse(_("The year must be from {low} to {high}.", low=EARLIEST_YEAR, high=9999)) from error
    if not EARLIEST <= in_utc <= LATEST:
        raise refuse(_("The year must be from {low} to {high}.", low=EARLIEST_YEAR, high=9999))
    return in_utc


def _to_instant(raw: Any, clock_of_field: ZoneInfo) -> datetime:
    if isinstance(raw, str):
        if len(raw) > 60:
            raise _no_instant()
        return _iso_instant(raw) or _typed_instant(raw, clock_of_field)
    if isinstance(raw, datetime):
        return raw if raw.tzinfo else raw.replace(tzinfo=clock_of_field)
    if isinstance(raw, date):
        return datetime.combine(raw, time.min, clock_of_field)
    raise _no_instant()


def _iso_instant(text: str) -> datetime | None:
    """The form of JSON, which means UTC where it has no offset."""
    if text[4:5] != "-" or text[10:11] != "T":
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise _no_instant() from error
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _typed_instant(text: str, clock_of_field: ZoneInfo) -> datetime:
    parts = _split_clock(text)
    if parts is None:
        return datetime.combine(read_date(text), time.min, clock_of_field)
    day, clock, offset = parts
    zone = _zone_of(offset) if offset else clock_of_field
    return datetime.combine(read_date(day.strip()), clock, zone)


def _zone_of(offset: str) -> Any:
    if offset.upper() in ("Z", "UTC"):
        return UTC
    parsed = datetime.strptime(offset, "%z").tzinfo
    return parsed


def _no_instant() -> Exception:
    sentence = _("This is not a date with a time; write it as {example}.", example="30. 6. 2020 14:30")
    return refuse(sentence)

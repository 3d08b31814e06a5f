"""Numbers, money and times in the customs of a language, after CLDR, with everything slow done once."""

import re
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from babel import Locale as Customs
from babel import UnknownLocaleError, dates, numbers

_ASIDE = "\u00a0"


class _Marks(NamedTuple):
    decimal: str
    group: str
    minus: str


@cache
def customs_of(language: str) -> Customs:
    """What CLDR knows about a language; English for one that it does not know."""
    try:
        return Customs.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Customs("en")


@cache
def _marks(language: str) -> _Marks:
    customs = customs_of(language)
    return _Marks(
        numbers.get_decimal_symbol(customs),
        numbers.get_group_symbol(customs),
        numbers.get_minus_sign_symbol(customs),
    )


def decimal_mark(language: str) -> str:
    """What stands before the decimals of a number."""
    return _marks(language).decimal


def number_text(number: Decimal | int, language: str, fewest: int = 0, most: int | None = None) -> str:
    """A number with its thousands grouped and between `fewest` and `most` decimals, without idle zeros."""
    most = fewest if most is None else most
    marks = _marks(language)
    whole, _point, places = format(abs(number), f",.{most}f").partition(".")
    places = places.rstrip("0").ljust(fewest, "0")
    text = whole.replace(",", marks.group) + (marks.decimal + places if places else "")
    return marks.minus + text if number < 0 else text


def with_unit(text: str, unit: str) -> str:
    """A number and its unit, kept on one line."""
    return f"{text}{_ASIDE}{unit}" if unit else text


@cache
def _around_money(language: str, currency: str) -> tuple[str, str]:
    """What stands before and after an amount; a code in letters is set off from the digits."""
    pattern = customs_of(language).currency_formats["standard"]
    sign = numbers.get_currency_symbol(currency, customs_of(language))
    before, after = pattern.prefix[0], pattern.suffix[0]
    gap = _ASIDE if before.endswith("¤") and sign[-1:].isalpha() else ""
    return before.replace("¤", sign + gap), after.replace("¤", sign)


def money_text(amount: Decimal, currency: str, language: str, places: int) -> str:
    """An amount with its currency."""
    before, after = _around_money(language, currency)
    text = before + number_text(abs(amount), language, places) + after
    return _marks(language).minus + text if amount < 0 else text


@cache
def _around_percent(language: str) -> tuple[str, str]:
    pattern = customs_of(language).percent_formats[None]
    return pattern.prefix[0], pattern.suffix[0]


def percent_text(percentage: Decimal, language: str, most: int) -> str:
    """A percentage, `7,5 %`."""
    before, after = _around_percent(language)
    text = before + number_text(abs(percentage), language, 0, most) + after
    return _marks(language).minus + text if percentage < 0 else text


@cache
def _date_pattern(language: str) -> dates.DateTimePattern:
    return dates.get_date_format("medium", customs_of(language))


@cache
def _early_date_pattern(language: str) -> dates.DateTimePattern:
    """Years before 1000 with all four digits: 0019, found in real data, is not 2019."""
    return dates.parse_pattern(re.sub("y+", "yyyy", _date_pattern(language).pattern))


@cache
def _time_pattern(language: str) -> dates.DateTimePattern:
    return dates.get_time_format("short", customs_of(language))


@lru_cache(maxsize=8192)
def date_text(day: date, language: str) -> str:
    """A day, `30. 6. 2020`."""
    pattern = _date_pattern(language) if day.year >= 1000 else _early_date_pattern(language)
    return pattern.apply(day, customs_of(language))


@cache
def zone(name: str) -> ZoneInfo:
    """A time zone by name; UTC for a name that this machine does not know."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


@lru_cache(maxsize=8192)
def datetime_text(instant: datetime, language: str, timezone: str) -> str:
    """A minute on the reader's clock, `30. 6. 2020 14:30`."""
    local = instant.astimezone(zone(timezone))
    customs = customs_of(language)
    day = date_text(local.date(), language)
    clock = _time_pattern(language).apply(local, customs)
    return str(customs.datetime_formats["medium"]).replace("{1}", day).replace("{0}", clock)

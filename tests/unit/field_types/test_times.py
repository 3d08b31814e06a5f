"""Dates and times are read as they are typed, and never guessed."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kartoteka.field_types import Locale, OptionsError, builtin
from tests.unit.field_types.reading import ENGLISH, json_of, read, refusal, shown

JUNE = date(2020, 6, 30)
CELL = datetime(2020, 6, 30)  # noqa: DTZ001 - cells of spreadsheets know no zone
NO_DATE = "This is not a date; write it as 30. 6. 2020 or 2020-06-30."
NO_DAY = "There is no such day in the calendar."


@pytest.mark.parametrize(
    "raw",
    [
        "30. 06. 2020", "30.6.2020", "30. 6. 2020", "30.06.2020", "30.6.2020.", "30.6.20", "2020-06-30",
        "2020-6-30", "2020/06/30", "2020. 6. 30.", "30/06/2020", "30/6/2020", "6/30/2020", "30-06-2020",
        "2020-06-30T00:00:00", "2020-06-30 00:00:00", "30. 6. 2020 0:00", "30.06.2020 00:00:00",
        "30. června 2020", "30. Června 2020", "30 June 2020", "June 30, 2020", "Jun 30, 2020", "30-Jun-2020",
        "June 30th, 2020", "30. čvn 2020", " 30.\u00a06.\u00a02020 ", JUNE, CELL,
    ],
)  # fmt: skip
def test_one_day_in_many_ways(raw: Any) -> None:
    value = read("date", raw)
    assert type(value) is date and value == JUNE
    assert json_of("date", value) == "2020-06-30"


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ("31. 6. 2020", NO_DAY),
        ("2020-02-30", NO_DATE),
        ("29. 2. 2021", NO_DAY),
        ("13/13/2020", NO_DAY),
        ("05/06/2020", "It is not clear which number is the day and which the month; write 2020-06-30."),
        ("30. 6. 2020 14:30", "There is a time of day, but only a date belongs here."),
        (CELL.replace(hour=1), "There is a time of day, but only a date belongs here."),
        ("1. 1. 0000", NO_DAY),
        ("1. 1. 218", NO_DATE),
        ("20200630", NO_DATE),
        ("2020-W27-2", NO_DATE),
        ("30. foo 2020", NO_DATE),
        ("dnes", NO_DATE),
        ("٣٠.٦.٢٠٢٠", NO_DATE),
        ("1" * 100, NO_DATE),
        (44012, NO_DATE),
        (True, NO_DATE),
        (["2020-06-30"], NO_DATE),
    ],
)
def test_no_day(raw: Any, sentence: str) -> None:
    assert refusal("date", raw) == sentence


def test_a_day_equal_to_its_month_is_clear() -> None:
    assert read("date", "06/06/2020") == date(2020, 6, 6)


def test_two_digits_mean_a_year_near_to_us() -> None:
    assert read("date", "1. 1. 68") == date(2068, 1, 1)
    assert read("date", "1. 1. 69") == date(1969, 1, 1)


def test_dates_as_people_read_them() -> None:
    assert shown("date", JUNE) == "30. 6. 2020"
    assert shown("date", JUNE, ENGLISH) == "Jun 30, 2020"
    assert shown("date", JUNE, Locale("de")) == "30.06.2020"


def test_an_early_year_keeps_its_four_digits() -> None:
    assert read("date", "28. 08. 0218") == date(218, 8, 28)
    assert shown("date", date(19, 2, 12)) == "12. 2. 0019"
    assert shown("date", date(19, 2, 12), ENGLISH) == "Feb 12, 0019"


@given(st.dates())
def test_a_day_shown_is_read_back(day: date) -> None:
    assert read("date", shown("date", day)) == day
    assert read("date", shown("date", day, ENGLISH)) == day


def test_bounds_of_days() -> None:
    bounds = {"min": "2020-01-01", "max": "2020-12-31"}
    assert read("date", "1.1.2020", **bounds) == date(2020, 1, 1)
    assert refusal("date", "31.12.2019", **bounds) == "The earliest day allowed is 2020-01-01."
    assert refusal("date", "1.1.2021", **bounds) == "The latest day allowed is 2020-12-31."


@pytest.mark.parametrize(
    "options",
    [{"min": "1. 1. 2020"}, {"min": "2020-02-30"}, {"min": "2021-01-01", "max": "2020-01-01"}, {"min": 2020}],
)
def test_bounds_that_cannot_be_used(options: dict[str, Any]) -> None:
    with pytest.raises(OptionsError):
        builtin()["date"].options(options)


HALF_PAST = datetime(2020, 6, 30, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "raw",
    [
        "2020-06-30T12:30:00Z", "2020-06-30T12:30Z", "2020-06-30T14:30:00+02:00", "2020-06-30 14:30:00+02:00",
        "2020-06-30T12:30:00", "30. 6. 2020 14:30", "30.06.2020 14:30:00", "30.6.2020, 14.30",
        "2020-06-30 14:30", "Jun 30, 2020, 2:30\u202fPM", "30. června 2020 14:30", "30. 6. 2020 12:30 UTC",
        CELL.replace(hour=14, minute=30), HALF_PAST, HALF_PAST.astimezone(timezone(timedelta(hours=-4))),
    ],
)  # fmt: skip
def test_one_instant_in_many_ways(raw: Any) -> None:
    value = read("datetime", raw)
    assert value == HALF_PAST and value.tzinfo is UTC
    assert json_of("datetime", value) == "2020-06-30T12:30:00Z"


def test_typed_times_are_on_the_clock_of_the_field() -> None:
    assert read("datetime", "30. 6. 2020 8:30", timezone="America/New_York") == HALF_PAST
    assert read("datetime", "30. 6. 2020") == datetime(2020, 6, 29, 22, tzinfo=UTC)
    assert read("datetime", JUNE, timezone="UTC") == datetime(2020, 6, 30, tzinfo=UTC)
    assert read("datetime", "June 30, 2020 12:05 AM", timezone="UTC") == datetime(
        2020, 6, 30, 0, 5, tzinfo=UTC
    )


def test_parts_of_seconds_are_kept() -> None:
    value = read("datetime", "2020-06-30T12:30:00.000001Z")
    assert value.microsecond == 1
    assert json_of("datetime", value) == "2020-06-30T12:30:00.000001Z"


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ("30. 6. 2020 25:00", "There is no such time of day."),
        ("June 30, 2020 13:00 PM", "There is no such time of day."),
        ("9999-12-31T23:59:59-12:00", "The year must be from 1000 to 9999."),
        ("0001-01-01T00:00:00+12:00", "The year must be from 1000 to 9999."),
        ("2020-06-30Tx", "This is not a date with a time; write it as 30. 6. 2020 14:30."),
        (1593520200, "This is not a date with a time; write it as 30. 6. 2020 14:30."),
        ("zítra 8:00", NO_DATE),
    ],
)
def test_no_instant(raw: Any, sentence: str) -> None:
    assert refusal("datetime", raw) == sentence


def test_an_instant_is_shown_on_the_reader_s_clock() -> None:
    assert shown("datetime", HALF_PAST) == "30. 6. 2020 14:30"
    assert shown("datetime", HALF_PAST, ENGLISH) == "Jun 30, 2020, 12:30 PM"


@given(st.datetimes(CELL.replace(year=1950), CELL.replace(year=2100)))
def test_a_minute_shown_in_utc_is_read_back(moment: datetime) -> None:
    minute = moment.replace(second=0, microsecond=0, tzinfo=UTC)
    for language in ("cs", "en"):
        assert read("datetime", shown("datetime", minute, Locale(language, "UTC")), timezone="UTC") == minute


def test_an_unknown_time_zone_is_refused() -> None:
    for zone in ("Praha", "../etc/passwd", 1):
        with pytest.raises(OptionsError):
            builtin()["datetime"].options({"timezone": zone})

"""Days: month ends, leap days, working days, and clocks that are set forward and back."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kartoteka.plugins.watchdogs.days import (
    UNITS,
    Clock,
    Offset,
    anniversary_origins,
    clock_of,
    czech_free_days,
    is_rule,
    origins,
    outside_quiet,
    rounds,
    rule_days,
    shifted,
    weekends_only,
)

PRAGUE = ZoneInfo("Europe/Prague")
DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))


@pytest.mark.parametrize(
    ("day", "count", "unit", "wanted"),
    [
        ("2026-03-31", -1, "months", "2026-02-28"),
        ("2024-03-31", -1, "months", "2024-02-29"),
        ("2026-01-31", 1, "months", "2026-02-28"),
        ("2024-02-29", 1, "years", "2025-02-28"),
        ("2024-02-29", 4, "years", "2028-02-29"),
        ("2026-12-31", -30, "days", "2026-12-01"),
        ("2026-01-05", -2, "weeks", "2025-12-22"),
        ("2026-06-01", -1, "working_days", "2026-05-29"),
        ("2026-05-29", 2, "working_days", "2026-06-02"),
    ],
)
def test_offsets(day: str, count: int, unit: str, wanted: str) -> None:
    assert shifted(date.fromisoformat(day), Offset(count, unit)) == date.fromisoformat(wanted)


def test_czech_holidays_are_no_working_days() -> None:
    assert shifted(date(2026, 4, 2), Offset(1, "working_days"), czech_free_days) == date(2026, 4, 7)
    assert shifted(date(2026, 12, 23), Offset(1, "working_days"), czech_free_days) == date(2026, 12, 28)


def test_where_the_calendar_ends() -> None:
    for unit in UNITS:
        assert shifted(date.max, Offset(1, unit)) is None
        assert shifted(date.min, Offset(-1, unit)) is None


@given(day=DAYS, count=st.integers(-60, 60), unit=st.sampled_from(UNITS))
def test_whatever_leads_to_a_day_lies_within_its_bounds(day: date, count: int, unit: str) -> None:
    offset = Offset(count, unit)
    told = shifted(day, offset, czech_free_days)
    assert told is not None
    low, high = origins(told, told, offset)
    assert low <= day <= high


@given(day=DAYS, years=st.integers(1, 40), count=st.integers(-40, 40))
def test_anniversaries_lie_within_their_bounds(day: date, years: int, count: int) -> None:
    offset = Offset(count)
    first, last = date(day.year + years, 1, 1), date(day.year + years, 12, 31)
    for told in rounds(day, first, last, offset, weekends_only):
        assert any(low <= day <= high for low, high in anniversary_origins(told, told, offset))


def test_a_leap_day_comes_round_every_year() -> None:
    found = list(rounds(date(2024, 2, 29), date(2025, 1, 1), date(2028, 12, 31), Offset(), weekends_only))
    assert found == [date(2025, 2, 28), date(2026, 2, 28), date(2027, 2, 28), date(2028, 2, 29)]


def test_a_time_that_a_change_of_clocks_leaves_out_comes_after_the_gap() -> None:
    clock = Clock(time(2, 30), PRAGUE)
    assert clock.moment(date(2026, 3, 29)) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    # Of a time that comes twice the first is meant.
    assert clock.moment(date(2026, 10, 25)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@given(start=st.datetimes(datetime(2026, 3, 20), datetime(2026, 11, 5)), hour=st.integers(0, 23))  # noqa: DTZ001
def test_a_clock_strikes_once_a_day_all_year_round(start: datetime, hour: int) -> None:
    clock, moment = Clock(time(hour, 30), PRAGUE), start.replace(tzinfo=UTC)
    struck = [moment]
    for _turn in range(10):
        struck.append(clock.following(struck[-1]))
    days = [clock.day(each) for each in struck[1:]]
    assert all(later - earlier == timedelta(days=1) for earlier, later in pairwise(days))
    assert list(clock.days(moment, struck[-1])) == days


def test_rules() -> None:
    found = rule_days("FREQ=MONTHLY;BYMONTHDAY=-1", date(2026, 1, 1), date(2026, 2, 1), date(2026, 4, 30))
    assert found == [date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]
    assert is_rule("FREQ=WEEKLY;BYDAY=MO")
    for wrong in (
        "",
        "FREQ=SECONDLY",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=99999",
        "FREQ=DAILY;X=1",
        "x" * 300,
    ):
        assert not is_rule(wrong), wrong


@pytest.mark.parametrize(
    ("text", "wanted"), [("07:30", time(7, 30)), ("7:30", None), ("24:00", None), ("ab:cd", None)]
)
def test_times_of_day(text: str, wanted: time | None) -> None:
    assert clock_of(text) == wanted


@pytest.mark.parametrize(
    ("at", "weekends", "wanted"),
    [
        ("2026-06-01T21:00", True, "2026-06-02T07:00"),
        ("2026-06-02T03:00", True, "2026-06-02T07:00"),
        ("2026-06-02T12:00", True, "2026-06-02T12:00"),
        ("2026-06-06T12:00", False, "2026-06-08T07:00"),
        ("2026-06-05T23:00", False, "2026-06-08T07:00"),
    ],
)
def test_quiet_hours_and_weekends(at: str, weekends: bool, wanted: str) -> None:
    def local(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=PRAGUE)

    found = outside_quiet(local(at).astimezone(UTC), PRAGUE, time(20, 0), time(7, 0), weekends)
    assert found == local(wanted)

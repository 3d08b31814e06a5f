"""Repetition of tasks: month ends, leap days, ends of rules, rules that are none."""

from datetime import date

import pytest

from kartoteka.plugins.tasks.repeating import RuleError, following, settled, simplest


def days(rule: str, first: date, times: int) -> list[str]:
    """The days on which a task comes that is done on the very day each time."""
    rule, found = settled(rule, first), [first]
    for _time in range(times):
        turn = following(rule, found[-1], found[-1])
        if turn is None:
            break
        rule = turn.rule
        found.append(turn.due)
    return [day.isoformat() for day in found]


def test_the_end_of_the_month_stays_the_end_of_the_month() -> None:
    assert days("FREQ=MONTHLY", date(2027, 1, 31), 4) == [
        "2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31",
    ]  # fmt: skip
    assert days("FREQ=MONTHLY", date(2028, 1, 30), 2) == ["2028-01-30", "2028-02-29", "2028-03-30"]
    assert days("FREQ=MONTHLY;INTERVAL=3", date(2026, 11, 30), 2) == [
        "2026-11-30",
        "2027-02-28",
        "2027-05-30",
    ]


def test_a_leap_day_comes_every_year() -> None:
    assert days("FREQ=YEARLY", date(2028, 2, 29), 4) == [
        "2028-02-29", "2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29",
    ]  # fmt: skip


def test_a_change_of_clocks_moves_no_day() -> None:
    assert days("FREQ=DAILY", date(2027, 3, 27), 2) == ["2027-03-27", "2027-03-28", "2027-03-29"]
    assert days("FREQ=WEEKLY", date(2027, 10, 24), 2) == ["2027-10-24", "2027-10-31", "2027-11-07"]


def test_working_days_leave_out_the_weekend() -> None:
    assert days("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", date(2026, 11, 20), 2) == [
        "2026-11-20", "2026-11-23", "2026-11-24",
    ]  # fmt: skip


def test_a_rule_ends_after_its_times_or_on_its_day() -> None:
    assert days("FREQ=DAILY;COUNT=3", date(2026, 11, 1), 9) == ["2026-11-01", "2026-11-02", "2026-11-03"]
    assert days("FREQ=DAILY;UNTIL=20261102T230000Z", date(2026, 11, 1), 9) == ["2026-11-01", "2026-11-02"]


def test_what_was_missed_is_left_out_and_counted() -> None:
    late = following("FREQ=DAILY;COUNT=9", date(2026, 11, 1), date(2026, 11, 5))
    assert late is not None
    assert (late.due, late.rule) == (date(2026, 11, 5), "FREQ=DAILY;COUNT=5")
    assert following("FREQ=DAILY;COUNT=3", date(2026, 11, 1), date(2026, 11, 5)) is None


def test_what_is_done_early_comes_no_earlier() -> None:
    early = following("FREQ=WEEKLY", date(2026, 11, 20), date(2026, 11, 2))
    assert early is not None
    assert early.due == date(2026, 11, 27)


@pytest.mark.parametrize(
    "rule",
    ["", "every day", "FREQ=HOURLY", "FREQ=SECONDLY", "INTERVAL=2", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;COUNT=-1",
     "FREQ=DAILY;COUNT=2;UNTIL=20300101", "FREQ=DAILY;UNTIL=tomorrow", "FREQ=DAILY;FREQ=DAILY", "FREQ=DAILY;BYDAY=XX",
     "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31", "FREQ=DAILY;UNTIL=99991231;BYMONTH=2;BYMONTHDAY=30",
     "FREQ=MONTHLY;BYSETPOS=0", "FREQ=DAILY;INTERVAL=7;BYDAY=MO",
     "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=31",
     "FREQ=DAILY;BYEASTER=1", "FREQ=DAILY\nRRULE:FREQ=DAILY", "FREQ=WEEKLY;BYDAY=" + "MO," * 90,
     "FREQ=DAILY;UNTIL=20200101",
     "FREQ=DAILY;INTERVAL=²"],
)  # fmt: skip
def test_what_is_no_rule_is_refused_with_a_sentence(rule: str) -> None:
    with pytest.raises(RuleError, match=r"\w \w.*\."):
        settled(rule, date(2026, 11, 1))


def test_the_last_day_that_there_is_does_no_harm() -> None:
    assert following("FREQ=DAILY", date(9999, 12, 31), date(2026, 11, 1)) is None


def test_a_form_shows_the_rule_that_was_chosen() -> None:
    assert simplest(settled("FREQ=MONTHLY", date(2027, 1, 31))) == "FREQ=MONTHLY"
    assert simplest(settled("FREQ=YEARLY", date(2028, 2, 29))) == "FREQ=YEARLY"
    assert simplest("FREQ=MONTHLY;BYDAY=1MO") == "FREQ=MONTHLY;BYDAY=1MO"

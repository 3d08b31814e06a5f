"""A month as a grid of weeks, Monday first."""

from calendar import Calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

FIRST_YEAR, LAST_YEAR = 1970, 2200


@dataclass(frozen=True)
class Month:
    """A month by its first day."""

    first: date

    @property
    def weeks(self) -> Sequence[Sequence[date]]:
        """The weeks that the month lies in, with the days beside it."""
        return Calendar().monthdatescalendar(self.first.year, self.first.month)

    @property
    def before(self) -> str:
        """The month before, as an address names it."""
        return f"{self.first - timedelta(days=1):%Y-%m}"

    @property
    def after(self) -> str:
        """The month after, as an address names it."""
        return f"{self.first.replace(day=28) + timedelta(days=4):%Y-%m}"


def month_of(text: str, today: date) -> Month:
    """This function will read a month such as 2026-11; whatever else stands there means the present one."""
    try:
        year, month = (int(part) for part in text.split("-"))
        if FIRST_YEAR <= year <= LAST_YEAR:
            return Month(date(year, month, 1))
    except ValueError:
        pass
    return Month(today.replace(day=1))

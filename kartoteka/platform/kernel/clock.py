"""The time of a piece of work; tests set it, nobody else asks the machine."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """This function will tell the present moment in UTC, to the microsecond."""
    return datetime.now(UTC)

"""The language and time zone that a value is written out in."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Locale:
    """How one reader wants to see dates, numbers and words."""

    language: str = "en"
    timezone: str = "UTC"

"""Lines of the rail and of the home page."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """A line of the rail, or a registry on the home page."""

    key: str
    label: str
    icon: str
    url: str = ""
    count: str = ""
    # Where the number is asked for after the page has come.
    live: str = ""

"""Two designers at once: what others have changed since a screen was drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import request

from kartoteka.platform.services import designs
from kartoteka.platform.services.work import Work

HEADER = "X-Design-Version"
MOST_CHANGES, MOST_STEPS = 5, 4


@dataclass(frozen=True)
class News:
    """One change that somebody else has made: who, when, what, and how much more it was."""

    who: str
    at: datetime
    steps: Sequence[str]
    more: int


def seen_version() -> int | None:
    """This function will tell which version of the design the asking page shows."""
    text = request.headers.get(HEADER) or request.values.get("seen_version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def news_of(work: Work, seen: int | None) -> list[News]:
    """This function will list what others have changed after a version, newest first."""
    if seen is None or seen >= work.catalog.version:
        return []
    past = designs.past(work, limit=MOST_CHANGES)
    return [
        News(each.by, each.at, each.steps[:MOST_STEPS], max(0, len(each.steps) - MOST_STEPS))
        for each in past
        if each.version > seen and each.by != work.actor.name
    ]

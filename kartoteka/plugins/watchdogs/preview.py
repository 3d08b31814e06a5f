"""What a watchdog would have told in the last days and will tell in the next: asked before it is set."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from kartoteka.platform.sdk import Query, Work, count, date_text, text_of
from kartoteka.plugins.watchdogs import definition as d
from kartoteka.plugins.watchdogs.asking import coming_of, past_of
from kartoteka.plugins.watchdogs.definition import Definition
from kartoteka.plugins.watchdogs.reading import read
from kartoteka.plugins.watchdogs.sentences import sentence
from kartoteka.plugins.watchdogs.watching import Occurrence, Watch

DAYS = 90
# So many records are looked at in each direction, so that a slip does not keep the server busy.
MOST = 2000
SHOWN = 200


@dataclass(frozen=True)
class Preview:
    """What a watchdog would have told and will tell, as whoever is about to set it sees it."""

    definition: Definition
    sentence: str
    past: Sequence[Occurrence]
    coming: Sequence[Occurrence]
    # How many records fit today.
    fitting: int
    now: datetime
    zone: ZoneInfo


def preview(work: Work, body: Mapping[str, Any]) -> Preview:
    """This function will run a watchdog over history and over the time to come, without setting it.

    :raises Invalid: with a sentence for everything that is wrong with it.
    """
    return preview_of(
        work, read(work, {key: value for key, value in body.items() if key not in ("active", "role")})
    )


def preview_of(work: Work, definition: Definition) -> Preview:
    """This function will run a definition that is in order."""
    zone = ZoneInfo(work.actor.locale.timezone)
    watch = Watch(work, definition, zone)
    now = work.now
    fitting = 1 if definition.record else count(work, definition.registry, Query(filter=definition.filter))
    return Preview(
        definition, sentence(work, definition), past_of(watch, now, DAYS, MOST), coming_of(watch, now, DAYS, MOST),
        fitting, now, zone,
    )  # fmt: skip


def occurrence_text(work: Work, definition: Definition, occurrence: Occurrence, zone: ZoneInfo) -> str:
    """This function will say in a few words what an occurrence was about."""
    part = definition.when.each[occurrence.part]
    language = work.actor.locale.language
    if part.kind in d.OF_DATE and occurrence.new is not None:
        value = occurrence.new
        return date_text(value.astimezone(zone).date() if isinstance(value, datetime) else value, language)
    if part.kind == d.SILENCE and isinstance(occurrence.new, datetime):
        return date_text(occurrence.new.astimezone(zone).date(), language)
    if not part.field:
        return occurrence.new if isinstance(occurrence.new, str) else ""
    texts = [
        text_of(work, definition.registry, part.field, value) for value in (occurrence.old, occurrence.new)
    ]
    return f"{texts[0] or '—'} → {texts[1] or '—'}"


def document(work: Work, found: Preview) -> dict[str, Any]:
    """This function will give a preview in the shape of the API."""
    return {
        "sentence": found.sentence,
        "fitting": found.fitting,
        "past": [_document(work, found, each) for each in found.past[:SHOWN]],
        "past_count": len(found.past),
        "coming": [_document(work, found, each) for each in found.coming[:SHOWN]],
        "coming_count": len(found.coming),
    }


def _document(work: Work, found: Preview, each: Occurrence) -> dict[str, Any]:
    return {
        "at": each.at,
        "record": {"id": each.record or None, "title": each.title},
        "text": occurrence_text(work, found.definition, each, found.zone),
    }


__all__ = ["DAYS", "Preview", "document", "occurrence_text", "preview", "preview_of"]

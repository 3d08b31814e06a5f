"""What a watchdog does beside telling: a task or a note on the record, in its owner's name and with his rights."""

from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from kartoteka.platform.sdk import Bearer, KartotekaError, Work, create
from kartoteka.plugins.watchdogs.definition import Deed, Definition
from kartoteka.plugins.watchdogs.watching import Occurrence


def do_deeds(work: Work, definition: Definition, occurrences: Sequence[Occurrence]) -> None:
    """This function will do what is to be done of new occurrences; what the owner may not do is left undone."""
    for occurrence in occurrences:
        for deed in definition.deeds:
            try:
                with work.attempt():
                    _do(work, definition, deed, occurrence)
            except KartotekaError:
                continue


def _do(work: Work, definition: Definition, deed: Deed, occurrence: Occurrence) -> None:
    on = Bearer(definition.registry, occurrence.record) if occurrence.record else None
    if deed.kind == "note":
        create(work, "_notes", {"text": deed.text}, on=on)
        return
    today = work.now.astimezone(ZoneInfo(work.actor.locale.timezone)).date()
    values = {"title": deed.text, "assignee": work.actor.user_id, "due": today + timedelta(days=deed.days)}
    create(work, "_tasks", values, on=on)


__all__ = ["do_deeds"]

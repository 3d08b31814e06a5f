"""Mentions in notes: whoever is named in a note that he sees is told of it."""

from collections.abc import Sequence

from kartoteka.platform.sdk import (
    Record,
    Work,
    Writing,
    mentioned,
    said_mentioned,
    tell_people,
    tells,
    writer,
)
from kartoteka.plugins.notes.design import KEY


def tell_of_notes(work: Work, writings: Sequence[Writing]) -> None:
    """This function will tell people who are named in notes that were written or changed."""
    for each in writings if tells(work) else ():
        if each.restoring or each.record is None or not each.values.get("text"):
            continue
        named = mentioned(work, each.values["text"], each.old.get("text"))
        tell_people(
            work, named, KEY, each.record, "mentioned", said_mentioned(writer(work), "text", _address)
        )


def _address(note: Record) -> str:
    on = note.on
    return f"/r/{on.registry}/{on.id}/tab/notes" if on is not None else "/notes"


__all__ = ["tell_of_notes"]

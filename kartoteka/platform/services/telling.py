"""Telling people of what concerns them: a mail to everybody who sees it, and an event for whoever tells otherwise."""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice, pairwise
from typing import Any

from kartoteka.field_types.folding import fold
from kartoteka.platform.kernel.errors import KartotekaError
from kartoteka.platform.kernel.events import PeopleTold
from kartoteka.platform.kernel.texts import _, speaking
from kartoteka.platform.services import letters, people, records
from kartoteka.platform.services.acting import acts_for_all
from kartoteka.platform.services.records import Record
from kartoteka.platform.services.work import Work

# So many are told of one thing at most, and so many marks of one text are looked at.
MOST_PEOPLE, MOST_MARKS = 30, 50
EVERYBODY = 1_000_000
LONGEST = 600
SILENT = frozenset({"import"})
# What a mail says, in the language of its reader: `(their work, the thing as they see it)` gives the sentence, a piece
# of text that is quoted, and the address below the installation's own.
Said = Callable[[Work, Record], tuple[str, str, str]]


def tells(work: Work) -> bool:
    """This function will tell whether people are told of what a piece of work does.

    Nobody is told what comes with many others: of imports, and of batches and their undoing; nor what the program does
    by itself.
    """
    return work.batch is None and work.via not in SILENT and not acts_for_all(work)


def tell_people(
    work: Work, whom: Iterable[int], registry: str, record: int, why: str, said: Said
) -> Sequence[int]:
    """This function will tell people of a record, apart from the actor himself and from those who do not see it."""
    if not tells(work):
        return []
    told = []
    for person in sorted(set(whom) - {work.actor.user_id})[:MOST_PEOPLE]:
        try:
            theirs = work.office.beside(work, person)
            found = records.fetch(theirs, registry, record)
        except KartotekaError:
            # His account is closed, or there is no such thing for him.
            continue
        _write(theirs, found, said)
        told.append(person)
    if told:
        work.emit(PeopleTold(registry, record, tuple(told), why, work.actor.user_id))
    return told


def _write(theirs: Work, found: Record, said: Said) -> None:
    with speaking(theirs.actor.locale.language):
        sentence, quoted, address = said(theirs, found)
    shown = quoted if len(quoted) <= LONGEST else f"{quoted[:LONGEST].rstrip()}…"
    url = theirs.office.settings.base_url.rstrip("/") + address
    letters.write_mail(theirs, "told", sentence=_one_line(sentence), quoted=shown, url=url)


def _one_line(sentence: str) -> str:
    return " ".join(sentence.split())[:200]


def mentioned(work: Work, text: Any, before: Any = "") -> frozenset[int]:
    """This function will find the people whom a text names as `@Name`, but did not name before.

    Only who may choose among people can mention them; of two names that begin alike the longer one is meant.
    """
    if not isinstance(text, str) or "@" not in text or not work.gate.names_people:
        return frozenset()
    known = _people(work)
    return _named(known, text) - _named(known, before if isinstance(before, str) else "")


def _people(work: Work) -> list[tuple[str, int]]:
    return [(fold(each.title), each.id) for each in people.picker(work, "", limit=EVERYBODY) if each.title]


def _named(known: Sequence[tuple[str, int]], text: str) -> frozenset[int]:
    pieces = fold(text).split("@")
    found: set[int] = set()
    for before, after in islice(pairwise(pieces), MOST_MARKS):
        # An address such as info@firm.example mentions nobody.
        if before and (before[-1].isalnum() or before[-1] in "._-"):
            continue
        fitting = [(len(name), person) for name, person in known if _begins(after, name)]
        longest = max((length for length, _person in fitting), default=0)
        found |= {person for length, person in fitting if length == longest}
    return frozenset(found)


def _begins(text: str, name: str) -> bool:
    return text.startswith(name) and not text[len(name) : len(name) + 1].isalnum()


def writer(work: Work) -> str:
    """This function will give the name by which the actor is spoken of."""
    return work.actor.name or work.actor.email


def said_mentioned(by: str, field: str, address: Callable[[Record], str]) -> Said:
    """This function will make what a mention says: who has mentioned the reader where, and the text itself."""

    def said(_theirs: Work, found: Record) -> tuple[str, str, str]:
        on = found.on.title if found.on is not None else ""
        sentence = (
            _("{who} has mentioned you at “{title}”", who=by, title=on)
            if on
            else _("{who} has mentioned you", who=by)
        )
        return sentence, str(found.values.get(field) or ""), address(found)

    return said


__all__ = ["Said", "mentioned", "said_mentioned", "tell_people", "tells", "writer"]

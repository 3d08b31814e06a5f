"""The words of records as somebody may read them: what a search looks through, by section."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import text as sql_text

from kartoteka.field_types.locale import Locale
from kartoteka.platform.access.gate import OpenRegistry, SeenRow, Selection
from kartoteka.platform.access.reshaping import searchable_text
from kartoteka.platform.storage.index import SLOTS, WORD, index_name, words

TITLE = 0
CHUNK = 500
_PLAIN = Locale()


@dataclass(frozen=True, slots=True)
class Passage:
    """The text of one field: its number (TITLE for a title), as it is searched and as it is shown."""

    slot: int
    section: str | None
    searched: str
    shown: str


@dataclass(frozen=True, slots=True)
class Readable:
    """A record's words as the opened registry's actor may read them."""

    id: int
    title: str
    passages: tuple[Passage, ...]


def readable(opened: OpenRegistry, row: SeenRow) -> Readable:
    """This function will collect the texts of a row that the actor may see."""
    passages = [Passage(TITLE, None, row.title, row.title)] if row.title else []
    for each in opened.fields:
        kind, value = opened.kind(each), row.values.get(each.key)
        if value and kind.type.searchable:
            shown = kind.type.text(value, kind.options, _PLAIN)
            passages.append(Passage(opened.slot(each), each.section, searchable_text(kind, value), shown))
    return Readable(row.id, row.title or f"#{row.id}", tuple(passages))


def read_some(opened: OpenRegistry, records: Sequence[int]) -> dict[int, Readable]:
    """This function will read the texts of records; those that the actor may not see are missing."""
    found: dict[int, Readable] = {}
    for start in range(0, len(records), CHUNK):
        rows = opened.rows_by_id(records[start : start + CHUNK])
        found.update((row.id, readable(opened, row)) for row in rows.values())
    return found


def read_all(opened: OpenRegistry) -> Iterator[Readable]:
    """This function will read the texts of every record that the actor may see, in the order of ids."""
    cursor: str | None = None
    while True:
        rows, cursor = opened.page(Selection(size=CHUNK, cursor=cursor))
        yield from (readable(opened, row) for row in rows)
        if cursor is None:
            return


def slot_texts(record: Readable) -> dict[int, str]:
    """This function will put the texts of each number together."""
    found: dict[int, list[str]] = {}
    for each in record.passages:
        found.setdefault(each.slot, []).append(each.searched)
    return {slot: " ".join(parts) for slot, parts in found.items()}


def readable_slots(opened: OpenRegistry) -> frozenset[int]:
    """This function will tell which numbers the actor may read on some row; the title counts when all its parts do."""
    return frozenset({TITLE, *map(opened.slot, opened.fields)})


def indexed_words(opened: OpenRegistry) -> dict[tuple[int, int], frozenset[str]]:
    """This function will read the whole full-text table of a registry: {(record, section): words}."""
    connection, name = opened.gate.connection, index_name(opened.registry.key)
    if connection.dialect.name == "sqlite":
        statement = f"SELECT rowid / {SLOTS}, rowid % {SLOTS}, body FROM {name}"  # noqa: S608  a key, not input
        return {
            (row[0], row[1]): frozenset(row[2].split()) for row in connection.execute(sql_text(statement))
        }
    statement = f"SELECT record, slot, tsvector_to_array(body) FROM {name}"  # noqa: S608  a key, not input
    return {(row[0], row[1]): frozenset(row[2]) for row in connection.execute(sql_text(statement))}


def expected_words(records: Iterable[Readable]) -> dict[tuple[int, int], frozenset[str]]:
    """This function will say what the full-text table should hold for some records."""
    return {
        (record.id, slot): frozenset(words(body))
        for record in records
        for slot, body in slot_texts(record).items()
        if slot != TITLE and words(body)
    }


__all__ = [
    "TITLE",
    "WORD",
    "Passage",
    "Readable",
    "expected_words",
    "indexed_words",
    "read_all",
    "read_some",
    "readable",
    "readable_slots",
    "slot_texts",
    "words",
]

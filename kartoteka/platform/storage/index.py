"""Full text of registries, one document for each (record, section), so that a search can be cut by section.

SQLite keeps it in an FTS5 table whose rowid is `record * SLOTS + section id`; PostgreSQL in a table with
a tsvector. Both get words that are folded and split here, so that both find the same.
"""

import re
from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, Connection, bindparam, func, select, text
from sqlalchemy import column as sql_column
from sqlalchemy.sql.elements import TextClause

from kartoteka.field_types.folding import fold
from kartoteka.platform.storage.bulk import copy_statement

SLOTS = 1 << 20
WORD = re.compile(r"[^\W_]+")
_ASCII_GAPS = {code: " " for code in range(128) if not chr(code).isalnum()}
_BETWEEN = "\x1f"
_GAPS_TOGETHER = {code: gap for code, gap in _ASCII_GAPS.items() if chr(code) != _BETWEEN}
Document = tuple[int, int, str]


def index_name(registry_key: str) -> str:
    """This function will name the full-text table of a registry."""
    return f"x_{registry_key}"


def create_statements(dialect: str, registry_key: str) -> list[str]:
    """This function will give the statements that make the full-text table of a registry."""
    name = index_name(registry_key)
    if dialect == "sqlite":
        return [
            # How long documents are matters to nobody: what is found is not ranked.
            f"CREATE VIRTUAL TABLE {name} USING fts5(body, tokenize='unicode61 remove_diacritics 0', prefix='2 3',"
            " columnsize=0)"
        ]
    return [
        f"CREATE TABLE {name} (record BIGINT NOT NULL, slot INTEGER NOT NULL, body TSVECTOR NOT NULL,"
        " PRIMARY KEY (record, slot))",
        f"CREATE INDEX {name}_body ON {name} USING GIN (body)",
    ]


def words(source: str) -> list[str]:
    """This function will split a text into folded words."""
    folded = fold(source)
    # The same as the pattern's, several times quicker; few texts have a letter left that is not ASCII.
    return folded.translate(_ASCII_GAPS).split() if folded.isascii() else WORD.findall(folded)


def words_together(sources: Sequence[str]) -> list[str]:
    """This function will give the words of each of many texts, with gaps between them, in a fraction of the time."""
    folded = fold(_BETWEEN.join(sources))
    parts = folded.translate(_GAPS_TOGETHER).split(_BETWEEN) if folded.isascii() else []
    # One text with a letter that is not ASCII, or with the mark itself, and all are read one by one.
    return parts if len(parts) == len(sources) else [" ".join(words(source)) for source in sources]


def write_documents(connection: Connection, registry_key: str, documents: Sequence[Document]) -> None:
    """This function will store new documents (record, section id, text); empty texts are left out."""
    bodies = words_together([body for _record, _slot, body in documents])
    # SQLite keeps what it is given in memory as long as the numbers of rows rise.
    rows = sorted(
        (record, slot, body)
        for (record, slot, _body), body in zip(documents, bodies, strict=True)
        if body and not body.isspace()
    )
    if not rows:
        return
    name = index_name(registry_key)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(
            f"INSERT INTO {name} (rowid, body) VALUES (?, ?)", [(r * SLOTS + s, b) for r, s, b in rows]
        )
    elif len(rows) > 1:
        # Words hold letters and digits alone, so that a text of them can be read as it is.
        copied = copy_statement(connection.dialect, name, ("record", "slot", "body"))
        connection.exec_driver_sql(copied, rows)
    else:
        connection.execute(
            text(
                f"INSERT INTO {name} (record, slot, body)"
                " VALUES (:record, :slot, array_to_tsvector(string_to_array(:body, ' ')))"
            ),
            [{"record": r, "slot": s, "body": " ".join(sorted(set(b.split())))} for r, s, b in rows],
        )


def remove_documents(connection: Connection, registry_key: str, keys: Iterable[tuple[int, int]]) -> None:
    """This function will take away the documents of (record, section id) pairs."""
    name = index_name(registry_key)
    pairs = list(keys)
    if not pairs:
        return
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(
            f"DELETE FROM {name} WHERE rowid = ?", [(r * SLOTS + s,) for r, s in pairs]
        )
    else:
        connection.execute(text(f"DELETE FROM {name} WHERE record = :record AND slot = :slot"),
                           [{"record": r, "slot": s} for r, s in pairs])  # fmt: skip


def empty_index(connection: Connection, registry_key: str) -> None:
    """This function will take away all documents of a registry."""
    name = index_name(registry_key)
    if connection.dialect.name == "sqlite":
        # FTS5 takes documents out one by one; a new table is there at once.
        for statement in (f"DROP TABLE {name}", *create_statements("sqlite", registry_key)):
            connection.exec_driver_sql(statement)
    else:
        connection.execute(text(f"DELETE FROM {name}"))


def remove_range(connection: Connection, registry_key: str, after: int, up_to: int | None) -> None:
    """This function will take away the documents of the records after one and up to another, or of all after it."""
    name = index_name(registry_key)
    column, factor = ("rowid", SLOTS) if connection.dialect.name == "sqlite" else ("record", 1)
    bounds = {"after": (after + 1) * factor}
    statement = f"DELETE FROM {name} WHERE {column} >= :after"
    if up_to is not None:
        statement += f" AND {column} < :up_to"
        bounds["up_to"] = (up_to + 1) * factor
    connection.execute(text(statement), bounds)


def matches(
    dialect: str, registry_key: str, record: ColumnElement[int], word: str, slots: Sequence[int],
    *, walking: bool = False,
) -> ColumnElement[bool]:  # fmt: skip
    """This function will give the condition that a record has a word beginning like `word` in one of the sections.

    Where SQLite is `walking` along an order, it asks each record on its way; else it begins with those found.
    """
    found = _found(dialect, registry_key, word, slots).columns(sql_column("record"))
    return (record + 0 if walking else record).in_(found)


def count_up_to(
    connection: Connection, registry_key: str, sought: Sequence[str], slots: Sequence[int], most: int
) -> int:
    """This function will count the documents with the rarest of some words, up to a number."""
    numbers = [
        select(func.count()).select_from(
            _found(connection.dialect.name, registry_key, word, slots).columns(sql_column("record"))
            .subquery().select().limit(most).subquery()
        ).scalar_subquery()
        for word in sought
    ]  # fmt: skip
    return min(int(number) for number in connection.execute(select(*numbers)).one())


def _found(dialect: str, registry_key: str, word: str, slots: Sequence[int]) -> TextClause:
    name = index_name(registry_key)
    if dialect == "sqlite":
        found = text(
            f"SELECT rowid / {SLOTS} AS record FROM {name} WHERE {name} MATCH :word AND rowid % {SLOTS} IN :slots"
        )
        value = f'"{word}"*'
    else:
        found = text(f"SELECT record FROM {name} WHERE body @@ CAST(:word AS tsquery) AND slot IN :slots")
        value = f"'{word}':*"
    return found.bindparams(
        bindparam("word", value, unique=True), bindparam("slots", list(slots), expanding=True, unique=True)
    )


__all__ = [
    "count_up_to",
    "create_statements",
    "empty_index",
    "matches",
    "remove_documents",
    "remove_range",
    "words",
    "words_together",
    "write_documents",
]

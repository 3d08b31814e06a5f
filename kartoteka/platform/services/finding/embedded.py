"""The embedded engine: Whoosh in the data folder, one document per record, one field per section.

Fields of their own keep the vocabularies of sections apart: a search asks only those that its actor may read, so the
words of the others do not take part in anything. Whoosh only keeps and finds words here; its ranking by statistics
is not used. A document carries a digest of its words, by which the index is compared with the data.
"""

import fcntl
import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from whoosh import columns, fields
from whoosh.index import FileIndex, create_in, exists_in, open_dir
from whoosh.reading import IndexReader
from whoosh.writing import CLEAR, SegmentWriter

from kartoteka.platform.access.texts import TITLE, Readable, slot_texts, words
from kartoteka.platform.kernel.tables import canonical_json
from kartoteka.platform.services.finding.engine import Candidate, Scope
from kartoteka.platform.services.finding.lexicon import Lexicon
from kartoteka.platform.services.finding.matching import (
    BEGINNING,
    EXACT,
    ONE_ERROR,
    SHORTEST_BEGINNING,
    TWO_ERRORS,
    Question,
    errors_allowed,
    weight,
)

LOCK_SECONDS = 120.0
KEPT_LEXICONS = 256


def _schema() -> fields.Schema:
    schema = fields.Schema(
        key=fields.ID(unique=True, stored=True),
        registry=fields.ID(),
        record=fields.COLUMN(columns.NumericColumn("q", default=0)),
        digest=fields.STORED(),
    )
    schema.add("w_*", fields.KEYWORD(), glob=True)
    return schema


def _field(registry: int, slot: int) -> str:
    return f"w_t{registry}" if slot == TITLE else f"w_s{slot}"


class EmbeddedEngine:
    """The index in a folder of this machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._index: FileIndex | None = None
        self._lock = Lock()
        self._lexicons: OrderedDict[tuple[str, str], Lexicon] = OrderedDict()

    @property
    def index(self) -> FileIndex:
        """The index, made at first use."""
        with self._lock:
            if self._index is None:
                self._index = self._open()
            return self._index

    def _open(self) -> FileIndex:
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / "opening.lock").open("w") as lock:
            # Two processes that start at once would otherwise both make it, the second over the first.
            fcntl.flock(lock, fcntl.LOCK_EX)
            if exists_in(str(self._folder)):
                return open_dir(str(self._folder))
            return create_in(str(self._folder), _schema())

    @property
    def empty(self) -> bool:
        """True when nothing was ever indexed, or everything was removed."""
        return bool(self.index.doc_count() == 0)

    # Finding

    def candidates(self, scopes: Sequence[Scope], asked: Question) -> list[Candidate]:
        """This function will propose every record in which each word matches in some section that may be read."""
        reader = self.index.reader()
        try:
            found = [each for scope in scopes for each in self._in_scope(reader, scope, asked)]
        finally:
            reader.close()
        return sorted(found, key=lambda each: each.place)

    def _in_scope(self, reader: IndexReader, scope: Scope, asked: Question) -> Iterator[Candidate]:
        registry = scope.opened.registry
        bounds: dict[int, int] | None = None
        for word in asked.words:
            best = self._best(reader, registry.id, scope.slots, word, asked.forgiving)
            if bounds is None:
                bounds = best
            else:
                bounds = {number: bounds[number] + best[number] for number in bounds.keys() & best.keys()}
        if not bounds:
            return
        records = reader.column_reader("record")
        for number, bound in bounds.items():
            record = int(records[number])
            if scope.only is None or record in scope.only:
                yield Candidate(registry.key, record, bound)

    def _best(
        self, reader: IndexReader, registry: int, slots: Iterable[int], word: str, forgiving: bool
    ) -> dict[int, int]:
        """The best match of a word in each document: {number of the document: weight}."""
        best: dict[int, int] = {}
        for slot in slots:
            name = _field(registry, slot)
            for part, offset in reader.leaf_readers():
                for term, found in self._terms(part, name, word, forgiving):
                    worth = weight(found, slot)
                    for number in part.postings(name, term).all_ids():
                        if best.get(number + offset, 0) < worth:
                            best[number + offset] = worth
        return best

    def _terms(self, part: IndexReader, name: str, word: str, forgiving: bool) -> Iterator[tuple[str, int]]:
        if name not in set(part.indexed_field_names()):
            return
        beginnings = part.expand_prefix(name, word) if len(word) >= SHORTEST_BEGINNING else ()
        for each in beginnings:
            yield _text(each), EXACT if _text(each) == word else BEGINNING
        if len(word) < SHORTEST_BEGINNING and (name, word) in part:
            yield word, EXACT
        errors = errors_allowed(word) if forgiving else 0
        if errors:
            for term, count in self._lexicon(part, name).near(word, errors):
                yield term, ONE_ERROR if count == 1 else TWO_ERRORS

    def _lexicon(self, part: IndexReader, name: str) -> Lexicon:
        key = (str(part.segment().segment_id()), name)
        with self._lock:
            found = self._lexicons.get(key)
        if found is None:
            found = Lexicon(map(_text, part.lexicon(name)))
        with self._lock:
            self._lexicons[key] = found
            self._lexicons.move_to_end(key)
            while len(self._lexicons) > KEPT_LEXICONS:
                self._lexicons.popitem(last=False)
        return found

    # Keeping

    @contextmanager
    def writing(self, *, anew: bool = False) -> Iterator["IndexWriter"]:
        """This function will open the index for the only writer there can be; all changes appear together.

        Whoever writes must read the data inside of the block: so the last writer has seen the latest data.
        """
        writer = self.index.writer(timeout=LOCK_SECONDS, delay=0.05)
        try:
            yield IndexWriter(writer)
        except BaseException:
            writer.cancel()
            raise
        if anew:
            writer.commit(mergetype=CLEAR)
        else:
            writer.commit()

    def digests(self, registry: int | None = None) -> dict[tuple[int, int], str]:
        """This function will read all that is indexed: {(registry id, record): digest of its words}."""
        reader = self.index.reader()
        try:
            stored = [each for _number, each in reader.iter_docs()]
        finally:
            reader.close()
        found = {
            (int(pair[0]), int(pair[1])): each["digest"]
            for each in stored
            for pair in [each["key"].split("-")]
        }
        return {key: value for key, value in found.items() if registry in (None, key[0])}

    def digests_of(self, registry: int, records: Iterable[int]) -> dict[int, str]:
        """This function will read what is indexed of some records: {record: digest of its words}."""
        reader = self.index.reader()
        try:
            keys = {record: _key(registry, record) for record in records}
            known = {record: key for record, key in keys.items() if ("key", key) in reader}
            return {record: reader.stored_fields(number)["digest"] for record, key in known.items()
                    for number in reader.postings("key", key).all_ids()}  # fmt: skip
        finally:
            reader.close()


class IndexWriter:
    """Puts and drops documents."""

    def __init__(self, writer: SegmentWriter) -> None:
        self._writer = writer

    def put(self, registry: int, record: Readable) -> None:
        """This function will index a record in the place of what was indexed of it before."""
        self._writer.update_document(**_document(registry, record))

    def add(self, registry: int, record: Readable) -> None:
        """This function will index a record that is not indexed yet."""
        self._writer.add_document(**_document(registry, record))

    def drop(self, registry: int, record: int) -> None:
        """This function will take a record out of the index."""
        self._writer.delete_by_term("key", _key(registry, record))

    def drop_registry(self, registry: int) -> None:
        """This function will take all records of a registry out of the index."""
        self._writer.delete_by_term("registry", str(registry))


def _key(registry: int, record: int) -> str:
    return f"{registry}-{record}"


def _vocabulary(registry: int, record: Readable) -> Mapping[str, str]:
    texts = slot_texts(record)
    found = {_field(registry, slot): " ".join(sorted(set(words(body)))) for slot, body in texts.items()}
    return {name: body for name, body in found.items() if body}


def _document(registry: int, record: Readable) -> dict[str, Any]:
    vocabulary = _vocabulary(registry, record)
    return {
        "key": _key(registry, record.id), "registry": str(registry), "record": record.id,
        "digest": _digest(vocabulary), **vocabulary,
    }  # fmt: skip


def digest(registry: int, record: Readable) -> str:
    """This function will give the digest that the index should hold for a record."""
    return _digest(_vocabulary(registry, record))


def _digest(vocabulary: Mapping[str, str]) -> str:
    return hashlib.sha256(canonical_json(dict(vocabulary)).encode()).hexdigest()[:32]


def _text(term: Any) -> str:
    return term.decode() if isinstance(term, bytes) else str(term)


__all__ = ["EmbeddedEngine", "IndexWriter", "digest"]

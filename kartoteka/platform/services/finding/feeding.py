"""Keeping the embedded index true: fed by the outbox, rebuilt on demand, compared with the data."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from kartoteka.platform.access.gate import OpenRegistry, Selection
from kartoteka.platform.access.reshaping import Reshaping
from kartoteka.platform.access.texts import Readable, expected_words, indexed_words, read_all, read_some
from kartoteka.platform.catalog.definitions import Registry
from kartoteka.platform.kernel.errors import NotFound
from kartoteka.platform.kernel.events import DesignChanged
from kartoteka.platform.kernel.outbox import Delivery
from kartoteka.platform.services.finding.embedded import EmbeddedEngine, IndexWriter, digest
from kartoteka.platform.services.finding.engines import embedded_engine
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.work import Work

Progress = Callable[[int, int], None]
TELL_EVERY = 500


def feed(office: Office, deliveries: Sequence[Delivery]) -> None:
    """This function will index again what events tell of; doing it twice changes nothing."""
    changed: dict[str, set[int]] = {}
    redesigned: set[str] = set()
    for each in deliveries:
        if each.kind == DesignChanged.kind:
            redesigned.update(each.body["registries"])
        else:
            changed.setdefault(each.body["registry"], set()).update(each.body["records"])
    engine = embedded_engine(office)
    with engine.writing() as index, _keeping(office) as work:
        for key in sorted(redesigned):
            _align(engine, index, work, key)
        for key in sorted(changed.keys() - redesigned):
            _refresh(engine, index, work, key, sorted(changed[key]))


@contextmanager
def _keeping(office: Office) -> Iterator[Work]:
    """Work of the system account that knows the words of all records, what is private to somebody too."""
    with office.begin_system(write=False) as work:
        yield replace(work, actor=replace(work.actor, keeps_index=True), _gates={})


def _refresh(
    engine: EmbeddedEngine, index: IndexWriter, work: Work, key: str, records: Sequence[int]
) -> None:
    registry, opened = _opened(work, key)
    if registry is None or opened is None:
        return
    texts = read_some(opened, records)
    known = engine.digests_of(registry.id, records)
    for record in records:
        if record in texts:
            _put(index, registry.id, texts[record], known.get(record))
        elif record in known:
            index.drop(registry.id, record)


def _put(index: IndexWriter, registry: int, record: Readable, known: str | None) -> None:
    """Looking for a document to replace takes longer than writing it, so it is done only where there is one."""
    if known is None:
        index.add(registry, record)
    elif known != digest(registry, record):
        index.put(registry, record)


def _align(engine: EmbeddedEngine, index: IndexWriter, work: Work, key: str) -> None:
    """Most design changes leave most words where they are, so only documents that differ are written."""
    registry, opened = _opened(work, key)
    if registry is None:
        return
    if opened is None:
        index.drop_registry(registry.id)
        return
    known = {record: each for (_registry, record), each in engine.digests(registry.id).items()}
    for record in read_all(opened):
        _put(index, registry.id, record, known.pop(record.id, None))
    for gone in known:
        index.drop(registry.id, gone)


def _opened(work: Work, key: str) -> tuple[Registry | None, OpenRegistry | None]:
    registry = work.catalog.registries.get(key)
    try:
        return registry, work.open(key)
    except NotFound:
        return registry, None


def rebuild(office: Office, progress: Progress | None = None) -> int:
    """This function will make the search anew out of the data and tell how many records it holds.

    That is the full-text tables of the lists and, if it is used, the embedded index; readers see the old one
    until the new one is complete.
    """
    with office.begin_system(write=False) as work:
        keys = list(work.catalog.registries)
    for key in keys:
        _reindex_lists(office, key)
    return make_anew(office, progress)


def _reindex_lists(office: Office, key: str) -> None:
    """Portion by portion, so that nobody who wants to write meanwhile has to wait for long."""
    last: int | None = 0
    while last is not None:
        with office.begin_system(design=True) as work:
            registry = work.catalog.registries.get(key)
            if registry is None:
                return
            reshaping = Reshaping(work.connection, work.catalog, work.catalog, work.layout, work.layout)
            last = reshaping.reindex_after(registry, last)


def make_anew(office: Office, progress: Progress | None = None) -> int:
    """This function will make the embedded index, if it is used, out of the data and tell how many records there are.

    The tables of the lists are not touched: they belong to the database and cannot be lost without it.
    """
    with _keeping(office) as work:
        total = sum(work.open(each.key).count(Selection()) for each in work.registries(plugins=True))
    if office.settings.search == "whoosh":
        _index_all(office, progress or (lambda _done, _total: None), total)
    return total


def _index_all(office: Office, progress: Progress, total: int) -> None:
    with embedded_engine(office).writing(anew=True) as index, _keeping(office) as work:
        for done, (registry, record) in enumerate(_everything(work), 1):
            index.add(registry.id, record)
            if done % TELL_EVERY == 0 or done == total:
                progress(done, total)


def _everything(work: Work) -> Iterator[tuple[Registry, Readable]]:
    for registry in work.registries(plugins=True):
        for record in read_all(work.open(registry.key)):
            yield registry, record


@dataclass(frozen=True, slots=True)
class Difference:
    """A record whose words in an index are not those in the data."""

    index: str
    registry: str
    record: int


def difference(office: Office) -> list[Difference]:
    """This function will compare the full-text tables and the embedded index, if it is used, with the data."""
    with _keeping(office) as work:
        found = [
            each for registry in work.registries(plugins=True) for each in _in_lists(work.open(registry.key))
        ]
        return found + (_in_index(work) if office.settings.search == "whoosh" else [])


def _in_lists(opened: OpenRegistry) -> list[Difference]:
    """Words of removed records stay in the table, where no condition finds them; they are not compared."""
    records = list(read_all(opened))
    alive = {each.id for each in records}
    wanted = expected_words(records)
    real = {key: each for key, each in indexed_words(opened).items() if key[0] in alive}
    differing = {key[0] for key in wanted.keys() | real.keys() if wanted.get(key) != real.get(key)}
    return [Difference("lists", opened.registry.key, record) for record in sorted(differing)]


def _in_index(work: Work) -> list[Difference]:
    keys: Mapping[int, str] = {each.id: each.key for each in work.catalog.registries.values()}
    real = embedded_engine(work.office).digests()
    wanted = {(registry.id, record.id): digest(registry.id, record) for registry, record in _everything(work)}
    differing = [pair for pair in wanted.keys() | real.keys() if wanted.get(pair) != real.get(pair)]
    return [
        Difference("search", keys.get(registry, f"#{registry}"), record)
        for registry, record in sorted(differing)
    ]


__all__ = ["Difference", "difference", "feed", "make_anew", "rebuild"]

"""Watching: companies are looked up again and again, and what has changed becomes a proposal on the record.

A finding says that a particular differs, never how: both sides are read anew for whoever looks, as far as he sees
them. One that was left is not proposed again until the register says something else.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from kartoteka.platform.sdk import (
    Event,
    KartotekaError,
    Office,
    Query,
    Record,
    Work,
    _,
    browse,
    fetch,
    readable_fields,
    write_mail,
)
from kartoteka.plugins.ares import announcing, desk, filling, known, telling
from kartoteka.plugins.ares.comparing import Line, beside_record
from kartoteka.plugins.ares.desk import Reply
from kartoteka.plugins.ares.mapping import PLUGIN, mapping_of, number_field, settings
from kartoteka.plugins.ares.particulars import BY_KEY
from kartoteka.plugins.ares.registers.answers import Refused, Unavailable
from kartoteka.plugins.ares.tables import Checked, Finding, News


@dataclass(frozen=True, slots=True)
class CompanyChanged(Event):
    """A register says something new of the company of a record; `topics` names what, such as `liquidation`."""

    kind: ClassVar[str] = telling.KIND
    registry: str
    record: int
    topics: tuple[str, ...]


TAKEN, LEFT = "taken", "left"
# How many companies are looked at in one turn: with two questions, so as not to keep others waiting. Who acts for a
# company is one question more for each.
AT_ONCE = 200
WITH_PERSONS = 40
FORGOTTEN = timedelta(days=400)
# What is proposed although no field takes it: that a company has ended, or is no longer there.
STANDING = "standing"


def is_watched(work: Work, record: Record) -> bool:
    """This function will tell whether a record is watched, by itself or with its whole registry."""
    if record.registry in settings(work)["watched"]:
        return True
    row = work.session.get(Checked, (record.registry, record.id))
    return row is not None and row.watched


def watch(work: Work, record: Record, on: bool) -> None:
    """This function will watch a record by itself, or no longer."""
    row = _row(work.session, record.registry, record.id)
    row.watched, row.watched_by = on, work.actor.user_id if on else None


def open_findings(work: Work, record: Record) -> list[str]:
    """This function will list what has changed about a record's company and is not settled, as the actor may see it."""
    here = select(Finding.what).where(
        Finding.of_registry == record.registry, Finding.of_record == record.id, Finding.settled == ""
    )
    found = set(work.session.scalars(here))
    if not found:
        return []
    mapping = mapping_of(work, record.registry)
    keys = {key for what in found if (key := mapping.get(what))}
    read = readable_fields(work, record.registry, [record.id], keys).get(record.id, frozenset())
    return [what for what in sorted(found) if what == STANDING or mapping.get(what) in read]


def settle(work: Work, record: Record, what: Iterable[str], how: str) -> None:
    """This function will note that findings were taken, or left as they are."""
    seen = set(open_findings(work, record)) & set(what)
    here = select(Finding).where(Finding.of_registry == record.registry, Finding.of_record == record.id)
    for row in work.session.scalars(here.where(Finding.what.in_(seen))):
        row.settled, row.settled_at, row.settled_by = how, work.now, work.actor.user_id


def watch_all(office: Office) -> None:
    """This function will look at the watched companies whose turn has come."""
    announcing.hear(office)
    with office.begin_system(via="ares", write=False) as work:
        due = list(_bounded(islice(_due(work), AT_ONCE)))
    if due:
        _look_at(office, due)
    desk.forget_old(office, FORGOTTEN)


@dataclass(frozen=True, slots=True)
class _Due:
    """A company whose turn has come."""

    registry: str
    record: int
    number: str
    # Whether to ask who acts for it, and whether the register has announced a change.
    persons: bool = False
    announced: bool = False


def _bounded(due: Iterable[_Due]) -> Iterator[_Due]:
    """Those beyond what can be asked in one turn wait for the next."""
    asked = 0
    for each in due:
        asked += each.persons
        if not each.persons or asked <= WITH_PERSONS:
            yield each


def _due(work: Work) -> Iterator[_Due]:
    """What was not looked at for long enough, or was announced to have changed since."""
    chosen = settings(work)
    before = work.now - timedelta(days=chosen["watch_days"])
    rows = work.session.scalars(
        select(Checked).where(Checked.watched | Checked.of_registry.in_(chosen["watched"]))
    )
    looked = {(each.of_registry, each.of_record): each for each in rows}
    for key in sorted({key for key, _record in looked} | set(chosen["watched"])):
        field = number_field(work, key) if key in work.catalog.registries else None
        if field is None:
            continue
        singles = [record for registry, record in looked if registry == key]
        persons = filling.wants_persons(work, key)
        for record in _with_number(work, key, field.key, None if key in chosen["watched"] else singles):
            row, number = looked.get((key, record.id)), str(record.values[field.key])
            announced = row is not None and row.announced_at is not None
            new = row is None or row.checked_at is None or row.checked_at < before or row.number != number
            if announced or new:
                alone = row is not None and row.watched
                yield _Due(key, record.id, number, persons or alone or announced, announced)


def _with_number(work: Work, key: str, field: str, ids: Sequence[int] | None) -> Iterator[Record]:
    if ids is None:
        yield from _all_of(work, key, {"field": field, "op": "not_empty"}, field)
        return
    for start in range(0, len(ids), 500):
        some = {"field": "id", "op": "in", "value": list(ids[start : start + 500])}
        yield from _all_of(work, key, {"and": [{"field": field, "op": "not_empty"}, some]}, field)


def _all_of(work: Work, key: str, wanted: Mapping[str, object], field: str) -> Iterator[Record]:
    cursor = None
    while True:
        query = Query(filter=wanted, sort="id", fields=(field,), page_size=500, cursor=cursor)
        page = browse(work, key, query)
        yield from page.items
        cursor = page.next
        if cursor is None:
            return


def _look_at(office: Office, due: Sequence[_Due]) -> None:
    replies: dict[str, Reply] = {}
    for announced in (True, False):
        asked = [each for each in due if each.announced == announced]
        replies |= _replies(office, asked, fresh=announced)
    for some in _portions(due):
        with office.begin_system(via="ares", write=True) as work:
            news = [
                each
                for each in some
                if note(work, each.registry, each.record, each.number, replies[each.number])
            ]
        for each in news:
            _tell(office, each.registry, each.record)


def _replies(office: Office, due: Sequence[_Due], *, fresh: bool) -> dict[str, Reply]:
    """What was announced to have changed is asked for anew, however fresh the answer is that is known."""
    ares = known.ares_of(office)
    replies = desk.ask_many(office, ares, [each.number for each in due], patience=10.0, fresh=fresh)
    for number in sorted({each.number for each in due if each.persons}):
        replies[number] = desk.with_persons(office, ares, replies[number], fresh=fresh, patience=10.0)
    return replies


def _portions(due: Sequence[_Due]) -> Iterator[Sequence[_Due]]:
    for start in range(0, len(due), 50):
        yield due[start : start + 50]


def note(work: Work, registry: str, record: int, number: str, reply: Reply) -> list[str]:
    """This function will note what a look at a company has shown, and tell what of it is new."""
    if isinstance(reply.answer, Unavailable | Refused):
        return []
    same = {"field": "id", "op": "eq", "value": record}
    found = browse(work, registry, Query(filter=same, page_size=1), flags=True).items
    if not found:
        return []
    row = _row(work.session, registry, record)
    lines = beside_record(work, found[0], reply.company) if reply.company is not None else []
    standing = str(reply.company.standing) if reply.company is not None else "missing"
    new = _findings(work, registry, record, [each for each in lines if each.differs and each.may_take])
    if row.standing and row.number == number and row.standing != standing:
        new += _changed(work, registry, record, STANDING, standing)
    # What differs at the first look is no news: it may have differed for years.
    first = row.checked_at is None or row.number != number
    before = {} if row.number != number else row.said or {}
    said = telling.said_of(reply.company)
    topics = telling.news_of(before, said)
    row.number, row.checked_at, row.standing = number, work.now, standing
    row.said, row.announced_at = {**before, **said}, None
    if topics:
        work.session.add(News(of_registry=registry, of_record=record, at=work.now, topics=list(topics)))
        work.session.flush()
        work.emit(CompanyChanged(registry, record, topics))
    return [] if first else new


def _tell(office: Office, registry: str, record: int) -> None:
    """Whoever has asked for it hears what has changed, as far as he sees it; of nothing else does he hear."""
    with office.session() as session:
        row = session.get(Checked, (registry, record))
        person = row.watched_by if row is not None and row.watched else None
    if person is None:
        return
    try:
        with office.begin(person, via="ares", write=True) as work:
            found = fetch(work, registry, record)
            names = [_(BY_KEY[what].label) for what in open_findings(work, found) if what in BY_KEY]
            if names:
                address = f"{office.settings.base_url}/r/{registry}/{record}/tab/{PLUGIN}"
                sentence = _("ARES says something new of “{title}”", title=found.title)
                write_mail(work, "told", sentence=sentence, quoted=", ".join(names), url=address)
    except KartotekaError:
        # His account is closed, or there is no such record for him any more.
        return


def _findings(work: Work, registry: str, record: int, lines: Sequence[Line]) -> list[str]:
    here = select(Finding).where(Finding.of_registry == registry, Finding.of_record == record)
    known_here = {each.what: each for each in work.session.scalars(here)}
    now = {each.what for each in lines}
    for what, row in known_here.items():
        if what not in now and what != STANDING and row.settled == "":
            # It differs no more: somebody has mended it by hand.
            row.settled, row.settled_at = TAKEN, work.now
    return [what for each in lines for what in _changed(work, registry, record, each.what, each.digest)]


def _changed(work: Work, registry: str, record: int, what: str, digest: str) -> list[str]:
    """Open again, unless the same was found before."""
    row = work.session.get(Finding, (registry, record, what))
    if row is not None and row.digest == digest and row.settled != TAKEN:
        return []
    if row is None:
        row = Finding(of_registry=registry, of_record=record, what=what)
        work.session.add(row)
    row.digest, row.found_at, row.settled, row.settled_at, row.settled_by = digest, work.now, "", None, None
    return [what]


def _row(session: Session, registry: str, record: int) -> Checked:
    row = session.get(Checked, (registry, record))
    if row is None:
        row = Checked(of_registry=registry, of_record=record, number="", watched=False, standing="")
        session.add(row)
        session.flush()
    return row

"""The desk where registers are asked: what is known is not asked again, and nobody asks what somebody is asking.

No transaction is open while a register is waited for, so whoever saves a record never waits for one.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from kartoteka.platform.sdk import Office
from kartoteka.plugins.ares import pace
from kartoteka.plugins.ares.registers.answers import (
    Answer,
    Company,
    Found,
    Hits,
    NotFound,
    Person,
    Refused,
    Search,
    Unavailable,
)
from kartoteka.plugins.ares.registers.register import Register, Searching
from kartoteka.plugins.ares.tables import Kept

COMPANY, PERSONS, NAMES = "company", "persons", "names"
FOUND_FOR, MISSING_FOR = timedelta(hours=24), timedelta(hours=1)
NAMES_FOR = timedelta(hours=1)
# Of whoever waits at a page, and of a job.
PATIENCE, LONG_PATIENCE = 6.0, 60.0
_ASKING = timedelta(seconds=25)
_LOOK_AGAIN = 0.05


@dataclass(frozen=True)
class Reply:
    """An answer with its age: `as_of` is when the register said so, `found_before` when it last had the company."""

    answer: Answer
    as_of: datetime | None = None
    found_before: datetime | None = None

    @property
    def company(self) -> Company | None:
        """The company, if there is one."""
        return self.answer.company if isinstance(self.answer, Found) else None


@dataclass(frozen=True)
class _Told:
    """An answer as it is kept."""

    state: str
    document: Any = None
    raw: Any = None


_Fetch = Callable[[], _Told | Unavailable]


def ask(office: Office, register: Register, number: str, *, insist: bool = False, fresh: bool = False,
        patience: float = PATIENCE) -> Reply:  # fmt: skip
    """This function will ask a register for one company.

    A number whose check digit is wrong is asked for only when somebody insists; `fresh` asks even if the answer is
    known.
    """
    known = None if fresh else kept(office, register, number)
    if known is not None:
        return known
    if not insist and not register.fits(number):
        return Reply(Refused("check_digit"))

    def fetch() -> _Told | Unavailable:
        answer = register.look_up(number)
        return answer if isinstance(answer, Unavailable) else _told(answer)

    return _reply(_once(office, (register.key, COMPANY, number), fetch, fresh=fresh, patience=patience))


def kept(office: Office, register: Register, number: str) -> Reply | None:
    """This function will give what a register has said of late, without asking it."""
    with office.session() as session:
        row = session.get(Kept, (register.key, COMPANY, number))
        return _reply(row) if row is not None and _is_fresh(row, office.clock()) else None


def newest(office: Office, register: Register, numbers: Iterable[str]) -> dict[str, Reply]:
    """This function will give what a register has ever said of companies, however old it is."""
    with office.session() as session:
        return {number: _reply(row) for number, row in _rows(session, register, numbers).items() if row.state}


def ask_many(office: Office, register: Searching, numbers: Sequence[str], *, patience: float = LONG_PATIENCE,
             fresh: bool = False) -> dict[str, Reply]:  # fmt: skip
    """This function will ask for many companies, a hundred with each question; what is known is not asked again."""
    now = office.clock()
    with office.session() as session:
        rows = {} if fresh else _rows(session, register, numbers)
    replies = {number: _reply(row) for number, row in rows.items() if _is_fresh(row, now)}
    left = iter([each for each in dict.fromkeys(numbers) if each not in replies])
    while some := list(islice(left, register.most_at_once)):
        replies |= _ask_some(office, register, some, patience)
    return replies


def _ask_some(
    office: Office, register: Searching, numbers: Sequence[str], patience: float
) -> dict[str, Reply]:
    answers = pace.paced(office, register.key, patience, lambda: register.look_up_many(numbers))
    if isinstance(answers, Unavailable):
        return {number: Reply(answers) for number in numbers}
    return _keep_all(office, register, answers)


def _keep_all(office: Office, register: Register, answers: Mapping[str, Answer]) -> dict[str, Reply]:
    with office.session(write=True) as session:
        replies = {}
        for number in sorted(answers):
            answer = answers[number]
            if isinstance(answer, Unavailable):
                replies[number] = Reply(answer)
            else:
                row = _row(session, (register.key, COMPANY, number))
                _keep(row, _told(answer), office.clock())
                replies[number] = _reply(row)
        return replies


def persons_of(office: Office, register: Searching, number: str, *, fresh: bool = False,
               patience: float = PATIENCE) -> tuple[Person, ...] | Unavailable:  # fmt: skip
    """This function will ask who acts for a company."""

    def fetch() -> _Told | Unavailable:
        found = register.persons(number)
        if isinstance(found, Unavailable):
            return found
        company = Company(register.key, number, "", persons=found)
        return _Told("found", company.as_json())

    row = _once(office, (register.key, PERSONS, number), fetch, fresh=fresh, patience=patience)
    if isinstance(row, Unavailable):
        return row
    return Company.of_json(row.document).persons or ()


def persons_known(office: Office, register: Register, number: str) -> tuple[Person, ...] | None:
    """This function will tell who acts for a company as far as it is known, without asking."""
    with office.session() as session:
        row = session.get(Kept, (register.key, PERSONS, number))
        return Company.of_json(row.document).persons if row is not None and row.state == "found" else None


def with_persons(office: Office, register: Searching, reply: Reply, *, persons: bool = True, fresh: bool = False,
                 patience: float = PATIENCE) -> Reply:  # fmt: skip
    """This function will add those who act for a company to what is known of it, if wanted and to be asked for."""
    if not persons or not isinstance(reply.answer, Found):
        return reply
    found = persons_of(office, register, reply.answer.company.number, fresh=fresh, patience=patience)
    if isinstance(found, Unavailable):
        return reply
    company = replace(reply.answer.company, persons=found)
    return replace(reply, answer=replace(reply.answer, company=company))


def find(office: Office, register: Searching, name: str, most: int) -> tuple[Search, datetime | None]:
    """This function will ask for companies by the beginning of their names, and tell when that was answered."""

    def fetch() -> _Told | Unavailable:
        found = register.search(name, most)
        if isinstance(found, Unavailable):
            return found
        if isinstance(found, Refused):
            return _Told("invalid", {"reason": found.reason})
        return _Told(
            "found", {"companies": [each.as_json() for each in found.companies], "total": found.total}
        )

    row = _once(office, (register.key, NAMES, f"{most} {name.casefold()}"[:100]), fetch)
    if isinstance(row, Unavailable):
        return row, None
    if row.state == "invalid":
        return Refused(str(row.document["reason"])), row.asked_at
    companies = [Company.of_json(each) for each in row.document["companies"]]
    _keep_found(office, register, companies, row.asked_at)
    return Hits(companies, int(row.document["total"])), row.asked_at


def _keep_found(
    office: Office, register: Register, companies: Sequence[Company], at: datetime | None
) -> None:
    """What a search has shown need not be asked for once it is chosen, even if its check digit is wrong."""
    with office.session() as session:
        rows = _rows(session, register, [each.number for each in companies])
    new = [
        each
        for each in companies
        if each.number not in rows or not _is_fresh(rows[each.number], office.clock())
    ]
    if not new:
        return
    with office.session(write=True) as session:
        for each in sorted(new, key=lambda each: each.number):
            row = _row(session, (register.key, COMPANY, each.number))
            _keep(row, _Told("found", each.as_json()), at or office.clock())


def forget_old(office: Office, older: timedelta) -> None:
    """This function will forget answers that nobody needs any more; companies that were found stay known."""
    before = office.clock() - older
    with office.session(write=True) as session:
        session.execute(delete(Kept).where(Kept.asked_at < before, Kept.part.in_((NAMES, PERSONS))))
        session.execute(delete(Kept).where(Kept.asked_at < before, Kept.found_at.is_(None)))


# One question at a time


def _once(office: Office, key: tuple[str, str, str], fetch: _Fetch, *, fresh: bool = False,
          patience: float = PATIENCE) -> "Kept | Unavailable":  # fmt: skip
    """The answer to a question: kept, waited for while somebody else asks it, or asked for."""
    began, until = office.clock(), time.monotonic() + patience
    while True:
        with office.session(write=True) as session:
            row = _row(session, key)
            now = office.clock()
            newer = row.asked_at is not None and row.asked_at >= began
            if _is_fresh(row, now) and (newer or not fresh):
                return row
            if row.failed_at is not None and row.failed_at >= began:
                # Whoever asked meanwhile got no answer; asking once more at once would get none either.
                return Unavailable(row.failure)
            mine = row.asking_until is None or row.asking_until <= now
            if mine:
                row.asking_until = now + _ASKING
        if mine:
            return _fetched(office, key, fetch, patience)
        if time.monotonic() >= until:
            return Unavailable("busy")
        time.sleep(_LOOK_AGAIN)


def _fetched(
    office: Office, key: tuple[str, str, str], fetch: _Fetch, patience: float
) -> "Kept | Unavailable":
    told: _Told | Unavailable = Unavailable()
    try:
        told = pace.paced(office, key[0], patience, fetch)
    finally:
        with office.session(write=True) as session:
            row = _row(session, key)
            row.asking_until = None
            if isinstance(told, Unavailable):
                row.failed_at, row.failure = office.clock(), told.reason
            else:
                _keep(row, told, office.clock())
    return told if isinstance(told, Unavailable) else row


def _keep(row: Kept, told: _Told, now: datetime) -> None:
    """What was found once stays known when it is gone, so that one can tell since when."""
    row.state, row.asked_at, row.failed_at = told.state, now, None
    if told.state == "found":
        row.found_at = now
    if told.state != "not_found":
        row.document, row.raw = told.document or {}, told.raw or {}


def _told(answer: Answer) -> _Told:
    match answer:
        case Found():
            return _Told("found", answer.company.as_json(), answer.raw)
        case NotFound():
            return _Told("not_found")
        case Refused():
            return _Told("invalid", {"reason": answer.reason})
        case Unavailable():
            raise ValueError("what was not answered is not kept")


def _is_fresh(row: Kept, now: datetime) -> bool:
    if not row.state or row.asked_at is None:
        return False
    lasts = NAMES_FOR if row.part == NAMES else FOUND_FOR if row.state == "found" else MISSING_FOR
    return now - row.asked_at < lasts


def _reply(row: Kept | Unavailable) -> Reply:
    if isinstance(row, Unavailable):
        return Reply(row)
    if row.state == "found":
        return Reply(Found(Company.of_json(row.document), row.raw or None), row.asked_at, row.found_at)
    if row.state == "not_found":
        return Reply(NotFound(), row.asked_at, row.found_at)
    return Reply(Refused(str((row.document or {}).get("reason", "number"))), row.asked_at)


def _rows(session: Session, register: Register, numbers: Iterable[str]) -> dict[str, Kept]:
    wanted, rows = iter(dict.fromkeys(numbers)), {}
    while some := list(islice(wanted, 500)):
        here = select(Kept).where(
            Kept.register == register.key, Kept.part == COMPANY, Kept.question.in_(some)
        )
        rows.update({row.question: row for row in session.scalars(here)})
    return rows


def _row(session: Session, key: tuple[str, str, str]) -> Kept:
    """The row of a question, made when there is none, held until the end of the transaction."""
    register, part, question = key
    insert = (postgresql if session.connection().dialect.name == "postgresql" else sqlite).insert
    new = insert(Kept).values(
        register=register, part=part, question=question, state="", document={}, raw={}, failure=""
    )
    session.execute(new.on_conflict_do_nothing())
    here = select(Kept).where(Kept.register == register, Kept.part == part, Kept.question == question)
    return session.scalars(here.with_for_update().execution_options(populate_existing=True)).one()

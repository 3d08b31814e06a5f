"""What can be done with loans. Every verb asks the record first what its reader may."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import select

from kartoteka.platform.sdk import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Query,
    Record,
    Work,
    _,
    bearing,
    browse,
    fetch,
)
from kartoteka_loans.tables import Loan

MAX_NAME = 200


def thing(work: Work, registry: str, record: int, *, changes: bool = False) -> Record:
    """This function will fetch the record of a thing whose loans the reader may see, or change.

    :raises NotFound: when he does not see the tab. :raises Forbidden: when he may only read it.
    """
    found = fetch(work, registry, record)
    level = found.tabs.get("loans")
    if level is None:
        raise NotFound(_("There is no record {id}.", id=record))
    if changes and level != "edit":
        raise Forbidden(_("You may see the loans of this thing, but not change them."))
    return found


def loans_of(work: Work, registry: str, record: int) -> Sequence[Loan]:
    """This function will list the loans of a thing, the newest first."""
    thing(work, registry, record)
    return _loans(work, registry, record)


def _loans(work: Work, registry: str, record: int) -> Sequence[Loan]:
    wanted = (
        select(Loan).where(Loan.of_registry == registry, Loan.of_record == record).order_by(Loan.id.desc())
    )
    return work.session.scalars(wanted).all()


def lend(work: Work, registry: str, record: int, borrower: str, until: date | None = None) -> Loan:
    """This function will note that somebody has borrowed a thing.

    :raises Invalid: when nobody is named. :raises Conflict: when the thing is out.
    """
    thing(work, registry, record, changes=True)
    name = " ".join(borrower.split())
    if not name or len(name) > MAX_NAME:
        raise Invalid({"borrower": [_("Say who borrows it.")]})
    if any(each.returned is None for each in _loans(work, registry, record)):
        raise Conflict(_("This thing is out; it has to come back first."))
    today = work.now.date()
    loan = Loan(of_registry=registry, of_record=record, borrower=name, since=today, until=until, late=False)
    work.session.add(loan)
    work.session.flush()
    return loan


def give_back(work: Work, registry: str, record: int) -> Loan:
    """This function will note that a thing has come back.

    :raises Conflict: when it was not out.
    """
    thing(work, registry, record, changes=True)
    loan = next((each for each in _loans(work, registry, record) if each.returned is None), None)
    if loan is None:
        raise Conflict(_("This thing is not out."))
    loan.returned = work.now.date()
    work.session.flush()
    return loan


def out_now(work: Work, limit: int = 100) -> list[tuple[Loan, Record]]:
    """This function will list what is out of the things that the reader sees, the most urgent first."""
    wanted = select(Loan).where(Loan.returned.is_(None)).order_by(Loan.until.is_(None), Loan.until, Loan.id)
    loans = work.session.scalars(wanted.limit(limit)).all()
    seen = {key: _seen(work, key, loans) for key in {each.of_registry for each in loans}}
    return [
        (each, seen[each.of_registry][each.of_record])
        for each in loans
        if each.of_record in seen[each.of_registry]
    ]


def _seen(work: Work, registry: str, loans: Iterable[Loan]) -> dict[int, Record]:
    ids = [each.of_record for each in loans if each.of_registry == registry]
    borne = list(bearing(work, "loans", registry, ids))
    asked = Query(filter={"field": "id", "op": "in", "value": borne}, fields=(), page_size=len(ids))
    return {each.id: each for each in browse(work, registry, asked).items} if borne else {}

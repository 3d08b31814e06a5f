"""A job that marks what should have come back, chunk by chunk, and the command that does it at once."""

from collections.abc import Iterator
from functools import partial

import click
from sqlalchemy import select

from kartoteka.platform.sdk import Chunk, Office, Step, Task, Work, job_kind, open_office, refusing
from kartoteka_loans.tables import Loan

KIND = "loans.overdue"
CHUNK = 200


@job_kind(KIND)
def mark_late(office: Office, task: Task) -> Iterator[Chunk]:
    """This function will mark everything that is late; each chunk is committed with the place it has come to."""
    last, done = task.checkpoint or 0, task.done
    while True:
        with office.session() as session:
            wanted = (
                select(Loan.id).where(Loan.id > last, Loan.returned.is_(None)).order_by(Loan.id).limit(CHUNK)
            )
            ids = list(session.scalars(wanted))
        if not ids:
            return
        last, done = ids[-1], done + len(ids)
        yield partial(_mark, ids, done)


def _mark(ids: list[int], done: int, work: Work) -> Step:
    for loan in work.session.scalars(select(Loan).where(Loan.id.in_(ids))):
        loan.late = loan.until is not None and loan.until < work.now.date()
    return Step(done, ids[-1])


@click.command("loans")
@refusing
def loans() -> None:
    """List what should have come back by now."""
    office = open_office()
    with office.begin_system(write=False) as work:
        wanted = (
            select(Loan).where(Loan.returned.is_(None), Loan.until < work.now.date()).order_by(Loan.until)
        )
        for each in work.session.scalars(wanted):
            click.echo(f"{each.of_registry} {each.of_record}: {each.borrower}, until {each.until}")

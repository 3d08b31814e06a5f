"""Loans over the API."""

from typing import Any

import marshmallow as ma
from flask import Response
from marshmallow import fields as f

from kartoteka.platform.sdk import Resource, answer, begin, needs, page_of, signed_in, start_job
from kartoteka_loans.faces import read_day
from kartoteka_loans.lending import give_back, lend, loans_of
from kartoteka_loans.reminding import KIND
from kartoteka_loans.tables import Loan as LoanRow

loans = Resource("loans", "Who has borrowed which thing.")


class Loan(ma.Schema):
    """One lending of a thing."""

    id = f.Int(dump_only=True)
    borrower = f.Str(required=True)
    since = f.Date(dump_only=True)
    until = f.Str(allow_none=True)
    returned = f.Date(dump_only=True)
    late = f.Bool(dump_only=True)


class Ordered(ma.Schema):
    """A job that was ordered."""

    job = f.Int()


THING = "/registries/<registry>/records/<id:record>/loans"


@loans.verb("GET", THING, signed_in, gives=page_of(Loan))
def list_loans(registry: str, record: int) -> Response:
    """This function will list the loans of a thing."""
    with begin() as work:
        items = [_shown(each) for each in loans_of(work, registry, record)]
    return answer({"items": items, "next": None})


@loans.verb("POST", THING, signed_in, body=Loan, gives=Loan, status=201)
def lend_thing(body: dict[str, Any], registry: str, record: int) -> Response:
    """This function will lend a thing."""
    with begin(write=True) as work:
        return answer(
            _shown(lend(work, registry, record, body["borrower"], read_day(body.get("until")))), 201
        )


@loans.verb("DELETE", THING, signed_in, gives=Loan)
def return_thing(registry: str, record: int) -> Response:
    """This function will take a thing back."""
    with begin(write=True) as work:
        return answer(_shown(give_back(work, registry, record)))


@loans.verb("POST", "/loans/overdue", needs("design"), gives=Ordered, status=202)
def look_for_late() -> Response:
    """This function will order the job that marks what should have come back."""
    with begin(write=True) as work:
        return answer({"job": start_job(work, KIND, {}).id}, 202)


def _shown(loan: LoanRow) -> dict[str, Any]:
    return {
        "id": loan.id, "borrower": loan.borrower, "since": loan.since, "until": loan.until,
        "returned": loan.returned, "late": loan.late,
    }  # fmt: skip

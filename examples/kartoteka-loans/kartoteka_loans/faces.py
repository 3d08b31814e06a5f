"""The tab of loans on a record, and what its form is sent to."""

from datetime import date
from pathlib import Path

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kartoteka.platform.sdk import Invalid, KartotekaError, Pages, Record, Work, _, begin, tell
from kartoteka_loans.lending import give_back, lend, loans_of

pages = Pages("loans", __name__, Path(__file__).parent)


def show(work: Work, record: Record) -> str:
    """This function will give the loans of a thing as HTML."""
    loans = loans_of(work, record.registry, record.id)
    out = any(each.returned is None for each in loans)
    may = record.tabs.get("loans") == "edit"
    return render_template(
        "loans/tab.html", loans=loans, out=out, may=may, record=record, today=work.now.date()
    )


def number(work: Work, record: Record) -> str:
    """This function will give the number of loans beside the name of the tab."""
    found = len(loans_of(work, record.registry, record.id))
    return str(found) if found else ""


@pages.page("/r/<registry>/<int:record>/loans", "POST")
def lend_thing(registry: str, record: int) -> Response:
    """This function will lend a thing, or take it back."""
    try:
        with begin(write=True) as work:
            if request.form.get("back"):
                give_back(work, registry, record)
            else:
                lend(
                    work,
                    registry,
                    record,
                    request.form.get("borrower", ""),
                    read_day(request.form.get("until")),
                )
    except KartotekaError as error:
        tell(" ".join(each for some in error.errors.values() for each in some) or error.message, tone="bad")
    return redirect(url_for("web.record_tab", registry=registry, id=record, plugin="loans"))


def read_day(text: object) -> date | None:
    """This function will read a day out of what was sent.

    :raises Invalid: when it is none.
    """
    if text in (None, ""):
        return None
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise Invalid({"until": [_("This is no day.")]}) from None

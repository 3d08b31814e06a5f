"""What is done with many records at once: those ticked in a list, or all that fit its filter."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from kartoteka.platform.catalog.definitions import label
from kartoteka.platform.front import begin
from kartoteka.platform.kernel.errors import Conflict, Forbidden, Invalid
from kartoteka.platform.kernel.texts import _, plural
from kartoteka.platform.services import history, records
from kartoteka.platform.services.records import MAX_BATCH, MAX_PAGE, Query
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.answers import go
from kartoteka.platform.web.fields import FieldView, may_be_typed, raw_value, typed_links, typed_value
from kartoteka.platform.web.looks import count_text
from kartoteka.platform.web.pages import page
from kartoteka.platform.web.shell import tell
from kartoteka.platform.web.state import State, state_of


@dataclass(frozen=True)
class BulkView:
    """The dialog of something done to many records."""

    registry: str
    heading: str
    button: str
    carried: Sequence[tuple[str, str]]
    fields: Sequence[tuple[str, str]] = ()
    f: FieldView | None = None
    refusal: str = ""


@page("/r/<registry>/selection/change", "POST")
def bulk_change(registry: str) -> Response | str | tuple[str, int]:
    """One detail of many records: first the dialog, then the change, all or nothing."""
    refusal = None
    if request.form.get("save"):
        refusal = _try(registry, _change)
        if refusal is None:
            return go(_back(registry).url)
    with begin() as work:
        shown = render_template("lists/bulk_change.html", bulk=_change_view(work, registry, refusal))
        return (shown, 422) if refusal else shown


@page("/r/<registry>/selection/remove", "POST")
def bulk_remove(registry: str) -> Response | str | tuple[str, int]:
    """Many records into the recycle bin: first the dialog, then the deed, with the way back."""
    refusal = None
    if request.form.get("save"):
        refusal = _try(registry, _remove)
        if refusal is None:
            return go(_back(registry).url)
    with begin() as work:
        number = len(selected(work, registry))
        heading = plural(
            "Remove {count} record?", "Remove {count} records?", number, count=_count(work, number)
        )
        view = BulkView(
            registry, heading, _("Remove"), _carried(registry), refusal=refusal.message if refusal else ""
        )
        shown = render_template("lists/bulk_remove.html", bulk=view)
        return (shown, 422) if refusal else shown


@page("/batches/<int:batch>/undo", "POST")
def undo_batch(batch: int) -> Response:
    """A batch taken back; what somebody has changed since stays as he left it."""
    with begin(write=True) as work:
        result = history.undo_batch(work, batch)
        left = len(result.changed_since)
        said = plural("{n} record is as it was.", "{n} records are as they were.", result.undone)
        if left:
            said += " " + plural(
                "{n} has been changed since and was left alone.",
                "{n} have been changed since and were left alone.",
                left,
            )
        tell(said)
    return go(request.referrer if _own(request.referrer) else url_for("web.home"))


def selected(work: Work, registry: str) -> list[int]:
    """This function will list the ids that a form speaks of.

    :raises Invalid: when there are more than one batch may have.
    """
    if request.form.get("all") != "1":
        return [int(each) for each in request.form.getlist("ids") if each.isdecimal() and len(each) < 19]
    state, cursor, found = state_of(registry, request.form), None, []
    while True:
        page_found = records.browse(work, registry, state.query(fields=(), cursor=cursor, size=MAX_PAGE))
        found += [each.id for each in page_found.items]
        if len(found) > MAX_BATCH:
            raise Invalid(
                {
                    "ids": [
                        _("At most {max} records can be changed at once; narrow the filter.", max=MAX_BATCH)
                    ]
                }
            )
        cursor = page_found.next
        if cursor is None:
            return found


@dataclass(frozen=True)
class Picked:
    """The records that the buttons of a list speak of: those ticked, or all that the list shows in its state."""

    ids: Sequence[int] | None
    query: Query
    # What a dialog hands on, so that its own form speaks of the same.
    carried: Sequence[tuple[str, str]]


def picked(registry: str) -> Picked:
    """This function will tell which records a form sent from a list speaks of."""
    state = state_of(registry, request.form)
    if request.form.get("all") == "1" or request.form.get("whole") == "1":
        return Picked(None, state.query(fields=()), [("whole", "1"), *state.pairs()])
    ids = [int(each) for each in request.form.getlist("ids") if each.isdecimal() and len(each) < 19][
        :MAX_BATCH
    ]
    return Picked(ids, state.query(fields=()), [*(("ids", str(each)) for each in ids), *state.pairs()])


def _try(registry: str, deed: Any) -> Invalid | Conflict | Forbidden | None:
    try:
        with begin(write=True) as work:
            deed(work, registry, selected(work, registry))
    except (Invalid, Conflict, Forbidden) as refusal:
        return refusal
    return None


def _change(work: Work, registry: str, ids: Sequence[int]) -> None:
    view = _field(work, registry)
    if view is None:
        raise Invalid({"field": [_("Choose a detail.")]})
    raw = raw_value(view, typed_value(request.form, view))
    done = records.batch(work, registry, update=[{"id": each, "values": {view.key: raw}} for each in ids])
    said = plural(
        "{count} record is changed.", "{count} records are changed.", len(ids), count=_count(work, len(ids))
    )
    tell(said, undo=url_for("web.undo_batch", batch=done.batch))


def _remove(work: Work, registry: str, ids: Sequence[int]) -> None:
    done = records.batch(work, registry, delete=list(ids))
    said = plural(
        "{count} record is in the recycle bin.",
        "{count} records are in the recycle bin.",
        len(ids),
        count=_count(work, len(ids)),
    )
    tell(said, undo=url_for("web.undo_batch", batch=done.batch))


def _change_view(work: Work, registry: str, refusal: Any) -> BulkView:
    number = len(selected(work, registry))
    opened, language = work.open(registry), work.actor.locale.language
    writable = [each for each in opened.fields if opened.may_write(each, "edit")]
    views = [FieldView(each, opened.kind(each), work.actor.locale) for each in writable if not each.unique]
    heading = plural(
        "Change a detail of {count} record",
        "Change a detail of {count} records",
        number,
        count=_count(work, number),
    )
    view = _field(work, registry)
    if view is not None and refusal is not None:
        mine = [sentences for key, sentences in refusal.errors.items() if key.rpartition(".")[2] == view.key]
        view.errors = mine[0] if mine else ()
        view.typed = typed_value(request.form, view)
        view.typed_links = typed_links(work, view, view.typed)
    others = refusal.message if refusal and not (view and view.errors) else ""
    offered = [(each.key, label(each.each, language)) for each in views if may_be_typed(work, each)]
    return BulkView(registry, heading, _("Change"), _carried(registry), offered, view, others)


def _field(work: Work, registry: str) -> FieldView | None:
    opened = work.open(registry)
    found = next((each for each in opened.fields if each.key == request.form.get("field")), None)
    if found is None:
        return None
    view = FieldView(found, opened.kind(found), work.actor.locale, registry=registry)
    return view if may_be_typed(work, view) else None


def _carried(registry: str) -> list[tuple[str, str]]:
    """What the dialog hands on: the ids, or the state that describes all of them."""
    if request.form.get("all") == "1":
        return [("all", "1"), *state_of(registry, request.form).pairs()]
    return [("ids", each) for each in request.form.getlist("ids")] + state_of(registry, request.form).pairs()


def _back(registry: str) -> State:
    return state_of(registry, request.form)


def _count(work: Work, number: int) -> str:
    return count_text(number, work.actor.locale.language)


def _own(address: str | None) -> bool:
    return bool(address) and str(address).startswith(request.host_url)

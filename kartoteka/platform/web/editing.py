"""Changing a record: one detail in place, all of them in a form, a new one, removing and bringing back."""

from dataclasses import replace
from urllib.parse import urlencode

from flask import Response as FlaskResponse
from flask import make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from kartoteka.platform.front import begin
from kartoteka.platform.kernel.errors import Conflict, Forbidden, Invalid, NotFound, StaleVersion
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import history, records
from kartoteka.platform.services.records import KEEP, Record
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.answers import go
from kartoteka.platform.web.drafts import Draft, draft_of
from kartoteka.platform.web.fields import (
    FieldView,
    Theirs,
    raw_value,
    shown_field,
    typed_value,
)
from kartoteka.platform.web.forms import (
    Form,
    Questioned,
    Refusal,
    fill_in,
    form_of,
    judged,
    question,
    status_of,
    told_of,
    typed_draft,
    values_in,
    version_in,
    with_typed,
)
from kartoteka.platform.web.pages import page
from kartoteka.platform.web.records import record_view
from kartoteka.platform.web.shell import render, tell

# What is longer than a browser surely takes is cut; it can be typed again.
MOST_URL = 2000


@page("/r/<registry>/<int:id>/details/<field>")
def field(registry: str, id: int, field: str) -> str:
    """One detail as it is."""
    with begin() as work:
        view = _field_view(work, records.fetch(work, registry, id), field)
        return render_template("records/field.html", f=replace(view, saved=False))


@page("/r/<registry>/<int:id>/details/<field>/form")
def field_form(registry: str, id: int, field: str) -> str:
    """One detail opened in place."""
    with begin() as work:
        record = records.fetch(work, registry, id)
        return render_template(
            "records/field_edit.html", f=_editable(work, record, field), version=record.version
        )


@page("/r/<registry>/<int:id>/details/<field>", "POST")
def save_field(registry: str, id: int, field: str) -> FlaskResponse:
    """One detail saved; what stands against it is told beside it, with what was typed."""
    refusal = _try_field(registry, id, field)
    with begin() as work:
        record = records.fetch(work, registry, id)
        if refusal is None:
            return _saved(work, record, field)
        view = _refused(work, with_typed(work, _editable(work, record, field), request.form), record, refusal)
        return make_response(
            render_template("records/field_edit.html", f=view, version=record.version), status_of(refusal)
        )


def _saved(work: Work, record: Record, key: str) -> FlaskResponse:
    """The detail and the head; or all sections, where rules ask about this detail and others may come and go."""
    if key not in work.open(record.registry).rules.names:
        view = replace(_field_view(work, record, key), saved=True)
        shown = record_view(work, record, "details")
        answer = make_response(render_template("records/saved.html", f=view, record=shown))
    else:
        shown = record_view(work, record, "details", sections=True)
        for view in (view for section in shown.sections for view in section.fields):
            view.saved = view.key == key
        answer = make_response(render_template("records/saved_sections.html", record=shown))
        answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "#details", "outerHTML"
    answer.headers["HX-Trigger"] = "record-changed"
    return answer


def _try_field(registry: str, id: int, key: str) -> Refusal | None:
    version = version_in(request.form)
    try:
        with begin(write=True) as work:
            record = records.fetch(work, registry, id)
            view = _editable(work, record, key)
            raw = raw_value(view, typed_value(request.form, view))
            question([view], {key: raw}, request.form)
            if (
                version is not None
                and version != record.version
                and not changed_since(work, record, key, version)
            ):
                version = record.version
            records.change(work, registry, id, {key: raw}, version=version)
    except (Invalid, Conflict, StaleVersion, Questioned) as refusal:
        return refusal
    return None


def changed_since(work: Work, record: Record, key: str, version: int) -> bool:
    """This function will tell whether a detail has been changed after a version; other details do not matter."""
    entries = history.entries(work, record.registry, record.id)
    return any(
        change.field == key for entry in entries if entry.version > version for change in entry.changes
    )


def _refused(work: Work, view: FieldView, record: Record, refusal: Refusal) -> FieldView:
    if isinstance(refusal, Questioned):
        return replace(view, caution=refusal.cautions.get(view.key, ""))
    if isinstance(refusal, StaleVersion):
        who = record.updated_by.title
        return replace(view, theirs=Theirs(who, view.text))
    errors = refusal.errors.get(view.key)
    if errors:
        return replace(view, errors=errors)
    return replace(view, errors=[refusal.message], elsewhere=_with_others(work, view, record, refusal))


def _with_others(work: Work, view: FieldView, record: Record, refusal: Refusal) -> str:
    """The whole form with what was typed here, when this detail cannot be saved without another one."""
    others = {each.key for each in work.open(record.registry).fields if record.writes(each)}
    if not isinstance(refusal, Invalid) or not set(refusal.errors) & others:
        return ""
    typed = [(view.input_name, each) for each in request.form.getlist(view.input_name)]
    return f"{url_for('web.edit_record', registry=record.registry, id=record.id)}?{urlencode(typed)}"[
        :MOST_URL
    ]


def _field_view(work: Work, record: Record, key: str) -> FieldView:
    found = next((each for each in work.open(record.registry).fields if each.key == key), None)
    if found is None or key not in record.values:
        raise NotFound(_("There is no such detail."))
    return shown_field(work, record, found)


def _editable(work: Work, record: Record, key: str) -> FieldView:
    view = _field_view(work, record, key)
    if view.locked:
        raise Forbidden(view.locked)
    if not view.may_edit:
        raise Forbidden(_("You may read this detail, not change it."))
    return view


# The form of a whole record


@page("/r/<registry>/new")
def new_record(registry: str) -> str:
    """The form of a new record, empty or filled in by the address or after another record."""
    with begin() as work:
        if not work.open(registry).may("create"):
            raise Forbidden(_("You may not make new records here."))
        draft = draft_of(work, registry, None, request.args.get("category") or None)
        _prefill(draft, request.args)
        return render(work, "records/form.html", at=registry, form=form_of(draft))


@page("/r/<registry>/new", "POST")
def create_record(registry: str) -> Response | tuple[str, int]:
    """A new record, or the form again."""
    form = request.form
    try:
        with begin(write=True) as work:
            draft = draft_of(work, registry, None, form.get("category") or None)
            values = values_in(draft, form)
            question(draft.views, values, form)
            made = records.create(work, registry, values, category=draft.category)
            tell(
                _("“{title}” is saved.", title=made.title),
                undo=url_for("web.remove_record", registry=registry, id=made.id),
            )
    except (Invalid, Conflict, Questioned) as refusal:
        return _again(registry, None, refusal)
    if form.get("another"):
        return go(url_for("web.new_record", registry=registry, category=form.get("category") or None))
    return go(url_for("web.record", registry=registry, id=made.id))


@page("/r/<registry>/<int:id>/edit")
def edit_record(registry: str, id: int) -> str:
    """The form of a record."""
    with begin() as work:
        record = records.fetch(work, registry, id)
        if "edit" not in record.may:
            raise Forbidden(_("You may read this record, not change it."))
        draft = draft_of(work, registry, record, record.category)
        fill_in(draft, request.args)
        return render(work, "records/form.html", at=registry, form=form_of(draft))


@page("/r/<registry>/<int:id>/edit", "POST")
def save_record(registry: str, id: int) -> Response | tuple[str, int]:
    """A record saved as a whole, or the form again."""
    form = request.form
    try:
        with begin(write=True) as work:
            record = records.fetch(work, registry, id)
            draft = draft_of(work, registry, record, form.get("category", record.category) or None)
            values = values_in(draft, form)
            question(draft.views, values, form)
            category = draft.category if "category" in form else KEEP
            records.change(work, registry, id, values, category=category, version=version_in(form))
            tell(_("Saved."))
    except (Invalid, Conflict, StaleVersion, Questioned) as refusal:
        return _again(registry, id, refusal)
    return go(url_for("web.record", registry=registry, id=id))


@page("/r/<registry>/<int:id>/remove", "POST")
def remove_record(registry: str, id: int) -> Response:
    """A record into the recycle bin, with the way back."""
    with begin(write=True) as work:
        record = records.fetch(work, registry, id)
        records.remove(work, registry, id, version=version_in(request.form))
        tell(
            _("“{title}” is in the recycle bin.", title=record.title),
            undo=url_for("web.restore", registry=registry, id=id),
        )
    return go(url_for("web.registry", registry=registry))


@page("/r/<registry>/<int:id>/restore", "POST")
def restore(registry: str, id: int) -> Response:
    """A record out of the recycle bin."""
    with begin(write=True) as work:
        record = records.restore(work, registry, id)
        tell(_("“{title}” is back.", title=record.title))
    return go(url_for("web.record", registry=registry, id=id))


def _prefill(draft: Draft, given: Form) -> None:
    like = given.get("like", "")
    source = (
        records.fetch(draft.work, draft.registry, int(like)) if like.isdecimal() and len(like) < 19 else None
    )
    if source is not None:
        draft.category = source.category
    for view in draft.views:
        if source is not None and not view.each.unique:
            view.value = source.values.get(view.key)
    fill_in(draft, given)


def _again(registry: str, id: int | None, refusal: Refusal) -> tuple[str, int]:
    """The form with everything that was typed, and what stands against it beside each detail."""
    with begin() as work:
        record = records.fetch(work, registry, id) if id is not None else None
        draft = typed_draft(work, registry, record, request.form)
        draft.views = [judged(view, record, refusal) for view in draft.views]
        form = form_of(draft)
        form = replace(form, **told_of(form.sections, refusal, record))
        return render(work, "records/form.html", at=registry, form=form), status_of(refusal)

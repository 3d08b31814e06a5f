"""Changing a record: one detail in place, all of them in a form, a new one, removing and bringing back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from flask import Response as FlaskResponse
from flask import make_response, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from kartoteka.field_types.capabilities import Cautious
from kartoteka.platform.access.conduct import Known
from kartoteka.platform.catalog.definitions import help_of, label, label_one
from kartoteka.platform.front import begin
from kartoteka.platform.kernel.errors import Conflict, Forbidden, Invalid, NotFound, StaleVersion
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import history, records
from kartoteka.platform.services.records import KEEP, Record
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.answers import go
from kartoteka.platform.web.designing import may_design
from kartoteka.platform.web.drafts import Draft, draft_of
from kartoteka.platform.web.fields import (
    NOTHING_TYPED,
    FieldView,
    Theirs,
    Unreadable,
    parsed,
    raw_value,
    shown_field,
    typed_links,
    typed_value,
)
from kartoteka.platform.web.pages import page
from kartoteka.platform.web.records import belongs, record_view
from kartoteka.platform.web.shell import render, tell

Form = MultiDict[str, str]
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
        view = _refused(
            work, _with_typed(work, _editable(work, record, field), request.form), record, refusal
        )
        return make_response(
            render_template("records/field_edit.html", f=view, version=record.version), _status(refusal)
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


class Questioned(Exception):
    """A value that is allowed and looks wrong: whoever typed it is asked once more."""

    def __init__(self, cautions: Mapping[str, str]) -> None:
        super().__init__(" ".join(cautions.values()))
        self.cautions = cautions


Refusal = Invalid | Conflict | StaleVersion | Questioned


def _try_field(registry: str, id: int, key: str) -> Refusal | None:
    version = _version(request.form)
    try:
        with begin(write=True) as work:
            record = records.fetch(work, registry, id)
            view = _editable(work, record, key)
            raw = raw_value(view, typed_value(request.form, view))
            _question([view], {key: raw}, request.form)
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


def _question(views: Sequence[FieldView], raws: Mapping[str, Any], form: Form) -> None:
    accepted = set(form.getlist("accept"))
    cautions = {
        view.key: sentence
        for view in views
        if view.key in raws and (sentence := _caution(view, raws[view.key]))
    }
    if set(cautions) - accepted:
        raise Questioned(cautions)


def _caution(view: FieldView, raw: Any) -> str | None:
    if not isinstance(view.kind.type, Cautious):
        return None
    try:
        value = parsed(view, raw)
    except Unreadable:
        return None
    return (
        view.kind.type.caution(value, view.kind.options)
        if value is not None and value != view.value
        else None
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
    return f"{url_for('web.edit_record', registry=record.registry, id=record.id)}?{urlencode(typed)}"[:MOST_URL]


def _status(refusal: Refusal) -> int:
    return 412 if isinstance(refusal, StaleVersion) else 409 if isinstance(refusal, Conflict) else 422


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


def _with_typed(work: Work, view: FieldView, form: Form) -> FieldView:
    typed = typed_value(form, view)
    return replace(view, typed=typed, typed_links=typed_links(work, view, typed))


def _version(form: Form) -> int | None:
    text = form.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


# The form of a whole record


@dataclass(frozen=True)
class FormSection:
    """A section of the form."""

    label: str
    help: str
    categories: Sequence[str]
    fields: Sequence[FieldView]
    key: str = ""


@dataclass(frozen=True)
class FormCategory:
    """A category that may be chosen."""

    key: str
    label: str
    on: bool


@dataclass(frozen=True)
class RecordForm:
    """The form of a new or an old record, with what was typed and what stands against it."""

    registry_label: str
    list_url: str
    icon: str
    heading: str
    action: str
    back_url: str
    button: str
    sections: Sequence[FormSection]
    categories: Sequence[FormCategory] = ()
    category_errors: Sequence[str] = ()
    title: str = ""
    record_url: str = ""
    help: str = ""
    version: int | None = None
    refusal: str = ""
    conflict: str = ""
    cautions: bool = False
    another: bool = False
    rules_url: str = ""
    registry: str = ""
    design_version: int = 0


@page("/r/<registry>/new")
def new_record(registry: str) -> str:
    """The form of a new record, empty or filled in by the address or after another record."""
    with begin() as work:
        if not work.open(registry).may("create"):
            raise Forbidden(_("You may not make new records here."))
        draft = draft_of(work, registry, None, request.args.get("category") or None)
        _prefill(draft, request.args)
        return render(work, "records/form.html", at=registry, form=_form(draft))


@page("/r/<registry>/new", "POST")
def create_record(registry: str) -> Response | tuple[str, int]:
    """A new record, or the form again."""
    form = request.form
    try:
        with begin(write=True) as work:
            draft = draft_of(work, registry, None, form.get("category") or None)
            values = _values(draft, form)
            _question(draft.views, values, form)
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
        _fill_in(draft, request.args)
        return render(work, "records/form.html", at=registry, form=_form(draft))


@page("/r/<registry>/<int:id>/edit", "POST")
def save_record(registry: str, id: int) -> Response | tuple[str, int]:
    """A record saved as a whole, or the form again."""
    form = request.form
    try:
        with begin(write=True) as work:
            record = records.fetch(work, registry, id)
            draft = draft_of(work, registry, record, form.get("category", record.category) or None)
            values = _values(draft, form)
            _question(draft.views, values, form)
            category = draft.category if "category" in form else KEEP
            records.change(work, registry, id, values, category=category, version=_version(form))
            tell(_("Saved."))
    except (Invalid, Conflict, StaleVersion, Questioned) as refusal:
        return _again(registry, id, refusal)
    return go(url_for("web.record", registry=registry, id=id))


@page("/r/<registry>/<int:id>/remove", "POST")
def remove_record(registry: str, id: int) -> Response:
    """A record into the recycle bin, with the way back."""
    with begin(write=True) as work:
        record = records.fetch(work, registry, id)
        records.remove(work, registry, id, version=_version(request.form))
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
    _fill_in(draft, given)


def _fill_in(draft: Draft, given: Form) -> None:
    """What the address already says of some details."""
    for view in draft.views:
        if view.input_name in given and not view.locked:
            view.typed = typed_value(given, view)
            view.typed_links = typed_links(draft.work, view, view.typed)


def _values(draft: Draft, form: Form) -> dict[str, Any]:
    """What was typed, without the details that records of this category do not have."""
    registry = draft.work.open(draft.registry).registry
    known = draft.typed(form).known() if draft.rules.any else Known({})
    values = {}
    for view in draft.views:
        section = registry.section(view.each.section)
        if (
            section is not None
            and draft.rules.visible(view.each, known)
            and belongs(section, draft.category)
            and belongs(view.each, draft.category)
            and view.input_name in form
        ):
            values[view.key] = raw_value(view, typed_value(form, view))
    return {key: raw for key, raw in values.items() if raw is not None} if draft.record is None else values


def _again(registry: str, id: int | None, refusal: Refusal) -> tuple[str, int]:
    """The form with everything that was typed, and what stands against it beside each detail."""
    with begin() as work:
        record = records.fetch(work, registry, id) if id is not None else None
        draft = _typed_draft(work, registry, record, request.form)
        draft.views = [_judged(view, record, refusal) for view in draft.views]
        form = _told(_form(draft), refusal, record)
        return render(work, "records/form.html", at=registry, form=form), _status(refusal)


def form_again(work: Work, registry: str, id: int | None, given: Form) -> RecordForm:
    """This function will put together the form of a new or an old record with what has been typed into it so far."""
    record = records.fetch(work, registry, id) if id is not None else None
    return _form(_typed_draft(work, registry, record, given))


def _typed_draft(work: Work, registry: str, record: Record | None, given: Form) -> Draft:
    draft = draft_of(work, registry, record, given.get("category") or None)
    draft.views = [
        _with_typed(work, view, given) if view.input_name in given else view for view in draft.views
    ]
    return draft


def _judged(view: FieldView, record: Record | None, refusal: Refusal) -> FieldView:
    if isinstance(refusal, Questioned):
        return replace(view, caution=refusal.cautions.get(view.key, ""))
    if isinstance(refusal, StaleVersion):
        return _compared(view, record)
    return replace(view, errors=refusal.errors.get(view.key, ()))


def _compared(view: FieldView, record: Record | None) -> FieldView:
    """After a conflict: what stands there now, beside each detail where something else was typed."""
    if view.typed is NOTHING_TYPED:
        return view
    if record is None or view.linking:
        typed: Any = [str(link.id) for link in record.values.get(view.key) or ()] if record else None
        differs = typed is not None and sorted(typed) != sorted(view.typed or [])
    else:
        try:
            differs = parsed(view, raw_value(view, view.typed)) != view.value
        except Unreadable:
            differs = True
    who = record.updated_by.title if record else ""
    return replace(view, theirs=Theirs(who, view.text)) if differs else view


def _told(form: RecordForm, refusal: Refusal, record: Record | None) -> RecordForm:
    if isinstance(refusal, Questioned):
        return replace(form, cautions=True)
    if isinstance(refusal, StaleVersion):
        who = record.updated_by.title if record else ""
        said = _(
            "{who} has saved this record meanwhile. What you typed is still here; where it differs, "
            "both versions are shown. Saving once more keeps yours.",
            who=who,
        )
        return replace(form, conflict=said)
    known = {view.key for section in form.sections for view in section.fields}
    others = [
        sentence
        for key, sentences in refusal.errors.items()
        if key not in known | {"category"}
        for sentence in sentences
    ]
    said = " ".join(others) or (
        _("Not saved yet: please look at what is marked below.") if refusal.errors else refusal.message
    )
    return replace(form, refusal=said, category_errors=refusal.errors.get("category", ()))


def _form(draft: Draft) -> RecordForm:
    draft.judge()
    work, record = draft.work, draft.record
    registry, language = work.open(draft.registry).registry, work.actor.locale.language
    one, list_url = label_one(registry, language), url_for("web.registry", registry=registry.key)
    shown = [
        FormSection(
            label(each, language),
            help_of(each, language),
            each.categories,
            [view for view in draft.views if view.each.section == each.key],
            each.key,
        )
        for each in registry.active_sections
    ]
    basic = RecordForm(
        label(registry, language),
        list_url,
        registry.icon or "file-text",
        _("{one}: new record", one=one),
        url_for("web.create_record", registry=registry.key),
        list_url,
        _("Save"),
        [each for each in shown if each.fields or (may_design(work) and not registry.fields_of(each.key))],
        [
            FormCategory(each.key, label(each, language), each.key == draft.category)
            for each in registry.categories
            if each.active
        ],
        another=record is None,
        rules_url=draft.rules_url,
        registry=registry.key,
        design_version=work.catalog.version,
    )
    if record is None:
        return basic
    address = url_for("web.record", registry=registry.key, id=record.id)
    action = url_for("web.save_record", registry=registry.key, id=record.id)
    return replace(
        basic,
        heading=record.title,
        title=record.title,
        record_url=address,
        back_url=address,
        action=action,
        version=record.version,
    )

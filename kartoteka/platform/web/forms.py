"""The form of a record: what it shows, what was typed into it, what stands against that; in a page or in a dialog."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import render_template, url_for
from werkzeug.datastructures import MultiDict

from kartoteka.field_types.capabilities import Cautious
from kartoteka.platform.access.conduct import Known
from kartoteka.platform.catalog.definitions import help_of, label, label_one
from kartoteka.platform.kernel.errors import Conflict, Invalid, StaleVersion
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import records
from kartoteka.platform.services.records import Record
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.designing import may_design
from kartoteka.platform.web.drafts import Draft, draft_of
from kartoteka.platform.web.fields import (
    NOTHING_TYPED,
    FieldView,
    Theirs,
    Unreadable,
    parsed,
    raw_value,
    typed_links,
    typed_value,
)
from kartoteka.platform.web.plugged import aids_of
from kartoteka.platform.web.records import belongs

Form = MultiDict[str, str]


class Questioned(Exception):
    """A value that is allowed and looks wrong: whoever typed it is asked once more."""

    def __init__(self, cautions: Mapping[str, str]) -> None:
        super().__init__(" ".join(cautions.values()))
        self.cautions = cautions


Refusal = Invalid | Conflict | StaleVersion | Questioned


def question(views: Sequence[FieldView], raws: Mapping[str, Any], form: Form) -> None:
    """This function will ask once more about values that look wrong and were not accepted yet.

    :raises Questioned: with a sentence for each.
    """
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


def status_of(refusal: Refusal) -> int:
    """This function will give the status of the answer to a form that was not taken."""
    return 412 if isinstance(refusal, StaleVersion) else 409 if isinstance(refusal, Conflict) else 422


def with_typed(work: Work, view: FieldView, form: Form) -> FieldView:
    """This function will give a detail with what a form says of it."""
    typed = typed_value(form, view)
    return replace(view, typed=typed, typed_links=typed_links(work, view, typed))


def version_in(form: Form) -> int | None:
    """This function will give the version that a form was drawn from."""
    text = form.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


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
    # What plugins put over it, as HTML.
    aids: Sequence[str] = ()


def fill_in(draft: Draft, given: Form) -> None:
    """This function will fill in what the address already says of some details."""
    for view in draft.views:
        if view.input_name in given and not view.locked:
            view.typed = typed_value(given, view)
            view.typed_links = typed_links(draft.work, view, view.typed)


def values_in(draft: Draft, form: Form) -> dict[str, Any]:
    """This function will read what was typed, without the details that records of this category do not have."""
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


def form_again(work: Work, registry: str, id: int | None, given: Form) -> RecordForm:
    """This function will put together the form of a new or an old record with what has been typed into it so far."""
    record = records.fetch(work, registry, id) if id is not None else None
    return form_of(typed_draft(work, registry, record, given))


def parts_filled(work: Work, registry: str, id: int | None, given: Form) -> str:
    """This function will draw the parts of a form anew, with what has been typed or filled in, to be swapped in."""
    form = form_again(work, registry, id, given)
    return render_template("records/form_parts.html", form=form, renewing=True)


def typed_draft(work: Work, registry: str, record: Record | None, given: Form) -> Draft:
    """This function will begin a form with what has been typed into it."""
    draft = draft_of(work, registry, record, given.get("category") or None)
    draft.views = [
        with_typed(work, view, given) if view.input_name in given else view for view in draft.views
    ]
    return draft


def judged(view: FieldView, record: Record | None, refusal: Refusal) -> FieldView:
    """This function will give a detail with what stands against what was typed for it."""
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


def told_of(sections: Sequence[FormSection], refusal: Refusal, record: Record | None) -> dict[str, Any]:
    """This function will tell what a form is to say over its sections: why it was not taken."""
    if isinstance(refusal, Questioned):
        return {"cautions": True}
    if isinstance(refusal, StaleVersion):
        who = record.updated_by.title if record else ""
        said = _(
            "{who} has saved this record meanwhile. What you typed is still here; where it differs, "
            "both versions are shown. Saving once more keeps yours.",
            who=who,
        )
        return {"conflict": said}
    known = {view.key for section in sections for view in section.fields}
    others = [
        sentence
        for key, sentences in refusal.errors.items()
        if key not in known | {"category"}
        for sentence in sentences
    ]
    said = " ".join(others) or (
        _("Not saved yet: please look at what is marked below.") if refusal.errors else refusal.message
    )
    return {"refusal": said, "category_errors": refusal.errors.get("category", ())}


def sections_of(draft: Draft) -> list[FormSection]:
    """This function will give the sections of a form that have something to fill in; designers see empty ones too."""
    work, language = draft.work, draft.work.actor.locale.language
    registry = work.open(draft.registry).registry
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
    may = may_design(work)
    return [each for each in shown if each.fields or (may and not registry.fields_of(each.key))]


def categories_of(draft: Draft) -> list[FormCategory]:
    """This function will give the categories that may be chosen."""
    language = draft.work.actor.locale.language
    return [
        FormCategory(each.key, label(each, language), each.key == draft.category)
        for each in draft.work.open(draft.registry).registry.categories
        if each.active
    ]


def form_of(draft: Draft) -> RecordForm:
    """This function will put together the form of a draft."""
    draft.judge()
    work, record = draft.work, draft.record
    registry, language = work.open(draft.registry).registry, work.actor.locale.language
    one, list_url = label_one(registry, language), url_for("web.registry", registry=registry.key)
    basic = RecordForm(
        label(registry, language),
        list_url,
        registry.icon or "file-text",
        _("{one}: new record", one=one),
        url_for("web.create_record", registry=registry.key),
        list_url,
        _("Save"),
        sections_of(draft),
        categories_of(draft),
        another=record is None,
        rules_url=draft.rules_url,
        registry=registry.key,
        design_version=work.catalog.version,
        aids=aids_of(work, registry.key, record),
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

"""Merging records: those ticked in a list, or one with others that are found by typing, value by value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from kartoteka.platform.catalog.definitions import Field, Registry, label
from kartoteka.platform.front import begin
from kartoteka.platform.kernel.errors import Conflict, Forbidden, Invalid, NotFound, StaleVersion
from kartoteka.platform.kernel.texts import _, plural
from kartoteka.platform.services import merging, records
from kartoteka.platform.services.records import KEEP, Record
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.answers import go
from kartoteka.platform.web.fields import FieldView
from kartoteka.platform.web.pages import page
from kartoteka.platform.web.picking import Picker
from kartoteka.platform.web.shell import tell

UNITED = "all"
CATEGORY = "category"
Refusal = Invalid | Conflict | Forbidden | StaleVersion


@dataclass(frozen=True)
class Choice:
    """One value that a detail may keep, and the records that have it."""

    value: str
    text: str
    of: str
    chosen: bool


@dataclass(frozen=True)
class Question:
    """A detail in which the records differ."""

    name: str
    label: str
    choices: Sequence[Choice]


@dataclass(frozen=True)
class MergeView:
    """The dialog: which record stays, and what it keeps."""

    registry: str
    heading: str
    records: Sequence[Record] = ()
    survivor: int = 0
    questions: Sequence[Question] = ()
    refusal: str = ""
    possible: bool = True


@page("/r/<registry>/<int:id>/merge")
def merge_with(registry: str, id: int) -> str:
    """Which records are the same as this one."""
    with begin() as work:
        record = records.fetch(work, registry, id)
        address = url_for("web.pick", registry=registry)
        others = Picker(_("The same as"), address, "merge-others", "ids", many=True)
        return render_template("records/merge_with.html", record=record, f=others)


@page("/r/<registry>/selection/merge", "POST")
def merge_selection(registry: str) -> Response | str | tuple[str, int]:
    """Several records side by side; saved, they are one."""
    refusal: Refusal | None = None
    if request.form.get("save"):
        try:
            with begin(write=True) as work:
                return go(url_for("web.record", registry=registry, id=_merge(work, registry)))
        except (Invalid, Conflict, Forbidden, StaleVersion) as error:
            refusal = error
    with begin() as work:
        view = _view(work, registry, refusal)
        shown = render_template("lists/merge.html", merge=view)
        return (shown, 422) if refusal else shown


def _merge(work: Work, registry: str) -> int:
    chosen = _records(work, registry)
    survivor = _survivor(chosen)
    others = [each.id for each in chosen if each.id != survivor.id]
    values, category = _values(work, registry, chosen, survivor)
    versions = {each.id: _number(request.form.get(f"version.{each.id}", "")) or None for each in chosen}
    done = merging.merge(
        work, registry, survivor.id, others, values,
        category=category, version=versions[survivor.id], versions=versions,
    )  # fmt: skip
    said = plural(
        "{n} record is part of “{title}” now.",
        "{n} records are part of “{title}” now.",
        len(others),
        title=done.record.title,
    )
    tell(said, undo=url_for("web.undo_batch", batch=done.batch))
    return survivor.id


def _values(
    work: Work, registry: str, chosen: Sequence[Record], survivor: Record
) -> tuple[dict[str, Any], Any]:
    """What was chosen; where all values stay, or those of the record that stays, nothing needs to be said."""
    opened, by_id = work.open(registry), {str(each.id): each for each in chosen}
    values: dict[str, Any] = {}
    for each in merging.choosable(work, survivor):
        record = by_id.get(request.form.get(f"c.{each.key}", ""))
        if record is not None and (record is not survivor or merging.taken(opened, each, record)):
            values[each.key] = merging.plain(opened, each, record)
    of = by_id.get(request.form.get(f"c._{CATEGORY}", ""))
    return values, KEEP if of is None else of.category


def _view(work: Work, registry: str, refusal: Refusal | None) -> MergeView:
    chosen = _records(work, registry)
    number = len(chosen)
    heading = plural("Merge {n} record", "Merge {n} records", number)
    said = "" if refusal is None else refusal.message
    if isinstance(refusal, Invalid) and refusal.errors:
        said = " ".join(dict.fromkeys(one for sentences in refusal.errors.values() for one in sentences))
    if number < 2:
        return MergeView(registry, heading, refusal=_("Choose two records or more."), possible=False)
    survivor = _survivor(chosen)
    try:
        merging.may_merge(work, registry, survivor.id, [each.id for each in chosen if each is not survivor])
    except (Invalid, Forbidden) as error:
        told = error.errors.get("merge") if isinstance(error, Invalid) else None
        return MergeView(registry, heading, refusal=told[0] if told else error.message, possible=False)
    return MergeView(registry, heading, chosen, survivor.id, _questions(work, chosen, survivor), said)


def _records(work: Work, registry: str) -> list[Record]:
    """The records that a form speaks of, those that are gone left out; more than can be merged are not looked up."""
    ids = list(dict.fromkeys(number for each in request.form.getlist("ids") if (number := _number(each))))
    found = []
    for each in ids[: merging.MOST + 1]:
        try:
            found.append(records.fetch(work, registry, each))
        except NotFound:
            continue
    return found


def _survivor(chosen: Sequence[Record]) -> Record:
    wanted = _number(request.form.get("survivor", ""))
    return next((each for each in chosen if each.id == wanted), chosen[0])


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else 0


def _questions(work: Work, chosen: Sequence[Record], survivor: Record) -> list[Question]:
    """The record that stays comes first: its values are chosen where it has any."""
    opened, language = work.open(survivor.registry), work.actor.locale.language
    ordered = [survivor, *(each for each in chosen if each is not survivor)]
    found = []
    for each in merging.choosable(work, survivor):
        texts = {record.id: _text(work, each, record) for record in ordered}
        united = _United(merging.several(opened, each) and sum(map(bool, texts.values())) > 1)
        found.append(_question(f"c.{each.key}", label(each, language), ordered, texts, united))
    categories = {each.id: _category(opened.registry, each, language) for each in ordered}
    found.append(_question(f"c._{CATEGORY}", _("Category"), ordered, categories, _United(False)))
    return [each for each in found if len(each.choices) > 1]


@dataclass(frozen=True)
class _United:
    """Whether all values of a detail can stay."""

    possible: bool


def _question(
    name: str, title: str, ordered: Sequence[Record], texts: Mapping[int, str], united: _United
) -> Question:
    different: dict[str, list[Record]] = {}
    for record in ordered:
        different.setdefault(texts[record.id], []).append(record)
    same = request.form.get("survivor_before", "") == str(ordered[0].id)
    wanted = request.form.get(name, "") if same else ""
    first = next((text for text in different if text), "")
    choices = [
        Choice(
            str(of[0].id), text, ", ".join(record.title for record in of if record.title != text),
            wanted == str(of[0].id) if wanted else text == first and not united.possible,
        )
        for text, of in different.items()
    ]  # fmt: skip
    if united.possible and len(choices) > 1:
        choices.insert(0, Choice(UNITED, _("All of them"), "", wanted in ("", UNITED)))
    return Question(name, title, choices)


def _text(work: Work, each: Field, record: Record) -> str:
    return FieldView(each, work.layout.kind(each), work.actor.locale, record.values.get(each.key)).text


def _category(registry: Registry, record: Record, language: str) -> str:
    found = registry.category(record.category) if record.category else None
    return label(found, language) if found is not None else ""

"""A registry out of a spreadsheet: the file is dropped, what it could become is shown and corrected, then made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from kartoteka.platform.catalog.definitions import label
from kartoteka.platform.front import begin, office
from kartoteka.platform.kernel.errors import Conflict, Forbidden, Invalid, TooLarge
from kartoteka.platform.kernel.texts import N_, _, plural
from kartoteka.platform.services import jobs, modelling, proposals
from kartoteka.platform.services.proposals import Corrected, Proposal, Proposed
from kartoteka.platform.services.sheets.refining import BASIC, CONTACT, FINANCE
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin.frame import DESIGN, show
from kartoteka.platform.web.admin.gallery import gallery_view
from kartoteka.platform.web.admin.words import TypeView, type_groups, type_view
from kartoteka.platform.web.answers import go
from kartoteka.platform.web.looks import count_text
from kartoteka.platform.web.pages import page

SECTIONS = {BASIC: N_("Basic details"), CONTACT: N_("Contact details"), FINANCE: N_("Finance")}
CURRENCIES = ("CZK", "EUR", "USD", "GBP", "PLN")
_NOT_FROM_SHEETS = frozenset({"file", "autonumber"})
_SHOWN_CHOICES = 8
_SURE, _LIKELY = 0.9, 0.75


@dataclass(frozen=True)
class ColumnView:
    """A column on the page, with what is proposed or was typed."""

    place: int
    each: Proposed
    kind: TypeView
    target: str
    currency: str
    certainty: str
    tone: str
    filled: str
    choices: Sequence[Mapping[str, str]] = ()
    more_choices: int = 0
    errors: Sequence[str] = ()


@dataclass(frozen=True)
class SheetForm:
    """The page on which a proposal is corrected."""

    folder: str
    proposal: Proposal
    rows: str
    name: str
    name_one: str
    title: str
    columns: Sequence[ColumnView]
    kinds: Sequence[tuple[str, Sequence[TypeView]]]
    targets: Sequence[tuple[str, str]]
    create_missing: bool
    refusal: str = ""
    name_errors: Sequence[str] = ()
    sections: Sequence[tuple[str, str]] = field(default_factory=list)
    currencies: Sequence[str] = CURRENCIES


@page("/admin/sheets", "POST", right=DESIGN)
def admin_sheet_received() -> Response | tuple[str, int]:
    """A file taken in and looked at; one that cannot be read is told of on the page it was dropped on."""
    with begin(write=True) as work:
        owner = work.actor.user_id
    file = request.files.get("file")
    if file is None or not file.filename:
        return _refused(Invalid({"file": [_("Choose a file first.")]}))
    received = proposals.receive(office(), owner, file, file.filename)
    return _look(received.folder, None)


@page("/admin/sheets/<folder>", right=DESIGN)
def admin_sheet(folder: str) -> str:
    """What a received file could become; or how far the reading is."""
    with begin() as work:
        found = proposals.proposal(work, folder)
        if found is None:
            return show(work, "sheet_reading.html", "registries", reading=_reading(work, folder))
        return show(
            work, "sheet.html", "registries", form=_form(work, folder, found, _as_guessed(work, found))
        )


@page("/admin/sheets/<folder>/progress", right=DESIGN)
def admin_sheet_progress(folder: str) -> str | Response:
    """The part of the page that tells how far the reading is; at its end, the way on."""
    with begin() as work:
        if proposals.proposal(work, folder) is not None:
            return go(url_for("web.admin_sheet", folder=folder))
        return render_template("admin/sheet_progress.html", reading=_reading(work, folder))


@page("/admin/sheets/<folder>/sheet", "POST", right=DESIGN)
def admin_choose_sheet(folder: str) -> Response | tuple[str, int]:
    """Another sheet of the workbook looked at."""
    return _look(folder, request.form.get("sheet") or None)


@page("/admin/sheets/<folder>/drop", "POST", right=DESIGN)
def admin_drop_sheet(folder: str) -> Response:
    """A file forgotten; nothing has been made of it."""
    with begin(write=True) as work:
        proposals.discard(work, folder)
    return go(url_for("web.admin_gallery"))


@page("/admin/sheets/<folder>", "POST", right=DESIGN)
def admin_make_from_sheet(folder: str) -> Response | tuple[str, int]:
    """The registry made and the import of its rows ordered, or the page again with what stands against it."""
    try:
        with begin(design=True) as work:
            found = _proposal(work, folder)
            corrected = _corrected(found, request.form)
            key, job = proposals.make(work, folder, corrected)
        return go(url_for("web.import_job", registry=key, id=job.id, made=1))
    except (Invalid, Conflict) as error:
        with begin() as work:
            found = _proposal(work, folder)
            form = _form(work, folder, found, _corrected(found, request.form), error)
            return show(work, "sheet.html", "registries", form=form), 422


def _look(folder: str, sheet: str | None) -> Response | tuple[str, int]:
    try:
        with begin(write=True) as work:
            proposals.look(work, folder, sheet)
        return go(url_for("web.admin_sheet", folder=folder))
    except (Invalid, Conflict, TooLarge) as error:
        with begin() as work:
            proposals.discard(work, folder)
        return _refused(error)


def _refused(error: Invalid | Conflict | TooLarge) -> tuple[str, int]:
    said = " ".join(sentence for sentences in error.errors.values() for sentence in sentences)
    with begin() as work:
        return show(
            work, "gallery.html", "registries", gallery=gallery_view(work), refusal=said or error.message
        ), 422


def _proposal(work: Work, folder: str) -> Proposal:
    found = proposals.proposal(work, folder)
    if found is None:
        raise Conflict(_("The file is still being read."))
    return found


def _reading(work: Work, folder: str) -> Mapping[str, Any]:
    known = proposals.about(work, folder)
    job = jobs.fetch(work, known.job) if known.job else None
    if job is None:
        raise Forbidden(_("This file is no longer here; choose it once more."))
    language = work.actor.locale.language
    progress = _(
        "{done} of {total} rows", done=count_text(job.done, language), total=count_text(job.total, language)
    )
    return {
        "folder": folder,
        "name": known.name,
        "done": job.done,
        "total": job.total,
        "progress": progress if job.total else "",
        "error": job.error or (_("It was stopped.") if job.finished and job.state != "done" else ""),
    }


def _as_guessed(work: Work, found: Proposal) -> Corrected:
    others = [each for each in work.catalog.registries.values() if not each.plugin]
    taken = {name for each in others for name in (each.name, *each.names.values())}
    name = modelling.unused_name(found.name, taken)
    return Corrected(name, "", found.title, found.columns, _sections(found.columns), True)


def _sections(columns: Sequence[Proposed]) -> dict[str, str]:
    used = {each.section for each in columns}
    return {key: _(name) for key, name in SECTIONS.items() if key in used}


def _corrected(found: Proposal, given: Mapping[str, str]) -> Corrected:
    columns = [_column(each, given, n) for n, each in enumerate(found.columns)]
    return Corrected(
        given.get("name", "").strip(),
        given.get("name_one", "").strip(),
        _title(columns, given.get("title", "")),
        [each for each in columns if each.include],
        {key: _(name) for key, name in SECTIONS.items()},
        given.get("create_missing") == "1",
    )


def _title(columns: Sequence[Proposed], wanted: str) -> str:
    return wanted if any(each.key == wanted and each.include for each in columns) else ""


def _column(each: Proposed, given: Mapping[str, str], n: int) -> Proposed:
    kind, _mark, target = given.get(f"type.{n}", each.type).partition(":")
    section = given.get(f"section.{n}", each.section)
    typed = proposals.with_type(each, kind, target, given.get(f"currency.{n}", ""))
    return replace(
        typed,
        label=" ".join(given.get(f"label.{n}", each.label).split()) or each.label,
        include=given.get(f"on.{n}") == "1",
        required=given.get(f"required.{n}") == "1",
        unique=given.get(f"unique.{n}") == "1",
        section=section if section in SECTIONS else BASIC,
    )


def _form(
    work: Work, folder: str, found: Proposal, wish: Corrected, error: Invalid | Conflict | None = None
) -> SheetForm:
    language = work.actor.locale.language
    errors = error.errors if error else {}
    chosen = {each.key: each for each in wish.columns}
    columns = [
        _view(work, n, chosen.get(each.key, replace(each, include=False)), _errors_at(errors, each.key))
        for n, each in enumerate(found.columns)
    ]
    targets = [(each.key, label(each, language)) for each in work.registries()]
    placed = {place for place in errors if place == "name" or place.startswith("columns.")}
    rest = [sentence for place, sentences in errors.items() if place not in placed for sentence in sentences]
    return SheetForm(
        folder,
        found,
        plural("{n} row", "{n} rows", found.rows),
        wish.name,
        wish.name_one,
        wish.title,
        columns,
        [
            (title, [one for one in kinds if one.name not in _NOT_FROM_SHEETS | {"relation"}])
            for title, kinds in type_groups(work)
        ],
        [("", _("this same registry")), *targets],
        wish.create_missing,
        " ".join(rest) or ("" if error is None or errors else error.message),
        errors.get("name", ()),
        [(key, _(name)) for key, name in SECTIONS.items()],
    )


def _errors_at(errors: Mapping[str, Sequence[str]], key: str) -> Sequence[str]:
    return [
        sentence for place, sentences in errors.items() if place == f"columns.{key}" for sentence in sentences
    ]


def _view(work: Work, n: int, each: Proposed, errors: Sequence[str]) -> ColumnView:
    language, choices = work.actor.locale.language, list(each.options.get("choices", ()))
    certainty, tone = _certainty(each)
    filled = count_text(each.filled, language)
    return ColumnView(
        n,
        each,
        type_view(work, each.type),
        str(each.options.get("target", "")),
        str(each.options.get("currency", CURRENCIES[0])),
        certainty,
        tone,
        _("{filled} filled in, {empty} empty", filled=filled, empty=count_text(each.empty, language)),
        choices[:_SHOWN_CHOICES],
        max(0, len(choices) - _SHOWN_CHOICES),
        errors,
    )


def _certainty(each: Proposed) -> tuple[str, str]:
    if not each.filled:
        return _("empty column"), "grey"
    if each.confidence >= _SURE:
        return _("certain"), "green"
    return (_("likely"), "blue") if each.confidence >= _LIKELY else (_("a guess"), "amber")


__all__ = ["CURRENCIES", "SECTIONS"]

"""Bringing a spreadsheet in: the file and how it is to be taken, then the job and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from kartoteka.platform.catalog.definitions import Registry, label
from kartoteka.platform.front import begin, office
from kartoteka.platform.kernel.errors import Conflict, Forbidden, Invalid, TooLarge
from kartoteka.platform.kernel.texts import N_, _
from kartoteka.platform.services import following, imports, jobs
from kartoteka.platform.services.jobs import Job
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.answers import go
from kartoteka.platform.web.looks import count_text
from kartoteka.platform.web.pages import page
from kartoteka.platform.web.shell import render

ADD, UPDATE, UPSERT = "add", "update", "upsert"
_UNKEYED = frozenset({"long_text", "relation", "user", "file", "multi_choice", "boolean"})
_STATES = {
    "queued": N_("Waiting for its turn"),
    "running": N_("Under way"),
    "done": N_("Done"),
    "failed": N_("It did not work"),
    "cancelled": N_("Stopped"),
}
_COUNTS = {
    "created": N_("created"),
    "updated": N_("changed"),
    "unchanged": N_("unchanged"),
    "skipped": N_("left out"),
}
SHOWN_ERRORS = 200


@dataclass(frozen=True)
class ImportForm:
    """The form of an import, with what was chosen before."""

    key: str
    label: str
    icon: str
    keys: Sequence[tuple[str, str]]
    mode: str = ADD
    by: str = ""
    refusal: str = ""
    # What plugins can do with the records afterwards: name, words, wanted.
    then: Sequence[tuple[str, str, bool]] = ()


@dataclass(frozen=True)
class JobView:
    """How far an import is, or what came of it."""

    id: int
    heading: str
    state: str
    said: str
    done: int
    total: int
    progress: str
    finished: bool
    error: str
    dry_run: bool
    counts: Sequence[tuple[str, str]]
    mapping: Sequence[tuple[str, str]]
    left_out: Sequence[str]
    errors: Sequence[Mapping[str, Any]]
    more_errors: int
    batch: int | None
    registry: str
    label: str
    made: bool = False


@page("/r/<registry>/import")
def import_page(registry: str) -> str:
    """The form of an import."""
    with begin() as work:
        return render(work, "spreadsheets/import.html", at=registry, form=_form(work, registry))


@page("/r/<registry>/import", "POST")
def start_import(registry: str) -> Response | tuple[str, int]:
    """An import ordered, or the form again with what is wrong with the file."""
    with begin() as work:
        _form(work, registry)
    file = request.files.get("file")
    if file is None or not file.filename:
        return _again(registry, Invalid({"file": [_("Choose a file first.")]}))
    received = imports.receive(office(), file, file.filename)
    try:
        with begin(write=True) as work:
            job = imports.start(work, registry, received, _options())
    except (Invalid, Conflict, TooLarge) as refusal:
        imports.discard(office(), received)
        return _again(registry, refusal)
    trial = 1 if request.form.get("trial") == "1" else None
    return go(url_for("web.import_job", registry=registry, id=job.id, trial=trial))


@page("/r/<registry>/imports/<int:id>")
def import_job(registry: str, id: int) -> str:
    """How far an import is, or what came of it."""
    with begin() as work:
        return render(
            work, "spreadsheets/job.html", at=registry, job=_job_view(work, registry, jobs.fetch(work, id))
        )


@page("/r/<registry>/imports/<int:id>/progress")
def import_progress(registry: str, id: int) -> str:
    """The part of the page of an import that changes."""
    with begin() as work:
        return render_template(
            "spreadsheets/progress.html", job=_job_view(work, registry, jobs.fetch(work, id))
        )


@page("/r/<registry>/imports/<int:id>/cancel", "POST")
def cancel_import(registry: str, id: int) -> Response:
    """An import stopped; what is in stays in."""
    with begin(write=True) as work:
        jobs.cancel(work, id)
    return go(url_for("web.import_job", registry=registry, id=id))


def _options() -> dict[str, Any]:
    mode = request.form.get("mode", ADD)
    options: dict[str, Any] = {"mode": mode, "dry_run": request.form.get("trial") == "1"}
    if mode != ADD:
        options["key"] = request.form.get("by") or None
    if then := request.form.getlist("then"):
        options["then"] = then
    return options


def _form(work: Work, registry: str) -> ImportForm:
    opened, language = work.open(registry), work.actor.locale.language
    if not opened.may("import"):
        raise Forbidden(_("You may not bring spreadsheets in here."))
    fields = sorted(
        (each for each in opened.fields if each.type not in _UNKEYED), key=lambda each: not each.unique
    )
    keys = [(each.key, label(each, language)) for each in fields]
    mode, by = request.form.get("mode", ADD), request.form.get("by", "")
    wanted = request.form.getlist("then")
    then = [(name, _(after.label), name in wanted) for name, after in following.offered(work, registry)]
    return ImportForm(
        registry, label(opened.registry, language), opened.registry.icon, keys, mode, by, then=then
    )


def _again(registry: str, refusal: Invalid | Conflict | TooLarge) -> tuple[str, int]:
    with begin() as work:
        shown = _form(work, registry)
        said = " ".join(sentence for sentences in refusal.errors.values() for sentence in sentences)
        form = replace(shown, refusal=said or refusal.message)
        return render(work, "spreadsheets/import.html", at=registry, form=form), 422


def _job_view(work: Work, key: str, found: Job) -> JobView:
    result = found.result if isinstance(found.result, dict) else {}
    recognised, language = result.get("recognised") or {}, work.actor.locale.language
    registry = work.open(key).registry
    counts = [(_(name), count_text(int(result.get(key, 0)), language)) for key, name in _COUNTS.items()]
    return JobView(
        id=found.id,
        heading=_("Trial of an import")
        if result.get("dry_run") or request.args.get("trial")
        else _("Import"),
        state=found.state,
        said=_(_STATES.get(found.state, found.state)),
        done=found.done,
        total=found.total,
        progress=_progress(found, language),
        finished=found.finished,
        error=found.error or "",
        dry_run=bool(result.get("dry_run")),
        counts=counts if result else (),
        mapping=_mapping(registry, recognised, language),
        left_out=list(recognised.get("left_out", ())),
        errors=list(result.get("errors", ()))[:SHOWN_ERRORS],
        more_errors=max(0, len(result.get("errors", ())) - SHOWN_ERRORS) + int(result.get("more_errors", 0)),
        batch=result.get("batch") if found.finished and not result.get("dry_run") else None,
        registry=key,
        label=label(registry, language),
        made=request.args.get("made") == "1" and "design" in work.actor.powers,
    )


def _progress(found: Job, language: str) -> str:
    done, total = count_text(found.done, language), count_text(found.total, language)
    return _("{done} of {total} rows", done=done, total=total) if found.total else ""


def _mapping(registry: Registry, recognised: Mapping[str, Any], language: str) -> list[tuple[str, str]]:
    pairs = dict(recognised.get("mapping") or {})
    return [(column, _field_name(registry, str(key), language)) for column, key in pairs.items()]


def _field_name(registry: Registry, key: str, language: str) -> str:
    field = registry.field(key)
    return label(field, language) if field else key

"""Taking a list out: at once when it is small, by a worker and fetched afterwards when it is large."""

from dataclasses import dataclass, replace
from io import BytesIO

from flask import render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from kartoteka.platform.catalog.definitions import label
from kartoteka.platform.front import begin
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import exports, jobs
from kartoteka.platform.services.exports import Exported
from kartoteka.platform.services.jobs import Job
from kartoteka.platform.services.records import Query
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.answers import go
from kartoteka.platform.web.bulk import selected
from kartoteka.platform.web.looks import count_text
from kartoteka.platform.web.pages import page
from kartoteka.platform.web.shell import render
from kartoteka.platform.web.state import State, state_of


@dataclass(frozen=True)
class ExportView:
    """How far a large export is."""

    id: int
    registry: str
    label: str
    done: int
    total: int
    progress: str
    finished: bool
    error: str


@page("/r/<registry>/export")
def export(registry: str) -> Response:
    """The records of a list as a file, or the job that writes them."""
    state = state_of(registry, request.args)
    return _out(registry, _query(state), request.args.get("format", "xlsx"))


@page("/r/<registry>/selection/export", "POST")
def export_selection(registry: str) -> Response:
    """The ticked records of a list as a file."""
    state = state_of(registry, request.form)
    if request.form.get("all") == "1":
        return _out(registry, _query(state), "xlsx")
    with begin() as work:
        ids = selected(work, registry)
    only = State(
        registry, nodes=({"field": "id", "op": "in", "value": ids},), sort=state.sort, columns=state.columns
    )
    return _out(registry, _query(only), "xlsx")


@page("/r/<registry>/exports/<int:id>")
def export_job(registry: str, id: int) -> str:
    """How far a large export is; then its file."""
    with begin() as work:
        return render(
            work, "spreadsheets/export.html", at=registry, job=_view(work, registry, jobs.fetch(work, id))
        )


@page("/r/<registry>/exports/<int:id>/progress")
def export_progress(registry: str, id: int) -> str:
    """The part of that page that changes."""
    with begin() as work:
        return render_template("spreadsheets/exported.html", job=_view(work, registry, jobs.fetch(work, id)))


@page("/r/<registry>/exports/<int:id>/file")
def export_file(registry: str, id: int) -> Response:
    """The file of a large export."""
    with begin() as work:
        work.open(registry)
        return _sent(exports.collect(work, id))


def _query(state: State) -> Query:
    """The columns that somebody has chosen, or everything that he may see."""
    query = state.query()
    return replace(query, fields=_fields(state.columns))


def _fields(columns: tuple[str, ...]) -> tuple[str, ...] | None:
    known = tuple(
        key for key in columns if key not in ("title", "created_at", "created_by", "updated_at", "updated_by")
    )
    return known or None


def _out(registry: str, query: Query, format_: str) -> Response:
    with begin() as work:
        if exports.is_small(work, registry, query):
            return _sent(exports.answer(work, registry, format_, query))
    with begin(write=True) as work:
        job = exports.start(work, registry, format_, query)
    return go(url_for("web.export_job", registry=registry, id=job.id))


def _sent(exported: Exported) -> Response:
    source = exported.path or BytesIO(exported.content)
    return send_file(source, exported.mimetype, as_attachment=True, download_name=exported.name, etag=False)


def _view(work: Work, registry: str, found: Job) -> ExportView:
    language = work.actor.locale.language
    done, total = count_text(found.done, language), count_text(found.total, language)
    return ExportView(
        found.id,
        registry,
        label(work.open(registry).registry, language),
        found.done,
        found.total,
        _("{done} of {total} records", done=done, total=total),
        found.finished,
        found.error or "",
    )

"""Long work in the background: what runs, what is done, what has failed."""

from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from werkzeug.wrappers import Response

from kartoteka.platform.front import begin
from kartoteka.platform.kernel.errors import Conflict
from kartoteka.platform.kernel.jobs import UNFINISHED, State
from kartoteka.platform.kernel.texts import N_, _
from kartoteka.platform.services import jobs
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin.frame import ANY_POWER, show
from kartoteka.platform.web.answers import go
from kartoteka.platform.web.looks import count_text
from kartoteka.platform.web.pages import page
from kartoteka.platform.web.shell import tell

_STATES = {
    State.QUEUED: (N_("waiting"), ""),
    State.RUNNING: (N_("running"), "blue"),
    State.DONE: (N_("done"), "green"),
    State.FAILED: (N_("failed"), "red"),
    State.CANCELLED: (N_("stopped"), ""),
}
_KINDS = {"import": N_("Import"), "export": N_("Export")}


@dataclass(frozen=True)
class JobLine:
    """One job in words."""

    id: int
    kind: str
    state: str
    tone: str
    at: datetime
    progress: str
    done: int
    total: int
    error: str
    runs: bool


@page("/admin/jobs", right=ANY_POWER)
def admin_jobs() -> str:
    """The newest jobs."""
    with begin() as work:
        lines = [_line(work, each) for each in jobs.browse(work)]
        return show(work, "jobs.html", "jobs", lines=lines, running=any(each.runs for each in lines))


@page("/admin/jobs/<int:id>/stop", "POST", right=ANY_POWER)
def admin_stop_job(id: int) -> Response:
    """A job stopped after the chunk that is being done."""
    try:
        with begin(write=True) as work:
            jobs.cancel(work, id)
            tell(_("The job is stopped; what it has done stays."))
    except Conflict as error:
        tell(error.message, tone="bad")
    return go(url_for("web.admin_jobs"))


def _line(work: Work, job: jobs.Job) -> JobLine:
    state = State(job.state)
    name, tone = _STATES[state]
    language = work.actor.locale.language
    progress = (
        _("{done} of {total}", done=count_text(job.done, language), total=count_text(job.total, language))
        if job.total
        else ""
    )
    kind = _(_KINDS[job.kind]) if job.kind in _KINDS else job.kind
    return JobLine(
        job.id,
        kind,
        _(name),
        tone,
        job.created_at,
        progress,
        job.done,
        job.total,
        job.error or "",
        state in UNFINISHED,
    )

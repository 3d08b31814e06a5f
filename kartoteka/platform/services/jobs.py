"""Long work in chunks: ordered inside a transaction, done by a worker as its owner, resumed after any crash.

A kind of job is a generator function: it gets the office and the task, reads what it needs outside of any
transaction, and yields chunks. A chunk is a function of `work`; the runner calls it inside one transaction of the
owner and commits what it wrote together with the checkpoint that it returns. A resumed task carries the checkpoint
of the last committed chunk:

    @jobs.kind("renumber")
    def renumber(office: Office, task: Task) -> Iterator[Chunk]:
        for start in range(task.checkpoint or 0, task.total, 500):
            yield partial(_renumber_some, start)      # -> Step(done=start + 500, checkpoint=start + 500)
"""

import logging
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import fields as attributes_of
from datetime import datetime
from threading import Event
from typing import Any, NoReturn

from sqlalchemy import ColumnElement, event, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from kartoteka.platform.kernel import jobs as leases
from kartoteka.platform.kernel.errors import Conflict, KartotekaError, NotFound
from kartoteka.platform.kernel.jobs import JOBS, LEASE, UNFINISHED, JobRow, State
from kartoteka.platform.kernel.texts import N_, _
from kartoteka.platform.services import queue
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.work import Work

MAX_ATTEMPTS = 5
logger = logging.getLogger(__name__)

UNEXPECTED = N_("Something went wrong that should not have; the log of the worker says more.")
KILLED = N_("The job was interrupted {count} times at the same place and was given up.")


@dataclass(frozen=True)
class Step:
    """What a chunk has come to. `total` and `result` of None leave what was there."""

    done: int
    checkpoint: Any
    total: int | None = None
    result: Any = None


@dataclass(frozen=True)
class Task:
    """A job as its kind sees it at the beginning of a run."""

    id: int
    kind: str
    payload: Any
    checkpoint: Any
    done: int
    total: int
    result: Any
    owner_id: int
    via: str


@dataclass(frozen=True)
class Job:
    """A job as its owner sees it."""

    id: int
    kind: str
    state: str
    done: int
    total: int
    result: Any
    error: str | None
    owner_id: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def finished(self) -> bool:
        """True when nothing more will happen to it."""
        return self.state not in UNFINISHED


Chunk = Callable[[Work], Step]
Kind = Callable[[Office, Task], Iterator[Chunk]]
Progress = Callable[[int, int], None]
_kinds: dict[str, Kind] = {}


def kind(name: str) -> Callable[[Kind], Kind]:
    """This function will register a kind of job."""

    def register(function: Kind) -> Kind:
        _kinds[name] = function
        return function

    return register


def start(
    work: Work, name: str, payload: Mapping[str, Any], *, total: int = 0, via: str | None = None
) -> Job:
    """This function will order a job; workers hear of it when the transaction has ended well."""
    row = _new(work, name, payload, total, via, State.QUEUED)
    office, job = work.office, row.id
    event.listen(work.session, "after_commit", lambda _session: queue.tell(office, job), once=True)
    return _job(row)


def _new(
    work: Work, name: str, payload: Mapping[str, Any], total: int, via: str | None, state: State
) -> JobRow:
    row = JobRow(
        kind=name, state=state, done=0, total=total, payload=dict(payload), checkpoint=None, result=None, attempts=0,
        owner_id=work.actor.user_id, via=via or work.via, created_at=work.now,
    )  # fmt: skip
    work.session.add(row)
    work.session.flush()
    return row


def fetch(work: Work, job: int) -> Job:
    """This function will tell how far a job is; only its owner and admins know of it."""
    return _job(_row(work, job))


def browse(work: Work, *, limit: int = 50) -> list[Job]:
    """This function will list the newest jobs of the actor, and everybody's for an admin."""
    statement = select(JobRow).order_by(JobRow.id.desc()).limit(limit)
    if not work.actor.is_admin:
        statement = statement.where(JobRow.owner_id == work.actor.user_id)
    return [_job(row) for row in work.session.scalars(statement)]


def cancel(work: Work, job: int) -> Job:
    """This function will stop a job after the chunk that is being done; what is committed stays.

    :raises Conflict: when it has already ended.
    """
    row = _row(work, job, locked=True)
    if row.state not in UNFINISHED:
        raise Conflict(_("This job has already ended."))
    row.state, row.finished_at, row.runner, row.lease_until = State.CANCELLED, work.now, None, None
    work.session.flush()
    return _job(row)


def _row(work: Work, job: int, *, locked: bool = False) -> JobRow:
    wanted = select(JobRow).where(JobRow.id == job).execution_options(populate_existing=True)
    row = work.session.scalar(wanted.with_for_update() if locked else wanted) if 0 < job < 2**31 else None
    if row is None or not (work.actor.is_admin or row.owner_id == work.actor.user_id):
        raise NotFound(_("There is no job {id}.", id=str(job)[:20]))
    return row


def _job(row: JobRow) -> Job:
    return Job(row.id, row.kind, str(row.state), row.done, row.total, row.result, row.error, row.owner_id,
               row.created_at, row.started_at, row.finished_at)  # fmt: skip


def run_job(office: Office, job: int, *, progress: Progress | None = None, stop: Event | None = None) -> bool:
    """This function will work on a job until it ends, and tell whether it was to be had at all.

    `stop` ends the run after the present chunk; the job can be taken again at once.
    """
    runner = secrets.token_hex(8)
    with office.session(write=True) as session:
        taken = leases.take(session.connection(), job, runner, office.clock())
    if taken:
        _Run(office, job, runner, progress, stop).go()
    return taken


def run_here(office: Office, owner: int, name: str, payload: Mapping[str, Any], *, via: str = "cli", total: int = 0,
             progress: Progress | None = None) -> Job:  # fmt: skip
    """This function will do a job in this very process, with a row like any other, and give its end."""
    runner = secrets.token_hex(8)
    with office.begin(owner, via=via, write=True) as work:
        row = _new(work, name, payload, total, via, State.RUNNING)
        row.runner, row.lease_until, row.started_at, row.attempts = runner, work.now + LEASE, work.now, 1
        job = row.id
    _Run(office, job, runner, progress, None).go()
    with office.begin(owner, via=via) as work:
        return fetch(work, job)


def sweep(office: Office) -> Sequence[int]:
    """This function will tell an empty queue of all jobs that nobody works on, orphaned ones among them."""
    if not queue.is_empty(office):
        return []
    found = waiting(office)
    for job in found:
        queue.tell(office, job)
    return found


def waiting(office: Office) -> Sequence[int]:
    """This function will list the jobs that nobody works on."""
    with office.session() as session:
        return leases.waiting(session.connection(), office.clock())


class _Lost(Exception):
    """The job was cancelled, or another runner has it by now."""


class _Stopped(Exception):
    """The runner has been asked to stop."""


@dataclass
class _Run:
    """One runner's turn at a job."""

    office: Office
    job: int
    runner: str
    progress: Progress | None
    stop: Event | None

    def go(self) -> None:
        try:
            self._work()
        except _Lost:
            logger.info("Job %s was cancelled or is done elsewhere.", self.job)
        except _Stopped:
            self._release()
        except KartotekaError as error:
            self._end(State.FAILED, error=_told(error))
        except OperationalError:
            # The database was out of reach, or ended a deadlock at our cost: another turn may well succeed.
            logger.warning("Job %s will be tried again.", self.job, exc_info=True)
            self._release()
        except Exception:
            logger.exception("Job %s has failed.", self.job)
            self._end(State.FAILED, error=_(UNEXPECTED))
        except BaseException:
            self._end(State.CANCELLED)
            raise

    def _work(self) -> None:
        task = self._task()
        function = _kinds.get(task.kind)
        if function is None:
            raise NotFound(_("Jobs of the kind “{kind}” are not known here.", kind=task.kind))
        chunks = function(self.office, task)
        for chunk in chunks:
            self._do(task, chunk)
            if self.stop is not None and self.stop.is_set():
                raise _Stopped
        self._end(State.DONE)

    def _task(self) -> Task:
        with self.office.session() as session:
            row = session.get_one(JobRow, self.job)
            if row.attempts > MAX_ATTEMPTS:
                raise Conflict(_(KILLED, count=MAX_ATTEMPTS))
            return Task(**{each.name: getattr(row, each.name) for each in attributes_of(Task)})

    def _do(self, task: Task, chunk: Chunk) -> None:
        with self.office.begin(task.owner_id, via=task.via, write=True) as work:
            row = self._held(work.session)
            step = chunk(work)
            row.done, row.checkpoint, row.attempts = step.done, step.checkpoint, 0
            row.total = row.total if step.total is None else step.total
            row.result = row.result if step.result is None else step.result
            row.lease_until = self.office.clock() + LEASE
            total = row.total
        if self.progress is not None:
            self.progress(step.done, total)

    @property
    def _mine(self) -> tuple[ColumnElement[bool], ...]:
        return JOBS.c.id == self.job, JOBS.c.runner == self.runner, JOBS.c.state == State.RUNNING

    def _held(self, session: Session) -> JobRow:
        """The row, locked until the chunk is committed, if it is still ours to work on."""
        row = session.scalar(select(JobRow).where(*self._mine).with_for_update())
        if row is None:
            self._lose()
        return row

    def _lose(self) -> NoReturn:
        raise _Lost

    def _end(self, state: State, error: str | None = None) -> None:
        now = self.office.clock()
        ended = {"state": state, "error": error, "finished_at": now, "runner": None, "lease_until": None}
        with self.office.session(write=True) as session:
            session.execute(update(JOBS).where(*self._mine).values(**ended))

    def _release(self) -> None:
        try:
            with self.office.session(write=True) as session:
                leases.release(session.connection(), self.job, self.runner, self.office.clock())
        except OperationalError:
            logger.warning("Job %s waits until its lease has run out.", self.job, exc_info=True)


def _told(error: KartotekaError) -> str:
    sentences = [f"{key}: {sentence}" for key, each in error.errors.items() for sentence in each]
    return "\n".join(sentences) or error.message


__all__ = [
    "Chunk", "Job", "Kind", "Progress", "Step", "Task", "browse", "cancel", "fetch", "kind", "run_here", "run_job",
    "start", "sweep", "waiting",
]  # fmt: skip

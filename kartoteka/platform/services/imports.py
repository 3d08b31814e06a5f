"""Imports: a spreadsheet into a registry, as a job in chunks that goes on where it was interrupted.

The file waits in the data folder until the job has ended. Every chunk is one transaction together with its
checkpoint, the number of the last row that is in; all chunks are one batch, so that one undo takes everything back.
Links to rows further down are settled when all rows are in.
"""

import gc
import json
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path, PurePath
from secrets import token_hex
from typing import IO, Any, TypeVar

from sqlalchemy import select

from kartoteka.platform.access.gate import OpenRegistry
from kartoteka.platform.kernel.errors import Conflict, Forbidden
from kartoteka.platform.kernel.jobs import UNFINISHED, JobRow
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import following, history, jobs, records
from kartoteka.platform.services.jobs import Chunk, Job, Progress, Step, Task
from kartoteka.platform.services.loading.columns import Plan, plan_columns
from kartoteka.platform.services.loading.loader import Deferred, Loader, Memory, Outcome
from kartoteka.platform.services.loading.options import STOP, Options, read_options
from kartoteka.platform.services.loading.shaping import check_may_shape, shape
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.sheets.reading import Row, Sheet, open_sheet
from kartoteka.platform.services.statistics import MANY, look_over_registry
from kartoteka.platform.services.work import Work

Each = TypeVar("Each")
Loading = Callable[[Loader], Outcome]
KIND = "import"
VIA = "import"
CHUNK = 2500
MAX_ERRORS = 1000
FOLDER = "imports"
_FORGOTTEN_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Received:
    """A file that waits for its import, as a job's payload holds it."""

    folder: str
    name: str


def run_file(office: Office, registry: str, file: Path, options: Mapping[str, Any], *, as_email: str | None = None,
             progress: Progress | None = None) -> Job:  # fmt: skip
    """This function will import a file in this very process and give the job that did it.

    :raises Invalid: when the options or the file cannot be used.
    """
    asked = read_options(options)
    beginning = office.begin_as(as_email, write=False) if as_email else office.begin_system(write=False)
    with beginning as work, _opened(file, file.name, asked) as sheet:
        owner = work.actor.user_id
        _check(work, registry, sheet, asked)
        total, known = sheet.recognised.rows, sheet.known
    with file.open("rb") as stream:
        received = _keep(office, stream, file.name)
    return jobs.run_here(
        office,
        owner,
        KIND,
        _payload(registry, received, options, known),
        via=VIA,
        total=total,
        progress=progress,
    )


def start(work: Work, registry: str, file: Any, options: Mapping[str, Any]) -> Job:
    """This function will order the import of an uploaded file (a stream with a `filename`, or a `Received` one).

    :raises NotFound: :raises Forbidden: :raises Invalid: when the registry, the right, the options or the file
        will not do.
    """
    asked = read_options(options)
    _check_may(work, registry, asked)
    received = (
        file
        if isinstance(file, Received)
        else receive(work.office, file, getattr(file, "filename", "") or "")
    )
    try:
        with _opened(_path(work.office, received), received.name, asked) as sheet:
            _check(work, registry, sheet, asked)
            total, known = sheet.recognised.rows, sheet.known
    except BaseException:
        discard(work.office, received)
        raise
    _forget(work)
    return jobs.start(work, KIND, _payload(registry, received, options, known), total=total, via=VIA)


def start_known(
    work: Work,
    registry: str,
    received: Received,
    options: Mapping[str, Any],
    columns: Sequence[str],
    rows: int,
) -> Job:
    """This function will order the import of a file that has been read before, without opening it again."""
    asked = read_options(options)
    opened = _check_may(work, registry, asked)
    assert opened is not None
    plan_columns(opened, columns, asked)
    return jobs.start(work, KIND, _payload(registry, received, options), total=rows, via=VIA)


def kept(office: Office, received: Received) -> Path:
    """This function will tell where a received file waits."""
    return _path(office, received)


def receive(office: Office, stream: Any, name: str) -> Received:
    """This function will keep an uploaded file until its import; do it before a transaction begins."""
    return _keep(office, getattr(stream, "stream", stream), name)


def discard(office: Office, received: Received) -> None:
    """This function will drop a kept file."""
    shutil.rmtree(_path(office, received).parent, ignore_errors=True)


def _payload(
    registry: str, received: Received, options: Mapping[str, Any], known: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    return {"registry": registry, "file": asdict(received), "options": dict(options), "known": known}


def _keep(office: Office, stream: IO[bytes], name: str) -> Received:
    plain = PurePath(name.replace("\\", "/")).name.replace("\0", "")[:120] or "table"
    received = Received(token_hex(12), plain)
    folder = _path(office, received).parent
    folder.mkdir(parents=True, mode=0o700)
    with _path(office, received).open("wb") as kept:
        shutil.copyfileobj(stream, kept, 2**20)
    return received


def _path(office: Office, received: Received) -> Path:
    # Its own name is for people; on the disk it could be anything.
    return office.settings.data / FOLDER / received.folder / "table"


def _forget(work: Work) -> None:
    """Files of jobs that have ended without cleaning up (cancelled, say) go away after a while."""
    folder = work.office.settings.data / FOLDER
    waited_for = waiting(work)
    for each in folder.iterdir():
        with suppress(OSError):
            if each.name not in waited_for and each.stat().st_mtime < time.time() - _FORGOTTEN_SECONDS:
                shutil.rmtree(each, ignore_errors=True)


def waiting(work: Work) -> set[str]:
    """This function will name the folders of files that unfinished imports still need."""
    unfinished = select(JobRow.payload).where(JobRow.kind == KIND, JobRow.state.in_(UNFINISHED))
    return {payload["file"]["folder"] for payload in work.session.scalars(unfinished)}


def _opened(path: Path, name: str, options: Options, known: Mapping[str, Any] | None = None) -> Sheet:
    return open_sheet(
        path,
        name=name,
        encoding=options.encoding,
        sheet=options.sheet,
        delimiter=options.delimiter,
        known=known,
    )


def _check_may(work: Work, registry: str, options: Options) -> OpenRegistry | None:
    """The registry opened for the importer; None when it is still to be made."""
    if options.create:
        check_may_shape(work, registry)
        if registry not in work.catalog.registries:
            return None
    opened = work.open(registry)
    if not opened.may("import"):
        raise Forbidden(_("You may not import into “{registry}”.", registry=opened.registry.name))
    return opened


def _check(work: Work, registry: str, sheet: Sheet, options: Options) -> None:
    opened = _check_may(work, registry, options)
    if opened is not None and not options.create:
        plan_columns(opened, sheet.columns, options)
    if opened is not None:
        following.check(work, registry, options.then)


@jobs.kind(KIND)
def run(office: Office, task: Task) -> Iterator[Chunk]:
    """This function will do an import chunk by chunk."""
    received = Received(**task.payload["file"])
    options = read_options(task.payload["options"])
    try:
        known = task.payload.get("known")
        with _opened(_path(office, received), received.name, options, known) as sheet:
            yield from _Import(office, task, received, options, sheet).chunks()
    except GeneratorExit:
        # The worker stops, or another one has the job: the file is needed again.
        raise
    except BaseException:
        discard(office, received)
        raise
    discard(office, received)


class _Undone(Exception):
    """Ends a trial: nothing of it is to stay."""


@dataclass
class _Tally:
    """What the result of the job says."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)
    more_errors: int = 0
    batch: int | None = None
    dry_run: bool = False
    recognised: dict[str, Any] = field(default_factory=dict)
    # What plugins do with the records now, by the ids of their jobs.
    then: dict[str, int] | None = None

    def as_json(self) -> dict[str, Any]:
        """A copy as it is now; the faults, which may be many, are never changed once they are in."""
        told = {key: value for key, value in vars(self).items() if key != "then" or value is not None}
        return {**told, "errors": [*self.errors]}

    def add(self, outcome: Outcome, rows: int) -> None:
        self.rows += rows
        self.created += outcome.created
        self.updated += outcome.updated
        self.unchanged += outcome.unchanged
        self.skipped += outcome.skipped
        faults = sorted(outcome.faults, key=lambda fault: fault.row)
        free = max(MAX_ERRORS - len(self.errors), 0)
        self.errors += [fault.as_json() for fault in faults[:free]]
        self.more_errors += len(faults[free:])

    def stop(self, rows: int) -> None:
        """Everything is taken back, so nothing has come in."""
        self.rows += rows
        self.created = self.updated = self.unchanged = 0
        self.skipped = self.rows


@dataclass(frozen=True, slots=True)
class _Place:
    """A checkpoint: how far the import is, and what was decided at its beginning."""

    row: int
    mapping: dict[str, str]
    waiting: int = 0
    settled: int = 0
    stopped: bool = False
    # When it began, for what is done with its records afterwards.
    since: str = ""

    @classmethod
    def read(cls, checkpoint: Any) -> "_Place | None":
        return None if checkpoint is None else cls(**checkpoint)


@contextmanager
def _without_collection() -> Iterator[None]:
    """A chunk makes a million small things that live to its end; looking through them again and again is in vain."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


class _Import:
    """One run of an import, from its beginning or from a checkpoint."""

    def __init__(
        self, office: Office, task: Task, received: Received, options: Options, sheet: Sheet
    ) -> None:
        self.office = office
        self.task = task
        self.registry = str(task.payload["registry"])
        self.received = received
        self.options = options
        self.sheet = sheet
        self.memory = Memory()
        self.waiting = _Waiting(_path(office, received).with_name("waiting"))
        # A trial leaves nothing behind that it could go on from.
        self.place = None if options.dry_run else _Place.read(task.checkpoint)
        self.tally = _Tally(**task.result) if self.place and task.result else _Tally(dry_run=options.dry_run)

    def chunks(self) -> Iterator[Chunk]:
        """This function will give the chunks that are still to be done."""
        if self.place is None:
            if self.options.create and self.options.dry_run:
                yield self._whole_trial()
                return
            if self.options.create:
                with self.office.begin(self.task.owner_id, via=VIA, design=True) as work:
                    self.options = shape(work, self.registry, self.sheet, self.options)
            yield self._begin
        else:
            self.options = replace(self.options, mapping=self.place.mapping, create=False, types={})
            self._remember(self.place.row)
        yield from self._rows()
        yield from self._settling()
        if self.tally.created >= MANY and not self.options.dry_run:
            yield self._look_over
        if self.options.then and not self.options.dry_run:
            yield self._follow

    def _look_over(self, work: Work) -> Step:
        assert self.place is not None
        look_over_registry(work, self.registry, self.tally.created)
        return self._step(self.place)

    def _follow(self, work: Work) -> Step:
        assert self.place is not None
        self.tally.then = following.start(work, self.registry, self.options.then, self.place.since)
        return self._step(self.place)

    def _rows(self) -> Iterator[Chunk]:
        assert self.place is not None
        self._refuse_when_stopped()
        after = self.place.row
        for rows in _portions(row for row in self.sheet.rows() if row[0] > after):
            yield partial(self._load, rows)
            self._refuse_when_stopped()

    def _settling(self) -> Iterator[Chunk]:
        assert self.place is not None
        for entries in _portions(islice(self.waiting.read(self.place.waiting), self.place.settled, None)):
            yield partial(self._settle, entries)
            self._refuse_when_stopped()

    def _open(self, work: Work) -> tuple[OpenRegistry, Plan]:
        opened = _check_may(work, self.registry, replace(self.options, create=False))
        assert opened is not None
        return opened, plan_columns(opened, self.sheet.columns, self.options)

    def _begin(self, work: Work) -> Step:
        opened, plan = self._open(work)
        self.tally.recognised = self._recognised(opened, plan)
        if not self.options.dry_run:
            self.tally.batch = records.begin_batch(work, KIND, self.registry, self.received.name)
        self.options = replace(self.options, mapping=plan.mapping)
        return self._step(_Place(0, plan.mapping, since=work.now.isoformat()))

    def _remember(self, done: int) -> None:
        """Keys of rows that are in already must not come again."""
        with self.office.begin(self.task.owner_id, via=VIA) as work:
            self._loader(work).remember(row for row in self.sheet.rows() if row[0] <= done)

    def _recognised(self, opened: OpenRegistry, plan: Plan) -> dict[str, Any]:
        found = self.sheet.recognised
        types = {each.column: each.field.type for each in plan.targets if each.field is not None}
        left_out = [column for column in self.sheet.columns if column not in plan.mapping]
        return {"kind": found.kind, "encoding": found.encoding, "delimiter": found.delimiter,
                "header_row": found.header_row, "sheet": found.sheet, "mapping": plan.shown,
                "types": types, "left_out": left_out}  # fmt: skip

    def _step(self, place: _Place) -> Step:
        self.place = place
        return Step(
            self.tally.rows, asdict(place), total=self.sheet.recognised.rows, result=self.tally.as_json()
        )

    def _load(self, rows: Sequence[Row], work: Work) -> Step:
        assert self.place is not None
        if self.options.dry_run:
            outcome: Outcome | None = self._tried(work, lambda loader: loader.load(rows))
        else:
            work.batch = self.tally.batch
            with _without_collection():
                outcome = self._done(work, lambda loader: loader.load(rows))
        if outcome is None:
            return self._stopped_step(len(rows))
        self.tally.add(outcome, len(rows))
        size = self.waiting.write(self.place.waiting, outcome.deferred)
        return self._step(replace(self.place, row=rows[-1][0], waiting=size))

    def _settle(self, entries: Sequence[Deferred], work: Work) -> Step:
        assert self.place is not None
        if self.options.dry_run:
            outcome: Outcome | None = self._tried(work, lambda loader: loader.settle(entries))
        else:
            work.batch = self.tally.batch
            outcome = self._done(work, lambda loader: loader.settle(entries))
        if outcome is None:
            return self._stopped_step(0)
        self.tally.add(outcome, 0)
        return self._step(replace(self.place, settled=self.place.settled + len(entries)))

    def _done(self, work: Work, load: Loading) -> Outcome | None:
        """Rows brought in; None, with nothing of them done, when one is wrong and the import is to stop at that."""
        outcome = Outcome()
        try:
            with work.attempt():
                outcome = load(self._loader(work))
                if outcome.faults and self.options.on_error == STOP:
                    raise _Undone
        except _Undone:
            self.tally.errors = []
            self.tally.add(Outcome(faults=outcome.faults), 0)
            return None
        return outcome

    def _tried(self, work: Work, load: Loading) -> Outcome:
        """Rows brought in on trial: everything is done, counted and taken back."""
        outcome = Outcome()
        with suppress(_Undone), work.attempt():
            outcome = load(self._loader(work))
            self._note_titles(work, outcome)
            raise _Undone
        return outcome

    def _note_titles(self, work: Work, outcome: Outcome) -> None:
        """In a trial later rows cannot find earlier ones, so their titles are kept."""
        if outcome.made:
            titles = work.gate.titles({self.registry: outcome.made})
            self.memory.titles.update(titles.values())

    def _loader(self, work: Work) -> Loader:
        opened, plan = self._open(work)
        return Loader(work, opened, plan, self.options, self.memory)

    def _stopped_step(self, rows: int) -> Step:
        assert self.place is not None
        self.tally.stop(rows)
        return self._step(replace(self.place, stopped=True))

    def _refuse_when_stopped(self) -> None:
        """What earlier chunks have brought in is taken back; by the system, since not everybody may delete."""
        if self.place is None or not self.place.stopped:
            return
        if self.tally.batch is not None:
            with suppress(Conflict), self.office.begin_system(via=VIA) as work:
                history.undo_batch(work, self.tally.batch)
        first = self.tally.errors[0]
        raise Conflict(
            _(
                "Row {row} is wrong and nothing was imported: {message}",
                row=first["row"],
                message=first["message"],
            )
        )

    def _whole_trial(self) -> Chunk:
        """A trial of an import that makes its own fields: in one transaction, design and all, that is taken back."""
        with suppress(_Undone), self.office.begin(self.task.owner_id, via=VIA, design=True) as work:
            self.options = shape(work, self.registry, self.sheet, self.options)
            self._begin(work)
            size = 0
            for rows in _portions(self.sheet.rows()):
                outcome = self._loader(work).load(rows)
                self._note_titles(work, outcome)
                self.tally.add(outcome, len(rows))
                size = self.waiting.write(size, outcome.deferred)
            for entries in _portions(self.waiting.read(size)):
                self.tally.add(self._loader(work).settle(entries), 0)
            raise _Undone
        return lambda _work: Step(self.tally.rows, None, total=self.tally.rows, result=self.tally.as_json())


class _Waiting:
    """Links that wait until all rows are in, in a file beside the one that is imported.

    The checkpoint knows how much of the file counts: what a chunk wrote that was never committed is written over.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, size: int, entries: Sequence[Deferred]) -> int:
        """This function will put entries after the first `size` bytes, and give the new size."""
        if not entries:
            return size
        with self.path.open("r+b" if self.path.exists() else "w+b") as file:
            file.seek(size)
            file.truncate()
            file.writelines(json.dumps(asdict(each)).encode() + b"\n" for each in entries)
            return file.tell()

    def read(self, size: int) -> Iterator[Deferred]:
        """This function will give the entries within the first `size` bytes."""
        if not size:
            return
        with self.path.open("rb") as file:
            while file.tell() < size:
                yield Deferred(**json.loads(file.readline()))


def _portions(entries: Iterable[Each]) -> Iterator[list[Each]]:
    ahead = iter(entries)
    while portion := list(islice(ahead, CHUNK)):
        yield portion


__all__ = ["KIND", "Received", "discard", "kept", "receive", "run_file", "start", "start_known", "waiting"]

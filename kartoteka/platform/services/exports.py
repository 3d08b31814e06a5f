"""Exports: records as their reader may see them, as a spreadsheet that an import reads back to equal values.

Small ones are answered at once; large ones are a job whose file waits in the data folder for its owner.
"""

import hashlib
import io
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

from kartoteka.platform.access.actor import Actor
from kartoteka.platform.access.gate import OpenRegistry
from kartoteka.platform.access.guises import insist_on_looking_only
from kartoteka.platform.catalog.definitions import Registry, label
from kartoteka.platform.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from kartoteka.platform.kernel.tables import canonical_json
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import jobs, records
from kartoteka.platform.services.exported_cells import cell_maker
from kartoteka.platform.services.jobs import Chunk, Job, Progress, Step, Task
from kartoteka.platform.services.loading.columns import target_of
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.records import Query, Record
from kartoteka.platform.services.sheets.cells import Written
from kartoteka.platform.services.sheets.mapping import match_columns
from kartoteka.platform.services.sheets.writing import write_csv, write_xlsx
from kartoteka.platform.services.work import Work

KIND = "export"
EVERYTHING = Query()
PAGE = 500
# What is larger is written by a worker.
SMALL = 5_000
FOLDER = "exports"
FORMATS = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_KEPT_SECONDS = 24 * 3600
Maker = Callable[[Record], Written]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading and what stands in it."""

    heading: str
    make: Maker


@dataclass(frozen=True, slots=True)
class Exported:
    """A finished file: where it is or what is in it, and what it is called."""

    name: str
    mimetype: str
    path: Path | None = None
    content: bytes = b""


def write_file(office: Office, registry: str, file: Path, *, as_email: str | None = None,
               progress: Progress | None = None, query: Query = EVERYTHING) -> int:  # fmt: skip
    """This function will export into a file whose ending tells its format, and count the records."""
    format_ = _format(file.suffix.lstrip(".").lower())
    beginning = office.begin_as(as_email, write=False) if as_email else office.begin_system(write=False)
    unfinished = file.with_name(f".{file.name}.unfinished")
    try:
        with beginning as work, unfinished.open("wb") as stream:
            count = write(work, registry, stream, format_, query, progress=progress)
        unfinished.replace(file)
    except OSError as error:
        raise Invalid(
            {
                "file": [
                    _("“{name}” cannot be written: {reason}.", name=str(file), reason=error.strerror or "")
                ]
            }
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)
    return count


def is_small(work: Work, registry: str, query: Query = EVERYTHING) -> bool:
    """This function will tell whether an export can be answered at once.

    :raises Forbidden: when the actor may not export.
    """
    opened = _open(work, registry)
    return opened.count(replace(query, right="export").selection()) <= SMALL


def answer(work: Work, registry: str, format_: str, query: Query = EVERYTHING) -> Exported:
    """This function will export at once, into memory."""
    stream = io.BytesIO()
    write(work, registry, stream, format_, query)
    return Exported(
        _file_name(work.open(registry).registry, format_, work), FORMATS[format_], content=stream.getvalue()
    )


def start(work: Work, registry: str, format_: str, query: Query = EVERYTHING) -> Job:
    """This function will order an export; `collect` gives its file when the job is done."""
    opened = _open(work, registry)
    _columns(opened, work, query, _format(format_))
    total = opened.count(replace(query, right="export").selection())
    payload = {"registry": registry, "format": format_, "filter": query.filter, "q": query.q, "sort": query.sort,
               "fields": list(query.fields) if query.fields is not None else None}  # fmt: skip
    _forget(work.office)
    return jobs.start(work, KIND, payload, total=total)


def collect(work: Work, job: int) -> Exported:
    """This function will give the file of a finished export to its owner, if he may still have it.

    An admin who looks as the owner does not get it: what is private to the owner may stand in it.

    :raises NotFound: when there is none for him. :raises Conflict: when his rights are others than they were.
    """
    insist_on_looking_only(work.actor)
    found = jobs.fetch(work, job)
    if found.kind != KIND or found.owner_id != work.actor.user_id:
        raise NotFound(_("There is no job {id}.", id=job))
    if found.state != "done":
        raise Conflict(_("This export is not finished."))
    _open(work, found.result["registry"])
    if found.result["rights"] != _rights(work.actor, work.catalog.version):
        raise Conflict(_("Rights or the design have changed since; please export again."))
    path = _path(work.office, job)
    if not path.is_file():
        raise NotFound(_("This file is kept for a day only; please export again."))
    return Exported(found.result["name"], FORMATS[found.result["format"]], path=path)


def write(work: Work, registry: str, stream: IO[bytes], format_: str, query: Query = EVERYTHING, *,
          progress: Progress | None = None) -> int:  # fmt: skip
    """This function will write what a query finds into a stream, and count the records."""
    opened = _open(work, registry)
    columns = _columns(opened, work, query, _format(format_))
    query = replace(query, fields=_fields(opened, query), page_size=PAGE, cursor=None, right="export")
    rows = (
        [column.make(record) for column in columns] for record in _records(work, registry, query, progress)
    )
    headings = [column.heading for column in columns]
    timezone = work.actor.locale.timezone
    with closing(rows):
        if format_ == "csv":
            return write_csv(stream, headings, rows, timezone=timezone)
        title = label(opened.registry, work.actor.locale.language)
        return write_xlsx(stream, headings, rows, title=title, timezone=timezone)


def _records(work: Work, registry: str, query: Query, progress: Progress | None) -> Iterator[Record]:
    total = records.count(work, registry, query) if progress is not None else 0
    done = 0
    while True:
        page = records.browse(work, registry, query)
        yield from page.items
        done += len(page.items)
        if progress is not None:
            progress(done, total)
        if page.next is None:
            return
        query = replace(query, cursor=page.next)


def _open(work: Work, registry: str) -> OpenRegistry:
    opened = work.open(registry)
    if not opened.may("export"):
        raise Forbidden(_("You may not export from “{registry}”.", registry=opened.registry.name))
    return opened


def _format(name: str) -> str:
    if name not in FORMATS:
        raise Invalid({"format": [_("An export is .xlsx or .csv.")]})
    return name


def _fields(opened: OpenRegistry, query: Query) -> tuple[str, ...]:
    asked = query.fields if query.fields is not None else tuple(each.key for each in opened.fields)
    files = {each.key for each in opened.fields if target_of(opened, each) == "files"}
    return tuple(key for key in asked if key not in files and key not in ("id", "category", "on"))


def _columns(opened: OpenRegistry, work: Work, query: Query, format_: str) -> list[Column]:
    """Headings by which an import finds its way back: the label of a field, or its key where that is not clear."""
    locale = work.actor.locale
    fields = [each for key in _fields(opened, query) if (each := _field(opened, key))]
    labels = [label(each, locale.language) for each in fields]
    found = match_columns(labels, replace(opened.registry, fields=opened.fields))
    clear = {each.key for each, text in zip(fields, labels, strict=True) if found.get(text) == each.key}
    columns = _system_columns(opened, work, query, set(labels))
    for each, text in zip(fields, labels, strict=True):
        make = cell_maker(each.key, opened.kind(each), locale, workbook=format_ == "xlsx")
        columns.append(Column(text if each.key in clear and labels.count(text) == 1 else each.key, make))
    return columns


def _field(opened: OpenRegistry, key: str) -> Any:
    found = opened.seen.field(key)
    if found is None:
        raise Invalid({"fields": [_("There is no field “{name}”.", name=key[:80])]})
    return found


def _system_columns(opened: OpenRegistry, work: Work, query: Query, labels: set[str]) -> list[Column]:
    asked = query.fields
    columns = []
    if asked is None or "id" in asked:
        columns.append(Column("id", lambda record: record.id))
    if opened.registry.attached and (asked is None or "on" in asked):
        columns.append(Column("on", _place))
        columns.append(Column("on_title", lambda record: record.on.title if record.on else None))
    if opened.registry.categories and (asked is None or "category" in asked):
        language = work.actor.locale.language
        names = {each.key: label(each, language) for each in opened.registry.categories}
        heading = _("Category")
        columns.append(
            Column(
                "_category" if heading in labels else heading,
                lambda record: names.get(record.category or "", record.category),
            )
        )
    return columns


def _place(record: Record) -> Written:
    """The record that a thing lies on, as an import reads it."""
    return f"{record.on.registry}/{record.on.id}" if record.on is not None else None


def _file_name(registry: Registry, format_: str, work: Work) -> str:
    return f"{registry.key}-{work.now.date().isoformat()}.{format_}"


def _rights(actor: Actor, version: int) -> str:
    """What decides what somebody sees: if it is the same, what he exported is still his to have."""
    identity = [actor.identity.registry, actor.identity.id] if actor.identity else None
    document = canonical_json([version, sorted(role.key for role in actor.roles), identity])
    return hashlib.sha256(document.encode()).hexdigest()


@jobs.kind(KIND)
def run(office: Office, task: Task) -> Iterator[Chunk]:
    """This function will write the file of an export; after an interruption it begins anew."""
    asked = task.payload
    fields = tuple(asked["fields"]) if asked["fields"] is not None else None
    query = Query(asked["filter"], asked["q"], asked["sort"], fields)
    path = _path(office, task.id)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = path.with_suffix(".unfinished")
    with office.begin(task.owner_id, via=task.via) as work:
        with unfinished.open("wb") as stream:
            count = write(work, asked["registry"], stream, asked["format"], query)
        registry = work.catalog.registries[asked["registry"]]
        result = {"rows": count, "registry": registry.key, "format": asked["format"],
                  "name": _file_name(registry, asked["format"], work),
                  "rights": _rights(work.actor, work.catalog.version)}  # fmt: skip
    unfinished.replace(path)
    yield lambda _work: Step(count, count, total=count, result=result)


def _path(office: Office, job: int) -> Path:
    return office.settings.data / FOLDER / str(job)


def _forget(office: Office) -> None:
    folder = office.settings.data / FOLDER
    for each in folder.iterdir() if folder.is_dir() else ():
        with suppress(OSError):
            if each.stat().st_mtime < time.time() - _KEPT_SECONDS:
                each.unlink()


__all__ = ["FORMATS", "SMALL", "Exported", "answer", "collect", "is_small", "start", "write", "write_file"]

"""A registry proposed out of a spreadsheet: the file is kept and looked at, corrected by a person, made and filled.

A small file is looked at while its sender waits; a large one by a worker. What was found lies beside the file.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from marshmallow import ValidationError
from sqlalchemy import func, select

from kartoteka.field_types.options import OptionsError
from kartoteka.platform.access.models import User
from kartoteka.platform.catalog.keys import make_key
from kartoteka.platform.kernel.errors import Conflict, Invalid, NotFound
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import imports, jobs, modelling
from kartoteka.platform.services.imports import Received
from kartoteka.platform.services.jobs import Chunk, Job, Step, Task
from kartoteka.platform.services.loading.shaping import check_may_shape
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.sheets.guessing import Guesser
from kartoteka.platform.services.sheets.reading import open_sheet
from kartoteka.platform.services.sheets.refining import (
    BASIC,
    Proposed,
    coloured,
    parent_of,
    refine,
    registry_name,
    title_of,
)
from kartoteka.platform.services.work import Work

KIND = "inspection"
# What takes longer than a few seconds to read is read by a worker.
AT_ONCE = 1_000_000
_ROWS_A_STEP = 5000
_LIKELY = 0.6
_LEAST_VALUES = 2
_ABOUT, _PROPOSAL = "about.json", "proposal.json"


@dataclass(frozen=True)
class Proposal:
    """What a sheet could become."""

    file: str
    name: str
    columns: Sequence[Proposed]
    title: str
    rows: int
    sheet: str | None = None
    sheets: Sequence[str] = ()
    header_row: int = 1


@dataclass(frozen=True)
class About:
    """A file that was received: whose it is, and the job that looks at it."""

    owner: int
    name: str
    job: int | None = None
    sheet: str | None = None


@dataclass(frozen=True)
class Corrected:
    """What a person has made of a proposal; `columns` are those that are to become fields."""

    name: str
    name_one: str
    title: str
    columns: Sequence[Proposed]
    sections: Mapping[str, str] = field(default_factory=dict)
    create_missing: bool = False


def receive(office: Office, owner: int, stream: Any, name: str) -> Received:
    """This function will keep an uploaded file; do it before a transaction begins."""
    received = imports.receive(office, stream, name)
    _write(office, received.folder, _ABOUT, asdict(About(owner, received.name)))
    return received


def look(work: Work, folder: str, sheet: str | None = None) -> None:
    """This function will look at a received file, or order a worker to.

    :raises Invalid: with a sentence about the file when it cannot be used.
    """
    known = about(work, folder)
    _path(work.office, folder, _PROPOSAL).unlink(missing_ok=True)
    received = Received(folder, known.name)
    if imports.kept(work.office, received).stat().st_size <= AT_ONCE:
        for done in _looking(work.office, received, sheet):
            del done
        _write(work.office, folder, _ABOUT, asdict(replace(known, job=None, sheet=sheet)))
        return
    job = jobs.start(work, KIND, {"file": asdict(received), "sheet": sheet})
    _write(work.office, folder, _ABOUT, asdict(replace(known, job=job.id, sheet=sheet)))


def about(work: Work, folder: str) -> About:
    """This function will tell what is known of a received file.

    :raises NotFound: when it is somebody else's, or no longer there.
    """
    found = _read(work.office, folder, _ABOUT) if _is_folder(folder) else None
    if found is None or found["owner"] != work.actor.user_id:
        raise NotFound(_("This file is no longer here; choose it once more."))
    return About(**found)


def proposal(work: Work, folder: str) -> Proposal | None:
    """This function will give what a file could become; None while a worker is still looking.

    Links to what is there already are found anew each time, since the registries may have changed.
    """
    about(work, folder)
    found = _read(work.office, folder, _PROPOSAL)
    if found is None:
        return None
    columns = [Proposed(**each) for each in found.pop("columns")]
    return Proposal(**{**found, "columns": [_linked(work, each) for each in columns]})


def discard(work: Work, folder: str) -> None:
    """This function will drop a received file."""
    known = about(work, folder)
    imports.discard(work.office, Received(folder, known.name))


def make(work: Work, folder: str, wish: Corrected) -> tuple[str, Job]:
    """This function will make the registry and order the import of all rows, both or neither; it gives its key too.

    :raises Invalid: with sentences by place: `name`, or `columns.<key>`.
    """
    known, found = about(work, folder), proposal(work, folder)
    if found is None:
        raise Conflict(_("The file is still being read."))
    if folder in imports.waiting(work):
        raise Conflict(_("This file is being brought in already."))
    key = make_key(wish.name, frozenset(work.catalog.registries), fallback="registry")
    check_may_shape(work, key)
    _check(work, wish)
    modelling.create_registry(work, _body(key, wish))
    options = {
        "mapping": {
            **{each.column: "" for each in found.columns},
            **{each.column: each.key for each in wish.columns},
        },
        "create_missing": wish.create_missing,
        **({"sheet": found.sheet} if found.sheet else {}),
    }
    columns = [each.column for each in found.columns]
    job = imports.start_known(work, key, Received(folder, known.name), options, columns, found.rows)
    return key, job


def with_type(each: Proposed, kind: str, target: str = "", currency: str = "") -> Proposed:
    """This function will give a column another type, with options made of what stands in it."""
    if kind == "relation":
        return replace(each, type=kind, options={"target": target})
    if kind == "money":
        return replace(
            each, type=kind, options={**_kept(each, kind), **({"currency": currency} if currency else {})}
        )
    if kind == each.type:
        return each
    if kind in ("choice", "multi_choice"):
        return replace(each, type=kind, options={"choices": coloured(each.values)})
    return replace(each, type=kind, options={})


def _kept(each: Proposed, kind: str) -> dict[str, Any]:
    return dict(each.options) if each.type == kind else {}


def _body(key: str, wish: Corrected) -> dict[str, Any]:
    sections = []
    for section, name in wish.sections.items():
        fields = [_field(key, each) for each in wish.columns if each.section == section]
        if fields:
            sections.append({"key": section, "name": name, "fields": fields})
    columns = [each.key for each in wish.columns if each.type != "long_text"][:7]
    if wish.title and wish.title not in columns:
        columns = [wish.title, *columns[:6]]
    return {
        "key": key,
        "name": wish.name,
        "name_one": wish.name_one,
        "title": f"{{{wish.title}}}" if wish.title else "",
        "icon": "table",
        "columns": columns,
        "sections": sections,
    }


def _field(registry: str, each: Proposed) -> dict[str, Any]:
    options = dict(each.options)
    if each.type == "relation":
        options["target"] = options.get("target") or registry
    return {
        "key": each.key,
        "name": each.label,
        "type": each.type,
        "options": options,
        "required": each.required,
        "unique": each.unique,
    }


def _check(work: Work, wish: Corrected) -> None:
    """What can be told before anything is made: a type that the values seen do not fit."""
    problems: dict[str, list[str]] = {}
    for each in wish.columns:
        if sentence := _against(work, each):
            problems[f"columns.{each.key}"] = [sentence]
    if not wish.columns:
        problems["columns"] = [_("Leave at least one column in.")]
    if problems:
        raise Invalid(problems)


def _against(work: Work, each: Proposed) -> str:
    kind = work.office.field_types.get(each.type)
    if kind is None:
        return _("There is no field type “{type}”.", type=each.type[:40])
    if each.type in ("relation", "user", "file"):
        return (
            ""
            if each.type != "file"
            else _("Files cannot come from a spreadsheet: “{field}”.", field=each.label)
        )
    if each.type in ("choice", "multi_choice") and not each.options.get("choices"):
        return _("There are too many different values for a list of choices.")
    try:
        schema = kind.schema(kind.options(each.options))
    except OptionsError as error:
        return next(iter(error.errors.values()))[0]
    for value in (*each.examples, *each.values):
        try:
            schema.deserialize(value)
        except ValidationError as error:
            said = error.messages[0] if isinstance(error.messages, list) else str(error)
            return _("“{value}” does not fit: {reason}", value=value[:60], reason=said)
    return ""


def _linked(work: Work, each: Proposed) -> Proposed:
    """A column of names of records, or of people, that are there."""
    values = list(each.values)
    if each.type not in ("text", "choice") or each.unique or len(values) < _LEAST_VALUES:
        return each
    if _known_people(work, values) >= _LIKELY * len(values):
        return replace(each, type="user", options={}, confidence=0.8)
    for registry in work.registries():
        found = work.open(registry.key).find_by_title(values)
        if len(found) >= _LIKELY * len(values):
            return replace(each, type="relation", options={"target": registry.key}, confidence=0.8)
    return each


def _known_people(work: Work, values: Sequence[str]) -> int:
    wanted = {value.casefold() for value in values}
    named = select(func.count(User.id)).where(User.active, func.lower(User.name).in_(wanted))
    return work.session.scalar(named) or 0


@jobs.kind(KIND)
def run(office: Office, task: Task) -> Iterator[Chunk]:
    """This function will look at a large file, some thousands of rows at a time."""
    received = Received(**task.payload["file"])
    for done, total in _looking(office, received, task.payload["sheet"]):
        yield partial(_step, done, total)


def _step(done: int, total: int, _work: Work) -> Step:
    return Step(done, None, total=total)


def _looking(office: Office, received: Received, sheet: str | None) -> Iterator[tuple[int, int]]:
    """Read a file from its beginning to its end; how far it is comes out on the way."""
    with open_sheet(imports.kept(office, received), name=received.name, sheet=sheet) as opened:
        total = opened.recognised.rows
        if not total:
            raise Invalid(
                {"file": [_("There is only a header in “{name}”, and no rows.", name=received.name)]}
            )
        guesser, rows, done = Guesser(opened.columns, office.field_types), opened.rows(), 0
        while some := list(islice(rows, _ROWS_A_STEP)):
            for _number, cells in some:
                guesser.see(cells)
            done += len(some)
            yield done, total
        columns = refine(guesser)
        title = title_of(columns)
        found = opened.recognised
        made = Proposal(
            received.name,
            registry_name(received.name, found.sheet),
            parent_of(guesser, columns, title),
            title,
            total,
            found.sheet,
            found.sheets,
            found.header_row,
        )
    _write(office, received.folder, _PROPOSAL, asdict(made))


def _is_folder(folder: str) -> bool:
    return len(folder) == 24 and all(letter in "0123456789abcdef" for letter in folder)


def _path(office: Office, folder: str, name: str) -> Path:
    return imports.kept(office, Received(folder, "")).parent / name


def _read(office: Office, folder: str, name: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(_path(office, folder, name).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return found


def _write(office: Office, folder: str, name: str, document: Mapping[str, Any]) -> None:
    path = _path(office, folder, name)
    unfinished = path.with_suffix(".part")
    unfinished.write_text(json.dumps(document), encoding="utf-8")
    unfinished.replace(path)


__all__ = [
    "BASIC", "KIND", "About", "Corrected", "Proposal", "Proposed", "about", "discard", "look", "make", "proposal",
    "receive", "with_type",
]  # fmt: skip

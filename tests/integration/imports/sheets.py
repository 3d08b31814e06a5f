"""Small sheets, and importing them in a line."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kartoteka.platform.services import imports, jobs, records
from kartoteka.platform.services.jobs import Job
from kartoteka.platform.services.records import Query, Record
from tests.integration.firm import Firm

Cells = Sequence[Any]


class Upload(io.BytesIO):
    """An uploaded file: a stream that knows its name."""

    filename = "table.csv"


def table(*rows: Cells, encoding: str = "utf-8", delimiter: str = ";") -> bytes:
    """The bytes of a CSV file."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode(encoding)


def run(
    firm: Firm, registry: str, content: bytes, folder: Path, person: str | None = None, **options: Any
) -> Job:
    """Import a file in this process, as a person or as the system."""
    file = folder / "table.csv"
    file.write_bytes(content)
    address = f"{person}@firm.example" if person else None
    return imports.run_file(firm.office, registry, file, options, as_email=address)


def order(firm: Firm, registry: str, content: bytes, person: str = "ana", **options: Any) -> int:
    """Order an import, as the web does."""
    with firm.work(person, write=True) as work:
        return imports.start(work, registry, Upload(content), options).id


def look(firm: Firm, job: int, person: str = "ana") -> Job:
    """How far a job is."""
    with firm.work(person) as work:
        return jobs.fetch(work, job)


def all_of(firm: Firm, registry: str, person: str = "ana") -> list[Record]:
    """Every record that somebody sees, in the order of ids."""
    with firm.work(person) as work:
        return records.browse(work, registry, Query(sort="id", page_size=500)).items


def values(firm: Firm, registry: str, key: str, person: str = "ana") -> list[Any]:
    """The values of one field."""
    found = [each.values[key] for each in all_of(firm, registry, person)]
    return [[one.title for one in each] if isinstance(each, list) else each for each in found]


def numbers(job: Job) -> tuple[int, ...]:
    """Rows, created, updated, unchanged, skipped."""
    assert job.state == "done", job.error
    return tuple(job.result[name] for name in ("rows", "created", "updated", "unchanged", "skipped"))


def faults(job: Job) -> list[tuple[int, str, Any]]:
    """Row, column and value of every error."""
    return [(each["row"], each["column"], each["value"]) for each in job.result["errors"]]

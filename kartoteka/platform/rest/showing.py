"""Records as JSON, each value written the way its field type says."""

from collections.abc import Callable
from typing import Any

from kartoteka.platform.rest.answers import moment
from kartoteka.platform.services.records import Link, Record
from kartoteka.platform.services.work import Work

Write = Callable[[Any], Any]


class Shown:
    """Shows records of one registry; make one for a whole page."""

    def __init__(self, work: Work, registry: str) -> None:
        opened = work.open(registry)
        self._write: list[tuple[str, Write]] = [
            (each.key, _links if opened.kind(each).linking else _writer(opened.kind(each).schema))
            for each in opened.fields
        ]

    def __call__(self, record: Record) -> dict[str, Any]:
        """Give one record."""
        values = record.values
        document = {
            "id": record.id,
            "version": record.version,
            "title": record.title,
            "category": record.category,
            "values": {key: write(values[key]) for key, write in self._write if key in values},
            "created_at": moment(record.created_at),
            "created_by": person(record.created_by),
            "updated_at": moment(record.updated_at),
            "updated_by": person(record.updated_by),
        }
        if record.removed_at is not None:
            document["removed_at"] = moment(record.removed_at)
        if record.warnings:
            document["warnings"] = record.warnings
        return document


def shown_record(work: Work, record: Record) -> dict[str, Any]:
    """This function will give one record as the API shows it."""
    return Shown(work, record.registry)(record)


def _writer(schema: Any) -> Write:
    short: Write | None = getattr(schema, "to_json", None)
    return short or (lambda value: None if value is None else schema.serialize("value", {"value": value}))


def _links(links: Any) -> list[dict[str, Any]] | None:
    return [link(each) for each in links] or None


def link(each: Link) -> dict[str, Any]:
    """This function will give a record pointed at."""
    return {"id": each.id, "title": each.title}


def person(each: Link) -> dict[str, Any]:
    """This function will give somebody who did something."""
    return {"id": each.id, "name": each.title}

"""For plugins: what the program finds out about records by itself, and whether somebody reaches a part of a record."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, select, update

from kartoteka.platform.access import noting
from kartoteka.platform.access.noting import STAYS
from kartoteka.platform.catalog.definitions import EDIT
from kartoteka.platform.kernel.errors import NotFound
from kartoteka.platform.kernel.events import RecordsChanged
from kartoteka.platform.services.work import Work


def note_record(
    work: Work, registry: str, record: int, values: Mapping[str, Any], *, room: Any = STAYS
) -> bool:
    """This function will keep values that the program has worked out, outside of history; False: no such record.

    `room` moves a record of a `sectioned` registry into a section or field, by its id, or out of all (None). Nobody's
    right is asked: whoever calls this has asked, or acts for the program.
    """
    opened = work.open(registry)
    if not noting.note(opened, record, values, room=room):
        return False
    work.emit(RecordsChanged(registry, (record,), "note", tuple(values)))
    return True


def sees_section(work: Work, registry: str, record: int, section: str, level: str) -> bool:
    """This function will tell whether the actor reads, or edits, a section of a living record."""
    opened = work.open(registry)
    found = opened.registry.section(section)
    if found is None or not found.active:
        return False
    right = "edit" if level == EDIT else "view"
    return _holds(work, registry, record, opened.seen.reach(right, section, level))


def sees_field(work: Work, registry: str, record: int, field: str, level: str) -> bool:
    """This function will tell whether the actor reads, or edits, a field of a living record."""
    opened = work.open(registry)
    found = opened.seen.field(field)
    if found is None:
        return False
    shown = opened.seen.field_editable(found) if level == EDIT else opened.seen.field_shown(found)
    return _holds(work, registry, record, shown)


def readable_fields(
    work: Work, registry: str, records: Iterable[int], keys: Iterable[str]
) -> Mapping[int, frozenset[str]]:
    """This function will tell which of some fields the actor reads on each of many living records, by one statement.

    Records that he does not see at all are left out.
    """
    try:
        seen = work.open(registry).seen
    except NotFound:
        return {}
    known = [each for key in sorted(set(keys)) if (each := seen.field(key)) is not None]
    shown = [seen.field_shown(each).label(f"f{place}") for place, each in enumerate(known)]
    wanted = and_(seen.table.c.id.in_(sorted(set(records))), seen.alive, seen.reach("view"))
    rows = work.connection.execute(select(seen.table.c.id, *shown).where(wanted))
    return {
        row[0]: frozenset(each.key for each, told in zip(known, row[1:], strict=True) if told) for row in rows
    }


def _holds(work: Work, registry: str, record: int, condition: ColumnElement[bool]) -> bool:
    seen = work.open(registry).seen
    wanted = and_(seen.table.c.id == record, seen.alive, seen.reach("view"), condition)
    return work.connection.scalar(select(seen.table.c.id).where(wanted)) is not None


def names_of_people(work: Work, ids: Iterable[int]) -> Mapping[int, str]:
    """This function will name people by their ids."""
    found = work.gate.titles({"users": ids})
    return {id: name for (_registry, id), name in found.items()}


def move_to_rooms(
    work: Work, registry: str, bearer: str, field: str, room_of: Callable[[str], int | None], *, unless: str
) -> None:
    """This function will move all things on records of a registry into the rooms that go with a text of theirs.

    Those that have something in the field `unless` stay where they are. It is meant for changes of the design, so
    nobody's rights are asked.
    """
    design, table = work.catalog.registries[registry], work.layout.table(work.catalog.registries[registry])
    named, other, place = design.field(field), design.field(unless), work.catalog.registries.get(bearer)
    if named is None or other is None or place is None:
        return
    column = table.c[named.column]
    there = and_(table.c._on_registry == place.id, column.is_not(None), table.c[other.column].is_(None))
    for value in list(work.connection.scalars(select(column).where(there).distinct())):
        moved = update(table).where(there, column == value)
        work.connection.execute(moved.values(_on_room=room_of(value)))


__all__ = [
    "STAYS",
    "move_to_rooms",
    "names_of_people",
    "note_record",
    "readable_fields",
    "sees_field",
    "sees_section",
]

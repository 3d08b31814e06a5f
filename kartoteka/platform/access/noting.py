"""What the program itself finds out about a record: kept without a version, without history, without a writer.

For what is worked out of something else that has its own history, such as the words inside a file. Nobody writes it
by hand, and it can be forgotten without a trace, which history does not allow.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update

from kartoteka.platform.access.gate import OpenRegistry
from kartoteka.platform.access.reshaping import searchable_text
from kartoteka.platform.storage import index

STAYS: Any = object()


def note(opened: OpenRegistry, record: int, values: Mapping[str, Any], *, room: Any = STAYS) -> bool:
    """This function will keep values of fields that no history tells of, and tell whether there is such a record.

    `room` moves an attached record into a section or field of what bears it.
    """
    table, connection = opened.seen.table, opened.gate.connection
    columns = {_field(opened, key).column: value for key, value in values.items()}
    if room is not STAYS:
        columns["_on_room"] = room
    if connection.execute(update(table).where(table.c.id == record).values(**columns)).rowcount != 1:
        return False
    _reindex(opened, record, values)
    return True


def _field(opened: OpenRegistry, key: str) -> Any:
    found = opened.registry.field(key)
    assert found is not None
    return found


def _reindex(opened: OpenRegistry, record: int, values: Mapping[str, Any]) -> None:
    """A document holds the words of all fields under its number, so all of them are read again."""
    slots = {opened.slot(each) for key in values if opened.kind(each := _field(opened, key)).type.searchable}
    fields = [
        each
        for each in opened.registry.active_fields
        if opened.kind(each).type.searchable and opened.slot(each) in slots
    ]
    if not fields:
        return
    table = opened.seen.table
    found = opened.gate.connection.execute(select(table).where(table.c.id == record)).one()._mapping
    texts: dict[int, list[str]] = {}
    for each in fields:
        if found[each.column]:
            texts.setdefault(opened.slot(each), []).append(
                searchable_text(opened.kind(each), found[each.column])
            )
    index.remove_documents(opened.gate.connection, opened.registry.key, [(record, slot) for slot in slots])
    documents = [(record, slot, " ".join(parts)) for slot, parts in texts.items()]
    index.write_documents(opened.gate.connection, opened.registry.key, documents)


__all__ = ["STAYS", "note"]

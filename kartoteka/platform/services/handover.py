"""What somebody is responsible for, and handing it over to a colleague as one batch that can be undone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from kartoteka.platform.access.gate import OpenRegistry
from kartoteka.platform.access.models import User
from kartoteka.platform.catalog.definitions import Field, Registry
from kartoteka.platform.kernel.errors import Conflict, Forbidden, Invalid
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import people, records
from kartoteka.platform.services.records import MAX_PAGE, Query, Record
from kartoteka.platform.services.work import Work

# As many as one transaction should hold; what is left is handed over by asking again.
MOST = 2000


@dataclass(frozen=True, slots=True)
class Duty:
    """One detail in which somebody is named, and on how many records."""

    registry: Registry
    field: Field
    count: int


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What was done: the batch that undoes it, how many records, and how many could not be changed."""

    batch: int
    changed: int
    refused: int


def duties(work: Work, user_id: int) -> list[Duty]:
    """This function will count where somebody is named, in all details that the actor may see."""
    work.require("users")
    people.find(work, user_id)
    found = [
        Duty(opened.registry, each, records.count(work, opened.registry.key, _naming([each], user_id)))
        for opened, fields in _opened(work)
        for each in fields
    ]
    return [each for each in found if each.count]


def hand_over(work: Work, user_id: int, to_id: int) -> HandedOver:
    """This function will put a colleague in the place of somebody wherever the actor may, as one batch.

    :raises Invalid: when the colleague is not there.
    """
    work.require("users")
    found = people.find(work, user_id)
    known = select(User.id).where(User.id == to_id, User.active, User.system.is_(False))
    if to_id == found.id or work.session.scalar(known) is None:
        raise Invalid({"to": [_("Choose a colleague who is active.")]})
    batch = records.begin_batch(work, "handover", "", str(found.id))
    changed = refused = 0
    for opened, fields in _opened(work):
        for record in _named(work, opened, fields, found.id, MOST - changed):
            done = _put(work, opened, fields, record, found.id, to_id)
            changed, refused = changed + done, refused + (not done)
    people.journal(work, found.id, "handed_over", {"to": to_id, "records": changed, "batch": batch})
    return HandedOver(batch, changed, refused)


def _opened(work: Work) -> Iterator[tuple[OpenRegistry, list[Field]]]:
    for registry in work.registries():
        opened = work.open(registry.key)
        fields = [each for each in opened.fields if _names_people(opened, each)]
        if fields:
            yield opened, fields


def _names_people(opened: OpenRegistry, each: Field) -> bool:
    return opened.kind(each).target == "users"


def _naming(fields: list[Field], user_id: int) -> Query:
    parts = [{"field": each.key, "op": "eq", "value": user_id} for each in fields]
    return Query(filter=parts[0] if len(parts) == 1 else {"or": parts}, fields=tuple(each.key for each in fields),
                 page_size=MAX_PAGE)  # fmt: skip


def _named(work: Work, opened: OpenRegistry, fields: list[Field], user_id: int, most: int) -> list[Record]:
    """All of them first: what is being changed would fall out of the pages that are still to come."""
    found: list[Record] = []
    query = _naming(fields, user_id)
    while len(found) < most:
        page = records.browse(work, opened.registry.key, query)
        found += page.items
        if page.next is None:
            break
        query = Query(query.filter, fields=query.fields, page_size=MAX_PAGE, cursor=page.next)
    return found[: max(most, 0)]


def _put(work: Work, opened: OpenRegistry, fields: list[Field], record: Record, old: int, new: int) -> bool:
    values: Mapping[str, Any] = {
        each.key: _replaced(record.values.get(each.key) or (), old, new)
        for each in fields
        if any(link.id == old for link in record.values.get(each.key) or ())
    }
    try:
        with work.attempt():
            return opened.change(record.id, values)
    except (Forbidden, Invalid, Conflict):
        return False


def _replaced(links: Any, old: int, new: int) -> tuple[int, ...]:
    return tuple(dict.fromkeys(new if link.id == old else link.id for link in links))

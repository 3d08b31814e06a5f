"""What a talk is about that not all who read the talk may read: kept apart, and given out piece by piece.

A proposed value, what somebody has approved and the names of files come from details and folders that a colleague may
not see. As fields of the talk they would be told to whoever reads it, in lists, filters, search and history; here they
are told only to whoever sees the detail or the file itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from kartoteka.platform.sdk import NotFound, Query, Record, Work, browse, label, titles_of
from kartoteka.plugins.portal.tables import Matter

Frozen = Sequence[tuple[str, str, str]]
# Where a file lies and what it was called: registry, id, name.
Sent = tuple[str, int, str]


def keep_proposed(work: Work, item: Record, field: str, old: str | None, new: str | None) -> None:
    """This function will keep what a customer proposes for a detail of the record that the item lies on."""
    work.session.add(Matter(item=item.id, field=field, old=old, new=new))


def keep_approved(work: Work, item: Record, seen: Frozen, digest: str) -> None:
    """This function will keep what somebody saw when he answered, each detail with its key, and its fingerprint."""
    work.session.merge(Matter(item=item.id, seen=[list(each) for each in seen], digest=digest))


def keep_sent(work: Work, item: Record, files: Sequence[Sent]) -> None:
    """This function will keep which files were sent with an item."""
    if files:
        work.session.add(Matter(item=item.id, files=[list(each) for each in files]))


def matters(work: Work, items: Iterable[Record]) -> dict[int, Matter]:
    """This function will give what is kept of many items, by their ids."""
    wanted = select(Matter).where(Matter.item.in_([each.id for each in items]))
    return {each.item: each for each in work.session.scalars(wanted)}


def matter(work: Work, item: Record) -> Matter | None:
    """This function will give what is kept of one item."""
    return work.session.get(Matter, item.id)


def bearers(work: Work, items: Iterable[Record]) -> dict[tuple[str, int], Record]:
    """This function will give the records that items lie on as the reader sees them, those that he sees at all."""
    places: dict[str, set[int]] = {}
    for each in items:
        if each.on is not None:
            places.setdefault(each.on.registry, set()).add(each.on.id)
    found = {}
    for registry, ids in places.items():
        asked = Query(filter={"field": "id", "op": "in", "value": sorted(ids)}, page_size=len(ids))
        try:
            found.update({(registry, each.id): each for each in browse(work, registry, asked).items})
        except NotFound:
            continue
    return found


def detail_name(work: Work, record: Record | None, kept: Matter | None) -> str:
    """This function will name the detail that was proposed to be changed; empty for whoever does not see it there."""
    if kept is None or record is None or kept.field not in record.values:
        return ""
    known = (each for each in work.open(record.registry).fields if each.key == kept.field)
    return next((label(each, work.actor.locale.language) for each in known), "")


def seen_part(work: Work, record: Record, kept: Matter | None) -> list[tuple[str, str]]:
    """This function will give of what was approved as much as the reader may read of that record: names and texts."""
    readable = {each.key for each in work.open(record.registry).fields if each.key in record.values}
    seen = kept.seen if kept is not None and kept.seen else []
    return [(name, text) for key, name, text in seen if key in readable]


def files_sent(work: Work, items: Sequence[Record], kept: Mapping[int, Matter]) -> dict[int, list[str]]:
    """This function will name the files sent with items: to whoever sent them, and to whoever sees them."""
    sent: dict[int, list[Any]] = {each.id: _files(kept.get(each.id)) for each in items}
    wanted: dict[str, set[int]] = {}
    for files in sent.values():
        for registry, id, _name in files:
            wanted.setdefault(registry, set()).add(id)
    seen = titles_of(work, wanted) if wanted else {}
    own = {each.id for each in items if each.created_by.id == work.actor.user_id}
    return {
        item: [name for registry, id, name in files if item in own or (registry, id) in seen]
        for item, files in sent.items()
    }


def _files(kept: Matter | None) -> list[Any]:
    return list(kept.files or []) if kept is not None else []


__all__ = [
    "Frozen",
    "Sent",
    "bearers",
    "detail_name",
    "files_sent",
    "keep_approved",
    "keep_proposed",
    "keep_sent",
    "matter",
    "matters",
    "seen_part",
]

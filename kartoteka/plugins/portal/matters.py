"""What a talk is about that not all who read the talk may read: kept apart, and given out piece by piece.

A proposed value, what somebody has approved and the names of files come from details and folders that a colleague may
not see. As fields of the talk they would be told to whoever reads it, in lists, filters, search and history; here they
are told only to whoever sees the detail or the file itself.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any

from sqlalchemy import select

from kartoteka.platform.sdk import Record, Work, label, readable_fields, titles_of
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


def readable(work: Work, items: Iterable[Record], kept: Mapping[int, Matter]) -> Mapping[int, frozenset[str]]:
    """This function will tell which of the details that items are about the reader reads where they lie, by their ids.

    That a detail is empty there says nothing: what is hidden on one record looks so, too.
    """
    about = [(each.id, each.on, _details(kept[each.id])) for each in items if each.on and each.id in kept]
    records: dict[str, set[int]] = {}
    keys: dict[str, set[str]] = {}
    for _item, on, details in about:
        records.setdefault(on.registry, set()).add(on.id)
        keys.setdefault(on.registry, set()).update(details)
    found = {
        registry: readable_fields(work, registry, ids, keys[registry]) for registry, ids in records.items()
    }
    return {item: found[on.registry].get(on.id, frozenset()) & details for item, on, details in about}


def _details(kept: Matter) -> frozenset[str]:
    return frozenset([*filter(None, [kept.field]), *(key for key, _name, _text in kept.seen or ())])


def detail_name(work: Work, item: Record, kept: Matter | None, read: Set[str]) -> str:
    """This function will name the detail that was proposed to be changed; empty for whoever does not read it there."""
    if kept is None or item.on is None or kept.field not in read:
        return ""
    known = (each for each in work.open(item.on.registry).fields if each.key == kept.field)
    return next((label(each, work.actor.locale.language) for each in known), "")


def seen_part(kept: Matter | None, read: Set[str]) -> list[tuple[str, str]]:
    """This function will give of what was approved as much as the reader may read there: names and texts."""
    return [
        (name, text) for key, name, text in (kept.seen if kept is not None else None) or () if key in read
    ]


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
    "detail_name",
    "files_sent",
    "keep_approved",
    "keep_proposed",
    "keep_sent",
    "matters",
    "readable",
    "seen_part",
]

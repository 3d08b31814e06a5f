"""What registers announce: lists of changed companies, by which those that are watched are looked at at once.

Spaced looks find what no list tells, and what was on a list that is not published any more.
"""

from collections.abc import Collection
from datetime import timedelta
from functools import partial

from sqlalchemy import ColumnElement, or_, select

from kartoteka.platform.sdk import Office, Work
from kartoteka.plugins.ares import known, pace
from kartoteka.plugins.ares.mapping import settings
from kartoteka.plugins.ares.registers.answers import Unavailable
from kartoteka.plugins.ares.tables import Checked, Feed

# Who acts for a company and whether it is being wound up; names and seats of all; sole traders.
SOURCES = ("vr", "res", "rzp")
# New lists come out once a day.
EVERY = timedelta(hours=6)
MOST_LISTS = 10
PATIENCE = 10.0


def hear(office: Office) -> None:
    """This function will note which of the watched companies have changed, by the lists that have come out since."""
    if not _is_anything_watched(office):
        return
    for source in SOURCES:
        _hear_of(office, source)


def _is_anything_watched(office: Office) -> bool:
    with office.begin_system(via="ares", write=False) as work:
        alone = select(Checked.of_record).where(Checked.watched).limit(1)
        return bool(settings(work)["watched"]) or work.session.scalar(alone) is not None


def _watched(work: Work) -> ColumnElement[bool]:
    return or_(Checked.watched, Checked.of_registry.in_(settings(work)["watched"]))


def _hear_of(office: Office, source: str) -> None:
    ares, now = known.ares_of(office), office.clock()
    with office.session() as session:
        row = session.get(Feed, source)
        last = row.batch if row is not None else None
        if row is not None and now - row.asked_at < EVERY:
            return
    there = pace.paced(office, ares.key, PATIENCE, partial(ares.batches, source))
    if isinstance(there, Unavailable):
        return
    changed: set[str] = set()
    # What was before the first time is nothing new: every company is looked at when its watching begins.
    read = max(there, default=0) if last is None else last
    for batch in [each for each in there if each > read][:MOST_LISTS]:
        told = pace.paced(office, ares.key, PATIENCE, partial(ares.changed, source, batch))
        if isinstance(told, Unavailable):
            break
        changed |= told
        read = batch
    _note(office, source, read, changed)


def _note(office: Office, source: str, read: int, changed: Collection[str]) -> None:
    with office.begin_system(via="ares", write=True) as work:
        row = work.session.get(Feed, source)
        if row is None:
            row = Feed(source=source, batch=read, asked_at=work.now)
            work.session.add(row)
        row.batch, row.asked_at = read, work.now
        for each in work.session.scalars(select(Checked).where(_watched(work))) if changed else ():
            if each.number in changed:
                each.announced_at = work.now


__all__ = ["hear"]

"""What is known of a company goes along when its record becomes part of another one, and back when they are parted."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, inspect, select
from sqlalchemy.orm import Session

from kartoteka.platform.sdk import NotFound, Office, RecordsMerged, RecordsParted, Work, fetch
from kartoteka.plugins.ares.tables import Checked, Finding, Followed

KINDS = frozenset({RecordsMerged.kind, RecordsParted.kind})


def follow(office: Office, deliveries: Sequence[Any]) -> None:
    """This function will carry marks and findings along with merges; done again it changes nothing.

    The merged record keeps its own, so that it has them when the merge is taken back.
    """
    for each in deliveries:
        registry, survivor = each.body["registry"], each.body["survivor"]
        with office.begin_system(via="ares", write=True) as work:
            if each.kind == RecordsMerged.kind:
                for merged in each.body["merged"]:
                    if not _is_there(work, registry, merged):
                        _take_over(work.session, registry, survivor, merged)
            else:
                _give_back(work.session, registry, survivor, each.body["parted"])


def _is_there(work: Work, registry: str, record: int) -> bool:
    """A merge may have been taken back before it was heard of."""
    try:
        fetch(work, registry, record)
    except NotFound:
        return False
    return True


def _take_over(session: Session, registry: str, survivor: int, merged: int) -> None:
    old, new = (session.get(Checked, (registry, each)) for each in (merged, survivor))
    if old is None or (new is not None and (new.watched or not old.watched)):
        return
    if new is None:
        session.add(_copy(old, survivor))
        here = select(Finding).where(Finding.of_registry == registry, Finding.of_record == merged)
        session.add_all(_copy(each, survivor) for each in list(session.scalars(here)))
    else:
        new.watched, new.watched_by = True, old.watched_by
    session.merge(Followed(of_registry=registry, of_record=survivor, from_record=merged, whole=new is None))


def _copy(row: Any, record: int) -> Any:
    values = {each.key: getattr(row, each.key) for each in inspect(type(row)).column_attrs}
    return type(row)(**{**values, "of_record": record})


def _give_back(session: Session, registry: str, survivor: int, parted: Sequence[int]) -> None:
    """What has come with one that is a record of its own again stays with that one alone."""
    known = session.get(Followed, (registry, survivor))
    if known is None or known.from_record not in parted:
        return
    row = session.get(Checked, (registry, survivor))
    if known.whole:
        here = Finding.of_registry == registry, Finding.of_record == survivor
        session.execute(delete(Finding).where(*here))
        if row is not None:
            session.delete(row)
    elif row is not None:
        row.watched, row.watched_by = False, None
    session.delete(known)


__all__ = ["KINDS", "follow"]

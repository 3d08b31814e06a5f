"""What takes the space, kept as numbers that change with every version in the same transaction.

One row holds what the store has (`all`: contents, each once), others what lies on records of a registry (`on`) and
what a person has sent (`by`; going back to an earlier version sends nothing).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, String, cast, delete, exists, func, insert, literal, select, text, union_all
from sqlalchemy.orm import Session

from kartoteka.platform.sdk import Office, Work
from kartoteka.plugins.attachments.tables import ContentRow, SumRow, VersionRow

ALL, BY, ON = "all", "by", "on"
Key = tuple[str, str]
TABLE = str(SumRow.__tablename__)
_ADDS = text(
    f"INSERT INTO {TABLE} (scope, key, files, versions, size) VALUES (:scope, :key, :files, :versions, :size)"  # noqa: S608
    f" ON CONFLICT (scope, key) DO UPDATE SET files = {TABLE}.files + excluded.files,"
    f" versions = {TABLE}.versions + excluded.versions, size = {TABLE}.size + excluded.size"
)


@dataclass(frozen=True)
class Sum:
    """So many files, so many versions of them, so many bytes."""

    files: int = 0
    versions: int = 0
    size: int = 0

    def __neg__(self) -> "Sum":
        return Sum(-self.files, -self.versions, -self.size)

    def __add__(self, other: "Sum") -> "Sum":
        return Sum(self.files + other.files, self.versions + other.versions, self.size + other.size)


def came(work: Work, row: VersionRow) -> None:
    """This function will count a version that was just written."""
    others = select(VersionRow.id).where(VersionRow.id != row.id)
    new = not _any(work, others.where(VersionRow.sha256 == row.sha256))
    changes = {
        (ALL, ""): Sum(1, 1, row.size) if new else Sum(),
        (ON, row.on_registry or ""): Sum(int(row.number == 1), 1, row.size),
    }
    if row.restored_from is None:
        mine = VersionRow.attachment == row.attachment, VersionRow.by_id == row.by_id
        first = not _any(work, others.where(*mine, VersionRow.restored_from.is_(None)))
        changes[BY, str(row.by_id)] = Sum(int(first), 1, row.size)
    _add(work, changes)


def _any(work: Work, wanted: Select[Any]) -> bool:
    return work.session.scalar(wanted.limit(1)) is not None


def went(work: Work, attachment: int) -> set[str]:
    """This function will take all versions of an attachment away and count it; it gives what they referred to."""
    rows = list(work.session.scalars(select(VersionRow).where(VersionRow.attachment == attachment)))
    contents = {row.sha256: row.size for row in rows}
    work.session.execute(delete(VersionRow).where(VersionRow.attachment == attachment))
    changes: dict[Key, Sum] = {}
    for row in rows:
        known = changes.get((ON, row.on_registry or ""), Sum())
        changes[ON, row.on_registry or ""] = known + -Sum(int(row.number == 1), 1, row.size)
    for person in {row.by_id for row in rows if row.restored_from is None}:
        sent = [row.size for row in rows if row.by_id == person and row.restored_from is None]
        changes[BY, str(person)] = -Sum(1, len(sent), sum(sent))
    used = select(VersionRow.sha256).where(VersionRow.sha256.in_(contents))
    unused = contents.keys() - set(work.session.scalars(used))
    changes[ALL, ""] = -Sum(len(unused), len(unused), sum(contents[each] for each in unused))
    _add(work, changes)
    return set(contents)


def _add(work: Work, changes: Mapping[Key, Sum]) -> None:
    """That of all comes first and is always touched, so that nobody waits for another in a circle."""
    for (scope, key), each in sorted(changes.items()):
        told = {"scope": scope, "key": key, "files": each.files, "versions": each.versions, "size": each.size}
        work.session.execute(_ADDS, told)


def sum_of(work: Work, scope: str, key: str = "") -> Sum:
    """This function will tell one of the sums."""
    row = work.session.get(SumRow, (scope, key), populate_existing=True)
    return Sum(row.files, row.versions, row.size) if row is not None else Sum()


def sums_of(work: Work, scope: str, most: int) -> list[tuple[str, Sum]]:
    """This function will give the largest sums of a kind, by their keys."""
    wanted = select(SumRow).where(SumRow.scope == scope, SumRow.versions > 0)
    rows = work.session.scalars(wanted.order_by(SumRow.size.desc(), SumRow.key).limit(most))
    return [(row.key, Sum(row.files, row.versions, row.size)) for row in rows]


def off(office: Office, *, mend: bool = False) -> list[Key]:
    """This function will count everything anew and tell which sums are not what they should be, mended if wanted."""
    with office.session(write=True) as session:
        if mend and session.get_bind().dialect.name == "postgresql":
            # Whoever is counting something in or out at this moment has done so before, or does it after.
            session.execute(text(f"LOCK TABLE {TABLE} IN EXCLUSIVE MODE"))
        kept = {(row.scope, row.key): Sum(row.files, row.versions, row.size)
                for row in session.scalars(select(SumRow))}  # fmt: skip
        true = _counted(session)
        wrong = sorted(
            key for key in kept.keys() | true.keys() if kept.get(key, Sum()) != true.get(key, Sum())
        )
        if mend and wrong:
            _write(session, true, wrong)
    return wrong


def _counted(session: Session) -> dict[Key, Sum]:
    files, size = func.count(VersionRow.attachment.distinct()), func.sum(VersionRow.size)
    registry, person = func.coalesce(VersionRow.on_registry, ""), cast(VersionRow.by_id, String)
    referred = exists().where(VersionRow.sha256 == ContentRow.sha256)
    rows = session.execute(
        union_all(
            select(literal(ALL), literal(""), func.count(), func.count(), func.sum(ContentRow.size)).where(
                referred
            ),
            select(literal(ON), registry, files, func.count(), size).group_by(registry),
            select(literal(BY), person, files, func.count(), size)
            .where(VersionRow.restored_from.is_(None))
            .group_by(person),
        )
    )
    return {
        (scope, key): Sum(number, versions, int(size or 0)) for scope, key, number, versions, size in rows
    }


def _write(session: Session, true: Mapping[Key, Sum], wrong: Iterable[Key]) -> None:
    for scope, key in wrong:
        session.execute(delete(SumRow).where(SumRow.scope == scope, SumRow.key == key))
        each = true.get((scope, key))
        if each is not None:
            row = {
                "scope": scope,
                "key": key,
                "files": each.files,
                "versions": each.versions,
                "size": each.size,
            }
            session.execute(insert(SumRow), [row])


__all__ = ["ALL", "BY", "ON", "Sum", "came", "off", "sum_of", "sums_of", "went"]

"""Marks of versions: that one was sent, approved or signed, by whom and when.

The marks of the version in force stand on the attachment too, so that lists, filters and the history show them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from kartoteka.platform.sdk import (
    Conflict,
    Forbidden,
    Invalid,
    Link,
    NotFound,
    Work,
    _,
    change,
    fetch,
    names_of_people,
)
from kartoteka.plugins.attachments.design import KEY, MARKS, by_ourselves
from kartoteka.plugins.attachments.tables import MarkRow
from kartoteka.plugins.attachments.verbs import newest, version

KINDS = tuple(str(each["key"]) for each in MARKS)


@dataclass(frozen=True)
class Mark:
    """A mark of a version; one that was taken back says so and stands no more."""

    kind: str
    at: datetime
    by: Link
    taken_at: datetime | None = None
    taken_by: Link | None = None

    @property
    def stands(self) -> bool:
        """Whether it still holds."""
        return self.taken_at is None


def mark(work: Work, attachment: int, number: int, kind: str) -> None:
    """This function will mark a version; one that has the mark keeps it as it is.

    :raises NotFound: when there is no such version. :raises Forbidden: when the actor may not change the file.
    """
    _check(work, attachment, number, kind)
    if _standing(work, attachment, number, kind) is not None:
        return
    row = MarkRow(attachment=attachment, number=number, mark=kind, stands=True, at=work.now,
                  by_id=work.actor.user_id)  # fmt: skip
    try:
        with work.session.begin_nested():
            work.session.add(row)
    except IntegrityError:
        raise Conflict(_("Somebody else has just marked this version.")) from None
    _tell(work, attachment, number)


def unmark(work: Work, attachment: int, number: int, kind: str) -> None:
    """This function will take a mark back; that it stood, and who took it back, is kept.

    :raises NotFound: when the version has no such mark.
    """
    _check(work, attachment, number, kind)
    row = _standing(work, attachment, number, kind)
    if row is None:
        raise NotFound(_("There is nothing at this address."))
    row.stands, row.taken_at, row.taken_by_id = None, work.now, work.actor.user_id
    work.session.flush()
    _tell(work, attachment, number)


def _check(work: Work, attachment: int, number: int, kind: str) -> None:
    found, _row = version(work, attachment, number)
    if kind not in KINDS:
        raise Invalid({"mark": [_("There is no mark “{name}”.", name=str(kind)[:40])]})
    if "edit" not in found.may:
        raise Forbidden(_("You may see this file, but not change it."))


def _standing(work: Work, attachment: int, number: int, kind: str) -> MarkRow | None:
    wanted = select(MarkRow).where(
        MarkRow.attachment == attachment,
        MarkRow.number == number,
        MarkRow.mark == kind,
        MarkRow.stands.is_(True),
    )
    found: MarkRow | None = work.session.scalar(wanted)
    return found


def _tell(work: Work, attachment: int, number: int) -> None:
    """What holds of the version in force is told by the attachment itself."""
    if newest(work, attachment) != number:
        return
    standing = {each.kind for each in marks_of(work, attachment).get(number, ()) if each.stands}
    with by_ourselves():
        change(work, KEY, attachment, {"marks": [kind for kind in KINDS if kind in standing] or None})
    if newest(work, attachment) != number:
        raise Conflict(_("Somebody has just sent a newer version."))


def marks_of(work: Work, attachment: int) -> Mapping[int, list[Mark]]:
    """This function will list the marks of a file that the actor sees, by the numbers of its versions."""
    fetch(work, KEY, attachment)
    wanted = select(MarkRow).where(MarkRow.attachment == attachment).order_by(MarkRow.id)
    rows = list(work.session.scalars(wanted))
    names = names_of_people(work, {who for row in rows for who in (row.by_id, row.taken_by_id) if who})
    found: dict[int, list[Mark]] = {}
    for row in rows:
        taken_by = Link(row.taken_by_id, names.get(row.taken_by_id, "")) if row.taken_by_id else None
        told = Mark(row.mark, row.at, Link(row.by_id, names.get(row.by_id, "")), row.taken_at, taken_by)
        found.setdefault(row.number, []).append(told)
    return found


__all__ = ["KINDS", "Mark", "mark", "marks_of", "unmark"]

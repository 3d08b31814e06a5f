"""Links by which people from outside open one file: they end, can be taken back, and are counted.

A link gives what its maker could open himself at that very moment. When he loses the right, or the power, when the
file is removed, or when the link has ended, its address answers like one that never was.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update

from kartoteka.platform.sdk import (
    Invalid,
    Link,
    NotFound,
    Office,
    Unauthenticated,
    Work,
    _,
    fetch,
    names_of_people,
    new_key,
    settings_of,
)
from kartoteka.plugins.attachments.design import KEY, TAB
from kartoteka.plugins.attachments.serving import check_served
from kartoteka.plugins.attachments.tables import OpeningRow, ShareRow
from kartoteka.plugins.attachments.verbs import version

POWER = "share"
LONGEST_KEY = 100
LONGEST_LABEL = 120
LONGEST_DAYS = 365
DAYS = (1, 7, 30, 90)
# So many openings of a link are told one by one; all of them are counted.
REMEMBERED = 100
SHOWN = 5


@dataclass(frozen=True)
class Opening:
    """When a link was opened, in which version, and from where."""

    at: datetime
    number: int
    place: str


@dataclass(frozen=True)
class Share:
    """A link to a file, without its key, which nobody is told a second time."""

    id: int
    attachment: int
    label: str
    at: datetime
    by: Link
    expires_at: datetime
    revoked_at: datetime | None
    revoked_by: Link | None
    opened: int
    good: bool
    openings: Sequence[Opening] = field(default=())


@dataclass(frozen=True)
class Shared:
    """What somebody from outside gets by a link."""

    share: int
    number: int
    name: str
    size: int
    type: str
    sha256: str
    by: str
    expires_at: datetime


def may_share(work: Work) -> bool:
    """This function will tell whether the actor may make links at all."""
    return POWER in work.actor.powers and not work.actor.is_guest


def longest(work: Work) -> int:
    """This function will tell how many days a link may last."""
    return int(settings_of(work, TAB).get("share_days", 90))


def share(work: Work, attachment: int, days: object, label: str = "") -> tuple[Share, str]:
    """This function will make a link to a file that the actor sees, and tell its key this once.

    :raises NotFound: when he does not see it. :raises Forbidden: when he has not the power.
    """
    version(work, attachment)
    work.require(POWER)
    most = longest(work)
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= most:
        raise Invalid({"days": [_("A link lasts between 1 and {n} days.", n=most)]})
    key = new_key()
    row = ShareRow(
        hash=_hash(key), attachment=attachment, label=_plain(label), at=work.now,
        by_id=work.actor.user_id, expires_at=work.now + timedelta(days=days), opened=0,
    )  # fmt: skip
    work.session.add(row)
    work.session.flush()
    return _told(work, [row])[0], key


def shares_of(work: Work, attachment: int) -> list[Share]:
    """This function will list the links to a file that the actor sees, the newest first.

    :raises NotFound: when he does not see it. :raises Forbidden: when he has not the power.
    """
    fetch(work, KEY, attachment)
    work.require(POWER)
    wanted = select(ShareRow).where(ShareRow.attachment == attachment).order_by(ShareRow.id.desc())
    return _told(work, list(work.session.scalars(wanted.limit(REMEMBERED))))


def revoke(work: Work, attachment: int, share: int) -> None:
    """This function will take a link back; from now on it opens nothing.

    :raises NotFound: when there is no such link to a file that the actor sees.
    """
    fetch(work, KEY, attachment)
    work.require(POWER)
    row = work.session.get(ShareRow, share if 0 < share < 2**62 else 0)
    if row is None or row.attachment != attachment:
        raise NotFound(_("There is nothing at this address."))
    if row.revoked_at is None:
        row.revoked_at, row.revoked_by_id = work.now, work.actor.user_id
        work.session.flush()


def open_share(office: Office, key: str) -> Shared:
    """This function will tell what a link gives at this moment.

    :raises NotFound: when it gives nothing: in the same words whether it has ended, was taken back or invented, or
    its maker may not open the file himself any more.
    """
    row = _good(office, key)
    if row is None:
        raise _dead()
    try:
        with office.begin(row.by_id, via="share", write=False) as work:
            if not may_share(work):
                raise _dead()
            _found, given = version(work, row.attachment)
            check_served(work, given)
            name = names_of_people(work, {row.by_id}).get(row.by_id, "")
            return Shared(row.id, given.number, given.name, given.size, given.type, given.sha256, name,
                          row.expires_at)  # fmt: skip
    except (NotFound, Unauthenticated):
        raise _dead() from None


def note_opening(office: Office, shared: Shared, place: str) -> None:
    """This function will count that a link was opened, and remember when and from where."""
    with office.session(write=True) as session:
        counted = update(ShareRow).where(ShareRow.id == shared.share).values(opened=ShareRow.opened + 1)
        session.execute(counted)
        told = {"share": shared.share, "at": office.clock(), "number": shared.number, "place": place[:64]}
        session.execute(insert(OpeningRow), [told])
        kept = (
            select(OpeningRow.id)
            .where(OpeningRow.share == shared.share)
            .order_by(OpeningRow.id.desc())
            .offset(REMEMBERED)
            .limit(1)
        )
        oldest = session.scalar(kept)
        if oldest is not None:
            gone = delete(OpeningRow).where(OpeningRow.share == shared.share, OpeningRow.id <= oldest)
            session.execute(gone)


def _good(office: Office, key: str) -> ShareRow | None:
    if not 20 <= len(key) <= LONGEST_KEY:
        return None
    wanted = select(ShareRow).where(
        ShareRow.hash == _hash(key), ShareRow.revoked_at.is_(None), ShareRow.expires_at > office.clock()
    )
    with office.session() as session:
        found: ShareRow | None = session.scalar(wanted)
        return found


def _plain(label: str) -> str:
    """What can be read of it, in one line."""
    return " ".join("".join(each if each.isprintable() else " " for each in label).split())[:LONGEST_LABEL]


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def _dead() -> NotFound:
    return NotFound(_("There is nothing at this address."))


def _told(work: Work, rows: Sequence[ShareRow]) -> list[Share]:
    people = {who for row in rows for who in (row.by_id, row.revoked_by_id) if who}
    names = names_of_people(work, people) if people else {}
    openings = _openings(work, [row.id for row in rows])

    def person(who: int | None) -> Link | None:
        return Link(who, names.get(who, "")) if who is not None else None

    return [
        Share(
            row.id, row.attachment, row.label, row.at, Link(row.by_id, names.get(row.by_id, "")), row.expires_at,
            row.revoked_at, person(row.revoked_by_id), row.opened,
            row.revoked_at is None and row.expires_at > work.now, openings.get(row.id, ()),
        )
        for row in rows
    ]  # fmt: skip


def _openings(work: Work, shares: Iterable[int]) -> Mapping[int, Sequence[Opening]]:
    found: dict[int, list[Opening]] = {}
    wanted = select(OpeningRow).where(OpeningRow.share.in_(list(shares))).order_by(OpeningRow.id.desc())
    for row in work.session.scalars(wanted):
        found.setdefault(row.share, []).append(Opening(row.at, row.number, row.place))
    return found


__all__ = ["DAYS", "LONGEST_DAYS", "LONGEST_LABEL", "Opening", "Share", "Shared", "longest", "may_share",
           "note_opening", "open_share", "revoke", "share", "shares_of"]  # fmt: skip

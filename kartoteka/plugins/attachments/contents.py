"""Contents: how bytes come into the store so that a crash at any moment leaves nothing behind that nobody knows of.

First everything is written beside, then a row says that this content is meant to be there, then it gets its place,
and last a version refers to it. What no version refers to some time after is taken away together with its row.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, insert, select, update
from sqlalchemy.exc import IntegrityError

from kartoteka.platform.sdk import Arrived, Office, Unavailable, Work, _, files_of, settings_of
from kartoteka.plugins.attachments.kinds import kind_of
from kartoteka.plugins.attachments.tables import ContentRow, UploadRow, VersionRow

# Nobody takes so long from the first row to the last.
LEASE = timedelta(hours=1)
# Pieces that nobody went on with.
FORGOTTEN = timedelta(hours=24)
THUMBNAIL, WORDS, LAYOUT = "thumbnails", "words", "layouts"
# The first pages of a document, drawn large enough to be read.
PAGES = tuple(f"page{number}" for number in range(1, 6))
MADE = (THUMBNAIL, WORDS, LAYOUT, *PAGES)
SWEPT_AT_ONCE = 200


def secure(office: Office, arrived: Arrived, name: str) -> str:
    """This function will give what has arrived its place in the store, and tell what kind of file it is."""
    kind = kind_of(arrived.head, name)
    _mean(office, arrived, kind)
    files_of(office).settle(arrived)
    return kind


def _mean(office: Office, arrived: Arrived, kind: str) -> None:
    """From here on the content is expected in the store, and for an hour nobody takes it away."""
    for _attempt in range(5):
        with office.session(write=True) as session:
            known = update(ContentRow).where(ContentRow.sha256 == arrived.sha256)
            # What was missing is whole again as soon as somebody has brought the same bytes.
            renewed: Any = session.execute(known.values(at=office.clock(), broken=False))
            if renewed.rowcount:
                return
            row = {"sha256": arrived.sha256, "size": arrived.size, "type": kind, "at": office.clock(), "verdict": "",
                   "looked": "", "thumbnail": False, "pages": 0, "broken": False}  # fmt: skip
            try:
                with session.begin_nested():
                    session.execute(insert(ContentRow), [row])
                return
            except IntegrityError:
                # Somebody else has just brought the same.
                continue
    raise Unavailable(_("The storage of files is busy; please try again."))


def hold(work: Work, sha256: str) -> ContentRow:
    """This function will hold a content until the end of the work, so that it cannot be taken away meanwhile."""
    wanted = select(ContentRow).where(ContentRow.sha256 == sha256).with_for_update()
    row: ContentRow | None = work.session.scalar(wanted.execution_options(populate_existing=True))
    if row is None:
        raise Unavailable(_("The file took too long to arrive; please send it again."))
    row.at = work.now
    if not row.verdict and settings_of(work, "attachments").get("clamd"):
        row.verdict = "waiting"
    work.session.flush()
    return row


def release(work: Work, hashes: Iterable[str]) -> None:
    """This function will note that contents may be in use by nobody any more; they are swept when that is so."""
    work.session.execute(
        update(ContentRow).where(ContentRow.sha256.in_(set(hashes))).values(at=work.now - LEASE)
    )


def sweep(office: Office) -> int:
    """This function will take away contents that no version refers to, uploads that were left, and stray pieces."""
    done = _sweep_uploads(office)
    with office.session() as session:
        unused = list(session.scalars(_unused(office.clock()).limit(SWEPT_AT_ONCE)))
    for sha256 in unused:
        done += _drop(office, sha256)
    return done + files_of(office).sweep(FORGOTTEN.total_seconds())


def _unused(now: datetime) -> Any:
    referred = exists().where(VersionRow.sha256 == ContentRow.sha256)
    return select(ContentRow.sha256).where(ContentRow.at <= now - LEASE, ~referred)


def _drop(office: Office, sha256: str) -> int:
    """The row is held while the bytes go: whoever brings the same content now waits, and finds neither."""
    with office.session(write=True) as session:
        still = _unused(office.clock()).where(ContentRow.sha256 == sha256).with_for_update()
        if session.scalar(still) is None:
            return 0
        files_of(office).drop(sha256, *MADE)
        session.execute(delete(ContentRow).where(ContentRow.sha256 == sha256))
    return 1


def _sweep_uploads(office: Office) -> int:
    old = office.clock() - FORGOTTEN
    with office.session() as session:
        found = session.execute(
            select(UploadRow.key, UploadRow.pieces).where(UploadRow.at < old).limit(SWEPT_AT_ONCE)
        ).all()
    for key, pieces in found:
        for start in pieces:
            files_of(office).discard(piece_key(key, start))
        with office.session(write=True) as session:
            session.execute(delete(UploadRow).where(UploadRow.key == key, UploadRow.at < old))
    return len(found)


def piece_key(key: str, start: int) -> str:
    """This function will name the object that holds the piece of an upload that begins at a place."""
    return f"{key}.{start:015d}"


__all__ = [
    "LAYOUT",
    "LEASE",
    "MADE",
    "PAGES",
    "THUMBNAIL",
    "WORDS",
    "hold",
    "piece_key",
    "release",
    "secure",
    "sweep",
]

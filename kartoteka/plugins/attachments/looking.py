"""What the worker does with files that have come: it has them scanned, looks into them, draws them small."""

import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import func, select, update
from sqlalchemy.orm import aliased

from kartoteka.platform.sdk import Office, Work, files_of, note_record, settings_of
from kartoteka.plugins.attachments import inside, scanning
from kartoteka.plugins.attachments.contents import LAYOUT, MADE, PAGES, THUMBNAIL, WORDS
from kartoteka.plugins.attachments.design import KEY
from kartoteka.plugins.attachments.kinds import PDF, UNKNOWN
from kartoteka.plugins.attachments.layouts import LAID_OUT
from kartoteka.plugins.attachments.tables import ContentRow, VersionRow

AT_ONCE = 10
# Larger ones are kept and served, not looked into.
LARGEST = 200 << 20
PATIENCE = 60
DONE, FAILED = "done", "failed"
_OTHER = aliased(VersionRow)
logger = logging.getLogger(__name__)


def look(office: Office) -> int:
    """This function will look into some files that nobody has looked into yet; a nasty one costs only itself."""
    with office.begin_system(write=False) as work:
        scanner = str(settings_of(work, "attachments").get("clamd") or "")
        waiting = _waiting(work, "verdict", "waiting") if scanner else []
        fresh = _waiting(work, "looked", "")
    for sha256 in waiting:
        scanning.scan(office, scanner, sha256)
    for sha256 in fresh:
        _look_into(office, sha256)
    return len(fresh)


def _waiting(work: Work, column: str, value: str) -> list[str]:
    wanted = select(ContentRow.sha256).where(getattr(ContentRow, column) == value)
    fit = wanted if column == "verdict" else wanted.where(ContentRow.verdict.in_(("", "clean")))
    return list(work.session.scalars(fit.order_by(ContentRow.at).limit(AT_ONCE)))


def _look_into(office: Office, sha256: str) -> None:
    with office.session() as session:
        row = session.get(ContentRow, sha256)
    if row is None:
        return
    came_to = DONE
    if not _known(office, row):
        try:
            came_to = _made(office, row)
        except Exception:
            logger.exception("A file could not be looked into.")
            came_to = FAILED
    words = files_of(office).get(sha256, WORDS)
    picture = files_of(office).get(sha256, THUMBNAIL) is not None
    pages = _pages_of(office, row)
    with office.begin_system(write=True) as work:
        told = {"looked": came_to, "thumbnail": picture, "pages": pages}
        work.session.execute(update(ContentRow).where(ContentRow.sha256 == sha256).values(**told))
        for attachment in in_force(work, sha256):
            note_record(work, KEY, attachment, {"text": words.decode("utf-8") if words else None})


def _known(office: Office, row: ContentRow) -> bool:
    """Another version with the same content has been looked into before."""
    vault = files_of(office)
    if row.type == PDF:
        return row.pages > 0
    if row.type in LAID_OUT:
        return vault.get(row.sha256, LAYOUT) is not None
    return row.thumbnail or vault.get(row.sha256, WORDS) is not None


def _pages_of(office: Office, row: ContentRow) -> int:
    """How many pages are drawn, one after the other from the first."""
    if row.type != PDF:
        return 0
    drawn = takewhile(lambda kind: files_of(office).get(row.sha256, kind) is not None, PAGES)
    return len(list(drawn))


def _made(office: Office, row: ContentRow) -> str:
    if row.type == UNKNOWN or row.size > LARGEST or not row.size:
        return DONE
    with _beside(office, row.sha256) as (source, folder):
        done = subprocess.run(  # noqa: S603  our own program, on a file of our own
            [sys.executable, "-I", inside.__file__, str(source), row.type, str(folder)],
            timeout=PATIENCE, capture_output=True, check=False,
        )  # fmt: skip
        for kind in MADE:
            if (folder / kind).exists():
                files_of(office).put(row.sha256, kind, (folder / kind).read_bytes())
    return FAILED if done.returncode else DONE


@contextmanager
def _beside(office: Office, sha256: str) -> Iterator[tuple[Path, Path]]:
    """A copy of a content on the disk of this machine, and a folder for what is made of it."""
    with TemporaryDirectory(prefix="kartoteka-") as name:
        source, folder = Path(name) / "file", Path(name) / "made"
        folder.mkdir()
        with files_of(office).open(sha256) as stream, source.open("wb") as copy:
            while piece := stream.read(1 << 20):
                copy.write(piece)
        yield source, folder


def in_force(work: Work, sha256: str) -> list[int]:
    """This function will list the attachments whose newest version has a content."""
    newest = select(func.max(VersionRow.number)).where(VersionRow.attachment == _OTHER.attachment)
    wanted = select(_OTHER.attachment).where(
        _OTHER.sha256 == sha256, _OTHER.number == newest.scalar_subquery()
    )
    return list(work.session.scalars(wanted))


__all__ = ["in_force", "look"]

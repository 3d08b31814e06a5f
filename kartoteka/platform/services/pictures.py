"""Pictures that people upload: judged by their content, drawn anew, and kept small in the database."""

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from PIL import Image, ImageOps
from sqlalchemy import delete, func, insert, select

from kartoteka.platform.kernel.errors import Conflict, Invalid, NotFound
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.work import Work
from kartoteka.platform.storage.firm import DashboardRow, OrganisationRow, PictureRow

MEGABYTE = 1024 * 1024
MAX_UPLOAD = 8 * MEGABYTE
MAX_KEPT = 512 * 1024
MAX_POINTS = 40_000_000
MAX_OF_ONE_PERSON = 60
FORMATS = ("PNG", "JPEG", "WEBP")
SIZES = {"logo": (512, 256), "picture": (1600, 1200)}
UNUSED_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is kept."""

    hash: str
    kind: str
    width: int
    height: int
    content: bytes


def keep(work: Work, content: bytes, purpose: str = "picture") -> str:
    """This function will keep an uploaded picture and give its hash.

    Only what was drawn anew is kept, so nothing that an upload carried beside its points comes out again.

    :raises Invalid: when it is no picture that can be read, or too large.
    :raises Conflict: when the actor has uploaded more pictures than one person needs.
    """
    drawn = redrawn(content, SIZES[purpose])
    _tidy(work)
    if work.session.get(PictureRow, drawn.hash) is None:
        count = select(func.count()).where(PictureRow.by_id == work.actor.user_id)
        if (work.session.scalar(count) or 0) >= MAX_OF_ONE_PERSON:
            raise Conflict(_("You have uploaded {n} pictures; take one away first.", n=MAX_OF_ONE_PERSON))
        row = {"hash": drawn.hash, "kind": drawn.kind, "width": drawn.width, "height": drawn.height,
               "content": drawn.content, "by_id": work.actor.user_id, "at": work.now}  # fmt: skip
        work.session.execute(insert(PictureRow), [row])
    return drawn.hash


def picture(session: Any, hashed: str) -> Picture:
    """This function will give a picture by its hash.

    :raises NotFound: when there is none.
    """
    row = session.get(PictureRow, hashed)
    if row is None:
        raise NotFound(_("There is nothing at this address."))
    return Picture(row.hash, row.kind, row.width, row.height, row.content)


def redrawn(content: bytes, size: tuple[int, int]) -> Picture:
    """This function will draw a picture anew within a size: PNG where it is see-through or small, else JPEG.

    :raises Invalid: when it is no picture of a known kind.
    """
    if len(content) > MAX_UPLOAD:
        raise Invalid({"file": [_("A picture can have {n} MB at most.", n=MAX_UPLOAD // MEGABYTE)]})
    with _reading(content) as opened:
        upright = ImageOps.exif_transpose(opened)
        upright.thumbnail(size)
        clear = "A" in upright.getbands() or "transparency" in upright.info
        plain = upright.convert("RGBA" if clear else "RGB")
    best = _smallest(plain, clear)
    kind = "image/png" if best.startswith(b"\x89PNG") else "image/jpeg"
    return Picture(hashlib.sha256(best).hexdigest(), kind, plain.width, plain.height, best)


@contextmanager
def _reading(content: bytes) -> Iterator[Image.Image]:
    """The header is judged before the points are read: a small file may unfold into a very large picture."""
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
            if opened.width * opened.height > MAX_POINTS:
                raise Invalid({"file": [_("This picture has too many points.")]})
            opened.load()
            yield opened
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Invalid({"file": [_("This is no picture that can be read. Use PNG, JPEG or WebP.")]}) from error


def _smallest(plain: Image.Image, clear: bool) -> bytes:
    """A drawing is kept without loss; a photograph as JPEG, at a quality that fits."""
    exact = _written(plain, "PNG", optimize=True)
    if clear:
        while len(exact) > MAX_KEPT:
            plain.thumbnail((plain.width * 3 // 4, plain.height * 3 // 4))
            exact = _written(plain, "PNG", optimize=True)
        return exact
    if len(exact) <= MAX_KEPT // 8:
        return exact
    tries = (_written(plain, "JPEG", quality=quality, optimize=True) for quality in (85, 70, 55, 40, 25))
    return next((each for each in tries if len(each) <= MAX_KEPT), exact[:0]) or _written(
        plain.resize((max(1, plain.width // 2), max(1, plain.height // 2))), "JPEG", quality=40
    )


def _written(plain: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    plain.save(out, kind, **options)
    return out.getvalue()


def _tidy(work: Work) -> None:
    """Pictures of the actor that nothing shows any more make room for the new one."""
    old = select(PictureRow.hash).where(
        PictureRow.by_id == work.actor.user_id, PictureRow.at < work.now - UNUSED_FOR
    )
    unused = set(work.session.scalars(old))
    if not unused:
        return
    for body in (*work.session.scalars(select(OrganisationRow.body)), *_dashboards(work)):
        unused -= _texts(body)
    if unused:
        work.session.execute(delete(PictureRow).where(PictureRow.hash.in_(unused)))


def _dashboards(work: Work) -> list[Any]:
    return list(work.session.scalars(select(DashboardRow.body)))


def _texts(body: Any) -> set[str]:
    if isinstance(body, dict):
        return set().union(*map(_texts, body.values()))
    if isinstance(body, list):
        return set().union(*map(_texts, body))
    return {body} if isinstance(body, str) else set()

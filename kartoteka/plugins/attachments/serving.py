"""Files as they go out: what a browser may show is shown, everything else is saved, and nothing of it can run."""

from collections.abc import Iterator
from typing import IO, Any

from flask import Response, request
from werkzeug.http import parse_range_header
from werkzeug.wsgi import FileWrapper

from kartoteka.platform.sdk import NotFound, Unavailable, Vault, Work, _, begin, files_of
from kartoteka.platform.sdk import office as running
from kartoteka.plugins.attachments.kinds import INLINE, PDF, TEXT, UNKNOWN
from kartoteka.plugins.attachments.names import disposition
from kartoteka.plugins.attachments.tables import VersionRow
from kartoteka.plugins.attachments.verbs import content_of, version

PIECE = 1 << 18
# An origin of its own without any right: whatever a file tries, it tries it in an empty room.
SANDBOX = (
    "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"
)
# The viewer of a browser is a program of its own and does not open in such a room; a script of a page would be stopped
# all the same, and what a PDF brings runs in the viewer.
OF_PDF = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"


def send(attachment: int, number: int | None = None, *, save: bool = False) -> Response:
    """This function will answer with the bytes of a version that the caller may see at this very moment."""
    with begin() as work:
        _found, row = version(work, attachment, number)
        check_served(work, row)
        vault = files_of(work.office)
    return answer_with(vault, row.sha256, row.size, row.name, row.type, save=save)


def check_served(work: Work, row: VersionRow) -> None:
    """This function will refuse what must not go out: a file that was found bad, or is still being looked at.

    :raises Unavailable: when the scanner has not said anything yet. :raises NotFound: when it found something.
    """
    known = content_of(work, row.sha256)
    if known is not None and known.verdict == "infected":
        raise NotFound(_("This file is locked: the scanner has found something in it."))
    if known is not None and known.verdict == "waiting":
        raise Unavailable(_("This file is being checked for viruses; please try again in a moment."))


def answer_with(
    vault: Vault, sha256: str, size: int, name: str, kind: str, *, save: bool = False
) -> Response:
    """This function will answer with a content, whole or in part, in constant memory."""
    shown = kind in INLINE and not save
    served = (f"{kind}; charset=utf-8" if kind == TEXT else kind) if kind in INLINE else UNKNOWN
    tag = f'"{sha256}"'
    headers: dict[str, Any] = {
        "Content-Disposition": disposition(name, inline=shown),
        "Content-Security-Policy": OF_PDF if kind == PDF and shown else SANDBOX,
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-cache",
        "Accept-Ranges": "bytes",
        "ETag": tag,
    }
    if request.if_none_match.contains(sha256):
        return Response(status=304, headers=headers)
    asked = _range(size, sha256)
    if asked is not None and asked[0] >= asked[1]:
        return Response(status=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    try:
        opened = vault.open(sha256)
    except FileNotFoundError:
        raise Unavailable(
            _("The content of this file is missing in the storage; please tell your admin.")
        ) from None
    start, end = asked or (0, size)
    if start:
        opened.seek(start)
    headers["Content-Length"] = str(end - start)
    if asked is not None:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    pieces = FileWrapper(opened, PIECE) if asked is None else _part(opened, end - start)
    answer = Response(
        pieces, 206 if asked else 200, headers=headers, content_type=served, direct_passthrough=True
    )
    answer.call_on_close(opened.close)
    return answer


def _range(size: int, sha256: str) -> tuple[int, int] | None:
    """The part that is asked for; None for all of it. An empty part says that there is no such one."""
    asked = parse_range_header(request.headers.get("Range"))
    condition = request.if_range
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1 or request.method != "GET":
        return None
    if (condition.etag and condition.etag != sha256) or condition.date is not None:
        return None
    return asked.range_for_length(size) or (size, size)


def _part(opened: IO[bytes], left: int) -> Iterator[bytes]:
    while left > 0 and (piece := opened.read(min(PIECE, left))):
        left -= len(piece)
        yield piece


def made_picture(vault: Vault, content: bytes | None) -> Response:
    """This function will answer with a picture that the program itself has drawn.

    :raises NotFound: when there is none.
    """
    if content is None:
        raise NotFound(_("There is nothing at this address."))
    kind = "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"
    headers = {"Content-Security-Policy": SANDBOX, "Cache-Control": "private, no-cache"}
    return Response(content, headers=headers, content_type=kind)


__all__ = ["answer_with", "check_served", "made_picture", "running", "send"]

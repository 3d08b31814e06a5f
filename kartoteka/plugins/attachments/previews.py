"""What can be seen of a file without downloading it, without running anything that is in it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from charset_normalizer import from_bytes
from flask import url_for

from kartoteka.platform.sdk import Record, Work, files_of
from kartoteka.plugins.attachments.contents import LAYOUT, WORDS
from kartoteka.plugins.attachments.kinds import PDF, PICTURES, TEXT
from kartoteka.plugins.attachments.layouts import LAID_OUT
from kartoteka.plugins.attachments.verbs import Version, content_of

# Texts whose source can be shown as plain letters; as such even a page with a script is harmless.
TEXTS = frozenset(
    {TEXT, "text/csv", "text/html", "application/xml", "image/svg+xml", "message/rfc822", "application/json"}
)
MOST = 60_000
MOST_POINTS_BYTES = 20 << 20


@dataclass(frozen=True)
class Preview:
    """What is shown: a picture by its address, the pages of a document, or letters."""

    kind: str
    url: str = ""
    text: str = ""
    cut: bool = False
    pages: Sequence[str] = ()
    # What the worker has sketched of a word document or a spreadsheet.
    layout: Mapping[str, Any] | None = None


def preview_of(work: Work, found: Record, version: Version) -> Preview | None:
    """This function will say how a file can be shown; None when it cannot."""
    if version.type in PICTURES and version.size <= MOST_POINTS_BYTES:
        return Preview("picture", url_for("attachments.version_content", id=found.id, number=version.number))
    if version.type in TEXTS:
        return _letters(work, version)
    sketched = files_of(work.office).get(version.sha256, LAYOUT) if version.type in LAID_OUT else None
    if sketched and any((layout := json.loads(sketched)).get(part) for part in ("blocks", "sheets")):
        return Preview("layout", layout=layout)
    words = files_of(work.office).get(version.sha256, WORDS)
    text = words.decode("utf-8", "replace") if words else ""
    if version.type == PDF:
        address = url_for("attachments.version_content", id=found.id, number=version.number)
        return Preview("pdf", address, text[:MOST], len(text) > MOST, _pages(work, found, version))
    return Preview("words", "", text[:MOST], len(text) > MOST) if text else None


def _pages(work: Work, found: Record, version: Version) -> list[str]:
    known = content_of(work, version.sha256)
    return [
        url_for("attachments.page_picture", id=found.id, number=version.number, page=page)
        for page in range(1, (known.pages if known is not None else 0) + 1)
    ]


def _letters(work: Work, version: Version) -> Preview | None:
    try:
        with files_of(work.office).open(version.sha256) as stream:
            head = stream.read(MOST)
    except FileNotFoundError:
        return None
    return Preview("text", "", decoded(head), version.size > MOST)


def decoded(head: bytes) -> str:
    """This function will read letters in whatever code page they were written."""
    try:
        return head.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    # A letter may have been cut in two at the end.
    plain = head.decode("utf-8", "ignore")
    if len(plain.encode()) > len(head) - 4:
        return plain
    best = from_bytes(head, cp_isolation=["cp1250", "iso8859_2", "utf_16", "cp1252"]).best()
    return str(best) if best is not None else head.decode("cp1250", "replace")


__all__ = ["TEXTS", "Preview", "decoded", "preview_of"]

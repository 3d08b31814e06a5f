"""What a file is, by what is in it: never by its name alone, and never by what its sender says."""

import codecs
import re
from pathlib import PurePath

UNKNOWN = "application/octet-stream"
TEXT, HTML, XML, SVG, EMAIL, CSV = (
    "text/plain", "text/html", "application/xml", "image/svg+xml", "message/rfc822", "text/csv",
)  # fmt: skip
PDF = "application/pdf"
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
# What a browser may show by itself: nothing of it can run in the application's name.
INLINE = PICTURES | {PDF, TEXT}
WORD, SHEET, SLIDES = (
    f"application/vnd.openxmlformats-officedocument.{name}"
    for name in ("wordprocessingml.document", "spreadsheetml.sheet", "presentationml.presentation")
)
ODF = "application/vnd.oasis.opendocument."
_MARKS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", PDF),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"{\\rtf", "application/rtf"),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"OggS", "application/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
    (b"\x1aE\xdf\xa3", "video/webm"),
    (b"MZ", "application/vnd.microsoft.portable-executable"),
    (b"\x7fELF", "application/x-elf"),
)
_INSIDE_ZIP = ((b"word/", WORD), (b"xl/", SHEET), (b"ppt/", SLIDES))
_OLD_OFFICE = {".doc": "application/msword", ".xls": "application/vnd.ms-excel",
               ".ppt": "application/vnd.ms-powerpoint", ".msg": "application/vnd.ms-outlook"}  # fmt: skip
_HEIF = frozenset({b"heic", b"heix", b"mif1", b"msf1", b"heim"})
_MARKUP = re.compile(
    rb"<(!doctype|html|head|body|script|iframe|object|embed|svg|img|a |p>|div|table|style|meta|link|base|form|"
    rb"title|frameset|h1|br|b>|font|math|video|audio|template|!--|\?php)",
    re.IGNORECASE,
)
_HEADERS = re.compile(
    rb"\A(?:[A-Za-z][A-Za-z0-9-]{1,60}:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*){2,}", re.DOTALL
)
_OF_EMAIL = re.compile(
    rb"^(from|received|return-path|message-id|mime-version):", re.IGNORECASE | re.MULTILINE
)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def kind_of(head: bytes, name: str = "") -> str:
    """This function will tell what a file is by its beginning; the name only decides among what is harmless."""
    return (
        _by_marks(head, PurePath(name.replace("\\", "/")).suffix.lower()) or _by_text(head, name) or UNKNOWN
    )


def _by_marks(head: bytes, ending: str) -> str | None:
    found = next((kind for mark, kind in _MARKS if head.startswith(mark)), None)
    if found == "application/x-ole-storage":
        return _OLD_OFFICE.get(ending, found)
    if found is not None:
        return found
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp"
    if head.startswith(b"RIFF") and head[8:12] in (b"WAVE", b"AVI "):
        return "audio/wav" if head[8:12] == b"WAVE" else "video/x-msvideo"
    if head[4:8] == b"ftyp":
        return "image/heic" if head[8:12] in _HEIF else "image/avif" if head[8:12] == b"avif" else "video/mp4"
    return _of_zip(head) if head.startswith((b"PK\x03\x04", b"PK\x05\x06")) else None


def _of_zip(head: bytes) -> str:
    if head[30:38] == b"mimetype":
        named = re.match(rb"application/vnd\.oasis\.opendocument\.[a-z-]{1,40}", head[38:140])
        if named is not None:
            return named[0].removesuffix(b"PK").decode("ascii")
    if b"[Content_Types].xml" in head or b"_rels/" in head:
        return next((kind for mark, kind in _INSIDE_ZIP if mark in head), "application/zip")
    return "application/zip"


def _by_text(head: bytes, name: str) -> str | None:
    text = _plain(head)
    if text is None:
        return None
    start = text.lstrip()[:2048]
    if start[:5].lower() == b"<?xml" or start[:4].lower() == b"<svg":
        if b"<svg" in start.lower():
            return SVG
        return HTML if b"<html" in start.lower() else XML
    if _HEADERS.match(text) and len(_OF_EMAIL.findall(text[:8192])) > 1:
        return EMAIL
    # The start alone decides, as it does for browsers that guess; plain text may well talk about tags further down.
    if _MARKUP.match(start) or _MARKUP.search(start[:1024]):
        return SVG if start[:4].lower() == b"<svg" else HTML
    return CSV if name.lower().endswith(".csv") and text else TEXT


def _plain(head: bytes) -> bytes | None:
    """The text as UTF-8 if it is one; texts in one of the old code pages too."""
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            whole = head if encoding == "utf-8" else head[: len(head) // 2 * 2]
            return whole.decode(encoding, "ignore").encode("utf-8").removeprefix(codecs.BOM_UTF8)
    if _CONTROL.search(head):
        return None
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        head.decode("cp1250", "replace")
    return head


__all__ = ["CSV", "EMAIL", "HTML", "INLINE", "ODF", "PDF", "PICTURES", "SHEET", "SLIDES", "SVG", "TEXT", "UNKNOWN",
           "WORD", "XML", "kind_of"]  # fmt: skip

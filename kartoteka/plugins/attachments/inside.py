"""A program of its own that looks into one file: the words in it, and a small picture of it.

It is run by the worker apart from everything else, with bounds on time and memory, since files are made by strangers:
whatever one of them does to this program, nothing else notices. It imports nothing of Kartoteka.
"""

import contextlib
import email
import email.policy
import importlib.util
import json
import re
import resource
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

MEMORY, SECONDS, WRITTEN = 1 << 30, 30, 16 << 20
LONGEST = 200_000
MOST_PAGES = 400
MOST_POINTS = 120_000_000
MOST_MEMBERS, MOST_UNPACKED = 5000, 80 << 20
SIZE = (320, 320)
# So many pages of a document are drawn large enough to be read.
PAGES, WIDTH, TALLEST = 5, 900, 1800
PICTURES = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP", "image/gif": "GIF"}
OFFICE = "application/vnd.openxmlformats-officedocument."
ODF = "application/vnd.oasis.opendocument."
TEXTS = ("text/plain", "text/csv", "application/xml", "image/svg+xml", "application/json")


class _Enough(Exception):
    """There are words enough."""


class _Words:
    """Words as they are found, until there are enough."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.left = LONGEST

    def add(self, text: str) -> None:
        plain = re.sub(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]", " ", text)[: self.left]
        self.parts.append(plain)
        self.left -= len(plain)
        if self.left <= 0:
            raise _Enough

    def text(self) -> str:
        return re.sub(r"[ \t]+", " ", re.sub(r"\s*\n\s*", "\n", "".join(self.parts))).strip()


def words_of(path: Path, kind: str) -> str:
    """This function will read the words in a file, as far as this kind of file is understood."""
    found = _Words()
    with contextlib.suppress(_Enough):
        _reader(kind)(path, found)
    return found.text()


def _reader(kind: str) -> Callable[[Path, _Words], None]:
    if kind == "application/pdf":
        return _of_pdf
    if kind.startswith((OFFICE, ODF)):
        return _of_office
    if kind == "message/rfc822":
        return _of_email
    if kind == "text/html":
        return _of_html
    return _of_text if kind in TEXTS else lambda path, found: None


def _of_pdf(path: Path, found: _Words) -> None:
    import pypdfium2 as pdfium  # type: ignore[import-untyped]

    with pdfium.PdfDocument(path) as document:
        for number in range(min(len(document), MOST_PAGES)):
            page = document[number]
            text = page.get_textpage()
            found.add(text.get_text_bounded() + "\n")
            text.close()
            page.close()


_PARTS = re.compile(
    r"word/(document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml|xl/sharedStrings\.xml"
    r"|xl/worksheets/sheet\d+\.xml|ppt/(slides/slide|notesSlides/notesSlide)\d+\.xml|content\.xml"
)
_WORDS = {"t", "span", "p", "h", "a"}
_BREAKS = {"p", "h", "si", "is", "br", "row", "tr", "tab"}


def _of_office(path: Path, found: _Words) -> None:
    with zipfile.ZipFile(path) as packed:
        members = packed.infolist()
        if len(members) > MOST_MEMBERS:
            raise ValueError("too many parts")
        left = [MOST_UNPACKED]
        for each in sorted(members, key=lambda member: member.filename):
            if _PARTS.fullmatch(each.filename):
                with packed.open(each) as part:
                    _of_xml(_Bounded(part, left), found)


class _Bounded:
    """A part of a packed file, of which no more is read than it may unpack to, whatever its head says."""

    def __init__(self, stream: IO[bytes], left: list[int]) -> None:
        self.stream, self.left = stream, left

    def read(self, size: int = -1) -> bytes:
        piece = self.stream.read(min(size, 1 << 16) if size > 0 else 1 << 16)
        self.left[0] -= len(piece)
        if self.left[0] < 0:
            raise ValueError("it unpacks to too much")
        return piece


def _of_xml(stream: Any, found: _Words) -> None:
    from defusedxml.ElementTree import iterparse  # type: ignore[import-untyped]

    for _event, element in iterparse(stream, ("end",), forbid_dtd=True):
        name = element.tag.rpartition("}")[2]
        if name in _WORDS and element.text:
            found.add(element.text)
        if name in _BREAKS:
            found.add("\n")
        if element.tail and element.tail.strip():
            found.add(element.tail)
        element.clear()


def _of_email(path: Path, found: _Words) -> None:
    with path.open("rb") as stream:
        message = email.message_from_bytes(stream.read(20 << 20), policy=email.policy.default)
    for name in ("subject", "from", "to", "date"):
        found.add(f"{message.get(name, '')}\n")
    body = message.get_body(("plain", "html"))
    if body is not None:
        text = str(body.get_content())
        found.add(_without_tags(text) if body.get_content_subtype() == "html" else text)
    for part in message.iter_attachments():
        found.add(f"\n{part.get_filename() or ''}")


def _without_tags(text: str) -> str:
    bare = re.sub(r"(?is)<(script|style)\b.*?</\1\s*>", " ", text[: 4 * LONGEST])
    return re.sub(r"(?s)<[^<>]{0,2000}>", " ", bare)


def _of_html(path: Path, found: _Words) -> None:
    found.add(_without_tags(_decoded(path)))


def _of_text(path: Path, found: _Words) -> None:
    found.add(_decoded(path))


def _decoded(path: Path) -> str:
    with path.open("rb") as stream:
        head = stream.read(4 * LONGEST)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "replace")
    try:
        return head.decode("utf-8-sig", "strict")
    except UnicodeDecodeError as error:
        return (
            head.decode("utf-8", "ignore")
            if error.start > len(head) - 4
            else head.decode("cp1250", "replace")
        )


def picture_of(path: Path, kind: str) -> Any:
    """This function will draw a file small; None for kinds that have no picture."""
    if kind == "application/pdf":
        return _page(path)
    if kind not in PICTURES:
        return None
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MOST_POINTS
    with Image.open(path, formats=[PICTURES[kind]]) as opened:
        if opened.width * opened.height > MOST_POINTS:
            raise ValueError("too many points")
        opened.draft("RGB", (SIZE[0] * 2, SIZE[1] * 2))
        opened.load()
        upright = ImageOps.exif_transpose(opened)
        upright.thumbnail(SIZE)
        return upright.convert(
            "RGBA" if "A" in upright.getbands() or "transparency" in upright.info else "RGB"
        )


def _page(path: Path) -> Any:
    import pypdfium2 as pdfium

    with pdfium.PdfDocument(path) as document:
        return _drawn(document[0], *SIZE)


def _drawn(page: Any, width: int, height: int) -> Any:
    """A page as a picture that fits into so much."""
    scale = min(width / max(page.get_width(), 1), height / max(page.get_height(), 1), 4.0)
    drawn = page.render(scale=max(0.01, scale)).to_pil().convert("RGB")
    page.close()
    return drawn


def pages_of(path: Path, kind: str) -> Iterator[Any]:
    """This function will draw the first pages of a document so that they can be read."""
    if kind != "application/pdf":
        return
    import pypdfium2 as pdfium

    with pdfium.PdfDocument(path) as document:
        for number in range(min(len(document), PAGES)):
            yield _drawn(document[number], WIDTH, TALLEST)


def _bounded() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (WRITTEN, WRITTEN))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(source: str, kind: str, folder: str) -> int:
    """This function will write what it finds into a folder, and tell how many things went wrong."""
    _bounded()
    return sum(_tried(step) for step in _steps(Path(source), kind, Path(folder)))


def _tried(step: Callable[[], None]) -> bool:
    try:
        step()
    except Exception as error:
        # Without its message: that may hold what is in the file.
        sys.stderr.write(f"{type(error).__name__}\n")
        return True
    return False


def _steps(source: Path, kind: str, out: Path) -> Iterator[Callable[[], None]]:
    yield lambda: _keep_words(words_of(source, kind), out / "words")
    yield lambda: _keep_picture(picture_of(source, kind), out / "thumbnails")
    yield lambda: _keep_pages(pages_of(source, kind), out)
    yield lambda: _keep_layout(source, kind, out / "layouts")


def _keep_layout(source: Path, kind: str, path: Path) -> None:
    """The program runs without the folder that it lies in, so what lies beside it is named."""
    beside = importlib.util.spec_from_file_location("layouts", Path(__file__).with_name("layouts.py"))
    assert beside is not None
    assert beside.loader is not None
    layouts = importlib.util.module_from_spec(beside)
    beside.loader.exec_module(layouts)
    found = layouts.layout_of(source, kind)
    if found is not None:
        path.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")


def _keep_words(text: str, path: Path) -> None:
    if text:
        path.write_text(text, encoding="utf-8")


def _keep_pages(drawn: Iterator[Any], out: Path) -> None:
    for number, each in enumerate(drawn, 1):
        _keep_picture(each, out / f"page{number}")


def _keep_picture(drawn: Any, path: Path) -> None:
    if drawn is None:
        return
    kind = {"format": "PNG"} if drawn.mode == "RGBA" else {"format": "JPEG", "quality": 80}
    with path.open("wb") as out:
        drawn.save(out, optimize=True, **kind)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))

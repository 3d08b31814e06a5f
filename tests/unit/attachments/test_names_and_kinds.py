"""Names that do no harm to whoever saves a file, and kinds told by content alone."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kartoteka.plugins.attachments.kinds import INLINE, PDF, SVG, TEXT, UNKNOWN, kind_of
from kartoteka.plugins.attachments.names import LONGEST, disposition, saved_name, shown_name
from tests.unit.attachments.corpus import HOSTILE, NAMES, PNG

RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def harmless(name: str) -> bool:
    """Whether a name can be saved by any system in a folder without leaving it."""
    return (
        0 < len(name.encode()) <= 200
        and not re.search(r'[<>:"|?*\\/\x00-\x1f\u200b-\u200f\u202a-\u202e\u2066-\u2069]', name)
        and name not in (".", "..")
        and not name.endswith((".", " "))
        and not RESERVED.fullmatch(name)
    )


@pytest.mark.parametrize("name", NAMES)
def test_names_that_nobody_means_well(name: str) -> None:
    assert harmless(saved_name(name)), saved_name(name)
    assert 0 < len(shown_name(name)) <= LONGEST


@given(st.text(max_size=400))
def test_any_name(name: str) -> None:
    assert harmless(saved_name(name)), saved_name(name)
    shown = shown_name(name)
    assert shown_name(shown) == shown and "\x00" not in shown
    header = disposition(name)
    assert header.isascii() and "\n" not in header and "\r" not in header
    assert re.fullmatch(r"attachment; filename=\"[^\"\\]*\"; filename\*=UTF-8''[A-Za-z0-9%._~-]+", header), (
        header
    )


def test_a_name_is_shown_as_it_was_given() -> None:
    assert shown_name("../a/b\u202etxt.exe") == "../a/b\ufffdtxt.exe"
    assert (saved_name("../a/b.tar.gz"), saved_name("CON.txt"), saved_name("con")) == (
        "b.tar.gz",
        "_CON.txt",
        "_con",
    )
    assert saved_name("ž" * 300 + ".pdf").endswith("ž.pdf")


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (PNG, "x", "image/png"),
        (b"\xff\xd8\xff\xe0", "x.html", "image/jpeg"),
        (b"%PDF-1.7", "x", PDF),
        (b" %PDF-1.7", "x.pdf", TEXT),
        (b"plain", "x.html", TEXT),
        ("Příliš".encode("cp1250"), "x.txt", TEXT),
        ("Příliš".encode("utf-16"), "x.txt", TEXT),
        (b"a;b\n1;2", "x.csv", "text/csv"),
        (b"\x00\x01", "x.txt", UNKNOWN),
        (b"", "x.html", TEXT),
        (HOSTILE["evil.svg"], "x.png", SVG),
        (HOSTILE["lying.png"], "x.png", "text/html"),
        (HOSTILE["wide.html"], "x.txt", "text/html"),
        (HOSTILE["evil.eml"], "x", "message/rfc822"),
        (HOSTILE["evil.docx"], "x", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (HOSTILE["evil.zip"], "x.docx", "application/zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "x.doc", "application/msword"),
    ],
)  # fmt: skip
def test_a_kind_is_told_by_content(content: bytes, name: str, kind: str) -> None:
    assert kind_of(content, name) == kind


def test_nothing_that_could_run_is_shown_in_the_browser() -> None:
    dangerous = [
        name for name in HOSTILE if name.endswith((".svg", ".html", ".htm", ".xml", ".xhtml", ".hta"))
    ]
    shown = {name: kind_of(HOSTILE[name], name) for name in dangerous}
    assert {name for name, kind in shown.items() if kind in INLINE} <= {"seven.html", "empty.html"}
    assert kind_of(HOSTILE["lying.pdf"], "lying.pdf") not in INLINE

"""The bytes of a spreadsheet, from a file or a stream, and what they are by the first of them."""

import os
import shutil
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import IO

from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.sheets.refusing import refusal

IN_MEMORY = 16 * 2**20


class Container(StrEnum):
    """What a file may be as far as its first bytes tell."""

    TEXT = "text"
    ZIP = "zip"


class Source:
    """A seekable stream of bytes; a file opened here is closed here, a stream given stays its giver's."""

    def __init__(self, given: str | os.PathLike[str] | IO[bytes]) -> None:
        self.owned = True
        self.stream: IO[bytes]
        if isinstance(given, str | os.PathLike):
            self.stream = Path(given).open("rb")  # noqa: SIM115 - close() does it
        elif given.seekable():
            self.stream, self.owned = given, False
        else:
            self.stream = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - close() does it
            shutil.copyfileobj(given, self.stream)

    def rewound(self) -> IO[bytes]:
        """This function will give the stream at its first byte."""
        self.stream.seek(0)
        return self.stream

    def head(self, size: int) -> bytes:
        """This function will give the first bytes."""
        return self.rewound().read(size)

    def holds(self, mark: bytes) -> bool:
        """This function will tell whether the bytes contain a mark anywhere."""
        stream, tail = self.rewound(), b""
        while chunk := stream.read(2**20):
            if mark in tail + chunk:
                return True
            tail = chunk[-len(mark) :]
        return False

    def close(self) -> None:
        """This function will close what was opened here."""
        if self.owned:
            self.stream.close()


_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_FOREIGN = (
    b"%PDF", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"{\\rtf", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"\x7fELF",
    b"MZ\x90\x00", b"BZh", b"\xfd7zXZ", b"RIFF", b"SQLite format 3", b"<!doctype", b"<html", b"<?xml", b"BM6",
)  # fmt: skip


def container_of(source: Source, name: str) -> Container:
    """This function will tell text from a zip archive and refuse what cannot be a spreadsheet."""
    head = source.head(64)
    if not head:
        raise refusal(_("The file “{name}” is empty.", name=name))
    if head.startswith(_OLE):
        raise refusal(_old_workbook(source, name))
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return Container.ZIP
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if any(start.startswith(mark.lower()) for mark in _FOREIGN):
        raise refusal(not_a_spreadsheet(name))
    return Container.TEXT


def _old_workbook(source: Source, name: str) -> str:
    if source.holds("EncryptedPackage".encode("utf-16-le")):
        return locked(name)
    if any(source.holds(stream.encode("utf-16-le")) for stream in ("Workbook", "Book")):
        return _(
            "“{name}” is a workbook of the old .xls kind. Save it as .xlsx or CSV and try again.", name=name
        )
    return not_a_spreadsheet(name)


def locked(name: str) -> str:
    """This function will give the sentence about a workbook with a password."""
    return _(
        "The workbook “{name}” is locked by a password. Save it without the password and try again.",
        name=name,
    )


def not_a_spreadsheet(name: str) -> str:
    """This function will give the sentence about a file of some other kind."""
    return _("“{name}” is not a spreadsheet. What can be read is .xlsx and CSV.", name=name)

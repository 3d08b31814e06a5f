"""A workbook out of unknown hands: checked while it is unpacked, so that the parser gets a clean copy only.

The parser lays a sheet out as one block from its first to its last cell and ends the whole process when
there is no memory for it. So sizes, places of cells and lengths of texts are known before it sees a byte.
"""

import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from itertools import pairwise
from typing import IO
from xml.parsers import expat

from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.sheets.inspection import (
    LIMITS,
    Limits,
    PartInspector,
    damaged,
    too_large,
    weigh_sheet,
)
from kartoteka.platform.services.sheets.refusing import refusal
from kartoteka.platform.services.sheets.source import IN_MEMORY, locked, not_a_spreadsheet

CHUNK = 2**18


# Parts that hold no cells; among them those that could point out of the file.
_NEEDLESS = re.compile(
    r"(customxml|docprops|xl/(drawings|charts|theme|externallinks|media|embeddings|querytables|pivot\w*))/",
    re.IGNORECASE,
)


def clean_copy(stream: IO[bytes], name: str, limits: Limits = LIMITS) -> IO[bytes]:
    """This function will unpack a workbook into a checked copy, or refuse it with a sentence."""
    copy = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the caller closes it
    try:
        with zipfile.ZipFile(stream) as archive, zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as clean:
            _copy_parts(archive, clean, name, limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, expat.ExpatError, OSError, ValueError) as error:
        copy.close()
        raise refusal(damaged(name)) from error
    except BaseException:
        copy.close()
        raise
    copy.seek(0)
    return copy


def _copy_parts(archive: zipfile.ZipFile, clean: zipfile.ZipFile, name: str, limits: Limits) -> None:
    parts = archive.infolist()
    _check_directory(parts, name, limits)
    _check_kind({_plain(part.filename).lower() for part in parts}, archive, name)
    inspectors: list[tuple[zipfile.ZipInfo, PartInspector]] = []
    total = 0
    for part in parts:
        path = _plain(part.filename)
        if not path.lower().endswith((".xml", ".rels")) or _NEEDLESS.match(path):
            continue
        inspectors.append((part, PartInspector(name, limits)))
        with archive.open(part) as packed, clean.open(path, "w", force_zip64=True) as unpacked:
            total += _copy_part(packed, unpacked, inspectors[-1][1], part, name, limits)
        if total > limits.total:
            raise refusal(too_large(name))
    lengths = max((inspector.lengths for _part, inspector in inspectors), key=len, default=[])
    for part, inspector in inspectors:
        if inspector.sheet is not None and not inspector.sheet.is_surely_fine(max(lengths, default=0)):
            with archive.open(part) as packed:
                weigh_sheet(_chunks(packed), lengths, name, limits)


def _plain(path: str) -> str:
    return path.replace("\\", "/")


def _check_directory(parts: list[zipfile.ZipInfo], name: str, limits: Limits) -> None:
    if len(parts) > limits.entries or sum(part.file_size for part in parts) > 4 * limits.total:
        raise refusal(too_large(name))
    if any(part.flag_bits & 0x1 for part in parts):
        raise refusal(locked(name))
    if any(part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts):
        raise refusal(damaged(name))
    names = [_plain(part.filename).lower() for part in parts]
    if len(set(names)) < len(names):
        raise refusal(damaged(name))
    # Entries that share their bytes make a small file unpack to anything.
    ordered = sorted(parts, key=lambda part: part.header_offset)
    for before, after in pairwise(ordered):
        if before.header_offset + before.compress_size > after.header_offset:
            raise refusal(damaged(name))


def _check_kind(names: set[str], archive: zipfile.ZipFile, name: str) -> None:
    if "xl/workbook.xml" in names:
        return
    opendocument = "mimetype" in names and archive.read("mimetype")[:64].endswith(b".spreadsheet")
    if opendocument or "xl/workbook.bin" in names:
        raise refusal(
            _("Workbooks of the kind of “{name}” cannot be read. Save it as .xlsx or CSV.", name=name)
        )
    raise refusal(not_a_spreadsheet(name))


def _copy_part(
    packed: IO[bytes],
    unpacked: IO[bytes],
    inspector: PartInspector,
    part: zipfile.ZipInfo,
    name: str,
    limits: Limits,
) -> int:
    size = 0
    allowed = min(limits.part, max(limits.ratio_from, limits.ratio * part.compress_size))
    for chunk in _chunks(packed):
        size += len(chunk)
        if size > allowed:
            raise refusal(too_large(name))
        inspector.feed(chunk)
        unpacked.write(chunk)
    inspector.finish()
    return size


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        yield chunk

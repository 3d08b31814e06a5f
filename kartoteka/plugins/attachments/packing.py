"""Many files as one zip, made while it goes out: it is never whole anywhere, neither on a disk nor in memory."""

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any, cast

from flask import Response
from sqlalchemy import select

from kartoteka.platform.sdk import KartotekaError, Query, Record, Vault, Work, browse
from kartoteka.plugins.attachments.design import KEY
from kartoteka.plugins.attachments.names import disposition, saved_name
from kartoteka.plugins.attachments.serving import SANDBOX
from kartoteka.plugins.attachments.tables import ContentRow

PIECE = 1 << 18
AT_ONCE, MOST = 500, 5000


@dataclass(frozen=True)
class Packed:
    """A file that goes into a zip, under the name that it has there."""

    name: str
    sha256: str
    at: datetime


class _Out:
    """What the zip writes, until it is taken away; a stream that nobody can go back in."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def write(self, piece: Any) -> int:
        self.pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing waits."""

    def take(self) -> Iterator[bytes]:
        taken, self.pieces = self.pieces, []
        yield from taken


def packed_files(work: Work, record: Record) -> list[Packed]:
    """This function will list the files on a record that the actor may have, under names that differ."""
    on = {"field": "on", "op": "eq", "value": {"registry": record.registry, "id": record.id}}
    found: list[Record] = []
    cursor: str | None = None
    while len(found) < MOST:
        asked = Query(filter=on, sort="folder,name", page_size=AT_ONCE, cursor=cursor,
                      fields=("name", "folder", "sha256"))  # fmt: skip
        page = browse(work, KEY, asked)
        found += page.items
        cursor = page.next
        if cursor is None:
            break
    whole = _given_out(work, [str(each.values.get("sha256")) for each in found])
    return _named([each for each in found if each.values.get("sha256") in whole])


def _given_out(work: Work, hashes: Sequence[str]) -> set[str]:
    """The contents that are there and that the scanner has nothing against."""
    good = (ContentRow.broken.is_(False), ContentRow.verdict.in_(("", "clean")))
    found: set[str] = set()
    for start in range(0, len(hashes), AT_ONCE):
        some = ContentRow.sha256.in_(hashes[start : start + AT_ONCE])
        found.update(work.session.scalars(select(ContentRow.sha256).where(some, *good)))
    return found


def _named(found: Iterable[Record]) -> list[Packed]:
    packed: dict[str, Packed] = {}
    for each in found:
        folder = str(each.values.get("folder") or "")
        plain = saved_name(str(each.values.get("name") or each.title))
        stem, dot, ending = plain.rpartition(".") if "." in plain else (plain, "", "")
        place = f"{saved_name(folder)}/" if folder else ""
        name, number = place + plain, 1
        while name.lower() in packed:
            number += 1
            name = f"{place}{stem} ({number}){dot}{ending}"
        packed[name.lower()] = Packed(name, str(each.values["sha256"]), each.updated_at)
    return list(packed.values())


def send_packed(vault: Vault, files: Sequence[Packed], name: str) -> Response:
    """This function will answer with many files as one."""
    headers = {
        "Content-Disposition": disposition(f"{name}.zip"),
        "Content-Security-Policy": SANDBOX,
        "Cache-Control": "private, no-store",
    }
    return Response(_written(vault, files), headers=headers, content_type="application/zip")


def _written(vault: Vault, files: Sequence[Packed]) -> Iterator[bytes]:
    out = _Out()
    with zipfile.ZipFile(cast("IO[bytes]", out), "w", zipfile.ZIP_STORED) as packing:
        for each in files:
            yield from _one(vault, packing, each, out)
    yield from out.take()


def _one(vault: Vault, packing: zipfile.ZipFile, each: Packed, out: _Out) -> Iterator[bytes]:
    try:
        opened = vault.open(each.sha256)
    except (FileNotFoundError, KartotekaError):
        # It went a moment ago, or its store is away; the others are still worth having.
        return
    head = zipfile.ZipInfo(each.name, max((1980, 1, 1, 0, 0, 0), each.at.timetuple()[:6]))
    with opened, packing.open(head, "w", force_zip64=True) as member:
        while piece := opened.read(PIECE):
            member.write(piece)
            yield from out.take()


__all__ = ["Packed", "packed_files", "send_packed"]

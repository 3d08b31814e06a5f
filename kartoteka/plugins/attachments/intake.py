"""Files that people from outside send to a record which they see: taken in for them, under their own names."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import IO

from sqlalchemy import func, select

from kartoteka.platform.sdk import Intake, Lying, Office, Parcel, Query, Record, Work, _, browse, files_of
from kartoteka.plugins.attachments.contents import secure
from kartoteka.plugins.attachments.design import KEY
from kartoteka.plugins.attachments.names import shown_name
from kartoteka.plugins.attachments.serving import send
from kartoteka.plugins.attachments.tables import VersionRow
from kartoteka.plugins.attachments.verbs import Sent, attach

PIECE = 1 << 18
MOST_LYING = 200


def receive(office: Office, stream: IO[bytes], name: str, most: int) -> Parcel:
    """This function will give what comes in its place in the store; unless somebody puts it anywhere, it goes again.

    :raises TooLarge: when it is too large.
    """
    arrived = files_of(office).receive(_pieces(stream), most)
    kind = secure(office, arrived, name)
    return Parcel(shown_name(name), arrived.size, kind, Sent(arrived, name))


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    while piece := stream.read(PIECE):
        yield piece


def put(work: Work, record: Record, parcel: Parcel, folder: str, person: int) -> Record:
    """This function will lay what was received on a record, in a folder of it, as sent by a person.

    What an admin has laid down for that folder holds: what files it takes, and who of the firm sees them.
    """
    theirs = work.office.beside(work, signed_by=person)
    return attach(theirs, record.registry, record.id, replace(parcel.content, by=person), folder or None)


def sent_since(work: Work, person: int, since: datetime) -> int:
    """This function will tell how many bytes a person has sent since a moment."""
    mine = select(func.sum(VersionRow.size)).where(VersionRow.by_id == person, VersionRow.at >= since)
    return int(work.session.scalar(mine) or 0)


def lying(work: Work, record: Record) -> list[Lying]:
    """This function will tell which files the reader sees on a record, by their names."""
    there = {"field": "on", "op": "eq", "value": {"registry": record.registry, "id": record.id}}
    found = browse(work, KEY, Query(filter=there, sort="name", page_size=MOST_LYING)).items
    return [_lying(each) for each in found]


def _lying(found: Record) -> Lying:
    name, size, about, number = (found.values.get(key) for key in ("name", "size", "description", "number"))
    known = int(size) if size is not None else None
    return Lying(found.id, str(name or found.title), known, str(about or ""), int(number or 1))


def news(_work: Work, found: Record, action: str, fields: frozenset[str]) -> str:
    """This function will say what is new to people from outside about a file that they see; nothing when little is."""
    name = str(found.values.get("name") or found.title)
    if action == "create":
        return _("New document: {name}", name=name)
    return _("New version of the document {name}", name=name) if "number" in fields else ""


intake = Intake(receive, put, sent_since, lying, send)

__all__ = ["intake", "news"]

"""Uploads in pieces: what has arrived stays, and after a broken line one goes on where it broke."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import update

from kartoteka.platform.sdk import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Office,
    Record,
    TooLarge,
    Vault,
    Work,
    _,
    fetch,
    files_of,
    new_key,
    restore,
)
from kartoteka.plugins.attachments.contents import piece_key, secure
from kartoteka.plugins.attachments.design import KEY
from kartoteka.plugins.attachments.names import shown_name
from kartoteka.plugins.attachments.quotas import check_room
from kartoteka.plugins.attachments.rooms import bearer_with_tab, place_of_file
from kartoteka.plugins.attachments.tables import UploadRow
from kartoteka.plugins.attachments.verbs import (
    LONGEST_COMMENT,
    MEGABYTE,
    Sent,
    add_version,
    attach,
    has_versions,
    limit_of,
)

PIECE = 8 * MEGABYTE
READ = 1 << 18
WISHES = ("name", "folder", "field", "comment", "description")


@dataclass(frozen=True)
class Progress:
    """How far an upload is; at its end the attachment that has come of it."""

    key: str
    offset: int
    size: int
    attachment: int | None = None

    @property
    def whole(self) -> bool:
        """Whether everything has arrived."""
        return self.offset == self.size


def begin_upload(
    work: Work, on: tuple[str, int] | None, attachment: int | None, wish: Mapping[str, Any]
) -> Progress:
    """This function will begin an upload to a record, or of a new version of an attachment.

    :raises Forbidden: :raises NotFound: when the actor may not add it there. :raises TooLarge: when it is too large.
    """
    size, limit = _size(wish), limit_of(work)
    if size > limit:
        raise TooLarge(_("A file can have {n} MB at most.", n=limit // MEGABYTE))
    said = {name: str(wish[name])[:LONGEST_COMMENT] for name in WISHES if wish.get(name)}
    _check_may(work, on, attachment, said)
    check_room(work, size)
    key = new_key()
    work.session.add(
        UploadRow(
            key=key, by_id=work.actor.user_id, at=work.now, size=size, offset=0, pieces=[], attachment=None,
            wish={**said, "on": list(on) if on else None, "of": attachment},
        )
    )  # fmt: skip
    work.session.flush()
    return Progress(key, 0, size)


def _size(wish: Mapping[str, Any]) -> int:
    size = wish.get("size")
    if isinstance(size, str) and size.isdecimal() and len(size) < 16:
        size = int(size)
    if isinstance(size, bool) or not isinstance(size, int) or not 0 <= size < 1 << 50:
        raise Invalid({"size": [_("Say how many bytes the file has.")]})
    return size


def _check_may(
    work: Work, on: tuple[str, int] | None, attachment: int | None, said: Mapping[str, str]
) -> None:
    if attachment is not None:
        found = fetch(work, KEY, attachment)
        if "edit" not in found.may or found.on is None:
            raise NotFound(_("There is no record {id}.", id=attachment))
    elif on is not None:
        bearer = bearer_with_tab(work, *on, changes=True)
        place_of_file(work, bearer, said.get("folder"), said.get("field"))


def progress(work: Work, key: str) -> Progress:
    """This function will tell how far an upload of the actor is."""
    row = _row(work, key)
    return Progress(row.key, row.offset, row.size, row.attachment)


def _row(work: Work, key: str) -> UploadRow:
    row = work.session.get(UploadRow, key[:64], populate_existing=True)
    if row is None or row.by_id != work.actor.user_id:
        raise NotFound(_("There is no such upload; it may have been forgotten after a day."))
    return row


def keep_piece(vault: Vault, known: Progress, offset: int, pieces: Iterable[bytes]) -> int:
    """This function will keep what came in as the piece that begins at a place, and tell how long it is.

    :raises Conflict: when it does not begin where the last one ended.
    """
    if offset != known.offset:
        raise Conflict(_("The next piece begins at {offset}.", offset=known.offset))
    room = min(PIECE, known.size - known.offset)
    return vault.receive(pieces, room, key=piece_key(known.key, offset)).size


def note_piece(work: Work, key: str, offset: int, size: int) -> Progress:
    """This function will go on to the end of a piece that is kept; of two who send the same one does."""
    row = _row(work, key)
    if row.offset == offset and size:
        advanced = update(UploadRow).where(UploadRow.key == key, UploadRow.offset == offset)
        work.session.execute(advanced.values(offset=offset + size, pieces=[*row.pieces, offset], at=work.now))
    return progress(work, key)


def put_together(office: Office, known: Progress, pieces: Iterable[int], name: str) -> Sent:
    """This function will make one file of the pieces, in its place in the store."""
    vault = files_of(office)
    arrived = vault.receive(_joined(vault, known.key, pieces), known.size)
    if arrived.size != known.size:
        vault.discard(arrived.key)
        raise Conflict(_("Pieces of this file are missing; please send it again."))
    secure(office, arrived, name)
    return Sent(arrived, name)


def _joined(vault: Vault, key: str, pieces: Iterable[int]) -> Iterator[bytes]:
    for start in pieces:
        with vault.open_arriving(piece_key(key, start)) as stream:
            while piece := stream.read(READ):
                yield piece


def wanted(work: Work, key: str) -> tuple[str, list[int]]:
    """This function will tell under which name an upload goes, and where its pieces begin."""
    row = _row(work, key)
    return shown_name(str(row.wish.get("name") or "")), list(row.pieces)


def finish(work: Work, key: str, sent: Sent) -> Record:
    """This function will put a file that is together where it was meant to be; done twice, it gives the same."""
    row = _row(work, key)
    if row.attachment is not None:
        return fetch(work, KEY, row.attachment)
    wish: Mapping[str, Any] = row.wish
    whole = Sent(sent.arrived, sent.name, str(wish.get("comment") or ""), str(wish.get("description") or ""))
    if wish.get("of") is not None:
        made = add_version(work, int(wish["of"]), whole)
    else:
        registry, record = wish["on"]
        made = attach(work, registry, int(record), whole, wish.get("folder"), wish.get("field"))
    row.attachment = made.id
    work.session.flush()
    return made


def restore_removed(work: Work, attachment: int) -> Record:
    """This function will take a file out of the recycle bin.

    :raises NotFound: when it is not there, or has been purged.
    """
    if not has_versions(work, attachment):
        raise NotFound(_("There is no record {id}.", id=attachment))
    return restore(work, KEY, attachment)


def not_to_be_changed() -> Forbidden:
    """This function will say that a file may be read only."""
    return Forbidden(_("You may see this file, but not change it."))


def forget_pieces(office: Office, key: str, pieces: Iterable[int]) -> None:
    """This function will drop pieces that are part of a whole by now."""
    for start in pieces:
        files_of(office).discard(piece_key(key, start))


__all__ = [
    "PIECE",
    "Progress",
    "begin_upload",
    "finish",
    "forget_pieces",
    "keep_piece",
    "not_to_be_changed",
    "note_piece",
    "progress",
    "put_together",
    "restore_removed",
    "wanted",
]

"""What can be done with attachments: adding, new versions, going back to one, reading, purging."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select

from kartoteka.platform.sdk import (
    Arrived,
    Conflict,
    Forbidden,
    Invalid,
    Link,
    NotFound,
    Record,
    TooLarge,
    Work,
    _,
    change,
    create,
    fetch,
    names_of_people,
    note_record,
    settings_of,
)
from kartoteka.plugins.attachments.checkouts import put_back
from kartoteka.plugins.attachments.contents import hold, release
from kartoteka.plugins.attachments.design import KEY, by_ourselves
from kartoteka.plugins.attachments.kinds import kind_of
from kartoteka.plugins.attachments.names import shown_name
from kartoteka.plugins.attachments.quotas import check_room
from kartoteka.plugins.attachments.rooms import Place, bearer_with_tab, on, place_of_file
from kartoteka.plugins.attachments.sums import came, went
from kartoteka.plugins.attachments.tables import (
    CheckoutRow,
    ContentRow,
    MarkRow,
    OpeningRow,
    ShareRow,
    VersionRow,
)

MEGABYTE = 1 << 20
LONGEST_COMMENT = 1000


@dataclass(frozen=True)
class Sent:
    """A file that has come in whole, and what was said with it."""

    arrived: Arrived
    name: str
    comment: str = ""
    description: str = ""
    # Who has sent it, if that is not the actor; 0 for him.
    by: int = 0

    @property
    def kind(self) -> str:
        """What it is, by its content."""
        return kind_of(self.arrived.head, self.name)


@dataclass(frozen=True)
class Version:
    """One version of an attachment."""

    number: int
    name: str
    size: int
    type: str
    sha256: str
    comment: str
    at: datetime
    by: Link
    restored_from: int | None = None
    missing: bool = False
    verdict: str = ""


def limit_of(work: Work) -> int:
    """This function will tell how many bytes a file may have."""
    return int(settings_of(work, "attachments").get("max_mb", 1024)) * MEGABYTE


def attach(
    work: Work, registry: str, record: int, sent: Sent, folder: str | None = None, field: str | None = None
) -> Record:
    """This function will put a file on a record, in a folder or in a field of it.

    :raises NotFound: :raises Forbidden: when the actor sees no attachments there, or may not add any.
    :raises Invalid: when this kind of file does not belong there. :raises TooLarge: when it is too large.
    """
    bearer = bearer_with_tab(work, registry, record, changes=True)
    place = place_of_file(work, bearer, folder, field)
    _check_fits(place, sent)
    check_room(work, sent.arrived.size, sent.arrived.sha256)
    content = hold(work, sent.arrived.sha256)
    values = {
        "name": shown_name(sent.name),
        "folder": place.folder,
        "field": place.field,
        "description": sent.description or None,
        **_of_content(content, 1),
    }
    with by_ourselves():
        made = create(work, KEY, values, on=on(bearer, place))
    _add_version(work, made, 1, content, sent)
    if place.field:
        _connect(work, bearer, place.field, made.id)
    return made


def _check_fits(place: Place, sent: Sent) -> None:
    if place.max_mb is not None and sent.arrived.size > place.max_mb * MEGABYTE:
        raise TooLarge(_("A file in this folder can have {n} MB at most.", n=place.max_mb))
    ending = sent.name.rpartition(".")[2].lower()
    if place.kinds and ending not in place.kinds:
        raise Invalid({"file": [_("This folder takes {kinds}.", kinds=", ".join(place.kinds))]})


def _of_content(content: ContentRow, number: int) -> dict[str, Any]:
    return {"type": content.type, "size": content.size, "sha256": content.sha256, "number": number}


def _add_version(
    work: Work, made: Record, number: int, content: ContentRow, sent: Sent, restored: int | None = None
) -> None:
    row = VersionRow(
        attachment=made.id, on_registry=made.on.registry if made.on else None, number=number,
        sha256=content.sha256, size=content.size, type=content.type,
        name=shown_name(sent.name), comment=sent.comment.strip()[:LONGEST_COMMENT], restored_from=restored,
        at=work.now, by_id=sent.by or work.actor.user_id,
    )  # fmt: skip
    work.session.add(row)
    work.session.flush()
    came(work, row)


def _connect(work: Work, bearer: Record, field: str, attachment: int) -> None:
    """The field names its files; where it holds only one, the new file takes the place of the old one."""
    kind = work.catalog.registries[bearer.registry].field(field)
    many = bool(kind is not None and kind.options.get("many"))
    present = [each.id for each in bearer.values.get(field) or ()]
    change(work, bearer.registry, bearer.id, {field: [*present, attachment] if many else [attachment]})


def add_version(work: Work, attachment: int, sent: Sent, *, version: int | None = None) -> Record:
    """This function will make what was sent the newest version of an attachment.

    :raises StaleVersion: when `version` is given and the attachment has changed since.
    """
    found = fetch(work, KEY, attachment)
    if found.on is None:
        raise NotFound(_("There is no record {id}.", id=attachment))
    bearer = fetch(work, found.on.registry, found.on.id)
    _check_fits(place_of_file(work, bearer, found.values.get("folder"), found.values.get("field")), sent)
    check_room(work, sent.arrived.size, sent.arrived.sha256)
    return _renew(work, found, hold(work, sent.arrived.sha256), sent, version=version)


def _renew(
    work: Work, found: Record, content: ContentRow, sent: Sent, *, version: int | None = None,
    restored: int | None = None,
) -> Record:  # fmt: skip
    # The first write holds the attachment, so that two who send at once get two numbers.
    note_record(work, KEY, found.id, {"text": None})
    number = newest(work, found.id) + 1
    with by_ourselves():
        fresh = {**_of_content(content, number), "marks": None}
        changed = change(work, KEY, found.id, fresh, version=version)
    # The worker looks again, to put the words of this content where those of the one before were.
    content.looked = ""
    _add_version(work, found, number, content, sent, restored)
    put_back(work, found.id, only=work.actor.user_id)
    return changed


def restore_file(work: Work, attachment: int, number: int) -> Record:
    """This function will make an earlier version the newest one again; nothing of what came between is lost."""
    found, wanted = fetch(work, KEY, attachment), _row(work, attachment, number)
    if newest(work, attachment) == number:
        raise Conflict(_("This is the version in force."))
    content = hold(work, wanted.sha256)
    arrived = Arrived("", content.sha256, content.size, b"")
    return _renew(work, found, content, Sent(arrived, wanted.name), restored=number)


def versions_of(work: Work, attachment: int) -> list[Version]:
    """This function will list the versions of an attachment that the actor sees, the newest first."""
    fetch(work, KEY, attachment)
    wanted = select(VersionRow, ContentRow.broken, ContentRow.verdict).outerjoin(
        ContentRow, ContentRow.sha256 == VersionRow.sha256
    )
    rows = work.session.execute(
        wanted.where(VersionRow.attachment == attachment).order_by(VersionRow.number.desc())
    ).all()
    people = names_of_people(work, {row.by_id for row, _broken, _verdict in rows})
    return [
        Version(row.number, row.name, row.size, row.type, row.sha256, row.comment, row.at,
                Link(row.by_id, people.get(row.by_id, "")), row.restored_from, broken is not False, verdict or "")
        for row, broken, verdict in rows
    ]  # fmt: skip


def version(work: Work, attachment: int, number: int | None = None) -> tuple[Record, VersionRow]:
    """This function will give a version, or that in force, of an attachment that the actor sees.

    :raises NotFound: when he does not, or there is none.
    """
    found = fetch(work, KEY, attachment)
    return found, _row(work, attachment, number)


def _row(work: Work, attachment: int, number: int | None) -> VersionRow:
    wanted = select(VersionRow).where(VersionRow.attachment == attachment)
    if number is not None:
        wanted = wanted.where(VersionRow.number == (number if 0 < number < 2**31 else 0))
    row: VersionRow | None = work.session.scalar(wanted.order_by(VersionRow.number.desc()).limit(1))
    if row is None:
        raise NotFound(_("There is nothing at this address."))
    return row


def newest(work: Work, attachment: int) -> int:
    """This function will tell the number of the version in force; 0 when nothing is left of an attachment."""
    wanted = select(func.max(VersionRow.number)).where(VersionRow.attachment == attachment)
    return work.session.scalar(wanted) or 0


def has_versions(work: Work, attachment: int) -> bool:
    """This function will tell whether there is any content left of an attachment."""
    return newest(work, attachment) > 0


def content_of(work: Work, sha256: str) -> ContentRow | None:
    """This function will tell what is known of a content."""
    return work.session.get(ContentRow, sha256)


def purge(work: Work, attachments: Iterable[int]) -> int:
    """This function will take files out of the recycle bin for good: contents, thumbnails and words go.

    That there was a file, and what it was called, stays in the history, which nobody can change.

    :raises NotFound: when one is not in the bin. :raises Forbidden: when the actor may not purge.
    """
    if "design" not in work.actor.powers:
        raise Forbidden(_("Only an administrator takes files away for good."))
    gone = list(attachments)
    for attachment in gone:
        fetch(work, KEY, attachment, removed=True)
        forget(work, attachment)
        note_record(work, KEY, attachment, {"text": None, "description": None, "tags": None, "size": None})
    # Contents are held before the sums, as by whoever brings a file.
    versions = select(VersionRow.sha256).where(VersionRow.attachment.in_(gone))
    release(work, work.session.scalars(versions).all())
    for attachment in gone:
        went(work, attachment)
    return len(gone)


def forget(work: Work, attachment: int) -> None:
    """This function will forget what was said of the versions of a file, and the links that led to it."""
    links = select(ShareRow.id).where(ShareRow.attachment == attachment)
    work.session.execute(delete(OpeningRow).where(OpeningRow.share.in_(links)))
    for table in (ShareRow, MarkRow, CheckoutRow):
        work.session.execute(delete(table).where(table.attachment == attachment))


def sizes(versions: Sequence[Version]) -> Mapping[int, int]:
    """This function will tell by how much each version is larger than the one before."""
    older = {each.number: each.size for each in versions}
    return {each.number: each.size - older.get(each.number - 1, 0) for each in versions}


__all__ = [
    "Sent",
    "Version",
    "add_version",
    "attach",
    "content_of",
    "forget",
    "has_versions",
    "limit_of",
    "newest",
    "purge",
    "restore_file",
    "sizes",
    "version",
    "versions_of",
]

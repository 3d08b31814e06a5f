"""How pages show files, folders and versions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from kartoteka.platform.sdk import N_, Record, Work, _, folded, plural
from kartoteka.plugins.attachments.checkouts import Checkout
from kartoteka.plugins.attachments.design import MARKS
from kartoteka.plugins.attachments.kinds import PDF, PICTURES, SHEET, SLIDES, UNKNOWN, WORD
from kartoteka.plugins.attachments.marks import KINDS, Mark
from kartoteka.plugins.attachments.rooms import Folder
from kartoteka.plugins.attachments.saying import bytes_text
from kartoteka.plugins.attachments.shares import DAYS, Share
from kartoteka.plugins.attachments.verbs import Version, sizes

MARK_WORDS = {"sent": N_("Sent"), "approved": N_("Approved"), "signed": N_("Signed")}
ICONS = (("image/", "photo"), (PDF, "file-description"), ("text/", "file-text"), ("video/", "player-play"),
         ("audio/", "microphone"), ("message/", "mail"), (SHEET, "file-spreadsheet"), (WORD, "file-text"),
         (SLIDES, "presentation"), ("application/zip", "archive"))  # fmt: skip


@dataclass(frozen=True)
class FileView:
    """A file as a list shows it."""

    id: int
    name: str
    icon: str
    size: str
    number: int
    folder: str
    description: str
    tags: Sequence[str]
    who: str
    at: datetime
    url: str
    save_url: str
    thumbnail: str
    may_edit: bool
    may_delete: bool
    marks: Sequence[tuple[str, str]] = ()
    busy: Checkout | None = None


@dataclass(frozen=True)
class FolderView:
    """A folder with what is in it; the one without a name holds what is in none."""

    name: str
    section: str
    items: Sequence[FileView]
    kinds: str = ""


def grouped(
    work: Work, record: Record, folders: Sequence[Folder], files: Sequence[FileView], *, empty: bool
) -> list[FolderView]:
    """Files by folder: loose ones first, folders laid down by the admin next, even empty ones, then all others."""
    names: dict[str, str] = {"": ""}
    if empty:
        names |= {folded(each.name): each.name for each in folders}
    for each in files:
        names.setdefault(folded(each.folder), each.folder)
    laid_down = {folded(each.name): each for each in folders}
    sections = work.catalog.registries[record.registry].section
    shown = []
    for key, name in names.items():
        inside = [each for each in files if folded(each.folder) == key]
        known = laid_down.get(key)
        section = sections(known.section) if known is not None and known.section else None
        if inside or name:
            shown.append(
                FolderView(
                    name,
                    (section.names.get(work.actor.locale.language) or section.name) if section else "",
                    inside,
                    ", ".join(known.kinds) if known else "",
                )
            )
    return shown


def file_view(work: Work, found: Record, busy: Checkout | None = None) -> FileView:
    """This function will say how a list shows a file."""
    values = found.values
    kind = str(values.get("type") or UNKNOWN)
    size = values.get("size")
    return FileView(
        found.id,
        str(values.get("name") or found.title),
        _icon(kind),
        bytes_text(int(size), work.actor.locale.language) if size is not None else "",
        int(values.get("number") or 0),
        str(values.get("folder") or ""),
        str(values.get("description") or ""),
        [each.strip() for each in str(values.get("tags") or "").split(",") if each.strip()],
        found.updated_by.title,
        found.updated_at,
        url_for("attachments.file", id=found.id),
        url_for("attachments.content", id=found.id, save=1),
        url_for("attachments.thumbnail", id=found.id, v=found.version)
        if kind in PICTURES or kind == PDF
        else "",
        "edit" in found.may,
        "delete" in found.may,
        [mark_words(each) for each in values.get("marks") or ()],
        busy,
    )


def mark_words(kind: str) -> tuple[str, str]:
    """This function will name a mark, with the colour that it has."""
    return _(MARK_WORDS[kind]), str(next(each["colour"] for each in MARKS if each["key"] == kind))


def _icon(kind: str) -> str:
    return next((icon for mark, icon in ICONS if kind.startswith(mark)), "paperclip")


@dataclass(frozen=True)
class VersionView:
    """A version as the dialog shows it."""

    version: Version
    size: str
    grown: str
    current: bool
    url: str
    marks: Sequence["MarkView"] = ()
    # What it can still be marked as: the key and the word.
    open: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class MarkView:
    """A mark of a version as the dialog shows it."""

    mark: Mark
    word: str
    colour: str


def version_view(
    work: Work, found: Record, each: Version, versions: Sequence[Version], marks: Sequence[Mark]
) -> VersionView:
    """This function will say how the dialog shows a version."""
    language = work.actor.locale.language
    grown = sizes(versions)[each.number] if each.number > 1 else 0
    sign = "+" if grown > 0 else "\N{MINUS SIGN}"
    return VersionView(
        each,
        bytes_text(each.size, language),
        f"{sign}{bytes_text(abs(grown), language)}" if grown else "",
        each is versions[0],
        url_for("attachments.version_content", id=found.id, number=each.number, save=1),
        [MarkView(given, *mark_words(given.kind)) for given in marks],
        [(kind, mark_words(kind)[0]) for kind in KINDS if kind not in {m.kind for m in marks if m.stands}],
    )


def share_views(shares: Sequence[Share]) -> list[tuple[Share, str]]:
    """This function will say of links how often they were opened."""
    return [
        (
            each,
            plural("opened {n} time", "opened {n} times", each.opened)
            if each.opened
            else _("not opened yet"),
        )
        for each in shares
    ]


def days_offered(longest: int) -> list[tuple[int, str]]:
    """This function will offer lives of links, up to the longest that the admin allows."""
    offered = [each for each in DAYS if each < longest] + ([longest] if longest <= DAYS[-1] else [DAYS[-1]])
    return [(each, plural("one day", "{n} days", each)) for each in offered]


__all__ = ["MARK_WORDS", "FileView", "FolderView", "MarkView", "VersionView", "days_offered", "file_view", "grouped",
           "mark_words", "share_views", "version_view"]  # fmt: skip

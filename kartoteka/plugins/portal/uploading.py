"""Files that customers send, with a new request or to a record of theirs: checked, and laid where the firm looks."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import timedelta

from flask import request
from werkzeug.datastructures import FileStorage

from kartoteka.platform.sdk import (
    EDIT,
    Intake,
    Invalid,
    Parcel,
    Record,
    TooLarge,
    Work,
    _,
    intake_of,
    office,
    plural,
    settings_of,
)
from kartoteka.plugins.portal.design import UPLOAD, WORDLESS
from kartoteka.plugins.portal.matters import Sent, keep_sent
from kartoteka.plugins.portal.settings import NAME, Page
from kartoteka.plugins.portal.talking import put_down
from kartoteka.plugins.portal.visitors import Visit, nowhere

INPUT = "files"
MOST_FILES = 10
MEGABYTE = 1 << 20
A_DAY = timedelta(days=1)
LOOKS = "read"
# What can run, or pretend to be a page of the firm, is taken from nobody, whatever it is called.
NEVER = frozenset({
    "application/vnd.microsoft.portable-executable", "application/x-elf", "text/html", "image/svg+xml",
})  # fmt: skip
# Where the name says what is inside, it must be so.
TRUE_TO_NAME = {
    **dict.fromkeys(("jpg", "jpeg", "png", "gif", "webp", "heic", "heif", "bmp", "tif", "tiff", "avif"), "image/"),
    "pdf": "application/pdf",
}  # fmt: skip


@dataclass(frozen=True)
class Limits:
    """What may be sent: how much at a time and in a day, and with which endings."""

    mb: int
    mb_a_day: int
    endings: Sequence[str]

    @property
    def accept(self) -> str:
        """The endings as a browser's dialog takes them."""
        return ",".join(f".{each}" for each in self.endings)

    @property
    def sentence(self) -> str:
        """What may be sent, in words."""
        files = plural("At most {n} file at a time", "At most {n} files at a time", MOST_FILES)
        return _("{files}, each of {mb} MB at most.", files=files, mb=self.mb)


def limits_of(work: Work) -> Limits:
    """This function will tell what customers may send."""
    given = settings_of(work, NAME)
    endings = [each.lower().lstrip(".") for each in given["upload_kinds"].replace(",", " ").split()]
    return Limits(given["upload_mb"], given["upload_mb_a_day"], list(dict.fromkeys(endings)))


def sends_files(visit: Visit, record: Record) -> bool:
    """This function will tell whether a guest may send files to a record that he sees."""
    there = intake_of(visit.work)
    page = visit.pages.get(record.registry)
    if there is None or page is None or visit.work.actor.seen_by is not None:
        return False
    return _opened(page.page, {record.tabs.get(there[0])})


def sends_with_new(visit: Visit, registry: str) -> bool:
    """This function will tell whether a guest may send files together with a new record."""
    there = intake_of(visit.work)
    page = visit.pages.get(registry)
    if there is None or page is None or visit.work.actor.seen_by is not None:
        return False
    tab = visit.work.catalog.tabs(visit.work.catalog.registries[registry]).get(there[0], "")
    return _opened(page.page, {grant.sections.get(tab) for _role, grant in visit.work.actor.grants(registry)})


def _opened(page: Page, levels: Set[str | None]) -> bool:
    """Whoever reads the documents may send some where the designer lets him; whoever may add them, may so anyway."""
    return EDIT in levels or (page.uploads and LOOKS in levels)


def chosen() -> list[FileStorage]:
    """This function will give the files of the present form; an input left empty sends one without a name."""
    return [each for each in request.files.getlist(INPUT) if each.filename]


def received(visit: Visit) -> list[Parcel]:
    """This function will take in the files of the present form; of those that will not do nothing is kept.

    :raises Invalid: under `files`, with a sentence for the customer; also when it is enough for today.
    """
    there, files, limits = intake_of(visit.work), chosen(), limits_of(visit.work)
    if there is None:
        raise nowhere()
    if len(files) > MOST_FILES:
        raise _wrong(plural("At most {n} file at a time.", "At most {n} files at a time.", MOST_FILES))
    left = _left_today(visit, there[1], limits)
    found = []
    for each in files:
        parcel = _taken_in(there[1], each, limits)
        left -= parcel.size
        if left < 0:
            raise _wrong(
                _("You have sent {n} MB today; please go on tomorrow, or call us.", n=limits.mb_a_day)
            )
        found.append(parcel)
    return found


def _left_today(visit: Visit, intake: Intake, limits: Limits) -> int:
    work = visit.work
    return limits.mb_a_day * MEGABYTE - intake.sent_since(work, work.actor.user_id, work.now - A_DAY)


def _taken_in(intake: Intake, file: FileStorage, limits: Limits) -> Parcel:
    name = file.filename or ""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending not in limits.endings:
        kinds = ", ".join(limits.endings)
        raise _wrong(
            _("“{name}” is no kind of file that we take. We take: {kinds}.", name=name[:80], kinds=kinds)
        )
    try:
        parcel = intake.receive(office(), file.stream, name, limits.mb * MEGABYTE)
    except TooLarge as error:
        raise _wrong(_("“{name}” is larger than {n} MB.", name=name[:80], n=limits.mb)) from error
    if parcel.kind in NEVER or not parcel.kind.startswith(TRUE_TO_NAME.get(ending, "")):
        raise _wrong(_("“{name}” is not what its name says, so we do not take it.", name=name[:80]))
    if not parcel.size:
        raise _wrong(_("“{name}” is empty.", name=name[:80]))
    return parcel


def _wrong(sentence: str) -> Invalid:
    return Invalid({INPUT: [sentence]})


def lay_down(visit: Visit, record: Record, parcels: Sequence[Parcel]) -> list[Sent]:
    """This function will put what was received on a record of the guest, and tell where each lies and its name.

    He needs no right to change the record for that, as he needs none to write there.

    :raises Invalid: under `files`, when the folder does not take them.
    """
    there = intake_of(visit.work)
    if there is None:
        raise nowhere()
    folder = visit.page(record.registry).page.folder
    found: list[Sent] = []
    for each in parcels:
        try:
            laid = there[1].put(visit.work, record, each, folder, visit.work.actor.user_id)
            found.append((laid.registry, laid.id, each.name))
        except (Invalid, TooLarge) as error:
            raise _wrong(next((said[0] for said in error.errors.values() if said), error.message)) from error
    return found


def note_sent(visit: Visit, record: Record, files: Sequence[Sent], note: str = "") -> None:
    """This function will have files that a guest has sent stand in the inbox of the firm, and in the public thread."""
    if NAME in record.tabs:
        keep_sent(visit.work, put_down(visit, record, UPLOAD, {"text": note or WORDLESS}), files)


__all__ = [
    "INPUT",
    "Limits",
    "chosen",
    "lay_down",
    "limits_of",
    "note_sent",
    "received",
    "sends_files",
    "sends_with_new",
]

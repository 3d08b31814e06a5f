"""Filing letters: at the record that they came from or went to, or in the tray where somebody chooses one."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from kartoteka.platform.sdk import (
    Bearer,
    Conflict,
    KartotekaError,
    NotFound,
    Office,
    Query,
    Record,
    Unauthenticated,
    Work,
    _,
    browse,
    change,
    count,
    create,
    fetch,
)
from kartoteka.plugins.activities.design import KEY, LETTER
from kartoteka.plugins.activities.letters import Letter, Unreadable, read_letter

LARGEST = 25 * 1024 * 1024
CHUNK = 1024 * 1024
IN_THE_TRAY = {
    "and": [{"field": "message_id", "op": "not_empty"}, {"not": {"field": "on", "op": "not_empty"}}]
}  # fmt: skip


@dataclass(frozen=True)
class Filed:
    """What became of a letter, in a sentence."""

    said: str
    activity: int = 0
    on: Bearer | None = None


def file_stream(office: Office, stream: BinaryIO) -> Filed:
    """This function will file what a mail server hands over; what cannot be read is kept as it came."""
    raw = stream.read(LARGEST + 1)
    if len(raw) > LARGEST:
        kept = _keep(office, raw, stream)
        return Filed(
            _("The letter is larger than {most} MB; it is kept in {path}.", most=LARGEST // CHUNK, path=kept)
        )
    return _file_raw(office, raw)


def file_headers(office: Office, raw: bytes, size: int) -> Filed:
    """This function will note a letter that is too large to be filed whole, by its head; it stays where it lies."""
    said = _("The letter has {size} MB, too much to be filed; it stays in the mailbox.", size=size // CHUNK)
    return _file_raw(office, raw, said)


def _file_raw(office: Office, raw: bytes, instead: str = "") -> Filed:
    """`instead` stands in the place of a text that has not been read."""
    try:
        letter = read_letter(raw)
    except Unreadable:
        return Filed(_("This is no letter; what came is kept in {path}.", path=_keep(office, raw)))
    if letter.automatic:
        return Filed(_("An automatic answer is not filed."))
    return _file(office, replace(letter, text=instead) if instead else letter)


def _file(office: Office, letter: Letter) -> Filed:
    """As the first colleague whose address the letter bears; a letter that bears none waits for an admin."""
    with office.begin_system(via="mail", write=True) as work:
        if _known(work, letter):
            return _again()
    for address in letter.addresses:
        if address.endswith(".invalid"):
            # The accounts of the installation itself: nobody writes as one of them.
            continue
        try:
            with office.begin_as(address, via="mail", write=True) as work:
                if work.actor.identity is None:
                    return _filed(work, letter)
        except Unauthenticated:
            continue
    with office.begin_system(via="mail", write=True) as work:
        return _waits(work, letter)


def _filed(work: Work, letter: Letter) -> Filed:
    if _known(work, letter):
        return _again()
    # What a colleague forwards came from somebody else; whatever a stranger quotes is nobody's business.
    more = letter.forwarded if work.actor.email.lower() == letter.sender else ()
    for bearer in bearers(work, [*letter.addresses, *more]):
        try:
            with work.attempt():
                made = create(work, KEY, _values(work, letter), category=LETTER, on=bearer)
            return Filed(_("Filed at “{title}”.", title=bearer.title), made.id, bearer)
        except Conflict:
            return _again()
        except KartotekaError:
            continue
    return _waits(work, letter)


def _waits(work: Work, letter: Letter) -> Filed:
    if _known(work, letter):
        return _again()
    made = create(work, KEY, _values(work, letter), category=LETTER)
    return Filed(_("Nobody with these addresses is known; the letter waits in the tray."), made.id)


def _again() -> Filed:
    return Filed(_("This letter has been filed before."))


def _known(work: Work, letter: Letter) -> bool:
    asked = {"field": "message_id", "op": "eq", "value": letter.identity}
    return count(work, KEY, Query(filter=asked)) > 0


def _values(work: Work, letter: Letter) -> Mapping[str, object]:
    at = min(letter.at, work.now) if letter.at else work.now
    who = [] if work.actor.email.endswith(".invalid") else [work.actor.user_id]
    return {"at": at, "text": letter.whole, "who": who, "message_id": letter.identity}


def bearers(work: Work, addresses: Sequence[str]) -> Iterator[Bearer]:
    """This function will find the records that bear one of some addresses and may bear activities.

    The sender's come first, and of these the ones that point at others: a contact before the company of the contact.
    One statement for each registry with addresses.
    """
    others = [each for each in addresses if each != work.actor.email.lower()]
    found: list[tuple[int, int, Bearer]] = []
    for registry in work.registries() if others else ():
        keys = [each.key for each in work.open(registry.key).fields if each.type == "email"]
        if not keys:
            continue
        nodes = [{"field": key, "op": "in", "value": others} for key in keys]
        relations = sum(each.type == "relation" for each in registry.active_fields)
        for record in browse(work, registry.key, Query(filter={"or": nodes}, page_size=20), flags=True).items:
            if record.tabs.get("activities") == "edit":
                places = [
                    others.index(record.values[key]) for key in keys if record.values.get(key) in others
                ]
                found.append((min(places, default=len(others)), -relations, _bearer(record)))
    return iter([bearer for _place, _relations, bearer in sorted(found, key=lambda each: each[:2])])


def _bearer(record: Record) -> Bearer:
    return Bearer(record.registry, record.id, record.title)


def file_at(work: Work, activity: int, on: Bearer) -> Record:
    """This function will file a letter out of the tray at a record."""
    waiting = fetch(work, KEY, activity)
    if waiting.on is not None or not waiting.values.get("message_id"):
        raise NotFound(_("There is no letter {id} in the tray.", id=activity))
    return change(work, KEY, activity, {}, on=on)


def _keep(office: Office, raw: bytes, rest: BinaryIO | None = None) -> Path:
    """Nothing that came is lost: it lies beside the data, under the name of its beginning."""
    folder = Path(office.settings.data) / "letters"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{hashlib.sha256(raw).hexdigest()[:24]}.eml"
    with path.open("wb") as out:
        out.write(raw)
        while rest is not None and (more := rest.read(CHUNK)):
            out.write(more)
    return path

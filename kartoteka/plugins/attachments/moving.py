"""All files brought to another storage while people go on working with them."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import select

from kartoteka.platform.sdk import Misconfigured, MovingVault, Office, files_of
from kartoteka.plugins.attachments.contents import MADE, piece_key
from kartoteka.plugins.attachments.tables import ContentRow, UploadRow

AT_ONCE = 500
MOVED = "moved"
Tell = Callable[[int], None]


@dataclass
class Moved:
    """What has become of the contents: how many were moved or there already, and which could not be."""

    numbers: Counter[str] = field(default_factory=Counter)
    missing: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether everything is in the new storage now."""
        return not (self.missing or self.changed)


def move_all(office: Office, tell: Tell = lambda done: None) -> Moved:
    """This function will bring everything over that is not there yet; broken off at any moment, it goes on from there.

    :raises Misconfigured: when no second storage is named.
    """
    vault = files_of(office)
    if not isinstance(vault, MovingVault):
        raise Misconfigured("Say in KARTOTEKA_FILES_ALSO where the files have been until now.")
    done, last = Moved(), ""
    while some := _after(office, last):
        for sha256 in some:
            came_to = vault.move(sha256, MADE)
            done.numbers[came_to] += 1
            {"missing": done.missing, "changed": done.changed}.get(came_to, []).append(sha256)
            if came_to == MOVED:
                _drop_purged(office, vault, sha256)
        last = some[-1]
        tell(done.numbers.total())
    _move_uploads(office, vault)
    return done


def _after(office: Office, last: str) -> list[str]:
    wanted = select(ContentRow.sha256).where(ContentRow.sha256 > last).order_by(ContentRow.sha256)
    with office.session() as session:
        return list(session.scalars(wanted.limit(AT_ONCE)))


def _drop_purged(office: Office, vault: MovingVault, sha256: str) -> None:
    """What was taken away for good while it was on its way must not come to lie in the new storage."""
    with office.session(write=True) as session:
        if session.get(ContentRow, sha256) is None:
            vault.drop(sha256, *MADE)


def _move_uploads(office: Office, vault: MovingVault) -> None:
    """Pieces of uploads that are under way: they are put together there."""
    with office.session() as session:
        under_way = session.execute(
            select(UploadRow.key, UploadRow.pieces).where(UploadRow.attachment.is_(None))
        ).all()
    for key, starts in under_way:
        for start in starts:
            vault.move_arriving(piece_key(key, start))


__all__ = ["Moved", "move_all"]

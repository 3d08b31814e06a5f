"""Two stores of files while they move from one to the other: what is new goes to the first, both are read."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import IO

from kartoteka.platform.storage.files import PIECE, Vault

# What has become of a content that was to be moved.
THERE, MOVED, MISSING, CHANGED = "there", "moved", "missing", "changed"


class MovingVault(Vault):
    """A store to which files are on their way from another one."""

    def __init__(self, url: str, also: str) -> None:
        super().__init__(url)
        self.other = Vault(also)

    def answer(self) -> None:
        """This function will find out whether both stores answer."""
        super().answer()
        self.other.answer()

    def open(self, sha256: str) -> IO[bytes]:
        """This function will open a content where it lies."""
        return super().open(sha256) if super().has(sha256) else self.other.open(sha256)

    def open_arriving(self, key: str) -> IO[bytes]:
        """This function will open what has arrived, wherever that was."""
        return super().open_arriving(key) if super().has_arriving(key) else self.other.open_arriving(key)

    def has(self, sha256: str) -> bool:
        """This function will tell whether a content is in any of the two."""
        return super().has(sha256) or self.other.has(sha256)

    def drop(self, sha256: str, *kinds: str) -> None:
        """This function will take a content away from both, and what was made out of it."""
        super().drop(sha256, *kinds)
        self.other.drop(sha256, *kinds)

    def discard(self, key: str) -> None:
        """This function will drop what has arrived, wherever that was."""
        super().discard(key)
        self.other.discard(key)

    def get(self, sha256: str, kind: str) -> bytes | None:
        """This function will give something that was made out of a content."""
        found = super().get(sha256, kind)
        return found if found is not None else self.other.get(sha256, kind)

    def contents(self) -> Iterator[tuple[str, int]]:
        """This function will list the contents of both, each once."""
        here = dict(super().contents())
        yield from here.items()
        yield from ((sha256, size) for sha256, size in self.other.contents() if sha256 not in here)

    def sweep(self, older_than: float, *, keep: Callable[[str], bool] = lambda key: False) -> int:
        """This function will drop what arrived long ago in any of the two."""
        return super().sweep(older_than, keep=keep) + self.other.sweep(older_than, keep=keep)

    def move(self, sha256: str, kinds: Iterable[str]) -> str:
        """This function will bring a content over, and what was made out of it; broken off, it is done again.

        The bytes are hashed on their way: what is no longer what its name says stays where it is.
        """
        came_to = THERE if super().has(sha256) else self._bring(sha256)
        if came_to in (THERE, MOVED):
            for kind in kinds:
                if super().get(sha256, kind) is None and (made := self.other.get(sha256, kind)) is not None:
                    self.put(sha256, kind, made)
        return came_to

    def _bring(self, sha256: str) -> str:
        if not self.other.has(sha256):
            return MISSING
        try:
            with self.other.open(sha256) as stream:
                arrived = self.receive(_pieces(stream))
        except FileNotFoundError:
            return MISSING
        if arrived.sha256 != sha256:
            super().discard(arrived.key)
            return CHANGED
        self.settle(arrived)
        return MOVED

    def move_arriving(self, key: str) -> None:
        """This function will bring a piece over of an upload that is under way."""
        if not super().has_arriving(key) and self.other.has_arriving(key):
            with suppress(FileNotFoundError), self.other.open_arriving(key) as stream:
                self.receive(_pieces(stream), key=key)


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    while piece := stream.read(PIECE):
        yield piece


__all__ = ["CHANGED", "MISSING", "MOVED", "THERE", "MovingVault"]

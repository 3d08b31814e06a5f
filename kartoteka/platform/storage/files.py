"""Where the bytes of files lie: one object for each content, named by its SHA-256, through fsspec.

What comes in is written beside first and hashed on the way; only whole and under its own hash does it get its place.
Two who send the same content at once end with the same object. Nothing here knows who may read what.
"""

import hashlib
import os
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from typing import IO, Any, NoReturn, TypeVar

import fsspec  # type: ignore[import-untyped]
from obstore.fsspec import BufferedFile, FsspecStore

from kartoteka.platform.kernel.errors import NotFound, TooLarge, Unavailable
from kartoteka.platform.kernel.texts import _

PIECE = 1 << 18
# How much of a file is kept at hand to judge what it is.
HEAD = 1 << 16
ARRIVING, CONTENTS, MADE = "arriving", "contents", "made"
# Of an object store as much is read ahead, so that a download takes as much memory and no more.
READ_AHEAD = 4 << 20
Given = TypeVar("Given")
_HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class Arrived:
    """What has come in whole and waits for its place."""

    key: str
    sha256: str
    size: int
    head: bytes


class _ObjectFile(BufferedFile):
    """A file of an object store that can be dropped even when the store failed while it was being opened."""

    def close(self) -> None:
        """End it; what was never opened in whole has nothing to send or to give back."""
        if hasattr(self, "_reader") or hasattr(self, "_writer"):
            super().close()
        else:
            # Else the collector would try it, and its failure would come up in the midst of something else.
            self.closed = True


class _Objects(FsspecStore):
    """An object store with such files."""

    def _open(
        self,
        path: str,
        mode: Any = "rb",
        block_size: Any = None,
        autocommit: Any = True,
        cache_options: Any = None,
        **kwargs: Any,
    ) -> BufferedFile:
        return _ObjectFile(self, path, mode, **kwargs)


class Vault:
    """The store of one installation, at an fsspec address such as `file:///…` or `s3://bucket/prefix`."""

    def __init__(self, url: str) -> None:
        self.url = url

    @cached_property
    def _place(self) -> tuple[Any, str]:
        if self.url.startswith("s3://"):
            # Its settings come from the usual variables of the environment, such as AWS_ENDPOINT_URL.
            return _Objects("s3"), self.url.removeprefix("s3://").rstrip("/")
        store, folder = fsspec.core.url_to_fs(self.url)
        return store, folder.rstrip("/")

    def answer(self) -> None:
        """This function will find out whether the store answers.

        :raises Unavailable: when it does not.
        """
        with _answering():
            self._store.makedirs(self._place[1], exist_ok=True)
            with suppress(FileNotFoundError):
                self._store.ls(self._place[1])

    @property
    def _store(self) -> Any:
        return self._place[0]

    @property
    def _local(self) -> bool:
        return "file" in (
            [self._store.protocol] if isinstance(self._store.protocol, str) else self._store.protocol
        )

    def _path(self, *parts: str) -> str:
        return "/".join((self._place[1], *parts))

    def _of(self, sha256: str, kind: str = "") -> str:
        if len(sha256) != 64 or not set(sha256) <= _HEX:
            raise NotFound(_("There is nothing at this address."))
        room = (MADE, kind) if kind else (CONTENTS,)
        return self._path(*room, sha256[:2], sha256)

    def receive(self, pieces: Iterable[bytes], limit: int | None = None, *, key: str = "") -> Arrived:
        """This function will write what comes in beside the contents, in constant memory.

        :raises TooLarge: as soon as it is more than `limit`; nothing of it stays.
        :raises Unavailable: when the store is full or does not answer; nothing of it stays.
        """
        key = key or secrets.token_hex(16)
        digest, size, head = hashlib.sha256(), 0, b""
        try:
            with _answering(), self._writing(self._path(ARRIVING, key)) as out:
                for piece in pieces:
                    size += len(piece)
                    if limit is not None and size > limit:
                        raise TooLarge(_("A file can have {n} MB at most.", n=max(1, limit >> 20)))
                    digest.update(piece)
                    head = head if len(head) >= HEAD else (head + piece)[:HEAD]
                    out.write(piece)
        except BaseException:
            self.discard(key)
            raise
        return Arrived(key, digest.hexdigest(), size, head)

    @contextmanager
    def _writing(self, path: str) -> Iterator[IO[bytes]]:
        self._store.makedirs(path.rpartition("/")[0], exist_ok=True)
        with self._store.open(path, "wb") as out:
            yield out
            if self._local:
                out.flush()
                os.fsync(out.fileno())

    def settle(self, arrived: Arrived) -> None:
        """This function will give what has arrived its place; if the same content is there, that one stays."""
        source, target = self._path(ARRIVING, arrived.key), self._of(arrived.sha256)
        with _answering():
            if self._size(target) == arrived.size:
                self._store.rm_file(source)
                return
            self._store.makedirs(target.rpartition("/")[0], exist_ok=True)
            self._store.mv(source, target)
            self._keep_for_good(target)

    def _size(self, path: str) -> int | None:
        """How large an object is; `exists` of some stores would take a failure for a no."""
        try:
            return int(self._store.info(path)["size"])
        except FileNotFoundError:
            return None

    def _keep_for_good(self, path: str) -> None:
        """A name that is only in the memory of the machine would be gone with its power."""
        if not self._local:
            return
        folder = os.open(path.rpartition("/")[0], os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def discard(self, key: str) -> None:
        """This function will drop what has arrived; what cannot be dropped now is swept later."""
        with suppress(Exception):
            self._store.rm_file(self._path(ARRIVING, key))

    def open(self, sha256: str) -> IO[bytes]:
        """This function will open a content for reading at any place of it.

        :raises NotFound: when it is not there. :raises Unavailable: when the store does not answer.
        """
        path = self._of(sha256)
        with _answering():
            opened: IO[bytes] = self._store.open(path, "rb", block_size=READ_AHEAD)
        return opened

    def open_arriving(self, key: str) -> IO[bytes]:
        """This function will open what has arrived and has no place yet."""
        with _answering():
            opened: IO[bytes] = self._store.open(self._path(ARRIVING, key), "rb", block_size=READ_AHEAD)
        return opened

    def has_arriving(self, key: str) -> bool:
        """This function will tell whether something has arrived and has no place yet."""
        with _answering():
            return self._size(self._path(ARRIVING, key)) is not None

    def has(self, sha256: str) -> bool:
        """This function will tell whether a content is there."""
        with _answering():
            return self._size(self._of(sha256)) is not None

    def drop(self, sha256: str, *kinds: str) -> None:
        """This function will take a content away, and what was made out of it."""
        for path in (self._of(sha256), *(self._of(sha256, kind) for kind in kinds)):
            with _answering(), suppress(FileNotFoundError):
                self._store.rm_file(path)

    def put(self, sha256: str, kind: str, content: bytes) -> None:
        """This function will keep something small that was made out of a content, such as a thumbnail."""
        path = self._of(sha256, kind)
        with _answering():
            self._store.makedirs(path.rpartition("/")[0], exist_ok=True)
            self._store.pipe_file(path, content)

    def get(self, sha256: str, kind: str) -> bytes | None:
        """This function will give something that was made out of a content; None when there is nothing."""
        with _answering():
            try:
                found: bytes = self._store.cat_file(self._of(sha256, kind))
            except FileNotFoundError:
                return None
        return found

    def contents(self) -> Iterator[tuple[str, int]]:
        """This function will list all contents with their sizes, folder by folder."""
        with _answering():
            try:
                rooms = self._store.ls(self._path(CONTENTS), detail=False)
            except FileNotFoundError:
                return
        for room in sorted(each.rstrip("/").rpartition("/")[2] for each in rooms):
            with _answering():
                try:
                    found = self._store.ls(self._path(CONTENTS, room), detail=True)
                except FileNotFoundError:
                    continue
            yield from ((each["name"].rpartition("/")[2], each["size"]) for each in found)

    def digest_of(self, sha256: str) -> str:
        """This function will read a content anew and tell what its hash is now."""
        digest = hashlib.sha256()
        with self.open(sha256) as stream, _answering():
            while piece := stream.read(PIECE):
                digest.update(piece)
        return digest.hexdigest()

    def sweep(self, older_than: float, *, keep: Callable[[str], bool] = lambda key: False) -> int:
        """This function will drop what arrived more than some seconds ago and never got a place."""
        with _answering():
            try:
                found = self._store.ls(self._path(ARRIVING), detail=True)
            except FileNotFoundError:
                return 0
        keys = [each["name"].rpartition("/")[2] for each in found]
        gone = [each for each in keys if not keep(each) and self._waited(each) > older_than]
        for key in gone:
            self.discard(key)
        return len(gone)

    def _waited(self, key: str) -> float:
        """How many seconds ago something arrived; of what has just gone, or does not tell, none."""
        with _answering():
            try:
                found = self._store.info(self._path(ARRIVING, key))
            except FileNotFoundError:
                return 0.0
        written = next(
            (found[name] for name in ("last_modified", "mtime", "created") if found.get(name)), None
        )
        if written is None:
            return 0.0
        return time.time() - float(written.timestamp() if hasattr(written, "timestamp") else written)


@contextmanager
def _answering() -> Iterator[None]:
    """Whatever way a store fails, it is told in one way; what is not there is something else."""
    try:
        yield
    except FileNotFoundError:
        raise
    except (OSError, TimeoutError) as error:
        _fail(error)
    except Exception as error:
        if not type(error).__module__.startswith(("obstore", "fsspec")):
            raise
        _fail(error)


def _fail(error: BaseException) -> NoReturn:
    raise Unavailable(
        _("The storage of files is full or does not answer; nothing was saved. Please try again later.")
    ) from error


__all__ = ["HEAD", "PIECE", "Arrived", "Vault"]

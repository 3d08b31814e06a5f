"""One question to a public service: bounded in time and size, without redirects, asked once more at most."""

import http.client
import json
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from kartoteka import __version__
from kartoteka.plugins.ares.registers.answers import Unavailable

LONGEST = 5.0
MOST_BYTES = 4_000_000
PAUSE = 0.3
_PIECE = 65_536
T = TypeVar("T")


@dataclass(frozen=True)
class Said:
    """What a service has said: a status and a JSON document; no document when it was something else."""

    status: int
    document: Any


class Service:
    """A public service at a base address."""

    def __init__(self, base: str, *, longest: float = LONGEST, pause: float = PAUSE) -> None:
        parts = urlsplit(base)
        self.secure = parts.scheme == "https"
        self.host, self.port = parts.hostname or "", parts.port
        self.root = parts.path.rstrip("/")
        self.longest, self.pause = longest, pause

    def get(self, path: str, read: Callable[[Said], T]) -> T | Unavailable:
        """This function will read an address of the service, if it answers."""
        said = self._twice("GET", path, None)
        return said if isinstance(said, Unavailable) else read(said)

    def post(self, path: str, body: Mapping[str, Any], read: Callable[[Said], T]) -> T | Unavailable:
        """This function will put a question with a body; it changes nothing there, so it may be put twice."""
        said = self._twice("POST", path, json.dumps(body, ensure_ascii=False).encode())
        return said if isinstance(said, Unavailable) else read(said)

    def _twice(self, method: str, path: str, body: bytes | None) -> Said | Unavailable:
        """Only what failed on the way or within the service is worth another try; a refusal is one."""
        until = time.monotonic() + self.longest
        said = self._once(method, path, body, until)
        if (
            isinstance(said, Unavailable)
            and said.reason in ("transport", "failure")
            and self._time_left(until)
        ):
            time.sleep(self.pause)
            said = self._once(method, path, body, until)
        return said

    def _time_left(self, until: float) -> bool:
        return until - time.monotonic() > self.longest / 2

    def _once(self, method: str, path: str, body: bytes | None, until: float) -> Said | Unavailable:
        connection = self._connect(until)
        try:
            connection.request(method, self.root + path, body, _headers(body))
            return self._read(connection, until)
        except TimeoutError:
            return Unavailable("slow")
        except ssl.SSLError:
            return Unavailable("certificate")
        except (OSError, http.client.HTTPException):
            return Unavailable("transport")
        finally:
            connection.close()

    def _connect(self, until: float) -> http.client.HTTPConnection:
        left = max(until - time.monotonic(), 0.1)
        if self.secure:
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(self.host, self.port, timeout=left, context=context)
        return http.client.HTTPConnection(self.host, self.port, timeout=left)

    def _read(self, connection: http.client.HTTPConnection, until: float) -> Said | Unavailable:
        answer = connection.getresponse()
        if answer.status == http.client.TOO_MANY_REQUESTS:
            return Unavailable("limit", _seconds(answer.headers.get("Retry-After")))
        if answer.status >= 500:
            return Unavailable("failure")
        if 300 <= answer.status < 400:
            # Whoever would follow might be led to another house.
            return Unavailable("answer")
        document = _document(_bytes(answer, connection.sock, until))
        return Unavailable("answer") if document is None else Said(answer.status, document)


def _headers(body: bytes | None) -> dict[str, str]:
    headers = {"Accept": "application/json", "User-Agent": f"Kartoteka/{__version__}"}
    return {**headers, "Content-Type": "application/json"} if body is not None else headers


def _bytes(answer: http.client.HTTPResponse, channel: socket.socket | None, until: float) -> bytes:
    """All of it, in time: a service that drips is as good as one that says nothing."""
    parts, size = [], 0
    while piece := answer.read1(_PIECE):
        parts.append(piece)
        size += len(piece)
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if size > MOST_BYTES:
            raise http.client.HTTPException
        if channel is not None and channel.fileno() >= 0:
            channel.settimeout(left)
    if answer.length:
        raise http.client.IncompleteRead(b"", answer.length)
    return b"".join(parts)


def _document(content: bytes) -> dict[str, Any] | None:
    """An object, or nothing: pages of proxies come with every status, and arrays are no answer here."""
    try:
        document = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _seconds(text: str | None) -> float:
    return min(float(text), 3600.0) if text is not None and text.isascii() and text.isdigit() else 60.0


__all__ = ["LONGEST", "MOST_BYTES", "Said", "Service"]

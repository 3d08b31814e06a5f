"""Requests over HTTP, to one side and the other in turn, and the time that each takes."""

import json
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any

WARM_UP = 8


class Refused(Exception):
    """An answer that is not the expected one."""


@dataclass(frozen=True)
class Ask:
    """One request: method, path and perhaps a JSON document."""

    method: str
    path: str
    body: Any = None


@dataclass
class Caller:
    """One connection, kept open, to one side."""

    port: int
    token: str = ""
    connection: HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = HTTPConnection("127.0.0.1", self.port, timeout=600)

    def __call__(self, ask: Ask) -> tuple[float, bytes]:
        """Ask, and give the seconds until the last byte, and the answer."""
        headers = {"Content-Type": "application/json"} if ask.body is not None else {}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        body = None if ask.body is None else json.dumps(ask.body).encode()
        started = time.perf_counter()
        self.connection.request(ask.method, ask.path, body, headers)
        response = self.connection.getresponse()
        content = response.read()
        seconds = time.perf_counter() - started
        if response.status >= 300:
            raise Refused(f"{ask.method} {ask.path}: {response.status} {content[:300]!r}")
        return seconds, content

    def connect_anew(self) -> None:
        """Begin with a new connection: the server may have closed one that rested."""
        self.connection.close()

    def document(self, ask: Ask) -> Any:
        """Ask, and give the document of the answer."""
        return json.loads(self(ask)[1])


@dataclass(frozen=True)
class Times:
    """Seconds of both sides, taken in turn."""

    own: tuple[float, ...]
    floor: tuple[float, ...]

    @property
    def medians(self) -> tuple[float, float]:
        """The median of each side."""
        return statistics.median(self.own), statistics.median(self.floor)

    @property
    def ratio(self) -> float:
        """How many times the floor's time ours is."""
        own, floor = self.medians
        return own / floor


Once = Callable[[int], float]


def in_turn(own: Once, floor: Once, rounds: int, warm_up: int = WARM_UP) -> Times:
    """Let both sides do their work number 0, 1, 2 … in turn, as does who begins; the first rounds do not count."""
    taken: Mapping[str, list[float]] = {"own": [], "floor": []}
    sides = [("own", own), ("floor", floor)]
    for number in range(rounds + warm_up):
        for name, side in sides if number % 2 else reversed(sides):
            seconds = side(number)
            if number >= warm_up:
                taken[name].append(seconds)
    return Times(tuple(taken["own"]), tuple(taken["floor"]))

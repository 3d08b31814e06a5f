"""What is measured, with the target of each, and whether both sides give the same."""

import json
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count as numbers
from typing import Any
from urllib.parse import quote, urlencode

from sqlalchemy import Engine

from benchmarks.asking import Ask, Caller, Times, in_turn
from benchmarks.companies import MOST_TURNOVER, RARE_WORD, companies
from benchmarks.floor import open_database
from benchmarks.places import Place, export_companies, import_companies, insert_companies, write_companies
from kartoteka.platform.services.office import Office

RECORDS = "/api/v1/registries/companies/records"
SUMMARY = "/api/v1/registries/companies/summary"
IMPORTED = 5000
READ, WRITE, IMPORT = 3.0, 5.0, 5.0
Asks = Callable[[int], Ask]
See = Callable[[bytes], Any]


@dataclass(frozen=True)
class Measure:
    """One thing done by both sides.

    `target` is the ratio that ours must not exceed, `see` what must be alike in the answers.
    """

    name: str
    own: Asks
    floor: Asks
    target: float | None = None
    see: See | None = None
    share: float = 1.0


@dataclass(frozen=True)
class Result:
    """A measure taken."""

    name: str
    times: Times
    target: float | None
    rows: int = 0

    @property
    def met(self) -> bool:
        """False when the target is missed."""
        return self.target is None or self.times.ratio <= self.target

    def cells(self) -> tuple[str, ...]:
        """The result as a line of the table."""
        own, floor = (f"{seconds * 1000:.2f}" for seconds in self.times.medians)
        return own, floor, f"{self.times.ratio:.2f}", str(self.target or "")

    def as_json(self) -> dict[str, Any]:
        """The result for machines, times in milliseconds."""
        own, floor = self.times.medians
        more = (
            {"own_rows_per_second": round(self.rows / own), "floor_rows_per_second": round(self.rows / floor)}
            if self.rows
            else {}
        )
        return {"name": self.name, "own_ms": round(own * 1000, 3), "floor_ms": round(floor * 1000, 3),
                "ratio": round(self.times.ratio, 2), "target": self.target, "met": self.met,
                "rounds": len(self.times.own), **more}  # fmt: skip


@dataclass(frozen=True)
class Lasting:
    """Something that may last so many seconds, with nothing to hold it against."""

    name: str
    seconds: float
    most: float
    # How many notifications came of it.
    told: int = 0

    @property
    def met(self) -> bool:
        """False when it has lasted longer."""
        return self.seconds <= self.most

    def cells(self) -> tuple[str, ...]:
        """The result as a line of the table."""
        return f"{self.seconds * 1000:.2f}", "", "", f"{self.most:.0f} s"

    def as_json(self) -> dict[str, Any]:
        """The result for machines."""
        return {"name": self.name, "own_ms": round(self.seconds * 1000, 3), "most_ms": self.most * 1000,
                "met": self.met, "told": self.told}  # fmt: skip


def _names(content: bytes) -> list[Any]:
    return [(each.get("values") or each)["name"] for each in json.loads(content)["items"]]


def _name(content: bytes) -> Any:
    document = json.loads(content)
    return (document.get("values") or document)["name"]


def _count(content: bytes) -> Any:
    return json.loads(content)["count"]


def _groups(content: bytes) -> dict[Any, Any]:
    items = [
        each if isinstance(each, list) else [each["key"], each["count"]]
        for each in json.loads(content)["items"]
    ]
    return {item[0]: item[1] for item in items}


def _listed(**parameters: Any) -> str:
    return f"{RECORDS}?{urlencode(parameters, quote_via=quote)}"


def _filter(least: int) -> str:
    parts = [
        {"field": "status", "op": "eq", "value": "won"},
        {"field": "turnover", "op": "gte", "value": str(least)},
    ]
    return json.dumps({"and": parts}, separators=(",", ":"))


class Reading:
    """The measures of what only reads."""

    def __init__(self, own: Caller, records: int) -> None:
        self.own = own
        self.records = records
        self.chance = random.Random(1)
        self.ids = [self.chance.randrange(1, records + 1) for _each in range(1000)]
        # Not always the same page: what is asked twice alike may be kept ready.
        self.leasts = [self.chance.randrange(MOST_TURNOVER // 2) for _each in range(1000)]

    def measures(self) -> Iterator[Measure]:
        """Give them one by one; some are prepared by asking."""
        yield Measure(
            "read one",
            lambda n: Ask("GET", f"{RECORDS}/{self._id(n)}"),
            lambda n: Ask("GET", f"/records/{self._id(n)}"),
            READ,
            _name,
        )
        yield Measure(
            "page of 50, filtered, sorted by number",
            lambda n: Ask("GET", _listed(filter=_filter(self._least(n)), sort="-turnover")),
            lambda n: Ask("GET", f"/records?status=won&least={self._least(n)}"), READ, _names,
        )  # fmt: skip
        yield Measure(
            "page of 50, filtered, sorted by title",
            lambda _n: Ask("GET", _listed(filter='{"field":"status","op":"eq","value":"won"}', sort="title")),
            lambda _n: Ask("GET", "/records/by-name?status=won"), READ,
        )  # fmt: skip
        cursor, depth = self._deep()
        yield Measure(
            "page at 90 % depth", lambda _n: Ask("GET", _listed(sort="-turnover", cursor=cursor)),
            lambda _n: Ask("GET", f"/records/deep?offset={depth}"), None, _names,
        )  # fmt: skip
        yield Measure(
            "count", lambda n: Ask("GET", _listed(filter=_filter(self._least(n)), count=1, page_size=1, fields="name")),
            lambda n: Ask("GET", f"/records/count?status=won&least={self._least(n)}"), None, _count,
        )  # fmt: skip
        for word in ("moravia", RARE_WORD):
            yield Measure(
                f"search, {'rare' if word == RARE_WORD else 'common'} word",
                lambda _n, word=word: Ask("GET", _listed(q=word)),
                lambda _n, word=word: Ask("GET", f"/records/search?q={word}"), None, _names,
            )  # fmt: skip
        yield Measure(
            "group summary", lambda _n: Ask("GET", f"{SUMMARY}?group_by=status&measure=sum:turnover"),
            lambda _n: Ask("GET", "/summary"), None, _groups, 0.3,
        )  # fmt: skip

    def _id(self, number: int) -> int:
        return self.ids[number % len(self.ids)]

    def _least(self, number: int) -> int:
        return self.leasts[number % len(self.leasts)]

    def _deep(self) -> tuple[str, int]:
        """The cursor of the page at 90 % depth, walked to, and how many rows lie before it."""
        cursor, depth = "", 0
        while depth < self.records * 9 // 10:
            more = {"cursor": cursor} if cursor else {}
            page = self.own.document(
                Ask("GET", _listed(sort="-turnover", page_size=500, fields="name", **more))
            )
            cursor, depth = page["next"], depth + len(page["items"])
        return cursor, depth


def writing(first: int, records: int) -> Iterator[Measure]:
    """The measures of what writes; new companies are numbered from `first`."""
    mine, theirs = numbers(first), numbers(first)
    yield Measure(
        "create one", lambda _n: Ask("POST", RECORDS, {"values": _made(next(mine))}),
        lambda _n: Ask("POST", "/records", _made(next(theirs))), WRITE, _name,
    )  # fmt: skip
    yield Measure(
        "change one", lambda n: Ask("PATCH", f"{RECORDS}/{n % records + 1}", {"values": {"city": f"Město {n}"}}),
        lambda n: Ask("PATCH", f"/records/{n % records + 1}", {"city": f"Město {n}"}), None, _name,
    )  # fmt: skip


def _made(number: int) -> dict[str, Any]:
    (company,) = companies(number, 1)
    return company.as_json()


def take(measure: Measure, own: Caller, floor: Caller, rounds: int) -> Result:
    """Take a measure over HTTP.

    :raises RuntimeError: when the sides do not give the same.
    """
    rounds = max(3, int(rounds * measure.share))
    own.connect_anew()
    floor.connect_anew()
    if measure.see is not None:
        mine, theirs = measure.see(own(measure.own(0))[1]), measure.see(floor(measure.floor(0))[1])
        if mine != theirs:
            raise RuntimeError(f"{measure.name}: {str(mine)[:300]} is not {str(theirs)[:300]}")
    # Requests are made outside of the time that is measured.
    times = in_turn(
        lambda n: own(measure.own(n + 1))[0], lambda n: floor(measure.floor(n + 1))[0], rounds, min(8, rounds)
    )
    return Result(measure.name, times, measure.target)


def take_import(place: Place, first: int, rounds: int) -> Result:
    """Measure an import of a CSV file against `executemany` of the same rows, each time of new ones."""
    with _both(place) as (office, bare):
        times = in_turn(
            lambda n: import_companies(office, place.folder, first + n * IMPORTED, IMPORTED),
            lambda n: insert_companies(bare, first + n * IMPORTED, IMPORTED), rounds, 1,
        )  # fmt: skip
    return Result(f"import {IMPORTED} rows of CSV", times, IMPORT, IMPORTED)


def take_export(place: Place, rounds: int) -> Result:
    """Measure an export of all records into a CSV file, as the command line does it."""
    with _both(place) as (office, bare):
        times = in_turn(
            lambda _n: export_companies(office, place.folder),
            lambda _n: write_companies(bare, place.folder),
            rounds,
            0,
        )
    return Result("export all as CSV", times, None)


@contextmanager
def _both(place: Place) -> Iterator[tuple[Office, Engine]]:
    office, bare = Office(place.settings()), open_database(place.floor_url)
    try:
        yield office, bare
    finally:
        office.engine.dispose()
        bare.dispose()


__all__ = ["Lasting", "Measure", "Reading", "Result", "take", "take_export", "take_import", "writing"]

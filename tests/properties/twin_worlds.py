"""Two Kartotekas that differ only in what one reader may not see, and the means to ask both of them the same.

Whatever the reader asks, both must answer with the same bytes, and what he writes must change both databases alike.
"""

import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from functools import partial
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import Connection, inspect
from werkzeug.test import TestResponse

from kartoteka.platform.extension import discover
from kartoteka.platform.services import jobs, modelling, people, records, tokens
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.signing import request_reset
from kartoteka.platform.services.worker import Worker
from kartoteka.platform.web.tiles.placing import place_tile
from tests.properties.twin_companies import FIELD, know_companies, number_of
from tests.properties.twin_dogs import set_dogs
from tests.properties.twin_files import keep_files
from tests.properties.twin_talks import keep_talks
from tests.properties.twin_things import keep_things
from tests.servers.apps import app_for
from tests.servers.databases import PostgreSQL, SQLiteFiles
from tests.servers.offices import _install, settings_for

CANARY = "kanarek"
# What hidden texts speak of: one word in world A, the other in world B. Both words occur in visible texts too.
PROBES = {"a": "quokka", "b": "wombat"}
PASSWORD = "a long password of tests"
READER, COLLEAGUE, ADMIN = "rita@firm.example", "otto@firm.example", "ada@firm.example"
CROWD = 210  # more hidden records with one word than an engine looks at, all of them newer
_CSRF = re.compile(r"I[jm][\w-]{54}\.[\w-]{6}\.[\w-]{27}")
_SECRET = re.compile(r"kt_[\w-]{43}")
# The key of an upload in pieces, which nobody can guess.
_UPLOAD = re.compile(r'(?<="upload":")[\w-]{43}(?=")|(?<=/attachments/uploads/)[\w-]{43}')
_LINK = re.compile(r"(?<=/)[\w-]{20,}|(?<=\n)Message-ID:.*|(?<=\n)Date:.*")
_OUTSIDE = re.compile(r"/(ares|registers)(/|$)")
# What was asked of public registers is remembered, whatever comes of it.
ASKED_OUTSIDE = {"p_ares__gates", "p_ares__answers"}
_SHADOWS = re.compile(r"_(data|idx|content|docsize|config)$")
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Counting tries is not a change of what the firm keeps.
_BESIDE = frozenset({"sign_in_attempts"})


class Clock:
    """The same time in both worlds."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        """The present moment."""
        return self.now

    def turn(self) -> None:
        """One minute later."""
        self.now += timedelta(minutes=1)


@dataclass(frozen=True)
class Ask:
    """One request of the reader (or of nobody), to be sent to both worlds."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: Any = None
    form: tuple[tuple[str, Any], ...] | None = None
    headers: tuple[tuple[str, str], ...] = ()
    nobody: bool = False

    @property
    def writes(self) -> bool:
        """Whether it might change anything."""
        return self.method not in ("GET", "HEAD", "OPTIONS")

    @property
    def mentions(self) -> str:
        """Everything that is sent, which an answer may repeat."""
        return f"{self.path} {self.query} {self.body} {self.form}"


@dataclass(frozen=True)
class Told:
    """An answer without what is made at random."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str

    @classmethod
    def of(cls, response: TestResponse) -> "Told":
        """Read an answer."""
        sheet = response.mimetype == SHEET
        raw = response.get_data()
        body = _cells(raw) if sheet else raw.decode("utf-8", "backslashreplace")
        left_out = {"set-cookie", "date", "last-modified", *({"content-length", "etag"} if sheet else ())}
        headers = sorted(
            (name, _UPLOAD.sub("…", value))
            for name, value in response.headers
            if name.lower() not in left_out
        )
        for made_at_random in (_CSRF, _SECRET, _UPLOAD):
            body = made_at_random.sub("…", body)
        return cls(response.status_code, tuple(headers), body)


def _cells(raw: bytes) -> str:
    book = load_workbook(io.BytesIO(raw))
    known = book.properties
    lines = [f"{known.creator} {known.title} {known.subject} {known.keywords} {list(book.defined_names)}"]
    for sheet in book.worksheets:
        lines.append(f"[{sheet.title} {sheet.sheet_state} {sheet.dimensions}]")
        lines += [
            f"{cell.coordinate}={cell.value!r} {cell.comment.text if cell.comment else ''}"
            for row in sheet.iter_rows()
            for cell in row
        ]
    return "\n".join(lines)


@dataclass
class World:
    """One of the two."""

    side: str
    office: Office
    clock: Clock
    app: Flask
    ids: dict[str, list[int]] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    token: str = ""
    things: dict[str, int] = field(default_factory=dict)
    _browser: FlaskClient | None = None
    _csrf: str = ""
    # Nobody else writes over it, so that SQLite can tell by it whether anybody has written.
    _watching: Connection | None = None
    _rows: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)
    _seen: dict[str, Counter[str]] = field(default_factory=dict)
    _marks: dict[str, Any] = field(default_factory=dict)
    _pulse: Any = None

    def ask(self, ask: Ask) -> Told:
        """Send a request as the reader: with his token to the API, with his session elsewhere."""
        headers: dict[str, str] = dict(ask.headers)
        api = ask.path.startswith("/api/")
        client = self.app.test_client() if ask.nobody or api else self.browser
        if api and not ask.nobody:
            headers["Authorization"] = f"Bearer {self.token}"
        more: dict[str, Any] = {"query_string": list(ask.query), "headers": headers}
        if ask.body is not None:
            more["json"] = ask.body
        if ask.form is not None:
            if not api:
                headers["X-CSRFToken"] = self._csrf if not ask.nobody else ""
            more["data"] = _form(ask.form)
        with client.open(ask.path, method=ask.method, **more) as response:
            return Told.of(response)

    @property
    def browser(self) -> FlaskClient:
        """A browser in which the reader has signed in."""
        if self._browser is None:
            self._browser = self.app.test_client()
            door = self._browser.get("/sign-in").get_data(as_text=True)
            found = _CSRF.search(door)
            assert found is not None
            form = {"email": READER, "password": PASSWORD, "csrf_token": found[0]}
            assert self._browser.post("/sign-in", data=form).status_code == 303
            found = _CSRF.search(self._browser.get("/").get_data(as_text=True))
            assert found is not None
            self._csrf = found[0]
        return self._browser

    def tables(self) -> dict[str, Counter[str]]:
        """Everything in the database, table by table."""
        connection = self._watching = self._watching or self.office.engine.connect()
        with connection.begin():
            names = list(self._marks) or [
                each
                for each in inspect(connection).get_table_names()
                if each not in _BESIDE and not _SHADOWS.search(each)
            ]
            pulse = _pulse(connection)
            marks = self._marks if pulse == self._pulse else _marks(connection, names)
            for name, mark in marks.items():
                if name not in self._seen or mark != self._marks[name]:
                    rows = list(map(tuple, connection.exec_driver_sql(f'SELECT * FROM "{name}"')))
                    # What is as it was is the same thing as before, and need not be looked through again.
                    if rows != self._rows.get(name):
                        self._rows[name], self._seen[name] = rows, Counter(map(repr, rows))
        self._marks, self._pulse = marks, pulse
        return dict(self._seen)

    def close(self) -> None:
        """End the connection over which the tables are looked at."""
        if self._watching is not None:
            self._watching.close()


def _pulse(connection: Connection) -> Any:
    """What is the same as long as nobody has written anything at all."""
    if connection.dialect.name == "sqlite":
        return connection.exec_driver_sql("PRAGMA data_version").scalar()
    return connection.exec_driver_sql("SELECT pg_current_wal_insert_lsn()").scalar()


def _marks(connection: Connection, names: Sequence[str]) -> dict[str, Any]:
    """What is another for a table that has changed: thousands of requests are asked, most change little or nothing."""
    if connection.dialect.name == "sqlite":
        # It does not tell which table; but they are read quickly, once somebody has written at all.
        return dict.fromkeys(names, _pulse(connection))
    counts = " UNION ALL ".join(
        f"SELECT '{name}', count(*), sum(hashtextextended(x::text, 0)) FROM \"{name}\" x" for name in names
    )
    return {
        name: (count, total) for name, count, total in connection.exec_driver_sql(counts.replace("%", "%%"))
    }


def _form(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(
            (io.BytesIO(value[0]), value[1]) if isinstance(value, tuple) else value
        )
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}


def _mail(folder: Path, to: str) -> list[tuple[str | None, str]]:
    messages = [
        message_from_bytes(file.read_bytes(), policy=default) for file in sorted(folder.glob("*.eml"))
    ]
    mine = [each for each in messages if to in str(each["To"])]
    return sorted((each["Subject"], _LINK.sub("…", str(each.get_body(("plain",))))) for each in mine)


Change = Mapping[str, tuple[int, int]]


def changed(before: Mapping[str, Counter[str]], after: Mapping[str, Counter[str]]) -> Change:
    """How many rows of each table went and came."""
    found = {}
    for name in before.keys() | after.keys():
        old, new = before.get(name, Counter()), after.get(name, Counter())
        if old is not new and old != new:
            found[name] = ((old - new).total(), (new - old).total())
    return found


class Leak(AssertionError):
    """The two worlds could be told apart."""


@dataclass
class Twins:
    """Both worlds, and what the reader is told by both."""

    a: World
    b: World
    told: Counter[int] = field(default_factory=Counter)
    _tables: list[dict[str, Counter[str]]] | None = None

    def ask(self, ask: Ask) -> Told:
        """Send a request to both worlds.

        :raises Leak: when the answers differ, or hold what is hidden, or the databases have changed unlike.
        """
        before = self._state() if ask.writes else None
        first, second = self.a.ask(ask), self.b.ask(ask)
        self._tables = None if ask.writes else self._tables
        self.told[first.status] += 1
        if first != second:
            raise Leak(f"{ask}\nworld a: {_difference(first, second)}")
        if CANARY in f"{first.headers} {first.body}".lower() and CANARY not in ask.mentions:
            raise Leak(f"{ask}\ntells what is hidden: {_around(first.body)}")
        # Nobody answers for public registers in these worlds.
        if first.status >= 500 and not (first.status == 503 and _OUTSIDE.search(ask.path)):
            raise Leak(f"{ask}\nfails: {first}")
        if before is not None:
            self._compare(ask, first, before)
        return first

    def _state(self) -> list[dict[str, Counter[str]]]:
        if self._tables is None:
            self._tables = [self.a.tables(), self.b.tables()]
        return self._tables

    def _compare(self, ask: Ask, told: Told, before: list[dict[str, Counter[str]]]) -> None:
        sides = zip((self.a.side, self.b.side), before, self._state(), strict=True)
        # What is hidden whole has not even the same name in both.
        one, other = (
            {name.replace(f"vault_{side}", "vault"): rows for name, rows in changed(old, new).items()}
            for side, old, new in sides
        )
        if told.status < 400:
            # A hidden link gives way to another one where there is room for one only; in one world there was none.
            one, other = (
                {name: came if name == "links" else (went, came) for name, (went, came) in each.items()}
                for each in (one, other)
            )
        if one != other:
            raise Leak(f"{ask}\n{told.status}: the databases have changed unlike: {one} and {other}")
        if told.status >= 400 and one.keys() - ASKED_OUTSIDE:
            raise Leak(f"{ask}\n{told.status}, and yet changed: {one}")

    def forget(self) -> None:
        """After the worlds were changed by other means than asking."""
        self._tables = None

    def work(self) -> None:
        """Let the workers of both worlds do all that waits."""
        self._tables = None
        for world in (self.a, self.b):
            Worker(world.office).run_once()

    def compare_mail(self) -> int:
        """Compare what the reader was sent, but for what is made at random; give the number of messages.

        :raises Leak: when it differs or tells what is hidden.
        """
        first, second = (
            _mail(Path(world.office.settings.data) / "mail", READER) for world in (self.a, self.b)
        )
        if first != second or CANARY in str(first).lower():
            raise Leak(f"mail differs: {first} and {second}")
        return len(first)


def _difference(first: Told, second: Told) -> str:
    if first.status != second.status:
        return f"{first.status} {first.body[:300]}\nworld b: {second.status} {second.body[:300]}"
    if first.body == second.body:
        return f"{set(first.headers) ^ set(second.headers)}"
    place = next((n for n, (x, y) in enumerate(zip(first.body, second.body, strict=False)) if x != y), 0)
    start = max(place - 150, 0)
    return f"…{first.body[start : place + 150]}…\nworld b: …{second.body[start : place + 150]}…"


def _around(body: str) -> str:
    place = body.lower().find(CANARY)
    return body[max(place - 100, 0) : place + 100]


# How the worlds are made. `side` appears only where the reader cannot look.


def firms(side: str) -> dict[str, Any]:
    """A registry with a section for all, one to read, one shown on some rows, and one that is hidden."""
    other = {"a": "Vault", "b": "Cellar"}[side]
    return {
        "key": "firms",
        "name": "Firms",
        "name_one": "Firm",
        "title": "{name}",
        "columns": ["name", "turnover", f"h_number_{side}", "city"],
        "categories": [{"key": "customer", "name": "Customer"}, {"key": "supplier", "name": "Supplier"}],
        "sections": [
            {
                "key": "public",
                "name": "Public",
                "fields": [
                    {"key": "name", "name": "Name", "type": "text", "required": True},
                    {"key": "code", "name": "Code", "type": "text", "unique": True},
                    {"key": "city", "name": "City", "type": "text"},
                    {"key": "founded", "name": "Founded", "type": "date"},
                    {
                        "key": "status",
                        "name": "Status",
                        "type": "choice",
                        "options": {
                            "choices": [{"key": "lead", "name": "Lead"}, {"key": "won", "name": "Won"}]
                        },
                    },
                    {
                        "key": "tags",
                        "name": "Tags",
                        "type": "multi_choice",
                        "options": {"choices": [{"key": "x", "name": "X"}, {"key": "y", "name": "Y"}]},
                    },
                    {"key": "note", "name": "Note", "type": "long_text"},
                    {
                        "key": "partner",
                        "name": "Partner",
                        "type": "relation",
                        "options": {"target": "persons"},
                    },
                    {
                        "key": "contacts",
                        "name": "Contacts",
                        "type": "relation",
                        "options": {"target": "persons", "many": True},
                    },
                    {"key": "owner", "name": "Owner", "type": "user"},
                    {"key": "number", "name": "Number", "type": "autonumber"},
                    # Stricter than their section: one on some rows, one everywhere.
                    {"key": "margin", "name": "Margin", "type": "text"},
                    {"key": f"h_part_{side}", "name": f"{CANARY} part", "type": "text"},
                    *(
                        {"key": key, "name": key.title(), "type": "text"}
                        for key in ("ruled", "tied", "locked")
                    ),
                    {
                        "key": "box",
                        "name": "Box",
                        "type": "relation",
                        "options": {"target": f"vault_{side}", "many": True},
                    },
                ],
            },
            {
                "key": "fixed",
                "name": "Fixed",
                "fields": [
                    {"key": "area", "name": "Area", "type": "text"},
                ],
            },
            {
                "key": "finance",
                "name": "Finance",
                "fields": [
                    {"key": "turnover", "name": "Turnover", "type": "money"},
                    {"key": "units", "name": "Units", "type": "integer"},
                    {"key": "since", "name": "Since", "type": "date"},
                    {"key": "seen", "name": "Seen", "type": "datetime"},
                    {"key": "remark", "name": "Remark", "type": "text"},
                    {"key": "story", "name": "Story", "type": "long_text"},
                    {
                        "key": "level",
                        "name": "Level",
                        "type": "choice",
                        "options": {
                            "choices": [{"key": "low", "name": "Low"}, {"key": "high", "name": "High"}]
                        },
                    },
                    {
                        "key": "marks",
                        "name": "Marks",
                        "type": "multi_choice",
                        "options": {"choices": [{"key": "p", "name": "P"}, {"key": "q", "name": "Q"}]},
                    },
                    {
                        "key": "adviser",
                        "name": "Adviser",
                        "type": "relation",
                        "options": {"target": "persons"},
                    },
                    {"key": "keeper", "name": "Keeper", "type": "user"},
                    {"key": "ok", "name": "OK", "type": "boolean"},
                    FIELD,
                ],
            },
            {
                "key": f"hidden_{side}",
                "name": f"{other} {CANARY}",
                "help": f"{CANARY} help",
                "fields": [
                    {
                        "key": f"h_text_{side}",
                        "name": f"{CANARY} text",
                        "type": "text",
                        "required": True,
                        "default": f"{CANARY} default {side}",
                    },
                    {"key": f"h_number_{side}", "name": f"Tajné číslo {side}", "type": "integer"},
                    {
                        "key": f"h_link_{side}",
                        "name": f"{CANARY} link",
                        "type": "relation",
                        "options": {"target": "persons", "many": True},
                    },
                    {
                        "key": f"h_self_{side}",
                        "name": f"{CANARY} self",
                        "type": "relation",
                        "options": {"target": "firms"},
                    },
                ],
            },
        ],
    }


# A registry of which some rows are hidden, and titles are made of what is hidden on others.
PERSONS: Mapping[str, Any] = {
    "key": "persons",
    "name": "Persons",
    "name_one": "Person",
    "title": "{name} {alias}",
    "sections": [
        {"key": "basic", "name": "Basic", "fields": [{"key": "name", "name": "Name", "type": "text"}]},
        {"key": "fixed", "name": "Fixed", "fields": [{"key": "group", "name": "Group", "type": "text"}]},
        {
            "key": "private",
            "name": "Private",
            "fields": [
                {"key": "alias", "name": "Alias", "type": "text"},
                {"key": "pay", "name": "Pay", "type": "money"},
            ],
        },
    ],
}


def vault(side: str) -> dict[str, Any]:
    """A registry that does not exist for the reader; not even its key is the same."""
    return {
        "key": f"vault_{side}",
        "name": f"Vault {CANARY} {side}",
        "title": "{item}",
        "sections": [
            {
                "key": "basic",
                "name": "Basic",
                "fields": [
                    {"key": "item", "name": "Item", "type": "text"},
                ],
            }
        ],
    }


ALL = ["view", "create", "edit", "delete", "import", "export"]
BRNO = {"field": "area", "op": "eq", "value": "brno"}
ROLES: Mapping[str, Mapping[str, Any]] = {
    "clerk": {
        "firms": {
            "rights": ALL,
            "sections": {
                "public": "edit",
                "fixed": "read",
                "notes": "edit",
                "tasks": "edit",
                "activities": "read",
                "attachments": "edit",
                "portal": "edit",
                "ares": "edit",
            },
            "fields": {"margin": "hidden", "number": "read"},
        },
        "persons": {
            "rights": ALL,
            "rows": {"field": "group", "op": "eq", "value": "open"},
            "sections": {
                "basic": "edit",
                "fixed": "read",
                "notes": "edit",
                "tasks": "read",
                "attachments": "read",
            },
        },
    },
    "banker": {
        "firms": {
            "rights": ["view", "edit", "export"],
            "rows": BRNO,
            "sections": {"finance": "edit", "public": "read"},
        },
        "persons": {
            "rights": ["view"],
            "rows": {"field": "group", "op": "eq", "value": "club"},
            "sections": {"basic": "read", "fixed": "read", "private": "read"},
        },
    },
}
# A hidden person whose title may be named in a request.
QUIET = 4
GROUPS = ("open", "club", "closed", "open", "closed", "club", "closed")


def _with_part(side: str, grants: Mapping[str, Any]) -> dict[str, Any]:
    """The grants with the exception of a field that has another key in each world."""
    firms_grant = grants["firms"]
    hidden = {**firms_grant.get("fields", {}), f"h_part_{side}": "hidden"}
    return {**grants, "firms": {**firms_grant, "fields": hidden}}


def _hidden(side: str, n: int) -> str:
    return f"{CANARY}{side}{n} {PROBES[side]}"


def _number(side: str, n: int) -> int:
    """In one world the hidden numbers rise, in the other they fall."""
    return 100 + n if side == "a" else 900 - 7 * n


def _person(side: str, n: int) -> dict[str, Any]:
    group = GROUPS[n % len(GROUPS)]
    values = {"name": f"Osoba {chr(75 - n)}", "alias": f"alias {n}", "pay": f"{n}.50", "group": group}
    if group != "club":
        values |= {"alias": _hidden(side, n), "pay": str(_number(side, n))}
    if n == QUIET:
        values |= {"name": f"Tichý {side}", "alias": "beze slov"}
    elif group == "closed":
        values["name"] = f"{chr(65 + n if side == 'a' else 90 - n)} {_hidden(side, n)}"
    return values


def _firm(world: World, n: int) -> dict[str, Any]:
    side, people_ids = world.side, world.ids["persons"]
    shown, masked = n % 2 == 0, n % 2 == 1
    closed = [each for place, each in enumerate(people_ids) if GROUPS[place % len(GROUPS)] == "closed"]
    seen = [each for place, each in enumerate(people_ids) if GROUPS[place % len(GROUPS)] != "closed"]
    hidden_link = closed[(n if side == "a" else n + 1) % len(closed)]
    values: dict[str, Any] = {
        "name": f"Firma {chr(76 - n)}",
        "code": f"C{n}",
        "city": ("Praha", "Brno", None)[n % 3],
        "founded": f"20{10 + n}-01-0{n % 9 + 1}",
        "status": ("lead", "won", None)[n % 3],
        "tags": (["x"], ["x", "y"], None)[n % 3],
        "note": f"poznámka {n} quokka wombat" if n < 3 else None,
        "area": "brno" if shown else "praha",
        "contacts": [seen[n % len(seen)], *([hidden_link] if n % 3 == 0 else [])],
        # In one world there is a hidden link, in the other none.
        "partner": None
        if n % 4 == 0 and side == "a"
        else hidden_link
        if n % 4 in (0, 1)
        else seen[n % len(seen)],
        "owner": world.people[(ADMIN, COLLEAGUE)[n % 2]],
        "box": world.ids["vault"][: 1 + (n + (side == "a")) % 2],
        "turnover": f"{n}000.10",
        "units": n,
        "since": "2020-05-05",
        "seen": "2026-01-01T10:00:00Z",
        "remark": f"remark {n}",
        "story": f"story {n}",
        "level": "low",
        "marks": ["p"],
        "adviser": seen[0],
        "keeper": world.people[ADMIN],
        "ok": True,
        "ico": number_of(side, n),
        "margin": f"margin {n}",
        f"h_part_{side}": _hidden(side, n),
        f"h_text_{side}": _hidden(side, n),
        f"h_number_{side}": _number(side, n),
        f"h_link_{side}": people_ids[: n % 3 + 1] if side == "a" else people_ids[-1:],
    }
    if masked:
        values |= _masked(world, n, hidden_link, seen)
    return values


def _masked(world: World, n: int, hidden_link: int, seen: Sequence[int]) -> dict[str, Any]:
    side = world.side
    odd = (n // 2 + (side == "a")) % 2 == 1
    return {
        "turnover": f"{_number(side, n)}.25",
        "units": _number(side, n) if odd else None,
        "since": "2021-01-01" if odd else "2019-09-09",
        "seen": "2025-05-05T05:05:00Z" if odd else None,
        "remark": _hidden(side, n),
        "margin": _hidden(side, n),
        "story": f"dlouhý {_hidden(side, n)}",
        "level": "high" if odd else "low",
        "marks": ["q"] if odd else ["p", "q"],
        "adviser": hidden_link if odd else seen[(n + (side == "a")) % len(seen)],
        "keeper": world.people[ADMIN if odd else COLLEAGUE],
        "ok": odd,
    }


def _make_home(world: World) -> None:
    """The firm's home page: tiles for everybody, and tiles of what the reader does not see."""
    side = world.side
    shown: tuple[dict[str, Any], ...] = (
        {"kind": "figure", "options": {"registry": "firms", "measure": "sum:turnover"}},
        {
            "kind": "figure",
            "options": {"registry": "firms", "measure": "count", "date": "since", "days": 900},
        },
        {
            "kind": "rows",
            "options": {"registry": "firms", "sort": "-turnover", "columns": ["adviser", "units"]},
        },
        {"kind": "split", "options": {"registry": "firms", "by": "partner", "measure": "sum:units"}},
        {"kind": "split", "options": {"registry": "firms", "by": "level", "look": "ring"}},
        {"kind": "ahead", "options": {"registry": "firms", "date": "since", "days": 366}},
        {"kind": "recent", "width": 4},
    )
    vault_tiles = ({"kind": "rows", "options": {"registry": f"vault_{side}", "sort": "title"}},)
    hidden: tuple[dict[str, Any], ...] = (
        {"kind": "figure", "options": {"registry": "firms", "measure": f"sum:h_number_{side}"}},
        {"kind": "split", "options": {"registry": "firms", "by": f"h_link_{side}"}},
        *vault_tiles,
    )
    with world.office.begin(world.people[ADMIN], write=True) as work:
        for tile in shown[:4]:
            place_tile(work, tile)
        for tile in hidden:
            place_tile(work, {**tile, "title": f"{CANARY} tile"})
        for tile in shown[4:]:
            place_tile(work, tile)


def build(world: World) -> None:
    """Make the firm, people, records, their history, and the affairs of others."""
    side, office, clock = world.side, world.office, world.clock
    with office.begin_system(design=True) as work:
        for definition in (vault(side), PERSONS, firms(side)):
            modelling.create_registry(work, definition)
        for registry in ("persons", f"vault_{side}"):
            back = {
                "key": "firm",
                "name": "Firm",
                "type": "relation",
                "options": {"target": "firms"},
                "section": "basic",
            }
            modelling.create_field(work, registry, back)
        for key, grants in ROLES.items():
            modelling.create_role(work, {"key": key, "name": key.title(), "grants": _with_part(side, grants)})
        secret = {
            "key": f"secret_{side}",
            "name": f"{CANARY} role",
            "grants": {f"vault_{side}": {"rights": ["view"], "sections": {"basic": "read"}}},
        }
        modelling.create_role(work, secret)
    with office.begin_system() as work:
        for email, roles in (
            (READER, ["clerk", "banker"]),
            (COLLEAGUE, ["clerk", f"secret_{side}"]),
            (ADMIN, ["admin"]),
        ):
            body = {
                "email": email,
                "name": email.partition("@")[0].title(),
                "roles": roles,
                "password": PASSWORD,
            }
            world.people[email] = people.create_user(work, body).id
    _fill(world)
    set_dogs(world)
    clock.turn()
    _make_history(world)
    clock.turn()
    _affairs_of_others(world)
    keep_things(world)
    keep_files(world)
    keep_talks(world)
    know_companies(world)
    _make_rules(world)
    _make_home(world)
    world.token = tokens.create_token(office, READER, "mine")
    Worker(office).run_once()


def _fill(world: World) -> None:
    admin = world.people[ADMIN]
    with world.office.begin(admin, write=True) as work:
        world.ids["vault"] = [
            records.create(work, f"vault_{world.side}", {"item": _hidden(world.side, n)}).id
            for n in range(4 if world.side == "a" else 2)
        ]
        world.ids["persons"] = [records.create(work, "persons", _person(world.side, n)).id for n in range(7)]
        world.ids["firms"] = []
        for n in range(9):
            made = records.create(
                work, "firms", _firm(world, n), category=("customer", "supplier", None)[n % 3]
            )
            world.ids["firms"].append(made.id)
        for n, person in enumerate(world.ids["persons"]):
            records.change(
                work,
                "persons",
                person,
                {"firm": world.ids["firms"][(n * 2 + (world.side == "a" and n in (2, 4))) % 9]},
            )
    world.clock.turn()
    with world.office.begin(admin, write=True) as work:
        crowd = [
            {
                "values": {
                    "name": f"dav {n} {_hidden(world.side, n)}",
                    "group": "closed",
                    "alias": PROBES[world.side],
                    "firm": world.ids["firms"][0],
                }
            }
            for n in range(CROWD)
        ]
        world.ids["crowd"] = [each.id for each in records.batch(work, "persons", create=crowd).created]
        vault_of = world.ids["vault"][0]
        records.change(work, f"vault_{world.side}", vault_of, {"firm": world.ids["firms"][0]})


def _make_history(world: World) -> None:
    side, admin, firm_ids = world.side, world.people[ADMIN], world.ids["firms"]
    steps: list[tuple[int, dict[str, Any]]] = [
        (0, {f"h_text_{side}": _hidden(side, 70), f"h_number_{side}": _number(side, 70)}),
        (0, {"turnover": "5000.10"}),
        (1, {"turnover": f"{_number(side, 71)}.75", "remark": _hidden(side, 71), "city": "Zlín"}),
        (1, {"margin": _hidden(side, 73), f"h_part_{side}": _hidden(side, 74)}),
        (1, {"story": _hidden(side, 72), "keeper": world.people[COLLEAGUE if side == "a" else READER]}),
        (0, {f"h_link_{side}": world.ids["persons"][: 2 if side == "a" else 1]}),
        (3, {"contacts": [world.ids["persons"][1], world.ids["persons"][2 if side == "a" else 4]]}),
        (3, {"city": "Brno"}),
        (3, {"contacts": [world.ids["persons"][1], world.ids["persons"][4 if side == "a" else 2]]}),
    ]
    for place, values in steps:
        with world.office.begin(admin, via="api", write=True) as work:
            records.change(work, "firms", firm_ids[place], values)
        world.clock.turn()
    with world.office.begin(admin, write=True) as work:
        for place, values in ((2, {"name": _hidden(side, 80)}), (0, {"alias": _hidden(side, 81)})):
            records.change(work, "persons", world.ids["persons"][place], values)
        records.remove(work, "firms", firm_ids[7])
        records.remove(work, "persons", world.ids["persons"][6])
        records.remove(work, "firms", firm_ids[5])
        records.restore(work, "firms", firm_ids[5])
        done = records.batch(
            work,
            "firms",
            update=[
                {"id": firm_ids[1], "values": {"units": _number(side, 90)}},
                {"id": firm_ids[4], "values": {"units": 44}},
            ],
        )
        world.things["batch"] = done.batch


def _make_rules(world: World) -> None:
    """Rules of fields that the reader sees, about fields and records that he does not see."""
    hidden = {"field": f"h_number_{world.side}", "op": "gte", "value": 500}
    masked = {"field": "remark", "op": "contains", "value": PROBES["a"]}
    groups = enumerate(world.ids["persons"])
    closed = [each for place, each in groups if GROUPS[place % len(GROUPS)] == "closed"]
    linked = {"field": "partner", "op": "in", "value": closed}
    rules = {
        "ruled": {"visible": {"field": "units", "op": "gte", "value": 100}, "required": hidden},
        "tied": {"required": linked, "visible": {"or": [masked, linked]}},
        "locked": {"readonly": masked},
    }
    with world.office.begin_system(design=True) as work:
        for key, when in rules.items():
            modelling.change_field(work, "firms", key, {"when": when})


def _affairs_of_others(world: World) -> None:
    office, side = world.office, world.side
    colleague, reader = world.people[COLLEAGUE], world.people[READER]
    tokens.create_token(office, COLLEAGUE, f"{CANARY} {side}")
    with office.begin(colleague, write=True) as work:
        world.things["token"] = tokens.tokens(work)[0].id
        world.things["job"] = jobs.start(work, f"unknown_{side}", {"secret": _hidden(side, 99)}).id
    with office.begin(reader, write=True) as work:
        world.things["own_job"] = jobs.start(work, "nothing", {}).id
    for email in (COLLEAGUE, READER):
        request_reset(office, email)


@dataclass(frozen=True)
class _Start:
    """How a world was when it had been built: its data folder, its time, and what the tests know of it."""

    folder: TemporaryDirectory[str]
    now: datetime
    known: dict[str, Any]


_STARTS: dict[tuple[type, str], _Start] = {}


def _open(url: str, data: Path, clock: Clock) -> Office:
    return Office(settings_for(url, data), clock=clock, plugins=discover().plugins)


def _build(databases: SQLiteFiles | PostgreSQL, side: str, url: str) -> None:
    """Build a world once; every test has a copy of it."""
    folder, clock = TemporaryDirectory(), Clock()
    _install(url)
    office = _open(url, Path(folder.name), clock)
    try:
        world = World(side, office, clock, app_for(office))
        build(world)
    finally:
        office.engine.dispose()
    known = {"ids": world.ids, "people": world.people, "token": world.token, "things": world.things}
    _STARTS[type(databases), side] = _Start(folder, clock.now, known)


@contextmanager
def one_world(databases: SQLiteFiles | PostgreSQL, folder: Path, side: str) -> Iterator[World]:
    """One world on one kind of database, in which the reader has signed in."""
    template = databases.template(f"world_{side}", partial(_build, databases, side))
    start, clock, data = _STARTS[type(databases), side], Clock(), folder / side
    clock.now = start.now
    copytree(start.folder.name, data)
    with databases.database(template) as url:
        office = _open(url, data, clock)
        try:
            world = World(side, office, clock, app_for(office), **deepcopy(start.known))
            assert world.browser is not None
            yield world
            world.close()
        finally:
            office.engine.dispose()


@contextmanager
def twins(databases: SQLiteFiles | PostgreSQL, folder: Path) -> Iterator[Twins]:
    """Both worlds on one kind of database."""
    with one_world(databases, folder, "a") as a, one_world(databases, folder, "b") as b:
        assert a.things == b.things
        assert _visible_ids(a) == _visible_ids(b)
        yield Twins(a, b)


def _visible_ids(world: World) -> dict[str, list[int]]:
    return {key: ids for key, ids in world.ids.items() if key != "vault"}

"""Mail servers and receivers that behave badly, a full disk, two workers at once: everything once, nothing missing."""

import asyncio
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import event, select

from kartoteka.platform.kernel import outbox
from kartoteka.platform.services.worker import Worker
from kartoteka.plugins.watchdogs import reacting, sending, webhooks
from kartoteka.plugins.watchdogs.tables import ALERTS, DELIVERIES
from tests.integration.watchdogs.conftest import Kennel
from tests.integration.watchdogs.test_sending import _with
from tests.servers.mail import Mailbox
from tests.servers.ports import free_port

CITY = {"kind": "change", "field": "city"}


@dataclass
class Moody(Mailbox):
    """A mail server that may refuse people, be slow, or take a message and hang up before it says so."""

    refused: set[str] = field(default_factory=set)
    hangs_up: bool = False
    slow: threading.Event | None = None

    async def handle_RCPT(  # noqa: N802  aiosmtpd's own
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        """Refuse whom it does not like."""
        if address in self.refused:
            return "550 No such person here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  aiosmtpd's name
        """Take a message, in its own time."""
        while self.slow is not None and not self.slow.is_set():
            await asyncio.sleep(0.01)
        taken = await super().handle_DATA(server, session, envelope)
        if self.hangs_up:
            server.transport.close()
        return taken


@pytest.fixture
def moody() -> Iterator[Moody]:
    """Such a server on a free port."""
    mailbox = Moody("127.0.0.1", free_port())
    controller = Controller(mailbox, hostname=mailbox.host, port=mailbox.port)
    controller.start()
    yield mailbox
    controller.stop()


@dataclass
class Hooks:
    """A receiver of webhooks that hangs at one address until it is let go, and answers what it is told to."""

    port: int = 0
    status: int = 200
    let_go: threading.Event = field(default_factory=threading.Event)
    got: list[tuple[str, str]] = field(default_factory=list)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/{path}"


@pytest.fixture
def hooks() -> Iterator[Hooks]:
    """Such a receiver on a free port."""
    found = Hooks()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/hangs":
                found.let_go.wait(30)
            found.got.append((self.path, self.headers["X-Kartoteka-Id"]))
            self.send_response(found.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield found
    found.let_go.set()
    server.shutdown()
    server.server_close()


def _states(kennel: Kennel) -> list[tuple[str, str, int]]:
    with kennel.office.session() as session:
        wanted = select(DELIVERIES.c.channel, DELIVERIES.c.state, DELIVERIES.c.attempts).order_by(
            DELIVERIES.c.id
        )
        return [(row[0], row[1], row[2]) for row in session.execute(wanted)]


def _changed(kennel: Kennel, city: str = "Praha") -> None:
    """Something is told of, and its messages are due."""
    record = kennel.firm.create("companies", name="ACME", city="Brno")
    kennel.later()
    kennel.firm.change("companies", record, city=city)
    for each in [each for each in kennel.office.subscribers if each.plugin == "watchdogs"]:
        with kennel.office.session(write=True) as session:
            deliveries = outbox.claim(session.connection(), each, kennel.now)
        if each.name == "watchdogs.events":
            reacting.react(kennel.office, deliveries)
    kennel.later(seconds=10)


def test_a_mail_server_that_refuses_one_person_still_gets_the_others(kennel: Kennel, moody: Moody) -> None:
    moody.refused = {"vera@firm.example"}
    _with(kennel, smtp_url=moody.url)
    kennel.set("ana", when=CITY, to=["me", f"user:{kennel.firm.ids['vera']}"], via=["email"])
    _changed(kennel)
    sending.deliver(kennel.office)
    assert sorted(state for _channel, state, _attempts in _states(kennel)) == ["given_up", "sent"]
    assert [message["To"] for message in moody.messages] == ["Ana <ana@firm.example>"]
    with kennel.office.session() as session:
        (error,) = session.scalars(select(DELIVERIES.c.error).where(DELIVERIES.c.state == "given_up"))
    assert "550" in error, "an admin sees why"
    assert len(kennel.alerts("vera")) == 1, "in the application it stands all the same"


def test_a_mail_server_that_takes_a_letter_and_hangs_up_gets_it_again_under_its_number(
    kennel: Kennel, moody: Moody
) -> None:
    moody.hangs_up = True
    _with(kennel, smtp_url=moody.url)
    kennel.set("ana", when=CITY, via=["email"])
    _changed(kennel)
    sending.deliver(kennel.office)
    assert _states(kennel) == [("email", "queued", 1)] and len(moody.messages) == 1
    moody.hangs_up = False
    kennel.later()
    sending.deliver(kennel.office)
    assert _states(kennel) == [("email", "sent", 2)]
    assert len({message["Message-ID"] for message in moody.messages}) == 1


def test_what_hangs_in_one_channel_holds_up_nobody_in_the_other(
    kennel: Kennel, moody: Moody, hooks: Hooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "PATIENCE", 0.01)
    _with(kennel, smtp_url=moody.url, private_networks=("127.0.0.0/8",))
    for _each in range(sending.THREADS["webhook"] + 2):
        kennel.set("ana", when=CITY, via=["webhook"], webhook=hooks.url("hangs"))
    kennel.set("ana", when=CITY, via=["email"])
    _changed(kennel)
    for _turn in range(300):
        sending.deliver(kennel.office)
        if moody.messages:
            break
    assert len(moody.messages) == 1 and hooks.got == [], "mail does not wait for receivers that hang"
    hooks.let_go.set()
    for _turn in range(3000):
        sending.deliver(kennel.office)
        if {state for _channel, state, _attempts in _states(kennel)} == {"sent"}:
            break
        threading.Event().wait(0.01)
    told = Counter(id for _path, id in hooks.got)
    assert len(told) == sending.THREADS["webhook"] + 2 and set(told.values()) == {1}


def test_a_slow_mail_server_is_waited_for_and_gets_each_letter_once(
    kennel: Kennel, moody: Moody, hooks: Hooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "PATIENCE", 0.01)
    moody.slow = threading.Event()
    _with(kennel, smtp_url=moody.url, private_networks=("127.0.0.0/8",))
    kennel.set("ana", when=CITY, via=["email"])
    kennel.set("vera", when=CITY, via=["webhook"], webhook=hooks.url("quick"))
    _changed(kennel)
    for _turn in range(3000):
        sending.deliver(kennel.office)
        if hooks.got:
            break
        threading.Event().wait(0.01)
    assert hooks.got and moody.messages == []
    moody.slow.set()
    for _turn in range(3000):
        if {state for _channel, state, _attempts in _states(kennel)} == {"sent"}:
            break
        threading.Event().wait(0.01)
    sending.deliver(kennel.office)
    assert len(moody.messages) == 1


def test_a_receiver_that_answers_500_for_an_hour_gets_it_once_it_is_well(
    kennel: Kennel, hooks: Hooks
) -> None:
    _with(kennel, private_networks=("127.0.0.0/8",))
    hooks.status = 500
    kennel.set("ana", when=CITY, via=["webhook"], webhook=hooks.url("ill"))
    _changed(kennel)
    begin = kennel.now
    while kennel.now < begin + timedelta(hours=1):
        sending.deliver(kennel.office)
        kennel.later(minutes=1)
    assert 5 <= len(hooks.got) <= 7, "each time later"
    hooks.status = 200
    kennel.later(hours=1)
    sending.deliver(kennel.office)
    ((_channel, state, _attempts),) = _states(kennel)
    assert state == "sent" and len({id for _path, id in hooks.got}) == 1


def test_a_receiver_that_hangs_is_given_up_for_now(
    kennel: Kennel, hooks: Hooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "SECONDS", 0.05)
    _with(kennel, private_networks=("127.0.0.0/8",))
    kennel.set("ana", when=CITY, via=["webhook"], webhook=hooks.url("hangs"))
    _changed(kennel)
    sending.deliver(kennel.office)
    assert _states(kennel) == [("webhook", "queued", 1)]


def test_a_full_disk_loses_nothing_and_doubles_nothing(kennel: Kennel) -> None:
    if kennel.office.engine.dialect.name != "sqlite":
        pytest.skip("the server of the database has a disk of its own")
    made = [
        kennel.firm.create("companies", name=f"C{n}", city="Brno", valid_to="2026-06-01") for n in range(40)
    ]
    kennel.set("ana", when=CITY, via=["email"])
    # More than what finds room where the events have lain.
    for _each in range(9):
        kennel.set("ana", when={"kind": "date", "field": "valid_to", "days": 1}, at="06:00")
    kennel.later()
    for each in made:
        kennel.firm.change("companies", each, city="Praha")
    kennel.later(days=1)

    with closing(sqlite3.connect(str(kennel.office.engine.url.database))) as connection:
        connection.execute("VACUUM")

    def full(connection: Any) -> None:
        # No page more than there are.
        connection.exec_driver_sql("PRAGMA max_page_count = 1")

    event.listen(kennel.office.engine, "begin", full)
    for _turn in range(3):
        Worker(kennel.office).run_once()
        kennel.later(minutes=20)
    event.remove(kennel.office.engine, "begin", full)
    kennel.office.engine.dispose()
    assert len(kennel.alerts("ana")) < 400, "there was no room for all of them"
    for _turn in range(3):
        kennel.later(hours=2)
        kennel.work()
    told = Counter((each.watchdog, each.title) for each in kennel.alerts("ana"))
    assert len(told) == 400 and set(told.values()) == {1}


def test_two_workers_at_once_tell_everything_once(kennel: Kennel, smtp_server: Mailbox) -> None:
    _with(kennel, smtp_url=smtp_server.url)
    made = [
        kennel.firm.create("companies", name=f"C{n}", city="Brno", valid_to="2026-06-02") for n in range(12)
    ]
    deed = {"kind": "task", "text": "Call them", "days": 3}
    kennel.set("ana", when=CITY, to=["me", f"user:{kennel.firm.ids['vera']}"], via=["email"], then=[deed])
    kennel.set("ana", when={"kind": "date", "field": "valid_to", "days": 0}, at="06:00")
    kennel.later(days=1)
    for each in made:
        kennel.firm.change("companies", each, city="Praha")
    workers = [threading.Thread(target=Worker(kennel.office).run_once) for _each in range(2)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    kennel.later()
    kennel.work()
    with kennel.office.session() as session:
        sorts = Counter(session.scalars(select(ALERTS.c.sort)))
    assert sorts == {"said": 36, "mark": 12}
    assert len({message["Message-ID"] for message in smtp_server.messages}) == len(smtp_server.messages)
    assert {state for _channel, state, _attempts in _states(kennel)} == {"sent"}

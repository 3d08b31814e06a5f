"""Mail through a real mail server and webhooks to a real receiver: sent once, tried again, given up in sight of all."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from sqlalchemy import select

from kartoteka.platform.kernel.settings import Settings
from kartoteka.plugins.watchdogs import sending, webhooks
from kartoteka.plugins.watchdogs.tables import DELIVERIES
from tests.integration.watchdogs.conftest import Kennel
from tests.servers.apps import app_for
from tests.servers.mail import Mailbox
from tests.servers.ports import free_port


def _with(kennel: Kennel, **settings: Any) -> None:
    plain = {name: getattr(kennel.office.settings, name) for name in Settings.__dataclass_fields__}
    kennel.office.settings = Settings(**{**plain, **settings})


def _deliver(kennel: Kennel) -> None:
    kennel.work()
    kennel.later(seconds=10)
    sending.deliver(kennel.office)


def _states(kennel: Kennel) -> list[tuple[str, int]]:
    with kennel.office.session() as session:
        rows = session.execute(select(DELIVERIES.c.state, DELIVERIES.c.attempts).order_by(DELIVERIES.c.id))
        return [(row[0], row[1]) for row in rows]


def _change(kennel: Kennel, record: int, city: str) -> None:
    kennel.later()
    kennel.firm.change("companies", record, city=city)


def test_mail_with_one_click_to_get_no_more(kennel: Kennel, smtp_server: Mailbox) -> None:
    _with(kennel, smtp_url=smtp_server.url, base_url="https://kartoteka.firm.example")
    record = kennel.firm.create("companies", name="ACME <b>", city="Brno")
    kennel.set("vera", when={"kind": "change", "field": "city"}, via=["email"])
    _change(kennel, record, "Praha")
    _deliver(kennel)
    (message,) = smtp_server.messages
    assert message["To"] == "Vera <vera@firm.example>"
    assert message["Subject"] == "ACME <b>: City: Brno → Praha"
    plain, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None and html is not None
    assert "City: Brno → Praha" in plain.get_content() and "Changed by Ana" in plain.get_content()
    assert "ACME &lt;b&gt;" in html.get_content() and "<b>Praha</b>" in html.get_content()
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = message["List-Unsubscribe"].strip("<>")
    assert address.startswith("https://kartoteka.firm.example/api/v1/watchdogs/unsubscribe/")
    client = app_for(kennel.office).test_client()
    path = address.removeprefix("https://kartoteka.firm.example")
    assert client.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert client.get(path).location == path.removeprefix("/api/v1")
    assert client.post(path[:-3] + "xyz").status_code == 404
    _change(kennel, record, "Zlín")
    _deliver(kennel)
    assert len(smtp_server.messages) == 1
    assert len(kennel.alerts("vera")) == 2, "in the application it still stands"


def test_a_dead_mail_server_loses_nothing_and_the_same_mail_comes_later(
    kennel: Kennel, smtp_server: Mailbox
) -> None:
    record = kennel.firm.create("companies", name="ACME", city="Brno")
    kennel.set("vera", when={"kind": "change", "field": "city"}, via=["email"])
    _with(kennel, smtp_url=f"smtp://127.0.0.1:{free_port()}")
    _change(kennel, record, "Praha")
    _deliver(kennel)
    assert _states(kennel) == [("queued", 1)]
    sending.deliver(kennel.office)
    assert _states(kennel) == [("queued", 1)], "not before its time"
    _with(kennel, smtp_url=smtp_server.url)
    kennel.later(minutes=1)
    sending.deliver(kennel.office)
    assert _states(kennel) == [("sent", 2)]
    assert len(smtp_server.messages) == 1


def test_a_crash_between_sending_and_noting_it_sends_the_same_mail(
    kennel: Kennel, smtp_server: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    _with(kennel, smtp_url=smtp_server.url)
    record = kennel.firm.create("companies", name="ACME", city="Brno")
    kennel.set("vera", when={"kind": "change", "field": "city"}, via=["email"])
    _change(kennel, record, "Praha")
    kennel.work()
    kennel.later(seconds=10)
    with monkeypatch.context() as patch:
        patch.setattr(sending, "_finish", lambda *_args: None)
        sending.deliver(kennel.office)
    sending.deliver(kennel.office)
    assert len(smtp_server.messages) == 1, "whoever has taken it holds it for a while"
    kennel.later(minutes=6)
    sending.deliver(kennel.office)
    assert len({message["Message-ID"] for message in smtp_server.messages}) == 1
    assert _states(kennel) == [("sent", 2)]


@dataclass
class Receiver:
    """A receiver of webhooks, what it was sent, and what it answers."""

    port: int = 0
    status: int = 200
    location: str = ""
    got: list[tuple[dict[str, str], Any]] = field(default_factory=list)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver on a free port of this machine."""
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.got.append((dict(self.headers), json.loads(body)))
            self.send_response(found.status)
            if found.location:
                self.send_header("Location", found.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    found.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_webhook_gets_what_its_owner_sees_signed(kennel: Kennel, receiver: Receiver) -> None:
    _with(kennel, private_networks=("127.0.0.0/8",))
    url = f"http://127.0.0.1:{receiver.port}/hook?a=1"
    record = kennel.firm.create("companies", name="ACME", city="Brno")
    dog = kennel.set("vera", when={"kind": "change", "field": None}, via=["webhook"], webhook=url)
    kennel.later()
    kennel.firm.change("companies", record, city="Praha", turnover="7")
    _deliver(kennel)
    ((headers, body),) = receiver.got
    assert [each["record"]["title"] for each in body["notifications"]] == ["ACME"]
    assert "turnover" not in json.dumps(body) and body["id"] == headers["X-Kartoteka-Id"]
    raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    secret = webhooks.secret_of(kennel.office.settings.secret_key, dog, url)
    assert headers["X-Kartoteka-Signature"] == webhooks.signature(secret, raw)
    assert _states(kennel) == [("sent", 1)]


def test_a_webhook_that_takes_nothing_is_given_up_and_its_owner_told(
    kennel: Kennel, receiver: Receiver
) -> None:
    _with(kennel, private_networks=("127.0.0.0/8",))
    receiver.status, receiver.location = 302, f"http://127.0.0.1:{receiver.port}/elsewhere"
    record = kennel.firm.create("companies", name="ACME", city="Brno")
    url = f"http://127.0.0.1:{receiver.port}/"
    kennel.set("vera", when={"kind": "change", "field": "city"}, via=["webhook"], webhook=url)
    _change(kennel, record, "Praha")
    _deliver(kennel)
    waits = []
    for _turn in range(20):
        if _states(kennel)[0][0] == "given_up":
            break
        with kennel.office.session() as session:
            due = session.scalar(select(DELIVERIES.c.due_at))
        assert due is not None
        waits.append(due - kennel.now)
        kennel.now = due
        sending.deliver(kennel.office)
    assert len(receiver.got) == 8 and len({body["id"] for _headers, body in receiver.got}) == 1
    assert waits == sorted(waits), "each time a longer wait"
    assert [each.text for each in kennel.alerts("vera")][-1] == (
        "What this watchdog tells could not be delivered to its webhook."
    )


def test_no_address_inside_is_reached_unless_the_operator_allows_it(
    kennel: Kennel, receiver: Receiver
) -> None:
    record = kennel.firm.create("companies", name="ACME", city="Brno")
    url = f"http://127.0.0.1:{receiver.port}/"
    kennel.set("vera", when={"kind": "change", "field": "city"}, via=["webhook"], webhook=url)
    _change(kennel, record, "Praha")
    _deliver(kennel)
    assert receiver.got == [] and _states(kennel) == [("queued", 1)]


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
     "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1",
     "2002:7f00:1::1", "ff02::1", "240.0.0.1", "::127.0.0.1"],
)  # fmt: skip
def test_addresses_that_are_not_public(address: str) -> None:
    assert not webhooks.allowed(ip_address(address), ())


def test_public_addresses_and_those_that_are_allowed() -> None:
    assert webhooks.allowed(ip_address("93.184.216.34"), ())
    assert webhooks.allowed(ip_address("2606:2800:220:1::1"), ())
    assert webhooks.allowed(ip_address("::ffff:10.0.0.1"), [ip_network("10.0.0.0/8")])
    assert not webhooks.allowed(ip_address("10.0.0.1"), [ip_network("192.168.0.0/16")])

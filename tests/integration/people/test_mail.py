"""Mail leaves at least once, with one Message-ID, to a server that proves who it is; whatever fails comes again."""

import ssl
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select

from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.kernel.mail import OutgoingMail, compose, deliver, post
from kartoteka.platform.services import mailing, signing
from kartoteka.platform.services.office import Office
from tests.servers.mail import Mailbox
from tests.servers.ports import free_port

from .conftest import ADMIN_EMAIL, TurnedClock


def write(office: Office, email: str = "jana@firm.example", name: str = "Jana Nováková") -> None:
    letter = compose("en", "new_password", name=name, link="https://x", base_url=office.settings.base_url)
    with office.session(write=True) as session:
        post(session, office.settings, letter, email, name, office.clock())


def waiting(office: Office) -> list[OutgoingMail]:
    with office.session() as session:
        return list(session.scalars(select(OutgoingMail)))


def test_over_smtp(new_office: Callable[..., Office], smtp_server: Mailbox) -> None:
    office = new_office(smtp_server.url)
    with office.begin_as(ADMIN_EMAIL) as work:
        signing.invite(work, "jana@firm.example", ["sales"], "Jana Nováková", "cs")
    assert mailing.deliver_mail(office) == 1
    assert mailing.deliver_mail(office) == 0
    (letter,) = smtp_server.messages
    assert smtp_server.recipients == [["jana@firm.example"]]
    assert letter["From"] == "Kartoteka <kartoteka@crm.firm.example>"
    assert letter["To"] == "Jana Nováková <jana@firm.example>"
    assert letter["Message-ID"].endswith("@crm.firm.example>")
    assert waiting(office) == []


def test_a_server_that_is_away(new_office: Callable[..., Office], clock: TurnedClock) -> None:
    port = free_port()
    office = new_office(f"smtp://127.0.0.1:{port}")
    write(office)
    (before,) = waiting(office)
    assert [mailing.deliver_mail(office) for _each in range(3)] == [0, 0, 0]
    (row,) = waiting(office)
    assert (row.attempts, row.failed_at) == (1, None)
    mailbox = Mailbox("127.0.0.1", port)
    server = Controller(mailbox, hostname="127.0.0.1", port=port)
    server.start()
    try:
        clock.turn(seconds=20)
        assert mailing.deliver_mail(office) == 1
    finally:
        server.stop()
    assert mailbox.messages[0]["Message-ID"] == before.message_id


def test_killed_between_sending_and_noting(
    new_office: Callable[..., Office],
    smtp_server: Mailbox,
    clock: TurnedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    office = new_office(smtp_server.url)
    write(office)
    from kartoteka.platform.kernel import mail

    with monkeypatch.context() as patch:
        patch.setattr(mail, "delete", lambda *_any: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            deliver(office)
    assert deliver(office) == 0
    clock.turn(minutes=6)
    assert deliver(office) == 1
    first, second = smtp_server.messages
    assert first["Message-ID"] == second["Message-ID"]


def test_several_workers_send_each_letter_once(
    new_office: Callable[..., Office], smtp_server: Mailbox
) -> None:
    offices = [new_office(smtp_server.url) for _each in range(4)]
    for each in range(20):
        write(offices[0], f"user{each}@firm.example")
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(deliver, offices)) == 20
    assert len({letter["Message-ID"] for letter in smtp_server.messages}) == len(smtp_server.messages) == 20


class Choosy(Mailbox):
    """Takes mail for nobody called gone."""

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _o: Any) -> str:  # noqa: N802
        if address.startswith("gone"):
            return "550 there is nobody of this name"
        if address.startswith("full"):
            return "452 the mailbox is full"
        envelope.rcpt_tos.append(address)
        return "250 OK"


@pytest.fixture
def choosy() -> Iterator[Choosy]:
    mailbox = Choosy("127.0.0.1", free_port())
    server = Controller(mailbox, hostname=mailbox.host, port=mailbox.port)
    server.start()
    yield mailbox
    server.stop()


def test_refused_for_good_or_for_now(new_office: Callable[..., Office], choosy: Choosy) -> None:
    office = new_office(choosy.url)
    for email in ("gone@firm.example", "full@firm.example", "jana@firm.example"):
        write(office, email)
    assert deliver(office) == 1
    rows = {row.recipient: row for row in waiting(office)}
    assert rows["gone@firm.example"].failed_at is not None
    # The link in it must not lie about for good.
    assert rows["gone@firm.example"].message == b""
    assert rows["full@firm.example"].failed_at is None
    assert "full" in rows["full@firm.example"].error


@pytest.mark.parametrize(
    ("email", "name"),
    [
        ("a@b.cz\r\nBcc: x@y.cz", "Jana"),
        ("a@b.cz\nX", "Jana"),
        ("a@b.cz", "Jana\r\nBcc: x@y.cz"),
        ("a@b.cz", "Jana\x00"),
        ("a@b.cz>, <x@y.cz", "Jana"),
    ],
)
def test_nothing_breaks_out_of_a_header(office: Office, email: str, name: str) -> None:
    letter = compose("en", "new_password", name="Jana", link="https://x", base_url="https://y")
    with pytest.raises(Invalid), office.session(write=True) as session:
        post(session, office.settings, letter, email, name, office.clock())
    assert waiting(office) == []


def test_a_server_that_cannot_prove_who_it_is_gets_nothing(
    new_office: Callable[..., Office], tmp_path: Path
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key, "-out",
                    certificate, *subject], check=True, capture_output=True)  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    mailbox = Mailbox("127.0.0.1", free_port())
    server = Controller(mailbox, hostname=mailbox.host, port=mailbox.port, tls_context=context)
    server.start()
    try:
        office = new_office(f"{mailbox.url}?tls=starttls")
        write(office)
        assert deliver(office) == 0
    finally:
        server.stop()
    assert mailbox.messages == []
    (row,) = waiting(office)
    assert "CERTIFICATE_VERIFY_FAILED" in row.error


def test_without_tls_nothing_is_said_in_the_clear(
    new_office: Callable[..., Office], smtp_server: Mailbox
) -> None:
    office = new_office(f"{smtp_server.url}?tls=starttls")
    write(office)
    assert deliver(office) == 0
    assert smtp_server.messages == []

"""A real mailbox for tests: an IMAP server, and a mail server that delivers into it."""

import imaplib
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from smtplib import SMTP
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from tests.servers.ports import free_port

USER, KEY = "crm", "four quiet words"
PATIENCE = 60
START = "import sys; from pymap.main import main; sys.exit(main())"


@dataclass
class Post:
    """The post of a firm: what is sent to its mail server lies in its mailbox."""

    host: str
    smtp_port: int
    imap_port: int

    @property
    def settings(self) -> dict[str, Any]:
        """What the plugin has to know of the mailbox."""
        return {"imap_host": self.host, "imap_port": self.imap_port, "imap_security": "none", "imap_user": USER,
                "imap_password": KEY}  # fmt: skip

    def box(self) -> imaplib.IMAP4:
        """The mailbox, opened as its owner does it."""
        box = imaplib.IMAP4(self.host, self.imap_port, timeout=PATIENCE)
        box.login(USER, KEY)
        box.select("INBOX")
        return box

    def lay(self, raw: bytes) -> None:
        """Put a letter into the mailbox as it is."""
        box = self.box()
        box.append("INBOX", "", imaplib.Time2Internaldate(time.time()), raw)
        box.logout()

    def send(self, message: EmailMessage) -> None:
        """Send a letter by SMTP."""
        with SMTP(self.host, self.smtp_port, timeout=PATIENCE) as server:
            server.send_message(message)

    def unread(self) -> int:
        """How many letters nobody has read."""
        box = self.box()
        _status, data = box.search(None, "UNSEEN")
        box.logout()
        return len(data[0].split())

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  aiosmtpd's name
        """Take a letter and lay it into the mailbox."""
        self.lay(envelope.content)
        return "250 OK"


@pytest.fixture
def post() -> Iterator[Post]:
    """A mail server and an empty mailbox behind it."""
    firm = Post("127.0.0.1", free_port(), free_port())
    at = ["--host", firm.host, "--port", str(firm.imap_port)]
    known = ["--demo-data", "--demo-user", USER, "--demo-password", KEY]
    command = [sys.executable, "-c", START, *at, "dict", *known]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    controller = Controller(firm, hostname=firm.host, port=firm.smtp_port)
    try:
        _emptied(firm, server)
        controller.start()
        yield firm
        controller.stop()
    finally:
        server.terminate()
        server.wait(PATIENCE)


def _emptied(firm: Post, server: "subprocess.Popen[bytes]") -> None:
    """As soon as it listens, the letters that it comes with go."""
    ends = time.monotonic() + PATIENCE
    while True:
        try:
            box = firm.box()
            break
        except (OSError, imaplib.IMAP4.abort):
            assert server.poll() is None and time.monotonic() < ends, "The IMAP server does not start."
            time.sleep(0.05)
    box.store("1:*", "+FLAGS", r"(\Deleted)")
    box.expunge()
    box.logout()

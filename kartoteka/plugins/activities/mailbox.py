"""The firm's mailbox: letters that lie there unread are filed again and again, over IMAP."""

import imaplib
import logging
import re
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import marshmallow as ma
from marshmallow import fields as f

from kartoteka.platform.sdk import N_, Conflict, KartotekaError, Office, Work, _, settings_of
from kartoteka.plugins.activities.filing import LARGEST, file_headers, file_stream

logger = logging.getLogger(__name__)
PLUGIN = "activities"
TLS, STARTTLS, PLAIN = "tls", "starttls", "none"
# Seconds that the server has for each answer, and letters that are taken at once.
PATIENCE, AT_ONCE = 20, 100
_FAILURES = (imaplib.IMAP4.error, OSError, ssl.SSLError, EOFError, ValueError)


class MailSettings(ma.Schema):
    """Where letters are fetched."""

    imap_host = f.Str(
        load_default="",
        validate=ma.validate.Regexp(r"^[A-Za-z0-9._:-]{0,200}$"),
        metadata={"label": N_("Mail server (IMAP)"), "help": N_("Left empty, no letters are fetched.")},
    )
    imap_port = f.Int(
        load_default=993,
        validate=ma.validate.Range(1, 65535),
        metadata={"label": N_("Port of the mail server")},
    )
    imap_security = f.Str(
        load_default=TLS,
        validate=ma.validate.OneOf((TLS, STARTTLS, PLAIN)),
        metadata={
            "label": N_("Connection"),
            "choices": {TLS: N_("TLS"), STARTTLS: N_("STARTTLS"), PLAIN: N_("not encrypted")},
        },
    )
    imap_user = f.Str(
        load_default="",
        validate=ma.validate.Length(max=200),
        metadata={"label": N_("Account at the mail server")},
    )
    imap_password = f.Str(
        load_default="",
        validate=ma.validate.Length(max=500),
        metadata={"label": N_("Password of the account"), "secret": True},
    )
    imap_folder = f.Str(
        load_default="INBOX",
        validate=ma.validate.Regexp(r'^[^"\\\x00-\x1f\x7f-\U0010ffff]{1,200}$'),
        metadata={
            "label": N_("Folder of the mailbox"),
            "help": N_("Unread letters are filed and marked as read; none is deleted."),
        },
    )


@dataclass
class Fetched:
    """What became of the letters that were there."""

    filed: int = 0
    waiting: int = 0
    others: int = 0
    said: list[str] = field(default_factory=list)

    @property
    def all(self) -> int:
        """How many were looked at."""
        return self.filed + self.waiting + self.others


def fetch_letters(office: Office) -> Fetched:
    """This function will file all unread letters of the mailbox.

    :raises Conflict: when no mailbox is set, or it cannot be read.
    """
    with office.begin_system(via="mail", write=False) as work:
        settings = dict(settings_of(work, PLUGIN))
    if not settings.get("imap_host"):
        raise Conflict(_("No mailbox is set."))
    try:
        with _mailbox(settings) as box:
            return _fetched(office, box)
    except _FAILURES as error:
        logger.warning("The mailbox cannot be read: %s", error)
        raise Conflict(_("The mailbox cannot be read: {reason}", reason=_reason(error))) from error


def fetch_again(office: Office) -> None:
    """This function will fetch letters if a mailbox is set; a failure is tried again next time."""
    with suppress(KartotekaError):
        fetch_letters(office)


def is_set(work: Work) -> bool:
    """This function will tell whether letters are fetched from a mailbox."""
    return bool(settings_of(work, PLUGIN).get("imap_host"))


def _reason(error: BaseException) -> str:
    said = error.args[0] if error.args else ""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(error)
    return (text or type(error).__name__)[:200]


@contextmanager
def _mailbox(settings: Mapping[str, Any]) -> Iterator[imaplib.IMAP4]:
    host, port, security = settings["imap_host"], settings["imap_port"], settings["imap_security"]
    box: imaplib.IMAP4
    if security == TLS:
        box = imaplib.IMAP4_SSL(host, port, ssl_context=ssl.create_default_context(), timeout=PATIENCE)
    else:
        box = imaplib.IMAP4(host, port, timeout=PATIENCE)
    try:
        if security == STARTTLS:
            box.starttls(ssl.create_default_context())
        box.login(settings["imap_user"], settings["imap_password"])
        _expect(box.select(f'"{settings["imap_folder"]}"'))
        yield box
    finally:
        with suppress(*_FAILURES):
            box.logout()


def _expect(answer: tuple[str, list[Any]]) -> list[Any]:
    status, data = answer
    if status != "OK":
        raise imaplib.IMAP4.error(data[0] if data else status)
    return data


def _fetched(office: Office, box: imaplib.IMAP4) -> Fetched:
    found = Fetched()
    unread = _expect(box.uid("SEARCH", "UNSEEN"))[0] or b""
    for letter in unread.decode("ascii").split()[:AT_ONCE]:
        _file(office, box, letter, found)
    return found


def _file(office: Office, box: imaplib.IMAP4, letter: str, found: Fetched) -> None:
    """Marked as read only once it is filed: what a crash has left is filed the next time, and never twice."""
    size = re.search(rb"RFC822\.SIZE (\d+)", _answer(box.uid("FETCH", letter, "(RFC822.SIZE)")))
    if size is not None and int(size[1]) > LARGEST:
        done = file_headers(office, _content(box.uid("FETCH", letter, "(BODY.PEEK[HEADER])")), int(size[1]))
        flags = r"(\Seen \Flagged)"
    else:
        done = file_stream(office, BytesIO(_content(box.uid("FETCH", letter, "(BODY.PEEK[])"))))
        flags = r"(\Seen)"
    _expect(box.uid("STORE", letter, "+FLAGS", flags))
    found.filed += done.on is not None
    found.waiting += done.on is None and bool(done.activity)
    found.others += not done.activity
    found.said.append(done.said)


def _answer(answer: tuple[str, list[Any]]) -> bytes:
    parts = (part if isinstance(part, bytes) else part[0] for part in _expect(answer) if part is not None)
    return b" ".join(parts)


def _content(answer: tuple[str, list[Any]]) -> bytes:
    parts = [part[1] for part in _expect(answer) if isinstance(part, tuple)]
    if not parts:
        # Somebody has taken it away meanwhile.
        raise imaplib.IMAP4.error("The letter is not there any more.")
    return bytes(parts[0])


__all__ = ["Fetched", "MailSettings", "fetch_again", "fetch_letters", "is_set"]

"""Reading a letter out of what a mail server hands over: who, to whom, when, what; whatever state it is in."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime
from html.parser import HTMLParser

LONGEST = 60_000
MOST_ADDRESSES = 50
_CONTROL = re.compile(r"[^\n\t\x20-\x7e\xa0-\ud7ff\ue000-\U0010ffff]")
_SKIPPED = frozenset({"style", "script", "head", "title"})
_BREAKS = frozenset({"br", "p", "div", "tr", "li", "h1", "h2", "h3", "blockquote"})


class Unreadable(Exception):
    """What came is no letter."""


@dataclass(frozen=True)
class Letter:
    """A letter as far as it matters for filing it."""

    identity: str
    sender: str
    recipients: tuple[str, ...]
    at: datetime | None
    subject: str
    text: str
    automatic: bool

    @property
    def addresses(self) -> tuple[str, ...]:
        """Everybody it went between, the sender first."""
        return tuple(dict.fromkeys(each for each in (self.sender, *self.recipients) if each))

    @property
    def whole(self) -> str:
        """The subject and the text, as long as a detail may be."""
        return "\n\n".join(filter(None, [self.subject, self.text]))[:LONGEST] or "—"


def read_letter(raw: bytes) -> Letter:
    """This function will read a letter.

    :raises Unreadable: when there is neither a sender nor a recipient in it.
    """
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    senders = _addresses(message, "From") or _addresses(message, "Sender")
    recipients = tuple(each for name in ("To", "Cc", "Delivered-To") for each in _addresses(message, name))
    if not senders and not recipients:
        raise Unreadable
    return Letter(
        _identity(message, raw),
        senders[0] if senders else "",
        recipients[:MOST_ADDRESSES],
        _moment(message),
        _clean(_header(message, "Subject")).replace("\n", " ").strip()[:500],
        _clean(_text(message)).strip(),
        _is_automatic(message),
    )


def _is_automatic(message: EmailMessage) -> bool:
    """Answers of machines, notices of delivery and our own letters: filing them would lead round and round."""
    if _header(message, "Auto-Submitted").strip().lower() not in ("", "no"):
        return True
    if _header(message, "Precedence").strip().lower() in ("auto_reply", "bulk", "junk"):
        return True
    if any(_header(message, name).strip() for name in ("X-Autoreply", "X-Autorespond")):
        return True
    return _header(message, "Return-Path").strip() == "<>" or message.get_content_type() == "multipart/report"


def _header(message: EmailMessage, name: str) -> str:
    """A header may be so broken that it cannot even be looked at."""
    try:
        return str(message.get(name, ""))
    except (ValueError, IndexError, AttributeError, TypeError):
        return ""


def _addresses(message: EmailMessage, name: str) -> list[str]:
    try:
        given = [str(each) for each in message.get_all(name, [])]
    except (ValueError, IndexError, AttributeError, TypeError):
        return []
    found = [address.strip().lower() for _name, address in getaddresses(given[:MOST_ADDRESSES])]
    return [each for each in found if re.fullmatch(r"[^@\s<>]{1,64}@[^@\s<>]{1,190}", each)]


def _identity(message: EmailMessage, raw: bytes) -> str:
    """The letter's own name; one without a name is known by what stands in it."""
    named = re.sub(r"\s", "", _header(message, "Message-ID"))
    return named if 3 <= len(named) <= 200 and named.isprintable() else f"<{hashlib.sha256(raw).hexdigest()}>"


def _moment(message: EmailMessage) -> datetime | None:
    try:
        found = parsedate_to_datetime(_header(message, "Date"))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _text(message: EmailMessage) -> str:
    try:
        body = message.get_body(("plain", "html"))
    except (ValueError, KeyError, AttributeError, TypeError):
        body = None
    if body is None:
        return ""
    found = _content(body)
    return _without_tags(found) if body.get_content_type() == "text/html" else found


def _content(part: object) -> str:
    assert isinstance(part, EmailMessage)
    try:
        return str(part.get_content())
    except (LookupError, ValueError, KeyError, AttributeError, TypeError):
        payload = part.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def _clean(text: str) -> str:
    lines: Iterable[str] = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept = "\n".join(line.rstrip() for line in lines)
    return re.sub(r"\n{3,}", "\n\n", _CONTROL.sub("", kept))


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.skipped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.skipped += tag in _SKIPPED
        if tag in _BREAKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.skipped -= tag in _SKIPPED and self.skipped > 0

    def handle_data(self, data: str) -> None:
        if not self.skipped:
            self.words.append(re.sub(r"\s+", " ", data))


def _without_tags(html: str) -> str:
    words = _Words()
    words.feed(html)
    words.close()
    return "".join(words.words)

"""Reading a letter out of what a mail server hands over: who, to whom, when, what; whatever state it is in."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime
from html.parser import HTMLParser
from itertools import islice

LONGEST = 60_000
MOST_ADDRESSES = 50
_CONTROL = re.compile(r"[^\n\t\x20-\x7e\xa0-\ud7ff\ue000-\U0010ffff]")
# How programs write, in the text of a letter that is forwarded, from whom it came and to whom it went.
_ADDRESS = r"[^\s<>\[\]():;,\"']{1,64}@[^\s<>\[\]():;,\"']{1,190}"
_FORWARDED = re.compile(
    r"^[> \t*]{0,20}(?P<name>From|Od|Odesílatel|Von|De|To|Komu|An|Cc|Kopie)[ \t*]{0,5}:(?P<rest>[^\n]{0,500})$",
    re.IGNORECASE | re.MULTILINE,
)
_SENDERS = frozenset({"from", "od", "odesílatel", "von", "de"})
MOST_FORWARDED = 3
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
    # Between whom a letter went that this one forwards, its sender first.
    forwarded: tuple[str, ...] = ()

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
    inner, text = _enclosed(message), _clean(_text(message)).strip()
    enclosed = [_clean(f"{_header(each, 'Subject')}\n\n{_text(each)}").strip() for each in inner]
    return Letter(
        _identity(message, raw),
        senders[0] if senders else "",
        recipients[:MOST_ADDRESSES],
        _moment(message),
        _clean(_header(message, "Subject")).replace("\n", " ").strip()[:500],
        "\n\n".join(filter(None, [text, *enclosed])),
        _is_automatic(message),
        tuple(dict.fromkeys([*_between(inner), *_written_in(text)]))[:MOST_ADDRESSES],
    )


def _enclosed(message: EmailMessage) -> list[EmailMessage]:
    """Letters that are forwarded whole, as attachments."""
    found: list[EmailMessage] = []
    for part in message.walk():
        if part.get_content_type() == "message/rfc822" and len(found) < MOST_FORWARDED:
            payload = part.get_payload()
            found += (
                [each for each in payload[:1] if isinstance(each, EmailMessage)]
                if isinstance(payload, list)
                else []
            )
    return found


def _between(letters: Sequence[EmailMessage]) -> list[str]:
    return [
        address for name in ("From", "To", "Cc") for each in letters for address in _addresses(each, name)
    ]


def _written_in(text: str) -> list[str]:
    """Addresses in the head of a letter that is forwarded within the text, those of its sender first."""
    lines = [
        (each["name"].lower() not in _SENDERS, address.lower())
        for each in islice(_FORWARDED.finditer(text[:LONGEST]), MOST_ADDRESSES)
        for address in re.findall(_ADDRESS, each["rest"].replace("mailto:", ""))
    ]
    return [address for _to, address in sorted(lines, key=lambda line: line[0])]


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

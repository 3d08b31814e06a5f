"""Ways for mail to leave the house: a mail server that proves who it is, or a folder of `.eml` files."""

import smtplib
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from kartoteka.platform.kernel.errors import Misconfigured
from kartoteka.platform.kernel.settings import Settings

SMTP_SECONDS = 30


def option(url: str | None, name: str) -> str:
    """This function will read an option of the SMTP URL; empty when it is not given."""
    return parse_qs(urlsplit(url or "").query).get(name, [""])[-1]


class Transport(Protocol):
    """A way for messages to leave the house."""

    def send(self, message: bytes, sender: str, recipient: str, message_id: str) -> None:
        """Hand a message over, or raise OSError (which every error of smtplib is)."""


@dataclass(frozen=True, slots=True)
class Folder:
    """Keeps messages as `.eml` files where no mail server is set."""

    path: Path

    def send(self, message: bytes, sender: str, recipient: str, message_id: str) -> None:
        """Write the message into a file of its own; the same message again into the same file."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = message_id.strip("<>").partition("@")[0]
        draft, final = self.path / f".{name}.part", self.path / f"{name}.eml"
        draft.touch(mode=0o600)
        draft.write_bytes(message)
        draft.replace(final)


@dataclass(frozen=True, slots=True)
class MailServer:
    """Hands messages to the mail server of KARTOTEKA_SMTP_URL."""

    host: str
    port: int
    user: str
    password: str
    tls: str

    @classmethod
    def at(cls, url: str) -> "MailServer":
        """This function will read the setting.

        :raises Misconfigured: when it asks for something that is not known.
        """
        parts = urlsplit(url)
        wish = option(url, "tls")
        if wish not in ("", "starttls") or not parts.hostname:
            raise Misconfigured(
                "KARTOTEKA_SMTP_URL must be smtp://user:password@host:port?tls=starttls or smtps://…."
            )
        tls = "always" if parts.scheme == "smtps" else wish
        port = parts.port or {"always": 465, "starttls": 587}.get(tls, 25)
        return cls(parts.hostname, port, unquote(parts.username or ""), unquote(parts.password or ""), tls)

    def send(self, message: bytes, sender: str, recipient: str, message_id: str) -> None:
        """Hand the message over; with TLS only to a server that proves who it is."""
        with self._connect() as server:
            if self.tls == "starttls":
                server.starttls(context=ssl.create_default_context())
                server.ehlo()
            if self.user:
                server.login(self.user, self.password)
            server.ehlo_or_helo_if_needed()
            foreign = not (sender + recipient).isascii() and server.has_extn("smtputf8")
            server.sendmail(sender, [recipient], message, mail_options=["SMTPUTF8"] if foreign else [])

    def _connect(self) -> smtplib.SMTP:
        if self.tls == "always":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(self.host, self.port, timeout=SMTP_SECONDS, context=context)
        return smtplib.SMTP(self.host, self.port, timeout=SMTP_SECONDS)


def transport(settings: Settings) -> Transport:
    """This function will give the way out that the settings name."""
    return MailServer.at(settings.smtp_url) if settings.smtp_url else Folder(settings.data / "mail")


def is_final(error: Exception) -> bool:
    """This function will tell whether a mail server has said no for good."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _text in error.recipients.values())
    return isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= 500

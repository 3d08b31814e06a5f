"""Mail: composed from templates, queued with the change that it tells of, sent afterwards at least once.

A message is written into the table `outgoing` within the transaction that causes it, so nothing is sent of
what was rolled back. The worker takes messages one by one under a lease and sends them outside of any
transaction: a slow mail server holds up nobody. A crash between sending and noting it means that the same
message, with the same Message-ID, is sent again.
"""

from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.utils import format_datetime
from functools import cache
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, select_autoescape
from sqlalchemy import BigInteger, Integer, LargeBinary, String, Text, delete, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.kernel.settings import Settings
from kartoteka.platform.kernel.tables import Base, Moment
from kartoteka.platform.kernel.texts import _, speaking
from kartoteka.platform.kernel.transport import is_final, option, transport

LEASE = timedelta(minutes=5)
MAX_WAIT = timedelta(hours=1)
# Four days of trying, as mail servers do.
MAX_ATTEMPTS = 100
PRODUCT = "Kartoteka"
# On the way from composing to posting only: whose name the sender bears.
FIRM = "X-Kartoteka-Firm"


class OutgoingMail(Base):
    """A message waiting to be sent; deleted afterwards, since it may hold a link that opens a door."""

    __tablename__ = "outgoing"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    message_id: Mapped[str] = mapped_column(String(200), unique=True)
    recipient: Mapped[str] = mapped_column(String(254))
    message: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(Moment)
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime] = mapped_column(Moment, index=True)
    # Given up: the mail server refuses it for good, or it has been tried often enough.
    failed_at: Mapped[datetime | None] = mapped_column(Moment)
    error: Mapped[str] = mapped_column(Text, default="")


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("kartoteka", "templates/mail"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["_"] = _
    environment.globals["product"] = PRODUCT
    return environment


def compose(language: str, template: str, **data: Any) -> EmailMessage:
    """This function will write a message in a language, as plain text and as HTML.

    The plain template `template.txt` holds the subject in its block `subject`. `product` may name the firm.

    :raises Invalid: when the subject would have more than one line.
    """
    with speaking(language):
        plain = _templates().get_template(f"{template}.txt")
        message = EmailMessage()
        message["Subject"] = _one_line(_block(plain, "subject", data), "subject")
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(plain.render(data, language=language).strip() + "\n")
        html = _templates().get_template(f"{template}.html")
        message.add_alternative(html.render(data, language=language), subtype="html")
        message["Content-Language"] = language
        message[FIRM] = _one_line(str(data.get("product", PRODUCT)), "product")
    return message


def _block(template: Template, name: str, data: dict[str, Any]) -> str:
    return "".join(template.blocks[name](template.new_context(data))).strip()


def _one_line(text: str, where: str) -> str:
    """A line break would begin a header of its own."""
    if not text.isprintable():
        raise Invalid({where: [_("Only one line of plain text may stand here.")]})
    return text


def post(
    session: Session, settings: Settings, message: EmailMessage, email: str, name: str, now: datetime
) -> None:
    """This function will queue a message for a person; it leaves after the transaction has ended well.

    :raises Invalid: when the address or name would break out of its header.
    """
    address(settings, message, email, name, now, uuid4().hex)
    row = {"message_id": message["Message-ID"], "recipient": email, "message": message.as_bytes(policy=WIRE),
           "at": now, "not_before": now, "attempts": 0, "error": ""}  # fmt: skip
    session.execute(insert(OutgoingMail), [row])


def address(
    settings: Settings, message: EmailMessage, email: str, name: str, now: datetime, number: str
) -> None:
    """This function will put sender, recipient, time and the name by which a message is known on it.

    :raises Invalid: when the address or name would break out of its header.
    """
    message["From"] = _sender(settings, str(message[FIRM] or PRODUCT))
    del message[FIRM]
    message["To"] = _address(name, email)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{number}@{_sender(settings).domain}>"


def hand_over(settings: Settings, message: EmailMessage, email: str) -> None:
    """This function will give an addressed message to the mail server at once, outside of any transaction.

    :raises OSError: :raises ValueError: when it cannot be sent now; `is_final` tells whether it ever can.
    """
    out, sender = transport(settings), _sender(settings).addr_spec
    # Addresses in headers may be long; folded they would no longer be addresses.
    out.send(
        message.as_bytes(policy=WIRE.clone(max_line_length=900)), sender, email, str(message["Message-ID"])
    )


def _address(name: str, email: str) -> Address:
    _one_line(name, "name")
    _one_line(email, "email")
    local, at, domain = email.rpartition("@")
    # These end an address or begin another one.
    if not (local and at and domain) or any(letter in '<>,;:()[]\\" ' for letter in email):
        raise Invalid({"email": [_("This is not an e-mail address.")]})
    return Address(name, local, domain)


def _sender(settings: Settings, name: str = PRODUCT) -> Address:
    """The option `from` of the SMTP URL, or whoever signs in there, or an address at our own host."""
    given = option(settings.smtp_url, "from") or unquote(urlsplit(settings.smtp_url or "").username or "")
    host = urlsplit(settings.base_url).hostname or "localhost"
    domain = "localhost" if host.replace(".", "").isdigit() or ":" in host else host
    email = given if "@" in given else f"kartoteka@{domain}"
    return _address(name, email)


class House(Protocol):
    """What delivery needs of the running Kartoteka."""

    settings: Settings

    def clock(self) -> datetime:
        """The present moment."""

    def session(self, *, write: bool = False) -> AbstractContextManager[Session]:
        """A bare transaction."""


def deliver(house: House, limit: int = 100) -> int:
    """This function will send the messages that are due and count them."""
    out, sender, sent = transport(house.settings), _sender(house.settings).addr_spec, 0
    for _turn in range(limit):
        row = _claim(house)
        if row is None:
            break
        try:
            out.send(row.message, sender, row.recipient, row.message_id)
        # Even a broken message must not stop those behind it.
        except (OSError, ValueError) as error:
            _put_off(house, row, error)
        else:
            sent += 1
            with house.session(write=True) as session:
                session.execute(delete(OutgoingMail).where(OutgoingMail.id == row.id))
    return sent


def _claim(house: House) -> OutgoingMail | None:
    """Take the oldest message that is due; while the lease lasts nobody else does."""
    now = house.clock()
    with house.session() as session:
        if not session.scalar(_due(now).with_only_columns(OutgoingMail.id)):
            return None
    with house.session(write=True) as session:
        row: OutgoingMail | None = session.scalar(_due(now).with_for_update(skip_locked=True))
        if row is not None:
            row.attempts += 1
            row.not_before = now + LEASE
        return row


def _due(now: datetime) -> Any:
    due = select(OutgoingMail).where(OutgoingMail.not_before <= now, OutgoingMail.failed_at.is_(None))
    return due.order_by(OutgoingMail.not_before, OutgoingMail.id).limit(1)


def _put_off(house: House, row: OutgoingMail, error: Exception) -> None:
    """Later, and each time later still; never again when the server says no for good."""
    now = house.clock()
    if row.attempts >= MAX_ATTEMPTS or is_final(error):
        change: dict[str, Any] = {"failed_at": now, "message": b""}
    else:
        change = {"not_before": now + min(timedelta(seconds=15 * 2 ** min(row.attempts - 1, 12)), MAX_WAIT)}
    with house.session(write=True) as session:
        told = f"{type(error).__name__}: {error}"[:500]
        session.execute(update(OutgoingMail).where(OutgoingMail.id == row.id).values(error=told, **change))

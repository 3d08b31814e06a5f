"""Letters of plugins: mails to people of the firm, each written once, in the language of whoever reads it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

from sqlalchemy import select

from kartoteka.platform.access.models import User
from kartoteka.platform.kernel import mail, turns
from kartoteka.platform.kernel.transport import is_final
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.organisation import organisation
from kartoteka.platform.services.work import Work


def people_to_write_to(work: Work) -> list[tuple[int, str]]:
    """This function will list the ids and time zones of all people whose accounts are in use."""
    there = select(User.id, User.timezone).where(User.active, User.system.is_(False)).order_by(User.id)
    return [(row[0], row[1]) for row in work.session.execute(there)]


def take_turn(work: Work, name: str, wait: timedelta) -> bool:
    """This function will take a turn within the work; False when it was taken less than `wait` ago."""
    return turns.take(work.connection, name, work.now, wait)


def write_mail(work: Work, template: str, **data: Any) -> None:
    """This function will write a mail to the actor; it leaves after the work has ended well."""
    actor = work.actor
    told = {"product": organisation(work).name, "base_url": work.office.settings.base_url, **data}
    message = mail.compose(actor.locale.language, template, name=actor.name, **told)
    mail.post(work.session, work.office.settings, message, actor.email, actor.name, work.now)


@dataclass(frozen=True)
class Letter:
    """A mail that is written and addressed, but has not left."""

    message: EmailMessage
    recipient: str


class Undelivered(Exception):
    """A mail has not left; `final` when the mail server refuses it for good."""

    def __init__(self, reason: str, *, final: bool) -> None:
        super().__init__(reason)
        self.final = final


def letter(
    work: Work, template: str, number: str, headers: Mapping[str, str] | None = None, **data: Any
) -> Letter:
    """This function will write a mail to the actor, known by a number: sent twice, it is still the same one."""
    actor = work.actor
    told = {"product": organisation(work).name, "base_url": work.office.settings.base_url, **data}
    message = mail.compose(actor.locale.language, template, name=actor.name, **told)
    mail.address(work.office.settings, message, actor.email, actor.name, work.now, number)
    for name, value in (headers or {}).items():
        message[name] = value
    return Letter(message, actor.email)


def send_letter(office: Office, written: Letter) -> None:
    """This function will hand a mail to the mail server, outside of any transaction.

    :raises Undelivered: when it could not be handed over.
    """
    try:
        mail.hand_over(office.settings, written.message, written.recipient)
    except (OSError, ValueError) as error:
        raise Undelivered(f"{type(error).__name__}: {error}"[:500], final=is_final(error)) from error


__all__ = ["Letter", "Undelivered", "letter", "people_to_write_to", "send_letter", "take_turn", "write_mail"]

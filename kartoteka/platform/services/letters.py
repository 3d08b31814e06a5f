"""Letters of plugins: mails to people of the firm, each written once, in the language of whoever reads it."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from kartoteka.platform.access.models import User
from kartoteka.platform.kernel import mail, turns
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


__all__ = ["people_to_write_to", "take_turn", "write_mail"]

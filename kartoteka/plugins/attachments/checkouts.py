"""Who is working on a file: a hint for the others and never a lock, so that it cannot cost anybody's work."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from kartoteka.platform.sdk import Conflict, Forbidden, Link, Work, _, fetch, names_of_people
from kartoteka.plugins.attachments.design import KEY
from kartoteka.plugins.attachments.tables import CheckoutRow, VersionRow


@dataclass(frozen=True)
class Checkout:
    """Who is working on a file, since when, and from which version he set out."""

    by: Link
    at: datetime
    number: int


def take_out(work: Work, attachment: int) -> Checkout:
    """This function will note that the actor is working on a file.

    :raises Conflict: when somebody else is. :raises Forbidden: when the actor may not change it.
    """
    _check_may(work, attachment)
    present = checkout_of(work, attachment)
    if present is not None:
        if present.by.id == work.actor.user_id:
            return present
        raise Conflict(_("{name} is working on this file.", name=present.by.title))
    wanted = select(func.max(VersionRow.number)).where(VersionRow.attachment == attachment)
    row = CheckoutRow(
        attachment=attachment, by_id=work.actor.user_id, at=work.now, number=work.session.scalar(wanted) or 0
    )
    try:
        with work.session.begin_nested():
            work.session.add(row)
    except IntegrityError:
        raise Conflict(_("Somebody has just begun to work on this file.")) from None
    return Checkout(_named(work, row.by_id), row.at, row.number)


def release_file(work: Work, attachment: int) -> None:
    """This function will note that nobody is working on a file any more; whoever may change it can say so."""
    _check_may(work, attachment)
    put_back(work, attachment)


def put_back(work: Work, attachment: int, *, only: int | None = None) -> None:
    """This function will take the hint away, of one person only if he is named."""
    gone = delete(CheckoutRow).where(CheckoutRow.attachment == attachment)
    work.session.execute(gone if only is None else gone.where(CheckoutRow.by_id == only))


def checkout_of(work: Work, attachment: int) -> Checkout | None:
    """This function will tell who is working on a file that the actor sees."""
    fetch(work, KEY, attachment)
    return checkouts_of(work, [attachment]).get(attachment)


def checkouts_of(work: Work, attachments: Iterable[int]) -> Mapping[int, Checkout]:
    """This function will tell who is working on which of some files, which the actor has been found to see."""
    wanted = select(CheckoutRow).where(CheckoutRow.attachment.in_(list(attachments)))
    rows = list(work.session.scalars(wanted.execution_options(populate_existing=True)))
    names = names_of_people(work, {row.by_id for row in rows}) if rows else {}
    return {
        row.attachment: Checkout(Link(row.by_id, names.get(row.by_id, "")), row.at, row.number)
        for row in rows
    }


def _named(work: Work, person: int) -> Link:
    return Link(person, names_of_people(work, {person}).get(person, ""))


def _check_may(work: Work, attachment: int) -> None:
    if "edit" not in fetch(work, KEY, attachment).may:
        raise Forbidden(_("You may see this file, but not change it."))


__all__ = ["Checkout", "checkout_of", "checkouts_of", "put_back", "release_file", "take_out"]

"""What whoever looks after people sees of all watchdogs: on what there are how many, and what became of messages."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

from flask import request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import case, func, select

from kartoteka.platform.sdk import (
    Undelivered,
    Work,
    _,
    begin,
    go,
    label,
    letter,
    names_of,
    needs,
    office,
    render,
    send_letter,
)
from kartoteka.platform.sdk import tell as say
from kartoteka.plugins.watchdogs import sending
from kartoteka.plugins.watchdogs.definition import stored
from kartoteka.plugins.watchdogs.faces import pages
from kartoteka.plugins.watchdogs.mailbox import GIVEN_UP, QUEUED, SENDING
from kartoteka.plugins.watchdogs.sentences import brief
from kartoteka.plugins.watchdogs.tables import ALERTS, DELIVERIES, WATCHDOGS
from kartoteka.plugins.watchdogs.telling import MARK

LISTED = 100
WEEK = timedelta(days=7)


@pages.page("/watchdogs/overview", right=needs("users"))
def overview() -> str:
    """How many watchdogs there are on what, and the messages that are on their way or did not arrive.

    What single people watch is theirs; only watchdogs that are set for a role are told by name.
    """
    with begin() as work:
        there = (WATCHDOGS.c.removed_at.is_(None), WATCHDOGS.c.active)
        grouped = select(WATCHDOGS.c.on_registry, func.count(), func.count(WATCHDOGS.c.silent_since)).where(
            *there
        )
        counts = work.connection.execute(grouped.group_by(WATCHDOGS.c.on_registry)).all()
        known = {each.key: label(each, work.actor.locale.language) for each in work.registries()}
        lately = func.count(case((ALERTS.c.made_at >= work.now - WEEK, 1)))
        load = select(ALERTS.c.on_registry, func.count(), lately).where(ALERTS.c.sort != MARK)
        told = {
            row[0]: (row[1], row[2]) for row in work.connection.execute(load.group_by(ALERTS.c.on_registry))
        }
        for_roles = work.connection.execute(
            select(WATCHDOGS).where(*there, WATCHDOGS.c.role_id.is_not(None))
        ).all()
        roles = {each.id: label(each, work.actor.locale.language) for each in work.catalog.roles.values()}
        newest = select(DELIVERIES).order_by(DELIVERIES.c.id.desc()).limit(LISTED)
        rows = work.connection.execute(newest).all()
        waiting = (
            select(func.count()).select_from(DELIVERIES).where(DELIVERIES.c.state.in_((QUEUED, SENDING)))
        )
        return render(
            work, "watchdogs/overview.html", at="admin", told=sum(every for every, _new in told.values()),
            counts=[(known[key], number, silent, told.get(key, (0, 0))[1]) for key, number, silent in counts
                    if key in known],
            for_roles=[(_name(work, row), roles.get(row.role_id, "?")) for row in for_roles],
            deliveries=rows, people=names_of(work, [row.recipient_id for row in rows]),
            waiting=work.connection.scalar(waiting) or 0, given_up=GIVEN_UP,
        )  # fmt: skip


def _name(work: Work, row: Any) -> str:
    return brief(work, replace(stored(row.definition), name=row.name))


@pages.page("/watchdogs/overview/again", "POST", right=needs("users"))
def send_again() -> ResponseReturnValue:
    """A message that was given up is tried once more."""
    delivery = request.form.get("delivery", type=int) or 0
    with begin():
        known = 0 < delivery < 2**53
    if known and sending.again(office(), delivery):
        say(_("It is tried once more."))
    return go(url_for("watchdogs.overview"))


@pages.page("/watchdogs/overview/test-mail", "POST", right=needs("users"))
def test_mail() -> ResponseReturnValue:
    """A mail to oneself, sent at once, so that it is seen at once what stands in its way."""
    with begin() as work:
        written, address = letter(work, "trial", uuid4().hex), work.actor.email
    try:
        send_letter(office(), written)
    except Undelivered as error:
        say(_("The mail could not be sent: {reason}", reason=str(error)), tone="bad")
    else:
        say(_("A mail has left for {address}.", address=address))
    return go(url_for("watchdogs.overview"))


__all__ = ["pages"]

"""The page on which somebody gets, renews or takes back the link to his tasks, and the calendar at that link."""

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue

from kartoteka.platform.sdk import (
    NotFound,
    _,
    begin,
    go,
    holder_of_link,
    make_private_link,
    office,
    own,
    private_link_since,
    public,
    render,
    revoke_private_link,
    tell,
)
from kartoteka.plugins.tasks.faces import pages
from kartoteka.plugins.tasks.feeds import calendar_of

PURPOSE = "tasks.calendar"
MAX_KEY = 100


@pages.page("/tasks/calendar-link", right=own)
def feed_page() -> str:
    """Whether there is a link, and how to make one."""
    with begin() as work:
        return render(work, "tasks/link.html", at="tasks", since=private_link_since(work, PURPOSE), link="")


@pages.page("/tasks/calendar-link", "POST", right=own)
def make_feed() -> ResponseReturnValue:
    """A new link, told this once; the one before reads nothing any more."""
    with begin(write=True) as work:
        if "revoke" in request.form:
            revoke_private_link(work, PURPOSE)
            tell(_("The link was taken back. Whoever has it reads nothing any more."))
            return go(url_for("tasks.feed_page"))
        key = make_private_link(work, PURPOSE)
        link = work.office.settings.base_url.rstrip("/") + url_for("tasks.feed", key=key)
        return render(work, "tasks/link.html", at="tasks", since=work.now, link=link)


@pages.page("/tasks/feed/<key>.ics", right=public)
def feed(key: str) -> Response:
    """The calendar for a program: what the owner of the link may see at this very moment."""
    running = office()
    holder = holder_of_link(running, PURPOSE, key) if len(key) <= MAX_KEY else None
    if holder is None:
        raise NotFound(_("There is nothing at this address."))
    with running.begin(holder, via="feed") as work:
        state = work.catalog.plugins.get("tasks")
        if state is None or not state.active:
            raise NotFound(_("There is nothing at this address."))
        text = calendar_of(work, running.settings.base_url.rstrip("/"))
    headers = {"Cache-Control": "private, no-store", "Content-Disposition": 'inline; filename="tasks.ics"'}
    return Response(text, mimetype="text/calendar", headers=headers)


__all__ = ["pages"]

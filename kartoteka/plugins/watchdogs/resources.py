"""Watchdogs and notifications over REST."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from flask import Response, redirect
from flask.typing import ResponseReturnValue
from marshmallow import fields as f

from kartoteka.platform.sdk import (
    Described,
    Invalid,
    Resource,
    Work,
    _,
    answer,
    begin,
    nothing,
    office,
    page_of,
    public,
    signed_in,
)
from kartoteka.plugins.watchdogs import alerts, preview, verbs
from kartoteka.plugins.watchdogs.reading import PARTS
from kartoteka.plugins.watchdogs.sentences import sentence
from kartoteka.plugins.watchdogs.unsubscribing import unsubscribe
from kartoteka.plugins.watchdogs.verbs import Kept

MOST, USUAL = 500, 50
DAYS = {"description": "Whole days; negative ones are before the date."}


class WatchdogWhen(Described):
    """What makes a watchdog speak: a `kind`, and what this kind needs."""

    kind = f.Str(
        metadata={
            "description": f"{', '.join(PARTS)}; or a signal of another plugin, such as company_changed."
        }
    )
    field = f.Str(allow_none=True)
    value = f.Raw(allow_none=True)
    days = f.Int(metadata=DAYS)
    unit = f.Str(metadata={"enum": ["days", "weeks", "months", "years", "working_days"]})
    percent = f.Str()
    of = f.Raw(metadata={"description": "Parts of `any`; what `silence` listens to."})
    what = f.List(f.Str(), metadata={"description": "What is added; topics of a signal."})
    registry = f.Str()
    above = f.Int()
    below = f.Int()
    day = f.Str()
    rule = f.Str(metadata={"description": "A rule of RFC 5545, such as FREQ=MONTHLY;BYMONTHDAY=1."})


class Escalate(Described):
    """Whom to tell when an alert stays unread for some days."""

    days = f.Int()
    to = f.List(f.Str())


class Watchdog(Described):
    """What is watched, when it speaks, to whom, how and how often."""

    id = f.Int(dump_only=True)
    name = f.Str()
    registry = f.Str()
    record = f.Int(allow_none=True, metadata={"description": "One record; null: every record that fits."})
    filter = f.Dict(allow_none=True)
    when = f.Nested(WatchdogWhen)
    to = f.List(f.Str(), metadata={"description": "me, substitute, user:5, role:sales, field:owner"})
    via = f.List(f.Str(), metadata={"description": "app, email, webhook"})
    pace = f.Str(metadata={"enum": ["at_once", "daily", "weekly"]})
    at = f.Str(metadata={"description": "A time of day, such as 07:30."})
    weekday = f.Int(metadata={"description": "Of a weekly pace; 0 is Monday."})
    substitutes = f.Bool(metadata={"description": "Tell whoever stands in while somebody is away."})
    webhook = f.Str(allow_none=True)
    escalate = f.Nested(Escalate, allow_none=True)
    then = f.List(
        f.Dict(), metadata={"description": 'Such as {"kind": "task", "text": "Call them", "days": 3}.'}
    )
    active = f.Bool()
    role = f.Str(
        allow_none=True, metadata={"description": "The role for which it is set; needs the power users."}
    )
    silent = f.Bool(dump_only=True)
    sentence = f.Str(dump_only=True)


class Foreseen(Described):
    """What a watchdog would have told in the last 90 days, and will tell in the next."""

    past = f.List(f.Dict())
    coming = f.List(f.Dict())
    past_count = f.Int()
    coming_count = f.Int()
    fitting = f.Int()
    sentence = f.Str()


class Notification(Described):
    """Something that a watchdog has told the caller."""

    id = f.Int()
    at = f.Str(metadata={"format": "date-time"})
    watchdog = f.Dict()
    record = f.Dict()
    field = f.Str(allow_none=True)
    old = f.Raw(allow_none=True)
    new = f.Raw(allow_none=True)
    text = f.Str()
    read = f.Bool()
    late = f.Bool()


class Paged(Described):
    """Which part of a list."""

    page_size = f.Int(metadata={"minimum": 1, "maximum": MOST})
    cursor = f.Str()


class NotificationQuery(Paged):
    """Which notifications."""

    unread = f.Int(metadata={"enum": [0, 1]})
    watchdog = f.Int()
    registry = f.Str()
    record = f.Int()
    count = f.Int(metadata={"enum": [0, 1]})


class Snooze(Described):
    """Until when a notification is put away."""

    until = f.Str(metadata={"format": "date-time"})


class OfWatchdog(Described):
    """Those of one watchdog only."""

    watchdog = f.Int()


watchdogs = Resource("watchdogs", "Everybody's own alerts.")


def _document(work: Work, kept: Kept) -> dict[str, Any]:
    role = next((each.key for each in work.catalog.roles.values() if each.id == kept.role), None)
    return {
        "id": kept.id,
        **kept.definition.document(),
        "active": kept.active,
        "silent": kept.silent,
        "role": role,
        "sentence": "" if kept.silent else _sentence(work, kept),
        "created_at": kept.created_at,
    }


def _sentence(work: Work, kept: Kept) -> str:
    there = {each.key for each in work.registries()}
    return sentence(work, kept.definition) if kept.definition.registry in there else ""


def _size(query: Mapping[str, str]) -> int:
    size = _whole(query, "page_size") or USUAL
    if not 1 <= size <= MOST:
        raise Invalid({"page_size": [_("This must be a whole number from {min} to {max}.", min=1, max=MOST)]})
    return size


def _whole(query: Mapping[str, str], name: str) -> int | None:
    text = query.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 16):
        raise Invalid({name: [_("This must be a whole number.")]})
    return int(text)


def _cursor(query: Mapping[str, str], most: int) -> int:
    return min(_whole(query, "cursor") or most, most)


@watchdogs.verb("GET", "/watchdogs", signed_in, query=Paged, gives=page_of(Watchdog))
def list_watchdogs(query: dict[str, str]) -> Response:
    """This function will list the caller's watchdogs, the newest first."""
    size = _size(query)
    with begin() as work:
        found = verbs.mine(work, before=_cursor(query, verbs.MAX_ID), size=size + 1)
        following = str(found[size - 1].id) if len(found) > size else None
        return answer({"items": [_document(work, each) for each in found[:size]], "next": following})


@watchdogs.verb("POST", "/watchdogs", signed_in, body=Watchdog, gives=Watchdog, status=201)
def create_watchdog(body: dict[str, Any]) -> Response:
    """This function will set a watchdog."""
    with begin(write=True) as work:
        made = verbs.create(work, _said(body))
        return answer(_document(work, made), 201, Location=f"/api/v1/watchdogs/{made.id}")


def _said(body: Mapping[str, Any]) -> dict[str, Any]:
    """What is shown beside a watchdog may be sent back with it."""
    told = ("id", "silent", "sentence", "created_at")
    said = {name: value for name, value in body.items() if name not in told}
    return (
        said
        if said.get("role") is not None
        else {name: value for name, value in said.items() if name != "role"}
    )


@watchdogs.verb("POST", "/watchdogs/preview", signed_in, body=Watchdog, gives=Foreseen)
def preview_watchdog(body: dict[str, Any]) -> Response:
    """This function will tell what a watchdog would have told, and what it will tell."""
    with begin() as work:
        return answer(preview.document(work, preview.preview(work, _said(body))))


@watchdogs.verb("GET", "/watchdogs/<id:watchdog>", signed_in, gives=Watchdog)
def get_watchdog(watchdog: int) -> Response:
    """This function will give a watchdog of the caller's."""
    with begin() as work:
        return answer(_document(work, verbs.fetch(work, watchdog)))


@watchdogs.verb("PATCH", "/watchdogs/<id:watchdog>", signed_in, body=Watchdog, gives=Watchdog)
def change_watchdog(body: dict[str, Any], watchdog: int) -> Response:
    """This function will change a watchdog."""
    with begin(write=True) as work:
        return answer(_document(work, verbs.change(work, watchdog, _said(body))))


@watchdogs.verb("DELETE", "/watchdogs/<id:watchdog>", signed_in, status=204)
def remove_watchdog(watchdog: int) -> Response:
    """This function will remove a watchdog; what it has told stays."""
    with begin(write=True) as work:
        verbs.remove(work, watchdog)
    return nothing()


@watchdogs.verb("POST", "/watchdogs/unsubscribe/<key>", public, gives={"unsubscribed": "boolean"})
def unsubscribe_at_once(key: str) -> Response:
    """This function will let whoever holds the key of a mail get no more such mail (RFC 8058)."""
    unsubscribe(office(), key)
    return answer({"unsubscribed": True})


@watchdogs.verb("GET", "/watchdogs/unsubscribe/<key>", public, status=303)
def unsubscribe_page(key: str) -> ResponseReturnValue:
    """This function will lead whoever opens the link of a mail by hand to the page that asks him."""
    return redirect(f"/watchdogs/unsubscribe/{quote(key)}", 303)


notifications = Resource("notifications", "What watchdogs have told.")


@notifications.verb("GET", "/notifications", signed_in, query=NotificationQuery, gives=page_of(Notification))
def list_notifications(query: dict[str, str]) -> Response:
    """This function will list what the caller's watchdogs, and those of others, have told him; the newest first."""
    size, record, registry = _size(query), _whole(query, "record"), query.get("registry", "")[:60]
    with begin() as work:
        found, following = alerts.page(
            work, unread=query.get("unread", "") in ("1", "true"), watchdog=_whole(query, "watchdog"),
            record=(registry, record) if record is not None else None, before=_cursor(query, alerts.MAX_ID), size=size,
        )  # fmt: skip
        shown: dict[str, Any] = {
            "items": alerts.documents(found),
            "next": str(following) if following is not None else None,
        }
        if query.get("count", "") in ("1", "true"):
            shown["unread"] = alerts.unread(work) or "0"
        return answer(shown)


@notifications.verb("GET", "/notifications/<id:notification>", signed_in, gives=Notification)
def get_notification(notification: int) -> Response:
    """This function will give one notification."""
    with begin() as work:
        return answer(alerts.documents([alerts.one(work, notification)])[0])


@notifications.verb("POST", "/notifications/<id:notification>/read", signed_in, gives=Notification)
def read_notification(notification: int) -> Response:
    """This function will note that a notification was read."""
    with begin(write=True) as work:
        return answer(alerts.documents([alerts.read(work, notification)])[0])


@notifications.verb("POST", "/notifications/<id:notification>/unread", signed_in, gives=Notification)
def unread_notification(notification: int) -> Response:
    """This function will note that a notification is to be read again."""
    with begin(write=True) as work:
        return answer(alerts.documents([alerts.read(work, notification, back=True)])[0])


@notifications.verb(
    "POST", "/notifications/<id:notification>/snooze", signed_in, body=Snooze, gives=Notification
)
def snooze_notification(body: dict[str, Any], notification: int) -> Response:
    """This function will put a notification away until a moment."""
    with begin(write=True) as work:
        return answer(alerts.documents([alerts.snooze(work, notification, _moment(body.get("until")))])[0])


def _moment(said: Any) -> datetime:
    try:
        found = datetime.fromisoformat(said) if isinstance(said, str) else None
        moment = (
            None if found is None else (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
        )
    except (ValueError, OverflowError):
        moment = None
    if moment is None:
        raise Invalid({"until": [_("This must be a time, such as 2027-01-15T09:00:00Z.")]})
    return moment


@notifications.verb("POST", "/notifications/read-all", signed_in, body=OfWatchdog, gives={"read": "integer"})
def read_all_notifications(body: dict[str, Any]) -> Response:
    """This function will note that everything was read, or everything of one watchdog."""
    watchdog = body.get("watchdog")
    sound = isinstance(watchdog, int) and not isinstance(watchdog, bool) and 0 < watchdog < 2**31
    if watchdog is not None and not sound:
        raise Invalid({"watchdog": [_("This must be a whole number.")]})
    with begin(write=True) as work:
        return answer({"read": alerts.read_all(work, watchdog=watchdog)})


__all__ = ["notifications", "watchdogs"]

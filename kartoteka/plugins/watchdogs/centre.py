"""The notification centre: what watchdogs have told, unread or all, by record or by watchdog."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue

from kartoteka.platform.sdk import Work, _, begin, by_script, date_text, fetch, go, own, render, tell
from kartoteka.plugins.watchdogs import alerts
from kartoteka.plugins.watchdogs.alerts import Shown
from kartoteka.plugins.watchdogs.days import Clock, clock_of
from kartoteka.plugins.watchdogs.faces import pages

AT_ONCE = 50
ORDERS = ("time", "record", "watchdog")


@dataclass(frozen=True)
class Group:
    """Alerts under one heading."""

    heading: str
    url: str
    alerts: Sequence[Shown]


@pages.page("/notifications", right=own)
def centre() -> str:
    """What somebody was told."""
    given = request.args
    show_all, order = given.get("show") == "all", given.get("by", "time")
    order = order if order in ORDERS else "time"
    before, dog = given.get("before", type=int), given.get("watchdog", type=int)
    with begin() as work:
        found, following = alerts.page(
            work, unread=not show_all, watchdog=dog if dog is None or 0 < dog < 2**31 else 0,
            before=before if before is not None and 0 < before < alerts.MAX_ID else alerts.MAX_ID, size=AT_ONCE,
        )  # fmt: skip
        kept: dict[str, Any] = {
            "show": "all" if show_all else None,
            "by": order if order != "time" else None,
            "watchdog": dog,
        }
        return render(
            work, "watchdogs/centre.html", at="notifications", groups=_groups(work, found, order), order=order,
            show_all=show_all, dog=dog, dog_name=found[0].name if dog is not None and found else "",
            here=url_for("watchdogs.centre", **kept, before=before),
            more_url=url_for("watchdogs.centre", **kept, before=following) if following else "",
        )  # fmt: skip


def _groups(work: Work, found: Sequence[Shown], order: str) -> list[Group]:
    if order == "record":
        keys = {each.id: (each.registry, each.record, each.title) for each in found}
    elif order == "watchdog":
        keys = {each.id: ("", each.watchdog, each.name) for each in found}
    else:
        zone = ZoneInfo(work.actor.locale.timezone)
        days = {each.id: each.at.astimezone(zone).date() for each in found}
        today = work.now.astimezone(zone).date()
        keys = {id: (day.isoformat(), 0, _day(work, day, today)) for id, day in days.items()}
    places = {key: place for place, key in enumerate(dict.fromkeys(keys.values()))}
    listed = sorted(found, key=lambda each: places[keys[each.id]])
    return [
        Group(key[2], _place(order, key), list(each))
        for key, each in groupby(listed, lambda one: keys[one.id])
    ]


def _day(work: Work, day: date, today: date) -> str:
    if day == today:
        return _("Today")
    return date_text(day, work.actor.locale.language)


def _place(order: str, key: tuple[str, int, str]) -> str:
    if order == "record" and key[1] and not key[0].startswith("_"):
        return url_for("web.record", registry=key[0], id=key[1])
    return url_for("watchdogs.centre", watchdog=key[1], show="all") if order == "watchdog" else ""


@pages.page("/notifications/count", right=own)
def number() -> Response:
    """The number beside the bell."""
    with begin() as work:
        return Response(alerts.unread(work), mimetype="text/plain")


@pages.page("/notifications/<int:id>/open", right=own)
def open_alert(id: int) -> ResponseReturnValue:
    """The record that an alert is about, at the detail; it is read by that."""
    with begin(write=True) as work:
        found = alerts.read(work, id)
        if found.registry.startswith("_"):
            return go(_place_of_thing(work, found.registry, found.record))
        if not found.record:
            there = found.registry in {each.key for each in work.registries()}
            return go(
                url_for("web.registry", registry=found.registry) if there else url_for("watchdogs.kennel")
            )
        anchor = f"field-{found.field}" if found.field else None
        return go(url_for("web.record", registry=found.registry, id=found.record, _anchor=anchor))


def _place_of_thing(work: Work, registry: str, id: int) -> str:
    """What lies on a record is shown there, in its tab."""
    on = fetch(work, registry, id).on
    if on is None:
        return url_for("web.record", registry=registry, id=id)
    plugin = work.catalog.registries[registry].plugin
    return url_for("web.plugin_tab", registry=on.registry, id=on.id, plugin=plugin)


@pages.page("/notifications/<int:id>/read", "POST", right=own)
def mark(id: int) -> ResponseReturnValue:
    """An alert is read, or is to be read after all."""
    with begin(write=True) as work:
        alerts.read(work, id, back="back" in request.form)
        return _changed("", undo="" if "back" in request.form else url_for("watchdogs.mark", id=id))


@pages.page("/notifications/<int:id>/snooze", "POST", right=own)
def snooze(id: int) -> ResponseReturnValue:
    """An alert is put away until another time."""
    with begin(write=True) as work:
        until = _until(work, request.form.get("until", "tomorrow"))
        alerts.snooze(work, id, until)
        day = date_text(
            until.astimezone(ZoneInfo(work.actor.locale.timezone)).date(), work.actor.locale.language
        )
        return _changed(_("It comes again on {day}.", day=day))


def _until(work: Work, wish: str) -> datetime:
    zone = ZoneInfo(work.actor.locale.timezone)
    if wish == "hour":
        return work.now + timedelta(hours=1)
    morning = Clock(clock_of("08:00") or datetime.min.time(), zone)
    today = work.now.astimezone(zone).date()
    days = {"tomorrow": 1, "week": 7, "month": 30}.get(wish, 1)
    return morning.moment(today + timedelta(days=days)).astimezone(UTC)


@pages.page("/notifications/read-all", "POST", right=own)
def mark_all() -> ResponseReturnValue:
    """Everything is read."""
    dog = request.form.get("watchdog", type=int)
    with begin(write=True) as work:
        alerts.read_all(work, watchdog=dog if dog is not None and 0 <= dog < 2**31 else None)
        return _changed(_("Everything is read."))


def _changed(said: str, *, undo: str = "") -> ResponseReturnValue:
    """The list draws itself anew, and the number beside the bell with it."""
    if not by_script():
        if said:
            tell(said)
        return go(url_for("watchdogs.centre"))
    happenings: dict[str, object] = {"notifications-changed": {}}
    if said:
        happenings = {"say": {"text": said, "undo": undo}, **happenings}
    return Response("", headers={"HX-Reswap": "none", "HX-Trigger": json.dumps(happenings)})


__all__ = ["pages"]

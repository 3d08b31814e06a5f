"""The timeline of activities on a record: its tab, and the part of it that filters draw anew."""

from collections.abc import Sequence
from typing import Any

from flask import render_template, request, url_for

from kartoteka.platform.sdk import Link, LinkView, NotFound, Picker, Record, Work, _, begin, fetch, label
from kartoteka.plugins.activities.design import KEY
from kartoteka.plugins.activities.dialogs import dialogs
from kartoteka.plugins.activities.faces import pages
from kartoteka.plugins.activities.timeline import Wanted, of_record

PLUGIN = "activities"
MOST_WORDS = 200
ASKED = ("kind", "who", "since", "until", "q", "related")


def show(work: Work, record: Record) -> str:
    """This function will give the activities on a record as HTML, the latest first, with what narrows them down."""
    may_add = record.tabs.get(PLUGIN) == "edit"
    return render_template(
        "activities/tab.html",
        source=url_for("activities.on_record", registry=record.registry, id=record.id),
        new_url=dialogs.new_url(record) if may_add else "",
        asking=asking(work, Wanted()),
        **_drawn(record, of_record(work, record, Wanted())),
    )


def add_url(record: Record) -> str:
    """This function will give the address of the dialog that notes down what happened with a record."""
    return dialogs.new_url(record)


def asking(work: Work, wanted: Wanted, chosen: Sequence[Link] = ()) -> dict[str, Any]:
    """This function will put together what a timeline can be narrowed by."""
    language = work.actor.locale.language
    kinds = [
        (each.key, label(each, language)) for each in work.catalog.registries[KEY].categories if each.active
    ]
    links = [LinkView(each.id, each.title) for each in chosen]
    who = Picker(
        _("Who of us"), url_for("web.pick_people"), "activities-who", "who", links, hint=_("Who of us")
    )
    return {"kinds": kinds, "who": who, "wanted": wanted}


def wanted() -> Wanted:
    """This function will read what is asked of a timeline."""
    given = request.args
    who = next((each for each in given.getlist("who") if each.isdecimal() and len(each) < 10), "0")
    return Wanted(
        given.get("kind", ""),
        int(who),
        given.get("since", ""),
        given.get("until", ""),
        given.get("q", "")[:MOST_WORDS].strip(),
        given.get("related") == "1",
    )


@pages.page("/activities/on/<registry>/<int:id>")
def on_record(registry: str, id: int) -> str:
    """The activities on a record, narrowed down, or those before the ones shown."""
    with begin() as work:
        record = fetch(work, registry, id)
        if PLUGIN not in record.tabs:
            raise NotFound(_("There is nothing at this address."))
        shown = of_record(work, record, wanted(), request.args.get("cursor"))
        return render_template("activities/timeline.html", **_drawn(record, shown))


def asked_again() -> dict[str, Any]:
    """This function will repeat what was asked of a timeline, for the address of what is older."""
    given = [(name, each) for name in ASKED for each in request.args.getlist(name) if each]
    return dict(given)


def _drawn(record: Record, shown: Any) -> dict[str, Any]:
    more = ""
    if shown.next:
        given = asked_again() if request.endpoint == "activities.on_record" else {"related": "1"}
        last = shown.days[-1].date.isoformat()
        place = {"registry": record.registry, "id": record.id}
        more = url_for("activities.on_record", **{**given, **place, "cursor": shown.next, "after": last})
    return {"shown": shown, "more": more, "after": request.args.get("after", ""), "dialogs": dialogs}

"""The tray: letters that came from nobody known wait here until somebody says at which record they belong."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from kartoteka.platform.sdk import (
    Invalid,
    Picker,
    Query,
    Record,
    Work,
    _,
    begin,
    browse,
    chosen_of,
    go,
    needs,
    office,
    plural,
    render,
    tell,
)
from kartoteka.plugins.activities.design import KEY
from kartoteka.plugins.activities.dialogs import dialogs
from kartoteka.plugins.activities.faces import pages
from kartoteka.plugins.activities.filing import IN_THE_TRAY, file_at
from kartoteka.plugins.activities.mailbox import fetch_letters, is_set

SIZE = 50


@dataclass(frozen=True)
class Waiting:
    """A letter in the tray."""

    id: int
    at: datetime
    text: str
    file_url: str
    remove_url: str
    on: Picker


@pages.page("/activities/tray")
def tray() -> str:
    """The letters that wait."""
    with begin() as work:
        fetches = "design" in work.actor.powers and is_set(work)
        return render(work, "activities/tray.html", at="activities", fetches=fetches, **_waiting(work))


@pages.page("/activities/tray/fetch", "POST", right=needs("design"))
def fetch_now() -> ResponseReturnValue:
    """The mailbox looked into at once, and a word on what was there."""
    found = fetch_letters(office())
    said = plural("{n} letter was there.", "{n} letters were there.", found.all)
    tell(f"{said} {_('Filed: {filed}, in the tray: {waiting}.', filed=found.filed, waiting=found.waiting)}")
    return go(url_for("activities.tray"))


@pages.page("/activities/tray/list")
def tray_list() -> str:
    """The letters that wait, anew or those before the ones shown."""
    with begin() as work:
        return render_template("activities/tray_list.html", **_waiting(work))


@pages.page("/activities/<int:id>/file", "POST")
def file_letter(id: int) -> ResponseReturnValue:
    """A letter filed at the record chosen."""
    chosen = chosen_of(request.form, "on")
    with begin(write=True) as work:
        if chosen is None:
            raise Invalid({"on": [_("Choose the record to which the letter belongs.")]})
        file_at(work, id, chosen)
        return render_template("activities/tray_list.html", **_waiting(work))


def _waiting(work: Work) -> Mapping[str, Any]:
    work.open(KEY)
    found = browse(work, KEY, Query(filter=IN_THE_TRAY, sort="-at", page_size=SIZE), flags=True)
    return {"letters": [_letter(each) for each in found.items], "more": found.next is not None}


def _letter(each: Record) -> Waiting:
    name = f"letter-{each.id}"
    return Waiting(
        each.id,
        each.values.get("at") or each.created_at,
        each.values.get("text") or "",
        url_for("activities.file_letter", id=each.id) if "edit" in each.may else "",
        dialogs.remove_url(each.id) if "delete" in each.may else "",
        Picker(_("Belongs to"), dialogs.places_url(), name, "on"),
    )

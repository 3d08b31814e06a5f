"""The tray: letters that came from nobody known wait here until somebody says at which record they belong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kartoteka.platform.sdk import (
    Bearer,
    Invalid,
    Link,
    Picker,
    Query,
    Record,
    Work,
    _,
    begin,
    browse,
    go,
    needs,
    office,
    plural,
    render,
    tell,
)
from kartoteka.platform.sdk import picker as offered
from kartoteka.plugins.activities.design import KEY
from kartoteka.plugins.activities.dialogs import dialogs
from kartoteka.plugins.activities.faces import pages
from kartoteka.plugins.activities.filing import IN_THE_TRAY, file_at
from kartoteka.plugins.activities.mailbox import fetch_letters, is_set

OF_A_REGISTRY = 5
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


@pages.page("/activities/tray/pick")
def pick_bearer() -> ResponseReturnValue:
    """Records to choose from, of all registries on which the actor may note down what happened."""
    q = request.args.get("q", "")
    with begin() as work:
        found = [_offer(work, registry, each) for registry in _bearing(work)
                 for each in offered(work, registry.key, q, limit=OF_A_REGISTRY)]  # fmt: skip
        return jsonify(items=found)


@pages.page("/activities/<int:id>/file", "POST")
def file_letter(id: int) -> ResponseReturnValue:
    """A letter filed at the record chosen."""
    chosen = next((each for each in request.form.getlist("on") if each), "")
    registry, _slash, record = chosen.partition("/")
    with begin(write=True) as work:
        if not record.isdecimal() or len(record) > 18:
            raise Invalid({"on": [_("Choose the record to which the letter belongs.")]})
        file_at(work, id, Bearer(registry, int(record)))
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
        Picker(_("Belongs to"), url_for("activities.pick_bearer"), name, "on"),
    )


def _bearing(work: Work) -> Sequence[Any]:
    return [each for each in work.registries() if "activities" in work.catalog.tabs(each)]


def _offer(work: Work, registry: Any, link: Link) -> Mapping[str, str]:
    name = registry.names.get(work.actor.locale.language) or registry.name
    return {"id": f"{registry.key}/{link.id}", "title": link.title, "note": name}

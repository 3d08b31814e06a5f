"""What the plugin brings."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import marshmallow as ma
from flask import g, url_for
from marshmallow import fields as f

from kartoteka.platform.sdk import (
    N_,
    Duty,
    FieldMark,
    KartotekaError,
    ListLink,
    NavEntry,
    Plugin,
    Reaction,
    Work,
)
from kartoteka.plugins.watchdogs import centre, overseeing, pages, verbs
from kartoteka.plugins.watchdogs.colleagues import hear_of_people
from kartoteka.plugins.watchdogs.escalating import escalate
from kartoteka.plugins.watchdogs.faces import pages as faces
from kartoteka.plugins.watchdogs.following import KINDS
from kartoteka.plugins.watchdogs.reacting import react
from kartoteka.plugins.watchdogs.resources import notifications, watchdogs
from kartoteka.plugins.watchdogs.sending import deliver
from kartoteka.plugins.watchdogs.sweeping import look_after_rights, sweep
from kartoteka.plugins.watchdogs.tables import Own


class Settings(ma.Schema):
    """What an admin settles for all watchdogs."""

    holidays = f.Str(
        load_default="cz",
        validate=ma.validate.OneOf(("cz", "none")),
        metadata={
            "label": N_("Public holidays"),
            "help": N_("Which days are no working days, beside weekends: cz or none."),
        },
    )


def _of_field(registry: str, record: int, field: str) -> str:
    """The addresses of a record's details differ in their keys alone; it may have hundreds of them."""
    known: dict[tuple[str, int], str] = g.setdefault("watched_details", {})
    if (registry, record) not in known:
        known[registry, record] = url_for("watchdogs.new", registry=registry, record=record)
    return f"{known[registry, record]}&field={field}"


def _of_list(registry: str, document: Any) -> str:
    """A list with nothing left out is watched as a registry."""
    narrowed = json.dumps(document, ensure_ascii=False) if document else None
    return url_for("watchdogs.new", registry=registry, filter=narrowed)


def _samples(work: Work, things: Sequence[Mapping[str, Any]]) -> None:
    """What somebody of the demo firm may not watch he does not; the firm is there all the same."""
    for body in things:
        with suppress(KartotekaError), work.attempt():
            verbs.create(work, body)


# Modules that put their pages among those of the plugin.
FACES = (pages, centre, overseeing)


plugin = Plugin(
    name="watchdogs",
    label=N_("Watchdogs"),
    summary=N_("Everybody's own alerts on any detail, date or list, tried on the past first."),
    icon="bell",
    at_once=True,
    migrations="kartoteka.plugins.watchdogs.migrations",
    tables=Own.metadata,
    pages=faces,
    navigation=(
        NavEntry("notifications", N_("Notifications"), "bell", "watchdogs.centre", live="watchdogs.number"),
    ),
    field_marks=(FieldMark(N_("Watch “{name}”"), "bell-plus", _of_field),),
    list_links=(ListLink(N_("Watch this list"), "bell-plus", _of_list),),
    condition_taker="watchdogs.condition",
    resources=(watchdogs, notifications),
    reactions=(
        Reaction("events", frozenset({"records_changed"}) | KINDS, react, size=2500, signals=True),
        Reaction("people", frozenset({"people_told"}), hear_of_people),
    ),
    duties=(
        Duty("sweep", 30, sweep),
        Duty("rights", 60, look_after_rights),
        Duty("escalate", 300, escalate),
        Duty("deliver", 5, deliver),
    ),
    settings=Settings,
    samples=_samples,
)

"""The pages of watchdogs: one's own, the one in which a watchdog is set, and what others' watchdogs tell."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import delete, insert, select

from kartoteka.platform.sdk import (
    Conflict,
    Invalid,
    NotFound,
    Work,
    _,
    begin,
    condition_added,
    date_text,
    go,
    label,
    office,
    own,
    public,
    render,
    render_outside,
    tell,
)
from kartoteka.plugins.watchdogs import verbs
from kartoteka.plugins.watchdogs.asked import asked_of, body_from, body_of, usual, whole
from kartoteka.plugins.watchdogs.days import clock_of
from kartoteka.plugins.watchdogs.faces import pages
from kartoteka.plugins.watchdogs.preview import DAYS, Preview, occurrence_text, preview
from kartoteka.plugins.watchdogs.sentences import Piece, brief, pieces, sentence
from kartoteka.plugins.watchdogs.tables import MANNERS, MUTES
from kartoteka.plugins.watchdogs.unsubscribing import meant_by, unsubscribe
from kartoteka.plugins.watchdogs.verbs import Kept
from kartoteka.plugins.watchdogs.watching import Occurrence

BARS = 26
LISTED = 12


@dataclass(frozen=True)
class Bar:
    """So many occurrences in a week, before today or after it."""

    level: int
    coming: bool


@dataclass(frozen=True)
class Line:
    """One occurrence as the page shows it."""

    title: str
    url: str
    text: str
    when: str


@dataclass(frozen=True)
class Foresight:
    """What a watchdog would have told and will tell."""

    bars: Sequence[Bar]
    first: str
    last: str
    past: Sequence[Line]
    coming: Sequence[Line]
    past_count: int
    coming_count: int
    fitting: int


@pages.page("/watchdogs", right=own)
def kennel() -> str:
    """All watchdogs of somebody, those of others that he has muted, and when he is not to be written to."""
    with begin() as work:
        found = verbs.mine(work, size=500)
        manners = work.connection.execute(
            select(MANNERS).where(MANNERS.c.user_id == work.actor.user_id)
        ).first()
        muted = list(
            work.connection.scalars(select(MUTES.c.watchdog_id).where(MUTES.c.user_id == work.actor.user_id))
        )
        return render(
            work, "watchdogs/kennel.html", at="notifications", dogs=[_line(work, each) for each in found],
            manners=manners, muted=list(verbs.names(work, muted).items()),
            may_oversee="users" in work.actor.powers,
        )  # fmt: skip


def _line(work: Work, kept: Kept) -> Mapping[str, Any]:
    there = {each.key for each in work.registries()}
    name = brief(work, kept.definition)
    said = sentence(work, kept.definition) if kept.definition.registry in there and not kept.silent else ""
    role = next((each for each in work.catalog.roles.values() if each.id == kept.role), None)
    return {
        "id": kept.id, "name": name, "sentence": said, "active": kept.active, "silent": kept.silent,
        "role": label(role, work.actor.locale.language) if role is not None else "",
    }  # fmt: skip


@pages.page("/watchdogs/new", right=own)
def new() -> str:
    """The page on which a watchdog is set, filled in by where one comes from."""
    given = request.args
    with begin() as work:
        registries = [each.key for each in work.registries()]
        if not registries:
            raise NotFound(_("There is nothing to watch yet."))
        registry = given.get("registry") or registries[0]
        opened, key = work.open(registry), given.get("field", "")
        each = opened.seen.field(key) if key else None
        if key and each is None:
            raise NotFound(_("There is no such detail."))
        record = given.get("record", type=int)
        body = usual(registry, record, key, _document(given.get("filter", "")), each.type if each else "")
        return _shown(work, body, None)


def _document(text: str) -> Any:
    try:
        found = json.loads(text) if 0 < len(text) < 8000 else None
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _shown(work: Work, body: dict[str, Any], id: int | None, errors: Sequence[str] = ()) -> str:
    return render(work, "watchdogs/dog.html", at="notifications", id=id, **_parts(work, body, errors))


def _parts(work: Work, body: dict[str, Any], errors: Sequence[str] = ()) -> dict[str, Any]:
    """The form, the sentence, and what it would have told: as far as what is filled in makes sense already."""
    asked = asked_of(work, body, errors)
    try:
        found = preview(
            work, {key: value for key, value in whole(body).items() if value is not None or key == "record"}
        )
    except (Invalid, NotFound) as error:
        told = (
            [one for each in error.errors.values() for one in each]
            if isinstance(error, Invalid)
            else [str(error)]
        )
        asked.errors = [*asked.errors, *(each for each in told if each not in asked.errors)]
        return {
            "asked": asked,
            "said": [Piece(_("Say what it is to watch."))],
            "foresight": None,
            "days": DAYS,
        }
    return {
        "asked": asked,
        "said": pieces(work, found.definition),
        "foresight": _foresight(work, found),
        "days": DAYS,
    }


def _foresight(work: Work, found: Preview) -> Foresight:
    language = work.actor.locale.language
    today, days = found.now.astimezone(found.zone).date(), timedelta(days=DAYS)
    return Foresight(
        _bars(found), date_text(today - days, language), date_text(today + days, language),
        [_told(work, found, each, past=True) for each in found.past[:LISTED]],
        [_told(work, found, each, past=False) for each in found.coming[:LISTED]],
        len(found.past), len(found.coming), found.fitting,
    )  # fmt: skip


def _bars(found: Preview) -> list[Bar]:
    """Half of them for the time behind, half for that ahead; the highest is the busiest."""
    half, span = BARS // 2, timedelta(days=DAYS) / (BARS // 2)
    counts = [0] * BARS
    for each in found.past:
        counts[max(0, half - 1 - int((found.now - each.at) / span))] += 1
    for each in found.coming:
        counts[min(BARS - 1, half + int((each.at - found.now) / span))] += 1
    most = max(max(counts), 1)
    return [Bar(-(-8 * count // most), place >= half) for place, count in enumerate(counts)]


def _told(work: Work, found: Preview, each: Occurrence, *, past: bool) -> Line:
    local = each.at.astimezone(found.zone)
    day = date_text(local.date(), work.actor.locale.language)
    words = _("on {day} at {time}", day=day, time=f"{local:%H:%M}")
    when = _("it would have come {when}", when=words) if past else _("it will come {when}", when=words)
    url = url_for("web.record", registry=found.definition.registry, id=each.record) if each.record else ""
    return Line(each.title, url, occurrence_text(work, found.definition, each, found.zone), when)


@pages.page("/watchdogs/form", "POST", right=own)
def form() -> ResponseReturnValue:
    """The parts of the page that follow from what is filled in; another registry is another page."""
    given = request.form
    with begin() as work:
        body, shown = body_of(work, given), given.get("shown", "")
        if shown and shown.partition(" ")[0] != body["registry"]:
            return go(url_for("watchdogs.new", registry=body["registry"]))
        parts = _parts(work, body)
        return render_template("watchdogs/parts.html", when_too=parts["asked"].shown != shown, **parts)


@pages.page("/watchdogs/condition/<registry>", right=own)
def condition(registry: str) -> ResponseReturnValue:
    """The conditions with one more, put into their place; the page then works out anew what it would have told."""
    with begin() as work:
        document, again = condition_added(work, registry)
        if again:
            return again, 422
        body = usual(registry, None, "", document, "")
        shown = render_template("watchdogs/conditions.html", asked=asked_of(work, body), again=True)
        happenings = {"HX-Reswap": "none", "HX-Trigger": json.dumps({"shut-pop": {}, "dog-changed": {}})}
        return Response(shown, headers=happenings)


@pages.page("/watchdogs/new", "POST", right=own)
def add() -> ResponseReturnValue:
    """A watchdog is set."""
    return _saved(None)


@pages.page("/watchdogs/<int:id>", right=own)
def dog(id: int) -> str:
    """The page of a watchdog that is there."""
    with begin() as work:
        kept = verbs.fetch(work, id)
        return _shown(work, body_from(kept.definition), id)


@pages.page("/watchdogs/<int:id>", "POST", right=own)
def save(id: int) -> ResponseReturnValue:
    """A watchdog is changed."""
    return _saved(id)


def _saved(id: int | None) -> ResponseReturnValue:
    try:
        with begin(write=True) as work:
            body = whole(body_of(work, request.form))
            kept = verbs.create(work, body) if id is None else verbs.change(work, id, body)
            tell(_("The watchdog is watching: {name}", name=brief(work, kept.definition)))
            return go(url_for("watchdogs.kennel"))
    except (Invalid, Conflict) as refusal:
        told = [one for each in refusal.errors.values() for one in each] or [refusal.message]
        with begin() as work:
            return _shown(work, body_of(work, request.form), id, told), 422


@pages.page("/watchdogs/<int:id>/switch", "POST", right=own)
def switch(id: int) -> ResponseReturnValue:
    """A watchdog is switched off, or on again."""
    with begin(write=True) as work:
        kept = verbs.fetch(work, id)
        verbs.change(work, id, {"active": not kept.active})
        tell(
            _("“{name}” is off.", name=brief(work, kept.definition))
            if kept.active
            else _("“{name}” is watching.", name=brief(work, kept.definition))
        )
        return go(url_for("watchdogs.kennel"))


@pages.page("/watchdogs/<int:id>/remove", "POST", right=own)
def remove(id: int) -> ResponseReturnValue:
    """A watchdog is removed."""
    with begin(write=True) as work:
        kept = verbs.fetch(work, id)
        verbs.remove(work, id)
        tell(_("“{name}” was removed; what it has told stays.", name=brief(work, kept.definition)))
        return go(url_for("watchdogs.kennel"))


@pages.page("/watchdogs/<int:id>/off", "POST", right=own)
def off(id: int) -> ResponseReturnValue:
    """Nothing more is heard of the watchdog of an alert."""
    with begin(write=True) as work:
        name = verbs.switch_off(work, id)
        tell(_("You will hear no more of “{name}”.", name=name))
        return go(url_for("watchdogs.centre"))


@pages.page("/watchdogs/<int:id>/on", "POST", right=own)
def on(id: int) -> ResponseReturnValue:
    """A watchdog that was muted is heard again."""
    with begin(write=True) as work:
        verbs.hear_again(work, id)
        tell(_("You will hear of it again."))
        return go(url_for("watchdogs.kennel"))


@pages.page("/watchdogs/manners", "POST", right=own)
def manners() -> ResponseReturnValue:
    """When somebody does not want to be written to."""
    given = request.form
    begins, ends = (given.get(name, "").strip() for name in ("quiet_from", "quiet_to"))
    if any(each and clock_of(each) is None for each in (begins, ends)):
        raise Invalid({"quiet_from": [_("This must be a time of day, such as 07:30.")]})
    with begin(write=True) as work:
        me = work.actor.user_id
        work.connection.execute(delete(MANNERS).where(MANNERS.c.user_id == me))
        row = {"user_id": me, "quiet_from": begins, "quiet_to": ends, "weekends": "weekends" in given}
        work.connection.execute(insert(MANNERS), [row])
        tell(_("Saved."))
        return go(url_for("watchdogs.kennel"))


@pages.page("/watchdogs/unsubscribe/<key>", right=public)
def unsubscribing(key: str) -> str:
    """The page that a link in a mail leads to: one more click, so that no program that looks at links does it."""
    meant_by(office(), key)
    return render_outside("watchdogs/unsubscribe.html", key=key, done=False)


@pages.page("/watchdogs/unsubscribe/<key>", "POST", right=public)
def unsubscribed(key: str) -> str:
    """No more mail of these watchdogs."""
    unsubscribe(office(), key)
    return render_outside("watchdogs/unsubscribe.html", key=key, done=True)


__all__ = ["pages"]

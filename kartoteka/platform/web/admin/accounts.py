"""The list of people as the administration shows it: states, roles, absences, second factors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from flask import url_for
from werkzeug.datastructures import MultiDict

from kartoteka.field_types.folding import fold
from kartoteka.field_types.formatting import date_text
from kartoteka.platform.catalog.definitions import label
from kartoteka.platform.kernel.texts import _, plural
from kartoteka.platform.services import absences, people, second_factor
from kartoteka.platform.services.absences import Away
from kartoteka.platform.services.people import Person, Waiting
from kartoteka.platform.services.standing import covers
from kartoteka.platform.services.work import Work


@dataclass(frozen=True)
class PersonLine:
    """One person in the list."""

    id: int
    name: str
    email: str
    roles: Sequence[str]
    state: str
    me: bool
    identity: str = ""
    away: str = ""
    secured: bool = False
    invited: str = ""
    expired: bool = False


@dataclass(frozen=True)
class StateTab:
    """Everybody in one state, as a tab with its count."""

    label: str
    url: str
    on: bool
    count: int


def listed(work: Work, given: MultiDict[str, str]) -> dict[str, Any]:
    """This function will put together the list of one state, narrowed by words."""
    every = people.users(work)
    words, wanted = fold(given.get("q", "")).split(), given.get("state", "active")
    states = {"active": _("Active"), "invited": _("Invited"), "off": _("Switched off")}
    counts = {state: sum(state_of(each) == state for each in every) for state in states}
    shown = [
        each
        for each in every
        if state_of(each) == wanted and all(word in fold(f"{each.name} {each.email}") for word in words)
    ]
    urls = {state: url_for("web.admin_people", state=state, q=given.get("q") or None) for state in states}
    return {
        "lines": _lines(work, shown),
        "q": given.get("q", ""),
        "state": wanted,
        "states": [
            StateTab(name, urls[state], state == wanted, counts[state]) for state, name in states.items()
        ],
        "total": plural("{n} account", "{n} accounts", len(every)),
    }


def state_of(person: Person) -> str:
    """This function will tell in which list somebody stands."""
    return "active" if person.active else "invited" if person.invited else "off"


def role_choices(work: Work, chosen: Sequence[str]) -> list[tuple[str, str, bool]]:
    """This function will offer the roles that the actor may give, and those that are held already."""
    return [
        (role.key, label(role, work.actor.locale.language), role.key in chosen)
        for role in work.catalog.roles.values()
        if role.key in chosen or covers(work.actor, role, work.catalog)
    ]


def _lines(work: Work, shown: Sequence[Person]) -> list[PersonLine]:
    away = absences.absent_on(work, absences.today(work))
    secured, waiting = second_factor.having(work), people.waiting(work)
    return [_line(work, each, away, each.id in secured, waiting.get(each.id)) for each in shown]


def _line(
    work: Work, person: Person, away: Mapping[int, Away], secured: bool, waiting: Waiting | None
) -> PersonLine:
    language = work.actor.locale.language
    known = work.catalog.registries.get(person.identity.registry) if person.identity else None
    return PersonLine(
        person.id,
        person.name,
        person.email,
        [label(work.catalog.roles[key], language) for key in person.roles],
        state_of(person),
        person.id == work.actor.user_id,
        label(known, language) if known else "",
        _("away until {day}", day=date_text(away[person.id].until, language)) if person.id in away else "",
        secured,
        invited_text(work, waiting) if waiting else "",
        bool(waiting and waiting.expires_at <= work.now),
    )


def invited_text(work: Work, waiting: Waiting) -> str:
    """This function will say since when somebody is invited and by whom."""
    zone = ZoneInfo(work.actor.locale.timezone)
    day = date_text(waiting.sent_at.astimezone(zone).date(), work.actor.locale.language)
    return (
        _("invited {day} by {name}", day=day, name=waiting.by) if waiting.by else _("invited {day}", day=day)
    )

"""What has changed in rights since a day, in sentences: roles, what they are granted, and who has them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import request

from kartoteka.platform.catalog.definitions import label
from kartoteka.platform.front import begin
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import rights_past
from kartoteka.platform.services.rights_past import AccountChange, RoleChange
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin.frame import DESIGN_OR_AUDIT, show
from kartoteka.platform.web.admin.rights import (
    DONE,
    NOTHING,
    POWER_WORDS,
    field_phrases,
    places,
    right_phrases,
    section_phrases,
)
from kartoteka.platform.web.admin.rules import rule_sentence
from kartoteka.platform.web.pages import page

DAYS = 30


@dataclass(frozen=True)
class Told:
    """One change: when, by whom, about which role or person, and what it meant."""

    at: datetime
    by: str
    about: str
    sentences: Sequence[str]


@page("/admin/roles/changes", right=DESIGN_OR_AUDIT)
def admin_rights_changes() -> str:
    """The changes since a day, of one role or person if asked."""
    with begin() as work:
        given = request.args
        day = _day(given.get("since", "")) or work.now.date() - timedelta(days=DAYS)
        found = rights_past.since(work, day)
        people = {each.person_id: each.person for each in found if isinstance(each, AccountChange)}
        asked_role, asked_person = given.get("role", ""), given.get("person", "")
        kept = [each for each in found if _fits(each, asked_role, asked_person)]
        return show(
            work,
            "rights_changes.html",
            "roles",
            since=day.isoformat(),
            roles=_roles(work, found),
            role=asked_role,
            people=sorted(people.items(), key=lambda pair: pair[1]),
            person=asked_person,
            changes=[told for told in (_told(work, each) for each in kept) if told.sentences],
        )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _fits(each: RoleChange | AccountChange, role: str, person: str) -> bool:
    if isinstance(each, RoleChange):
        return not person and role in ("", each.role)
    named = {key for pair in _pair(each.changes.get("roles")) for key in pair} | {each.changes.get("role")}
    return (not person or person == str(each.person_id)) and (not role or role in named)


def _roles(work: Work, found: Sequence[RoleChange | AccountChange]) -> list[tuple[str, str]]:
    """Roles that there are, and those that there were."""
    keys = [role.key for role in work.catalog.roles.values() if not role.is_admin]
    gone = {each.role for each in found if isinstance(each, RoleChange)} - set(keys)
    return [(key, _role_name(work, key)) for key in (*keys, *sorted(gone - {"admin"}))]


def _role_name(work: Work, key: str, document: Mapping[str, Any] | None = None) -> str:
    role = work.catalog.roles.get(key)
    if role is not None:
        return label(role, work.actor.locale.language)
    return str((document or {}).get("name", key))


def _told(work: Work, each: RoleChange | AccountChange) -> Told:
    if isinstance(each, AccountChange):
        return Told(each.at, each.by, each.person, _of_account(work, each))
    name = _role_name(work, each.role, each.after or each.before)
    return Told(each.at, each.by, _("Role “{role}”", role=name), _of_role(work, each))


def _of_role(work: Work, each: RoleChange) -> list[str]:
    before, after = each.before or {}, each.after or {}
    sentences = []
    if each.before is None:
        sentences.append(_("Made."))
    if each.after is None:
        return [_("Removed; whoever had it has lost what it allowed.")]
    gone, came = (set(one.get("powers", ())) for one in (before, after))
    sentences += [_("Has the power “{power}”.", power=_power(key)) for key in sorted(came - gone)]
    sentences += [_("No longer has the power “{power}”.", power=_power(key)) for key in sorted(gone - came)]
    if before and before.get("name") != after.get("name"):
        sentences.append(_("Was called “{name}”.", name=before.get("name", "")))
    old, new = before.get("grants", {}), after.get("grants", {})
    for key in sorted({*old, *new}):
        if old.get(key) != new.get(key):
            sentences.append(_of_grant(work, key, old.get(key) or NOTHING, new.get(key) or NOTHING))
    return [sentence for sentence in sentences if sentence]


def _of_grant(work: Work, key: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    registry = work.catalog.registries.get(key)
    if registry is None:
        return ""
    phrases = section_phrases(places(work, registry), old, new, DONE)
    phrases += field_phrases(work, registry, old, new) + right_phrases(old, new)
    if old["rows"] != new["rows"]:
        phrases.append(_("reaches: {rule}", rule=rule_sentence(work, registry, new["rows"])))
    name = label(registry, work.actor.locale.language)
    return f"{name}: {'; '.join(phrases)}." if phrases else ""


def _power(key: str) -> str:
    return _(POWER_WORDS[key][0]) if key in POWER_WORDS else key


def _of_account(work: Work, each: AccountChange) -> list[str]:
    sentences = []
    if each.action == "looked_as":
        sentences.append(_("{by} saw Kartoteka as this person.", by=each.by))
    if each.action == "looked_as_role":
        role = _role_name(work, str(each.changes.get("role", "")))
        return [_("Saw Kartoteka as the role “{role}”.", role=role)]
    gone, came = map(set, _pair(each.changes.get("roles")))
    sentences += [_("Has the role “{role}”.", role=_role_name(work, key)) for key in sorted(came - gone)]
    sentences += [
        _("No longer has the role “{role}”.", role=_role_name(work, key)) for key in sorted(gone - came)
    ]
    active = _changed_to(each.changes.get("active"))
    if each.action == "changed" and active is not None:
        sentences.append(_("Switched on.") if active else _("Switched off: cannot sign in."))
    if each.action == "changed" and "identity" in each.changes:
        sentences.append(_("Is another record now, or none."))
    return sentences


def _pair(roles: Any) -> tuple[Sequence[str], Sequence[str]]:
    """Roles before and after; whoever was just made had none."""
    if not isinstance(roles, list):
        return (), ()
    if len(roles) == 2 and all(isinstance(each, list) for each in roles):
        return roles[0], roles[1]
    return (), [each for each in roles if isinstance(each, str)]


def _changed_to(value: Any) -> Any:
    return value[1] if isinstance(value, list) and len(value) == 2 else None

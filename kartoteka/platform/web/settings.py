"""A person's own settings: name, language, looks, password, absences, second factor, sessions, keys for the API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flask import request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from kartoteka.platform import front
from kartoteka.platform.front import begin
from kartoteka.platform.kernel.errors import Conflict, Invalid
from kartoteka.platform.kernel.texts import N_, OF_STAFF, _, plural
from kartoteka.platform.services import people, second_factor, sessions, signing, tokens
from kartoteka.platform.services.particulars import timezones
from kartoteka.platform.services.second_factor import Standing
from kartoteka.platform.services.tokens import Token
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.absences import AbsenceLine, own_lines
from kartoteka.platform.web.agents import browser_text
from kartoteka.platform.web.answers import go
from kartoteka.platform.web.home import remember_choices
from kartoteka.platform.web.pages import page
from kartoteka.platform.web.shell import render, tell

THEMES = (("auto", N_("As the system")), ("light", N_("Light")), ("dark", N_("Dark")))
OWN = ("name", "language", "timezone", "theme")


@dataclass(frozen=True)
class SessionLine:
    """One browser in which the person is signed in."""

    id: int
    browser: str
    created_at: datetime
    seen_at: datetime
    mine: bool


@dataclass(frozen=True)
class SettingsView:
    """The page, with what was typed and what was wrong with it."""

    email: str
    roles: str
    typed: Mapping[str, str]
    languages: Sequence[tuple[str, str]]
    themes: Sequence[tuple[str, str]]
    timezones: Sequence[str]
    tokens: Sequence[Token]
    new_token: str = ""
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    absences: Sequence[AbsenceLine] = ()
    factor: Standing | None = None
    sessions: Sequence[SessionLine] = ()


@page("/settings")
def settings() -> str:
    """The page of one's own settings."""
    with begin() as work:
        return _shown(work)


@page("/settings", "POST")
def save_settings() -> ResponseReturnValue:
    """Name, language, time zone and looks."""
    given = {name: request.form.get(name, "") for name in OWN}
    try:
        with begin(write=True) as work:
            saved = people.change_settings(work, given)
    except Invalid as error:
        with begin() as work:
            return _shown(work, typed=given, errors=error.errors), 422
    front.speak(saved.language)
    tell(_("Saved."))
    return remember_choices(go(url_for("web.settings")), saved.language, saved.theme)


@page("/settings/password", "POST")
def change_own_password() -> ResponseReturnValue:
    """A new password; everybody who was signed in with the old one is out, but for this browser."""
    try:
        with begin(write=True) as work:
            epoch = signing.change_password(work, request.form.get("old", ""), request.form.get("new", ""))
            user_id = work.actor.user_id
    except Invalid as error:
        with begin() as work:
            return _shown(work, errors=error.errors), 422
    front.sign_in(user_id, epoch, remember=True)
    tell(_("Your password is changed. Whoever was signed in with the old one is out."))
    return go(url_for("web.settings"))


@page("/settings/tokens", "POST")
def create_token() -> ResponseReturnValue:
    """A new key for the API, shown this once."""
    try:
        with begin(write=True) as work:
            plain = tokens.create_own_token(work, request.form.get("name", "").strip())
            return _shown(work, new_token=plain)
    except (Invalid, Conflict) as error:
        with begin() as work:
            return _shown(work, errors={"token": [error.message]}), 422


@page("/settings/tokens/<int:id>/revoke", "POST")
def revoke_token(id: int) -> Response:
    """A key made useless at once."""
    with begin(write=True) as work:
        tokens.revoke_token(work, id)
        tell(_("The key no longer works."))
    return go(url_for("web.settings"))


@page("/settings/sessions/<int:id>/end", "POST")
def end_session(id: int) -> Response:
    """Signed out in another browser."""
    with begin(write=True) as work:
        sessions.end(work, id)
        tell(_("Signed out there."))
    return go(url_for("web.settings", _anchor="sessions"))


@page("/settings/sessions/end", "POST")
def end_other_sessions() -> Response:
    """Signed out in all browsers but this one."""
    key = _key()
    with begin(write=True) as work:
        ended = sessions.end_others(work, key) if key else 0
        tell(plural("Signed out in {n} other browser.", "Signed out in {n} other browsers.", ended))
    return go(url_for("web.settings", _anchor="sessions"))


def _key() -> str:
    asking = front.caller()
    return asking.key if isinstance(asking, front.Session) else ""


def _sessions(work: Work) -> list[SessionLine]:
    return [
        SessionLine(each.id, browser_text(each.agent), each.created_at, each.seen_at, each.mine)
        for each in sessions.places(work, _key())
    ]


def _shown(
    work: Work,
    *,
    typed: Mapping[str, str] | None = None,
    new_token: str = "",
    errors: Mapping[str, Sequence[str]] | None = None,
) -> str:
    own = people.person(work)
    values = typed or {name: str(getattr(own, name)) for name in OWN}
    roles = ", ".join(role.names.get(own.language) or role.name for role in work.actor.roles)
    themes = [(theme, _(name)) for theme, name in THEMES]
    view = SettingsView(
        own.email, roles, values, list(OF_STAFF.items()), themes, sorted(timezones()), tokens.tokens(work),
        new_token, errors or {}, own_lines(work), second_factor.standing(work), _sessions(work),
    )  # fmt: skip
    return render(work, "settings/settings.html", at="settings", view=view)

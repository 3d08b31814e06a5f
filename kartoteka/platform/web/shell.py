"""What surrounds every page: navigation, the person, language, theme, toasts; and rendering with all of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from flask import flash, g, get_flashed_messages, render_template, request, url_for
from sqlalchemy.exc import SQLAlchemyError

from kartoteka.platform.access.guises import name_of
from kartoteka.platform.catalog.definitions import Registry, label
from kartoteka.platform.front import office
from kartoteka.platform.kernel.texts import LANGUAGES, OF_STAFF
from kartoteka.platform.services import organisation
from kartoteka.platform.services.organisation import DEFAULT_NAME, Organisation
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.entries import Entry
from kartoteka.platform.web.plugged import entries_of

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "theme"


@dataclass(frozen=True)
class Toast:
    """A short message, with the address that takes back what it tells of."""

    text: str
    undo: str = ""
    tone: Literal["", "bad"] = ""


@dataclass(frozen=True)
class Shell:
    """Everything that the frame of a page shows."""

    language: str
    theme: str
    here: str
    toasts: Sequence[Toast]
    at: str = ""
    person: str = ""
    email: str = ""
    roles: str = ""
    registries: Sequence[Entry] = ()
    entries: Sequence[Entry] = ()
    admin_url: str = ""
    may_design: bool = False
    # As whom an admin looks, and whether there is one who might.
    guise: str = ""
    may_look: bool = False
    organisation: str = DEFAULT_NAME
    firm: Organisation = field(default_factory=Organisation)
    languages: Mapping[str, str] = field(default_factory=lambda: LANGUAGES)


def tell(text: str, *, undo: str = "", tone: Literal["", "bad"] = "") -> None:
    """This function will show a toast on the next page."""
    flash({"text": text, "undo": undo, "tone": tone})  # type: ignore[arg-type]


def render(work: Work, template: str, *, at: str = "", **context: Any) -> str:
    """This function will render a page for whoever is signed in."""
    return render_template(template, shell=_inside(work, at), **context)


def render_outside(template: str, **context: Any) -> str:
    """This function will render a page for somebody who is not signed in, in the language of his browser."""
    firm = _firm_outside()
    theme = _theme(request.cookies.get(THEME_COOKIE))
    shell = Shell(g.language, theme, _here(), _toasts(), organisation=firm.name, firm=firm)
    return render_template(template, shell=shell, **context)


def render_for_guest(work: Work, template: str, *, at: str = "", **context: Any) -> str:
    """This function will render a page for somebody from outside: nothing of what surrounds the pages of staff."""
    actor, firm = work.actor, organisation.organisation(work)
    shell = Shell(
        actor.locale.language,
        _theme(actor.theme),
        _here(),
        _toasts(),
        at,
        person=actor.name or actor.email,
        email=actor.email,
        guise=name_of(actor) if actor.seen_by is not None else "",
        organisation=firm.name,
        firm=firm,
    )
    return render_template(template, shell=shell, **context)


def _firm_outside() -> Organisation:
    """A page that tells of a failure must show itself also when the database is what has failed."""
    try:
        with office().session() as session:
            return organisation.stored(session)
    except SQLAlchemyError:
        return Organisation()


def registry_entry(registry: Registry, language: str, count: str = "") -> Entry:
    """This function will make the line of a registry."""
    address = url_for("web.registry", registry=registry.key)
    return Entry(registry.key, label(registry, language), registry.icon or "file-text", address, count)


def _inside(work: Work, at: str) -> Shell:
    actor, language = work.actor, work.actor.locale.language
    powers, firm = actor.powers, organisation.organisation(work)
    return Shell(
        language=language,
        theme=_theme(actor.theme),
        here=_here(),
        toasts=_toasts(),
        at=at,
        person=actor.name or actor.email,
        email=actor.email,
        roles=", ".join(label(role, language) for role in actor.roles),
        registries=[registry_entry(each, language) for each in work.registries()],
        entries=entries_of(work),
        admin_url="/admin" if powers & {"design", "users", "audit"} else "",
        may_design="design" in powers,
        guise=name_of(actor) if actor.seen_by is not None else "",
        may_look=actor.is_admin and actor.seen_by is None,
        organisation=firm.name,
        firm=firm,
        languages=OF_STAFF,
    )


def _theme(theme: str | None) -> str:
    return theme if theme in THEMES else "auto"


def _here() -> str:
    return request.full_path.rstrip("?") if request.method == "GET" else "/"


def _toasts() -> list[Toast]:
    messages: list[Any] = list(get_flashed_messages())
    return [Toast(**message) for message in messages if isinstance(message, dict)]

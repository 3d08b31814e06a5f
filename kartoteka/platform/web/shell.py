"""What surrounds every page: navigation, the person, language, theme, toasts; and rendering with all of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from flask import flash, g, get_flashed_messages, render_template, request, url_for

from kartoteka.platform.catalog.definitions import Registry, label
from kartoteka.platform.kernel.texts import LANGUAGES
from kartoteka.platform.services.work import Work

ORGANISATION = "Kartoteka"
THEMES = ("auto", "light", "dark")
THEME_COOKIE = "theme"


@dataclass(frozen=True)
class Toast:
    """A short message, with the address that takes back what it tells of."""

    text: str
    undo: str = ""
    tone: Literal["", "bad"] = ""


@dataclass(frozen=True)
class Entry:
    """A line of the rail, or a registry on the home page."""

    key: str
    label: str
    icon: str
    url: str = ""
    count: str = ""


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
    organisation: str = ORGANISATION
    languages: Mapping[str, str] = field(default_factory=lambda: LANGUAGES)


def tell(text: str, *, undo: str = "", tone: Literal["", "bad"] = "") -> None:
    """This function will show a toast on the next page."""
    flash({"text": text, "undo": undo, "tone": tone})  # type: ignore[arg-type]


def render(work: Work, template: str, *, at: str = "", **context: Any) -> str:
    """This function will render a page for whoever is signed in."""
    return render_template(template, shell=_inside(work, at), **context)


def render_outside(template: str, **context: Any) -> str:
    """This function will render a page for somebody who is not signed in, in the language of his browser."""
    shell = Shell(g.language, _theme(request.cookies.get(THEME_COOKIE)), _here(), _toasts())
    return render_template(template, shell=shell, **context)


def registry_entry(registry: Registry, language: str, count: str = "") -> Entry:
    """This function will make the line of a registry."""
    address = url_for("web.registry", registry=registry.key)
    return Entry(registry.key, label(registry, language), registry.icon or "file-text", address, count)


def _inside(work: Work, at: str) -> Shell:
    actor, language = work.actor, work.actor.locale.language
    powers = actor.powers
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
        admin_url="/admin" if powers & {"design", "users", "audit"} else "",
        may_design="design" in powers,
    )


def _theme(theme: str | None) -> str:
    return theme if theme in THEMES else "auto"


def _here() -> str:
    return request.full_path.rstrip("?") if request.method == "GET" else "/"


def _toasts() -> list[Toast]:
    messages: list[Any] = list(get_flashed_messages())
    return [Toast(**message) for message in messages if isinstance(message, dict)]

"""How templates write out people, moments and numbers; installed into Jinja as filters and globals."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel import dates
from flask import Flask, g
from jinja2 import Environment, Template, pass_environment
from markupsafe import Markup

from kartoteka.field_types.formatting import date_text, datetime_text, number_text
from kartoteka.field_types.locale import Locale
from kartoteka.platform.front import person
from kartoteka.platform.kernel.clock import utc_now
from kartoteka.platform.kernel.texts import _, plural
from kartoteka.platform.services.markdown import markdown
from kartoteka.platform.web.assets import asset
from kartoteka.platform.web.plugged import marks_there


def install(app: Flask) -> None:
    """This function will teach the templates of an application our few words."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        _=_,
        ngettext=plural,
        asset=asset,
        drawn=_drawn,
        may_design=_may_design,
        may_explain=_may_explain,
        field_marks=marks_there,
    )
    app.jinja_env.filters.update(
        initials=initials, moment=_moment, exact_moment=_exact_moment, markdown=markdown, counted=_counted
    )


def initials(name: str | None) -> str:
    """This function will shorten a name to two letters: Jana Nováková to JN."""
    words = [word for word in (name or "").replace("@", " ").replace(".", " ").split() if word[0].isalnum()]
    letters = (words[0][0], words[-1][0]) if len(words) > 1 else (words[0][:2] if words else "?",)
    return "".join(letters).upper()


def count_text(number: int, language: str) -> str:
    """This function will write a count with its thousands apart."""
    return number_text(number, language)


def moment_text(at: datetime, locale: Locale, now: datetime) -> str:
    """This function will write a moment as people say it: today 9:12, yesterday 16:40, 18. 11. 2026."""
    zone = ZoneInfo(locale.timezone)
    local, days = at.astimezone(zone), (now.astimezone(zone).date() - at.astimezone(zone).date()).days
    clock = dates.format_time(local, "short", locale=locale.language)
    if days == 0:
        return _("today {time}", time=clock)
    if days == 1:
        return _("yesterday {time}", time=clock)
    return date_text(local.date(), locale.language)


def _may_design() -> bool:
    asking = person()
    return asking is not None and "design" in asking.powers


def _may_explain() -> bool:
    asking = person()
    return asking is not None and "users" in asking.powers


def _moment(at: datetime) -> str:
    return moment_text(at, _locale(), utc_now())


def _exact_moment(at: datetime) -> str:
    locale = _locale()
    return datetime_text(at, locale.language, locale.timezone)


def _counted(number: int) -> str:
    return count_text(number, _locale().language)


def _locale() -> Locale:
    asking = person()
    return asking.locale if asking else Locale()


@pass_environment
def _drawn(environment: Environment, shown: Any, part: str) -> Markup:
    """Much quicker than an include, which looks its template up anew; it matters for hundreds of fields."""
    known: dict[tuple[str, str], tuple[Template, dict[str, Any]]] = g.setdefault("drawn", {})
    widget = (shown.widget, part)
    if widget not in known:
        template = environment.select_template(
            [f"fields/{shown.widget}/{part}.html", f"fields/text/{part}.html"]
        )
        known[widget] = (template, dict(template.globals))
    template, around = known[widget]
    around["f"] = shown
    pieces = template.root_render_func(template.new_context(around, shared=True))
    return Markup("".join(pieces))  # noqa: S704 - a template of ours wrote it and escaped what is not

"""Home, the counts of the rail, the search over everything, and what a person has chosen for himself."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from babel import dates
from flask import make_response, render_template, request, session, url_for
from werkzeug.wrappers import Response

from kartoteka.platform.catalog.definitions import label
from kartoteka.platform.front import begin, caller, door
from kartoteka.platform.kernel.texts import LANGUAGES, _
from kartoteka.platform.services import people, records, search
from kartoteka.platform.services.records import Bearer, Query
from kartoteka.platform.services.search import Hit
from kartoteka.platform.services.work import Work
from kartoteka.platform.web import outside
from kartoteka.platform.web.addresses import inner
from kartoteka.platform.web.answers import go
from kartoteka.platform.web.boards import arranging, board_view
from kartoteka.platform.web.entrance import sign_in_page
from kartoteka.platform.web.looks import count_text
from kartoteka.platform.web.onboarding import steps_view
from kartoteka.platform.web.pages import page
from kartoteka.platform.web.shell import THEME_COOKIE, THEMES, render

HITS = 12
A_YEAR = 365 * 24 * 3600


@dataclass(frozen=True)
class HitView:
    """A record found; the snippet is in parts that match and parts that do not."""

    title: str
    url: str
    icon: str
    registry: str
    snippet: Sequence[tuple[str, bool]]


@page("/", right=door)
def home() -> str | Response:
    """Home; for somebody who is not signed in, the door; for guests the way to their own pages."""
    if caller() is None:
        return make_response(sign_in_page())
    with begin() as work:
        if work.actor.unfinished:
            return go(url_for("web.second_factor"))
        if work.actor.is_guest:
            return go(outside.home())
        name = work.actor.name.split(" ")[0]
        local = work.now.astimezone(ZoneInfo(work.actor.locale.timezone))
        greeting = _("Hello, {name}", name=name) if name else _("Hello")
        today = dates.format_date(local, "full", locale=work.actor.locale.language)
        return render(
            work,
            "home/home.html",
            at="home",
            greeting=greeting,
            today=today[0].upper() + today[1:],
            board=board_view(work, "", arranging(work)),
            steps=steps_view(work),
        )


@page("/counts")
def counts() -> str:
    """How many records each registry has for the actor."""
    with begin() as work:
        language = work.actor.locale.language
        found = [
            (each.key, count_text(records.count(work, each.key, Query()), language))
            for each in work.registries()
        ]
        return render_template("home/counts.html", counts=found)


@page("/find")
def find() -> str:
    """What the search over everything has found, as far as the actor may see it."""
    q = request.args.get("q", "").strip()
    with begin() as work:
        found = search.search(work, q, limit=HITS) if q else []
        bearers = _bearers(work, found)
        views = [_hit_view(work, each, bearers.get((each.registry, each.id))) for each in found]
        return render_template("home/hits.html", q=q, hits=views)


def _bearers(work: Work, hits: Sequence[Hit]) -> dict[tuple[str, int], Bearer]:
    """The records on which what was found lies, for what plugins keep; one question for each of their registries."""
    found: dict[tuple[str, int], Bearer] = {}
    for key in {each.registry for each in hits if work.catalog.registries[each.registry].attached}:
        ids = [each.id for each in hits if each.registry == key]
        asked = Query(filter={"field": "id", "op": "in", "value": ids}, fields=(), page_size=len(ids))
        for thing in records.browse(work, key, asked).items:
            if thing.on is not None:
                found[key, thing.id] = thing.on
    return found


def _hit_view(work: Work, hit: Hit, on: Bearer | None) -> HitView:
    """What lies on a record is shown there, in its tab."""
    known = work.catalog.registries[hit.registry]
    address = url_for("web.record", registry=hit.registry, id=hit.id)
    where = label(known, work.actor.locale.language)
    if on is not None and known.plugin:
        address = url_for("web.plugin_tab", registry=on.registry, id=on.id, plugin=known.plugin)
        where = f"{where} · {on.title}"
    return HitView(hit.title, address, known.icon or "file-text", where, hit.snippet)


@page("/preferences", "POST")
def preferences() -> Response:
    """The language and the looks that a person has chosen."""
    language, theme = request.form.get("language"), request.form.get("theme")
    with begin(write=True) as work:
        people.change_settings(
            work, {name: value for name, value in (("language", language), ("theme", theme)) if value}
        )
    return remember_choices(go(inner(request.form.get("back"))), language, theme)


def remember_choices(answer: Response, language: str | None, theme: str | None) -> Response:
    """This function will let the browser keep the language and looks for the pages outside."""
    if language in LANGUAGES:
        session["language"] = language
    if theme in THEMES:
        answer.set_cookie(
            THEME_COOKIE, theme or "", max_age=A_YEAR, httponly=True, samesite="Lax", secure=request.is_secure
        )
    return answer

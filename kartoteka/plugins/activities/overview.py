"""The overview of activities: who did how much in which week, of which kinds, and the list of what happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from babel import dates
from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from kartoteka.platform.sdk import Link, Query, Spans, Tally, Work, _, begin, label, render, summary, tally
from kartoteka.plugins.activities.design import KEY
from kartoteka.plugins.activities.dialogs import dialogs
from kartoteka.plugins.activities.faces import pages
from kartoteka.plugins.activities.pages import asked_again, asking, wanted
from kartoteka.plugins.activities.timeline import Timeline, Wanted, everywhere

WEEKS = 6


@dataclass(frozen=True)
class Line:
    """One line of a table: a name, numbers, and their sum."""

    name: str
    numbers: Sequence[int]
    total: int


@dataclass(frozen=True)
class Table:
    """Weeks across, people down."""

    weeks: Sequence[str]
    lines: Sequence[Line]


@pages.page("/activities")
def overview() -> str:
    """Activities on all records that the reader sees: numbers by people, kinds and weeks, and the list."""
    with begin() as work:
        work.open(KEY)
        asked = wanted()
        context = _listed(everywhere(work, asked))
        return render(
            work, "activities/overview.html", at="activities", asking=asking(work, asked, _chosen(work, asked)),
            templates_url=url_for("activities.templates") if "design" in work.actor.powers else "", **context,
        )  # fmt: skip


@pages.page("/activities/list")
def listed() -> ResponseReturnValue:
    """The list narrowed down, whose numbers the page asks for then, or the activities before those that are shown."""
    with begin() as work:
        work.open(KEY)
        asked, cursor = wanted(), request.args.get("cursor")
        shown = render_template("activities/timeline.html", **_listed(everywhere(work, asked, cursor)))
        return shown if cursor else (shown, {"HX-Trigger": "activities-asked"})


@pages.page("/activities/numbers")
def numbers() -> str:
    """Who did how much in which week, and of which kinds; counted after the page has come, however much there is."""
    with begin() as work:
        work.open(KEY)
        return render_template("activities/numbers.html", **_tables(work, wanted()))


def _listed(shown: Timeline) -> dict[str, object]:
    more = ""
    if shown.next:
        more = url_for(
            "activities.listed",
            **{**asked_again(), "cursor": shown.next, "after": shown.days[-1].date.isoformat()},
        )
    return {"shown": shown, "more": more, "after": request.args.get("after", ""), "dialogs": dialogs}


def _chosen(work: Work, asked: Wanted) -> Sequence[Link]:
    found = summary(work, KEY, group_by="who", query=_query(asked)) if asked.who else []
    return [Link(each.key, each.text) for each in found if each.key == asked.who and each.text]


def _query(asked: Wanted) -> Query:
    nodes = asked.nodes()
    return Query(filter={"and": nodes} if nodes else None, q=asked.q)


def _tables(work: Work, asked: Wanted) -> dict[str, object]:
    """Who did how much in which week, and of which kinds: all of it in one statement."""
    days = _days(work, asked)
    found = tally(work, KEY, ("who", "category"), Spans("at", days), _query(asked))
    return {"people": _by_people(work, found["who"], days), "kinds": _by_kinds(work, found["category"])}


def _by_people(work: Work, found: Sequence[Tally], days: Sequence[date]) -> Table:
    """Only a person who has done something in one of the weeks stands in the table."""
    language = work.actor.locale.language
    lines = [_line(each.text or _("Nobody of us"), each.counts) for each in found]
    lines.sort(key=lambda line: (-line.total, line.name))
    written = [dates.format_skeleton("Md", first, locale=language) for first in days[:-1]]
    return Table(written, lines)


def _by_kinds(work: Work, found: Sequence[Tally]) -> Sequence[Line]:
    language, registry = work.actor.locale.language, work.catalog.registries[KEY]
    names = {each.key: label(each, language) for each in registry.categories}
    lines = [Line(names.get(each.key, _("Activity")), (), sum(each.counts)) for each in found]
    return sorted(lines, key=lambda line: (-line.total, line.name))


def _line(name: str, numbers: Sequence[int]) -> Line:
    return Line(name, numbers, sum(numbers))


def _days(work: Work, asked: Wanted) -> list[date]:
    """The Mondays of the last weeks up to the last day asked for, and the one after them."""
    today = work.now.astimezone(ZoneInfo(work.actor.locale.timezone)).date()
    last = asked.last or today
    last = min(max(last, date(1900, 1, 1)), date(9000, 1, 1))
    monday = last - timedelta(days=last.weekday())
    return [monday - timedelta(weeks=n) for n in reversed(range(-1, WEEKS))]

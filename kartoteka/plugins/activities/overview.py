"""The overview of activities: who did how much in which week, of which kinds, and the list of what happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from babel import dates
from flask import render_template, request, url_for

from kartoteka.platform.sdk import Link, Query, Work, _, begin, label, render, summary
from kartoteka.plugins.activities.design import KEY
from kartoteka.plugins.activities.dialogs import dialogs
from kartoteka.plugins.activities.faces import pages
from kartoteka.plugins.activities.pages import asked_again, asking, wanted
from kartoteka.plugins.activities.timeline import Filter, Timeline, Wanted, everywhere

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
    sums: Line


@pages.page("/activities")
def overview() -> str:
    """Activities on all records that the reader sees: numbers by people, kinds and weeks, and the list."""
    with begin() as work:
        work.open(KEY)
        asked = wanted()
        context = _listed(everywhere(work, asked))
        return render(
            work, "activities/overview.html", at="activities", asking=asking(work, asked, _chosen(work, asked)),
            people=_by_people(work, asked), kinds=_by_kinds(work, asked),
            templates_url=url_for("activities.templates") if "design" in work.actor.powers else "", **context,
        )  # fmt: skip


@pages.page("/activities/list")
def listed() -> str:
    """The numbers and the list narrowed down, or the activities before those that are shown."""
    with begin() as work:
        work.open(KEY)
        asked, cursor = wanted(), request.args.get("cursor")
        context = _listed(everywhere(work, asked, cursor))
        if cursor:
            return render_template("activities/timeline.html", **context)
        tables = {"people": _by_people(work, asked), "kinds": _by_kinds(work, asked)}
        return render_template("activities/overview_part.html", **tables, **context)


def _listed(shown: Timeline) -> dict[str, object]:
    more = ""
    if shown.next:
        more = url_for(
            "activities.listed",
            **{**asked_again(), "cursor": shown.next, "after": shown.days[-1].date.isoformat()},
        )
    return {"shown": shown, "more": more, "after": request.args.get("after", ""), "dialogs": dialogs}


def _chosen(work: Work, asked: Wanted) -> Sequence[Link]:
    found = summary(work, KEY, group_by="who", query=_query(asked, [])) if asked.who else []
    return [Link(each.key, each.text) for each in found if each.key == asked.who and each.text]


def _query(asked: Wanted, more: Sequence[Filter]) -> Query:
    nodes = [*asked.nodes(), *more]
    return Query(filter={"and": nodes} if nodes else None, q=asked.q)


def _by_people(work: Work, asked: Wanted) -> Table:
    """One statement for each week; only a person who has done something in one of them stands in the table."""
    language, weeks = work.actor.locale.language, _weeks(work, asked)
    found = [summary(work, KEY, group_by="who", query=_query(asked, _within(*week))) for week in weeks]
    names = {each.key: each.text or _("Nobody of us") for groups in found for each in groups}
    counts = [{each.key: each.count for each in groups} for groups in found]
    lines = [_line(name, [numbers.get(key, 0) for numbers in counts]) for key, name in names.items()]
    lines.sort(key=lambda line: (-line.total, line.name))
    written = [dates.format_skeleton("Md", first, locale=language) for first, _end in weeks]
    return Table(written, lines, _line("", [sum(numbers.values()) for numbers in counts]))


def _by_kinds(work: Work, asked: Wanted) -> Sequence[Line]:
    language, registry = work.actor.locale.language, work.catalog.registries[KEY]
    weeks = _weeks(work, asked)
    found = summary(work, KEY, group_by="category", query=_query(asked, _within(weeks[0][0], weeks[-1][1])))
    names = {each.key: label(each, language) for each in registry.categories}
    lines = [Line(names.get(each.key, _("Activity")), (), each.count) for each in found]
    return sorted(lines, key=lambda line: (-line.total, line.name))


def _line(name: str, numbers: Sequence[int]) -> Line:
    return Line(name, numbers, sum(numbers))


def _weeks(work: Work, asked: Wanted) -> list[tuple[date, date]]:
    """The last weeks, Monday to Monday, up to the last day asked for."""
    today = work.now.astimezone(ZoneInfo(work.actor.locale.timezone)).date()
    last = asked.last or today
    last = min(max(last, date(1900, 1, 1)), date(9000, 1, 1))
    monday = last - timedelta(days=last.weekday())
    return [(monday - timedelta(weeks=n), monday - timedelta(weeks=n - 1)) for n in reversed(range(WEEKS))]


def _within(first: date, end: date) -> list[Filter]:
    return [
        {"field": "at", "op": "gte", "value": first.isoformat()},
        {"field": "at", "op": "lt", "value": end.isoformat()},
    ]

"""The pages of tasks: mine, the team's, what I asked for; as a list, a board or a calendar; and the tab on a record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from babel import dates
from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kartoteka.platform.sdk import (
    Conflict,
    Invalid,
    Query,
    Record,
    Work,
    _,
    bearer_named,
    begin,
    browse,
    change,
    count,
    create,
    fetch,
    lying_on,
    place_of,
    render,
)
from kartoteka.plugins.tasks import listing, verbs
from kartoteka.plugins.tasks.answering import answer_of, back_of
from kartoteka.plugins.tasks.design import DONE, KEY, OPEN, STATES, UNFINISHED
from kartoteka.plugins.tasks.dialogs import dialogs
from kartoteka.plugins.tasks.faces import pages
from kartoteka.plugins.tasks.keeping import today_of
from kartoteka.plugins.tasks.listing import DO, FINISHED, LEFT, Filter, Group, Line, Listed, both, lines_of
from kartoteka.plugins.tasks.months import month_of
from kartoteka.plugins.tasks.starting import offered_on

BOARD = 200


@dataclass(frozen=True)
class Choice:
    """A way to look at the tasks, as a tab of the page."""

    key: str
    label: str
    url: str
    on: bool


def _whose(work: Work) -> Mapping[str, str]:
    return {
        "mine": _("Mine"),
        "team": _("My team's"),
        "asked": _("Asked by me"),
        "waiting": _("Waiting"),
        "done": _("Done"),
    }


def _shapes() -> Mapping[str, str]:
    return {"list": _("List"), "board": _("Board"), "calendar": _("Calendar")}


@pages.page("/tasks/count")
def number_left() -> Response:
    """The number of what the reader has to do, as it stands beside the line of the rail."""
    with begin() as work:
        return Response(listing.mine_left(work), mimetype="text/plain")


@pages.page("/tasks")
def overview() -> str:
    """The tasks that somebody looks at: whose, in which shape, of which priority."""
    with begin() as work:
        whose = _one_of(request.args.get("whose", ""), _whose(work))
        shape = _one_of(request.args.get("shape", ""), _shapes())
        asked = {"whose": whose, "shape": shape, **_kept()}
        context: dict[str, Any] = {
            "whose": [
                Choice(key, name, _url(asked, whose=key), key == whose) for key, name in _whose(work).items()
            ],
            "shapes": [
                Choice(key, name, _url(asked, shape=key), key == shape) for key, name in _shapes().items()
            ],
            "shape": shape,
            "here": _url(asked, month=request.args.get("month", ""), cursor=request.args.get("cursor", "")),
            "high": request.args.get("priority") == "high",
            "high_url": _url(asked, priority="" if request.args.get("priority") == "high" else "high"),
            "new_url": dialogs.new_url(),
            "packages_url": url_for("tasks.packages") if "design" in work.actor.powers else "",
            "quick_url": url_for("tasks.quick"),
            "on": "",
            "task_url": dialogs.url,
            "today": today_of(work),
        }
        also = [{"field": "priority", "op": "eq", "value": "high"}] if context["high"] else []
        if shape == "board":
            context |= _board(work, whose, also)
        elif shape == "calendar":
            context |= _calendar(work, whose, asked, also)
        else:
            listed = _listed(work, whose, request.args.get("cursor") or None, also)
            context |= {"listed": listed, "more_url": _url(asked, cursor=listed.next) if listed.next else ""}
        return render(work, "tasks/overview.html", at="tasks", **context)


def _kept() -> dict[str, str]:
    return {"priority": request.args["priority"]} if request.args.get("priority") == "high" else {}


def _url(asked: Mapping[str, str], **more: str) -> str:
    """The address of the page: what is usual is left out of it."""
    values = {**asked, **more}
    usual = {"whose": "mine", "shape": "list"}
    kept: dict[str, Any] = {key: value for key, value in values.items() if value and usual.get(key) != value}
    return url_for("tasks.overview", **kept)


def _one_of(named: str, known: Mapping[str, str]) -> str:
    return named if named in known else next(iter(known))


def _filter(whose: str) -> Filter:
    return {
        "mine": both(DO, LEFT),
        "team": both(LEFT, listing.OTHERS),
        "asked": both(listing.ASKED, LEFT),
        "waiting": both(DO, listing.WAITS),
        "done": both(DO, FINISHED),
    }[whose]


def _listed(work: Work, whose: str, cursor: str | None, also: Sequence[Filter]) -> Listed:
    if whose == "mine":
        return listing.my_tasks(work, also, cursor)
    if whose == "team":
        return listing.by_person(work, cursor, also)
    if whose == "done":
        return listing.plain(work, both(_filter(whose), *also), "-done_at", cursor, timed=False)
    return listing.plain(work, both(_filter(whose), *also), "due", cursor)


def _board(work: Work, whose: str, also: Sequence[Filter]) -> dict[str, Any]:
    """One column for each state; what is done stands there for the latest only, so that a board stays quick."""
    found = browse(
        work, KEY, Query(filter=both(_filter(whose), *also), sort="due", page_size=BOARD), flags=True
    ).items
    if whose == "mine":
        done = Query(filter=both(DO, FINISHED, *also), sort="-done_at", page_size=20)
        found = [*found, *browse(work, KEY, done, flags=True).items]
    language = work.actor.locale.language
    columns = [
        Group(str(state["names"].get(language, state["name"])), str(state["key"]))
        for state in STATES
        if state["key"] in (*UNFINISHED, DONE)
    ]
    places = {column.key: place for place, column in enumerate(columns)}
    for line in lines_of(work, found):
        state = line.value("state")
        if state in places:
            columns[places[state]].lines.append(line)
    return {"columns": columns, "full": len(found) >= BOARD}


def _calendar(work: Work, whose: str, asked: Mapping[str, str], also: Sequence[Filter]) -> dict[str, Any]:
    today = today_of(work)
    month = month_of(request.args.get("month", ""), today)
    weeks, language = month.weeks, work.actor.locale.language
    span = {"field": "due", "op": "between", "value": [weeks[0][0].isoformat(), weeks[-1][-1].isoformat()]}
    found = browse(
        work, KEY, Query(filter=both(_filter(whose), span, *also), sort="due", page_size=500), flags=True
    ).items
    days: dict[date, list[Line]] = {}
    for line in lines_of(work, found):
        days.setdefault(line.value("due"), []).append(line)
    return {
        "month": month,
        "month_name": dates.format_date(month.first, "LLLL y", locale=language),
        "weekdays": [dates.format_date(day, "EEE", locale=language) for day in weeks[0]],
        "days": days,
        "before_url": _url(asked, month=month.before),
        "after_url": _url(asked, month=month.after),
        "now_url": _url(asked),
        "full": len(found) >= 500,
    }


@pages.page("/tasks/quick", "POST")
def quick() -> ResponseReturnValue:
    """A task by its words and a day, for whoever writes it down."""
    form = request.form
    title = form.get("title", "").strip()
    if not title:
        raise Invalid({"title": [_("Say what is to be done.")]})
    with begin(write=True) as work:
        values = {"title": title, "due": form.get("due", ""), "assignee": work.actor.user_id}
        made = create(work, KEY, values, on=bearer_named(form.get("on", "")))
        return answer_of(_("“{title}” is among your tasks.", title=made.title), back_of(made))


@pages.page("/tasks/<int:id>/tick", "POST")
def tick(id: int) -> ResponseReturnValue:
    """A task is done, or to be done after all: as the page that was ticked meant it, whoever was there meanwhile."""
    meant = request.values.get("done", "")
    with begin(write=True) as work:
        is_done = fetch(work, KEY, id).values.get("state") == DONE
        done = meant == "1" if meant in ("0", "1") else not is_done
        found = verbs.finish(work, id) if done else verbs.reopen(work, id)
        said = (
            _("“{title}” is done.", title=found.title)
            if done
            else _("“{title}” is to be done.", title=found.title)
        )
        return answer_of(said, back_of(found), undo=url_for("tasks.tick", id=id, done=0) if done else "")


@pages.page("/tasks/<int:id>/state", "POST")
def move(id: int) -> ResponseReturnValue:
    """A task goes to another column of the board, if it is still in the one where it was seen."""
    was, wanted = request.form.get("was"), request.form.get("section", OPEN)
    with begin(write=True) as work:
        present = fetch(work, KEY, id)
        if was is not None and present.values.get("state") not in (was, wanted):
            who = present.updated_by.title
            raise Conflict(_("{who} has moved this task meanwhile; look where it is now.", who=who))
        found = change(work, KEY, id, {"state": wanted})
        return answer_of("", back_of(found))


@pages.page("/tasks/<int:id>/accept", "POST")
def accept(id: int) -> ResponseReturnValue:
    """A task of one's role becomes one's own."""
    with begin(write=True) as work:
        found = verbs.accept(work, id)
        return answer_of(_("“{title}” is yours now.", title=found.title), back_of(found))


@pages.page("/tasks/<int:id>/hand-back", "POST")
def hand_back(id: int) -> ResponseReturnValue:
    """A task goes back to where it came from."""
    with begin(write=True) as work:
        found = verbs.hand_back(work, id)
        return answer_of(_("“{title}” was handed back.", title=found.title), url_for("tasks.overview"))


@pages.page("/tasks/<int:id>/item", "POST")
def tick_item(id: int) -> ResponseReturnValue:
    """A line of a checklist is ticked or not."""
    line = request.form.get("line", "")
    with begin(write=True) as work:
        found = verbs.tick(
            work,
            id,
            int(line) if line.isdecimal() and len(line) < 6 else -1,
            "done" in request.form,
            text=request.form.get("text"),
        )
        return answer_of("", back_of(found))


def show(work: Work, record: Record) -> str:
    """This function will give the tasks on a record as HTML: those to be done, and the latest that are done."""
    on = lying_on(record)
    left = browse(work, KEY, Query(filter=both(on, LEFT), sort="due", page_size=listing.PAGE), flags=True)
    closed: Filter = {"field": "state", "op": "not_in", "value": list(UNFINISHED)}
    done = browse(work, KEY, Query(filter=both(on, closed), sort="-updated_at", page_size=20), flags=True)
    return render_template(
        "tasks/tab.html",
        here=url_for("web.plugin_tab", registry=record.registry, id=record.id, plugin="tasks"),
        listed=Listed(listing.by_time(work, lines_of(work, left.items)), left.next),
        done=lines_of(work, done.items),
        may_add=record.tabs.get("tasks") == "edit",
        packages=offered_on(work, record),
        new_url=dialogs.new_url(record),
        quick_url=url_for("tasks.quick"),
        on=place_of(record),
        task_url=dialogs.url,
        today=today_of(work),
    )


def number(work: Work, record: Record) -> str:
    """This function will count what is to be done on a record."""
    found = count(work, KEY, Query(filter=both(lying_on(record), LEFT)))
    return str(found) if found else ""


__all__ = ["number", "show"]

"""Which tasks a page shows, in which groups, and what each line of it says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from kartoteka.platform.sdk import Link, Query, Record, Work, _, acted_for, browse, count
from kartoteka.plugins.tasks.checklist import items_of
from kartoteka.plugins.tasks.design import DONE, KEY, ME, MY_ROLES, UNFINISHED, WAITING
from kartoteka.plugins.tasks.keeping import today_of
from kartoteka.plugins.tasks.waiting import unfinished_of

Filter = Mapping[str, Any]
PAGE = 100
LEFT: Filter = {"field": "state", "op": "in", "value": list(UNFINISHED)}
DO: Filter = {"field": "assignee", "op": "in", "value": [ME]}
ASKED: Filter = {"and": [{"field": "created_by", "op": "eq", "value": ME},
                         {"field": "assignee", "op": "not_in", "value": [ME]}]}  # fmt: skip
FREE: Filter = {
    "and": [{"field": "role", "op": "in", "value": MY_ROLES}, {"field": "assignee", "op": "is_empty"}]
}
OTHERS: Filter = {"field": "assignee", "op": "not_in", "value": [ME]}
WAITS: Filter = {"field": "state", "op": "eq", "value": WAITING}
FINISHED: Filter = {"field": "state", "op": "eq", "value": DONE}


@dataclass(frozen=True)
class Line:
    """A task as a list shows it."""

    task: Record
    late: bool = False
    who: str = ""
    waits_for: Sequence[Link] = ()
    ticked: int = 0
    items: int = 0
    free: bool = False
    due: str = ""
    priority: str = ""

    @property
    def done(self) -> bool:
        """Whether it is done."""
        return self.task.values.get("state") == DONE

    @property
    def may_tick(self) -> bool:
        """Whether the reader may say that it is done."""
        return "edit" in self.task.may and not self.free

    def value(self, key: str) -> Any:
        """This function will give a value, None where the reader does not see it."""
        return self.task.values.get(key)


@dataclass
class Group:
    """Lines under a heading."""

    heading: str
    key: str = ""
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True)
class Listed:
    """The groups of a page, and where the next page begins."""

    groups: Sequence[Group]
    next: str | None = None

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        return not any(group.lines for group in self.groups)


def both(*filters: Filter) -> Filter:
    """This function will join filters by and."""
    return {"and": list(filters)}


def mine_left(work: Work) -> str:
    """This function will count what the actor has to do, nothing where there is nothing."""
    number = count(work, KEY, Query(filter=both(DO, LEFT)))
    return str(number) if number else ""


def my_tasks(work: Work, also: Sequence[Filter] = (), cursor: str | None = None) -> Listed:
    """This function will give what the actor has to do by when, what waits for his roles and what he stands in for."""
    found = browse(
        work, KEY, Query(filter=both(DO, LEFT, *also), sort="due", page_size=PAGE, cursor=cursor), flags=True
    )
    groups = by_time(work, lines_of(work, found.items))
    if cursor is None:
        stood_in = stood_in_tasks(work, *also)
        free = _all(work, both(FREE, LEFT, *also))
        groups += [
            Group(_("You stand in for colleagues"), "stood-in", lines_of(work, stood_in, stood_in=True)),
            Group(_("For your roles, nobody has taken them yet"), "free", lines_of(work, free, free=True)),
        ]
    return Listed([group for group in groups if group.lines], found.next)


def by_time(work: Work, lines: Iterable[Line]) -> list[Group]:
    """This function will group lines by when they are due."""
    today = today_of(work)
    week = today + timedelta(days=6 - today.weekday())
    groups = {
        "late": Group(_("Overdue"), "late"),
        "today": Group(_("Today"), "today"),
        "week": Group(_("This week"), "week"),
        "later": Group(_("Later"), "later"),
        "undated": Group(_("Without a date"), "undated"),
    }
    for line in lines:
        groups[_when(line.value("due"), today, week)].lines.append(line)
    return [group for group in groups.values() if group.lines]


def _when(due: date | None, today: date, week: date) -> str:
    if due is None:
        return "undated"
    if due < today:
        return "late"
    return "today" if due == today else "week" if due <= week else "later"


def by_person(work: Work, cursor: str | None = None, also: Sequence[Filter] = ()) -> Listed:
    """This function will give everybody else's tasks that the actor sees, person by person."""
    found = browse(
        work,
        KEY,
        Query(filter=both(LEFT, OTHERS, *also), sort="due", page_size=PAGE, cursor=cursor),
        flags=True,
    )
    groups: dict[int, Group] = {}
    for line in lines_of(work, found.items):
        who = line.value("assignee") or []
        key = who[0].id if who else 0
        named = who[0].title if who else _("Nobody yet")
        groups.setdefault(key, Group(named, f"person-{key}")).lines.append(line)
    return Listed(sorted(groups.values(), key=lambda each: each.heading.casefold()), found.next)


def plain(work: Work, asked: Filter, sort: str, cursor: str | None, *, timed: bool = True) -> Listed:
    """This function will give the tasks that a filter selects."""
    found = browse(work, KEY, Query(filter=asked, sort=sort, page_size=PAGE, cursor=cursor), flags=True)
    lines = lines_of(work, found.items)
    return Listed(by_time(work, lines) if timed else [Group("", "all", lines)], found.next)


def lines_of(work: Work, tasks: list[Record], *, stood_in: bool = False, free: bool = False) -> list[Line]:
    """This function will make the lines of tasks, with what they wait for by one statement."""
    waiting, today = unfinished_of(work, tasks), today_of(work)
    me = work.actor.name or work.actor.email
    found = []
    for task in tasks:
        people = task.values.get("assignee") or []
        who = people[0].title if people else ""
        items = items_of(task.values.get("checklist"))
        due = task.values.get("due")
        found.append(
            Line(
                task,
                late=due is not None and due < today and task.values.get("state") in UNFINISHED,
                who=_("{me} for {colleague}", me=me, colleague=who) if stood_in else who,
                waits_for=waiting.get(task.id, ()),
                ticked=sum(item.done for item in items),
                items=len(items),
                free=free,
                due=shown(work, "due", due),
                priority=shown(work, "priority", task.values.get("priority")),
            )
        )
    return found


def shown(work: Work, key: str, value: Any) -> str:
    """This function will give a value as people read it."""
    each = work.catalog.registries[KEY].field(key)
    if each is None or value is None:
        return ""
    kind = work.layout.kind(each)
    return str(kind.type.text(value, kind.options, work.actor.locale))


def stood_in_tasks(work: Work, *also: Filter) -> list[Record]:
    """This function will give what is left of those for whom the actor acts today; mostly there is nobody."""
    people = acted_for(work, today_of(work))
    theirs: Filter = {"field": "assignee", "op": "in", "value": people}
    return _all(work, both(theirs, LEFT, *also)) if people else []


def _all(work: Work, asked: Filter) -> list[Record]:
    return browse(work, KEY, Query(filter=asked, sort="due", page_size=PAGE), flags=True).items


__all__ = ["ASKED", "DO", "FINISHED", "LEFT", "WAITS", "Filter", "Group", "Line", "Listed", "both", "by_person",
           "by_time", "lines_of", "mine_left", "my_tasks", "plain", "shown", "stood_in_tasks"]  # fmt: skip

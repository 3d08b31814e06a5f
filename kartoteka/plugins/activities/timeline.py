"""What happened with a record and with those that point at it: looked up, put in days, written out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel import dates

from kartoteka.platform.sdk import (
    Bearer,
    FieldView,
    Link,
    Query,
    Record,
    Work,
    _,
    below,
    browse,
    colour_class,
    details_of,
    label,
    related,
)
from kartoteka.plugins.activities.design import ICONS, KEY

SIZE = 30
# Of each relation so many pointing records are looked at; a record with more has a list of them, filtered as one likes.
MOST_RELATED = 200
SHOWN_BY_NAME = frozenset({"at", "text", "who", "result", "next_step", "message_id"})
Filter = Mapping[str, Any]


@dataclass(frozen=True)
class Wanted:
    """What is asked of a timeline: a kind, a person, days, words, and whether what points here counts too."""

    kind: str = ""
    who: int = 0
    since: str = ""
    until: str = ""
    q: str = ""
    related: bool = True

    @property
    def last(self) -> date | None:
        """The last day asked for."""
        return _day(self.until)

    def nodes(self) -> list[Filter]:
        """This function will give the conditions on activities."""
        found: list[Filter] = []
        if self.kind:
            found.append({"field": "category", "op": "eq", "value": self.kind})
        if self.who:
            found.append({"field": "who", "op": "eq", "value": self.who})
        if _day(self.since):
            found.append({"field": "at", "op": "gte", "value": self.since})
        until = self.last
        if until and until < date.max:
            found.append({"field": "at", "op": "lt", "value": (until + timedelta(days=1)).isoformat()})
        return found


@dataclass(frozen=True)
class ActivityView:
    """One activity as a timeline shows it."""

    id: int
    kind: str
    icon: str
    colour: str
    clock: str
    who: Sequence[Link]
    text: str
    result: str
    next_step: str
    details: Sequence[FieldView]
    on: Bearer | None
    registry_label: str
    may_edit: bool
    # What other plugins show with it, such as its files.
    below: str = ""


@dataclass(frozen=True)
class Day:
    """The activities of one day."""

    date: date
    name: str
    items: Sequence[ActivityView]


@dataclass(frozen=True)
class Timeline:
    """Some days of activities, the cursor of those before them, and whether not all related records were looked at."""

    days: Sequence[Day]
    next: str | None
    cut: bool = False


def of_record(work: Work, record: Record, wanted: Wanted, cursor: str | None = None) -> Timeline:
    """This function will give the activities on a record, and on those that point at it, the latest first."""
    places, cut = (
        _places(work, record)
        if wanted.related
        else ([_on([{"registry": record.registry, "id": [record.id]}])], False)
    )
    return _timeline(work, [{"or": places}, *wanted.nodes()], wanted.q, cursor, here=record, cut=cut)


def everywhere(work: Work, wanted: Wanted, cursor: str | None = None, *also: Filter) -> Timeline:
    """This function will give the activities on all records that the actor sees, the latest first."""
    return _timeline(work, [*wanted.nodes(), *also], wanted.q, cursor)


def _timeline(
    work: Work, nodes: Sequence[Filter], q: str, cursor: str | None, *, here: Record | None = None, cut: bool = False
) -> Timeline:  # fmt: skip
    asked = Query(
        filter={"and": list(nodes)} if nodes else None, q=q, sort="-at", page_size=SIZE, cursor=cursor
    )
    found = browse(work, KEY, asked, flags=True)
    beneath = below(work, found.items)
    days: dict[date, list[ActivityView]] = {}
    for each in found.items:
        happened = _local(work, each)
        days.setdefault(happened.date(), []).append(
            replace(_view(work, each, happened, here), below=beneath.get(each.id, ""))
        )
    return Timeline([Day(day, day_name(work, day), items) for day, items in days.items()], found.next, cut)


def _places(work: Work, record: Record) -> tuple[list[Filter], bool]:
    """Conditions for the record itself, for what points at it, and for activities that name it themselves."""
    places, found, cut = [{"registry": record.registry, "id": [record.id]}], list[Filter](), False
    ids: dict[str, set[int]] = {}
    for each in related(work, record.registry, record.id, limit=MOST_RELATED):
        if each.registry.key == KEY:
            found.append({"field": each.field.key, "op": "eq", "value": record.id})
        elif not each.registry.attached:
            ids.setdefault(each.registry.key, set()).update(link.id for link in each.items)
            cut = cut or each.more
    places += [{"registry": registry, "id": sorted(some)} for registry, some in ids.items() if some]
    return [_on(places), *found], cut


def _on(places: list[dict[str, Any]]) -> Filter:
    return {"field": "on", "op": "in", "value": places}


def _local(work: Work, activity: Record) -> datetime:
    at: datetime = activity.values.get("at") or activity.created_at
    return at.astimezone(ZoneInfo(work.actor.locale.timezone))


def _view(work: Work, activity: Record, happened: datetime, here: Record | None) -> ActivityView:
    language, values = work.actor.locale.language, activity.values
    kind = work.catalog.registries[KEY].category(activity.category or "")
    elsewhere = activity.on if activity.on and not _is(activity.on, here) else None
    return ActivityView(
        activity.id,
        label(kind, language) if kind else _("Activity"),
        (kind.icon if kind else "") or ICONS.get(activity.category or "", "notes"),
        (colour_class(kind.colour) if kind else "") or "grey",
        dates.format_time(happened, "short", locale=language),
        values.get("who") or [activity.created_by],
        values.get("text") or "",
        values.get("result") or "",
        values.get("next_step") or "",
        details_of(work, activity, without=SHOWN_BY_NAME),
        elsewhere,
        label(work.catalog.registries[elsewhere.registry], language) if elsewhere else "",
        "edit" in activity.may,
    )


def _is(on: Bearer, here: Record | None) -> bool:
    return here is not None and (on.registry, on.id) == (here.registry, here.id)


def day_name(work: Work, day: date) -> str:
    """This function will name a day as people do: today, yesterday, or its date with the day of the week."""
    zone, language = ZoneInfo(work.actor.locale.timezone), work.actor.locale.language
    written: str = dates.format_date(day, "full", locale=language)
    ago = (work.now.astimezone(zone).date() - day).days
    return {0: _("Today, {date}", date=written), 1: _("Yesterday, {date}", date=written)}.get(ago, written)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None

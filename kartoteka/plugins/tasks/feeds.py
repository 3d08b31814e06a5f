"""The calendar of somebody's tasks: a private link that calendar programs read, made anew or taken back at any time."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from kartoteka.platform.sdk import Query, Record, Work, _, browse
from kartoteka.plugins.tasks.design import KEY
from kartoteka.plugins.tasks.listing import DO, LEFT, both, stood_in_tasks

MOST = 500
PRIORITIES = {"high": 1, "normal": 5, "low": 9}
STATES = {"open": "NEEDS-ACTION", "waiting": "NEEDS-ACTION", "in_progress": "IN-PROCESS"}
WIDTH = 75


def calendar_of(work: Work, base_url: str) -> str:
    """This function will write what the actor has to do, and what he stands in for, as a calendar of RFC 5545.

    Each task stands there as a thing to do and, since many programs show no such things, as an event of its day.
    """
    mine = browse(work, KEY, Query(filter=both(DO, LEFT), sort="due", page_size=MOST)).items
    tasks = [*mine, *stood_in_tasks(work)]
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Kartoteka//Tasks//EN",
        "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{_escaped(_('Tasks'))}",
    ]
    for task in tasks:
        lines += _to_do(work, task, base_url)
        if task.values.get("due") is not None:
            lines += _event(work, task, base_url)
    lines.append("END:VCALENDAR")
    return "".join(f"{piece}\r\n" for line in lines for piece in _folded(line))


def _to_do(work: Work, task: Record, base_url: str) -> list[str]:
    due = task.values.get("due")
    when = _when(work, task)
    return [
        "BEGIN:VTODO",
        *_common(work, task, base_url, "todo"),
        f"STATUS:{STATES.get(str(task.values.get('state')), 'NEEDS-ACTION')}",
        f"PRIORITY:{PRIORITIES.get(str(task.values.get('priority')), 5)}",
        *([f"DUE{_stamped(due, when)}"] if due is not None else []),
        "END:VTODO",
    ]


def _event(work: Work, task: Record, base_url: str) -> list[str]:
    due, when = task.values["due"], _when(work, task)
    ends = f"DTEND{_stamped(due, when + timedelta(minutes=30))}" if when else None
    if ends is None and due < date.max:
        ends = f"DTEND;VALUE=DATE:{due + timedelta(days=1):%Y%m%d}"
    return [
        "BEGIN:VEVENT",
        *_common(work, task, base_url, "event"),
        f"DTSTART{_stamped(due, when)}",
        *([ends] if ends else []),
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _common(work: Work, task: Record, base_url: str, kind: str) -> list[str]:
    on = task.on
    place = f"{base_url}/r/{on.registry}/{on.id}/tab/tasks" if on is not None else f"{base_url}/tasks"
    told = [task.values.get("description") or "", on.title if on is not None else ""]
    people = task.values.get("assignee") or []
    title = task.title
    if people and people[0].id != work.actor.user_id:
        me = work.actor.name or work.actor.email
        title = f"{title} ({_('{me} for {colleague}', me=me, colleague=people[0].title)})"
    host = base_url.rpartition("//")[2].partition(":")[0].partition("/")[0] or "localhost"
    return [
        f"UID:{kind}-{task.id}@{host}",
        f"DTSTAMP:{task.updated_at.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"SEQUENCE:{task.version}",
        f"SUMMARY:{_escaped(title)}",
        *([f"DESCRIPTION:{_escaped(text)}"] if (text := "\n\n".join(filter(None, told))) else []),
        f"URL:{place}",
    ]


def _when(work: Work, task: Record) -> datetime | None:
    """The moment at which a task is due, by the clock of whoever reads; None when it has a day only."""
    due, clock = task.values.get("due"), task.values.get("due_time")
    if due is None or not clock:
        return None
    hour, minute = clock.split(":")
    zone = ZoneInfo(work.actor.locale.timezone)
    return datetime(due.year, due.month, due.day, int(hour), int(minute), tzinfo=zone).astimezone(UTC)


def _stamped(due: date, when: datetime | None) -> str:
    return f";VALUE=DATE:{due.year:04}{due:%m%d}" if when is None else f":{when:%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    for plain, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n")):
        text = text.replace(plain, written)
    return text


def _folded(line: str) -> Iterator[str]:
    """No line is longer than the octets that the format allows, and no letter is cut."""
    piece, room = "", WIDTH
    for letter in line:
        size = len(letter.encode())
        if size > room:
            yield piece
            piece, room = " ", WIDTH - 1
        piece, room = piece + letter, room - size
    yield piece


__all__ = ["calendar_of"]

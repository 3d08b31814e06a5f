"""Reminders: one mail a morning to everybody who has something to do that day or should have done it already."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from kartoteka.platform.sdk import (
    KartotekaError,
    Office,
    Query,
    Work,
    browse,
    people_to_write_to,
    take_turn,
    write_mail,
)
from kartoteka.plugins.tasks.design import KEY
from kartoteka.plugins.tasks.listing import DO, LEFT, Filter, both, lines_of, stood_in_tasks

MORNING = 7
MOST = 50


def remind(office: Office) -> None:
    """This function will write to everybody for whom it is morning and who was not written to today."""
    with office.begin_system(write=False) as work:
        people = people_to_write_to(work)
    for person, zone in people:
        now = office.clock().astimezone(ZoneInfo(zone))
        if now.hour >= MORNING:
            _remind(office, person, now)


def _remind(office: Office, person: int, now: datetime) -> None:
    try:
        with office.begin(person, via="reminder") as work:
            if not _due(work):
                return
        with office.begin(person, via="reminder", write=True) as work:
            # The turn and the mail are kept together or not at all, so nobody is written to twice.
            if take_turn(work, f"tasks.reminder.{person}", _until_tomorrow(now)):
                found = _due(work)
                write_mail(work, "tasks", lines=found, number=len(found))
    except KartotekaError:
        return


def _due(work: Work) -> list[str]:
    """What is due, each as one line; of what he stands in for too."""
    until = {"field": "due", "op": "lte", "value": {"var": "today"}}
    mine = lines_of(work, browse(work, KEY, _asked(both(DO, LEFT, until))).items)
    theirs = lines_of(work, stood_in_tasks(work, until), stood_in=True)
    lines = [
        f"{each.due} {each.value('due_time') or ''} {each.task.title}".replace("  ", " ") for each in mine
    ]
    return lines + [f"{each.due} {each.task.title} ({each.who})" for each in theirs]


def _asked(wanted: Filter) -> Query:
    return Query(filter=wanted, sort="due", page_size=MOST)


def _until_tomorrow(now: datetime) -> timedelta:
    tomorrow: date = now.date() + timedelta(days=1)
    return datetime.combine(tomorrow, datetime.min.time(), now.tzinfo) - now


__all__ = ["remind"]

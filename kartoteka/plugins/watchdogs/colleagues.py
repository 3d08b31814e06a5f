"""What colleagues tell each other (mentions, tasks) stands in the notification centre, too."""

from collections.abc import Sequence
from typing import Any

from kartoteka.platform.sdk import Office, Unauthenticated
from kartoteka.plugins.watchdogs.tables import ALERTS
from kartoteka.plugins.watchdogs.telling import TOLD, add_missing

# Of no watchdog.
NOBODY = 0


def hear_of_people(office: Office, deliveries: Sequence[Any]) -> None:
    """This function will put what people were told into their notifications; done again it changes nothing."""
    for each in deliveries:
        for person in each.body["people"]:
            try:
                with office.begin(person, via="watchdog", write=True) as work:
                    add_missing(work, ALERTS, [_row(each, person, work.now)], ("record", "occurrence"))
            except Unauthenticated:
                continue


def _row(event: Any, person: int, now: Any) -> dict[str, Any]:
    body = event.body
    return {
        "watchdog_id": NOBODY, "on_registry": body["registry"], "record": body["record"],
        "occurrence": f"{body['why'][:40]} {body['by']} {event.at.isoformat()}", "recipient_id": person,
        "for_id": None, "sort": TOLD, "part": 0, "field": "", "version": None, "thing": None, "at": event.at,
        "made_at": now, "late": False, "read_at": None, "snoozed_until": None, "escalate_at": None,
    }  # fmt: skip


__all__ = ["hear_of_people"]

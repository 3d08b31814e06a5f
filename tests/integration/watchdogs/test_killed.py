"""A worker that is killed without warning at many points of its work: every alert once, none missing."""

import os
import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from kartoteka.platform.kernel.settings import Settings
from kartoteka.plugins.watchdogs.tables import ALERTS, CARRIED, DELIVERIES
from tests.integration.watchdogs.conftest import Kennel
from tests.integration.watchdogs.mortal import Mortals
from tests.servers.mail import Mailbox

# Statements are counted before and after, and commits; one round of work has about so many.
POINTS, ROUNDS = 200, int(os.environ.get("KARTOTEKA_CRASH_ROUNDS", "4"))


@pytest.fixture
def mortals(settings: Settings, smtp_server: Mailbox) -> Iterator[Mortals]:
    """Workers on the database of the test that send to its mail server."""
    found = Mortals(settings, KARTOTEKA_SMTP_URL=smtp_server.url)
    yield found
    found.end()


def test_killed_anywhere_every_alert_is_told_once(
    kennel: Kennel, mortals: Mortals, smtp_server: Mailbox
) -> None:
    vera = kennel.firm.ids["vera"]
    record = kennel.firm.create("companies", name="ACME", city="Brno", valid_to="2026-06-10")
    deed = {"kind": "task", "text": "Call them", "days": 3}
    kennel.set(
        "ana", when={"kind": "change", "field": "city"}, to=["me", f"user:{vera}"], via=["email"], then=[deed]
    )
    kennel.set("ana", when={"kind": "every", "rule": "FREQ=DAILY"}, at="06:00", via=["email"])
    kennel.work()
    moments = random.Random(20261122)
    step = POINTS // ROUNDS
    deaths: list[dict[str, int | str]] = [
        {"nth": moments.randrange(1, step) + place * step} for place in range(ROUNDS)
    ]
    killed = 0
    for turn, death in enumerate((*deaths, {"sending": "before"}, {"sending": "after"})):
        # Long enough for every lease to have run out, and for digests and retries to be due.
        kennel.later(hours=7)
        kennel.firm.change("companies", record, city=f"City {turn}")
        kennel.later(seconds=1)
        killed += mortals.work(kennel.now, **death)
    assert killed > ROUNDS // 2, "most of them were killed at work"
    for _turn in range(2):
        kennel.later(hours=7)
        assert not mortals.work(kennel.now)
    _check(kennel, record, smtp_server, turns=ROUNDS + 2)


def _check(kennel: Kennel, record: int, smtp_server: Mailbox, *, turns: int) -> None:
    """The oracle: each change told to both, each day to one, each task made once, each letter under one number."""
    with kennel.office.session() as session:
        rows = session.execute(
            select(ALERTS.c.recipient_id, ALERTS.c.record, ALERTS.c.sort, ALERTS.c.occurrence)
        )
        alerts = Counter((row[0], row[1], row[2]) for row in rows)
        letters = list(session.execute(select(DELIVERIES.c.message_id, DELIVERIES.c.state)))
        carried = Counter(session.scalars(select(CARRIED.c.alert_id)))
    ana, vera = kennel.firm.ids["ana"], kennel.firm.ids["vera"]
    days = _mornings(datetime(2026, 6, 1, 12, tzinfo=UTC), kennel.now)
    assert alerts == {
        (ana, record, "said"): turns, (vera, record, "said"): turns, (ana, record, "mark"): turns,
        (ana, 0, "said"): days,
    }  # fmt: skip
    assert set(carried.values()) == {1} and len(carried) == 2 * turns + days
    assert {state for _number, state in letters} == {"sent"}
    sent = Counter(str(message["Message-ID"]) for message in smtp_server.messages)
    assert len(sent) == len(letters)
    # Between sending and noting it nobody can know; the same letter comes again, under its number.
    assert sum(sent.values()) - len(sent) <= turns
    with kennel.firm.work("ana") as work:
        from kartoteka.platform.services.records import Query, count

        assert count(work, "_tasks", Query()) == turns


def _mornings(begin: datetime, end: datetime) -> int:
    """How often it was six in the morning in Prague, which is four in Greenwich in summer; today's hour has passed."""
    first = begin.replace(hour=4)
    return 1 + (end - first).days

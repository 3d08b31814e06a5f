"""A firm whose people keep watchdogs, and a clock that can be set."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kartoteka.platform.services import modelling
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.worker import Worker
from kartoteka.plugins.watchdogs import alerts, verbs
from kartoteka.plugins.watchdogs.alerts import Shown
from tests.integration.firm import Firm, build, found
from tests.servers.offices import Furnish

START = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
MORE: tuple[dict[str, Any], ...] = (
    {"key": "valid_to", "name": "Valid to", "type": "date", "section": "basic"},
    {"key": "seen_at", "name": "Seen", "type": "datetime", "section": "basic"},
    {"key": "employees", "name": "Employees", "type": "integer", "section": "basic"},
    {"key": "status", "name": "Status", "type": "choice", "section": "basic",
     "options": {"choices": [{"key": "lead", "name": "Lead"}, {"key": "won", "name": "Won"}]}},
    {"key": "keeper", "name": "Keeper", "type": "user", "section": "basic"},
    {"key": "tags", "name": "Tags", "type": "multi_choice", "section": "basic",
     "options": {"choices": [{"key": "x", "name": "X"}, {"key": "y", "name": "Y"}]}},
)  # fmt: skip


@dataclass
class Kennel:
    """The firm, its watchdogs, and its clock."""

    firm: Firm
    now: datetime = START
    told: list[str] = field(default_factory=list)

    @property
    def office(self) -> Office:
        """The running Kartoteka."""
        return self.firm.office

    def set(self, person: str, registry: str = "companies", **body: Any) -> int:
        """Set a watchdog for somebody."""
        with self.firm.work(person, write=True) as work:
            return verbs.create(work, {"registry": registry, **body}).id

    def later(self, **time: float) -> None:
        """Let time pass, a minute unless it is said how much."""
        self.now += timedelta(**(time or {"minutes": 1}))

    def work(self) -> None:
        """Let a worker do all that waits."""
        Worker(self.office).run_once()

    def alerts(self, person: str, **more: Any) -> Sequence[Shown]:
        """What somebody is told, the oldest first."""
        with self.firm.work(person) as work:
            found, _following = alerts.page(work, size=500, **more)
        return found[::-1]

    def texts(self, person: str) -> list[str]:
        """What somebody is told, in words."""
        return [f"{each.title}: {each.text}" for each in self.alerts(person)]


def furnish(office: Office) -> None:
    """The firm with a few details more."""
    build(office)
    with office.begin_system(design=True) as work:
        for each in MORE:
            modelling.create_field(work, "companies", each)


@pytest.fixture
def furnished() -> Furnish:
    """Every test begins with the firm."""
    return furnish


@pytest.fixture
def kennel(office: Office) -> Iterator[Kennel]:
    """The firm, on each database, under a clock that can be set."""
    kept = Kennel(found(office))
    office.clock = lambda: kept.now
    yield kept

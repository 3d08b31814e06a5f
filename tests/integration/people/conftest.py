"""A Kartoteka with an administrator, a few roles and a clock that tests turn, on each database."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from kartoteka.platform.catalog.definitions import Grant, Role
from kartoteka.platform.catalog.models import CatalogState, RoleRow
from kartoteka.platform.catalog.portable import role_to_row
from kartoteka.platform.kernel.settings import Settings
from kartoteka.platform.services.installing import install
from kartoteka.platform.services.office import Office
from tests.servers.databases import PostgreSQL, SQLiteFiles

ADMIN_EMAIL, ADMIN_PASSWORD = "hana@firm.example", "correct horse battery"
ROLES = (
    Role(11, "keeper", "Keeper of accounts", frozenset({"users"})),
    Role(12, "auditor", "Auditor", frozenset({"audit"})),
    Role(13, "designer", "Designer", frozenset({"design"})),
    Role(
        14,
        "sales",
        "Sales",
        frozenset(),
        {"companies": Grant(frozenset({"view", "edit"}), {"basic": "edit"}, None)},
    ),
    Role(15, "guest", "Guest"),
)


class TurnedClock:
    """A clock that stands still until it is turned."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        """The present moment."""
        return self.now

    def turn(self, **by: float) -> None:
        """Turn the clock on."""
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> TurnedClock:
    """The clock of this test."""
    return TurnedClock()


def settings_for(url: str, data: Path) -> Settings:
    """Settings of a Kartoteka for a test."""
    return Settings.from_environment(
        {
            "KARTOTEKA_DATA": str(data),
            "KARTOTEKA_DATABASE_URL": url,
            "KARTOTEKA_BASE_URL": "https://crm.firm.example",
            "KARTOTEKA_SECRET_KEY": "not a secret, only for tests",
        }
    )


@pytest.fixture
def new_office(
    databases: SQLiteFiles | PostgreSQL, tmp_path: Path, clock: TurnedClock
) -> Iterator[Callable[..., Office]]:
    """Makes offices on one database: each is what another process would be."""
    offices: list[Office] = []

    def fill(url: str) -> None:
        office = Office(settings_for(url, tmp_path / "data"), clock=clock)
        install(office, ADMIN_EMAIL, ADMIN_PASSWORD)
        with office.session(write=True) as session:
            for role in ROLES:
                session.add(RoleRow(id=role.id, key=role.key, position=role.id, body=role_to_row(role)))
            session.execute(update(CatalogState).values(version=2))
        office.engine.dispose()

    with databases.database(databases.template("people", fill)) as url:

        def make(smtp_url: str | None = None) -> Office:
            settings = replace(settings_for(url, tmp_path / "data"), smtp_url=smtp_url)
            offices.append(Office(settings, clock=clock))
            return offices[-1]

        yield make
        for office in offices:
            office.engine.dispose()


@pytest.fixture
def office(new_office: Callable[..., Office]) -> Office:
    """One running Kartoteka."""
    return new_office()

"""Running Kartotekas for tests, on each database, freshly installed."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from kartoteka.app import open_office
from kartoteka.platform.kernel.settings import Settings
from kartoteka.platform.services.installing import install
from kartoteka.platform.services.office import Office
from tests.servers.databases import PostgreSQL, SQLiteFiles

SECRET = "a secret that only tests know"


def settings_for(database_url: str, data: Path, more: Mapping[str, str] | None = None) -> Settings:
    """The settings of a Kartoteka on a database, with `more` variables of the environment."""
    environment = {
        "KARTOTEKA_DATA": str(data),
        "KARTOTEKA_DATABASE_URL": database_url,
        "KARTOTEKA_SECRET_KEY": SECRET,
        # Nobody listens there: no test may ask the public service.
        "KARTOTEKA_ARES_URL": "http://127.0.0.1:9/ares",
    }
    return Settings.from_environment({**environment, **(more or {})})


@pytest.fixture
def settings(databases: SQLiteFiles | PostgreSQL, tmp_path: Path) -> Iterator[Settings]:
    """The settings of a freshly installed Kartoteka, on each database."""
    with databases.database(databases.template("installed", _install)) as url:
        yield settings_for(url, tmp_path / "data")


@pytest.fixture
def office(settings: Settings) -> Iterator[Office]:
    """A freshly installed Kartoteka, on each database."""
    running = open_office(settings)
    yield running
    running.engine.dispose()


def _install(url: str) -> None:
    with TemporaryDirectory() as data:
        new = open_office(settings_for(url, Path(data)))
        install(new)
        new.engine.dispose()

"""Running Kartotekas for tests, on each database, freshly installed."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from kartoteka.app import open_office
from kartoteka.platform.kernel.settings import Settings
from kartoteka.platform.services.installing import install
from kartoteka.platform.services.office import Office
from tests.servers.databases import PostgreSQL, SQLiteFiles

SECRET = "a secret that only tests know"
Furnish = Callable[[Office], object]


def settings_for(database_url: str, data: Path, more: Mapping[str, str] | None = None) -> Settings:
    """The settings of a Kartoteka on a database, with `more` variables of the environment."""
    environment = {
        "KARTOTEKA_DATA": str(data),
        "KARTOTEKA_DATABASE_URL": database_url,
        "KARTOTEKA_SECRET_KEY": SECRET,
        # Nobody listens there: no test may ask the public service.
        "KARTOTEKA_ARES_URL": "http://127.0.0.1:9/ares",
        "KARTOTEKA_VIES_URL": "http://127.0.0.1:9/vies",
        "KARTOTEKA_POLAND_URL": "http://127.0.0.1:9/poland",
    }
    return Settings.from_environment({**environment, **(more or {})})


@pytest.fixture
def furnished() -> Furnish | None:
    """What fills the database that many tests start from; done once, each test has a copy. None leaves it bare."""
    return None


@pytest.fixture
def settings(
    databases: SQLiteFiles | PostgreSQL, furnished: Furnish | None, tmp_path: Path
) -> Iterator[Settings]:
    """The settings of a freshly installed Kartoteka, on each database, furnished if the tests say so."""
    with databases.database(_template(databases, furnished)) as url:
        yield settings_for(url, tmp_path / "data")


def _template(databases: SQLiteFiles | PostgreSQL, furnish: Furnish | None) -> str:
    if furnish is None:
        return databases.template("installed", _install)
    whose = f"{furnish.__module__}.{furnish.__qualname__}"
    return databases.template(
        f"with_{sha256(whose.encode()).hexdigest()[:24]}", partial(_install, furnish=furnish)
    )


@pytest.fixture
def office(settings: Settings) -> Iterator[Office]:
    """A freshly installed Kartoteka, on each database."""
    running = open_office(settings)
    yield running
    running.engine.dispose()


def _install(url: str, furnish: Furnish | None = None) -> None:
    with TemporaryDirectory() as data:
        new = open_office(settings_for(url, Path(data)))
        install(new)
        if furnish is not None:
            furnish(new)
        new.engine.dispose()

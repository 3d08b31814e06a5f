"""What the promises are kept on: a registry of everything that a change touches, and somebody to change it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import Engine

from kartoteka.platform.services import history, modelling, people, records
from kartoteka.platform.services.office import Office
from tests.servers.offices import Furnish

ADMIN = "ada@firm.example"
THINGS: dict[str, Any] = {
    "key": "things",
    "name": "Things",
    "title": "{name}",
    "categories": [{"key": "big", "name": "Big"}, {"key": "small", "name": "Small"}],
    "sections": [
        {
            "key": "basic",
            "name": "Basic",
            "fields": [
                {"key": "name", "name": "Name", "type": "text", "required": True},
                {"key": "code", "name": "Code", "type": "text"},
                {"key": "number", "name": "Number", "type": "autonumber"},
                {"key": "about", "name": "About", "type": "long_text"},
                {
                    "key": "parts",
                    "name": "Parts",
                    "type": "relation",
                    "options": {"target": "things", "many": True},
                },
                {"key": "keeper", "name": "Keeper", "type": "user"},
            ],
        },
        {
            "key": "money",
            "name": "Money",
            "fields": [
                {"key": "price", "name": "Price", "type": "money"},
                {"key": "amount", "name": "Amount", "type": "integer"},
            ],
        },
    ],
}


@dataclass
class Keeper:
    """The office, its administrator and the things that he keeps."""

    office: Office
    admin: int
    things: list[int] = field(default_factory=list)

    def verified(self) -> bool:
        """Whether the chain of history holds, from end to end."""
        with self.office.begin_system(write=False) as work:
            return history.verify(work).broken is None


def set_up(office: Office) -> None:
    """Make the registry, its keeper and eight things."""
    with office.begin_system(design=True) as work:
        modelling.create_registry(work, THINGS)
    with office.begin_system() as work:
        admin = people.create_user(
            work, {"email": ADMIN, "name": "Ada", "roles": ["admin"], "password": "a long password of tests"}
        ).id
    made: list[int] = []
    with office.begin(admin, write=True) as work:
        for n in range(8):
            values = {
                "name": f"Věc {n}",
                "code": str(100 + n),
                "about": f"popis {n}",
                "parts": made[-2:],
                "price": f"{n}.10",
                "amount": n,
            }
            made.append(records.create(work, "things", values, category="big" if n % 2 else None).id)


@pytest.fixture
def furnished() -> Furnish:
    """Every test begins with the eight things."""
    return set_up


@pytest.fixture
def keeper(office: Office) -> Iterator[Keeper]:
    """Eight things in a freshly installed Kartoteka, on each database."""
    with office.begin_as(ADMIN) as work:
        things = [each.id for each in records.browse(work, "things", records.Query(sort="id")).items]
        kept = Keeper(office, work.actor.user_id, things)
    yield kept
    assert kept.verified()


def physical(engine: Engine) -> list[tuple[Any, ...]]:
    """Every column of every table, as the database itself describes them."""
    described = {
        "sqlite": "SELECT m.name, p.name, p.type FROM sqlite_master m JOIN pragma_table_info(m.name) p "
        "WHERE m.type = 'table' ORDER BY 1, 2",
        "postgresql": "SELECT table_name, column_name, data_type FROM information_schema.columns "
        "WHERE table_schema = 'public' ORDER BY 1, 2",
    }
    indexes = {
        "sqlite": "SELECT name, sql, '' FROM sqlite_master WHERE type = 'index' ORDER BY 1",
        "postgresql": "SELECT indexname, indexdef, '' FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
    }
    with engine.connect() as connection:
        dialect = engine.dialect.name
        return [
            tuple(row)
            for statement in (described, indexes)
            for row in connection.exec_driver_sql(statement[dialect])
        ]


def everything(
    engine: Engine, *, but: frozenset[str] = frozenset()
) -> tuple[list[tuple[Any, ...]], dict[str, list[str]]]:
    """The whole database: its shape and all of its rows."""
    shape = physical(engine)
    tables = sorted({row[0] for row in shape if row[2]} - but)
    with engine.connect() as connection:
        return shape, {
            name: sorted(map(repr, connection.exec_driver_sql(f'SELECT * FROM "{name}"').fetchall()))
            for name in tables
            if not _inner(name)
        }


def _inner(name: str) -> bool:
    """The full-text extension of SQLite keeps its own tables behind the one that we see."""
    return name.startswith("sqlite_") or name.rpartition("_")[2] in (
        "data",
        "idx",
        "content",
        "docsize",
        "config",
    )

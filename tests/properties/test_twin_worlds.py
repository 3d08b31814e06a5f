"""Twin worlds: whatever a reader asks, he cannot tell apart two Kartotekas that differ in what he may not see."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from kartoteka.app import create_app
from kartoteka.platform.services.office import Office
from tests.properties.twin_asks import ALL_NAMES, API, OPERATORS, ROUTES, VALUES, WORDS, WORK, get, leaf, places
from tests.properties.twin_worlds import CANARY, Ask, Leak, Twins, twins
from tests.servers.databases import PostgreSQL, SQLiteFiles

QUICK = (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)


@pytest.fixture
def both(databases: SQLiteFiles | PostgreSQL, tmp_path: Path) -> Iterator[Twins]:
    """Two worlds, on each database."""
    with twins(databases, tmp_path) as pair:
        yield pair


def routes_of(app: Flask) -> set[str]:
    """Every method of every address."""
    return {
        f"{method} {rule.rule}" for rule in app.url_map.iter_rules() for method in (rule.methods or ()) if method not in ("HEAD", "OPTIONS")
    }


def test_every_route_stands_in_the_table_of_requests(office: Office) -> None:
    assert sorted(routes_of(create_app(office=office)) ^ set(ROUTES)) == []
    assert all(len(reason) > 20 for reason in ROUTES.values() if isinstance(reason, str))


@pytest.mark.timeout(900)
def test_no_answer_tells_the_worlds_apart(both: Twins) -> None:
    where = places(both)
    leaks: dict[str, list[str]] = {}
    for route, asks in ROUTES.items():
        if isinstance(asks, str):
            continue
        known = sum(both.told.values())
        for ask in asks(where):
            if ask is WORK:
                both.work()
                continue
            try:
                both.ask(ask)
            except Leak as leak:
                leaks.setdefault(route, []).append(str(leak))
        assert sum(both.told.values()) > known, f"{route} was not asked"
    assert not leaks, "\n\n".join(f"{route}, {len(found)} times: {found[0]}" for route, found in leaks.items())
    both.work()
    assert both.compare_mail() >= 1
    assert both.told[200] > 300, f"most of it is answered: {both.told}"

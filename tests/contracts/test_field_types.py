"""Every built-in field type keeps every promise of a field type, with and without options."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine

from kartoteka.field_types import builtin
from kartoteka.platform.testkit.field_types import CHECKS, DATABASE_CHECKS, Subject

CHOICES = [
    {"key": "lead", "name": "Lead", "colour": "blue", "names": {"cs": "Zájemce"}},
    {"key": "won", "name": "Won", "colour": "#18794e", "names": {"cs": "Vyhráno"}},
    {"key": "lost_1", "name": "Lost, at last", "active": False},
    "Žádný z nich",
]

OPTIONS: dict[str, list[dict[str, Any]]] = {
    "text": [{}, {"max_length": 10, "min_length": 3}, {"pattern": r"[A-Z]{2}-\d{4}(/[a-f]|x{2,3})?"}],
    "long_text": [{}, {"max_length": 40, "min_length": 20}],
    "integer": [{}, {"min": 1, "max": 5, "unit": "km"}, {"max": -5}, {"min": 2**62}],
    "decimal": [{}, {"decimals": 0}, {"decimals": 9, "unit": "m²"}, {"min": "-0.5", "max": "0.25"}],
    "money": [{}, {"currency": "EUR", "decimals": 4}, {"currency": "JPY", "decimals": 0, "min": 0}],
    "percent": [{}, {"decimals": 0, "min": 0, "max": 100}],
    "boolean": [{}],
    "date": [{}, {"min": "2020-01-01", "max": "2020-01-31"}, {"min": "2100-01-01"}],
    "datetime": [{}, {"timezone": "America/New_York"}],
    "choice": [{"choices": CHOICES}, {"choices": ["jedna"]}],
    "multi_choice": [{"choices": CHOICES}, {"choices": ["jedna"]}],
    "email": [{}],
    "phone": [{}, {"region": "SK"}, {"region": "US"}],
    "url": [{}],
    "ico": [{}],
    "dic": [{}],
    "iban": [{}],
    "address": [{}],
    "user": [{}, {"many": True}],
    "relation": [{"target": "companies"}, {"target": "companies", "many": True}],
    "file": [{}, {"many": True}],
    "autonumber": [{}, {"prefix": "POZ-", "padding": 4, "start": 100}],
}
CASES = [(name, options) for name, variants in OPTIONS.items() for options in variants]
IDS = [f"{name}-{number}" for name, variants in OPTIONS.items() for number in range(len(variants))]


def test_every_built_in_type_is_examined() -> None:
    assert sorted(OPTIONS) == sorted(builtin())
    assert all(name == kind.name for name, kind in builtin().items())


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize(("name", "options"), CASES, ids=IDS)
def test_promise(name: str, options: dict[str, Any], check: Callable[[Subject], None]) -> None:
    check(Subject(builtin()[name], options))


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


@pytest.mark.parametrize("check", DATABASE_CHECKS, ids=lambda check: check.__name__)
def test_promise_of_columns(connection: Connection, check: Callable[[Subject, Connection], None]) -> None:
    for name, options in CASES:
        check(Subject(builtin()[name], options, count=60), connection)


def test_the_columns_of_links_are_never_made() -> None:
    for name in ("relation", "user", "file"):
        with pytest.raises(TypeError, match="link table"):
            builtin()[name].column_type(None)

"""Budgets of statements: no page asks more of the database because there are more rows or more fields."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event

from kartoteka.platform.services import history, modelling, people, records, tokens
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.records import Query
from tests.servers.apps import app_for

FIELDS_OF_A_KIND = 14
READER = "rita@firm.example"
# Statements beside the beginning and the end of a transaction.
LIST, RECORD = 6, 6
_CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """Collect the statements of a block."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if not statement.startswith(_CONTROL):
            statements.append(statement[:300])

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


def _wide() -> dict[str, Any]:
    kinds: list[tuple[str, dict[str, Any]]] = [("text", {}), ("money", {}), ("date", {}), ("integer", {})]
    fields = [
        {"key": f"{kind}_{n}", "name": f"{kind} {n}", "type": kind, "options": options}
        for kind, options in kinds
        for n in range(FIELDS_OF_A_KIND)
    ]
    relations = [
        {
            "key": f"rel_{n}",
            "name": f"Rel {n}",
            "type": "relation",
            "options": {"target": target, "many": True},
        }
        for n, target in enumerate(("wide", "narrow", "narrow"))
    ]
    users = [{"key": f"user_{n}", "name": f"User {n}", "type": "user"} for n in range(2)]
    return {
        "key": "wide",
        "name": "Wide",
        "title": "{text_0}",
        "sections": [
            {"key": f"s{n}", "name": f"S{n}", "fields": [*fields, *relations, *users][n::4]} for n in range(4)
        ],
    }


NARROW = {
    "key": "narrow",
    "name": "Narrow",
    "title": "{name}",
    "sections": [
        {"key": "basic", "name": "Basic", "fields": [{"key": "name", "name": "Name", "type": "text"}]}
    ],
}
RULE = {"field": "integer_0", "op": "gte", "value": 0}
GRANTS = {
    "wide": {
        "rights": ["view", "create", "edit", "delete"],
        "rows": RULE,
        "sections": {"s0": "edit", "s1": "read", "s2": "edit"},
    },
    "narrow": {"rights": ["view"], "sections": {"basic": "read"}},
}


@pytest.fixture
def reader(office: Office) -> int:
    """Somebody with two roles, one of them bound to some rows, and one record with links to everything."""
    with office.begin_system(design=True) as work:
        modelling.create_registry(work, NARROW)
        modelling.create_registry(work, _wide())
        modelling.create_role(work, {"key": "one", "name": "One", "grants": GRANTS})
        more = {
            "wide": {
                "rights": ["view"],
                "rows": {"field": "rel_1.name", "op": "contains", "value": "1"},
                "sections": {"s3": "read"},
            }
        }
        modelling.create_role(work, {"key": "two", "name": "Two", "grants": more})
    with office.begin_system() as work:
        found = people.create_user(work, {"email": READER, "name": "Rita", "roles": ["one", "two"]}).id
        for n in range(5):
            records.create(work, "narrow", {"name": f"Úzký {n}"})
    _more(office, 1)
    return found


def _more(office: Office, number: int) -> None:
    with office.begin_system() as work:
        made = [
            {
                "values": {
                    "text_0": f"Řádek {n}",
                    "integer_0": n,
                    "rel_1": [1 + n % 5, 1 + (n + 1) % 5],
                    "rel_2": [1 + n % 3],
                    "user_0": 1,
                    "rel_0": [1] if n else None,
                }
            }
            for n in range(number)
        ]
        records.batch(work, "wide", create=made)


def test_pages_ask_the_same_of_the_database_whatever_there_is(office: Office, reader: int) -> None:
    client, token = app_for(office).test_client(), tokens.create_token(office, READER)
    base = "/api/v1/registries/wide/records"
    linked = {"field": "rel_1.name", "op": "contains", "value": "1"}
    narrowed = json.dumps({"or": [linked, {"field": "money_3", "op": "is_empty"}]})
    asked = {
        "list": f"{base}?page_size=200",
        "sorted": f"{base}?page_size=200&sort=-rel_1,text_0",
        "searched": f"{base}?page_size=200&q=radek",
        "filtered": f"{base}?page_size=200&filter={narrowed}&sort=text_0",
        "counted": f"{base}?page_size=200&count=1",
        "record": f"{base}/1",
        "history": f"{base}/1/history",
        "summary": "/api/v1/registries/wide/summary?group_by=rel_1&measure=sum:money_1",
    }

    def ask() -> dict[str, int]:
        found = {}
        for name, path in asked.items():
            with counted(office.engine) as statements:
                answer = client.get(path, headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code == 200, answer.text
            found[name] = len(statements)
            assert len(statements) <= (RECORD if name in ("record", "history") else LIST), statements
        return found

    client.get(base, headers={"Authorization": f"Bearer {token}"})  # notes that the token was used
    with_one = ask()
    _more(office, 100)
    with_many = ask()
    # A page that is not full looks for rows without a value too: one statement more, never one for each row.
    assert all(with_many[name] <= with_one[name] + 1 for name in asked), (with_one, with_many)


def test_verbs_keep_to_their_budgets(office: Office, reader: int) -> None:
    _more(office, 40)
    values = {"text_0": "Nový", "integer_0": 5, "rel_2": [1, 2], "user_1": reader, "money_0": "1.10"}

    def spent(deed: Any, *, write: bool = True) -> int:
        with counted(office.engine) as statements, office.begin(reader, write=write) as work:
            deed(work)
        return len(statements)

    create = spent(lambda work: records.create(work, "wide", values))
    change = spent(
        lambda work: records.change(
            work, "wide", 5, {"text_0": "Jiný", "integer_0": 6, "rel_2": [3], "money_0": "2.20"}
        )
    )
    small = spent(lambda work: records.batch(work, "wide", create=[{"values": values}] * 2))
    large = spent(lambda work: records.batch(work, "wide", create=[{"values": values}] * 60))
    removed = spent(lambda work: records.remove(work, "wide", 7))
    fetched = spent(lambda work: records.fetch(work, "wide", 5), write=False)
    browsed = spent(lambda work: records.browse(work, "wide", Query(count=True)), write=False)
    told = spent(lambda work: history.entries(work, "wide", 5), write=False)

    assert large == small, "new rows of a batch go in together"
    assert create <= 17 and change <= 18 and removed <= 8, (create, change, removed)
    assert fetched <= 4 and browsed <= 6 and told <= 6, (fetched, browsed, told)

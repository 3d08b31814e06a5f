"""Links that a list is narrowed by: few or many, a page holds the same, and begins where it is quicker."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event

from kartoteka.platform.access import few_links
from kartoteka.platform.services import modelling, people, records
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.records import Query

NUMBER = 40
DESIGN: list[dict[str, Any]] = [
    {"key": "firms", "name": "Firms", "title": "{name}",
     "sections": [{"key": "basic", "name": "Basic", "fields": [{"key": "name", "name": "Name", "type": "text"}]}]},
    {"key": "goods", "name": "Goods", "title": "{name}", "sections": [
        {"key": "basic", "name": "Basic", "fields": [
            {"key": "name", "name": "Name", "type": "text"},
            {"key": "size", "name": "Size", "type": "integer"},
            {"key": "keepers", "name": "Keepers", "type": "user", "options": {"many": True}}]},
        {"key": "trade", "name": "Trade", "fields": [
            {"key": "maker", "name": "Maker", "type": "relation", "options": {"target": "firms"}}]}]},
]  # fmt: skip
# Makers are told of small things only; of firms one sees the first.
GRANTS = {
    "goods": [
        {"rights": ["view"], "sections": {"basic": "read"}},
        {"rights": ["view"], "rows": {"field": "size", "op": "lt", "value": 20}, "sections": {"trade": "read"}},
    ],
    "firms": [
        {"rights": ["view"], "rows": {"field": "name", "op": "eq", "value": "Firm 0"}, "sections": {"basic": "read"}},
    ],
}  # fmt: skip


@pytest.fixture
def reader(office: Office) -> int:
    """Somebody who keeps one thing of ten, and sees who made only some of them."""
    with office.begin_system(design=True) as work:
        for design in DESIGN:
            modelling.create_registry(work, design)
        for number in range(2):
            grants = {registry: some[number] for registry, some in GRANTS.items() if number < len(some)}
            modelling.create_role(work, {"key": f"role{number}", "name": f"Role {number}", "grants": grants})
    with office.begin_system() as work:
        keepers = [
            people.create_user(
                work, {"email": f"{name}@firm.example", "name": name, "roles": ["role0", "role1"]}
            ).id
            for name in ("rita", "otto")
        ]
        firms = [records.create(work, "firms", {"name": f"Firm {number}"}).id for number in range(2)]
        rows = [{"values": _values(number, keepers, firms)} for number in range(NUMBER)]
        records.batch(work, "goods", create=rows)
    return keepers[0]


def _values(number: int, keepers: list[int], firms: list[int]) -> dict[str, Any]:
    return {
        "name": f"Thing {number:02}",
        "size": number,
        "keepers": keepers[:1] if number % 10 == 3 else keepers[1:] if number % 10 != 7 else keepers,
        "maker": firms[number % 2],
    }


def _names(office: Office, who: int, query: dict[str, Any]) -> Iterator[str]:
    cursor = None
    while True:
        with office.begin(who) as work:
            page = records.browse(
                work, "goods", Query(filter=query, sort="-size", page_size=7, cursor=cursor, count=True)
            )
            assert page.count == records.count(work, "goods", Query(filter=query))
        yield from (each.values["name"] for each in page.items)
        cursor = page.next
        if cursor is None:
            return


@pytest.mark.parametrize("many", [1, 9, 1000])
def test_a_page_is_the_same_from_wherever_it_begins(
    office: Office, reader: int, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    monkeypatch.setattr(few_links, "MANY_LINKS", many)
    mine = {"field": "keepers", "op": "in", "value": [{"var": "me"}]}
    kept = [number for number in range(NUMBER) if number % 10 in (3, 7)]
    with office.begin_system() as work:
        first, second = sorted(each.id for each in records.browse(work, "firms", Query()).items)
    asked: list[tuple[dict[str, Any], list[int]]] = [
        (mine, kept),
        ({"and": [mine, {"field": "size", "op": "lt", "value": 30}]}, [each for each in kept if each < 30]),
        ({"not": mine}, [each for each in range(NUMBER) if each not in kept]),
        ({"or": [mine, {"field": "size", "op": "eq", "value": 5}]}, sorted([5, *kept])),
        ({"field": "maker", "op": "eq", "value": first}, [each for each in range(20) if each % 2 == 0]),
        ({"field": "maker", "op": "in", "value": [first, second]}, [each for each in range(20) if each % 2 == 0]),
        ({"and": [mine, {"field": "maker", "op": "eq", "value": first}]}, []),
        ({"field": "maker", "op": "eq", "value": second}, []),
    ]  # fmt: skip
    for query, expected in asked:
        assert list(_names(office, reader, query)) == [f"Thing {each:02}" for each in reversed(expected)], (
            query
        )


def test_a_page_begins_with_the_few_or_with_the_order(
    office: Office, reader: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans = {}
    for many in (1, 1000):
        monkeypatch.setattr(few_links, "MANY_LINKS", many)
        found: list[tuple[str, Any]] = []

        def keep(
            _connection: Any, _cursor: Any, statement: str, values: Any, *_more: Any, found: Any = found
        ) -> None:
            found.append((statement, values))

        event.listen(office.engine, "before_cursor_execute", keep)
        mine = {"field": "keepers", "op": "eq", "value": {"var": "me"}}
        with office.begin(reader) as work:
            records.browse(work, "goods", Query(filter=mine, sort="-created_at", page_size=5))
            event.remove(office.engine, "before_cursor_execute", keep)
            statement, values = next(each for each in found if "ORDER BY" in each[0] and "r_goods" in each[0])
            if office.engine.dialect.name == "postgresql":
                # It knows by itself what is rare.
                assert "IN (SELECT links" not in statement and not any("count(" in each for each, _v in found)
                continue
            plan = work.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            plans[many] = next(row[3] for row in plan if " r_goods" in row[3])
    if plans:
        assert "created_at" in plans[1] and "INTEGER PRIMARY KEY" in plans[1000], plans

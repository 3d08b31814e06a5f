"""Words that a list is narrowed by: rare or common, a page holds the same, and begins where it is quicker."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, text

from kartoteka.platform.access import reading
from kartoteka.platform.services import modelling, people, records
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.records import Query

READER, NUMBER, MANY = "rita@firm.example", 60, 20
DESIGN = {
    "key": "goods", "name": "Goods", "title": "{name}",
    "sections": [
        {"key": "basic", "name": "Basic", "fields": [{"key": "name", "name": "Name", "type": "text"},
                                                     {"key": "size", "name": "Size", "type": "integer"}]},
        {"key": "money", "name": "Money", "fields": [{"key": "debt", "name": "Debt", "type": "text"}]},
        {"key": "secret", "name": "Secret", "fields": [{"key": "hidden", "name": "Hidden", "type": "text"}]},
    ],
}  # fmt: skip
# Debts are told only of small things, big ones are not seen at all.
GRANTS = (
    {"rights": ["view"], "rows": {"field": "size", "op": "lt", "value": 50}, "sections": {"basic": "read"}},
    {"rights": ["view"], "rows": {"field": "size", "op": "lt", "value": 25}, "sections": {"money": "read"}},
)


@pytest.fixture
def reader(office: Office) -> int:
    """Somebody who sees words of one section always, of another on some rows, of a third never."""
    with office.begin_system(design=True) as work:
        modelling.create_registry(work, DESIGN)
        for number, each in enumerate(GRANTS):
            body = {"key": f"role{number}", "name": f"Role {number}", "grants": {"goods": each}}
            modelling.create_role(work, body)
    with office.begin_system() as work:
        made = [{"values": _values(number)} for number in range(NUMBER)]
        records.batch(work, "goods", create=made)
        roles = [f"role{number}" for number in range(len(GRANTS))]
        return people.create_user(work, {"email": READER, "name": "Rita", "roles": roles}).id


def _values(number: int) -> dict[str, Any]:
    rare = number % 20 == 3
    return {
        "name": f"Věc {number:02}" + (" velbloud" if rare else ""),
        "size": number * 7 % NUMBER,
        "debt": "dluh" + (" velbloud" if number % 10 == 4 else ""),
        "hidden": "velbloud",
    }


def _expected(sought: str) -> set[str]:
    found = set()
    for values in map(_values, range(NUMBER)):
        seen = values["name"] + (f" {values['debt']}" if values["size"] < 25 else "")
        if values["size"] < 50 and all(word in seen.lower() for word in sought.split()):
            found.add(values["name"])
    return found


@contextmanager
def _asked(office: Office) -> Iterator[list[tuple[str, Any]]]:
    found: list[tuple[str, Any]] = []

    def keep(_connection: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        found.append((statement, values))

    event.listen(office.engine, "before_cursor_execute", keep)
    try:
        yield found
    finally:
        event.remove(office.engine, "before_cursor_execute", keep)


@pytest.mark.parametrize("many", [1, MANY, 10_000])
@pytest.mark.parametrize("sought", ["velbloud", "věc", "dluh", "velbloud dluh", "nikde"])
def test_a_page_is_the_same_from_wherever_it_begins(
    office: Office, reader: int, monkeypatch: pytest.MonkeyPatch, sought: str, many: int
) -> None:
    monkeypatch.setattr(reading, "MANY_FOUND", many)
    for sort in ("", "title", "-size"):
        names, cursor = list[str](), None
        while True:
            with office.begin(reader) as work:
                page = records.browse(
                    work, "goods", Query(q=sought, sort=sort, page_size=7, cursor=cursor, count=True)
                )
            names += [each.values["name"] for each in page.items]
            cursor = page.next
            if cursor is None:
                break
        assert set(names) == _expected(sought) and len(names) == len(set(names)) == page.count
        if sort == "title":
            assert names == sorted(names)


def test_a_page_begins_with_the_few_that_are_found_or_with_the_order(
    office: Office, reader: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MANY_FOUND", MANY)
    if office.engine.dialect.name != "sqlite":
        with office.begin_system() as admin, _asked(office) as asked:
            records.browse(admin, "goods", Query(q="velbloud", sort="title"))
        # Any OR around it, be it with what never holds, and the database could not begin with what is found.
        (statement,) = [each for each, _values in asked if "x_goods" in each]
        assert " AND r_goods.id IN (SELECT record FROM x_goods" in statement, statement
        return
    plans = {}
    with office.begin_system() as admin:
        for sought in ("nikde", "vec"):
            with _asked(office) as asked:
                records.browse(admin, "goods", Query(q=sought, sort="title", page_size=5))
            statement, values = next(each for each in asked if "ORDER BY" in each[0] and "x_goods" in each[0])
            plan = admin.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            plans[sought] = next(row[3] for row in plan if " r_goods" in row[3])
        assert admin.connection.execute(text("SELECT count(*) FROM x_goods")).scalar()
    assert "INTEGER PRIMARY KEY" in plans["nikde"], plans
    assert "s_title" in plans["vec"], plans

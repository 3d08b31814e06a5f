"""How many statements an answer may cost, whatever the number of records and fields."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from kartoteka.platform.services.office import Office
from tests.integration.rest.conftest import RECORDS, Caller

LIST = 6
ONE = 6


@contextmanager
def counted(office: Office) -> Iterator[list[str]]:
    """The statements that the database is asked for meanwhile."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement not in ("BEGIN", "BEGIN IMMEDIATE"):
            asked.append(statement)

    event.listen(office.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(office.engine, "before_cursor_execute", note)


@pytest.fixture
def related(companies: Caller) -> Caller:
    """The admin, whose companies have three relation fields by now."""
    for key in ("broker", "bank"):
        field = {
            "key": key,
            "name": key.title(),
            "type": "relation",
            "section": "basic",
            "options": {"target": "companies"},
        }
        assert companies.post("/registries/companies/fields", field).status_code == 201
    return companies


def fill(caller: Caller, number: int) -> None:
    first = caller.create({"name": "First"})
    links = {"parent": [first], "broker": [first], "bank": [first], "keeper": [caller.user_id]}
    bodies = [{"values": {"name": f"Firm {n}", "turnover": n, **links}} for n in range(number - 1)]
    assert caller.post(f"{RECORDS}/batch", {"create": bodies}).status_code == 200


def test_a_list_costs_the_same_with_one_record_and_with_a_hundred(related: Caller, office: Office) -> None:
    filled = {
        "filter": '{"field": "turnover", "op": "gte", "value": "1"}',
        "sort": "-turnover",
        "page_size": "100",
        "count": "1",
    }
    costs = []
    for number in (1, 100):
        fill(related, number)
        related.get(RECORDS)
        with counted(office) as asked:
            assert related.get(RECORDS, **filled).status_code == 200
        costs.append(len(asked))
        assert len(asked) <= LIST, asked
    assert len(related.get(RECORDS, **filled).json["items"]) == 98
    with counted(office) as asked:
        page = related.get(RECORDS, page_size="100").json
    assert len(page["items"]) == 100 and page["items"][50]["values"]["bank"]
    assert len(asked) <= LIST, asked


def test_a_list_costs_no_more_for_a_lesser_role(related: Caller, seller: Caller, office: Office) -> None:
    fill(related, 100)
    seller.get(RECORDS)
    with counted(office) as asked:
        assert len(seller.get(RECORDS, page_size="100", count="1").json["items"]) == 100
    assert len(asked) <= LIST, asked


def test_one_record_costs_the_same_however_much_it_points_at(related: Caller, office: Office) -> None:
    fill(related, 20)
    record = related.get(RECORDS, sort="-id", page_size="1").json["items"][0]["id"]
    with counted(office) as asked:
        assert related.get(f"{RECORDS}/{record}").json["values"]["bank"]
    assert len(asked) <= ONE, asked

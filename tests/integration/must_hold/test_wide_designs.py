"""Two hundred fields in thirty sections: pages grow less than their fields do, and ask the database no more."""

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from kartoteka.platform.services import modelling, people, records
from kartoteka.platform.services.office import Office
from tests.integration.must_hold.test_budgets import counted
from tests.servers.apps import app_for

PASSWORD = "four quiet words here"
KINDS = ("text", "money", "date", "integer", "long_text", "email")
ROUNDS = 7


def _registry(key: str, fields: int, sections: int) -> dict[str, Any]:
    made = [
        {"key": f"f{n}", "name": f"Předpokládaný údaj číslo {n}", "type": KINDS[n % len(KINDS)]}
        for n in range(fields)
    ]
    return {
        "key": key,
        "name": key,
        "title": "{f0}",
        "sections": [
            {"key": f"s{n}", "name": f"Section {n}", "fields": made[n::sections]} for n in range(sections)
        ],
    }


@pytest.fixture
def designer(office: Office) -> Iterator[FlaskClient]:
    """Somebody who designs, signed in, and a record in a small and in a large registry."""
    with office.begin_system(design=True) as work:
        modelling.create_registry(work, _registry("small", 20, 3))
        modelling.create_registry(work, _registry("large", 200, 30))
    with office.begin_system() as work:
        body = {"email": "ana@firm.example", "name": "Ana", "roles": ["admin"], "password": PASSWORD}
        people.create_user(work, body)
        for registry in ("small", "large"):
            records.create(work, registry, {"f0": "Rytec", "f3": 7, "f9": 8})
    with app_for(office).test_client() as client:
        found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").text)
        assert found is not None
        given = {"csrf_token": found[1], "email": "ana@firm.example", "password": PASSWORD}
        assert client.post("/sign-in", data=given).status_code == 303
        yield client


@pytest.mark.parametrize("page", ["1", "1?design=1", "1/edit"])
def test_a_page_of_ten_times_the_fields_takes_less_than_three_times_the_work(
    office: Office, designer: FlaskClient, page: str
) -> None:
    spent: dict[str, list[float]] = {"small": [], "large": []}
    asked = {}
    for _round in range(ROUNDS):
        for registry, times in spent.items():
            with counted(office.engine) as statements:
                begun = time.process_time()
                answer = designer.get(f"/r/{registry}/{page}")
                times.append(time.process_time() - begun)
            assert answer.status_code == 200 and answer.text.count(" data-design ") >= 20
            asked[registry] = len(statements)
    assert asked["large"] == asked["small"], "no statement is there because there are more fields"
    small, large = (min(times) for times in spent.values())
    assert large < 3 * small, spent


def test_the_dialog_of_a_field_counts_by_one_statement(office: Office, designer: FlaskClient) -> None:
    designer.get("/admin/r/large/fields/f3")
    asked = {}
    for registry in ("small", "large"):
        with counted(office.engine) as statements:
            answer = designer.get(f"/admin/r/{registry}/fields/f3")
        assert answer.status_code == 200 and "1 of 1 record has a value here." in answer.text
        assert len([each for each in statements if f"r_{registry}" in each]) == 1, statements
        asked[registry] = len(statements)
    assert asked["large"] == asked["small"]

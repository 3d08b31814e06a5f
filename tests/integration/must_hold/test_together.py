"""Many at once: nothing is lost silently, no number is given twice, and changed rights hold everywhere at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from kartoteka.platform.kernel.errors import StaleVersion
from kartoteka.platform.kernel.settings import Settings
from kartoteka.platform.services import history, modelling, people, records, tokens
from tests.integration.must_hold.conftest import ADMIN, Keeper
from tests.integration.must_hold.processes import Process, serve
from tests.servers.apps import app_for
from tests.servers.ports import wait_for

WRITERS, TURNS = 8, 6


def _raise_amount(keeper: Keeper, record: int, barrier: Barrier) -> tuple[int, int]:
    """Read, add one, save under the version that was read; count what was accepted and what was refused."""
    accepted = refused = 0
    barrier.wait()
    while accepted < TURNS:
        with keeper.office.begin(keeper.admin) as work:
            found = records.fetch(work, "things", record)
        try:
            with keeper.office.begin(keeper.admin, via="api", write=True) as work:
                records.change(
                    work, "things", record, {"amount": found.values["amount"] + 1}, version=found.version
                )
            accepted += 1
        except StaleVersion:
            refused += 1
    return accepted, refused


def test_eight_writers_of_one_record_lose_nothing_silently(keeper: Keeper) -> None:
    record, barrier = keeper.things[0], Barrier(WRITERS)
    with ThreadPoolExecutor(WRITERS) as pool:
        done = list(pool.map(lambda _n: _raise_amount(keeper, record, barrier), range(WRITERS)))
    with keeper.office.begin(keeper.admin) as work:
        found = records.fetch(work, "things", record)
        entries = history.entries(work, "things", record, limit=500)

    assert found.values["amount"] == WRITERS * TURNS == sum(accepted for accepted, _refused in done)
    assert found.version == 1 + WRITERS * TURNS
    assert [entry.changes[0].new for entry in reversed(entries)][1:] == list(range(1, WRITERS * TURNS + 1))
    assert sum(refused for _accepted, refused in done) > 0, "they did get in each other's way"


def test_changes_of_different_fields_at_once_all_stay(keeper: Keeper) -> None:
    record = keeper.things[0]
    values: list[dict[str, Any]] = [
        {"amount": 5},
        {"price": "7.77"},
        {"about": "nový popis"},
        {"code": "c"},
        {"keeper": keeper.admin},
        {"parts": keeper.things[1:4]},
    ]

    def change(each: dict[str, Any]) -> None:
        with keeper.office.begin(keeper.admin, write=True) as work:
            records.change(work, "things", record, each)

    with ThreadPoolExecutor(len(values)) as pool:
        list(pool.map(change, values))
    with keeper.office.begin(keeper.admin) as work:
        found = records.fetch(work, "things", record)
    assert found.version == 1 + len(values)
    assert (
        found.values["amount"],
        str(found.values["price"]),
        found.values["about"],
        found.values["code"],
    ) == (5, "7.77", "nový popis", "c")
    assert [link.id for link in found.values["parts"]] == keeper.things[1:4]


def test_own_consecutive_saves_never_conflict(keeper: Keeper) -> None:
    client, token = app_for(keeper.office).test_client(), tokens.create_token(keeper.office, ADMIN)
    path, headers = (
        f"/api/v1/registries/things/records/{keeper.things[0]}",
        {"Authorization": f"Bearer {token}"},
    )
    etag = client.get(path, headers=headers).headers["ETag"]
    for n in range(12):
        # Every third save changes nothing, which must not make the next one a conflict either.
        saved = client.patch(
            path, json={"values": {"amount": n - n % 3}}, headers={**headers, "If-Match": etag}
        )
        assert saved.status_code == 200, saved.text
        etag = saved.headers["ETag"]
    stale = client.patch(path, json={"values": {"amount": 99}}, headers={**headers, "If-Match": '"1"'})
    assert stale.status_code == 412
    assert client.get(path, headers=headers).json["values"]["amount"] == 9  # type: ignore[index]


def test_fifty_parallel_creators_get_fifty_numbers(keeper: Keeper) -> None:
    def create(n: int) -> str:
        with keeper.office.begin(keeper.admin, write=True) as work:
            return str(records.create(work, "things", {"name": f"Souběžná {n}"}).values["number"])

    with ThreadPoolExecutor(16) as pool:
        numbers = list(pool.map(create, range(50)))
    assert len(set(numbers)) == 50
    assert sorted(int(number.lstrip("0") or 0) for number in numbers) == list(range(9, 59)), (
        "and no gaps, since nobody failed"
    )


GRANT = {"rights": ["view", "edit"], "sections": {"basic": "edit", "money": "read"}}


@pytest.fixture
def four(keeper: Keeper, settings: Settings) -> Iterator[list[Process]]:
    """Four processes over one database."""
    processes = [serve(settings, "--workers", "1", "--no-worker") for _n in range(4)]
    try:
        for each in processes:
            wait_for(each.port, 60)
        yield processes
    finally:
        for each in processes:
            each.kill()


def test_changed_rights_and_design_hold_at_the_next_request_of_every_process(
    keeper: Keeper, four: list[Process]
) -> None:
    with keeper.office.begin_system(design=True) as work:
        modelling.create_role(work, {"key": "clerk", "name": "Clerk", "grants": {"things": GRANT}})
    with keeper.office.begin_system() as work:
        clerk = people.create_user(
            work, {"email": "carl@firm.example", "name": "Carl", "roles": ["clerk"]}
        ).id
    admin, token = (
        tokens.create_token(keeper.office, ADMIN),
        tokens.create_token(keeper.office, "carl@firm.example"),
    )
    path = f"/registries/things/records/{keeper.things[0]}"

    def everywhere() -> list[Any]:
        return [each.call(token, "GET", path) for each in four]

    def told(nth: int, method: str, address: str, body: Any = None) -> None:
        answer = four[nth].call(admin, method, address, body)
        assert answer.status < 300, answer

    for turn in range(3):
        assert [answer.body["values"].get("amount") for answer in everywhere()] == [0] * 4
        told(turn, "PUT", "/roles/clerk/grants/things", {**GRANT, "sections": {"basic": "read"}})
        assert ["amount" in answer.body["values"] for answer in everywhere()] == [False] * 4
        assert [each.call(token, "PATCH", path, {"values": {"code": "x"}}).status for each in four] == [
            403
        ] * 4
        told(3 - turn, "PUT", "/roles/clerk/grants/things", GRANT)
    told(
        0,
        "POST",
        "/registries/things/fields",
        {"key": "fresh", "name": "Fresh", "type": "text", "section": "basic", "default": "new"},
    )
    assert ["fresh" in answer.body["values"] for answer in everywhere()] == [True] * 4
    assert [
        each.call(token, "PATCH", path, {"values": {"fresh": f"by {n}"}}).status
        for n, each in enumerate(four)
    ] == [200] * 4
    told(1, "DELETE", "/registries/things/fields/fresh")
    assert [each.call(token, "PATCH", path, {"values": {"fresh": "x"}}).status for each in four] == [422] * 4
    told(2, "PATCH", "/registries/things/fields/code", {"type": "integer"})
    assert [each.call(token, "PATCH", path, {"values": {"code": "no number"}}).status for each in four] == [
        422
    ] * 4
    told(3, "PATCH", f"/users/{clerk}", {"roles": []})
    assert [answer.status for answer in everywhere()] == [404] * 4
    told(0, "PATCH", f"/users/{clerk}", {"active": False})
    assert [answer.status for answer in everywhere()] == [401] * 4

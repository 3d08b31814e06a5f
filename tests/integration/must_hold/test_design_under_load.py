"""The design is changed while eight people read and write: nothing fails, nothing is lost, and it is in force at once.

`KARTOTEKA_LOAD_RECORDS` and `KARTOTEKA_LOAD_ROUNDS` make the registry and the work larger than usual.
"""

import os
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event
from typing import Any

import pytest

from kartoteka.platform.kernel.settings import Settings
from kartoteka.platform.services import modelling, records, tokens
from kartoteka.platform.services.office import Office
from tests.integration.must_hold.conftest import ADMIN
from tests.integration.must_hold.processes import Process, serve
from tests.servers.ports import wait_for

RECORDS = int(os.environ.get("KARTOTEKA_LOAD_RECORDS", "2000"))
ROUNDS = int(os.environ.get("KARTOTEKA_LOAD_ROUNDS", "1"))
PATIENCE = 30 + RECORDS // 400
CLIENTS, PIECE = 8, 500
FIELDS = ("code", "amount", "note", "town")
REGISTRY = {
    "key": "stock", "name": "Stock", "title": "{name}",
    "sections": [{"key": "basic", "name": "Basic", "fields": [
        {"key": "name", "name": "Name", "type": "text"}, {"key": "count", "name": "Count", "type": "integer"},
        *({"key": key, "name": key.title(), "type": "text"} for key in FIELDS)]}],
}  # fmt: skip


@dataclass
class Client:
    """One of the eight: he counts his own record up, reads others, and remembers every answer."""

    process: Process
    token: str
    record: int
    written: int = 0
    answers: Counter[int] = field(default_factory=Counter)
    slowest: float = 0.0

    def call(self, method: str, path: str, body: Any = None) -> Any:
        started = time.monotonic()
        answer = self.process.call(self.token, method, f"/registries/stock{path}", body)
        self.slowest = max(self.slowest, time.monotonic() - started)
        self.answers[answer.status] += 1
        return answer

    def work(self, ended: Event) -> None:
        while not ended.is_set():
            answer = self.call("PATCH", f"/records/{self.record}", {"values": {"count": self.written + 1}})
            self.written += answer.status == 200
            self.call("GET", f"/records/{self.record}")
            self.call("GET", "/records?sort=-count&page_size=20&q=Item")


@pytest.fixture
def stock(office: Office) -> str:
    """A registry with many records, and the token of an admin."""
    with office.begin_system(design=True) as work:
        modelling.create_registry(work, REGISTRY)
    for start in range(0, RECORDS, PIECE):
        with office.begin_system() as work:
            rows = [
                {
                    "values": {
                        "name": f"Item {n}",
                        "code": str(n),
                        "amount": str(n % 97),
                        "note": f"note {n}",
                        "town": "Brno",
                    }
                }
                for n in range(start, min(start + PIECE, RECORDS))
            ]
            records.batch(work, "stock", create=rows)
    return tokens.create_token(office, ADMIN)


def test_eight_clients_work_while_the_design_is_changed(
    office: Office, settings: Settings, stock: str
) -> None:
    processes = [serve(settings, "--workers", "1", "--no-worker") for _n in range(2)]
    for each in processes:
        each.patience = PATIENCE
    try:
        for each in processes:
            wait_for(each.port, 60)
        clients = [Client(processes[n % 2], stock, n + 1) for n in range(CLIENTS)]
        ended = Event()
        with ThreadPoolExecutor(CLIENTS) as pool:
            work = [pool.submit(each.work, ended) for each in clients]
            try:
                slowest = max(_design(processes, stock, turn) for turn in range(ROUNDS))
            finally:
                ended.set()
            for each in work:
                each.result()
        answers = sum((each.answers for each in clients), Counter())
        assert set(answers) == {200}, answers
        with office.begin_system(write=False) as work_:
            kept = [records.fetch(work_, "stock", each.record).values["count"] for each in clients]
        assert kept == [each.written for each in clients], "every write that was taken is there"
        assert min(each.written for each in clients) > 0
        longest = max(each.slowest for each in clients)
        print(f"{office.engine.dialect.name}: {RECORDS} records, {answers.total()} answers, none but 200; "
              f"slowest answer {longest:.1f} s, slowest design change {slowest:.1f} s")  # fmt: skip
    finally:
        for each in processes:
            each.kill()


def _design(processes: list[Process], token: str, turn: int) -> float:
    """Fields added, retyped, switched off and on, and the way back; each is in force in the other process at once."""
    slowest = 0.0

    def told(nth: int, method: str, path: str, body: Any = None) -> Any:
        nonlocal slowest
        started = time.monotonic()
        answer = processes[nth].call(token, method, path, body)
        slowest = max(slowest, time.monotonic() - started)
        assert answer.status < 300, (method, path, answer)
        return answer.body

    def fields(nth: int) -> dict[str, Any]:
        found = processes[nth].call(token, "GET", "/registries/stock/fields").body["items"]
        return {each["key"]: each for each in found if each["active"]}

    new = f"new_{turn}"
    version = told(0, "GET", "/design/history?page_size=1")["items"][0]["version"]
    told(0, "POST", "/registries/stock/fields", {"key": new, "name": "New", "type": "text"})
    assert new in fields(1)
    told(1, "PATCH", "/registries/stock/fields/amount", {"type": "integer"})
    assert fields(0)["amount"]["type"] == "integer"
    told(0, "PATCH", "/registries/stock/fields/note", {"type": "integer", "accept_loss": True})
    told(1, "DELETE", f"/registries/stock/fields/{new}")
    assert new not in fields(0)
    told(0, "PATCH", "/registries/stock", {"title": "{name} {code}"})
    told(1, "POST", f"/design/history/{version}/return", {"accept_loss": True})
    assert (fields(0)["amount"]["type"], fields(0)["note"]["type"]) == ("text", "text")
    last = told(0, "GET", "/registries/stock/records?sort=-id&page_size=1")["items"][0]
    assert last["values"]["note"] == f"note {RECORDS - 1}", "as it was before it was no number"
    return slowest

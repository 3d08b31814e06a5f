"""Fault injection: when the n-th statement of a deed fails, for every n, nothing of it has happened."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from io import BytesIO
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Engine, event

from kartoteka.platform.services import history, imports, jobs, merging, modelling, people, records
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.records import Query
from kartoteka.platform.services.search import difference
from kartoteka.platform.services.work import Work
from kartoteka.platform.services.worker import Worker
from tests.integration.must_hold.conftest import Keeper, everything

MOST_STATEMENTS = 400


class Broken(Exception):
    """What the database says when it cannot go on."""


@contextmanager
def failing_at(engine: Engine, nth: int) -> Iterator[None]:
    """Let the n-th statement fail instead of being executed."""
    statements = count(1)

    def fail(*_statement: Any) -> None:
        if next(statements) == nth:
            raise Broken

    event.listen(engine, "before_cursor_execute", fail)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", fail)


@contextmanager
def failing_at_commit(engine: Engine) -> Iterator[None]:
    """Let the commit fail instead of being executed."""

    def fail(_connection: Any) -> None:
        raise Broken

    event.listen(engine, "commit", fail)
    try:
        yield
    finally:
        event.remove(engine, "commit", fail)


Deed = Callable[[Work, list[int]], object]
NEW_REGISTRY = {
    "key": "fresh",
    "name": "Fresh",
    "title": "{name}",
    "sections": [
        {
            "key": "basic",
            "name": "Basic",
            "fields": [
                {"key": "name", "name": "Name", "type": "text", "unique": True},
                {"key": "thing", "name": "Thing", "type": "relation", "options": {"target": "things"}},
                {"key": "number", "name": "Number", "type": "autonumber"},
            ],
        }
    ],
}
ROLE = {
    "key": "clerk",
    "name": "Clerk",
    "grants": {"things": {"rights": ["view"], "sections": {"basic": "read"}}},
}
RECORDS: Mapping[str, Deed] = {
    "create": lambda work, ids: records.create(
        work,
        "things",
        {"name": "Nová", "about": "hledej", "parts": ids[:3], "keeper": work.actor.user_id},
        category="big",
    ),
    "change": lambda work, ids: records.change(
        work,
        "things",
        ids[5],
        {
            "name": "Jiná",
            "about": "jinak",
            "parts": [ids[0], ids[7]],
            "price": "9.99",
            "keeper": work.actor.user_id,
        },
        category="small",
    ),
    "remove": lambda work, ids: records.remove(work, "things", ids[4]),
    "restore": lambda work, ids: records.restore(work, "things", ids[6]),
    "restore_version": lambda work, ids: history.restore_version(work, "things", ids[3], 1),
    "batch": lambda work, ids: records.batch(
        work,
        "things",
        create=[{"values": {"name": f"B{n}", "parts": ids[:1]}} for n in range(2)],
        update=[{"id": each, "values": {"about": "hromadně", "parts": []}} for each in ids[1:3]],
        delete=[ids[0]],
    ),
    "undo_batch": lambda work, ids: history.undo_batch(work, 1),
    "merge": lambda work, ids: merging.merge(work, "things", ids[2], [ids[1], ids[5]], {"name": "Jedna"}),
    "undo_merge": lambda work, ids: history.undo_batch(work, 2),
    "create_user": lambda work, ids: people.create_user(
        work, {"email": "new@firm.example", "name": "New", "roles": ["admin"]}
    ),
}
DESIGN: Mapping[str, Deed] = {
    "create_registry": lambda work, ids: modelling.create_registry(work, NEW_REGISTRY),
    "add_field": lambda work, ids: modelling.create_field(
        work, "things", {"key": "weight", "name": "Weight", "type": "decimal", "section": "money"}
    ),
    "convert": lambda work, ids: modelling.change_field(work, "things", "code", {"type": "integer"}),
    "make_unique": lambda work, ids: modelling.change_field(work, "things", "amount", {"unique": True}),
    "retitle": lambda work, ids: modelling.change_registry(work, "things", {"title": "{name} {code}"}),
    "switch_off": lambda work, ids: modelling.change_field(work, "things", "about", {"active": False}),
    "move_field": lambda work, ids: modelling.change_field(work, "things", "about", {"section": "money"}),
    "create_role": lambda work, ids: modelling.create_role(work, ROLE),
}


def _prepare(keeper: Keeper) -> None:
    """Something in the bin, something with a past, a batch that may be undone."""
    with keeper.office.begin(keeper.admin, write=True) as work:
        records.remove(work, "things", keeper.things[6])
        records.change(
            work,
            "things",
            keeper.things[3],
            {"name": "Změněná", "about": "už ne", "parts": [keeper.things[0]]},
        )
        records.batch(
            work,
            "things",
            create=[{"values": {"name": "Z dávky"}}],
            update=[{"id": keeper.things[7], "values": {"amount": 70}}],
        )
    with keeper.office.begin(keeper.admin, write=True) as work:
        doubled = records.create(
            work, "things", {"name": "Podruhé", "code": "9", "parts": keeper.things[:1]}
        ).id
        records.create(work, "_notes", {"text": "napsáno"}, on=records.Bearer("things", doubled))
        records.change(work, "things", keeper.things[0], {"parts": [doubled]})
    with keeper.office.begin(keeper.admin, write=True) as work:
        merging.merge(work, "things", keeper.things[4], [doubled])


def _all_or_nothing(keeper: Keeper, deed: Callable[[], object]) -> int:
    """Fail at every statement in turn and look at everything; give how many statements there were."""
    engine = keeper.office.engine
    before = everything(engine)
    for nth in range(1, MOST_STATEMENTS):
        try:
            with failing_at(engine, nth):
                deed()
        except Broken:
            assert everything(engine) == before, f"something is left after the failure of statement {nth}"
            continue
        assert everything(engine) != before
        return nth - 1
    raise AssertionError("this takes too many statements")


def _do(office: Office, admin: int, deed: Deed, ids: list[int], *, design: bool) -> None:
    with office.begin(admin, write=True, design=design) as work:
        deed(work, ids)


def _check_search(keeper: Keeper) -> None:
    Worker(keeper.office).run_once()
    assert difference(keeper.office) == []


@pytest.mark.parametrize("name", [*RECORDS, *DESIGN])
def test_a_failing_statement_leaves_everything_as_it_was(keeper: Keeper, name: str) -> None:
    _prepare(keeper)
    deed, design = (RECORDS[name], False) if name in RECORDS else (DESIGN[name], True)
    act = partial(_do, keeper.office, keeper.admin, deed, keeper.things, design=design)
    before = everything(keeper.office.engine)

    with pytest.raises(Broken), failing_at_commit(keeper.office.engine):
        act()
    assert everything(keeper.office.engine) == before
    assert _all_or_nothing(keeper, act) >= 3
    assert keeper.verified()
    _check_search(keeper)


ROWS = 6


class Upload(BytesIO):
    """An uploaded file: a stream that knows its name."""

    filename = "table.csv"


def _imported(keeper: Keeper, prefix: str) -> int:
    """How many records of a file are there; each must be whole."""
    with keeper.office.begin(keeper.admin) as work:
        found = records.browse(
            work, "things", Query({"field": "name", "op": "starts_with", "value": prefix})
        ).items
        for each in found:
            assert [entry.version for entry in history.entries(work, "things", each.id)] == [1]
            assert [link.id for link in each.values["parts"]] == [keeper.things[0]]
            assert each.values["number"] and each.values["about"]
        assert len(found) == records.count(work, "things", Query(q=prefix)), (
            "the words of all of them, and no others"
        )
    return len(found)


def test_a_chunk_of_an_import_comes_in_whole_or_not_at_all(keeper: Keeper) -> None:
    outcomes = []
    for nth in range(1, MOST_STATEMENTS):
        prefix = f"soubor{nth}x"
        lines = [f"{prefix} {row};Věc 0;popis {prefix}\r\n" for row in range(ROWS)]
        content = ("Name;Parts;About\r\n" + "".join(lines)).encode()
        with keeper.office.begin(keeper.admin, write=True) as work:
            job = imports.start(work, "things", Upload(content), {}).id
        reached = True
        with failing_at(keeper.office.engine, nth), suppress(Broken):
            jobs.run_job(keeper.office, job)
            with keeper.office.begin(keeper.admin) as work:
                reached = jobs.fetch(work, job).state != "done"
        outcomes.append(_imported(keeper, prefix))
        if not reached:
            break
    else:
        raise AssertionError("this takes too many statements")
    assert set(outcomes) == {0, ROWS}
    assert outcomes == sorted(outcomes), "once it is in, it stays in"
    _check_search(keeper)

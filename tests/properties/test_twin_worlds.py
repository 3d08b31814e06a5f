"""Twin worlds: whatever a reader asks, he cannot tell apart two Kartotekas that differ in what he may not see."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, true

from kartoteka.app import create_app
from kartoteka.platform.access.conduct import Rule
from kartoteka.platform.access.gate import OpenRegistry, Selection
from kartoteka.platform.access.past import PastOf
from kartoteka.platform.access.reach import EVERYTHING
from kartoteka.platform.access.seen import LINKS, Seen
from kartoteka.platform.catalog.definitions import Grant
from kartoteka.platform.services import exports
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.worker import Worker
from tests.properties.twin_asks import (
    ALL_NAMES,
    API,
    MASKED,
    MISSING,
    OPERATORS,
    PATHS,
    ROUTES,
    SYSTEM,
    VALUES,
    VISIBLE,
    WORDS,
    WORK,
    get,
    leaf,
    places,
)
from tests.properties.twin_doubles import keep_doubles, merge_and_part
from tests.properties.twin_worlds import Ask, Leak, Told, Twins, World, changed, one_world, twins
from tests.servers.databases import PostgreSQL, SQLiteFiles

QUICK = (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)


@pytest.fixture
def both(databases: SQLiteFiles | PostgreSQL, tmp_path: Path) -> Iterator[Twins]:
    """Two worlds, on each database."""
    with twins(databases, tmp_path) as pair:
        yield pair


@pytest.fixture
def world(databases: SQLiteFiles | PostgreSQL, tmp_path: Path) -> Iterator[World]:
    """One of them, where there is nothing to compare, on each database."""
    with one_world(databases, tmp_path, "a") as alone:
        yield alone


def routes_of(app: Flask) -> set[str]:
    """Every method of every address."""
    return {
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or ())
        if method not in ("HEAD", "OPTIONS")
    }


def test_every_route_stands_in_the_table_of_requests(office: Office) -> None:
    assert sorted(routes_of(create_app(office=office)) ^ set(ROUTES)) == []
    assert all(len(reason) > 20 for reason in ROUTES.values() if isinstance(reason, str))


# Every request is asked on SQLite. What may differ on PostgreSQL is the SQL behind a route, for which some of a
# route's requests are enough: its longest lists go through every pair of a record and a thing that lies on it.
MOST_OF_A_ROUTE = {"sqlite": 10_000, "postgresql": 8}


def _some(asks: Sequence[Any], most: int) -> list[Any]:
    """At most so many of the requests, evenly out of all of them, and every time when the workers are to work."""
    step = -(-len(asks) // most) or 1
    return [ask for place, ask in enumerate(asks) if place % step == 0 or ask is WORK]


def test_the_requests_of_a_route_are_taken_evenly() -> None:
    assert _some([], 20) == [] and _some(range(20), 20) == list(range(20))
    assert _some(range(50), 20) == list(range(0, 50, 3))
    assert _some([1, WORK, 2, 3], 2) == [1, WORK, 2]


@pytest.mark.timeout(1800)
def test_no_answer_tells_the_worlds_apart(both: Twins) -> None:
    where = places(both.a)
    most = MOST_OF_A_ROUTE[both.a.office.engine.dialect.name]
    leaks: dict[str, list[str]] = {}
    for route, asks in ROUTES.items():
        if isinstance(asks, str):
            continue
        known = sum(both.told.values())
        for ask in _some(list(asks(where)), most):
            if ask is WORK:
                both.work()
                continue
            try:
                both.ask(ask)
            except Leak as leak:
                leaks.setdefault(route, []).append(str(leak))
        assert sum(both.told.values()) > known, f"{route} was not asked"
    assert not leaks, "\n\n".join(
        f"{route}, {len(found)} times: {found[0]}" for route, found in leaks.items()
    )
    both.work()
    assert both.compare_mail() >= 1
    assert both.told[200] > 300, f"most of it is answered: {both.told}"


def test_files_that_a_worker_writes_do_not_tell_the_worlds_apart(both: Twins) -> None:
    for kind in ("csv", "xlsx"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(exports, "SMALL", 0)
            ordered = both.ask(get("/r/firms/export", format=kind, sort="-turnover"))
        assert ordered.status == 303
        job = dict(ordered.headers)["Location"].rpartition("/")[2]
        both.work()
        assert both.ask(get(f"/r/firms/exports/{job}/progress")).status == 200
        told = both.ask(get(f"/r/firms/exports/{job}/file"))
        assert told.status == 200 and "Firma L" in told.body
        assert both.ask(get(f"{API}/jobs/{job}/file")).body == told.body


def test_merging_does_not_tell_the_worlds_apart(both: Twins) -> None:
    one, other = (keep_doubles(world) for world in (both.a, both.b))
    assert one == other
    both.work()
    merge_and_part(both, one)


def _comparison() -> st.SearchStrategy[dict[str, Any]]:
    def of(name: str) -> st.SearchStrategy[dict[str, Any]]:
        values = st.sampled_from(VALUES.get(name, ("quokka", "a", "")))
        return st.builds(leaf, st.just(name), st.sampled_from(OPERATORS), values)

    return st.sampled_from(ALL_NAMES).flatmap(of)


def _filters() -> st.SearchStrategy[Any]:
    """Filters over visible, masked, hidden and absent names, of some depth."""
    return st.recursive(
        _comparison(),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3).map(lambda parts: {"and": parts}),
            st.lists(inner, max_size=3).map(lambda parts: {"or": parts}),
            inner.map(lambda part: {"not": part}),
        ),
        max_leaves=5,
    )


@st.composite
def random_asks(draw: st.DrawFn) -> Ask:
    """A list, a summary or a page, narrowed, ordered and cut at random; mostly by names that exist for the reader."""
    names = st.one_of(st.sampled_from(MASKED + PATHS + SYSTEM + VISIBLE), st.sampled_from(ALL_NAMES))
    query: dict[str, Any] = {}
    if draw(st.booleans()):
        query["filter"] = draw(_filters())
    if draw(st.booleans()):
        query["sort"] = ",".join(
            draw(st.lists(st.tuples(st.sampled_from(("", "-")), names).map("".join), max_size=3))
        )
    if draw(st.integers(0, 3)) == 0:
        query["q"] = draw(st.sampled_from(WORDS))
    kind = draw(st.sampled_from(("list", "list", "summary", "page")))
    if kind == "summary":
        measured = (
            {"measure": f"{draw(st.sampled_from(('sum', 'avg', 'min', 'max')))}:{draw(names)}"}
            if draw(st.booleans())
            else {}
        )
        return get(
            f"{API}/registries/firms/summary",
            group_by=draw(names),
            **measured,
            **{key: query[key] for key in ("filter", "q") if key in query},
        )
    if kind == "page":
        return get("/r/firms", columns=",".join(draw(st.lists(names, max_size=3))), **query)
    if draw(st.booleans()):
        query["fields"] = ",".join(draw(st.lists(names, max_size=3)))
    return get(f"{API}/registries/firms/records", page_size=str(draw(st.integers(1, 6))), count="1", **query)


@pytest.mark.timeout(1200)
@settings(
    max_examples=60,
    deadline=None,
    phases=QUICK,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(ask=random_asks())
def test_random_questions_do_not_tell_the_worlds_apart(both: Twins, ask: Ask) -> None:
    told = both.ask(ask)
    cursor = (
        json.loads(told.body).get("next") if told.status == 200 and ask.path.endswith("/records") else None
    )
    for _page in range(3):
        if not cursor:
            break
        told = both.ask(Ask(ask.method, ask.path, (*ask.query, ("cursor", cursor))))
        cursor = json.loads(told.body).get("next")


def _unmasked_columns(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Seen, "_masked", staticmethod(lambda column, shown: column))


def _unmasked_titles(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Seen, "title_shown", property(lambda self: true()))


def _counting_unreached_rows(patch: pytest.MonkeyPatch) -> None:
    def count(self: OpenRegistry, selection: Selection) -> int:
        return (
            self.gate.connection.scalar(
                select(func.count()).select_from(self.seen.table).where(self._matching(selection.q))
            )
            or 0
        )

    patch.setattr(OpenRegistry, "count", count)


def _searching_everywhere(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Seen, "field_rows", lambda self, field: EVERYTHING)


def _whole_history(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        PastOf,
        "fields",
        property(lambda self: {each.key: each for each in self.opened.registry.active_fields}),
    )


def _titles_of_all(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Seen, "reach", lambda self, right, section=None, level="read": true())


def _no_exceptions(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Grant, "level", lambda self, section, field=None: self.sections.get(section, "hidden"))


def _every_field_exists(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Seen, "field", lambda self, key: self.registry.field(key))


def _forgetting_unseen_links(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(OpenRegistry, "_with_unseen_links", lambda self, old, links: dict(links))


def _searching_links_that_are_hidden(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Seen, "field_shown", lambda self, field: true())


def _rules_that_know_what_is_hidden(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Rule, "holds", lambda self, facts, unseen, otherwise: self.says(facts))


LIST = "GET /api/v1/registries/<registry>/records"
# Each with the route by which it shows; the table asks all of them.
SEEDS = {
    _unmasked_columns: LIST,
    _unmasked_titles: LIST,
    _counting_unreached_rows: LIST,
    _searching_everywhere: LIST,
    _whole_history: "GET /api/v1/registries/<registry>/records/<id:record>/history",
    _titles_of_all: LIST,
    _every_field_exists: LIST,
    _no_exceptions: LIST,
    _forgetting_unseen_links: "PATCH /api/v1/registries/<registry>/records/<id:record>",
    _searching_links_that_are_hidden: LIST,
    _rules_that_know_what_is_hidden: "PATCH /api/v1/registries/<registry>/records/<id:record>",
}


@pytest.mark.timeout(1200)
def test_leaks_that_were_let_in_on_purpose_are_found(both: Twins) -> None:
    where = places(both.a)
    for seed, route in SEEDS.items():
        asks = ROUTES[route]
        assert not isinstance(asks, str)
        with pytest.MonkeyPatch.context() as patch:
            seed(patch)
            _forget_what_is_kept(both)
            with pytest.raises(Leak):
                for ask in asks(where):
                    both.ask(ask)
                pytest.fail(f"{seed.__name__} was not found")
        _forget_what_is_kept(both)


def _forget_what_is_kept(both: Twins) -> None:
    """An office keeps compiled sights of registries; what was kept before a leak must not hide it."""
    for world in (both.a, both.b):
        world.office.forget_layouts()
    both.forget()


RECORD_ROUTES = tuple(
    route for route in ROUTES if "<id:record>" in route or ("/<int:id>" in route and "/r/<registry>" in route)
)


def _shape(told: Told, record: int) -> tuple[int, str]:
    return told.status, re.sub(rf"(?<!\d)({record}|{MISSING})(?!\d)", "N", told.body)


@pytest.mark.timeout(900)
def test_what_is_foreign_answers_like_what_is_missing_and_stays_as_it_is(world: World) -> None:
    """Every route of records, for a person whom the reader does not see: as for an id that was never used."""
    where = places(world)
    before = world.tables()
    asked = 0
    for route in RECORD_ROUTES:
        method, _space, rule = route.partition(" ")
        for record in (where.closed, where.gone, where.crowd):
            foreign, missing = (world.ask(_filled(method, rule, each)) for each in (record, MISSING))
            assert _shape(foreign, record) == _shape(missing, record), route
            assert foreign.status in (404, 422) or "/imports/" in rule, (route, foreign)
            asked += 1
    assert asked >= 3 * 15
    assert changed(before, world.tables()) == {}


def _filled(method: str, rule: str, record: int) -> Ask:
    path = (
        rule.replace("<registry>", "persons")
        .replace("<id:record>", str(record))
        .replace("<int:id>", str(record))
    )
    path = path.replace("<field>", "name").replace("<other>", "firms").replace("<int:version>", "1")
    if method == "GET":
        return get(path)
    if path.startswith("/api/"):
        return Ask(method, path, body={"values": {"name": "x"}} if method == "PATCH" else None)
    return Ask(method, path, form=(("v.name", "x"),))


def _hidden_columns(world: World, record: int) -> list[Any]:
    with world.office.begin_system(write=False) as work:
        registry = work.catalog.registries["firms"]
        table = work.layout.table(registry)
        hidden = [
            each
            for each in registry.fields
            if each.section in ("finance", "hidden_a") or each.key in ("margin", "h_part_a")
        ]
        columns = [table.c[each.column] for each in hidden if not work.layout.kind(each).linking]
        row = work.connection.execute(select(*columns).where(table.c.id == record)).one()
        links = (
            select(LINKS)
            .where(LINKS.c.source == record, LINKS.c.field_id.in_([each.id for each in hidden]))
            .order_by(*LINKS.c)
        )
        return [*row, *work.connection.execute(links).all()]


def test_saving_leaves_everything_hidden_as_it_was_to_the_byte(world: World) -> None:
    where = places(world)
    path, api_path = f"/r/firms/{where.masked}", f"{API}/registries/firms/records/{where.masked}"
    before = _hidden_columns(world, where.masked)
    sheet = (
        ("file", (b"Code;City\nC1;Tabulka\n", "f.csv")),
        ("options", '{"key": "code", "mode": "upsert"}'),
    )
    for ask in (
        Ask(
            "POST",
            f"{path}/edit",
            form=(
                ("v.name", "Jiné jméno"),
                ("v.city", "Jinde"),
                ("v.turnover", ""),
                ("v.remark", ""),
                ("v.h_text_a", ""),
            ),
        ),
        Ask("POST", f"{path}/details/city", form=(("v.city", "Na místě"),)),
        Ask(
            "POST",
            "/r/firms/selection/change",
            form=(("ids", str(where.masked)), ("field", "city"), ("v.city", "Hromadně"), ("save", "1")),
        ),
        Ask("PATCH", api_path, body={"values": {"name": "Přes API", "contacts": []}}),
        Ask(
            "POST",
            f"{API}/registries/firms/records/batch",
            body={"update": [{"id": where.masked, "values": {"city": "Dávka"}}]},
        ),
        Ask("POST", f"{API}/registries/firms/imports", form=sheet),
        Ask("POST", f"{api_path}/restore", body={"version": 1}),
    ):
        told = world.ask(ask)
        assert told.status < 400, (ask, told)
        Worker(world.office).run_once()
        assert _hidden_columns(world, where.masked) == before, ask


SMUGGLED = (
    "id",
    "_version",
    "_title",
    "_created_by",
    "_chain",
    "_removed_at",
    "version",
    "created_by",
    "created_at",
    "registry",
    "h_text_a",
)


def test_what_is_nobodys_to_set_cannot_be_set(world: World) -> None:
    where = places(world)
    before = world.tables()
    for name in SMUGGLED:
        for path, method, body in (
            (f"{API}/registries/firms/records", "POST", {"values": {"name": "x", name: 5}}),
            (f"{API}/registries/firms/records/{where.shown}", "PATCH", {"values": {name: 5}}),
            (f"{API}/registries/firms/records/{where.shown}", "PATCH", {"values": {}, f"x_{name}": 5}),
        ):
            assert world.ask(Ask(method, path, body=body)).status == 422, (name, path)
    for body in (
        {"roles": ["admin"]},
        {"powers": ["design"]},
        {"id": 1},
        {"active": False},
        {"email": "x@y.example"},
        {"identity": {"registry": "firms", "id": 1}},
    ):
        assert world.ask(Ask("PATCH", f"{API}/me", body=body)).status == 422, body
    assert changed(before, world.tables()) == {}


PUBLIC = {
    "GET /",
    "GET /healthz",
    "GET /readyz",
    "GET /static/<path:filename>",
    "GET /sign-in",
    "POST /sign-in",
    "POST /sign-out",
    "GET /forgotten",
    "POST /forgotten",
    "GET /invitation/<key>",
    "POST /invitation/<key>",
    "GET /new-password/<key>",
    "POST /new-password/<key>",
    "GET /sign-in/code",
    "GET /tasks/feed/<key>.ics",
    "GET /api/v1/watchdogs/unsubscribe/<key>",
    "POST /api/v1/watchdogs/unsubscribe/<key>",
    "GET /watchdogs/unsubscribe/<key>",
    "GET /shared/<key>",
    "GET /shared/<key>/content",
    "POST /watchdogs/unsubscribe/<key>",
    "POST /sign-in/code",
    "GET /language/<language>",
    "GET /identity/<colour>.css",
    "GET /identity/<hashed>",
    "GET /portal/sign-in",
    "POST /portal/sign-in",
    "POST /portal/sign-out",
    "GET /portal/forgotten",
    "POST /portal/forgotten",
    "GET /portal/link",
    "POST /portal/link",
    "GET /portal/link/<key>",
    "POST /portal/link/<key>",
    "GET /portal/new-password/<key>",
    "POST /portal/new-password/<key>",
    "GET /portal/invitation/<key>",
    "POST /portal/invitation/<key>",
    "GET /api/v1/openapi.json",
    "GET /api/v1/docs",
}


# Where somebody is sent who has not signed in: colleagues, and people from outside.
DOORS = ("/sign-in", "/portal/sign-in")


def test_without_signing_in_nothing_opens_that_was_not_declared_public(office: Office) -> None:
    app = create_app(office=office)
    client = app.test_client()
    app.config["WTF_CSRF_ENABLED"] = (
        False  # so that the question of who is asking decides, not the missing token
    )
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            route = f"{method} {rule.rule}"
            path = re.sub(r"<any\((\w+)[^>]*>", r"\1", rule.rule)
            path = re.sub(r"<[^>]*(?:id|int)[^>]*:[^>]+>|<int:[^>]+>", "1", path)
            answer = client.open(re.sub(r"<[^>]+>", "x", path), method=method)
            if route in PUBLIC:
                assert answer.status_code != 401, route
            else:
                refused = answer.status_code == 401 or (
                    answer.status_code == 303 and answer.location.startswith(DOORS)
                )
                assert refused, f"{route}: {answer.status} {answer.location}"
                assert not answer.get_data() or len(answer.get_data()) < 1000
    assert routes_of(app) >= PUBLIC

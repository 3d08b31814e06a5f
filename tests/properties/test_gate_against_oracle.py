"""The gate answers what a plain-Python oracle answers, for random roles, grants, row rules, filters and orders."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from kartoteka.field_types.locale import Locale
from kartoteka.platform.access.actor import Actor
from kartoteka.platform.access.gate import Failure, Gate, OpenRegistry, Selection
from kartoteka.platform.access.reshaping import Reshaping, searchable_text
from kartoteka.platform.access.seen import Sight
from kartoteka.platform.catalog.definitions import Catalog, Field, Grant, Role
from kartoteka.platform.catalog.filters import parse
from kartoteka.platform.kernel.errors import Invalid, NotFound
from kartoteka.platform.services.office import Office
from kartoteka.platform.storage.history import Stamp
from kartoteka.platform.storage.index import words
from tests.properties.oracle import SECTION, Oracle
from tests.properties.world import NAMES, World, build

# Without the explaining phase, which traces every line of SQLAlchemy.
QUICK = (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)
NOW = datetime(2026, 11, 22, tzinfo=UTC)
AMOUNTS = st.sampled_from(["-3.00", "0.10", "1.10", "2.20", "5.30", "7.00"])
DAYS = st.sampled_from(["2024-02-27", "2024-02-29", "2024-03-02", "2024-03-06"])
TEXTS = st.sampled_from(["al", "ca", "Č", "dub 1", "R", "ž", "pozn 2"])


def _leaf(key: str, op: str, value: st.SearchStrategy[Any] | None) -> st.SearchStrategy[dict[str, Any]]:
    plain = {"field": key, "op": op}
    return st.just(plain) if value is None else value.map(lambda each: {**plain, "value": each})


def leaves(registry: str, ids: st.SearchStrategy[int]) -> st.SearchStrategy[dict[str, Any]]:
    """Comparisons over every field of a registry with every operator that fits it."""
    ordered = ("eq", "ne", "lt", "lte", "gt", "gte")
    found = [_leaf(key, op, None) for key in SECTION[registry] for op in ("is_empty", "not_empty")]
    if registry == "firms":
        found += [_leaf("rating", op, st.integers(0, 3)) for op in ordered]
        return st.one_of(
            [
                *found,
                _leaf("city", "eq", st.sampled_from(["Praha", "Brno"])),
                _leaf("name", "contains", st.just("a 3")),
            ]
        )
    found += [_leaf("amount", op, AMOUNTS) for op in ordered] + [_leaf("day", op, DAYS) for op in ordered]
    found += [
        _leaf("amount", "between", st.tuples(AMOUNTS, AMOUNTS).map(list)),
        _leaf("name", "contains", TEXTS),
    ]
    found += [
        _leaf("name", "starts_with", TEXTS),
        _leaf("note", "contains", TEXTS),
        _leaf("tags", "contains", st.sampled_from("xyz")),
    ]
    found += [_leaf("name", op, st.sampled_from([name for name in NAMES if name])) for op in ("eq", "ne")]
    found += [
        _leaf("stage", op, st.lists(st.sampled_from(["lead", "won"]), max_size=2)) for op in ("in", "not_in")
    ]
    found += [_leaf(key, op, ids) for key in ("firm", "more") for op in ("eq", "ne")] + [
        _leaf("done", "eq", st.booleans())
    ]
    found += [_leaf("firm.rating", op, st.integers(0, 3)) for op in ("eq", "gte", "ne")]
    found += [
        _leaf("more.city", "eq", st.sampled_from(["Praha", "Brno"])),
        _leaf("firm.rating", "is_empty", None),
    ]
    return st.one_of(found)


def trees(registry: str, ids: st.SearchStrategy[int]) -> st.SearchStrategy[dict[str, Any]]:
    """Filters of some depth."""
    return st.recursive(
        leaves(registry, ids),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3).map(lambda parts: {"and": parts}),
            st.lists(inner, max_size=3).map(lambda parts: {"or": parts}),
            inner.map(lambda part: {"not": part}),
        ),
        max_leaves=5,
    )


@st.composite
def grants(draw: st.DrawFn, registry: str, ids: st.SearchStrategy[int]) -> Grant:
    """A grant: sections, exceptions of fields and rows at random, sometimes without the right to view."""
    sections = draw(st.sets(st.sampled_from(sorted(set(SECTION[registry].values())))))
    rows = draw(st.none() | trees(registry, ids))
    rights = draw(st.sampled_from([frozenset({"view"}), frozenset({"view", "edit"}), frozenset({"edit"})]))
    levels = {section: draw(st.sampled_from(["read", "edit"])) for section in sorted(sections)}
    stricter = st.dictionaries(
        st.sampled_from(sorted(SECTION[registry])), st.sampled_from(["hidden", "read"]), max_size=3
    )
    return Grant(rights, levels, rows, draw(stricter))


@st.composite
def roles(draw: st.DrawFn) -> list[Role]:
    """One to three roles; a role may have no grant in a registry."""
    ids = st.integers(1, 9)
    made = []
    for number in range(draw(st.integers(1, 3))):
        mine = {}
        for registry in ("deals", "firms"):
            if draw(st.integers(0, 4)):
                mine[registry] = draw(grants(registry, ids))
        made.append(Role(number + 10, f"role{number}", "", grants=mine))
    return made


@pytest.fixture
def world(office: Office) -> World:
    """The world on each database."""
    return build(office)


def _gate(world: World, held: list[Role], connection: Any) -> Gate:
    actor = Actor(1, "", "", tuple(held), None, Locale())
    # Without what is kept for real roles: these differ under the same ids.
    layout = replace(world.office.layout(world.catalog), sights={})
    sight = Sight(actor, _catalog(world, held), layout, connection.dialect.name, NOW)
    return Gate(sight, connection, Stamp(NOW, 1, "web", None), lambda event: None, Failure())


def _catalog(world: World, held: list[Role]) -> Catalog:
    return replace(world.catalog, roles={role.key: role for role in held})


def _oracle(world: World, held: list[Role]) -> Oracle:
    keys = ("deals", "firms")
    return Oracle(world, {key: [role.grants[key] for role in held if key in role.grants] for key in keys})


def _named(tree: Any) -> set[str]:
    if "field" in tree:
        return {tree["field"]}
    parts = tree.get("and", tree.get("or", [tree.get("not")]))
    return set().union(*(_named(part) for part in parts)) if parts else set()


def _askable(oracle: Oracle, name: str) -> bool:
    head, _dot, rest = name.partition(".")
    if not oracle.exists("deals", head):
        return False
    return not rest or (
        bool([g for g in oracle.grants["firms"] if "view" in g.rights]) and oracle.exists("firms", rest)
    )


def _all(opened: OpenRegistry, selection: Selection) -> list[Any]:
    found, cursor = [], None
    while True:
        page, cursor = opened.page(Selection(selection.condition, "", selection.sort, None, 5, cursor))
        found += page
        if cursor is None:
            return found


@pytest.mark.timeout(600)
@settings(max_examples=150, deadline=None, phases=QUICK)
@given(data=st.data())
def test_the_gate_shows_what_the_oracle_shows(world: World, data: st.DataObject) -> None:
    held = data.draw(roles())
    tree = data.draw(st.none() | trees("deals", st.integers(1, 9)))
    oracle = _oracle(world, held)
    with world.office.engine.connect() as connection:
        gate = _gate(world, held, connection)
        if not any("view" in grant.rights for grant in oracle.grants["deals"]):
            with pytest.raises(NotFound):
                gate.open("deals")
            return
        opened = gate.open("deals")
        selection = Selection(parse(tree) if tree else None)

        if tree and not all(_askable(oracle, name) for name in _named(tree)):
            with pytest.raises(Invalid, match="There is no field"):
                opened.count(selection)
            return
        rows = _all(opened, selection)
        expected = [
            record for record in world.rows["deals"]
            if oracle.visible("deals", record) and (not tree or oracle.holds("deals", record, tree))
        ]  # fmt: skip

        assert [row.id for row in rows] == expected
        assert opened.count(selection) == len(expected)
        for row in rows:
            alone = opened.one(row.id)
            assert alone.values == row.values
            written = {each.key for each in opened.fields if alone.writes(each)}
            assert written == {key for key in SECTION["deals"] if oracle.writable("deals", row.id, key)}
            _assert_values(gate, oracle, row)


def _assert_values(gate: Gate, oracle: Oracle, row: Any) -> None:
    visible_firms = gate.titles({"firms": range(1, 9)})
    for key in SECTION["deals"]:
        existing = key in row.values or key in row.links
        assert existing == oracle.exists("deals", key)
        if not existing:
            continue
        expected = oracle.value("deals", row.id, key, trusted=False)
        if key in row.links:
            assert tuple(each for each in row.links[key] if ("firms", each) in visible_firms) == expected
        else:
            assert _plain(row.values[key]) == _plain(expected)
    shown = oracle.shown("deals", row.id, "name")
    assert row.title == ((oracle.raw("deals", row.id, "name") or "") if shown else None)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple | list) else value


@pytest.mark.timeout(600)
@settings(max_examples=40, deadline=None, phases=QUICK)
@given(data=st.data())
def test_words_are_found_in_what_may_be_read_and_nowhere_else(world: World, data: st.DataObject) -> None:
    held = data.draw(roles())
    asked = data.draw(
        st.sampled_from(["al", "cap", "pozn", "pozn 2", "won", "dub 1", "lead alfa", "x", "hora"])
    )
    oracle = _oracle(world, held)
    if not any("view" in grant.rights for grant in oracle.grants["deals"]):
        return
    with world.office.engine.connect() as connection:
        gate = _gate(world, held, connection)
        registry, layout = world.registry("deals"), gate.sight.layout
        Reshaping(connection, world.catalog, gate.sight.catalog, layout, layout).reindex(registry)
        found = gate.open("deals").ids(Selection(q=asked), 100)

        def told(record: int) -> list[str]:
            shown = [each for each in registry.fields if oracle.shown("deals", record, each.key)]
            return [word for each in shown for word in words(_searched(world, gate, each, record))]

        assert found == [
            record for record in world.rows["deals"]
            if oracle.visible("deals", record)
            and all(any(each.startswith(word) for each in told(record)) for word in words(asked))
        ]  # fmt: skip
        connection.rollback()


def _searched(world: World, gate: Gate, each: Field, record: int) -> str:
    kind, value = gate.sight.layout.kind(each), world.rows["deals"][record].get(each.key)
    return searchable_text(kind, kind.schema.deserialize(value)) if value and kind.type.searchable else ""


@pytest.mark.timeout(600)
@settings(max_examples=50, deadline=None, phases=QUICK)
@given(data=st.data())
def test_every_order_pages_to_the_same_rows_without_gaps(world: World, data: st.DataObject) -> None:
    held = data.draw(roles())
    names = data.draw(
        st.lists(
            st.sampled_from([*sorted(SECTION["deals"]), "title", "created_at"]),
            min_size=1,
            max_size=3,
            unique=True,
        )
    )
    order = ",".join(data.draw(st.sampled_from(["", "-"])) + name for name in names)
    with world.office.engine.connect() as connection:
        gate = _gate(world, held, connection)
        oracle = _oracle(world, held)
        if not any("view" in grant.rights for grant in oracle.grants["deals"]):
            return
        opened = gate.open("deals")
        hidden = [name for name in names if name in SECTION["deals"] and not oracle.exists("deals", name)]
        wrong = next((name for name in names if name in (*hidden, "tags")), None)
        if wrong is not None:
            refusal = "There is no field" if wrong in hidden else "Records cannot be ordered by"
            with pytest.raises(Invalid, match=refusal):
                opened.page(Selection(sort=order))
            return
        paged = [row.id for row in _all(opened, Selection(sort=order))]
        whole = [row.id for row in opened.page(Selection(sort=order, size=200))[0]]

        assert paged == whole
        assert sorted(paged) == [record for record in world.rows["deals"] if oracle.visible("deals", record)]
        if names[0] in ("amount", "day"):
            seen = [oracle.value("deals", record, names[0], trusted=False) for record in whole]
            filled = [value for value in seen if value is not None]
            assert filled == sorted(filled, reverse=order.startswith("-"))
            assert all(value is None for value in seen[len(filled) :])


def test_names_are_in_czech_order_on_both_databases(world: World) -> None:
    with world.office.begin_system(write=False) as work:
        rows, _cursor = work.open("deals").page(Selection(sort="name", size=200))
        names = list(dict.fromkeys(row.values["name"] for row in rows if row.values["name"]))

    assert names == [
        "alfa",
        "Alfa",
        "Cibule",
        "Čapek",
        "Dub 10",
        "Dub 9",
        "Hora",
        "Chalupa",
        "Ivan",
        "Ñandú",
        "Řeka",
        "říp",
        "Žába",
    ]


def test_an_actor_without_roles_has_no_registry(world: World) -> None:
    with world.office.engine.connect() as connection, pytest.raises(NotFound):
        _gate(world, [], connection).open("deals")


def test_a_rule_about_an_identity_that_nobody_has_selects_nothing(world: World) -> None:
    rule = {"not": {"field": "firm", "op": "eq", "value": {"var": "identity"}}}
    role = Role(10, "portal", "", grants={"deals": Grant(frozenset({"view"}), {"a": "read"}, rule)})
    with world.office.engine.connect() as connection:
        assert _gate(world, [role], connection).open("deals").count(Selection()) == 0
        assert connection.execute(select(1)).scalar() == 1

"""Who covers a role: against an oracle that asks for every single thing that the role allows."""

from itertools import product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kartoteka.field_types.locale import Locale
from kartoteka.platform.access.actor import Actor
from kartoteka.platform.catalog.definitions import (
    POWERS,
    RIGHTS,
    Catalog,
    Field,
    Grant,
    Registry,
    Role,
    Section,
)
from kartoteka.platform.services.standing import covers

ROWS: list[Any] = [
    None,
    {"field": "city", "op": "eq", "value": "Brno"},
    {"field": "owner", "op": "eq", "value": {"var": "me"}},
    {"and": [{"field": "company", "op": "eq", "value": {"var": "identity.company"}}]},
]
grants = st.builds(
    Grant,
    st.frozensets(st.sampled_from(RIGHTS[:3])),
    st.dictionaries(st.sampled_from(["basic", "finance"]), st.sampled_from(["read", "edit"])),
    st.sampled_from(ROWS),
    st.dictionaries(st.sampled_from(["in_basic", "in_finance"]), st.sampled_from(["hidden", "read"])),
)
roles = st.builds(
    Role,
    st.integers(1, 10**6),
    st.just("x") | st.just("y"),
    st.just("X"),
    st.frozensets(st.sampled_from(POWERS)),
    st.dictionaries(st.sampled_from(["companies", "deals"]), grants, max_size=2),
)


def actor(held: list[Role]) -> Actor:
    return Actor(1, "A", "a@b.cz", tuple(held), None, Locale())


def registry(key: str) -> Registry:
    """Two sections, with a field in each of which roles may make an exception."""
    sections = tuple(Section(n, each, each) for n, each in enumerate(("basic", "finance"), 1))
    fields = tuple(Field(n, f"in_{each.key}", "", "text", each.key) for n, each in enumerate(sections, 3))
    return Registry(9, key, key, sections=sections, fields=fields)


def catalog(*known: Role) -> Catalog:
    """A design with these roles."""
    registries = {key: registry(key) for key in ("companies", "deals")}
    return Catalog(1, registries, {f"{n}": each for n, each in enumerate(known)})


def allowed(role: Role) -> set[tuple[Any, ...]]:
    """All single things that a role allows, each with the rows it allows them on."""
    things: set[tuple[Any, ...]] = {("power", power) for power in role.powers}
    for registry, grant in role.grants.items():
        rows = ROWS.index(grant.rows)
        things |= {("right", registry, right, rows) for right in grant.rights}
        for section, level in grant.sections.items():
            levels = ["read", "edit"] if level == "edit" else ["read"]
            things |= {("section", registry, section, each, rows) for each in levels}
            exception = grant.fields.get(f"in_{section}")
            kept = {"hidden": [], "read": ["read"]}.get(exception or "", levels)
            things |= {("field", registry, section, each, rows) for each in kept}
    return things


def has(held: list[Role], thing: tuple[Any, ...]) -> bool:
    everything = set().union(*map(allowed, held))
    if thing[0] == "power":
        return thing in everything
    rows = thing[-1]
    identity_bound = rows == 3
    return (*thing[:-1], 0) in everything or (not identity_bound and thing in everything)


@given(st.lists(roles, max_size=3), roles)
def test_covers_is_having_every_single_thing(held: list[Role], role: Role) -> None:
    known = catalog(*held, role)
    assert covers(actor(held), role, known) == all(has(held, thing) for thing in allowed(role))


@given(roles)
def test_only_an_admin_covers_admin(role: Role) -> None:
    admin = Role(1, "admin", "Administrator", frozenset(POWERS))
    known = catalog(admin, role)
    assert covers(actor([admin]), role, known)
    everything = {registry: Grant(frozenset(RIGHTS), {"basic": "edit", "finance": "edit"}) for registry in
                  ("companies", "deals")}  # fmt: skip
    mighty = Role(2, "mighty", "Mighty", frozenset(POWERS), everything)
    assert covers(actor([mighty]), role, known)
    assert not covers(actor([mighty]), admin, known)
    assert covers(actor([admin]), admin, known)


def test_rights_and_sections_of_two_roles_add_up_where_they_reach_the_same_rows() -> None:
    for first, second in product(ROWS[:3], repeat=2):
        viewer = Role(1, "x", "X", grants={"deals": Grant(frozenset({"view"}), {"basic": "edit"}, first)})
        editor = Role(2, "y", "Y", grants={"deals": Grant(frozenset({"edit"}), {}, second)})
        wanted = Role(
            3, "z", "Z", grants={"deals": Grant(frozenset({"view", "edit"}), {"basic": "edit"}, ROWS[1])}
        )
        reach = {None if each is None else each["field"] for each in (first, second)}
        assert covers(actor([viewer, editor]), wanted, catalog(viewer, editor, wanted)) == (
            reach <= {None, "city"}
        )

"""A conditional rule judged in Python finds what the same filter finds in SQL, on each database."""

from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from kartoteka.platform.access.conduct import Known
from kartoteka.platform.catalog.conditions import Asker, Facts, judgement
from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.services import modelling, records
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.records import Query

QUICK = (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
# One key lies within another, and the names are in a different order from the keys.
CHOICES = {"choices": [{"key": key, "name": key.upper()} for key in ("win", "wi", "lead", "n")]}
OTHERS = {"key": "others", "name": "Others", "sections": [
    {"key": "a", "name": "A", "fields": [{"key": "name", "name": "Name", "type": "text"}]}]}  # fmt: skip
FIELDS: dict[str, tuple[str, dict[str, Any]]] = {
    "text": ("text", {}),
    "long": ("long_text", {}),
    "whole": ("integer", {}),
    "number": ("decimal", {}),
    "price": ("money", {}),
    "part": ("percent", {}),
    "yes": ("boolean", {}),
    "day": ("date", {}),
    "moment": ("datetime", {"timezone": "Asia/Tokyo"}),
    "state": ("choice", CHOICES),
    "marks": ("multi_choice", CHOICES),
    "mail": ("email", {}),
    "code": ("ico", {}),
    "one": ("relation", {"target": "others"}),
    "many": ("relation", {"target": "others", "many": True}),
    "who": ("user", {"many": True}),
}
WORDS = ("alfa", "Alfa", "čáp", "Čapek", "chalupa", "hora", "Ivan", "Žába", "ñandú", "z 10", "z 9", "100 %")
NUMBERS = ("-3", "0", "1.10", "1.1", "2.5", "1000000.25")
DAYS = ("2024-02-29", "2026-11-21", "2026-11-22", "2026-12-22")
MOMENTS = ("2026-11-21T23:30:00Z", "2026-11-22T00:00:00+01:00", "2026-11-22T12:00:00Z")
TODAY = tuple({"var": "today", "days": days} for days in (-1, 0, 30))
VALUES: dict[str, tuple[Any, ...]] = {
    "text": WORDS, "long": WORDS, "whole": (-3, 0, 1, 7), "number": NUMBERS, "price": NUMBERS[:3], "part": NUMBERS[:5],
    "yes": (True, False), "day": (*DAYS, *TODAY), "moment": (*MOMENTS, *TODAY), "state": ("win", "wi", "lead", "n"),
    "marks": ("win", "wi", "n"), "mail": ("jan@firma.example", "JAN@firma.example"), "code": ("27082440", "00006947"),
    "one": (1, 2, 3), "many": (1, 2, 3), "who": (1, 2, {"var": "me"}), "category": ("a", "b"),
}  # fmt: skip
ORDERED = ("lt", "lte", "gt", "gte")
LINKED = ("one", "many", "who")


def _operators(name: str) -> tuple[str, ...]:
    every = ("eq", "ne", "is_empty", "not_empty", "in", "not_in")
    if name in ("whole", "number", "price", "part", "day", "moment"):
        return (*every, *ORDERED, "between")
    if name in ("text", "long", "mail", "code"):
        return (*every, "contains", "starts_with")
    return (*every, "contains") if name == "marks" else every


@st.composite
def comparisons(draw: st.DrawFn) -> dict[str, Any]:
    """One comparison of any field with any operator that fits it, now and then with one that does not."""
    name = draw(st.sampled_from(sorted(VALUES)))
    operator = draw(st.sampled_from(_operators(name)))
    values = st.sampled_from(VALUES[name])
    if operator in ("contains", "starts_with") and name != "marks":
        values = st.sampled_from(("", "A", "ca", "CH", "z 1", "@", "ž", "270"))
    found: dict[str, Any] = {"field": name, "op": operator}
    if operator in ("in", "not_in"):
        return {**found, "value": draw(st.lists(values, max_size=3))}
    if operator == "between":
        return {**found, "value": [draw(values), draw(values)]}
    if operator in ("eq", "ne") and draw(st.integers(0, 9)) == 0:
        return {**found, "value": None}
    if operator == "eq" and name in (*LINKED, "marks") and draw(st.booleans()) and name != "one":
        return {
            **found,
            "value": draw(st.lists(values.filter(lambda each: not isinstance(each, dict)), min_size=1)),
        }
    return found if operator.endswith("empty") else {**found, "value": draw(values)}


def rules() -> st.SearchStrategy[dict[str, Any]]:
    """Filters of some depth."""
    return st.recursive(
        comparisons(),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3).map(lambda parts: {"and": parts}),
            st.lists(inner, max_size=3).map(lambda parts: {"or": parts}),
            inner.map(lambda part: {"not": part}),
        ),
        max_leaves=5,
    )


def _random_value(name: str, others: list[int], random: Random) -> Any:
    if random.random() < 0.3:
        return None
    if name in ("one", "many"):
        return [random.choice(others)] if name == "one" else random.sample(others, random.randint(1, 3))
    if name == "marks":
        return random.sample(VALUES["marks"], random.randint(1, 3))
    plain = [each for each in VALUES[name] if not isinstance(each, dict)]
    return random.choice(plain)


@pytest.fixture
def world(office: Office) -> Office:
    """Sixty records with all kinds of values; one of the records that they point at is in the recycle bin."""
    fields = [
        {"key": key, "name": key, "type": kind, "options": options} for key, (kind, options) in FIELDS.items()
    ]
    things = {"key": "things", "name": "Things", "sections": [{"key": "a", "name": "A", "fields": fields}],
              "categories": [{"key": "a", "name": "A"}, {"key": "b", "name": "B"}]}  # fmt: skip
    with office.begin_system(design=True) as work:
        modelling.create_registry(work, OTHERS)
        modelling.create_registry(work, things)
    random = Random(20261122)
    with office.begin_system(write=True) as work:
        others = [records.create(work, "others", {"name": str(n)}).id for n in range(3)]
        for _number in range(60):
            values = {name: _random_value(name, others, random) for name in FIELDS if name != "who"}
            values["who"] = random.choice([None, [work.actor.user_id]])
            records.create(work, "things", values, category=random.choice([None, "a", "b"]))
        records.remove(work, "others", others[2])
    return office


@pytest.mark.timeout(600)
@settings(max_examples=120, deadline=None, phases=QUICK)
@given(rule=rules())
def test_a_rule_finds_what_the_filter_finds(world: Office, rule: dict[str, Any]) -> None:
    with world.begin_system(write=False) as work:
        registry, opened = work.catalog.registries["things"], work.open("things")
        sight = work.gate.sight
        asker = Asker(work.actor.user_id, sight.today, work.actor.locale.timezone)
        try:
            found = {
                each.id for each in records.browse(work, "things", Query(filter=rule, page_size=100)).items
            }
        except Invalid:
            with pytest.raises(Invalid):
                judgement(registry, rule, opened.kind)
            return
        holds = judgement(registry, rule, opened.kind)
        every = records.browse(work, "things", Query(page_size=100)).items
        known: dict[int, Known] = {each.id: records.known_of(each) for each in every}
        judged = {key for key, each in known.items() if holds(Facts(each.values, each.category, asker))}

    assert len(every) == 60
    assert judged == found

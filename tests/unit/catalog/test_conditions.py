"""Rules as data: what they name, when they rest, in which order they are asked, and what no rule may do."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from kartoteka.field_types import builtin
from kartoteka.platform.catalog import conditions
from kartoteka.platform.catalog.conditions import Asker, Facts, Unanswerable
from kartoteka.platform.catalog.definitions import Category, Field, Filter, Registry, Section
from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.storage.layout import Kind, kind_of

TYPES = builtin()
ASKER = Asker(7, date(2026, 11, 22), "Europe/Prague")
SECTIONS = (Section(1, "a", "A"), Section(2, "b", "B"))


def filled(key: str) -> Filter:
    return {"field": key, "op": "not_empty"}


def field(number: int, key: str, type: str = "text", section: str = "a", **more: Any) -> Field:
    return Field(number, key, key.upper(), type, section, column=key, **more)


def registry(*fields: Field, sections: tuple[Section, ...] = SECTIONS) -> Registry:
    return Registry(
        1, "things", "Things", categories=(Category(1, "big", "Big"),), sections=sections, fields=fields
    )


def kinds(each: Field) -> Kind:
    return kind_of(each, TYPES)


def holds(of: Registry, rule: Filter, of_category: str | None = None, **values: Any) -> bool:
    return conditions.judgement(of, rule, kinds)(Facts(values, of_category, ASKER))


def test_fields_are_asked_after_those_that_decide_about_them() -> None:
    last = field(1, "last", when={"visible": filled("middle")})
    middle = field(2, "middle", section="b")
    first = field(3, "first")
    ruled = replace(SECTIONS[1], when={"visible": filled("first")})
    found = conditions.in_order(registry(last, middle, first, sections=(SECTIONS[0], ruled)))
    assert [each.key for each in found] == ["first", "middle", "last"]


def test_a_circle_is_found_however_long_it_is() -> None:
    names = ("a1", "a2", "a3")
    ring = [field(n, key, when={"visible": filled(names[(n + 1) % 3])}) for n, key in enumerate(names)]
    beside = field(9, "beside", when={"visible": filled("a1")})
    assert [each.key for each in conditions.circles(registry(*ring, beside))] == list(names)
    assert list(conditions.circles(registry(field(1, "a1"), *ring[1:2], beside))) == []


def test_a_rule_rests_with_what_it_names() -> None:
    rule = {"or": [filled("x"), {"field": "category", "op": "eq", "value": "big"}]}
    assert not conditions.rests(registry(field(1, "x")), rule)
    assert conditions.rests(registry(field(1, "x", active=False)), rule)
    off = (replace(SECTIONS[0], active=False), SECTIONS[1])
    assert conditions.rests(registry(field(1, "x"), sections=off), rule)
    assert conditions.rests(registry(), rule)


def test_variables_stand_for_who_asks_and_for_his_day() -> None:
    things = registry(field(1, "who", "user"), field(2, "day", "date"), field(3, "at", "datetime"))
    assert holds(things, {"field": "who", "op": "in", "value": [{"var": "me"}]}, who=(3, 7))
    assert not holds(things, {"field": "who", "op": "eq", "value": {"var": "me"}}, who=(3,))
    soon = {"field": "day", "op": "between", "value": [{"var": "today"}, {"var": "today", "days": 30}]}
    assert holds(things, soon, day=date(2026, 12, 22)) and not holds(things, soon, day=date(2026, 12, 23))
    assert not holds(things, soon)


def test_a_day_that_the_field_cannot_hold_answers_nothing() -> None:
    things = registry(field(1, "day", "date", options={"max": "2026-12-01"}))
    with pytest.raises(Unanswerable):
        holds(
            things, {"field": "day", "op": "lt", "value": {"var": "today", "days": 30}}, day=date(2026, 1, 1)
        )


def test_one_choice_within_another_is_not_that_one() -> None:
    options = {"choices": [{"key": "lead", "name": "Lead"}, {"key": "leader", "name": "Leader"}]}
    things = registry(field(1, "marks", "multi_choice", options=options))
    assert not holds(things, {"field": "marks", "op": "contains", "value": "lead"}, marks=("leader",))
    assert holds(things, {"field": "marks", "op": "contains", "value": "Lead"}, marks=("leader", "lead"))


def test_texts_are_found_without_accents_and_told_apart_with_them() -> None:
    things = registry(field(1, "name"))
    assert holds(things, {"field": "name", "op": "starts_with", "value": "cap"}, name="Čáp")
    assert not holds(things, {"field": "name", "op": "eq", "value": "Cap"}, name="Čáp")
    assert holds(things, {"field": "name", "op": "ne", "value": "Cap"})


def test_a_category_is_one_that_there_is() -> None:
    rule = {"field": "category", "op": "in", "value": ["big"]}
    assert holds(registry(), rule, "big") and not holds(registry(), rule)
    with pytest.raises(Invalid, match="There is no category “huge”"):
        holds(registry(), {"field": "category", "op": "ne", "value": "huge"})
    # A field of this key is meant before the category of the record.
    own = registry(field(1, "category"))
    assert holds(own, {"field": "category", "op": "eq", "value": "huge"}, "big", category="huge")


def test_what_is_known_only_after_saving_cannot_be_asked_about() -> None:
    things = registry(field(1, "number", "autonumber"))
    for name in ("number", "id", "title", "created_at"):
        with pytest.raises(Invalid, match="known only after saving"):
            holds(things, filled(name))

"""Sample records of every ready-made registry: believable, in both languages, and accepted by their own fields."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from kartoteka import field_types
from kartoteka.registries import KEYS, fields, samples, template

TYPES = field_types.builtin()
TODAY = date(2026, 11, 22)
REFERENCE = re.compile(r"->([a-z]+):(\d+)")
LINKING = ("relation", "user", "file")

every_template = pytest.mark.parametrize("key", KEYS)
every_language = pytest.mark.parametrize("language", ["en", "cs"])


def valued(key: str, language: str) -> Iterator[tuple[int, dict[str, Any], Any]]:
    by_key = {field["key"]: field for field in fields(template(key))}
    for place, sample in enumerate(samples(key, language, TODAY)):
        for name, value in sample["values"].items():
            yield place, by_key[name], value


def references(value: Any) -> list[tuple[str, int]]:
    values = value if isinstance(value, list) else [value]
    return [(found[1], int(found[2])) for each in values if (found := REFERENCE.fullmatch(str(each)))]


@every_template
@every_language
def test_values_are_accepted_by_their_fields(key: str, language: str) -> None:
    for place, field, value in valued(key, language):
        if field["type"] in LINKING:
            continue
        kind = TYPES[field["type"]]
        read = kind.schema(kind.options(field.get("options", {}))).deserialize(value)
        assert read not in (None, "", ()), (place, field["key"])


@every_template
def test_there_are_enough_and_not_too_many_in_categories_that_exist(key: str) -> None:
    told = samples(key, "en", TODAY)
    assert 6 <= len(told) <= 12
    known = {category["key"] for category in template(key)["categories"]}
    assert {sample["category"] for sample in told} <= known


@every_template
def test_required_fields_are_filled_in_and_fields_belong_to_the_category(key: str) -> None:
    definition = template(key)
    for sample in samples(key, "en", TODAY):
        for section in definition["sections"]:
            for field in section["fields"]:
                for thing in (section, field):
                    if field["key"] in sample["values"] and thing.get("categories"):
                        assert sample["category"] in thing["categories"], (sample["values"], field["key"])
                assert not field.get("required") or field["key"] in sample["values"]


@every_template
def test_unique_values_are_there_once(key: str) -> None:
    seen: dict[str, list[Any]] = {}
    for _place, field, value in valued(key, "cs"):
        if field.get("unique"):
            seen.setdefault(field["key"], []).append(value)
    assert {name: values for name, values in seen.items() if len(set(values)) < len(values)} == {}


@every_template
def test_references_lead_to_samples_made_before(key: str) -> None:
    for place, field, value in valued(key, "en"):
        if field["type"] != "relation":
            continue
        found = references(value)
        assert found, (field["key"], value)
        for target, there in found:
            assert target == field["options"]["target"], field["key"]
            assert there < (place if target == key else len(samples(target, "en", TODAY))), (
                field["key"],
                value,
            )
            assert KEYS.index(target) <= KEYS.index(key)


@every_template
def test_both_languages_tell_the_same_and_speak_differently(key: str) -> None:
    english, czech = samples(key, "en", TODAY), samples(key, "cs", TODAY)
    assert [each["values"].keys() for each in english] == [each["values"].keys() for each in czech]
    assert english != czech
    assert samples(key, "de", TODAY) == english


@every_template
def test_nothing_points_at_a_living_subject(key: str) -> None:
    for _place, field, value in valued(key, "cs"):
        if field["type"] in ("email", "url"):
            assert re.search(r"\.example(/|$)", value), value
        if field["type"] == "phone":
            assert " 000 " in value, value
        if field["type"] == "ico":
            assert value.startswith("395"), value


def test_days_go_with_the_day_of_making() -> None:
    (first, *_rest) = samples("contracts", "en", TODAY)
    assert first["values"]["valid_to"] == "2028-03-01"
    assert samples("requests", "en", TODAY)[0]["values"]["came_at"] == "2026-11-20T08:15:00"


def test_an_unknown_template_has_no_samples() -> None:
    with pytest.raises(KeyError):
        samples("nothing", "en", TODAY)

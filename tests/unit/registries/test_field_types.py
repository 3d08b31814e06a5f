"""Ready-made registries and the invented firm speak the language of the field types."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from kartoteka.field_types import builtin
from kartoteka.field_types.capabilities import Cautious
from kartoteka.registries import fields, template, templates
from kartoteka.registries.demo import firm, resolved

TYPES = builtin()
FIELDS = [
    pytest.param(field, id=f"{registry}.{field['key']}")
    for registry, definition in templates().items()
    for field in fields(definition)
]


@pytest.mark.parametrize("field", FIELDS)
def test_options_and_default_of_every_field_are_accepted(field: dict[str, Any]) -> None:
    kind = TYPES[field["type"]]
    options = kind.options(field.get("options", {}))
    if "default" in field:
        assert kind.schema(options).deserialize(field["default"]) is not None


def filled_in() -> Iterator[tuple[str, dict[str, Any], Any]]:
    demo = firm(date(2026, 11, 22))
    ids = {key: list(range(1, len(records) + 1)) for key, records in demo.records.items()}
    ids["users"] = list(range(1, len(demo.users) + 1))
    for registry, records in demo.records.items():
        by_key = {field["key"]: field for field in fields(template(registry))}
        for record in records:
            for key, value in record["values"].items():
                yield registry, by_key[key], resolved(value, ids)


def test_every_value_of_the_firm_is_accepted_and_not_empty() -> None:
    schemas = {
        (registry, field["key"]): TYPES[field["type"]].schema(
            TYPES[field["type"]].options(field.get("options", {}))
        )
        for registry, definition in templates().items()
        for field in fields(definition)
    }
    seen = 0
    for registry, field, value in filled_in():
        schema = schemas[registry, field["key"]]
        stored = schema.deserialize(value)
        assert stored not in (None, "", ()), (registry, field["key"], value)
        seen += 1
    assert seen > 10_000


def test_no_company_number_raises_a_warning() -> None:
    ico = TYPES["ico"]
    assert isinstance(ico, Cautious)
    options = ico.options({})
    numbers = [value for _, field, value in filled_in() if field["type"] == "ico"]
    assert numbers
    assert [value for value in numbers if ico.caution(value, options)] == []

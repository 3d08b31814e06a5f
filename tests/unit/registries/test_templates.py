"""The ready-made registries are sound: every key, label, target and title holds."""

import re
from collections import Counter
from string import Formatter
from typing import Any

import pytest

from kartoteka.registries import KEYS, fields, needed_by, targets, template, templates, things

KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
ICON = re.compile(r"[a-z]+(-[a-z]+)*")
COLOURS = {"grey", "blue", "green", "amber", "red", "violet"}
TYPES_IN_TITLES = {"text", "autonumber", "integer", "decimal", "date", "datetime", "choice"}
# A filter reaches these on every registry, so no field may take the name.
RECORD_ATTRIBUTES = {
    "id",
    "title",
    "category",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
    "version",
}
OPTIONS = {
    "text": {"max_length", "min_length", "pattern"},
    "long_text": {"max_length", "min_length", "pattern"},
    "integer": {"min", "max", "unit"},
    "decimal": {"decimals", "min", "max", "unit"},
    "money": {"currency", "decimals", "min", "max"},
    "percent": {"decimals", "min", "max"},
    "boolean": set(),
    "date": set(),
    "datetime": {"timezone"},
    "choice": {"choices"},
    "multi_choice": {"choices"},
    "email": set(),
    "phone": {"region"},
    "url": set(),
    "ico": set(),
    "dic": set(),
    "iban": set(),
    "address": set(),
    "user": {"many"},
    "relation": {"target", "many"},
    "file": {"many"},
    "autonumber": {"prefix", "padding", "start"},
}
ALLOWED = {
    "registry": {
        "key",
        "name",
        "names",
        "name_one",
        "names_one",
        "icon",
        "colour",
        "title",
        "help",
        "helps",
        "columns",
        "categories",
        "sections",
    },
    "category": {"key", "name", "names", "colour"},
    "section": {"key", "name", "names", "help", "helps", "collapsed", "categories", "fields"},
    "field": {
        "key",
        "name",
        "names",
        "help",
        "helps",
        "type",
        "options",
        "required",
        "unique",
        "default",
        "categories",
    },
    "choice": {"key", "name", "names", "colour"},
}

every_template = pytest.mark.parametrize("definition", templates().values(), ids=KEYS)


def choices_of(field: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = field.get("options", {}).get("choices", [])
    return found


@every_template
def test_keys_are_well_formed_and_unique(definition: dict[str, Any]) -> None:
    groups = [
        [section["key"] for section in definition["sections"]],
        [category["key"] for category in definition["categories"]],
        [field["key"] for field in fields(definition)],
        *([choice["key"] for choice in choices_of(field)] for field in fields(definition)),
    ]
    for keys in [[definition["key"]], *groups]:
        assert [key for key in keys if not KEY.fullmatch(key)] == []
        assert [key for key, times in Counter(keys).items() if times > 1] == []
    assert RECORD_ATTRIBUTES.isdisjoint(groups[2])


@every_template
def test_nothing_is_said_that_the_contract_does_not_know(definition: dict[str, Any]) -> None:
    assert definition.keys() <= ALLOWED["registry"]
    for category in definition["categories"]:
        assert category.keys() <= ALLOWED["category"]
    for section in definition["sections"]:
        assert section.keys() <= ALLOWED["section"]
    for field in fields(definition):
        assert field.keys() <= ALLOWED["field"], field["key"]
        assert field.get("options", {}).keys() <= OPTIONS[field["type"]], field["key"]
        assert all(choice.keys() == ALLOWED["choice"] for choice in choices_of(field)), field["key"]


@every_template
def test_every_label_has_an_english_and_a_czech_name(definition: dict[str, Any]) -> None:
    assert definition["name_one"].strip() and definition["names_one"]["cs"].strip()
    for thing in things(definition):
        assert isinstance(thing["name"], str) and thing["name"].strip(), thing["key"]
        assert isinstance(thing["names"]["cs"], str) and thing["names"]["cs"].strip(), thing["key"]


@every_template
def test_labels_can_be_told_apart_in_both_languages(definition: dict[str, Any]) -> None:
    groups = [definition["sections"], definition["categories"], list(fields(definition))]
    groups += [choices_of(field) for field in fields(definition)]
    for group in groups:
        for labels in ([each["name"] for each in group], [each["names"]["cs"] for each in group]):
            assert [label for label, times in Counter(labels).items() if times > 1] == []


@every_template
def test_colours_and_icons_are_of_the_palette(definition: dict[str, Any]) -> None:
    assert ICON.fullmatch(definition["icon"])
    coloured = [definition, *definition["categories"]]
    coloured += [choice for field in fields(definition) for choice in choices_of(field)]
    assert {thing["colour"] for thing in coloured} <= COLOURS


@every_template
def test_choices_are_there_where_they_belong_and_only_there(definition: dict[str, Any]) -> None:
    for field in fields(definition):
        assert bool(choices_of(field)) == (field["type"] in {"choice", "multi_choice"}), field["key"]


@every_template
def test_title_is_made_of_own_plain_fields_that_everybody_fills_in(definition: dict[str, Any]) -> None:
    by_key = {field["key"]: field for field in fields(definition)}
    named = [name for _, name, _, _ in Formatter().parse(definition["title"]) if name is not None]
    assert named
    assert {by_key[name]["type"] for name in named} <= TYPES_IN_TITLES
    assert any(by_key[name].get("required") for name in named)
    assert all("categories" not in by_key[name] for name in named)


@every_template
def test_list_columns_are_fields_and_include_the_title(definition: dict[str, Any]) -> None:
    keys = {field["key"] for field in fields(definition)}
    assert set(definition["columns"]) <= keys
    assert 4 <= len(definition["columns"]) <= 8
    assert all(f"{{{column}}}" in definition["title"] for column in definition["columns"][:1])


@every_template
def test_required_fields_stand_in_the_first_section(definition: dict[str, Any]) -> None:
    """Whoever may create must be able to fill in what is required, whatever else is hidden from him."""
    for section in definition["sections"][1:]:
        assert [field["key"] for field in section["fields"] if field.get("required")] == []


@every_template
def test_categories_of_sections_and_fields_exist(definition: dict[str, Any]) -> None:
    known = {category["key"] for category in definition["categories"]}
    for thing in [*definition["sections"], *fields(definition)]:
        assert set(thing.get("categories", ())) <= known, thing["key"]
    for section in definition["sections"]:
        for field in section["fields"]:
            shown = set(section.get("categories", known))
            assert set(field.get("categories", shown)) <= shown, field["key"]


@every_template
def test_defaults_are_values_of_their_field(definition: dict[str, Any]) -> None:
    for field in fields(definition):
        if "default" not in field:
            continue
        if field["type"] == "choice":
            assert field["default"] in {choice["key"] for choice in choices_of(field)}, field["key"]
        elif field["type"] == "boolean":
            assert isinstance(field["default"], bool), field["key"]
        else:
            assert int(field["default"]) >= 0, field["key"]


@every_template
def test_there_are_several_sections_to_give_rights_on(definition: dict[str, Any]) -> None:
    assert len(definition["sections"]) >= 3
    assert all(section["fields"] for section in definition["sections"])


def test_relations_lead_to_the_registry_itself_or_to_one_installed_before() -> None:
    installed: set[str] = set()
    for key, definition in templates().items():
        installed.add(key)
        assert definition["key"] == key
        assert targets(definition) <= installed


def test_needed_registries_come_with_everything_they_need_in_turn() -> None:
    assert needed_by("companies") == ()
    assert needed_by("contacts") == ("companies",)
    assert needed_by("requests") == ("companies", "contacts", "contracts", "assets")


def test_the_three_promised_registries_have_what_was_promised() -> None:
    by_key = {key: {field["key"]: field for field in fields(each)} for key, each in templates().items()}
    assert by_key["companies"]["ico"]["type"] == "ico" and by_key["companies"]["ico"]["unique"]
    assert by_key["contacts"]["company"]["options"] == {"target": "companies"}
    contract = by_key["contracts"]
    assert contract["company"]["options"] == {"target": "companies"}
    assert contract["contact"]["options"] == {"target": "contacts"}
    assert contract["responsible"]["type"] == "user"
    assert contract["value"]["type"] == "money"
    assert {contract[key]["type"] for key in ("signed_on", "effective_from", "valid_to", "next_due")} == {
        "date"
    }
    assert {contract[key]["type"] for key in ("our_obligations", "their_obligations")} == {"long_text"}


@every_template
def test_every_help_text_is_translated(definition: dict[str, Any]) -> None:
    assert definition["help"] and definition["helps"]["cs"]
    for thing in things(definition):
        assert ("help" in thing) == ("helps" in thing), thing["key"]
        if "help" in thing:
            assert thing["help"] != thing["helps"]["cs"] and thing["helps"]["cs"].strip(), thing["key"]


def test_changing_what_was_returned_changes_nothing_for_the_next() -> None:
    template("companies")["sections"].clear()
    template("companies")["names"]["cs"] = "?"
    assert len(template("companies")["sections"]) > 3
    assert template("companies")["names"]["cs"] == "Firmy"


@pytest.mark.parametrize("key", ["", "nothing", "../companies", "demo"])
def test_an_unknown_template_is_a_key_error(key: str) -> None:
    with pytest.raises(KeyError):
        template(key)

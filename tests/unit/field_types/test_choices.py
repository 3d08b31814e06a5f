"""Choices are found by key, name and translation, and written by key."""

from typing import Any

import pytest

from kartoteka.field_types import OptionsError, builtin
from kartoteka.field_types.capabilities import Choosing
from tests.unit.field_types.reading import CZECH, ENGLISH, json_of, read, refusal, shown

CHOICES = [
    {"key": "lead", "name": "Lead", "names": {"cs": "Zájemce"}, "colour": "blue"},
    {"key": "won", "name": "Won", "names": {"cs": "Vyhráno"}},
    {"key": "lost", "name": "Lost, at last", "names": {"cs": "Prohráno"}, "active": False},
]


@pytest.mark.parametrize("raw", ["won", "Won", "WON", " vyhráno ", "VYHRANO"])
def test_one_choice_in_many_ways(raw: str) -> None:
    assert read("choice", raw, choices=CHOICES) == "won"


def test_a_key_counts_before_a_name_and_a_name_before_a_translation() -> None:
    choices = [{"key": "a", "name": "B"}, {"key": "b", "name": "C", "names": {"cs": "A"}}]
    assert read("choice", "b", choices=choices) == "b"
    assert read("choice", "A", choices=choices) == "a"
    assert read("choice", "c", choices=choices) == "b"


def test_names_are_shown_in_the_reader_s_language() -> None:
    assert shown("choice", "won", CZECH, choices=CHOICES) == "Vyhráno"
    assert shown("choice", "won", ENGLISH, choices=CHOICES) == "Won"
    assert shown("choice", "gone", CZECH, choices=CHOICES) == "gone"
    assert shown("multi_choice", ("lead", "won"), CZECH, choices=CHOICES) == "Zájemce, Vyhráno"


def test_numbers_may_be_names() -> None:
    assert read("choice", 2020.0, choices=["2020", "2021"]) == "2020"


@pytest.mark.parametrize("raw", ["nic", ["won"], {"key": "won"}, True, "\x00"])
def test_no_choice(raw: Any) -> None:
    assert refusal("choice", raw, choices=CHOICES).endswith(".")


def test_the_refusal_names_what_is_offered() -> None:
    assert refusal("choice", "nic", choices=CHOICES) == "“nic” is none of the choices (Lead, Won …)."


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (["won", "lead"], ("lead", "won")),
        ("Vyhráno, lead", ("lead", "won")),
        ("won; Lost, at last", ("won", "lost")),
        ("Lost, at last", ("lost",)),
        (["won", "Won", "won"], ("won",)),
        ("won\nlead", ("lead", "won")),
        ([], None),
    ],
)
def test_several_choices(raw: Any, expected: tuple[str, ...] | None) -> None:
    assert read("multi_choice", raw, choices=CHOICES) == expected
    assert json_of("multi_choice", expected, choices=CHOICES) == (
        None if expected is None else list(expected)
    )


@pytest.mark.parametrize("raw", ["won, nic", [["won"]], [None], {"won": True}, [1]])
def test_not_several_choices(raw: Any) -> None:
    assert refusal("multi_choice", raw, choices=CHOICES).endswith(".")


def test_keys_are_made_from_names() -> None:
    kind = builtin()["choice"]
    assert isinstance(kind, Choosing)
    keys = [choice.key for choice in kind.choices(kind.options({"choices": ["Žlutý kůň", "1–10 lidí"]}))]
    assert keys == ["zluty_kun", "1_10_lidi"]


@pytest.mark.parametrize(
    ("choices", "sentence"),
    [
        ([], "This must be a list with at least one choice."),
        ("a", "This must be a list with at least one choice."),
        (["a"] * 1001, "There may be at most 1000 choices."),
        (["a", "A"], "The key “a” occurs twice."),
        ([{"key": "a", "name": "X"}, {"key": "b", "name": "x"}], "The name “x” occurs twice."),
        ([{"key": "A b", "name": "X"}], "Choice 1: a key has up to 40 letters a–z, digits and underscores."),
        (["漢"], "Choice 1: a key has up to 40 letters a–z, digits and underscores."),
        ([{"key": "a", "color": "red"}], "Choice 1: there is no “color” in a choice."),
        (
            [{"key": "a", "colour": "url(x)"}],
            "Choice 1: a colour is a word such as “blue” or a code such as #2563c9.",
        ),
        ([{"key": "a", "names": ["x"]}], "Choice 1: names must be texts by language, such as “cs”."),
        ([{"key": "a", "active": "no"}], "Choice 1: active must be true or false."),
        ([5], "Choice 1: this must be an object with a key and a name."),
        (["a\nb"], "Choice 1: a name of one line and at most 200 characters is needed."),
    ],
)
def test_choices_that_cannot_be_used(choices: Any, sentence: str) -> None:
    with pytest.raises(OptionsError) as caught:
        builtin()["choice"].options({"choices": choices})
    assert caught.value.errors == {"choices": [sentence]}


def test_choices_are_required() -> None:
    with pytest.raises(OptionsError) as caught:
        builtin()["multi_choice"].options({})
    assert caught.value.errors == {"choices": ["This option is required."]}


@pytest.mark.parametrize(
    "raw", ["ano", "Ano", "ANO", "yes", "true", "TRUE", "1", "x", "pravda", 1, 1.0, True, "áno"]
)
def test_yes(raw: Any) -> None:
    assert read("boolean", raw) is True


@pytest.mark.parametrize(
    "raw", ["ne", "Ne", "no", "false", "0", "nepravda", "NEPRAVDA", 0, 0.0, False, "nie"]
)
def test_no(raw: Any) -> None:
    assert read("boolean", raw) is False


@pytest.mark.parametrize("raw", ["možná", 2, -1, 0.5, [], "x" * 100, float("nan")])
def test_neither(raw: Any) -> None:
    assert refusal("boolean", raw) == "This must be yes or no."

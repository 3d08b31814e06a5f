"""Texts are normalised, and nothing unprintable gets in."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from kartoteka.field_types import OptionsError, builtin
from tests.unit.field_types.reading import read, refusal, shown


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("  Novák \u00a0", "Novák"),
        ("Nova\u0301k", "Novák"),
        (27082440, "27082440"),
        (27082440.0, "27082440"),
        (1e22, "10000000000000000000000"),
        (0.1, "0.1"),
        (1e-7, "0.0000001"),
        (Decimal("24977.80"), "24977.80"),
        (True, "true"),
        (date(2020, 6, 30), "2020-06-30"),
        (datetime(2020, 6, 30), "2020-06-30"),  # noqa: DTZ001 - a cell of a spreadsheet
        (datetime(2020, 6, 30, 8, 5), "2020-06-30 08:05:00"),  # noqa: DTZ001
        ("a\u00a0b", "a\u00a0b"),
        ("=SUM(A1)", "=SUM(A1)"),
        ("👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"),
    ],
)
def test_one_line(raw: Any, expected: str) -> None:
    assert read("text", raw) == expected


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ("a\nb", "There is a line break in the text; only one line belongs here."),
        ("a\u2028b", "There is a line break in the text; only one line belongs here."),
        ("a\tb", "There is an unprintable character (U+0009) in the text."),
        ("a\x00b", "There is an unprintable character (U+0000) in the text."),
        ("a\x96b", "There is an unprintable character (U+0096) in the text."),
        ("a\ud800", "There is an unprintable character (U+D800) in the text."),
        ("x" * 256, "At most 255 characters are allowed."),
        (["a"], "This must be text."),
        ({"a": 1}, "This must be text."),
        (b"a", "This must be text."),
        (float("inf"), "This is not a number that can be written down."),
        (10**4000, "This number is too long."),
        (Decimal("1e-9999"), "This number is too long."),
    ],
)
def test_no_line(raw: Any, sentence: str) -> None:
    assert refusal("text", raw) == sentence


def test_lengths_and_patterns() -> None:
    assert refusal("text", "ab", min_length=3) == "At least 3 characters are needed."
    assert refusal("text", "ab", max_length=1) == "At most 1 character is allowed."
    assert read("text", "AB-1", pattern=r"[A-Z]+-\d") == "AB-1"
    sentence = "The text does not have the form that this field asks for."
    assert refusal("text", "AB-12", pattern=r"[A-Z]+-\d") == sentence
    assert read("text", "", min_length=3) is None


@pytest.mark.parametrize(
    "pattern",
    [
        "(",
        "(a+)+",
        "(a|b|ab)*",
        "(a?){60}",
        "(x+x+)+y",
        r"(\w+\s?)*",
        ".*" * 5,
        "((a{1,9}){1,9}){1,9}",
        "x" * 201,
        5,
    ],
)
def test_patterns_that_could_hang_the_server_are_refused(pattern: Any) -> None:
    with pytest.raises(OptionsError) as caught:
        builtin()["text"].options({"pattern": pattern})
    assert list(caught.value.errors) == ["pattern"]


@pytest.mark.parametrize(
    "pattern",
    [r"\d{3} ?\d{2}", r"[A-Z]+-\d+/\d{4}", "(jedna|dvě|tři)", r"(\d{3} ?){3}", "[a-z0-9]{7}", r"[^,]+, \S+"],
)
def test_usual_patterns_are_accepted_and_have_samples(pattern: str) -> None:
    import random

    kind = builtin()["text"]
    options = kind.options({"pattern": pattern})
    for seed in range(20):
        sample = kind.sample(options, random.Random(seed))
        assert kind.schema(options).deserialize(sample) == sample


@pytest.mark.parametrize("name", ["text", "long_text"])
def test_lengths_that_contradict_each_other(name: str) -> None:
    with pytest.raises(OptionsError) as caught:
        builtin()[name].options({"min_length": 5, "max_length": 4})
    assert caught.value.errors == {"min_length": ["The shortest length is greater than the longest."]}


def test_lines_are_kept() -> None:
    assert read("long_text", "a\r\nb\rc\n\td ") == "a\nb\nc\n\td"
    assert refusal("long_text", "a\x0bb") == "There is an unprintable character (U+000B) in the text."
    assert refusal("long_text", "x" * 100_001) == "At most 100000 characters are allowed."
    assert len(read("long_text", "x" * 100_000)) == 100_000


def test_addresses_lose_idle_blanks() -> None:
    written = " Platanová  665 \r\n\r\n 294 71\u00a0 Benátky nad Jizerou \n"
    assert read("address", written) == "Platanová 665\n294 71 Benátky nad Jizerou"
    assert refusal("address", "x" * 501) == "At most 500 characters are allowed."


@given(st.text(max_size=300))
def test_what_is_read_stays_as_it_is(words: str) -> None:
    for name in ("text", "long_text", "address"):
        try:
            value = read(name, words)
        except ValidationError:
            continue
        assert read(name, value) == value
        assert read(name, shown(name, value)) == read(
            name, (value or "").replace("\u00a0", " ").replace("\u202f", " ")
        )
        assert "\x00" not in (value or "")

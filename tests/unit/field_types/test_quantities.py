"""Numbers are read as people write them and never rounded."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from kartoteka.field_types import OptionsError, builtin
from tests.unit.field_types.reading import CZECH, ENGLISH, json_of, read, refusal, shown

NBSP, NARROW = "\u00a0", "\u202f"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("24977,8", "24977.80"),
        ("24977.80", "24977.80"),
        ("24 977,80 Kč", "24977.80"),
        (f"24{NBSP}977,80{NBSP}Kč", "24977.80"),
        (f"24{NARROW}977,80{NARROW}Kč", "24977.80"),
        ("24 977 Kč", "24977.00"),
        ("Kč 24 977", "24977.00"),
        ("24977 CZK", "24977.00"),
        ("CZK 24,977.80", "24977.80"),
        ("-CZK24,977.80", "-24977.80"),
        ("CZK -24,977.80", "-24977.80"),
        ("1,234.5", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1.234.567,5", "1234567.50"),
        ("1,234,567", "1234567.00"),
        ("1'234'567.25", "1234567.25"),
        ("1 200,-", "1200.00"),
        ("1 200,– Kč", "1200.00"),
        ("1,234", "1234.00"),
        ("12,5", "12.50"),
        (",5", "0.50"),
        ("-0", "0.00"),
        ("−15,20", "-15.20"),
        ("+7", "7.00"),
        ("1.5E+3", "1500.00"),
        (0.1, "0.10"),
        (24977.8, "24977.80"),
        (5, "5.00"),
        (Decimal("1.10"), "1.10"),
        ("9999999999999999.99", "9999999999999999.99"),
    ],
)
def test_money_as_people_write_it(raw: Any, expected: str) -> None:
    value = read("money", raw)
    assert str(value) == expected
    assert json_of("money", value) == expected


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ("1.234", "This number has more than 2 decimal places."),
        ("0,001", "This number has more than 2 decimal places."),
        (0.125, "This number has more than 2 decimal places."),
        (Decimal("0.001"), "This number has more than 2 decimal places."),
        ("10000000000000000", "This number has more than 18 digits."),
        ("1e30", "This number has more than 18 digits."),
        (10**4000, "This number has more than 18 digits."),
        ("100 EUR", "This amount is in EUR, but the field holds CZK."),
        ("$100", "This amount is in $, but the field holds CZK."),
        ("100 kg", "“kg” does not belong beside this number."),
        ("Kč 100 Kč", "This is not a number."),
        ("--5", "This is not a number."),
        ("1 23 4", "This is not a number."),
        ("12,34,5.6", "This is not a number."),
        ("1,2,3", "This is not a number."),
        ("5,0 5", "This is not a number."),
        ("nic", "This is not a number."),
        ("1_000", "This is not a number."),
        ("١٢٣", "This is not a number."),
        ("9" * 500, "This is not a number."),
        (float("nan"), "This is not a number."),
        (Decimal("-Infinity"), "This is not a number."),
        (True, "This is not a number."),
        ([1], "This is not a number."),
    ],
)
def test_money_that_cannot_be_used(raw: Any, sentence: str) -> None:
    assert refusal("money", raw) == sentence


def test_each_dollar_has_its_sign() -> None:
    assert read("money", "$1,234.50", currency="USD") == read("money", "1234.5 $", currency="CAD")
    assert read("money", "€ 5", currency="EUR") == Decimal(5)
    assert refusal("money", "5 Kč", currency="EUR") == "This amount is in Kč, but the field holds EUR."


@pytest.mark.parametrize(
    ("value", "options", "czech", "english"),
    [
        ("24977.80", {}, "24 977,80 Kč", "CZK 24,977.80"),
        ("-0.50", {}, "-0,50 Kč", "-CZK 0.50"),
        ("1234567.00", {"currency": "EUR"}, "1 234 567,00 €", "€1,234,567.00"),
        ("5", {"currency": "JPY", "decimals": 0}, "5 JP¥", "¥5"),
    ],
)
def test_money_as_people_read_it(value: str, options: dict[str, Any], czech: str, english: str) -> None:
    assert shown("money", Decimal(value), CZECH, **options) == czech
    assert shown("money", Decimal(value), ENGLISH, **options) == english


def test_decimals_keep_four_places_and_show_two() -> None:
    assert json_of("decimal", read("decimal", "24977,8")) == "24977.80"
    assert json_of("decimal", read("decimal", "1234.567")) == "1234.567"
    assert json_of("decimal", read("decimal", 5)) == "5.00"
    assert shown("decimal", Decimal("1234.5670"), unit="kg") == "1 234,567 kg"
    assert read("decimal", "1,234") == Decimal("1.234")
    assert read("decimal", "24 977,80 Kč") == Decimal("24977.8")
    assert refusal("decimal", "0,00001") == "This number has more than 4 decimal places."


def test_decimals_asked_for_are_always_written() -> None:
    assert json_of("decimal", read("decimal", "5", decimals=3), decimals=3) == "5.000"
    assert refusal("decimal", "5,5", decimals=0) == "This must be a whole number."
    assert read("decimal", "1,500", decimals=0) == Decimal(1500)


def test_a_unit_may_be_written_and_no_other() -> None:
    assert read("decimal", "12,5 kg", unit="kg") == read("decimal", "12.5KG", unit="kg") == Decimal("12.5")
    assert refusal("decimal", "12,5 Kč", unit="kg") == "“Kč” does not belong beside this number."
    assert read("integer", "1 200 km", unit="km") == 1200


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("1,234", 1234), ("1 234", 1234), ("1 234 567", 1234567), ("12.0", 12), (12.0, 12), ("12,00", 12),
        (Decimal("1E+3"), 1000), ("-5", -5), ("007", 7), (2**63 - 1, 2**63 - 1), (str(-(2**63)), -(2**63)),
        ("1e3", 1000),
    ],
)  # fmt: skip
def test_whole_numbers(raw: Any, expected: int) -> None:
    value = read("integer", raw)
    assert type(value) is int and value == expected


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ("1.5", "This must be a whole number."),
        (1.5, "This must be a whole number."),
        (2**63, "This number has more than 18 digits."),
        (-(2**63) - 1, "This number has more than 18 digits."),
        (1e300, "This number has more than 18 digits."),
        (False, "This is not a number."),
        ("1.234", "It is not clear whether the point in “1.234” separates thousands."),
        ("0x1F", "This is not a number."),
    ],
)
def test_numbers_that_are_not_whole(raw: Any, sentence: str) -> None:
    assert refusal("integer", raw) == sentence


def test_bounds() -> None:
    assert refusal("integer", 0, min=1) == "The lowest value allowed is 1."
    assert refusal("decimal", "1.51", max="1.5") == "The highest value allowed is 1.5."
    assert read("decimal", "1.5", max="1.5", min="1.5") == Decimal("1.5")


@pytest.mark.parametrize(
    ("name", "options", "wrong"),
    [
        ("integer", {"min": 5, "max": 4}, "min"),
        ("integer", {"min": 2**63}, "min"),
        ("integer", {"min": True}, "min"),
        ("decimal", {"min": "x"}, "min"),
        ("decimal", {"decimals": 10}, "decimals"),
        ("money", {"currency": "XYZ"}, "currency"),
        ("money", {"min": "0.001"}, "min"),
        ("percent", {"max": "1e17"}, "max"),
        ("decimal", {"unit": "k\ng"}, "unit"),
    ],
)
def test_options_that_cannot_be_used(name: str, options: dict[str, Any], wrong: str) -> None:
    with pytest.raises(OptionsError) as caught:
        builtin()[name].options(options)
    assert list(caught.value.errors) == [wrong]


def test_percentages() -> None:
    assert read("percent", "7,5 %") == read("percent", 7.5) == read("percent", "7.5%") == Decimal("7.50")
    assert json_of("percent", Decimal("7.5")) == "7.50"
    assert shown("percent", Decimal("7.50")) == "7,5 %"
    assert shown("percent", Decimal("-12.25"), ENGLISH) == "-12.25%"
    assert refusal("percent", "5 Kč") == "“Kč” does not belong beside this number."


@given(st.decimals(min_value=-(10**13), max_value=10**13, places=2))
def test_what_is_shown_is_read_back(number: Decimal) -> None:
    for name in ("decimal", "money", "percent"):
        for locale in (CZECH, ENGLISH):
            assert read(name, shown(name, number, locale)) == number


@given(st.integers(-(2**63), 2**63 - 1))
def test_whole_numbers_shown_are_read_back(number: int) -> None:
    assert read("integer", shown("integer", number, CZECH)) == number
    assert read("integer", shown("integer", number, ENGLISH)) == number


@given(st.decimals(allow_nan=False, allow_infinity=False), st.integers(0, 9))
def test_nothing_is_ever_rounded(number: Decimal, decimals: int) -> None:
    places = -int(number.normalize().as_tuple().exponent)
    fits = places <= decimals and abs(number) < Decimal(10) ** (18 - decimals)
    if fits:
        assert read("decimal", number, decimals=decimals) == number
    else:
        assert "This" in refusal("decimal", number, decimals=decimals)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_is_read_by_its_shortest_digits(number: float) -> None:
    kind = builtin()["decimal"]
    exact = Decimal(repr(number))
    try:
        value = kind.schema(kind.options({"decimals": 9})).deserialize(number)
    except ValidationError:
        assert exact.adjusted() >= 9 or int(exact.normalize().as_tuple().exponent) < -9
    else:
        assert value == exact

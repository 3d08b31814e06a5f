"""Official numbers get back what spreadsheets took from them; a doubtful one asks before it is saved."""

import random
from typing import Any

import pytest

from kartoteka.field_types import OptionsError, builtin
from kartoteka.field_types.capabilities import Cautious, Computed, Linking, Numbering
from kartoteka.field_types.codes import ico_check_digit
from tests.unit.field_types.reading import json_of, read, refusal, shown


def caution(value: str | None) -> str | None:
    kind = builtin()["ico"]
    assert isinstance(kind, Cautious)
    return kind.caution(value, kind.options({}))


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("27082440", "27082440"), (27082440, "27082440"), (177041, "00177041"), (177041.0, "00177041"),
        ("177041", "00177041"), ("270 82 440", "27082440"), ("IČO: 27082440", "27082440"), ("IČ 177041", "00177041"),
        ("ico 27082440", "27082440"), ("123456789", None), ("2708244x", None), ("CZ27082440", None), (-5, None),
        (1.5, None), ("٢٧٠٨٢٤٤٠", None), (True, None), ("27082440 / 5", None),
    ],
)  # fmt: skip
def test_ico(raw: Any, expected: str | None) -> None:
    if expected is None:
        assert refusal("ico", raw) == "An IČO has eight digits, such as 27082440."
    else:
        assert read("ico", raw) == expected


@pytest.mark.parametrize(
    "right", ["27082440", "00177041", "45317054", "49240901", "99999994", "25628992", "11165006"]
)
def test_a_right_check_digit_is_no_reason_to_ask(right: str) -> None:
    assert caution(right) is None


@pytest.mark.parametrize("living", ["00123562", "29340042", "27082441"])
def test_a_wrong_check_digit_is_accepted_after_a_question(living: str) -> None:
    assert read("ico", living) == living
    assert caution(living) == f"The check digit of IČO {living} does not fit. Is the number really right?"


def test_every_single_wrong_digit_is_noticed() -> None:
    for first_seven in ("2708244", "0017704", "9999999"):
        right = first_seven + ico_check_digit(first_seven)
        for place in range(7):
            for digit in "0123456789".replace(right[place], ""):
                wrong = right[:place] + digit + right[place + 1 :]
                # 0 and 10 have the same check digit: the rule itself lets these few through.
                assert caution(wrong) or ico_check_digit(wrong[:7]) == right[7]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("CZ27082440", "CZ27082440"), ("cz 270 824 40", "CZ27082440"), ("DIČ: CZ699001182", "CZ699001182"),
        ("CZ7001011234", "CZ7001011234"), ("SK2020123456", "SK2020123456"), ("ATU12345678", "ATU12345678"),
        ("IČ DPH SK2020123456", None), ("DE 123.456.789", "DE123456789"),
    ],
)  # fmt: skip
def test_dic(raw: str, expected: str | None) -> None:
    if expected:
        assert read("dic", raw) == expected
    else:
        assert refusal("dic", raw).endswith(".")


@pytest.mark.parametrize(
    "raw", ["27082440", "CZ1234567", "CZ12345678901", "CZ2708244A", "C", "CZ", 27082440, "CZ+1"]
)
def test_no_dic(raw: Any) -> None:
    assert "DIČ" in refusal("dic", raw)


def test_bank_accounts() -> None:
    stored = "CZ6508000000192000145399"
    assert read("iban", "CZ65 0800 0000 1920 0014 5399") == stored
    assert read("iban", "cz6508000000192000145399") == stored
    assert read("iban", "19-2000145399/0800") == stored
    assert read("iban", "DE89 3704 0044 0532 0130 00") == "DE89370400440532013000"
    assert shown("iban", stored) == "CZ65 0800 0000 1920 0014 5399"


@pytest.mark.parametrize(
    "raw", ["CZ6508000000192000145398", "19-2000145398/0800", "CZ65", "XX00", 5, "účet", ["CZ65"]]
)
def test_no_bank_account(raw: Any) -> None:
    assert refusal("iban", raw).endswith(".")


def test_number_series() -> None:
    kind = builtin()["autonumber"]
    assert isinstance(kind, Numbering)
    options = kind.options({"prefix": "POZ-", "padding": 4, "start": 10})
    assert [kind.number(n, options) for n in (1, 2, 9991)] == ["POZ-0010", "POZ-0011", "POZ-10000"]
    assert kind.number(1, kind.options({})) == "00001"
    assert read("autonumber", "stará 12/2019") == "stará 12/2019"
    assert refusal("autonumber", "x" * 101) == "At most 100 characters are allowed."
    with pytest.raises(OptionsError):
        builtin()["autonumber"].options({"padding": 0})


LINK = "This must be the number (id) of what is linked."


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (7, (7,)), ("7", (7,)), (7.0, (7,)), ([7], (7,)), ([{"id": 7, "title": "ACME"}], (7,)), ({"id": "7"}, (7,)),
        (None, ()), ("", ()), ([], ()), ((7, 7), (7,)),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["relation", "user", "file"])
def test_links(name: str, raw: Any, expected: tuple[int, ...]) -> None:
    options = {"target": "companies"} if name == "relation" else {}
    assert read(name, raw, **options) == expected
    assert json_of(name, expected, **options) == (list(expected) or None)


def test_many_links_keep_their_order() -> None:
    assert read("user", [3, "1", {"id": 2}, 3], many=True) == (3, 1, 2)
    assert read("user", "3, 1;2", many=True) == (3, 1, 2)
    assert refusal("user", [1, 2]) == "Only one belongs here."
    assert refusal("user", list(range(1, 10_002)), many=True) == "There may be at most 10000 links."


@pytest.mark.parametrize(
    "raw", ["ACME", 0, -1, 1.5, True, 2**63, [None], [[1]], {"title": "ACME"}, "1,,2", object()]
)
def test_no_link(raw: Any) -> None:
    assert refusal("file", raw, many=True) == LINK


def test_targets() -> None:
    kinds = builtin()
    for name, options, target in (
        ("relation", {"target": "companies"}, "companies"),
        ("user", {}, "users"),
        ("file", {"many": True}, "files"),
    ):
        kind = kinds[name]
        assert isinstance(kind, Linking)
        assert kind.target(kind.options(options)) == target
        assert kind.many(kind.options(options)) is bool(options.get("many", False))


@pytest.mark.parametrize(
    "options", [{}, {"target": "Companies"}, {"target": 5}, {"target": "a", "many": "yes"}]
)
def test_relations_that_lead_nowhere(options: dict[str, Any]) -> None:
    with pytest.raises(OptionsError):
        builtin()["relation"].options(options)


def test_no_built_in_type_is_computed_yet() -> None:
    assert not [name for name, kind in builtin().items() if isinstance(kind, Computed)]
    assert [name for name, kind in builtin().items() if isinstance(kind, Cautious)] == ["ico"]


def test_most_samples_of_ico_are_right() -> None:
    kind, chance = builtin()["ico"], random.Random(1)
    samples = [kind.sample(kind.options({}), chance) for _number in range(500)]
    assert 400 < sum(caution(sample) is None for sample in samples) < 500

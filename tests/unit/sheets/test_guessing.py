"""Guessing the types of columns: what is proposed, and that every value then converts."""

import random
import time
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kartoteka import field_types
from kartoteka.platform.services.sheets.cells import Cell
from kartoteka.platform.services.sheets.guessing import ColumnGuess, guess, looks_right_as_ico

TYPES = field_types.builtin()
ICOS = ["27082440", "4146506", "25628992", "45597081", "60751347", "72953195"]


def of(label: str, values: Sequence[Cell]) -> ColumnGuess:
    (found,) = guess([label], [[value] for value in values])
    return found


def read(found: ColumnGuess, values: Sequence[Cell]) -> list[Any]:
    kind = TYPES[found.type]
    schema = kind.schema(kind.options(found.options))
    return [schema.deserialize(value) for value in values]


@pytest.mark.parametrize(
    ("label", "values", "kind"),
    [
        ("Active", ["ano", "ne", None, "Ano"], "boolean"),
        ("Active", [True, False], "boolean"),
        ("Count", ["1", "0", "1"], "integer"),
        ("Count", ["1", "-25", "1 234", "12 345 678"], "integer"),
        ("Count", [1, 2, 300], "integer"),
        ("Founded", ["1902", "2013 (1888)"], "text"),
        ("Revenue", ["1100.04", "251"], "decimal"),
        ("Revenue", [1.5, 2, 3.25], "decimal"),
        ("Price", ["24 977,80 Kč", "1 050 Kč"], "decimal"),
        ("Price", ["1,234", "12,500"], "text"),
        ("Price", ["1,234.50", "12,500"], "text"),
        ("Price", ["1,234,567", "12,500"], "text"),
        ("Price", ["1,234", "2,5", "0,125"], "decimal"),
        ("Price", ["1.234,50", "2.500"], "text"),
        ("Ratio", ["0.333333333333"], "text"),
        ("Phone", ["777123456", "603 111 222"], "phone"),
        ("Contact", ["+420 777 123 456", "777 123 457"], "phone"),
        ("Amount", ["777123456", "777123457"], "integer"),
        ("PSČ", ["29471", "54223"], "text"),
        ("ZipCode", [29471, 54223], "text"),
        ("Number", ["007", "12"], "text"),
        ("Account", ["12345678901234567890"], "text"),
        ("When", ["30. 06. 2020", "1.7.2020"], "date"),
        ("When", ["2020-06-30", None, "2020-07-01"], "date"),
        ("When", [date(2020, 6, 30)], "date"),
        ("When", ["30. 02. 2020", "1. 7. 2020"], "text"),
        ("When", [datetime.fromisoformat("2020-06-30T13:00:00"), date(2020, 7, 1)], "datetime"),
        ("When", ["2020-06-30T13:00:00+02:00", "2020-06-30"], "datetime"),
        ("Mail", ["jan@firma.cz", "Petr.Novak@example.com"], "email"),
        ("Mail", ["jan@firma.cz", "none"], "text"),
        ("Web", ["https://firma.cz", "www.example.com/a?b=1"], "url"),
        ("Web", ["https://firma.cz", "javascript:alert(1)"], "text"),
        ("Note", ["one\ntwo", "x"], "long_text"),
        ("Note", ["x" * 256], "long_text"),
        ("Name", ["x" * 255], "text"),
        ("Nothing", [None, "", "  "], "text"),
        ("IČO", ["4146506", "27082440"], "ico"),
        ("Supplier", ICOS, "ico"),
        ("Supplier", [int(number) for number in ICOS], "ico"),
        ("Supplier", [*ICOS, "12345678901"], "integer"),
        ("Count", ["1000000", "2000000", "3000000", "4000000", "5000000"], "integer"),
    ],
)
def test_types(label: str, values: list[Cell], kind: str) -> None:
    found = of(label, values)
    assert found.type == kind
    read(found, values)


def test_ico_restores_lost_zeros_and_bears_a_wrong_digit() -> None:
    values = [*ICOS, "45274649", "60193336", "26185610", "00006947", "12345678"]
    assert sum(map(looks_right_as_ico, values)) == len(values) - 1
    found = of("Supplier", values)
    assert found.type == "ico"
    assert read(found, ["4146506"]) == ["04146506"]


def test_decimals_are_counted() -> None:
    assert of("Price", ["24977,8", "1050"]).options == {"decimals": 2}
    assert of("Price", ["1.2345", "2"]).options == {"decimals": 4}
    found = of("Price", ["24977,8", "1050"])
    assert read(found, ["24977,8", "1050"]) == [Decimal("24977.8"), Decimal("1050")]


def test_few_repeated_values_are_a_choice() -> None:
    values: list[Cell] = ["Won", "Lost", "In progress", None] * 10
    found = of("Stage", values)
    assert found.type == "choice"
    assert found.options["choices"] == [
        {"key": "won", "name": "Won"},
        {"key": "lost", "name": "Lost"},
        {"key": "in_progress", "name": "In progress"},
    ]
    assert read(found, values)[:4] == ["won", "lost", "in_progress", None]


@pytest.mark.parametrize(
    "values",
    [
        ["a", "b", "c"] * 2,
        ["Praha", "praha", "Brno"] * 10,
        [f"v{i}" for i in range(25)] * 10,
        ["x" * 41, "y"] * 10,
        ["only"] * 20,
        ["a b", "a_b", "A-B"] * 10,
    ],
)
def test_what_would_be_no_good_choice_stays_text(values: list[Cell]) -> None:
    found = of("Stage", values)
    assert found.type in ("text", "choice")
    if found.type == "choice":
        names = {choice["key"]: choice["name"] for choice in found.options["choices"]}
        assert [names[key] for key in read(found, values)] == values
    else:
        assert read(found, values) == values


def test_required_and_unique() -> None:
    columns = ["Number", "Name", "Note"]
    rows: list[list[Cell]] = [["A1", "x", None], ["A2", "x", "n"], ["A3", "y", "m"]]
    number, name, note = guess(columns, rows)
    assert (number.required, number.unique) == (True, True)
    assert (name.required, name.unique) == (True, False)
    assert (note.required, note.unique) == (False, True)


def test_keys_are_made_from_labels_and_differ() -> None:
    found = guess(["ContractID", "Název smlouvy", "contract id", "Column 4", "123", "…"], [])
    assert [each.key for each in found][:4] == ["contract_id", "nazev_smlouvy", "contract_id_2", "column_4"]
    assert len({each.key for each in found}) == 6
    assert {each.type for each in found} == {"text"}
    assert {each.confidence for each in found} == {0.0}


def test_one_late_value_changes_the_mind() -> None:
    assert of("Count", [*range(5000), "about ten"]).type == "text"
    assert of("When", [*["30. 6. 2020"] * 5000, "soon"]).type in ("text", "choice")


def test_text_has_room_to_grow() -> None:
    assert of("Name", ["short", "x" * 20]).options == {"max_length": 64}
    assert of("Name", ["x" * 60, "y"]).options == {"max_length": 128}
    assert of("Name", ["x" * 200, "y"]).options == {"max_length": 255}


_cells = st.one_of(
    st.none(),
    st.integers(-(10**12), 10**12),
    st.integers(0, 10**8).map(str),
    st.floats(-1e9, 1e9).map(lambda number: float(f"{number:.12g}")),
    st.booleans(),
    st.dates(date(1900, 3, 1), date(2100, 1, 1)),
    st.dates(date(1900, 3, 1), date(2100, 1, 1)).map(lambda day: f"{day.day}. {day.month}. {day.year}"),
    st.decimals(-(10**9), 10**9, places=3).map(lambda number: str(number).replace(".", ",")),
    st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=40),
    st.sampled_from(
        ["ano", "ne", "a@b.cz", "+420 777 123 456", "www.x.cz", "1,234", "1.234,5", "007", "1 234"]
    ),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(_cells, max_size=12), st.sampled_from(["Name", "ID", "Phone", "IČO", "Price"]))
def test_whatever_is_guessed_converts(values: list[Cell], label: str) -> None:
    read(of(label, values), values)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_samples_of_every_type_convert_to_themselves(data: st.DataObject) -> None:
    name = data.draw(
        st.sampled_from(["integer", "decimal", "boolean", "date", "email", "phone", "url", "ico"])
    )
    kind, generator = TYPES[name], random.Random(data.draw(st.integers(0, 10**6)))
    options = kind.options({})
    samples = [kind.sample(options, generator) for _ in range(8)]
    schema = kind.schema(options)
    written = [schema.serialize("x", {"x": sample}) for sample in samples]
    assert len(read(of("Column", written), written)) == 8


def test_eleven_thousand_rows_are_quick() -> None:
    start, generator = date(2015, 1, 1), random.Random(1)
    rows: list[list[Cell]] = [
        [
            f"OBJ-{i}/2020",
            f"Objednávka číslo {i}, {generator.random()}",
            ("SMLJ", "VZ", "GDPR")[i % 3],
            ICOS[i % len(ICOS)],
            f"Firma {i % 2200} s.r.o.",
            None,
            f"Ulice {i % 3000}",
            f"Město {i % 900}",
            str(10000 + i % 700),
            f"{(start + timedelta(days=i % 1700)):%d. %m. %Y}",
            f"{(start + timedelta(days=i % 1300)):%d. %m. %Y}",
            "doba určitá",
            f"{generator.randrange(10**7) / 100}".replace(".", ","),
        ]
        for i in range(11_000)
    ]
    before = time.perf_counter()
    found = guess([f"c{i}" for i in range(13)], rows)
    assert time.perf_counter() - before < 5
    assert [each.type for each in found] == [
        *("text", "text", "choice", "ico", "text", "text", "text", "text"),
        *("integer", "date", "date", "text", "decimal"),
    ]

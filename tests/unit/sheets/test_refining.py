"""What is made of guessed columns: money, sections, readable names, the title, relations to other rows."""

from collections.abc import Sequence

import pytest

from kartoteka.platform.services.sheets.cells import Cell
from kartoteka.platform.services.sheets.guessing import Guesser
from kartoteka.platform.services.sheets.refining import (
    Proposed,
    coloured,
    parent_of,
    readable,
    refine,
    registry_name,
    title_of,
)


def looked_at(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Guesser:
    guesser = Guesser(columns)
    for cells in rows:
        guesser.see(cells)
    return guesser


def of(label: str, *values: Cell) -> Proposed:
    (found,) = refine(looked_at([label], [[value] for value in values]))
    return found


@pytest.mark.parametrize(
    ("label", "values", "kind"),
    [
        ("ValueWithoutVAT", ["24977,80", "1050"], "money"),
        ("Cena bez DPH", ["24977,80", "1050"], "money"),
        ("close_value", ["1054", "4514"], "money"),
        ("Anything", ["1 054 €", "4 514,50 €"], "money"),
        ("Total count", ["10", "12"], "integer"),
        ("Year", ["1996", "2001"], "integer"),
        ("Weight", ["1,5", "2,25"], "decimal"),
        ("Adresa", ["Lesní 1, Trutnov", "Úzká 2, Brno"], "address"),
        ("Sídlo", ["Lesní 1, Trutnov"], "address"),
        ("Poznámka", ["x" * 130, "y"], "long_text"),
    ],
)
def test_types_as_a_person_would_choose(label: str, values: list[Cell], kind: str) -> None:
    assert of(label, *values).type == kind


def test_the_currency_is_read_from_the_cells() -> None:
    assert of("Price", "1 054 €", "4 514,50 €").options == {"currency": "EUR"}
    assert of("Price", "1 054 €", "4 514,50 Kč").options == {}
    assert of("Price", "1054", "4514").confidence <= 0.8


def test_an_empty_column_is_left_out_and_a_code_is_unique() -> None:
    assert not of("Name", None, "").include
    assert of("Contract ID", "A1", "A2").unique
    assert not of("Contract ID", "A1", "A1").unique
    assert not of("Name", "Jana", "Petr").unique


def test_choices_have_colours() -> None:
    found = of("Stage", *["Won", "Lost", "Open"] * 10)
    assert [each["name"] for each in found.options["choices"]] == ["Won", "Lost", "Open"]
    assert len({each["colour"] for each in found.options["choices"]}) == 3
    assert [each["key"] for each in coloured(["A b", "a_b"])] == ["a_b", "a_b_2"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("ContractorAddressCity", "Contractor address city"),
        ("year_established", "Year established"),
        ("ValueWithoutVAT", "Value without VAT"),
        ("IČO", "IČO"),
        ("Date added", "Date added"),
        ("close_date", "Close date"),
        ("GICS Sub-Industry", "GICS Sub-Industry"),
    ],
)
def test_names_are_readable(name: str, said: str) -> None:
    assert readable(name) == said


@pytest.mark.parametrize(
    ("file", "sheet", "name"),
    [
        ("contracts_cz_cp1250.csv", None, "Contracts"),
        ("smlouvy-2024-final.xlsx", "List1", "Smlouvy"),
        ("export.xlsx", "Vozový park", "Vozový park"),
        ("2024.csv", None, "2024"),
        ("stroje a zařízení.csv", None, "Stroje a zařízení"),
    ],
)
def test_the_registry_is_named_after_the_file_or_the_sheet(file: str, sheet: str | None, name: str) -> None:
    assert registry_name(file, sheet).casefold() == name.casefold()


@pytest.mark.parametrize(
    ("columns", "rows", "title"),
    [
        (["Symbol", "Security"], [["MMM", "3M"], ["AOS", "A. O. Smith"], ["ABT", "Abbott Labs"]], "security"),
        (
            ["opportunity_id", "agent"],
            [["1C1I", "Moses"], ["Z063", "Moses"], ["EC4Q", "Moses"]],
            "opportunity_id",
        ),
        (["Datum", "Předmět"], [["1. 1. 2024", "Oprava pily"], ["2. 1. 2024", "Nový list"]], "predmet"),
        (["Count"], [[1], [2]], "count"),
    ],
)
def test_the_title_is_what_people_would_call_a_row(
    columns: list[str], rows: list[list[Cell]], title: str
) -> None:
    assert title_of(refine(looked_at(columns, rows))) == title


def test_a_column_of_titles_of_other_rows_leads_to_them() -> None:
    rows: list[list[Cell]] = [["Acme", None], ["Bluth", "Acme"], ["Codehow", "Acme"], ["Donquad", "Bluth"]]
    guesser = looked_at(["account", "subsidiary_of"], rows)
    columns = refine(guesser)
    found = parent_of(guesser, columns, "account")
    assert [each.type for each in found] == ["text", "relation"]
    guesser = looked_at(["account", "city"], [["Acme", "Brno"], ["Bluth", "Brno"], ["Codehow", "Acme"]])
    assert parent_of(guesser, refine(guesser), "account")[1].type == "text"


def test_a_wide_sheet_is_cut_into_sections() -> None:
    columns = ["Name", "City", "E-mail", "Price", "Stage", "Since"]
    rows: list[list[Cell]] = [["A b", "Brno", "a@b.cz", "10,50", "x", "1. 1. 2024"]]
    assert [each.section for each in refine(looked_at(columns, rows))] == [
        "basic", "contact", "contact", "finance", "basic", "basic",
    ]  # fmt: skip
    assert {each.section for each in refine(looked_at(columns[:4], [rows[0][:4]]))} == {"basic"}

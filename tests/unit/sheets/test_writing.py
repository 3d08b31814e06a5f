"""Writing: what comes out reads back equal, and nothing in it is a formula."""

import csv
import io
import re
import time
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.services.sheets.cells import Written
from kartoteka.platform.services.sheets.reading import open_sheet
from kartoteka.platform.services.sheets.writing import sheet_title, write_csv, write_xlsx

DANGEROUS = [
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0", "＝1+1", "＋1", "－1", "＠a",
    "'=1", " =1", '"=1', ";=1", "\n=1", "''=1", "-", "+", "=", "@", "-x", "+420 + 1", "-1+1|cmd", "+1(1)*2",
]  # fmt: skip
HARMLESS = [
    "-1",
    "+1",
    "-1,5",
    "+420 777 123 456",
    "+420777123456",
    "+1 (202) 555-0100",
    "a=b",
    "1-2",
    "",
    "'s",
    "'",
]


def as_csv(columns: Sequence[str], rows: Sequence[Sequence[Any]], **options: Any) -> bytes:
    stream = io.BytesIO()
    assert write_csv(stream, columns, rows, **options) == len(rows)
    return stream.getvalue()


def as_xlsx(columns: Sequence[str], rows: Sequence[Sequence[Any]], **options: Any) -> bytes:
    stream = io.BytesIO()
    assert write_xlsx(stream, columns, rows, title=options.pop("title", "List"), **options) == len(rows)
    return stream.getvalue()


def read(content: bytes) -> list[list[Any]]:
    with open_sheet(io.BytesIO(content), name="list") as sheet:
        return [row for _, row in sheet.rows()]


def test_csv_is_what_excel_opens() -> None:
    content = as_csv(["Název", "Kč"], [["Žluť; kůň", Decimal("24977.80")], ['"x"\ny', None]])
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.decode("utf-8-sig") == 'Název;Kč\r\n"Žluť; kůň";24977,80\r\n"""x""\ny";\r\n'


def test_csv_of_every_kind_of_value() -> None:
    moment = datetime(2020, 6, 30, 12, 0, tzinfo=UTC)
    row = [1, 1.5, 1e-7, Decimal("1E+3"), True, False, date(2020, 6, 30), moment, None, float("nan")]
    text = as_csv(list("abcdefghij"), [row], timezone="Europe/Prague").decode("utf-8-sig")
    assert text.splitlines()[1] == (
        "1;1,5;0,0000001;1000;true;false;2020-06-30;2020-06-30T14:00:00+02:00;;NaN"
    )
    assert as_csv(["a"], [[1.5]], delimiter=",") == b"\xef\xbb\xbfa\r\n1.5\r\n"


def test_csv_guards_every_formula_and_nothing_else() -> None:
    content = as_csv(["=head", "b"], [[text, text] for text in [*DANGEROUS, *HARMLESS]])
    records = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert records[0] == ["'=head", "b"]
    for text, record in zip([*DANGEROUS, *HARMLESS], records[1:], strict=True):
        expected = f"'{text}" if text in DANGEROUS else text
        assert record == [expected, expected]
    with open_sheet(io.BytesIO(content), name="list.csv") as sheet:
        assert sheet.columns == ["=head", "b"]
        assert [row[0] for _, row in sheet.rows()] == [*DANGEROUS, *(text for text in HARMLESS if text)]


def test_xlsx_holds_texts_and_no_formula() -> None:
    content = as_xlsx(["=1+1", "b"], [[text, text] for text in [*DANGEROUS, "http://x.invalid", "{=1}"]])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert not any(re.search(r"<f[ >]|<hyperlink", part) for part in parts.values())
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    assert all(cell.data_type in ("s", "inlineStr", "n") for row in sheet.iter_rows() for cell in row)
    assert [row[0] for row in read(content)] == [*DANGEROUS, "http://x.invalid", "{=1}"]


def test_xlsx_looks() -> None:
    row = [
        "Novák",
        date(2020, 6, 30),
        Decimal("24977.80"),
        datetime(2020, 6, 30, 12, 0, 5, tzinfo=UTC),
        7,
        True,
    ]
    content = as_xlsx(list("abcdef"), [row], title="Smlouvy: [2020]", timezone="Europe/Prague")
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    assert sheet.title == "Smlouvy   2020"
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:F2")
    assert sheet["A1"].font.bold
    assert [sheet.cell(2, place).number_format for place in range(1, 7)] == [
        "General", "d. m. yyyy", "0.00", "d. m. yyyy h:mm:ss", "0", "General",
    ]  # fmt: skip
    assert read(content) == [
        ["Novák", date(2020, 6, 30), 24977.8, datetime.fromisoformat("2020-06-30T14:00:05"), 7, True]
    ]


def test_xlsx_writes_as_text_what_it_would_not_keep() -> None:
    prague = ZoneInfo("Europe/Prague")
    row: list[Written] = [
        1234567890123456,
        Decimal("1.234567890123456"),
        date(1899, 12, 31),
        date(1900, 2, 28),
        datetime(2020, 6, 30, 12, 0, 0, 5, tzinfo=UTC),
        datetime(2020, 10, 25, 2, 30, fold=1, tzinfo=prague),
        float("inf"),
        999999999999999,
    ]
    assert read(as_xlsx(list("abcdefgh"), [row], timezone="Europe/Prague")) == [
        [
            "1234567890123456",
            "1.234567890123456",
            "1899-12-31",
            "1900-02-28",
            "2020-06-30T14:00:00.000005+02:00",
            "2020-10-25T02:30:00+01:00",
            "Infinity",
            999999999999999,
        ]
    ]


def test_xlsx_says_what_it_cannot_hold() -> None:
    with pytest.raises(Invalid, match="“note” in row 3"):
        as_xlsx(["id", "note"], [[1, "x"], [2, "y" * 32_768]])
    assert read(as_xlsx(["note"], [["y" * 32_767]])) == [["y" * 32_767]]


def test_an_error_of_the_rows_passes_through() -> None:
    def broken() -> Any:
        yield ["a"]
        raise RuntimeError("no more rows")

    with pytest.raises(RuntimeError):
        write_xlsx(io.BytesIO(), ["a"], broken(), title="x")
    with pytest.raises(RuntimeError):
        write_csv(io.BytesIO(), ["a"], broken())


def test_empty_tables() -> None:
    for content in (as_csv(["a", "b"], []), as_xlsx(["a", "b"], [])):
        with open_sheet(io.BytesIO(content), name="list") as sheet:
            assert (sheet.columns, sheet.recognised.rows, list(sheet.rows())) == (["a", "b"], 0, [])


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("", "Sheet1"),
        ("'x'", "x"),
        ("a/b\\c?d*e[f]g:h", "a b c d e f g h"),
        ("x" * 40, "x" * 31),
        ("\n", "Sheet1"),
    ],
)
def test_titles(title: str, expected: str) -> None:
    assert sheet_title(title) == expected
    as_xlsx(["a"], [], title=title)


_texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)
_tricky = st.text(st.sampled_from("=+-@'\"; ,|\t\n\r_x0D1aé＝.()"), max_size=8)
_whole = st.integers(-(10**20), 10**20)
_decimals = st.decimals(-(10**9), 10**9, places=4)
_moments = st.datetimes(datetime(1800, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
_values = st.one_of(st.none(), _texts, _tricky, _whole, _decimals, st.booleans(), st.dates(), _moments)
_tables = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(_values, min_size=width, max_size=width), max_size=8)
)


def in_csv(value: Written) -> str | None:
    match value:
        case None | "":
            return None
        case bool():
            return "true" if value else "false"
        case Decimal():
            return f"{value:f}".replace(".", ",")
        case date():
            return value.isoformat()
    return str(value)


def as_told(value: Any) -> Any:
    """What a workbook's cell says, in a form that can be compared with what went in."""
    if isinstance(value, Decimal | float | int) and not isinstance(value, bool):
        return Decimal(str(value)).normalize()
    if isinstance(value, datetime):
        return value.replace(tzinfo=None) if value.time() != datetime.min.time() else value.date()
    return value


def same(written: Any, found: Any) -> bool:
    if isinstance(found, str) and not isinstance(written, str):
        if isinstance(written, datetime | date):
            return found == written.isoformat()
        return isinstance(written, int | Decimal) and Decimal(found) == Decimal(written)
    return bool(as_told(written) == as_told(found))


def holds_something(row: Sequence[Any]) -> bool:
    return any(cell is not None and str(cell).strip() for cell in row)


@settings(max_examples=200, deadline=None)
@given(_tables, st.sampled_from([";", ",", "\t", "|"]))
def test_csv_round_trip(rows: list[list[Any]], delimiter: str) -> None:
    columns = [f"column {place}" for place in range(len(rows[0]) if rows else 1)]
    content = as_csv(columns, rows, delimiter=delimiter, decimal_mark=",")
    with open_sheet(io.BytesIO(content), name="list.csv", delimiter=delimiter) as sheet:
        assert sheet.columns == columns
        assert [row for _, row in sheet.rows()] == [
            [in_csv(cell) for cell in row] for row in rows if holds_something(row)
        ]


@settings(max_examples=150, deadline=None)
@given(_tables)
def test_xlsx_round_trip(rows: list[list[Any]]) -> None:
    columns = [f"column {place}" for place in range(len(rows[0]) if rows else 1)]
    with open_sheet(io.BytesIO(as_xlsx(columns, rows)), name="list.xlsx") as sheet:
        assert sheet.columns == columns
        found = [row for _, row in sheet.rows()]
    expected = [[None if cell == "" else cell for cell in row] for row in rows if holds_something(row)]
    assert len(found) == len(expected)
    for row, wanted in zip(found, expected, strict=True):
        assert all(same(before, after) for before, after in zip(wanted, row, strict=True)), (wanted, row)


def test_large_tables_are_quick() -> None:
    rows = [[f"Firma {i}", i, Decimal(i) / 8, date(2020, 1, 1), "poznámka"] * 2 for i in range(5_000)]
    columns = [f"c{i}" for i in range(10)]
    before = time.process_time()
    workbook = as_xlsx(columns, rows)
    assert time.process_time() - before < 20
    before = time.process_time()
    assert len(read(workbook)) == 5_000
    assert time.process_time() - before < 5
    before = time.process_time()
    assert len(read(as_csv(columns, rows))) == 5_000
    assert time.process_time() - before < 5

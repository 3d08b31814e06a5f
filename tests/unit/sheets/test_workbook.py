"""Workbooks: typed cells, the choice of a sheet, and everything a hostile one may try."""

import io
import zipfile
from datetime import date, datetime, time, timedelta
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.services.sheets.inspection import Limits, PartInspector, weigh_sheet
from kartoteka.platform.services.sheets.safety import clean_copy

from .files import SHEET, TEXTS, cells, opened, respelled, workbook

PLAIN: list[list[Any]] = [["name", "count"], ["Novák", 71], ["Dvořák", 72]]


def refused(stream: io.BytesIO) -> str:
    with pytest.raises(Invalid) as caught:
        opened(stream, "book.xlsx")
    assert list(caught.value.errors) == ["file"]
    return str(caught.value)


def test_cells_are_typed() -> None:
    rows: list[list[Any]] = [
        ["a", "b"],
        [4146506.0, date(2020, 6, 30)],
        [True, datetime.fromisoformat("2020-06-30T13:05:07")],
        [24977.8, "04146506"],
        [-0.5, None],
        [time(3, 4), timedelta(hours=30)],
        [123456789012345, 0.1 + 0.2],
    ]
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    stream = io.BytesIO()
    book.save(stream)
    found = cells(stream)
    assert found == [
        [4146506, date(2020, 6, 30)],
        [True, datetime.fromisoformat("2020-06-30T13:05:07")],
        [24977.8, "04146506"],
        [-0.5, None],
        ["03:04:00", "30:00:00"],
        [123456789012345, 0.3],
    ]
    assert type(found[0][0]) is int
    assert type(found[0][1]) is date
    assert type(found[1][0]) is bool


def test_header_is_the_first_row_that_holds_something_and_numbers_are_those_of_the_sheet() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    filled: dict[str, Any] = {"B3": "name", "D3": "name", "B5": "x", "C5": 7, "D6": "y"}
    for place, value in filled.items():
        sheet[place] = value
    stream = io.BytesIO()
    book.save(stream)
    with opened(stream) as opened_sheet:
        assert opened_sheet.columns == ["name", "Column 3", "name (2)"]
        assert opened_sheet.recognised.header_row == 3
        assert opened_sheet.recognised.rows == 2
        assert list(opened_sheet.rows()) == [(5, ["x", 7, None]), (6, [None, None, "y"])]


def test_sheet_by_name_or_the_first_that_holds_something() -> None:
    book = openpyxl.Workbook()
    for title, value in (("Empty", None), ("Hidden", "h"), ("Firms", "f"), ("Žluté", "z")):
        sheet = book.create_sheet(title)
        if value:
            sheet.append([value])
            sheet.append([1])
    book["Hidden"].sheet_state = "hidden"
    stream = io.BytesIO()
    book.save(stream)
    with opened(stream) as first:
        assert first.recognised.sheet == "Firms"
        assert first.recognised.sheets == ("Sheet", "Empty", "Hidden", "Firms", "Žluté")
    with opened(stream, sheet="žluté") as named:
        assert named.columns == ["z"]
    with pytest.raises(Invalid, match="Firms") as caught:
        opened(stream, sheet="Nowhere")
    assert list(caught.value.errors) == ["sheet"]


def test_empty_workbook() -> None:
    assert "nothing in" in refused(workbook([]))


def test_a_formula_is_read_by_its_value_only() -> None:
    stream = respelled(
        workbook(PLAIN), {SHEET: (b"<v>71</v>", b"<f>HYPERLINK(&quot;http://x.invalid&quot;)</f><v>5</v>")}
    )
    assert cells(stream)[0] == ["Novák", 5]


def test_stretched_dimension_does_no_harm() -> None:
    stream = respelled(workbook(PLAIN), {SHEET: (b'ref="A1:B3"', b'ref="A1:XFD1048576"')})
    assert cells(stream) == PLAIN[1:]


def test_texts_may_be_miscounted_a_little() -> None:
    stream = respelled(workbook(PLAIN), {TEXTS: (b'uniqueCount="4"', b'uniqueCount="40"')})
    assert cells(stream) == PLAIN[1:]


@pytest.mark.parametrize("announced", ["4294967295", "99999999999999999999", "-1", "many"])
def test_texts_announced_beyond_all_measure_never_reach_the_parser(announced: str) -> None:
    """The parser would keep room for all of them and end the process."""
    change = (b'uniqueCount="4"', f'uniqueCount="{announced}"'.encode())
    sentence = refused(respelled(workbook(PLAIN), {TEXTS: change}))
    assert "too large" in sentence or "damaged" in sentence


def test_cells_without_places_are_read_in_order() -> None:
    stream = respelled(workbook(PLAIN), {SHEET: (b'<c r="A1"', b"<c")})
    assert cells(respelled(stream, {SHEET: (b'<row r="1"', b"<row")})) == PLAIN[1:]


@pytest.mark.parametrize("place", ["XFD1048576", "xfd1048576", "B1048576999", "ZZZ9999999"])
def test_a_cell_far_away_never_reaches_the_parser(place: str) -> None:
    far = f'<row r="9"><c r="{place}"><v>1</v></c></row></sheetData>'.encode()
    sentence = refused(respelled(workbook(PLAIN), {SHEET: (b"</sheetData>", far)}))
    assert "spreads over" in sentence or "damaged" in sentence


def test_a_cell_far_away_is_found_behind_any_prefix_and_in_utf_16() -> None:
    far = (
        b'<x:row xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" r="1048576">'
        b'<x:c t=">" r="XFD1048576"><x:v>1</x:v></x:c></x:row></sheetData>'
    )
    stream = respelled(workbook(PLAIN), {SHEET: (b"</sheetData>", far)})
    assert "spreads over" in refused(stream)
    content = zipfile.ZipFile(stream).read(SHEET)
    wide = content.decode().replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16")
    assert "spreads over" in refused(respelled(stream, {SHEET: (content, wide)}))


def test_a_formatted_but_empty_cell_far_away_is_nothing() -> None:
    far = b'<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
    assert cells(respelled(workbook(PLAIN), {SHEET: (b"</sheetData>", far)})) == PLAIN[1:]


def test_rows_and_cells_without_places_are_counted() -> None:
    limits = Limits(cells=1000)
    many = b"<row><c><v>1</v></c></row>" * 300 + b"<row>" + b"<c><v>1</v></c>" * 300 + b"</row></sheetData>"
    stream = respelled(workbook(PLAIN), {SHEET: (b"</sheetData>", many)})
    with pytest.raises(Invalid, match="304 rows and 300 columns"):
        clean_copy(stream, "book.xlsx", limits)


def test_a_sheet_of_all_columns() -> None:
    assert "1000" in refused(workbook([[f"c{i}" for i in range(16_384)], [1]]))


@pytest.mark.parametrize("part", [SHEET, TEXTS, "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"])
def test_xml_bomb_and_outside_entities(part: str) -> None:
    bomb = (
        b'<!DOCTYPE b [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]><'
    )
    original = workbook(PLAIN)
    content = zipfile.ZipFile(original).read(part)
    head, body = content.split(b"?>", 1) if content.startswith(b"<?xml") else (b"", content)
    start = head + b"?>" if head else b""
    spoiled = start + bomb + body.lstrip().removeprefix(b"<")
    assert "document type" in refused(respelled(original, {part: (content, spoiled)}))


def test_zip_bomb_of_one_part() -> None:
    stream = workbook(PLAIN)
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet9.xml", b"<worksheet>" + b" " * (64 * 2**20))
    assert len(stream.getvalue()) < 200_000
    assert "too large" in refused(stream)


def test_zip_bomb_that_lies_about_its_size() -> None:
    stream = workbook(PLAIN)
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet9.xml", b"<worksheet>" + b" " * (64 * 2**20))
        size = archive.getinfo("xl/worksheets/sheet9.xml").file_size
    lying = stream.getvalue().replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert "large" in refused(io.BytesIO(lying)) or "damaged" in refused(io.BytesIO(lying))


def test_too_many_entries() -> None:
    stream = workbook(PLAIN)
    with zipfile.ZipFile(stream, "a") as archive:
        for number in range(5001):
            archive.writestr(f"xl/x{number}.xml", b"<a/>")
    assert "too large" in refused(stream)


def test_entries_of_one_name_or_on_one_place() -> None:
    stream = workbook(PLAIN)
    with zipfile.ZipFile(stream, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(SHEET, b"<worksheet/>")
    assert "damaged" in refused(stream)

    overlapping = workbook(PLAIN)
    with zipfile.ZipFile(overlapping, "a") as archive:
        archive.writestr("xl/more.xml", b"<a/>")
        archive.getinfo("xl/more.xml").header_offset = archive.getinfo(SHEET).header_offset
        archive._didModify = True  # type: ignore[attr-defined]
    assert "damaged" in refused(overlapping)


def test_one_long_text_shown_by_many_cells() -> None:
    longest = "x" * 30_000
    limits = Limits(text=1_000_000)
    bomb = workbook([["note"], *[[longest]] * 100])
    with pytest.raises(Invalid, match="too large"):
        clean_copy(bomb, "book.xlsx", limits)
    harmless = workbook([["note"], [longest], *[["short"]] * 100])
    clean_copy(harmless, "book.xlsx", limits).close()


def test_locked_workbook() -> None:
    container = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    assert "password" in refused(io.BytesIO(container + bytes(1000)))


def test_locked_archive() -> None:
    stream = workbook(PLAIN)
    spoiled = bytearray(stream.getvalue())
    with zipfile.ZipFile(stream) as archive:
        for part in archive.infolist():
            spoiled[part.header_offset + 6] |= 1
        place = archive.start_dir
    while (place := spoiled.find(b"PK\x01\x02", place)) >= 0:
        spoiled[place + 8] |= 1
        place += 4
    assert "password" in refused(io.BytesIO(bytes(spoiled)))


def test_old_workbook_and_other_containers() -> None:
    start = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)
    assert ".xls" in refused(io.BytesIO(start + "Workbook".encode("utf-16-le")))
    assert "not a spreadsheet" in refused(io.BytesIO(start + "WordDocument".encode("utf-16-le")))


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({"word/document.xml": b"<document/>"}, "not a spreadsheet"),
        ({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}, "Save it as .xlsx"),
        ({"mimetype": b"application/vnd.oasis.opendocument.text"}, "not a spreadsheet"),
        ({"xl/workbook.bin": b"\x00"}, "Save it as .xlsx"),
        ({"xl/workbook.xml": b"<workbook/>"}, "damaged"),
        ({"xl/workbook.xml": b"<workbook"}, "damaged"),
        ({"xl/workbook.xml": b"\x00\x01"}, "damaged"),
    ],
)
def test_archives_that_are_no_workbook(parts: dict[str, bytes], sentence: str) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert sentence in refused(stream)


def test_a_workbook_cut_or_spoiled_anywhere_gives_a_sentence() -> None:
    whole = workbook([["name", "count"], *[[f"n{i}", i] for i in range(200)]]).getvalue()
    for length in range(4, len(whole), len(whole) // 40):
        refused(io.BytesIO(whole[:length]))
    for place in range(0, len(whole), len(whole) // 60):
        spoiled = bytearray(whole)
        spoiled[place] ^= 0xFF
        try:
            cells(io.BytesIO(bytes(spoiled)))
        except Invalid as error:
            assert error.errors["file"][0].endswith(".")


def test_parts_that_point_outside_are_left_out() -> None:
    stream = workbook(PLAIN)
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("xl/externalLinks/externalLink1.xml", b"<externalLink/>")
        archive.writestr("../../etc/evil.xml", b"<a/>")
    with clean_copy(stream, "book.xlsx") as copy, zipfile.ZipFile(copy) as clean:
        assert "xl/externalLinks/externalLink1.xml" not in clean.namelist()
    assert cells(stream) == PLAIN[1:]


_tags = st.sampled_from(
    [
        '<row r="{row}">', "<row>", "</row>", '<c r="{place}"><v>1</v></c>', "<c><v>1</v></c>",
        '<c s="1" r="{place}"><v>2</v></c>', "<c r='{place}'><f>1</f></c>", '<c r="{place}" s="1"/>',
        '<x:c xmlns:x="urn:x" r="{place}" t="s"><x:v>0</x:v></x:c>', '<!-- <c r="{place}"> -->',
        "<c r='A1' t='s'><v>0</v></c>", '<c x=" r=&quot;A1&quot;"><v>3</v></c>',
    ]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(_tags, st.integers(1, 60), st.integers(0, 25)), max_size=40), st.integers(1, 200))
def test_the_quick_count_never_clears_what_the_exact_one_refuses(
    parts: list[tuple[str, int, int]], size: int
) -> None:
    body, depth = "", 0
    for tag, row, column in parts:
        if tag == "</row>":
            depth -= depth > 0
            body += tag if depth >= 0 and body.count("<row") > body.count("</row") else ""
            continue
        body += tag.format(row=row, place=f"{chr(65 + column)}{row}")
        depth += tag.startswith("<row")
    body += "</row>" * (body.count("<row") - body.count("</row"))
    content = f"<worksheet><sheetData>{body}</sheetData></worksheet>".encode()
    limits = Limits(cells=100, most_cells=400, text=30)
    chunks = [content[start : start + size] for start in range(0, len(content), size)]
    inspector = PartInspector("book.xlsx", limits)
    for chunk in chunks:
        inspector.feed(chunk)
    inspector.finish()
    assert inspector.sheet is not None
    if inspector.sheet.is_surely_fine(longest_text=10):
        weigh_sheet(chunks, [10], "book.xlsx", limits)

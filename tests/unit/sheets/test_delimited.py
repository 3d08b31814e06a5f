"""Text tables: encoding, delimiter, quotes, header and row numbers."""

import io
import json
import tempfile
from pathlib import Path

import pytest

from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.services.sheets.reading import open_sheet

from .files import cells, opened, text_table

CZECH = "Název;Město\nŽluťoučký kůň;Plzeň\nÚpěl ďábelské ódy – „tiše“;Ústí nad Labem\n"


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("cp1250", "windows-1250"),
    ],
)
def test_encoding_is_recognised(encoding: str, shown: str) -> None:
    with opened(text_table(CZECH, encoding)) as sheet:
        assert sheet.columns == ["Název", "Město"]
        assert sheet.recognised.encoding == shown
        assert next(sheet.rows())[1] == ["Žluťoučký kůň", "Plzeň"]


@pytest.mark.parametrize("mark", ["utf-16-le", "utf-16-be"])
def test_utf_16_of_both_orders(mark: str) -> None:
    stream = io.BytesIO("\ufeffa;b\nč;ř\n".encode(mark))
    assert cells(stream) == [["č", "ř"]]


def test_latin_2_is_told_from_windows_1250() -> None:
    text = "Název;Město\nŠtěpán Žížala;Třešť\nŤapka;Žďár nad Sázavou\n"
    with opened(text_table(text, "iso8859-2")) as sheet:
        assert sheet.recognised.encoding == "iso-8859-2"
        assert next(sheet.rows())[1] == ["Štěpán Žížala", "Třešť"]


@pytest.mark.parametrize(
    "text",
    [
        "Nom;Ville\nFrançois Lefèvre à côté;Besançon\nHélène, dès l'été;Nîmes\nCe même théâtre, là;Orléans\n",
        "Navn;By\nJørgen Sæther;Tromsø\nÅse Bjørnsen;Ålesund\n",
        "Nombre;Ciudad\nIñaki Muñoz;La Coruña\nBegoña Núñez;Logroño\n",
    ],
)
def test_western_text_is_told_from_windows_1250(text: str) -> None:
    with opened(text_table(text, "cp1252")) as sheet:
        assert sheet.recognised.encoding == "windows-1252"


def test_german_text_reads_the_same_either_way() -> None:
    text = "Name;Stadt\nJürgen Groß;Köln\nÄnne Müller;Zürich\n"
    assert cells(text_table(text, "cp1252")) == [["Jürgen Groß", "Köln"], ["Änne Müller", "Zürich"]]


def test_polish_text_is_windows_1250() -> None:
    text = "Nazwa;Miasto\nŁukasz Wiśniewski;Łódź\nGrażyna Dąbek;Częstochowa\n"
    assert cells(text_table(text, "cp1250"))[0] == ["Łukasz Wiśniewski", "Łódź"]


def test_encoding_may_be_given() -> None:
    assert cells(text_table("a;b\nПривет;1\n", "cp1251"), encoding="windows-1251") == [["Привет", "1"]]


def test_a_mark_is_no_part_of_the_header_when_the_encoding_is_given() -> None:
    with opened(text_table(CZECH, "utf-8-sig"), encoding="UTF-8") as sheet:
        assert sheet.columns[0] == "Název"


@pytest.mark.parametrize("encoding", ["klingon", "rot13", "zip", "idna", ""])
def test_unknown_encoding(encoding: str) -> None:
    if not encoding:
        assert cells(text_table("a;b\n1;2\n"), encoding=encoding) == [["1", "2"]]
        return
    with pytest.raises(Invalid) as caught:
        opened(text_table("a;b\n1;2\n"), encoding=encoding)
    assert list(caught.value.errors) == ["encoding"]


def test_a_given_encoding_that_does_not_fit_is_said() -> None:
    with pytest.raises(Invalid, match="utf-8"):
        opened(text_table("a;b\nkůň;1\n", "cp1250"), encoding="utf-8")


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_delimiter_is_recognised(delimiter: str) -> None:
    lines = [("name", "note"), ("Novák", '"one, two; three\tfour|five"'), ("Dvořák", "x")]
    stream = text_table("\n".join(delimiter.join(line) for line in lines))
    with opened(stream) as sheet:
        assert sheet.recognised.delimiter == delimiter
        assert next(sheet.rows()) == (2, ["Novák", "one, two; three\tfour|five"])


def test_commas_inside_text_do_not_win_over_the_delimiter() -> None:
    text = "name;note;price\n" + "".join(f"n{i};Dear sir, madam, all;{i},5\n" for i in range(30))
    with opened(text_table(text)) as sheet:
        assert sheet.recognised.delimiter == ";"


def test_a_few_ragged_rows_do_not_hide_the_delimiter() -> None:
    text = "a,b,c\n" + "1,2,3\n" * 40 + "1,2\n1,2,3,4\n"
    with opened(text_table(text)) as sheet:
        assert sheet.recognised.delimiter == ","
        assert sheet.columns == ["a", "b", "c", "Column 4"]


def test_one_column_stays_one_column() -> None:
    assert cells(text_table("name\nNovák; Jan\nDvořák; Petr\n")) == [["Novák; Jan"], ["Dvořák; Petr"]]


def test_delimiter_may_be_given_or_hinted() -> None:
    assert cells(text_table("a:b\n1:2\n"), delimiter=":") == [["1", "2"]]
    with opened(text_table("sep=,\r\na,b\r\n1,2\r\n")) as sheet:
        assert (sheet.columns, list(sheet.rows())) == (["a", "b"], [(3, ["1", "2"])])
    with pytest.raises(Invalid) as caught:
        opened(text_table("a;b\n"), delimiter="::")
    assert list(caught.value.errors) == ["delimiter"]


def test_line_breaks_inside_cells_stay_and_records_are_counted() -> None:
    text = 'id;note\r\n1;"first\r\nsecond\nthird"\r\n\r\n2;"say ""hi"""\r\n'
    with opened(text_table(text)) as sheet:
        assert list(sheet.rows()) == [(2, ["1", "first\r\nsecond\nthird"]), (4, ["2", 'say "hi"'])]
        assert sheet.recognised.rows == 2


def test_windows_1250_with_line_breaks_inside_cells() -> None:
    text = 'Číslo;Předmět\r\n1;"Žádost\r\no příspěvek"\r\n'
    assert cells(text_table(text, "cp1250")) == [["1", "Žádost\r\no příspěvek"]]


def test_rows_may_be_asked_for_again() -> None:
    with opened(text_table("a;b\n1;2\n3;4\n")) as sheet:
        half = sheet.rows()
        next(half)
        assert list(sheet.rows()) == list(sheet.rows()) == [(2, ["1", "2"]), (3, ["3", "4"])]


def test_header_names() -> None:
    with opened(text_table("\n;;\nName;;Name; Name (2) ;Total  sum\n1;2;3;4;5;6\n")) as sheet:
        assert sheet.columns == ["Name", "Column 2", "Name (3)", "Name (2)", "Total sum", "Column 6"]
        assert sheet.recognised.header_row == 3
        assert list(sheet.rows()) == [(4, ["1", "2", "3", "4", "5", "6"])]


def test_a_heading_above_the_table_is_no_header() -> None:
    heading = "Smlouvy 2024;;;\nStav k;1. 5. 2024;;\n\n"
    with opened(text_table(heading + "Číslo;Předmět;Firma;Cena\nA1;Oprava;Pila;100\n")) as sheet:
        assert sheet.columns == ["Číslo", "Předmět", "Firma", "Cena"]
        assert sheet.recognised.header_row == 4
        assert [number for number, _cells in sheet.rows()] == [5]


@pytest.mark.parametrize(
    "text", ["Name;;;\n1;2;3;4\n5;6;7;8\n", "Name\nOne\nTwo\n", "Name;City\nOne;Brno\n", "a;;;\nb;c;d;e\n"]
)
def test_a_first_row_with_few_names_stays_the_header(text: str) -> None:
    with opened(text_table(text)) as sheet:
        assert sheet.recognised.header_row == 1


def test_nameless_columns_without_values_do_not_count() -> None:
    with opened(text_table("a;;b;;\n1;;2;;\n;;;;\n3;;;;\n")) as sheet:
        assert sheet.columns == ["a", "b"]
        assert list(sheet.rows()) == [(2, ["1", "2"]), (4, ["3", None])]


def test_short_rows_are_filled_up() -> None:
    found = cells(text_table("a;b;c\n1\n1;2;3\n1;2\n"))
    assert found == [["1", None, None], ["1", "2", "3"], ["1", "2", None]]


def test_untidy_quotes_are_read_as_they_are() -> None:
    text = 'size;note\n5" pipe;"quoted" and more\n6;x\n'
    assert cells(text_table(text)) == [['5" pipe', "quoted and more"], ["6", "x"]]


def test_a_quotation_mark_that_never_ends() -> None:
    text = "a;b\n" + '1;"open\n' + "2;x\n" * 1000
    with pytest.raises(Invalid, match="does not end"):
        opened(text_table(text))
    with pytest.raises(Invalid, match="too long"):
        opened(text_table("a;b\n1;2\n" * 50_000 + '1;"open\n' + "2;x\n" * 50_000))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"\n\n  \n", "nothing in"),
        (b"a;b\n1;\x002\n", "NUL"),
        ("a;b\n1;2\n".encode("utf-16-le"), "NUL"),
        (b"%PDF-1.7\n1 0 obj", "not a spreadsheet"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "not a spreadsheet"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "not a spreadsheet"),
        (b"<!DOCTYPE html><table><tr><td>1</td></tr></table>", "not a spreadsheet"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><a/>", "not a spreadsheet"),
        (bytes(range(1, 256)) * 40, "not a spreadsheet"),
        (b"x" * 5_000_000, "too long"),
        (b"a;b\n" + b";" * 5_000_000, "too long"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence) as caught:
        opened(io.BytesIO(content), "mystery.csv")
    assert list(caught.value.errors) == ["file"]


def test_too_many_columns() -> None:
    wide = ";".join(f"c{i}" for i in range(16_384))
    with pytest.raises(Invalid, match="1000"):
        opened(text_table(f"{wide}\n"))
    with pytest.raises(Invalid, match="1000"):
        opened(text_table("a\n" + ";".join("x" * 1001) + "\n"), delimiter=";")
    with opened(text_table(";".join(f"c{i}" for i in range(1000)) + "\n")) as sheet:
        assert len(sheet.columns) == 1000


def test_apostrophe_before_a_formula_is_taken_off() -> None:
    text = "a;b\n'=1+1;'-x\n'hello;'s-Hertogenbosch\n'+420 777;'\n"
    assert cells(text_table(text)) == [["=1+1", "-x"], ["'hello", "'s-Hertogenbosch"], ["+420 777", "'"]]


def test_paths_and_streams_that_cannot_seek(tmp_path: Path) -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    path = tmp_path / "list.csv"
    path.write_bytes(CZECH.encode("cp1250"))
    for given in (path, str(path), Pipe(CZECH.encode("cp1250"))):
        with open_sheet(given, name="list.csv") as sheet:
            assert sheet.recognised.rows == 2
            assert len(list(sheet.rows())) == 2


@pytest.mark.parametrize(
    "content",
    [
        CZECH.encode("cp1250"),
        ("\ufeff" + CZECH).encode("utf-16-le"),
        b"sep=|\nname|city\nABC|'=1+1\n|\nX\n",
        b'name;city;\n"untidy" quote;Brno;more\n',
        b"List of firms\n\nname;city;code\nABC;Brno;1\nDEF;Praha;2\n",
    ],
)
def test_what_is_known_of_a_file_saves_reading_it_again(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    with open_sheet(path, name="list.csv") as first:
        known, found, rows = json.loads(json.dumps(first.known)), first.recognised, list(first.rows())
    with open_sheet(path, name="list.csv", known=known) as again:
        assert (again.columns, again.recognised, list(again.rows())) == (first.columns, found, rows)
    assert len(rows) == found.rows > 0


def test_a_stream_that_was_given_stays_open() -> None:
    with tempfile.SpooledTemporaryFile(max_size=10) as stream:
        stream.write(CZECH.encode())
        with open_sheet(stream, name="list.csv") as sheet:
            next(sheet.rows())
        stream.seek(0)
        assert stream.read() == CZECH.encode()

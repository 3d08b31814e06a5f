"""What word documents and spreadsheets look like comes out as texts, bounded, whatever is in the file."""

import io
import json
import subprocess
import sys
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.styles import Font

from kartoteka.plugins.attachments import inside
from kartoteka.plugins.attachments.layouts import (
    MOST_BLOCKS,
    MOST_ROWS,
    MOST_UNPACKED,
    ODF_SHEET,
    ODF_WORD,
    SHEET,
    WORD,
    layout_of,
)

W = "xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'"
STYLES = (
    f"<w:styles {W}><w:style w:styleId='Nadpis1'><w:name w:val='heading 1'/></w:style>"
    "<w:style w:styleId='Nzev'><w:name w:val='Title'/></w:style></w:styles>"
)
BODY = (
    f"<w:document {W}><w:body>"
    "<w:p><w:pPr><w:pStyle w:val='Nadpis1'/></w:pPr><w:r><w:t>Smlouva o dílo</w:t></w:r></w:p>"
    "<w:p><w:r><w:t xml:space='preserve'>Cena je </w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>120 000 Kč</w:t></w:r>"
    "<w:r><w:rPr><w:b w:val='0'/><w:i/></w:rPr><w:t> bez DPH</w:t></w:r></w:p>"
    "<w:p/><w:p><w:pPr><w:numPr/></w:pPr><w:r><w:t>první</w:t><w:br/><w:t>bod</w:t></w:r></w:p>"
    "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>&lt;script&gt;1&lt;/script&gt;"
    "</w:t></w:r></w:p></w:tc></w:tr></w:tbl></w:body></w:document>"
)


def _packed(path: Path, **parts: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        for name, text in parts.items():
            packed.writestr(name.replace("__", "/") + ".xml", text)
    return path


def _blocks(path: Path, kind: str = WORD) -> list[Any]:
    found = layout_of(path, kind)
    assert found is not None
    return list(found["blocks"])


def test_a_word_document(tmp_path: Path) -> None:
    path = _packed(tmp_path / "a.docx", word__document=BODY, word__styles=STYLES)
    assert _blocks(path) == [
        {"is": "heading", "level": 1, "runs": [("Smlouva o dílo", "")]},
        {"is": "text", "runs": [("Cena je ", ""), ("120 000 Kč", "b"), (" bez DPH", "i")]},
        {"is": "item", "runs": [("první bod", "")]},
        {"is": "table", "rows": [["a", "<script>1</script>"]]},
    ]
    plain = _packed(tmp_path / "b.docx", word__document=BODY)
    assert [each["is"] for each in _blocks(plain)] == ["text", "text", "item", "table"]


def test_a_spreadsheet(tmp_path: Path) -> None:
    book = Workbook()
    first = book.active
    first.title = "Ceník"
    first.append(["Zboží", None, "Cena"])
    first.append(["<b>Lano</b>", None, 12.5, date(2026, 5, 1), datetime(2026, 5, 1, 8, 30), True])  # noqa: DTZ001  sheets know no zones
    first["A1"].font = Font(bold=True)
    for number in range(MOST_ROWS + 50):
        first.append([number])
    book.create_sheet("Prázdný")
    book.create_sheet("Tajný").sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    (tmp_path / "source").write_bytes(out.getvalue())
    found = layout_of(tmp_path / "source", SHEET)
    assert found is not None and found["cut"]
    assert [each["name"] for each in found["sheets"]] == ["Ceník", "Prázdný"]
    rows = found["sheets"][0]["rows"]
    assert rows[0][:3] == ["Zboží", "", "Cena"] and len(rows) == MOST_ROWS
    assert rows[1] == ["<b>Lano</b>", "", "12.5", "2026-05-01", "2026-05-01 08:30", "True"]
    assert found["sheets"][1]["rows"] == []


def test_open_documents(tmp_path: Path) -> None:
    text = (
        "<o:document-content xmlns:o='o' xmlns:t='t'><o:body><o:text><t:h t:outline-level='2'>Hlava</t:h>"
        "<t:p>Slovo <t:span>a</t:span> věta</t:p><t:list><t:list-item><t:p>bod</t:p></t:list-item></t:list>"
        "</o:text></o:body></o:document-content>"
    )
    assert _blocks(_packed(tmp_path / "a.odt", content=text), ODF_WORD) == [
        {"is": "heading", "level": 2, "runs": [("Hlava", "")]},
        {"is": "text", "runs": [("Slovo a věta", "")]},
        {"is": "item", "runs": [("bod", "")]},
    ]
    sheet = (
        "<o:document-content xmlns:o='o' xmlns:t='t'><o:body><o:spreadsheet><t:table t:name='List'><t:table-row>"
        "<t:table-cell t:number-columns-repeated='2'><t:p>x</t:p></t:table-cell>"
        "<t:table-cell t:number-columns-repeated='999999999'/></t:table-row></t:table></o:spreadsheet></o:body>"
        "</o:document-content>"
    )
    found = layout_of(_packed(tmp_path / "a.ods", content=sheet), ODF_SHEET)
    assert found == {"sheets": [{"name": "List", "rows": [["x", "x"]]}], "cut": False}


def test_it_is_bounded_and_nasty_ones_are_refused(tmp_path: Path) -> None:
    many = BODY.replace("<w:p/>", "<w:p><w:r><w:t>x</w:t></w:r></w:p>" * (MOST_BLOCKS + 10))
    found = layout_of(_packed(tmp_path / "a.docx", word__document=many), WORD)
    assert found is not None and found["cut"] and len(found["blocks"]) == MOST_BLOCKS
    bomb = _packed(tmp_path / "b.docx", word__document=BODY + " " * (MOST_UNPACKED + 1))
    with pytest.raises(ValueError, match="unpacks"):
        layout_of(bomb, WORD)
    entity = "<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a>&e;</a>"
    for kind, parts in ((WORD, {"word__document": entity}), (ODF_WORD, {"content": entity})):
        with pytest.raises(ValueError):
            layout_of(_packed(tmp_path / "c", **parts), kind)
    assert layout_of(tmp_path / "c", "image/png") is None


def test_the_program_of_its_own_writes_it(tmp_path: Path) -> None:
    source = _packed(tmp_path / "a.docx", word__document=BODY, word__styles=STYLES)
    out = tmp_path / "out"
    out.mkdir()
    subprocess.run([sys.executable, "-I", inside.__file__, str(source), WORD, str(out)], check=True)
    told = json.loads((out / "layouts").read_text("utf-8"))
    assert told["blocks"][0] == {"is": "heading", "level": 1, "runs": [["Smlouva o dílo", ""]]}

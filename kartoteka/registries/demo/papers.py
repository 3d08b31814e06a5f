"""What lies on the contracts and companies of the invented firm: scans, sheets, pictures and letters, made by code."""

import io
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]
from PIL import Image, ImageDraw, ImageFont

from kartoteka.platform import sdk

from . import words

FOLDERS = [
    {"registry": "contracts", "name": "Ceny", "section": "price"},
    {"registry": "companies", "name": "Fotografie", "kinds": ["png", "jpg", "jpeg", "webp"]},
]
PAGE, MARGIN = (620, 877), 60
INK, PAPER = 40, 252
_MARKS = {
    "\u030c": ((-3, 1), (0, 4), (3, 1)),
    "\u0301": ((-1, 4), (3, 0)),
    "\u030a": ((-2, 2), (0, 0), (2, 2), (0, 4), (-2, 2)),
}


def prepare_folders(work: sdk.Work) -> None:
    """Lay down the folders of the firm, if the plugin for files is there."""
    if "attachments" in work.catalog.plugins and "attachments" in work.office.plugins:
        sdk.change_plugin(work, "attachments", {"settings": {"folders": FOLDERS}})


def papers(contracts: Sequence[int], companies: Sequence[int]) -> Mapping[str, list[dict[str, Any]]]:
    """What each person has put on some records, by the beginning of his address."""
    draft, agreed = _scan(_CONTRACT), _scan([*_CONTRACT, "", "", "Podepsáno v Trutnově.", "", _SIGNATURES])
    prices, plan = _sheet("Ceník", _PRICES), _sheet("Prohlídky", _VISITS)
    first, second = contracts[0], contracts[12]
    return {
        "jana": [
            _paper("contracts", first, "Rámcová smlouva.pdf", draft, comment="Návrh", marks=["sent"],
                   description="Podepsané znění je ve verzi 2.", tags="smlouva, originál",
                   later=[{"content": agreed, "comment": "Po připomínkách zákazníka",
                           "marks": ["approved", "signed"]}]),
            _paper("contracts", first, "Ceny pro rok 2026.xlsx", prices, folder="Ceny", busy=True),
            _paper("contracts", second, "Smlouva.pdf", agreed, marks=["signed"]),
            _paper("companies", companies[0], "Potvrzení schůzky.eml", _LETTER.encode(), folder="Pošta"),
            _paper("companies", companies[1], "Ceník.xlsx", prices),
        ],
        "petr": [
            _paper("contracts", first, "Poznámky z jednání.txt", _NOTES.encode()),
            _paper("companies", companies[0], "Hala 2.png", _picture(), folder="Fotografie",
                   description="Kudy se vjíždí a kde se skládá."),
            _paper("contracts", first, "Plán prohlídek.xlsx", plan, folder="Servis"),
        ],
    }  # fmt: skip


def _paper(
    registry: str, record: int, name: str, content: bytes, *, comment: str = "", marks: Sequence[str] = (),
    later: Sequence[Mapping[str, Any]] = (), **more: Any,
) -> dict[str, Any]:  # fmt: skip
    versions = [{"content": content, "comment": comment, "marks": marks}, *later]
    return {"registry": registry, "record": record, "name": name, "versions": versions, **more}


def _scan(lines: Sequence[str]) -> bytes:
    """A page as a scanner gives it; its words are read by the program from a layer that nobody sees."""
    page = Image.new("L", PAGE, PAPER)
    drawing, fonts = ImageDraw.Draw(page), (ImageFont.load_default(24), ImageFont.load_default(14))
    for place, line in enumerate(lines):
        _write(drawing, (MARGIN, MARGIN + place * 24 + (14 if place else 0)), line, fonts[bool(place)])
    out = io.BytesIO()
    page.save(out, "JPEG", quality=70)
    return _pdf(out.getvalue(), lines)


def _write(drawing: ImageDraw.ImageDraw, at: tuple[float, float], line: str, font: Any) -> None:
    """The letters of the font that comes along have no marks above them, so these are drawn."""
    x, y = at
    for letter in line:
        parts = unicodedata.normalize("NFD", letter)
        base, marks = parts[0], parts[1:]
        drawing.text((x, y), base, font=font, fill=INK)
        width, top = font.getlength(base), font.getbbox(base)[1]
        for mark in marks:
            points = [(x + width / 2 + dx, y + top - 6 + dy) for dx, dy in _MARKS.get(mark, ())]
            if points:
                drawing.line(points, fill=INK, width=1)
        x += width


def _pdf(picture: bytes, lines: Sequence[str]) -> bytes:
    text = b"BT /F 8 Tf 3 Tr 14 TL 40 780 Td " + b" ".join(_shown(line) for line in lines) + b" ET"
    body = b"q 595 0 0 842 0 0 cm /I Do Q " + text
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        b"/Resources<</Font<</F 5 0 R>>/XObject<</I 6 0 R>>>>>>",
        b"<</Length %d>>stream\n%b\nendstream" % (len(body), body),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding<</Type/Encoding/BaseEncoding/WinAnsiEncoding"
        b"/Differences[128 %b]>>>>" % " ".join(f"/{name}" for name in _LETTERS.values()).encode(),
        b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8"
        b"/Filter/DCTDecode/Length %d>>stream\n%b\nendstream" % (*PAGE, len(picture), picture),
    ]
    out, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj%b endobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"xref\n0 %d\n0000000000 65535 f \n%btrailer<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF" % (
        len(parts) + 1, table, len(parts) + 1, len(out),
    )  # fmt: skip


def _shown(line: str) -> bytes:
    codes = {letter: bytes([128 + place]) for place, letter in enumerate(_LETTERS)}
    plain = b"".join(codes.get(each) or each.encode("cp1252", "replace") for each in line)
    escaped = plain.replace(b"\\", rb"\\").replace(b"(", rb"\(").replace(b")", rb"\)")
    return b"(" + escaped + b") Tj T*"


def _sheet(name: str, rows: Sequence[Sequence[object]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet, bold = book.add_worksheet(name), book.add_format({"bold": True})
        sheet.set_column(0, 0, 34)
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row, None if place else bold)
    return out.getvalue()


def _picture() -> bytes:
    """The yard of a customer from above, as somebody has drawn it for the drivers."""
    yard = Image.new("RGB", (960, 600), "#e9ece4")
    drawing = ImageDraw.Draw(yard)
    drawing.rectangle((60, 380, 900, 470), fill="#c9ccd1")
    drawing.rectangle((430, 60, 520, 380), fill="#c9ccd1")
    drawing.rectangle((90, 90, 390, 330), fill="#8da3b8", outline="#5b7188", width=4)
    drawing.rectangle((570, 120, 860, 330), fill="#b8957c", outline="#86644d", width=4)
    for x in range(100, 880, 90):
        drawing.line((x, 425, x + 45, 425), fill="#ffffff", width=6)
    for x in range(600, 850, 60):
        drawing.rectangle((x, 330, x + 34, 352), fill="#4a4a4a")
    drawing.polygon([(475, 320), (450, 270), (500, 270)], fill="#c2410c")
    drawing.rectangle((464, 200, 486, 272), fill="#c2410c")
    for text, place in (("HALA 1", (180, 190)), ("HALA 2", (655, 205))):
        drawing.text(place, text, font=ImageFont.load_default(36), fill="#ffffff")
    out = io.BytesIO()
    yard.save(out, "PNG", optimize=True)
    return out.getvalue()


_LETTERS = {
    "á": "aacute", "č": "ccaron", "ď": "dcaron", "é": "eacute", "ě": "ecaron", "í": "iacute", "ň": "ncaron",
    "ó": "oacute", "ř": "rcaron", "š": "scaron", "ť": "tcaron", "ú": "uacute", "ů": "uring", "ý": "yacute",
    "ž": "zcaron", "Č": "Ccaron", "Ř": "Rcaron", "Š": "Scaron", "Ž": "Zcaron", "Ú": "Uacute",
}  # fmt: skip
_CONTRACT = [
    "Rámcová smlouva",
    "",
    f"uzavřená mezi {words.FIRM} a odběratelem.",
    "",
    "1. Dodavatel dodává zboží podle jednotlivých objednávek.",
    "2. Ceny se řídí ceníkem, který je přílohou této smlouvy.",
    "3. Objednávku potvrdí dodavatel do dvou pracovních dnů.",
    "4. Faktury mají splatnost 30 dnů ode dne doručení.",
    "5. Vady se oznamují písemně do čtrnácti dnů.",
    "6. Smlouvu lze vypovědět s výpovědní dobou tří měsíců.",
]
_SIGNATURES = "____________________                         ____________________"
_PRICES: Sequence[Sequence[object]] = [
    ["Položka", "Jednotka", "Cena bez DPH"],
    ["Obklad pískovec 20 mm", "m2", 1290],
    ["Dlažba žula 60 mm", "m2", 1640],
    ["Schodový stupeň", "ks", 2150],
    ["Doprava do 50 km", "cesta", 1900],
]
_VISITS: Sequence[Sequence[object]] = [
    ["Stroj", "Měsíc", "Kdo"],
    ["Vysokozdvižný vozík", "březen", "Tomáš"],
    ["Řezací stůl", "květen", "Tomáš"],
    ["Kompresor", "září", "dodavatel"],
]
_NOTES = """Jednání 12. března

- množství potvrdí do konce měsíce
- chtějí dodávky vždy v úterý dopoledne
- fakturovat na centrálu, zboží na halu 2
"""
_LETTER = """From: Obchod <jana@klenakamen.example>
To: Zákazník <nakup@zakaznik.example>
Subject: Potvrzeni schuzky
Date: Tue, 10 Mar 2026 09:12:00 +0100
Message-ID: <schuzka-1@klenakamen.example>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

Dobrý den,

potvrzuji schůzku ve čtvrtek v deset hodin u vás, vjezd halou 2.

S pozdravem
Jana Nováková
"""

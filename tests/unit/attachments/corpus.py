"""Files that nobody means well: scripts in every disguise, made here and nowhere else."""

import io
import zipfile

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c63f8cfc0f01f00050001ff56c72d0d0000000049454e44ae426082"
)
SCRIPT = b"<script>window.evil=1;alert('evil')</script>"
PAGE = b"<!doctype html><html><body onload=\"alert('evil')\">" + SCRIPT + b"</body></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">' + SCRIPT + b"</svg>"
GIF = b"GIF89a=1;window.evil=1;alert('evil');//"
# A browser shows PDF in a viewer apart from all pages, which may run what the PDF says; it reaches nothing of ours.
OF_THE_VIEWER = "by the viewer"
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert('by the viewer'))>>>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF"
)


def _zip(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return out.getvalue()


# ruff: noqa: E501
HOSTILE: dict[str, bytes] = {
    "evil.html": PAGE,
    "evil.htm": b"\n\n   <HTML><IMG SRC=x onerror=alert('evil')>",
    "evil.svg": SVG,
    "plain.svg": b"<?xml version='1.0'?>\n<!-- a --><svg xmlns='http://www.w3.org/2000/svg'>"
    + SCRIPT
    + b"</svg>",
    "evil.xml": b"<?xml version='1.0'?><x:script xmlns:x='http://www.w3.org/1999/xhtml'>alert('evil')</x:script>",
    "evil.xhtml": b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><script>alert('evil')</script></html>",
    "styled.xml": b"<?xml version='1.0'?><?xml-stylesheet href='javascript:alert(1)' type='text/xsl'?><a/>",
    "lying.png": PAGE,
    "lying.jpg": SVG,
    "lying.pdf": PAGE,
    "lying.txt": PAGE,
    "script.txt": b"window.evil = 1; alert('evil')",
    "script.js": b"window.evil = 1; alert('evil')",
    "script.mjs": b"export default (window.evil = 1)",
    "style.css": b"body { background: url(javascript:alert('evil')) }",
    "polyglot.gif": GIF,
    "polyglot.png": PNG + PAGE,
    "polyglot.jpg": b"\xff\xd8\xff\xe0" + PAGE,
    "polyglot.pdf": PDF + PAGE,
    "late.pdf": b"<html>" + SCRIPT + b"%PDF-1.4",
    "evil.pdf": PDF,
    "bom.html": b"\xef\xbb\xbf" + PAGE,
    "wide.html": PAGE.decode().encode("utf-16"),
    "seven.html": b"+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "comment.html": b"<!-- hello -->" + SCRIPT,
    "evil.eml": b"From: a@b.example\r\nTo: c@d.example\r\nMIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n"
    + PAGE,
    "evil.mht": b"MIME-Version: 1.0\r\nFrom: x\r\nContent-Type: multipart/related; boundary=a\r\n\r\n--a\r\n\r\n"
    + PAGE,
    "evil.swf": b"FWS\x09" + SCRIPT,
    "evil.hta": b"<hta:application>" + SCRIPT,
    "evil.webp": b"RIFF\x00\x00\x00\x00WEBP" + PAGE,
    "evil.bmp": b"BM" + PAGE,
    "evil.zip": _zip(**{"../../evil.html": PAGE}),
    "evil.docx": _zip(**{"[Content_Types].xml": b"<Types/>", "word/document.xml": PAGE}),
    "evil.jar": _zip(**{"META-INF/MANIFEST.MF": b"", "evil.class": SCRIPT}),
    "php.php": b"<?php echo '<script>alert(1)</script>';",
    "mail.ics": b"BEGIN:VCALENDAR\nDESCRIPTION:<script>alert(1)</script>\nEND:VCALENDAR",
    "data.json": b'{"a": "<script>alert(1)</script>"}',
    "csv.csv": b'=HYPERLINK("javascript:alert(1)"),<script>alert(1)</script>\n',
    "empty.html": b"",
    "nul.html": b"\x00" + PAGE,
    "wasm.wasm": b"\x00asm\x01\x00\x00\x00",
    "vml.htm": b"<xml:namespace ns='urn:schemas-microsoft-com:vml'>" + SCRIPT,
}
NAMES = (
    "../../etc/passwd", "..\\..\\windows\\win.ini", "/etc/passwd", "C:\\evil.exe", "CON", "con.txt", "NUL.", "aux .txt",
    "COM1.log", "a\x00b.txt", "\u202egpj.exe", "a" * 300 + ".txt", "ž" * 300 + ".pdf", ".", "..", "", "   ", ".htaccess",
    "a\nb.txt", "a\r\nSet-Cookie: x=1", 'a"b.txt', "a;b=c.txt", "a%2e%2e%2fb", "\ud800.txt", "a.txt:stream", "日本語.txt",
    "<script>alert(1)</script>.txt", "a/b/c.txt", "trailing.", "trailing ", "emoji\N{PILE OF POO}.png", "a\u200b.txt",
)  # fmt: skip

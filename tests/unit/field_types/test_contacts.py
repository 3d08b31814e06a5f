"""E-mail, telephone and web addresses are brought to one form; what a browser would run is refused."""

from typing import Any

import pytest

from kartoteka.field_types import OptionsError, builtin
from tests.unit.field_types.reading import read, refusal, shown


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Jan.Novak@Example.CZ", "Jan.Novak@example.cz"),
        ("mailto:info@firma.cz", "info@firma.cz"),
        ("a+b_c%d@x-y.co.uk", "a+b_c%d@x-y.co.uk"),
        ("žluťoučký@example.com", "žluťoučký@example.com"),
        ("info@žlutý-kůň.cz", "info@žlutý-kůň.cz"),
        ("o'neil@example.com", "o'neil@example.com"),
    ],
)
def test_email(raw: str, expected: str) -> None:
    assert read("email", raw) == expected


@pytest.mark.parametrize(
    "raw",
    ["novak", "@x.cz", "a@", "a@b", "a..b@x.cz", ".a@x.cz", "a@-x.cz", "a b@x.cz", "a@x.cz, b@x.cz", "a@b@c.cz",
     "Jan <a@x.cz>", "x" * 65 + "@x.cz", "a@" + "x" * 260 + ".cz", "a@x.cz\nBcc: b@x.cz", 5, ["a@x.cz"]],
)  # fmt: skip
def test_no_email(raw: Any) -> None:
    assert refusal("email", raw).endswith(".")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("+420 777 123 456", "+420777123456"),
        ("777123456", "+420777123456"),
        (777123456, "+420777123456"),
        (777123456.0, "+420777123456"),
        ("00420 777 123 456", "+420777123456"),
        ("+420777123456", "+420777123456"),
        ("(+420) 777-123-456", "+420777123456"),
        ("tel.: 777 123 456", "+420777123456"),
        ("420777123456", "+420777123456"),
        ("+421 905 123 456", "+421905123456"),
        ("+1 (212) 555-0123", "+12125550123"),
        ("+44 20 7946 0018", "+442079460018"),
    ],
)
def test_phone(raw: Any, expected: str) -> None:
    assert read("phone", raw) == expected


@pytest.mark.parametrize(
    "raw",
    [
        "123",
        "777 123 456, 777 222 333",
        "777123456 kl. 12",
        "volat 777123456",
        "+999 123",
        "0" * 50,
        "",
        [5],
        "1e9",
    ],
)
def test_no_phone(raw: Any) -> None:
    if raw == "":
        assert read("phone", raw) is None
    else:
        assert refusal("phone", raw).endswith(".")


def test_phones_of_other_countries() -> None:
    assert read("phone", "0905 123 456", region="SK") == "+421905123456"
    assert shown("phone", "+420777123456") == "+420 777 123 456"
    assert shown("phone", "not a number") == "not a number"
    with pytest.raises(OptionsError):
        builtin()["phone"].options({"region": "XX"})


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("www.x.cz", "https://www.x.cz"),
        ("x.cz", "https://x.cz"),
        ("x.cz:8080/a?b=c#d", "https://x.cz:8080/a?b=c#d"),
        ("HTTP://Example.COM/Path", "http://example.com/Path"),
        ("https://example.com", "https://example.com"),
        ("http://localhost:8000/", "http://localhost:8000/"),
        ("http://[::1]:80/x", "http://[::1]:80/x"),
        ("žlutý-kůň.cz/ěšč", "https://žlutý-kůň.cz/ěšč"),
        ("https://example.com/?next=javascript:alert(1)", "https://example.com/?next=javascript:alert(1)"),
    ],
)
def test_web_address(raw: str, expected: str) -> None:
    assert read("url", raw) == expected
    assert read("url", expected) == expected


@pytest.mark.parametrize(
    "raw",
    ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "javascript://x.cz/%0aalert(1)",
     "data:text/html,x", "vbscript:x", "file:///etc/passwd", "ftp://x.cz", "//x.cz", "https://", "https:///x",
     "http://user:pass@x.cz", "https://x.cz@evil.com", "https://x.cz\\@evil.com", "https://x cz", "nic", "x.cz:port",
     "http://x.cz:99999", "http://[::1", "https://x.cz/<script>", "https://x.cz/" + "a" * 2048, 5, ["x.cz"],
     "javascript.x:alert(1)", "http://..", "mailto:a@x.cz"],
)  # fmt: skip
def test_no_web_address(raw: Any) -> None:
    assert refusal("url", raw).endswith(".")

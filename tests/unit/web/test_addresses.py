"""Addresses from outside: what is followed, and what may stand behind a link."""

import pytest

from kartoteka.platform.web.addresses import inner, outer


@pytest.mark.parametrize(
    "address", ["/", "/r/companies", "/r/companies?q=a%2Fb&sort=-name", "/r/x/1#field-name"]
)
def test_an_address_within_is_followed(address: str) -> None:
    assert inner(address) == address


@pytest.mark.parametrize(
    "address",
    [
        None,
        "",
        "r/companies",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        " /r",
        "https://evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "///evil.example",
        "/r\\..\\evil",
        "/r/ x",
        "\x00/r",
    ],
)
def test_an_address_that_leads_elsewhere_is_not(address: str | None) -> None:
    assert inner(address) == "/"
    assert inner(address, "/r/companies") == "/r/companies"


@pytest.mark.parametrize("address", ["http://a.example", "https://a.example/x?y=1#z", "HTTPS://A.example/"])
def test_a_web_address_may_be_a_link(address: str) -> None:
    assert outer(address) == address


@pytest.mark.parametrize(
    "address",
    [
        None,
        "",
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "java\nscript:alert(1)",
        "\tjavascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "//a.example",
        "http:",
        "https:///path",
        "mailto:a@b.example",
    ],
)
def test_nothing_else_may(address: str | None) -> None:
    assert outer(address) == ""

"""Browsers are named as people know them."""

import pytest

from kartoteka.platform.web.agents import browser_text

X11 = "Mozilla/5.0 (X11; Linux x86_64"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1"
)


@pytest.mark.parametrize(
    ("agent", "shown"),
    [
        (f"{X11}; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        (WINDOWS, "Chrome, Windows"),
        (f"{WINDOWS} Edg/140.0", "Edge, Windows"),
        (IPHONE, "Safari, iPhone"),
        ("curl/8.5.0", "Another program"),
        ("", "Another program"),
    ],
)
def test_name(agent: str, shown: str) -> None:
    assert browser_text(agent) == shown

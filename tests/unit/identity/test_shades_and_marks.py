"""Colours that can always be read, and text with marks that is always safe."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kartoteka.platform.services.colours import PAPER_DARK, WHITE, contrast, shades
from kartoteka.platform.services.markdown import markdown


@given(st.integers(0, 0xFFFFFF))
def test_every_colour_can_be_read(number: int) -> None:
    found = shades(f"#{number:06x}")
    assert contrast(found.light, WHITE) >= 4.5 and contrast(found.dark, PAPER_DARK) >= 4.5
    assert contrast(found.light, found.light_soft) >= 4.5 and contrast(found.dark, found.dark_soft) >= 4.5
    assert contrast(found.dark, "#0e1624") >= 4.5 and contrast(found.light_strong, WHITE) >= 4.5


def test_a_dark_colour_stays_as_it_is() -> None:
    assert shades("#1d3b2a").light == "#1d3b2a"


def test_contrast_is_counted_as_wcag_does() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**a** *b* ~~c~~", "<p><strong>a</strong> <em>b</em> <s>c</s></p>"),
        ("# Top", "<h3>Top</h3>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("a\nb", "<p>a<br>\nb</p>"),
        ("[k](https://k.cz)", '<p><a href="https://k.cz" rel="noopener noreferrer nofollow">k</a></p>'),
    ],
)
def test_marks_become_html(text: str, html: str) -> None:
    assert str(markdown(text)).strip() == html


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "[x](javascript:alert(1))", "[x](data:text/html,1)", "![x](https://spy.example/p.png)",
     "<img src=x onerror=alert(1)>", "<a href='https://x' onclick='y'>z</a>", "[x](vbscript:1)", "<style>*{}</style>"],
)  # fmt: skip
def test_nothing_harmful_comes_out(text: str) -> None:
    html = str(markdown(text)).lower()
    harmful = (
        "<script",
        "<img",
        "<style",
        'href="javascript:',
        'href="vbscript:',
        'href="data:',
        "<a href='",
    )
    assert not any(bad in html for bad in harmful)


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    assert "<script" not in str(markdown(text)).lower()

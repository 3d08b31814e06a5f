"""Text with simple marks, as people write it, turned into HTML that is safe to show.

Raw HTML is not taken over but shown as it was typed; what comes out is washed once more all the same, and
links say that they lead elsewhere. Pictures are not shown: they would tell others who reads and when.
"""

from functools import cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

TAGS = {"p", "br", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "hr", "a", "h3", "h4", "h5",
        "h6", "table", "thead", "tbody", "tr", "th", "td"}  # fmt: skip
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto", "tel"}
# A text stands within a page that has its own first and second heading.
DEEPER = {"h1": "h3", "h2": "h4", "h3": "h5", "h4": "h6", "h5": "h6", "h6": "h6"}


@cache
def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False, "breaks": True, "linkify": False})
    return reader.enable(["table", "strikethrough"]).disable("image")


def markdown(text: str) -> Markup:
    """This function will turn a text into HTML that is safe to show."""
    tokens = _reader().parse(text)
    for token in tokens:
        token.tag = DEEPER.get(token.tag, token.tag)
    html = _reader().renderer.render(tokens, _reader().options, {})
    washed = nh3.clean(
        html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener noreferrer nofollow"
    )
    # nh3 has just washed it.
    return Markup(washed)  # noqa: S704

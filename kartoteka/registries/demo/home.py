"""What the invented firm looks like: its colour, its logo, what it says at the door, and its home page."""

import io
from typing import Any

from PIL import Image, ImageDraw

from kartoteka.platform import sdk

from . import words

ACCENT = "#0f766e"
SIGN_IN_TEXT = "Timber and stone since 1994. *Dřevo a kámen od roku 1994.*"
LEAF = (
    (64, 12),
    (78, 34),
    (104, 30),
    (94, 54),
    (116, 68),
    (86, 74),
    (64, 98),
    (42, 74),
    (12, 68),
    (34, 54),
    (24, 30),
    (50, 34),
)
STONE = ((34, 104), (46, 90), (66, 84), (88, 90), (100, 104), (90, 114), (44, 114))


def dress(work: sdk.Work) -> None:
    """Give the firm its name, colour, logo and words, and its home page its tiles."""
    logo = sdk.keep_picture(work, drawn_logo(), "logo")
    sdk.change_organisation(
        work, {"name": words.FIRM, "accent": ACCENT, "logo": logo, "sign_in_text": SIGN_IN_TEXT}
    )
    for tile in tiles():
        sdk.place_tile(work, tile)


def drawn_logo(size: int = 256) -> bytes:
    """A maple leaf over a stone, drawn large and made smaller, so that its edges are soft."""
    scale = 8
    large = Image.new("RGBA", (128 * scale, 128 * scale))
    pen = ImageDraw.Draw(large)
    pen.rounded_rectangle((0, 0, 128 * scale - 1, 128 * scale - 1), 28 * scale, fill=ACCENT)
    pen.polygon([(x * scale, y * scale) for x, y in LEAF], fill="#f4c65d")
    pen.polygon([(x * scale, y * scale) for x, y in STONE], fill="#e8eeec")
    pen.line([(64 * scale, 40 * scale), (64 * scale, 100 * scale)], fill=ACCENT, width=3 * scale)
    out = io.BytesIO()
    large.resize((size, size), Image.Resampling.LANCZOS).save(out, "PNG")
    return out.getvalue()


def tiles() -> list[dict[str, Any]]:
    """What the firm looks at every morning."""
    open_deals = [{"field": "stage", "op": "not_in", "value": ["won", "lost"]}]
    open_requests = [{"field": "state", "op": "not_in", "value": ["solved", "refused"]}]
    to_do = [{"field": "status", "op": "in", "value": ["open", "late"]}]
    return [
        _tile("figure", 1, "deals", "Open deals", "Otevřené příležitosti", filter=open_deals, measure="count"),
        _tile("figure", 1, "deals", "Value of open deals", "Hodnota otevřených příležitostí", filter=open_deals,
              measure="sum:value"),
        _tile("figure", 1, "requests", "Requests to be solved", "Požadavky k vyřešení", filter=open_requests,
              measure="count"),
        _tile("figure", 1, "obligations", "Obligations to be met", "Závazky ke splnění", filter=to_do, measure="count"),
        _tile("split", 2, "deals", "Deals by stage", "Příležitosti podle fáze", by="stage", measure="count",
              look="bars"),
        _tile("ahead", 2, "obligations", "Obligations due", "Závazky, které přicházejí", filter=to_do, date="due_on",
              days=30),
        _tile("split", 2, "contracts", "Contracts by status", "Smlouvy podle stavu", by="status", measure="count",
              look="ring"),
        _tile("rows", 2, "requests", "Newest requests", "Nejnovější požadavky", filter=open_requests,
              sort="-created_at", columns=["state", "due_at"], size=6),
        {"kind": "registries", "width": 4},
        {"kind": "recent", "width": 4},
    ]  # fmt: skip


def _tile(kind: str, width: int, registry: str, title: str, czech: str, **options: Any) -> dict[str, Any]:
    return {
        "kind": kind,
        "width": width,
        "title": title,
        "titles": {"cs": czech},
        "options": {"registry": registry, **options},
    }

"""The interface asks only for icons that the sprite holds, and for assets that are bundled."""

import re
from collections.abc import Iterator

from tests.house.tree import ROOT, files

LISTED = [
    line for line in (ROOT / "assets" / "icons.txt").read_text().splitlines() if not line.startswith("#")
]
SYMBOLS = {f"{line.removeprefix('filled/')}-filled" if "/" in line else line for line in LISTED}


def mentions(pattern: str, *paths: str) -> Iterator[tuple[str, str]]:
    for path in files(*paths):
        for name in re.findall(pattern, (ROOT / path).read_text(encoding="utf-8")):
            yield str(path), name


def test_every_icon_of_a_page_is_in_the_sprite() -> None:
    asked = set(mentions(r"""\bicon\(\s*["']([^"']+)["']""", "kartoteka/**/*.html", "kartoteka/**/*.py"))
    assert asked
    assert not {(path, name) for path, name in asked if name not in SYMBOLS}


def test_every_icon_of_a_ready_made_registry_is_in_the_sprite() -> None:
    asked = set(mentions(r"""(?m)^\s*icon:\s*["']?([a-z0-9-]+)""", "kartoteka/**/*.yaml"))
    assert asked
    assert not {(path, name) for path, name in asked if name not in SYMBOLS}


def test_icons_are_listed_once_and_in_order() -> None:
    assert sorted(set(LISTED)) == LISTED


def test_every_asset_of_a_page_is_bundled() -> None:
    bundled = {"app.js", "app.css", "icons.svg"} | {
        f"{name}.woff2" for _, name in mentions(r"files/([a-z-]+)\.woff2", "assets/*.css")
    }
    asked = set(mentions(r"""\basset\(\s*["']([^"']+)["']""", "kartoteka/**/*.html"))
    assert asked
    assert not {(path, name) for path, name in asked if name not in bundled}


def test_nothing_is_loaded_from_elsewhere() -> None:
    loaded = r"""(?:src|href)=["'](https?:[^"']+\.(?:js|css|woff2?|svg|png)[^"']*)["']"""
    drawn = r"""(?:@import|url\()\s*["']?(https?:[^"')]+)"""
    assert not set(mentions(loaded, "kartoteka/**/*.html"))
    assert not set(mentions(drawn, "assets/**/*.css", "assets/*.css"))

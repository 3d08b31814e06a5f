"""Addresses of the bundled browser assets, whose names carry a hash of their contents."""

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from flask import current_app, g, url_for

from kartoteka.platform.kernel.errors import Misconfigured


@lru_cache(maxsize=2)
def _manifest(path: Path, _built_at: int) -> Mapping[str, str]:
    return dict(json.loads(path.read_text(encoding="utf-8")))


def asset(name: str) -> str:
    """This function will give the address of a bundled asset, looked up once for each answer."""
    known: dict[str, str] = g.setdefault("assets", {})
    if name not in known:
        known[name] = _address(name)
    return known[name]


def _address(name: str) -> str:
    path = Path(current_app.static_folder or "") / "dist" / "manifest.json"
    try:
        manifest = _manifest(path, path.stat().st_mtime_ns)
    except OSError as error:
        raise Misconfigured("The browser assets are not built; run “make run”, which builds them.") from error
    return url_for("static", filename=f"dist/{manifest[name]}")

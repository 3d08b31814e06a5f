"""What the package imports is declared, and what it declares is pinned with hashes."""

import ast
import re
import sys
from configparser import ConfigParser
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.house.tree import ROOT, files

LOCKS = ("runtime", "test", "node")
PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)


@cache
def settings() -> ConfigParser:
    parser = ConfigParser(interpolation=None)
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


def distribution(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(lines: str) -> set[str]:
    names = (re.match(r"[A-Za-z0-9._-]+", line.strip()) for line in lines.splitlines())
    return {distribution(name.group()) for name in names if name}


def pinned(lock: str) -> dict[str, str]:
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    return {distribution(name): version for name, version in PIN.findall(text)}


def imported(path: Path) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    plain = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    parts = {
        node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and not node.level
    }
    return {name.partition(".")[0] for name in plain | parts}


# What is imported only by tests, such as those of plugins outside of this package.
TESTKIT = Path("kartoteka/platform/testkit")


@pytest.mark.parametrize("testkit", [False, True], ids=["package", "testkit"])
def test_the_package_declares_what_it_imports(testkit: bool) -> None:
    every = files("kartoteka/**/*.py", "kartoteka/*.py")
    names = set().union(*(imported(path) for path in every if path.is_relative_to(TESTKIT) == testkit))
    foreign = names - sys.stdlib_module_names - {"kartoteka"}
    owners = packages_distributions()
    allowed = declared(settings()["options"]["install_requires"])
    if testkit:
        allowed |= declared(settings()["options.extras_require"]["test"])
    undeclared = {
        name for name in foreign if not allowed & {distribution(owner) for owner in owners.get(name, [])}
    }
    assert not undeclared


def test_every_declared_package_is_pinned() -> None:
    runtime = declared(settings()["options"]["install_requires"])
    test = declared(settings()["options.extras_require"]["test"])
    assert runtime <= pinned("runtime").keys()
    assert runtime | test <= pinned("test").keys()


def test_the_tests_run_on_what_is_shipped() -> None:
    test = pinned("test")
    assert {name: test.get(name) for name in pinned("runtime")} == pinned("runtime")


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_hashes_and_names_no_registry(lock: str) -> None:
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index-url" not in text
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text)
    assert all("--hash=sha256:" in block for block in blocks if PIN.match(block))


def test_browser_packages_are_pinned_without_a_registry() -> None:
    lock = (ROOT / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in lock
    versions = re.findall(r'"[^"]+": "([^"]+)"', _dependencies())
    assert versions
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions)


def _dependencies() -> str:
    manifest = (ROOT / "package.json").read_text(encoding="utf-8")
    return "".join(re.findall(r'ependencies": \{(.*?)\}', manifest, re.DOTALL))

"""The import contracts hold, and they catch what they are there to catch."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT, files

# What somebody in a hurry might write: the module, the import, and the contract that must break.
PLANTED = [
    ("kartoteka/field_types/planted.py", "import flask", "Field types know no web"),
    ("kartoteka/field_types/planted.py", "import kartoteka.platform.kernel.errors", "The house"),
    ("kartoteka/platform/kernel/planted.py", "import kartoteka.platform.services.records", "The platform"),
    ("kartoteka/platform/services/planted.py", "import flask", "Flask stays in the faces"),
    (
        "kartoteka/platform/services/planted.py",
        "import kartoteka.platform.storage.rows",
        "Only the access gate",
    ),
    ("kartoteka/platform/services/planted.py", "import kartoteka.platform.storage.ddl", "Only modelling"),
    ("kartoteka/platform/planted/__init__.py", "", "The platform"),
    ("kartoteka/plugins/planted.py", "import kartoteka.platform.services.records", "only through the SDK"),
    ("kartoteka/registries/planted.py", "import kartoteka.platform.storage.rows", "only through the SDK"),
    ("kartoteka/planted/__init__.py", "", "The house"),
]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [program, "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(folder)},
    )


@pytest.fixture(scope="module")
def copied_house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("house")
    for path in files("kartoteka/**/*.py", "kartoteka/*.py", "setup.cfg"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, folder / path)
    return folder


def test_the_contracts_are_kept() -> None:
    answer = lint(ROOT)
    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.parametrize(("module", "line", "contract"), PLANTED)
def test_a_violation_is_caught(copied_house: Path, module: str, line: str, contract: str) -> None:
    planted = copied_house / module
    fresh = not planted.parent.exists()
    planted.parent.mkdir(exist_ok=True)
    planted.write_text(f'"""Planted."""\n\n{line}\n', encoding="utf-8")
    try:
        answer = lint(copied_house)
    finally:
        shutil.rmtree(planted.parent) if fresh else planted.unlink()
    assert answer.returncode == 1, answer.stdout + answer.stderr
    assert contract in answer.stdout

"""`make new-plugin` makes a plugin whose own tests pass right away."""

import os
import subprocess
import sys
from pathlib import Path

import new_plugin
import pytest

from tests.house.tree import ROOT


@pytest.mark.timeout(240)
def test_a_new_plugin_works_at_once(tmp_path: Path) -> None:
    home = new_plugin.make("house_rules", tmp_path)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("KARTOTEKA_")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "tests"],
        cwd=home, env={**inherited, "PYTHONPATH": f"{home}{os.pathsep}{ROOT}"}, capture_output=True, text=True,
        timeout=230, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert " failed" not in done.stdout


@pytest.mark.parametrize("name", ["Ratings", "1st", "a__b", "", "../up", "x" * 31])
def test_a_name_that_cannot_be_one_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="cannot be the name"):
        new_plugin.make(name, tmp_path)
    assert not list(tmp_path.iterdir())


def test_nothing_is_written_over(tmp_path: Path) -> None:
    home = new_plugin.make("ratings", tmp_path)
    with pytest.raises(SystemExit, match="is there already"):
        new_plugin.make("ratings", tmp_path)
    assert (home / "kartoteka_ratings" / "__init__.py").is_file()

"""The plugin that the tutorial builds from nothing works: its blocks are written to files and its tests are run."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT

PAGE = ROOT / "docs" / "how-to" / "write-a-plugin.md"
BLOCK = re.compile(
    r"`([\w./-]+\.(?:toml|py|html))`:\n\n```(?:toml|python|html)\n(.*?)^```$", re.MULTILINE | re.DOTALL
)


@pytest.mark.timeout(240)
def test_the_tutorial_ends_in_a_working_plugin(tmp_path: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    files = BLOCK.findall(page)
    assert len(files) == len(re.findall(r"^```(?:toml|python|html)$", page, re.MULTILINE)) == 6
    for path, text in files:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("KARTOTEKA_")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "tests"],
        cwd=tmp_path, env={**inherited, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}, capture_output=True,
        text=True, timeout=230, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_table_names_all_that_a_plugin_can_bring() -> None:
    from dataclasses import fields

    from kartoteka.platform.sdk import Plugin

    told = set(
        re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`.*?) \|", PAGE.read_text("utf-8"), re.MULTILINE)))
    )
    plain = {"name", "label", "summary", "version", "needs", "icon", "at_once", "has_tab"}
    assert {each.name for each in fields(Plugin)} - plain <= told

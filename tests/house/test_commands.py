"""What the README, the CI script and the Makefile say about each other is true."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.house.tree import ROOT, files

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
PROMISED = {
    "help",
    "run",
    "test",
    "fast",
    "check",
    "bench",
    "docs",
    "wheel",
    "assets",
    "translations",
    "new-plugin",
}


def pages() -> list[Path]:
    return [*files("*.md"), Path(".ci/run")]


@pytest.mark.parametrize("page", pages(), ids=str)
def test_commands_that_a_page_names_exist(page: Path) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE))
    assert named <= TARGETS


def test_the_readme_begins_with_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^make ([a-z]+)$", readme, re.MULTILINE)[:2] == ["run", "test"]


def test_help_lists_every_target() -> None:
    told = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    listed = set(re.findall(r"^  make ([a-z-]+)", told, re.MULTILINE))
    assert listed >= PROMISED
    assert listed == TARGETS


def test_help_is_what_make_alone_answers() -> None:
    alone, asked = (
        subprocess.run(["make", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        for words in ([], ["help"])
    )
    assert alone == asked


def test_continuous_integration_runs_checks_and_tests() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    commands = script.read_text(encoding="utf-8").splitlines()
    assert {"make check", "export CI=true"} <= set(commands)
    # What failed may be tried again, at most twice; nothing else decides whether it counts.
    assert "make test || again || again" in commands
    (trying,) = [line for line in commands if line.startswith("again()")]
    assert re.fullmatch(r"again\(\) \{ make test ARGS=\"--last-failed [-=a-z0-9 ]+\"; \}", trying)


def test_a_missing_program_is_said_and_fails_in_continuous_integration() -> None:
    for ci, status in (("true", 1), ("", 0)):
        answer = subprocess.run(
            ["/bin/bash", "buildtools/provide.sh", "no-such-program"],
            cwd=ROOT,
            env={"CI": ci, "PATH": ""},
            capture_output=True,
            text=True,
            check=False,
        )
        assert answer.returncode == status
        assert answer.stderr.count("\n") == 1
        assert "no-such-program" in answer.stderr

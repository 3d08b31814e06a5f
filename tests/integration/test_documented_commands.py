"""The examples of the page on the command line run, one after another, and answer what the page says."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.tree import ROOT
from tests.servers.forking import command

COMMANDS = ROOT / "docs" / "how-to" / "command-line.md"


@pytest.mark.timeout(600)
def test_the_examples_of_the_command_line_run(tmp_path: Path) -> None:
    examples = list(_examples(COMMANDS.read_text(encoding="utf-8")))
    assert len(examples) > 15
    with command(tmp_path / "bin") as programs:
        (tmp_path / "firm").mkdir()
        answers = _run([words for words, _answer in examples], tmp_path / "firm", programs)
    for (words, expected), answer in zip(examples, answers, strict=True):
        assert _pattern(expected).fullmatch(f"{answer}\n"), f"$ {words}\n{answer}\nis not\n{expected}"


def _examples(page: str) -> Iterator[tuple[str, str]]:
    """Commands with their answers, out of the blocks that are marked as a console."""
    for block in re.findall(r"^```console\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        lines = block.splitlines()
        while lines:
            words = [lines.pop(0).removeprefix("$ ")]
            if "<<'END'" in words[0]:
                while words[-1] != "END":
                    words.append(lines.pop(0))
            answer = []
            while lines and not lines[0].startswith("$ "):
                answer.append(lines.pop(0))
            yield "\n".join(words), "\n".join(answer)


def _run(script: list[str], folder: Path, programs: Path) -> list[str]:
    """All commands in one shell; what each of them says, on either way."""
    mark = "~~~ end of an answer ~~~"
    text = "exec 2>&1\n" + "".join(f"{words}\nstatus=$?; echo '{mark}'; (exit $status)\n" for words in script)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("KARTOTEKA_")}
    places = (str(programs), str(Path(sys.executable).parent), os.environ["PATH"])
    environment = {**inherited, "PATH": os.pathsep.join(places)}
    done = subprocess.run(["/bin/bash"], input=text, cwd=folder, env=environment, capture_output=True, text=True,
                          timeout=500, check=False)  # fmt: skip
    answers = done.stdout.split(f"{mark}\n")
    assert answers.pop() == ""
    return [answer.removesuffix("\n") for answer in answers]


def _pattern(expected: str) -> re.Pattern[str]:
    """`…` alone in a line stands for any lines, within a line for anything in it."""
    lines = [
        r"(?:[^\n]*\n)*?" if line == "…" else re.escape(line).replace("…", "[^\n]*") + r"\n"
        for line in expected.splitlines()
    ]
    return re.compile("".join(lines) or r"\n")

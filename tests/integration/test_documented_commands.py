"""The examples of the page on the command line run, one after another, and answer what the page says."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.tree import ROOT

COMMANDS = ROOT / "docs" / "how-to" / "command-line.md"


@pytest.mark.timeout(600)
def test_the_examples_of_the_command_line_run(tmp_path: Path) -> None:
    examples = list(_examples(COMMANDS.read_text(encoding="utf-8")))
    assert len(examples) > 15
    answers = _run([command for command, _answer in examples], tmp_path)
    for (command, expected), answer in zip(examples, answers, strict=True):
        assert _pattern(expected).fullmatch(answer), f"$ {command}\n{answer}\nis not\n{expected}"


def _examples(page: str) -> Iterator[tuple[str, str]]:
    """Commands with their answers, out of the blocks that are marked as a console."""
    for block in re.findall(r"^```console\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        lines = block.splitlines()
        while lines:
            command = [lines.pop(0).removeprefix("$ ")]
            if "<<'END'" in command[0]:
                while command[-1] != "END":
                    command.append(lines.pop(0))
            answer = []
            while lines and not lines[0].startswith("$ "):
                answer.append(lines.pop(0))
            yield "\n".join(command), "\n".join(answer)


def _run(script: list[str], folder: Path) -> list[str]:
    """All commands in one shell; what each of them says, on either way."""
    mark = "~~~ end of an answer ~~~"
    text = "exec 2>&1\n" + "".join(
        f"{command}\nstatus=$?; echo '{mark}'; (exit $status)\n" for command in script
    )
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("KARTOTEKA_")}
    environment = {**inherited, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
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
    return re.compile("".join(lines).removesuffix(r"\n"))

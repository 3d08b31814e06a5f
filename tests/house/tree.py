"""The files of the project, as git knows them."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def files(*patterns: str) -> tuple[Path, ...]:
    """The files that are tracked, or would be with the next commit, relative to the root."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", *patterns]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return tuple(
        sorted({Path(name) for name in answer.stdout.split("\0") if name and (ROOT / name).is_file()})
    )


def modules() -> tuple[Path, ...]:
    """The Python modules among them."""
    return files("*.py")

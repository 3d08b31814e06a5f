"""Collects the texts of the source, compiles the catalogues and tells what a translation still lacks."""

from __future__ import annotations

import string
import sys
from collections.abc import Iterator
from datetime import datetime
from fnmatch import fnmatch
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("cs", "pl")
"""What the English source is translated to; each of them must be complete."""

OUTSIDE = ("pl",)
"""Languages that are spoken with people from outside only: they hold the texts of these files and no others."""
OF_OUTSIDE = (
    "kartoteka/field_types/*",
    "kartoteka/plugins/portal/*",
    "kartoteka/plugins/attachments/outside.py",
    "kartoteka/plugins/attachments/templates/attachments/outside.html",
    "kartoteka/plugins/attachments/templates/attachments/shared.html",
    "kartoteka/plugins/attachments/shared_pages.py",
    "kartoteka/plugins/attachments/intake.py",
    "kartoteka/plugins/attachments/plugin.py",
    "kartoteka/plugins/attachments/quotas.py",
    "kartoteka/plugins/attachments/receiving.py",
    "kartoteka/plugins/attachments/rooms.py",
    "kartoteka/plugins/attachments/serving.py",
    "kartoteka/plugins/tasks/outside.py",
    "kartoteka/plugins/tasks/plugin.py",
    "kartoteka/plugins/tasks/templates/tasks/outside.html",
    "kartoteka/platform/access/conduct.py",
    "kartoteka/platform/access/gate.py",
    "kartoteka/platform/access/keyset.py",
    "kartoteka/platform/access/uniqueness.py",
    "kartoteka/platform/front/calling.py",
    "kartoteka/platform/front/failing.py",
    "kartoteka/platform/kernel/mail.py",
    "kartoteka/platform/services/attempts.py",
    "kartoteka/platform/services/passwords.py",
    "kartoteka/platform/services/particulars.py",
    "kartoteka/platform/services/people.py",
    "kartoteka/platform/services/records.py",
    "kartoteka/platform/services/second_factor.py",
    "kartoteka/platform/services/signing.py",
    "kartoteka/platform/services/work.py",
    "kartoteka/platform/web/entrance.py",
    "kartoteka/platform/web/factor.py",
    "kartoteka/platform/web/forms.py",
    "kartoteka/platform/web/looks.py",
    "kartoteka/platform/web/oops.py",
    "kartoteka/platform/web/state.py",
    "kartoteka/templates/entrance/*.html",
    "kartoteka/templates/errors/*.html",
    "kartoteka/templates/fields/*",
    "kartoteka/templates/frame.html",
    "kartoteka/templates/macros.html",
    "kartoteka/templates/outside.html",
    "kartoteka/templates/toast.html",
    "kartoteka/templates/mail/*",
)
"""Whatever somebody from outside may come to see. New files of the portal are among them by themselves."""
OF_STAFF = (
    "kartoteka/plugins/portal/access.py",
    "kartoteka/plugins/portal/beside.py",
    "kartoteka/plugins/portal/designing*.py",
    "kartoteka/plugins/portal/drafting.py",
    "kartoteka/plugins/portal/plugin.py",
    "kartoteka/plugins/portal/settings.py",
    "kartoteka/plugins/portal/staff*.py",
    "kartoteka/plugins/portal/templates/portal/beside.html",
    "kartoteka/plugins/portal/templates/portal/design.html",
    "kartoteka/plugins/portal/templates/portal/inbox.html",
    "kartoteka/plugins/portal/templates/portal/invite.html",
    "kartoteka/plugins/portal/templates/portal/items.html",
    "kartoteka/plugins/portal/templates/portal/page.html",
    "kartoteka/plugins/portal/templates/portal/people.html",
    "kartoteka/plugins/portal/templates/portal/tab.html",
    "kartoteka/plugins/portal/templates/portal/window.html",
    "kartoteka/templates/mail/substitute.*",
    "kartoteka/templates/mail/tasks.*",
    "kartoteka/templates/mail/told.*",
    "kartoteka/templates/mail/trial.*",
    "kartoteka/templates/mail/watchdogs.*",
)
"""What among these files only people of the firm come to see."""

METHODS = {".py": "python", ".html": "jinja2", ".txt": "jinja2", ".eml": "jinja2"}
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "N_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "plural": (1, 2),
}


def main() -> int:
    """Compile, or `--collect`, or `--check`; the answer is the exit status."""
    if "--collect" in sys.argv[1:]:
        return _tell(f"wrote {path}" for path in collect())
    if "--check" in sys.argv[1:]:
        return 1 if _tell(faults()) else 0
    return 0 * _tell(f"compiled {path}" for path in compile_all())


def _tell(lines: Iterator[str]) -> int:
    told = [print(line) for line in lines]
    return len(told)


def homes(root: Path = ROOT) -> list[Path]:
    """The folders with translations of their own: the package, and each plugin that brings some."""
    package = root / "kartoteka"
    places = [*package.glob("**/translations"), *(root / "examples").glob("*/*/translations")]
    return sorted({package} | {folder.parent for folder in places if folder.is_dir()})


def compile_all(root: Path = ROOT) -> Iterator[Path]:
    """Write the .mo beside each .po that is newer than it; answers the files written."""
    for source in sorted(
        each for home in homes(root) for each in home.glob("translations/*/LC_MESSAGES/*.po")
    ):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with target.open("wb") as out:
            write_mo(out, read(source))
        yield target.relative_to(root)


def read(path: Path) -> Catalog:
    """The catalogue in a file, its language taken from the folder."""
    with path.open("rb") as source:
        return read_po(source, locale=path.parent.parent.name)


def collect(root: Path = ROOT) -> Iterator[Path]:
    """Bring every catalogue in step with the source: new texts empty, vanished ones gone."""
    for home in homes(root):
        for language in LANGUAGES:
            path, template = catalogue_of(home, language), wanted_in(language, home, root)
            if not template and not path.exists():
                continue
            catalogue = read(path) if path.exists() else Catalog(locale=language, fuzzy=False)
            begun = catalogue.creation_date
            catalogue.update(template, no_fuzzy_matching=True)
            catalogue.obsolete.clear()
            _sign(catalogue, begun)
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as out:
                write_po(out, catalogue, width=110, sort_by_file=True, no_location=True)
            yield path.relative_to(root)


def _sign(catalogue: Catalog, begun: datetime | str) -> None:
    """Head a catalogue with what stays the same, so that a change of it shows nothing but changed texts."""
    name = Locale.parse(catalogue.locale_identifier).get_display_name("en")
    catalogue.header_comment = f"# The texts of Kartoteka in {name}."
    catalogue.project, catalogue.version, catalogue.msgid_bugs_address = "Kartoteka", "catalogue", ""
    catalogue.last_translator = catalogue.language_team = str(name)
    catalogue.creation_date = catalogue.revision_date = begun


def wanted_in(language: str, home: Path, root: Path = ROOT) -> Catalog:
    """The texts that a catalogue must hold: all of its folder, or those that people from outside come to see."""
    every = extract(home, root)
    if language not in OUTSIDE:
        return every
    texts = Catalog(project="Kartoteka", fuzzy=False)
    for message in every:
        if message.id and any(is_for_outside(file) for file, _line in message.locations):
            texts.add(message.id, locations=message.locations, context=message.context)
    return texts


def is_for_outside(file: str) -> bool:
    """Whether people from outside come to see what a file says."""
    return _among(file, OF_OUTSIDE) and not _among(file, OF_STAFF)


def _among(file: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch(file, pattern) for pattern in patterns)


def catalogue_of(home: Path, language: str) -> Path:
    """Where a folder keeps its texts in a language."""
    return home / "translations" / language / "LC_MESSAGES" / "messages.po"


def extract(home: Path, root: Path = ROOT) -> Catalog:
    """The texts that the source of a folder marks, without those of folders that keep their own."""
    others = [other for other in homes(root) if other != home and other.is_relative_to(home)]
    texts = Catalog(project="Kartoteka", fuzzy=False)
    for path in sorted(home.rglob("*")):
        method = METHODS.get(path.suffix)
        if method is None or any(path.is_relative_to(other) for other in others):
            continue
        for line, message, comments, context in extract_from_file(method, path, KEYWORDS, ("Translators:",)):
            place = (str(path.relative_to(root)), line)
            texts.add(message, locations=[place], auto_comments=comments, context=context)
    return texts


def faults(root: Path = ROOT) -> Iterator[str]:
    """One line for each text that is missing, empty, only guessed or asks for an unknown placeholder."""
    for home in homes(root):
        for language in LANGUAGES:
            path, wanted = catalogue_of(home, language), wanted_in(language, home, root)
            have = read(path) if path.exists() else Catalog(locale=language)
            for message in wanted:
                if message.id and (fault := _fault(message, have.get(message.id, message.context))):
                    yield f"{path.relative_to(root)}: {fault}: {_first(message.id)!r} ({_place(message)})"


def _fault(wanted: Message, have: Message | None) -> str:
    if have is None:
        return "missing (run `make translations`)"
    if have.fuzzy:
        return "only guessed (fuzzy)"
    texts = _all(have.string)
    if not texts or not all(texts):
        return "not translated"
    allowed = set().union(*(placeholders(text) for text in _all(wanted.id)))
    return "" if all(placeholders(text) <= allowed for text in texts) else "unknown placeholder"


def placeholders(text: str) -> set[str]:
    """The names in braces that a text expects to be filled in."""
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError:
        return set()


def _all(texts: object) -> list[str]:
    return [str(text) for text in texts] if isinstance(texts, list | tuple) else [str(texts or "")]


def _first(texts: object) -> str:
    return _all(texts)[0]


def _place(message: Message) -> str:
    file, line = message.locations[0]
    return f"{file}:{line}"


if __name__ == "__main__":
    sys.exit(main())

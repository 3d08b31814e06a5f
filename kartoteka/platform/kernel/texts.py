"""Texts in the language of the one who reads: gettext catalogues behind one context variable."""

import gettext as stdlib_gettext
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import resources
from pathlib import Path

from kartoteka.field_types.texts import N_, _, plural, plural_translator, translator

__all__ = ["LANGUAGES", "N_", "OF_STAFF", "_", "add_translations", "plural", "speaking", "translator"]

LANGUAGES = {"en": "English", "cs": "Čeština", "pl": "Polski"}
"""What can be spoken; in some of them only with people from outside."""
OF_STAFF = {code: name for code, name in LANGUAGES.items() if code != "pl"}
"""What the whole interface speaks; the others know what stands in the portal, in its letters and at the doors."""


_others: list[Path] = []


@cache
def _catalogue(language: str) -> stdlib_gettext.NullTranslations:
    folder = resources.files("kartoteka") / "translations"
    found = stdlib_gettext.translation("messages", str(folder), [language], fallback=True)
    for other in _others:
        found.add_fallback(stdlib_gettext.translation("messages", str(other), [language], fallback=True))
    return found


def add_translations(folder: Path) -> None:
    """This function will add a folder of catalogues, such as a plugin brings; our own texts go first."""
    if folder not in _others:
        _others.append(folder)
        _catalogue.cache_clear()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """This function will translate all texts made inside the block into `language`."""
    catalogue = _catalogue(language)
    one, many = translator.set(catalogue.gettext), plural_translator.set(catalogue.ngettext)
    try:
        yield
    finally:
        translator.reset(one)
        plural_translator.reset(many)

"""Texts in the language of the one who reads: gettext catalogues behind one context variable."""

import gettext as stdlib_gettext
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import resources

from kartoteka.field_types.texts import N_, _, plural, plural_translator, translator

__all__ = ["LANGUAGES", "N_", "_", "plural", "speaking", "translator"]

LANGUAGES = {"en": "English", "cs": "Čeština"}


@cache
def _catalogue(language: str) -> stdlib_gettext.NullTranslations:
    folder = resources.files("kartoteka") / "translations"
    return stdlib_gettext.translation("messages", str(folder), [language], fallback=True)


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

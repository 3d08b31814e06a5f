"""English sentences and their translation into the language set at the moment."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any


def _unchanged(message: str) -> str:
    return message


def _english_plural(singular: str, plural: str, n: int) -> str:
    return singular if n == 1 else plural


translator: ContextVar[Callable[[str], str]] = ContextVar("translator", default=_unchanged)
plural_translator: ContextVar[Callable[[str, str, int], str]] = ContextVar(
    "plural_translator", default=_english_plural
)


def N_(message: str, /) -> str:  # noqa: N802 - the name that gettext tools look for
    """Mark a text for translation where no language is set yet; `_()` translates it at use."""
    return message


def _(message: str, /, **params: Any) -> str:
    """Translate a text and fill in its `{placeholders}`."""
    # A catalogue answers the empty text with its head.
    text = translator.get()(message) if message else ""
    return text.format(**params) if params else text


def plural(singular: str, plural_form: str, n: int, /, **params: Any) -> str:
    """Translate the form that fits the number `n`, which fills in `{n}` too."""
    return plural_translator.get()(singular, plural_form, n).format(n=n, **params)

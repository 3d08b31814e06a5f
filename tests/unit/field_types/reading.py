"""Short ways to ask a built-in field type."""

from typing import Any

import pytest
from marshmallow import ValidationError

from kartoteka.field_types import Locale, builtin

CZECH = Locale("cs", "Europe/Prague")
ENGLISH = Locale("en", "UTC")


def read(name: str, raw: Any, **options: Any) -> Any:
    """The value that a type reads."""
    kind = builtin()[name]
    return kind.schema(kind.options(options)).deserialize(raw)


def json_of(name: str, value: Any, **options: Any) -> Any:
    """The JSON value of a value."""
    kind = builtin()[name]
    return kind.schema(kind.options(options)).serialize("value", {"value": value})


def shown(name: str, value: Any, locale: Locale = CZECH, **options: Any) -> str:
    """The text of a value, with plain blanks instead of the ones that hold a line together."""
    kind = builtin()[name]
    text = kind.text(value, kind.options(options), locale)
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def refusal(name: str, raw: Any, **options: Any) -> str:
    """The sentence with which a type refuses."""
    with pytest.raises(ValidationError) as caught:
        read(name, raw, **options)
    sentences = caught.value.messages
    assert isinstance(sentences, list)
    return str(sentences[0])

"""The marshmallow field that all built-in types parse and serialise with, made for millions of values."""

from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import ValidationError, fields, missing

Reader = Callable[[Any], Any]


def refuse(sentence: str) -> ValidationError:
    """The error of a value that cannot be used."""
    return ValidationError(sentence)


class ValueSchema(fields.Field[Any]):
    """One parser for JSON, forms and spreadsheets: blank input is the empty value, a reader does the rest."""

    def __init__(
        self,
        read: Reader,
        write: Reader | None = None,
        *,
        empty: Any = None,
        json_schema: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(allow_none=True, metadata=dict(json_schema or {}))
        self._read = read
        self._write = write
        self._empty = empty

    def deserialize(
        self, value: Any, attr: str | None = None, data: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> Any:
        """Read a value; this short way round marshmallow's general one is what makes imports quick."""
        if isinstance(value, str):
            value = value.strip()
            if not value:
                return self._empty
        elif value is None:
            return self._empty
        elif value is missing:
            return super().deserialize(value, attr, data, **kwargs)
        result = self._read(value)
        if self.validators:
            self._validate(result)
        return result

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return self.to_json(value)

    def to_json(self, value: Any) -> Any:
        """The JSON value of a Python value."""
        if value is None or value == self._empty:
            return None
        return value if self._write is None else self._write(value)

"""The marshmallow field that all built-in types parse and serialise with, made for millions of values."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from marshmallow import ValidationError, fields, missing

Reader = Callable[[Any], Any]
# Reads many texts without blanks at their ends, "" for an empty one; None when they must be read one by one.
ManyReader = Callable[[Sequence[str]], Sequence[Any] | None]


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
        read_plain: ManyReader | None = None,
        json_schema: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(allow_none=True, metadata=dict(json_schema or {}))
        self._read = read
        self._write = write
        self._empty = empty
        self._read_plain = read_plain

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

    def deserialize_many(self, values: Sequence[Any]) -> Sequence[Any] | None:
        """Read many cells of a sheet at once; None when there is no quicker way for them than one by one."""
        if self._read_plain is None or self.validators:
            return None
        try:
            return self._read_plain(["" if value is None else value.strip() for value in values])
        except AttributeError:
            # Not all of them are texts.
            return None

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return self.to_json(value)

    def to_json(self, value: Any) -> Any:
        """The JSON value of a Python value."""
        if value is None or value == self._empty:
            return None
        return value if self._write is None else self._write(value)

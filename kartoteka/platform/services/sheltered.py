"""Field types of plugins, sheltered: one that fails costs its own value, never the record around it."""

import logging
from collections.abc import Callable
from copy import copy
from typing import Any

from marshmallow import ValidationError, fields

from kartoteka.field_types.capabilities import Cautious
from kartoteka.field_types.field_type import FieldType, Locale, OptionsError
from kartoteka.platform.kernel.texts import _

logger = logging.getLogger(__name__)


def sheltered(kind: FieldType) -> FieldType:
    """This function will give a type that does what another one does, and bears its failures."""
    # A class of its own below the other, so that it can do whatever the other can, as far as anybody may ask.
    before = _CautiousShelter if isinstance(kind, Cautious) else _Shelter
    shelter = type(f"Sheltered{type(kind).__name__}", (before, type(kind)), {"__module__": __name__})
    found: FieldType = object.__new__(shelter)
    found.__dict__.update(getattr(kind, "__dict__", {}))
    return found


class _Shelter:
    """Goes before the class of a plugin's type."""

    name: str

    @classmethod
    def options(cls, raw: Any) -> Any:
        try:
            return super().options(raw)  # type: ignore[misc]
        except OptionsError:
            raise
        except Exception as error:
            logger.exception("The options of the field type %s cannot be read.", cls.name)
            raise OptionsError({"options": [_failed(cls.name)]}) from error

    def schema(self, options: Any) -> Any:
        found = copy(super().schema(options))  # type: ignore[misc]
        _shelter(found, self.name)
        return found

    def text(self, value: Any, options: Any, locale: Locale) -> str:
        try:
            return str(super().text(value, options, locale))  # type: ignore[misc]
        except Exception:
            logger.exception("The field type %s cannot show a value.", self.name)
            return "" if value is None else str(value)


class _CautiousShelter(_Shelter):
    """For a type that asks questions."""

    def caution(self, value: Any, options: Any) -> str | None:
        try:
            found: str | None = super().caution(value, options)  # type: ignore[misc]
        except Exception:
            logger.exception("The field type %s cannot judge a value.", self.name)
            return None
        return found


def _shelter(schema: "fields.Field[Any]", name: str) -> None:
    read, write = schema.deserialize, schema._serialize

    def deserialize(value: Any, *more: Any, **named: Any) -> Any:
        try:
            return read(value, *more, **named)
        except ValidationError:
            raise
        except Exception as error:
            logger.exception("The field type %s cannot read a value.", name)
            raise ValidationError(_failed(name)) from error

    def serialize(value: Any, *more: Any, **named: Any) -> Any:
        try:
            return write(value, *more, **named)
        except Exception:
            logger.exception("The field type %s cannot write a value.", name)
            return None if value is None else str(value)

    _put(schema, "deserialize", deserialize)
    _put(schema, "_serialize", serialize)


def _put(schema: Any, name: str, function: Callable[..., Any]) -> None:
    setattr(schema, name, function)


def _failed(name: str) -> str:
    return _("The plugin that knows “{type}” has failed; nothing was changed.", type=name)


__all__ = ["sheltered"]

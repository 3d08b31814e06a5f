"""The shape of every field type: a column, a parser, a text and a sample, all without any state."""

import random as random_module
from abc import ABC, abstractmethod
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar

from marshmallow import fields
from sqlalchemy.types import TypeEngine

from kartoteka.field_types.locale import Locale
from kartoteka.field_types.options import NoOptions, Options, OptionsError

__all__ = ["FieldType", "Locale", "NoOptions", "Operator", "Options", "OptionsError", "Sort"]


class Operator(StrEnum):
    """What a filter may ask about a value."""

    EQ = "eq"
    NE = "ne"
    LT = "lt"
    LTE = "lte"
    GT = "gt"
    GTE = "gte"
    BETWEEN = "between"
    IN = "in"
    NOT_IN = "not_in"
    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    IS_EMPTY = "is_empty"
    NOT_EMPTY = "not_empty"


class Sort(StrEnum):
    """What a list is ordered by: the column, a stored collation key, the order of choices, or nothing."""

    PLAIN = "plain"
    COLLATED = "collated"
    ORDERED = "ordered"
    NONE = "none"


class FieldType(ABC):
    """A kind of value. An instance knows nothing but its methods: everything particular is in the options."""

    name: ClassVar[str]
    widget: ClassVar[str]
    label: ClassVar[str]
    Options: ClassVar[type[Options]] = NoOptions
    operators: ClassVar[tuple[Operator, ...]]
    searchable: ClassVar[bool] = False
    sort: ClassVar[Sort] = Sort.PLAIN

    @classmethod
    def options(cls, raw: Mapping[str, Any]) -> Any:
        """Options out of JSON; unknown names and unusable values raise OptionsError."""
        return cls.Options.from_json(raw)

    @abstractmethod
    def column_type(self, options: Any) -> TypeEngine[Any]:
        """The column: a Python value goes in and the same comes out, on SQLite and PostgreSQL."""

    @abstractmethod
    def schema(self, options: Any) -> fields.Field[Any]:
        """The one parser and validator, of JSON and of what people type; build it once for many values."""

    @abstractmethod
    def text(self, value: Any, options: Any, locale: Locale) -> str:
        """The value as people read it; nothing for None."""

    @abstractmethod
    def sample(self, options: Any, random: random_module.Random) -> Any:
        """A valid value."""

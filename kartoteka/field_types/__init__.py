"""Kinds of values: how each is stored, read, written out and invented; depends on nothing of ours."""

from collections.abc import Mapping
from types import MappingProxyType

from kartoteka.field_types.choices import OneChoice, SeveralChoices, YesNo
from kartoteka.field_types.codes import Dic, Iban, Ico, NumberSeries
from kartoteka.field_types.contacts import Email, Phone, WebAddress
from kartoteka.field_types.field_type import FieldType, Locale, Operator, Options, OptionsError, Sort
from kartoteka.field_types.links import File, Relation, User
from kartoteka.field_types.quantities import DecimalNumber, Integer, Money, Percent
from kartoteka.field_types.times import Day, Instant
from kartoteka.field_types.words import Address, LongText, Text

__all__ = ["FieldType", "Locale", "Operator", "Options", "OptionsError", "Sort", "builtin"]

_IN_THE_ORDER_OF_PICKERS: tuple[type[FieldType], ...] = (
    Text,
    LongText,
    Integer,
    DecimalNumber,
    Money,
    Percent,
    YesNo,
    Day,
    Instant,
    OneChoice,
    SeveralChoices,
    Email,
    Phone,
    WebAddress,
    Address,
    Ico,
    Dic,
    Iban,
    Relation,
    User,
    File,
    NumberSeries,
)
_BUILTIN: Mapping[str, FieldType] = MappingProxyType({kind.name: kind() for kind in _IN_THE_ORDER_OF_PICKERS})


def builtin() -> Mapping[str, FieldType]:
    """The built-in field types by name, in the order in which a designer is offered them."""
    return _BUILTIN

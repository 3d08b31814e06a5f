"""A field type: the EAN-13 number under a barcode."""

import re
from random import Random
from typing import Any

from sqlalchemy.types import TypeEngine

from kartoteka.field_types.cleaning import clean_line
from kartoteka.field_types.columns import text_column
from kartoteka.field_types.field_type import FieldType, Locale, Operator
from kartoteka.field_types.schema import ValueSchema, refuse
from kartoteka.platform.sdk import N_, _


class Barcode(FieldType):
    """Thirteen digits, the last of which is a check digit."""

    name = "barcode"
    widget = "text"
    label = N_("Barcode")
    operators = (
        Operator.EQ, Operator.NE, Operator.IN, Operator.NOT_IN, Operator.STARTS_WITH,
        Operator.IS_EMPTY, Operator.NOT_EMPTY,
    )  # fmt: skip

    def column_type(self, options: Any) -> TypeEngine[str]:
        """Text, since it may begin with zeros."""
        return text_column()

    def schema(self, options: Any) -> ValueSchema:
        """Thirteen digits, spaces between them do not matter."""
        return ValueSchema(_read, json_schema={"type": "string", "pattern": "^[0-9]{13}$"})

    def text(self, value: str | None, options: Any, locale: Locale) -> str:
        """In groups, as it is printed."""
        return f"{value[0]} {value[1:7]} {value[7:]}" if value else ""

    def sample(self, options: Any, random: Random) -> str:
        """Any number."""
        digits = f"{random.randrange(10**12):012}"
        return digits + check_digit(digits)


def _read(raw: Any) -> str:
    digits = re.sub(r"[ -]", "", clean_line(raw))
    if not re.fullmatch("[0-9]{13}", digits) or digits[12] != check_digit(digits[:12]):
        raise refuse(_("This is no EAN-13 number; please check its digits."))
    return digits


def check_digit(digits: str) -> str:
    """This function will give the thirteenth digit to twelve."""
    odd, even = (sum(map(int, digits[start::2])) for start in (0, 1))
    return str(-(odd + 3 * even) % 10)

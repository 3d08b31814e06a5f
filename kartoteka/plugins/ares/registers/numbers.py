"""Numbers of companies and their check digits, looked at before anybody is asked."""

import re

from stdnum.pl import nip

_WEIGHTS = (8, 7, 6, 5, 4, 3, 2)
_LABEL = re.compile(r"I[CČ]O?:?\s*", re.IGNORECASE)
_VAT = re.compile("[A-Z]{2}[0-9A-Z+*]{2,12}")
# The VAT information exchange writes Greece in its own way.
_VIES_COUNTRIES = frozenset(
    (
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "EL", "ES", "FI", "FR", "HR", "HU", "IE", "IT", "LT", "LU",
        "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK", "XI",
    )
)  # fmt: skip


def read_ico(text: str) -> str:
    """This function will read an IČO with the zeros that spreadsheets lose; nothing when it cannot be one."""
    digits = re.sub(r"\s", "", _LABEL.sub("", text.strip(), count=1))
    short = digits.isascii() and digits.isdigit() and 0 < len(digits) <= 8 and digits.strip("0") != ""
    return digits.zfill(8) if short else ""


def ico_fits(ico: str) -> bool:
    """This function will tell whether the check digit of an IČO is right; a few living companies have a wrong one."""
    weighted = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, ico, strict=False))
    return (11 - weighted % 11) % 10 == int(ico[7])


def read_vat(text: str) -> str:
    """This function will read a VAT number of the EU with its country; nothing when it cannot be one."""
    number = re.sub(r"[\s.\-/]", "", text).upper()
    number = f"EL{number[2:]}" if number.startswith("GR") else number
    return number if _VAT.fullmatch(number) and number[:2] in _VIES_COUNTRIES else ""


def read_nip(text: str) -> str:
    """This function will read a Polish NIP whose check digit fits; nothing when it does not."""
    number = re.sub(r"[\s\-]", "", text).upper().removeprefix("PL")
    return str(number) if number.isascii() and nip.is_valid(number) else ""

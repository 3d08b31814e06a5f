"""Field types of official numbers and of our own: IČO, DIČ, IBAN, number series."""

import re
from dataclasses import dataclass
from random import Random
from typing import Any

from stdnum import iban as iban_numbers
from stdnum.cz import bankaccount
from stdnum.exceptions import ValidationError as NumberError

from kartoteka.field_types import options as option_rules
from kartoteka.field_types.cleaning import clean_line, without_blanks
from kartoteka.field_types.field_type import Locale, Options, Sort
from kartoteka.field_types.options import option
from kartoteka.field_types.schema import ValueSchema, refuse
from kartoteka.field_types.texts import N_, _
from kartoteka.field_types.words import Words, check_length

_ICO_LABEL = re.compile(r"I[CČ]O?:?\s*", re.IGNORECASE)
_ICO = re.compile("[0-9]{1,8}")
_ICO_WEIGHTS = (8, 7, 6, 5, 4, 3, 2)

_DIC_LABEL = re.compile(r"(IČ )?DIČ:?\s*|VAT:?\s*", re.IGNORECASE)
_DIC = re.compile("[A-Z]{2}[0-9A-Z]{2,13}")
_CZECH_DIC = re.compile("CZ[0-9]{8,10}")

_CZ_AS_DIGITS = "123500"  # C and Z by their places among the letters, and 00 for the check digits sought
_CZECH_ACCOUNT = re.compile(r"(?:[0-9]{1,6}-)?[0-9]{2,10}/[0-9]{4}")


class Code(Words):
    """What official numbers have in common: they are compared and ordered character by character."""

    widget = "code"
    sort = Sort.PLAIN


def ico_check_digit(first_seven: str) -> str:
    """The last digit of an IČO, from the seven before it."""
    weighted = sum(weight * int(digit) for weight, digit in zip(_ICO_WEIGHTS, first_seven, strict=True))
    return str((11 - weighted % 11) % 10)


class Ico(Code):
    """The Czech number of a business: eight digits, with the zeros that spreadsheets lose."""

    name = "ico"
    label = N_("IČO (business number)")

    def schema(self, options: Any) -> ValueSchema:
        """Up to eight digits; a wrong check digit is a caution only, as living companies have one."""
        return ValueSchema(_read_ico, json_schema={"type": "string", "pattern": "^[0-9]{8}$"})

    def caution(self, value: str | None, options: Any) -> str | None:
        """A check digit that does not fit is nearly always a typing error."""
        if not value or value[7:] == ico_check_digit(value[:7]):
            return None
        return _("The check digit of IČO {ico} does not fit. Is the number really right?", ico=value)

    def sample(self, options: Any, random: Random) -> str:
        """Mostly one with a right check digit, sometimes with leading zeros or a wrong digit."""
        first_seven = f"{random.choice([random.randint(1, 99_999), random.randint(1_000_000, 9_999_999)]):07}"
        return first_seven + (
            ico_check_digit(first_seven) if random.random() < 0.95 else str(random.randint(0, 9))
        )


def _read_ico(raw: Any) -> str:
    text = clean_line(raw)
    if len(text) == 8 and text.isascii() and text.isdigit():
        return text
    digits = without_blanks(_ICO_LABEL.sub("", text, count=1))
    if not _ICO.fullmatch(digits):
        raise refuse(_("An IČO has eight digits, such as {example}.", example="27082440"))
    return digits.zfill(8)


class Dic(Code):
    """A tax number with its country; it is never derived from an IČO."""

    name = "dic"
    label = N_("DIČ (tax number)")

    def schema(self, options: Any) -> ValueSchema:
        """Two letters of the country and up to 13 letters and digits; in CZ eight to ten digits."""
        return ValueSchema(_read_dic, json_schema={"type": "string"})

    def sample(self, options: Any, random: Random) -> str:
        """A Czech one, or one of a neighbour."""
        number = random.randint(10_000_000, 99_999_999)
        return random.choice(
            [f"CZ{number}", f"CZ699{number:08}"[:12], f"SK20{number}", f"ATU{number}", f"DE1{number}"]
        )


def _read_dic(raw: Any) -> str:
    text = re.sub(r"[\s.-]", "", _DIC_LABEL.sub("", clean_line(raw), count=1)).upper()
    if not _DIC.fullmatch(text):
        raise refuse(
            _("A DIČ begins with two letters of the country, such as {example}.", example="CZ27082440")
        )
    if text.startswith("CZ") and not _CZECH_DIC.fullmatch(text):
        raise refuse(_("A Czech DIČ is CZ and eight to ten digits."))
    return text


class Iban(Code):
    """A bank account; a Czech number with a bank code becomes its IBAN."""

    name = "iban"
    label = N_("Bank account (IBAN)")

    def schema(self, options: Any) -> ValueSchema:
        """An IBAN whose check digits fit."""
        return ValueSchema(_read_iban, json_schema={"type": "string"})

    def text(self, value: str | None, options: Any, locale: Locale) -> str:
        """In groups of four."""
        return " ".join(re.findall(".{1,4}", value)) if value else ""

    def sample(self, options: Any, random: Random) -> str:
        """A Czech account with right check digits."""
        bank = random.choice(["0100", "0300", "0800", "2010", "5500"])
        return _czech_iban(f"000000-{random.randint(10**8, 10**10 - 1):010}/{bank}")


def _czech_iban(account: str) -> str:
    """The IBAN of `prefix-number/bank`."""
    number, bank = account.split("/")
    prefix, _dash, rest = number.rpartition("-")
    digits = f"{bank}{prefix.zfill(6)}{rest.zfill(10)}"
    return f"CZ{98 - int(digits + _CZ_AS_DIGITS) % 97:02}{digits}"


def _read_iban(raw: Any) -> str:
    text = without_blanks(clean_line(raw)).upper().removeprefix("IBAN").lstrip(":")
    try:
        if _CZECH_ACCOUNT.fullmatch(text):
            return _czech_iban(str(bankaccount.validate(text)))
        return str(iban_numbers.validate(text))
    except NumberError as error:
        raise refuse(_("This is no valid bank account; please check every digit.")) from error


class NumberSeries(Code):
    """A number that the program gives: `POZ-00042`."""

    name = "autonumber"
    widget = "autonumber"
    label = N_("Number series")

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Options(Options):
        """What stands before the number, how many digits it has at least, and the first one."""

        prefix: str = option(option_rules.words(30), label=N_("Prefix"), default="")
        padding: int = option(option_rules.whole(1, 18), label=N_("Digits"), default=5)
        start: int = option(option_rules.whole(0, 10**15), label=N_("First number"), default=1)

    def number(self, n: int, options: Options) -> str:
        """The n-th value of the series; the first is n = 1."""
        return f"{options.prefix}{options.start + n - 1:0{options.padding}}"

    def schema(self, options: Options) -> ValueSchema:
        """Any short text: records brought in from elsewhere keep their numbers."""

        def read(raw: Any) -> str:
            return check_length(clean_line(raw), 0, 100)

        return ValueSchema(read, json_schema={"type": "string"})

    def sample(self, options: Options, random: Random) -> str:
        """Some number of the series."""
        return self.number(random.randint(1, 999_999), options).strip()

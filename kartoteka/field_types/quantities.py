"""Field types made of digits that one reckons with: integer, decimal, money and percent."""

from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any, ClassVar

from babel.numbers import get_currency_symbol, list_currencies
from sqlalchemy import BigInteger
from sqlalchemy.types import TypeEngine

from kartoteka.field_types import options as option_rules
from kartoteka.field_types.columns import ExactDecimal
from kartoteka.field_types.field_type import FieldType, Locale, Operator, Options
from kartoteka.field_types.formatting import money_text, number_text, percent_text, with_unit
from kartoteka.field_types.numerals import MOST_DIGITS, UnitCheck, read_number, too_long, with_places
from kartoteka.field_types.options import option
from kartoteka.field_types.schema import Reader, ValueSchema, refuse
from kartoteka.field_types.texts import N_, _

ORDER_OPERATORS = (
    Operator.EQ,
    Operator.NE,
    Operator.LT,
    Operator.LTE,
    Operator.GT,
    Operator.GTE,
    Operator.BETWEEN,
    Operator.IN,
    Operator.NOT_IN,
    Operator.IS_EMPTY,
    Operator.NOT_EMPTY,
)

LOWEST_INTEGER, HIGHEST_INTEGER = -(2**63), 2**63 - 1
DEFAULT_SCALE = 4
FEWEST_DECIMALS = 2

_SIGNS = {
    "kč": "CZK", "kc": "CZK", "€": "EUR", "eura": "EUR", "eur": "EUR", "£": "GBP", "zł": "PLN", "zl": "PLN",
    "ft": "HUF", "₴": "UAH", "¥": "JPY", "chf": "CHF", "us$": "USD", "lei": "RON",
}  # fmt: skip
_DOLLARS = frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD"})
_CURRENCIES = frozenset(list_currencies())

_BOUND = option_rules.exact_number()
_INTEGER_BOUND = option_rules.whole(LOWEST_INTEGER, HIGHEST_INTEGER)


def currency_of(sign: str) -> str | None:
    """The currency that a sign or a code stands for; "$" for any of the dollars."""
    code = sign.upper().rstrip(".")
    return (
        "$"
        if sign == "$"
        else _SIGNS.get(sign.casefold().rstrip(".")) or (code if code in _CURRENCIES else None)
    )


def _accept_unit(unit: str) -> UnitCheck:
    """Accept the field's own unit beside a number; where there is none, the sign of any currency."""
    own = unit.casefold()

    def accept(found: str) -> None:
        if not (found.casefold() == own if own else currency_of(found)):
            raise refuse(_("“{text}” does not belong beside this number.", text=found))

    return accept


def _accept_percent(found: str) -> None:
    if found != "%":
        raise refuse(_("“{text}” does not belong beside this number.", text=found))


def _accept_currency(own: str) -> UnitCheck:
    def accept(found: str) -> None:
        currency = currency_of(found)
        if currency is None and found.casefold() != get_currency_symbol(own, "en").casefold():
            raise refuse(_("“{text}” does not belong beside this number.", text=found))
        if currency is not None and currency != own and not (currency == "$" and own in _DOLLARS):
            raise refuse(_("This amount is in {found}, but the field holds {own}.", found=found, own=own))

    return accept


def _contradicting_bounds(
    lowest: Decimal | int | None, highest: Decimal | int | None
) -> dict[str, list[str]]:
    if lowest is not None and highest is not None and lowest > highest:
        return {"min": [_("The lowest value is greater than the highest.")]}
    return {}


def _check_bounds(number: Decimal | int, lowest: Decimal | int | None, highest: Decimal | int | None) -> None:
    if lowest is not None and number < lowest:
        raise refuse(_("The lowest value allowed is {min}.", min=_written(lowest)))
    if highest is not None and number > highest:
        raise refuse(_("The highest value allowed is {max}.", max=_written(highest)))


def _written(bound: Decimal | int) -> str:
    return format(bound, "f") if isinstance(bound, Decimal) else str(bound)


class Integer(FieldType):
    """A whole number of 64 bits."""

    name = "integer"
    widget = "number"
    label = N_("Whole number")
    operators = ORDER_OPERATORS

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Options(Options):
        """Bounds and a unit."""

        min: int | None = option(_INTEGER_BOUND, label=N_("Lowest"), default=None)
        max: int | None = option(_INTEGER_BOUND, label=N_("Highest"), default=None)
        unit: str = option(option_rules.words(20), label=N_("Unit"), default="")

        def contradictions(self) -> dict[str, list[str]]:
            """The lowest may not be above the highest."""
            return _contradicting_bounds(self.min, self.max)

    def column_type(self, options: Options) -> TypeEngine[Any]:
        """64 bits."""
        return BigInteger()

    def schema(self, options: Options) -> ValueSchema:
        """Whole numbers, their thousands grouped or not."""
        json_schema = {"type": "integer", "minimum": options.min, "maximum": options.max}
        kept = {name: value for name, value in json_schema.items() if value is not None}
        return ValueSchema(_integer_reader(options), json_schema=kept)

    def text(self, value: int | None, options: Options, locale: Locale) -> str:
        """`24 977 kg`."""
        return "" if value is None else with_unit(_whole_text(value, locale.language), options.unit)

    def sample(self, options: Options, random: Random) -> int:
        """Mostly a small number, sometimes an extreme one."""
        lowest = LOWEST_INTEGER if options.min is None else options.min
        highest = HIGHEST_INTEGER if options.max is None else options.max
        if random.random() < 0.1:
            return random.choice([lowest, highest])
        return random.randint(max(lowest, min(-1000, highest)), min(highest, max(100_000, lowest)))


def _whole_text(value: int, language: str) -> str:
    return number_text(Decimal(value), language)


def _integer_reader(options: Integer.Options) -> Reader:
    lowest, highest, accept = options.min, options.max, _accept_unit(options.unit)

    def read(raw: Any) -> int:
        number = raw if type(raw) is int else _whole_number(raw, accept)
        if not LOWEST_INTEGER <= number <= HIGHEST_INTEGER:
            raise too_long()
        if lowest is not None or highest is not None:
            _check_bounds(number, lowest, highest)
        return number

    return read


def _whole_number(raw: Any, accept: UnitCheck) -> int:
    if type(raw) is str and raw.isascii() and raw.isdigit() and len(raw) < MOST_DIGITS:
        return int(raw)
    return _whole_part(read_number(raw, accept, 0))


def _whole_part(number: Decimal) -> int:
    if number.adjusted() > 2 * MOST_DIGITS:
        raise too_long()
    whole = int(number)
    if whole != number:
        raise refuse(_("This must be a whole number."))
    return whole


def _decimal_reader(scale: int, options: Any, accept: UnitCheck) -> Reader:
    unit = Decimal(1).scaleb(-scale)
    lowest, highest = options.min, options.max
    bounded = lowest is not None or highest is not None

    def read(raw: Any) -> Decimal:
        number = with_places(read_number(raw, accept, scale), unit)
        if bounded:
            _check_bounds(number, lowest, highest)
        return number

    return read


def _padded(scale: int) -> Any:
    def write(value: Decimal) -> str:
        return format(value, f".{scale}f")

    return write


def _with_two_decimals(value: Decimal) -> str:
    whole, _point, places = format(value, "f").partition(".")
    return f"{whole}.{places.rstrip('0').ljust(FEWEST_DECIMALS, '0')}"


def _sample_decimal(scale: int, lowest: Decimal | None, highest: Decimal | None, random: Random) -> Decimal:
    unit = Decimal(1).scaleb(-scale)
    extreme = (10**MOST_DIGITS) - 1
    low = -extreme if lowest is None else int((lowest / unit).to_integral_value("ROUND_CEILING"))
    high = extreme if highest is None else int((highest / unit).to_integral_value("ROUND_FLOOR"))
    usual = 10 ** (scale + 6)
    if random.random() < 0.1:
        steps = random.choice([low, high])
    else:
        steps = random.randint(max(low, min(-usual // 10, high)), min(high, max(usual, low)))
    return Decimal(steps).scaleb(-scale)


def _impossible_bounds(options: Any, scale: int) -> dict[str, list[str]]:
    """Bounds between which no number with so many decimals lies."""
    if found := _contradicting_bounds(options.min, options.max):
        return found
    unit, limit = Decimal(1).scaleb(-scale), Decimal(10) ** (MOST_DIGITS - scale)
    for name in ("min", "max"):
        bound = getattr(options, name)
        if bound is not None and (abs(bound) >= limit or bound % unit):
            return {name: [_("This bound cannot be written with {n} decimal places.", n=scale)]}
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class DecimalBounds(Options):
    """The lowest and the highest number allowed."""

    min: Decimal | None = option(_BOUND, label=N_("Lowest"), default=None)  # noqa: RUF009
    max: Decimal | None = option(_BOUND, label=N_("Highest"), default=None)  # noqa: RUF009


class Quantity(FieldType):
    """What exact decimals have in common."""

    operators = ORDER_OPERATORS
    widget = "number"

    def scale(self, options: Any) -> int:
        """How many decimals are kept."""
        return int(options.decimals)

    def column_type(self, options: Any) -> TypeEngine[Any]:
        """Exact on both databases."""
        return ExactDecimal(self.scale(options))

    def sample(self, options: Any, random: Random) -> Decimal:
        """Mostly a handy number, sometimes an extreme one."""
        return _sample_decimal(self.scale(options), options.min, options.max, random)


class DecimalNumber(Quantity):
    """An exact decimal number."""

    name = "decimal"
    label = N_("Decimal number")

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Options(DecimalBounds):
        """Decimals and a unit; without `decimals` up to four are kept and only the needed ones shown."""

        decimals: int | None = option(option_rules.whole(0, 9), label=N_("Decimal places"), default=None)
        unit: str = option(option_rules.words(20), label=N_("Unit"), default="")

        def contradictions(self) -> dict[str, list[str]]:
            """The bounds must leave something."""
            return _impossible_bounds(self, DEFAULT_SCALE if self.decimals is None else self.decimals)

    def scale(self, options: Options) -> int:
        """As many as the designer wants, or four."""
        return DEFAULT_SCALE if options.decimals is None else options.decimals

    def schema(self, options: Options) -> ValueSchema:
        """Numbers in either notation; out comes an exact string."""
        write = _with_two_decimals if options.decimals is None else _padded(options.decimals)
        read = _decimal_reader(self.scale(options), options, _accept_unit(options.unit))
        return ValueSchema(read, write, json_schema={"type": "string", "format": "decimal"})

    def text(self, value: Decimal | None, options: Options, locale: Locale) -> str:
        """`24 977,80 kg`."""
        if value is None:
            return ""
        fewest = FEWEST_DECIMALS if options.decimals is None else options.decimals
        return with_unit(number_text(value, locale.language, fewest, self.scale(options)), options.unit)


class Money(Quantity):
    """An amount in one currency."""

    name = "money"
    widget = "money"
    label = N_("Money")

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Options(DecimalBounds):
        """The currency and its decimals."""

        currency: str = option(
            option_rules.one_of(
                sorted(_CURRENCIES), N_("This must be the code of a currency, such as CZK or EUR.")
            ),
            label=N_("Currency"),
            default="CZK",
        )
        decimals: int = option(option_rules.whole(0, 9), label=N_("Decimal places"), default=2)

        def contradictions(self) -> dict[str, list[str]]:
            """The bounds must leave something."""
            return _impossible_bounds(self, self.decimals)

    def schema(self, options: Options) -> ValueSchema:
        """Amounts with or without the sign of the currency, and with no other one."""
        read = _decimal_reader(options.decimals, options, _accept_currency(options.currency))
        return ValueSchema(
            read, _padded(options.decimals), json_schema={"type": "string", "format": "decimal"}
        )

    def text(self, value: Decimal | None, options: Options, locale: Locale) -> str:
        """`24 977,80 Kč`."""
        return "" if value is None else money_text(value, options.currency, locale.language, options.decimals)


class Percent(Quantity):
    """A percentage: 7.5 means 7.5 %."""

    name = "percent"
    label = N_("Percentage")
    sign: ClassVar[str] = "%"

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Options(DecimalBounds):
        """Decimals."""

        decimals: int = option(option_rules.whole(0, 9), label=N_("Decimal places"), default=2)

        def contradictions(self) -> dict[str, list[str]]:
            """The bounds must leave something."""
            return _impossible_bounds(self, self.decimals)

    def schema(self, options: Options) -> ValueSchema:
        """Numbers with or without the sign."""
        read = _decimal_reader(options.decimals, options, _accept_percent)
        return ValueSchema(
            read, _padded(options.decimals), json_schema={"type": "string", "format": "decimal"}
        )

    def text(self, value: Decimal | None, options: Options, locale: Locale) -> str:
        """`7,5 %`."""
        return "" if value is None else percent_text(value, locale.language, options.decimals)

"""Options of a field: frozen dataclasses whose every option is read and checked by a rule."""

import dataclasses
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Self

from kartoteka.field_types.texts import N_, _


class OptionsError(ValueError):
    """Options that cannot be used: option -> sentences."""

    def __init__(self, errors: Mapping[str, Iterable[str]]) -> None:
        self.errors: dict[str, list[str]] = {name: list(sentences) for name, sentences in errors.items()}
        super().__init__("; ".join(f"{name}: {' '.join(found)}" for name, found in self.errors.items()))


@dataclass(frozen=True, slots=True)
class Rule:
    """How one option is read from JSON, written back and asked for in a form."""

    kind: str
    read: Callable[[Any], Any]
    write: Callable[[Any], Any] = lambda value: value
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OptionInfo:
    """What a form needs to know to ask for one option."""

    name: str
    label: str
    kind: str
    required: bool
    default: Any
    allowed: tuple[str, ...]


def option(rule: Rule, *, label: str, default: Any = MISSING) -> Any:
    """Declare one option in an Options dataclass; without a default it is required."""
    metadata = {"rule": rule, "label": label}
    return field(metadata=metadata) if default is MISSING else field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Options of one field; a subclass lists them with `option()`."""

    def __post_init__(self) -> None:
        errors: dict[str, list[str]] = {}
        for declared in dataclasses.fields(self):
            self._read_in_place(declared, errors)
        errors = errors or self.contradictions()
        if errors:
            raise OptionsError(errors)

    def _read_in_place(self, declared: "dataclasses.Field[Any]", errors: dict[str, list[str]]) -> None:
        rule, value = declared.metadata.get("rule"), getattr(self, declared.name)
        if rule is None or (value is None and declared.default is None):
            return
        try:
            object.__setattr__(self, declared.name, rule.read(value))
        except ValueError as error:
            errors[declared.name] = [str(error)]

    def contradictions(self) -> dict[str, list[str]]:
        """Options that are fine one by one and cannot stand together."""
        return {}

    @classmethod
    def from_json(cls, raw: Any) -> Self:
        """Options out of a design document; everything wrong is reported at once."""
        if not isinstance(raw, Mapping):
            raise OptionsError({"options": [_("Options must be an object with names and values.")]})
        known = {declared.name: declared for declared in dataclasses.fields(cls)}
        given = {str(name): value for name, value in raw.items() if value is not None}
        errors = {name: [_("There is no such option.")] for name in given if name not in known}
        for name, declared in known.items():
            if name not in given and declared.default is MISSING and declared.default_factory is MISSING:
                errors[name] = [_("This option is required.")]
        if errors:
            raise OptionsError(errors)
        return cls(**given)

    def as_json(self) -> dict[str, Any]:
        """The options that differ from their defaults, as JSON values."""
        result: dict[str, Any] = {}
        for declared in dataclasses.fields(self):
            value = getattr(self, declared.name)
            if declared.default is MISSING or value != declared.default:
                rule = declared.metadata.get("rule")
                result[declared.name] = value if rule is None or value is None else rule.write(value)
        return result

    @classmethod
    def described(cls) -> tuple[OptionInfo, ...]:
        """The options in the order in which a form asks for them."""
        return tuple(
            _described(declared) for declared in dataclasses.fields(cls) if "rule" in declared.metadata
        )


def _described(declared: "dataclasses.Field[Any]") -> OptionInfo:
    rule: Rule = declared.metadata["rule"]
    required = declared.default is MISSING and declared.default_factory is MISSING
    default = None if required or declared.default in (None, MISSING) else rule.write(declared.default)
    return OptionInfo(declared.name, declared.metadata["label"], rule.kind, required, default, rule.allowed)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoOptions(Options):
    """The options of a type that has none."""


def whole(lowest: int, highest: int) -> Rule:
    """A whole number within bounds."""

    def read(raw: Any) -> int:
        number = _whole_number(raw)
        if number is None or not lowest <= number <= highest:
            raise ValueError(_("This must be a whole number from {low} to {high}.", low=lowest, high=highest))
        return number

    return Rule("integer", read)


def _whole_number(raw: Any) -> int | None:
    if isinstance(raw, bool):
        return None
    if isinstance(raw, int):
        return raw
    if isinstance(raw, str) and re.fullmatch(r"\s*-?[0-9]{1,19}\s*", raw):
        return int(raw)
    return None


def exact_number(highest: Decimal = Decimal(10) ** 18) -> Rule:
    """A decimal number, as a JSON string or number."""

    def read(raw: Any) -> Decimal:
        number = _decimal_number(raw)
        if number is None or abs(number) > highest:
            raise ValueError(_("This must be a number."))
        return number

    return Rule("decimal", read, lambda value: format(value, "f"))


def _decimal_number(raw: Any) -> Decimal | None:
    if isinstance(raw, bool) or not isinstance(raw, (str, int, float, Decimal)):
        return None
    try:
        number = Decimal(repr(raw) if isinstance(raw, float) else raw)
    except (InvalidOperation, ValueError):
        return None
    if not number.is_finite() or abs(number.adjusted()) > 30:
        return None
    return number


def flag() -> Rule:
    """Yes or no."""

    def read(raw: Any) -> bool:
        if not isinstance(raw, bool):
            raise ValueError(_("This must be true or false."))
        return raw

    return Rule("boolean", read)


def words(longest: int = 100) -> Rule:
    """A short text on one line."""

    def read(raw: Any) -> str:
        if not isinstance(raw, str) or not raw.replace("\u00a0", " ").isprintable():
            raise ValueError(_("This must be a text on one line."))
        if len(raw) > longest:
            raise ValueError(_("At most {max} characters are allowed.", max=longest))
        return raw

    return Rule("text", read)


def one_of(allowed: Iterable[str], sentence: str = N_("This must be one of: {allowed}.")) -> Rule:
    """One of some fixed names."""
    names = tuple(allowed)

    def read(raw: Any) -> str:
        if not isinstance(raw, str) or raw not in names:
            raise ValueError(_(sentence, allowed=", ".join(names[:20])))
        return raw

    return Rule("one_of", read, allowed=names)

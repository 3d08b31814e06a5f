"""What only some field types can do, as small protocols that anybody may ask a type about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values that a choice field offers."""

    key: str
    name: str
    colour: str = ""
    names: Mapping[str, str] = field(default_factory=dict, hash=False)
    active: bool = True

    def label(self, language: str) -> str:
        """The name in a language, or the one that the designer wrote."""
        return self.names.get(language) or self.name


@runtime_checkable
class Linking(Protocol):
    """Values are ids of other things in a link table: a tuple of integers, and no column."""

    def target(self, options: Any) -> str:
        """What is linked: "users", "files" or the key of a registry."""

    def many(self, options: Any) -> bool:
        """Whether there may be more than one."""


@runtime_checkable
class Cautious(Protocol):
    """A value may be acceptable and still deserve a question before it is saved."""

    def caution(self, value: Any, options: Any) -> str | None:
        """A sentence to be confirmed, or None when nothing is suspicious."""


@runtime_checkable
class Choosing(Protocol):
    """Values are keys out of a list that the designer wrote."""

    def choices(self, options: Any) -> tuple[Choice, ...]:
        """All choices in their order, the inactive ones too."""


@runtime_checkable
class Numbering(Protocol):
    """Values are given by the program, one after another."""

    def number(self, n: int, options: Any) -> str:
        """The n-th value of the series; the first is n = 1."""


@runtime_checkable
class Computed(Protocol):
    """The place of formula, lookup and rollup: values follow from other fields and are never typed in."""

    def sources(self, options: Any) -> tuple[str, ...]:
        """Keys or paths (`company.city`) of the fields that a value is made of."""

    def compute(self, inputs: Mapping[str, Any], options: Any) -> Any:
        """The value that follows from the values of the sources."""

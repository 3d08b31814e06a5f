"""The interface of every register of companies."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Protocol

from kartoteka.plugins.ares.registers.answers import Answer, Person, Search, Unavailable


class Register(Protocol):
    """A register that is asked by a number of one kind.

    It keeps nothing and decides nothing: what was asked before, how often it may be asked and what is done with the
    answer lies with whoever asks.
    """

    key: ClassVar[str]
    label: ClassVar[str]
    # What its numbers are called, such as “IČO”.
    number_name: ClassVar[str]

    def read(self, text: str) -> str:
        """Read a number as people type it; nothing when it cannot be one."""

    def fits(self, number: str) -> bool:
        """Tell whether the check digits of a number are right; where they are not, nobody is asked unbidden."""

    def look_up(self, number: str) -> Answer:
        """Ask for one company."""


class Searching(Register, Protocol):
    """A register that can also be asked by name, and for many companies at once."""

    most_at_once: ClassVar[int]

    def search(self, name: str, most: int) -> Search:
        """Ask for companies whose names begin like this."""

    def look_up_many(self, numbers: Sequence[str]) -> Mapping[str, Answer] | Unavailable:
        """Ask for up to `most_at_once` companies in one request."""

    def persons(self, number: str) -> tuple[Person, ...] | Unavailable:
        """Ask who acts for a company; nobody when the register does not say."""

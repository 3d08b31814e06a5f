"""Rules that a plugin keeps over its own registry, whichever way a record of it is written."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Writing:
    """One record on its way into a registry of a plugin: as it was, and the values that its writer gives.

    `old` are the values as they are stored, whatever the writer sees of them, without links; a new record has none.
    """

    record: int | None
    values: Mapping[str, Any]
    old: Mapping[str, Any]
    new: bool = False
    # Something that was there before comes back: a batch is undone.
    restoring: bool = False


@dataclass(frozen=True)
class Keeper:
    """What a plugin does with each record before it is written, and with some that have been written together.

    `before` gives the values that are meant, or refuses; `after` may refuse, too, and nothing is written then.
    """

    before: Callable[[Writing], Mapping[str, Any]]
    after: Callable[[Sequence[Writing]], None]


__all__ = ["Keeper", "Writing"]

"""Places in an order: told by the thing that is to follow, which stays right whatever others move meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Spot:
    """Where a thing would go: before what (an empty text is the end), and in which group of things."""

    before: str
    group: str = ""


def position_before(keys: Sequence[str], moved: str, before: str) -> int:
    """This function will give the place among the others at which a moved thing comes to stand before another."""
    others = [key for key in keys if key != moved]
    return others.index(before) if before in others else len(others)


def neighbours(keys: Sequence[str], n: int) -> tuple[str | None, str | None]:
    """This function will tell what the n-th thing must stand before to go up or down by one; None: it cannot."""
    up = keys[n - 1] if 0 < n < len(keys) else None
    down = None if n + 1 >= len(keys) else keys[n + 2] if n + 2 < len(keys) else ""
    return up, down


def spots(groups: Sequence[tuple[str, Sequence[str]]], g: int, n: int) -> tuple[Spot | None, Spot | None]:
    """This function will tell where the n-th thing of a group goes up and down, beyond its ends into the next group."""
    name, keys = groups[g]
    up, down = neighbours(keys, n)
    above = Spot("", groups[g - 1][0]) if g else None
    below = _first(groups[g + 1]) if g + 1 < len(groups) else None
    return above if up is None else Spot(up, name), below if down is None else Spot(down, name)


def _first(group: tuple[str, Sequence[str]]) -> Spot:
    name, keys = group
    return Spot(keys[0] if keys else "", name)

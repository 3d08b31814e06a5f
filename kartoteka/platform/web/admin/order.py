"""Places in an order: told by the thing that is to follow, which stays right whatever others move meanwhile."""

from collections.abc import Sequence


def position_before(keys: Sequence[str], moved: str, before: str) -> int:
    """This function will give the place among the others at which a moved thing comes to stand before another."""
    others = [key for key in keys if key != moved]
    return others.index(before) if before in others else len(others)

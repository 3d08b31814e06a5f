"""Rules that the firm has made for all accounts; so far, who must have a second factor."""

from collections.abc import Iterable, Mapping
from typing import Any

SECOND_FACTOR = "second_factor"


def asks_second_factor(body: Mapping[str, Any] | None, role_ids: Iterable[int]) -> bool:
    """This function will tell whether the kept rule asks holders of these roles for a second factor.

    Roles are kept by their ids: a role made later under the same name is another.
    """
    if not body:
        return False
    return bool(body.get("everybody")) or not set(body.get("roles", ())).isdisjoint(role_ids)

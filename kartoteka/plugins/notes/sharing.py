"""With which roles a note is shared: who may choose which, and what they are called."""

from collections.abc import Iterable
from typing import Any

from kartoteka.platform.sdk import Work, label

KNOWS_ALL = {"design", "users"}


def keys(text: Any) -> list[str]:
    """This function will read the keys of roles out of the text that keeps them."""
    return str(text or "").split()


def text_of(chosen: Iterable[Any]) -> str | None:
    """This function will write the keys of roles down, each once; None for none."""
    return " ".join(dict.fromkeys(str(each).strip() for each in chosen if str(each).strip())) or None


def offered(work: Work, chosen: Iterable[str] = ()) -> list[tuple[str, str]]:
    """This function will list the roles that the actor may share with, and those chosen already: keys and names.

    Everybody knows his own roles; the others are known to whoever gives them to people.
    """
    found = dict(known(work))
    return [*found.items(), *((key, key) for key in chosen if key not in found)]


def known(work: Work) -> list[tuple[str, str]]:
    """This function will name the roles that the actor may know of."""
    every = work.catalog.roles.values() if work.actor.powers & KNOWS_ALL else work.actor.roles
    return [(role.key, label(role, work.actor.locale.language)) for role in every]

"""Who is asking: a user with his roles, powers and identity, as of the beginning of the transaction."""

from collections.abc import Iterable
from dataclasses import dataclass

from kartoteka.field_types.locale import Locale
from kartoteka.platform.catalog.definitions import POWERS, Catalog, Grant, Role


@dataclass(frozen=True, slots=True)
class Identity:
    """The record that a portal user is."""

    registry: str
    id: int


@dataclass(frozen=True)
class Actor:
    """A person acting, with all that decides what he may do."""

    user_id: int
    name: str
    email: str
    roles: tuple[Role, ...]
    identity: Identity | None
    locale: Locale
    theme: str = "auto"
    # He owes a second factor that the firm requires, and may do nothing in the browser before he has set it up.
    unfinished: bool = False
    # The admin who looks as this person. He changes nothing, and what is private to the person stays so.
    seen_by: "Actor | None" = None
    # Whoever keeps the index of the search must know the words of everything, what is private to others too; each
    # search is judged by what its asker may read.
    keeps_index: bool = False

    @property
    def is_admin(self) -> bool:
        """True when one of the roles is the built-in admin."""
        return any(role.is_admin for role in self.roles)

    @property
    def is_guest(self) -> bool:
        """True for somebody from outside, who comes no further than what is marked for guests."""
        return any(role.for_guests for role in self.roles)

    @property
    def powers(self) -> frozenset[str]:
        """The powers that the roles give together."""
        if self.is_admin:
            return frozenset(POWERS)
        return frozenset().union(*(role.powers for role in self.roles))

    def grants(self, registry: str) -> tuple[tuple[Role, Grant], ...]:
        """This function will give the grants that the roles hold in a registry; admin's is not among them."""
        return tuple((role, role.grants[registry]) for role in self.roles if registry in role.grants)


def roles_by_id(catalog: Catalog, ids: Iterable[int]) -> tuple[Role, ...]:
    """This function will find roles by id; those that no longer exist count for nothing."""
    wanted = set(ids)
    return tuple(role for role in catalog.roles.values() if role.id in wanted)

"""What all registries that one piece of work opens have in common."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    literal,
    select,
    union_all,
)

from kartoteka.platform.access.keeping import Keeper
from kartoteka.platform.access.reach import has_tab
from kartoteka.platform.access.seen import USERS, Seen, Sight
from kartoteka.platform.catalog.definitions import EDIT, Registry
from kartoteka.platform.kernel.events import Event
from kartoteka.platform.storage import history

MAX_SIGHTS = 2000
# Where the plugin of attachments keeps what a field of files points at.
FILES = "_attachments"


@dataclass
class Failure:
    """Remembers that a statement failed: PostgreSQL then undoes the whole transaction, whatever is said at its end."""

    statement_failed: bool = False


@dataclass(frozen=True)
class Passage:
    """What every opened registry of one piece of work shares: who looks, over which connection, under which stamp."""

    sight: Sight
    connection: Connection
    stamp: history.Stamp
    emit: Callable[[Event], None]
    failure: Failure
    # The rules that a plugin keeps over a registry of its own.
    keeper: Callable[[Registry], Keeper | None] = lambda registry: None

    def seen(self, registry: Registry) -> Seen:
        """This function will give a registry as the actor sees it, kept while nothing changes for him."""
        kept = self.sight.layout.sights
        key = (registry.key, self.sight.signature)
        found: Seen | None = kept.get(key)
        if found is None:
            if len(kept) >= MAX_SIGHTS:
                kept.clear()
            found = kept[key] = Seen(self.sight, registry)
        return found

    def visible_registries(self, *, plugins: bool = False) -> list[Registry]:
        """This function will list the registries that exist for the actor; those of plugins only when asked for."""
        every = self.sight.catalog.active_registries
        return [each for each in every if (plugins or not each.plugin) and self.seen(each).visible_at_all]

    @cached_property
    def names_people(self) -> bool:
        """True when the actor may choose among people: in some field, or since he sees them on all records anyway.

        A customer who sees the name of his salesman gets no list of the staff by it.
        """
        catalog, actor = self.sight.catalog, self.sight.actor
        if "users" in actor.powers or any(
            _shows_people(self.seen(each)) for each in self.visible_registries()
        ):
            return True
        attached = [each for each in catalog.active_registries if each.attached and _of_people(each)]
        return any(has_tab(role, each.plugin, EDIT) for role in actor.roles for each in attached)

    def titles(self, wanted: Mapping[str, Iterable[int]]) -> dict[tuple[str, int], str]:
        """This function will give titles of records and names of users, as far as seen, by one statement."""
        parts: list[Select[Any]] = []
        for key, ids in wanted.items():
            identifiers = sorted(set(ids))
            if not identifiers:
                continue
            if key == "users":
                parts.append(
                    select(literal(key).label("registry"), USERS.c.id, USERS.c.name.label("title")).where(
                        USERS.c.id.in_(identifiers)
                    )
                )
                continue
            registry = self.sight.catalog.registries.get(FILES if key == "files" else key)
            seen = self.seen(registry) if registry else None
            if seen is not None and seen.visible_at_all:
                parts.append(
                    select(literal(key).label("registry"), seen.table.c.id, seen.title().label("title"))
                    .where(seen.table.c.id.in_(identifiers), seen.alive, seen.reach("view"))
                )  # fmt: skip
        if not parts:
            return {}
        statement = union_all(*parts) if len(parts) > 1 else parts[0]
        return {(row[0], row[1]): row[2] or f"#{row[1]}" for row in self.connection.execute(statement)}


def _of_people(registry: Registry) -> bool:
    return any(each.type == "user" for each in registry.active_fields)


def _shows_people(seen: Seen) -> bool:
    return any(
        not seen.writable_rows(each, "edit").nothing
        or not seen.writable_rows(each, "create").nothing
        or seen.field_rows(each).everything
        for each in seen.fields
        if each.type == "user"
    )

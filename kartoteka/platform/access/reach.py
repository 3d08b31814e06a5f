"""Which rows a right reaches: the grants of all roles added up, before any SQL."""

import json
from dataclasses import dataclass

from kartoteka.platform.access.actor import Actor
from kartoteka.platform.catalog.definitions import EDIT, READ, Filter, Registry
from kartoteka.platform.kernel.tables import canonical_json

_LEVELS = {READ: (READ, EDIT), EDIT: (EDIT,)}


@dataclass(frozen=True, slots=True)
class Rows:
    """A set of rows: everything, or the union of what some row rules select. No rule at all selects nothing."""

    everything: bool = False
    rules: frozenset[str] = frozenset()

    @property
    def nothing(self) -> bool:
        """True when no row can belong to the set."""
        return not self.everything and not self.rules

    def includes(self, other: "Rows") -> bool:
        """This function will tell whether every row of `other` surely belongs to this set."""
        return self.everything or (not other.everything and other.rules <= self.rules)

    def documents(self) -> list[Filter]:
        """This function will give the row rules as filter documents, in a stable order."""
        return [json.loads(rule) for rule in sorted(self.rules)]


EVERYTHING = Rows(everything=True)


def rows_for(
    actor: Actor, registry: Registry, right: str, section: str | None = None, level: str = READ
) -> Rows:
    """This function will add up the rows on which the actor holds a right (and, if named, a level in a section)."""
    if actor.is_admin:
        return EVERYTHING
    rules = set()
    for _role, grant in actor.grants(registry.key):
        if not {"view", right} <= grant.rights:
            continue
        if section is not None and grant.sections.get(section) not in _LEVELS[level]:
            continue
        if grant.rows is None:
            return EVERYTHING
        rules.add(canonical_json(grant.rows))
    return Rows(rules=frozenset(rules))

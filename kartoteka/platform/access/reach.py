"""Which rows a right reaches: the grants of all roles added up, before any SQL."""

import json
from dataclasses import dataclass

from kartoteka.platform.access.actor import Actor
from kartoteka.platform.catalog.definitions import (
    EDIT,
    READ,
    Field,
    Filter,
    Grant,
    Registry,
    Role,
)
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
    actor: Actor,
    registry: Registry,
    right: str,
    section: str | None = None,
    level: str = READ,
    *,
    field: Field | None = None,
) -> Rows:
    """This function will add up the rows on which the actor holds a right, and a level in a section or of a field."""
    if actor.is_admin:
        return EVERYTHING
    section, key = (section, None) if field is None else (field.section, field.key)
    rules = _of_attached(actor, registry, right, section, level, key) if registry.attached else set()
    for _role, grant in actor.grants(registry.key):
        if not {"view", right} <= grant.rights:
            continue
        if section is not None and grant.level(section, key) not in _LEVELS[level]:
            continue
        if grant.rows is None:
            return EVERYTHING
        rules.add(canonical_json(grant.rows))
    return Rows(rules=frozenset(rules))


# Rules of these two names are no filters of fields: one selects rows by the record that they are attached to, the
# other by what a relation of theirs points at, as far as the actor reaches it.
ON, THROUGH = "$on", "$through"
# The rights on a record that reach what lies on it by the same name; all others need the right to edit the record.
BORNE = ("view", "export")


def _of_attached(
    actor: Actor, registry: Registry, right: str, section: str | None, level: str, field: str | None = None
) -> set[str]:
    """The rows of a plugin's registry that are reached through the records they are attached to, or are one's own."""
    wanted = level_of(right, level)
    rules, reaching, refused, opened = set[str](), dict[str, list[int]](), False, False
    for role in actor.roles:
        inner = role.grants.get(registry.key)
        if inner is not None and not _opens(inner, section, wanted, field):
            refused = True
            continue
        reaches = has_tab(role, registry.plugin, wanted)
        opened = opened or reaches or inner is not None
        if reaches:
            reaching.setdefault(kept_to(inner), []).append(role.id)
    # One rule for all that are kept to the same: the rights on a record add up over roles, and statements stay short.
    borne = right if right in BORNE else "edit"
    for narrowing, ids in reaching.items():
        narrowed = [json.loads(narrowing)] if narrowing else []
        rules.add(canonical_json({ON: [registry.plugin, sorted(ids), borne, wanted, *narrowed]}))
    own = registry.own.get("view" if wanted == READ else "edit")
    # What a role keeps back inside such things it keeps back on one's own too, unless another role opens it.
    if own is not None and (opened or not refused):
        rules.add(canonical_json(own))
    return rules


def kept_to(inner: Grant | None) -> str:
    """This function will give the rule to which a role is kept among the things of a plugin wherever they lie.

    A grant with rights of its own narrows nothing: its rows are added to those reached through the tab.
    """
    return "" if inner is None or inner.rights or inner.rows is None else canonical_json(inner.rows)


def _opens(inner: Grant, section: str | None, wanted: str, field: str | None) -> bool:
    """Whether what a role says of the things themselves opens a section or field of them; saying nothing opens all."""
    limited = section is not None and bool(inner.sections)
    if limited and inner.sections.get(section or "") not in _LEVELS[wanted]:
        return False
    return inner.fields.get(field or "", EDIT) in _LEVELS[wanted]


def has_tab(role: Role, plugin: str, wanted: str) -> bool:
    """This function will tell whether a role sees, or changes, what a plugin attaches to records of some registry."""
    keys = (plugin, f"{plugin}_tab")
    return any(grant.sections.get(key) in _LEVELS[wanted] for grant in role.grants.values() for key in keys)


def level_of(right: str, level: str) -> str:
    """This function will tell which level of a plugin's tab a right to its things needs: to write needs `edit`."""
    return READ if right in ("view", "export") and level == READ else EDIT

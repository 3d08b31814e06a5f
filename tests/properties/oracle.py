"""What the gate must answer, worked out the slow and plain way over Python values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from kartoteka.field_types.folding import fold
from kartoteka.platform.catalog.definitions import Grant
from tests.properties.world import World

HIDDEN = object()
SECTION = {
    "deals": {
        "name": "a",
        "stage": "a",
        "amount": "b",
        "day": "b",
        "done": "b",
        "note": "c",
        "tags": "c",
        "firm": "c",
        "more": "c",
    },
    "firms": {"name": "public", "city": "public", "rating": "secret"},
}
TARGET = {"firm": "firms", "more": "firms"}
Grants = Mapping[str, list[Grant]]


@dataclass
class Oracle:
    """The world as somebody with these grants (several roles, each a list of its grants) may see it."""

    world: World
    grants: Grants

    def raw(self, registry: str, record: int, key: str) -> Any:
        """The true value of a field, whoever asks."""
        value = self.world.rows[registry][record].get(key)
        if key == "amount" and value is not None:
            return Decimal(value)
        if key == "day" and value is not None:
            return date.fromisoformat(value)
        if key in TARGET:
            return () if value is None else tuple(value) if isinstance(value, list) else (value,)
        return value

    def covering(self, registry: str, record: int) -> list[Grant]:
        """The grants whose row rule selects the record."""
        return [
            grant for grant in self.grants.get(registry, [])
            if "view" in grant.rights and (grant.rows is None or self.holds(registry, record, grant.rows, trusted=True))
        ]  # fmt: skip

    def visible(self, registry: str, record: int) -> bool:
        """Whether the record exists for the asker."""
        return bool(self.covering(registry, record))

    def exists(self, registry: str, key: str) -> bool:
        """Whether the field exists for the asker at all."""
        return key in SECTION[registry] and any(
            "view" in grant.rights and opens(grant, registry, key) for grant in self.grants.get(registry, [])
        )

    def shown(self, registry: str, record: int, key: str) -> bool:
        """Whether the asker may read the field on this record."""
        return any(opens(grant, registry, key) for grant in self.covering(registry, record))

    def writable(self, registry: str, record: int, key: str) -> bool:
        """Whether the asker may write the field on this record."""
        return any(
            "edit" in grant.rights and opens(grant, registry, key, to="edit")
            for grant in self.covering(registry, record)
        )

    def value(self, registry: str, record: int, key: str, *, trusted: bool) -> Any:
        """The value as the asker sees it: hidden is empty, hidden targets of links are not there."""
        raw = self.raw(registry, record, key)
        if trusted:
            return raw
        if not self.shown(registry, record, key):
            return () if key in TARGET else None
        if key in TARGET:
            return tuple(each for each in raw if self.visible(TARGET[key], each))
        return raw

    def holds(self, registry: str, record: int, tree: Mapping[str, Any], *, trusted: bool = False) -> bool:
        """Whether a filter holds for a record."""
        if "and" in tree:
            return all(self.holds(registry, record, part, trusted=trusted) for part in tree["and"])
        if "or" in tree:
            return any(self.holds(registry, record, part, trusted=trusted) for part in tree["or"])
        if "not" in tree:
            return not self.holds(registry, record, tree["not"], trusted=trusted)
        return self.compare(
            registry, record, tree["field"].split("."), tree["op"], tree.get("value"), trusted
        )

    def compare(
        self, registry: str, record: int, path: list[str], op: str, value: Any, trusted: bool
    ) -> bool:
        """Whether one comparison holds; negative operators are complements."""
        if op in ("ne", "not_in", "is_empty"):
            return not self.compare(
                registry,
                record,
                path,
                {"ne": "eq", "not_in": "in", "is_empty": "not_empty"}[op],
                value,
                trusted,
            )
        if len(path) > 1:
            targets = self.value(registry, record, path[0], trusted=trusted)
            return any(self.compare(TARGET[path[0]], each, path[1:], op, value, trusted) for each in targets)
        mine = self.value(registry, record, path[0], trusted=trusted)
        if op == "not_empty":
            return mine not in (None, ())
        if path[0] in TARGET:
            return any(each in mine for each in (value if op == "in" else [value]))
        if path[0] == "tags":
            return mine is not None and any(
                each in mine for each in (value if isinstance(value, list) else [value])
            )
        return mine is not None and _scalar(path[0], mine, op, value)


def opens(grant: Grant, registry: str, key: str, *, to: str = "read") -> bool:
    """Whether one grant opens a field: its section is open that far, and no exception of the field is stricter."""
    of_section = grant.sections.get(SECTION[registry][key])
    if of_section is None or grant.fields.get(key) == "hidden":
        return False
    return to == "read" or (of_section == "edit" and key not in grant.fields)


def _scalar(key: str, mine: Any, op: str, value: Any) -> bool:
    if op == "contains":
        return fold(value) in fold(mine)
    if op == "starts_with":
        return fold(mine).startswith(fold(value))
    if op == "in":
        return any(_scalar(key, mine, "eq", each) for each in value)
    if op == "between":
        return bool(_typed(key, value[0]) <= mine <= _typed(key, value[1]))
    theirs = _typed(key, value)
    return bool({"eq": mine == theirs, "lt": op == "lt" and mine < theirs, "lte": op == "lte" and mine <= theirs,
                 "gt": op == "gt" and mine > theirs, "gte": op == "gte" and mine >= theirs}[op])  # fmt: skip


def _typed(key: str, value: Any) -> Any:
    if key == "amount":
        return Decimal(value)
    return date.fromisoformat(value) if key == "day" else value

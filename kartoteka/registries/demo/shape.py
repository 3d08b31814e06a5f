"""What an invented firm consists of, before a database has given anything an id."""

from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict

# A record or a user that has no id yet: the registry (or "users") and the place in its list.
Ref = tuple[str, int]


class DemoRecord(TypedDict):
    """A record to be made: values by field key, relations as references."""

    category: str | None
    values: dict[str, Any]


class DemoUser(TypedDict):
    """A person who can sign in; `identity` is the record that a portal user is."""

    email: str
    name: str
    password: str
    roles: list[str]
    identity: Ref | None


class DemoRole(TypedDict):
    """A role with its grants by registry key, each in the shape that the API takes."""

    key: str
    name: str
    names: dict[str, str]
    grants: dict[str, dict[str, Any]]
    kind: NotRequired[str]
    holds: NotRequired[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Demo:
    """An invented firm: which ready-made registries it uses, who works there and what they have recorded."""

    name: str
    registries: tuple[str, ...]
    roles: list[DemoRole]
    users: list[DemoUser]
    records: dict[str, list[DemoRecord]]


def resolved(value: Any, ids: dict[str, list[int]]) -> Any:
    """The value with every reference replaced by the id that the record or user has been given."""
    if isinstance(value, tuple):
        kind, place = value
        return ids[kind][place]
    if isinstance(value, list):
        return [resolved(each, ids) for each in value]
    return value

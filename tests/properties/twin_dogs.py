"""Watchdogs in the twin worlds: the reader's own, on all that he sees, while things change that he does not see."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from kartoteka.plugins.watchdogs import verbs

if TYPE_CHECKING:
    from tests.properties.twin_worlds import World

DOGS: tuple[dict[str, Any], ...] = (
    {"when": {"kind": "change", "field": "turnover"}, "via": ["app", "email"]},
    {"when": {"kind": "change", "field": "city"}, "via": ["app", "email"]},
    {"when": {"kind": "change", "field": None}},
    {"when": {"kind": "change", "field": "partner"}},
    {"when": {"kind": "change", "field": "contacts"}},
    {"when": {"kind": "rises_above", "field": "turnover", "value": "3000"}, "via": ["app", "email"]},
    {"when": {"kind": "falls_below", "field": "units", "value": 500}},
    {"when": {"kind": "changes_by", "field": "turnover", "percent": "5"}},
    {"when": {"kind": "emptied", "field": "remark"}},
    {"when": {"kind": "reaches", "field": "level", "value": "high"}},
    {"when": {"kind": "leaves", "field": "status", "value": "won"}},
    {"when": {"kind": "date", "field": "since", "days": 200}},
    {"when": {"kind": "anniversary", "field": "since", "days": -3}},
    {"when": {"kind": "silence", "days": 1}},
    {"when": {"kind": "created"}},
    {"when": {"kind": "deleted"}, "via": ["app", "email"]},
    {"when": {"kind": "enters_list"}, "filter": {"field": "turnover", "op": "gte", "value": "3000"}},
    {"when": {"kind": "leaves_list"}, "filter": {"field": "remark", "op": "not_empty"}},
    {"when": {"kind": "enters_list"}, "filter": {"field": "partner.pay", "op": "gte", "value": "500"}},
    {"when": {"kind": "enters_list"},
     "filter": {"field": "since", "op": "gte", "value": {"var": "today", "days": -1000}}},
    {"when": {"kind": "count", "above": 2}, "filter": {"field": "turnover", "op": "gte", "value": "2000"}},
    {"when": {"kind": "added", "what": ["notes", "tasks", "activities"]}, "via": ["app", "email"]},
    {"when": {"kind": "every", "rule": "FREQ=DAILY"}, "filter": {"field": "turnover", "op": "gte", "value": "1"}},
    {"when": {"kind": "related", "registry": "firms"}, "registry": "persons"},
    {"when": {"kind": "company_changed"}, "via": ["app", "email"]},
)  # fmt: skip


def set_dogs(world: "World") -> None:
    """Set the reader's watchdogs, before anything happens."""
    from tests.properties.twin_worlds import ADMIN, READER

    with world.office.begin(world.people[READER], write=True) as work:
        for body in DOGS:
            verbs.create(work, {"registry": "firms", **body})
    with world.office.begin(world.people[ADMIN], write=True) as work:
        # Those of somebody who sees all tell the reader too: what he could have been told by his own.
        for body in DOGS[:8]:
            verbs.create(work, {"registry": "firms", "to": ["me", f"user:{world.people[READER]}"], **body})


def bodies() -> Iterator[dict[str, Any]]:
    """Watchdogs that the reader asks for: good ones, wrong ones, and on what he may not see."""
    from tests.properties.twin_asks import ALL_NAMES, REGISTRIES

    for body in DOGS:
        yield {"registry": "firms", **body}
    for name in ALL_NAMES:
        yield {"registry": "firms", "when": {"kind": "change", "field": name}}
        yield {"registry": "firms", "when": {"kind": "created"}, "filter": {"field": name, "op": "not_empty"}}
    for name in ("units", "h_number_a", "h_number_b", "nothing"):
        yield {"registry": "firms", "when": {"kind": "rises_above", "field": name, "value": 100}}
        yield {"registry": "firms", "record": 2, "when": {"kind": "change", "field": name}}
    for registry in REGISTRIES:
        yield {"registry": registry, "when": {"kind": "deleted"}}
        yield {"registry": "firms", "when": {"kind": "related", "registry": registry}}
    for name in (
        "role:secret_a",
        "role:secret_b",
        "role:nothing",
        "user:1",
        "user:9999",
        "field:keeper",
        "field:h_x",
    ):
        yield {"registry": "firms", "when": {"kind": "created"}, "to": [name]}


__all__ = ["bodies", "set_dogs"]

"""A small world of two related registries, told twice: as rows in a database and as plain Python values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from kartoteka.platform.catalog.definitions import Catalog, Registry
from kartoteka.platform.services import modelling, records
from kartoteka.platform.services.office import Office

FIRMS = {
    "key": "firms", "name": "Firms",
    "sections": [
        {"key": "public", "name": "Public", "fields": [
            {"key": "name", "name": "Name", "type": "text"},
            {"key": "city", "name": "City", "type": "text"},
        ]},
        {"key": "secret", "name": "Secret", "fields": [{"key": "rating", "name": "Rating", "type": "integer"}]},
    ],
}  # fmt: skip
DEALS = {
    "key": "deals", "name": "Deals", "title": "{name}",
    "sections": [
        {"key": "a", "name": "A", "fields": [
            {"key": "name", "name": "Name", "type": "text"},
            {"key": "stage", "name": "Stage", "type": "choice", "options": {"choices": [
                {"key": key, "name": key.title()} for key in ("lead", "talk", "won", "lost")]}},
        ]},
        {"key": "b", "name": "B", "fields": [
            {"key": "amount", "name": "Amount", "type": "money"},
            {"key": "day", "name": "Day", "type": "date"},
            {"key": "done", "name": "Done", "type": "boolean"},
        ]},
        {"key": "c", "name": "C", "fields": [
            {"key": "note", "name": "Note", "type": "text"},
            {"key": "tags", "name": "Tags", "type": "multi_choice", "options": {"choices": [
                {"key": key, "name": key} for key in ("x", "y", "z")]}},
            {"key": "firm", "name": "Firm", "type": "relation", "options": {"target": "firms"}},
            {"key": "more", "name": "More", "type": "relation", "options": {"target": "firms", "many": True}},
        ]},
    ],
}  # fmt: skip
NAMES = (
    "Alfa",
    "Čapek",
    "Cibule",
    "Chalupa",
    "Hora",
    "Ivan",
    "říp",
    "Řeka",
    "Žába",
    "alfa",
    "Dub 10",
    "Dub 9",
    None,
    "Ñandú",
)
CITIES = ("Praha", "Brno", None, "Žďár")


@dataclass
class World:
    """Rows of both registries by id, as plain values."""

    office: Office
    catalog: Catalog
    rows: dict[str, dict[int, Mapping[str, Any]]] = field(default_factory=dict)

    def registry(self, key: str) -> Registry:
        """The definition of a registry."""
        return self.catalog.registries[key]


def build(office: Office) -> World:
    """Make the world: 8 firms and 36 deals with every kind of emptiness, equality and relation."""
    with office.begin_system(design=True) as work:
        modelling.create_registry(work, FIRMS)
        modelling.create_registry(work, DEALS)
    with office.begin_system(write=True) as work:
        world = World(office, work.catalog, {"firms": {}, "deals": {}})
        firms = [_firm(number) for number in range(8)]
        made = [records.create(work, "firms", values).id for values in firms]
        world.rows["firms"] = dict(zip(made, firms, strict=True))
        for number in range(36):
            values = _deal(number, made)
            world.rows["deals"][records.create(work, "deals", values).id] = values
    return world


def _firm(number: int) -> dict[str, Any]:
    return {
        "name": f"Firma {number}", "city": CITIES[number % len(CITIES)],
        "rating": None if number % 5 == 4 else number % 3,
    }  # fmt: skip


def _deal(number: int, firms: list[int]) -> dict[str, Any]:
    stages = ("lead", "talk", "won", "lost", None)
    return {
        "name": NAMES[number % len(NAMES)],
        "stage": stages[number % 5],
        "amount": None if number % 7 == 0 else f"{(number * 37) % 11 - 3}.{number % 4}0",
        "day": None if number % 6 == 5 else (date(2024, 2, 27) + timedelta(days=number % 9)).isoformat(),
        "done": (True, False, None)[number % 3],
        "note": None if number % 4 == 0 else f"pozn {number % 5}",
        "tags": [tag for place, tag in enumerate("xyz") if number >> place & 1] or None,
        "firm": None if number % 5 == 0 else firms[number % 8],
        "more": [firms[(number + step) % 8] for step in range(number % 3)] or None,
    }

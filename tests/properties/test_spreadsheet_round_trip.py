"""Whatever is stored comes back equal through a spreadsheet, for every type of field, as CSV and as a workbook."""

import random
from io import BytesIO
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kartoteka.platform.services import exports, imports, jobs, modelling, records
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.records import Query

CHOICES = {
    "choices": [
        {"key": "a", "name": "Ano, jistě"},
        {"key": "b", "name": "b; c", "names": {"cs": "a"}},
        {"key": "c", "name": "=C"},
    ]
}
TYPES: dict[str, dict[str, Any]] = {
    "text": {}, "long_text": {}, "integer": {}, "decimal": {"decimals": 9}, "money": {}, "percent": {"decimals": 3},
    "boolean": {}, "date": {}, "datetime": {"timezone": "America/New_York"}, "choice": CHOICES,
    "multi_choice": CHOICES, "email": {}, "phone": {}, "url": {}, "ico": {}, "dic": {}, "iban": {}, "address": {},
    "autonumber": {},
}  # fmt: skip
PEERS = ("Alfa", "Beta; Gama", "#7", "12", "Čáp, s.r.o.")


def design(key: str) -> dict[str, Any]:
    fields = [
        {"key": f"f_{name}", "name": f"Field {name}", "type": name, "options": options}
        for name, options in TYPES.items()
    ]
    links = [
        {"key": "peer", "name": "Peer", "type": "relation", "options": {"target": "peers"}},
        {
            "key": "peers",
            "name": "All peers",
            "type": "relation",
            "options": {"target": "peers", "many": True},
        },
        {"key": "people", "name": "People", "type": "user", "options": {"many": True}},
    ]
    section = {"key": "all", "name": "All", "fields": [*fields, *links]}
    return {
        "key": key,
        "name": key.title(),
        "categories": [{"key": "big", "name": "Big; one"}],
        "sections": [section],
    }


def prepare(office: Office) -> list[int]:
    """Two equal registries and one that they point at, made once for all examples."""
    with office.begin_system(design=True) as work:
        if "peers" not in work.catalog.registries:
            name = {"key": "name", "name": "Name", "type": "text"}
            modelling.create_registry(
                work,
                {"key": "peers", "name": "Peers", "sections": [{"key": "a", "name": "A", "fields": [name]}]},
            )
            modelling.create_registry(work, design("origin"))
            modelling.create_registry(work, design("copy"))
    with office.begin_system() as work:
        found = records.browse(work, "peers", Query(sort="id")).items
        return [each.id for each in found] or [
            records.create(work, "peers", {"name": name}).id for name in PEERS
        ]


def one(office: Office, chance: random.Random, peers: list[int]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, raw in TYPES.items():
        kind = office.field_types[name]
        if chance.random() < 0.8:
            values[f"f_{name}"] = kind.sample(kind.options(raw), chance)
    return {**values, "peer": chance.sample(peers, 1), "peers": chance.sample(peers, chance.randint(0, 4))}


def emptied(office: Office, registry: str) -> None:
    with office.begin_system() as work:
        for each in records.browse(work, registry, Query(page_size=500)).items:
            records.remove(work, registry, each.id)


def contents(office: Office, registry: str) -> list[tuple[Any, ...]]:
    with office.begin_system(write=False) as work:
        found = records.browse(work, registry, Query(sort="id", page_size=500)).items
    plain = [
        {
            key: [link.id for link in value] if isinstance(value, list) else value
            for key, value in each.values.items()
        }
        for each in found
    ]
    return [(each.category, values) for each, values in zip(found, plain, strict=True)]


@settings(max_examples=25)
@given(seed=st.integers(0, 2**32), format_=st.sampled_from(["csv", "xlsx"]))
def test_an_export_is_imported_to_equal_values(office: Office, seed: int, format_: str) -> None:
    peers, chance = prepare(office), random.Random(seed)
    for registry in ("origin", "copy"):
        emptied(office, registry)
    with office.begin_system() as work:
        bodies = [
            {"values": one(office, chance, peers), "category": chance.choice([None, "big"])}
            for _n in range(6)
        ]
        # Automatic numbers must not meet those of another example.
        for number, body in enumerate(bodies):
            body["values"]["f_autonumber"] = f"{seed}-{number}"
        records.batch(work, "origin", create=bodies)
    with office.begin_system() as work:
        sheet = exports.answer(work, "origin", format_)
        received = imports.receive(office, BytesIO(sheet.content), sheet.name)
        job = imports.start(work, "copy", received, {}).id
    assert jobs.run_job(office, job)
    with office.begin_system(write=False) as work:
        done = jobs.fetch(work, job)
    assert (done.state, done.result["errors"], done.result["created"]) == ("done", [], 6)
    assert contents(office, "copy") == contents(office, "origin")

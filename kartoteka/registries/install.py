"""Brings ready-made registries and the invented firm into a Kartoteka, by the verbs that everybody uses."""

from collections.abc import Iterator, Sequence
from typing import Any

from kartoteka.platform import sdk

from . import beside, template
from .demo import Demo, DemoRecord, DemoUser, firm, resolved
from .demo.chance import Chance
from .demo.dogs import WATCHDOGS
from .demo.home import dress
from .demo.memory import remember, with_tabs
from .demo.papers import papers, prepare_folders
from .demo.talk import prepare, talk
from .demo.window import open_window

# Within the limit of one batch, and small enough to keep the memory of a small machine free.
MOST_AT_ONCE = 200

Ids = dict[str, list[int]]


def install_demo(work: sdk.Work) -> Demo | None:
    """Install the invented firm with its registries, roles, people and records, as of the day of the work.

    Where a registry of the firm already stands nothing happens, and None is returned: repeating is harmless.
    """
    demo = firm(work.now.date())
    if any(key in work.catalog.registries for key in demo.registries):
        return None
    for key in demo.registries:
        sdk.create_registry(work, template(key))
        sdk.lay_beside(work, beside(key), key)
    for role in demo.roles:
        sdk.create_role(work, with_tabs(work, dict(role)))
    _populate(work, demo)
    dress(work)
    sdk.put_steps_away_for_all(work)
    return demo


def _populate(work: sdk.Work, demo: Demo) -> None:
    """Staff first, since records name them; whoever is a record himself (a portal user) after the records."""
    ids: Ids = {"users": []}
    for user in demo.users:
        if user["identity"] is None:
            ids["users"].append(_make_user(work, user, None))
    for registry, records in demo.records.items():
        _make_records(work, registry, records, ids)
    remember(work, Chance(2026, work.now.date()), ids["users"], ids, _people(demo))
    talk(work, Chance(7, work.now.date()), ids["users"])
    prepare(work)
    prepare_folders(work)
    _lay_papers(work, demo, ids)
    for user in demo.users:
        if user["identity"] is not None:
            kind, _ = user["identity"]
            _make_user(work, user, {"registry": kind, "id": resolved(user["identity"], ids)})
    open_window(work, ids)
    _set_watchdogs(work, demo, ids)


def _people(demo: Demo) -> dict[int, list[int]]:
    """The contacts of each company, by their places."""
    found: dict[int, list[int]] = {}
    for place, record in enumerate(demo.records["contacts"]):
        company = record["values"].get("company")
        if isinstance(company, tuple):
            found.setdefault(company[1], []).append(place)
    return found


def _set_watchdogs(work: sdk.Work, demo: Demo, ids: Ids) -> None:
    staff = [user for user in demo.users if user["identity"] is None]
    for user, person in zip(staff, ids["users"], strict=True):
        sdk.give_samples(work, "watchdogs", person, WATCHDOGS.get(str(user["email"]).partition("@")[0], ()))


def _lay_papers(work: sdk.Work, demo: Demo, ids: Ids) -> None:
    made = papers(ids["contracts"], ids["companies"])
    staff = [user for user in demo.users if user["identity"] is None]
    for user, person in zip(staff, ids["users"], strict=True):
        sdk.give_samples(work, "attachments", person, made.get(str(user["email"]).partition("@")[0], ()))


def _make_user(work: sdk.Work, user: DemoUser, identity: dict[str, Any] | None) -> int:
    return sdk.create_user(work, {**user, "identity": identity}).id


def _make_records(work: sdk.Work, registry: str, records: Sequence[DemoRecord], ids: Ids) -> None:
    made = ids.setdefault(registry, [])
    for together in _without_inner_references(registry, records):
        bodies = [
            {
                "category": record["category"],
                "values": {key: resolved(value, ids) for key, value in record["values"].items()},
            }
            for record in together
        ]
        made += [record.id for record in sdk.batch(work, registry, create=bodies).created]


def _without_inner_references(registry: str, records: Sequence[DemoRecord]) -> Iterator[Sequence[DemoRecord]]:
    """Runs of records none of which points into its own run: ids are known only after a run has been made."""
    start = 0
    for place, record in enumerate(records):
        inner = any(there >= start for there in _places(registry, record))
        if inner or place - start == MOST_AT_ONCE:
            yield records[start:place]
            start = place
    yield records[start:]


def _places(registry: str, record: DemoRecord) -> Iterator[int]:
    for value in record["values"].values():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, tuple) and each[0] == registry:
                yield each[1]

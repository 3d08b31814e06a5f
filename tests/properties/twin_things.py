"""What plugins keep in the twin worlds: on records that the reader sees, on hidden ones, private, shared, his own."""

from typing import TYPE_CHECKING, Any

from kartoteka.platform.services import records
from kartoteka.platform.services.records import Bearer
from kartoteka.platform.services.work import Work

if TYPE_CHECKING:
    from tests.properties.twin_worlds import World

THINGS = ("_notes", "_tasks", "_activities")
COMMENTS, TALKS = "_task_comments", "_portal"
TEXT = {"_notes": "text", "_tasks": "title", "_activities": "text", COMMENTS: "text", TALKS: "text"}
# As many of each as are made below, and one that is not there.
MOST = 13


def keep_things(world: "World") -> None:
    """Make as many things in both worlds; those that the reader does not see say other things in each."""
    from tests.properties.twin_worlds import ADMIN, COLLEAGUE, READER

    admin, colleague, reader = (world.people[each] for each in (ADMIN, COLLEAGUE, READER))
    with world.office.begin(admin, write=True) as work:
        for key in THINGS:
            _make(world, work, key, reader)
        _talk(world, work)
    world.clock.turn()
    with world.office.begin(admin, write=True) as work:
        for key in THINGS:
            records.change(work, key, 2, {TEXT[key]: _hidden(world, 41)})
            records.remove(work, key, 3)
            records.remove(work, key, 4)
            records.change(work, key, 1, {TEXT[key]: "vidět quokka wombat podruhé"})
    for who, on in ((colleague, "firms"), (reader, "firms")):
        with world.office.begin(who, write=True) as work:
            mine = who == reader
            bearer = Bearer(on, world.ids[on][1])
            text = "moje quokka" if mine else _hidden(world, 50)
            records.create(work, "_notes", {"text": text, "private": True}, on=bearer)
            records.create(work, "_notes", {"text": text})
            shared = {"text": "sdílená wombat" if mine else "od Otty", "roles": "clerk"}
            records.create(work, "_notes", shared)


def _make(world: "World", work: Work, key: str, reader: int) -> None:
    side, text = world.side, TEXT[key]
    firm, other = (Bearer("firms", world.ids["firms"][place]) for place in (0, 1))
    closed, vault = Bearer("persons", world.ids["persons"][2]), Bearer(f"vault_{side}", world.ids["vault"][0])
    club, crowd = Bearer("persons", world.ids["persons"][1]), Bearer("persons", world.ids["crowd"][0])
    gone = Bearer("firms", world.ids["firms"][8])
    for bearer, values in (
        (firm, {text: "vidět quokka wombat"}),
        (closed, {text: _hidden(world, 1)}),
        (other, {text: "v koši quokka"}),
        (vault, {text: _hidden(world, 2)}),
        (club, {text: _hidden(world, 3)}),
        (crowd, {text: _hidden(world, 4)}),
        (other, {text: "druhá wombat", **({"pinned": True} if key == "_notes" else {})}),
        (gone, {text: "s firmou"}),
    ):
        records.create(work, key, values, on=bearer)
    if key == "_notes":
        records.create(work, key, {text: _hidden(world, 5), "private": True}, on=firm)
        records.create(work, key, {text: _hidden(world, 6), "roles": f"secret_{side}"}, on=firm)
    if key == "_tasks":
        # His to do, wherever it lies; of what it lies on he learns nothing.
        for bearer in (closed, vault):
            records.create(work, key, {text: "můj úkol quokka", "assignee": [reader]}, on=bearer)


def _talk(world: "World", work: Work) -> None:
    """What was said about tasks that the reader sees, about a hidden one, one that goes into the bin, and his own."""
    seen, hidden, removed, his = 1, 2, 3, 9
    for task, text in ((seen, "k úkolu quokka"), (hidden, _hidden(world, 7)), (removed, _hidden(world, 8)),
                       (his, "k mému wombat")):  # fmt: skip
        records.create(work, COMMENTS, {"text": text, "task": task})


def _hidden(world: "World", n: int) -> Any:
    from tests.properties.twin_worlds import _hidden as hidden

    return hidden(world.side, n)

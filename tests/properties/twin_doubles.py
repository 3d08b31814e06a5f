"""Doubles in the twin worlds: the reader may merge them, and around each lies something that he does not see."""

import json
from typing import TYPE_CHECKING, Any

from kartoteka.platform.services import modelling, people, records
from kartoteka.platform.services.records import Bearer

if TYPE_CHECKING:
    from tests.properties.twin_worlds import Twins, World

KEY, HIDDEN_STATE = "doubles", "closed"
DOUBLES: dict[str, Any] = {
    "key": KEY,
    "name": "Doubles",
    "title": "{name}",
    "sections": [
        {"key": "basic", "name": "Basic", "fields": [
            {"key": "name", "name": "Name", "type": "text"},
            {"key": "state", "name": "State", "type": "text"},
            {"key": "about", "name": "About", "type": "long_text"},
            {"key": "who", "name": "Who", "type": "relation", "options": {"target": "persons", "many": True}},
            {"key": "mother", "name": "Mother", "type": "relation", "options": {"target": KEY}},
        ]},
    ],
}  # fmt: skip
PLACE = f"/registries/{KEY}/records"


def keep_doubles(world: "World") -> list[int]:
    """Make as many in both worlds: three of the reader's, the last one of a hidden one's children."""
    from tests.properties.twin_worlds import ADMIN, READER
    from tests.properties.twin_worlds import _hidden as hidden

    side, persons = world.side, world.ids["persons"]
    vault = f"vault_{side}"
    with world.office.begin_system(design=True) as work:
        modelling.create_registry(work, DOUBLES)
        link = {
            "key": "double",
            "name": "Double",
            "type": "relation",
            "options": {"target": KEY},
            "section": "basic",
        }
        modelling.create_field(work, vault, link)
        tabs = dict.fromkeys(work.catalog.tabs(work.catalog.registries[KEY]).values(), "edit")
        grant = {"rights": ["view", "create", "edit", "delete"], "sections": {"basic": "edit", **tabs},
                 "rows": {"field": "state", "op": "eq", "value": "open"}}  # fmt: skip
        modelling.create_role(work, {"key": "merger", "name": "Merger", "grants": {KEY: grant}})
    with world.office.begin_system() as work:
        people.change_user(work, world.people[READER], {"roles": ["clerk", "banker", "merger"]})
    closed = [persons[2], persons[4]] if side == "a" else [persons[4], persons[2]]
    with world.office.begin(world.people[ADMIN], write=True) as work:
        unseen = records.create(work, KEY, {"name": hidden(side, 91), "state": HIDDEN_STATE}).id
        made = []
        for n, place in enumerate((0, 1, 3)):
            values = {"name": f"dvojník {n}", "state": "open", "about": f"věta {n}" if n else None,
                      "who": [persons[place % 2], closed[n % 2]], "mother": unseen if n == 2 else None}  # fmt: skip
            made.append(records.create(work, KEY, values).id)
            on = Bearer(KEY, made[-1])
            records.create(work, "_notes", {"text": hidden(side, 92 + n), "private": True}, on=on)
            records.create(work, "_activities", {"text": f"hovor {n}"}, on=on)
            records.create(work, vault, {"item": hidden(side, 95 + n), "double": made[-1]})
    return [*made, unseen]


def merge_and_part(both: "Twins", doubles: list[int]) -> None:
    """Merge them by both faces, look at everything around them, and take it back."""
    from tests.properties.twin_asks import api, post

    one, two, three, unseen = doubles
    for foreign in (unseen, 10**6):
        refused = both.ask(api("POST", f"{PLACE}/{one}/merge", {"merge": [foreign]}))
        assert refused.status == 404, refused
    ids = [("ids", str(each)) for each in (one, two, three)]
    _look(both, doubles)
    assert both.ask(post(f"/r/{KEY}/selection/merge", *ids)).status == 200
    merged = both.ask(
        api("POST", f"{PLACE}/{one}/merge", {"merge": [two, three], "values": {"name": "jeden"}})
    )
    assert merged.status == 200, merged
    both.work()
    _look(both, doubles)
    batch = json.loads(merged.body)["batch"]
    parted = both.ask(api("POST", f"/batches/{batch}/undo", {}))
    assert parted.status == 200 and json.loads(parted.body)["undone"] == 3, parted
    both.work()
    _look(both, doubles)
    saved = post(
        f"/r/{KEY}/selection/merge", *ids, ("survivor", str(two)), ("c.about", str(three)), ("save", "1")
    )
    assert both.ask(saved).status < 400
    both.work()
    _look(both, doubles)


def _look(both: "Twins", doubles: list[int]) -> None:
    from tests.properties.twin_asks import API, get

    for double in doubles:
        for rest in ("", "/history", "/related", "/notes", "/activities"):
            both.ask(get(f"{API}{PLACE}/{double}{rest}"))
        for rest in ("", "/history", "/tab/notes", "/tab/activities", "/tab/history", "/tab/relations"):
            both.ask(get(f"/r/{KEY}/{double}{rest}"))
    both.ask(get(f"{API}{PLACE}", removed="1", count="1"))
    for path in (f"{API}{PLACE}", f"/r/{KEY}", "/notes", "/activities",
                 f"{API}/notes", f"{API}/activities", f"{API}/registries/persons/records", "/bin"):  # fmt: skip
        both.ask(get(path))


__all__ = ["keep_doubles", "merge_and_part"]

"""Files in the twin worlds: on records that the reader sees, on hidden ones, in sections seen here and there."""

# ruff: noqa: E501
import hashlib
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert

from kartoteka.platform.sdk import NotFound, fetch, files_of, remove
from kartoteka.platform.services import plugins
from kartoteka.plugins.attachments.checkouts import take_out
from kartoteka.plugins.attachments.contents import secure
from kartoteka.plugins.attachments.marks import mark
from kartoteka.plugins.attachments.shares import share
from kartoteka.plugins.attachments.tables import ShareRow
from kartoteka.plugins.attachments.verbs import Sent, add_version, attach

if TYPE_CHECKING:
    from tests.properties.twin_asks import Places
    from tests.properties.twin_worlds import Ask, World

API = "/api/v1"
# As many as are made below, and some that are not there.
NUMBERS = range(1, 16)
# Things of other plugins that files lie on: seen and the reader's own, and those of which he sees nothing.
SEEN_THINGS = (("_notes", 1), ("_tasks", 9))
HIDDEN_THINGS = (("_notes", 9), ("_activities", 2), ("_task_comments", 2))
# The key of a link to a file that the reader does not see; its maker cannot open that file either.
GIVEN = "given-to-somebody-long-ago-and-not-good-anymore"
FORM = (("file", (b"poslano quokka", "poslano.txt")),)


def keep_files(world: "World") -> None:
    """Send as many files in both worlds; those that the reader does not see say other things in each."""
    from tests.properties.twin_worlds import ADMIN

    side, admin = world.side, world.people[ADMIN]
    folders = [
        {"registry": "firms", "name": "Finance", "section": "finance"},
        {
            "registry": "firms",
            "name": "Trezor",
            "section": f"hidden_{side}",
            "kinds": ["pdf" if side == "a" else "txt"],
        },
        {"registry": "persons", "name": "Private", "section": "private"},
    ]
    with world.office.begin_system(write=True, design=True) as work:
        plugins.change(work, "attachments", {"settings": {"folders": folders}})
    firms, persons = world.ids["firms"], world.ids["persons"]
    trezor = "trezor." + ("pdf" if side == "a" else "txt")
    for registry, record, name, words, folder in (
        ("firms", firms[0], "videt.txt", "vidět quokka wombat", None),
        ("firms", firms[0], trezor, _hidden(world, 71), "Trezor"),
        ("firms", firms[0], "finance.txt", "finance, které vidí", "Finance"),
        ("firms", firms[1], f"zakryte{side}.txt", _hidden(world, 72), "Finance"),
        ("firms", firms[1], "kos.txt", "v koši quokka", None),
        ("persons", persons[2], f"skryte{side}.txt", _hidden(world, 73), None),
        ("persons", persons[1], f"klub{side}.txt", _hidden(world, 74), None),
        (f"vault_{side}", world.ids["vault"][0], f"vault{side}.txt", _hidden(world, 75), None),
        ("firms", firms[1], "druhe.txt", "druhé wombat", "Složka"),
        *((*each, "u věci.txt", "u věci quokka", None) for each in SEEN_THINGS),
        *((*each, f"u skryté{side}.txt", _hidden(world, 79), None) for each in HIDDEN_THINGS[1:]),
    ):
        sent = _sent(world, name, words)
        with world.office.begin(admin, write=True) as work:
            attach(work, registry, record, sent, folder)
    _keep_privately(world)
    sent = _sent(world, f"jinak{side}.txt", _hidden(world, 76))
    with world.office.begin(admin, write=True) as work:
        add_version(work, 4, sent)
        for number, kind in ((1, "sent"), (2, "signed")):
            mark(work, 4, number, kind)
        mark(work, 1, 1, "approved")
        mark(work, 2, 1, "signed" if side == "a" else "sent")
        take_out(work, 4)
        take_out(work, 6 if side == "a" else 7)
        share(work, 1, 7, "for the reader to see nothing of")
        share(work, 4, 7, _hidden(world, 77))
        remove(work, "_attachments", 5)
    _give_away(world)


def _keep_privately(world: "World") -> None:
    """A file on a private note, which its writer alone sees, and admins neither."""
    from tests.properties.twin_worlds import ADMIN, COLLEAGUE

    note = HIDDEN_THINGS[0]
    sent = _sent(world, f"soukromé{world.side}.txt", _hidden(world, 80))
    writer = world.people[ADMIN]
    with world.office.begin(writer, write=True) as work:
        attach(work, *note, sent)
    with world.office.begin(world.people[COLLEAGUE], write=False) as work, pytest.raises(NotFound):
        fetch(work, "_attachments", 14)


def _give_away(world: "World") -> None:
    """A link to a hidden file, made by somebody who has not the power (any more)."""
    from tests.properties.twin_worlds import COLLEAGUE

    row = {"hash": hashlib.sha256(GIVEN.encode()).hexdigest(), "attachment": 4, "label": _hidden(world, 78),
           "at": world.office.clock(), "by_id": world.people[COLLEAGUE], "opened": 0,
           "expires_at": world.office.clock() + timedelta(days=300)}  # fmt: skip
    with world.office.session(write=True) as session:
        session.execute(insert(ShareRow), [row])


def _sent(world: "World", name: str, words: str) -> Sent:
    arrived = files_of(world.office).receive([words.encode()])
    secure(world.office, arrived, name)
    return Sent(arrived, name, comment=words)


def _hidden(world: "World", n: int) -> str:
    from tests.properties.twin_worlds import _hidden as hidden

    return hidden(world.side, n)


Asks = Callable[["Places"], Iterator["Ask"]]


def file_routes() -> Mapping[str, Any]:
    """What the reader asks at the routes of files."""
    one, on = (
        "/api/v1/attachments/<id:thing>",
        "/api/v1/registries/<registry>/records/<id:record>/attachments",
    )
    words = [("q", word) for word in ("quokka", "wombat", "kanarek", "trezor", "")]
    change = {"name": "jinak.txt", "folder": "Trezor"}
    typed = (("name", "jinak.txt"), ("folder", "Finance"))
    return {
        f"GET {on}": _on_records("GET", "", query=words),
        f"POST {on}": _on_records("POST", "", form=(*FORM, ("folder", "Trezor"))),
        f"GET {on}/<id:thing>": _of_records("GET", ""),
        f"PATCH {on}/<id:thing>": _of_records("PATCH", "", body=change),
        f"DELETE {on}/<id:thing>": _of_records("DELETE", ""),
        f"POST {on}/<id:thing>/versions": _of_records("POST", "/versions", form=FORM),
        f"POST {on}/uploads": _on_hidden("POST", f"{API}/registries/{{}}/records/{{}}/attachments/uploads",
                                         body={"name": "x", "size": 3}),
        "GET /api/v1/attachments": _each("GET", f"{API}/attachments", query=[*words, ("sort", "-size"), ("count", "1")]),
        f"GET {one}": _numbered("GET", f"{API}/attachments/{{}}"),
        f"PATCH {one}": _numbered("PATCH", f"{API}/attachments/{{}}", body=change),
        f"DELETE {one}": _numbered("DELETE", f"{API}/attachments/{{}}"),
        f"GET {one}/content": _numbered("GET", f"{API}/attachments/{{}}/content"),
        f"GET {one}/versions": _numbered("GET", f"{API}/attachments/{{}}/versions"),
        f"POST {one}/versions": _numbered("POST", f"{API}/attachments/{{}}/versions", form=FORM),
        f"GET {one}/versions/<id:number>/content": _versions("GET", f"{API}/attachments/{{}}/versions/{{}}/content"),
        f"POST {one}/versions/<id:number>/restore": _versions("POST", f"{API}/attachments/{{}}/versions/{{}}/restore"),
        f"POST {one}/restore": _numbered("POST", f"{API}/attachments/{{}}/restore"),
        f"POST {one}/purge": _numbered("POST", f"{API}/attachments/{{}}/purge"),
        f"POST {one}/uploads": _numbered("POST", f"{API}/attachments/{{}}/uploads", body={"name": "x", "size": 3},
                                         only=(2, 4, 5, 6, 7, 8, 12, 14)),
        f"POST {one}/versions/<id:number>/marks": _versions("POST", f"{API}/attachments/{{}}/versions/{{}}/marks", body={"mark": "sent"}),
        f"DELETE {one}/versions/<id:number>/marks/<mark>": _versions("DELETE", f"{API}/attachments/{{}}/versions/{{}}/marks/signed"),
        f"GET {one}/checkout": _numbered("GET", f"{API}/attachments/{{}}/checkout"),
        f"POST {one}/checkout": _numbered("POST", f"{API}/attachments/{{}}/checkout"),
        f"DELETE {one}/checkout": _numbered("DELETE", f"{API}/attachments/{{}}/checkout"),
        f"GET {one}/shares": _numbered("GET", f"{API}/attachments/{{}}/shares"),
        f"POST {one}/shares": _numbered("POST", f"{API}/attachments/{{}}/shares", body={"days": 3}),
        f"DELETE {one}/shares/<id:link>": _versions("DELETE", f"{API}/attachments/{{}}/shares/{{}}"),
        "GET /api/v1/attachments/usage": _each("GET", f"{API}/attachments/usage"),
        "GET /admin/attachments/usage": _each("GET", "/admin/attachments/usage"),
        "POST /admin/attachments/usage": _each("POST", "/admin/attachments/usage", form=(("quota-clerk", "1"),)),
        "POST /attachments/<int:id>/versions/<int:number>/mark": _versions("POST", "/attachments/{}/versions/{}/mark", form=(("mark", "sent"),)),
        "POST /attachments/<int:id>/versions/<int:number>/unmark": _versions("POST", "/attachments/{}/versions/{}/unmark", form=(("mark", "signed"),)),
        "POST /attachments/<int:id>/checkout": _numbered("POST", "/attachments/{}/checkout", form=()),
        "POST /attachments/<int:id>/release": _numbered("POST", "/attachments/{}/release", form=()),
        "POST /attachments/<int:id>/shares": _numbered("POST", "/attachments/{}/shares", form=(("days", "3"),)),
        "POST /attachments/<int:id>/shares/<int:share>/revoke": _versions("POST", "/attachments/{}/shares/{}/revoke"),
        "GET /shared/<key>": _shared(""),
        "GET /shared/<key>/content": _shared("/content"),
        "GET /api/v1/attachments/uploads/<key>": _each("GET", f"{API}/attachments/uploads/guess"),
        "PUT /api/v1/attachments/uploads/<key>/<id:offset>": _each("PUT", f"{API}/attachments/uploads/guess/0"),
        "GET /admin/attachments": _each("GET", "/admin/attachments"),
        "POST /admin/attachments": _each("POST", "/admin/attachments", form=(("name", "x"), ("place", "firms"))),
        "GET /r/<registry>/<int:id>/attachments.zip": _all_records("/r/{}/{}/attachments.zip"),
        "GET /attachments/on/<registry>/<int:id>": _all_records("/attachments/on/{}/{}"),
        "GET /attachments/<int:id>": _numbered("GET", "/attachments/{}"),
        "GET /attachments/<int:id>/content": _numbered("GET", "/attachments/{}/content"),
        "GET /attachments/<int:id>/thumbnail": _numbered("GET", "/attachments/{}/thumbnail"),
        "GET /attachments/<int:id>/versions/<int:number>/content": _versions("GET", "/attachments/{}/versions/{}/content"),
        "POST /attachments/<int:id>/versions/<int:number>/restore": _versions("POST", "/attachments/{}/versions/{}/restore"),
        "GET /attachments/<int:id>/versions/<int:number>/pages/<int:page>": _versions("GET", "/attachments/{}/versions/{}/pages/1"),
        "POST /attachments/<int:id>/change": _numbered("POST", "/attachments/{}/change", form=typed),
        "POST /attachments/<int:id>/remove": _numbered("POST", "/attachments/{}/remove", form=()),
        "POST /attachments/<int:id>/restore": _numbered("POST", "/attachments/{}/restore", form=()),
        "POST /attachments/<int:id>/uploads": _numbered("POST", "/attachments/{}/uploads", form=(("size", "3"),),
                                                        only=(2, 4, 5, 6, 7, 8, 12, 14)),
        "POST /r/<registry>/<int:id>/attachments/uploads": _on_hidden("POST", "/r/{}/{}/attachments/uploads",
                                                                      form=(("size", "3"),)),
        "GET /attachments/uploads/<key>": _each("GET", "/attachments/uploads/guess"),
        "POST /attachments/uploads/<key>/<int:offset>": _each("POST", "/attachments/uploads/guess/0", form=()),
    }  # fmt: skip


def _ask(method: str, path: str, query: tuple[tuple[str, str], ...] = (), **more: Any) -> "Ask":
    from tests.properties.twin_worlds import Ask

    return Ask(method, path, query, **more)


def _each(method: str, path: str, query: list[tuple[str, str]] | None = None, **more: Any) -> Asks:
    def asks(p: "Places") -> Iterator["Ask"]:
        yield _ask(method, path, **more)
        for pair in query or ():
            yield _ask(method, path, (pair,), **more)

    return asks


def _numbered(method: str, path: str, only: tuple[int, ...] | None = None, **more: Any) -> Asks:
    """Files by number, seen or not; `only` leaves out those whose answer holds a key made at random."""
    return lambda p: (_ask(method, path.format(number), **more) for number in only or NUMBERS)


def _shared(end: str) -> Asks:
    """Links that were never made, and one to a file that the colleague who made it may not see."""
    return lambda p: (_ask("GET", f"/shared/{key}{end}") for key in ("guess", "x" * 43, GIVEN))


def _versions(method: str, path: str, **more: Any) -> Asks:
    form = {"form": ()} if method == "POST" and not more else more
    return lambda p: (
        _ask(method, path.format(number, version), **form) for number in NUMBERS for version in (1, 2, 9)
    )


def _on_records(method: str, end: str, query: list[tuple[str, str]] | None = None, **more: Any) -> Asks:
    def asks(p: "Places") -> Iterator["Ask"]:
        for registry, record in (*p.records, *SEEN_THINGS, *HIDDEN_THINGS):
            for pair in query or [("count", "1")]:
                path = f"{API}/registries/{registry}/records/{record}/attachments{end}"
                yield _ask(method, path, (pair,) if method == "GET" else (), **more)

    return asks


def _all_records(path: str) -> Asks:
    return lambda p: (_ask("GET", path.format(*each)) for each in (*p.records, *SEEN_THINGS, *HIDDEN_THINGS))


def _of_records(method: str, end: str, **more: Any) -> Asks:
    def asks(p: "Places") -> Iterator["Ask"]:
        for registry, record in p.records:
            for number in NUMBERS if record in (p.shown, p.masked, p.closed) else (1,):
                path = f"{API}/registries/{registry}/records/{record}/attachments/{number}{end}"
                yield _ask(method, path, **more)

    return asks


def _on_hidden(method: str, path: str, **more: Any) -> Asks:
    """Records that are not there for the reader; of the others a key would be told that is made at random."""

    def asks(p: "Places") -> Iterator["Ask"]:
        for registry, record in (*p.records, *HIDDEN_THINGS):
            if (registry, record) not in (
                ("firms", p.shown),
                ("firms", p.masked),
                ("firms", p.changed),
                ("persons", p.open),
            ):
                yield _ask(method, path.format(registry, record), **more)

    return asks


__all__ = ["file_routes", "keep_files"]

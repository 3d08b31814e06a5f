"""What customers and the firm say to each other in the twin worlds, and what their talks are about."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kartoteka.platform.services import records
from kartoteka.platform.services.records import Bearer
from kartoteka.plugins.portal.design import APPROVAL, COMMENT, PROPOSAL, TALKS, UPLOAD
from kartoteka.plugins.portal.matters import keep_approved, keep_proposed, keep_sent

if TYPE_CHECKING:
    from tests.properties.twin_asks import Places
    from tests.properties.twin_worlds import Ask, World

Asks = Callable[["Places"], Iterator["Ask"]]
# As many as are made below, and some that are not there.
NUMBERS = range(1, 12)
DEEDS = ("again", "assign", "done", "refuse", "accept")


def keep_talks(world: "World") -> None:
    """Make as many talks in both worlds: of details and files that the reader sees, and of such as he does not."""
    from tests.properties.twin_worlds import ADMIN
    from tests.properties.twin_worlds import _hidden as hidden

    side, firms, persons = world.side, world.ids["firms"], world.ids["persons"]
    seen, masked = Bearer("firms", firms[0]), Bearer("firms", firms[1])
    closed, vault = Bearer("persons", persons[2]), Bearer(f"vault_{side}", world.ids["vault"][0])
    asked = {"outside": True, "state": "open", "verdict": "waiting"}
    with world.office.begin(world.people[ADMIN], write=True) as work:

        def say(on: Bearer, category: str, text: str, **more: Any) -> records.Record:
            return records.create(work, TALKS, {"text": text, **more}, category=category, on=on)

        say(seen, COMMENT, "hovor quokka wombat", outside=True, state="open")
        say(closed, COMMENT, hidden(side, 31), outside=True, state="open")
        keep_proposed(work, say(seen, PROPOSAL, "Návrh", **asked), "turnover", "1 Kč", "1234.50")
        keep_proposed(
            work, say(masked, PROPOSAL, "Návrh", **asked), "turnover", hidden(side, 32), hidden(side, 33)
        )
        keep_proposed(work, say(seen, PROPOSAL, "Návrh", **asked), f"h_text_{side}", "", hidden(side, 34))
        for on, told in ((seen, "1 Kč"), (masked, hidden(side, 35))):
            frozen = [("name", "Name", "Firma"), ("turnover", "Turnover", told),
                      (f"h_text_{side}", hidden(side, 36), hidden(side, 37))]  # fmt: skip
            answered = say(on, APPROVAL, "Schvalte", outside=True, state="open", verdict="accepted")
            keep_approved(work, answered, frozen, hidden(side, 38))
        files = [("_attachments", 4, f"zakryte{side}.txt"), ("_attachments", 9, "druhe.txt")]
        keep_sent(work, say(masked, UPLOAD, "Zaslané soubory", outside=True, state="open"), files)
        say(vault, COMMENT, hidden(side, 39), outside=True, state="open")


def talk_routes() -> Mapping[str, Asks]:
    """What the reader asks at the routes of the firm's side of the portal."""
    on = "/from-customers/on/<registry>/<int:id>"
    return {
        "GET /from-customers": _inbox,
        "POST /from-customers/<int:item>/<any(accept, refuse, done, again, assign):deed>": _dealt,
        f"POST {on}/answer": _on_records("answer"),
        f"POST {on}/approval": _on_records("approval"),
    }


def _inbox(_places: "Places") -> Iterator["Ask"]:
    from tests.properties.twin_asks import get

    for show in ("", "mine", "nobodys", "done", "nothing"):
        yield get("/from-customers", show=show)
    yield get("/from-customers", cursor="guess")


def _dealt(_places: "Places") -> Iterator["Ask"]:
    from tests.properties.twin_asks import get, post

    for number in NUMBERS:
        for deed in DEEDS:
            yield post(f"/from-customers/{number}/{deed}", ("reason", "ne"), ("assignee", "1"))
    yield get("/from-customers", show="done")


def _on_records(deed: str) -> Asks:
    def asks(places: "Places") -> Iterator["Ask"]:
        from tests.properties.twin_asks import get, post

        for registry, record in places.records:
            yield post(f"/from-customers/on/{registry}/{record}/{deed}", ("text", "odpověď"), ("keep", "1"))
            yield get(f"/r/{registry}/{record}/tab/portal")

    return asks

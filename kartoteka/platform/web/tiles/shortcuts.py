"""Quick filters: buttons that open a list narrowed in a certain way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from werkzeug.datastructures import MultiDict

from kartoteka.platform.catalog.definitions import label
from kartoteka.platform.catalog.filters import fields_of, parse
from kartoteka.platform.kernel.errors import Invalid, KartotekaError
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.dashboards import Tile, made_of
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.state import State, state_of
from kartoteka.platform.web.tiles.kind import PREFIX, Ask, Given, Options, TileKind

MOST = 12
MAX_NAME, MAX_ADDRESS = 60, 4000


@dataclass(frozen=True)
class Shortcut:
    """A button and where it leads."""

    label: str
    url: str
    icon: str


class Shortcuts(TileKind):
    """Buttons."""

    name = "shortcuts"
    icon = "bolt"
    about_records = False

    def label(self) -> str:
        """This function will name the kind."""
        return _("Quick filters")

    def about(self) -> str:
        """This function will say what it shows."""
        return _("Buttons that open a list with its filter.")

    def asks(self, work: Work, registry: str, given: Given) -> Sequence[Ask]:
        """This function will ask for names and lists."""
        names, addresses = given.getlist(f"{PREFIX}names"), given.getlist(f"{PREFIX}addresses")
        rows = list(zip(names, addresses, strict=False)) or [("", "")]
        how = _("Filter a list, choose “Copy the link to this list” in its menu, and put the link here.")
        return (Ask("links", _("Buttons"), "links", rows, help=how),)

    def read(self, work: Work, registry: str, given: Given) -> Options:
        """This function will read names and lists; a row without anything is passed over."""
        names, addresses = given.getlist(f"{PREFIX}names"), given.getlist(f"{PREFIX}addresses")
        rows = [
            (" ".join(name.split()), address.strip())
            for name, address in zip(names, addresses, strict=False)
            if name.strip() or address.strip()
        ]
        if not rows or len(rows) > MOST:
            raise Invalid({"links": [_("Give one to {n} buttons.", n=MOST)]})
        links = [_link(work, name, address) for name, address in rows]
        return {"links": links}

    def typed(self, options: Mapping[str, Any]) -> dict[str, list[str]]:
        """This function will write the buttons as the form holds them."""
        links = options.get("links", ())
        return {"names": [each["name"] for each in links], "addresses": [_state(each).url for each in links]}

    def render(self, work: Work, tile: Tile) -> Mapping[str, Any]:
        """This function will give the buttons of lists that are there for the reader."""
        known = {each.key: each for each in work.registries()}
        language = work.actor.locale.language
        return {
            "links": [
                Shortcut(
                    each.get("names", {}).get(language)
                    or each["name"]
                    or label(known[each["registry"]], language),
                    _state(each).url,
                    known[each["registry"]].icon or "filter",
                )
                for each in tile.options["links"]
                if each["registry"] in known and _of(work, each) == each["of"]
            ]
        }


def _link(work: Work, name: str, address: str) -> dict[str, Any]:
    parts = urlsplit(address)
    if not parts.path.startswith("/r/") or len(address) > MAX_ADDRESS or len(name) > MAX_NAME:
        raise Invalid({"links": [_("“{address}” is no address of a list.", address=address[:80])]})
    state = state_of(parts.path.removeprefix("/r/"), MultiDict(parse_qsl(parts.query)))
    link = {
        "name": name,
        "registry": state.registry,
        "query": [list(pair) for pair in state.pairs()],
    }
    of = _of(work, link)
    if of is None:
        raise Invalid({"links": [_("“{address}” is no address of a list.", address=address[:80])]})
    return {**link, "of": of}


def _state(link: Mapping[str, Any]) -> State:
    return state_of(link["registry"], MultiDict([(name, value) for name, value in link["query"]]))


def _of(work: Work, link: Mapping[str, Any]) -> dict[str, int] | None:
    state = _state(link)
    try:
        paths = [".".join(path) for node in state.nodes for path in sorted(fields_of(parse(node)))]
    except KartotekaError:
        return None
    sorts = [term.removeprefix("-") for term in state.sort.split(",") if term]
    return made_of(work, state.registry, dict.fromkeys([*paths, *sorts, *state.columns]))

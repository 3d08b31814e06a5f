"""The firm's home pages within a design document: tiles with the paths of what they are made of, never with ids."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from kartoteka.platform.catalog.reading import Reader
from kartoteka.platform.catalog.steps import REGISTRY, Action, Step
from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import dashboards
from kartoteka.platform.services.dashboards import FIRM_OWNER, HOME, MAX_TILES, Entry, Tile
from kartoteka.platform.services.work import Work
from kartoteka.platform.storage.firm import DashboardRow

_ATTRIBUTES = {
    "id": str,
    "kind": str,
    "title": str,
    "width": int,
    "options": Mapping,
    "titles": Mapping,
    "fields": list,
}
_ID = re.compile(r"f[1-9][0-9]{0,8}")


@dataclass(frozen=True)
class HomePage:
    """A home page as a document wants it: the registry, empty for that of everything, and its tiles."""

    registry: str
    tiles: tuple[Mapping[str, Any], ...]


def documents(work: Work) -> list[dict[str, Any]]:
    """This function will give the firm's home pages as documents, as far as they show something."""
    keys = {HOME: "", **{each.id: each.key for each in work.catalog.registries.values()}}
    rows = work.session.scalars(select(DashboardRow).where(DashboardRow.owner == FIRM_OWNER))
    found = {keys[row.place]: _tiles(work, row.body["tiles"]) for row in rows if row.place in keys}
    order = list(keys.values())
    return [{"registry": key, "tiles": found[key]} for key in sorted(found, key=order.index)]


def _tiles(work: Work, entries: Sequence[Entry]) -> list[dict[str, Any]]:
    tiles = [dashboards.tile_of(each) for each in entries]
    return [_document(each) for each in tiles if not dashboards.is_lost(work, each)]


def _document(tile: Tile) -> dict[str, Any]:
    made_of = {"fields": sorted(path for path in tile.of if path)}
    shown = {name: getattr(tile, name) for name in _ATTRIBUTES if name != "fields"}
    return {name: value for name, value in {**shown, **made_of}.items() if value}


def read(reader: Reader, document: Any) -> tuple[HomePage, ...]:
    """This function will read the home pages out of a design document; what is wrong is noted with the reader."""
    pages = document.get("home_pages", []) if isinstance(document, Mapping) else []
    if not isinstance(pages, list):
        reader.problem("home_pages", _("This must be a list."))
        return ()
    return tuple(page for n, each in enumerate(pages) if (page := _page(reader, f"home_pages.{n}", each)))


def _page(reader: Reader, place: str, page: Any) -> HomePage | None:
    tiles = page.get("tiles") if isinstance(page, Mapping) else None
    if (
        not isinstance(page, Mapping)
        or not isinstance(page.get("registry", ""), str)
        or not isinstance(tiles, list)
    ):
        reader.problem(place, _("A home page has a “registry” and a list of “tiles”."))
        return None
    if len(tiles) > MAX_TILES:
        reader.problem(place, _("A page has {n} tiles at most.", n=MAX_TILES))
        return None
    sound = [_is_sound(reader, f"{place}.tiles.{n}", each) for n, each in enumerate(tiles)]
    return HomePage(page.get("registry", ""), tuple(tiles)) if all(sound) else None


def _is_sound(reader: Reader, place: str, tile: Any) -> bool:
    if not isinstance(tile, Mapping) or not isinstance(tile.get("kind"), str):
        reader.problem(place, _("A tile says its “kind”."))
        return False
    wrong = [str(name)[:60] for name, value in tile.items() if not _fits(name, value)]
    for name in wrong:
        reader.problem(f"{place}.{name}", _("This is not what a tile has here."))
    return not wrong


def _fits(name: Any, value: Any) -> bool:
    known = _ATTRIBUTES.get(name)
    if known is None or not isinstance(value, known) or isinstance(value, bool):
        return False
    return not isinstance(value, list) or all(isinstance(each, str) for each in value)


def steps(work: Work, pages: Sequence[HomePage]) -> list[Step]:
    """This function will tell which home pages would become others."""
    now = {each["registry"]: each["tiles"] for each in documents(work)}
    changed = [each for each in pages if now.get(each.registry) != [_plain(tile) for tile in each.tiles]]
    return [Step(Action.ARRANGE, each.registry, part=REGISTRY) for each in changed]


def _plain(tile: Mapping[str, Any]) -> dict[str, Any]:
    return _document(Tile(**{**_own(tile), "of": dict.fromkeys(tile.get("fields", ()), 0)}))


def _own(tile: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tile[name] for name in _ATTRIBUTES if name != "fields" and name in tile}


def arrange(work: Work, pages: Sequence[HomePage]) -> list[Step]:
    """This function will arrange home pages as a document says, those that it does not name stay as they are.

    :raises Invalid: when a tile is made of what the design does not have, or will not do.
    """
    changed = steps(work, pages)
    wanted = {step.registry for step in changed}
    for number, page in enumerate(pages):
        if page.registry in wanted:
            _arrange(work, page, f"home_pages.{number}")
    return changed


def _arrange(work: Work, page: HomePage, place: str) -> None:
    registry = work.catalog.registries.get(page.registry)
    if page.registry and registry is None:
        raise Invalid({place: [_("There is no registry “{registry}”.", registry=page.registry[:60])]})
    tiles: list[Tile] = []
    for n, each in enumerate(page.tiles):
        tiles.append(_bound(work, each, f"{place}.tiles.{n}", {tile.id for tile in tiles}))
    dashboards.replace_tiles(work, registry.id if registry else HOME, tiles)


def _bound(work: Work, document: Mapping[str, Any], place: str, taken: set[str]) -> Tile:
    tile = Tile(**_own(document))
    if not _ID.fullmatch(tile.id) or tile.id in taken:
        raise Invalid({f"{place}.id": [_("The id of a tile is “f” and a number, and there once.")]})
    found = dashboards.of_design(work, tile.registry, document.get("fields", ()))
    if found is None:
        raise Invalid({place: [_("This tile is made of something that the design does not have.")]})
    try:
        return dashboards.checked(Tile(**{**_own(document), "of": found}))
    except Invalid as error:
        raise Invalid({f"{place}.{name}": list(each) for name, each in error.errors.items()}) from error


__all__ = ["HomePage", "arrange", "documents", "read", "steps"]

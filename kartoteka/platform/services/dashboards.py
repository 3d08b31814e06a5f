"""Home pages made of tiles: the firm's arrangement, and everybody's own over it.

A tile is a small document: its kind, its title, its width and what it is about. The firm's tiles stand in one
row for each page; a person who arranges the page for himself gets a row of his own, which names the firm's
tiles and holds his. So a tile that the firm adds later comes to him too, and his changes touch nobody else.

A tile remembers the ids of the registry and fields that it was made of. Where one of them is not there for the
reader, or is another one by now under an old name, the tile is not there for him either.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from sqlalchemy import delete, select

from kartoteka.platform.catalog.definitions import Registry
from kartoteka.platform.kernel.errors import Conflict, Invalid, NotFound
from kartoteka.platform.kernel.tables import canonical_json
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.work import Work
from kartoteka.platform.storage.firm import DashboardRow

HOME = 0
FIRM_OWNER = 0
WIDTHS = (1, 2, 3, 4)
MAX_TILES = 40
MAX_OPTIONS = 20_000
MAX_TITLE = 120
SYSTEM_PATHS = frozenset({"id", "title", "category", "created_at", "created_by", "updated_at", "updated_by"})
Whose = Literal["firm", "own"]
Entry = dict[str, Any]


@dataclass(frozen=True)
class Tile:
    """One tile. `of` holds the ids of what it is made of, by path; the empty path is the registry."""

    id: str = ""
    kind: str = ""
    title: str = ""
    width: int = 1
    options: Mapping[str, Any] = field(default_factory=dict)
    of: Mapping[str, int] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)

    @property
    def registry(self) -> str:
        """The registry that it is about, empty when it is about none."""
        return str(self.options.get("registry", ""))


@dataclass(frozen=True)
class Placed:
    """A tile where it stands: the firm's or one's own, shown or hidden."""

    tile: Tile
    own: bool = False
    hidden: bool = False


@dataclass(frozen=True)
class Board:
    """A home page as it stands for the actor. `firm` is the firm's arrangement, `settled` whether there is one."""

    place: int
    tiles: tuple[Placed, ...]
    firm: tuple[Placed, ...]
    settled: bool = False
    own: bool = False

    def find(self, tile: str) -> Placed:
        """This function will find a tile by its id, in the actor's arrangement or the firm's.

        :raises NotFound: when there is none.
        """
        found = next((each for each in (*self.tiles, *self.firm) if each.tile.id == tile), None)
        if found is None:
            raise NotFound(_("There is nothing at this address."))
        return found


def board(work: Work, place: int, usual: Sequence[Tile] = ()) -> Board:
    """This function will give a home page; where the firm has arranged none, the usual tiles stand."""
    rows = _rows(work, place)
    firm = _firm_tiles(rows.get(FIRM_OWNER), usual)
    own = rows.get(work.actor.user_id)
    placed = tuple(Placed(each) for each in firm)
    arranged = placed if own is None else _arranged(own.body["tiles"], firm)
    return Board(place, arranged, placed, FIRM_OWNER in rows, own is not None)


def place_of(work: Work, registry: str) -> int:
    """This function will tell the place of a registry's home page; that of everything for no registry.

    :raises NotFound: when there is no such registry for the actor.
    """
    return work.open(registry).registry.id if registry else HOME


def put_tile(work: Work, place: int, whose: Whose, tile: Tile, usual: Sequence[Tile] = ()) -> Tile:
    """This function will add a tile, or put it in the place of the one with its id.

    :raises Invalid: when it will not do. :raises Conflict: when there are too many.
    """
    _check(tile)

    def put(entries: list[Entry], body: dict[str, Any]) -> list[Entry]:
        nonlocal tile
        if tile.id:
            known = [each for each in entries if each.get("id") == tile.id]
            if not known:
                raise NotFound(_("This tile is not there any more."))
            return [_entry(tile) if each.get("id") == tile.id else each for each in entries]
        if len(entries) >= MAX_TILES:
            raise Conflict(_("A page has {n} tiles at most.", n=MAX_TILES))
        body["next"] = int(body.get("next", 1)) + 1
        tile = replace(tile, id=f"{whose[0]}{body['next'] - 1}")
        return [*entries, _entry(tile)]

    _change(work, place, whose, usual, put)
    return tile


def move_tile(
    work: Work, place: int, whose: Whose, tile: str, before: str, usual: Sequence[Tile] = ()
) -> None:
    """This function will put a tile before another, or at the end."""

    def move(entries: list[Entry], _body: dict[str, Any]) -> list[Entry]:
        moved = _of(entries, tile)
        others = [each for each in entries if each is not moved]
        at = next((n for n, each in enumerate(others) if _name(each) == before), len(others))
        return [*others[:at], moved, *others[at:]]

    _change(work, place, whose, usual, move)


def size_tile(
    work: Work, place: int, whose: Whose, tile: str, width: int, usual: Sequence[Tile] = ()
) -> None:
    """This function will make a tile wider or narrower."""
    if width not in WIDTHS:
        raise Invalid({"width": [_("A tile is one to four columns wide.")]})
    _change(work, place, whose, usual, lambda entries, _body: _with(entries, tile, width=width))


def hide_tile(work: Work, place: int, tile: str, hidden: bool, usual: Sequence[Tile] = ()) -> None:
    """This function will hide one of the firm's tiles on the actor's own page, or show it again."""
    _change(work, place, "own", usual, lambda entries, _body: _with(entries, tile, hidden=hidden))


def remove_tile(work: Work, place: int, whose: Whose, tile: str, usual: Sequence[Tile] = ()) -> None:
    """This function will take a tile away for good: one's own, or with the power to design one of the firm's."""

    def remove(entries: list[Entry], _body: dict[str, Any]) -> list[Entry]:
        gone = _of(entries, tile)
        if "ref" in gone:
            raise Invalid({"tile": [_("The firm’s tiles can be hidden, not taken away.")]})
        return [each for each in entries if each is not gone]

    _change(work, place, whose, usual, remove)


def reset(work: Work, place: int, whose: Whose) -> None:
    """This function will go back: from one's own arrangement to the firm's, or from the firm's to the usual one."""
    owner = _owner(work, whose)
    work.session.execute(delete(DashboardRow).where(DashboardRow.place == place, DashboardRow.owner == owner))


def made_of(work: Work, registry: str, paths: Iterable[str]) -> dict[str, int] | None:
    """This function will find the ids of a registry and of fields by path; None when one is not there for the actor."""
    if not registry:
        return {}
    found: dict[str, int] = {}
    try:
        found[""] = work.open(registry).registry.id
        for path in paths:
            if not _follow(work, registry, path.split("."), (), found):
                return None
    except NotFound:
        return None
    return found


def is_there(work: Work, tile: Tile) -> bool:
    """This function will tell whether all that a tile is made of is there for the actor, and still the same."""
    if not tile.registry:
        return True
    return made_of(work, tile.registry, [path for path in tile.of if path]) == dict(tile.of)


def is_lost(work: Work, tile: Tile) -> bool:
    """This function will tell whether something that a tile is made of is in the design no more, for nobody."""
    registry = work.catalog.registries.get(tile.registry)
    if not tile.registry:
        return False
    if registry is None or not registry.active or registry.id != tile.of.get(""):
        return True
    return any(path and _leads(work, registry, path.split(".")) != number for path, number in tile.of.items())


def of_design(work: Work, registry: str, paths: Iterable[str]) -> dict[str, int] | None:
    """This function will find the ids of a registry and of fields in the design as it is; None when one is missing."""
    if not registry:
        return {}
    found = work.catalog.registries.get(registry)
    if found is None:
        return None
    ids = {path: _leads(work, found, path.split(".")) for path in paths if path}
    return (
        None if None in ids.values() else {"": found.id, **{path: int(id or 0) for path, id in ids.items()}}
    )


def checked(tile: Tile) -> Tile:
    """This function will give a tile back that will do.

    :raises Invalid: when it will not.
    """
    _check(tile)
    return tile


def replace_tiles(work: Work, place: int, tiles: Sequence[Tile]) -> None:
    """This function will put other tiles in the place of all that the firm has on a page; their ids are kept."""
    owner = _owner(work, "firm")
    row = work.session.get(DashboardRow, (place, owner), with_for_update=True, populate_existing=True)
    if row is None:
        row = DashboardRow(place=place, owner=owner, version=0, body={}, changed_at=work.now)
        work.session.add(row)
    following = max([int(row.body.get("next", 1)), *(int(each.id[1:]) + 1 for each in tiles)])
    row.body = {"tiles": [_entry(each) for each in tiles], "next": following}
    row.version, row.changed_at = row.version + 1, work.now
    work.session.flush()


def _leads(work: Work, registry: Registry, path: Sequence[str]) -> int | None:
    """The id of the field at the end of a path through the design as it is, whoever sees it."""
    head, rest = path[0], path[1:]
    if not rest and head in SYSTEM_PATHS:
        return 0
    each = next((field for field in registry.active_fields if field.key == head), None)
    if each is None or not rest:
        return each.id if each else None
    target = work.catalog.registries.get(str(each.options.get("target")))
    return _leads(work, target, rest) if target is not None and target.active else None


def _follow(
    work: Work, registry: str, path: Sequence[str], before: tuple[str, ...], found: dict[str, int]
) -> bool:
    head, rest = path[0], path[1:]
    here = ".".join((*before, head))
    if not rest and head in SYSTEM_PATHS:
        found[here] = 0
        return True
    each = work.open(registry).seen.field(head)
    if each is None:
        return False
    found[here] = each.id
    return not rest or (
        each.type == "relation"
        and _follow(work, str(each.options.get("target")), rest, (*before, head), found)
    )


def tile_of(entry: Mapping[str, Any]) -> Tile:
    """This function will read a tile out of its document."""
    known = Tile.__dataclass_fields__
    return Tile(**{key: value for key, value in entry.items() if key in known})


def _check(tile: Tile) -> None:
    errors: dict[str, list[str]] = {}
    if len(tile.title) > MAX_TITLE or not tile.title.isprintable():
        errors["title"] = [_("A name is one line of at most {max} characters.", max=MAX_TITLE)]
    if tile.width not in WIDTHS:
        errors["width"] = [_("A tile is one to four columns wide.")]
    if len(canonical_json(dict(tile.options))) > MAX_OPTIONS:
        errors["options"] = [_("This tile holds too much.")]
    if errors:
        raise Invalid(errors)


def _rows(work: Work, place: int) -> dict[int, DashboardRow]:
    wanted = select(DashboardRow).where(
        DashboardRow.place == place, DashboardRow.owner.in_([FIRM_OWNER, work.actor.user_id])
    )
    return {row.owner: row for row in work.session.scalars(wanted)}


def _firm_tiles(row: DashboardRow | None, usual: Sequence[Tile]) -> list[Tile]:
    return list(usual) if row is None else [tile_of(each) for each in row.body["tiles"]]


def _arranged(entries: Sequence[Entry], firm: Sequence[Tile]) -> tuple[Placed, ...]:
    """One's own order; what the firm has taken away is gone, what it has added stands at the end."""
    known = {each.id: each for each in firm}
    placed = [found for each in entries if (found := _placed(each, known)) is not None]
    met = {each.tile.id for each in placed}
    return (*placed, *(Placed(each) for each in firm if each.id not in met))


def _placed(entry: Entry, firm: Mapping[str, Tile]) -> Placed | None:
    if "ref" not in entry:
        return Placed(tile_of(entry), own=True, hidden=bool(entry.get("hidden")))
    tile = firm.get(entry["ref"])
    if tile is None:
        return None
    return Placed(replace(tile, width=entry.get("width", tile.width)), hidden=bool(entry.get("hidden")))


def _owner(work: Work, whose: Whose) -> int:
    if whose == "firm":
        work.require("design")
        return FIRM_OWNER
    return work.actor.user_id


def _change(
    work: Work,
    place: int,
    whose: Whose,
    usual: Sequence[Tile],
    change: Callable[[list[Entry], dict[str, Any]], list[Entry]],
) -> None:
    owner = _owner(work, whose)
    row = work.session.get(DashboardRow, (place, owner), with_for_update=True, populate_existing=True)
    firm = _firm_tiles(_rows(work, place).get(FIRM_OWNER), usual)
    if row is None:
        tiles = [_entry(each) for each in firm] if whose == "firm" else []
        row = DashboardRow(
            place=place, owner=owner, version=0, body={"tiles": tiles, "next": 1}, changed_at=work.now
        )
        work.session.add(row)
    body = {**row.body}
    entries = list(body["tiles"])
    if whose == "own":
        entries = [
            {"ref": each.tile.id, "width": each.tile.width, "hidden": each.hidden}
            if not each.own
            else next(entry for entry in entries if entry.get("id") == each.tile.id)
            for each in _arranged(entries, firm)
        ]
    body["tiles"] = change(entries, body)
    row.body, row.version, row.changed_at = body, row.version + 1, work.now
    work.session.flush()


def _entry(tile: Tile) -> Entry:
    return {
        name: getattr(tile, name) for name in Tile.__dataclass_fields__ if getattr(tile, name) or name == "id"
    }


def _name(entry: Entry) -> str:
    return str(entry.get("ref") or entry.get("id"))


def _of(entries: Sequence[Entry], tile: str) -> Entry:
    found = next((each for each in entries if _name(each) == tile), None)
    if found is None:
        raise NotFound(_("This tile is not there any more."))
    return found


def _with(entries: Sequence[Entry], tile: str, **changes: Any) -> list[Entry]:
    found = _of(entries, tile)
    return [{**each, **changes} if each is found else each for each in entries]

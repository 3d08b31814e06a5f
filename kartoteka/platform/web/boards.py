"""Home pages made of tiles: that of everything, and one for each registry; shown, arranged, and tile by tile."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kartoteka.platform.catalog.definitions import Registry, label
from kartoteka.platform.front import begin
from kartoteka.platform.kernel.errors import KartotekaError, NotFound, Unauthenticated
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import dashboards
from kartoteka.platform.services.dashboards import Board, Placed, Tile, Whose
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin.answers import renewed
from kartoteka.platform.web.answers import go
from kartoteka.platform.web.pages import page
from kartoteka.platform.web.shell import render, tell
from kartoteka.platform.web.tiles import kinds, usable
from kartoteka.platform.web.tiles.kind import DATES, TileKind, all_paths

logger = logging.getLogger(__name__)
# What a kind of tiles stumbles over when a document of the design has given one of it options that it does not know.
MISMADE = (KeyError, TypeError, ValueError, AttributeError)
# In addresses, where a registry would be named otherwise; no key of a registry begins with a digit.
HOME = "0"
SUMMED = frozenset({"money", "decimal"})
# Words in the keys of dates that are awaited rather than remembered.
AHEAD = frozenset(
    {"until", "to", "due", "next", "end", "ends", "deadline", "expires", "do", "termin", "konec", "platnost"}
)


@dataclass(frozen=True)
class TileView:
    """A tile in its frame; what is in it comes by itself."""

    id: str
    kind: str
    icon: str
    title: str
    link: str
    width: int
    url: str
    own: bool
    hidden: bool
    may_edit: bool
    up: str | None = None
    down: str | None = None
    label: str = ""
    # Something that it is made of is not there any more: it can only be taken away.
    lost: bool = False

    @property
    def name(self) -> str:
        """What a screen reader and the buttons call it."""
        return self.title or self.label


@dataclass(frozen=True)
class BoardView:
    """A home page as it is shown or arranged; `whose` is empty while nobody arranges it."""

    place: str
    registry: str
    tiles: Sequence[TileView]
    whose: str = ""
    own: bool = False
    settled: bool = False
    hidden: int = 0
    may_design: bool = False

    @property
    def here(self) -> str:
        """The page itself."""
        return url_for("web.registry_home", registry=self.registry) if self.registry else url_for("web.home")

    def arrange(self, whose: str) -> str:
        """This function will give the address where the page is arranged."""
        return f"{self.here}?arrange={whose}"


@page("/r/<registry>/home")
def registry_home(registry: str) -> str:
    """The home page of a registry."""
    with begin() as work:
        found = work.open(registry).registry
        view = board_view(work, registry, arranging(work))
        return render(
            work,
            "home/registry.html",
            at=registry,
            board=view,
            label=label(found, work.actor.locale.language),
            icon_name=found.icon or "file-text",
            list_url=url_for("web.registry", registry=registry),
        )


@page("/boards/<place>/tiles/<tile>")
def board_tile(place: str, tile: str) -> str:
    """What is in one tile, for who asks."""
    with begin() as work:
        _number, usual = place_and_usual(work, place)
        found = seen_tile(work, place, tile, usual)
        kind = kinds()[found.kind]
        try:
            context = kind.render(work, found)
        except Unauthenticated:
            raise
        except KartotekaError as error:
            return render_template("tiles/broken.html", sentence=error.message)
        except MISMADE:
            logger.exception("The tile %s of %s cannot be shown.", tile, place)
            return render_template("tiles/broken.html", sentence=_("This tile cannot be shown."))
        return render_template(kind.template, tile=found, **context)


@page("/boards/<place>/tiles/<tile>/<any(move, size, hide, show, remove):deed>", "POST")
def arrange_tile(place: str, tile: str, deed: str) -> Response:
    """A tile moved, made wider or narrower, hidden, shown again or taken away; the page is drawn anew."""
    whose = _whose(request.form.get("whose"))
    with begin(write=True) as work:
        number, usual = place_and_usual(work, place)
        if deed != "remove" or not _clearable(work, whose, _board(work, place, usual).find(tile)):
            seen_tile(work, place, tile, usual)
        if deed == "move":
            before = request.form.get("before", "")
            dashboards.move_tile(work, number, whose, tile, before, usual)
        elif deed == "size":
            width = request.form.get("width", "")
            dashboards.size_tile(work, number, whose, tile, int(width) if width.isdecimal() else 0, usual)
        elif deed == "remove":
            dashboards.remove_tile(work, number, whose, tile, usual)
        else:
            dashboards.hide_tile(work, number, tile, deed == "hide", usual)
        return renewed_board(work, place, whose)


@page("/boards/<place>/back", "POST")
def reset_board(place: str) -> ResponseReturnValue:
    """Back to the firm's arrangement; or, for the firm's, to the usual one."""
    whose = _whose(request.form.get("whose"))
    with begin(write=True) as work:
        number, _usual = place_and_usual(work, place)
        dashboards.reset(work, number, whose)
        tell(
            _("This is the firm’s arrangement again.")
            if whose == "own"
            else _("This is the usual arrangement again.")
        )
        return go(board_view(work, registry_of(place), "").here)


def arranging(work: Work) -> str:
    """This function will tell whose arrangement is being worked on; nobody's when the actor only looks."""
    asked = request.args.get("arrange", "")
    if asked == "firm" and "design" in work.actor.powers:
        return "firm"
    return "own" if asked else ""


def registry_of(place: str) -> str:
    """This function will give the registry that a place is the home page of, nothing for that of everything."""
    return "" if place == HOME else place


def place_and_usual(work: Work, place: str) -> tuple[int, list[Tile]]:
    """This function will find a place, and what stands there when nobody has arranged it.

    :raises NotFound: when there is no such registry for the actor.
    """
    registry = registry_of(place)
    number = dashboards.place_of(work, registry)
    return number, usual_tiles(work, registry)


def board_view(work: Work, registry: str, whose: str) -> BoardView:
    """This function will put together a home page for the actor, or for who arranges it."""
    place = registry or HOME
    _number, usual = place_and_usual(work, place)
    found = _board(work, place, usual)
    arranged = found.firm if whose == "firm" else found.tiles
    seen = [each for each in arranged if there(work, each.tile) or (whose and _clearable(work, whose, each))]
    shown = [each for each in seen if whose or not each.hidden]
    return BoardView(
        place,
        registry,
        _in_order([_tile_view(work, place, each, whose) for each in shown]),
        whose,
        found.own,
        found.settled,
        sum(each.hidden for each in seen),
        "design" in work.actor.powers,
    )


def renewed_board(work: Work, place: str, whose: Whose, said: str = "") -> Response:
    """This function will draw the tiles anew in the place of the old ones."""
    return renewed("home/board.html", said, board=board_view(work, registry_of(place), whose))


def there(work: Work, tile: Tile) -> bool:
    """This function will tell whether a tile exists for the actor."""
    return tile.kind in usable(work) and dashboards.is_there(work, tile)


def seen_tile(work: Work, place: str, tile: str, usual: Sequence[Tile]) -> Tile:
    """This function will find a tile that exists for the actor.

    :raises NotFound: when there is none; one that he may not see is no other than one that is not there.
    """
    found = _board(work, place, usual).find(tile).tile
    if not there(work, found):
        raise NotFound(_("There is nothing at this address."))
    return found


def _clearable(work: Work, whose: str, placed: Placed) -> bool:
    """Whether a tile shows nothing any more and is the actor's to take away.

    Of his own he is told whatever the reason. Of the firm's only what is gone for everybody: one that he merely may
    not see is no other than one that is not there.
    """
    if placed.own:
        return whose == "own" and not there(work, placed.tile)
    gone = placed.tile.kind not in usable(work) or dashboards.is_lost(work, placed.tile)
    return whose == "firm" and gone and "design" in work.actor.powers


def bound(work: Work, kind: TileKind, options: Mapping[str, Any]) -> dict[str, int]:
    """This function will find the ids of what a tile is made of.

    :raises NotFound: when something of it is not there for the actor.
    """
    found = dashboards.made_of(work, str(options.get("registry", "")), all_paths(kind, options))
    if found is None:
        raise NotFound(_("There is no such detail."))
    return found


def usual_tiles(work: Work, registry: str) -> list[Tile]:
    """This function will make the tiles of a page that nobody has arranged: what suits what the actor sees."""
    if not registry:
        return [Tile("u1", "registries", width=4), Tile("u2", "recent", width=4)]
    found = work.open(registry).registry
    return [_usual(work, n, found, *each) for n, each in enumerate(_suitable(work, found), 1)]


def _suitable(work: Work, registry: Registry) -> list[tuple[str, int, dict[str, Any]]]:
    fields = work.open(registry.key).fields
    by = next(
        (each.key for each in fields if each.type == "choice"), "category" if registry.categories else ""
    )
    number = next((each.key for each in fields if each.type in SUMMED), "")
    dates = [each.key for each in fields if each.type in DATES]
    coming = next((key for key in dates if AHEAD & set(key.split("_"))), dates[0] if dates else "")
    figures: list[dict[str, Any]] = [
        {"measure": "count"},
        {"measure": "count", "date": "created_at", "days": 30},
    ]
    if number:
        figures += [{"measure": f"sum:{number}"}, {"measure": f"avg:{number}"}]
    found = [("figure", 4 // len(figures), each) for each in figures]
    if by:
        found.append(("split", 2, {"by": by, "measure": "count", "look": "bars"}))
    if coming:
        found.append(("ahead", 2, {"date": coming, "days": 30}))
    columns = ["updated_by", "updated_at"]
    found.append(("rows", 4 if by and coming else 2, {"sort": "-updated_at", "columns": columns, "size": 6}))
    return found


def _usual(
    work: Work, number: int, registry: Registry, kind: str, width: int, options: dict[str, Any]
) -> Tile:
    whole = {"registry": registry.key, **options}
    return Tile(f"u{number}", kind, width=width, options=whole, of=bound(work, kinds()[kind], whole))


def _board(work: Work, place: str, usual: Sequence[Tile]) -> Board:
    return dashboards.board(work, dashboards.place_of(work, registry_of(place)), usual)


def _whose(text: str | None) -> Whose:
    return "firm" if text == "firm" else "own"


def _tile_view(work: Work, place: str, placed: Placed, whose: str) -> TileView:
    tile = placed.tile
    named = tile.titles.get(work.actor.locale.language) or tile.title
    if not there(work, tile):
        return _lost_view(tile, named, placed)
    kind = kinds()[tile.kind]
    try:
        heading, link = named or kind.heading(work, tile), kind.link(work, tile)
    except MISMADE:
        logger.exception("The tile %s of %s cannot be shown.", tile.id, place)
        return _lost_view(tile, named, placed)
    return TileView(
        tile.id,
        tile.kind,
        kind.icon,
        heading,
        link,
        tile.width,
        url_for("web.board_tile", place=place, tile=tile.id),
        placed.own,
        placed.hidden,
        whose == "firm" or placed.own,
        label=kind.label(),
    )


def _lost_view(tile: Tile, named: str, placed: Placed) -> TileView:
    kind = kinds().get(tile.kind)
    called = named or (kind.label() if kind else tile.kind)
    return TileView(
        tile.id, tile.kind, "alert-triangle", called, "", tile.width, "", placed.own, False, True, lost=True
    )


def _in_order(tiles: Sequence[TileView]) -> list[TileView]:
    """Each with what it comes to stand before when it goes one place up or down."""
    ids = [each.id for each in tiles]
    return [
        replace(
            each,
            up=ids[n - 1] if n else None,
            down=None if n == len(ids) - 1 else (ids[n + 2] if n + 2 < len(ids) else ""),
        )
        for n, each in enumerate(tiles)
    ]

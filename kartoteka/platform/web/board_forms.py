"""The dialog in which a tile is made or changed: its kind, its registry and filter, and what its kind asks for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from kartoteka.platform.catalog.definitions import label
from kartoteka.platform.front import begin
from kartoteka.platform.kernel.errors import Conflict, Invalid, NotFound
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import dashboards
from kartoteka.platform.services.dashboards import Tile, Whose
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin.answers import Refusal
from kartoteka.platform.web.answers import go
from kartoteka.platform.web.boards import (
    board_view,
    bound,
    place_and_usual,
    registry_of,
    renewed_board,
    seen_tile,
)
from kartoteka.platform.web.clauses import Builder, builder_of, condition_of, put
from kartoteka.platform.web.pages import page
from kartoteka.platform.web.sentences import sentence
from kartoteka.platform.web.shell import tell
from kartoteka.platform.web.state import Node, State, state_of
from kartoteka.platform.web.tiles import kinds, usable
from kartoteka.platform.web.tiles.kind import PREFIX, Ask, Given, TileKind, nodes_of


@dataclass(frozen=True)
class Part:
    """One condition of the filter, and the filter without it."""

    text: str
    without: str


@dataclass(frozen=True)
class TileForm:
    """The dialog as it stands."""

    place: str
    whose: str
    id: str
    kind: TileKind
    kinds: Sequence[TileKind]
    title: str
    width: int
    heading: str
    registry: str = ""
    registries: Sequence[tuple[str, str]] = ()
    asks: Sequence[Ask] = ()
    filter: str = ""
    parts: Sequence[Part] = ()
    builder: Builder | None = None
    refusal: Refusal = field(default_factory=Refusal)
    from_list: bool = False


@page("/boards/<place>/tile")
def tile_form(place: str) -> str:
    """The dialog of a new tile, or of one that is there; asked for again when its kind or registry changes."""
    with begin() as work:
        given = _given(work, place, request.args)
        return _drawn(work, place, given, state_of(_registry(work, place, given), request.args).nodes)


@page("/boards/<place>/tile/condition")
def tile_condition(place: str) -> ResponseReturnValue:
    """The dialog with one condition more."""
    with begin() as work:
        given = _given(work, place, request.args)
        state = state_of(_registry(work, place, given), request.args)
        try:
            node = condition_of(work, state.registry, request.args)
        except ValidationError as error:
            sentences = [str(each) for each in error.messages]
            return _drawn(work, place, given, state.nodes, clause=request.args, sentences=sentences), 422
        return _drawn(work, place, given, put(state, "", node).nodes)


@page("/boards/<place>/tile", "POST")
def save_tile(place: str) -> ResponseReturnValue:
    """The tile kept; the page with it, or the dialog again with what is wrong."""
    given = request.form
    try:
        with begin(write=True) as work:
            number, usual = place_and_usual(work, place)
            nodes = state_of(_registry(work, place, given), given).nodes
            whose: Whose = "firm" if given.get("t.whose") == "firm" else "own"
            dashboards.put_tile(work, number, whose, _read(work, place, given, nodes), usual)
            if given.get("t.from_list"):
                tell(_("It is on the page now."))
                return go(board_view(work, registry_of(place), "").here)
            return renewed_board(work, place, whose, _("Saved."))
    except (Invalid, Conflict) as error:
        with begin() as work:
            nodes = state_of(_registry(work, place, given), given).nodes
            status = 409 if isinstance(error, Conflict) else 422
            return _drawn(work, place, given, nodes, refusal=error), status


def _given(work: Work, place: str, args: Given) -> Given:
    """What was typed so far; for a tile that is there and was just opened, what it holds."""
    known = args.get("t.id", "")
    if not known or "t.kind" in args:
        return args
    _number, usual = place_and_usual(work, place)
    tile = seen_tile(work, place, known, usual)
    kind = _kind(tile.kind)
    given: Given = MultiDict(args)
    typed = kind.typed(tile.options)
    own = {"kind": tile.kind, "registry": tile.registry, "title": tile.title, "width": str(tile.width)}
    for name, value in own.items():
        given[PREFIX + name] = value
    for name, values in typed.items():
        given.setlist(PREFIX + name, values)
    if "filter" not in args and nodes_of(tile.options):
        given["filter"] = _text(nodes_of(tile.options))
    return given


def _text(nodes: Sequence[Node]) -> str:
    return dict(State("", tuple(nodes)).pairs()).get("filter", "")


def _kind(name: str) -> TileKind:
    found = kinds().get(name)
    if found is None:
        raise NotFound(_("There is nothing at this address."))
    return found


def _registry(work: Work, place: str, given: Given) -> str:
    """The registry that was chosen, or the one whose page it is, or the first."""
    known = [each.key for each in work.registries()]
    wanted = given.get("t.registry") or registry_of(place)
    if wanted:
        return work.open(wanted).registry.key
    return known[0] if known else ""


def _read(work: Work, place: str, given: Given, nodes: Sequence[Node]) -> Tile:
    kind = _kind(given.get("t.kind", ""))
    registry = _registry(work, place, given) if kind.about_records else ""
    options: dict[str, Any] = {"registry": registry} if registry else {}
    if registry and nodes:
        options["filter"] = list(nodes)
    options |= kind.read(work, registry, given)
    width = given.get("t.width", "")
    return Tile(
        given.get("t.id", ""),
        kind.name,
        " ".join(given.get("t.title", "").split()),
        int(width) if width.isdecimal() and len(width) < 3 else 1,
        options,
        bound(work, kind, options),
    )


def _drawn(
    work: Work,
    place: str,
    given: Given,
    nodes: Sequence[Node],
    *,
    clause: Given | None = None,
    sentences: Sequence[str] = (),
    refusal: Invalid | Conflict | None = None,
) -> str:
    place_and_usual(work, place)
    offered = [each for each in usable(work).values() if work.registries() or not each.about_records]
    kind = usable(work).get(given.get("t.kind", "")) or offered[0]
    registry = _registry(work, place, given) if kind.about_records else ""
    asks = kind.asks(work, registry, given)
    width = given.get("t.width", "")
    form = TileForm(
        place,
        "firm" if given.get("t.whose") == "firm" and "design" in work.actor.powers else "own",
        given.get("t.id", ""),
        kind,
        offered,
        given.get("t.title", ""),
        int(width) if width in ("1", "2", "3", "4") and not request.args.get("t.fresh") else kind.width,
        _("Tile") if given.get("t.id") else _("New tile"),
        registry,
        [(each.key, label(each, work.actor.locale.language)) for each in work.registries()],
        asks,
        _text(nodes) if registry else "",
        _parts(work, registry, nodes) if registry else (),
        _builder(work, place, registry, nodes, clause, sentences) if registry else None,
        Refusal(refusal, frozenset(each.name for each in asks) | {"title"}),
        bool(given.get("t.from_list")),
    )
    return render_template("tiles/form.html", form=form)


def _parts(work: Work, registry: str, nodes: Sequence[Node]) -> list[Part]:
    state = State(registry, tuple(nodes))
    return [
        Part(sentence(work, registry, node), _text(state.without(n).nodes)) for n, node in enumerate(nodes)
    ]


def _builder(
    work: Work, place: str, registry: str, nodes: Sequence[Node], clause: Given | None, errors: Sequence[str]
) -> Builder:
    given: Mapping[str, Any] = clause if clause is not None else MultiDict()
    return builder_of(work, State(registry, tuple(nodes)), MultiDict(given), errors, board=place)

"""Kinds of tiles on home pages: each knows what it asks for, what it is made of, and how it is shown."""

from collections.abc import Mapping

from kartoteka.platform.services.work import Work
from kartoteka.platform.web.tiles.ahead import Ahead
from kartoteka.platform.web.tiles.figure import Figure
from kartoteka.platform.web.tiles.kind import TileKind
from kartoteka.platform.web.tiles.overview import Recent, Registries
from kartoteka.platform.web.tiles.plain import Picture, Words
from kartoteka.platform.web.tiles.rows import Rows
from kartoteka.platform.web.tiles.shortcuts import Shortcuts
from kartoteka.platform.web.tiles.split import Split

_KINDS: dict[str, TileKind] = {}


def add_kind(kind: TileKind) -> None:
    """This function will let home pages have one more kind of tiles.

    :raises ValueError: when there is one of that name already.
    """
    if kind.name in _KINDS:
        raise ValueError(f"there is a kind of tiles called {kind.name} already")
    _KINDS[kind.name] = kind


def add_kind_of(plugin: str, kind: TileKind) -> None:
    """This function will let home pages have a kind of tiles that a plugin brings, whoever brought one before.

    :raises ValueError: when it has the name of one of ours or of another plugin.
    """
    known = _KINDS.get(kind.name)
    if known is not None and known.plugin != plugin:
        raise ValueError(f"there is a kind of tiles called {kind.name} already")
    kind.plugin = plugin
    _KINDS[kind.name] = kind


def usable(work: Work) -> Mapping[str, TileKind]:
    """This function will give the kinds of tiles that are there at present: not those of plugins that are off."""
    states = work.catalog.plugins
    on = {name for name, state in states.items() if state.active and name in work.office.plugins}
    return {name: kind for name, kind in _KINDS.items() if not kind.plugin or kind.plugin in on}


def kinds() -> Mapping[str, TileKind]:
    """This function will give every kind of tiles by its name."""
    return _KINDS


for _kind in (Figure(), Rows(), Split(), Ahead(), Words(), Picture(), Shortcuts(), Registries(), Recent()):
    add_kind(_kind)

__all__ = ["TileKind", "add_kind", "add_kind_of", "kinds", "usable"]

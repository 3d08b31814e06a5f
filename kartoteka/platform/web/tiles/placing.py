"""Tiles put onto the firm's home pages by programs: ready-made registries and plugins."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import dashboards
from kartoteka.platform.services.dashboards import Tile
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.tiles import kinds
from kartoteka.platform.web.tiles.kind import all_paths


def place_tile(work: Work, document: Mapping[str, Any], registry: str = "") -> Tile:
    """This function will add a tile to the firm's home page of everything, or of a registry.

    :raises Invalid: when there is no such kind, or something that it is made of is not there.
    """
    tile = dashboards.tile_of(document)
    kind = kinds().get(tile.kind)
    if kind is None:
        raise Invalid({"kind": [_("There is nothing at this address.")]})
    of = dashboards.made_of(work, tile.registry, all_paths(kind, tile.options))
    if of is None:
        raise Invalid({"options": [_("There is no such detail.")]})
    place = dashboards.place_of(work, registry)
    return dashboards.put_tile(work, place, "firm", replace(tile, id="", of=of))

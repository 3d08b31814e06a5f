"""A tile for home pages: what is out now."""

from collections.abc import Mapping
from typing import Any

from kartoteka.platform.sdk import Tile, TileKind, Work, _
from kartoteka_loans.lending import out_now

SHOWN = 8


class OutNow(TileKind):
    """What is out of the things that the reader sees."""

    name = "out_now"
    icon = "package"
    width = 2
    about_records = False

    def label(self) -> str:
        """This function will name the kind."""
        return _("What is out")

    def about(self) -> str:
        """This function will say what it shows."""
        return _("Things that somebody has borrowed.")

    def render(self, work: Work, tile: Tile) -> Mapping[str, Any]:
        """This function will find what is out."""
        return {"loans": out_now(work, SHOWN)}

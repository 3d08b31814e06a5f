"""A short list: the first records of a filter in some order."""

from collections.abc import Mapping, Sequence
from typing import Any

from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.dashboards import Tile
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.lists import list_view
from kartoteka.platform.web.targets import SYSTEM
from kartoteka.platform.web.tiles.kind import (
    PREFIX,
    Ask,
    Given,
    Options,
    TileKind,
    list_state,
    one_of,
    system_offered,
    typed_or,
    whole,
)

MOST_ROWS, MOST_COLUMNS = 10, 5
USUAL_ROWS = 5


class Rows(TileKind):
    """Some records as a table."""

    name = "rows"
    icon = "list"
    width = 2

    def label(self) -> str:
        """This function will name the kind."""
        return _("List")

    def about(self) -> str:
        """This function will say what it shows."""
        return _("The first records of a filter, with the columns you choose.")

    def asks(self, work: Work, registry: str, given: Given) -> Sequence[Ask]:
        """This function will ask for order, columns and number."""
        return (
            Ask("sort", _("In the order of"), "select", typed_or(given, "sort", "-updated_at"),
                _orders(work, registry)),
            Ask("columns", _("Columns beside the name"), "ticks", given.getlist(f"{PREFIX}columns"),
                _columns(work, registry), _("At most five.")),
            Ask("size", _("How many"), "number", typed_or(given, "size", str(USUAL_ROWS)), low=1, high=MOST_ROWS),
        )  # fmt: skip

    def read(self, work: Work, registry: str, given: Given) -> Options:
        """This function will read order, columns and number."""
        known = dict(_columns(work, registry))
        columns = [key for key in given.getlist(f"{PREFIX}columns") if key in known]
        if len(columns) > MOST_COLUMNS:
            raise Invalid({"columns": [_("Choose at most {n} columns.", n=MOST_COLUMNS)]})
        return {
            "sort": one_of(given, "sort", _orders(work, registry), "-updated_at"),
            "columns": columns,
            "size": whole(given, "size", 1, MOST_ROWS, USUAL_ROWS),
        }

    def paths(self, options: Mapping[str, Any]) -> Sequence[str]:
        """This function will name the columns and the order."""
        return [*options.get("columns", ()), options.get("sort", "").removeprefix("-")]

    def link(self, work: Work, tile: Tile) -> str:
        """This function will lead to the whole list."""
        return list_state(tile.options).but(sort=tile.options.get("sort", "")).url

    def render(self, work: Work, tile: Tile) -> Mapping[str, Any]:
        """This function will find the records."""
        options = tile.options
        state = list_state(options).but(
            sort=options.get("sort", ""), columns=("title", *options.get("columns", ()))
        )
        found = list_view(work, state, full=False, size=int(options.get("size", USUAL_ROWS)))
        return {"list": found, "all_url": self.link(work, tile)}


def _columns(work: Work, registry: str) -> list[tuple[str, str]]:
    opened = work.open(registry)
    own = [
        (each.key, each.names.get(work.actor.locale.language) or each.name)
        for each in opened.fields
        if each.type not in ("file", "long_text")
    ]
    system = [
        name for name in SYSTEM if name != "title" and (name != "category" or opened.registry.categories)
    ]
    return [*own, *system_offered(*system)]


def _orders(work: Work, registry: str) -> list[tuple[str, str]]:
    sortable = [
        *system_offered("title"),
        *(pair for pair in _columns(work, registry) if pair[0] != "category"),
    ]
    return [
        pair
        for key, name in sortable
        for pair in ((key, _("{name}, upwards", name=name)), (f"-{key}", _("{name}, downwards", name=name)))
    ]

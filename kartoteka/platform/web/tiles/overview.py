"""What a home page shows when nobody has arranged it: all registries, and what was changed of late."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for

from kartoteka.platform.catalog.definitions import Registry, label
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import records
from kartoteka.platform.services.dashboards import Tile
from kartoteka.platform.services.records import Query
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.looks import count_text
from kartoteka.platform.web.shell import registry_entry
from kartoteka.platform.web.tiles.kind import TileKind

MOST = 10


@dataclass(frozen=True)
class Changed:
    """A record changed lately."""

    title: str
    url: str
    icon: str
    registry: str
    by: str
    at: datetime


class Registries(TileKind):
    """Every registry with its count."""

    name = "registries"
    icon = "database"
    width = 4
    about_records = False

    def label(self) -> str:
        """This function will name the kind."""
        return _("Registries")

    def about(self) -> str:
        """This function will say what it shows."""
        return _("All registries with the number of their records.")

    def render(self, work: Work, tile: Tile) -> Mapping[str, Any]:
        """This function will list the registries, and count what each has for the reader."""
        language = work.actor.locale.language
        return {
            "registries": [
                registry_entry(each, language, count_text(records.count(work, each.key, Query()), language))
                for each in work.registries()
            ]
        }


class Recent(TileKind):
    """Records changed of late, of one registry or of all."""

    name = "recent"
    icon = "history"
    width = 2
    about_records = False

    def label(self) -> str:
        """This function will name the kind."""
        return _("Recently changed")

    def about(self) -> str:
        """This function will say what it shows."""
        return _("The records that were changed last, in all registries.")

    def render(self, work: Work, tile: Tile) -> Mapping[str, Any]:
        """This function will find what was changed last."""
        found = [each for registry in work.registries() for each in _changed(work, registry)]
        return {"recent": sorted(found, key=lambda each: each.at, reverse=True)[:MOST]}


def _changed(work: Work, registry: Registry) -> list[Changed]:
    page = records.browse(work, registry.key, Query(sort="-updated_at", fields=(), page_size=MOST))
    name = label(registry, work.actor.locale.language)
    return [
        Changed(
            each.title,
            url_for("web.record", registry=registry.key, id=each.id),
            registry.icon or "file-text",
            name,
            each.updated_by.title,
            each.updated_at,
        )
        for each in page.items
    ]

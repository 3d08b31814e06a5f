"""A plugin as a value: everything that it contributes, to the engine and to the faces."""

from dataclasses import dataclass
from pathlib import Path

import click

from kartoteka.platform.rest.resource import Resource
from kartoteka.platform.services.contributions import Contribution
from kartoteka.platform.web.plugged import (
    Below,
    FieldMark,
    FormAid,
    Intake,
    ListDeed,
    ListLink,
    NavEntry,
    Pages,
    Tab,
)
from kartoteka.platform.web.tiles import TileKind


@dataclass(frozen=True)
class Plugin(Contribution):
    """One installed feature that can be switched on and off.

    `tab` stands on the pages of records and in the matrix of rights under the plugin's name; `outside` is what of it
    is shown to people from outside who may read it, as in the portal, and `intake` takes in what they send. `below`
    stands under things of other plugins where these ask for it, such as the files on a note. `pages`
    and `resources` answer only while the plugin is active; `navigation` shows in the rail, `tiles` on home pages, and
    `commands` join the command line. `form_aids` stand over forms of records, `list_deeds` at what is ticked in a list,
    `field_marks` beside the labels of details, `list_links` in the menu of every list.
    `translations` is a folder of catalogues in gettext's layout, for plugins outside of this package.
    """

    tab: Tab | None = None
    outside: Tab | None = None
    below: Below | None = None
    intake: Intake | None = None
    pages: Pages | None = None
    resources: tuple[Resource, ...] = ()
    navigation: tuple[NavEntry, ...] = ()
    commands: tuple[click.Command, ...] = ()
    tiles: tuple[TileKind, ...] = ()
    form_aids: tuple[FormAid, ...] = ()
    list_deeds: tuple[ListDeed, ...] = ()
    field_marks: tuple[FieldMark, ...] = ()
    list_links: tuple[ListLink, ...] = ()
    # The endpoint of a page that takes conditions over, see `condition_added`.
    condition_taker: str = ""
    translations: Path | None = None

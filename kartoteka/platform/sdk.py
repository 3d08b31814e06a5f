"""The public API: what plugins and ready-made registries may use of the platform. Everything else may change."""

from kartoteka.platform.catalog.definitions import label
from kartoteka.platform.extension.plugin import Plugin
from kartoteka.platform.front import begin, needs, public, signed_in
from kartoteka.platform.kernel.errors import (
    Conflict,
    Forbidden,
    Invalid,
    KartotekaError,
    Misconfigured,
    NotFound,
    StaleVersion,
)
from kartoteka.platform.kernel.events import DesignChanged, Event, RecordsChanged
from kartoteka.platform.kernel.texts import N_, _, plural
from kartoteka.platform.rest.attached import AttachedResource, Shape, bearer_of
from kartoteka.platform.rest.reading import Described
from kartoteka.platform.rest.records import query_of
from kartoteka.platform.rest.resource import Resource
from kartoteka.platform.rest.schemas import Attached, ListQuery, page_of
from kartoteka.platform.services.absences import absent_on, substitute_of
from kartoteka.platform.services.contributions import Contribution, Duty, OwnRegistry, Reaction
from kartoteka.platform.services.markdown import markdown
from kartoteka.platform.services.modelling import (
    create_category,
    create_field,
    create_registry,
    create_role,
    create_section,
    set_grant,
)
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.onboarding import put_away_for_all as put_steps_away_for_all
from kartoteka.platform.services.organisation import change_organisation
from kartoteka.platform.services.people import create_user
from kartoteka.platform.services.pictures import keep as keep_picture
from kartoteka.platform.services.plugins import settings_of
from kartoteka.platform.services.records import (
    KEEP,
    Bearer,
    Link,
    Page,
    Query,
    Record,
    batch,
    browse,
    change,
    count,
    create,
    fetch,
    related,
    remove,
    restore,
    summary,
)
from kartoteka.platform.services.verbs import Verbs
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.attaching import Dialogs, ThingForm, Wording, place_of
from kartoteka.platform.web.plugged import NavEntry, Pages, Tab
from kartoteka.platform.web.shell import render, tell
from kartoteka.platform.web.tiles import TileKind, add_kind
from kartoteka.platform.web.tiles.placing import place_tile

__all__ = [
    "KEEP",
    "N_",
    "Attached",
    "AttachedResource",
    "Bearer",
    "Conflict",
    "Contribution",
    "Described",
    "DesignChanged",
    "Dialogs",
    "Duty",
    "Event",
    "Forbidden",
    "Invalid",
    "KartotekaError",
    "Link",
    "ListQuery",
    "Misconfigured",
    "NavEntry",
    "NotFound",
    "Office",
    "OwnRegistry",
    "Page",
    "Pages",
    "Plugin",
    "Query",
    "Reaction",
    "Record",
    "RecordsChanged",
    "Resource",
    "Shape",
    "StaleVersion",
    "Tab",
    "ThingForm",
    "TileKind",
    "Verbs",
    "Wording",
    "Work",
    "_",
    "absent_on",
    "add_kind",
    "batch",
    "bearer_of",
    "begin",
    "browse",
    "change",
    "change_organisation",
    "count",
    "create",
    "create_category",
    "create_field",
    "create_registry",
    "create_role",
    "create_section",
    "create_user",
    "fetch",
    "keep_picture",
    "label",
    "markdown",
    "needs",
    "page_of",
    "place_of",
    "place_tile",
    "plural",
    "public",
    "put_steps_away_for_all",
    "query_of",
    "related",
    "remove",
    "render",
    "restore",
    "set_grant",
    "settings_of",
    "signed_in",
    "substitute_of",
    "summary",
    "tell",
]  # fmt: skip

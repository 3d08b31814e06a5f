"""The public API: what plugins and ready-made registries may use of the platform. Everything else may change."""

from kartoteka.platform.catalog.definitions import label
from kartoteka.platform.cli.running import open_office, refusing
from kartoteka.platform.extension.plugin import Plugin
from kartoteka.platform.front import begin, needs, office, own, public, signed_in
from kartoteka.platform.kernel.errors import (
    Conflict,
    Forbidden,
    Invalid,
    KartotekaError,
    Misconfigured,
    NotFound,
    StaleVersion,
    Unauthenticated,
)
from kartoteka.platform.kernel.events import DesignChanged, Event, RecordsChanged
from kartoteka.platform.kernel.tables import Document, Moment, own_tables
from kartoteka.platform.kernel.texts import N_, _, plural
from kartoteka.platform.rest.answers import answer, nothing
from kartoteka.platform.rest.attached import AttachedResource, Shape, bearer_of
from kartoteka.platform.rest.reading import Described
from kartoteka.platform.rest.records import query_of
from kartoteka.platform.rest.resource import Resource
from kartoteka.platform.rest.schemas import Attached, ListQuery, page_of
from kartoteka.platform.services.absences import absent_on, acted_for, substitute_of
from kartoteka.platform.services.contributions import Contribution, Duty, OwnRegistry, Reaction
from kartoteka.platform.services.dashboards import Tile
from kartoteka.platform.services.jobs import Chunk, Job, Step, Task
from kartoteka.platform.services.jobs import kind as job_kind
from kartoteka.platform.services.jobs import start as start_job
from kartoteka.platform.services.letters import people_to_write_to, take_turn, write_mail
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
from kartoteka.platform.services.plugins import bearing, settings_of
from kartoteka.platform.services.private_links import (
    holder_of_link,
    make_private_link,
    private_link_since,
    revoke_private_link,
)
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
    picker,
    related,
    remove,
    restore,
    summary,
)
from kartoteka.platform.services.verbs import Verbs
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.answers import by_script, go
from kartoteka.platform.web.attaching import Dialogs, ThingForm, Wording, details_of, place_of
from kartoteka.platform.web.fields import FieldView, LinkView, colour_class
from kartoteka.platform.web.picking import Picker
from kartoteka.platform.web.plugged import Adding, NavEntry, Pages, Tab
from kartoteka.platform.web.shell import render, tell
from kartoteka.platform.web.tiles import TileKind, add_kind
from kartoteka.platform.web.tiles.placing import place_tile

__all__ = [
    "KEEP",
    "N_",
    "Adding",
    "Attached",
    "AttachedResource",
    "Bearer",
    "Chunk",
    "Conflict",
    "Contribution",
    "Described",
    "DesignChanged",
    "Dialogs",
    "Document",
    "Duty",
    "Event",
    "FieldView",
    "Forbidden",
    "Invalid",
    "Job",
    "KartotekaError",
    "Link",
    "LinkView",
    "ListQuery",
    "Misconfigured",
    "Moment",
    "NavEntry",
    "NotFound",
    "Office",
    "OwnRegistry",
    "Page",
    "Pages",
    "Picker",
    "Plugin",
    "Query",
    "Reaction",
    "Record",
    "RecordsChanged",
    "Resource",
    "Shape",
    "StaleVersion",
    "Step",
    "Tab",
    "Task",
    "ThingForm",
    "Tile",
    "TileKind",
    "Unauthenticated",
    "Verbs",
    "Wording",
    "Work",
    "_",
    "absent_on",
    "acted_for",
    "add_kind",
    "answer",
    "batch",
    "bearer_of",
    "bearing",
    "begin",
    "browse",
    "by_script",
    "change",
    "change_organisation",
    "colour_class",
    "count",
    "create",
    "create_category",
    "create_field",
    "create_registry",
    "create_role",
    "create_section",
    "create_user",
    "details_of",
    "fetch",
    "go",
    "holder_of_link",
    "job_kind",
    "keep_picture",
    "label",
    "make_private_link",
    "markdown",
    "needs",
    "nothing",
    "office",
    "open_office",
    "own",
    "own_tables",
    "page_of",
    "people_to_write_to",
    "picker",
    "place_of",
    "place_tile",
    "plural",
    "private_link_since",
    "public",
    "put_steps_away_for_all",
    "query_of",
    "refusing",
    "related",
    "remove",
    "render",
    "restore",
    "revoke_private_link",
    "set_grant",
    "settings_of",
    "signed_in",
    "start_job",
    "substitute_of",
    "summary",
    "take_turn",
    "tell",
    "write_mail",
]  # fmt: skip

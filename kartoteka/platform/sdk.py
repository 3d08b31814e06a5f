"""The public API: what plugins and ready-made registries may use of the platform. Everything else may change."""

from kartoteka.field_types.folding import fold as folded
from kartoteka.field_types.formatting import date_text, number_text
from kartoteka.field_types.locale import Locale
from kartoteka.platform.access.actor import Identity
from kartoteka.platform.access.guises import Guise
from kartoteka.platform.access.keeping import Writing
from kartoteka.platform.access.keys import new_link_key as new_key
from kartoteka.platform.catalog.definitions import EDIT, Registry, Role, label, label_one
from kartoteka.platform.cli.running import open_office, refusing
from kartoteka.platform.extension.plugin import Plugin
from kartoteka.platform.front import begin, door, guests, needs, office, own, public, put_on, signed_in, speak
from kartoteka.platform.front import caller as asking
from kartoteka.platform.front import sign_in as renew_session
from kartoteka.platform.front import sign_out as leave
from kartoteka.platform.kernel.errors import (
    Conflict,
    Forbidden,
    Invalid,
    KartotekaError,
    Misconfigured,
    NotFound,
    StaleVersion,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from kartoteka.platform.kernel.events import (
    DesignChanged,
    Event,
    PeopleTold,
    RecordsChanged,
    RecordsMerged,
    RecordsParted,
)
from kartoteka.platform.kernel.outbox import Delivery
from kartoteka.platform.kernel.tables import Document, Moment, own_metadata, table_of
from kartoteka.platform.kernel.texts import LANGUAGES, N_, _, plural
from kartoteka.platform.rest.answers import answer, answer_text, nothing
from kartoteka.platform.rest.attached import AttachedResource, Shape, bearer_of
from kartoteka.platform.rest.reading import Described, expected_version, known_names
from kartoteka.platform.rest.records import query_of
from kartoteka.platform.rest.resource import FILE, Resource
from kartoteka.platform.rest.schemas import Attached, ListQuery, page_of
from kartoteka.platform.rest.showing import shown_record
from kartoteka.platform.services import exports, history, looking, second_factor, signing
from kartoteka.platform.services import people as people_verbs
from kartoteka.platform.services.absences import absent_on, acted_for, substitute_of
from kartoteka.platform.services.acting import acts_for_all
from kartoteka.platform.services.addressees import holders_of, in_use, may_name, names_of, role_known
from kartoteka.platform.services.contributions import (
    AfterImport,
    Contribution,
    Duty,
    Noticed,
    OwnRegistry,
    Reaction,
    Signal,
    part,
    renewed_by,
    signals_of,
)
from kartoteka.platform.services.courses import (
    Course,
    Fit,
    Happening,
    Lately,
    State,
    Told,
    courses_of,
    dated,
    states_of,
    text_of,
    titles_of,
    unmoved,
    wire_of,
)
from kartoteka.platform.services.dashboards import Tile
from kartoteka.platform.services.files import Arrived, MovingVault, Vault, files_of
from kartoteka.platform.services.headcount import holders
from kartoteka.platform.services.history import came_by
from kartoteka.platform.services.jobs import Chunk, Job, Step, Task
from kartoteka.platform.services.jobs import cancel as cancel_job
from kartoteka.platform.services.jobs import fetch as fetch_job
from kartoteka.platform.services.jobs import kind as job_kind
from kartoteka.platform.services.jobs import start as start_job
from kartoteka.platform.services.letters import (
    Letter,
    Undelivered,
    letter,
    people_to_write_to,
    send_letter,
    take_turn,
    write_mail,
)
from kartoteka.platform.services.markdown import markdown
from kartoteka.platform.services.modelling import (
    create_category,
    create_field,
    create_registry,
    create_role,
    create_section,
    set_grant,
)
from kartoteka.platform.services.noting import (
    move_to_rooms,
    names_of_people,
    note_record,
    readable_fields,
    sees_field,
    sees_section,
)
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.onboarding import put_away_for_all as put_steps_away_for_all
from kartoteka.platform.services.organisation import change_organisation
from kartoteka.platform.services.people import change_settings, create_user, guests_among, guests_who_are
from kartoteka.platform.services.pictures import keep as keep_picture
from kartoteka.platform.services.plugins import bearing, give_samples, settings_of
from kartoteka.platform.services.plugins import change as change_plugin
from kartoteka.platform.services.private_links import (
    holder_of_link,
    make_private_link,
    private_link_since,
    revoke_private_link,
)
from kartoteka.platform.services.ready_made import lay_beside
from kartoteka.platform.services.records import (
    KEEP,
    Bearer,
    Link,
    Page,
    Query,
    Record,
    batch,
    begin_batch,
    browse,
    change,
    count,
    create,
    fetch,
    lying_on,
    picker,
    related,
    remove,
    restore,
    summary,
)
from kartoteka.platform.services.tallies import Spans, Tally, tally
from kartoteka.platform.services.telling import mentioned, said_mentioned, tell_people, tells, writer
from kartoteka.platform.services.verbs import Verbs
from kartoteka.platform.services.work import Work
from kartoteka.platform.web import forms
from kartoteka.platform.web.answers import by_script, go
from kartoteka.platform.web.attaching import Dialogs, ThingForm, Wording, details_of
from kartoteka.platform.web.bearers import bearer_named, chosen_of, place_of
from kartoteka.platform.web.bulk import Picked, picked
from kartoteka.platform.web.clauses import condition_added
from kartoteka.platform.web.entrance import come as come_in
from kartoteka.platform.web.fields import (
    NOTHING_TYPED,
    FieldView,
    LinkView,
    Unreadable,
    colour_class,
    raw_value,
    shown_field,
)
from kartoteka.platform.web.fields import parsed as read_typed
from kartoteka.platform.web.forms import parts_filled
from kartoteka.platform.web.picking import Picker
from kartoteka.platform.web.plugged import (
    Adding,
    FieldMark,
    FormAid,
    Intake,
    ListDeed,
    ListLink,
    Lying,
    NavEntry,
    Pages,
    Parcel,
    Tab,
    below,
    intake_of,
    shown_outside,
)
from kartoteka.platform.web.records import belongs
from kartoteka.platform.web.sentences import sentence as filter_sentence
from kartoteka.platform.web.shell import render, render_for_guest, render_outside, tell
from kartoteka.platform.web.tiles import TileKind, add_kind
from kartoteka.platform.web.tiles.placing import place_tile

__all__ = [
    "EDIT",
    "FILE",
    "KEEP",
    "LANGUAGES",
    "NOTHING_TYPED",
    "N_",
    "Adding",
    "AfterImport",
    "Arrived",
    "Attached",
    "AttachedResource",
    "Bearer",
    "Chunk",
    "Conflict",
    "Contribution",
    "Course",
    "Delivery",
    "Described",
    "DesignChanged",
    "Dialogs",
    "Document",
    "Duty",
    "Event",
    "FieldMark",
    "FieldView",
    "Fit",
    "Forbidden",
    "FormAid",
    "Guise",
    "Happening",
    "Identity",
    "Intake",
    "Invalid",
    "Job",
    "KartotekaError",
    "Lately",
    "Letter",
    "Link",
    "LinkView",
    "ListDeed",
    "ListLink",
    "ListQuery",
    "Locale",
    "Lying",
    "Misconfigured",
    "Moment",
    "MovingVault",
    "NavEntry",
    "NotFound",
    "Noticed",
    "Office",
    "OwnRegistry",
    "Page",
    "Pages",
    "Parcel",
    "PeopleTold",
    "Picked",
    "Picker",
    "Plugin",
    "Query",
    "Reaction",
    "Record",
    "RecordsChanged",
    "RecordsMerged",
    "RecordsParted",
    "Registry",
    "Resource",
    "Role",
    "Shape",
    "Signal",
    "Spans",
    "StaleVersion",
    "State",
    "Step",
    "Tab",
    "Tally",
    "Task",
    "ThingForm",
    "Tile",
    "TileKind",
    "Told",
    "TooLarge",
    "TooMany",
    "Unauthenticated",
    "Unavailable",
    "Undelivered",
    "Unreadable",
    "Vault",
    "Verbs",
    "Wording",
    "Work",
    "Writing",
    "_",
    "absent_on",
    "acted_for",
    "acts_for_all",
    "add_kind",
    "answer",
    "answer_text",
    "asking",
    "batch",
    "bearer_named",
    "bearer_of",
    "bearing",
    "begin",
    "begin_batch",
    "belongs",
    "below",
    "browse",
    "by_script",
    "came_by",
    "cancel_job",
    "change",
    "change_organisation",
    "change_plugin",
    "change_settings",
    "chosen_of",
    "colour_class",
    "come_in",
    "condition_added",
    "count",
    "courses_of",
    "create",
    "create_category",
    "create_field",
    "create_registry",
    "create_role",
    "create_section",
    "create_user",
    "date_text",
    "dated",
    "details_of",
    "door",
    "expected_version",
    "exports",
    "fetch",
    "fetch_job",
    "files_of",
    "filter_sentence",
    "folded",
    "forms",
    "give_samples",
    "go",
    "guests",
    "guests_among",
    "guests_who_are",
    "history",
    "holder_of_link",
    "holders",
    "holders_of",
    "in_use",
    "intake_of",
    "job_kind",
    "keep_picture",
    "known_names",
    "label",
    "label_one",
    "lay_beside",
    "leave",
    "letter",
    "looking",
    "lying_on",
    "make_private_link",
    "markdown",
    "may_name",
    "mentioned",
    "move_to_rooms",
    "names_of",
    "names_of_people",
    "needs",
    "new_key",
    "note_record",
    "nothing",
    "number_text",
    "office",
    "open_office",
    "own",
    "own_metadata",
    "page_of",
    "part",
    "parts_filled",
    "people_to_write_to",
    "people_verbs",
    "picked",
    "picker",
    "place_of",
    "place_tile",
    "plural",
    "private_link_since",
    "public",
    "put_on",
    "put_steps_away_for_all",
    "query_of",
    "raw_value",
    "read_typed",
    "readable_fields",
    "refusing",
    "related",
    "remove",
    "render",
    "render_for_guest",
    "render_outside",
    "renew_session",
    "renewed_by",
    "restore",
    "revoke_private_link",
    "role_known",
    "said_mentioned",
    "second_factor",
    "sees_field",
    "sees_section",
    "send_letter",
    "set_grant",
    "settings_of",
    "shown_field",
    "shown_outside",
    "shown_record",
    "signals_of",
    "signed_in",
    "signing",
    "speak",
    "start_job",
    "states_of",
    "substitute_of",
    "summary",
    "table_of",
    "take_turn",
    "tally",
    "tell",
    "tell_people",
    "tells",
    "text_of",
    "titles_of",
    "unmoved",
    "wire_of",
    "write_mail",
    "writer",
]  # fmt: skip

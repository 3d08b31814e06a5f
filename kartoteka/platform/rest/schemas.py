"""The documents of the API, described for the readers of OpenAPI. The verbs check what comes in; these do not."""

from functools import cache

import marshmallow as ma
from marshmallow import fields as f

from kartoteka.platform.catalog.definitions import KINDS_OF_ROLES, POWERS, RIGHTS
from kartoteka.platform.rest.reading import Described

KEY = {
    "pattern": "^[a-z][a-z0-9_]{0,39}$",
    "description": "Made from the name when not given; never changes.",
}
ANY: dict[str, object] = {"description": "Any JSON value."}
FILTER = {"description": 'Such as {"field": "turnover", "op": "gte", "value": "1000"}.'}


def _said(description: str) -> dict[str, object]:
    return {"description": description}


@cache
def page_of(schema: type[ma.Schema]) -> type[ma.Schema]:
    """This function will describe a list of documents and the cursor of what follows."""
    attributes = {
        "__doc__": "A list.",
        "items": f.List(f.Nested(schema)),
        "next": f.Str(allow_none=True, metadata=_said("The cursor of the next page.")),
    }
    return type(f"{schema.__name__}List", (Described,), attributes)


class Problem(Described):
    """What went wrong (RFC 9457)."""

    type = f.Str()
    title = f.Str()
    status = f.Int()
    detail = f.Str(metadata=_said("A sentence for people."))
    errors = f.Dict(
        keys=f.Str(), values=f.List(f.Str()), metadata=_said("Sentences by the name of what is wrong.")
    )
    instance = f.Str(metadata=_said("The number of an unforeseen failure in the log."))


class Category(Described):
    """A kind of records within a registry."""

    key = f.Str(metadata=KEY)
    name = f.Str()
    colour = f.Str()
    icon = f.Str()
    active = f.Bool()
    names = f.Dict(keys=f.Str(), values=f.Str(), metadata=_said("The name in other languages."))


class When(Described):
    """Conditional rules, each a filter over the record itself; null or left out: there is none."""

    visible = f.Dict(allow_none=True, metadata=_said("Shown only on records that fit."))
    required = f.Dict(
        allow_none=True, metadata=_said("Must be filled in on records that fit; not of a section.")
    )
    readonly = f.Dict(allow_none=True, metadata=_said("Cannot be changed on records that fit."))


class Field(Described):
    """One detail of a record."""

    key = f.Str(metadata=KEY)
    name = f.Str()
    type = f.Str(metadata=_said("The field type, such as text, money or relation."))
    options = f.Dict(keys=f.Str(), metadata=_said("What the field type takes."))
    required = f.Bool()
    unique = f.Bool()
    active = f.Bool()
    help = f.Str()
    helps = f.Dict(keys=f.Str(), values=f.Str(), metadata=_said("The hint in other languages."))
    categories = f.List(f.Str(), metadata=_said("Only records of these categories have it; empty means all."))
    default = f.Raw(allow_none=True, metadata=ANY)
    names = f.Dict(keys=f.Str(), values=f.Str())
    access = f.Str(dump_only=True, metadata=_said("read or edit; only for those who do not design."))
    when = f.Nested(
        When, allow_none=True, metadata=_said("Conditional rules; given, they take the place of all before.")
    )


class FieldPlaced(Field):
    """A field with the section that it stands in."""

    section = f.Str()
    position = f.Int(load_only=True, metadata=_said("The place among the fields of its section, from 0."))


class FieldChange(FieldPlaced):
    """What is to be changed about a field."""

    accept_loss = f.Bool(
        load_only=True, metadata=_said("Change the type though some values will not convert.")
    )


class SectionAlone(Described):
    """A collapsible group of fields, and the unit of access."""

    key = f.Str(metadata=KEY)
    name = f.Str()
    active = f.Bool()
    collapsed = f.Bool()
    help = f.Str()
    helps = f.Dict(keys=f.Str(), values=f.Str(), metadata=_said("The hint in other languages."))
    categories = f.List(f.Str())
    names = f.Dict(keys=f.Str(), values=f.Str())
    when = f.Nested(When, allow_none=True)
    access = f.Str(dump_only=True, metadata=_said("read or edit; only for those who do not design."))


class Section(SectionAlone):
    """A section with its fields."""

    fields_ = f.List(f.Nested(Field), data_key="fields")
    position = f.Int(load_only=True, metadata=_said("The place among the sections, from 0."))


class Registry(Described):
    """What the firm keeps records of. A whole nested definition, or a template and what differs from it."""

    key = f.Str(metadata=KEY)
    name = f.Str()
    name_one = f.Str()
    icon = f.Str()
    colour = f.Str()
    help = f.Str()
    helps = f.Dict(keys=f.Str(), values=f.Str(), metadata=_said("The hint in other languages."))
    title = f.Str(metadata=_said("How records are called, such as {name}."))
    active = f.Bool()
    columns = f.List(f.Str(), metadata=_said("The columns that a list begins with."))
    categories = f.List(f.Nested(Category))
    sections = f.List(f.Nested(Section))
    names = f.Dict(keys=f.Str(), values=f.Str())
    names_one = f.Dict(keys=f.Str(), values=f.Str())
    template = f.Str(load_only=True, metadata=_said("The key of a ready-made registry to begin with."))
    along = f.Bool(
        load_only=True,
        allow_none=True,
        metadata=_said(
            "With a template: bring along the registries that it leads to (true), or leave those relations out (false)."
        ),
    )
    samples = f.Bool(
        load_only=True,
        metadata=_said("With a template: put in sample records, as one batch that can be undone."),
    )
    rights = f.List(
        f.Str(), dump_only=True, metadata=_said("What the reader may do; only if he does not design.")
    )


class Grant(Described):
    """What one role may do in one registry."""

    rights = f.List(f.Str(validate=ma.validate.OneOf(RIGHTS)))
    rows = f.Dict(allow_none=True, metadata={"description": "A filter; null means every row."})
    sections = f.Dict(keys=f.Str(), values=f.Str(validate=ma.validate.OneOf(("read", "edit"))))
    fields = f.Dict(  # type: ignore[assignment]  # Marshmallow takes it out of the class
        keys=f.Str(),
        values=f.Str(validate=ma.validate.OneOf(("hidden", "read"))),
        metadata=_said("Single fields that are stricter than their section: hidden, or only to be read."),
    )


class Role(Described):
    """A named set of grants and powers."""

    key = f.Str(metadata=KEY)
    name = f.Str()
    powers = f.List(f.Str(validate=ma.validate.OneOf(POWERS)))
    names = f.Dict(keys=f.Str(), values=f.Str())
    kind = f.Str(
        validate=ma.validate.OneOf(KINDS_OF_ROLES),
        metadata=_said("For staff, or for people from outside who come no further than the portal."),
    )
    holds = f.Dict(
        allow_none=True,
        metadata=_said("A role of the portal holds while the record that its holder is fits this filter."),
    )
    grants = f.Dict(keys=f.Str(), values=f.Nested(Grant), metadata=_said("By the key of the registry."))


class Link(Described):
    """A record or a person pointed at."""

    id = f.Int()
    title = f.Str()


class Person(Described):
    """Somebody who did something."""

    id = f.Int()
    name = f.Str()


class RecordIn(Described):
    """Values by field key. Fields not named stay as they are; null empties one."""

    category = f.Str(allow_none=True)
    values = f.Dict(keys=f.Str(), values=f.Raw(allow_none=True))


class Record(Described):
    """A record as its reader sees it."""

    id = f.Int()
    version = f.Int()
    title = f.Str()
    category = f.Str(allow_none=True)
    values = f.Dict(keys=f.Str(), values=f.Raw(allow_none=True))
    created_at = f.Str()
    created_by = f.Nested(Person)
    updated_at = f.Str()
    updated_by = f.Nested(Person)
    removed_at = f.Str(metadata=_said("Only of a record in the recycle bin."))
    warnings = f.Dict(keys=f.Str(), values=f.List(f.Str()), metadata=_said("Accepted, but it looks wrong."))


class RecordPage(Described):
    """A page of records."""

    items = f.List(f.Nested(Record))
    next = f.Str(allow_none=True, metadata=_said("The cursor of the next page."))
    count = f.Int(metadata=_said("Only when asked for."))


class Plugin(Described):
    """A feature that can be switched on and off. Settings not named stay as they are; secrets are never told."""

    key = f.Str()
    name = f.Str()
    summary = f.Str()
    icon = f.Str()
    version = f.Str()
    active = f.Bool()
    registries = f.List(
        f.Str(), allow_none=True, metadata=_said("Where it is active; null means everywhere.")
    )
    settings = f.Dict(keys=f.Str(), values=f.Raw(allow_none=True))
    has_tab = f.Bool(metadata=_said("Whether records have a tab of it, a section in grants."))
    missing = f.Str(metadata=_said("Why it cannot be used, although its data may be there."))


class Bearer(Described):
    """The record that something is attached to."""

    registry = f.Str()
    id = f.Int()
    title = f.Str()


class Attached(Described):
    """Something that a plugin attaches to records; fields that the firm has added lie under `values`."""

    id = f.Int()
    version = f.Int()
    on = f.Nested(Bearer, allow_none=True)
    values = f.Dict(keys=f.Str(), values=f.Raw(allow_none=True))
    created_at = f.Str()
    created_by = f.Nested(Person)
    updated_at = f.Str()
    updated_by = f.Nested(Person)


class RecordNew(RecordIn):
    """A new record; one of a plugin's registry may lie on a record of another."""

    on = f.Nested(Bearer, allow_none=True)


class BatchUpdate(RecordIn):
    """A change of one record in a batch."""

    id = f.Int()
    version = f.Int(metadata=_said("The version that the change is based on."))
    on = f.Nested(Bearer, allow_none=True)


class BatchIn(Described):
    """Records to create, change and remove, all or nothing."""

    create = f.List(f.Nested(RecordNew))
    update = f.List(f.Nested(BatchUpdate))
    delete = f.List(f.Int())


class BatchOut(Described):
    """What a batch did; its id undoes it."""

    batch = f.Int()
    created = f.List(f.Nested(Record))
    updated = f.List(f.Nested(Record))
    deleted = f.List(f.Int())


class MergeIn(Described):
    """Which records become part of this one, and what it is to be afterwards.

    Fields that are not named keep its value; empty ones are filled from the others, several values are united.
    """

    merge = f.List(f.Int(), metadata=_said("One to four other records of the registry."))
    values = f.Dict(keys=f.Str(), values=f.Raw(allow_none=True))
    category = f.Str(allow_none=True)
    version = f.Int(metadata=_said("The version that the choice is based on; If-Match says the same."))
    versions = f.Dict(
        keys=f.Str(), values=f.Int(), metadata=_said("The same of the other records, by their ids.")
    )


class MergeOut(Described):
    """The record that stayed, and the batch that takes everything back."""

    batch = f.Int()
    record = f.Nested(Record)


class Restoration(Described):
    """Nothing to take a record out of the recycle bin, a version to put it back to that."""

    version = f.Int()
    fields_ = f.List(f.Str(), data_key="fields", metadata=_said("Only these fields of the version."))


class Change(Described):
    """One field before and after."""

    field = f.Str()
    old = f.Raw(allow_none=True)
    new = f.Raw(allow_none=True)


class Entry(Described):
    """One version of a record: who did what when, through which channel."""

    version = f.Int()
    at = f.Str()
    by = f.Nested(Person)
    via = f.Str()
    action = f.Str()
    batch = f.Int(allow_none=True)
    changes = f.List(f.Nested(Change))


class Related(Described):
    """Records that point at a record through one relation field."""

    registry = f.Str()
    registry_name = f.Str()
    field = f.Str()
    field_name = f.Str()
    items = f.List(f.Nested(Link))
    more = f.Bool(metadata=_said("There are more than these; list them by a filter."))


class Group(Described):
    """One bucket of a summary."""

    key = f.Raw(allow_none=True)
    text = f.Str()
    count = f.Int()
    value = f.Raw(allow_none=True)


class Hit(Described):
    """A record found by the global search."""

    registry = f.Str()
    id = f.Int()
    title = f.Str()
    section = f.Str(allow_none=True)
    snippet = f.Str()
    matches = f.List(f.Str(), metadata=_said("The parts of the snippet that match."))


class Job(Described):
    """Long work and how far it is."""

    id = f.Int()
    kind = f.Str()
    state = f.Str(validate=ma.validate.OneOf(("queued", "running", "done", "failed", "cancelled")))
    done = f.Int()
    total = f.Int()
    result = f.Raw(allow_none=True)
    error = f.Str(allow_none=True)
    created_at = f.Str()
    started_at = f.Str(allow_none=True)
    finished_at = f.Str(allow_none=True)


class LeftAlone(Described):
    """A record that somebody has changed since."""

    registry = f.Str()
    id = f.Int()
    title = f.Str()


class Undone(Described):
    """What was taken back, and what was left because somebody changed it since."""

    batch = f.Int()
    undone = f.Int()
    changed_since = f.List(f.Nested(LeftAlone))


class Identity(Described):
    """The record that a portal user is."""

    registry = f.Str()
    id = f.Int()


class User(Described):
    """Somebody who may sign in."""

    id = f.Int(dump_only=True)
    email = f.Str()
    name = f.Str()
    roles = f.List(f.Str())
    identity = f.Nested(Identity, allow_none=True)
    active = f.Bool()
    password = f.Str(load_only=True)
    language = f.Str()
    timezone = f.Str()
    theme = f.Str()
    created_at = f.Str(dump_only=True)
    invited = f.Bool(dump_only=True, metadata=_said("Invited, and has not come yet."))


class Absence(Described):
    """Days on which somebody is away, the first and the last included, and who stands in for him."""

    id = f.Int(dump_only=True)
    user = f.Raw(
        metadata=_said("In: the id of the person, yourself when it is not given. Out: id and title.")
    )
    begins = f.Str(metadata=_said("The first day."))
    ends = f.Str(metadata=_said("The last day."))
    substitute = f.Raw(
        allow_none=True, metadata=_said("In: the id of a colleague or null. Out: id and title.")
    )
    note = f.Str()
    warnings = f.List(
        f.Str(), dump_only=True, metadata=_said("What is odd, such as a substitute who is away too.")
    )


class AbsenceQuery(Described):
    """Which absences to list."""

    user = f.Int(metadata=_said("Only those of one person."))
    past = f.Bool(metadata=_said("Also those that are over."))


class Settings(Described):
    """What is everybody's own affair."""

    name = f.Str()
    language = f.Str()
    timezone = f.Str()
    theme = f.Str()


class Me(User):
    """The one who asks."""

    powers = f.List(f.Str(), dump_only=True)


class Token(Described):
    """A key for the API. The key itself is told once, when it is made."""

    id = f.Int(dump_only=True)
    name = f.Str()
    token = f.Str(dump_only=True)
    created_at = f.Str(dump_only=True)
    used_at = f.Str(allow_none=True, dump_only=True)


class ListQuery(Described):
    """Which records, in which order, how many."""

    filter = f.Str(metadata={"description": f"JSON. {FILTER['description']}"})
    q = f.Str(metadata=_said("Words that the records contain, or begin with."))
    sort = f.Str(metadata=_said("Keys of fields, a minus before one for descending: -turnover,name."))
    fields_ = f.Str(data_key="fields", metadata=_said("Keys of the fields to give, separated by commas."))
    page_size = f.Int(metadata={"minimum": 1, "maximum": 500, "default": 50})
    cursor = f.Str(metadata=_said("The “next” of the page before."))
    count = f.Int(metadata={"enum": [0, 1], "description": "1 to count all records of the list."})
    removed = f.Int(metadata={"enum": [0, 1], "description": "1 for the recycle bin."})


class SummaryQuery(Described):
    """How to group and what to measure."""

    group_by = f.Str()
    measure = f.Str(metadata=_said("count, or sum, avg, min or max of a number field: sum:turnover."))
    filter = f.Str(metadata=FILTER)
    q = f.Str()


class ExportQuery(Described):
    """Which records and fields, and as what."""

    format = f.Str(validate=ma.validate.OneOf(("xlsx", "csv")))
    filter = f.Str(metadata=FILTER)
    q = f.Str()
    sort = f.Str()
    fields_ = f.Str(data_key="fields")


class HistoryQuery(Described):
    """Which part of the history."""

    limit = f.Int(metadata={"minimum": 1, "maximum": 500, "default": 100})
    before = f.Int(metadata=_said("The last version of the page before."))


class RecordQuery(Described):
    """Which state of the record."""

    as_of = f.Str(metadata=_said("A day or a moment: the record as it was then."))
    removed = f.Int(metadata={"enum": [0, 1], "description": "1 to look into the recycle bin."})


class SearchQuery(Described):
    """What to look for, and where."""

    q = f.Str()
    registry = f.Str()
    limit = f.Int(metadata={"minimum": 1, "maximum": 100, "default": 20})


class Organisation(Described):
    """What the firm has settled about itself."""

    name = f.Str()
    accent = f.Str(
        metadata=_said("The colour of buttons and links, such as #1d54b0; empty is the usual one.")
    )
    logo = f.Str(metadata=_said("Out as the hash of the picture; in as base64, or empty to take it away."))
    sign_in_picture = f.Str(metadata=_said("As the logo."))
    sign_in_text = f.Str(metadata=_said("Markdown for the sign-in page, which everybody can read."))
    welcome = f.Str(metadata=_said("Markdown for the home page."))


class DryRun(Described):
    """Whether a change of the design is meant or only thought of."""

    dry_run = f.Str(metadata=_said("1: tell what would be done, and do nothing."))


class DesignHistoryQuery(Described):
    """Where to go on in the history of the design."""

    before = f.Int(metadata=_said("Changes below this version."))
    page_size = f.Int(metadata=_said("At most so many, up to 200; 50 unless told."))


class DesignStep(Described):
    """One thing that a change of the design does."""

    action = f.Str()
    registry = f.Str(allow_none=True)
    part = f.Str(metadata=_said("`field`, `section`, `category`, `registry`, `role` or `plugin`."))
    subject = f.Str(allow_none=True, metadata=_said("The key of the part."))
    sentence = f.Str(metadata=_said("The step in the language of the caller."))


class DesignEntry(Described):
    """One change of the design."""

    version = f.Int(metadata=_said("The version of the design that the change made."))
    at = f.Str()
    by = f.Nested(Person)
    via = f.Str()
    steps = f.List(f.Nested(DesignStep))


class DesignDocument(Described):
    """A whole design, as `kartoteka design export` writes it."""

    kartoteka = f.Int()
    registries = f.List(f.Nested(Registry))
    roles = f.List(f.Nested(Role))


class Against(Described):
    """Stored values that stand against a change."""

    place = f.Str(metadata=_said("Such as `companies.city`."))
    count = f.Int()
    examples = f.List(f.Str())
    sentence = f.Str()
    acceptable = f.Bool(metadata=_said("With `accept_loss` it is done all the same; these are left empty."))


class Touched(Described):
    """Records or people that a change touches."""

    place = f.Str()
    count = f.Int()
    sentence = f.Str()


class UseOfDesign(Described):
    """Something that relies on what a change takes away or makes another thing."""

    place = f.Str()
    kind = f.Str(
        metadata=_said("`title`, `column`, `row_rule`, `grant`, `rule`, `relation` or what a plugin says.")
    )
    sentence = f.Str()


class Impact(Described):
    """What a change of the design would do."""

    asks = f.Bool(metadata=_said("Whether it touches anything that exists."))
    steps = f.List(f.Nested(DesignStep))
    against = f.List(f.Nested(Against))
    touched = f.List(f.Nested(Touched))
    uses = f.List(f.Nested(UseOfDesign))


class WayBack(Impact):
    """What going back does, or would do."""

    version = f.Int(metadata=_said("The version of the design in force now."))
    left = f.List(
        f.Str(), metadata=_said("Demands that stay off, since values entered since do not meet them.")
    )


class GoingBack(Described):
    """How to go back."""

    accept_loss = f.Bool(
        metadata=_said("Leave values empty that cannot be converted back; their column keeps them.")
    )

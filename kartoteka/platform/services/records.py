"""Verbs on records: create, fetch, browse, count, change, remove, restore, batch, summary, related, picker."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import marshmallow as ma
from sqlalchemy import ColumnElement, FromClause, false, func, insert, select, true

from kartoteka.field_types.capabilities import Cautious
from kartoteka.field_types.field_type import Operator
from kartoteka.platform.access.conduct import Conduct, Known
from kartoteka.platform.access.gate import KEEP, Judged, NewRow, OpenRegistry, SeenRow, Selection
from kartoteka.platform.access.seen import LINKS
from kartoteka.platform.catalog.conditions import EMPTY, VISIBLE, suits
from kartoteka.platform.catalog.definitions import EDIT, READ, Field, Registry
from kartoteka.platform.catalog.filters import Comparison as _Comparison
from kartoteka.platform.catalog.filters import Condition, parse
from kartoteka.platform.kernel.errors import Forbidden, Invalid, NotFound
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.work import Work
from kartoteka.platform.storage.models import BatchRow

MAX_PAGE = 500
MAX_BATCH = 1000
NUMERIC = frozenset({"integer", "decimal", "money", "percent"})


@dataclass(frozen=True, slots=True)
class Link:
    """A record or a person pointed at: id and title as the reader may see it."""

    id: int
    title: str


@dataclass(frozen=True, slots=True)
class Bearer:
    """The record that another is attached to, as far as the reader may see it."""

    registry: str
    id: int
    title: str = ""
    # Where a new thing is to lie on it: the id of a section or field, in registries that know of such rooms.
    room: int | None = None


@dataclass(frozen=True)
class Record:
    """A record as its reader sees it: what he may not see is not there."""

    registry: str
    id: int
    version: int
    title: str
    category: str | None
    values: Mapping[str, Any]
    created_at: datetime
    created_by: Link
    updated_at: datetime
    updated_by: Link
    removed_at: datetime | None = None
    editable: frozenset[str] = frozenset()
    may: frozenset[str] = frozenset()
    warnings: Mapping[str, Sequence[str]] = field(default_factory=dict)
    on: "Bearer | None" = None
    # The plugins whose tabs the reader sees here, and whether he may change what lies there.
    tabs: Mapping[str, str] = field(default_factory=dict)
    # Fields that the reader may not write here although he may write their section.
    fixed: frozenset[str] = frozenset()
    # Fields that conditional rules ask about and that are hidden from the reader here.
    unseen: frozenset[str] = frozenset()

    def writes(self, each: Field) -> bool:
        """This function will tell whether the reader may write a field of this record."""
        return each.section in self.editable and each.key not in self.fixed


@dataclass(frozen=True)
class Query:
    """What to browse: a filter document, words, an order, fields, and how many at once."""

    filter: Any = None
    q: str = ""
    sort: str = ""
    fields: tuple[str, ...] | None = None
    page_size: int = 50
    cursor: str | None = None
    count: bool = False
    removed: bool = False
    # Rows must be reached by this right too, as an export's must.
    right: str = "view"

    def selection(self) -> Selection:
        """This function will check the parts that need no registry and hand them to the gate."""
        if not 1 <= self.page_size <= MAX_PAGE:
            raise Invalid({"page_size": [_("A page has 1 to {max} records.", max=MAX_PAGE)]})
        condition = parse(self.filter) if self.filter is not None else None
        return Selection(condition, self.q, self.sort, self.fields, self.page_size, self.cursor, self.removed,
                         self.right)  # fmt: skip


@dataclass(frozen=True)
class Page:
    """Some records, the cursor of the next page (None at the end), and the count if it was asked for."""

    items: list[Record]
    next: str | None
    count: int | None = None


@dataclass(frozen=True)
class BatchResult:
    """What a batch did; its id undoes it."""

    batch: int
    created: list[Record]
    updated: list[Record]
    deleted: list[int]


@dataclass(frozen=True)
class Group:
    """One bucket of a summary."""

    key: Any
    text: str
    count: int
    value: Any = None


@dataclass(frozen=True)
class Related:
    """Records that point at a record through one relation field."""

    registry: Registry
    field: Field
    items: list[Link]
    more: bool


def create(
    work: Work,
    registry: str,
    values: Mapping[str, Any],
    *,
    category: str | None = None,
    on: Bearer | None = None,
) -> Record:
    """This function will make a record; `on` attaches it to a record of another registry.

    :raises Invalid: with a sentence for every field that does not exist for the actor, is wrong or is missing.
    :raises NotFound: when what it should be attached to is not there for the actor, or bears no such things.
    """
    opened = work.open(registry)
    parsed = _parsed(opened, values)
    bearer = _bearer(work, opened, on) if on is not None else None
    complete, room = _completed(opened, parsed, category), on.room if on is not None else None
    new = NewRow(complete, _category(opened, category), frozenset(parsed), bearer, room)
    (record,) = opened.insert([new])
    return _with_warnings(fetch(work, registry, record), _cautions(opened, parsed))


def _bearer(work: Work, opened: OpenRegistry, on: Bearer) -> tuple[int, int]:
    """Whoever sees a record and its tab but may not change it is told so; for others there is nothing there."""
    bearer, plugin = work.open(on.registry), opened.registry.plugin
    if not opened.registry.attached or not bearer.bears(record_id(on.id), plugin, READ):
        raise NotFound(_("There is no record {id}.", id=str(on.id)[:40]))
    if not bearer.bears(on.id, plugin, EDIT):
        raise Forbidden(_("You may not add anything here."))
    return bearer.registry.id, on.id


def fetch(work: Work, registry: str, record: int, *, removed: bool = False) -> Record:
    """This function will fetch one record."""
    opened = work.open(registry)
    return _records(work, opened, [opened.one(record_id(record), removed=removed)])[0]


def browse(work: Work, registry: str, query: Query, *, flags: bool = False) -> Page:
    """This function will give a page of records in the order asked for."""
    opened = work.open(registry)
    selection = query.selection()
    rows, following = opened.page(selection, flags=flags)
    total = opened.count(selection) if query.count else None
    return Page(_records(work, opened, rows), following, total)


def count(work: Work, registry: str, query: Query) -> int:
    """This function will count the records of a query."""
    return work.open(registry).count(query.selection())


def change(
    work: Work,
    registry: str,
    record: int,
    values: Mapping[str, Any],
    *,
    category: Any = KEEP,
    version: int | None = None,
    judged: Judged = Judged.CHANGE,
    on: Any = KEEP,
) -> Record:
    """This function will change fields of a record; fields not named stay as they are.

    `on` moves what lies on a record: to another `Bearer` to which the actor may add such things, or to none (None).

    :raises StaleVersion: when `version` is given and somebody has changed the record since.
    """
    opened = work.open(registry)
    parsed = _parsed(opened, values)
    _check_required(opened, parsed)
    wanted = category if category is KEEP else _category(opened, category)
    place = _new_place(work, opened, on)
    opened.change(record_id(record), parsed, category=wanted, version=version, judged=judged, on=place)
    return _with_warnings(fetch(work, registry, record), _cautions(opened, parsed))


def conducts(work: Work, record: Record) -> dict[str, Conduct]:
    """This function will tell of every field of a record how the rules of its registry treat it."""
    opened, known = work.open(record.registry), known_of(record)
    return {each.key: opened.rules.conduct(each, known, known) for each in opened.fields}


def known_of(record: Record) -> Known:
    """This function will give a record as rules judge it."""
    values = {key: _bare(value) for key, value in record.values.items()}
    return Known(values, record.category, record.unseen)


def _bare(value: Any) -> Any:
    linked = isinstance(value, list) and all(isinstance(each, Link) for each in value)
    return tuple(each.id for each in value) if linked else value


def remove(work: Work, registry: str, record: int, *, version: int | None = None) -> None:
    """This function will put a record into the recycle bin."""
    work.open(registry).remove(record_id(record), version)


def restore(work: Work, registry: str, record: int) -> Record:
    """This function will take a record out of the recycle bin."""
    work.open(registry).restore(record_id(record))
    return fetch(work, registry, record)


def batch(
    work: Work, registry: str, *, create: Sequence[Mapping[str, Any]] = (), update: Sequence[Mapping[str, Any]] = (),
    delete: Sequence[Any] = (),
) -> BatchResult:  # fmt: skip
    """This function will create, change and remove records together, all or nothing; the batch can be undone.

    :raises Invalid: with keys such as `create.3.name` that tell which entry is wrong.
    """
    if len(create) + len(update) + len(delete) > MAX_BATCH:
        raise Invalid(
            {"batch": [_("A batch has {max} records at most; import a larger number.", max=MAX_BATCH)]}
        )
    begin_batch(work, "batch", registry)
    opened = work.open(registry)
    with _Entries() as entries:
        rows = [entries.each(f"create.{n}", _new_row, work, opened, body) for n, body in enumerate(create)]
        made = entries.each("create", opened.insert, rows) if rows and not entries.errors else []
        for n, body in enumerate(update):
            entries.each(f"update.{n}", _update_one, work, opened, body)
        for n, body in enumerate(delete):
            identifier, version = _identified(body)
            entries.each(f"delete.{n}", opened.remove, identifier, version)
    updated = [_identified(body)[0] for body in update]
    found = opened.rows_by_id([*made, *updated])
    shown = {each.id: each for each in _records(work, opened, list(found.values()))}
    assert work.batch is not None
    return BatchResult(
        work.batch, [shown[each] for each in made], [shown[each] for each in updated if each in shown],
        [_identified(body)[0] for body in delete],
    )  # fmt: skip


def begin_batch(work: Work, kind: str, registry: str, note: str = "") -> int:
    """This function will begin a batch: what the work does from now on can be undone together."""
    row = {
        "at": work.now,
        "by_id": work.actor.user_id,
        "via": work.via,
        "kind": kind,
        "registry_key": registry,
        "note": note,
    }
    work.batch = work.session.execute(insert(BatchRow).returning(BatchRow.id), row).scalar_one()
    return work.batch


def summary(
    work: Work, registry: str, *, group_by: str | None = None, measure: str = "count", query: Query = Query()
) -> list[Group]:
    """This function will count, or sum up a number field, by the values of a field.

    `measure` is `count` or `sum:field`, `avg:field`, `min:field`, `max:field`.
    """
    opened = work.open(registry)
    function, measured = _measure(opened, measure)
    grouped = group_field(opened, group_by)
    columns: list[ColumnElement[Any]] = [func.count().label("_count")]
    if measured is not None:
        columns += [func.sum(opened.seen.column(measured)), func.min(opened.seen.column(measured)),
                    func.max(opened.seen.column(measured)), func.count(opened.seen.column(measured))]  # fmt: skip
    expression, join = _group_expression(opened, grouped, group_by)
    rows = opened.groups(expression, columns, query.selection(), join)
    if group_by is None:
        return [Group(None, "", total, _measured(function, values)) for total, *values in map(tuple, rows)]
    texts = group_texts(work, opened, grouped, [row[0] for row in rows])
    return [
        Group(key, texts.get(row[0], ""), row[1], _measured(function, list(row)[2:]))
        for row in rows
        for key in [group_key(row[0])]
    ]


def related(work: Work, registry: str, record: int, *, limit: int = 20) -> list[Related]:
    """This function will find the records that point at a record, field by field, as far as the actor may see them."""
    opened = work.open(registry)
    opened.one(record_id(record))
    found = []
    for other, each in work.catalog.relations_to.get(registry, ()):
        try:
            pointing = work.open(other.key)
        except NotFound:
            continue
        if pointing.seen.field(each.key) is None:
            continue
        condition = _Comparison((each.key,), Operator.EQ, record)
        rows, more = pointing.page(Selection(condition, sort="title", fields=(), size=limit))
        found.append(
            Related(other, each, [Link(row.id, row.title or f"#{row.id}") for row in rows], more is not None)
        )
    return found


def picker(work: Work, registry: str, q: str = "", *, limit: int = 20) -> list[Link]:
    """This function will offer records to choose from, by words or a part of the title."""
    opened = work.open(registry)
    part: Condition | None = _Comparison(("title",), Operator.CONTAINS, q) if q.strip() else None
    rows, _more = opened.page(Selection(part, sort="title", fields=(), size=limit))
    return [Link(row.id, row.title or f"#{row.id}") for row in rows]


def _parsed(opened: OpenRegistry, values: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(values, Mapping):
        raise Invalid({"values": [_("Values are an object with field keys.")]})
    parsed: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for key, raw in values.items():
        each = opened.seen.field(str(key))
        if each is None:
            errors[str(key)[:80]] = [_("There is no field “{name}”.", name=str(key)[:80])]
            continue
        try:
            parsed[each.key] = opened.kind(each).schema.deserialize(raw)
        except ma.ValidationError as error:
            errors[each.key] = (
                [str(text) for text in error.messages] if isinstance(error.messages, list) else [str(error)]
            )
        if parsed.get(each.key) in (None, ()) and opened.kind(each).numbering:
            parsed.pop(each.key, None)
    if errors:
        raise Invalid(errors)
    return parsed


def _completed(opened: OpenRegistry, parsed: Mapping[str, Any], category: Any) -> dict[str, Any]:
    """Values with defaults where nothing was said; required fields must be filled by whoever may fill them."""
    complete = dict(parsed)
    rules = opened.rules
    record = Known(complete, category if isinstance(category, str) else None)
    for each in defaulted(opened):
        if (
            each.key not in complete
            and suits(opened.registry, each, category)
            and rules.visible(each, record)
        ):
            complete[each.key] = opened.kind(each).schema.deserialize(each.default)
    wrong = rules.out_of_place(record, parsed)
    wrong |= {
        each.key: [rules.said_required(each, record)]
        for each in opened.fields
        if complete.get(each.key) in EMPTY
        and suits(opened.registry, each, category)
        and opened.may_write(each, "create") and not opened.kind(each).numbering
        and rules.required(each, record)
    }  # fmt: skip
    if wrong:
        raise Invalid(wrong)
    return complete


def defaulted(opened: OpenRegistry) -> list[Field]:
    """This function will list the fields with a default, each after those that decide whether it is shown."""
    found = [
        each
        for each in opened.registry.active_fields
        if each.default is not None and not opened.kind(each).absent
    ]
    places = {key: place for place, key in enumerate(opened.rules.order)}
    return sorted(found, key=lambda each: places.get(each.key, 0))


def _check_required(opened: OpenRegistry, parsed: Mapping[str, Any]) -> None:
    """What must always be filled in is not emptied; where a rule has a say in it, the gate asks that."""
    emptied = {}
    for key, value in parsed.items():
        each = opened.registry.field(key)
        if each is not None and each.required and value in EMPTY and not opened.rules.bind(each, VISIBLE):
            emptied[key] = [_("“{field}” must be filled in.", field=each.name)]
    if emptied:
        raise Invalid(emptied)


def read_values(opened: OpenRegistry, values: Mapping[str, Any]) -> dict[str, Any]:
    """This function will read values that a record is to be changed to.

    :raises Invalid: with a sentence for every field that does not exist for the actor, is wrong or is emptied wrongly.
    """
    parsed = _parsed(opened, values)
    _check_required(opened, parsed)
    return parsed


def read_category(opened: OpenRegistry, key: Any) -> str | None:
    """This function will read the category that a record is to have.

    :raises Invalid: when there is no such category.
    """
    return _category(opened, key)


def _category(opened: OpenRegistry, key: Any) -> str | None:
    if key in (None, ""):
        return None
    found = opened.registry.category(key) if isinstance(key, str) else None
    if found is None or not found.active:
        raise Invalid({"category": [_("There is no category “{name}”.", name=str(key)[:60])]})
    return found.key


def _cautions(opened: OpenRegistry, parsed: Mapping[str, Any]) -> dict[str, list[str]]:
    found = {}
    for key, value in parsed.items():
        each = opened.registry.field(key)
        kind = opened.kind(each) if each else None
        if kind is None or not kind.cautious or value is None:
            continue
        if isinstance(kind.type, Cautious):
            sentence = kind.type.caution(value, kind.options)
            if sentence:
                found[key] = [sentence]
    return found


def cautions(work: Work, registry: str, values: Mapping[str, Any]) -> dict[str, list[str]]:
    """This function will tell what about some input is allowed but looks wrong, before anything is saved."""
    opened = work.open(registry)
    return _cautions(opened, _parsed(opened, values))


def _with_warnings(record: Record, warnings: Mapping[str, Sequence[str]]) -> Record:
    shown = {key: sentences for key, sentences in warnings.items() if key in record.values}
    return Record(
        **{**{name: getattr(record, name) for name in Record.__dataclass_fields__}, "warnings": shown}
    )


def _records(work: Work, opened: OpenRegistry, rows: Sequence[SeenRow]) -> list[Record]:
    wanted: dict[str, set[int]] = {}
    targets = {each.key: _target(opened, each) for each in opened.fields if opened.kind(each).linking}
    for row in rows:
        for key, ids in row.links.items():
            wanted.setdefault(targets[key], set()).update(ids)
    bearers = (
        {each.id: each.key for each in work.catalog.registries.values()} if opened.registry.attached else {}
    )
    for row in rows:
        if row.on is not None and row.on[0] in bearers:
            wanted.setdefault(bearers[row.on[0]], set()).add(row.on[1])
    titles = work.gate.titles(wanted) if wanted else {}
    return [_record(opened, row, targets, titles, bearers) for row in rows]


def _record(
    opened: OpenRegistry, row: SeenRow, targets: Mapping[str, str], titles: Mapping[tuple[str, int], str],
    bearers: Mapping[int, str],
) -> Record:  # fmt: skip
    links = {
        key: [Link(each, titles[(targets[key], each)]) for each in ids if (targets[key], each) in titles]
        for key, ids in row.links.items()
    }
    return Record(
        opened.registry.key, row.id, row.version, row.title or f"#{row.id}", row.category, {**row.values, **links},
        row.created_at, Link(*row.created_by), row.updated_at, Link(*row.updated_by), row.removed_at,
        row.editable, row.may, fixed=row.fixed, unseen=row.unseen, on=_shown_bearer(row, titles, bearers),
        tabs=row.tabs,
    )  # fmt: skip


def _shown_bearer(
    row: SeenRow, titles: Mapping[tuple[str, int], str], bearers: Mapping[int, str]
) -> Bearer | None:
    place = (bearers.get(row.on[0], ""), row.on[1]) if row.on is not None else ("", 0)
    return Bearer(*place, titles[place]) if place in titles else None


def _target(opened: OpenRegistry, each: Field) -> str:
    return opened.kind(each).target


def record_id(record: Any) -> int:
    """This function will read an id; what cannot be one is not there."""
    if isinstance(record, int) and not isinstance(record, bool) and 0 < record < 2**63:
        return record
    raise NotFound(_("There is no record {id}.", id=str(record)[:40]))


def _identified(body: Any) -> tuple[int, int | None]:
    if isinstance(body, Mapping):
        return record_id(body.get("id")), body.get("version")
    return record_id(body), None


def _new_row(work: Work, opened: OpenRegistry, body: Any) -> NewRow:
    values, category = _values_of(body)
    parsed = _parsed(opened, values)
    on = _bearer(work, opened, bearer_of(body["on"])) if body.get("on") is not None else None
    complete = _completed(opened, parsed, category)
    return opened.settled(NewRow(complete, _category(opened, category), frozenset(parsed), on))


def bearer_of(on: Any) -> Bearer:
    """This function will read the record that a new thing is to lie on: `{"registry": …, "id": …}`.

    :raises Invalid: when it names no such place.
    """
    if not isinstance(on, Mapping) or not isinstance(on.get("registry"), str):
        raise Invalid({"on": [_("Name a registry and the id of a record in it.")]})
    return Bearer(on["registry"], record_id(on.get("id")))


def lying_on(on: Bearer | Record) -> dict[str, Any]:
    """This function will give the filter of what lies on a record."""
    return {"field": "on", "op": "eq", "value": {"registry": on.registry, "id": on.id}}


def moved_to(on: Any, record: Record) -> Any:
    """This function will read where a thing is to lie from now on; KEEP when that is where its reader sees it lie.

    :raises Invalid: when it names no such place.
    """
    named = bearer_of(on) if on is not None else None
    same = (named and (named.registry, named.id)) == (record.on and (record.on.registry, record.on.id))
    return KEEP if same else named


def where_it_lay(work: Work, place: Any) -> Bearer | None:
    """This function will give the record that history says something has lain on."""
    found = next(
        (each.key for each in work.catalog.registries.values() if place and each.id == place[0]), None
    )
    return Bearer(found, place[1]) if found is not None else None


def _new_place(work: Work, opened: OpenRegistry, on: Any) -> Any:
    if on is KEEP or on is None:
        return on
    try:
        return _bearer(work, opened, on)
    except NotFound as error:
        raise Invalid({"on": [error.message]}) from error


def _values_of(body: Any) -> tuple[Mapping[str, Any], Any]:
    if not isinstance(body, Mapping):
        raise Invalid({"values": [_("Values are an object with field keys.")]})
    return body.get("values", {}), body.get("category")


def _update_one(work: Work, opened: OpenRegistry, body: Any) -> None:
    values, _category_given = _values_of(body)
    record, version = _identified(body)
    on = moved_to(body["on"], fetch(work, opened.registry.key, record)) if "on" in body else KEEP
    parsed = _parsed(opened, values)
    _check_required(opened, parsed)
    category = _category(opened, body["category"]) if "category" in body else KEEP
    place = _new_place(work, opened, on)
    opened.change(record, parsed, category=category, version=version, on=place)


class _Entries:
    """Collects what is wrong with the entries of a batch and refuses it as a whole at the end."""

    def __init__(self) -> None:
        self.errors: dict[str, list[str]] = {}

    def __enter__(self) -> "_Entries":
        return self

    def each(self, place: str, verb: Any, *arguments: Any) -> Any:
        try:
            return verb(*arguments)
        except Invalid as error:
            self.errors.update({f"{place}.{key}": sentences for key, sentences in error.errors.items()})
        return None

    def __exit__(self, _kind: Any, error: BaseException | None, _trace: Any) -> None:
        if error is None and self.errors:
            raise Invalid(self.errors)


def _measure(opened: OpenRegistry, measure: str) -> tuple[str, Field | None]:
    function, _separator, key = measure.partition(":")
    if function == "count" and not key:
        return function, None
    found = opened.seen.field(key)
    if function not in ("sum", "avg", "min", "max") or found is None:
        raise Invalid(
            {
                "measure": [
                    _("A measure is count, or sum, avg, min or max of a number field, such as sum:turnover.")
                ]
            }
        )
    if found.type not in NUMERIC:
        raise Invalid({"measure": [_("“{name}” is not a number.", name=found.key)]})
    return function, found


def _measured(function: str, values: Sequence[Any]) -> Any:
    if not values:
        return None
    total, low, high, number = values
    if function == "avg":
        return (Decimal(total) / number).quantize(Decimal("0.0001")) if number else None
    return {"sum": total, "min": low, "max": high}[function]


def group_field(opened: OpenRegistry, group_by: str | None) -> Field | None:
    """This function will look up what is grouped by; None when that is the category or nothing."""
    if group_by is None or group_by == "category":
        return None
    found = opened.seen.field(group_by)
    if found is None:
        raise Invalid({"group_by": [_("There is no field “{name}”.", name=group_by[:80])]})
    return found


def _group_expression(opened: OpenRegistry, grouped: Field | None, group_by: str | None) -> Any:
    if group_by is None:
        return None, lambda statement: statement
    if grouped is None:
        return opened.seen.table.c._category, lambda statement: statement
    if not opened.kind(grouped).linking:
        return opened.seen.column(grouped), lambda statement: statement
    return _link_group(opened, grouped)


def _link_group(opened: OpenRegistry, grouped: Field) -> Any:
    """Group by the targets that the actor may see; those he may not see count as empty."""
    table, links = opened.seen.table, LINKS.alias()
    visible = opened.seen.field_shown(grouped) & seen_targets(opened, grouped, links)
    on = (links.c.field_id == grouped.id) & (links.c.source == table.c.id) & visible
    return links.c.target, lambda statement: statement.outerjoin_from(table, links, on)


def seen_targets(opened: OpenRegistry, grouped: Field, links: FromClause) -> ColumnElement[bool]:
    """This function will give the condition that the actor may see what a link leads to, where a record does."""
    if grouped.type != "relation":
        return true()
    target = opened.seen.target_of(grouped)
    if target is None:
        return false()
    return links.c.target.in_(select(target.table.c.id).where(target.alive, target.reach("view")))


def group_texts(
    work: Work, opened: OpenRegistry, grouped: Field | None, keys: Iterable[Any]
) -> dict[Any, str]:
    """This function will say what the keys of groups mean, as far as the actor may see it."""
    language = work.actor.locale.language
    if grouped is None:
        return {each.key: each.names.get(language) or each.name for each in opened.registry.categories}
    kind = opened.kind(grouped)
    known = [key for key in keys if key is not None]
    if kind.linking:
        target = _target(opened, grouped)
        titles = work.gate.titles({target: known})
        return {key: titles.get((target, key), f"#{key}") for key in known}
    return {key: kind.type.text(key, kind.options, work.actor.locale) for key in known}


def group_key(value: Any) -> Any:
    """This function will give the key of a group as an answer can hold it."""
    return value if value is None or isinstance(value, str | int | bool) else str(value)


__all__ = [
    "KEEP", "BatchResult", "Bearer", "Group", "Link", "Page", "Query", "Record", "Related", "batch", "begin_batch",
    "browse", "cautions", "change", "count", "create", "fetch", "group_field", "group_key", "group_texts", "picker",
    "record_id", "related", "remove", "restore", "seen_targets", "summary",
]  # fmt: skip

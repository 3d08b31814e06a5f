"""Verbs on history: entries, as of, restoring versions, undoing batches, verifying and sealing the chains."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import marshmallow as ma
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from kartoteka.field_types.locale import Locale
from kartoteka.platform.access import past
from kartoteka.platform.access.audit import Audit, Break
from kartoteka.platform.access.gate import CATEGORY, KEEP, MERGED, ON, Judged, OpenRegistry
from kartoteka.platform.access.past import Moment, PastOf, Trace
from kartoteka.platform.catalog.definitions import Field
from kartoteka.platform.catalog.titles import make_title, title_fields
from kartoteka.platform.kernel.errors import Conflict, Invalid, NotFound
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import merging, records
from kartoteka.platform.services.office import DESIGN_LOCK, Office
from kartoteka.platform.services.records import NUMERIC, Link, Record, record_id
from kartoteka.platform.services.work import Work
from kartoteka.platform.storage import seals
from kartoteka.platform.storage.models import BatchRow

MAX_ENTRIES = 500
LOCK_WAIT = "2s"
_PLAIN = Locale()


@dataclass(frozen=True)
class Change:
    """One field of one entry, before and after, in the JSON form of the contract."""

    field: str
    old: Any
    new: Any


@dataclass(frozen=True)
class Entry:
    """One version of a record: who did what, when, through which channel and in which batch."""

    version: int
    at: datetime
    by: Link
    via: str
    action: str
    batch: int | None
    changes: list[Change]


@dataclass(frozen=True)
class Left:
    """A record that an undo has left alone, because somebody has changed it since."""

    registry: str
    id: int
    title: str


@dataclass(frozen=True)
class UndoResult:
    """What an undo took back; it is a batch itself and can be undone."""

    batch: int
    undone: int
    changed_since: list[Left] = field(default_factory=list)


@dataclass(frozen=True)
class Verification:
    """What was checked, and the first broken link if there is one."""

    entries: int
    records: int
    seals: int
    first_break: Break | None

    @property
    def broken(self) -> str | None:
        """The sentence that names the first broken link; None when every link and every seal holds."""
        return None if self.first_break is None else self.first_break.sentence()


def entries(
    work: Work, registry: str, record: int, *, limit: int = 100, before: int | None = None
) -> list[Entry]:
    """This function will tell what happened to a record, newest first, as far as the actor may see it today.

    `before` is the version of the last entry of the page before.
    """
    if not 1 <= limit <= MAX_ENTRIES:
        raise Invalid({"limit": [_("A page has 1 to {max} entries.", max=MAX_ENTRIES)]})
    told = PastOf(work.open(registry), record_id(record), removed=True)
    return [
        Entry(
            each.version, each.at, Link(*each.by), each.via, each.action, each.batch, _changes(each.changes)
        )
        for each in told.entries(before=before, limit=limit)
    ]


def _changes(pairs: Mapping[str, tuple[Any, Any]]) -> list[Change]:
    named = {CATEGORY: "category", ON: "on", MERGED: "merged"}
    return [Change(named.get(key, key), old, new) for key, (old, new) in pairs.items()]


def as_of(
    work: Work, registry: str, record: int, *, at: datetime | None = None, version: int | None = None
) -> Record:
    """This function will give a record as it was at a moment or in a version, cut by today's rights.

    :raises NotFound: when there was no such record then, or no such version.
    """
    opened = work.open(registry)
    told = PastOf(opened, record_id(record), removed=True)
    try:
        wanted = told.version_at(at) if at is not None else version or told.now.version
        moment = told.moment(wanted)
    except NotFound:
        raise NotFound(_("There was no such record then.")) from None
    return _record(opened, told, moment)


def _record(opened: OpenRegistry, told: PastOf, moment: Moment) -> Record:
    values = {key: _python_value(opened, told.fields[key], value) for key, value in moment.values.items()}
    entry, now = moment.entry, told.now
    return Record(
        opened.registry.key, now.id, entry.version, _title(opened, values) or f"#{now.id}", moment.category,
        values, now.created_at, Link(*now.created_by), entry.at, Link(*entry.by), moment.removed_at,
    )  # fmt: skip


def _python_value(opened: OpenRegistry, each: Field, value: Any) -> Any:
    """A past value may not pass today's checks any more; it is shown all the same."""
    kind = opened.kind(each)
    if kind.linking:
        return [Link(link["id"], link["title"]) for link in value] if isinstance(value, list) else []
    if value is None:
        return None
    try:
        return kind.schema.deserialize(value)
    except ma.ValidationError:
        return Decimal(value) if each.type in NUMERIC and isinstance(value, str) else value


def _title(opened: OpenRegistry, values: Mapping[str, Any]) -> str | None:
    parts = title_fields(opened.registry)
    if any(each.key not in values for each in parts):
        return None
    texts = {}
    for each in parts:
        kind, value = opened.kind(each), values[each.key]
        texts[each.key] = kind.type.text(value, kind.options, _PLAIN) if value is not None else ""
    return make_title(opened.registry.title, texts)


def came_by(work: Work, registry: str, record: int) -> str:
    """This function will tell the way by which a record came into being, such as `import`.

    :raises NotFound: when there is no such record for the actor.
    """
    first = entries(work, registry, record, limit=1, before=2)
    return first[0].via if first else ""


def restore_version(
    work: Work,
    registry: str,
    record: int,
    version: int,
    *,
    fields: Sequence[str] | None = None,
    expected: int | None = None,
) -> Record:
    """This function will put a record back to a version: all fields that the actor may write here, or those named.

    It is an ordinary change: every check runs, and history gets one more version. `expected` is the version that
    the wish was based on.

    :raises NotFound: when there is no such version.
    """
    opened = work.open(registry)
    told = PastOf(opened, record_id(record))
    keys = _restorable(opened, told, fields)
    try:
        values, category = told.raw_values(version, keys)
    except NotFound:
        raise NotFound(_("There is no version {version}.", version=str(version)[:20])) from None
    whole = fields is None and told.now.editable
    wanted = category if whole and category != told.now.category else KEEP
    return records.change(work, registry, record, values, category=wanted, version=expected)


def _restorable(opened: OpenRegistry, told: PastOf, fields: Sequence[str] | None) -> list[str]:
    if fields is None:
        return [
            key for key, each in told.fields.items() if told.now.writes(each) and not opened.kind(each).absent
        ]
    unknown = [key for key in fields if key not in told.fields]
    if unknown:
        raise Invalid({"fields": [_("There is no field “{name}”.", name=str(unknown[0])[:80])]})
    return list(fields)


def undo_batch(work: Work, batch: int) -> UndoResult:
    """This function will take back all that a batch did, as a batch of its own, all or nothing.

    Records that somebody has changed since are left alone and listed.

    :raises NotFound: when there is no such batch, or it is somebody else's.
    :raises Conflict: when it has been undone already.
    """
    known = select(BatchRow).where(BatchRow.id == batch).with_for_update()
    row = work.session.scalar(known) if 0 < batch < 2**31 else None
    if row is None or not (work.actor.is_admin or row.by_id == work.actor.user_id):
        raise NotFound(_("There is no batch {id}.", id=str(batch)[:20]))
    if row.undone_at is not None:
        raise Conflict(_("This batch has been undone already."))
    kind = merging.KIND if row.kind == merging.KIND else "undo"
    undoing = _Undoing(work, batch, records.begin_batch(work, kind, row.registry_key, str(batch)))
    done = undoing.unmerge(row.registry_key) if kind == merging.KIND else undoing.go()
    if done.undone:
        # Where nothing could be taken back, such as private things of another, their author still can.
        row.undone_at, row.undone_by = work.now, work.actor.user_id
        work.session.flush()
    return done


class _Undoing:
    """The undoing of one batch."""

    def __init__(self, work: Work, batch: int, own: int) -> None:
        self.work = work
        self.batch = batch
        self.own = own
        self.traces = past.traces(work.gate, batch)

    def go(self) -> UndoResult:
        untouched, touched = self._sorted_out()
        created: dict[str, list[int]] = {}
        for trace in untouched:
            if trace.first == "create":
                if trace.last != "remove":
                    created.setdefault(trace.registry.key, []).append(trace.record)
            else:
                self._take_back(trace)
        for key, made in created.items():
            self.work.open(key).remove_many(made)
        return UndoResult(self.own, len(untouched), self._named(touched))

    def unmerge(self, registry: str) -> UndoResult:
        """This function will take back a merge, in which things went along that its actor does not see."""
        untouched, touched = self._sorted_out()
        done = merging.take_back(self.work, registry, self.batch, untouched, self.traces)
        return UndoResult(self.own, done, self._named(touched, seen_only=True))

    def _sorted_out(self) -> tuple[list[Trace], list[Trace]]:
        versions: dict[tuple[str, int], int] = {}
        for registry in {each.registry.key: each.registry for each in self.traces}.values():
            ids = [each.record for each in self.traces if each.registry.key == registry.key]
            found = past.newest_versions(self.work.gate, registry, ids)
            versions.update({(registry.key, record): version for record, version in found.items()})
        untouched: list[Trace] = []
        touched: list[Trace] = []
        for each in self.traces:
            same = versions.get((each.registry.key, each.record)) == each.version
            (untouched if same else touched).append(each)
        return untouched, touched

    def _take_back(self, trace: Trace) -> None:
        opened = self.work.open(trace.registry.key)
        # Whatever order the batch did it in: a record that was in the bin before must be there afterwards.
        was_removed, is_removed = trace.first == "restore", trace.last == "remove"
        if is_removed and not was_removed:
            opened.restore(trace.record)
        values, category = self._old(opened, trace)
        on = records.where_it_lay(self.work, trace.old[ON]) if ON in trace.old else KEEP
        if values or category is not KEEP or on is not KEEP:
            records.change(
                self.work,
                trace.registry.key,
                trace.record,
                values,
                category=category,
                on=on,
                judged=Judged.NOTHING,
            )
        if was_removed and not is_removed:
            opened.remove(trace.record)

    def _old(self, opened: OpenRegistry, trace: Trace) -> tuple[dict[str, Any], Any]:
        values: dict[str, Any] = {}
        for key, value in trace.old.items():
            each = opened.registry.field(key)
            if each is not None and each in opened.registry.active_fields:
                values[key] = past.seen_links(opened, each, value)
        return values, trace.old.get(CATEGORY, KEEP)

    def _named(self, touched: Sequence[Trace], *, seen_only: bool = False) -> list[Left]:
        wanted: dict[str, list[int]] = {}
        for each in touched:
            wanted.setdefault(each.registry.key, []).append(each.record)
        titles = self.work.gate.titles(wanted)
        return [
            Left(
                each.registry.key,
                each.record,
                titles.get((each.registry.key, each.record), f"#{each.record}"),
            )
            for each in touched
            if not seen_only or (each.registry.key, each.record) in titles
        ]


def verify(work: Work) -> Verification:
    """This function will check every chain and every seal; it needs the power `audit`."""
    work.require("audit")
    audit = Audit(work.connection, work.catalog, work.layout)
    broken = audit.first_break()
    return Verification(audit.entries, audit.records, audit.seals, broken)


def seal(office: Office) -> bool:
    """This function will seal all history since the last seal, and tell whether there was any.

    Any number of workers may try at once: one of them succeeds.
    """
    up_to = _newest_settled(office)
    with office.session() as session:
        before = seals.last(session.connection())
        if up_to <= before.up_to:
            return False
        following = seals.following(session.connection(), before, up_to)
    try:
        with office.session(write=True) as session:
            seals.write(session.connection(), following, office.clock())
    except IntegrityError:
        return False
    return True


def _newest_settled(office: Office) -> int:
    """The newest entry below which no other can turn up any more.

    PostgreSQL gives ids before commit. Writers hold a lock that they share; whoever has it alone knows that none of
    them is under way. When that takes too long, sealing waits for another time, so as not to keep writers waiting.
    """
    try:
        with office.session() as session:
            if office.engine.dialect.name == "postgresql":
                session.execute(text(f"SET LOCAL lock_timeout = '{LOCK_WAIT}'"))
                session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": DESIGN_LOCK})
            return seals.newest_entry(session.connection())
    except OperationalError:
        return 0


__all__ = [
    "Change",
    "Entry",
    "Left",
    "UndoResult",
    "Verification",
    "as_of",
    "came_by",
    "entries",
    "restore_version",
    "seal",
    "undo_batch",
    "verify",
]

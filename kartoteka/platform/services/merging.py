"""Verbs on records that are one and the same: merging them into one of them, and taking a merge back as a whole."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import marshmallow as ma
from sqlalchemy import select, update

from kartoteka.platform.access.actor import Identity
from kartoteka.platform.access.conduct import Conduct
from kartoteka.platform.access.gate import CATEGORY, KEEP, MERGED, ON, Judged, OpenRegistry, wire
from kartoteka.platform.access.merging import STAYS, Carried, Merging, Targets, carry
from kartoteka.platform.access.models import User, UserChange
from kartoteka.platform.access.past import Trace
from kartoteka.platform.catalog.conditions import EMPTY, suits
from kartoteka.platform.catalog.definitions import Field
from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.kernel.events import RecordsMerged, RecordsParted
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import people, records
from kartoteka.platform.services.records import Link, Record, record_id
from kartoteka.platform.services.work import Work

KIND = "merge"
# So many records at once can still be looked at side by side.
MOST = 5


@dataclass(frozen=True)
class Merged:
    """What a merge did: the record that stayed, and the batch that takes all of it back."""

    batch: int
    record: Record


def merge(
    work: Work, registry: str, survivor: int, merged: Sequence[Any], values: Mapping[str, Any] | None = None, *,
    category: Any = KEEP, version: int | None = None, versions: Mapping[int, int | None] | None = None,
) -> Merged:  # fmt: skip
    """This function will make records into one: `survivor` gets `values`, and all that the others have around them.

    Fields that are not named keep the value of the survivor; empty ones are filled from the first of the others that
    has a value, and where there may be several values, all of them are kept. The others go to the recycle bin.

    :raises Invalid: when the records cannot be merged, or a value will not do.
    :raises Forbidden: when the actor may not change everything about each of the records, or not remove the others.
    :raises StaleVersion: when somebody has changed one of the records since the version given.
    """
    opened, ids = readable(work, registry, survivor, merged)
    batch = records.begin_batch(work, KIND, registry)
    merging = _merging(work, registry)
    merging.made_of = (None, ids)
    merging.check([survivor, *ids], {**(versions or {}), survivor: version})
    first, *others = (records.fetch(work, registry, each) for each in (survivor, *ids))
    parsed = records.read_values(opened, values or {})
    taken = _TakenOver(work, opened, first, others, frozenset(parsed))
    meant = {**taken.values, **_without_self(opened, parsed, ids)}
    taken.add_hidden(merging, meant)
    merging.point_at(survivor, ids)
    merging.lay_on(survivor, ids, _files(opened, first, meant))
    _let_people_be(work, batch, [(Identity(registry, each), Identity(registry, survivor)) for each in ids])
    wanted = category if category is KEEP else records.read_category(opened, category)
    merging.bury(ids, survivor)
    merging.change(survivor, meant, category=wanted)
    work.emit(RecordsMerged(registry, survivor, tuple(ids)))
    return Merged(batch, records.fetch(work, registry, survivor))


def readable(
    work: Work, registry: str, survivor: int, merged: Sequence[Any]
) -> tuple[OpenRegistry, list[int]]:
    """This function will read which records are to be made into one.

    :raises Invalid: when they are too few or too many, or one is named twice, or they are things of a plugin.
    """
    opened = work.open(registry)
    ids = [record_id(each) for each in merged]
    said = ""
    if opened.registry.plugin:
        said = _("What belongs to a plugin cannot be merged.")
    elif not ids:
        said = _("Name at least one other record.")
    elif len(ids) >= MOST:
        said = _("At most {max} records can be merged at once.", max=MOST)
    elif len({record_id(survivor), *ids}) <= len(ids):
        said = _("Name each record only once.")
    if said:
        raise Invalid({"merge": [said]})
    return opened, ids


def may_merge(work: Work, registry: str, survivor: int, merged: Sequence[int]) -> None:
    """This function will refuse what `merge` would refuse for the sake of rights, before anything is chosen.

    :raises NotFound: :raises Forbidden: :raises Invalid: as `merge`.
    """
    _opened, ids = readable(work, registry, survivor, merged)
    _merging(work, registry).check([survivor, *ids])


def several(opened: OpenRegistry, each: Field) -> bool:
    """This function will tell whether a field may hold several values, which can then be united."""
    return opened.kind(each).many or each.type == "multi_choice"


def choosable(work: Work, survivor: Record) -> list[Field]:
    """This function will list the fields of a record whose value can be taken from another one."""
    opened = work.open(survivor.registry)
    taken_over = _TakenOver(work, opened, survivor, (), frozenset())
    return [each for each in opened.fields if taken_over.is_free(each)]


def taken(opened: OpenRegistry, each: Field, survivor: Record) -> bool:
    """This function will tell whether something would be put beside or in the place of a value that is not named."""
    return several(opened, each) or _bare(survivor.values.get(each.key)) in EMPTY


def plain(opened: OpenRegistry, each: Field, record: Record) -> Any:
    """This function will give a value of a record in the JSON form, as `merge` takes it."""
    return wire(opened.kind(each), _bare(record.values.get(each.key)))


def _merging(work: Work, registry: str) -> Merging:
    opened = work.open(registry)
    return Merging(work.gate, opened.registry, opened.seen)


def _without_self(opened: OpenRegistry, parsed: Mapping[str, Any], merged: Sequence[int]) -> dict[str, Any]:
    """Links to those that are about to be the record itself are none any more."""
    found = dict(parsed)
    for each in _relations(opened):
        if each.key in found and opened.target(each) == opened.registry.key:
            found[each.key] = tuple(one for one in found[each.key] or () if one not in merged)
    return found


def _relations(opened: OpenRegistry) -> list[Field]:
    return [each for each in opened.fields if each.type == "relation"]


def _files(opened: OpenRegistry, first: Record, meant: Mapping[str, Any]) -> list[int]:
    """The files that are values of the record from now on."""
    fields = [each.key for each in opened.fields if each.type == "file"]
    values = [meant[key] if key in meant else _bare(first.values.get(key)) for key in fields]
    return [one for value in values for one in value or ()]


def _bare(value: Any) -> Any:
    linked = isinstance(value, list) and all(isinstance(each, Link) for each in value)
    return tuple(each.id for each in value) if linked else value


@dataclass
class _TakenOver:
    """What the record that stays takes over from the others without being told."""

    work: Work
    opened: OpenRegistry
    first: Record
    others: Sequence[Record]
    named: frozenset[str]

    @cached_property
    def values(self) -> dict[str, Any]:
        """Values of fields that are not named, as the fields keep them, where they differ from what is there."""
        found = {}
        for each in self.opened.fields:
            if each.key in self.named or not self.is_free(each):
                continue
            value = self._value(each)
            if value != _bare(self.first.values.get(each.key)):
                found[each.key] = value
        return found

    @cached_property
    def _conducts(self) -> Mapping[str, Conduct]:
        return records.conducts(self.work, self.first)

    def is_free(self, each: Field) -> bool:
        """This function will tell whether a field is asked for on the record, and not given by the program."""
        kind, conduct = self.opened.kind(each), self._conducts[each.key]
        asked_for = conduct.visible and not conduct.readonly
        return (
            asked_for
            and suits(self.opened.registry, each, self.first.category)
            and not (kind.numbering or kind.absent)
        )

    def _value(self, each: Field) -> Any:
        every = [self._fitting(each, record) for record in (self.first, *self.others)]
        filled = [value for value in every if value not in EMPTY]
        if not several(self.opened, each):
            return filled[0] if filled else every[0]
        united = tuple(dict.fromkeys(one for value in filled for one in value))
        return self._read(each, united) if united else every[0]

    def _fitting(self, each: Field, record: Record) -> Any:
        """The value of a record, without links to those that are to be one; what is not allowed today is not taken."""
        value = _bare(record.values.get(each.key))
        if self.opened.kind(each).linking and self.opened.target(each) == self.opened.registry.key:
            gone = {one.id for one in self.others} | ({self.first.id} if record is not self.first else set())
            return tuple(one for one in value or () if one not in gone)
        return value if record is self.first else self._read(each, value)

    def _read(self, each: Field, value: Any) -> Any:
        kind = self.opened.kind(each)
        try:
            return kind.schema.deserialize(wire(kind, value)) if value not in EMPTY else value
        except ma.ValidationError:
            return None

    def add_hidden(self, merging: Merging, meant: dict[str, Any]) -> None:
        """This function will let links of the records to what the actor does not see go along, untold."""
        for each in _relations(self.opened):
            if not (self.is_free(each) or each.key in self.named):
                continue
            hidden = self._hidden(merging, each)
            told = meant[each.key] if each.key in meant else _bare(self.first.values.get(each.key))
            if any(hidden):
                exact = self._joined(each, told or (), *hidden)
                meant[each.key] = told
                merging.exact[each.key] = exact
                merging.unasked[each.key] = tuple(one for one in exact if one not in (told or ()))

    def _hidden(self, merging: Merging, each: Field) -> tuple[Targets, Targets]:
        """What the actor does not see of a relation: of the record that stays, and of the others."""
        every = (self.first, *self.others)
        stored = merging.stored_links(each, [one.id for one in every])
        own, *others = (
            tuple(one for one in stored[record.id] if one not in (_bare(record.values.get(each.key)) or ()))
            for record in every
        )
        return own, tuple(one for targets in others for one in targets)

    def _joined(self, each: Field, told: Targets, own: Targets, others: Targets) -> Targets:
        if self.opened.kind(each).many:
            return tuple(dict.fromkeys((*told, *own, *others)))
        return told or own or (() if each.key in self.named else others[:1])


def take_back(work: Work, registry: str, batch: int, traces: Sequence[Trace], every: Sequence[Trace]) -> int:
    """This function will take back what a merge (or the taking back of one) did, as far as nobody has touched it since.

    `traces` are the untouched ones among `every`. It tells how many of the merged records are as they were.

    :raises NotFound: :raises Forbidden: when the actor may not merge these records any more.
    """
    merging, own = _merging(work, registry), work.batch or 0
    mains = [each for each in traces if _is_main(each, registry)]
    merging.check(each.record for each in mains if each.last != "remove")
    _carry_back(work, [each for each in traces if not _is_main(each, registry)])
    gone = [each.record for each in mains if each.last == "remove" and each.first != "restore"]
    back = [each.record for each in mains if each.first == "restore" and each.last != "remove"]
    stayed = [each.record for each in every if _is_main(each, registry) and _stays(each)]
    if back and stayed:
        merging.bury(back, stayed[0])
        work.emit(RecordsMerged(registry, stayed[0], tuple(back)))
    for each in mains:
        if _stays(each):
            merging.made_of = (sorted(gone) or None, sorted(back) or None)
            _put_back(merging, each)
    for record in gone:
        merging.restore(record)
    merging.check(gone)
    if gone and stayed:
        work.emit(RecordsParted(registry, stayed[0], tuple(gone)))
    _take_people_back(work, batch, own)
    return len(mains)


def _is_main(trace: Trace, registry: str) -> bool:
    """Whether a record was merged itself; others only pointed at one that was, or lay on it."""
    named = MERGED in trace.old or trace.first in ("remove", "restore")
    return trace.registry.key == registry and named


def _stays(trace: Trace) -> bool:
    return trace.first == "change"


def _carry_back(work: Work, traces: Sequence[Trace]) -> None:
    by_registry: dict[str, list[Trace]] = {}
    for each in traces:
        by_registry.setdefault(each.registry.key, []).append(each)
    for some in by_registry.values():
        carry(work.gate, some[0].registry, [_before(each) for each in some])


def _before(trace: Trace) -> Carried:
    links = {
        key: tuple(old or ()) for key, old in trace.old.items() if key != ON and trace.registry.field(key)
    }
    place = trace.old.get(ON, STAYS)
    return Carried(trace.record, links, tuple(place) if isinstance(place, list) else place)


def _put_back(merging: Merging, trace: Trace) -> None:
    """The values from before: links to whatever they led, seen or not; fields that are gone since stay gone."""
    values: dict[str, Any] = {}
    for each in merging.registry.active_fields:
        if each.key not in trace.old:
            continue
        old, kind = trace.old[each.key], merging.kind(each)
        if kind.linking:
            values[each.key] = ()
            merging.exact[each.key] = merging.unasked[each.key] = tuple(old or ())
        else:
            values[each.key] = None if old is None else kind.schema.deserialize(old)
    category = trace.old.get(CATEGORY, KEEP)
    merging.change(trace.record, values, category=category, judged=Judged.NOTHING)


def _let_people_be(work: Work, batch: int, changes: Iterable[tuple[Identity, Identity]]) -> None:
    """People who sign in as one record sign in as another from now on, with a note in the journal of each."""
    for before, after in changes:
        theirs = select(User.id).where(
            User.identity_registry == before.registry, User.identity_id == before.id
        )
        for user_id in list(work.session.scalars(theirs.order_by(User.id))):
            _let_be(work, batch, user_id, before, after)


def _let_be(work: Work, batch: int, user_id: int, before: Identity, after: Identity) -> None:
    is_before = (User.identity_registry == before.registry) & (User.identity_id == before.id)
    changed = update(User).where(User.id == user_id, is_before).values(identity_id=after.id)
    if work.session.execute(changed.returning(User.id)).first() is not None:
        said = {"identity": {"registry": after.registry, "id": after.id}, "was": before.id, "batch": batch}
        people.journal(work, user_id, KIND, said)


def _take_people_back(work: Work, batch: int, own: int) -> None:
    rows = select(UserChange.user_id, UserChange.changes).where(UserChange.action == KIND)
    for user_id, said in list(work.session.execute(rows.order_by(UserChange.id))):
        if said["batch"] == batch:
            now = Identity(**said["identity"])
            _let_be(work, own, user_id, now, Identity(now.registry, said["was"]))


__all__ = [
    "KIND",
    "MOST",
    "Merged",
    "choosable",
    "may_merge",
    "merge",
    "plain",
    "readable",
    "several",
    "take_back",
    "taken",
]

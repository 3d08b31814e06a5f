"""What happened to records, step by step, as the actor may see it; and filters held against records as they were.

For whoever reacts to changes (`RecordsChanged` carries no values) and for whoever asks what would have happened.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from kartoteka.platform.access.courses import (
    MOST,
    Course,
    Courses,
    Happening,
    State,
    Wanted,
    satisfying,
    within,
)
from kartoteka.platform.access.gate import OpenRegistry
from kartoteka.platform.access.touches import Touches, changed_and_fitting, settled, standing_in, with_entries
from kartoteka.platform.catalog.conditions import (
    CATEGORY,
    Asker,
    Facts,
    Judgement,
    Unanswerable,
    judgement,
)
from kartoteka.platform.catalog.definitions import Field, Filter
from kartoteka.platform.catalog.filters import And, Comparison, Condition, Not, Or, fields_of, parse
from kartoteka.platform.kernel.errors import Invalid, NotFound
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.work import Work

CHUNK = 500
# So many records are read faster than it is found out which of them matter.
FEW = 500


@dataclass(frozen=True)
class Told:
    """The courses of records by id; not `whole` when the oldest had to be left out."""

    courses: Mapping[int, Course]
    whole: bool = True


def courses_of(
    work: Work,
    registry: str,
    fields: Sequence[str] | None,
    *,
    since: datetime,
    records: Sequence[int] | None = None,
    limit: int = MOST,
) -> Told:
    """This function will tell what happened to records of a registry since a moment, cut by the rights of today.

    `fields` of None are all that exist for the actor. Records in the recycle bin are among them.

    :raises NotFound: when there is no such registry for the actor. :raises Invalid: when there is no such field.
    """
    opened = work.open(registry)
    if opened.registry.attached or opened.registry.narrow is not None:
        raise NotFound(_("There is no registry “{registry}”.", registry=registry[:60]))
    reading = Courses(opened, Wanted(_fields(opened, fields), since, records, limit))
    found = reading.read()
    return Told(found, reading.whole)


def states_of(
    work: Work, registry: str, fields: Sequence[str] | None, records: Sequence[int]
) -> Mapping[int, Course]:
    """This function will give records as they are now, those in the recycle bin too; without what happened to them."""
    opened = work.open(registry)
    reading = Courses(opened, Wanted(_fields(opened, fields), work.now))
    found: dict[int, Course] = {}
    for start in range(0, len(records), CHUNK):
        found |= reading.present(opened.seen.table.c.id.in_(list(records[start : start + CHUNK])))
    return found


def dated(
    work: Work,
    registry: str,
    fields: Sequence[str] | None,
    key: str,
    spans: Sequence[tuple[Any, Any]],
    *,
    filter: Filter | None = None,
    most: int | None = None,
) -> Iterator[Course]:
    """This function will give living records with a date in some spans, page by page.

    `key` is a field, `created_at` or `updated_at`.

    :raises NotFound: when there is no such registry for the actor. :raises Invalid: when there is no such field.
    """
    opened = work.open(registry)
    if key not in ("created_at", "updated_at"):
        _fields(opened, [key])
    condition = parse(filter) if filter is not None else None
    found = within(opened, key, spans, condition, most)
    for start in range(0, len(found), CHUNK):
        there = states_of(work, registry, fields, found[start : start + CHUNK])
        yield from (course for course in there.values() if course.now.alive)


@dataclass
class Lately:
    """What was changed since some moments, read once for everybody who asks; it only narrows down what is to be read.

    Nobody may be shown anything of it: it knows nothing of rights. With `most`, only the newest are known.
    """

    most: int | None = None
    _kept: dict[tuple[str, datetime], Touches] = field(default_factory=dict)

    def changed(
        self, work: Work, registry: str, since: datetime, keys: Iterable[str] | None = None
    ) -> set[int]:
        """This function will tell which older records were changed: in some fields, or in any at all."""
        touches = self._touches(work, registry, since)
        return touches.all() if keys is None else touches.of(keys)

    def dated(
        self,
        work: Work,
        registry: str,
        since: datetime,
        key: str,
        spans: Sequence[tuple[Any, Any]],
        keys: Iterable[str],
    ) -> set[int]:
        """This function will tell which older records may have had a date in some spans, as they were then.

        `keys` are the other fields on which it depends whether that matters.
        """
        touches = self._touches(work, registry, since)
        days = [(_day(low), _day(high)) for low, high in spans]
        others = touches.of(keys)
        if len(others) > FEW:
            others = standing_in(work.open(registry), key, spans, others)
        return touches.with_days(key, days) | others

    def heard_of(self, work: Work, registry: str, since: datetime, low: datetime, high: datetime) -> set[int]:
        """This function will tell which older records were changed, and something had happened to in a time before."""
        return with_entries(work.open(registry), low, high, self.changed(work, registry, since))

    def _touches(self, work: Work, registry: str, since: datetime) -> Touches:
        opened = work.open(registry)
        found = self._kept.setdefault((registry, since), Touches(opened.registry.id, since, self.most))
        found.renew(work.connection)
        return found


def _day(moment: Any) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def unmoved(work: Work, registry: str, moments: Mapping[int, datetime]) -> set[int]:
    """This function will tell which records have not changed again since the moments at which they did."""
    return settled(work.open(registry), moments)


def _fields(opened: OpenRegistry, keys: Sequence[str] | None) -> list[Field]:
    if keys is None:
        return list(opened.fields)
    found = {key: opened.seen.field(key) for key in dict.fromkeys(keys)}
    missing = next((key for key, each in found.items() if each is None), None)
    if missing is not None:
        raise Invalid({"fields": [_("There is no field “{name}”.", name=missing[:80])]})
    return [each for each in found.values() if each is not None]


@dataclass
class Fit:
    """A filter held against records as they were.

    What it asks about the record itself is judged on the values of the moment; what it asks about other records, or
    about what the system knows, is judged as it is today. `look` must have seen the records that are judged.
    """

    work: Work
    registry: str
    document: Filter | None
    _opened: OpenRegistry = field(init=False)
    _tree: Condition | None = field(init=False, default=None)
    _own: dict[int, Judgement] = field(init=False, default_factory=dict)
    _elsewhere: dict[int, tuple[Comparison, set[int]]] = field(init=False, default_factory=dict)
    fields: frozenset[str] = field(init=False, default=frozenset())
    # Whether time alone can make a record fit, or fit no more.
    by_time: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        """Compile the filter.

        :raises Invalid: when it names what does not exist for the actor, or compares in a wrong way.
        """
        self._opened = self.work.open(self.registry)
        if self.document is None:
            return
        self._tree = parse(self.document)
        # Said once by the one who says it in lists too: what does not exist for the actor, and what makes no sense.
        self._opened.seen.condition(self._tree)
        self.by_time = '"today"' in repr(self.document).replace("'", '"')
        known = {each.key for each in self._opened.fields}
        self.fields = frozenset(path[0] for path in fields_of(self._tree) if path[0] in known)
        self._compile(self._tree)

    def _compile(self, tree: Condition) -> None:
        match tree:
            case Not():
                self._compile(tree.part)
            case And() | Or():
                for part in tree.parts:
                    self._compile(part)
            case Comparison():
                own = self._judgement(tree)
                if own is not None:
                    self._own[id(tree)] = own
                else:
                    self._elsewhere[id(tree)] = (tree, set())

    def _judgement(self, tree: Comparison) -> Judgement | None:
        if len(tree.path) > 1 or not (tree.path[0] == CATEGORY or self._opened.seen.field(tree.path[0])):
            return None
        document = {"field": tree.path[0], "op": tree.operator.value, "value": tree.value}
        try:
            return judgement(self._opened.registry, document, self._opened.kind)
        except Invalid:
            return None

    @property
    def elsewhere(self) -> bool:
        """Whether it asks about more than the record's own values."""
        return bool(self._elsewhere)

    def look(self, records: Sequence[int]) -> None:
        """This function will find out about records what their own values do not tell."""
        for tree, fitting in self._elsewhere.values():
            fitting |= satisfying(self._opened, tree, records)

    def among(self, low: datetime, high: datetime) -> frozenset[int]:
        """This function will tell which living records that were last changed between two moments fit today."""
        return changed_and_fitting(self._opened, self._tree, low, high)

    def holds(self, record: int, state: State, today: date) -> bool:
        """This function will tell whether a record was there and fitted on a day."""
        if not state.alive:
            return False
        if self._tree is None:
            return True
        actor = self.work.actor
        asker = Asker(actor.user_id, today, actor.locale.timezone)
        try:
            return self._judge(self._tree, record, Facts(state.values, state.category, asker))
        except Unanswerable:
            return False

    def _judge(self, tree: Condition, record: int, facts: Facts) -> bool:
        match tree:
            case Not():
                return not self._judge(tree.part, record, facts)
            case And():
                return all(self._judge(part, record, facts) for part in tree.parts)
            case Or():
                return any(self._judge(part, record, facts) for part in tree.parts)
            case Comparison():
                own = self._own.get(id(tree))
                return own(facts) if own is not None else record in self._elsewhere[id(tree)][1]


def text_of(work: Work, registry: str, key: str, value: Any) -> str:
    """This function will write a value of a field as the actor reads it; links by the titles of what he may see."""
    opened = work.open(registry)
    each = opened.seen.field(key)
    if each is None or value in (None, "", ()):
        return ""
    kind = opened.kind(each)
    if not kind.linking:
        return kind.type.text(value, kind.options, work.actor.locale)
    target = opened.target(each)
    titles = work.gate.titles({target: list(value)}) if target != "files" else {}
    return ", ".join(titles[target, one] for one in value if (target, one) in titles)


def titles_of(work: Work, wanted: Mapping[str, Iterable[int]]) -> dict[tuple[str, int], str]:
    """This function will give titles of records of several registries, as far as the actor sees them."""
    return work.gate.titles(wanted)


def wire_of(work: Work, registry: str, key: str, value: Any) -> Any:
    """This function will give a value of a field in its JSON form; links as `[{"id", "title"}]`."""
    opened = work.open(registry)
    each = opened.seen.field(key)
    if each is None or value is None:
        return None
    kind = opened.kind(each)
    if not kind.linking:
        return kind.schema.serialize("value", {"value": value})
    target = opened.target(each)
    titles = work.gate.titles({target: list(value)}) if target != "files" and value else {}
    return [{"id": one, "title": titles[target, one]} for one in value if (target, one) in titles]


__all__ = [
    "Course",
    "Fit",
    "Happening",
    "Lately",
    "State",
    "Told",
    "courses_of",
    "dated",
    "states_of",
    "text_of",
    "titles_of",
    "unmoved",
    "wire_of",
]

"""A registry as somebody sees it: rights, masks, filters and sorting, all as SQL over one table.

Everything that the actor may not see is either absent (the field does not exist) or masked row by row
(`CASE WHEN reach THEN column END`), in conditions and sorting just as in the columns that are selected.
Row rules are compiled by the same class with `trusted=True`: a rule may use fields that its holder cannot see.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, partial
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import marshmallow as ma
from sqlalchemy import (
    Boolean,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    Text,
    and_,
    case,
    exists,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    true,
    type_coerce,
    union_all,
)  # fmt: skip

from kartoteka.field_types.capabilities import Choosing
from kartoteka.field_types.field_type import Operator, Sort
from kartoteka.field_types.folding import FOLD_FROM, FOLD_TO, fold, sort_key
from kartoteka.platform.access.actor import Actor
from kartoteka.platform.access.models import Absence, User
from kartoteka.platform.access.reach import ON, THROUGH, Rows, has_tab, level_of, rows_for
from kartoteka.platform.catalog.definitions import EDIT, READ, Catalog, Field, Registry
from kartoteka.platform.catalog.filters import And, Comparison, Condition, Not, Or, parse
from kartoteka.platform.catalog.titles import title_fields
from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.kernel.tables import table_of
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.storage.layout import BYTES, Kind, Layout, sort_column
from kartoteka.platform.storage.models import LinkRow

Bool = ColumnElement[bool]
Kept = TypeVar("Kept")
MAX_KEPT = 300
# How far a path may lead from the record that somebody is.
MOST_STEPS = 3
LINKS = table_of(LinkRow)
USERS = table_of(User)
ABSENCES = table_of(Absence)
# Negative operators are the complement of positive ones, so that "is not" also finds what is empty.
_POSITIVE = {Operator.NE: Operator.EQ, Operator.NOT_IN: Operator.IN, Operator.IS_EMPTY: Operator.NOT_EMPTY}
_ORDER: dict[Operator, Callable[[Any, Any], Bool]] = {
    Operator.LT: lambda a, b: a < b,
    Operator.LTE: lambda a, b: a <= b,
    Operator.GT: lambda a, b: a > b,
    Operator.GTE: lambda a, b: a >= b,
}
_ANY = {Operator.EQ, Operator.IN, Operator.NOT_EMPTY}
_RANGE = _ANY | set(_ORDER) | {Operator.BETWEEN}
SYSTEM = {
    "id": _RANGE,
    "title": _RANGE | {Operator.CONTAINS, Operator.STARTS_WITH},
    "category": _ANY,
    "created_at": _RANGE,
    "updated_at": _RANGE,
    "created_by": _ANY,
    "updated_by": _ANY,
}


# The actor himself.
ME = {"var": "me"}
# The ids of the actor's roles, as the value of `in`: for what is meant for everybody who has a role.
MY_ROLES = {"var": "roles"}
# The people for whom the actor acts today.
STOOD_IN_FOR = {"var": "substituted"}


@dataclass(frozen=True)
class Sight:
    """Who looks, at which design, on which database, at what moment."""

    actor: Actor
    catalog: Catalog
    layout: Layout
    dialect: str
    now: datetime

    @cached_property
    def signature(self) -> tuple[Any, ...]:
        """All that decides what the actor sees under one design: two equal signatures see the same."""
        actor = self.actor
        return (
            actor.user_id,
            tuple(role.id for role in actor.roles),
            actor.identity,
            actor.locale.timezone,
            actor.seen_by is not None,
            actor.keeps_index,
            self.today,
        )

    @property
    def own(self) -> "Sight":
        """The sight of the very person: an admin who looks as somebody else is nobody to that person's own things."""
        nobody = replace(self.actor, user_id=0) if self.actor.seen_by else self.actor
        return replace(self, actor=nobody)

    @property
    def today(self) -> date:
        """The actor's today."""
        return self.now.astimezone(ZoneInfo(self.actor.locale.timezone)).date()


@dataclass(frozen=True)
class SortTerm:
    """One key of an order: what to compare, and which way."""

    name: str
    expression: ColumnElement[Any]
    descending: bool


class Unanswerable(Exception):
    """A rule speaks of an identity that the actor does not have."""


class Seen:
    """One registry under one alias, as the actor of `sight` sees it."""

    def __init__(
        self, sight: Sight, registry: Registry, table: FromClause | None = None, *, trusted: bool = False
    ) -> None:
        self.sight = sight
        self.registry = registry
        self.table: Any = table if table is not None else sight.layout.table(registry)
        self.trusted = trusted
        self._kept: dict[Any, Any] = {}
        self._rows: dict[tuple[int, str], Rows] = {}
        self._conditions: dict[Rows, Bool] = {}
        self._reaches: dict[Rows, Bool] = {}
        self._within: frozenset[str] | None = None

    def kept(self, key: Any, make: Callable[[], Kept]) -> Kept:
        """This function will keep something made for this actor and registry, such as a statement."""
        found: Kept | None = self._kept.get(key)
        if found is None:
            if len(self._kept) >= MAX_KEPT:
                self._kept.clear()
            found = self._kept[key] = make()
        return found

    def within(self, registries: frozenset[str]) -> "Seen":
        """This function will give the same for rows of which it is asked anyway that they lie on some registries.

        Nothing need be said of all other registries then, which are most of a statement.
        """

        def narrowed() -> Seen:
            seen = Seen(self.sight, self.registry, self.table, trusted=self.trusted)
            seen._within = registries
            return seen

        return self.kept(("within", registries), narrowed)

    @property
    def narrowed(self) -> bool:
        """Whether it speaks of some registries only."""
        return self._within is not None

    @property
    def alive(self) -> Bool:
        """The condition that a record is not in the recycle bin, nor the one that it is attached to."""
        there: Bool = self.table.c._removed_at.is_(None)
        return and_(there, self._carried) if self.registry.attached else there

    @property
    def removed(self) -> Bool:
        """The condition that a record itself is in the recycle bin."""
        gone: Bool = self.table.c._removed_at.is_not(None)
        return and_(gone, self._carried) if self.registry.attached else gone

    @cached_property
    def _carried(self) -> Bool:
        """The condition that a row is attached to nothing, or to a record that is not in the recycle bin."""
        if self.sight.actor.keeps_index:
            return true()
        through = self.registry.own.get("view", {}).get(THROUGH)
        if through is not None:
            return self._through_relation(through, lambda target: true())
        bearers = (self._attached_to(each, true()) for each in self._bearers)
        return or_(self.table.c._on_record.is_(None), *bearers)

    @property
    def _bearers(self) -> list[Registry]:
        """The registries in use whose records bear such rows."""
        catalog, plugin = self.sight.catalog, self.registry.plugin
        return [
            each
            for each in catalog.active_registries
            if plugin in catalog.tabs(each) and (self._within is None or each.key in self._within)
        ]

    def _attached_to(
        self, registry: Registry, condition: "Bool | Callable[[Seen], Bool]", *, carried: bool = True
    ) -> Bool:
        """The condition that a row is attached to a living record of a registry, of which something holds.

        Unless it is asked elsewhere whether what that lies on itself lives too (`carried`).
        """
        bearer = Seen(self.sight, registry, self.sight.layout.table(registry).alias(), trusted=self.trusted)
        held = condition(bearer) if callable(condition) else condition
        alive = bearer.alive if carried else bearer.table.c._removed_at.is_(None)
        there = exists().where(bearer.table.c.id == self.table.c._on_record, alive, held)
        return and_(self.table.c._on_registry == registry.id, there)

    def _through_bearers(
        self, plugin: str, role_ids: list[int], right: str, level: str, kept_to: Any = None
    ) -> Bool:
        """The rows that some roles reach through the tab of a plugin on the records of other registries.

        What the roles are kept to narrows that, such as customers to what is meant for them.
        """
        reaching = tuple(each for each in self.sight.actor.roles if each.id in role_ids)
        actor = replace(self.sight.actor, roles=reaching)
        parts: list[Bool] = []
        whole: list[int] = []
        for registry in self._bearers:
            tab = self.sight.catalog.tabs(registry)[plugin]
            rows = rows_for(actor, registry, right, tab, level)
            if rows.everything and not self.registry.sectioned:
                # That the record itself is not in the bin is asked once, for all rows: see `alive`.
                whole.append(registry.id)
            elif not rows.nothing:
                held = partial(self._reached_on, rows=rows, right=right, level=level)
                parts.append(self._attached_to(registry, held, carried=False))
        if whole:
            parts.append(self._of_registries(whole))
        reached = or_(false(), *parts)
        return reached if kept_to is None else all_of([reached, self._rule(kept_to)])

    def _of_registries(self, registries: list[int]) -> Bool:
        """The condition that a row is attached to a record of one of some registries, mostly that of nearly all rows.

        SQLite would take it for the best place to begin, and read every row there is; PostgreSQL knows better.
        """
        of: ColumnElement[int] = self.table.c._on_registry
        return (of + 0 if self.sight.dialect == "sqlite" else of).in_(registries)

    def _reached_on(self, bearer: "Seen", *, rows: Rows, right: str, level: str) -> Bool:
        """The condition that a bearer is among some rows, and that the room of it in which a thing lies is open."""
        parts = [bearer.condition_of(rows)]
        if self.registry.sectioned:
            parts.append(self._in_open_room(bearer, right, level))
        return all_of(parts)

    def _in_open_room(self, bearer: "Seen", right: str, level: str) -> Bool:
        """The condition that a row lies in no room of its bearer, or in a section or field that the actor reaches.

        All of his roles add up here as they do on the bearer itself: what he may read there he may read in files.
        """
        room: ColumnElement[Any] = self.table.c._on_room
        actor, registry = self.sight.actor, bearer.registry
        rows = [
            (each.id, rows_for(actor, registry, right, each.key, level)) for each in registry.active_sections
        ]
        rows += [
            (each.id, rows_for(actor, registry, right, level=level, field=each))
            for each in registry.active_fields
            if each.type == "file"
        ]
        always = [id for id, reached in rows if reached.everything]
        sometimes = [
            and_(room == id, bearer.condition_of(reached))
            for id, reached in rows
            if not reached.everything and not reached.nothing
        ]
        return or_(room.is_(None), room.in_(always), *sometimes)

    def _through_relation(self, key: str, condition: "Callable[[Seen], Bool]") -> Bool:
        """The condition that a relation points at a living record of which something holds for the actor himself."""
        field, links = self.registry.field(key), LINKS.alias()
        registry = self.sight.catalog.registries.get(str(field.options.get("target"))) if field else None
        if field is None or registry is None:
            return false()
        target = Seen(self.sight, registry, self.sight.layout.table(registry).alias())
        points = and_(links.c.field_id == field.id, links.c.source == self.table.c.id)
        there = and_(target.table.c.id == links.c.target, target.alive, condition(target))
        return exists().where(points, there)

    @cached_property
    def _view(self) -> Rows:
        return rows_for(self.sight.actor, self.registry, "view")

    @property
    def visible_at_all(self) -> bool:
        """False when no grant lets the actor view any row: the registry does not exist for him."""
        return self.registry.active and not self._view.nothing

    def reach(self, right: str, section: str | None = None, level: str = READ) -> Bool:
        """This function will give the condition that a row is reached by a right (in a section at a level)."""
        rows = rows_for(self.sight.actor, self.registry, right, section, level)
        if self._narrow is None:
            return self.condition_of(rows)
        found = self._reaches.get(rows)
        if found is None:
            found = self._reaches[rows] = all_of([self.condition_of(rows), self._narrow])
        return found

    def bears(self, plugin: str, right: str, level: str) -> Bool:
        """This function will give the condition that the actor reaches what a plugin attaches to a row.

        On things of plugins that is what he reaches by those of his roles that see such attachments anywhere.
        """
        tab, actor = self.sight.catalog.tabs(self.registry)[plugin], self.sight.actor
        if not self.registry.plugin or actor.is_admin:
            return self.reach(right, tab, level)
        roles = tuple(each for each in actor.roles if has_tab(each, plugin, level_of(right, level)))
        if roles == actor.roles:
            return self.reach(right, tab, level)
        held = (
            self.condition_of(rows_for(replace(actor, roles=roles), self.registry, right, tab, level))
            if roles
            else false()
        )
        return held if self._narrow is None else all_of([held, self._narrow])

    @cached_property
    def _narrow(self) -> Bool | None:
        """What nobody but its owner sees, whatever his rights; who looks as somebody else owns nothing."""
        if self.sight.actor.keeps_index:
            return None
        kept = [self._kept_back_on(each) for each in self._narrow_bearers]
        if self.registry.narrow is not None:
            own = Seen(self.sight.own, self.registry, self.table, trusted=True)
            kept.append(own._rule(self.registry.narrow))
        return all_of(kept) if kept else None

    def _told(self) -> Bool:
        return true() if self._narrow is None else self._narrow

    @property
    def _narrow_bearers(self) -> list[Registry]:
        return [each for each in self._bearers if each.narrow is not None] if self.registry.attached else []

    def _kept_back_on(self, registry: Registry) -> Bool:
        """What lies on a thing is kept back with it, such as a file on a private note."""
        on = self.table.c._on_registry
        told = self._attached_to(registry, Seen._told, carried=False)
        return or_(on.is_(None), on != registry.id, told)

    def as_judge(self) -> "Seen":
        """This function will give the same rows to whoever compiles row rules, which may use what is hidden."""
        judge = Seen(self.sight, self.registry, self.table, trusted=True)
        judge._within = self._within
        return judge

    def condition_of(self, rows: Rows) -> Bool:
        """This function will turn a set of rows into a condition; no rule means `false`."""
        if rows.everything:
            return true()
        found = self._conditions.get(rows)
        if found is None:
            judge = self.as_judge()
            found = or_(false(), *(judge._rule(document) for document in rows.documents()))
            self._conditions[rows] = found
        return found

    def _rule(self, document: Any) -> Bool:
        try:
            if ON in document:
                return self._through_bearers(*document[ON])
            if THROUGH in document:
                return self._through_relation(document[THROUGH], partial(Seen.reach, right="view"))
            return self.condition(parse(document))
        except (Unanswerable, Invalid):
            # A rule that cannot be answered, or names what is gone, must narrow, never widen.
            return false()

    def section_rows(self, section: str) -> Rows:
        """This function will give the rows on which a section is readable."""
        return rows_for(self.sight.actor, self.registry, "view", section, READ)

    def section_editable(self, section: str, right: str = "edit") -> Bool:
        """This function will give the condition that the actor may write a section of a row."""
        return self.reach(right, section, EDIT)

    def field_rows(self, field: Field) -> Rows:
        """This function will give the rows on which a field is readable: its section is, and no exception hides it."""
        return self._rows_of(field, "view", READ)

    def _rows_of(self, field: Field, right: str, level: str) -> Rows:
        found = self._rows.get((field.id, right))
        if found is None:
            found = rows_for(self.sight.actor, self.registry, right, level=level, field=field)
            self._rows[field.id, right] = found
        return found

    def field_shown(self, field: Field) -> Bool:
        """This function will give the condition that a field is readable on a row that is itself visible."""
        rows = self.field_rows(field)
        if self.trusted or rows.includes(self._view):
            return true()
        return self.condition_of(rows)

    def writable_rows(self, field: Field, right: str = "edit") -> Rows:
        """This function will give the rows on which the actor may write a field."""
        return self._rows_of(field, right, EDIT)

    def field_editable(self, field: Field, right: str = "edit") -> Bool:
        """This function will give the condition that the actor may write a field of a row."""
        return self.condition_of(self.writable_rows(field, right))

    def field(self, key: str) -> Field | None:
        """This function will find a field that exists for the actor."""
        found = self.registry.field(key)
        if found is None or self.trusted:
            return found
        section = self.registry.section(found.section)
        if not found.active or section is None or not section.active or self.field_rows(found).nothing:
            return None
        return found

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """All fields that exist for the actor."""
        return tuple(each for each in self.registry.active_fields if self.field(each.key) is not None)

    def column(self, field: Field, *, order: bool = False) -> ColumnElement[Any]:
        """This function will give a field's column (or its sort key), masked on rows where it is hidden."""
        column = self.table.c[sort_column(field) if order else field.column]
        return self._masked(column, self.field_shown(field))

    @staticmethod
    def _masked(column: ColumnElement[Any], shown: Bool) -> ColumnElement[Any]:
        return column if _is_true(shown) else case((shown, column))

    @cached_property
    def title_shown(self) -> Bool:
        """The condition that the title may be read: all that it is made of may be read."""
        parts = {self.field_rows(field): field for field in title_fields(self.registry)}
        return all_of(map(self.field_shown, parts.values()))

    def title(self, *, order: bool = False) -> ColumnElement[Any]:
        """This function will give the title (or its sort key), empty where it must not be read."""
        return self._masked(self.table.c["_s_title" if order else "_title"], self.title_shown)

    def condition(self, tree: Condition, *, negated: bool = False) -> Bool:
        """This function will compile a filter; the result is never NULL where it is negated.

        :raises Invalid: when the filter names what does not exist for the actor, or compares with a wrong value.
        """
        match tree:
            case Not():
                return self.condition(tree.part, negated=not negated)
            case And() | Or():
                parts = [self.condition(part, negated=negated) for part in tree.parts]
                together = isinstance(tree, And) != negated
                return and_(true(), *parts) if together else or_(false(), *parts)
            case Comparison():
                operator = tree.operator
                if operator in (Operator.EQ, Operator.NE) and tree.value is None:
                    operator = Operator.IS_EMPTY if operator is Operator.EQ else Operator.NOT_EMPTY
                if operator in _POSITIVE:
                    operator, negated = _POSITIVE[operator], not negated
                return self._comparison(tree.path, operator, tree.value, negated)

    def _comparison(self, path: tuple[str, ...], operator: Operator, value: Any, negated: bool) -> Bool:
        head, rest = path[0], path[1:]
        field = self.field(head)
        if rest:
            found = self._through(self._relation(field, head), rest, operator, value)
            return not_(found) if negated else found
        if field is None:
            return self._system(head, operator, value, negated)
        kind = self.sight.layout.kind(field)
        _allow(head, operator, kind.type.operators)
        if kind.linking:
            found = self._linked(field, kind, operator, value)
            return not_(found) if negated else found
        return self._scalar(field, kind, operator, value, negated)

    def _relation(self, field: Field | None, name: str) -> Field:
        if field is None or field.type != "relation":
            raise unknown_field(name)
        return field

    def target_of(self, field: Field) -> "Seen | None":
        """This function will open the registry that a relation points at, as the actor sees it; None if he does not."""
        registry = self.sight.catalog.registries.get(str(field.options.get("target")))
        if registry is None:
            return None
        seen = Seen(self.sight, registry, self.sight.layout.table(registry).alias(), trusted=self.trusted)
        return seen if self.trusted or seen.visible_at_all else None

    def _through(self, field: Field, rest: tuple[str, ...], operator: Operator, value: Any) -> Bool:
        target = self.target_of(field)
        if target is None:
            raise unknown_field(".".join((field.key, *rest)))
        inner = target._comparison(rest, operator, value, False)
        return self._link_exists(field, target, inner)

    def _link_exists(self, field: Field, target: "Seen", inner: Bool) -> Bool:
        links = LINKS.alias()
        reached = true() if self.trusted else target.reach("view")
        found = exists().where(
            links.c.field_id == field.id,
            links.c.source == self.table.c.id,
            links.c.target == target.table.c.id,
            target.alive, reached, inner,
        )  # fmt: skip
        return and_(self.field_shown(field), found)

    def _linked(self, field: Field, kind: Kind, operator: Operator, value: Any) -> Bool:
        links = LINKS.alias()
        chosen: Bool = true()
        if operator is not Operator.NOT_EMPTY:
            chosen = self._any_of(links.c.target, kind, operator, value)
        if field.type == "relation" and not self.trusted:
            target = self.target_of(field)
            if target is None:
                return false()
            inner = (
                true()
                if operator is Operator.NOT_EMPTY
                else self._any_of(target.table.c.id, kind, operator, value)
            )
            return self._link_exists(field, target, inner)
        found = exists().where(links.c.field_id == field.id, links.c.source == self.table.c.id, chosen)
        return and_(self.field_shown(field), found)

    def pointed_at(self, column: ColumnElement[Any], field: Field, operator: Operator, value: Any) -> Bool:
        """This function will give the condition that a column of targets holds what a link is compared with."""
        return self._any_of(column, self.sight.layout.kind(field), operator, value)

    def _any_of(self, column: ColumnElement[Any], kind: Kind, operator: Operator, value: Any) -> Bool:
        values = value if operator is Operator.IN else [value]
        if not isinstance(values, list):
            raise _wrong(_("This operator needs a list of values."))
        conditions = []
        for each in values:
            resolved = self._variable(each)
            if isinstance(resolved, Select):
                conditions.append(column.in_(resolved))
            elif each == ME:
                # Whoever looks as a role is nobody: the number that he has is that of no person.
                conditions.append(column == resolved)
            else:
                conditions.append(column.in_(list(_parsed(kind, resolved) or ())))
        return or_(false(), *conditions)

    def _scalar(self, field: Field, kind: Kind, operator: Operator, value: Any, negated: bool) -> Bool:
        column = self.column(field)
        if field.type == "multi_choice":
            return _with_negation(column, self._multi(column, kind, operator, value), negated)
        if operator in (Operator.CONTAINS, Operator.STARTS_WITH) and kind.type.sort is not Sort.ORDERED:
            return _with_negation(column, self._text_match(column, operator, value), negated)
        if operator in _ORDER or operator is Operator.BETWEEN:
            by_key = kind.type.sort is Sort.COLLATED
            left = self.column(field, order=True) if by_key else column
            convert = (lambda each: sort_key(str(each))) if by_key else (lambda each: each)
            return _with_negation(left, self._ordered(left, kind, operator, value, convert), negated)
        return _with_negation(column, self._equal(column, kind, operator, value), negated)

    def _equal(self, column: ColumnElement[Any], kind: Kind, operator: Operator, value: Any) -> Bool:
        if operator is Operator.NOT_EMPTY:
            return column.is_not(None)
        if operator is Operator.EQ:
            same: Bool = column == self._operand(kind, value)
            return same
        if value == MY_ROLES:
            return self._mine(column, kind)
        if not isinstance(value, list):
            raise _wrong(_("This operator needs a list of values."))
        return column.in_([self._operand(kind, each) for each in value])

    def _mine(self, column: ColumnElement[Any], kind: Kind) -> Bool:
        """One of the actor's roles: by its id in a number, by its key among the words of a text."""
        roles = self.sight.actor.roles
        if kind.type.name != "text":
            return column.in_([role.id for role in roles])
        words = literal(" ") + column + literal(" ")
        return or_(false(), *(_position(self.sight.dialect, words, f" {role.key} ") > 0 for role in roles))

    def _ordered(
        self,
        column: ColumnElement[Any],
        kind: Kind,
        operator: Operator,
        value: Any,
        convert: Callable[[Any], Any],
    ) -> Bool:
        if operator is not Operator.BETWEEN:
            return _ORDER[operator](column, convert(self._operand(kind, value)))
        if not isinstance(value, list) or len(value) != 2:
            raise _wrong(_("“between” needs a list of two values."))
        low, high = (convert(self._operand(kind, each)) for each in value)
        return and_(column >= low, column <= high)

    def _multi(self, column: ColumnElement[Any], kind: Kind, operator: Operator, value: Any) -> Bool:
        if operator is Operator.NOT_EMPTY:
            return column.is_not(None)
        if operator is Operator.EQ:
            same: Bool = column == self._operand(kind, value)
            return same
        values = value if isinstance(value, list) else [value]
        stored = type_coerce(column, Text)
        keys = [key for each in values for key in (_parsed(kind, each) or ())]
        return or_(false(), *(_position(self.sight.dialect, stored, f"|{key}|") > 0 for key in keys))

    def _text_match(self, column: ColumnElement[Any], operator: Operator, value: Any) -> Bool:
        if not isinstance(value, str | int | float) or isinstance(value, bool):
            raise _wrong(_("This operator needs a text."))
        needle = fold(str(value))
        folded = _folded(self.sight.dialect, column)
        if operator is Operator.STARTS_WITH:
            return func.substr(folded, 1, len(needle)) == needle
        return _position(self.sight.dialect, folded, needle) > 0

    def _on(self, operator: Operator, value: Any, negated: bool) -> Bool:
        """Attached to a record, of a registry, or to anything at all; as far as the actor sees what bears it."""
        _allow("on", operator, (Operator.EQ, Operator.IN, Operator.NOT_EMPTY))
        if operator is Operator.IN:
            found = self._on_any(value if isinstance(value, list) else [value])
            return not_(found) if negated else found
        parts = []
        asked = value if isinstance(value, dict) else {}
        if operator is Operator.EQ and not self._there(asked.get("registry")):
            raise _wrong(_("“on” is compared with a registry and an id, such as {example}.",
                           example='{"registry": "companies", "id": 7}'))  # fmt: skip
        for registry in self._bearers:
            if operator is Operator.EQ and registry.key != asked.get("registry"):
                continue
            chosen = self._among(asked["id"]) if "id" in asked else true()
            sees = partial(Seen.reach, right="view")
            parts.append(and_(chosen, self._attached_to(registry, sees if not self.trusted else true())))
        found = or_(false(), *parts)
        return not_(found) if negated else found

    def _on_any(self, places: list[Any]) -> Bool:
        """The condition that a living row is attached to any of some records.

        The rows are found first, by the index of what they lie on: left to itself, a database would rather walk along
        the order that is asked for and look at every row there is.
        """
        parts: list[Select[Any]] = []
        for place in places:
            near = Seen(self.sight, self.registry, self.sight.layout.table(self.registry).alias())
            asked = place if isinstance(place, dict) else {}
            registry = self.sight.catalog.registries.get(asked.get("registry", ""))
            if registry is not None and "id" in asked:
                there = (near.table.c._on_registry == registry.id, near.table.c._removed_at.is_(None))
                parts.append(select(near.table.c.id).where(*there, near._among(asked["id"])))
        reached = or_(false(), *(self._on(Operator.EQ, place, False) for place in places))
        return (
            and_(self.table.c.id.in_(union_all(*parts)), reached)
            if 0 < len(parts) == len(places)
            else reached
        )

    def _among(self, asked: Any) -> Bool:
        """The condition that a row is attached to a record of this id, or of one of these."""
        ids = asked if isinstance(asked, list) else [asked]
        chosen: Bool = self.table.c._on_record.in_([_identifier(each) for each in ids])
        return chosen

    def _there(self, key: Any) -> bool:
        """Whether there is such a registry for the actor; one that is hidden from him is told from none by nothing."""
        registry = self.sight.catalog.registries.get(key) if isinstance(key, str) else None
        return registry is not None and (self.trusted or Seen(self.sight, registry).visible_at_all)

    def _system(self, name: str, operator: Operator, value: Any, negated: bool) -> Bool:
        if name == "on" and self.registry.attached:
            return self._on(operator, value, negated)
        if name not in SYSTEM:
            raise unknown_field(name)
        _allow(name, operator, tuple(SYSTEM[name]))
        column, convert = self._system_operand(name, operator)
        if operator in (Operator.CONTAINS, Operator.STARTS_WITH):
            return _with_negation(column, self._text_match(column, operator, value), negated)
        if operator is Operator.NOT_EMPTY:
            return _with_negation(column, column.is_not(None), negated)
        values = value if operator in (Operator.IN, Operator.BETWEEN) else [value]
        if not isinstance(values, list) or (operator is Operator.BETWEEN and len(values) != 2):
            raise _wrong(_("This operator needs a list of values."))
        operands = [convert(self._variable(each)) for each in values]
        if operator in _ORDER:
            found = _ORDER[operator](column, operands[0])
        elif operator is Operator.BETWEEN:
            found = and_(column >= operands[0], column <= operands[1])
        else:
            found = or_(
                false(),
                *(column.in_(each) if isinstance(each, Select) else column == each for each in operands),
            )
        return _with_negation(column, found, negated)

    def _system_operand(
        self, name: str, operator: Operator
    ) -> tuple[ColumnElement[Any], Callable[[Any], Any]]:
        if name == "title":
            by_key = operator in _ORDER or operator is Operator.BETWEEN
            return self.title(order=by_key), (lambda each: sort_key(str(each))) if by_key else str
        if name in ("created_at", "updated_at"):
            return self.table.c[f"_{name}"], self._moment
        if name == "category":
            return self.table.c._category, str
        return self.table.c["id" if name == "id" else f"_{name}"], _identifier

    def _operand(self, kind: Kind, value: Any) -> Any:
        if value == STOOD_IN_FOR:
            raise _wrong(_("“substituted” means people, so it is compared with people only."))
        resolved = self._variable(value)
        if isinstance(resolved, Select):
            return resolved.scalar_subquery()
        if kind.type.name == "datetime" and isinstance(resolved, date) and not isinstance(resolved, datetime):
            return self._moment(resolved)
        parsed = _parsed(kind, resolved)
        if parsed is None:
            raise _wrong(_("This operator needs a value."))
        return parsed

    def _moment(self, value: Any) -> datetime:
        zone = ZoneInfo(self.sight.actor.locale.timezone)
        try:
            if isinstance(value, str):
                value = datetime.fromisoformat(value) if len(value) > 10 else date.fromisoformat(value)
            if isinstance(value, datetime):
                return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)
            if isinstance(value, date):
                return datetime.combine(value, time.min, zone).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        raise _wrong(_("“{value}” is not a date or a time.", value=str(value)[:40]))

    def _variable(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        name = value.get("var")
        if name == "me":
            return self.sight.actor.user_id
        if name == "substituted":
            return _stood_in_for(self.sight.actor.user_id, self.sight.today)
        if name == "today":
            days = value.get("days", 0)
            if not isinstance(days, int) or abs(days) > 36600:
                raise _wrong(_("“days” is a whole number, a hundred years at most."))
            return self.sight.today + timedelta(days=days)
        if isinstance(name, str) and name.split(".")[0] == "identity":
            return self._identity(tuple(name.split(".")[1:]))
        raise _wrong(_("A value may be a variable: me, substituted, today or identity."))

    def _identity(self, path: tuple[str, ...]) -> Any:
        """An identity's path gives a subquery; whoever has no identity gets nothing, never everything."""
        identity = self.sight.actor.identity
        registry = self.sight.catalog.registries.get(identity.registry) if identity else None
        if identity is None or registry is None:
            if self.trusted:
                raise Unanswerable
            return select(literal(None, Integer)).where(false())
        seen = Seen(self.sight, registry, self.sight.layout.table(registry).alias(), trusted=self.trusted)
        known = and_(
            seen.table.c.id == identity.id, seen.alive, true() if self.trusted else seen.reach("view")
        )
        return self._along(seen, known, path, ".".join(("identity", *path)))

    def _along(self, seen: "Seen", known: ColumnElement[bool], path: tuple[str, ...], told: str) -> Any:
        """What a path leads to from some records, step by step; each record on it must be seen, too."""
        if not path:
            return select(seen.table.c.id).where(known)
        field, further = seen.field(path[0]), path[1:]
        kind = self.sight.layout.kind(field) if field is not None else None
        there = self.sight.catalog.registries.get(kind.target) if kind is not None and further else None
        unseen = not seen.visible_at_all and not self.trusted
        if field is None or kind is None or unseen or len(path) > MOST_STEPS or (further and there is None):
            if self.trusted:
                raise Unanswerable
            raise unknown_field(told)
        if not kind.linking:
            return select(seen.column(field)).where(known)
        links = LINKS.alias()
        joined = and_(
            links.c.source == seen.table.c.id, links.c.field_id == field.id, seen.field_shown(field)
        )
        found = select(links.c.target).where(known, joined)
        if there is None:
            return found
        beyond = Seen(self.sight, there, self.sight.layout.table(there).alias(), trusted=self.trusted)
        reached = true() if self.trusted else beyond.reach("view")
        return self._along(beyond, and_(beyond.table.c.id.in_(found), beyond.alive, reached), further, told)

    def sort_terms(self, order: str) -> list[SortTerm]:
        """This function will read `-turnover,name` into terms; the id always comes last.

        :raises Invalid: under `sort`, when a name does not exist for the actor or cannot be ordered by.
        """
        terms, seen_names = [], set()
        for part in filter(None, (each.strip() for each in order.split(","))):
            name, descending = part.removeprefix("-"), part.startswith("-")
            if name not in seen_names:
                terms.append(SortTerm(name, self._sort_expression(name), descending))
            seen_names.add(name)
        if len(terms) > 5:
            raise Invalid({"sort": [_("Order by five fields at most.")]})
        return terms

    def _sort_expression(self, name: str) -> ColumnElement[Any]:
        field = self.field(name)
        if field is None:
            if name == "title":
                return self.title(order=True)
            if name not in SYSTEM:
                raise Invalid({"sort": [_("There is no field “{name}”.", name=name[:80])]})
            own: ColumnElement[Any] = self.table.c["id" if name == "id" else f"_{name}"]
            return own
        kind = self.sight.layout.kind(field)
        if kind.linking:
            return self._first_title(field)
        if kind.type.sort is Sort.NONE:
            raise Invalid({"sort": [_("Records cannot be ordered by “{name}”.", name=name)]})
        if kind.type.sort is Sort.ORDERED and isinstance(kind.type, Choosing):
            places = {choice.key: place for place, choice in enumerate(kind.choices)}
            return case(places, value=self.column(field)) if places else literal(None, Integer)
        column = self.column(field, order=kind.type.sort is Sort.COLLATED)
        if isinstance(column.type, Boolean):
            # Neither database says what is greater, yes or no; numbers do.
            return case((column.is_(True), 1), (column.is_(False), 0))
        return column

    def _first_title(self, field: Field) -> ColumnElement[Any]:
        links = LINKS.alias()
        if field.type == "user":
            people = USERS.alias()
            title: ColumnElement[Any] = func.min(
                people.c.name.collate("C") if self.sight.dialect == "postgresql" else people.c.name
            )
            known: Bool = people.c.id == links.c.target
        else:
            target = self.target_of(field) if field.type == "relation" else None
            if target is None:
                return literal(None, BYTES)
            title = func.min(target.title(order=True))
            known = and_(target.table.c.id == links.c.target, target.alive, target.reach("view"))
        first = select(title).where(links.c.field_id == field.id, links.c.source == self.table.c.id, known)
        return self._masked(first.correlate(self.table).scalar_subquery(), self.field_shown(field))


def _stood_in_for(person: int, today: date) -> Select[Any]:
    """The people for whom somebody acts today: those away with him as substitute, and with those people in turn.

    Who is away himself acts for nobody. Asked anew by each statement, so that his wider sight ends with the absence.
    """
    first = ABSENCES.alias()
    away_himself = ABSENCES.alias()
    there = not_(exists().where(away_himself.c.user_id == person, _lasts(away_himself, today)))
    acted_for = (
        select(first.c.user_id)
        .where(first.c.substitute_id == person, _lasts(first, today), there)
        .cte(recursive=True)
    )
    further = ABSENCES.alias()
    acted_for = acted_for.union(
        select(further.c.user_id).where(
            further.c.substitute_id == acted_for.c.user_id, _lasts(further, today)
        )
    )
    return select(acted_for.c.user_id)


def _lasts(absence: FromClause, today: date) -> Bool:
    return and_(absence.c.begins <= today, absence.c.ends >= today)


def all_of(conditions: Iterable[Bool]) -> Bool:
    """This function will join conditions by AND, leaving out those that always hold."""
    kept = [each for each in conditions if not _is_true(each)]
    return and_(*kept) if kept else true()


def unknown_field(name: str) -> Invalid:
    """This function will make the one answer for what does not exist and for what may not be seen."""
    return _wrong(_("There is no field “{name}”.", name=name[:80]))


def _wrong(sentence: str) -> Invalid:
    return Invalid({"filter": [sentence]})


def _is_true(condition: Bool) -> bool:
    return bool(condition.compare(true()))


def _allow(name: str, operator: Operator, allowed: tuple[Operator, ...]) -> None:
    if operator not in allowed and not (operator is Operator.NOT_EMPTY and Operator.IS_EMPTY in allowed):
        raise _wrong(_("“{operator}” does not fit the field “{name}”.", operator=operator.value, name=name))


def _parsed(kind: Kind, value: Any) -> Any:
    try:
        return kind.schema.deserialize(value)
    except ma.ValidationError as error:
        messages = error.messages if isinstance(error.messages, list) else [str(error)]
        raise _wrong(str(messages[0])) from error


def _identifier(value: Any) -> Any:
    if isinstance(value, Select) or (
        isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63
    ):
        return value
    if isinstance(value, str) and value.isdecimal() and len(value) < 19:
        return int(value)
    raise _wrong(_("An id is a whole number."))


def _with_negation(column: ColumnElement[Any], condition: Bool, negated: bool) -> Bool:
    return or_(column.is_(None), not_(condition)) if negated else condition


def _folded(dialect: str, column: ColumnElement[Any]) -> ColumnElement[str]:
    if dialect == "postgresql":
        return func.translate(func.lower(column.collate("C")), FOLD_FROM, FOLD_TO)
    return func.kartoteka_fold(column)


def _position(dialect: str, text: ColumnElement[Any], needle: str) -> ColumnElement[int]:
    return func.strpos(text, needle) if dialect == "postgresql" else func.instr(text, needle)

"""Conditional rules of fields and sections: compiled into judgements over plain values, without any query.

A rule is a filter over the record itself. What it finds here is exactly what the same filter would find in a list:
see `access.seen`, which says it in SQL.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import marshmallow as ma

from kartoteka.field_types.capabilities import Computed, Numbering
from kartoteka.field_types.field_type import FieldType, Operator, Sort
from kartoteka.field_types.folding import fold, sort_key
from kartoteka.platform.catalog.definitions import Field, Filter, Registry, Section
from kartoteka.platform.catalog.filters import And, Comparison, Condition, Not, Or, fields_of, parse
from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.kernel.texts import _

VISIBLE, REQUIRED, READONLY = "visible", "required", "readonly"
RULES_OF_FIELDS = (VISIBLE, REQUIRED, READONLY)
RULES_OF_SECTIONS = (VISIBLE, READONLY)
CATEGORY = "category"
EMPTY: tuple[Any, ...] = (None, "", ())
_MOST_DAYS = 36_600
_POSITIVE = {Operator.NE: Operator.EQ, Operator.NOT_IN: Operator.IN, Operator.IS_EMPTY: Operator.NOT_EMPTY}
_ORDER: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.LT: lambda value, bound: bool(value < bound),
    Operator.LTE: lambda value, bound: bool(value <= bound),
    Operator.GT: lambda value, bound: bool(value > bound),
    Operator.GTE: lambda value, bound: bool(value >= bound),
}
_OF_CATEGORIES = (Operator.EQ, Operator.IN, Operator.NOT_EMPTY)
_OTHERS = frozenset({"id", "title", "created_at", "created_by", "updated_at", "updated_by"})


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: what `me` and `today` stand for."""

    user_id: int
    today: date
    timezone: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a record: its values by field key, links as tuples of ids, its category, and who asks."""

    values: Mapping[str, Any]
    category: str | None
    asker: Asker


class Kind(Protocol):
    """What must be known of a field's type."""

    @property
    def type(self) -> FieldType:
        """The field type."""

    @property
    def schema(self) -> Any:
        """The parser of its values."""

    @property
    def linking(self) -> bool:
        """Whether its values are links."""


Kinds = Callable[[Field], Kind]
Judgement = Callable[[Facts], bool]
Operand = Callable[[Asker], Any]


class Unanswerable(Exception):
    """A variable has a value that the field cannot take, such as a day beyond its bounds."""


def names_of(rule: Filter) -> frozenset[str]:
    """This function will collect the names that a rule asks about; of one that is no filter: none."""
    try:
        return frozenset(path[0] for path in fields_of(parse(rule)))
    except Invalid:
        return frozenset()


def rests(registry: Registry, rule: Filter) -> bool:
    """This function will tell whether a rule does not apply, since something that it names is switched off."""
    return any(not in_use(registry, name) for name in names_of(rule))


def in_use(registry: Registry, name: str) -> bool:
    """This function will tell whether a name in a rule means something that is not switched off."""
    field = registry.field(name)
    if field is None:
        return name == CATEGORY
    section = registry.section(field.section)
    return field.active and section is not None and section.active


def ruled(registry: Registry) -> Iterator[tuple[Field | Section, str, Filter]]:
    """This function will list all rules of a registry: whose it is, which one, and its filter."""
    things: tuple[Field | Section, ...] = (*registry.sections, *registry.fields)
    for thing in things:
        for word, rule in thing.when.items():
            yield thing, word, rule


def suits(registry: Registry, field: Field, category: str | None) -> bool:
    """This function will tell whether records of a category have a field."""
    section = registry.section(field.section)
    wanted = (field.categories, section.categories if section else ())
    return all(not categories or category in categories for categories in wanted)


def waits_for(registry: Registry, field: Field) -> frozenset[str]:
    """This function will collect what decides whether a field is shown: by its own rule and by its section's."""
    section = registry.section(field.section)
    rules = [thing.when[VISIBLE] for thing in (field, section) if thing is not None and VISIBLE in thing.when]
    return frozenset().union(*map(names_of, rules))


def in_order(registry: Registry) -> list[Field]:
    """This function will order fields so that each comes after those that decide whether it is shown."""
    placed: dict[str, Field] = {}

    def place(field: Field, on_the_way: frozenset[str]) -> None:
        if field.key in placed or field.key in on_the_way:
            return
        for name in sorted(waits_for(registry, field)):
            before = registry.field(name)
            if before is not None:
                place(before, on_the_way | {field.key})
        placed[field.key] = field

    for each in registry.fields:
        place(each, frozenset())
    return list(placed.values())


def circles(registry: Registry) -> Iterator[Field]:
    """This function will find the fields whose being shown depends, by some way, on themselves."""
    waiting = {field.key: waits_for(registry, field) for field in registry.fields}
    for field in registry.fields:
        reached: set[str] = set()
        ahead = set(waiting[field.key])
        while ahead:
            name = ahead.pop()
            reached.add(name)
            ahead |= waiting.get(name, frozenset()) - reached
        if field.key in reached:
            yield field


def judgement(registry: Registry, rule: Filter, kinds: Kinds) -> Judgement:
    """This function will compile a rule.

    :raises Invalid: with a sentence when it names what cannot be known, or compares it in a wrong way.
    """
    return _Compiler(registry, kinds).condition(parse(rule), negated=False)


class _Compiler:
    """Turns a filter into a function over facts."""

    def __init__(self, registry: Registry, kinds: Kinds) -> None:
        self.registry = registry
        self.kinds = kinds

    def condition(self, tree: Condition, *, negated: bool) -> Judgement:
        match tree:
            case Not():
                return self.condition(tree.part, negated=not negated)
            case And() | Or():
                parts = [self.condition(part, negated=negated) for part in tree.parts]
                if isinstance(tree, And) != negated:
                    return lambda facts: all(part(facts) for part in parts)
                return lambda facts: any(part(facts) for part in parts)
            case Comparison():
                found = self._comparison(tree)
                return (lambda facts: not found(facts)) if _denies(tree) != negated else found

    def _comparison(self, tree: Comparison) -> Judgement:
        name, operator = tree.path[0], _positive(tree)
        field = self.registry.field(name)
        if len(tree.path) > 1:
            sentence = _(
                "A rule asks about the record itself; “{name}” leads to another one.",
                name=".".join(tree.path),
            )
            raise _wrong(sentence)
        if field is not None:
            return self._of_field(field, operator, tree.value)
        if name == CATEGORY:
            return self._of_category(operator, tree.value)
        if name in _OTHERS:
            raise _wrong(_("A rule cannot ask about “{name}”, which is known only after saving.", name=name))
        raise _wrong(_("There is no field “{name}”.", name=name[:80]))

    def _of_category(self, operator: Operator, value: Any) -> Judgement:
        _allow(CATEGORY, operator, _OF_CATEGORIES)
        if operator is Operator.NOT_EMPTY:
            return lambda facts: bool(facts.category)
        wanted = value if operator is Operator.IN else [value]
        if not isinstance(wanted, list):
            raise _wrong(_("This operator needs a list of values."))
        for each in wanted:
            if not isinstance(each, str) or self.registry.category(each) is None:
                raise _wrong(_("There is no category “{name}”.", name=str(each)[:60]))
        return lambda facts: facts.category in wanted

    def _of_field(self, field: Field, operator: Operator, value: Any) -> Judgement:
        kind = self.kinds(field)
        if isinstance(kind.type, Numbering | Computed):
            raise _wrong(
                _("A rule cannot ask about “{name}”, which is known only after saving.", name=field.key)
            )
        _allow(field.key, operator, kind.type.operators)
        fits = self._fitting(field, kind, operator, value)
        return lambda facts: _judged(facts, field.key, fits)

    def _fitting(self, field: Field, kind: Kind, operator: Operator, value: Any) -> "Fitting":
        if operator is Operator.NOT_EMPTY:
            return lambda found, asker: True
        if kind.linking or field.type == "multi_choice":
            if operator is Operator.EQ and not kind.linking:
                return _same(self._operand(field, kind, value))
            return _meets(self._several(field, kind, operator, value))
        if operator in (Operator.CONTAINS, Operator.STARTS_WITH):
            return _within(operator, value)
        if operator in _ORDER or operator is Operator.BETWEEN:
            return self._ordered(field, kind, operator, value)
        if operator is Operator.EQ:
            return _same(self._operand(field, kind, value))
        operands = [self._operand(field, kind, each) for each in _listed(value)]
        return lambda found, asker: any(found == operand(asker) for operand in operands)

    def _ordered(self, field: Field, kind: Kind, operator: Operator, value: Any) -> "Fitting":
        key = (lambda each: sort_key(str(each))) if kind.type.sort is Sort.COLLATED else (lambda each: each)
        if operator is not Operator.BETWEEN:
            holds, bound = _ORDER[operator], self._operand(field, kind, value)
            return lambda found, asker: holds(key(found), key(bound(asker)))
        if not isinstance(value, list) or len(value) != 2:
            raise _wrong(_("“between” needs a list of two values."))
        low, high = (self._operand(field, kind, each) for each in value)
        return lambda found, asker: key(low(asker)) <= key(found) <= key(high(asker))

    def _several(self, field: Field, kind: Kind, operator: Operator, value: Any) -> list[Operand]:
        """What any of several links or choices may be."""
        values = _listed(value) if operator is Operator.IN else value if isinstance(value, list) else [value]
        return [self._operand(field, kind, each, several=True) for each in values]

    def _operand(self, field: Field, kind: Kind, value: Any, *, several: bool = False) -> Operand:
        if isinstance(value, Mapping):
            return _variable(field, kind, value)
        parsed = _parsed(kind, value)
        if parsed is None and not several:
            raise _wrong(_("This operator needs a value."))
        return lambda asker: parsed


Fitting = Callable[[Any, Asker], bool]


def _denies(tree: Comparison) -> bool:
    """Negative operators are the complement of positive ones; compared with nothing, `eq` asks for what is empty."""
    if tree.operator in (Operator.EQ, Operator.NE) and tree.value is None:
        return tree.operator is Operator.EQ
    return tree.operator in _POSITIVE


def _positive(tree: Comparison) -> Operator:
    if tree.operator in (Operator.EQ, Operator.NE) and tree.value is None:
        return Operator.NOT_EMPTY
    return _POSITIVE.get(tree.operator, tree.operator)


def _judged(facts: Facts, key: str, fits: Fitting) -> bool:
    found = facts.values.get(key)
    return found not in (None, ()) and fits(found, facts.asker)


def _same(operand: Operand) -> Fitting:
    return lambda found, asker: bool(found == operand(asker))


def _meets(operands: list[Operand]) -> Fitting:
    return lambda found, asker: any(one in (operand(asker) or ()) for operand in operands for one in found)


def _within(operator: Operator, value: Any) -> Fitting:
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise _wrong(_("This operator needs a text."))
    needle = fold(str(value))
    if operator is Operator.STARTS_WITH:
        return lambda found, asker: fold(str(found)).startswith(needle)
    return lambda found, asker: needle in fold(str(found))


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise _wrong(_("This operator needs a list of values."))
    return value


def _variable(field: Field, kind: Kind, value: Mapping[str, Any]) -> Operand:
    word, days = value.get("var"), value.get("days", 0)
    if word == "me" and field.type == "user":
        return lambda asker: (asker.user_id,)
    if word == "today" and field.type in ("date", "datetime"):
        if not isinstance(days, int) or abs(days) > _MOST_DAYS:
            raise _wrong(_("“days” is a whole number, a hundred years at most."))
        return lambda asker: _day(kind, field.type == "datetime", asker, asker.today + timedelta(days=days))
    if word in ("me", "today"):
        raise _wrong(_("“{word}” does not fit the field “{name}”.", word=str(word), name=field.key))
    raise _wrong(_("In a rule a value may be one of the variables me and today."))


def _day(kind: Kind, is_moment: bool, asker: Asker, day: date) -> Any:
    if is_moment:
        return datetime.combine(day, time.min, ZoneInfo(asker.timezone)).astimezone(UTC)
    try:
        return kind.schema.deserialize(day)
    except ma.ValidationError as error:
        raise Unanswerable from error


def _parsed(kind: Kind, value: Any) -> Any:
    try:
        return kind.schema.deserialize(value)
    except ma.ValidationError as error:
        messages = error.messages if isinstance(error.messages, list) else [str(error)]
        raise _wrong(str(messages[0])) from error


def _allow(name: str, operator: Operator, allowed: tuple[Operator, ...]) -> None:
    if operator not in allowed and not (operator is Operator.NOT_EMPTY and Operator.IS_EMPTY in allowed):
        raise _wrong(_("“{operator}” does not fit the field “{name}”.", operator=operator.value, name=name))


def _wrong(sentence: str) -> Invalid:
    return Invalid({"filter": [sentence]})

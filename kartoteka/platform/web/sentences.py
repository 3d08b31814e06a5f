"""Conditions as sentences: what a chip over a list says, and what the choice of operators is called."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from marshmallow import ValidationError

from kartoteka.field_types.capabilities import Choosing
from kartoteka.field_types.formatting import date_text
from kartoteka.platform.catalog.definitions import label
from kartoteka.platform.kernel.texts import N_, _, plural
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.targets import Target, target_at

NEXT_DAYS, LAST_DAYS, ME = "next_days", "last_days", "me"

OPERATORS: Mapping[str, Mapping[str, str]] = {
    "text": {
        "contains": N_("contains"),
        "starts_with": N_("begins with"),
        "eq": N_("is exactly"),
        "ne": N_("is not"),
        "in": N_("is one of"),
        "is_empty": N_("is empty"),
        "not_empty": N_("is filled in"),
    },
    "number": {
        "eq": N_("equals"),
        "ne": N_("does not equal"),
        "gte": N_("at least"),
        "lte": N_("at most"),
        "gt": N_("more than"),
        "lt": N_("less than"),
        "between": N_("between"),
        "is_empty": N_("is empty"),
        "not_empty": N_("is filled in"),
    },
    "date": {
        NEXT_DAYS: N_("in the next … days"),
        LAST_DAYS: N_("in the last … days"),
        "eq": N_("on"),
        "gte": N_("from"),
        "lte": N_("until"),
        "lt": N_("before"),
        "gt": N_("after"),
        "between": N_("between"),
        "is_empty": N_("is empty"),
        "not_empty": N_("is filled in"),
    },
    "choice": {
        "in": N_("is"),
        "not_in": N_("is not"),
        "contains": N_("contains"),
        "is_empty": N_("is empty"),
        "not_empty": N_("is filled in"),
    },
    "boolean": {"eq": N_("is"), "is_empty": N_("is empty"), "not_empty": N_("is filled in")},
    "link": {
        "in": N_("is"),
        "not_in": N_("is not"),
        "is_empty": N_("is empty"),
        "not_empty": N_("is filled in"),
    },
    "user": {
        ME: N_("is me"),
        "in": N_("is"),
        "not_in": N_("is not"),
        "is_empty": N_("is empty"),
        "not_empty": N_("is filled in"),
    },
    "file": {"is_empty": N_("is empty"), "not_empty": N_("is filled in")},
}
_MADE_OF = {NEXT_DAYS: "between", LAST_DAYS: "between", ME: "in"}
_SAID = {
    "eq": N_("{field}: {value}"),
    "in": N_("{field}: {value}"),
    "ne": N_("{field}: not {value}"),
    "not_in": N_("{field}: not {value}"),
    "contains": N_("{field}: contains {value}"),
    "starts_with": N_("{field}: begins with {value}"),
    "between": N_("{field}: {value} to {second}"),
    "gt": N_("{field}: more than {value}"),
    "gte": N_("{field}: at least {value}"),
    "lt": N_("{field}: less than {value}"),
    "lte": N_("{field}: at most {value}"),
    "is_empty": N_("{field}: empty"),
    "not_empty": N_("{field}: filled in"),
}
_SAID_OF_DATES = {
    "gt": N_("{field}: after {value}"),
    "gte": N_("{field}: from {value}"),
    "lt": N_("{field}: before {value}"),
    "lte": N_("{field}: until {value}"),
}


def operators_of(target: Target) -> list[tuple[str, str]]:
    """This function will list the operators that a target offers, with their names."""
    known = {operator.value for operator in target.operators}
    offered = OPERATORS[target.family]
    return [(name, _(text)) for name, text in offered.items() if _MADE_OF.get(name, name) in known]


def sentence(work: Work, registry: str, node: Mapping[str, Any]) -> str:
    """This function will say a condition, however it is nested, in one sentence."""
    if "not" in node:
        return _("not ({condition})", condition=sentence(work, registry, node["not"]))
    for word, between in (("and", _(" and ")), ("or", _(" or "))):
        if word in node and isinstance(node[word], list):
            return between.join(sentence(work, registry, each) for each in node[word])
    target = target_at(work, registry, str(node.get("field", "")))
    if target is None:
        return str(node.get("field", "?"))
    return _comparison(work, target, str(node.get("op", "eq")), node.get("value"))


def _comparison(work: Work, target: Target, operator: str, value: Any) -> str:
    days = relative_days(value) if operator == "between" else None
    if days is not None:
        return _days_sentence(target.label, days)
    said = _SAID_OF_DATES.get(operator) if target.family == "date" else None
    pattern = said or _SAID.get(operator, N_("{field}: {value}"))
    values = [value_text(work, target, each) for each in (value if isinstance(value, list) else [value])]
    if operator == "between":
        return _(pattern, field=target.label, value=values[0], second=values[-1])
    return _(pattern, field=target.label, value=", ".join(values))


def _days_sentence(name: str, days: int) -> str:
    if days >= 0:
        return plural("{field}: next {n} day", "{field}: next {n} days", days, field=name)
    return plural("{field}: last {n} day", "{field}: last {n} days", -days, field=name)


def relative_days(value: Any) -> int | None:
    """This function will tell how many days a span from or to today has, None for any other span."""
    if not isinstance(value, list) or len(value) != 2:
        return None
    ends = [
        each.get("days", 0) if isinstance(each, dict) and each.get("var") == "today" else None
        for each in value
    ]
    low, high = ends
    if not isinstance(low, int) or not isinstance(high, int):
        return None
    return high if low == 0 else low if high == 0 else None


def value_text(work: Work, target: Target, value: Any) -> str:
    """This function will write out one value of a condition."""
    if isinstance(value, dict):
        return _variable(value)
    if target.linked_to:
        identifier = value if isinstance(value, int) else int(value) if str(value).isdecimal() else 0
        return work.gate.titles({target.linked_to: [identifier]}).get((target.linked_to, identifier), "?")
    if target.kind is None:
        return _system_text(work, target, value)
    if isinstance(target.kind.type, Choosing):
        choices = target.kind.choices
        return next(
            (each.label(work.actor.locale.language) for each in choices if each.key == value), str(value)
        )
    try:
        parsed = target.kind.schema.deserialize(value)
    except ValidationError:
        return str(value)
    return str(target.kind.type.text(parsed, target.kind.options, work.actor.locale))


def _variable(value: Mapping[str, Any]) -> str:
    if value.get("var") == "me":
        return _("me")
    if value.get("var") == "today":
        days = value.get("days", 0)
        if not days:
            return _("today")
        return (
            plural("in {n} day", "in {n} days", days)
            if days > 0
            else plural("{n} day ago", "{n} days ago", -days)
        )
    return _("what I am")


def _system_text(work: Work, target: Target, value: Any) -> str:
    if target.path.endswith("category"):
        found = target.registry.category(str(value))
        return label(found, work.actor.locale.language) if found else str(value)
    if target.family == "date":
        from_iso = _day(str(value))
        return date_text(from_iso, work.actor.locale.language) if from_iso else str(value)
    return str(value)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def clause_values(node: Mapping[str, Any]) -> Sequence[Any]:
    """This function will list the values of a comparison."""
    value = node.get("value")
    return value if isinstance(value, list) else [] if value is None else [value]

"""The small form in which one condition of a list is put together or changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from kartoteka.field_types.capabilities import Choosing
from kartoteka.platform.catalog.definitions import Registry, label
from kartoteka.platform.front import begin
from kartoteka.platform.kernel.errors import NotFound
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.records import Link
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.answers import go
from kartoteka.platform.web.fields import ChoiceView, FieldView, LinkView
from kartoteka.platform.web.pages import page
from kartoteka.platform.web.plugged import plugged
from kartoteka.platform.web.sentences import (
    LAST_DAYS,
    ME,
    NEXT_DAYS,
    clause_values,
    operators_of,
    relative_days,
)
from kartoteka.platform.web.state import Node, State, state_of
from kartoteka.platform.web.targets import Target, target_at, targets_of, targets_through

NO_VALUE = frozenset({"is_empty", "not_empty", ME})
SEVERAL = frozenset({"in", "not_in"})


@dataclass(frozen=True)
class Group:
    """A group of the picker: the fields of the registry itself, or of the records that one relation leads to."""

    label: str
    fields: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class _Picker:
    """A combobox of the condition, in the shape that fields/combo.html draws."""

    label: str
    pick_url: str
    links: Sequence[LinkView]
    input_id: str = "clause-value"
    input_name: str = "value"
    many: bool = True
    errors: Sequence[str] = ()


@dataclass(frozen=True)
class Builder:
    """The form of one condition as it stands at the moment."""

    registry: str
    carried: Sequence[tuple[str, str]]
    at: str
    groups: Sequence[Group]
    field: str
    op: str
    ops: Sequence[tuple[str, str]]
    entry: str
    inputs: int = 1
    several: bool = False
    values: Sequence[str] = ()
    choices: Sequence[ChoiceView] = ()
    picker: _Picker | None = None
    errors: Sequence[str] = ()
    role: str = ""
    # The home page for one of whose tiles the condition is made.
    board: str = ""
    # The plugin for one of whose pages the condition is made.
    taker: str = ""

    @property
    def inside(self) -> bool:
        """Whether the form stands within a dialog, which takes the condition over."""
        return bool(self.role or self.board)

    @property
    def use_url(self) -> str:
        """Where the finished condition goes: into the filter of the list, a row rule, or a tile of a home page."""
        if self.board:
            return url_for("web.tile_condition", place=self.board)
        if self.role:
            return url_for("web.admin_rule_condition", registry=self.registry, role=self.role)
        if self.taker:
            return url_for(plugged().takers[self.taker], registry=self.registry)
        return url_for("web.apply_clause", registry=self.registry)


@page("/r/<registry>/condition")
def clause(registry: str) -> str:
    """The form of a new condition, or of the one at a place of the filter."""
    with begin() as work:
        role = request.args.get("role", "")
        board = request.args.get("board", "")
        builder = builder_of(work, state_of(registry, request.args), request.args, role=role, board=board)
        return render_template("lists/clause.html", builder=_for_taker(builder, request.args))


def _for_taker(builder: Builder, given: MultiDict[str, str]) -> Builder:
    taker = given.get("taker", "")
    if taker not in plugged().takers:
        return builder
    return replace(builder, taker=taker, carried=[*builder.carried, ("taker", taker)])


def condition_added(work: Work, registry: str) -> tuple[Mapping[str, Any] | None, str]:
    """This function will give the filter with the condition that was just put together for a page of a plugin.

    When something about it is wrong it gives the form again instead, to be answered with 422.
    """
    state, given = state_of(registry, request.args), request.args
    try:
        node = condition_of(work, registry, given)
    except ValidationError as error:
        sentences = [str(message) for message in error.messages]
        builder = _for_taker(builder_of(work, state, given, sentences), given)
        return None, render_template("lists/clause.html", builder=builder)
    return put(state, given.get("at", ""), node).condition, ""


@page("/r/<registry>/condition/use")
def apply_clause(registry: str) -> Response | tuple[str, int]:
    """The list with the condition put into its filter."""
    with begin() as work:
        state, given = state_of(registry, request.args), request.args
        try:
            node = condition_of(work, registry, given)
        except ValidationError as error:
            sentences = [str(message) for message in error.messages]
            return render_template(
                "lists/clause.html", builder=builder_of(work, state, given, sentences)
            ), 422
        return go(put(state, given.get("at", ""), node).url)


def condition_of(work: Work, registry: str, given: MultiDict[str, str]) -> Node:
    """This function will read one condition out of the form.

    :raises ValidationError: when something about it is missing or cannot be read.
    """
    target = _target(work, registry, given.get("field", ""))
    return _node(target, given.get("op", ""), [value for value in given.getlist("value") if value])


def put(state: State, at: str, node: Node) -> State:
    """This function will put a condition at a place of the filter, or behind the others."""
    place = int(at) if at.isdecimal() and int(at) < len(state.nodes) else len(state.nodes)
    return state.but(nodes=(*state.nodes[:place], node, *state.nodes[place + 1 :]))


def _target(work: Work, registry: str, path: str) -> Target:
    found = target_at(work, registry, path) if path else None
    if found is None:
        raise NotFound(_("There is no such detail."))
    return found


def _node(target: Target, operator: str, values: Sequence[str]) -> Node:
    if operator not in dict(operators_of(target)):
        raise ValidationError(_("This detail cannot be asked about like this."))
    if operator in ("is_empty", "not_empty"):
        return {"field": target.path, "op": operator}
    if operator == ME:
        return {"field": target.path, "op": "in", "value": [{"var": "me"}]}
    if operator in (NEXT_DAYS, LAST_DAYS):
        return {"field": target.path, "op": "between", "value": _span(operator, values)}
    parts = (
        [part.strip() for value in values for part in value.split(",")]
        if _listed(target, operator)
        else list(values)
    )
    read = [_read(target, operator, part) for part in parts if part]
    if not read or (operator == "between" and len(read) != 2):
        raise ValidationError(_("Fill in the value."))
    wanted = read if operator in SEVERAL or operator == "between" else read[0]
    return {"field": target.path, "op": operator, "value": wanted}


def _span(operator: str, values: Sequence[str]) -> list[dict[str, Any]]:
    days = int(values[0]) if values and values[0].isdecimal() and len(values[0]) < 6 else 30
    today, other = {"var": "today"}, {"var": "today", "days": days if operator == NEXT_DAYS else -days}
    return [today, other] if operator == NEXT_DAYS else [other, today]


def _listed(target: Target, operator: str) -> bool:
    return operator in SEVERAL and target.family == "text"


def _read(target: Target, operator: str, text: str) -> Any:
    if target.linked_to:
        if not text.isdecimal():
            raise ValidationError(_("Choose from the list."))
        return int(text)
    if target.kind is None or operator in ("contains", "starts_with"):
        return text
    value = target.kind.schema.deserialize(text)
    return target.kind.schema.serialize("value", {"value": value})


def builder_of(
    work: Work,
    state: State,
    given: MultiDict[str, str],
    errors: Sequence[str] = (),
    *,
    role: str = "",
    board: str = "",
) -> Builder:
    """This function will put together the form of a condition; with a role it makes a part of its row rule,
    with a home page a part of a tile there."""
    at = given.get("at", "")
    node: Node = state.nodes[int(at)] if at.isdecimal() and int(at) < len(state.nodes) else {}
    path = given.get("field") or str(node.get("field", ""))
    opened = work.open(state.registry)
    target = (target_at(work, state.registry, path) if path else None) or targets_of(work, opened.registry)[0]
    same = path == node.get("field")
    ops = operators_of(target)
    wanted = given.get("op") or (_operator_of(node) if same else "")
    operator = wanted if wanted in dict(ops) else ops[0][0]
    values = given.getlist("value") or (_typed_values(node, operator) if same else [])
    shown = _shown(work, state, at, target, operator, [value for value in values if value], errors)
    own = [(name, value) for name, value in (("role", role), ("board", board)) if value]
    return replace(shown, role=role, board=board, carried=[*shown.carried, *own]) if own else shown


def _shown(
    work: Work, state: State, at: str, target: Target, operator: str, values: list[str], errors: Sequence[str]
) -> Builder:
    registry = work.open(state.registry).registry
    entry = _entry(target, operator)
    if entry == "picker" and target.linked_to not in {"users", *(each.key for each in work.registries())}:
        entry = ""
    return Builder(
        state.registry,
        state.pairs(),
        at,
        _groups(work, registry),
        target.path,
        operator,
        operators_of(target),
        entry,
        inputs=2 if operator == "between" else 1,
        several=_listed(target, operator),
        values=values,
        choices=_choices(work, target) if entry == "choices" else (),
        picker=_picker(work, target, values) if entry == "picker" else None,
        errors=errors,
    )


def _operator_of(node: Mapping[str, Any]) -> str:
    operator = str(node.get("op", "eq"))
    days = relative_days(node.get("value")) if operator == "between" else None
    if days is not None:
        return NEXT_DAYS if days >= 0 else LAST_DAYS
    return ME if operator in ("in", "eq") and clause_values(node) == [{"var": "me"}] else operator


def _typed_values(node: Mapping[str, Any], operator: str) -> list[str]:
    if operator in (NEXT_DAYS, LAST_DAYS):
        return [str(abs(relative_days(node.get("value")) or 0))]
    return [_typed(value) for value in clause_values(node) if not isinstance(value, dict)]


def _typed(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _entry(target: Target, operator: str) -> str:
    if operator in NO_VALUE:
        return ""
    if operator in (NEXT_DAYS, LAST_DAYS):
        return "days"
    return {
        "choice": "choices",
        "boolean": "boolean",
        "link": "picker",
        "user": "picker",
        "date": "date",
    }.get(target.family, "text")


def _groups(work: Work, registry: Registry) -> list[Group]:
    own = Group("", [(target.path, target.label) for target in targets_of(work, registry)])
    language = work.actor.locale.language
    through = [
        Group(label(relation, language), [(target.path, target.label) for target in inner])
        for relation, inner in targets_through(work, registry)
    ]
    return [own, *through]


def _choices(work: Work, target: Target) -> list[ChoiceView]:
    language = work.actor.locale.language
    if target.kind is not None and isinstance(target.kind.type, Choosing):
        return FieldView(target.field, target.kind, work.actor.locale).choices if target.field else []
    return [
        ChoiceView(each.key, label(each, language), each.colour)
        for each in target.registry.categories
        if each.active
    ]


def _picker(work: Work, target: Target, values: Sequence[str]) -> _Picker:
    ids = [int(value) for value in values if value.isdecimal()]
    titles = work.gate.titles({target.linked_to: ids}) if ids else {}
    links = [Link(each, titles[target.linked_to, each]) for each in ids if (target.linked_to, each) in titles]
    return _Picker(
        target.label, _pick_url(target.linked_to), [LinkView(link.id, link.title) for link in links]
    )


def _pick_url(linked_to: str) -> str:
    return url_for("web.pick_people") if linked_to == "users" else url_for("web.pick", registry=linked_to)

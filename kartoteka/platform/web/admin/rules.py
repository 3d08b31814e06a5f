"""Row rules: which records a role reaches, as a sentence made of the conditions that filter a list."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from kartoteka.platform.catalog.definitions import Field, Registry, Role, label
from kartoteka.platform.front import begin
from kartoteka.platform.kernel.errors import Invalid, KartotekaError, NotFound
from kartoteka.platform.kernel.texts import _, plural
from kartoteka.platform.services import headcount, records
from kartoteka.platform.services.records import Query
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin.found import found_registry
from kartoteka.platform.web.admin.frame import DESIGN
from kartoteka.platform.web.clauses import Builder, builder_of, condition_of, put
from kartoteka.platform.web.looks import count_text
from kartoteka.platform.web.pages import page
from kartoteka.platform.web.sentences import sentence
from kartoteka.platform.web.state import Node, State, state_of


@dataclass(frozen=True)
class Part:
    """One condition of a rule, with the rule that would be left without it."""

    text: str
    without: str


@dataclass(frozen=True)
class Group:
    """Conditions of which one is enough; a record must fit every group. `place`: where another is put beside them."""

    parts: Sequence[Part]
    place: str
    text: str


@dataclass(frozen=True)
class Own:
    """A condition about who looks, for people who are a record themselves."""

    text: str
    node: str


@dataclass(frozen=True)
class Tried:
    """What the rule would reach, for one of the people who have the role."""

    reached: str
    changes: Sequence[tuple[str, Sequence[str]]]
    sample: Sequence[tuple[str, str]]
    people: Sequence[tuple[str, str]]
    person: str


@dataclass(frozen=True)
class RuleView:
    """The dialog of a rule as it stands."""

    registry: str
    role: str
    heading: str
    filter: str
    groups: Sequence[Group]
    join: str
    tried: Tried | None
    own: Sequence[Own]
    builder: Builder


@page("/admin/r/<registry>/roles/<role>/rule", right=DESIGN)
def admin_rule(registry: str, role: str) -> str:
    """The dialog of a row rule."""
    with begin() as work:
        state = _state(registry, request.args)
        added = request.args.get("add", "")
        if added in [each.node for each in own_conditions(work, found_registry(work, registry))]:
            state = _joined(state, json.loads(added))
        return render_template("admin/rule.html", rule=_rule_view(work, state, role, MultiDict()))


@page("/admin/r/<registry>/roles/<role>/rule/condition", right=DESIGN)
def admin_rule_condition(registry: str, role: str) -> str | Response | tuple[str, int]:
    """The dialog with one condition more."""
    with begin() as work:
        state = _state(registry, request.args)
        try:
            node = condition_of(work, registry, request.args)
        except ValidationError as error:
            errors = [str(each) for each in error.messages]
            return render_template(
                "admin/rule.html", rule=_rule_view(work, state, role, request.args, errors)
            ), 422
        return render_template(
            "admin/rule.html", rule=_rule_view(work, _joined(state, node), role, MultiDict())
        )


@page("/admin/r/<registry>/roles/<role>/rule/use", right=DESIGN)
def admin_use_rule(registry: str, role: str) -> Response:
    """The rule handed to the matrix, which saves it with everything else."""
    with begin() as work:
        state = _state(registry, request.args)
        rows = rows_text(state.condition)
        used = {
            "role": role,
            "rows": rows,
            "sentence": rule_sentence(work, found_registry(work, registry), state.condition),
        }
        return Response(status=204, headers={"HX-Trigger": json.dumps({"use-rule": used, "shut-dialog": {}})})


def _joined(state: State, node: Node) -> State:
    """The rule with one condition more: a further one, or another way to fit a group of those that are there."""
    place = request.args.get("join", "")
    if not place.isdecimal() or int(place) >= len(state.nodes):
        return put(state, "", node)
    beside = state.nodes[int(place)]
    return put(state, place, {"or": [*_ways(beside), node]})


def _ways(node: Node) -> list[Node]:
    """The conditions of which one is enough."""
    inner = node.get("or")
    return list(inner) if isinstance(inner, list) and len(node) == 1 and inner else [node]


def rows_text(rows: Mapping[str, Any] | None) -> str:
    """This function will write a rule as a form carries it; nothing is every record."""
    return "" if rows is None else json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def role_found(work: Work, key: str) -> Role:
    """This function will find a role whose rights can be changed.

    :raises NotFound: when there is none; what an administrator may do cannot be changed.
    """
    found = work.catalog.roles.get(key)
    if found is None or found.is_admin:
        raise NotFound(_("There is no role “{role}”.", role=key[:60]))
    return found


def rows_read(text: str) -> Mapping[str, Any] | None:
    """This function will read a rule out of a form."""
    return state_of("", MultiDict({"filter": text})).condition if text else None


def rule_sentence(work: Work, registry: Registry, rows: Mapping[str, Any] | None) -> str:
    """This function will say which records a rule reaches."""
    if rows is None:
        return _("all records")
    own = {
        json.dumps(json.loads(each.node), sort_keys=True): each.text
        for each in own_conditions(work, registry)
    }
    nodes = state_of(registry.key, MultiDict({"filter": rows_text(rows)})).nodes

    def said(node: Node) -> str:
        return own.get(json.dumps(node, sort_keys=True)) or sentence(work, registry.key, node)

    try:
        ways = [_(" or ").join(map(said, _ways(node))) for node in nodes]
        several = len(nodes) > 1
        return _(" and ").join(
            f"({way})" if several and len(_ways(node)) > 1 else way
            for node, way in zip(nodes, ways, strict=True)
        )
    except NotFound:
        return _("some records")


def reached_text(work: Work, registry: Registry, rows: Mapping[str, Any] | None) -> str:
    """This function will tell how many records a rule reaches, unless that hangs on who looks."""
    if rows is not None and _hangs_on_who_looks(rows):
        return _("How many that is depends on who looks.")
    try:
        found = records.count(work, registry.key, Query(filter=rows))
        every = records.count(work, registry.key, Query())
    except KartotekaError:
        return ""
    language = work.actor.locale.language
    return plural(
        "{count} record of {all}",
        "{count} records of {all}",
        found,
        count=count_text(found, language),
        all=count_text(every, language),
    )


def _hangs_on_who_looks(rows: Any) -> bool:
    if isinstance(rows, Mapping):
        variable = str(rows.get("var", ""))
        return (
            variable == "me"
            or variable.partition(".")[0] == "identity"
            or any(map(_hangs_on_who_looks, rows.values()))
        )
    return isinstance(rows, list | tuple) and any(map(_hangs_on_who_looks, rows))


def own_conditions(work: Work, registry: Registry) -> list[Own]:
    """This function will list the conditions that lead from the record that somebody is to records of a registry.

    As long as nobody is a record, any registry might be the one that he is a record of.
    """
    known = headcount.identities(work)
    people = [each for each in work.catalog.active_registries if not known or each.key in known]
    found = [own for person in people for own in _own_of(work, registry, person)]
    return list({own.node: own for own in reversed(found)}.values())[::-1]


def _own_of(work: Work, registry: Registry, person: Registry) -> list[Own]:
    """What leads from a person who is a record of one registry to records of another."""
    language, who = work.actor.locale.language, {"var": "identity"}
    found = [_own(_("it is the person’s own record"), "id", who)] if person.key == registry.key else []
    for mine in _relations(registry):
        if mine.options.get("target") == person.key:
            found.append(_own(_("{field} is the person", field=label(mine, language)), mine.key, who))
    for theirs in _relations(person):
        if person.key != registry.key:
            found += _own_through(
                registry, theirs, f"identity.{theirs.key}", label(theirs, language), language
            )
    if not found:
        found += _own_by_two_steps(work, registry, person)
    for theirs in person.active_fields:
        found += [
            _own(
                _(
                    "{field} is the person’s “{theirs}”",
                    field=label(mine, language),
                    theirs=label(theirs, language),
                ),
                mine.key,
                {"var": f"identity.{theirs.key}"},
            )
            for mine in registry.active_fields
            if person.key != registry.key and _comparable(mine, theirs)
        ]
    return found


def _comparable(mine: Field, theirs: Field) -> bool:
    """Whether what somebody has in his own record can be the same as what stands in others: a department, a region."""
    if mine.type != theirs.type or mine.type not in ("choice", "user"):
        return False
    if mine.type == "user":
        return True
    keys = [{each.get("key") for each in one.options.get("choices", ())} for one in (mine, theirs)]
    return bool(keys[0] & keys[1])


def _own_by_two_steps(work: Work, registry: Registry, person: Registry) -> list[Own]:
    """What leads there by way of a record that the person belongs to, such as the group of his company."""
    language, found = work.actor.locale.language, []
    for theirs in _relations(person):
        between = work.catalog.registries.get(str(theirs.options.get("target")))
        for further in _relations(between) if between is not None else ():
            name = f"{label(theirs, language)} › {label(further, language)}"
            found += _own_through(registry, further, f"identity.{theirs.key}.{further.key}", name, language)
    return found


def _own_through(registry: Registry, theirs: Field, path: str, name: str, language: str) -> list[Own]:
    there, through = str(theirs.options.get("target")), {"var": path}
    own = (
        [_own(_("it is the person’s “{theirs}”", theirs=name), "id", through)]
        if there == registry.key
        else []
    )
    return own + [
        _own(
            _("{field} is the person’s “{theirs}”", field=label(mine, language), theirs=name),
            mine.key,
            through,
        )
        for mine in _relations(registry)
        if mine.options.get("target") == there
    ]


def _relations(registry: Registry) -> list[Field]:
    return [each for each in registry.active_fields if each.type == "relation"]


def _own(text: str, path: str, value: Mapping[str, Any]) -> Own:
    return Own(text, json.dumps({"field": path, "op": "eq", "value": value}))


def _state(registry: str, given: MultiDict[str, str]) -> State:
    return State(registry, state_of(registry, given).nodes)


def _rule_view(
    work: Work, state: State, role: str, given: MultiDict[str, str], errors: Sequence[str] = ()
) -> RuleView:
    found, known = found_registry(work, state.registry), role_found(work, role)
    try:
        builder = builder_of(work, state, MultiDict(given), errors, role=role)
    except NotFound as error:
        raise Invalid(
            {"rows": [_("Only who sees records of this registry can make a rule about them.")]}
        ) from error
    groups = [_group(work, found, state, n) for n in range(len(state.nodes))]
    heading = _("Which records does {role} reach?", role=label(known, work.actor.locale.language))
    return RuleView(
        found.key,
        role,
        heading,
        rows_text(state.condition),
        groups,
        request.args.get("join", ""),
        _tried(work, found, known, state.condition),
        own_conditions(work, found),
        builder,
    )


def _group(work: Work, registry: Registry, state: State, place: int) -> Group:
    ways = _ways(state.nodes[place])
    parts = []
    for n, way in enumerate(ways):
        left = [*ways[:n], *ways[n + 1 :]]
        without = (
            put(state, str(place), left[0] if len(left) == 1 else {"or": left})
            if left
            else state.without(place)
        )
        parts.append(Part(_said(work, registry, way), rows_text(without.condition)))
    return Group(parts, str(place), _(" or ").join(part.text for part in parts))


def _tried(work: Work, registry: Registry, role: Role, rows: Mapping[str, Any] | None) -> Tried | None:
    """The rule on real records, with one of those who have the role in the place of “me”."""
    people = headcount.people_with(work, role)
    asked = request.args.get("as", "")
    person = int(asked) if asked.isdecimal() and len(asked) < 10 else people[0][0] if people else None
    try:
        found = headcount.try_rule(work, registry.key, role, rows, person)
    except KartotekaError:
        return None
    language, personal = work.actor.locale.language, rows is not None and _hangs_on_who_looks(rows)
    numbers = {"count": count_text(found.reached, language), "all": count_text(found.every, language)}
    reached = plural("{count} record of {all}", "{count} records of {all}", found.reached, **numbers)
    changes = [
        (said, [title for _id, title in titles])
        for number, said, titles in (
            (found.gained, _("{n} more than now", n=count_text(found.gained, language)), found.more),
            (found.lost, _("{n} fewer than now", n=count_text(found.lost, language)), found.fewer),
        )
        if number
    ]
    sample = [
        (url_for("web.record", registry=registry.key, id=record), title) for record, title in found.titles
    ]
    offered = [(str(each), name) for each, name in people] if personal else []
    return Tried(reached, changes, sample, offered, str(person or ""))


def _said(work: Work, registry: Registry, node: Node) -> str:
    return rule_sentence(work, registry, node)

"""Conditional rules in the dialogs of fields and sections: each a sentence, built of conditions by clicks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from kartoteka.field_types.capabilities import Computed, Numbering
from kartoteka.platform.catalog.conditions import (
    CATEGORY,
    READONLY,
    REQUIRED,
    RULES_OF_FIELDS,
    RULES_OF_SECTIONS,
    VISIBLE,
    rests,
)
from kartoteka.platform.catalog.definitions import Field, Registry, Section
from kartoteka.platform.front import begin
from kartoteka.platform.kernel.errors import Invalid, NotFound
from kartoteka.platform.kernel.texts import N_, _
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin.found import found_registry
from kartoteka.platform.web.admin.frame import DESIGN
from kartoteka.platform.web.admin.rules import reached_text, rows_read, rows_text, rule_sentence
from kartoteka.platform.web.clauses import NO_VALUE, Builder, Group, builder_of, condition_of
from kartoteka.platform.web.pages import page
from kartoteka.platform.web.state import Node, State

ALL, ANY = "all", "any"
SAID = {
    VISIBLE: N_("Shown only when {condition}"),
    REQUIRED: N_("Must be filled in when {condition}"),
    READONLY: N_("Cannot be changed when {condition}"),
}
_LEADS = {
    VISIBLE: N_("Shown only when"),
    REQUIRED: N_("Must be filled in when"),
    READONLY: N_("Cannot be changed when"),
}
_BEGINNINGS = {
    VISIBLE: N_("Show it only when …"),
    REQUIRED: N_("Require it when …"),
    READONLY: N_("Lock it when …"),
}
Given = MultiDict[str, str]


@dataclass(frozen=True)
class Condition:
    """One condition of a rule, in words."""

    place: int
    text: str


@dataclass(frozen=True)
class Box:
    """One rule in the dialog: its conditions as a sentence, and the form of one more when that is open."""

    word: str
    thing: str
    lead: str
    beginning: str
    url: str
    rule: str
    join: str
    conditions: Sequence[Condition]
    reached: str = ""
    resting: bool = False
    impossible: bool = False
    builder: Builder | None = None
    focused: bool = False


@page("/admin/r/<registry>/when/<any(visible, required, readonly):word>", right=DESIGN)
def admin_when(registry: str, word: str) -> str | tuple[str, int]:
    """One rule in the dialog after a click: opened, with a condition more or less, or joined otherwise."""
    with begin() as work:
        found = found_registry(work, registry)
        given, thing = _own(request.args, word), request.args.get("when.thing", "")
        join, nodes = parts_of_rule(rows_read(request.args.get(f"when.{word}", "")))
        join = given["join"] if given.get("join") in (ALL, ANY) else join
        drop, errors, opened = request.args.get("drop", ""), [], request.args.get("open") == "1"
        if drop.isdecimal():
            nodes = [node for place, node in enumerate(nodes) if place != int(drop)]
        if request.args.get("add") == "1":
            try:
                nodes, opened = [*nodes, condition_of(work, registry, given)], False
            except ValidationError as error:
                errors = [str(each) for each in error.messages]
                opened = True
        elif given.get("field") and request.args.get("shut") != "1":
            opened = True
        box = _box(work, found, thing, word, rule_of(join, nodes), join)
        if opened:
            box = _with_builder(work, found, box, given, errors)
        shown = render_template("admin/when_box.html", box=replace(box, focused=not opened))
        return (shown, 422) if errors else shown


def boxes(
    work: Work,
    registry: Registry,
    thing: Field | Section | None,
    when: Mapping[str, Any],
    *,
    of_section: bool = False,
) -> list[Box]:
    """This function will show the rules of a field or section, those that it does not have yet too."""
    words = RULES_OF_SECTIONS if of_section else RULES_OF_FIELDS
    name = f"{'sections' if of_section else 'fields'}.{thing.key if thing is not None else ''}"
    return [_box(work, registry, name, word, when.get(word)) for word in words]


def typed_rules(work: Work, registry: str, given: Given, words: Sequence[str]) -> dict[str, Any]:
    """This function will read the rules for showing the dialog again, leaving out what cannot be read."""
    found: dict[str, Any] = {}
    for word in words:
        try:
            found |= posted(work, registry, given, [word])
        except Invalid:
            continue
    return found


def posted(work: Work, registry: str, given: Given, words: Sequence[str]) -> dict[str, Any]:
    """This function will read the rules out of the dialog; a condition that was typed and not yet added counts too.

    :raises Invalid: when it cannot be read.
    """
    found: dict[str, Any] = {}
    for word in words:
        join, nodes = parts_of_rule(rows_read(given.get(f"when.{word}", "")))
        own = _own(given, word)
        if any(own.getlist("value")) or (own.get("field") and own.get("op") in NO_VALUE):
            try:
                nodes = [*nodes, condition_of(work, registry, own)]
            except ValidationError as error:
                raise Invalid({f"when.{word}": [str(each) for each in error.messages]}) from error
        chosen = own.get("join") if own.get("join") in (ALL, ANY) else join
        rule = rule_of(str(chosen), nodes)
        if rule is not None:
            found[word] = rule
    return found


def sentences(work: Work, registry: Registry, thing: Field | Section) -> list[str]:
    """This function will say the rules of a field or section, such as “Must be filled in when Status: Lost”."""
    return [
        _(SAID[word], condition=rule_sentence(work, registry, rule))
        for word, rule in thing.when.items()
        if word in SAID
    ]


def parts_of_rule(rule: Mapping[str, Any] | None) -> tuple[str, list[Node]]:
    """This function will take a rule apart: whether all or any of its conditions must hold, and the conditions."""
    if rule is None:
        return ALL, []
    for word, join in (("and", ALL), ("or", ANY)):
        inner = rule.get(word)
        if len(rule) == 1 and isinstance(inner, list) and all(isinstance(each, Mapping) for each in inner):
            return join, list(inner)
    return ALL, [rule]


def rule_of(join: str, nodes: Sequence[Node]) -> dict[str, Any] | None:
    """This function will put conditions together to a rule; of none there is no rule."""
    if len(nodes) < 2:
        return dict(nodes[0]) if nodes else None
    return {"or" if join == ANY else "and": list(nodes)}


def _own(given: Given, word: str) -> Given:
    """What the form of one rule says, without the prefix that keeps it apart from the rest of the dialog."""
    prefix = f"{word}."
    pairs = [
        (name.removeprefix(prefix), value)
        for name, value in given.items(multi=True)
        if name.startswith(prefix)
    ]
    return MultiDict(pairs)


def _box(
    work: Work, registry: Registry, thing: str, word: str, rule: Mapping[str, Any] | None, join: str = ""
) -> Box:
    found, nodes = parts_of_rule(rule)
    conditions = [Condition(n, rule_sentence(work, registry, node)) for n, node in enumerate(nodes)]
    resting = rule is not None and rests(registry, rule)
    return Box(
        word,
        thing,
        _(_LEADS[word]),
        _(_BEGINNINGS[word]),
        url_for("web.admin_when", registry=registry.key, word=word),
        rows_text(rule),
        join or found,
        conditions,
        reached_text(work, registry, rule) if rule is not None and not resting else "",
        resting,
    )


def _with_builder(work: Work, registry: Registry, box: Box, given: Given, errors: Sequence[str]) -> Box:
    """The form of one more condition, over what a rule of this thing may ask about."""
    allowed = _askable(work, registry, box.thing, box.word)
    try:
        chosen = given if given.get("field") in allowed else MultiDict([("field", next(iter(allowed), ""))])
        builder = builder_of(work, State(registry.key), chosen, errors)
    except NotFound:
        return replace(box, impossible=True)
    groups = [Group("", [each for each in builder.groups[0].fields if each[0] in allowed])]
    if not groups[0].fields:
        return replace(box, impossible=True)
    picker = builder.picker
    if picker is not None:
        picker = replace(picker, input_id=f"{box.word}-value", input_name=f"{box.word}.value")
    return replace(box, builder=replace(builder, groups=groups, picker=picker))


def _askable(work: Work, registry: Registry, thing: str, word: str) -> list[str]:
    """What is known of a record before it is saved, without the field itself, or the section's own fields."""
    place, _dot, key = thing.partition(".")
    own = {key} if place == "fields" else {each.key for each in registry.fields_of(key)}
    found = [
        each.key
        for each in registry.active_fields
        if not isinstance(work.office.field_types[each.type], Numbering | Computed)
        and each.type != "file"
        and (each.key not in own or word == READONLY)
    ]
    return [*found, CATEGORY] if registry.categories else found

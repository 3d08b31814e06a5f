"""What a change of the design will do, as data: worked out without touching anything, shown before it is done."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from typing import Any

from kartoteka.field_types.field_type import FieldType
from kartoteka.platform.catalog.conditions import rests, ruled
from kartoteka.platform.catalog.definitions import Catalog, Category, Field, Registry, Role, Section
from kartoteka.platform.catalog.steps import (
    CATEGORY,
    FIELD,
    PLUGIN,
    REGISTRY,
    ROLE,
    SECTION,
    Action,
    Naming,
    Step,
)
from kartoteka.platform.catalog.titles import title_fields

FieldTypes = Mapping[str, FieldType]
# What has a step of its own, or cannot change.
_OF_FIELDS = frozenset(
    {"id", "key", "name", "type", "options", "required", "unique", "active", "column", "section"}
)
_OF_PARTS = frozenset({"id", "key", "name", "active"})
_OF_REGISTRIES = frozenset({"id", "key", "name", "active", "fields", "sections", "categories"})


def plan(old: Catalog, new: Catalog, types: FieldTypes) -> list[Step]:
    """This function will list what leads from one design to another, in the order in which it must be done."""
    steps: list[Step] = []
    for key, registry in new.registries.items():
        before = old.registries.get(key)
        steps += (
            _registry(before, registry, types)
            if before
            else [Step(Action.CREATE_REGISTRY, key, part=REGISTRY)]
        )
        if before and _texts(old, before, before, types) != _texts(new, registry, before, types):
            steps.append(Step(Action.REINDEX, key, part=REGISTRY))
    for key, role in new.roles.items():
        steps += _role(old.roles.get(key), role)
    steps += [_of_role(key, "remove") for key in old.roles if key not in new.roles]
    steps += [
        Step(Action.PLUGIN, "", key, part=PLUGIN)
        for key in {**old.plugins, **new.plugins}
        if old.plugins.get(key) != new.plugins.get(key)
    ]
    if _reordered(old.registries, new.registries):
        steps.append(Step(Action.ORDER, "", part=REGISTRY))
    if _reordered(old.roles, new.roles):
        steps.append(Step(Action.ORDER, "", part=ROLE))
    return steps


def _registry(old: Registry, new: Registry, types: FieldTypes) -> Iterator[Step]:
    key = new.key
    if old == new:
        return
    for part, of_old, of_new in (
        (SECTION, old.section, new.sections),
        (CATEGORY, old.category, new.categories),
    ):
        for each in of_new:
            yield from _part(key, part, of_old(each.key), each)
    for field in new.fields:
        before = old.field(field.key)
        yield from (
            _field(key, before, field, types)
            if before
            else [Step(Action.ADD_FIELD, key, field.key, field.type)]
        )
    yield from _rules(old, new)
    yield from _common(key, REGISTRY, key, old, new, _OF_REGISTRIES)
    yield from _orders(old, new)
    if _titled(old) != _titled(new) or any(_converted(old, new, each.key) for each in title_fields(new)):
        yield Step(Action.RETITLE, key, part=REGISTRY)


def _titled(registry: Registry) -> tuple[str, list[str]]:
    """What titles are made of: a field that is switched off leaves them, and comes back with its values."""
    return registry.title, [each.key for each in title_fields(registry)]


def _common(registry: str, part: str, key: str, old: Any, new: Any, apart: frozenset[str]) -> Iterator[Step]:
    """What may change in anything: its name, whether it is in use, and how it is described."""
    subject = "" if part == REGISTRY else key
    if old.name != new.name:
        yield Step(Action.RENAME, registry, subject, part=part, was=old.name, now=new.name)
    if old.active != new.active:
        yield Step(Action.SWITCH, registry, subject, on=new.active, part=part)
    changed = [
        each.name
        for each in fields(new)
        if each.name not in apart and getattr(old, each.name) != getattr(new, each.name)
    ]
    if changed:
        yield Step(Action.DESCRIBE, registry, subject, ",".join(changed), part=part)


def _part(
    registry: str, part: str, old: Section | Category | None, new: Section | Category
) -> Iterator[Step]:
    if old is None:
        yield Step(Action.ADD, registry, new.key, part=part)
    elif old != new:
        yield from _common(registry, part, new.key, old, new, _OF_PARTS)


def _rules(old: Registry, new: Registry) -> Iterator[Step]:
    """Rules that begin to rest, or apply again, since something that they ask about is switched off or on."""
    before = {(type(thing), thing.key, word): rests(old, rule) for thing, word, rule in ruled(old)}
    for thing, word, rule in ruled(new):
        rested, resting = before.get((type(thing), thing.key, word)), rests(new, rule)
        if rested is not None and rested != resting:
            part = SECTION if isinstance(thing, Section) else FIELD
            yield Step(Action.RULE, new.key, thing.key, word, not resting, part=part)


def _orders(old: Registry, new: Registry) -> Iterator[Step]:
    if _reordered(_by_key(old.sections), _by_key(new.sections)):
        yield Step(Action.ORDER, new.key, part=SECTION)
    if _reordered(_by_key(old.categories), _by_key(new.categories)):
        yield Step(Action.ORDER, new.key, part=CATEGORY)
    if any(_reordered(_within(old, each.key), _within(new, each.key)) for each in new.sections):
        yield Step(Action.ORDER, new.key, part=FIELD)


def _within(registry: Registry, section: str) -> dict[str, Field]:
    return {each.key: each for each in registry.fields if each.section == section}


def _reordered(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether what is in both stands in another order."""
    return [key for key in old if key in new] != [key for key in new if key in old]


def _by_key(parts: tuple[Any, ...]) -> dict[str, Any]:
    return {each.key: each for each in parts}


def _converted(old: Registry, new: Registry, key: str) -> bool:
    before, after = old.field(key), new.field(key)
    return (
        before is not None
        and after is not None
        and (before.type, before.options, before.column) != (after.type, after.options, after.column)
    )


def _texts(
    catalog: Catalog, registry: Registry, before: Registry, types: FieldTypes
) -> set[tuple[str, int, str, str]]:
    """What full text depends on: which searchable fields are kept under which numbers; new ones hold nothing yet."""
    return {
        (each.key, catalog.slot(registry, each), each.type, each.column)
        for each in registry.active_fields
        if types[each.type].searchable and before.field(each.key) is not None
    }


def _field(registry: str, old: Field, new: Field, types: FieldTypes) -> Iterator[Step]:
    if old.column != new.column or needs_new_column(old, new, types):
        yield Step(Action.CONVERT_FIELD, registry, new.key, new.type, was=old.type)
    elif (old.type, old.options) != (new.type, new.options):
        yield Step(Action.CHECK_FIELD, registry, new.key)
    if old.unique != new.unique:
        yield Step(Action.SET_UNIQUE, registry, new.key, on=new.unique)
    if old.required != new.required:
        yield Step(Action.SET_REQUIRED, registry, new.key, on=new.required)
    if old.section != new.section:
        yield Step(Action.MOVE, registry, new.key, was=old.section, now=new.section)
    yield from _common(registry, FIELD, new.key, old, new, _OF_FIELDS)


def _role(old: Role | None, new: Role) -> Iterator[Step]:
    if old is None:
        yield _of_role(new.key, "create")
        return
    if old.id != new.id:
        yield _of_role(new.key, "replace")
    for key in sorted({*old.grants, *new.grants}):
        if old.grants.get(key) != new.grants.get(key):
            yield _of_role(new.key, "grant", key)
    if old.name != new.name:
        yield Step(Action.RENAME, "", new.key, part=ROLE, was=old.name, now=new.name)
    if old.names != new.names:
        yield Step(Action.DESCRIBE, "", new.key, "names", part=ROLE)
    if old.powers != new.powers:
        yield _of_role(new.key, "powers")
    if (old.kind, old.holds) != (new.kind, new.holds):
        yield _of_role(new.key, "kind")


def _of_role(role: str, what: str, registry: str = "") -> Step:
    return Step(Action.ROLE, "", role, what, part=ROLE, now=registry)


def needs_new_column(old: Field, new: Field, types: FieldTypes) -> bool:
    """This function will tell whether values must move: another type, or the same stored in another way."""
    if old.type != new.type:
        return True
    kind = types[new.type]
    if old.options == new.options:
        return False
    return _stored(kind, old) != _stored(kind, new)


def _stored(kind: FieldType, field: Field) -> str:
    options = kind.options(field.options)
    target = kind.target(options) if hasattr(kind, "target") else ""
    return target or repr(kind.column_type(options)) + str(getattr(options, "decimals", ""))


def with_columns(
    old: Catalog,
    new: Catalog,
    types: FieldTypes,
    new_number: Callable[[], int],
    apart: frozenset[tuple[str, str]] = frozenset(),
) -> Catalog:
    """This function will give fields whose values must move a column of their own; the old one is kept.

    `apart` names more of them by registry and key: those whose values would not all stay as they are.
    """
    registries = {
        key: _with_columns(old.registries.get(key), each, types, new_number, apart)
        for key, each in new.registries.items()
    }
    return replace(new, registries=registries)


def _with_columns(
    old: Registry | None,
    new: Registry,
    types: FieldTypes,
    new_number: Callable[[], int],
    apart: frozenset[tuple[str, str]],
) -> Registry:
    if old is None or old == new:
        return new
    renewed = []
    for field in new.fields:
        before = old.field(field.key)
        stays = before is not None and before.column == field.column
        if stays and before and (needs_new_column(before, field, types) or (new.key, field.key) in apart):
            field = replace(field, column=column_name(field.key, new_number()))
        renewed.append(field)
    return replace(new, fields=tuple(renewed))


def column_name(key: str, number: int) -> str:
    """This function will name a later column of a field.

    A leading underscore cannot occur in a key, and no number is given twice, so nothing ever collides.
    """
    return f"_{number}_{key}"


def column_number(field: Field) -> int:
    """This function will tell under which number the links of a field are set aside while they are not in use."""
    return int(field.column.split("_", 2)[1]) if field.column.startswith("_") else field.id


__all__ = ["Action", "FieldTypes", "Naming", "Step", "column_name", "column_number", "needs_new_column", "plan",
           "with_columns"]  # fmt: skip

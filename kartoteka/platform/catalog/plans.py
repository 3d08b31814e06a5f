"""What a change of the design will do, as data: worked out without touching anything, shown before it is done."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from kartoteka.field_types.field_type import FieldType
from kartoteka.platform.catalog.definitions import Catalog, Field, Registry, Role
from kartoteka.platform.catalog.titles import placeholders
from kartoteka.platform.kernel.texts import _

FieldTypes = Mapping[str, FieldType]


class Action(StrEnum):
    """The kinds of steps; those that touch stored values come with a storage step of their own."""

    CREATE_REGISTRY = "create_registry"
    ADD_FIELD = "add_field"
    CONVERT_FIELD = "convert_field"
    CHECK_FIELD = "check_field"
    SET_UNIQUE = "set_unique"
    SET_REQUIRED = "set_required"
    RETITLE = "retitle"
    REINDEX = "reindex"
    SWITCH = "switch"
    DESCRIBE = "describe"
    ROLE = "role"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a design change does. `subject` is the key of a field, section or role; `detail` says more."""

    action: Action
    registry: str
    subject: str = ""
    detail: str = ""
    on: bool = True

    @property
    def touches_values(self) -> bool:
        """True when stored values are converted or checked."""
        return self.action in (
            Action.CONVERT_FIELD,
            Action.CHECK_FIELD,
            Action.SET_UNIQUE,
            Action.SET_REQUIRED,
        )

    def sentence(self) -> str:
        """This function will say the step in words."""
        return _SENTENCES[self.action](self)


_SENTENCES = {
    Action.CREATE_REGISTRY: lambda step: _("Create the registry “{registry}”.", registry=step.registry),
    Action.ADD_FIELD: lambda step: _("Add the field “{field}” ({type}) to “{registry}”.", field=step.subject,
                                     type=step.detail, registry=step.registry),
    Action.CONVERT_FIELD: lambda step: _("Convert the values of “{registry}.{field}” to {type}.",
                                         registry=step.registry, field=step.subject, type=step.detail),
    Action.CHECK_FIELD: lambda step: _("Check the values of “{registry}.{field}” against its new options.",
                                       registry=step.registry, field=step.subject),
    Action.SET_UNIQUE: lambda step: (
        _("Make “{registry}.{field}” unique.", registry=step.registry, field=step.subject) if step.on
        else _("Let “{registry}.{field}” hold a value more than once.", registry=step.registry, field=step.subject)),
    Action.SET_REQUIRED: lambda step: (
        _("Make “{registry}.{field}” required.", registry=step.registry, field=step.subject) if step.on
        else _("Let “{registry}.{field}” be empty.", registry=step.registry, field=step.subject)),
    Action.RETITLE: lambda step: _("Write the titles in “{registry}” anew.", registry=step.registry),
    Action.REINDEX: lambda step: _("Index the texts of “{registry}” anew.", registry=step.registry),
    Action.SWITCH: lambda step: (
        _("Switch on {what} “{subject}” in “{registry}”.", what=step.detail, subject=step.subject,
          registry=step.registry) if step.on
        else _("Switch off {what} “{subject}” in “{registry}”.", what=step.detail, subject=step.subject,
               registry=step.registry)),
    Action.DESCRIBE: lambda step: _("Change {what} of “{registry}” {subject}.", what=step.detail,
                                    registry=step.registry, subject=step.subject).replace("  ", " "),
    Action.ROLE: lambda step: _("Change the role “{role}”: {what}.", role=step.subject, what=step.detail),
}  # fmt: skip


def plan(old: Catalog, new: Catalog, types: FieldTypes) -> list[Step]:
    """This function will list what leads from one design to another, in the order in which it must be done."""
    steps: list[Step] = []
    for key, registry in new.registries.items():
        before = old.registries.get(key)
        steps += _registry(before, registry, types) if before else [Step(Action.CREATE_REGISTRY, key)]
    for key, role in new.roles.items():
        steps += _role(old.roles.get(key), role)
    steps += [Step(Action.ROLE, "", key, _("remove it")) for key in old.roles if key not in new.roles]
    return steps


def _registry(old: Registry, new: Registry, types: FieldTypes) -> Iterator[Step]:
    key = new.key
    if old == new:
        return
    for field in new.fields:
        before = old.field(field.key)
        yield from (
            _field(key, before, field, types)
            if before
            else [Step(Action.ADD_FIELD, key, field.key, field.type)]
        )
    yield from _switches(key, old, new)
    changed = [each.name for each in fields(Registry) if each.name not in ("fields", "sections", "categories", "active")
               and getattr(old, each.name) != getattr(new, each.name)]  # fmt: skip
    if changed:
        yield Step(Action.DESCRIBE, key, "", ", ".join(changed))
    if old.active != new.active:
        yield Step(Action.SWITCH, key, key, _("the registry"), new.active)
    if _order(old) != _order(new):
        yield Step(Action.DESCRIBE, key, "", _("the order"))
    if old.title != new.title or any(_converted(old, new, each, types) for each in placeholders(new.title)):
        yield Step(Action.RETITLE, key)
    if _texts(old, types) != _texts(new, types):
        yield Step(Action.REINDEX, key)


def _order(registry: Registry) -> tuple[tuple[str, ...], ...]:
    return tuple(
        tuple(each.key for each in part) for part in (registry.sections, registry.categories, registry.fields)
    )


def _converted(old: Registry, new: Registry, key: str, types: FieldTypes) -> bool:
    before, after = old.field(key), new.field(key)
    return (
        before is not None
        and after is not None
        and (before.type, before.options) != (after.type, after.options)
    )


def _texts(registry: Registry, types: FieldTypes) -> set[tuple[str, str, str]]:
    """What full text depends on: which searchable fields lie in which sections; a new empty field changes nothing."""
    return {
        (each.key, each.section, each.type) for each in registry.active_fields if types[each.type].searchable
    }


def _field(registry: str, old: Field, new: Field, types: FieldTypes) -> Iterator[Step]:
    if needs_new_column(old, new, types):
        yield Step(Action.CONVERT_FIELD, registry, new.key, new.type)
    elif (old.type, old.options) != (new.type, new.options):
        yield Step(Action.CHECK_FIELD, registry, new.key)
    if old.unique != new.unique:
        yield Step(Action.SET_UNIQUE, registry, new.key, on=new.unique)
    if old.required != new.required:
        yield Step(Action.SET_REQUIRED, registry, new.key, on=new.required)
    if old.active != new.active:
        yield Step(Action.SWITCH, registry, new.key, _("the field"), new.active)
    changed = [
        name
        for name in ("name", "names", "help", "helps", "categories", "default", "section")
        if getattr(old, name) != getattr(new, name)
    ]
    if changed:
        yield Step(Action.DESCRIBE, registry, new.key, ", ".join(changed))


def _switches(registry: str, old: Registry, new: Registry) -> Iterator[Step]:
    for what, before, after in (
        (_("the section"), old.section, new.sections),
        (_("the category"), old.category, new.categories),
    ):
        for part in after:
            known: Any = before(part.key)
            if known is None:
                yield Step(Action.DESCRIBE, registry, part.key, what)
            elif known.active != part.active:
                yield Step(Action.SWITCH, registry, part.key, what, part.active)
            elif known != part:
                yield Step(Action.DESCRIBE, registry, part.key, what)


def _role(old: Role | None, new: Role) -> Iterator[Step]:
    if old is None:
        yield Step(Action.ROLE, "", new.key, _("create it"))
        return
    for key in sorted({*old.grants, *new.grants}):
        if old.grants.get(key) != new.grants.get(key):
            yield Step(Action.ROLE, "", new.key, _("its grant in “{registry}”", registry=key))
    if (old.name, old.names, old.powers) != (new.name, new.names, new.powers):
        yield Step(Action.ROLE, "", new.key, _("its name or powers"))


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


def with_columns(old: Catalog, new: Catalog, types: FieldTypes) -> Catalog:
    """This function will give fields whose values must move a column of their own; the old one is kept."""
    registries = {
        key: _with_columns(old.registries.get(key), each, types) for key, each in new.registries.items()
    }
    return replace(new, registries=registries)


def _with_columns(old: Registry | None, new: Registry, types: FieldTypes) -> Registry:
    if old is None:
        return new
    renewed = []
    for field in new.fields:
        before = old.field(field.key)
        moved = before is not None and needs_new_column(before, field, types)
        renewed.append(replace(field, column=_next_column(field)) if moved else field)
    return replace(new, fields=tuple(renewed))


def _next_column(field: Field) -> str:
    """`name`, `_2_name`, `_3_name`: a leading underscore cannot occur in a key, so nothing collides."""
    parts = field.column.split("_", 2)
    number = int(parts[1]) if field.column.startswith("_") else 1
    return f"_{number + 1}_{field.key}"

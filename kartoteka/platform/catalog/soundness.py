"""Rules that a whole catalog must obey before it comes into force."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import marshmallow as ma

from kartoteka.field_types.absent import Absent
from kartoteka.field_types.capabilities import Linking, Numbering
from kartoteka.field_types.field_type import FieldType, Sort
from kartoteka.platform.catalog import conditions
from kartoteka.platform.catalog.definitions import (
    KINDS_OF_ROLES,
    Catalog,
    Field,
    Grant,
    Registry,
    Role,
    tab_key,
)
from kartoteka.platform.catalog.filters import fields_of, parse
from kartoteka.platform.catalog.titles import placeholders
from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.kernel.texts import _

FieldTypes = Mapping[str, FieldType]
Problem = tuple[str, str]
TARGETS = ("users", "files")
SYSTEM_NAMES = frozenset({"id", "title", "category", "created_at", "created_by", "updated_at", "updated_by"})
TITLED = frozenset({
    "text", "integer", "decimal", "money", "percent", "date", "datetime", "choice", "email", "phone", "url", "ico",
    "dic", "iban",
    "address", "autonumber", "boolean", "long_text",
})  # fmt: skip


def check(catalog: Catalog, types: FieldTypes) -> None:
    """This function will refuse a catalog that is not sound.

    :raises Invalid: with every problem by its place, such as `companies.fields.owner`.
    """
    problems: dict[str, list[str]] = {}
    for registry in catalog.registries.values():
        for place, sentence in _registry(catalog, registry, types):
            problems.setdefault(f"{registry.key}.{place}", []).append(sentence)
    for role in catalog.roles.values():
        for place, sentence in _role(catalog, role):
            problems.setdefault(f"{role.key}.{place}", []).append(sentence)
    if problems:
        raise Invalid(problems)


def _registry(catalog: Catalog, registry: Registry, types: FieldTypes) -> Iterator[Problem]:
    yield from _title(registry, types)
    for key in registry.columns:
        if registry.field(key) is None and key not in SYSTEM_NAMES:
            yield "columns", _("There is no field “{name}”.", name=key)
    for section in registry.sections:
        yield from _categories(registry, section.categories, f"sections.{section.key}")
    for field in registry.fields:
        place = f"fields.{field.key}"
        room = registry.section(field.section)
        if field.core and not (field.active and room is not None and room.active):
            yield place, _("The plugin needs “{field}”; it cannot be switched off.", field=field.name)
        yield from _categories(registry, field.categories, place)
        for sentence in _field(catalog, registry, field, types):
            yield place, sentence
    yield from _rules(registry, types)


@dataclass(frozen=True)
class _Kind:
    """What a rule must know of a field whose table is not laid out yet."""

    type: FieldType
    schema: Any
    linking: bool


def _kind(field: Field, types: FieldTypes) -> _Kind:
    found = types[field.type]
    return _Kind(found, found.schema(found.options(field.options)), isinstance(found, Linking))


def _rules(registry: Registry, types: FieldTypes) -> Iterator[Problem]:
    if any(isinstance(types.get(field.type), Absent | None) for field in registry.fields):
        return
    for thing, word, rule in conditions.ruled(registry):
        place = f"{'fields' if isinstance(thing, Field) else 'sections'}.{thing.key}.when.{word}"
        try:
            conditions.judgement(registry, rule, lambda field: _kind(field, types))
        except Invalid as error:
            yield (
                place,
                _(
                    "The rule “{rule}” of “{name}”: {reason}",
                    rule=word,
                    name=thing.name,
                    reason=error.message,
                ),
            )
        if word == conditions.REQUIRED and thing.key in conditions.names_of(rule):
            yield place, _("“{name}” cannot be required because of itself.", name=thing.name)
    for field in conditions.circles(registry):
        sentence = _("Whether “{name}” is shown would depend on “{name}” itself.", name=field.name)
        yield f"fields.{field.key}.when.visible", sentence


def _title(registry: Registry, types: FieldTypes) -> Iterator[Problem]:
    for key in placeholders(registry.title):
        field = registry.field(key)
        if field is None:
            yield "title", _("The title names “{name}”, which is no field.", name=key)
        elif field.type not in TITLED:
            yield "title", _("“{name}” cannot be part of a title.", name=key)
    if "{" in registry.title and not placeholders(registry.title):
        yield "title", _("A title is a text with fields in braces, such as {example}.", example="{name}")


def _categories(registry: Registry, keys: tuple[str, ...], place: str) -> Iterator[Problem]:
    for key in keys:
        if registry.category(key) is None:
            yield place, _("There is no category “{name}”.", name=key)


def _field(catalog: Catalog, registry: Registry, field: Field, types: FieldTypes) -> Iterator[str]:
    kind = types.get(field.type)
    if kind is None:
        yield _("There is no field type “{type}”.", type=field.type)
        return
    if registry.section(field.section) is None:
        yield _("There is no section “{name}”.", name=field.section)
    if not isinstance(kind, Absent):
        yield from _fitting(catalog, field, kind)


def _fitting(catalog: Catalog, field: Field, kind: FieldType) -> Iterator[str]:
    """What a type has to say to a field of it."""
    options = kind.options(field.options)
    if isinstance(kind, Linking):
        target = kind.target(options)
        if target not in catalog.registries and target not in TARGETS:
            yield _("There is no registry “{registry}” to relate to.", registry=target)
        if field.unique:
            yield _("A field that points at other things cannot be unique.")
    elif field.unique and (kind.sort is Sort.NONE or field.type in ("boolean", "multi_choice", "long_text")):
        yield _("A field of this type cannot be unique.")
    if field.default is not None:
        if isinstance(kind, Numbering):
            yield _("An automatic number has no default.")
        try:
            kind.schema(options).deserialize(field.default)
        except ma.ValidationError as error:
            yield _(
                "The default does not fit: {reason}",
                reason=str(error.messages[0]) if isinstance(error.messages, list) else str(error),
            )


def _role(catalog: Catalog, role: Role) -> Iterator[Problem]:
    yield from _kind_of_role(role)
    for key, grant in role.grants.items():
        registry = catalog.registries.get(key)
        if registry is None:
            yield f"grants.{key}", _("There is no registry “{registry}”.", registry=key)
            continue
        for place, sentence in _grant(catalog, registry, grant):
            yield f"grants.{key}.{place}", sentence


def _kind_of_role(role: Role) -> Iterator[Problem]:
    if role.kind not in KINDS_OF_ROLES:
        kinds = ", ".join(KINDS_OF_ROLES)
        yield (
            "kind",
            _("There is no kind of roles “{kind}”; there are: {kinds}.", kind=role.kind[:40], kinds=kinds),
        )
    if role.for_guests and (role.powers or role.is_admin):
        yield "powers", _("A role of the portal has no powers.")
    if role.holds is None:
        return
    if not role.for_guests:
        yield "holds", _("Only a role of the portal depends on a record.")
    try:
        parse(role.holds)
    except Invalid as error:
        yield "holds", error.message


def _grant(catalog: Catalog, registry: Registry, grant: Grant) -> Iterator[Problem]:
    for key in grant.fields:
        if registry.field(key) is None:
            yield "fields", _("There is no field “{name}”.", name=key)
    tabs = {tab_key(registry, each.key) for each in catalog.plugins.values() if each.tab}
    for section in grant.sections:
        if registry.section(section) is None and section not in tabs:
            yield "sections", _("There is no section “{name}”.", name=section)
    if grant.rows is None:
        return
    try:
        paths = fields_of(parse(grant.rows))
    except Invalid as error:
        yield "rows", error.message
        return
    for path in sorted(paths):
        if not _leads_somewhere(catalog, registry, path):
            yield "rows", _("There is no field “{name}”.", name=".".join(path))


def _leads_somewhere(catalog: Catalog, registry: Registry, path: tuple[str, ...]) -> bool:
    field = registry.field(path[0])
    if len(path) == 1:
        return field is not None or path[0] in SYSTEM_NAMES
    if field is None or field.type != "relation":
        return False
    target = catalog.registries.get(str(field.options.get("target")))
    return target is not None and _leads_somewhere(catalog, target, path[1:])

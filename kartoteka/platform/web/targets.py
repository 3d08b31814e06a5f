"""What a condition may be about: fields, fields of linked records, and what the system knows of every record."""

from collections.abc import Iterator
from dataclasses import dataclass

from kartoteka.field_types.field_type import Operator
from kartoteka.platform.catalog.definitions import Field, Registry, label
from kartoteka.platform.kernel.errors import NotFound
from kartoteka.platform.kernel.texts import N_, _
from kartoteka.platform.services.work import Work
from kartoteka.platform.storage.layout import Kind

SYSTEM = {
    "title": N_("Name of the record"),
    "category": N_("Category"),
    "created_at": N_("Created"),
    "created_by": N_("Created by"),
    "updated_at": N_("Changed"),
    "updated_by": N_("Changed by"),
}
_SYSTEM_FAMILIES = {
    "title": "text",
    "category": "choice",
    "created_at": "date",
    "updated_at": "date",
    "created_by": "user",
    "updated_by": "user",
}
_SYSTEM_OPERATORS = {
    "text": (Operator.CONTAINS, Operator.STARTS_WITH, Operator.EQ, Operator.NE),
    "choice": (Operator.IN, Operator.NOT_IN, Operator.IS_EMPTY, Operator.NOT_EMPTY),
    "date": (Operator.GTE, Operator.LT, Operator.BETWEEN),
    "user": (Operator.IN, Operator.NOT_IN),
}
_FAMILIES = {
    "integer": "number",
    "decimal": "number",
    "money": "number",
    "percent": "number",
    "boolean": "boolean",
    "date": "date",
    "datetime": "date",
    "choice": "choice",
    "multi_choice": "choice",
    "relation": "link",
    "user": "user",
    "file": "file",
}


@dataclass(frozen=True)
class Target:
    """One thing that conditions may be about: its path, its name, and its type when it is a field."""

    path: str
    label: str
    family: str
    operators: tuple[Operator, ...]
    registry: Registry
    field: Field | None = None
    kind: Kind | None = None

    @property
    def linked_to(self) -> str:
        """What a link points at: users or a registry."""
        if self.field is None:
            return "users" if self.family == "user" else ""
        return self.kind.target if self.kind is not None else ""


def target_at(work: Work, registry: str, path: str) -> Target | None:
    """This function will find what a path is about, None when that does not exist for the actor."""
    opened = work.open(registry)
    head, _dot, rest = path.partition(".")
    found = next((each for each in opened.fields if each.key == head), None)
    if not rest:
        return _of_field(work, opened.registry, found) if found else _of_system(opened.registry, head)
    if found is None or found.type != "relation":
        return None
    try:
        inner = target_at(work, str(found.options.get("target")), rest)
    except NotFound:
        return None
    return _through(found, inner, work.actor.locale.language) if inner else None


def targets_of(work: Work, registry: Registry) -> list[Target]:
    """This function will list what conditions on a registry may be about, fields first."""
    fields = [
        _of_field(work, registry, each) for each in work.open(registry.key).fields if each.type != "file"
    ]
    return [*fields, *(found for name in SYSTEM if (found := _of_system(registry, name)))]


def targets_through(work: Work, registry: Registry) -> Iterator[tuple[Field, list[Target]]]:
    """This function will list, for each relation, the fields of the records that it leads to."""
    for each in work.open(registry.key).fields:
        other = (
            work.catalog.registries.get(str(each.options.get("target"))) if each.type == "relation" else None
        )
        if other is None or other.key not in {visible.key for visible in work.registries()}:
            continue
        inner = [
            _of_field(work, other, field)
            for field in work.open(other.key).fields
            if field.type not in ("file", "long_text")
        ]
        yield each, [_through(each, target, work.actor.locale.language) for target in inner]


def _of_field(work: Work, registry: Registry, each: Field) -> Target:
    kind = work.open(registry.key).kind(each)
    family = _FAMILIES.get(each.type, "text")
    return Target(
        each.key,
        label(each, work.actor.locale.language),
        family,
        tuple(kind.type.operators),
        registry,
        each,
        kind,
    )


def _of_system(registry: Registry, name: str) -> Target | None:
    if name not in SYSTEM or (name == "category" and not registry.categories):
        return None
    family = _SYSTEM_FAMILIES[name]
    return Target(name, _(SYSTEM[name]), family, _SYSTEM_OPERATORS[family], registry)


def _through(relation: Field, inner: Target, language: str) -> Target:
    name = f"{label(relation, language)} · {inner.label}"
    return Target(
        f"{relation.key}.{inner.path}",
        name,
        inner.family,
        inner.operators,
        inner.registry,
        inner.field,
        inner.kind,
    )

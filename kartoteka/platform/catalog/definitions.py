"""Definitions of registries, sections, fields, categories and roles: immutable, without behaviour of their own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

Names = Mapping[str, str]
Filter = Mapping[str, Any]

READ, EDIT = "read", "edit"
RIGHTS = ("view", "create", "edit", "delete", "import", "export")
POWERS = ("design", "users", "audit")
ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Field:
    """One detail of a record. `column` is where its values are stored; a changed type gets a new one."""

    id: int
    key: str
    name: str
    type: str
    section: str
    options: Mapping[str, Any] = field(default_factory=dict)
    required: bool = False
    unique: bool = False
    active: bool = True
    help: str = ""
    categories: tuple[str, ...] = ()
    default: Any = None
    names: Names = field(default_factory=dict)
    column: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A collapsible group of fields, and the unit of access."""

    id: int
    key: str
    name: str
    active: bool = True
    collapsed: bool = False
    help: str = ""
    categories: tuple[str, ...] = ()
    names: Names = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of records within a registry, with fields of its own."""

    id: int
    key: str
    name: str
    colour: str = ""
    active: bool = True
    names: Names = field(default_factory=dict)


@dataclass(frozen=True)
class Registry:
    """What the firm keeps records of. Order of sections, fields and categories is their order on the page."""

    id: int
    key: str
    name: str
    name_one: str = ""
    icon: str = "file-text"
    colour: str = ""
    help: str = ""
    title: str = ""
    active: bool = True
    columns: tuple[str, ...] = ()
    categories: tuple[Category, ...] = ()
    sections: tuple[Section, ...] = ()
    fields: tuple[Field, ...] = ()
    names: Names = field(default_factory=dict)
    names_one: Names = field(default_factory=dict)

    @cached_property
    def _fields(self) -> dict[str, Field]:
        return {each.key: each for each in self.fields}

    @cached_property
    def _sections(self) -> dict[str, Section]:
        return {each.key: each for each in self.sections}

    @cached_property
    def _categories(self) -> dict[str, Category]:
        return {each.key: each for each in self.categories}

    def field(self, key: str) -> Field | None:
        """This function will find a field by its key, switched off or not."""
        return self._fields.get(key)

    def section(self, key: str) -> Section | None:
        """This function will find a section by its key, switched off or not."""
        return self._sections.get(key)

    def category(self, key: str) -> Category | None:
        """This function will find a category by its key, switched off or not."""
        return self._categories.get(key)

    @cached_property
    def active_sections(self) -> tuple[Section, ...]:
        """Sections in use, in their order."""
        return tuple(each for each in self.sections if each.active)

    @cached_property
    def active_fields(self) -> tuple[Field, ...]:
        """Fields in use in sections in use, ordered by section and place in it."""
        order = {section.key: index for index, section in enumerate(self.active_sections)}
        fields = [each for each in self.fields if each.active and each.section in order]
        return tuple(sorted(fields, key=lambda each: order[each.section]))

    def fields_of(self, section: str) -> tuple[Field, ...]:
        """This function will give the fields in use of one section."""
        return tuple(each for each in self.active_fields if each.section == section)


@dataclass(frozen=True, slots=True)
class Grant:
    """What one role may do in one registry. A section not named is not visible; `rows` of None means every row."""

    rights: frozenset[str] = frozenset()
    sections: Mapping[str, str] = field(default_factory=dict)
    rows: Filter | None = None


@dataclass(frozen=True, slots=True)
class Role:
    """A named set of grants and powers. Grants hang on the keys of registries, which never change or return."""

    id: int
    key: str
    name: str
    powers: frozenset[str] = frozenset()
    grants: Mapping[str, Grant] = field(default_factory=dict)
    names: Names = field(default_factory=dict)

    @property
    def is_admin(self) -> bool:
        """True for the built-in role that sees and may do everything."""
        return self.key == ADMIN


@dataclass(frozen=True)
class Catalog:
    """The whole design at one version."""

    version: int
    registries: Mapping[str, Registry]
    roles: Mapping[str, Role]

    @cached_property
    def active_registries(self) -> tuple[Registry, ...]:
        """Registries in use, in their order."""
        return tuple(each for each in self.registries.values() if each.active)

    @cached_property
    def relations_to(self) -> Mapping[str, tuple[tuple[Registry, Field], ...]]:
        """For each registry the relation fields in use that point at it."""
        found: dict[str, list[tuple[Registry, Field]]] = {}
        for registry in self.active_registries:
            for each in registry.active_fields:
                if each.type == "relation":
                    found.setdefault(str(each.options.get("target")), []).append((registry, each))
        return {key: tuple(pairs) for key, pairs in found.items()}


def label(thing: Registry | Section | Field | Category | Role, language: str) -> str:
    """This function will give the name of a thing in the reader's language."""
    return thing.names.get(language) or thing.name


def label_one(registry: Registry, language: str) -> str:
    """This function will give the name of one record of a registry in the reader's language."""
    return registry.names_one.get(language) or registry.name_one or label(registry, language)

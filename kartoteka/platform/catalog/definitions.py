"""Definitions of registries, sections, fields, categories and roles: immutable, without behaviour of their own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

Names = Mapping[str, str]
Filter = Mapping[str, Any]

READ, EDIT, HIDDEN = "read", "edit", "hidden"
STRICTNESS = (HIDDEN, READ, EDIT)
RIGHTS = ("view", "create", "edit", "delete", "import", "export")
POWERS = ("design", "users", "audit", "share")
ADMIN = "admin"
# Whom a role is for: people of the firm, or guests from outside, who come no further than the portal.
STAFF, PORTAL = "staff", "portal"
KINDS_OF_ROLES = (STAFF, PORTAL)


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
    helps: Names = field(default_factory=dict)
    column: str = ""
    # Conditional rules by name (visible, required, readonly): filters over the record itself; see `conditions`.
    when: Mapping[str, Filter] = field(default_factory=dict)
    # Brought by a plugin, which relies on it: it may be renamed, but neither retyped nor switched off.
    core: bool = False


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
    helps: Names = field(default_factory=dict)
    # Conditional rules by name (visible, readonly), for all of its fields.
    when: Mapping[str, Filter] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of records within a registry, with fields of its own."""

    id: int
    key: str
    name: str
    colour: str = ""
    active: bool = True
    names: Names = field(default_factory=dict)
    icon: str = ""


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
    helps: Names = field(default_factory=dict)
    names_one: Names = field(default_factory=dict)
    # The plugin that keeps its things here; its records may be attached to records of other registries.
    plugin: str = ""
    attached: bool = False
    # Rows that exist for nobody but those whom this filter selects them for, admins not excepted.
    narrow: Filter | None = None
    # Rows that are somebody's own wherever they are attached: right -> filter.
    own: Mapping[str, Filter] = field(default_factory=dict)
    # A row may lie in one section or field of what it is attached to: then only who sees that sees the row.
    sectioned: bool = False

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
    """What one role may do in one registry. A section not named is not visible; `rows` of None means every row.

    `fields` are exceptions: a single field that is `hidden` or only to be `read` although its section says more.
    """

    rights: frozenset[str] = frozenset()
    sections: Mapping[str, str] = field(default_factory=dict)
    rows: Filter | None = None
    fields: Mapping[str, str] = field(default_factory=dict)

    def level(self, section: str, field: str | None = None) -> str:
        """This function will give the level of a section, or of a field in it: the stricter of the two counts."""
        of_section = self.sections.get(section, HIDDEN)
        return min(of_section, self.fields.get(field or "", EDIT), key=STRICTNESS.index)


@dataclass(frozen=True, slots=True)
class Role:
    """A named set of grants and powers. Grants hang on the keys of registries, which never change or return."""

    id: int
    key: str
    name: str
    powers: frozenset[str] = frozenset()
    grants: Mapping[str, Grant] = field(default_factory=dict)
    names: Names = field(default_factory=dict)
    kind: str = STAFF
    # A role of kind portal may hold only as long as the record that its holder is fits this filter.
    holds: Filter | None = None

    @property
    def is_admin(self) -> bool:
        """True for the built-in role that sees and may do everything."""
        return self.key == ADMIN

    @property
    def for_guests(self) -> bool:
        """True for a role of people from outside."""
        return self.kind == PORTAL


@dataclass(frozen=True, slots=True)
class PluginState:
    """Whether and where a plugin is active; `registries` of None means everywhere. `tab`: it has one on records."""

    id: int
    key: str
    version: str = ""
    active: bool = False
    tab: bool = False
    registries: tuple[str, ...] | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)

    def active_on(self, registry: str) -> bool:
        """This function will tell whether the plugin is active on a registry."""
        return self.active and (self.registries is None or registry in self.registries)


@dataclass(frozen=True)
class Catalog:
    """The whole design at one version."""

    version: int
    registries: Mapping[str, Registry]
    roles: Mapping[str, Role]
    plugins: Mapping[str, PluginState] = field(default_factory=dict)

    @cached_property
    def active_registries(self) -> tuple[Registry, ...]:
        """Registries in use, in their order."""
        return tuple(each for each in self.registries.values() if each.active)

    def tabs(self, registry: Registry) -> Mapping[str, str]:
        """This function will give the plugins whose tabs the records of a registry have: {plugin: key as a section}.

        The tab stands in the rights matrix like a section, under the plugin's name unless a section has it.
        """
        found = self._tabs.get(registry.key)
        if found is None:
            active = [each for each in self.plugins.values() if each.tab and self._lies_on(each, registry)]
            found = {each.key: tab_key(registry, each.key) for each in active}
            self._tabs[registry.key] = found
        return found

    def _lies_on(self, plugin: PluginState, registry: Registry) -> bool:
        """Whether what a plugin keeps lies on the records of a registry; files lie on the things of plugins too."""
        if not registry.plugin:
            return plugin.active_on(registry.key)
        carried = registry.attached and not registry.sectioned
        return plugin.active and carried and plugin.key in self._sectioned and plugin.key != registry.plugin

    @cached_property
    def _sectioned(self) -> frozenset[str]:
        return frozenset(each.plugin for each in self.registries.values() if each.sectioned)

    @cached_property
    def _tabs(self) -> dict[str, Mapping[str, str]]:
        return {}

    @cached_property
    def _apart(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for role in self.roles.values():
            for registry, grant in role.grants.items():
                found.setdefault(registry, set()).update(grant.fields)
        return {key: frozenset(fields) for key, fields in found.items()}

    def apart(self, registry: str) -> frozenset[str]:
        """This function will name the fields of a registry of which some role makes an exception to their section."""
        return self._apart.get(registry, frozenset())

    def slot(self, registry: Registry, field: Field) -> int:
        """This function will tell under which number the words of a field are kept for searching.

        That is the id of its section; a field that somebody may not read although he reads its section stands alone.
        Ids of sections and fields come from one sequence, so they never meet.
        """
        if field.key in self.apart(registry.key):
            return field.id
        section = registry.section(field.section)
        assert section is not None
        return section.id

    @cached_property
    def relations_to(self) -> Mapping[str, tuple[tuple[Registry, Field], ...]]:
        """For each registry the relation fields in use that point at it."""
        found: dict[str, list[tuple[Registry, Field]]] = {}
        for registry in self.active_registries:
            for each in registry.active_fields:
                if each.type == "relation":
                    found.setdefault(str(each.options.get("target")), []).append((registry, each))
        return {key: tuple(pairs) for key, pairs in found.items()}


def tab_key(registry: Registry, plugin: str) -> str:
    """This function will give the key under which a plugin's tab stands among the sections of a registry."""
    return plugin if registry.section(plugin) is None else f"{plugin}_tab"


def label(thing: Registry | Section | Field | Category | Role, language: str) -> str:
    """This function will give the name of a thing in the reader's language."""
    return thing.names.get(language) or thing.name


def label_one(registry: Registry, language: str) -> str:
    """This function will give the name of one record of a registry in the reader's language."""
    return registry.names_one.get(language) or registry.name_one or label(registry, language)


def help_of(thing: Registry | Section | Field, language: str) -> str:
    """This function will give the hint of a thing in the reader's language."""
    return thing.helps.get(language) or thing.help

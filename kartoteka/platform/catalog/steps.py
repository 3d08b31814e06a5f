"""What a change of the design does, step by step: kept as data, said in words of whoever reads it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

from kartoteka.field_types.field_type import FieldType
from kartoteka.platform.catalog.definitions import Catalog, Registry, label
from kartoteka.platform.kernel.texts import N_, _

FIELD, SECTION, CATEGORY, REGISTRY, ROLE, PLUGIN = (
    "field",
    "section",
    "category",
    "registry",
    "role",
    "plugin",
)


class Action(StrEnum):
    """The kinds of steps; those that touch stored values come with a storage step of their own."""

    CREATE_REGISTRY = "create_registry"
    ADD = "add"
    ADD_FIELD = "add_field"
    CONVERT_FIELD = "convert_field"
    CHECK_FIELD = "check_field"
    SET_UNIQUE = "set_unique"
    SET_REQUIRED = "set_required"
    RETITLE = "retitle"
    REINDEX = "reindex"
    SWITCH = "switch"
    RENAME = "rename"
    MOVE = "move"
    ORDER = "order"
    DESCRIBE = "describe"
    RULE = "rule"
    ROLE = "role"
    PLUGIN = "plugin"
    ARRANGE = "arrange"
    RETURN = "return"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a design change does to the `part` of a registry (or a role) whose key is `subject`.

    `detail` says more in words of the program, never of a person; `was` and `now` are names or keys before and after.
    """

    action: Action
    registry: str
    subject: str = ""
    detail: str = ""
    on: bool = True
    part: str = FIELD
    was: str = ""
    now: str = ""

    @property
    def touches_values(self) -> bool:
        """True when stored values are converted or checked."""
        return self.action in (
            Action.CONVERT_FIELD,
            Action.CHECK_FIELD,
            Action.SET_UNIQUE,
            Action.SET_REQUIRED,
        )

    @property
    def place(self) -> str:
        """What the step is about, as errors name it."""
        return f"{self.registry}.{self.subject}" if self.subject else self.registry

    def sentence(self, naming: "Naming | None" = None) -> str:
        """This function will say the step in words, with names out of `naming` or else with keys."""
        return _SENTENCES[self.action](self, naming or KEYS)

    def as_document(self) -> dict[str, Any]:
        """This function will give the step as the journal keeps it: without what is as usual."""
        return {
            each.name: value
            for each in fields(self)
            if (value := getattr(self, each.name)) != each.default
        }  # fmt: skip


def step_from(document: Mapping[str, Any]) -> Step:
    """This function will read a step out of the journal."""
    return Step(
        **{**document, "action": Action(document["action"]), "registry": document.get("registry", "")}
    )


@dataclass(frozen=True)
class Naming:
    """How things of some designs are called in a language; the first design that knows a thing names it."""

    designs: tuple[Catalog, ...] = ()
    types: Mapping[str, FieldType] = field(default_factory=dict)
    language: str = "en"

    def registry(self, key: str) -> str:
        """This function will name a registry."""
        found = next((each.registries[key] for each in self.designs if key in each.registries), None)
        return label(found, self.language) if found else key

    def role(self, key: str) -> str:
        """This function will name a role."""
        found = next((each.roles[key] for each in self.designs if key in each.roles), None)
        return label(found, self.language) if found else key

    def part(self, registry: str, part: str, key: str) -> str:
        """This function will name a field, section or category of a registry."""
        for each in self.designs:
            found = _part_of(each.registries.get(registry), part, key)
            if found is not None:
                return label(found, self.language)
        return key

    def type(self, name: str) -> str:
        """This function will name a field type."""
        found = self.types.get(name)
        return _(found.label) if found else name

    def subject(self, step: Step) -> str:
        """This function will name what a step is about: “Companies › City”, or a role or registry alone."""
        match step.part:
            case "registry":
                return self.registry(step.subject or step.registry)
            case "role":
                return self.role(step.subject)
            case "plugin":
                return step.subject
            case _:
                return f"{self.registry(step.registry)} › {self.part(step.registry, step.part, step.subject)}"


def _part_of(registry: Registry | None, part: str, key: str) -> Any:
    if registry is None:
        return None
    return {FIELD: registry.field, SECTION: registry.section, CATEGORY: registry.category}[part](key)


KEYS = Naming()
_ATTRIBUTES = {
    "names": N_("the name in other languages"),
    "names_one": N_("the name of one record in other languages"),
    "name_one": N_("the name of one record"),
    "help": N_("the hint"),
    "helps": N_("the hint in other languages"),
    "categories": N_("the categories"),
    "default": N_("the default"),
    "when": N_("the rules of when it applies"),
    "icon": N_("the icon"),
    "colour": N_("the colour"),
    "columns": N_("the columns of the list"),
    "title": N_("the pattern of titles"),
    "collapsed": N_("whether it is open at first"),
}
_ORDERS = {
    FIELD: N_("Put the fields of “{name}” in another order."),
    SECTION: N_("Put the sections of “{name}” in another order."),
    CATEGORY: N_("Put the categories of “{name}” in another order."),
    REGISTRY: N_("Put the registries in another order."),
    ROLE: N_("Put the roles in another order."),
}
_ADDED = {SECTION: N_("Add the section “{name}”."), CATEGORY: N_("Add the category “{name}”.")}
_SWITCHED = {
    (FIELD, True): N_("Switch on the field “{name}”."),
    (FIELD, False): N_("Switch off the field “{name}”."),
    (SECTION, True): N_("Switch on the section “{name}”."),
    (SECTION, False): N_("Switch off the section “{name}”."),
    (CATEGORY, True): N_("Switch on the category “{name}”."),
    (CATEGORY, False): N_("Switch off the category “{name}”."),
    (REGISTRY, True): N_("Switch on the registry “{name}”."),
    (REGISTRY, False): N_("Switch off the registry “{name}”."),
}
_FLAGS = {
    (Action.SET_UNIQUE, True): N_("No two records may have the same “{name}”."),
    (Action.SET_UNIQUE, False): N_("Several records may have the same “{name}”."),
    (Action.SET_REQUIRED, True): N_("“{name}” must be filled in."),
    (Action.SET_REQUIRED, False): N_("“{name}” may be left empty."),
}
_RULED = {
    True: N_("The rule “{rule}” of “{name}” applies again."),
    False: N_("The rule “{rule}” of “{name}” rests as long as what it asks about is switched off."),
}
_OF_ROLES = {
    "create": N_("Make the role “{role}”."),
    "remove": N_("Remove the role “{role}”."),
    "replace": N_("Put another role in the place of the role “{role}”."),
    "powers": N_("Change the powers of the role “{role}”."),
    "kind": N_("Change whom the role “{role}” is for."),
    "grant": N_("Change what the role “{role}” may do in “{registry}”."),
}


def _described(step: Step, naming: Naming) -> str:
    words = [_(_ATTRIBUTES[each]) if each in _ATTRIBUTES else each for each in step.detail.split(",")]
    return _("Change {what} of “{name}”.", what=", ".join(words), name=naming.subject(step))


def _of_role(step: Step, naming: Naming) -> str:
    return _(_OF_ROLES[step.detail], role=naming.role(step.subject), registry=naming.registry(step.now))


_SENTENCES: Mapping[Action, Callable[[Step, Naming], str]] = {
    Action.CREATE_REGISTRY: lambda step, naming: _("Make the registry “{name}”.", name=naming.registry(step.registry)),
    Action.ADD: lambda step, naming: _(_ADDED[step.part], name=naming.subject(step)),
    Action.ADD_FIELD: lambda step, naming: _("Add the field “{name}” ({type}).", name=naming.subject(step),
                                             type=naming.type(step.detail)),
    Action.CONVERT_FIELD: lambda step, naming: (
        _("Change “{name}” from {was} to {type}; its values are converted.", name=naming.subject(step),
          was=naming.type(step.was), type=naming.type(step.detail)) if step.was and step.was != step.detail
        else _("Keep the values of “{name}” in another way.", name=naming.subject(step))),
    Action.CHECK_FIELD: lambda step, naming: _("Give “{name}” other options.", name=naming.subject(step)),
    Action.SET_UNIQUE: lambda step, naming: _(_FLAGS[step.action, step.on], name=naming.subject(step)),
    Action.SET_REQUIRED: lambda step, naming: _(_FLAGS[step.action, step.on], name=naming.subject(step)),
    Action.RETITLE: lambda step, naming: _("Write the titles of “{name}” anew.", name=naming.registry(step.registry)),
    Action.REINDEX: lambda step, naming: _("Index the texts of “{name}” anew.", name=naming.registry(step.registry)),
    Action.SWITCH: lambda step, naming: _(_SWITCHED[step.part, step.on], name=naming.subject(step)),
    Action.RENAME: lambda step, naming: _("Rename “{was}” to “{now}”.", was=step.was, now=step.now),
    Action.MOVE: lambda step, naming: _(
        "Move “{name}” from “{was}” to “{now}”.", name=naming.subject(step),
        was=naming.part(step.registry, SECTION, step.was), now=naming.part(step.registry, SECTION, step.now)),
    Action.ORDER: lambda step, naming: _(_ORDERS[step.part], name=naming.registry(step.registry)),
    Action.DESCRIBE: _described,
    Action.RULE: lambda step, naming: _(_RULED[step.on], rule=step.detail, name=naming.subject(step)),
    Action.ROLE: _of_role,
    Action.PLUGIN: lambda step, naming: _("Change the plugin “{name}”.", name=step.subject),
    Action.ARRANGE: lambda step, naming: (
        _("Arrange the overview of “{name}” anew.", name=naming.registry(step.registry)) if step.registry
        else _("Arrange the home page anew.")),
    Action.RETURN: lambda step, naming: _("Return to the design of version {version}.", version=step.detail),
    Action.UNDO: lambda step, naming: _("Take back the change of version {version}.", version=step.detail),
}  # fmt: skip

"""Task packages: sets of tasks with relative dates, as the admin has designed them; they are settings of the plugin."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import marshmallow as ma
from marshmallow import fields as f

from kartoteka.platform.sdk import N_, Invalid, Work, _, change_plugin, settings_of

PLUGIN = "tasks"
MOST_PACKAGES, MOST_STEPS, FURTHEST, LONGEST_NAME = 50, 50, 3650, 120
# Who does a step: whoever starts the package, a role (`role:sales`), or a person named in a field (`field:keeper`).
STARTER, ROLE, FIELD = "starter", "role:", "field:"
_KEY = ma.validate.Regexp(r"^[a-z][a-z0-9_]{0,39}$")


class Step(ma.Schema):
    """One task of a package."""

    title = f.Str(required=True, validate=ma.validate.Length(1, 255))
    days = f.Int(load_default=0, validate=ma.validate.Range(-FURTHEST, FURTHEST))
    who = f.Str(load_default=STARTER, validate=ma.validate.Length(max=60))
    # It waits for the step before it.
    waits = f.Bool(load_default=False)


class Package(ma.Schema):
    """A set of tasks."""

    key = f.Str(required=True, validate=_KEY)
    name = f.Str(required=True, validate=ma.validate.Length(1, LONGEST_NAME))
    # The registry on whose records it is started; nothing for all.
    registry = f.Str(load_default="", validate=ma.validate.Length(max=40))
    category = f.Str(load_default="", validate=ma.validate.Length(max=40))
    # A field with a date from which the days count; nothing for the day on which it is started.
    base = f.Str(load_default="", validate=ma.validate.Length(max=40))
    # Started by each new record.
    automatic = f.Bool(load_default=False)
    steps = f.List(f.Nested(Step), load_default=list, validate=ma.validate.Length(max=MOST_STEPS))


class TaskSettings(ma.Schema):
    """Settings of the plugin."""

    packages = f.List(
        f.Nested(Package),
        load_default=list,
        validate=ma.validate.Length(max=MOST_PACKAGES),
        metadata={"elsewhere": True, "label": N_("Task packages")},
    )


@dataclass(frozen=True, slots=True)
class StepOf:
    """One task of a package."""

    title: str
    # What was typed instead of a number is refused by a sentence.
    days: int | str = 0
    who: str = STARTER
    waits: bool = False


@dataclass(frozen=True, slots=True)
class PackageOf:
    """A set of tasks that is started together."""

    key: str
    name: str
    registry: str = ""
    category: str = ""
    base: str = ""
    automatic: bool = False
    steps: Sequence[StepOf] = ()

    def fits(self, registry: str, category: str | None) -> bool:
        """This function will tell whether it may be started on a record of a registry and category."""
        return self.registry in ("", registry) and self.category in ("", category or "")


def packages_of(work: Work) -> list[PackageOf]:
    """This function will list all packages."""
    return [_package(each) for each in settings_of(work, PLUGIN).get("packages", ())]


def _package(document: Mapping[str, Any]) -> PackageOf:
    steps = tuple(StepOf(**each) for each in document["steps"])
    return PackageOf(**{**document, "steps": steps})


def keep_package(work: Work, package: PackageOf) -> None:
    """This function will keep a package under its key, in the place of the one before.

    :raises Invalid: when it names what does not exist.
    """
    _check(work, package)
    known = packages_of(work)
    if any(each.key == package.key for each in known):
        _keep(work, [package if each.key == package.key else each for each in known])
    else:
        _keep(work, [*known, package])


def drop_package(work: Work, key: str) -> None:
    """This function will take a package out; the tasks that it has made stay."""
    _keep(work, [each for each in packages_of(work) if each.key != key])


def _keep(work: Work, packages: Sequence[PackageOf]) -> None:
    change_plugin(work, PLUGIN, {"settings": {"packages": [asdict(each) for each in packages]}})


def _check(work: Work, package: PackageOf) -> None:
    wrong: dict[str, list[str]] = {}
    registry = work.catalog.registries.get(package.registry)
    fields = {each.key: each.type for each in registry.active_fields} if registry else {}
    if package.registry and (registry is None or registry.plugin):
        wrong["registry"] = [_("There is no registry “{registry}”.", registry=package.registry)]
    if package.category and (registry is None or registry.category(package.category) is None):
        wrong["category"] = [_("There is no category “{name}”.", name=package.category)]
    if package.base and fields.get(package.base) not in ("date", "datetime"):
        wrong["base"] = [_("“{name}” is no date of this registry.", name=package.base)]
    if package.automatic and not package.registry:
        wrong["automatic"] = [_("Choose the registry whose new records start it.")]
    if not 1 <= len(package.name) <= LONGEST_NAME:
        wrong["name"] = [_("A package needs a name.")]
    wrong |= _wrong_steps(work, fields, package.steps)
    if wrong:
        raise Invalid(wrong)


def _wrong_steps(work: Work, fields: Mapping[str, str], steps: Sequence[StepOf]) -> dict[str, list[str]]:
    if not steps:
        return {"steps": [_("A package needs a task.")]}
    if len(steps) > MOST_STEPS:
        return {"steps": [_("A package has {max} tasks at most.", max=MOST_STEPS)]}
    wrong: dict[str, list[str]] = {}
    for number, step in enumerate(steps):
        if not isinstance(step.days, int) or abs(step.days) > FURTHEST:
            sentence = _("“{days}” is no number of days up to {max}.", days=str(step.days), max=FURTHEST)
            wrong[f"steps.{number}.days"] = [sentence]
        if not _known(work, fields, step.who):
            wrong[f"steps.{number}.who"] = [_("There is nobody like this: “{who}”.", who=step.who)]
    return wrong


def _known(work: Work, fields: Mapping[str, str], who: str) -> bool:
    if who.startswith(ROLE):
        return who.removeprefix(ROLE) in work.catalog.roles
    if who.startswith(FIELD):
        return fields.get(who.removeprefix(FIELD)) == "user"
    return who == STARTER


__all__ = ["FIELD", "ROLE", "STARTER", "PackageOf", "StepOf", "TaskSettings", "drop_package", "keep_package",
           "packages_of"]  # fmt: skip

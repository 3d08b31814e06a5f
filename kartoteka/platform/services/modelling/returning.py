"""The way back: the design as it was at an earlier version, or without one change, and no value lost on the way."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from kartoteka.platform.access.conversion import Station
from kartoteka.platform.access.reshaping import Finding
from kartoteka.platform.catalog import plans
from kartoteka.platform.catalog.definitions import ADMIN, Catalog, Field, Registry
from kartoteka.platform.catalog.plans import Action, Step
from kartoteka.platform.kernel.errors import Conflict
from kartoteka.platform.services import designs
from kartoteka.platform.services.modelling.designer import Designer, Plan
from kartoteka.platform.services.modelling.taking_back import taken_back
from kartoteka.platform.services.work import Work
from kartoteka.platform.storage.layout import kind_of

_EASED = (Action.SET_UNIQUE, Action.CONVERT_FIELD, Action.CHECK_FIELD)


@dataclass(frozen=True)
class WayBack:
    """What going back would do: the plan, and demands that stay off since stored values stand against them."""

    plan: Plan
    target: Catalog
    reason: Step
    eased: tuple[Finding, ...] = ()


def plan_return(work: Work, version: int) -> WayBack:
    """This function will tell what returning to the design of a version would do, without doing it.

    :raises NotFound: when the design has no such version.
    """
    work.require("design")
    return _way(
        Designer(work), _as_then(work.catalog, designs.at_version(work, version)), Action.RETURN, version
    )


def return_to(work: Work, version: int, *, accept_loss: bool = False) -> Plan:
    """This function will make the design what it was at a version.

    Fields, sections, categories and registries that did not exist then are switched off. A field that had another
    type gets the column back that it had: values that nobody has touched come back as they were, those entered since
    are converted.

    :raises Conflict: when some of these cannot be; with `accept_loss` they are left empty, and stay in the column
        that is left, from where a return brings them back.
    """
    work.require("design")
    designer = Designer(work)
    way = _way(designer, _as_then(work.catalog, designs.at_version(work, version)), Action.RETURN, version)
    return designer.apply(way.target, accept_loss=accept_loss, reason=way.reason, surveys=way.plan.surveys)


def plan_undo(work: Work, version: int) -> WayBack:
    """This function will tell what taking back the one change of a version would do, without doing it.

    :raises Conflict: when something later depends on the change.
    """
    work.require("design")
    return _way(Designer(work), _without(work, version), Action.UNDO, version)


def undo(work: Work, version: int, *, accept_loss: bool = False) -> Plan:
    """This function will take back one change of the design, if nothing later depends on it.

    :raises Conflict: with what does, or with the values that stand against it.
    """
    work.require("design")
    designer = Designer(work)
    way = _way(designer, _without(work, version), Action.UNDO, version)
    return designer.apply(way.target, accept_loss=accept_loss, reason=way.reason, surveys=way.plan.surveys)


def _without(work: Work, version: int) -> Catalog:
    designs.told(work, version)
    change = next(each for each in designs.changes(work, after=version - 1) if each.version == version)
    target, hindrances = taken_back(work, change.before, change.after)
    if hindrances:
        raise Conflict(hindrances[0], {"version": hindrances})
    return target


def _as_then(now: Catalog, then: Catalog) -> Catalog:
    """Today's design made what it was; what is newer stays, switched off. Plugins keep their things as they are."""
    registries = {
        key: now.registries[key] if now.registries[key].plugin else _registry(now.registries[key], each)
        for key, each in then.registries.items()
    }
    newer = {
        key: each if each.plugin else replace(each, active=False)
        for key, each in now.registries.items()
        if key not in registries
    }
    roles = {key: now.roles[ADMIN] if key == ADMIN else each for key, each in then.roles.items()}
    return replace(now, registries={**registries, **newer}, roles=roles)


def _registry(now: Registry, then: Registry) -> Registry:
    return replace(
        then,
        categories=(*then.categories, *_newer(now.categories, then.categories)),
        sections=(*then.sections, *_newer(now.sections, then.sections)),
        fields=(*then.fields, *_newer(now.fields, then.fields)),
    )


def _newer(now: tuple[Any, ...], then: tuple[Any, ...]) -> list[Any]:
    known = {each.key for each in then}
    return [replace(each, active=False) for each in now if each.key not in known]


def _way(designer: Designer, target: Catalog, action: Action, version: int) -> WayBack:
    work = designer.work
    designer.ways = _ways(work, target)
    eased: tuple[Finding, ...] = ()
    while True:
        target = designer.settled(target)
        steps = plans.plan(work.catalog, target, designer.types)
        surveys = designer.surveys(target, steps)
        strict = [
            (each.step, finding)
            for each in surveys
            for finding in each.findings
            if not finding.acceptable and _may_ease(work.catalog, target, each.step)
        ]
        if not strict:
            reason = Step(action, "", detail=str(version))
            plan = Plan([reason, *steps] if steps else [], surveys, designer.naming(target))
            return WayBack(plan, target, reason, eased)
        target = _eased(target, [step for step, _finding in strict])
        eased += tuple(finding for _step, finding in strict)


def _may_ease(now: Catalog, target: Catalog, step: Step) -> bool:
    field = target.registries[step.registry].field(step.subject)
    assert field is not None
    return field.required if step.action is Action.SET_REQUIRED else field.unique


def _eased(target: Catalog, steps: list[Step]) -> Catalog:
    """Going back must not fail on what was entered since: a demand that values do not meet stays off."""
    registries = dict(target.registries)
    for step in steps:
        registry = registries[step.registry]
        demand: Mapping[str, Any] = (
            {"required": False} if step.action is Action.SET_REQUIRED else {"unique": False}
        )
        fields = tuple(
            replace(each, **demand) if each.key == step.subject else each for each in registry.fields
        )
        registries[step.registry] = replace(registry, fields=fields)
    return replace(target, registries=registries)


def _ways(work: Work, target: Catalog) -> dict[int, tuple[Station, ...]]:
    """For fields that go back to an earlier column: the newest definition over each column on the way there."""
    wanted = {
        (key, each.key): each.column
        for key, registry in target.registries.items()
        for each in registry.fields
        if (today := _field(work.catalog, key, each.key)) is not None and today.column != each.column
    }
    found: dict[tuple[str, str], list[Field]] = {place: [] for place in wanted}
    for _version, design in designs.backwards(work, 0) if wanted else ():
        for place in [each for each in found if not _arrived(found[each], wanted[each])]:
            field = _field(design, *place)
            if field is not None and (not found[place] or found[place][-1].column != field.column):
                found[place].append(field)
        if all(_arrived(found[place], column) for place, column in wanted.items()):
            break
    types = work.office.field_types
    return {
        way[0].id: tuple(Station(each, kind_of(each, types)) for each in reversed(way[1:]))
        for way in found.values()
        if way
    }


def _arrived(way: list[Field], column: str) -> bool:
    return bool(way) and way[-1].column == column


def _field(design: Catalog, registry: str, key: str) -> Field | None:
    found = design.registries.get(registry)
    return found.field(key) if found else None


__all__ = ["WayBack", "plan_return", "plan_undo", "return_to", "undo"]

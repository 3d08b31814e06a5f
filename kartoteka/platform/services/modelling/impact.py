"""What a change of the design would do, all told: steps, values that do not fit, records touched, what relies on it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kartoteka.platform.catalog.definitions import Field, Registry
from kartoteka.platform.catalog.plans import Action, Step
from kartoteka.platform.catalog.steps import CATEGORY, FIELD, REGISTRY, SECTION
from kartoteka.platform.kernel.texts import plural
from kartoteka.platform.services import design_facts
from kartoteka.platform.services.design_uses import Subject, Use, uses_of
from kartoteka.platform.services.headcount import holders
from kartoteka.platform.services.modelling.designer import Plan
from kartoteka.platform.services.work import Work


@dataclass(frozen=True, slots=True)
class Touched:
    """How many records (or people) a step touches."""

    place: str
    count: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Relied:
    """Something that relies on what a step changes."""

    place: str
    use: Use


@dataclass(frozen=True)
class Impact:
    """What a change would do, before it is done."""

    plan: Plan
    touched: tuple[Touched, ...] = ()
    relied: tuple[Relied, ...] = ()

    @property
    def asks(self) -> bool:
        """True when the change touches data, people or what relies on it, and should be confirmed."""
        return bool(self.plan.findings or self.touched or self.relied)


def impact_of(work: Work, change: Callable[[Work], object]) -> Impact:
    """This function will tell what a change of the design, given as a call of its verb, would do; nothing is done."""
    work.require("design")
    catalog, layout = work.catalog, work.layout
    work.thought = []
    try:
        change(work)
    finally:
        thought, work.thought = work.thought, None
        work.renew(catalog, layout)
    plans: list[Plan] = [each for each in thought if isinstance(each, Plan)]
    steps = [step for each in plans for step in each.steps]
    surveys = tuple(survey for each in plans for survey in each.surveys)
    return told(work, Plan(steps, surveys, plans[-1].naming if plans else None))


def told(work: Work, plan: Plan) -> Impact:
    """This function will add to a plan what it touches and what relies on that."""
    touched = tuple(each for step in plan.steps for each in _touched(work, step, plan))
    relied = tuple(
        Relied(step.place, use)
        for step in plan.steps
        if (subject := _weakened(step)) is not None
        for use in uses_of(work, work.catalog, subject)
    )
    return Impact(plan, touched, tuple(dict.fromkeys(relied)))


def _weakened(step: Step) -> Subject | None:
    """What a step takes away or makes another thing, so that whatever relies on it should be told."""
    gone = step.action is Action.SWITCH and not step.on
    if gone or step.action in (Action.CONVERT_FIELD, Action.CHECK_FIELD, Action.MOVE):
        return Subject(step.registry, step.part, step.subject)
    return None


def _touched(work: Work, step: Step, plan: Plan) -> Iterator[Touched]:
    if step.action is Action.ROLE and step.detail in ("remove", "replace", "powers", "grant"):
        number = holders(work).get(step.subject, 0)
        if number:
            yield Touched(
                step.subject,
                number,
                plural("{n} person has this role.", "{n} people have this role.", number),
            )
        return
    registry = work.catalog.registries.get(step.registry)
    if registry is None:
        return
    if step.action is Action.CONVERT_FIELD:
        values = next((each.values for each in plan.surveys if each.step == step), 0)
        if values:
            yield Touched(
                step.place, values, plural("{n} value is converted.", "{n} values are converted.", values)
            )
    elif step.action is Action.RETITLE:
        number = design_facts.usage(work, registry, ()).all
        if number:
            yield Touched(
                step.place,
                number,
                plural(
                    "The name of {n} record is written anew.",
                    "The names of {n} records are written anew.",
                    number,
                ),
            )
    elif step.action is Action.SWITCH and not step.on:
        yield from _out_of_sight(work, registry, step)


def _out_of_sight(work: Work, registry: Registry, step: Step) -> Iterator[Touched]:
    if step.part == CATEGORY:
        number = design_facts.of_category(work, registry, step.subject)
        sentence = plural(
            "{n} record is of this category and stays so.",
            "{n} records are of this category and stay so.",
            number,
        )
    elif step.part == REGISTRY:
        number = design_facts.usage(work, registry, ()).all
        sentence = plural("{n} record goes out of sight.", "{n} records go out of sight.", number)
    else:
        number = design_facts.usage(work, registry, _fields(registry, step)).used
        sentence = plural(
            "{n} record has a value here, which goes out of sight.",
            "{n} records have a value here, which goes out of sight.",
            number,
        )
    if number:
        yield Touched(step.place, number, sentence)


def _fields(registry: Registry, step: Step) -> tuple[Field, ...]:
    if step.part == SECTION:
        return registry.fields_of(step.subject)
    found = registry.field(step.subject) if step.part == FIELD else None
    return (found,) if found else ()


__all__ = ["Impact", "Relied", "Touched", "impact_of", "told"]

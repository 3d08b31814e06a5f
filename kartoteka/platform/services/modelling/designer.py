"""One change of the design: read, planned, held against stored values, done and journalled."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

from kartoteka.platform.access.conversion import Station
from kartoteka.platform.access.reshaping import Finding, Reshaping, Survey
from kartoteka.platform.catalog import exceptions, plans, soundness
from kartoteka.platform.catalog.definitions import ADMIN, STAFF, Catalog, Field, PluginState, Registry, Role
from kartoteka.platform.catalog.models import CatalogState
from kartoteka.platform.catalog.plans import Action, Naming, Step
from kartoteka.platform.catalog.reading import Reader
from kartoteka.platform.kernel.errors import Conflict, Invalid, KartotekaError, Misconfigured, NotFound
from kartoteka.platform.kernel.events import DesignChanged
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.contributions import told_settings
from kartoteka.platform.services.modelling import sides
from kartoteka.platform.services.modelling.journal import write_down
from kartoteka.platform.services.work import Work
from kartoteka.platform.storage import ddl
from kartoteka.platform.storage.layout import Layout, field_columns

logger = logging.getLogger(__name__)
MAX_EXAMPLES = 10
Found = TypeVar("Found")


@dataclass(frozen=True)
class Plan:
    """What a design change does (or would do): its steps, and what stored values have to say to them."""

    steps: list[Step]
    surveys: tuple[Survey, ...] = ()
    naming: Naming | None = None

    @property
    def findings(self) -> list[Finding]:
        """What stands against the steps."""
        return [finding for each in self.surveys for finding in each.findings]

    @property
    def offenders(self) -> Mapping[str, Sequence[str]]:
        """What stands against the steps, as sentences by place."""
        return by_place(self.findings)

    def sentences(self) -> list[str]:
        """This function will say the steps in words."""
        return [step.sentence(self.naming) for step in self.steps]


@dataclass(frozen=True)
class Foresight:
    """A change that is only thought of: its steps and the design after it; values are looked at on asking."""

    designer: "Designer"
    steps: list[Step]
    after: Catalog

    @classmethod
    def of(cls, designer: "Designer", target: Catalog) -> "Foresight":
        """This function will think of the change from the present design to another."""
        return designer.foresee(target)

    @cached_property
    def plan(self) -> Plan:
        """The change as a plan, with what stored values have to say to it."""
        return Plan(
            self.steps, self.designer.surveys(self.after, self.steps), self.designer.naming(self.after)
        )

    def offenders(self) -> Mapping[str, Sequence[str]]:
        """This function will look for stored values that stand against the change, by place."""
        return self.plan.offenders

    def convertible(self, place: str) -> bool:
        """This function will tell whether what stands against a place may be left empty."""
        return all(each.acceptable for each in self.plan.findings if each.place == place)


def by_place(findings: Iterable[Finding]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in findings:
        found.setdefault(each.place, []).append(each.sentence)
    return found


def registry_of(work: Work, key: str) -> Registry:
    found = work.catalog.registries.get(key)
    if found is None:
        raise NotFound(_("There is no registry “{registry}”.", registry=key[:60]))
    return found


def role_of(work: Work, key: str) -> Role:
    found = work.catalog.roles.get(key)
    if found is None:
        raise NotFound(_("There is no role “{role}”.", role=key[:60]))
    return found


class Designer:
    """One change of the design inside one piece of work."""

    def __init__(self, work: Work) -> None:
        if work.writes and not work.designs:
            raise Misconfigured("A change of the design must begin with design=True.")
        self.work = work
        used = (field.type for each in work.catalog.registries.values() for field in each.fields)
        self.types = work.office.field_types.standing_in(used)
        self.state = work.session.get(CatalogState, 1)
        assert self.state is not None
        self.next_id = self.state.next_id
        self.reader = Reader(self.types, self._new_id)
        # By the id of a field: definitions over whose columns its values come back.
        self.ways: Mapping[int, tuple[Station, ...]] = {}
        self.known: dict[tuple[str, str], dict[str, Any]] = {}

    def _new_id(self) -> int:
        self.next_id += 1
        return self.next_id - 1

    def read(self, reading: Callable[[], Found]) -> Found:
        """Run a reading and refuse at its end what was wrong."""
        found = reading()
        self.reader.finish()
        return found

    def put(self, registry: Registry, *, position: int | None = None, accept_loss: bool = False) -> Plan:
        registries = {**self.work.catalog.registries, registry.key: registry}
        if position is not None:
            keys = [key for key in registries if key != registry.key]
            keys.insert(max(position, 0), registry.key)
            registries = {key: registries[key] for key in keys}
        return self.apply(replace(self.work.catalog, registries=registries), accept_loss=accept_loss)

    def put_role(self, role: Role) -> Plan:
        return self.apply(replace(self.work.catalog, roles={**self.work.catalog.roles, role.key: role}))

    def read_design(self, document: Any) -> Catalog:
        if not isinstance(document, Mapping):
            raise Invalid({"design": [_("A design is an object with “registries” and “roles”.")]})
        for name in document:
            if name not in ("kartoteka", "registries", "roles", "plugins", "home_pages"):
                self.reader.problem(str(name)[:60], _("There is no such attribute."))
        current = self.work.catalog
        registries = self._read_each(
            document,
            "registries",
            lambda each: self.reader.registry(each, current.registries.get(_key(each))),
        )
        roles = self._read_each(
            document,
            "roles",
            lambda each: self.reader.role(each, self._bare(current.roles.get(_key(each))), ()),
        )
        self.reader.finish()
        missing = {
            key: replace(each, active=False)
            for key, each in current.registries.items()
            if key not in registries and not each.plugin
        }
        # What belongs to a plugin goes and comes with the plugin, not with a document that does not speak of it.
        theirs = {
            key: each for key, each in current.registries.items() if each.plugin and key not in registries
        }
        kept = {ADMIN: current.roles[ADMIN]}
        plugins = self._read_plugins(document)
        return Catalog(current.version, {**registries, **missing, **theirs}, {**kept, **roles}, plugins)

    def _read_plugins(self, document: Mapping[str, Any]) -> Mapping[str, PluginState]:
        known, found = self.work.catalog.plugins, dict(self.work.catalog.plugins)
        read = self._read_each(
            document, "plugins", lambda each: self.reader.plugin(each, known.get(_key(each)))
        )
        self.reader.finish()
        return {**found, **{key: self._with_secrets(each, known[key]) for key, each in read.items()}}

    def _with_secrets(self, wanted: PluginState, known: PluginState) -> PluginState:
        """Documents tell no secrets, so those that a document does not name stay as they are."""
        told = told_settings(self.work.office, known)
        kept = {name: value for name, value in known.settings.items() if name not in told}
        return replace(wanted, settings={**kept, **wanted.settings})

    @staticmethod
    def _bare(role: Role | None) -> Role | None:
        """A role of a design document replaces all of its former grants."""
        return (
            replace(role, grants={}, powers=frozenset(), names={}, kind=STAFF, holds=None) if role else None
        )

    def _read_each(
        self, document: Mapping[str, Any], name: str, read: Callable[[Any], Any]
    ) -> dict[str, Any]:
        found: dict[str, Any] = {}
        documents = document.get(name, [])
        if not isinstance(documents, list):
            self.reader.problem(name, _("This must be a list."))
            return found
        for number, each in enumerate(documents):
            before, self.reader.problems = self.reader.problems, {}
            part = read(each)
            for place, sentences in self.reader.problems.items():
                before.setdefault(f"{name}.{number}.{place}", []).extend(sentences)
            self.reader.problems = before
            if part.key in found:
                self.reader.problem(
                    f"{name}.{number}.key", _("The key “{key}” is there twice.", key=part.key)
                )
            found[part.key] = part
        return found

    def surveys(self, target: Catalog, steps: Sequence[Step]) -> tuple[Survey, ...]:
        """What stored values have to say to the steps; nothing is changed."""
        return self._look_through(self._with_columns(target), steps)

    def offenders(self, target: Catalog, steps: Sequence[Step]) -> dict[str, list[str]]:
        """Stored values that stand against the steps, by field; nothing is changed."""
        return by_place(finding for each in self.surveys(target, steps) for finding in each.findings)

    def _look_through(self, target: Catalog, steps: Sequence[Step]) -> tuple[Survey, ...]:
        shaping = self._reshaping(target, self.work.office.layout(target))
        return tuple(shaping.survey(step, MAX_EXAMPLES) for step in steps if step.touches_values)

    def _with_columns(self, target: Catalog, apart: frozenset[tuple[str, str]] = frozenset()) -> Catalog:
        return plans.with_columns(self.work.catalog, target, self.types, self._new_id, apart)

    def _reshaping(self, target: Catalog, layout: Layout) -> Reshaping:
        work = self.work
        return Reshaping(work.connection, work.catalog, target, work.layout, layout, self.ways, self.known)

    def naming(self, target: Catalog) -> Naming:
        """How the things of both designs are called in the language of the actor."""
        return Naming((target, self.work.catalog), self.types, self.work.actor.locale.language)

    def settled(self, target: Catalog) -> Catalog:
        """The design as it would be kept: fields in their order, exceptions where they still apply; checked."""
        target = replace(target, registries={key: ordered(each) for key, each in target.registries.items()})
        target = exceptions.settled(self.work.catalog, target)
        soundness.check(target, self.types)
        sides.check(self.work, target)
        return target

    def would(self, target: Catalog) -> Plan:
        """What leading to a design would do, and what stands against it; nothing is changed."""
        target = self.settled(target)
        steps = plans.plan(self.work.catalog, target, self.types)
        return Plan(steps, self.surveys(target, steps), self.naming(target))

    def foresee(self, target: Catalog) -> Foresight:
        """The change from the present design to another, only thought of."""
        target = self.settled(target)
        return Foresight(self, plans.plan(self.work.catalog, target, self.types), target)

    def apply(
        self,
        target: Catalog,
        *,
        accept_loss: bool = False,
        reason: Step | None = None,
        surveys: tuple[Survey, ...] | None = None,
    ) -> Plan:
        """Check, plan, refuse or do, and journal; the work goes on under the new design.

        `surveys` are what stored values have to say to the steps, where somebody has just looked through them.
        """
        assert self.state is not None
        target = self.settled(target)
        steps = plans.plan(self.work.catalog, target, self.types)
        if not steps and target == self.work.catalog:
            return Plan([])
        target = self._with_columns(replace(target, version=self.state.version + 1))
        surveys = self._look_through(target, steps) if surveys is None else surveys
        if self.work.thought is not None:
            return self._only_think(target, Plan(steps, surveys, self.naming(target)))
        blocking = [
            finding
            for each in surveys
            for finding in each.findings
            if not (accept_loss and finding.acceptable)
        ]
        if blocking:
            raise Conflict(blocking[0].sentence, by_place(blocking))
        target = self._with_columns(target, _altered(surveys))
        layout = self.work.office.layout(target)
        steps = [*([reason] if reason else ()), *steps]
        self._store(target, layout, steps)
        write_down(self.work, target, steps)
        self.state.version, self.state.next_id = target.version, self.next_id
        self.work.session.flush()
        changed = {step.registry for step in steps if step.registry}
        naming = self.naming(target)
        before = self.work.catalog.plugins
        self.work.renew(target, layout)
        self._settle(before)
        self.work.emit(DesignChanged(target.version, tuple(sorted(changed))))
        return Plan(steps, surveys, naming)

    def _settle(self, before: Mapping[str, PluginState]) -> None:
        """A plugin brings what it keeps into line with its new settings, whichever way they were changed."""
        for key, state in self.work.catalog.plugins.items():
            contribution = self.work.office.plugins.get(key)
            old = before[key].settings if key in before else {}
            if (
                contribution is not None
                and contribution.settle is not None
                and dict(old) != dict(state.settings)
            ):
                try:
                    contribution.settle(self.work, old, state.settings)
                except KartotekaError:
                    raise
                except Exception as error:
                    logger.exception("The plugin %s cannot settle its settings.", key)
                    said = _(
                        "The plugin “{plugin}” has failed with these settings; nothing was changed.",
                        plugin=key,
                    )
                    raise Invalid({"settings": [said]}) from error

    def _only_think(self, target: Catalog, plan: Plan) -> Plan:
        assert self.work.thought is not None
        self.work.thought.append(plan)
        self.work.renew(target, self.work.office.layout(target))
        return plan

    def _store(self, target: Catalog, layout: Layout, steps: Sequence[Step]) -> None:
        connection, old = self.work.connection, self.work.catalog
        for key, registry in target.registries.items():
            table = layout.table(registry)
            before = old.registries.get(key)
            if before is None:
                ddl.create_registry(connection, table, key)
            elif before != registry:
                wanted = [name for each in registry.fields for name in self._columns(layout, each)]
                ddl.add_columns(connection, table, wanted)
        shaping = self._reshaping(target, layout)
        for step in steps:
            shaping.carry_out(step)
        for key, registry in target.registries.items():
            if key in old.registries and old.registries[key] != registry:
                ddl.align_indexes(connection, layout.table(registry))

    @staticmethod
    def _columns(layout: Layout, each: Field) -> list[str]:
        return [column.name for column in field_columns(each, layout.kind(each))]


def _altered(surveys: Sequence[Survey]) -> frozenset[tuple[str, str]]:
    """Fields that are only checked, but whose values would not all stay as they are: these are kept, too."""
    return frozenset(
        (each.step.registry, each.step.subject)
        for each in surveys
        if each.step.action is Action.CHECK_FIELD and each.altered
    )


def ordered(registry: Registry) -> Registry:
    """Fields lie section by section, so that a design is the same after it was written nested and read again."""
    places = {section.key: place for place, section in enumerate(registry.sections)}
    fields = tuple(sorted(registry.fields, key=lambda each: places.get(each.section, len(places))))
    return registry if fields == registry.fields else replace(registry, fields=fields)


def _key(document: Any) -> str:
    return str(document.get("key", "")) if isinstance(document, Mapping) else ""

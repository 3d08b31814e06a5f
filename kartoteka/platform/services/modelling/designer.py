"""One change of the design: read, planned, held against stored values, done and journalled."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from kartoteka.platform.access.reshaping import Reshaping
from kartoteka.platform.catalog import plans, soundness
from kartoteka.platform.catalog.definitions import ADMIN, Catalog, Field, Registry, Role
from kartoteka.platform.catalog.models import CatalogState
from kartoteka.platform.catalog.plans import Action, Step
from kartoteka.platform.catalog.reading import Reader
from kartoteka.platform.kernel.errors import Conflict, Invalid, Misconfigured, NotFound
from kartoteka.platform.kernel.events import DesignChanged
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.modelling.journal import write_down
from kartoteka.platform.services.work import Work
from kartoteka.platform.storage import ddl
from kartoteka.platform.storage.layout import Layout, field_columns

MAX_EXAMPLES = 10
Found = TypeVar("Found")


@dataclass(frozen=True)
class Plan:
    """What a design change does (or would do): its steps, and stored values that stand against it."""

    steps: list[Step]
    offenders: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def sentences(self) -> list[str]:
        """This function will say the steps in words."""
        return [step.sentence() for step in self.steps]


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
        self.types = work.office.field_types
        self.state = work.session.get(CatalogState, 1)
        assert self.state is not None
        self.next_id = self.state.next_id
        self.reader = Reader(self.types, self._new_id)

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
            if name not in ("kartoteka", "registries", "roles"):
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
            if key not in registries
        }
        kept = {ADMIN: current.roles[ADMIN]}
        return Catalog(current.version, {**registries, **missing}, {**kept, **roles})

    @staticmethod
    def _bare(role: Role | None) -> Role | None:
        """A role of a design document replaces all of its former grants."""
        return replace(role, grants={}, powers=frozenset(), names={}) if role else None

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

    def offenders(self, target: Catalog, steps: Sequence[Step]) -> dict[str, list[str]]:
        """Stored values that stand against the steps, by field; nothing is changed."""
        target = plans.with_columns(self.work.catalog, target, self.types)
        shaping = self._reshaping(target, self.work.office.layout(target))
        found: dict[str, list[str]] = {}
        for step in steps:
            if step.touches_values and step.on:
                sentences = shaping.against(step, MAX_EXAMPLES)
                if sentences:
                    found.setdefault(f"{step.registry}.{step.subject}", []).extend(sentences)
        return found

    def _reshaping(self, target: Catalog, layout: Layout) -> Reshaping:
        return Reshaping(self.work.connection, self.work.catalog, target, self.work.layout, layout)

    def apply(self, target: Catalog, *, accept_loss: bool = False) -> Plan:
        """Check, plan, refuse or do, and journal; the work goes on under the new design."""
        assert self.state is not None
        target = replace(target, registries={key: ordered(each) for key, each in target.registries.items()})
        soundness.check(target, self.types)
        steps = plans.plan(self.work.catalog, target, self.types)
        if not steps and list(target.registries) == list(self.work.catalog.registries):
            return Plan([])
        offenders = self.offenders(target, steps)
        blocking = {
            place: sentences
            for place, sentences in offenders.items()
            if not (accept_loss and self._convertible(steps, place))
        }
        if blocking:
            first = next(iter(blocking.values()))[0]
            raise Conflict(first, blocking)
        target = plans.with_columns(
            self.work.catalog, replace(target, version=self.state.version + 1), self.types
        )
        layout = self.work.office.layout(target)
        self._store(target, layout, steps)
        write_down(self.work, target, steps)
        self.state.version, self.state.next_id = target.version, self.next_id
        self.work.session.flush()
        changed = {step.registry for step in steps if step.registry}
        self.work.renew(target, layout)
        self.work.emit(DesignChanged(target.version, tuple(sorted(changed))))
        return Plan(steps, offenders)

    @staticmethod
    def _convertible(steps: Sequence[Step], place: str) -> bool:
        """Loss may be accepted where values convert or fall out of options, never where they would not be unique."""
        mine = [step for step in steps if f"{step.registry}.{step.subject}" == place and step.touches_values]
        return all(step.action in (Action.CONVERT_FIELD, Action.CHECK_FIELD) for step in mine)

    def _store(self, target: Catalog, layout: Layout, steps: Sequence[Step]) -> None:
        connection, old = self.work.connection, self.work.catalog
        for key, registry in target.registries.items():
            table = layout.table(registry)
            before = old.registries.get(key)
            if before is None:
                ddl.create_registry(connection, table, key)
            elif before != registry:
                known = {column for each in before.fields for column in self._columns(self.work.layout, each)}
                ddl.add_columns(
                    connection,
                    table,
                    [
                        name
                        for each in registry.fields
                        for name in self._columns(layout, each)
                        if name not in known
                    ],
                )
        shaping = self._reshaping(target, layout)
        for step in steps:
            shaping.carry_out(step)
        for key, registry in target.registries.items():
            if key in old.registries and old.registries[key] != registry:
                ddl.align_indexes(connection, layout.table(registry))

    @staticmethod
    def _columns(layout: Layout, each: Field) -> list[str]:
        return [column.name for column in field_columns(each, layout.kind(each))]


def ordered(registry: Registry) -> Registry:
    """Fields lie section by section, so that a design is the same after it was written nested and read again."""
    places = {section.key: place for place, section in enumerate(registry.sections)}
    fields = tuple(sorted(registry.fields, key=lambda each: places.get(each.section, len(places))))
    return registry if fields == registry.fields else replace(registry, fields=fields)


def _key(document: Any) -> str:
    return str(document.get("key", "")) if isinstance(document, Mapping) else ""

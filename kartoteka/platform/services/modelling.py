"""Verbs on the design: every change is read, checked, planned, applied under the design lock and journalled."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from sqlalchemy import delete, insert, update

from kartoteka.platform.access.reshaping import Reshaping
from kartoteka.platform.catalog import plans, portable, soundness
from kartoteka.platform.catalog.definitions import (
    ADMIN,
    Catalog,
    Category,
    Field,
    Grant,
    Registry,
    Role,
    Section,
)
from kartoteka.platform.catalog.models import CatalogState, DesignChange, RegistryRow, RoleRow
from kartoteka.platform.catalog.plans import Action, Step
from kartoteka.platform.catalog.reading import Reader
from kartoteka.platform.kernel.errors import Conflict, Invalid, Misconfigured, NotFound
from kartoteka.platform.kernel.events import DesignChanged
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.work import Work
from kartoteka.platform.storage import ddl
from kartoteka.platform.storage.layout import Layout, field_columns

MAX_EXAMPLES = 10
Part = TypeVar("Part", Field, Section, Category)
Found = TypeVar("Found")


@dataclass(frozen=True)
class Plan:
    """What a design change does (or would do): its steps, and stored values that stand against it."""

    steps: list[Step]
    offenders: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def sentences(self) -> list[str]:
        """This function will say the steps in words."""
        return [step.sentence() for step in self.steps]


def create_registry(work: Work, body: Any) -> Registry:
    """This function will make a registry from a nested definition.

    :raises Invalid: with all that is wrong by place, such as `sections.0.fields.1.type`.
    """
    work.require("design")
    reader = _Designer(work)
    registry = reader.read(lambda: reader.reader.registry(body, None, frozenset(work.catalog.registries)))
    if registry.key in work.catalog.registries:
        raise Conflict(_("The key “{key}” is already used; keys are never used twice.", key=registry.key))
    reader.put(registry)
    return work.catalog.registries[registry.key]


def change_registry(work: Work, key: str, body: Any) -> Registry:
    """This function will change attributes of a registry; sections and fields only when the body names them."""
    work.require("design")
    old = _registry(work, key)
    designer = _Designer(work)
    body, place = _without(body, "position"), _position(body)
    if isinstance(body, Mapping) and "sections" not in body:
        partial = {
            **{name: body[name] for name in body},
            "sections": portable.registry_to_document(old)["sections"],
        }
        if "categories" not in body:
            partial["categories"] = portable.registry_to_document(old)["categories"]
        body = partial
    changed = designer.read(lambda: designer.reader.registry(body, old))
    designer.put(changed, position=place)
    return work.catalog.registries[key]


def create_section(work: Work, registry: str, body: Any) -> Section:
    """This function will add a section."""
    found: Section = _create_part(work, registry, "sections", body, lambda reader, old: lambda: reader.section(
        _without(body, "position"), None, {each.key for each in old.sections}))  # fmt: skip
    return found


def change_section(work: Work, registry: str, section: str, body: Any) -> Section:
    """This function will change a section, move it or switch it off or on."""

    def read(reader: Reader, part: Section) -> Callable[[], Section]:
        return lambda: reader.section(_without(body, "position"), part, ())

    return _change_part(work, registry, "sections", section, body, read)


def create_category(work: Work, registry: str, body: Any) -> Category:
    """This function will add a category."""
    found: Category = _create_part(work, registry, "categories", body, lambda reader, old: lambda: reader.category(
        _without(body, "position"), None, {each.key for each in old.categories}))  # fmt: skip
    return found


def change_category(work: Work, registry: str, category: str, body: Any) -> Category:
    """This function will change a category, move it or switch it off or on."""

    def read(reader: Reader, part: Category) -> Callable[[], Category]:
        return lambda: reader.category(_without(body, "position"), part, ())

    return _change_part(work, registry, "categories", category, body, read)


def create_field(work: Work, registry: str, body: Any) -> Field:
    """This function will add a field to a section (the first one unless the body names another)."""
    old = _registry(work, registry)
    section = body.get("section") if isinstance(body, Mapping) else None
    section = section or (old.active_sections[0].key if old.active_sections else "")
    if old.section(str(section)) is None:
        raise Invalid({"section": [_("There is no section “{name}”.", name=str(section)[:60])]})
    found: Field = _create_part(work, registry, "fields", body, lambda reader, current: lambda: reader.field(
        _without(body, "position", "section"), None, str(section), {each.key for each in current.fields}))  # fmt: skip
    return found


def change_field(work: Work, registry: str, key: str, body: Any) -> Field:
    """This function will change a field, move it or switch it off or on.

    :raises Conflict: when stored values stand against it, with examples; `"accept_loss": true` converts what can be
        converted and leaves the rest empty (the old values stay in the old column and in history).
    """
    loss = isinstance(body, Mapping) and body.get("accept_loss") is True
    section = body.get("section") if isinstance(body, Mapping) else None
    if section is not None and _registry(work, registry).section(str(section)) is None:
        raise Invalid({"section": [_("There is no section “{name}”.", name=str(section)[:60])]})

    def read(reader: Reader, part: Field) -> Callable[[], Field]:
        document = _without(body, "position", "section", "accept_loss")
        return lambda: reader.field(document, part, str(section or part.section), ())

    return _change_part(work, registry, "fields", key, body, read, accept_loss=loss)


def create_role(work: Work, body: Any) -> Role:
    """This function will make a role with its powers and grants."""
    work.require("design")
    designer = _Designer(work)
    role = designer.read(lambda: designer.reader.role(body, None, frozenset(work.catalog.roles)))
    designer.put_role(role)
    return role


def change_role(work: Work, key: str, body: Any) -> Role:
    """This function will change a role; grants that the body does not name stay."""
    work.require("design")
    old = _role(work, key)
    designer = _Designer(work)
    role = designer.read(lambda: designer.reader.role(body, old, ()))
    if old.is_admin and (role.grants or role.powers != old.powers):
        raise Conflict(_("The role admin has every right; it cannot be given or lose any."))
    designer.put_role(replace(role, grants={**old.grants, **role.grants}))
    return work.catalog.roles[key]


def remove_role(work: Work, key: str) -> None:
    """This function will remove a role; whoever had it loses it at once, and a later role of its name is another."""
    work.require("design")
    role = _role(work, key)
    if role.is_admin:
        raise Conflict(_("The role admin cannot be removed."))
    designer = _Designer(work)
    roles = {name: each for name, each in work.catalog.roles.items() if name != key}
    designer.apply(replace(work.catalog, roles=roles))


def grant_of(work: Work, role: str, registry: str) -> Grant:
    """This function will tell what a role may do in a registry."""
    work.require("design")
    _registry(work, registry)
    return _role(work, role).grants.get(registry, Grant())


def set_grant(work: Work, role: str, registry: str, body: Any) -> Grant:
    """This function will put a grant in the place of the one before."""
    work.require("design")
    old = _role(work, role)
    _registry(work, registry)
    if old.is_admin:
        raise Conflict(_("The role admin has every right; it cannot be given or lose any."))
    designer = _Designer(work)
    grant = designer.read(lambda: designer.reader.grant(body))
    designer.put_role(replace(old, grants={**old.grants, registry: grant}))
    return grant


def export_design(work: Work) -> dict[str, Any]:
    """This function will give the whole design as one document, the same for the same design."""
    work.require("design")
    return {
        "kartoteka": 1,
        "registries": [portable.registry_to_document(each) for each in work.catalog.registries.values()],
        "roles": [
            portable.role_to_document(each) for each in work.catalog.roles.values() if not each.is_admin
        ],
    }


def plan_design(work: Work, document: Any, *, accept_loss: bool = False) -> Plan:
    """This function will tell what applying a design document would do, without doing it."""
    work.require("design")
    designer = _Designer(work)
    target = designer.read_design(document)
    target = replace(target, registries={key: _ordered(each) for key, each in target.registries.items()})
    soundness.check(target, work.office.field_types)
    steps = plans.plan(work.catalog, target, work.office.field_types)
    return Plan(steps, designer.offenders(target, steps))


def apply_design(work: Work, document: Any, *, accept_loss: bool = False) -> Plan:
    """This function will make the design what a document says; what the document lacks is switched off, never lost."""
    work.require("design")
    designer = _Designer(work)
    return designer.apply(designer.read_design(document), accept_loss=accept_loss)


def _create_part(
    work: Work, registry: str, place: str, body: Any, read: Callable[[Reader, Registry], Callable[[], Any]]
) -> Any:
    work.require("design")
    old = _registry(work, registry)
    designer = _Designer(work)
    part = designer.read(read(designer.reader, old))
    designer.put(_placed(old, place, part, _position(body)))
    return part


def _change_part(
    work: Work, registry: str, place: str, key: str, body: Any, read: Callable[[Reader, Part], Callable[[], Part]], *,
    accept_loss: bool = False,
) -> Part:  # fmt: skip
    work.require("design")
    old = _registry(work, registry)
    current = next((each for each in getattr(old, place) if each.key == key), None)
    if current is None:
        raise NotFound(_("There is no “{key}” in “{registry}”.", key=key[:60], registry=registry))
    designer = _Designer(work)
    part = designer.read(read(designer.reader, current))
    designer.put(_placed(old, place, part, _position(body)), accept_loss=accept_loss)
    found = work.catalog.registries[registry]
    renewed: Part = next(each for each in getattr(found, place) if each.key == key)
    return renewed


def _placed(registry: Registry, place: str, part: Part, position: int | None) -> Registry:
    """The registry with a part put in, at a position among its like (fields: among those of its section)."""
    parts: list[Any] = list(getattr(registry, place))
    index = next((n for n, each in enumerate(parts) if each.key == part.key), None)
    if index is not None and position is None and _room(parts[index]) == _room(part):
        parts[index] = part
    else:
        parts = [each for each in parts if each.key != part.key]
        like = [n for n, each in enumerate(parts) if _room(each) == _room(part)]
        spot = len(parts) if position is None or position >= len(like) else like[max(position, 0)]
        parts.insert(spot, part)
    changes: dict[str, Any] = {place: tuple(parts)}
    return replace(registry, **changes)


def _room(part: Any) -> str | None:
    """Where a part lies: a field in its section, everything else in the registry itself."""
    return getattr(part, "section", None)


def _position(body: Any) -> int | None:
    position = body.get("position") if isinstance(body, Mapping) else None
    if position is not None and (not isinstance(position, int) or isinstance(position, bool)):
        raise Invalid({"position": [_("A position is a whole number.")]})
    return position


def _without(body: Any, *names: str) -> Any:
    return (
        {key: value for key, value in body.items() if key not in names} if isinstance(body, Mapping) else body
    )


def _registry(work: Work, key: str) -> Registry:
    found = work.catalog.registries.get(key)
    if found is None:
        raise NotFound(_("There is no registry “{registry}”.", registry=key[:60]))
    return found


def _role(work: Work, key: str) -> Role:
    found = work.catalog.roles.get(key)
    if found is None:
        raise NotFound(_("There is no role “{role}”.", role=key[:60]))
    return found


class _Designer:
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
        target = replace(target, registries={key: _ordered(each) for key, each in target.registries.items()})
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
        self._journal(target, steps)
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

    def _journal(self, target: Catalog, steps: Sequence[Step]) -> None:
        connection, old = self.work.connection, self.work.catalog
        before: dict[str, Any] = {"registries": {}, "roles": {}}
        after: dict[str, Any] = {"registries": {}, "roles": {}}
        for position, (key, registry) in enumerate(target.registries.items()):
            body, former = portable.registry_to_row(registry), old.registries.get(key)
            if former is None:
                connection.execute(
                    insert(RegistryRow), {"id": registry.id, "key": key, "position": position, "body": body}
                )
            else:
                connection.execute(
                    update(RegistryRow)
                    .where(RegistryRow.id == registry.id)
                    .values(position=position, body=body)
                )
            if former != registry:
                before["registries"][key] = portable.registry_to_row(former) if former else None
                after["registries"][key] = body
        for position, (key, role) in enumerate(target.roles.items()):
            self._journal_role(position, role, old.roles.get(key), before["roles"], after["roles"])
        for key, gone in old.roles.items():
            if key not in target.roles:
                connection.execute(delete(RoleRow).where(RoleRow.id == gone.id))
                before["roles"][key], after["roles"][key] = portable.role_to_row(gone), None
        connection.execute(insert(DesignChange), {
            "version": target.version, "at": self.work.now, "by_id": self.work.actor.user_id, "via": self.work.via,
            "steps": [step.sentence() for step in steps], "before": before, "after": after, "note": "",
        })  # fmt: skip

    def _journal_role(
        self, position: int, role: Role, former: Role | None, before: dict[str, Any], after: dict[str, Any]
    ) -> None:
        body = portable.role_to_row(role)
        if former is None:
            self.work.connection.execute(
                insert(RoleRow), {"id": role.id, "key": role.key, "position": position, "body": body}
            )
        else:
            self.work.connection.execute(
                update(RoleRow).where(RoleRow.id == former.id).values(position=position, body=body)
            )
        if former != role:
            before[role.key], after[role.key] = portable.role_to_row(former) if former else None, body


def _ordered(registry: Registry) -> Registry:
    """Fields lie section by section, so that a design is the same after it was written nested and read again."""
    places = {section.key: place for place, section in enumerate(registry.sections)}
    ordered = tuple(sorted(registry.fields, key=lambda each: places.get(each.section, len(places))))
    return registry if ordered == registry.fields else replace(registry, fields=ordered)


def _key(document: Any) -> str:
    return str(document.get("key", "")) if isinstance(document, Mapping) else ""

"""The design without one change of the past: what the change did is undone where nobody has touched it since."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from kartoteka.platform.catalog.definitions import Catalog, Registry, Role, label
from kartoteka.platform.catalog.portable import registry_from_row, role_from_row
from kartoteka.platform.catalog.steps import CATEGORY, FIELD, REGISTRY, SECTION
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.design_uses import Subject, uses_of
from kartoteka.platform.services.work import Work

_PARTS = {"categories": CATEGORY, "sections": SECTION, "fields": FIELD}
Documents = Mapping[str, Any]


def taken_back(work: Work, before: Documents, after: Documents) -> tuple[Catalog, list[str]]:
    """This function will give the design without a change, and what later depends on it, in sentences."""
    change = _Change(work, before, after)
    target = change.target()
    change.hindrances.extend(change.still_used(target))
    return target, list(dict.fromkeys(change.hindrances))


@dataclass
class _Change:
    """One change on its way back; gathers what stands against it."""

    work: Work
    before: Documents
    after: Documents
    hindrances: list[str] = field(default_factory=list)
    gone: list[Subject] = field(default_factory=list)

    def target(self) -> Catalog:
        now = self.work.catalog
        registries, roles = dict(now.registries), dict(now.roles)
        for key, document in self.after.get("registries", {}).items():
            if document is None or key not in now.registries:
                self.hindrances.append(
                    _("A plugin was removed with its data since; that does not come back.")
                )
                continue
            registries[key] = self._registry(now.registries[key], self.before["registries"][key], document)
        for key, document in self.after.get("roles", {}).items():
            self._role(roles, key, self.before["roles"][key], document)
        if self.after.get("plugins"):
            self.hindrances.append(_("What was changed of plugins is changed back on their page."))
        orders = self.before.get("order", {}), self.after.get("order", {})
        return replace(
            now,
            registries=_in_order(registries, now.registries, *(each.get("registries") for each in orders)),
            roles=_in_order(roles, now.roles, *(each.get("roles") for each in orders)),
        )

    def still_used(self, target: Catalog) -> Iterator[str]:
        """What would be switched off again, but something relies on it by now."""
        naming = self.work.actor.locale.language
        for subject in self.gone:
            registry = target.registries[subject.registry]
            thing: Any = registry
            if subject.part != REGISTRY:
                place = next(name for name, part in _PARTS.items() if part == subject.part)
                thing = next(each for each in getattr(registry, place) if each.key == subject.key)
            for use in uses_of(self.work, target, subject):
                if use.held:
                    yield f"{label(thing, naming)}: {use.sentence}"

    def _registry(self, now: Registry, before: Documents | None, after: Documents) -> Registry:
        if before is None:
            self.gone.append(Subject(now.key, REGISTRY))
            return replace(now, active=False)
        old, new = registry_from_row(before), registry_from_row(after)
        parts = {name: self._parts(now, name, old, new) for name in _PARTS}
        renewed: Registry = replace(self._attributes(now, old, new, now), **parts)
        return renewed

    def _parts(self, registry: Registry, name: str, old: Registry, new: Registry) -> tuple[Any, ...]:
        known = {each.key: each for each in getattr(old, name)}
        made = {each.key: each for each in getattr(new, name)}
        found: dict[str, Any] = {}
        for each in getattr(registry, name):
            if each.key in made and each.key not in known:
                self.gone.append(Subject(registry.key, _PARTS[name], each.key))
                found[each.key] = replace(each, active=False)
            elif each.key in known:
                found[each.key] = self._attributes(each, known[each.key], made[each.key], registry)
            else:
                found[each.key] = each
        now = {each.key: each for each in getattr(registry, name)}
        return tuple(_in_order(found, now, list(known), list(made)).values())

    def _attributes(self, now: Any, old: Any, new: Any, registry: Registry | None) -> Any:
        """A thing with every attribute that the change has touched as it was before, if nobody touched it later."""
        changed = {}
        for each in fields(now):
            was, became, current = (getattr(thing, each.name) for thing in (old, new, now))
            if was == became or each.name in _PARTS:
                continue
            if current not in (became, was):
                self._later(now, registry)
            changed[each.name] = was
        return replace(now, **changed)

    def _later(self, thing: Any, registry: Registry | None = None) -> None:
        language = self.work.actor.locale.language
        name = label(thing, language)
        if registry is not None and thing is not registry:
            name = f"{label(registry, language)} › {name}"
        self.hindrances.append(_("“{name}” has been changed again since.", name=name))

    def _role(
        self, roles: dict[str, Role], key: str, before: Documents | None, after: Documents | None
    ) -> None:
        now = roles.get(key)
        old, new = (role_from_row(each) if each else None for each in (before, after))
        if now != new and (now is None or new is None or old is None or now.id != new.id):
            self.hindrances.append(_("The role “{role}” has been changed again since.", role=key))
        elif old is None:
            del roles[key]
        elif now is None or new is None:
            roles[key] = old
        else:
            roles[key] = self._granted(now, old, new)

    def _granted(self, now: Role, old: Role, new: Role) -> Role:
        grants = dict(now.grants)
        for registry in {**old.grants, **new.grants}:
            was, became = old.grants.get(registry), new.grants.get(registry)
            if was == became:
                continue
            if grants.get(registry) not in (became, was):
                self._later(now)
            grants.pop(registry, None)
            if was is not None:
                grants[registry] = was
        bare = [replace(each, grants={}) for each in (now, old, new)]
        renewed: Role = replace(self._attributes(bare[0], bare[1], bare[2], None), grants=grants)
        return renewed


def _in_order(
    things: dict[str, Any], now: Mapping[str, Any], before: Sequence[str] | None, after: Sequence[str] | None
) -> dict[str, Any]:
    """Things in the order of before, if the change gave them another one and it still stands."""
    stayed = [key for key in before or () if key in (after or ())]
    if not before or not after or stayed == [key for key in after if key in before]:
        return things
    if [key for key in now if key in after] != [key for key in after if key in now]:
        return things
    rest = [key for key in things if key not in before]
    return {key: things[key] for key in (*(each for each in before if each in things), *rest)}


__all__ = ["taken_back"]

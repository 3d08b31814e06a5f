"""Verbs on registries and their parts: sections, categories and fields, made, changed, moved, switched off and on."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from kartoteka.platform.catalog import portable
from kartoteka.platform.catalog.definitions import Category, Field, Registry, Section
from kartoteka.platform.catalog.reading import Reader
from kartoteka.platform.kernel.errors import Conflict, Invalid, NotFound
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.modelling.designer import Designer, registry_of
from kartoteka.platform.services.modelling.foresight import Foresight
from kartoteka.platform.services.work import Work

Part = TypeVar("Part", Field, Section, Category)


def create_registry(work: Work, body: Any) -> Registry:
    """This function will make a registry from a nested definition.

    :raises Invalid: with all that is wrong by place, such as `sections.0.fields.1.type`.
    """
    work.require("design")
    reader = Designer(work)
    registry = reader.read(lambda: reader.reader.registry(body, None, frozenset(work.catalog.registries)))
    if registry.key in work.catalog.registries:
        raise Conflict(_("The key “{key}” is already used; keys are never used twice.", key=registry.key))
    reader.put(registry)
    return work.catalog.registries[registry.key]


def change_registry(work: Work, key: str, body: Any) -> Registry:
    """This function will change attributes of a registry; sections and fields only when the body names them."""
    work.require("design")
    old = registry_of(work, key)
    designer = Designer(work)
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
    found: Section = _change_part(work, registry, "sections", section, body)
    return found


def create_category(work: Work, registry: str, body: Any) -> Category:
    """This function will add a category."""
    found: Category = _create_part(work, registry, "categories", body, lambda reader, old: lambda: reader.category(
        _without(body, "position"), None, {each.key for each in old.categories}))  # fmt: skip
    return found


def change_category(work: Work, registry: str, category: str, body: Any) -> Category:
    """This function will change a category, move it or switch it off or on."""
    found: Category = _change_part(work, registry, "categories", category, body)
    return found


def create_field(work: Work, registry: str, body: Any) -> Field:
    """This function will add a field to a section (the first one unless the body names another)."""
    old = registry_of(work, registry)
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
    found: Field = _change_part(work, registry, "fields", key, body, accept_loss=loss)
    return found


def foresee(work: Work, registry: str, place: str, key: str, body: Any) -> Foresight:
    """This function will tell what a change of a field, section or category would do, without doing it."""
    work.require("design")
    designer = Designer(work)
    old = registry_of(work, registry)
    target = _changed(designer, old, place, key, body)
    after = replace(work.catalog, registries={**work.catalog.registries, registry: target})
    return Foresight.of(designer, after)


def _create_part(
    work: Work, registry: str, place: str, body: Any, read: Callable[[Reader, Registry], Callable[[], Any]]
) -> Any:
    work.require("design")
    old = registry_of(work, registry)
    _refuse_key_of_switched_off(old, place, body)
    designer = Designer(work)
    part = designer.read(read(designer.reader, old))
    designer.put(_placed(old, place, part, _position(body)))
    return part


def _refuse_key_of_switched_off(registry: Registry, place: str, body: Any) -> None:
    """What is switched off keeps its key with all that hangs on it; a new thing must not inherit that."""
    key = body.get("key") if isinstance(body, Mapping) else None
    found = next((each for each in getattr(registry, place) if each.key == key and not each.active), None)
    if found is not None:
        sentence = _(
            "The key “{key}” belongs to “{name}”, which is switched off; switch it on again, or choose another key.",
            key=found.key,
            name=found.name,
        )
        raise Conflict(sentence, {"key": [sentence]})


def _change_part(
    work: Work, registry: str, place: str, key: str, body: Any, *, accept_loss: bool = False
) -> Any:
    work.require("design")
    designer = Designer(work)
    target = _changed(designer, registry_of(work, registry), place, key, body)
    designer.put(target, accept_loss=accept_loss)
    return next(each for each in getattr(work.catalog.registries[registry], place) if each.key == key)


def _changed(designer: Designer, old: Registry, place: str, key: str, body: Any) -> Registry:
    """The registry with one part read anew and put in its place."""
    current = next((each for each in getattr(old, place) if each.key == key), None)
    if current is None:
        raise NotFound(_("There is no “{key}” in “{registry}”.", key=key[:60], registry=old.key))
    part = designer.read(_reading(designer.reader, old, current, body))
    return _placed(old, place, part, _position(body))


def _reading(reader: Reader, registry: Registry, part: Any, body: Any) -> Callable[[], Any]:
    document = _without(body, "position", "accept_loss")
    if isinstance(part, Section):
        return lambda: reader.section(document, part, ())
    if isinstance(part, Category):
        return lambda: reader.category(document, part, ())
    section = body.get("section") if isinstance(body, Mapping) else None
    if section is not None and registry.section(str(section)) is None:
        raise Invalid({"section": [_("There is no section “{name}”.", name=str(section)[:60])]})
    return lambda: reader.field(_without(document, "section"), part, str(section or part.section), ())


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

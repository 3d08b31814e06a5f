"""What a change of one part of the design would do to records and to people, in sentences said before it is done."""

from collections.abc import Iterator, Sequence

from kartoteka.platform.catalog.definitions import (
    EDIT,
    HIDDEN,
    Catalog,
    Field,
    Registry,
    Role,
    Section,
    label,
)
from kartoteka.platform.catalog.plans import Action
from kartoteka.platform.catalog.steps import FIELD, REGISTRY
from kartoteka.platform.kernel.texts import _, plural
from kartoteka.platform.services import design_facts, design_uses
from kartoteka.platform.services.design_uses import Subject
from kartoteka.platform.services.modelling import Foresight
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin import stale
from kartoteka.platform.web.admin.words import type_view
from kartoteka.platform.web.looks import count_text


def effects_of(work: Work, registry: Registry, place: str, key: str, foreseen: Foresight) -> list[str]:
    """This function will say what a foreseen change of a field, section or category does; nothing means nothing."""
    after = foreseen.after.registries[registry.key]
    if place == "fields":
        old, new = registry.field(key), after.field(key)
        return list(_of_field(work, registry, old, new, foreseen)) if old and new else []
    if place == "sections":
        section, then = registry.section(key), after.section(key)
        fields = registry.fields_of(key)
        if section is None or then is None:
            return []
        if section.active and not then.active:
            return list(_switched_off(work, registry, fields))
        return list(_narrowed(work, registry, fields, section.categories, then.categories))
    category, later = registry.category(key), after.category(key)
    gone = category is not None and later is not None and category.active and not later.active
    return list(_category_off(work, registry, key)) if gone else []


def of_registry_off(work: Work, registry: Registry) -> list[str]:
    """This function will say what switching a registry off would do."""
    number = design_facts.usage(work, registry, ()).all
    said = [_("Nobody will see it until it is switched on again; nothing of it is lost.")]
    if number:
        said.append(
            plural(
                "{count} record will be out of sight.",
                "{count} records will be out of sight.",
                number,
                count=_count(work, number),
            )
        )
    uses = design_uses.uses_of(work, work.catalog, Subject(registry.key, REGISTRY))
    return said + [use.sentence for use in uses if use.kind != "grant"]


def mark(sentences: Sequence[str]) -> str:
    """This function will give a short mark of what was shown, so that consent to something else does not count."""
    return stale.mark(list(sentences))


def _of_field(work: Work, registry: Registry, old: Field, new: Field, foreseen: Foresight) -> Iterator[str]:
    mine = [step for step in foreseen.steps if step.registry == registry.key]
    if any(step.action is Action.CONVERT_FIELD and step.subject == old.key for step in mine):
        yield from _converted(work, registry, old, new)
    if any(step.action is Action.RETITLE for step in mine):
        number = design_facts.usage(work, registry, ()).all
        if number:
            yield plural(
                "The name of {count} record will be written anew.",
                "The names of {count} records will be written anew.",
                number,
                count=_count(work, number),
            )
    if old.active and not new.active:
        yield from _switched_off(work, registry, (old,))
    if old.section != new.section:
        yield from _seen_otherwise(work, foreseen.after, registry, old, new)
    yield from _narrowed(work, registry, (old,), old.categories, new.categories)


def _converted(work: Work, registry: Registry, old: Field, new: Field) -> Iterator[str]:
    number = design_facts.usage(work, registry, (old,)).used
    if number and old.type == new.type:
        yield plural(
            "{count} value will be converted to the new options of the field.",
            "{count} values will be converted to the new options of the field.",
            number,
            count=_count(work, number),
        )
    elif number:
        yield plural(
            "{count} value will be converted: {old} → {new}.",
            "{count} values will be converted: {old} → {new}.",
            number,
            count=_count(work, number),
            old=type_view(work, old.type).label,
            new=type_view(work, new.type).label,
        )


def _switched_off(work: Work, registry: Registry, fields: Sequence[Field]) -> Iterator[str]:
    number = design_facts.usage(work, registry, fields).used
    if number:
        yield plural(
            "{count} record has a value here. Nobody will see it; it comes back when this is switched on again.",
            "{count} records have a value here. Nobody will see them;"
            " they come back when this is switched on again.",
            number,
            count=_count(work, number),
        )
    language = work.actor.locale.language
    for each in fields:
        for use in design_uses.uses_of(work, work.catalog, Subject(registry.key, FIELD, each.key)):
            # Who sees it is no reason: that nobody will is what was just said.
            if use.kind != "grant":
                yield f"{label(each, language)}: {use.sentence}" if len(fields) > 1 else use.sentence


def _narrowed(
    work: Work, registry: Registry, fields: Sequence[Field], before: Sequence[str], after: Sequence[str]
) -> Iterator[str]:
    if not after or (before and set(before) <= set(after)):
        return
    number = design_facts.usage(work, registry, fields, tuple(after)).elsewhere
    if number:
        yield plural(
            "{count} record of other categories has a value here, which it will not show any more.",
            "{count} records of other categories have a value here, which they will not show any more.",
            number,
            count=_count(work, number),
        )


def _category_off(work: Work, registry: Registry, key: str) -> Iterator[str]:
    number = design_facts.of_category(work, registry, key)
    if number:
        yield plural(
            "{count} record is of this category. It stays so, but the category is not offered any more.",
            "{count} records are of this category. They stay so, but the category is not offered any more.",
            number,
            count=_count(work, number),
        )


def _seen_otherwise(work: Work, after: Catalog, registry: Registry, old: Field, new: Field) -> Iterator[str]:
    """Rights go by the section a field is in: who will see it anew, no more, or otherwise."""
    for role in work.catalog.roles.values():
        then = after.roles.get(role.key)
        if role.is_admin or then is None:
            continue
        was, will = level(role, registry, old), level(then, registry, new)
        name = label(role, work.actor.locale.language)
        if was == will:
            continue
        if not will:
            yield _("{role} will see it no more.", role=name)
        elif will == EDIT:
            yield (
                _("{role} will see and change it.", role=name)
                if not was
                else _("{role} will be able to change it.", role=name)
            )
        else:
            yield (
                _("{role} will see it.", role=name) if not was else _("{role} will only read it.", role=name)
            )


def level(role: Role, registry: Registry, part: Field | Section) -> str:
    """This function will tell at what level a role has a field or section, if at all: `read`, `edit` or nothing."""
    grant = role.grants.get(registry.key)
    if grant is None or "view" not in grant.rights:
        return ""
    of_section = grant.sections.get(part.section if isinstance(part, Field) else part.key, "")
    own = grant.fields.get(part.key) if isinstance(part, Field) else None
    return of_section if own is None or not of_section else "" if own == HIDDEN else own


def _count(work: Work, number: int) -> str:
    return count_text(number, work.actor.locale.language)

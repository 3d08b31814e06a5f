"""What relies on a thing of the design: roles, titles, columns, rules, relations, and whatever plugins report."""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from kartoteka.platform.catalog.conditions import ruled
from kartoteka.platform.catalog.definitions import Catalog, Field, Filter, Registry, Section, label
from kartoteka.platform.catalog.filters import fields_of, parse
from kartoteka.platform.catalog.steps import CATEGORY, FIELD, REGISTRY, SECTION
from kartoteka.platform.catalog.titles import placeholders
from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.work import Work

CATEGORY_NAME = "category"
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Subject:
    """A thing of the design: the `part` of a registry (field, section, category) named by `key`, or the registry."""

    registry: str
    part: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Use:
    """Something that relies on a thing of the design, told in a sentence; `kind` groups uses of one sort.

    A use that is `held` keeps a change that made the thing from being taken back.
    """

    kind: str
    sentence: str
    held: bool = True


@dataclass(frozen=True)
class Inquiry:
    """Who asks about which thing, under which design."""

    work: Work
    catalog: Catalog
    subject: Subject

    @property
    def registry(self) -> Registry:
        """The registry that the thing belongs to."""
        return self.catalog.registries[self.subject.registry]

    def name(self, thing: Any) -> str:
        """This function will name a thing in the language of whoever asks."""
        return label(thing, self.work.actor.locale.language)


# Plugins add theirs as `uses` of their contribution.
Finder = Callable[[Inquiry], Iterable[Use]]


def uses_of(work: Work, catalog: Catalog, subject: Subject) -> list[Use]:
    """This function will list what relies on a thing, as far as a designer may know of it."""
    work.require("design")
    if subject.registry not in catalog.registries:
        return []
    inquiry = Inquiry(work, catalog, subject)
    found = [use for find in FINDERS for use in find(inquiry)]
    for plugin in work.office.plugins.values():
        for find in plugin.uses:
            try:
                with work.attempt():
                    found += find(inquiry)
            except Exception:
                logger.exception("The plugin %s cannot tell what it relies on.", plugin.name)
    return found


def _titles(inquiry: Inquiry) -> Iterator[Use]:
    registry = inquiry.registry
    if inquiry.subject.part == FIELD and inquiry.subject.key in placeholders(registry.title):
        yield Use(
            "title",
            _("The names of the records of “{registry}” are made of it.", registry=inquiry.name(registry)),
        )


def _columns(inquiry: Inquiry) -> Iterator[Use]:
    if inquiry.subject.part == FIELD and inquiry.subject.key in inquiry.registry.columns:
        yield Use(
            "column",
            _("It is a column of the list of “{registry}”.", registry=inquiry.name(inquiry.registry)),
        )


def _row_rules(inquiry: Inquiry) -> Iterator[Use]:
    for role in inquiry.catalog.roles.values():
        for key, grant in role.grants.items():
            start = inquiry.catalog.registries.get(key)
            if start is not None and _names(inquiry, start, grant.rows):
                yield Use(
                    "row_rule",
                    _("The row rule of the role “{role}” in “{registry}” looks at it.",
                      role=inquiry.name(role), registry=inquiry.name(start)),
                )  # fmt: skip


def _grants(inquiry: Inquiry) -> Iterator[Use]:
    subject = inquiry.subject
    for role in inquiry.catalog.roles.values():
        grant = role.grants.get(subject.registry)
        if grant is None:
            continue
        if subject.part == SECTION and subject.key in grant.sections:
            yield Use("grant", _("The role “{role}” sees it.", role=inquiry.name(role)), held=False)
        elif subject.part == FIELD and subject.key in grant.fields:
            yield Use(
                "grant", _("The role “{role}” has an exception for it.", role=inquiry.name(role)), held=False
            )
        elif subject.part == REGISTRY and "view" in grant.rights:
            yield Use("grant", _("The role “{role}” sees it.", role=inquiry.name(role)), held=False)


def _rules(inquiry: Inquiry) -> Iterator[Use]:
    registry, subject = inquiry.registry, inquiry.subject
    for thing, _word, rule in ruled(registry):
        itself = thing.key == subject.key and subject.part in (FIELD, SECTION)
        if not itself and _names(inquiry, registry, rule):
            yield Use("rule", _("A rule of “{name}” asks about it.", name=inquiry.name(thing)))


def _parts(inquiry: Inquiry) -> Iterator[Use]:
    """Fields in a section, fields and sections of a category, records of which nothing else is known."""
    registry, subject = inquiry.registry, inquiry.subject
    if subject.part == SECTION:
        for each in registry.active_fields:
            if each.section == subject.key:
                yield Use("field", _("The field “{name}” is in it.", name=inquiry.name(each)))
    if subject.part == CATEGORY:
        parts: tuple[Section | Field, ...] = (*registry.active_sections, *registry.active_fields)
        for part in parts:
            if subject.key in part.categories:
                yield Use("field", _("“{name}” belongs to it.", name=inquiry.name(part)))


def _relations(inquiry: Inquiry) -> Iterator[Use]:
    if inquiry.subject.part != REGISTRY:
        return
    for registry in inquiry.catalog.active_registries:
        for each in registry.active_fields:
            if (
                each.options.get("target") == inquiry.subject.registry
                and registry.key != inquiry.subject.registry
            ):
                yield Use(
                    "relation",
                    _("“{field}” of “{registry}” points at it.",
                      field=inquiry.name(each), registry=inquiry.name(registry)),
                )  # fmt: skip


FINDERS: tuple[Finder, ...] = (_titles, _columns, _row_rules, _grants, _rules, _parts, _relations)


def _names(inquiry: Inquiry, start: Registry, rule: Filter | None) -> bool:
    """Whether a filter over a registry names the thing, straight or on the way through a relation."""
    if rule is None:
        return False
    try:
        condition = parse(rule)
    except Invalid:
        return False
    if inquiry.subject.part == CATEGORY:
        return start.key == inquiry.subject.registry and inquiry.subject.key in _compared(rule)
    if inquiry.subject.part != FIELD:
        return False
    return any(_passes(inquiry, start, path) for path in fields_of(condition))


def _passes(inquiry: Inquiry, start: Registry, path: tuple[str, ...]) -> bool:
    at: Registry | None = start
    for key in path:
        if at is None:
            return False
        if (at.key, key) == (inquiry.subject.registry, inquiry.subject.key):
            return True
        step = at.field(key)
        at = inquiry.catalog.registries.get(str(step.options.get("target"))) if step is not None else None
    return False


def _compared(rule: Any) -> set[str]:
    """The categories that a filter compares with."""
    if isinstance(rule, list):
        return {key for part in rule for key in _compared(part)}
    if not isinstance(rule, dict):
        return set()
    if rule.get("field") == CATEGORY_NAME:
        value = rule.get("value")
        return set(map(str, value)) if isinstance(value, list) else {str(value)}
    return {key for name in ("and", "or", "not") for key in _compared(rule.get(name))}


__all__ = ["Finder", "Inquiry", "Subject", "Use", "uses_of"]

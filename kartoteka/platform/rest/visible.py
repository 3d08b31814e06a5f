"""Registries as somebody sees them who does not design: only what exists for him, and nothing that hints at more."""

from typing import Any

from kartoteka.platform.access.reach import rows_for
from kartoteka.platform.catalog.conditions import CATEGORY, names_of
from kartoteka.platform.catalog.definitions import EDIT, RIGHTS, Field, Registry, Section
from kartoteka.platform.catalog.titles import placeholders
from kartoteka.platform.kernel.errors import NotFound
from kartoteka.platform.rest import answers
from kartoteka.platform.services.work import Work


def designs(work: Work) -> bool:
    """This function will tell whether the actor designs, and so sees all definitions."""
    return "design" in work.actor.powers


def registries(work: Work) -> list[dict[str, Any]]:
    """This function will give all registries that exist for the actor."""
    if designs(work):
        return [answers.registry(each) for each in work.catalog.registries.values() if not each.plugin]
    return [_Cut(work, each).registry() for each in work.registries()]


def registry(work: Work, key: str) -> dict[str, Any]:
    """This function will give one registry.

    :raises NotFound: when it does not exist for the actor.
    """
    known = work.catalog.registries.get(key)
    if known is not None and designs(work):
        return answers.registry(known)
    return _Cut(work, work.open(key).registry).registry()


def sections(work: Work, key: str) -> list[dict[str, Any]]:
    """This function will give the sections of a registry, without their fields."""
    return [
        {name: value for name, value in section.items() if name != "fields"}
        for section in registry(work, key)["sections"]
    ]


def fields(work: Work, key: str) -> list[dict[str, Any]]:
    """This function will give the fields of a registry, each with its section."""
    return [
        {**field, "section": section["key"]}
        for section in registry(work, key)["sections"]
        for field in section["fields"]
    ]


def told_rules(opened: Any, thing: Section | Field) -> dict[str, Any]:
    """This function will give the rules of a field or section that ask only about what exists for the actor.

    A rule about links is left out too: the ids in it may be those of records that he does not see.
    """
    plain = {each.key for each in opened.fields if not opened.kind(each).linking} | {CATEGORY}
    return {word: rule for word, rule in thing.when.items() if names_of(rule) <= plain}


class _Cut:
    """One registry cut down to what its reader may know."""

    def __init__(self, work: Work, registry: Registry) -> None:
        self.work = work
        self.opened = work.open(registry.key)
        self.known = {field.key for field in self.opened.fields}

    def registry(self) -> dict[str, Any]:
        original = self.opened.registry
        document = answers.whole(original, ("id", "sections", "fields", "categories", *answers.PLUGINS_OWN))
        if not set(placeholders(original.title)) <= self.known:
            document["title"] = ""
        document["columns"] = [key for key in original.columns if key in self.known]
        document["categories"] = [answers.category(each) for each in original.categories if each.active]
        document["sections"] = [self._section(each) for each in original.active_sections if self._shown(each)]
        document["rights"] = [right for right in RIGHTS if self.opened.may(right)]
        return document

    def _shown(self, section: Section) -> bool:
        return not self.opened.seen.section_rows(section.key).nothing

    def _section(self, section: Section) -> dict[str, Any]:
        fields = [self._field(each) for each in self.opened.fields if each.section == section.key]
        writes = any(self._writes(section, right) for right in ("create", "edit"))
        own = {**answers.section(section), "when": told_rules(self.opened, section)}
        return {**own, "access": "edit" if writes else "read", "fields": fields}

    def _writes(self, section: Section, right: str) -> bool:
        actor = self.work.actor
        return not rows_for(actor, self.opened.registry, right, section.key, EDIT).nothing

    def _field(self, field: Field) -> dict[str, Any]:
        document = answers.whole(field, ("id", "column", "section", "core"))
        document["when"] = told_rules(self.opened, field)
        writes = any(self.opened.may_write(field, right) for right in ("create", "edit"))
        document["access"] = "edit" if writes else "read"
        if field.type == "relation" and not self._exists(str(field.options.get("target"))):
            document["options"] = {name: value for name, value in field.options.items() if name != "target"}
        return document

    def _exists(self, key: str) -> bool:
        try:
            self.work.open(key)
        except NotFound:
            return False
        return True

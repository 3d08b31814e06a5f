"""Verbs that copy fields and whole sections into a registry, from another one or from itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kartoteka.platform.catalog.definitions import Catalog, Field, Registry, Section
from kartoteka.platform.catalog.keys import make_key
from kartoteka.platform.catalog.portable import field_to_document, section_to_document
from kartoteka.platform.catalog.reading import MAX_FIELDS, default_title
from kartoteka.platform.kernel.errors import Invalid, NotFound
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.modelling.designer import Designer, Plan, registry_of
from kartoteka.platform.services.modelling.foresight import Foresight
from kartoteka.platform.services.work import Work


@dataclass(frozen=True)
class Originals:
    """What is to be copied: whole sections of a registry, and single fields of it."""

    registry: str
    sections: Sequence[str] = ()
    fields: Sequence[str] = ()


def copy_parts(work: Work, registry: str, originals: Originals, into: str = "") -> Plan:
    """This function will copy sections, and fields into a section, as one change of the design.

    Options, hints, translations and where relations lead come along; a key that is taken gets a number. Values do
    not, and nobody gets a right by it: a copied field is seen as its section is, a copied section by no role yet.
    """
    work.require("design")
    designer = Designer(work)
    return designer.apply(_Copying(designer, registry, originals, into).target())


def plan_copy(work: Work, registry: str, originals: Originals, into: str = "") -> Foresight:
    """This function will tell what a copy would add, without adding it."""
    work.require("design")
    designer = Designer(work)
    return Foresight.of(designer, _Copying(designer, registry, originals, into).target())


def copy_field(work: Work, registry: str, source: str, field: str, into: str) -> Field:
    """This function will copy one field to the end of a section, and give the copy."""
    before = {each.key for each in registry_of(work, registry).fields}
    copy_parts(work, registry, Originals(source, fields=[field]), into)
    return next(each for each in work.catalog.registries[registry].fields if each.key not in before)


def copy_section(work: Work, registry: str, source: str, section: str) -> Section:
    """This function will copy a section with its fields in use to the end of a registry, and give the copy."""
    before = {each.key for each in registry_of(work, registry).sections}
    copy_parts(work, registry, Originals(source, sections=[section]))
    return next(each for each in work.catalog.registries[registry].sections if each.key not in before)


class _Copying:
    """One copy on its way: what is added to the registry, under keys and names that are free there."""

    def __init__(self, designer: Designer, registry: str, originals: Originals, into: str) -> None:
        self.designer = designer
        self.catalog = designer.work.catalog
        self.source = registry_of(designer.work, originals.registry)
        self.found = registry_of(designer.work, registry)
        self.originals = originals
        self.into = into

    def target(self) -> Catalog:
        """The design with everything copied."""
        if not self.originals.sections and not self.originals.fields:
            raise Invalid({"parts": [_("Choose at least one section or field.")]})
        for key in self.originals.sections:
            self._section(_there(self.source.section(key), key, self.source))
        for key in self.originals.fields:
            each = _there(self.source.field(key), key, self.source)
            # A field of a section that is copied as a whole has come along already.
            if each.section not in self.originals.sections:
                self._field(each, self._goal())
        if len(self.found.fields) > MAX_FIELDS:
            raise Invalid({"parts": [_("A registry has {max} fields at most.", max=MAX_FIELDS)]})
        titled = replace(self.found, title=self.found.title or default_title(self.found))
        return replace(self.catalog, registries={**self.catalog.registries, titled.key: titled})

    def _goal(self) -> str:
        goal = self.found.section(self.into)
        if goal is None or not goal.active:
            raise Invalid({"into": [_("Choose the section that the fields should be in.")]})
        return goal.key

    def _section(self, each: Section) -> None:
        taken = {one.key for one in self.found.sections}
        document = self._fitting(section_to_document(each), taken, self._names(self.found.sections))
        made = self.designer.read(lambda: self.designer.reader.section(document, None, taken))
        mine = [one for one in self.source.fields if one.section == each.key and one.active]
        self.found = replace(self.found, sections=(*self.found.sections, made))
        for one in mine:
            self._field(one, made.key)

    def _field(self, each: Field, section: str) -> None:
        taken = {one.key for one in self.found.fields}
        document = self._fitting(field_to_document(each), taken, self._names(self.found.fields))
        made = self.designer.read(lambda: self.designer.reader.field(document, None, section, taken))
        self.found = replace(self.found, fields=(*self.found.fields, made))

    def _fitting(self, document: dict[str, Any], taken: set[str], names: set[str]) -> dict[str, Any]:
        """A document under a key that is free, for categories that exist here, under a name of its own."""
        key = str(document["key"])
        here = [one for one in document.get("categories", ()) if self.found.category(one) is not None]
        number = _free_number(str(document["name"]), names)
        renamed: Mapping[str, str] = document.get("names", {})
        return {
            **{name: value for name, value in document.items() if name not in _STAY},
            "key": make_key(key, taken) if key in taken else key,
            "name": _numbered(str(document["name"]), number),
            "names": {language: _numbered(text, number) for language, text in renamed.items()},
            "categories": here,
        }

    @staticmethod
    def _names(parts: Sequence[Field | Section]) -> set[str]:
        return {each.name for each in parts if each.active}


# A rule names other fields of its own registry, and a copy is in use.
_STAY = frozenset({"active", "when", "fields"})


def unused_name(name: str, names: set[str]) -> str:
    """This function will give a name that none of some others is: itself, or with a number after it."""
    return _numbered(name, _free_number(name, names))


def _free_number(name: str, names: set[str]) -> int:
    number = 1
    while _numbered(name, number) in names:
        number += 1
    return number


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name[:190]} ({number})"


def _there(found: Any, key: str, source: Registry) -> Any:
    if found is None:
        raise NotFound(_("There is no “{key}” in “{registry}”.", key=key[:60], registry=source.key))
    return found

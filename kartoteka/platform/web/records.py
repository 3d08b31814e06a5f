"""The page of a record: its head, its tabs, its sections, and the records that point at it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlencode

from flask import request, url_for

from kartoteka.field_types.capabilities import Cautious
from kartoteka.platform.catalog.definitions import (
    Category,
    Field,
    Registry,
    Section,
    help_of,
    label,
    label_one,
)
from kartoteka.platform.catalog.titles import title_fields
from kartoteka.platform.front import begin
from kartoteka.platform.kernel.errors import NotFound
from kartoteka.platform.kernel.texts import _, plural
from kartoteka.platform.services import records
from kartoteka.platform.services.records import Query, Record
from kartoteka.platform.services.work import Work
from kartoteka.platform.web import designing
from kartoteka.platform.web.fields import FieldView, colour_class, shown_field
from kartoteka.platform.web.lists import ListView, list_view
from kartoteka.platform.web.looks import count_text
from kartoteka.platform.web.pages import page
from kartoteka.platform.web.plugged import Offer, addings_of, number_of, offered_tabs, shown_tab, tabs_of
from kartoteka.platform.web.seen_outside import section_seen
from kartoteka.platform.web.shell import render
from kartoteka.platform.web.state import State

MOST_FACTS = 4
IN_A_PART = 20
_NO_FACTS = frozenset({"long_text", "address", "file", "url"})


@dataclass(frozen=True)
class TabView:
    """A tab of the record."""

    label: str
    url: str
    on: bool
    count: str = ""


@dataclass(frozen=True)
class CategoryView:
    """The category of a record as a chip."""

    label: str
    colour: str


@dataclass(frozen=True)
class SectionView:
    """A section with those of its details that this record has."""

    key: str
    label: str
    help: str
    collapsed: bool
    may_edit: bool
    fields: Sequence[FieldView]
    # People from outside may see it, of records that are theirs.
    outside: bool = False

    @property
    def summary(self) -> str:
        """What a folded section says of itself: how much is in it, and what is missing."""
        missing = sum(1 for each in self.fields if each.required and not each.text)
        number = plural("{n} detail", "{n} details", len(self.fields))
        if not missing:
            return number if self.collapsed else ""
        return _(
            "{details}, {missing}",
            details=number,
            missing=plural("{n} required is missing", "{n} required are missing", missing),
        )


@dataclass(frozen=True)
class RecordView:
    """Everything that the frame of a record's page shows."""

    id: int
    version: int
    title: str
    icon: str
    registry: str
    registry_label: str
    category: CategoryView | None
    facts: Sequence[FieldView]
    tabs: Sequence[TabView]
    may_edit: bool
    may_delete: bool
    may_create: bool
    sections: Sequence[SectionView] = ()
    warnings: Sequence[str] = ()
    design_version: int = 0
    adds: Sequence[Offer] = ()

    def _own(self, endpoint: str) -> str:
        return url_for(endpoint, registry=self.registry, id=self.id)

    @property
    def list_url(self) -> str:
        """The list of the registry."""
        return url_for("web.registry", registry=self.registry)

    @property
    def share_url(self) -> str:
        """The record for somebody else."""
        return request.host_url.rstrip("/") + self._own("web.record")

    @property
    def edit_url(self) -> str:
        """All details as a form."""
        return self._own("web.edit_record")

    @property
    def copy_url(self) -> str:
        """A form of a new record filled in like this one."""
        return url_for("web.new_record", registry=self.registry, like=self.id)

    @property
    def remove_url(self) -> str:
        """Where it is removed."""
        return self._own("web.remove_record")

    @property
    def history_url(self) -> str:
        """Everything that happened to it."""
        return self._own("web.record_history")

    @property
    def feed_url(self) -> str:
        """The latest that happened to it."""
        return self._own("web.feed")


@dataclass(frozen=True)
class PartView:
    """The records that point here by one detail."""

    label: str
    list: ListView
    all_url: str
    new_url: str
    new_label: str


@page("/r/<registry>/<int:id>")
def record(registry: str, id: int) -> str:
    """A record with its details."""
    with begin() as work:
        found = records.fetch(work, registry, id)
        wanted = designing.wanted(work)
        return render(
            work,
            "records/details.html",
            at=registry,
            record=record_view(work, found, "details", sections=not wanted),
            design=designing.design_page(work, found) if wanted else None,
        )


@page("/r/<registry>/<int:id>/from/<other>")
def relations(registry: str, id: int, other: str) -> str:
    """The records of another registry that point at a record."""
    with begin() as work:
        found = records.fetch(work, registry, id)
        fields = [each for pointing, each in _pointing(work, registry) if pointing.key == other]
        parts = [
            _part(work, found, work.catalog.registries[other], each, alone=len(fields) == 1)
            for each in fields
        ]
        if not parts:
            raise NotFound(_("There is nothing at this address."))
        return render(
            work, "records/relations.html", at=registry, record=record_view(work, found, other), parts=parts
        )


@page("/r/<registry>/<int:id>/tab/<plugin>")
def plugin_tab(registry: str, id: int, plugin: str) -> str:
    """What a plugin keeps with a record."""
    with begin() as work:
        found = records.fetch(work, registry, id)
        tab = dict(tabs_of(work, found)).get(plugin)
        if tab is None:
            raise NotFound(_("There is nothing at this address."))
        shown = shown_tab(tab, work, found)
        view = record_view(work, found, plugin)
        return render(
            work, "records/plugin_tab.html", at=registry, record=view, label=_(tab.label), shown=shown
        )


def record_view(work: Work, found: Record, at: str, *, sections: bool = False) -> RecordView:
    """This function will put together the frame of a record's page."""
    opened, language = work.open(found.registry), work.actor.locale.language
    registry = opened.registry
    category = registry.category(found.category) if found.category else None
    shown = section_views(work, found) if sections else ()
    return RecordView(
        found.id,
        found.version,
        found.title,
        registry.icon or "file-text",
        registry.key,
        label(registry, language),
        _category(category, language),
        _facts(work, found),
        _tabs(work, found, at),
        "edit" in found.may and bool(found.editable),
        "delete" in found.may,
        opened.may("create"),
        shown,
        _warnings(shown),
        work.catalog.version,
        addings_of(work, found),
    )


def section_views(work: Work, found: Record) -> list[SectionView]:
    """This function will show the sections of a record that have something to show."""
    opened = work.open(found.registry)
    shown = [
        _section(work, found, each, opened.fields)
        for each in opened.registry.active_sections
        if belongs(each, found.category)
    ]
    # An empty section is there for whoever may put something into it.
    may = designing.may_design(work)
    return [each for each in shown if each.fields or (may and not opened.registry.fields_of(each.key))]


def belongs(thing: Section | Field, category: str | None) -> bool:
    """This function will tell whether records of a category have a section or a field."""
    return not thing.categories or category in thing.categories


def _section(work: Work, found: Record, section: Section, fields: Sequence[Field]) -> SectionView:
    mine = [
        each
        for each in fields
        if each.section == section.key and each.key in found.values and belongs(each, found.category)
    ]
    views = [view for each in mine if (view := shown_field(work, found, each)).shown]
    return SectionView(
        section.key,
        label(section, work.actor.locale.language),
        help_of(section, work.actor.locale.language),
        section.collapsed,
        any(map(found.writes, mine)),
        views,
        section_seen(work, found.registry, section.key),
    )


def _category(category: Category | None, language: str) -> CategoryView | None:
    return (
        CategoryView(label(category, language), colour_class(category.colour) or "blue") if category else None
    )


def _facts(work: Work, found: Record) -> list[FieldView]:
    """The columns of the list are what the firm thinks important; the name itself stands above them."""
    opened = work.open(found.registry)
    named = {each.key for each in title_fields(opened.registry)}
    usual = opened.registry.columns or tuple(each.key for each in opened.fields)
    known = {each.key: each for each in opened.fields if each.key in found.values}
    fields = [known[key] for key in usual if key in known and key not in named]
    views = (shown_field(work, found, each, may_edit=False) for each in fields if each.type not in _NO_FACTS)
    return list(islice((view for view in views if _telling(view)), MOST_FACTS))


def _telling(view: FieldView) -> bool:
    return view.shown and bool(view.text) and view.value is not False


def _warnings(shown: Sequence[SectionView]) -> list[str]:
    return [
        f"{view.label}: {sentence}"
        for section in shown
        for view in section.fields
        if (sentence := _caution(view))
    ]


def _caution(view: FieldView) -> str | None:
    if view.value in (None, ()) or not isinstance(view.kind.type, Cautious):
        return None
    return view.kind.type.caution(view.value, view.kind.options)


def _tabs(work: Work, found: Record, at: str) -> list[TabView]:
    language = work.actor.locale.language
    tabs = [
        TabView(_("Details"), url_for("web.record", registry=found.registry, id=found.id), at == "details")
    ]
    for other in dict.fromkeys(pointing.key for pointing, _field in _pointing(work, found.registry)):
        address = url_for("web.relations", registry=found.registry, id=found.id, other=other)
        tabs.append(
            TabView(
                label(work.catalog.registries[other], language),
                address,
                at == other,
                _number(work, found, other),
            )
        )
    for plugin, tab in offered_tabs(work, found):
        address = url_for("web.plugin_tab", registry=found.registry, id=found.id, plugin=plugin)
        tabs.append(TabView(_(tab.label), address, at == plugin, number_of(tab, work, found)))
    tabs.append(
        TabView(
            _("History"), url_for("web.record_history", registry=found.registry, id=found.id), at == "history"
        )
    )
    return tabs


def _number(work: Work, found: Record, other: str) -> str:
    fields = [each.key for pointing, each in _pointing(work, found.registry) if pointing.key == other]
    nodes = [{"field": key, "op": "eq", "value": found.id} for key in fields]
    number = records.count(work, other, Query({"or": nodes}))
    return count_text(number, work.actor.locale.language) if number else ""


def _pointing(work: Work, registry: str) -> list[tuple[Registry, Field]]:
    """The relations to a registry that exist for the actor."""
    visible = {each.key for each in work.registries()}
    return [
        (other, each)
        for other, each in work.catalog.relations_to.get(registry, ())
        if other.key in visible and any(field.key == each.key for field in work.open(other.key).fields)
    ]


def _part(work: Work, found: Record, other: Registry, each: Field, *, alone: bool) -> PartView:
    language, opened = work.actor.locale.language, work.open(other.key)
    state = State(other.key, nodes=({"field": each.key, "op": "in", "value": [found.id]},))
    shown = list_view(work, state, full=False, size=IN_A_PART)
    new_url = f"{url_for('web.new_record', registry=other.key)}?{urlencode({f'v.{each.key}': found.id})}"
    one = label_one(other, language)
    parts = {name: getattr(shown, name) for name in ListView.__dataclass_fields__} | {"more_url": ""}
    name = label(other, language) if alone else f"{label(other, language)} · {label(each, language)}"
    return PartView(name, ListView(**parts), state.url, new_url if opened.may("create") else "", one)

"""The list of a registry: its page, its further rows, its count, and the recycle bin."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from flask import render_template, request, url_for

from kartoteka.field_types.field_type import Sort
from kartoteka.platform.catalog.definitions import Registry, help_of, label, label_one
from kartoteka.platform.catalog.titles import title_fields
from kartoteka.platform.front import begin
from kartoteka.platform.kernel.errors import NotFound
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import records
from kartoteka.platform.services.records import Page, Query, Record
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.fields import FieldView
from kartoteka.platform.web.looks import count_text, moment_text
from kartoteka.platform.web.pages import page
from kartoteka.platform.web.plugged import Offer, deeds_of, links_of
from kartoteka.platform.web.sentences import sentence
from kartoteka.platform.web.shell import render
from kartoteka.platform.web.state import State, state_of
from kartoteka.platform.web.targets import SYSTEM

MOST_USUAL_COLUMNS = 7
SYSTEM_COLUMNS = ("category", "created_at", "created_by", "updated_at", "updated_by")


@dataclass(frozen=True)
class Column:
    """A column of a list and the addresses that its head leads to."""

    key: str
    label: str
    width: str = "text"
    numeric: bool = False
    direction: str = ""
    rank: int = 0
    sort_url: str = ""
    multi_sort_url: str = ""
    on: bool = True


@dataclass(frozen=True)
class Cell:
    """A cell that is no field: the name of the record, its category, who made it and when."""

    label: str
    text: str
    widget: str = "text"
    numeric: bool = False


@dataclass(frozen=True)
class Row:
    """A record in a list."""

    id: int
    title: str
    url: str
    cells: Sequence[Any] = ()
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Clause:
    """A condition as a chip."""

    text: str
    without_url: str
    edit_url: str


@dataclass(frozen=True)
class Tab:
    """A category as a tab."""

    label: str
    url: str
    on: bool


@dataclass(frozen=True)
class ListView:
    """Everything that the page of a list shows."""

    key: str
    label: str
    icon: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    more_url: str = ""
    state: State = field(default_factory=lambda: State(""))
    one: str = ""
    help: str = ""
    offered: Sequence[Column] = ()
    categories: Sequence[Tab] = ()
    clauses: Sequence[Clause] = ()
    may_create: bool = False
    may_edit: bool = False
    may_delete: bool = False
    may_import: bool = False
    may_export: bool = False
    # What plugins can do with many of its records.
    deeds: Sequence[Offer] = ()
    links: Sequence[Offer] = ()

    @property
    def selectable(self) -> bool:
        """Whether there is anything that could be done with a selection."""
        return self.may_edit or self.may_delete or self.may_export or bool(self.deeds)

    @property
    def url(self) -> str:
        """The list in its plainest state."""
        return State(self.key).url

    @property
    def here(self) -> str:
        """The list in this state."""
        return self.state.url

    @property
    def share_url(self) -> str:
        """The same for somebody else."""
        return request.host_url.rstrip("/") + self.here

    @property
    def all_url(self) -> str:
        """The list with nothing left out."""
        return self.state.but(nodes=(), q="", category="").url

    @property
    def bare_url(self) -> str:
        """The list without its conditions."""
        return self.state.but(nodes=()).url

    @property
    def default_columns_url(self) -> str:
        """The list with the columns that the designer chose."""
        return self.state.but(columns=()).url

    @property
    def q(self) -> str:
        """The words searched for."""
        return self.state.q

    @property
    def narrowed(self) -> bool:
        """Whether some records may be left out."""
        return self.state.narrowed

    @property
    def carried(self) -> list[tuple[str, str]]:
        """The state without the words, which stand in their own input."""
        return self.state.pairs("q")

    @property
    def carried_columns(self) -> list[tuple[str, str]]:
        """The state without the columns."""
        return self.state.pairs("columns")

    @property
    def carried_all(self) -> list[tuple[str, str]]:
        """The whole state, for what is done with all of the filter."""
        return self.state.pairs()

    @property
    def count_url(self) -> str:
        """Where the count is."""
        return self.state.at("web.count")

    @property
    def filter_url(self) -> str:
        """Where the form of a new condition is."""
        return self.state.at("web.clause")

    @property
    def new_url(self) -> str:
        """Where the form of a new record is."""
        return url_for("web.new_record", registry=self.key, category=self.state.category or None)

    @property
    def export_url(self) -> str:
        """Where the list goes out, the format to be added."""
        address = self.state.at("web.export")
        return address + ("" if "?" in address else "?")

    @property
    def as_tile(self) -> dict[str, str]:
        """What the dialog of a tile is opened with, to show this list."""
        given = dict(self.state.pairs("columns", "sort", "q", "category"))
        sort = self.state.sort.partition(",")[0]
        return {
            "t.kind": "rows",
            "t.registry": self.key,
            "t.from_list": "1",
            "t.sort": sort or "title",
            **given,
        }

    @property
    def design_url(self) -> str:
        """Where the registry is designed."""
        return f"/admin/r/{self.key}"


@page("/r/<registry>")
def registry(registry: str) -> str:
    """The list of a registry; with a cursor only the rows that follow."""
    with begin() as work:
        state = state_of(registry, request.args)
        view = list_view(work, state, cursor=request.args.get("cursor"))
        if request.args.get("cursor"):
            return render_template("lists/rows.html", list=view)
        return render(work, "lists/list.html", at=registry, list=view)


@page("/r/<registry>/count")
def count(registry: str) -> str:
    """How many records the list has, and of how many."""
    with begin() as work:
        state = state_of(registry, request.args)
        language = work.actor.locale.language
        found = records.count(work, registry, state.query())
        whole = records.count(work, registry, Query()) if state.narrowed else found
        return render_template(
            "lists/totals.html",
            found=found,
            found_text=count_text(found, language),
            whole_text=count_text(whole, language),
            narrowed=state.narrowed,
        )


@page("/r/<registry>/bin")
def bin(registry: str) -> str:
    """The recycle bin of a registry."""
    with begin() as work:
        found = records.browse(
            work,
            registry,
            Query(sort="-updated_at", cursor=request.args.get("cursor"), fields=(), removed=True),
        )
        view = _bin_view(work, registry, found)
        if request.args.get("cursor"):
            return render_template("lists/bin_rows.html", list=view)
        return render(work, "lists/bin.html", at=registry, list=view)


def list_view(
    work: Work, state: State, *, cursor: str | None = None, full: bool = True, size: int = 50
) -> ListView:
    """This function will put together a list; `full` with what stands around its table."""
    opened = work.open(state.registry)
    found, language = opened.registry, work.actor.locale.language
    keys = _column_keys(work, found, state)
    fields = [key for key in keys if any(each.key == key for each in opened.fields)]
    page_found = records.browse(work, state.registry, state.query(fields=fields, cursor=cursor, size=size))
    rows = [_row(work, found, record, keys) for record in page_found.items]
    basic = ListView(
        found.key,
        label(found, language),
        found.icon or "file-text",
        _fitted(_columns(work, found, state, keys), rows),
        rows,
        state.at("web.registry", cursor=page_found.next) if page_found.next else "",
        state,
        label_one(found, language),
    )
    return _completed(work, found, basic) if full else basic


def _completed(work: Work, found: Registry, view: ListView) -> ListView:
    opened, state, keys = work.open(found.key), view.state, {column.key for column in view.columns}
    parts = {name: getattr(view, name) for name in ListView.__dataclass_fields__}
    parts |= {f"may_{right}": opened.may(right) for right in ("create", "edit", "delete", "import", "export")}
    parts["deeds"] = deeds_of(work, found.key)
    parts["links"] = links_of(work, found.key, state.condition)
    parts["help"] = help_of(found, work.actor.locale.language)
    parts["offered"] = [Column(key, name, on=key in keys) for key, name in _offered(work, found)]
    parts["categories"] = _tabs(work, found, state)
    parts["clauses"] = [
        Clause(
            sentence(work, found.key, node),
            state.without(n).url,
            state.at("web.clause", at=n) if "field" in node else "",
        )
        for n, node in enumerate(state.nodes)
    ]
    return ListView(**parts)


def _bin_view(work: Work, registry: str, found: Page) -> ListView:
    opened = work.open(registry)
    if not opened.may("delete"):
        raise NotFound(_("There is nothing at this address."))
    language = work.actor.locale.language
    rows = [
        Row(each.id, each.title, "", by=each.updated_by.title, at=each.removed_at) for each in found.items
    ]
    more = url_for("web.bin", registry=registry, cursor=found.next) if found.next else ""
    return ListView(
        registry,
        label(opened.registry, language),
        opened.registry.icon,
        (),
        rows,
        more,
        State(registry),
        label_one(opened.registry, language),
    )


def _column_keys(work: Work, found: Registry, state: State) -> list[str]:
    opened = work.open(found.key)
    visible = {each.key: each for each in opened.fields if each.type != "file"}
    known = [*visible, *SYSTEM_COLUMNS]
    usual = [key for key in found.columns if key in known] or _usual(list(visible.values()))
    chosen = [key for key in state.columns if key in known] or usual
    named = {each.key for each in title_fields(found)}
    return chosen if chosen and chosen[0] in named else ["title", *chosen]


def _usual(fields: Sequence[Any]) -> list[str]:
    return [each.key for each in fields if each.type not in ("long_text", "file")][:MOST_USUAL_COLUMNS]


def _offered(work: Work, found: Registry) -> list[tuple[str, str]]:
    language = work.actor.locale.language
    own = [(each.key, label(each, language)) for each in work.open(found.key).fields if each.type != "file"]
    return own + [(key, _(SYSTEM[key])) for key in SYSTEM_COLUMNS if key != "category" or found.categories]


def _columns(work: Work, found: Registry, state: State, keys: Sequence[str]) -> list[Column]:
    opened = work.open(found.key)
    views = {each.key: FieldView(each, opened.kind(each), work.actor.locale) for each in opened.fields}
    return [_column(work, found, state, key, views.get(key), n) for n, key in enumerate(keys)]


def _fitted(columns: Sequence[Column], rows: Sequence[Row]) -> list[Column]:
    """Columns of text as wide as what is in them asks for; the browser shares out what is left."""
    return [
        replace(column, width=_width(column, [row.cells[n].text for row in rows]))
        for n, column in enumerate(columns)
    ]


def _width(column: Column, texts: Sequence[str]) -> str:
    longest = max((len(text) for text in texts), default=0)
    if column.width == "title":
        return "title" if longest > 18 else "text" if longest > 10 else "choice"
    return "long" if column.width == "text" and longest > 24 else column.width


def _column(
    work: Work, found: Registry, state: State, key: str, view: FieldView | None, place: int
) -> Column:
    terms = [term for term in state.sort.split(",") if term]
    mine = next((term for term in terms if term.removeprefix("-") == key), "")
    turned = f"-{key}" if mine == key else key
    others = [turned if term == mine else term for term in terms] if mine else [*terms, key]
    sortable = view is None or view.kind.type.sort is not Sort.NONE or view.linking
    return Column(
        key,
        view.label
        if view
        else label_one(found, work.actor.locale.language)
        if key == "title"
        else _(SYSTEM[key]),
        "title" if place == 0 else view.width if view else "datetime" if key.endswith("_at") else "text",
        bool(view and view.numeric),
        "" if not mine else "descending" if mine.startswith("-") else "ascending",
        terms.index(mine) + 1 if mine and len(terms) > 1 else 0,
        state.but(sort=turned).url if sortable else "",
        state.but(sort=",".join(others)).url if sortable else "",
    )


def _row(work: Work, found: Registry, record: Record, keys: Sequence[str]) -> Row:
    opened = work.open(found.key)
    fields = {each.key: each for each in opened.fields}
    cells: list[Any] = [
        FieldView(fields[key], opened.kind(fields[key]), work.actor.locale, record.values.get(key))
        if key in fields
        else _system_cell(work, found, record, key)
        for key in keys
    ]
    return Row(record.id, record.title, url_for("web.record", registry=found.key, id=record.id), cells)


def _system_cell(work: Work, found: Registry, record: Record, key: str) -> Cell:
    if key == "title":
        return Cell(label_one(found, work.actor.locale.language), record.title)
    if key == "category":
        category = found.category(record.category) if record.category else None
        return Cell(_(SYSTEM[key]), label(category, work.actor.locale.language) if category else "")
    value = getattr(record, key)
    return Cell(
        _(SYSTEM[key]),
        value.title if key.endswith("_by") else moment_text(value, work.actor.locale, work.now),
    )


def _tabs(work: Work, found: Registry, state: State) -> list[Tab]:
    active = [each for each in found.categories if each.active]
    if not active:
        return []
    every = Tab(_("All"), state.but(category="").url, not state.category)
    return [
        every,
        *(
            Tab(
                label(each, work.actor.locale.language),
                state.but(category=each.key).url,
                state.category == each.key,
            )
            for each in active
        ),
    ]

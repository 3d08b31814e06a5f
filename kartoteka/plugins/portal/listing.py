"""The lists of the portal: words, quick filters, order, further rows, and the list as a spreadsheet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

from flask import render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from kartoteka.platform.sdk import (
    FieldView,
    KartotekaError,
    Query,
    Record,
    _,
    browse,
    exports,
    go,
    guests,
    label,
    tell,
)
from kartoteka.plugins.portal.faces import pages
from kartoteka.plugins.portal.settings import said
from kartoteka.plugins.portal.totals import totals
from kartoteka.plugins.portal.visitors import PortalField, Shown, Visit, nowhere, visiting

AT_ONCE = 30
AT_ONCE_ON_HOME = 5
USUAL_ORDER = "-id"


@dataclass(frozen=True)
class Column:
    """A column and the address that orders by it."""

    key: str
    label: str
    numeric: bool
    direction: str
    url: str


@dataclass(frozen=True)
class Row:
    """A record in a list."""

    title: str
    url: str
    cells: Sequence[PortalField]


@dataclass(frozen=True)
class Short:
    """The newest records of a list on the first page, with the totals of all."""

    shown: Shown
    columns: Sequence[Column]
    rows: Sequence[Row]
    totals: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Narrowing:
    """A quick filter as a button."""

    label: str
    url: str
    on: bool


@dataclass(frozen=True)
class Asked:
    """What a list is asked for by its address."""

    q: str = ""
    show: str = ""
    sort: str = ""

    def url(self, registry: str, **other: Any) -> str:
        """This function will give the address of the list, with something else asked for."""
        given = {"q": self.q, "show": self.show, "sort": self.sort, **other}
        return url_for("portal.listing", registry=registry, **{k: v for k, v in given.items() if v})


def asked_for(given: Mapping[str, str]) -> Asked:
    """This function will read what a list is asked for."""
    return Asked(*(given.get(name, "").strip()[:200] for name in ("q", "show", "sort")))


@pages.page("/portal/<registry>", right=guests)
def listing(registry: str) -> ResponseReturnValue:
    """A list; with a cursor only the rows that follow."""
    with visiting() as visit:
        shown, asked = visit.page(registry), asked_for(request.args)
        cursor = request.args.get("cursor")
        found = browse(visit.work, registry, query_of(visit, shown, asked, cursor=cursor))
        more = asked.url(registry, cursor=found.next) if found.next else ""
        rows = [_row(visit, shown, each) for each in found.items]
        columns = _columns(visit, shown, asked)
        if cursor:
            return render_template("portal/rows.html", rows=rows, columns=columns, more_url=more)
        return visit.show(
            "list.html",
            at=registry,
            shown=shown,
            rows=rows,
            columns=columns,
            more_url=more,
            asked=asked,
            here=asked.url(registry),
            quick=_quick(visit, shown, asked),
            # What words find is looked through for its page only.
            totals=[] if asked.q else totals(visit, shown, query_of(visit, shown, asked)),
            export_url=_export_url(visit, shown, asked),
        )


@pages.page("/portal/<registry>/export", right=guests)
def export(registry: str) -> ResponseReturnValue:
    """The list as a spreadsheet, for whoever may take it out."""
    with visiting() as visit:
        shown, asked = visit.page(registry), asked_for(request.args)
        if not _export_url(visit, shown, asked):
            raise nowhere()
        query = replace(query_of(visit, shown, asked), fields=tuple(shown.page.columns) or None)
        if not exports.is_small(visit.work, registry, query):
            tell(_("This is too much for one file; narrow the list first."), tone="bad")
            return go(asked.url(registry))
        done = exports.answer(visit.work, registry, "xlsx", query)
        return send_file(
            BytesIO(done.content), done.mimetype, as_attachment=True, download_name=done.name, etag=False
        )


def short_lists(visit: Visit) -> list[Short]:
    """This function will give the short lists of the first page, for which the designer has asked."""
    found = []
    for shown in visit.pages.values():
        if shown.page.on_home:
            query = query_of(visit, shown, Asked(), size=AT_ONCE_ON_HOME)
            rows = [_row(visit, shown, each) for each in browse(visit.work, shown.key, query).items]
            columns = [replace(each, url="") for each in _columns(visit, shown, Asked())]
            found.append(Short(shown, columns, rows, totals(visit, shown, query)))
    return found


def _export_url(visit: Visit, shown: Shown, asked: Asked) -> str:
    if not visit.work.open(shown.key).may("export"):
        return ""
    given = {"q": asked.q, "show": asked.show, "sort": asked.sort}
    filled: dict[str, Any] = {name: value for name, value in given.items() if value}
    return url_for("portal.export", registry=shown.key, **filled)


def query_of(
    visit: Visit, shown: Shown, asked: Asked, *, cursor: str | None = None, size: int = AT_ONCE
) -> Query:
    """This function will give what to browse; only what the list shows can be ordered by.

    The time of the last change is no order of the portal: it would tell that something hidden was changed.
    """
    known = {column.key for column in _columns(visit, shown, asked) if column.url}
    sort = asked.sort if asked.sort.removeprefix("-") in known else USUAL_ORDER
    narrowing = _chosen(visit, shown, asked.show)
    fields = tuple(dict.fromkeys([*shown.page.columns, *([shown.page.state] if shown.page.state else [])]))
    return Query(filter=narrowing, q=asked.q, sort=sort, fields=fields, page_size=size, cursor=cursor)


def _choices(visit: Visit, shown: Shown) -> list[tuple[str, str]]:
    opened = visit.work.open(shown.key)
    each = opened.seen.field(shown.page.state) if shown.page.state else None
    if each is None:
        return []
    choices = opened.kind(each).choices
    return [(one.key, one.label(visit.language)) for one in choices if one.active]


def _chosen(visit: Visit, shown: Shown, show: str) -> Any:
    """The filter behind a quick one: one of the designer's by its number, or a state."""
    if show.isdecimal() and len(show) < 3 and int(show) < len(shown.page.quick):
        return _sound(visit, shown, dict(shown.page.quick[int(show)]["filter"])) or None
    if show in {key for key, _label in _choices(visit, shown)}:
        return {"field": shown.page.state, "op": "eq", "value": show}
    return None


def _sound(visit: Visit, shown: Shown, condition: Any) -> Any:
    """A filter of the designer; one that asks for what this guest does not see finds nothing."""
    try:
        browse(visit.work, shown.key, Query(filter=condition, page_size=1, fields=()))
    except KartotekaError:
        return {"field": "id", "op": "eq", "value": 0}
    return condition


def _quick(visit: Visit, shown: Shown, asked: Asked) -> list[Narrowing]:
    named = [(str(place), said(each["names"], visit.language)) for place, each in enumerate(shown.page.quick)]
    offered = [("", _("All")), *(named or _choices(visit, shown))]
    if len(offered) == 1:
        return []
    return [Narrowing(name, asked.url(shown.key, show=key), asked.show == key) for key, name in offered]


def _keys(visit: Visit, shown: Shown) -> list[str]:
    """The columns of the list beside the name of the record, of which they may be a part already."""
    pattern = visit.work.open(shown.key).registry.title
    return [key for key in shown.page.columns if f"{{{key}}}" not in pattern]


def _columns(visit: Visit, shown: Shown, asked: Asked) -> list[Column]:
    opened = visit.work.open(shown.key)
    found = [_column(shown, asked, "title", shown.one)]
    for key in _keys(visit, shown):
        each = opened.seen.field(key)
        if each is None:
            continue
        view = FieldView(each, opened.kind(each), visit.work.actor.locale)
        sortable = view.kind.type.sort.value != "none" and not view.linking
        name = label(each, visit.language)
        found.append(_column(shown, asked, key, name, numeric=view.numeric, sortable=sortable))
    return found


def _column(
    shown: Shown, asked: Asked, key: str, name: str, *, numeric: bool = False, sortable: bool = True
) -> Column:
    mine = asked.sort.removeprefix("-") == key
    turned = f"-{key}" if asked.sort == key else key
    direction = ("descending" if asked.sort.startswith("-") else "ascending") if mine else ""
    return Column(key, name, numeric, direction, asked.url(shown.key, sort=turned) if sortable else "")


def _row(visit: Visit, shown: Shown, record: Record) -> Row:
    opened = visit.work.open(shown.key)
    cells = []
    for key in _keys(visit, shown):
        each = opened.seen.field(key)
        if each is not None:
            view = FieldView(each, opened.kind(each), visit.work.actor.locale, record.values.get(key))
            cells.append(visit.outside(view))
    return Row(record.title, url_for("portal.record", registry=shown.key, id=record.id), cells)


__all__ = ["AT_ONCE", "Asked", "Short", "asked_for", "query_of", "short_lists"]

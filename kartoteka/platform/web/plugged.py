"""What plugins put on the pages: tabs on records, lines of the rail, pages of their own."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO, Any

from flask import Blueprint, Flask, current_app, has_app_context, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from kartoteka.platform.catalog.definitions import EDIT
from kartoteka.platform.front import active_plugins, need_plugin, person, signed_in
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.records import Record
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.entries import Entry

EXTENSION = "kartoteka.plugged"
View = Callable[..., Any]
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Adding:
    """The way to add a thing to a record from any of its pages: a dialog, a word for it, and the key that opens it."""

    label: str
    icon: str
    url: Callable[[Record], str]
    key: str = ""


@dataclass(frozen=True)
class Tab:
    """A plugin's tab on the pages of records: its name, what is in it as HTML, and a number beside the name.

    `adding` is offered at the head of the record to whoever may change what lies in the tab.
    """

    label: str
    show: Callable[[Work, Record], str]
    count: Callable[[Work, Record], str] | None = None
    adding: Adding | None = None
    # Where the tab would have nothing to say, it is not offered; this is asked on every page of a record, so it looks
    # at the design and at the record alone.
    suits: Callable[[Work, Record], bool] | None = None


# What a plugin shows under things of other plugins, such as the files on notes: HTML by the id of the thing.
Below = Callable[[Work, Sequence[Record]], Mapping[int, str]]


@dataclass(frozen=True)
class Parcel:
    """A file that has come in and lies nowhere yet: what it is called, its bytes, its kind by what is in it."""

    name: str
    size: int
    kind: str
    # What the plugin that has received it keeps of it.
    content: Any


@dataclass(frozen=True)
class Lying:
    """A file that lies on a record, as far as its reader may know it: what it is called, its bytes, what it is."""

    id: int
    name: str
    size: int | None = None
    about: str = ""
    version: int = 1


@dataclass(frozen=True)
class Intake:
    """How a plugin takes in files from people outside, who have no right to change the record that they send them to.

    `receive(office, stream, name, most)` takes the bytes before any work begins; `put(work, record, parcel, folder,
    person)` lays them on a record; `sent_since(work, person, since)` tells how many bytes somebody has sent. The other
    way, `lying(work, record)` tells which files the reader sees on a record, and `hand_out(id)` answers with the bytes
    of one, to whoever asks and may have them.
    """

    receive: Callable[[Office, IO[bytes], str, int], Parcel]
    put: Callable[[Work, Record, Parcel, str, int], Record]
    sent_since: Callable[[Work, int, datetime], int]
    lying: Callable[[Work, Record], Sequence[Lying]] = lambda _work, _record: ()
    hand_out: Callable[[int], ResponseReturnValue] | None = None


@dataclass(frozen=True)
class FormAid:
    """What a plugin puts over the form of a new record, or of an old one: a way to fill it in, as HTML.

    `show` gets the key of the registry and the record, None for a new one; nothing is shown where it gives nothing.
    """

    show: Callable[[Work, str, Record | None], str]


@dataclass(frozen=True)
class ListDeed:
    """Something that a plugin does with many records: with those ticked in a list, or all that fit its filter.

    `shown` is asked for every list, so it looks at the design alone. The button sends what is ticked (`ids`, or
    `whole` with the state of the list) to `url` and shows the answer as a dialog.
    """

    label: str
    icon: str
    url: Callable[[str], str]
    shown: Callable[[Work, str], bool]


@dataclass(frozen=True)
class Offer:
    """Something that a plugin offers on a page: a word, a picture, an address, and the key that opens it."""

    label: str
    icon: str
    url: str
    key: str = ""


@dataclass(frozen=True)
class FieldMark:
    """A small button beside the label of every detail of a record, which leads to a page of the plugin.

    `label` holds `{name}` for the detail; `url` gets the key of the registry, the id of the record and the key of the
    field.
    """

    label: str
    icon: str
    url: Callable[[str, int, str], str]


@dataclass(frozen=True)
class ListLink:
    """A line in the menu of every list; `url` gets the key of the registry and the filter, None when there is none."""

    label: str
    icon: str
    url: Callable[[str, Any], str]


@dataclass(frozen=True)
class NavEntry:
    """A line of the rail, for those for whom `shown` says so.

    `live` names an endpoint that answers with the number beside it as text: it is asked after the page has come, again
    from time to time, and whenever something on the page triggers `<key>-changed`.
    """

    key: str
    label: str
    icon: str
    endpoint: str
    shown: Callable[[Work], bool] = lambda work: True
    count: Callable[[Work], str] | None = None
    live: str = ""


class Pages(Blueprint):
    """The pages of one plugin, answered only while it is active. Templates lie in `templates/` beside its module."""

    def __init__(self, plugin: str, module: str, folder: str | Path) -> None:
        super().__init__(plugin, module, template_folder=str(Path(folder).resolve() / "templates"))
        self.before_request(lambda: need_plugin(plugin))

    def page(
        self, rule: str, *methods: str, right: Callable[[View], View] = signed_in
    ) -> Callable[[View], View]:
        """This function will make a view a page at `rule`; unless it says otherwise, one must be signed in to come."""

        def declare(view: View) -> View:
            self.add_url_rule(rule, view.__name__, right(view), methods=methods or ("GET",))
            return view

        return declare


@dataclass
class Plugged:
    """All that plugins have put on the pages of an application, by the plugin's name."""

    tabs: dict[str, Tab] = field(default_factory=dict)
    outside: dict[str, Tab] = field(default_factory=dict)
    belows: dict[str, Below] = field(default_factory=dict)
    intakes: dict[str, Intake] = field(default_factory=dict)
    entries: list[tuple[str, NavEntry]] = field(default_factory=list)
    aids: list[tuple[str, FormAid]] = field(default_factory=list)
    deeds: list[tuple[str, ListDeed]] = field(default_factory=list)
    marks: list[tuple[str, FieldMark]] = field(default_factory=list)
    links: list[tuple[str, ListLink]] = field(default_factory=list)
    # Where conditions go that are put together for a page of a plugin.
    takers: dict[str, str] = field(default_factory=dict)


def install(app: Flask) -> None:
    """This function will let an application take what plugins bring."""
    app.extensions[EXTENSION] = Plugged()


def plugged() -> Plugged:
    """This function will give what plugins have put on the pages of the current application."""
    found: Plugged = current_app.extensions[EXTENSION]
    return found


def tabs_of(work: Work, record: Record) -> Sequence[tuple[str, Tab]]:
    """This function will give the tabs of plugins that the reader sees on a record."""
    known = plugged().tabs
    return [(plugin, known[plugin]) for plugin in record.tabs if plugin in known]


def shown_outside(work: Work, record: Record) -> list[tuple[str, str]]:
    """This function will give what plugins show of a record to people from outside who may see it: names and HTML."""
    known = plugged().outside
    shown = [
        (known[each].label, shown_tab(known[each], work, record)) for each in record.tabs if each in known
    ]
    return [(_(label), html) for label, html in shown if html]


def intake_of(work: Work) -> tuple[str, Intake] | None:
    """This function will give the active plugin that takes in files from outside, by its name."""
    return next(((plugin, each) for plugin, each in plugged().intakes.items() if _active(work, plugin)), None)


def shown_tab(tab: Tab, work: Work, record: Record) -> str | None:
    """This function will give a tab's HTML; None when the plugin has failed, which must not take the record away."""
    try:
        with work.attempt():
            # What a plugin shows is HTML: its templates have escaped what people typed.
            return Markup(tab.show(work, record))  # noqa: S704
    except Exception:
        logger.exception("A plugin's tab cannot be shown.")
        return None


def below(work: Work, things: Sequence[Record]) -> Mapping[int, Markup]:
    """This function will give what other plugins show under things of one registry, each by the id of the thing."""
    found: dict[int, Markup] = {}
    # What is asked by no page, such as a timeline by a command, has no place for it.
    known = plugged().belows if things and has_app_context() else {}
    for plugin, show in known.items():
        if not _active(work, plugin):
            continue
        try:
            with work.attempt():
                shown = show(work, things)
        except Exception:
            logger.exception("What the plugin %s shows under things cannot be shown.", plugin)
            continue
        for id, html in shown.items():
            # What a plugin shows is HTML: its templates have escaped what people typed.
            found[id] = found.get(id, Markup()) + Markup(html)  # noqa: S704
    return found


def offered_tabs(work: Work, record: Record) -> Sequence[tuple[str, Tab]]:
    """This function will give the tabs that have something to say of a record."""
    return [(plugin, tab) for plugin, tab in tabs_of(work, record) if _suits(tab, work, record)]


def _suits(tab: Tab, work: Work, record: Record) -> bool:
    if tab.suits is None:
        return True
    try:
        return tab.suits(work, record)
    except Exception:
        logger.exception("A plugin cannot tell whether its tab suits.")
        return False


def aids_of(work: Work, registry: str, record: Record | None) -> Sequence[str]:
    """This function will give what active plugins put over the form of a record; one that fails puts nothing there."""
    found = []
    for plugin, aid in plugged().aids:
        if not _active(work, plugin):
            continue
        try:
            with work.attempt():
                # What a plugin shows is HTML: its templates have escaped what people typed.
                found.append(Markup(aid.show(work, registry, record)))  # noqa: S704
        except Exception:
            logger.exception("What the plugin %s offers over a form cannot be shown.", plugin)
    return [each for each in found if each.strip()]


def deeds_of(work: Work, registry: str) -> Sequence[Offer]:
    """This function will give what active plugins can do with many records of a registry."""
    return _offers(work, [(plugin, partial(_deed, work, registry, each)) for plugin, each in plugged().deeds])


def _deed(work: Work, registry: str, deed: ListDeed) -> Offer | None:
    return Offer(_(deed.label), deed.icon, deed.url(registry)) if deed.shown(work, registry) else None


def links_of(work: Work, registry: str, condition: Any) -> Sequence[Offer]:
    """This function will give what active plugins put into the menu of a list with a filter, or with none."""
    every = () if work.actor.is_guest else plugged().links
    return _offers(work, [(plugin, partial(_link, registry, condition, each)) for plugin, each in every])


def _link(registry: str, condition: Any, link: ListLink) -> Offer:
    return Offer(_(link.label), link.icon, link.url(registry, condition))


def addings_of(work: Work, record: Record) -> Sequence[Offer]:
    """This function will give the ways to add things to a record that its reader may change in the tabs of plugins."""
    may = [each for each in offered_tabs(work, record) if record.tabs[each[0]] == EDIT]
    return _offers(work, [(plugin, partial(_adding, record, tab)) for plugin, tab in may])


def _adding(record: Record, tab: Tab) -> Offer | None:
    adds = tab.adding
    return Offer(_(adds.label), adds.icon, adds.url(record), adds.key) if adds is not None else None


def _offers(work: Work, every: Sequence[tuple[str, Callable[[], Offer | None]]]) -> list[Offer]:
    offered = [_offered(work, plugin, make) for plugin, make in every]
    return [each for each in offered if each is not None]


def _offered(work: Work, plugin: str, make: Callable[[], Offer | None]) -> Offer | None:
    """What an active plugin offers; one that fails offers nothing, and the page stays."""
    if not _active(work, plugin):
        return None
    try:
        return make()
    except Exception:
        logger.exception("What the plugin %s offers cannot be shown.", plugin)
        return None


def marks_there() -> Sequence[FieldMark]:
    """This function will give the marks of active plugins beside the labels of details, for whoever is not a guest."""
    asking = person()
    if asking is None or asking.is_guest or asking.seen_by is not None:
        return ()
    there = [(plugin, mark) for plugin, mark in plugged().marks if plugin in active_plugins()]
    return [replace(mark, url=_address_of(plugin, mark)) for plugin, mark in there]


def _address_of(plugin: str, mark: FieldMark) -> Callable[[str, int, str], str]:
    """The address of a mark; nothing from the time on that the plugin has failed, which is noted once for a page."""
    failed = False

    def address(registry: str, record: int, field: str) -> str:
        nonlocal failed
        try:
            return "" if failed else mark.url(registry, record, field)
        except Exception:
            failed = True
            logger.exception("The plugin %s cannot mark details.", plugin)
            return ""

    return address


def _active(work: Work, plugin: str) -> bool:
    state = work.catalog.plugins.get(plugin)
    return state is not None and state.active


def number_of(tab: Tab, work: Work, record: Record) -> str:
    """This function will give the number beside a tab's name, nothing when the plugin has failed."""
    if tab.count is None:
        return ""
    try:
        with work.attempt():
            return tab.count(work, record)
    except Exception:
        logger.exception("A plugin's number cannot be shown.")
        return ""


def entries_of(work: Work) -> list[Entry]:
    """This function will give the lines of the rail that active plugins have for the reader."""
    found = []
    for plugin, entry in plugged().entries:
        if not _active(work, plugin):
            continue
        try:
            with work.attempt():
                if entry.shown(work):
                    number = entry.count(work) if entry.count is not None else ""
                    live = url_for(entry.live) if entry.live else ""
                    address = url_for(entry.endpoint)
                    found.append(Entry(entry.key, _(entry.label), entry.icon, address, number, live))
        except Exception:
            logger.exception("A line of the plugin %s cannot be shown.", plugin)
    return found

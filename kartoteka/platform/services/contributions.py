"""What a plugin brings to the engine: registries of its own, kinds of values, reactions, duties, settings.

What it brings to the faces (tabs, pages, routes, commands) is added by `extension`, which knows the faces.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import marshmallow as ma
from sqlalchemy import MetaData

from kartoteka.field_types.field_type import FieldType
from kartoteka.platform.access.keeping import Writing
from kartoteka.platform.catalog.definitions import Filter, PluginState
from kartoteka.platform.kernel.outbox import Delivery

logger = logging.getLogger(__name__)
# The mark of a setting that is told to nobody, in the metadata of its schema.
SECRET = "secret"  # noqa: S105  the name of a mark, no password
# Both get the office first: `(office, deliveries)` and `(office)`.
React = Callable[[Any, Sequence[Delivery]], None]
Do = Callable[[Any], Any]


@dataclass(frozen=True)
class OwnRegistry:
    """A registry in which a plugin keeps its things, designed like any other, under a key that begins with `_`.

    `definition` has the shape of the contract. Its fields are the plugin's: they may be renamed, but neither retyped
    nor switched off; whoever designs may add sections, fields and categories. Records of an `attached` registry lie
    on records of other registries and are reached by whoever reaches the plugin's tab there. `own` adds rows that are
    somebody's own wherever they lie (`{"view": filter, "edit": filter}`); `narrow` hides rows from everybody whom the
    filter does not select them for, admins too.
    """

    definition: Mapping[str, Any]
    attached: bool = True
    own: Mapping[str, Filter] = field(default_factory=dict)
    narrow: Filter | None = None
    # Things may lie in one section or field of their record (`Bearer.room`), and are seen by whoever sees that.
    sectioned: bool = False
    # The plugin's rules, kept whichever way a record is written (page, API, import, batch, undo): `(work, writing)`
    # gives the values that are meant, `(work, writings)` follows once they are written. Both may refuse.
    before: Callable[[Any, Writing], Mapping[str, Any]] | None = None
    after: Callable[[Any, Sequence[Writing]], None] | None = None
    # The field that rises when a thing comes in a new version, such as a file.
    renewed: str = ""


def part(key: str, name: str, czech: str, **more: Any) -> dict[str, Any]:
    """This function will write a part of such a definition: a registry, a section, a field, a category or a choice."""
    return {"key": key, "name": name, "names": {"cs": czech}, **more}


@dataclass(frozen=True)
class Reaction:
    """What is to happen after events of some kinds, at least once each; so it must bear being done twice."""

    name: str
    kinds: frozenset[str]
    react: React
    size: int = 50
    # Hears every signal of every plugin, too.
    signals: bool = False


@dataclass(frozen=True)
class Duty:
    """Something that one of the workers does again and again, `every` so many seconds."""

    name: str
    every: float
    do: Do


@dataclass(frozen=True, slots=True)
class Noticed:
    """One time that a signal was given: of which record, when, and what of it."""

    record: int
    at: datetime
    topics: tuple[str, ...]


@dataclass(frozen=True)
class Signal:
    """Something about a record that is no change of it and that people wait for, such as what a register says of it.

    `kind` is that of an event with `registry`, `record` and `topics`; `topics` labels what of it can be waited for.
    `offered(work, registry)` names those that the actor can wait for there, and `heard(work, registry, records)` the
    records of which he may hear at this moment. `past(work, registry, since)` gives what was noticed before.
    """

    kind: str
    name: str
    label: str
    topics: Mapping[str, str]
    offered: Callable[[Any, str], Collection[str]]
    heard: Callable[[Any, str, Sequence[int]], Collection[int]]
    past: Callable[[Any, str, datetime], Iterable[Noticed]] = lambda _work, _registry, _since: ()

    def offers(self, work: Any, registry: str) -> Collection[str]:
        """This function will name what can be waited for; nothing where the plugin has failed, so that forms stay."""
        try:
            with work.attempt():
                return self.offered(work, registry)
        except Exception:
            logger.exception("The plugin of the signal %s has failed.", self.kind)
            return ()

    def hears(self, work: Any, registry: str, records: Sequence[int]) -> Collection[int]:
        """This function will tell of which records the actor may hear; of none where the plugin has failed."""
        try:
            with work.attempt():
                return self.heard(work, registry, records)
        except Exception:
            logger.exception("The plugin of the signal %s has failed.", self.kind)
            return ()


@dataclass(frozen=True)
class AfterImport:
    """What a plugin can do with the records of an import, at the wish of whoever imports.

    `start(work, registry, query)` orders it for the records of a query and gives the id of the job.
    """

    label: str
    shown: Callable[[Any, str], bool]
    start: Callable[[Any, str, Any], int]


@dataclass(frozen=True)
class Contribution:
    """A plugin as the engine knows it. `needs` is a requirement such as `>=0.1,<1` on the version of Kartoteka."""

    name: str
    label: str
    summary: str = ""
    version: str = "1"
    needs: str = ""
    icon: str = "puzzle"
    # Active as soon as it is met; others wait for an admin to switch them on.
    at_once: bool = False
    has_tab: bool = False
    registries: tuple[OwnRegistry, ...] = ()
    field_types: tuple[FieldType, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    duties: tuple[Duty, ...] = ()
    signals: tuple[Signal, ...] = ()
    settings: type[ma.Schema] | None = None
    # What `kartoteka doctor` looks at beside the platform's own: `(office)` gives (subject, well, sentence).
    checkups: tuple[Callable[[Any], Iterable[tuple[str, bool, str]]], ...] = ()
    # What follows from a change of the settings, in the same transaction: `(work, before, after)`.
    settle: Callable[[Any, Mapping[str, Any], Mapping[str, Any]], None] | None = None
    # A page of its own on which an admin sets more, by its endpoint.
    settings_page: str = ""
    after_import: AfterImport | None = None
    # What people from outside are written about its things on records that they follow, as far as they may see them:
    # `(work of such a person, thing, action, fields)` gives a sentence, or nothing.
    news_outside: Callable[[Any, Any, str, frozenset[str]], str] | None = None
    # What of the plugin's things relies on a part of the design: `(inquiry) -> uses`, see `services.design_uses`.
    uses: tuple[Callable[[Any], Iterable[Any]], ...] = ()
    # Fills the demo firm with things that are no records: `(work of a person, what he is to have)`.
    samples: Callable[[Any, Sequence[Mapping[str, Any]]], None] | None = None
    # For tables of its own: the package with its migrations (there is `versions` in it), and what they make.
    migrations: str = ""
    tables: MetaData | None = None


def told_settings(office: Any, state: PluginState) -> Mapping[str, Any]:
    """This function will give the settings of a plugin without its secrets; of a missing one none, lest one be told."""
    known = office.plugins.get(state.key)
    if known is None or known.settings is None:
        return {}
    try:
        secret = {name for name, each in known.settings().fields.items() if each.metadata.get(SECRET)}
    except Exception:
        return {}
    return {name: value for name, value in state.settings.items() if name not in secret}


def renewed_by(work: Any, registry: str) -> str:
    """This function will name the field of a plugin's registry that rises when a thing comes in a new version."""
    every = (each for plugin in work.office.plugins.values() for each in plugin.registries)
    return next((each.renewed for each in every if each.definition["key"] == registry), "")


def signals_of(work: Any) -> Mapping[str, Signal]:
    """This function will give the signals of the plugins that are active, by kind."""
    states = work.catalog.plugins
    return {
        each.kind: each
        for plugin in work.office.plugins.values()
        if plugin.name in states and states[plugin.name].active
        for each in plugin.signals
    }


@dataclass(frozen=True)
class Unfit:
    """A plugin that was found but cannot be used, and a sentence that says why."""

    name: str
    reason: str

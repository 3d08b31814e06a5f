"""Plugins in this installation: met, switched on and off, set up; verbs of the admin and the work of installing."""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import marshmallow as ma

from kartoteka.platform.catalog.definitions import READ, Field, PluginState, Registry
from kartoteka.platform.kernel.errors import Conflict, Invalid, KartotekaError, NotFound
from kartoteka.platform.kernel.texts import _, speaking
from kartoteka.platform.services import own_tables
from kartoteka.platform.services.contributions import SECRET, Contribution, OwnRegistry, Unfit
from kartoteka.platform.services.modelling.designer import Designer
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.work import Work

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class PluginView:
    """A plugin as an admin sees it; `missing` says why it cannot be used although its data may be there."""

    key: str
    label: str
    summary: str
    icon: str
    version: str
    active: bool
    registries: tuple[str, ...] | None
    settings: Mapping[str, Any]
    has_tab: bool
    missing: str = ""


def browse(work: Work) -> list[PluginView]:
    """This function will list all plugins, those among them that are not there any more."""
    work.require("design")
    known = [*work.catalog.plugins.values()]
    unfit = {each.name: each.reason for each in work.office.unfit}
    strangers = [
        PluginState(0, name) for name in {**work.office.plugins, **unfit} if name not in work.catalog.plugins
    ]
    return [_view(work, each, unfit) for each in (*known, *strangers)]


def fetch(work: Work, key: str) -> PluginView:
    """This function will fetch one plugin."""
    found = next((each for each in browse(work) if each.key == key), None)
    if found is None:
        raise NotFound(_("There is no plugin “{plugin}”.", plugin=key[:40]))
    return found


def change(work: Work, key: str, body: Any) -> PluginView:
    """This function will switch a plugin on or off, choose its registries or change its settings.

    :raises Invalid: when a registry does not exist or a setting is wrong.
    :raises Conflict: when the plugin cannot be used.
    """
    work.require("design")
    before = fetch(work, key)
    state = work.catalog.plugins.get(key)
    switched_on = isinstance(body, Mapping) and body.get("active") is True
    if state is None or (before.missing and switched_on and not before.active):
        raise Conflict(before.missing)
    designer = Designer(work)
    wanted = designer.read(lambda: designer.reader.plugin(_with_key(body, key), state))
    wanted = replace(wanted, settings=_settings(work, state, wanted.settings))
    unknown = [each for each in wanted.registries or () if each not in work.catalog.registries]
    if unknown:
        raise Invalid({"registries": [_("There is no registry “{registry}”.", registry=unknown[0][:60])]})
    designer.apply(replace(work.catalog, plugins={**work.catalog.plugins, key: wanted}))
    return fetch(work, key)


def settings_of(work: Work, key: str) -> Mapping[str, Any]:
    """This function will give the settings of a plugin, those not set with their defaults; for plugins' own use."""
    contribution, state = work.office.plugins.get(key), work.catalog.plugins.get(key)
    if contribution is None or contribution.settings is None:
        return {}
    loaded: Mapping[str, Any] = contribution.settings().load(dict(state.settings) if state else {})
    return loaded


def bearing(
    work: Work, plugin: str, registry: str, records: Sequence[int], level: str = READ
) -> Collection[int]:
    """This function will tell on which of many records the actor sees (or may `edit`) what a plugin keeps there."""
    try:
        return work.open(registry).bearing(records, plugin, level)
    except NotFound:
        return frozenset()


def give_samples(work: Work, plugin: str, person: int, things: Sequence[Mapping[str, Any]]) -> None:
    """This function will give somebody of the demo firm what a plugin keeps, if the plugin is there and can."""
    contribution, state = work.office.plugins.get(plugin), work.catalog.plugins.get(plugin)
    if contribution is None or contribution.samples is None or state is None or not state.active:
        return
    theirs = work.office.beside(work, person)
    with speaking(theirs.actor.locale.language):
        contribution.samples(theirs, things)


def adopt(office: Office) -> Sequence[Unfit]:
    """This function will make what plugins need and have not yet: their tables, state, registries, new fields.

    One that fails leaves nothing behind and stands in nobody's way; it is told with the reason.
    """
    failed = []
    for contribution in office.plugins.values():
        try:
            with office.begin_system(write=True, design=True) as work:
                own_tables.bring_up(contribution, work.connection)
                _adopt(work, contribution)
        except Exception as error:
            logger.exception("The plugin %s cannot be set up.", contribution.name)
            failed.append(Unfit(contribution.name, _reason(error)))
    office.unfit = (*(each for each in office.unfit if each.name not in office.plugins), *failed)
    return failed


def _reason(error: Exception) -> str:
    said = f"{type(error).__name__}: {error}"
    if isinstance(error, KartotekaError):
        wrong = [f"{place}: {' '.join(each)}" for place, each in error.errors.items()]
        said = "; ".join(wrong) or error.message
    return _("It cannot be set up: {reason}", reason=said[:300])


def _adopt(work: Work, contribution: Contribution) -> None:
    state = work.catalog.plugins.get(contribution.name)
    designer = Designer(work)
    if state is None:
        state = PluginState(designer.reader.new_id(), contribution.name, active=contribution.at_once)
    wanted = replace(state, version=contribution.version, tab=contribution.has_tab)
    registries = dict(work.catalog.registries)
    for own in contribution.registries:
        key = str(own.definition["key"])
        registries[key] = _own_registry(designer, contribution, own, registries.get(key))
    designer.reader.finish()
    plugins = {**work.catalog.plugins, contribution.name: wanted}
    designer.apply(replace(work.catalog, registries=registries, plugins=plugins))


def _own_registry(
    designer: Designer, contribution: Contribution, own: OwnRegistry, current: Registry | None
) -> Registry:
    """A plugin's registry as it should be: new, or with what a newer version of the plugin adds to it."""
    definition = {**own.definition, "key": str(own.definition["key"]).removeprefix("_")}
    fresh = designer.reader.registry(definition, None)
    fresh = replace(
        fresh,
        key=str(own.definition["key"]),
        plugin=contribution.name,
        attached=own.attached,
        narrow=own.narrow,
        own=dict(own.own),
        sectioned=own.sectioned,
        fields=tuple(replace(each, core=True) for each in fresh.fields),
    )
    if current is None:
        return fresh
    sections = [each for each in fresh.sections if current.section(each.key) is None]
    fields = [each for each in fresh.fields if current.field(each.key) is None]
    categories = [each for each in fresh.categories if current.category(each.key) is None]
    return replace(
        current,
        attached=fresh.attached,
        narrow=fresh.narrow,
        own=fresh.own,
        sectioned=fresh.sectioned,
        sections=(*current.sections, *sections),
        fields=(*(_up_to_date(each, fresh) for each in current.fields), *fields),
        categories=(*current.categories, *categories),
    )


def _up_to_date(each: Field, fresh: Registry) -> Field:
    """Options of the plugin's own fields follow the plugin; names, help and rules stay the admin's."""
    newer = fresh.field(each.key)
    return replace(each, core=True) if newer is not None and newer.type == each.type else each


def _view(work: Work, state: PluginState, unfit: Mapping[str, str]) -> PluginView:
    known = work.office.plugins.get(state.key)
    missing = unfit.get(state.key, "")
    if not missing and known is None:
        missing = _("This plugin is not installed any more; its data is kept.")
    if not missing and known is not None and state.version != known.version:
        missing = _("It waits to be set up: run “kartoteka init”.")
    return PluginView(
        state.key,
        _(known.label) if known else state.key,
        _(known.summary) if known and known.summary else "",
        known.icon if known else "puzzle",
        state.version,
        state.active and known is not None,
        state.registries,
        _shown_settings(known, state),
        state.tab,
        missing,
    )


def _shown_settings(known: Contribution | None, state: PluginState) -> Mapping[str, Any]:
    """Secrets are told to nobody; whether one is set, is."""
    if known is None or known.settings is None:
        return {}
    try:
        schema = known.settings()
        shown = dict(schema.dump(schema.load(dict(state.settings))))
        hidden = [name for name, each in schema.fields.items() if each.metadata.get(SECRET)]
    except Exception:
        # What was kept may not suit a newer version, or the plugin is wrong; the others are shown all the same.
        logger.exception("The settings of the plugin %s cannot be shown.", state.key)
        return {}
    return {**shown, **{name: bool(state.settings.get(name)) for name in hidden}}


def _settings(work: Work, state: PluginState, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Settings that are not named stay as they are."""
    known = work.office.plugins.get(state.key)
    if dict(wanted) == dict(state.settings):
        return dict(state.settings)
    if known is None or known.settings is None:
        raise Invalid({"settings": [_("This plugin has no settings.")]})
    try:
        schema = known.settings()
        return dict(schema.dump(schema.load({**state.settings, **wanted})))
    except ma.ValidationError as error:
        wrong = error.messages if isinstance(error.messages, dict) else {"settings": error.messages}
        raise Invalid({f"settings.{name}": _sentences(each) for name, each in wrong.items()}) from error
    except Exception as error:
        logger.exception("The settings of the plugin %s cannot be read.", state.key)
        raise Invalid({"settings": [_("The plugin has failed to read its settings.")]}) from error


def _sentences(found: Any) -> list[str]:
    return [str(each) for each in found] if isinstance(found, list) else [str(found)]


def _with_key(body: Any, key: str) -> Any:
    return {**body, "key": key} if isinstance(body, Mapping) and "key" not in body else body


__all__ = ["PluginView", "adopt", "bearing", "browse", "change", "fetch", "give_samples", "settings_of"]

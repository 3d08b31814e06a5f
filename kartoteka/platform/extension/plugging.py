"""Putting plugins into an application: their pages, routes, tabs and lines of the rail."""

from collections.abc import Iterable

from flask import Flask

from kartoteka.platform.extension.plugin import Plugin
from kartoteka.platform.front import need_plugin
from kartoteka.platform.kernel.texts import add_translations
from kartoteka.platform.rest import resource
from kartoteka.platform.web import plugged, tiles


def plug_in(app: Flask, interface: resource.Interface, plugins: Iterable[Plugin]) -> None:
    """This function will give an application what its plugins bring; each answers only while it is active."""
    places: plugged.Plugged = app.extensions[plugged.EXTENSION]
    for plugin in plugins:
        if plugin.translations is not None:
            add_translations(plugin.translations)
        if plugin.pages is not None:
            app.register_blueprint(plugin.pages)
        for each in plugin.resources:
            _guard(each, plugin.name)
            # Pages and routes of one plugin are two blueprints, and the pages have the plain name.
            interface.register_blueprint(each, name=each.name + resource.OF_PLUGIN)
        _show_on_records(places, plugin)
        places.entries += [(plugin.name, entry) for entry in plugin.navigation]
        places.aids += [(plugin.name, aid) for aid in plugin.form_aids]
        places.deeds += [(plugin.name, deed) for deed in plugin.list_deeds]
        places.marks += [(plugin.name, mark) for mark in plugin.field_marks]
        places.links += [(plugin.name, link) for link in plugin.list_links]
        if plugin.condition_taker:
            places.takers[plugin.name] = plugin.condition_taker
        for kind in plugin.tiles:
            tiles.add_kind_of(plugin.name, kind)


def _show_on_records(places: plugged.Plugged, plugin: Plugin) -> None:
    if plugin.tab is not None:
        places.tabs[plugin.name] = plugin.tab
    if plugin.outside is not None:
        places.outside[plugin.name] = plugin.outside
    if plugin.below is not None:
        places.belows[plugin.name] = plugin.below
    if plugin.intake is not None:
        places.intakes[plugin.name] = plugin.intake


def _guard(each: resource.Resource, plugin: str) -> None:
    """A plugin's routes belong to it in every application that they are put into, so they are guarded once."""
    if getattr(each, "guarded_for", None) is None:
        each.guarded_for = plugin
        each.before_request(lambda: need_plugin(plugin))

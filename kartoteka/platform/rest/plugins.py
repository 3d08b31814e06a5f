"""Routes of plugins: what there is, where it is active, its settings."""

from dataclasses import asdict
from typing import Any

from flask import Response

from kartoteka.platform.front import begin, needs
from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.rest import schemas
from kartoteka.platform.rest.answers import answer, listing
from kartoteka.platform.rest.resource import Resource
from kartoteka.platform.services import plugins as verbs
from kartoteka.platform.services.plugins import PluginView

plugins = Resource("plugins", "Features that can be switched on and off, everywhere or registry by registry.")


def _shown(plugin: PluginView) -> dict[str, Any]:
    document = asdict(plugin)
    document["name"] = document.pop("label")
    return document


@plugins.verb("GET", "/plugins", needs("design"), gives=schemas.page_of(schemas.Plugin))
def list_plugins() -> Response:
    """This function will list all plugins."""
    with begin() as work:
        return listing(_shown(each) for each in verbs.browse(work))


@plugins.verb("POST", "/plugins", needs("design"), body=schemas.Plugin, gives=schemas.Plugin)
def choose_plugin(body: dict[str, Any]) -> Response:
    """This function will change the plugin that the body names, as PATCH does."""
    key = body.get("key")
    if not isinstance(key, str):
        raise Invalid({"key": [_("Name the plugin by its key.")]})
    return _changed(key, body)


@plugins.verb("GET", "/plugins/<plugin>", needs("design"), gives=schemas.Plugin)
def get_plugin(plugin: str) -> Response:
    """This function will give one plugin."""
    with begin() as work:
        return answer(_shown(verbs.fetch(work, plugin)))


@plugins.verb("PATCH", "/plugins/<plugin>", needs("design"), body=schemas.Plugin, gives=schemas.Plugin)
def change_plugin(body: dict[str, Any], plugin: str) -> Response:
    """This function will switch a plugin on or off, choose its registries, change its settings."""
    return _changed(plugin, body)


@plugins.verb("POST", "/plugins/<plugin>", needs("design"), body=schemas.Plugin, gives=schemas.Plugin)
def set_plugin(body: dict[str, Any], plugin: str) -> Response:
    """This function will do the same as PATCH."""
    return _changed(plugin, body)


def _changed(key: str, body: dict[str, Any]) -> Response:
    with begin(design=True) as work:
        return answer(_shown(verbs.change(work, key, body)))

"""The ready-made registries that the application offers; where they come from is the business of its root."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from flask import Flask, current_app

Templates = Callable[[str], Mapping[str, Mapping[str, Any]]]
_OFFER = "kartoteka.templates"


def offer(app: Flask, templates: Templates) -> None:
    """This function will let an application offer ready-made registries, given by language."""
    app.extensions[_OFFER] = templates


def ready_made(language: str) -> Mapping[str, Mapping[str, Any]]:
    """This function will give the definitions of all ready-made registries by their keys."""
    templates = cast(Templates | None, current_app.extensions.get(_OFFER))
    return templates(language) if templates else {}

"""The ready-made registries that the application offers; where they come from is the business of its root."""

from typing import cast

from flask import Flask, current_app

from kartoteka.platform.services.ready_made import Shelf

_OFFER = "kartoteka.templates"


def offer(app: Flask, shelf: Shelf) -> None:
    """This function will let an application offer ready-made registries."""
    app.extensions[_OFFER] = shelf


def shelf() -> Shelf:
    """This function will give the ready-made registries on offer."""
    return cast(Shelf, current_app.extensions[_OFFER])

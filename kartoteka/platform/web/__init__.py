"""The web interface: server-rendered pages over the verbs, with htmx and a little script of our own."""

from flask import Flask

from kartoteka.platform.front import Unfinished, failure_pages
from kartoteka.platform.web import (
    absences,
    admin,
    board_forms,
    boards,
    bulk,
    clauses,
    editing,
    entrance,
    exporting,
    factor,
    histories,
    home,
    identity,
    importing,
    lists,
    looking,
    looks,
    merging,
    onboarding,
    oops,
    picking,
    plugged,
    records,
    settings,
)
from kartoteka.platform.web.pages import web

PAGES = (
    absences,
    admin,
    board_forms,
    boards,
    bulk,
    clauses,
    editing,
    entrance,
    exporting,
    factor,
    histories,
    home,
    identity,
    importing,
    lists,
    looking,
    merging,
    onboarding,
    picking,
    records,
    settings,
)


def register(app: Flask) -> None:
    """This function will put the web interface on an application."""
    looks.install(app)
    plugged.install(app)
    failure_pages(app, oops.show)
    app.register_error_handler(Unfinished, oops.finish_first)
    app.register_blueprint(web)


__all__ = ["register"]

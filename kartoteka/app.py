"""The composition root: puts an office, the faces and what protects them together into one application."""

from flask import Flask

from kartoteka import registries
from kartoteka.platform import rest, web
from kartoteka.platform.extension import Plugin, discover, plug_in
from kartoteka.platform.front import addresses, calling, failing, protection, ready, rights
from kartoteka.platform.front.health import health
from kartoteka.platform.kernel.settings import Settings
from kartoteka.platform.services.office import Office


def open_office(settings: Settings) -> Office:
    """This function will open the office of a process, with all plugins that are installed."""
    found = discover()
    return Office(settings, plugins=found.plugins, unfit=found.unfit)


def create_app(settings: Settings | None = None, office: Office | None = None) -> Flask:
    """This function will make the WSGI application.

    :raises Misconfigured: when a setting is wrong or a route declares no right.
    """
    running = office or open_office(settings or Settings.from_environment())
    app = Flask("kartoteka")
    addresses.install(app)
    calling.install(app, running)
    protection.install(
        app, secret=running.settings.secret_key, https=running.settings.base_url.startswith("https:")
    )
    ready.offer(app, registries)
    rights.public(app.view_functions["static"])
    app.register_blueprint(health)
    interface = rest.register(app)
    web.register(app)
    plug_in(app, interface, [each for each in running.plugins.values() if isinstance(each, Plugin)])
    rest.describe(app, interface)
    failing.install(app)
    rights.check_declared(app)
    return app


__all__ = ["create_app", "open_office"]

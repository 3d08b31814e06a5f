"""The composition root: puts an office, the faces and what protects them together into one application."""

from flask import Flask

from kartoteka import registries
from kartoteka.platform import rest, web
from kartoteka.platform.front import calling, failing, protection, ready, rights
from kartoteka.platform.front.health import health
from kartoteka.platform.kernel.settings import Settings
from kartoteka.platform.services.office import Office


def create_app(settings: Settings | None = None, office: Office | None = None) -> Flask:
    """This function will make the WSGI application.

    :raises Misconfigured: when a setting is wrong or a route declares no right.
    """
    running = office or Office(settings or Settings.from_environment())
    app = Flask("kartoteka")
    calling.install(app, running)
    protection.install(
        app, secret=running.settings.secret_key, https=running.settings.base_url.startswith("https:")
    )
    ready.offer(app, registries.templates)
    rights.public(app.view_functions["static"])
    app.register_blueprint(health)
    rest.register(app)
    web.register(app)
    failing.install(app)
    rights.check_declared(app)
    return app


__all__ = ["create_app"]

"""Applications for tests: putting one together takes a second, so those of earlier tests serve again.

An application knows its office by one entry; what else it is made of are the settings and the plugins, and only
an application with the same of both is taken again.
"""

from collections.abc import Iterator

import pytest
from flask import Flask

from kartoteka.app import create_app
from kartoteka.platform.front.calling import EXTENSION
from kartoteka.platform.services.office import Office

_Made = tuple[object, ...]
_idle: dict[_Made, list[Flask]] = {}
_busy: list[tuple[_Made, Flask]] = []


def app_for(office: Office) -> Flask:
    """The WSGI application of an office, for the present test alone."""
    settings = office.settings
    made_of = (
        settings.secret_key,
        settings.base_url.startswith("https:"),
        *(id(each) for each in office.plugins.values()),
    )
    idle = _idle.setdefault(made_of, [])
    if idle:
        app = idle.pop()
        app.extensions[EXTENSION] = office
    else:
        app = create_app(office=office)
    _busy.append((made_of, app))
    return app


@pytest.fixture(autouse=True)
def _apps_are_free_afterwards() -> Iterator[None]:
    yield
    while _busy:
        made_of, app = _busy.pop()
        _idle[made_of].append(app)

"""A Kartoteka that answers over HTTP, for tests that come from outside."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from werkzeug.serving import make_server

from kartoteka.app import open_office
from kartoteka.platform.kernel.settings import Settings
from kartoteka.platform.services.office import Office
from tests.servers.apps import app_for
from tests.servers.ports import free_port


@dataclass(frozen=True)
class Site:
    """Where it answers, and the office behind it for preparing and looking up."""

    url: str
    office: Office


@pytest.fixture
def site(settings: Settings) -> Iterator[Site]:
    """A freshly installed Kartoteka on a free port, on each database."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    office = open_office(replace(settings, base_url=url))
    server = make_server("127.0.0.1", port, app_for(office), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Site(url, office)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        office.engine.dispose()

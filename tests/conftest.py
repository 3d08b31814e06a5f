"""What all tests share: the real programs they run against and the guard that keeps them on this machine."""

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = [
    "tests.servers.lacking",  # first: the others import it, and pytest wants to read it before
    "tests.servers.ares",
    "tests.servers.apps",
    "tests.servers.browsers",
    "tests.servers.databases",
    "tests.servers.guard",
    "tests.servers.imap",
    "tests.servers.mail",
    "tests.servers.offices",
    "tests.servers.redis",
    "tests.servers.sites",
]

settings.register_profile(
    "kartoteka",
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("kartoteka")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Keep the browser journeys in one process: two browsers at once would starve each other."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("browser"))

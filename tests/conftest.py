"""What all tests share: the real programs they run against and the guard that keeps them on this machine."""

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = [
    "tests.servers.lacking",  # first: the others import it, and pytest wants to read it before
    "tests.servers.ares",
    "tests.servers.apps",
    "tests.servers.browsers",
    "tests.servers.databases",
    "tests.servers.guard",
    "tests.servers.hashing",
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
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the browser journeys in one process: two browsers at once would starve each other.

    What takes long comes first, so that no process is left alone with it when the others have nothing more to do.
    """
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("browser"))
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    if item.get_closest_marker("xdist_group") is not None:
        return 0
    patience = item.get_closest_marker("timeout")
    # Who asks for the most patience is the slowest.
    return 1 if patience is None else -int(patience.args[0])

"""The stand-in for public registers of companies, for tests."""

from collections.abc import Iterator

import pytest

from kartoteka.plugins.ares.standin import StandIn


@pytest.fixture
def standin() -> Iterator[StandIn]:
    """The stand-in on a free port, with no fault yet."""
    running = StandIn()
    thread = running.begin()
    try:
        yield running
    finally:
        running.end()
        thread.join()

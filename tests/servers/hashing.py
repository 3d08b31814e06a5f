"""Argon2 at its quickest, except where its time is what matters: most tests sign somebody in on their way."""

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from kartoteka.platform.services import passwords

_QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(autouse=True)
def _quick_hashes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if "real_hashes" not in request.fixturenames:
        monkeypatch.setattr(passwords, "_HASHER", _QUICK)
    passwords._decoy.cache_clear()
    yield
    passwords._decoy.cache_clear()


@pytest.fixture
def real_hashes() -> None:
    """Argon2 as it is in use."""

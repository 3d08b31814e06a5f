"""A connection that the database has closed meanwhile does not fail the next request."""

import pytest
from sqlalchemy import text

from kartoteka.platform.kernel.settings import Settings
from kartoteka.platform.services.office import Office
from kartoteka.platform.storage import engine as engines


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_connections_that_rested_are_tried_before_they_are_used(
    office: Office, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "TRUSTED_SECONDS", 0.0)
    with office.begin_system(write=False):
        pass
    others = Office(settings)
    with others.engine.connect() as connection:
        ended = connection.scalars(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                 "WHERE datname = current_database() AND pid <> pg_backend_pid()")
        ).all()  # fmt: skip
    others.engine.dispose()

    with office.begin_system(write=False) as work:
        assert work.actor.email

    assert ended == [True]

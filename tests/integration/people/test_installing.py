"""Installing makes the database once, whoever and however often it is asked."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError

from kartoteka.platform.access.models import User, UserRole
from kartoteka.platform.catalog.models import CatalogState, RoleRow
from kartoteka.platform.kernel.errors import Invalid, Misconfigured, Unauthenticated
from kartoteka.platform.services import people, signing
from kartoteka.platform.services.installing import install
from kartoteka.platform.services.office import SYSTEM_EMAIL, Office
from kartoteka.platform.storage.models import HistoryRow

from .conftest import ADMIN_EMAIL, ADMIN_PASSWORD, settings_for


@pytest.fixture
def empty(database_url: str, tmp_path: Path) -> Iterator[Office]:
    office = Office(settings_for(database_url, tmp_path / "data"))
    yield office
    office.engine.dispose()


def test_repeating_is_harmless(empty: Office) -> None:
    for _time in range(3):
        install(empty, ADMIN_EMAIL, ADMIN_PASSWORD)
    with empty.session() as session:
        assert session.scalar(select(func.count()).select_from(User)) == 2
        assert session.scalar(select(func.count()).select_from(UserRole)) == 2
        assert session.scalar(select(func.count()).select_from(RoleRow)) == 1
        state = session.scalars(select(CatalogState)).one()
        assert (state.id, state.version, state.next_id) == (1, 1, 1000)


def test_two_processes_at_once(database_url: str, tmp_path: Path) -> None:
    offices = [Office(settings_for(database_url, tmp_path / "data")) for _each in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(install, offices))
    with offices[0].session() as session:
        assert session.scalar(select(func.count()).select_from(User)) == 1
    for office in offices:
        office.engine.dispose()


def test_system_account_is_admin_and_has_no_way_in(empty: Office) -> None:
    install(empty)
    with empty.begin_system() as work:
        assert work.actor.is_admin
        epoch = work.session.get_one(User, work.actor.user_id).epoch
        user_id = work.actor.user_id
    for password in ("", "None", "kartoteka"):
        with pytest.raises(Unauthenticated):
            signing.sign_in(empty, SYSTEM_EMAIL, password, "192.0.2.1")
    with pytest.raises(Unauthenticated), empty.begin_session(user_id, epoch):
        pass


def test_first_admin_signs_in(empty: Office) -> None:
    assert install(empty, ADMIN_EMAIL.upper(), ADMIN_PASSWORD) is None
    signed = signing.sign_in(empty, ADMIN_EMAIL, ADMIN_PASSWORD, "192.0.2.1")
    with empty.begin_session(signed.user_id, signed.epoch) as work:
        assert work.actor.is_admin


def test_first_admin_without_password_is_invited(empty: Office) -> None:
    invitation = install(empty, ADMIN_EMAIL)
    assert invitation is not None
    key = invitation.link.rpartition("/")[2]
    signed = signing.accept_invitation(empty, key, ADMIN_PASSWORD, "Hana")
    with empty.begin_session(signed.user_id, signed.epoch) as work:
        assert work.actor.is_admin
    # Asked again, it must not open the account to whoever reads the terminal.
    assert install(empty, ADMIN_EMAIL) is None


@pytest.mark.parametrize(
    ("email", "password"),
    [("hana", ADMIN_PASSWORD), (ADMIN_EMAIL, "short"), (ADMIN_EMAIL, ADMIN_EMAIL), (ADMIN_EMAIL, "")],
)
def test_unsound_admin_is_refused(empty: Office, email: str, password: str) -> None:
    with pytest.raises(Invalid):
        install(empty, email, password)
    install(empty, ADMIN_EMAIL, ADMIN_PASSWORD)


@pytest.mark.parametrize("statement", ["UPDATE history SET via = 'x'", "DELETE FROM history"])
def test_history_is_append_only(empty: Office, statement: str) -> None:
    install(empty)
    with empty.begin_system() as work:
        row = {"registry_id": 1, "record_id": 1, "version": 1, "at": work.now, "by_id": work.actor.user_id,
               "via": "cli", "action": "created", "changes": "{}", "hash": "0" * 64}  # fmt: skip
        work.connection.execute(insert(HistoryRow.__table__), [row])  # type: ignore[arg-type]
    with pytest.raises(DBAPIError, match="append-only"), empty.session(write=True) as session:
        session.execute(text(statement))
    with empty.session() as session:
        assert session.execute(text("SELECT via FROM history")).scalar_one() == "cli"


def test_a_database_without_design_says_what_to_do(empty: Office) -> None:
    install(empty)
    with empty.session(write=True) as session:
        session.execute(text("DELETE FROM catalog_state"))
    with pytest.raises(Misconfigured, match="kartoteka init"), empty.begin_system():
        pass


def test_settings_are_kept_by_repeating(office: Office, new_office: Callable[..., Office]) -> None:
    with office.begin_as(ADMIN_EMAIL) as work:
        people.change_settings(work, {"language": "cs", "theme": "dark"})
    install(new_office(), ADMIN_EMAIL, "quite another password")
    with office.begin_as(ADMIN_EMAIL) as work:
        assert (work.actor.locale.language, work.actor.theme) == ("cs", "dark")
    signing.sign_in(office, ADMIN_EMAIL, ADMIN_PASSWORD, "192.0.2.1")

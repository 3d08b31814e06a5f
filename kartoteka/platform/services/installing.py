"""Making the database of a new Kartoteka: tables, the built-in role, the system account, the first admin."""

from sqlalchemy import Connection, select, text
from sqlalchemy.orm import Session

from kartoteka.platform.access import models as _people  # noqa: F401  tells the metadata its tables
from kartoteka.platform.access.keys import new_epoch
from kartoteka.platform.access.models import User, UserRole
from kartoteka.platform.catalog.definitions import ADMIN, POWERS, Role
from kartoteka.platform.catalog.models import CatalogState, RoleRow
from kartoteka.platform.catalog.portable import role_to_row
from kartoteka.platform.kernel import jobs as _jobs  # noqa: F401  tells the metadata its tables
from kartoteka.platform.kernel.tables import Base
from kartoteka.platform.services import particulars, people
from kartoteka.platform.services.office import SYSTEM_EMAIL, Office
from kartoteka.platform.services.signing import Invitation, invite
from kartoteka.platform.storage import models as _records  # noqa: F401  tells the metadata its tables

# Two processes that start at once on an empty database would otherwise both make it.
INSTALL_LOCK = 471101
ADMIN_ROLE_ID = 1
FIRST_FREE_ID = 1000

APPEND_ONLY = {
    "sqlite": (
        "CREATE TRIGGER IF NOT EXISTS history_no_update BEFORE UPDATE ON history "
        "BEGIN SELECT RAISE(ABORT, 'history is append-only'); END",
        "CREATE TRIGGER IF NOT EXISTS history_no_delete BEFORE DELETE ON history "
        "BEGIN SELECT RAISE(ABORT, 'history is append-only'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION refuse_history_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'history is append-only'; END $$",
        "CREATE OR REPLACE TRIGGER history_append_only BEFORE UPDATE OR DELETE ON history "
        "FOR EACH ROW EXECUTE FUNCTION refuse_history_change()",
        "CREATE OR REPLACE TRIGGER history_no_truncate BEFORE TRUNCATE ON history "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_history_change()",
    ),
}


def install(
    office: Office, admin_email: str | None = None, admin_password: str | None = None
) -> Invitation | None:
    """This function will make what is missing in the database; repeating it is harmless.

    An administrator is made when there is no account under his address. Without a password he is invited, and
    the invitation is given back, so that its link can be told where no mail is set up.

    :raises Invalid: when the address or the password will not do.
    """
    with office.session(write=True) as session:
        _make_tables(session.connection())
        _make_state(session)
        _make_admin_role(session)
        _make_system_account(session, office)
    return _make_admin(office, admin_email, admin_password) if admin_email else None


def _make_admin(office: Office, email: str, password: str | None) -> Invitation | None:
    given = particulars.read({"email": email}, particulars.NEW)
    given.refuse()
    with office.begin_system(write=True) as work:
        if work.session.scalar(select(User.id).where(User.email == given.values["email"])) is not None:
            return None
        if password is None:
            return invite(work, email, [ADMIN])
        people.create_user(work, {"email": email, "roles": [ADMIN], "password": password})
    return None


def _make_tables(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": INSTALL_LOCK})
    Base.metadata.create_all(connection)
    for statement in APPEND_ONLY[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def _make_state(session: Session) -> None:
    if session.get(CatalogState, 1) is None:
        session.add(CatalogState(id=1, version=1, next_id=FIRST_FREE_ID))


def _make_admin_role(session: Session) -> None:
    if session.get(RoleRow, ADMIN_ROLE_ID) is None:
        role = Role(ADMIN_ROLE_ID, ADMIN, "Administrator", frozenset(POWERS), names={"cs": "Správce"})
        session.add(RoleRow(id=role.id, key=role.key, position=0, body=role_to_row(role)))


def _make_system_account(session: Session, office: Office) -> None:
    if session.scalar(select(User.id).where(User.email == SYSTEM_EMAIL)) is None:
        user = User(email=SYSTEM_EMAIL, name="Kartoteka", password=None, system=True, active=True,
                    epoch=new_epoch(), created_at=office.clock())  # fmt: skip
        session.add(user)
        session.flush()
        session.add(UserRole(user_id=user.id, role_id=ADMIN_ROLE_ID))

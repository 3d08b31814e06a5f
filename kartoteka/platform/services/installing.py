"""Making the database of a new Kartoteka: tables, the built-in role, the system account, the first admin."""

from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, select, text
from sqlalchemy.orm import Session

from kartoteka.platform.access.keys import new_epoch
from kartoteka.platform.access.models import User, UserRole
from kartoteka.platform.catalog.definitions import ADMIN, POWERS, Role
from kartoteka.platform.catalog.models import CatalogState, RoleRow
from kartoteka.platform.catalog.portable import role_to_row
from kartoteka.platform.kernel import jobs as _jobs  # noqa: F401  tells the metadata its tables
from kartoteka.platform.kernel.errors import Misconfigured
from kartoteka.platform.services import particulars, people, plugins
from kartoteka.platform.services.office import SYSTEM_EMAIL, Office
from kartoteka.platform.services.signing import Invitation, invite

# Two processes that start at once on an empty database would otherwise both make it.
INSTALL_LOCK = 471101
ADMIN_ROLE_ID = 1
FIRST_FREE_ID = 1000


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
    # What cannot be set up is told by the office and by `kartoteka plugin list`; everything else is there.
    plugins.adopt(office)
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
    _refuse_newer(connection)
    command.upgrade(migrations(connection), "head")


def migrations(connection: Connection) -> Config:
    """This function will prepare alembic to work on a connection, inside its transaction."""
    config = Config()
    config.set_main_option("script_location", str(files("kartoteka") / "migrations"))
    config.attributes["connection"] = connection
    return config


def _refuse_newer(connection: Connection) -> None:
    """An older program must not touch a database that a newer one has changed."""
    known = {step.revision for step in ScriptDirectory.from_config(migrations(connection)).walk_revisions()}
    present = MigrationContext.configure(connection).get_current_revision()
    if present is not None and present not in known:
        raise Misconfigured("The database was made by a newer Kartoteka; install that version or a backup.")


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

"""What the database knows of how many records there are, kept up so that lists stay quick."""

from datetime import timedelta

from sqlalchemy import inspect

from kartoteka.platform.kernel import turns
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.work import Work
from kartoteka.platform.storage.statistics import look_over, rows_known

# So many new records at once, and such a part of all, change what the database should know of their registry.
MANY = 1000
NOTABLE = 0.1
_EVERY = timedelta(hours=1)
_TURN = "statistics"


def look_over_all(office: Office) -> bool:
    """This function will look over all tables, once an hour by one of the workers; True when it was done.

    Only on SQLite: PostgreSQL has a process of its own for that. Table by table, so that writers need not wait.
    """
    if office.engine.dialect.name != "sqlite":
        return False
    with office.session() as session:
        if not turns.is_due(session.connection(), _TURN, office.clock(), _EVERY):
            return False
        names = inspect(session.connection()).get_table_names()
    with office.session(write=True) as session:
        if not turns.take(session.connection(), _TURN, office.clock(), _EVERY, steady=True):
            return False
    for name in names:
        with office.session(write=True) as session:
            look_over(session.connection(), [name])
    return True


def look_over_registry(work: Work, registry: str, added: int) -> None:
    """This function will look over the table of a registry to which many records, for its size, have been added."""
    table = work.layout.table(work.catalog.registries[registry]).name
    if added >= max(MANY, rows_known(work.connection, table) * NOTABLE):
        look_over(work.connection, [table])


__all__ = ["MANY", "look_over_all", "look_over_registry"]

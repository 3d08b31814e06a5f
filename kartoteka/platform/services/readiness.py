"""Whether the parts that Kartoteka cannot work without answer now."""

import logging
from collections.abc import Callable, Mapping

from sqlalchemy import select

from kartoteka.platform.catalog.models import CatalogState
from kartoteka.platform.kernel.errors import Misconfigured
from kartoteka.platform.services import queue
from kartoteka.platform.services.files import files_of
from kartoteka.platform.services.office import Office

log = logging.getLogger("kartoteka.readiness")


def lacking(office: Office) -> list[str]:
    """This function will name the parts that do not answer: database, queue, files."""
    return [name for name, ask in _PARTS.items() if not _answers(name, ask, office)]


def _answers(name: str, ask: Callable[[Office], None], office: Office) -> bool:
    try:
        ask(office)
    except Exception as error:
        log.warning("%s does not answer: %s", name, type(error).__name__)
        return False
    return True


def _database(office: Office) -> None:
    with office.session() as session:
        if session.scalar(select(CatalogState.version)) is None:
            raise Misconfigured("The database is empty; run “kartoteka init” first.")


def _queue(office: Office) -> None:
    queue.queue_of(office).length()


def _files(office: Office) -> None:
    files_of(office).answer()


_PARTS: Mapping[str, Callable[[Office], None]] = {"database": _database, "queue": _queue, "files": _files}
